package document

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"bonafide/mrz"
)

// Order is the order of day and month in a date written in figures only.
type Order int

// The orders. A year written with four digits says itself where it stands.
const (
	DayFirst   Order = iota // 31.08.1977: nearly everywhere
	MonthFirst              // 08/31/1977: the United States
)

// Century decides what a year of two digits means.
type Century int

// The readings of a two-digit year.
const (
	Past   Century = iota // births and issues: the latest year that is not after today's
	Future                // expiries: at most 50 years after today, less than 50 before
)

// ParsedDate is a date found in a printed text.
type ParsedDate struct {
	Date mrz.Date
	// Ambiguous says that day and month could be exchanged and only Order decided.
	Ambiguous bool
	// Start and End delimit the date's text, in bytes.
	Start, End int
}

// FindDate finds the first date in a line of print, such as "13 07 1990", "16 OCT 1986", "20 MAY /MAI 95", "1986-10-16", "12AUG1974",
// "Aug 12, 1974" or "12. 8. 1974"; months may be figures or the names and abbreviations of European languages, two of them with a
// stroke between. today decides the century of two-digit years and is not consulted otherwise; where it is zero, such dates are not
// found. A day the calendar does not have is no date.
func FindDate(text string, order Order, century Century, today time.Time) (ParsedDate, bool) {
	tokens := dateTokens(text)
	for i := range tokens {
		if d, ok := dateAt(tokens[i:], order, century, today); ok {
			return d, true
		}
	}
	return ParsedDate{}, false
}

// dateToken is a number or a month's name, with what separates it from the next one left out.
type dateToken struct {
	number     int // -1 for a month's name
	digits     int
	month      int
	start, end int
	joined     bool // nothing but at most two separators stands between it and the token before
}

// dateTokens cuts text into numbers and month names; any other word, or a wide gap, breaks the chain.
func dateTokens(text string) []dateToken {
	var out []dateToken
	gap, broken := 0, true
	for i := 0; i < len(text); {
		r := rune(text[i])
		switch {
		case '0' <= r && r <= '9':
			j := i
			for j < len(text) && '0' <= text[j] && text[j] <= '9' {
				j++
			}
			if n := j - i; n <= 8 {
				v, _ := strconv.Atoi(text[i:j])
				out = append(out, dateToken{number: v, digits: n, start: i, end: j, joined: !broken && gap <= 3})
				broken = false
			} else {
				broken = true
			}
			i, gap = j, 0
		case isLetter(text[i:]):
			j := i
			for j < len(text) && isLetter(text[j:]) {
				j += runeLen(text[j:])
			}
			if m := monthOf(text[i:j]); m > 0 {
				out = append(out, dateToken{number: -1, month: m, start: i, end: j, joined: !broken && gap <= 3})
				broken = false
			} else if word := fold(text[i:j]); word != "DE" && word != "OF" && word != "TH" && word != "ST" && word != "ND" && word != "RD" {
				broken = true
			}
			i, gap = j, 0
		default:
			if !strings.ContainsRune(" ./-,'°º:", r) {
				if r < 0x80 {
					broken = true
				}
			}
			gap++
			i += runeLen(text[i:])
		}
	}
	return out
}

func isLetter(s string) bool {
	for _, r := range s {
		return unicode.IsLetter(r)
	}
	return false
}

func runeLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

