package mrz

import (
	"bytes"
	"encoding/json"
	"strings"
)

// CheckDigit computes the check digit of a text by Doc 9303 part 3, section 4.9: weights 7, 3, 1, digits for themselves, A=10 to
// Z=35, the filler 0, modulo 10. It returns the digit's character. A character outside the alphabet counts 0.
func CheckDigit(s string) byte { return digit(sum(s, 0)) }

// sum adds up weighted characters; from is the index of the first in the whole sequence.
func sum(s string, from int) int {
	weights := [3]int{7, 3, 1}
	total := 0
	for i := range len(s) {
		total += value(s[i]) * weights[(from+i)%3]
	}
	return total
}

func value(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 10
	}
	return 0
}

func digit(total int) byte { return byte('0' + total%10) }

// CheckResult is one check digit of one zone.
type CheckResult struct {
	Name     string
	Printed  byte // as it stands in the zone
	Computed byte // what it must be
	OK       bool
	Digit    Pos    // where the printed digit stands; differs from the layout's when the document number overflows
	Spans    []Span // what it covers
}

// CheckDigits are the check digits of one zone in the layout's order. In JSON they are an object by name.
type CheckDigits []CheckResult

// OK says whether there is at least one check digit and all are right.
func (c CheckDigits) OK() bool {
	for _, r := range c {
		if !r.OK {
			return false
		}
	}
	return len(c) > 0
}

// Get returns the check digit of that name, false when there is none.
func (c CheckDigits) Get(name string) (CheckResult, bool) {
	for _, r := range c {
		if r.Name == name {
			return r, true
		}
	}
	return CheckResult{}, false
}

// MarshalJSON writes {"document_number":{"printed":"6","computed":"6","ok":true},…} in the layout's order.
func (c CheckDigits) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, r := range c {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(r.Name)
		if err != nil {
			return nil, err
		}
		one, err := json.Marshal(struct {
			Printed  string `json:"printed"`
			Computed string `json:"computed"`
			OK       bool   `json:"ok"`
		}{string(rune(r.Printed)), string(rune(r.Computed)), r.OK})
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(one)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Verify computes all check digits of lines that have the layout's shape; nil when they do not.
//
// A filler in the place of a check digit counts as 0 when the field it covers holds only fillers: Doc 9303 allows it for TD3's
// personal number (part 4, section 4.2.2), and states print it for an absent expiry date too.
func (l Layout) Verify(lines []string) CheckDigits {
	if !l.fits(lines) {
		return nil
	}
	out := make(CheckDigits, 0, len(l.Checks))
	for _, c := range l.Checks {
		spans, at := c.Spans, c.Digit
		if c.Name == FieldDocumentNumber {
			if number, pos, ok := l.overflow(lines); ok {
				spans, at = append([]Span{c.Spans[0]}, number), pos
			}
		}
		total, n := 0, 0
		empty := true
		for _, s := range spans {
			t := s.of(lines)
			total += sum(t, n)
			n += len(t)
			empty = empty && strings.Trim(t, "<") == ""
		}
		r := CheckResult{Name: c.Name, Printed: lines[at.Line][at.Column], Computed: digit(total), Digit: at, Spans: spans}
		r.OK = r.Printed == r.Computed || r.Printed == Filler && empty && c.Name != FieldComposite
		out = append(out, r)
	}
	return out
}

func (l Layout) fits(lines []string) bool {
	if l.Lines == 0 || len(lines) != l.Lines {
		return false
	}
	for _, s := range lines {
		if len(s) != l.Width {
			return false
		}
	}
	return true
}

// overflow tells where a long document number goes on (the part without its check digit) and where its check digit is.
func (l Layout) overflow(lines []string) (Span, Pos, bool) {
	if l.Overflow == (Span{}) {
		return Span{}, Pos{}, false
	}
	f, _ := l.Field(FieldDocumentNumber)
	if lines[f.Span.Line][f.Span.End] != Filler || f.Span.of(lines)[f.Span.End-f.Span.Start-1] == Filler {
		return Span{}, Pos{}, false
	}
	rest := l.Overflow.of(lines)
	n := strings.IndexByte(rest, Filler)
	if n < 0 {
		n = len(rest)
	}
	if n == 0 {
		return Span{}, Pos{}, false
	}
	s := Span{l.Overflow.Line, l.Overflow.Start, l.Overflow.Start + n - 1}
	return s, Pos{s.Line, s.End}, true
}
