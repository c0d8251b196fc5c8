package document

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"bonafide/internal/ocr"
)

// aamvaCodes are the abbreviations that North American driving licences print before their fields (AAMVA DL/ID Card Design Standard 2020,
// annex A, table A.1, and the older fronts of some states), longest first.
var aamvaCodes = []string{"CLASS", "RSTR", "REST", "EYES", "HAIR", "DLN", "DOB", "EXP", "ISS", "HGT", "WGT", "SEX", "END", "DL", "LN", "FN", "DD"}

// american says whether the labels are those of an AAMVA card: at least two of its own codes stand there.
func american(ps []piece) bool {
	seen := map[string]bool{}
	for _, p := range ps {
		if p.field == "" {
			continue
		}
		for w := range strings.FieldsSeq(strings.ToUpper(p.text)) {
			for _, c := range aamvaCodes {
				if w == c && c != "SEX" && c != "CLASS" && c != "EXP" {
					seen[c] = true
				}
			}
		}
	}
	return len(seen) >= 2
}

// splitCodes puts a blank after a code that was read as one word with its value: small print close to large print, "LNCARDHOLDER",
// "DOB08/31/1977".
func splitCodes(lines []ocr.Line) []ocr.Line {
	out := make([]ocr.Line, len(lines))
	for i, l := range lines {
		out[i] = l
		ws := words(&l)
		if len(ws) == 0 {
			continue
		}
		first := ws[0]
		if _, ok := numberLabel(first.text); ok && len(ws) > 1 {
			first = ws[1]
		}
		if field, _, ok := matchLabel(fold(first.text)); ok && field != "" {
			continue
		}
		for _, c := range aamvaCodes {
			rest, ok := strings.CutPrefix(strings.ToUpper(first.text), c)
			if !ok || len(rest) == 0 || len(c) == 2 && len(rest) < 3 {
				continue
			}
			at := first.from + len(c)
			x := (l.Chars[at-1].X + l.Chars[at].X) / 2
			out[i].Chars = slices.Concat(l.Chars[:at], []ocr.Char{{R: ' ', Conf: 1, X: x}}, l.Chars[at:])
			out[i].Text = l.Text[:byteAt(l.Text, at)] + " " + l.Text[byteAt(l.Text, at):]
			break
		}
	}
	return out
}

// byteAt is the byte offset of the n-th letter.
func byteAt(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// namesAboveAddress finds unlabelled names: the standard puts family name (1), given names (2) and address (8) under one another, and the
// small grey numbers are often all that says so.
func namesAboveAddress(a *assigner, fields map[string]Field) {
	if _, ok := fields[FieldSurname]; ok {
		return
	}
	for i := range a.pieces {
		address := &a.pieces[i]
		if address.field != "" || !streetLike(address.text) {
			continue
		}
		given := a.above(address, 0.5)
		if given == nil {
			continue
		}
		surname := a.above(given, 0.25)
		if surname == nil {
			continue
		}
		if f, ok := a.value(FieldSurname, surname); ok {
			fields[FieldSurname] = f
		}
		if f, ok := a.value(FieldGivenNames, given); ok {
			fields[FieldGivenNames] = f
		}
		return
	}
}

// above is the name-like text right above p, left aligned with it, whose height differs by no more than the share given; nil without one.
func (a *assigner) above(p *piece, spread float64) *piece {
	var best *piece
	for i := range a.pieces {
		t := &a.pieces[i]
		step := (p.centreY() - t.centreY()) / p.height()
		if t.field != "" || step < 0.6 || step > 2 || math.Abs(t.x0-p.x0) > p.height() || math.Abs(t.height()-p.height()) > spread*p.height() {
			continue
		}
		if _, ok := a.value(FieldSurname, t); ok && (best == nil || t.centreY() > best.centreY()) {
			best = t
		}
	}
	return best
}

// streetLike says whether a text begins with a house number and goes on with a word: "123 MAIN STREET".
func streetLike(text string) bool {
	number, rest, ok := strings.Cut(text, " ")
	if !ok || number == "" || len(rest) < 4 {
		return false
	}
	for _, r := range number {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	letters := 0
	for _, r := range rest {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 4
}