// dateAt reads a date that begins with the first token.
func dateAt(t []dateToken, order Order, century Century, today time.Time) (ParsedDate, bool) {
	make3 := func(y, m, d dateToken, n int, ambiguous bool) (ParsedDate, bool) {
		year, ok := fullYear(y, century, today, m, d)
		if !ok {
			return ParsedDate{}, false
		}
		month := m.month
		if m.number >= 0 {
			month = m.number
		}
		date := mrz.Date{Year: year, Month: month, Day: d.number}
		if !realDate(date) {
			return ParsedDate{}, false
		}
		return ParsedDate{Date: date, Ambiguous: ambiguous, Start: t[0].start, End: t[n-1].end}, true
	}
	small := func(x dateToken) bool { return x.number > 0 && x.digits <= 2 }
	year4 := func(x dateToken) bool { return x.digits == 4 && x.number >= 1900 && x.number < 2100 }
	yearAny := func(x dateToken) bool { return year4(x) || x.digits == 2 && x.number >= 0 }

	// Eight or six figures in a row: 19861016, 31081977, 083177.
	if t[0].digits == 8 {
		s := t[0]
		part := func(div int) dateToken { return dateToken{number: s.number / div % 100, digits: 2} }
		y := dateToken{number: s.number / 10000, digits: 4}
		if year4(y) {
			return make3(y, part(100), part(1), 1, false)
		}
		y = dateToken{number: s.number % 10000, digits: 4}
		if year4(y) {
			return dayMonth(part(1000000), part(10000), y, order, func(y, m, d dateToken, a bool) (ParsedDate, bool) { return make3(y, m, d, 1, a) })
		}
		return ParsedDate{}, false
	}
	if len(t) < 3 || !t[1].joined || !t[2].joined {
		return ParsedDate{}, false
	}
	switch {
	case small(t[0]) && t[1].month > 0: // 16 OCT 1986, 16 OCT/OUT 86
		n := 2
		if len(t) > 3 && t[2].month > 0 && t[3].joined {
			n = 3
		}
		if yearAny(t[n]) {
			return make3(t[n], t[1], t[0], n+1, false)
		}
	case t[0].month > 0 && small(t[1]) && yearAny(t[2]): // OCT 16, 1986
		return make3(t[2], t[0], t[1], 3, false)
	case year4(t[0]) && t[1].month > 0 && small(t[2]): // 1986 OCT 16
		return make3(t[0], t[1], t[2], 3, false)
	case year4(t[0]) && small(t[1]) && small(t[2]): // 1986-10-16
		return make3(t[0], t[1], t[2], 3, false)
	case small(t[0]) && small(t[1]) && yearAny(t[2]): // 16.10.1986, 10/16/1986
		return dayMonth(t[0], t[1], t[2], order, func(y, m, d dateToken, a bool) (ParsedDate, bool) { return make3(y, m, d, 3, a) })
	}
	return ParsedDate{}, false
}

// dayMonth tries two figures in the given order and, where that is no date of the calendar, in the other.
func dayMonth(a, b, y dateToken, order Order, build func(y, m, d dateToken, ambiguous bool) (ParsedDate, bool)) (ParsedDate, bool) {
	both := a.number <= 12 && b.number <= 12 && a.number != b.number
	d, m := a, b
	if order == MonthFirst {
		d, m = b, a
	}
	if got, ok := build(y, m, d, both); ok {
		return got, true
	}
	return build(y, d, m, false)
}

// fullYear gives four digits to a year. m and d decide whether a birth this year lies after today.
func fullYear(y dateToken, century Century, today time.Time, m, d dateToken) (int, bool) {
	if y.digits == 4 {
		return y.number, true
	}
	if today.IsZero() {
		return 0, false
	}
	year := today.Year()/100*100 + y.number
	month := m.month
	if m.number >= 0 {
		month = m.number
	}
	switch century {
	case Past:
		if time.Date(year, time.Month(month), d.number, 0, 0, 0, 0, time.UTC).After(today) {
			year -= 100
		}
	case Future:
		for year > today.Year()+50 {
			year -= 100
		}
		for year <= today.Year()-50 {
			year += 100
		}
	}
	return year, true
}

// realDate says whether the calendar has the date.
func realDate(d mrz.Date) bool {
	if d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > 31 {
		return false
	}
	t, ok := d.Time()
	return ok && t.Day() == d.Day && int(t.Month()) == d.Month
}

// months lists beginnings of month names, folded; the longest that fits decides (JUIL before JUI). Languages: English, French, German,
// Spanish, Italian, Portuguese, Dutch, Polish, Czech, Romanian, Turkish, Croatian, Scandinavian, Finnish, Hungarian, Estonian.
var months = [12]string{
	"JAN JÄN JANV ENE GEN STY LED IAN OCA SIJ TAM",
	"FEB FEV FEVR FEBB LUT UNO SUB VELJ HEL",
	"MAR MARS MARZ MRZ MAER MRT MAA BRE OZU",
	"APR AVR AVRIL ABR ABRI KWI DUB NIS TRA HUH",
	"MAY MAI MAYO MAG MAGG MAJ MEI KVE SVI TOU MAIO",
	"JUN JUIN GIU CZE CZER CVN IUN HAZ LIP JUNI",
	"JUL JUIL LUG LUGL CVC IUL TEM SRP JULI HEI",
	"AUG AOU AOUT AGO AGOS SIE AGU KOL ELO",
	"SEP SEPT SET SETT WRZ ZAR EYL RUJ SYY",
	"OCT OKT OTT OUT PAZ RIJ EKI LIS LOK",
	"NOV NOVE LIST KAS STU MARR",
	"DEC DEZ DIC DICI GRU PRO ARA JOU DES DETS DZ",
}

