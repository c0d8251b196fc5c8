package message

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/bidi"
)

// forms is how a language writes dates and lists. The Go libraries have no
// dates in words; these follow CLDR 47 (long date, "or" list), with the digits
// that documents have.
type forms struct {
	date   string // with {day}, {month} and {year}
	months string // twelve names, separated by commas, as they stand in a date
	first  string // the first of a month, where it is no plain 1
	clock  string // between a date and the time of day
	comma  string // between the members of a list
	or     string // before the last
	rtl    bool
}

// written returns the forms of a language, or English's.
func written(tag language.Tag) forms {
	switch tag.String() {
	case "ar":
		return forms{date: "{day} {month} {year}", months: "يناير,فبراير,مارس,أبريل,مايو,يونيو,يوليو,أغسطس,سبتمبر,أكتوبر,نوفمبر,ديسمبر", clock: "، ", comma: " أو ", or: " أو ", rtl: true}
	case "de":
		return forms{date: "{day}. {month} {year}", months: "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember", clock: ", ", comma: ", ", or: " oder "}
	case "es":
		return forms{date: "{day} de {month} de {year}", months: "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre", clock: ", ", comma: ", ", or: " o "}
	case "fr":
		return forms{date: "{day} {month} {year}", months: "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre", first: "1er", clock: ", ", comma: ", ", or: " ou "}
	case "hi":
		return forms{date: "{day} {month} {year}", months: "जनवरी,फ़रवरी,मार्च,अप्रैल,मई,जून,जुलाई,अगस्त,सितंबर,अक्टूबर,नवंबर,दिसंबर", clock: ", ", comma: ", ", or: " या "}
	case "id":
		return forms{date: "{day} {month} {year}", months: "Januari,Februari,Maret,April,Mei,Juni,Juli,Agustus,September,Oktober,November,Desember", clock: ", ", comma: ", ", or: " atau "}
	case "pt-BR":
		return forms{date: "{day} de {month} de {year}", months: "janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro", first: "1º", clock: ", ", comma: ", ", or: " ou "}
	case "ru":
		// Without the abbreviation for "year" behind it, whose full stop would stand beside a sentence's own.
		return forms{date: "{day} {month} {year}", months: "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря", clock: ", ", comma: ", ", or: " или "}
	case "tr":
		return forms{date: "{day} {month} {year}", months: "Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık", clock: ", ", comma: ", ", or: " veya "}
	case "vi":
		return forms{date: "{day} {month}, {year}", months: "tháng 1,tháng 2,tháng 3,tháng 4,tháng 5,tháng 6,tháng 7,tháng 8,tháng 9,tháng 10,tháng 11,tháng 12", clock: ", ", comma: ", ", or: " hoặc "}
	case "zh-Hans":
		return forms{date: "{year}年{month}月{day}日", months: "1,2,3,4,5,6,7,8,9,10,11,12", clock: " ", comma: "、", or: "或"} //nolint:gosmopolitan // what the language itself writes
	}
	return forms{date: "{day} {month} {year}", months: "January,February,March,April,May,June,July,August,September,October,November,December", clock: ", ", comma: ", ", or: " or "}
}

// day writes a date, with the month in words where the language does so.
func (f forms) day(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 && f.first != "" {
		day = f.first
	}
	month := strings.Split(f.months, ",")[t.Month()-1]
	return strings.NewReplacer("{day}", day, "{month}", month, "{year}", strconv.Itoa(t.Year())).Replace(f.date)
}

// moment writes a date, with the time of day in UTC when there is one.
func (f forms) moment(t time.Time) string {
	t = t.UTC()
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return f.day(t)
	}
	return f.day(t) + f.clock + t.Format("15:04 UTC")
}

// list writes alternatives.
func (f forms) list(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	last := len(all) - 1
	return strings.Join(all[:last], f.comma) + f.or + all[last]
}

// value makes something that was typed or read fit to stand in a sentence. Signs
// that steer the direction of text are taken out, so that it cannot disturb the
// rest; where the two directions meet it is isolated (UAX #9, section 2.4.2), so
// that a Latin number stands right in an Arabic sentence. Elsewhere the text
// stays plain.
func (f forms) value(s string) string {
	rtl := f.rtl
	s = strings.Map(func(r rune) rune {
		if steers(r) {
			return -1
		}
		switch p, _ := bidi.LookupRune(r); p.Class() { //nolint:exhaustive // all else stays as it is
		case bidi.R, bidi.AL:
			rtl = true
		case bidi.B, bidi.S: // ends of lines and tabs
			return ' '
		}
		return r
	}, s)
	if !rtl || s == "" {
		return s
	}
	return "\u2068" + s + "\u2069"
}

// steers reports the signs that are there for the direction of text alone (UAX
// #9, section 2).
func steers(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

// country names a country by a code of ISO 3166 or of a machine readable zone;
// what is no code stays as it is.
func country(tag language.Tag, code string) string {
	switch code {
	case "D": // ICAO 9303 part 3, section 5
		code = "DE"
	case "RKS", "XKK": // Kosovo, in common use
		code = "XK"
	}
	for _, r := range code {
		if r < 'A' || r > 'Z' {
			return code
		}
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	if name := display.Regions(tag).Name(region); name != "" {
		return name
	}
	return code
}
