package mrz

import (
	"fmt"
	"strings"
)

// EncodeError tells which field cannot be written and why. It does not carry the text.
type EncodeError struct {
	Field  string // JSON name
	Reason string // too_long, character, date, format
}

func (e *EncodeError) Error() string {
	return fmt.Sprintf("mrz: cannot encode %s: %s", e.Field, e.Reason)
}

// Encode writes the lines of a zone, with all check digits. Names are transliterated and, when too long, cut as part 3, section 4.6
// has it: at least one letter of the secondary identifier stays, and the field ends in a letter, which is the mark of a cut. A
// document number of more than nine characters overflows into the optional data of TD1 and TD2. Blanks in a number or in optional
// data become fillers. Fields that the format does not have must be empty. The error is an *EncodeError.
//
// Parse of the result gives the fields back, in upper case and transliterated, if no name was cut and dates lie in the centuries that
// Parse picks.
func Encode(format Format, f Fields) ([]string, error) {
	l := LayoutOf(format)
	if l.Lines == 0 {
		return nil, &EncodeError{"format", "format"}
	}
	e := encoder{layout: l, fields: f, grid: make([][]byte, l.Lines)}
	for i := range e.grid {
		e.grid[i] = []byte(strings.Repeat("<", l.Width))
	}
	return e.encode()
}

type encoder struct {
	layout Layout
	fields Fields
	grid   [][]byte
	err    error
}

func (e *encoder) encode() ([]string, error) {
	f := e.fields
	numberRest := ""
	for _, field := range e.layout.Fields {
		width := field.Span.End - field.Span.Start
		switch field.Name {
		case FieldDocumentCode:
			e.put(field, f.DocumentCode)
		case FieldIssuingState:
			e.put(field, f.IssuingState)
		case FieldNationality:
			e.put(field, f.Nationality)
		case FieldDocumentNumber:
			n := f.DocumentNumber
			if len(n) > width && e.layout.Overflow != (Span{}) && !strings.ContainsAny(n, " <") {
				n, numberRest = n[:width], upper(f.DocumentNumber[width:])
				numberRest += string(CheckDigit(upper(f.DocumentNumber)))
			}
			e.put(field, n)
		case FieldBirthDate:
			e.put(field, e.date(field, f.BirthDate))
		case FieldExpiryDate:
			e.put(field, e.date(field, f.ExpiryDate))
		case FieldSex:
			e.put(field, strings.ReplaceAll(upper(f.Sex), "X", "<"))
		case FieldName:
			e.put(field, e.name(f.Surname, f.GivenNames, width))
		case FieldSurname:
			e.put(field, cut(e.words(FieldSurname, f.Surname, "<"), width))
		case FieldGivenNames:
			// The French card parts given names by two fillers.
			e.put(field, cut(e.words(FieldGivenNames, f.GivenNames, "<<"), width))
		case FieldPersonalNumber:
			e.put(field, f.PersonalNumber)
		case FieldOptional1:
			text := f.Optional1
			if numberRest != "" {
				text = strings.TrimRight(numberRest+"<"+text, "<")
			}
			e.put(field, text)
		case FieldOptional2:
			e.put(field, f.Optional2)
		}
	}
	if err := e.unused(); e.err == nil {
		e.err = err
	}
	if e.err != nil {
		return nil, e.err
	}
	e.checks(numberRest != "")
	out := make([]string, len(e.grid))
	for i, line := range e.grid {
		out[i] = string(line)
	}
	return out, nil
}

func (e *encoder) fail(field, reason string) {
	if e.err == nil {
		e.err = &EncodeError{field, reason}
	}
}

func (e *encoder) put(f Field, s string) {
	s = strings.ReplaceAll(upper(s), " ", "<")
	if len(s) > f.Span.End-f.Span.Start {
		e.fail(f.Name, "too_long")
		return
	}
	for i := range len(s) {
		if !f.Class.Has(s[i]) {
			e.fail(f.Name, "character")
			return
		}
	}
	copy(e.grid[f.Span.Line][f.Span.Start:], s)
}

func (e *encoder) date(f Field, d Date) string {
	if d == (Date{}) {
		return ""
	}
	if !d.exists() {
		e.fail(f.Name, "date")
		return ""
	}
	part := func(n int) string {
		if n == 0 {
			return "<<"
		}
		return fmt.Sprintf("%02d", n%100)
	}
	return part(d.Year) + part(d.Month) + part(d.Day)
}

// words transliterates a name and joins its parts.
func (e *encoder) words(field, s, sep string) string {
	t, ok := transliterate(s)
	if !ok {
		e.fail(field, "character")
	}
	return strings.Join(strings.Fields(t), sep)
}

// name writes primary and secondary identifier into one field.
func (e *encoder) name(surname, given string, width int) string {
	primary, secondary := e.words(FieldSurname, surname, "<"), e.words(FieldGivenNames, given, "<")
	if secondary == "" {
		return cut(primary, width)
	}
	if most := width - len("<<") - 1; len(primary) > most {
		primary = cut(primary, most)
	}
	for primary = strings.TrimRight(primary, "<"); ; primary = strings.TrimRight(primary[:len(primary)-1], "<") {
		out := primary + "<<" + cut(secondary, width-len(primary)-2)
		// Given names of single letters leave nothing to give up; then the surname does.
		if len(out) < width || out[width-1] != Filler || len(primary) < 2 {
			return out
		}
	}
}

// cut shortens words joined by fillers to a width. A field that ends in a filler would look uncut; so when the cut would fall right
// after a word, the words before give up letters, the last word first, until the first letter of the next word has room.
func cut(s string, width int) string {
	if len(s) <= width {
		return s
	}
	if width < 1 || s[width-1] != Filler {
		return s[:max(width, 0)]
	}
	end := width
	for s[end] == Filler {
		end++
	}
	b := []byte(s[:end+1])
	for i := end - 1; i > 0 && len(b) > width; i-- {
		if b[i] != Filler && b[i-1] != Filler {
			b = append(b[:i], b[i+1:]...)
		}
	}
	if len(b) > width {
		return s[:width] // nothing but initials
	}
	return string(b)
}

// unused reports a field that is given but has no place in the format.
func (e *encoder) unused() error {
	f := e.fields
	for _, one := range []struct {
		name  string
		given bool
	}{
		{FieldDocumentNumber, f.DocumentNumber != ""},
		{FieldNationality, f.Nationality != ""},
		{FieldBirthDate, f.BirthDate != Date{}},
		{FieldExpiryDate, f.ExpiryDate != Date{}},
		{FieldPersonalNumber, f.PersonalNumber != ""},
		{FieldOptional1, f.Optional1 != ""},
		{FieldOptional2, f.Optional2 != ""},
	} {
		if _, has := e.layout.Field(one.name); one.given && !has {
			return &EncodeError{one.name, "format"}
		}
	}
	return nil
}

// checks writes the check digits in the layout's order, so that the composite, which covers the others, comes last.
func (e *encoder) checks(overflowed bool) {
	for _, c := range e.layout.Checks {
		if c.Name == FieldDocumentNumber && overflowed {
			continue // the filler in its place says so
		}
		total, n, empty := 0, 0, true
		for _, s := range c.Spans {
			t := string(e.grid[s.Line][s.Start:s.End])
			total += sum(t, n)
			n += len(t)
			empty = empty && strings.Trim(t, "<") == ""
		}
		if empty && c.Name == FieldPersonalNumber {
			continue // part 4, section 4.2.2: 0 or filler, at the option of the state
		}
		e.grid[c.Digit.Line][c.Digit.Column] = digit(total)
	}
}
