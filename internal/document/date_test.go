package document

import (
	"testing"
	"time"
)

func TestFindDate(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name, text string
		order      Order
		century    Century
		today      time.Time
		want       string // "" for none
		ambiguous  bool
	}{
		{"blanks", "13 07 1990", DayFirst, Past, today, "1990-07-13", false},
		{"dots", "31.10.2012.", DayFirst, Future, today, "2012-10-31", false},
		{"dots and blanks", "12. 8. 1974", DayFirst, Past, today, "1974-08-12", true},
		{"american", "08/31/1977", MonthFirst, Past, today, "1977-08-31", false},
		{"american read elsewhere", "08/31/1977", DayFirst, Past, today, "1977-08-31", false},
		{"ambiguous, american", "02/01/1957", MonthFirst, Past, today, "1957-02-01", true},
		{"ambiguous, elsewhere", "02/01/1957", DayFirst, Past, today, "1957-01-02", true},
		{"iso", "1986-10-16", DayFirst, Past, today, "1986-10-16", false},
		{"year first with blanks", "1986 10 16", MonthFirst, Past, today, "1986-10-16", false},
		{"english month", "16 OCT 1986", DayFirst, Past, today, "1986-10-16", false},
		{"two languages", "20 MAY /MAI 95", DayFirst, Past, today, "1995-05-20", false},
		{"two languages, no blanks", "30 MAR/MARS 1972", DayFirst, Past, today, "1972-03-30", false},
		{"spaces lost", "12AUG1974", DayFirst, Past, today, "1974-08-12", false},
		{"month first word", "Aug 12, 1974", DayFirst, Past, today, "1974-08-12", false},
		{"full month", "12 August 1974", DayFirst, Past, today, "1974-08-12", false},
		{"french", "3 FÉVRIER 2001", DayFirst, Past, today, "2001-02-03", false},
		{"german", "24. Dezember 1980", DayFirst, Past, today, "1980-12-24", false},
		{"spanish with de", "5 de ENERO de 1999", DayFirst, Past, today, "1999-01-05", false},
		{"polish July", "13 LIP/JUL 2016", DayFirst, Future, today, "2016-07-13", false},
		{"polish November", "02 LIS 2016", DayFirst, Future, today, "2016-11-02", false},
		{"dutch", "19 MEI 1971", DayFirst, Past, today, "1971-05-19", false},
		{"czech", "01 ÚNO 1999", DayFirst, Past, today, "1999-02-01", false},
		{"eight figures", "31081977", DayFirst, Past, today, "1977-08-31", false},
		{"eight figures, year first", "19770831", DayFirst, Past, today, "1977-08-31", false},
		{"after other words", "geb. am 01.02.1980", DayFirst, Past, today, "1980-02-01", true},
		{"before a place", "01.02.1980 PARIS", DayFirst, Past, today, "1980-02-01", true},
		{"two figures, past", "12/15/20", MonthFirst, Past, today, "2020-12-15", false},
		{"two figures, past century", "07 DEC 84", DayFirst, Past, today, "1984-12-07", false},
		{"two figures, would be a birth tomorrow", "23 NOV 26", DayFirst, Past, today, "1926-11-23", false},
		{"two figures, born today", "22 NOV 26", DayFirst, Past, today, "2026-11-22", false},
		{"two figures, future", "12/15/25", MonthFirst, Future, today, "2025-12-15", false},
		{"two figures, expired long ago", "01 JAN 98", DayFirst, Future, today, "1998-01-01", false},
		{"two figures without today", "12/15/25", MonthFirst, Future, time.Time{}, "", false},
		{"four figures without today", "12/15/2025", MonthFirst, Future, time.Time{}, "2025-12-15", false},
		{"not of the calendar", "29.02.2011", DayFirst, Past, today, "", false},
		{"leap day", "29.02.2012", DayFirst, Past, today, "2012-02-29", false},
		{"month of thirteen", "13.13.2011", DayFirst, Past, today, "", false},
		{"zeros", "00/00/0000", MonthFirst, Past, today, "", false},
		{"a name that begins like a month", "MARTIN 12 1990", DayFirst, Past, today, "", false},
		{"house number and postcode", "12 DECKER STREET 90210", DayFirst, Past, today, "", false},
		{"a document number", "1234567890123456", DayFirst, Past, today, "", false},
		{"nothing", "", DayFirst, Past, today, "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := FindDate(c.text, c.order, c.century, c.today)
			if ok != (c.want != "") || ok && (got.Date.String() != c.want || got.Ambiguous != c.ambiguous) {
				t.Errorf("FindDate(%q) = %v %v ambiguous %v, want %q ambiguous %v", c.text, got.Date, ok, got.Ambiguous, c.want, c.ambiguous)
			}
		})
	}
}

func TestDigitsForLetters(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want string }{
		{"16 0CT 1986", "16 OCT 1986"},
		{"l6.O1.l986", "16.01.1986"},
		{"O7 DEC /DÉC 84", "07 DEC /DÉC 84"},
	}
	for _, c := range cases {
		if got := digitsForLetters(c.in); got != c.want {
			t.Errorf("digitsForLetters(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzFindDate(f *testing.F) {
	for _, s := range []string{"16 OCT 1986", "12/15/25", "20 MAY /MAI 95", "31081977", "ÚNO", "1.1.1900", "\xff12\x00"} {
		f.Add(s, true)
	}
	today := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string, first bool) {
		order := DayFirst
		if first {
			order = MonthFirst
		}
		d, ok := FindDate(s, order, Past, today)
		if !ok {
			return
		}
		if !realDate(d.Date) || d.Start < 0 || d.Start >= d.End || d.End > len(s) {
			t.Errorf("FindDate(%q) = %+v", s, d)
		}
		// What was found is found again in its own text.
		if again, ok := FindDate(s[d.Start:d.End], order, Past, today); !ok || again.Date != d.Date {
			t.Errorf("FindDate(%q) = %v, but of its own part %v", s, d.Date, again.Date)
		}
		FindDate(digitsForLetters(s), order, Future, today)
	})
}
