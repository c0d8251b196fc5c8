package document

import (
	"strings"
	"unicode/utf8"

	"bonafide/mrz"
)

// Kind is the kind of a document, in the words policies accept.
type Kind string

// The kinds.
const (
	KindUnknown         Kind = ""
	KindPassport        Kind = "passport"
	KindIDCard          Kind = "id_card"
	KindVisa            Kind = "visa"
	KindDrivingLicence  Kind = "driving_licence"
	KindResidencePermit Kind = "residence_permit"
)

// titles are what documents call themselves. The order decides where two fit: a residence permit may also say "identity card".
var titles = []struct {
	kind  Kind
	words string
}{
	{KindDrivingLicence, `Driver license|Driver licence|Drivers license|Driver's license|Driving licence|Driving license|Permis de conduire|Führerschein|Permiso de conducción|
Licencia de conducir|Licencia de conducción|Patente di guida|Carta de condução|Rijbewijs|Prawo jazdy|Řidičský průkaz|Vodičský preukaz|Permis de conducere|
Körkort|Kørekort|Førerkort|Ajokortti|Juhiluba|Vadītāja apliecība|Vairuotojo pažymėjimas|Vezetői engedély|Vozačka dozvola|Vozniško dovoljenje|Sürücü belgesi|Carteira nacional de habilitação`},
	{KindResidencePermit, `Residence permit|Permanent resident|Titre de séjour|Aufenthaltstitel|Permiso de residencia|Permesso di soggiorno|Título de residência|Verblijfstitel|
Verblijfsvergunning|Zezwolenie na pobyt|Karta pobytu|Povolení k pobytu|Permis de ședere|Uppehållstillstånd|Opholdstilladelse|Oppholdstillatelse|Employment authorization`},
	{KindVisa, `Visa|Visum|Visado|Visto|Wiza`},
	{KindIDCard, `Identity card|Identification card|National identity card|Carte nationale d'identité|Carte d'identité|Personalausweis|Identitätskarte|Documento nacional de identidad|
Carta d'identità|Carta di identità|Cartão de cidadão|Bilhete de identidade|Identiteitskaart|Dowód osobisty|Občanský průkaz|Občiansky preukaz|Carte de identitate|
Nationellt identitetskort|Identitetskort|Identitetskort|Henkilökortti|Isikutunnistus|Personas apliecība|Asmens tapatybės kortelė|Személyazonosító igazolvány|Osobna iskaznica|
Osebna izkaznica|Kimlik kartı|Cédula de ciudadanía|Cédula de identidad|Credencial para votar`},
	{KindPassport, `Passport|Passeport|Reisepass|Pasaporte|Passaporto|Passaporte|Paspoort|Paszport|Cestovní pas|Pașaport|Reisedokument|Pasaport|Putovnica|Útlevél`},
}

// issuers are the names that documents give their issuing state, with its ISO 3166-1 alpha-3 code.
var issuers = []struct{ code, words string }{
	{"USA", `United States of America|United States|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana|
Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|
North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|
Wisconsin|Wyoming|District of Columbia`},
	{"FRA", `République française`},
	{"DEU", `Bundesrepublik Deutschland|Federal Republic of Germany`},
	{"AUT", `Republik Österreich|Republic of Austria`},
	{"CHE", `Schweizerische Eidgenossenschaft|Confédération suisse`},
	{"ESP", `España|Reino de España`},
	{"ITA", `Repubblica italiana`},
	{"PRT", `Portugal|República portuguesa`},
	{"NLD", `Koninkrijk der Nederlanden|Nederland`},
	{"BEL", `Royaume de Belgique|Koninkrijk België|Belgique|België`},
	{"LUX", `Luxembourg|Lëtzebuerg`},
	{"GBR", `United Kingdom|United Kingdom of Great Britain and Northern Ireland`},
	{"IRL", `Ireland|Éire`},
	{"POL", `Rzeczpospolita Polska|Republic of Poland`},
	{"CZE", `Česká republika|Czech Republic`},
	{"SVK", `Slovenská republika|Slovak Republic`},
	{"ROU", `România|Roumanie`},
	{"HUN", `Magyarország|Magyar Köztársaság`},
	{"SWE", `Sverige`},
	{"DNK", `Danmark`},
	{"NOR", `Norge|Noreg`},
	{"FIN", `Suomi Finland|Suomi`},
	{"EST", `Eesti Vabariik|Eesti`},
	{"LVA", `Latvijas Republika|Latvija`},
	{"LTU", `Lietuvos Respublika|Lietuva`},
	{"HRV", `Republika Hrvatska`},
	{"SVN", `Republika Slovenija`},
	{"TUR", `Türkiye Cumhuriyeti`},
	{"CAN", `Canada|Ontario|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New Brunswick`},
	{"MEX", `Estados Unidos Mexicanos|México`},
	{"BRA", `República Federativa do Brasil`},
	{"ARG", `República Argentina`},
	{"COL", `República de Colombia`},
	{"AUS", `Australia`},
	{"IND", `Republic of India`},
}

