// Package mrz reads and writes the machine readable zone of travel documents.
//
// It promises: the formats of ICAO Doc 9303, eighth edition (2021), parts 3 to 7 (TD1, TD2, TD3, MRV-A, MRV-B) and the French
// national identity card issued until 2021 (2×36, its own layout), and the frame of the European driving licence; every check digit computed and reported by name; every field
// in the terms of JSON names shared with the rest of Bonafide; the layout of each format as data, so that a reader of pictures can
// be guided by it; and the transliterations of part 3, section 6. All of it is pure: no clock, no files, no state, and no input
// makes it panic.
//
// It does not promise that a document is genuine: check digits are no secret, and a wrong text can satisfy them by chance (O for 0
// changes the sum by 24 times the weight, so two of them at the weights 7 and 3 cancel out). It never repairs a character.
package mrz

import (
	"errors"
	"strings"
	"time"
)

// Format names a layout of the machine readable zone.
type Format string

// The formats that Parse knows.
const (
	TD1   Format = "TD1"    // card, 3 lines of 30 (Doc 9303 part 5)
	TD2   Format = "TD2"    // card or booklet, 2 lines of 36 (part 6)
	TD3   Format = "TD3"    // passport, 2 lines of 44 (part 4)
	MRVA  Format = "MRVA"   // visa, 2 lines of 44 (part 7)
	MRVB  Format = "MRVB"   // visa, 2 lines of 36 (part 7)
	FRAID Format = "FRA_ID" // French national identity card 1988-2021, 2 lines of 36, not ICAO
	IDL   Format = "IDL"    // European driving licence, 1 line of 30 (ISO/IEC 18013-1), of which the states share only the frame
)

// Filler is the character that stands for "nothing here" in a machine readable zone.
const Filler = '<'

// Limits on what Parse looks at, in lines and in bytes a line; anything above is not a machine readable zone.
const (
	maxLines      = 16
	maxLineLength = 256
)

// ErrShape says that the lines have neither the number nor the length of any known format.
var ErrShape = errors.New("mrz: number or length of lines fits no format")

// Result is what the lines say.
type Result struct {
	Format Format   `json:"format,omitempty"`
	Lines  []string `json:"lines,omitempty"` // as parsed: upper case, blanks around removed
	// Valid says that every character is of the alphabet and every check digit is right; it is Errors being empty. What the
	// fields say may still be odd: see Warnings.
	Valid       bool         `json:"valid"`
	Fields      Fields       `json:"fields"`
	CheckDigits CheckDigits  `json:"check_digits"`
	Errors      []FieldError `json:"errors"`
	// Warnings tell what Doc 9303 does not allow, or what a reader must know, though the check digits hold: a state that is none, a
	// date that is none, a name that was cut.
	Warnings []FieldError `json:"warnings"`
}

// Fields are the data of the zone. A field that the format does not have, or that holds only fillers, is empty.
type Fields struct {
	DocumentCode   string `json:"document_code,omitempty"` // one or two characters: P, ID, V…
	IssuingState   string `json:"issuing_state,omitempty"` // as printed, without fillers: D, UTO, FRA
	DocumentNumber string `json:"document_number,omitempty"`
	Nationality    string `json:"nationality,omitempty"` // the French card prints none
	BirthDate      Date   `json:"birth_date,omitzero"`
	Sex            string `json:"sex,omitempty"` // M, F or X; X is what the filler means (part 3, section 4.8)
	ExpiryDate     Date   `json:"expiry_date,omitzero"`
	Surname        string `json:"surname,omitempty"`         // primary identifier, parts separated by single blanks
	GivenNames     string `json:"given_names,omitempty"`     // secondary identifier, the same
	PersonalNumber string `json:"personal_number,omitempty"` // TD3's optional field
	Optional1      string `json:"optional1,omitempty"`       // TD1 line 1, TD2, MRV; French card: department and office
	Optional2      string `json:"optional2,omitempty"`       // TD1 line 2
}

