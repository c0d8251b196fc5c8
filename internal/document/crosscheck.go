package document

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"bonafide/internal/ocr"
	"bonafide/mrz"
)

// The inner constants of Contradiction: logarithms of odds.
const (
	leastRest   = 1e-4 // least probability that a letter is one that the reader does not name
	restLetters = 10   // among how many letters the rest of the probability is shared
	lostLetter  = 3.0  // a letter that the reader left out: it happens to narrow ones
)

// Contradiction is how much likelier a printed value is what was read of it than what a zone or a bar code says: the natural logarithm of
// the odds, 0 where they agree or cannot be compared. Letters that the reader was unsure of weigh little. Names are compared as Doc 9303
// transliterates them; blanks, hyphens, order of day and month and a part that one side leaves out say nothing.
func Contradiction(name string, f Field, coded string) float64 {
	if f.Value == "" || coded == "" {
		return 0
	}
	chars := f.chars
	if len(chars) == 0 {
		for _, r := range f.Value {
			chars = append(chars, ocr.Char{R: r, Conf: f.Confidence})
		}
	}
	switch name {
	case FieldSurname, FieldGivenNames:
		return math.Min(unlike(chars, coded, nameForms, true), unlike(chars, plainLetters(coded), nameForms, true))
	case FieldDocumentNumber, FieldPersonalNumber:
		a, b := alike(f.Value), alike(coded)
		if strings.Contains(a, b) || strings.Contains(b, a) {
			return 0
		}
		return unlike(chars, b, numberForms, false)
	case FieldBirthDate, FieldExpiryDate, FieldIssueDate:
		return otherDate(f, chars, coded)
	case FieldSex:
		if f.Value != coded && manOrWoman(f.Value) && manOrWoman(coded) {
			return surety(chars)
		}
	}
	return 0
}

// surety is how sure the least sure letter is not another.
func surety(chars []ocr.Char) float64 {
	least := math.Inf(1)
	for _, c := range chars {
		if unicode.IsLetter(c.R) || unicode.IsDigit(c.R) {
			least = math.Min(least, odds(c))
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// odds are those of a letter against one that the reader does not name.
func odds(c ocr.Char) float64 {
	return math.Max(0, math.Log(c.Conf/math.Max(leastRest, (1-c.Conf)/restLetters)))
}

// nameForms are the ways in which a zone may write a letter of a name.
func nameForms(r rune) []string {
	out := []string{fold(string(r))}
	if t := plainLetters(mrz.Transliterate(string(unicode.ToUpper(r)))); t != "" && t != out[0] {
		out = append(out, t)
	}
	return out
}

func numberForms(r rune) []string { return []string{alike(string(r))} }

// plainLetters keeps the letters of a zone.
func plainLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

// alike writes a number without what has one shape: O and 0, I and 1.
func alike(s string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case r == 'O':
			return '0'
		case r == 'I':
			return '1'
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return r
		}
		return -1
	}, s)
}

// unlike is the least sum of odds by which the letters become the coded text. With tail, what one of the two has beyond the other at the
// end costs nothing where a word ends: zones cut names, and print goes on in another line.
func unlike(chars []ocr.Char, coded string, forms func(rune) []string, tail bool) float64 {
	var want []rune
	ends := map[int]bool{} // places in want where a word ends
	for _, r := range fold2(coded, forms) {
		if r == ' ' {
			ends[len(want)] = true
			continue
		}
		want = append(want, r)
	}
	n := len(want)
	const inf = math.MaxFloat64 / 4
	row := make([]float64, n+1)
	for j := 1; j <= n; j++ {
		row[j] = row[j-1] + lostLetter
	}
	best := inf
	matched := false
	for _, c := range chars {
		own := forms(c.R)
		if strings.Join(own, "") == "" {
			if tail && matched && c.R == ' ' {
				best = math.Min(best, row[n]) // what follows the zone has no room for
			}
			continue
		}
		matched = true
		next := make([]float64, n+1)
		gone := odds(c)
		for j := range next {
			next[j] = row[j] + gone
			if j > 0 {
				next[j] = math.Min(next[j], row[j-1]+gone)
			}
		}
		for _, form := range own {
			reach(next, row, want, form, 0)
		}
		for _, o := range c.Others {
			for _, form := range forms(o.R) {
				reach(next, row, want, form, math.Max(0, math.Log(c.Conf/math.Max(o.Conf, leastRest))))
			}
		}
		for j := 1; j <= n; j++ {
			lost := lostLetter
			if j > 1 && tail && spelledOut(want[j-2:j]) {
				lost = 0 // one letter with a mark that the reader does not know
			}
			next[j] = math.Min(next[j], next[j-1]+lost)
		}
		row = next
	}
	best = math.Min(best, row[n])
	if tail {
		for j := range ends {
			best = math.Min(best, row[j])
		}
	}
	return best
}