// monthOf recognises a month's name or abbreviation; 0 where there is none. Slavic languages share words between months (LIS is
// November in Polish and October in Croatian, LIP July and June, SRP July and August): the Polish and Czech meaning wins, as their
// documents print names where Croatia prints figures.
func monthOf(word string) int {
	w := fold(word)
	switch w {
	case "LIS", "LISTOPAD", "LISTOPADA":
		return 11
	case "LIP", "LIPCA", "LIPIEC":
		return 7
	case "SRP", "SRPEN", "SRPNA":
		return 8
	case "CERVENEC", "CERVENCE":
		return 7
	case "MARRAS", "MARRASKUU":
		return 11
	}
	if len(w) < 3 || len(w) > 12 {
		return 0
	}
	best, month := 0, 0
	for m, list := range months {
		for a := range strings.FieldsSeq(list) {
			a = fold(a)
			if len(a) > best && (w == a || strings.HasPrefix(w, a) && len(a) >= 3 && isMonthName(w, m)) {
				best, month = len(a), m+1
			}
		}
	}
	return month
}

// fullMonths are whole names, for words longer than an abbreviation: MARTIN begins like March and is none.
var fullMonths = [12]string{
	"JANUARY JANVIER JANUAR JAENNER ENERO GENNAIO JANEIRO JANUARI STYCZEN STYCZNIA LEDEN LEDNA IANUARIE OCAK SIJECANJ SIJECNJA TAMMIKUU",
	"FEBRUARY FEVRIER FEBRUAR FEBRERO FEBBRAIO FEVEREIRO FEBRUARI LUTY LUTEGO UNOR UNORA FEBRUARIE SUBAT VELJACA VELJACE HELMIKUU",
	"MARCH MARZO MARCO MAART MARZEC MARCA BREZEN BREZNA MARTIE MART OZUJAK OZUJKA MAALISKUU MAERZ MARZ",
	"APRIL ABRIL APRILE AVRIL KWIECIEN KWIETNIA DUBEN DUBNA APRILIE NISAN TRAVANJ TRAVNJA HUHTIKUU",
	"MAGGIO MAIO MAYO KVETEN KVETNA MAJA MAYIS SVIBANJ SVIBNJA TOUKOKUU",
	"JUNE JUNI JUNIO GIUGNO JUNHO CZERWIEC CZERWCA CERVEN CERVNA IUNIE HAZIRAN LIPANJ LIPNJA KESAKUU",
	"JULY JULI JUILLET JULIO LUGLIO JULHO LIPIEC LIPCA IULIE TEMMUZ SRPANJ SRPNJA HEINAKUU",
	"AUGUST AOUT AGOSTO AUGUSTUS AUGUSTI SIERPIEN SIERPNIA SRPEN AGUSTOS KOLOVOZ KOLOVOZA ELOKUU",
	"SEPTEMBER SEPTEMBRE SEPTIEMBRE SETTEMBRE SETEMBRO WRZESIEN WRZESNIA ZARI SEPTEMBRIE EYLUL RUJAN RUJNA SYYSKUU",
	"OCTOBER OCTOBRE OKTOBER OCTUBRE OTTOBRE OUTUBRO PAZDZIERNIK PAZDZIERNIKA RIJEN RIJNA OCTOMBRIE EKIM LOKAKUU",
	"NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO NOIEMBRIE KASIM STUDENI STUDENOG",
	"DECEMBER DECEMBRE DEZEMBER DICIEMBRE DICEMBRE DEZEMBRO GRUDZIEN GRUDNIA PROSINEC PROSINCE DECEMBRIE ARALIK PROSINAC JOULUKUU DESEMBER",
}

// isMonthName says whether w is, or begins with at least four letters of, a whole name of month m (from 0).
func isMonthName(w string, m int) bool {
	for name := range strings.FieldsSeq(fullMonths[m]) {
		if w == name || len(w) >= 4 && strings.HasPrefix(name, w) {
			return true
		}
	}
	return false
}
