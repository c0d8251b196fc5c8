package document

import (
	"strings"
	"unicode"

	"bonafide/internal/ocr"
)

// nationalLetters are the letters beyond A-Z that a state's documents print in its citizens' names (CLDR's main and auxiliary exemplar
// sets, narrowed to what the civil registers use). A state that is not listed may print any European letter.
var nationalLetters = map[string]string{
	"USA": "", "GBR": "ÉÁÈË", "AUS": "", "IND": "", "IRL": "ÁÉÍÓÚ", "CAN": "ÀÂÇÉÈÊËÎÏÔÛÙÜ",
	"FRA": "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒÑ", "BEL": "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜ", "LUX": "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜ",
	"ESP": "ÁÉÍÓÚÜÑÇÀÈÒÏ", "MEX": "ÁÉÍÓÚÜÑ", "ARG": "ÁÉÍÓÚÜÑ", "COL": "ÁÉÍÓÚÜÑ", "ITA": "ÀÈÉÌÒÙÁÍÓÚ",
	"PRT": "ÁÂÃÀÇÉÊÍÓÔÕÚÜ", "BRA": "ÁÂÃÀÇÉÊÍÓÔÕÚÜ", "NLD": "ÁÉËÈÏÓÖÜÇ",
	"POL": "ĄĆĘŁŃÓŚŹŻ", "CZE": "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽÖÜ", "SVK": "ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽÖÜ", "HUN": "ÁÉÍÓÖŐÚÜŰ", "ROU": "ĂÂÎȘȚÁÉÖÜŐ",
	"SWE": "ÅÄÖÉÜ", "FIN": "ÅÄÖÉÜŠŽ", "DNK": "ÆØÅÉÖÜÄ", "NOR": "ÆØÅÉÖÜÄ", "EST": "ÄÕÖÜŠŽ", "LVA": "ĀČĒĢĪĶĻŅŠŪŽ", "LTU": "ĄČĘĖĮŠŲŪŽ",
	"HRV": "ČĆĐŠŽ", "SVN": "ČŠŽĆĐ", "TUR": "ÇĞİÖŞÜÂ", "VNM": "",
}

// restrict reads lines again in the light of the issuing state's letters: the recogniser knows all of Europe's at once and takes a serif
// for a mark. Vietnamese letters, which outnumber all others in its alphabet, are taken away from all states but Vietnam.
func restrict(lines []ocr.Line, issuer string) []ocr.Line {
	if issuer == "VNM" {
		return lines
	}
	national, known := nationalLetters[issuer]
	allowed := func(r rune) bool {
		if r < 0x80 {
			return true
		}
		if known {
			return strings.ContainsRune(national, unicode.ToUpper(r)) || r == 'ı' && issuer == "TUR"
		}
		switch {
		case r >= 0x1EA0, strings.ContainsRune("ƠơƯư", r): // Vietnamese
			return r == 'ẞ'
		case strings.ContainsRune("ŊŋŦŧŔŕŖŗƏəĦħŴŵŶŷĨĩŨũ", r):
			return false // single languages' letters: their states are listed or print them rarely
		}
		return true
	}
	out := make([]ocr.Line, len(lines))
	for i, l := range lines {
		out[i] = ocr.Restrict(l, allowed)
	}
	return out
}
