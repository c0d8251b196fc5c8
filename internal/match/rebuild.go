package match

import "strings"

// Rebuild applies differences to a and so makes b. It is what "the explanation is complete" means: for the Result r of Text, Number,
// Date or State on a and b, Rebuild(a, r.Differences) is b, but for what does not count there: capitals, the number of blanks between
// words and how marks are encoded, and the parts of a date that one side does not know. Values that are too long to be compared
// (512 bytes) are not rebuilt.
func Rebuild(a string, ds []Difference) string { return rebuild(a, ds, "") }

// RebuildName does the same for Names. The result has the words of b, letter by letter, but for capitals; they stand in the fields
// and in the order of a, as the difference of kind Order says. Where one name is in Chinese characters or Hangul and the other is not,
// the space between surname and given names, which such names do not write, is not told.
func RebuildName(a Name, ds []Difference) Name {
	for _, d := range ds {
		if d.Kind == Other && d.Part == "" && d.At == 0 && d.A == a.text() && a.Full == "" {
			return Name{Full: d.B} // not compared: too long
		}
	}
	return Name{
		Surname: rebuild(a.Surname, ds, surname.String()),
		Given:   rebuild(a.Given, ds, given.String()),
		Full:    rebuild(a.Full, ds, ""),
	}
}

// rebuild applies the differences of one field, which stand in the order of its text.
func rebuild(a string, ds []Difference, part string) string {
	in := []rune(a)
	var out strings.Builder
	pos := 0
	for _, d := range ds {
		switch d.Part {
		case part:
		case "year", "month", "day":
		default:
			continue
		}
		if d.Kind == Case || d.Kind == Order {
			continue
		}
		for ; pos < d.At && pos < len(in); pos++ {
			out.WriteRune(in[pos])
		}
		if d.insertsWord() {
			out.WriteString(" " + d.B + " ")
			continue
		}
		out.WriteString(d.B)
		pos += len([]rune(d.A))
	}
	out.WriteString(string(in[min(pos, len(in)):]))
	return out.String()
}
