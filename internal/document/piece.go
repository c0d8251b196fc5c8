package document

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
)

// piece is a run of words of one line that is either a label or a text. Its place is in reading coordinates: x along the lines of the
// page, y downwards, in pixels of the picture.
type piece struct {
	field  string // "" for a text, otherwise the field the label names
	number string // the number of a numbered label, folded: "4B"
	text   string // as read; of a label with misread letters too
	conf   float64
	line   int
	after  int  // index of the label this text follows in its own line, -1 when it opens the line
	glued  bool // only a stroke stands between this text and a label: the label in another language
	x0, x1 float64
	y0, y1 float64
	box    imaging.Quad
	chars  []ocr.Char
}

func (p *piece) height() float64  { return p.y1 - p.y0 }
func (p *piece) centreY() float64 { return (p.y0 + p.y1) / 2 }

// word is a token of a line: letters from..to of the line's Chars.
type word struct {
	text     string
	from, to int
	stroke   bool // a stroke (or dash between blanks) stands before it
	colon    bool // a colon stands after it
}

// words cuts a line at blanks, strokes and colons. A stroke inside a date or number keeps it whole.
func words(l *ocr.Line) []word {
	var out []word
	cur := word{from: -1}
	var b strings.Builder
	stroke := false
	flush := func(end int) {
		if cur.from >= 0 {
			cur.text, cur.to = b.String(), end
			out = append(out, cur)
		}
		cur = word{from: -1}
		b.Reset()
	}
	for i, c := range l.Chars {
		digitBefore := i > 0 && unicode.IsDigit(l.Chars[i-1].R)
		digitAfter := i+1 < len(l.Chars) && unicode.IsDigit(l.Chars[i+1].R)
		switch {
		case c.R == ' ':
			flush(i)
			continue
		case c.R == '/' && !digitBefore && !digitAfter:
			flush(i)
			stroke = true
			continue
		case c.R == ':' && !(digitBefore && digitAfter):
			flush(i)
			if len(out) > 0 {
				out[len(out)-1].colon = true
			}
			continue
		}
		if cur.from < 0 {
			cur = word{from: i, stroke: stroke}
			stroke = false
		}
		b.WriteRune(c.R)
	}
	flush(len(l.Chars))
	return out
}

// numberLabel says whether a word is a numbered label and gives it folded: "4a." → "4A".
func numberLabel(s string) (string, bool) {
	s = strings.TrimRight(s, ".)")
	if s == "" || len(s) > 3 || s[0] < '1' || s[0] > '9' {
		return "", false
	}
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	rest := s[digits:]
	if digits > 2 || len(rest) > 1 || rest != "" && !strings.ContainsAny(rest, "abcdABCD") {
		return "", false
	}
	return fold(s), true
}

// pieces cuts the lines of a page into labels and texts. numbers, when not nil, maps numbered labels to fields.
func pieces(lines []ocr.Line, angle float64, numbers map[string]string) []piece {
	var out []piece
	for i := range lines {
		out = append(out, cutLine(&lines[i], i, angle, numbers, len(out))...)
	}
	dropStubs(out)
	return out
}

// dropStubs takes the text out of pieces that are the beginning of a longer text, seen twice: where large print follows a small label, the
// label's line sometimes ends with its first letter. The pieces stay, since others count them.
func dropStubs(ps []piece) {
	for i := range ps {
		t := &ps[i]
		if t.field != "" || t.after < 0 || utf8.RuneCountInString(t.text) > 2 {
			continue
		}
		for j := range ps {
			o := &ps[j]
			if o.line != t.line && o.field == "" && len(o.text) > len(t.text) && strings.HasPrefix(o.text, t.text) &&
				t.x0 >= o.x0-0.3*o.height() && t.x1 <= o.x0+1.2*o.height() && math.Abs(t.centreY()-o.centreY()) < 0.4*o.height() {
				t.text, t.chars, t.conf = "", nil, 0
				break
			}
		}
	}
}

func cutLine(l *ocr.Line, index int, angle float64, numbers map[string]string, base int) []piece {
	ws := words(l)
	var out []piece
	text := -1 // first word of a text in the making
	add := func(from, to int, field, number string) {
		after := -1
		if n := len(out); n > 0 && out[n-1].field != "" {
			after = base + n - 1
		}
		p := makePiece(l, ws[from], ws[to-1], angle)
		p.line, p.field, p.number, p.after, p.glued = index, field, number, after, ws[from].stroke
		out = append(out, p)
	}
	flush := func(to int) {
		if text >= 0 {
			add(text, to, "", "")
		}
		text = -1
	}
	for i := 0; i < len(ws); {
		start, number := i, ""
		if n, ok := numberLabel(ws[i].text); ok && text < 0 {
			if _, known := numbers[n]; known || i+1 < len(ws) && labelAt(ws[i+1:]) > 0 {
				number = n
				start = i + 1
			}
		}
		if start < len(ws) {
			// A one-word code such as EXP or LN only counts where a label may begin.
			if n := labelAt(ws[start:]); n > 0 && (text < 0 || n > 1 || len(fold(ws[start].text)) >= 4) {
				field, _, _ := matchLabel(joined(ws[start : start+n]))
				flush(i)
				add(i, start+n, field, number)
				i = start + n
				continue
			}
		}
		if number != "" && numbers[number] != "" {
			flush(i)
			add(i, i+1, numbers[number], number)
			i++
			continue
		}
		if text >= 0 && ws[i].stroke {
			flush(i)
		}
		if text < 0 {
			text = i
		}
		i++
	}
	flush(len(ws))
	labelled := false
	for _, p := range out {
		labelled = labelled || p.field != ""
	}
	if !labelled && len(out) > 1 { // a stroke in a line of values belongs to the value: "07 DEC /DÉC 84"
		out = out[:0]
		add(0, len(ws), "", "")
		out[0].glued = false
	}
	return mergeLabels(out)
}