// Codes of FieldError.
const (
	CodeLines         = "lines"          // wrong number or length of lines; Field, Line and Column say nothing
	CodeCharacter     = "character"      // a character outside A-Z, 0-9 and <, or not allowed at this place
	CodeCheckDigit    = "check_digit"    // the printed check digit is not the computed one
	CodeDate          = "date"           // not a date of the calendar
	CodeState         = "state"          // no code of part 3, section 5
	CodeSex           = "sex"            // none of M, F, <
	CodeDocumentCode  = "document_code"  // first letter not one the format allows
	CodeNameMissing   = "name_missing"   // no primary identifier
	CodeNameTruncated = "name_truncated" // the name fills its field, so its end may have been cut (part 3, section 4.6)
)

// FieldError is one thing wrong with the zone. It carries no text of the document, so it can be logged.
type FieldError struct {
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"` // JSON name of the field or check digit
	Line   int    `json:"line"`            // from 0
	Column int    `json:"column"`          // from 0, as in Layout
}

func (e FieldError) Error() string { return "mrz: " + e.Field + ": " + e.Code }

// Parse reads the lines of one zone. It tolerates lower case, blanks around lines, empty lines, and all lines joined in one.
//
// The zone prints years with two digits; at is the moment that decides the century, normally now: a birth is the latest year that
// is not after it, an expiry lies at most 50 years after it and less than 50 before. (The permanent Spanish identity card's
// 990101 is thereby 1999-01-01: whoever accepts such cards must say so in a policy.)
//
// The error is ErrShape when the lines fit no format; Result then holds the cleaned lines and an Errors entry saying so. Everything
// else that is wrong is in Result.
func Parse(lines []string, at time.Time) (Result, error) {
	clean := Clean(lines)
	format, ok := Detect(clean)
	if !ok {
		r := Result{Lines: clean, Errors: []FieldError{{Code: CodeLines}}, Warnings: []FieldError{}}
		return r, ErrShape
	}
	if joined, split := split(clean); split {
		clean = joined
	}
	p := parser{layout: LayoutOf(format), lines: clean, at: at}
	return p.parse(), nil
}

// Clean returns the lines as Parse looks at them: blanks around removed, letters in upper case, empty lines dropped.
func Clean(lines []string) []string {
	var out []string
	for _, l := range lines {
		if len(out) == maxLines {
			break
		}
		if len(l) > 4*maxLineLength {
			l = l[:4*maxLineLength]
		}
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, upper(l))
		}
	}
	return out
}

// upper changes ASCII letters only: strings.ToUpper could change the length of a line.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// split takes apart lines that came joined into one string.
func split(lines []string) ([]string, bool) {
	if len(lines) != 1 || strings.ContainsFunc(lines[0], func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, false
	}
	var n int
	s := lines[0]
	switch len(s) {
	case 90:
		n = 3
	case 72, 88:
		n = 2
	default:
		return nil, false
	}
	w := len(s) / n
	out := make([]string, n)
	for i := range out {
		out[i] = s[i*w : (i+1)*w]
	}
	return out, true
}

// Detect says which format cleaned lines have, from their number, length and first letters. Two lines of 36 that begin with IDFRA
// are the French card unless only the reading as TD2 satisfies all check digits.
func Detect(lines []string) (Format, bool) {
	if s, ok := split(lines); ok {
		lines = s
	}
	if len(lines) == 0 {
		return "", false
	}
	width := len(lines[0])
	for _, l := range lines {
		if len(l) != width {
			return "", false
		}
	}
	visa := lines[0] != "" && lines[0][0] == 'V'
	switch {
	case len(lines) == 1 && width == 30 && lines[0][0] == 'D' && IsState(lines[0][2:5]):
		return IDL, true
	case len(lines) == 3 && width == 30:
		return TD1, true
	case len(lines) == 2 && width == 44 && visa:
		return MRVA, true
	case len(lines) == 2 && width == 44:
		return TD3, true
	case len(lines) == 2 && width == 36 && visa:
		return MRVB, true
	case len(lines) == 2 && width == 36:
		if strings.HasPrefix(lines[0], "IDFRA") &&
			(LayoutOf(FRAID).Verify(lines).OK() || !LayoutOf(TD2).Verify(lines).OK()) {
			return FRAID, true
		}
		return TD2, true
	}
	return "", false
}
