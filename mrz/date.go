package mrz

import (
	"errors"
	"fmt"
	"time"
)

// Date is a date of which parts may be unknown: fillers in the zone (Doc 9303 part 3, section 4.8). The zero Date is no date at all.
type Date struct {
	Year  int // four digits; 0 unknown
	Month int // 1-12; 0 unknown
	Day   int // 1-31; 0 unknown
}

// String writes ISO 8601: 1974-08-12; with unknown parts the X of ISO 8601-2 (EDTF): 1974-XX-XX; "" for the zero Date.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	part := func(n, width int) string {
		if n == 0 {
			return "XXXX"[:width]
		}
		return fmt.Sprintf("%0*d", width, n)
	}
	return part(d.Year, 4) + "-" + part(d.Month, 2) + "-" + part(d.Day, 2)
}

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// errDate carries no text, since the text is a person's birth date.
var errDate = errors.New("mrz: not a date of the form YYYY-MM-DD")

// ParseDate reads String's form. Each part may be X's. The error does not tell the text.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, errDate
	}
	year, ok1 := digits(s[:4], 'X')
	month, ok2 := digits(s[5:7], 'X')
	day, ok3 := digits(s[8:], 'X')
	d := Date{year, month, day}
	if !ok1 || !ok2 || !ok3 || !d.exists() || year == 0 && s[:4] != "XXXX" || month == 0 && s[5:7] != "XX" || day == 0 && s[8:] != "XX" {
		return Date{}, errDate
	}
	return d, nil
}

// digits reads decimal digits; all-unknown gives 0.
func digits(s string, unknown byte) (int, bool) {
	n, blanks := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == unknown:
			blanks++
		case '0' <= c && c <= '9':
			n = n*10 + int(c-'0')
		default:
			return 0, false
		}
	}
	return n, blanks == 0 || blanks == len(s)
}

// Complete says that year, month and day are known.
func (d Date) Complete() bool { return d.Year != 0 && d.Month != 0 && d.Day != 0 }

// Time returns the date's midnight in UTC, false when parts are unknown.
func (d Date) Time() (time.Time, bool) {
	if !d.Complete() {
		return time.Time{}, false
	}
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC), true
}

// exists says whether the known parts are of the calendar. An unknown year counts as a leap year.
func (d Date) exists() bool {
	if d.Year < 0 || d.Year > 9999 || d.Month < 0 || d.Month > 12 || d.Day < 0 || d.Day > 31 {
		return false
	}
	if d.Month == 0 || d.Day == 0 {
		return true
	}
	year := d.Year
	if year == 0 {
		year = 2000
	}
	t := time.Date(year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	return t.Month() == time.Month(d.Month)
}

// shortDate reads YYMMDD, leaving the century to pick. ok is false when it is not a date of the calendar; a date of fillers only is
// the zero Date and ok. A part that is half filler ("1<") is not a date.
func shortDate(s string, pick func(d Date, yy int) int) (d Date, ok bool) {
	if s == "<<<<<<" {
		return Date{}, true
	}
	yy, ok1 := digits(s[:2], Filler)
	month, ok2 := digits(s[2:4], Filler)
	day, ok3 := digits(s[4:], Filler)
	// 00 is no month and no day; some states print it for an unknown part.
	if !ok1 || !ok2 || !ok3 {
		return Date{}, false
	}
	d = Date{Month: month, Day: day}
	if s[:2] != "<<" {
		d.Year = pick(d, yy)
	}
	if !d.exists() {
		return Date{}, false
	}
	return d, true
}

// birthYear picks the latest year that does not put the birth after at.
func birthYear(at time.Time) func(Date, int) int {
	return func(d Date, yy int) int {
		year := at.Year() - at.Year()%100 + yy
		now := Date{at.Year(), int(at.Month()), at.Day()}
		if after(Date{year, d.Month, d.Day}, now) {
			year -= 100
		}
		return year
	}
}

// after says whether the known parts of d lie after e.
func after(d, e Date) bool {
	if d.Year != e.Year {
		return d.Year > e.Year
	}
	if d.Month == 0 || d.Month != e.Month {
		return d.Month > e.Month
	}
	return d.Day > e.Day
}

// expiryYear picks the year in (at-50, at+50].
func expiryYear(at time.Time) func(Date, int) int {
	return func(_ Date, yy int) int {
		year := at.Year() - at.Year()%100 + yy
		switch {
		case year > at.Year()+50:
			year -= 100
		case year <= at.Year()-50:
			year += 100
		}
		return year
	}
}
