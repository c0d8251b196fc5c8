// Countries by their ISO 3166-1 codes; their names come from the browser, in the
// language of the page.

// Every code, alpha-2 and alpha-3, without anything between. Kosovo's are those
// in common use.
const codes =
  "ADANDAEAREAFAFGAGATGAIAIAALALBAMARMAOAGOAQATAARARGASASMATAUTAUAUSAWABWAXALAAZAZEBABIHBBBRBBDBGDBEBELBFBFABGBGR" +
  "BHBHRBIBDIBJBENBLBLMBMBMUBNBRNBOBOLBQBESBRBRABSBHSBTBTNBVBVTBWBWABYBLRBZBLZCACANCCCCKCDCODCFCAFCGCOGCHCHECICIV" +
  "CKCOKCLCHLCMCMRCNCHNCOCOLCRCRICUCUBCVCPVCWCUWCXCXRCYCYPCZCZEDEDEUDJDJIDKDNKDMDMADODOMDZDZAECECUEEESTEGEGYEHESH" +
  "ERERIESESPETETHFIFINFJFJIFKFLKFMFSMFOFROFRFRAGAGABGBGBRGDGRDGEGEOGFGUFGGGGYGHGHAGIGIBGLGRLGMGMBGNGINGPGLPGQGNQ" +
  "GRGRCGSSGSGTGTMGUGUMGWGNBGYGUYHKHKGHMHMDHNHNDHRHRVHTHTIHUHUNIDIDNIEIRLILISRIMIMNININDIOIOTIQIRQIRIRNISISLITITA" +
  "JEJEYJMJAMJOJORJPJPNKEKENKGKGZKHKHMKIKIRKMCOMKNKNAKPPRKKRKORKWKWTKYCYMKZKAZLALAOLBLBNLCLCALILIELKLKALRLBRLSLSO" +
  "LTLTULULUXLVLVALYLBYMAMARMCMCOMDMDAMEMNEMFMAFMGMDGMHMHLMKMKDMLMLIMMMMRMNMNGMOMACMPMNPMQMTQMRMRTMSMSRMTMLTMUMUS" +
  "MVMDVMWMWIMXMEXMYMYSMZMOZNANAMNCNCLNENERNFNFKNGNGANINICNLNLDNONORNPNPLNRNRUNUNIUNZNZLOMOMNPAPANPEPERPFPYFPGPNG" +
  "PHPHLPKPAKPLPOLPMSPMPNPCNPRPRIPSPSEPTPRTPWPLWPYPRYQAQATREREUROROURSSRBRURUSRWRWASASAUSBSLBSCSYCSDSDNSESWESGSGP" +
  "SHSHNSISVNSJSJMSKSVKSLSLESMSMRSNSENSOSOMSRSURSSSSDSTSTPSVSLVSXSXMSYSYRSZSWZTCTCATDTCDTFATFTGTGOTHTHATJTJKTKTKL" +
  "TLTLSTMTKMTNTUNTOTONTRTURTTTTOTVTUVTWTWNTZTZAUAUKRUGUGAUMUMIUSUSAUYURYUZUZBVAVATVCVCTVEVENVGVGBVIVIRVNVNMVUVUT" +
  "WFWLFWSWSMXKXKKYEYEMYTMYTZAZAFZMZMBZWZWE";
export interface Country {
  code: string;
  name: string;
}

// countries lists every country by name, in the order of the locale.
export function countries(locale: string): Country[] {
  const out: Country[] = [];
  for (let k = 0; k < codes.length; k += 5) {
    const code = codes.slice(k, k + 2);
    out.push({ code, name: named(code, locale) });
  }
  return out.sort((a, b) => a.name.localeCompare(b.name, locale));
}

// named returns the name of a country by either code; a code that ISO does not
// know, as some documents have, stays as it is.
export function named(code: string, locale: string): string {
  const upper = code.toUpperCase();
  const short = upper.length === 3 ? alpha2(upper) : upper;
  try {
    return new Intl.DisplayNames(locale, { type: "region", fallback: "none" }).of(short) ?? code;
  } catch {
    return code; // no code at all
  }
}

// alpha2 returns the two-letter code, or the code itself when there is none.
export function alpha2(alpha3: string): string {
  for (let k = 0; k < codes.length; k += 5) {
    if (codes.slice(k + 2, k + 5) === alpha3) return codes.slice(k, k + 2);
  }
  return alpha3;
}
