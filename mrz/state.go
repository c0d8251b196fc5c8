package mrz

import "strings"

// IsState says whether a code may stand in the issuing state or nationality field: ISO 3166-1 alpha-3, or a code that Doc 9303
// part 3, section 5 adds to it. Fillers at the end are allowed. Utopia (UTO), the specimens' state, is one.
func IsState(code string) bool {
	code = strings.TrimRight(code, "<")
	n := len(code)
	if n != 1 && n != 3 || strings.IndexByte(code, ' ') >= 0 {
		return false
	}
	for list := states; list != ""; {
		var one string
		one, list, _ = strings.Cut(list, " ")
		if one == code {
			return true
		}
	}
	return false
}

// States lists all codes, sorted.
func States() []string { return strings.Split(states, " ") }

// states: ISO 3166-1 alpha-3 as of 2021 and Doc 9303 part 3 (8th edition) section 5: codes for Germany (D), British nationals
// (GBD GBN GBO GBP GBS), Kosovo (RKS), the European Union (EUE), the United Nations (UNA UNK UNO), organisations (XBA XCC XCE XCO
// XDC XEC XES XIM XMP XOM XPO XSA XCT), persons without a nationality (XXA XXB XXC XXX), and Utopia (UTO). IAO is ICAO's own use.
const states = "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE " +
	"BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA " +
	"CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE " +
	"D DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH EUE FIN FJI FLK FRA FRO FSM " +
	"GAB GBD GBN GBO GBP GBR GBS GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY " +
	"HKG HMD HND HRV HTI HUN IAO IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN " +
	"KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA " +
	"MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT " +
	"NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF " +
	"QAT REU RKS ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR " +
	"TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI UNA UNK UNO URY USA UTO UZB " +
	"VAT VCT VEN VGB VIR VNM VUT WLF WSM XBA XCC XCE XCO XCT XDC XEC XES XIM XMP XOM XPO XSA XXA XXB XXC XXX YEM ZAF ZMB ZWE"
