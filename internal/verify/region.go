package verify

import (
	"strings"

	"golang.org/x/text/language"
)

// alpha3 writes a state as documents do: ISO 3166-1 alpha-3. Codes that ISO does
// not know, such as UTO or XXA, stay as they are (Doc 9303 part 3, section 5).
func alpha3(code string) string {
	code = strings.ToUpper(strings.Trim(code, "< "))
	if code == "D" { // Germany's own
		return "DEU"
	}
	if r, err := language.ParseRegion(code); err == nil && r.IsCountry() && r.ISO3() != "ZZZ" {
		return r.ISO3()
	}
	return code
}

// alpha2 writes a state as policies do: ISO 3166-1 alpha-2; "" when there is
// none.
func alpha2(code string) string {
	switch c := alpha3(code); c {
	case "GBD", "GBN", "GBO", "GBP", "GBS": // British nationals, Doc 9303 part 3, section 5
		return "GB"
	case "RKS":
		return "XK"
	default:
		if r, err := language.ParseRegion(c); err == nil && r.IsCountry() {
			return r.String()
		}
		return ""
	}
}