// labelAt is how many words at the beginning of ws make up the best label, 0 for none.
func labelAt(ws []word) int {
	best, bestScore := 0, math.Inf(-1)
	for n := 1; n <= min(len(ws), 6); n++ {
		if n > 1 && (ws[n-1].stroke || ws[n-2].colon) {
			break
		}
		folded := joined(ws[:n])
		_, errors, ok := matchLabel(folded)
		if !ok {
			continue
		}
		// Codes of two letters are printed in capitals, and words of three begin with one ("DoB", "Sex"); "De" in a name is no label.
		if n := utf8.RuneCountInString(folded); n <= 3 && capitals(ws[0].text) < 4-n {
			continue
		}
		if score := float64(len(folded)) - 3*float64(errors); score > bestScore {
			best, bestScore = n, score
		}
	}
	return best
}

func capitals(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n
}

func joined(ws []word) string {
	var b strings.Builder
	for _, w := range ws {
		b.WriteString(fold(w.text))
	}
	return b.String()
}

// mergeLabels joins the languages of one label: "Surname / Nom" is one label, "Sex / Sexe  Nationality" are two. A bare "Name" takes the
// meaning of its neighbour.
func mergeLabels(ps []piece) []piece {
	var out []piece
	for _, p := range ps {
		if n := len(out); n > 0 && p.field != "" && out[n-1].field != "" {
			last := &out[n-1]
			same := last.field == p.field || p.glued && (last.field == FieldFullName || p.field == FieldFullName || last.field == fieldOther)
			if same {
				if last.field == FieldFullName || last.field == fieldOther {
					last.field = p.field
				}
				last.text += " / " + p.text
				last.x1 = p.x1
				last.box[1], last.box[2] = p.box[1], p.box[2]
				last.y0, last.y1 = math.Min(last.y0, p.y0), math.Max(last.y1, p.y1)
				continue
			}
		}
		out = append(out, p)
	}
	// What a stroke ties to a label on its right is that label in a language we do not know.
	for i := range out {
		if out[i].field == "" && i+1 < len(out) && out[i+1].field != "" && out[i+1].glued {
			out[i].glued = true
		}
	}
	return out
}

// makePiece places the letters from first to last.
func makePiece(l *ocr.Line, first, last word, angle float64) piece {
	n := len(l.Chars)
	half := 0.5 / float64(max(n, 1))
	if n > 1 {
		half = math.Min(0.5*math.Abs(l.Chars[n-1].X-l.Chars[0].X)/float64(n-1), 0.5)
	}
	f0 := math.Max(0, l.Chars[first.from].X-half)
	f1 := math.Min(1, l.Chars[last.to-1].X+half)
	if first.from == 0 {
		f0 = math.Max(0, math.Min(f0, 0.02))
	}
	along := func(a, b imaging.Point, f float64) imaging.Point {
		return imaging.Point{X: a.X + (b.X-a.X)*f, Y: a.Y + (b.Y-a.Y)*f}
	}
	q := imaging.Quad{along(l.Box[0], l.Box[1], f0), along(l.Box[0], l.Box[1], f1), along(l.Box[3], l.Box[2], f1), along(l.Box[3], l.Box[2], f0)}
	p := piece{box: q, chars: l.Chars[first.from:last.to]}
	p.x0, p.y0, p.x1, p.y1 = readingBounds(q, angle)
	var b strings.Builder
	sum := 0.0
	for _, c := range l.Chars[first.from:last.to] {
		b.WriteRune(c.R)
		sum += math.Log(math.Max(c.Conf, 1e-6))
	}
	p.text = strings.TrimSpace(b.String())
	p.conf = math.Exp(sum / float64(max(1, last.to-first.from)))
	return p
}

// readingBounds is the upright box of q in reading coordinates.
func readingBounds(q imaging.Quad, angle float64) (x0, y0, x1, y1 float64) {
	c, s := math.Cos(angle), math.Sin(angle)
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range q {
		x, y := p.X*c+p.Y*s, -p.X*s+p.Y*c
		x0, x1, y0, y1 = math.Min(x0, x), math.Max(x1, x), math.Min(y0, y), math.Max(y1, y)
	}
	return x0, y0, x1, y1
}