// phrases are folded words that stand for a name.
type phrases struct {
	name    string
	phrases []string
}

var titlePhrases, issuerPhrases = foldPhrases()

func foldPhrases() (kinds, states []phrases) {
	cut := func(name, words string) phrases {
		p := phrases{name: name}
		for w := range strings.SplitSeq(words, "|") {
			p.phrases = append(p.phrases, fold(w))
		}
		return p
	}
	for _, t := range titles {
		kinds = append(kinds, cut(string(t.kind), t.words))
	}
	for _, i := range issuers {
		states = append(states, cut(i.code, i.words))
	}
	return kinds, states
}

func mentionsAny(lines, phrases []string) bool {
	for _, p := range phrases {
		for _, l := range lines {
			if mentions(l, p) {
				return true
			}
		}
	}
	return false
}

// title is what the print says the document is.
type title struct {
	kind   Kind
	issuer string
	order  Order // of day and month in figures
}

// readTitle looks for titles and issuers in the lines of a document.
func readTitle(lines []string) title {
	var t title
	folded := make([]string, 0, len(lines))
	for _, l := range lines {
		folded = append(folded, fold(l))
	}
	for _, k := range titlePhrases {
		if t.kind == KindUnknown && mentionsAny(folded, k.phrases) {
			t.kind = Kind(k.name)
		}
	}
	for _, s := range issuerPhrases {
		if t.issuer == "" && mentionsAny(folded, s.phrases) {
			t.issuer = s.name
		}
	}
	if t.issuer == "USA" {
		t.order = MonthFirst
	}
	return t
}

// mentions says whether a line contains a phrase. Long phrases may have misread letters; short ones must be most of their line, so that
// "visa" inside a longer word or "Portugal" as a place of birth in a sentence does not count.
func mentions(line, phrase string) bool {
	n := utf8.RuneCountInString(phrase)
	if n < 9 {
		return distance(line, phrase, slackOf(n)) <= slackOf(n) || strings.Contains(line, phrase) && utf8.RuneCountInString(line) <= 3*n
	}
	return distanceWithin(line, phrase) <= n/8
}

// distanceWithin is the least distance of phrase to any part of text (Sellers 1980).
func distanceWithin(text, phrase string) int {
	p := []rune(phrase)
	col := make([]int, len(p)+1)
	for i := range col {
		col[i] = i
	}
	best := len(p)
	for _, c := range text {
		diag := col[0]
		for i := range p {
			cost := diag
			if p[i] != c {
				cost++
			}
			diag = col[i+1]
			col[i+1] = min(cost, col[i]+1, diag+1)
		}
		best = min(best, col[len(p)])
	}
	return best
}

// kindOfMRZ derives the kind from the document code (Doc 9303 parts 4 to 7; ISO/IEC 18013-1 for driving licences).
func kindOfMRZ(format mrz.Format, code string) Kind {
	if code == "" {
		return KindUnknown
	}
	switch {
	case code[0] == 'V':
		return KindVisa
	case code[0] == 'P':
		return KindPassport
	case code[0] == 'D':
		return KindDrivingLicence
	case format == mrz.TD3:
		return KindPassport
	case code == "IR" || code == "AR" || code == "CR" || code == "C1" || code == "C2":
		// Residence permits: the EU's uniform format prints AR, CR or IR (Regulation (EC) 1030/2002, annex), US permanent resident cards C1 and C2.
		return KindResidencePermit
	}
	return KindIDCard
}
