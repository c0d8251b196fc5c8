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

// looks joins figures and letters that small print does not tell apart.
var looks = map[rune]rune{'O': '0', 'D': '0', 'Q': '0', 'o': '0', 'I': '1', 'l': '1', '|': '1', 'i': '1', 'Z': '2', 'S': '5', 's': '5', 'B': '8', 'G': '6'}

func look(r rune) rune {
	if to, ok := looks[r]; ok {
		return to
	}
	return unicode.ToUpper(r)
}

// mendCodes writes the label at the head of a line as it was printed where its small print was read as one word or with figures for letters:
// "1LN", "ILN" and "1N" are "1 LN", "4DLN" is "4 DLN", "3 D08" is "3 DOB", "1S SEX" is "15 SEX". At least one letter of a code must have been read
// as what it is: 100 is not 1 DD.
func mendCodes(lines []ocr.Line) []ocr.Line {
	out := make([]ocr.Line, len(lines))
	for i, l := range lines {
		out[i] = l
		ws := words(&l)
		if len(ws) == 0 || len(ws[0].text) > 8 {
			continue
		}
		head := l.Chars[ws[0].from:ws[0].to]
		number, code, ok := headCode(head)
		rest := ws[0].to
		if !ok && len(ws) > 1 && len(head) <= 2 && unicode.IsDigit(look(head[0].R)) {
			// the number stands alone and the code is the next word
			var before int
			if before, code, ok = headCode(slices.Concat(head, l.Chars[ws[1].from:ws[1].to])); ok && before == len(head) {
				number, rest = len(head), ws[1].to
			} else {
				ok = false
			}
		}
		if !ok {
			continue
		}
		var chars []ocr.Char
		for _, c := range head[:number] {
			if to := look(c.R); len(chars) == 0 || number > 1 && code == "SEX" {
				c.R = to
			}
			chars = append(chars, c)
		}
		first, last := l.Chars[ws[0].from], l.Chars[rest-1]
		at := func(k, n int) float64 { return first.X + (last.X-first.X)*float64(k)/float64(max(1, n)) }
		n := number + len(code)
		if number > 0 {
			chars = append(chars, ocr.Char{R: ' ', Conf: 1, X: at(number, n)})
		}
		conf := math.Min(first.Conf, last.Conf)
		for k, r := range code {
			chars = append(chars, ocr.Char{R: r, Conf: conf, X: at(number+k, n-1)})
		}
		out[i].Chars = slices.Concat(l.Chars[:ws[0].from], chars, l.Chars[rest:])
		var text strings.Builder
		for _, c := range out[i].Chars {
			text.WriteRune(c.R)
		}
		out[i].Text = text.String()
	}
	return out
}

// headCode finds a code at the end of a word, after a number of at most two characters, and says how long the number is.
func headCode(word []ocr.Char) (number int, code string, ok bool) {
	if len(word) == 2 && look(word[0].R) == '1' && word[1].R == 'N' {
		return 1, "LN", true // the stroke of its L is the least of all
	}
	if len(word) == 3 && look(word[0].R) == '2' && word[1].R == 'E' && word[2].R == 'N' {
		return 1, "FN", true
	}
	for _, c := range aamvaCodes {
		k := len(word) - len(c)
		if k < 0 || k > 2 || k > 0 && !unicode.IsDigit(look(word[0].R)) {
			continue
		}
		same, like := 0, true
		for j, r := range c {
			got := word[k+j].R
			like = like && look(got) == look(r)
			if unicode.ToUpper(got) == r {
				same++
			}
		}
		if like && same > 0 {
			return k, c, true
		}
	}
	return 0, "", false
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