// spelledOut reports whether two letters of a zone stand for one with a mark (ICAO Doc 9303 part 3, section 6).
func spelledOut(pair []rune) bool {
	return slices.Contains([]string{"AE", "OE", "UE", "AA", "SS", "TH"}, string(pair))
}

// reach lets the form of a read letter stand for the end of every part of want that it spells, at the cost.
func reach(next, row []float64, want []rune, form string, cost float64) {
	k := []rune(form)
	if len(k) == 0 {
		return
	}
	for j := len(k); j < len(next); j++ {
		if slices.Equal(want[j-len(k):j], k) {
			next[j] = math.Min(next[j], row[j-len(k)]+cost)
		}
	}
}

func manOrWoman(sex string) bool { return sex == "M" || sex == "F" }

// fold2 is the coded text in the letters that forms gives, blanks kept.
func fold2(s string, forms func(rune) []string) string {
	var b strings.Builder
	for _, r := range s {
		if r == ' ' || r == '<' || r == ',' {
			b.WriteByte(' ')
			continue
		}
		b.WriteString(forms(r)[0])
	}
	return strings.TrimSpace(b.String())
}

// otherDate compares a printed date with a coded one, ISO 8601 both.
func otherDate(f Field, chars []ocr.Char, coded string) float64 {
	a, errA := time.Parse(time.DateOnly, f.Value)
	b, errB := time.Parse(time.DateOnly, coded)
	if errA != nil || errB != nil || a.Equal(b) {
		return 0
	}
	if a.Month() == b.Month() && a.Day() == b.Day() && (a.Year()-b.Year())%100 == 0 || f.Ambiguous && a.Year() == b.Year() && int(a.Month()) == b.Day() && a.Day() == int(b.Month()) {
		return 0
	}
	least := surety(chars)
	runes := make([]rune, len(chars))
	for i, c := range chars {
		runes[i] = c.R
	}
	for i, c := range chars {
		for _, o := range c.Others {
			runes[i] = o.R
			if dated(string(runes), b) {
				least = math.Min(least, math.Max(0, math.Log(c.Conf/math.Max(o.Conf, leastRest))))
			}
		}
		runes[i] = c.R
	}
	return least
}

// dated says whether a text holds the date, in any order of day and month.
func dated(text string, day time.Time) bool {
	for _, s := range []string{text, digitsForLetters(text)} {
		for _, order := range []Order{DayFirst, MonthFirst} {
			for rest := s; ; {
				d, ok := FindDate(rest, order, Past, day.AddDate(0, 0, 1))
				if !ok || d.End <= 0 {
					break
				}
				if d.Date.Year%100 == day.Year()%100 && d.Date.Month == int(day.Month()) && d.Date.Day == day.Day() {
					return true
				}
				rest = rest[d.End:]
			}
		}
	}
	return false
}

// crossCheck compares the print with what the zone or the bar code of the same side says.
func (m *Measurement) crossCheck(lines []ocr.Line) {
	for name, f := range m.Printed {
		coded := m.Fields[name]
		if coded.Source == SourcePrint || coded.Value == "" || standsIn(lines, name, coded.Value) {
			continue // a value that stands elsewhere in print was only looked for in the wrong place
		}
		if v := Contradiction(name, f, coded.Value); v > 0 {
			f.Contradicts = round1(v)
			m.Printed[name] = f
		}
	}
}

// standsIn says whether a value stands anywhere in print.
func standsIn(lines []ocr.Line, name, value string) bool {
	day, err := time.Parse(time.DateOnly, value)
	return slices.ContainsFunc(lines, func(l ocr.Line) bool {
		switch name {
		case FieldSurname, FieldGivenNames:
			v := plainLetters(value)
			return len(v) > 2 && (strings.Contains(fold(l.Text), v) || strings.Contains(plainLetters(mrz.Transliterate(strings.ToUpper(l.Text))), v))
		case FieldDocumentNumber, FieldPersonalNumber:
			return strings.Contains(alike(l.Text), alike(value))
		case FieldBirthDate, FieldExpiryDate, FieldIssueDate:
			return err == nil && dated(l.Text, day)
		}
		return false
	})
}
