package document

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"bonafide/mrz"
)

// Weights of the grammar, in nats (natural logarithms of probability ratios).
// Grammar is soft throughout: real documents print digits where letters
// belong and wrong check digits, and what is printed must come out. A
// character that the network is sure of (p > 0.99) withstands all of it.
const (
	probFloor = 1e-4 // of a class the network gives nothing
	// wrongClass weighs a character that the layout does not allow at its place.
	wrongClass = 2.5
	// fillerDigit weighs a filler where a digit is usual but a filler allowed.
	fillerDigit = .7
	// digitNeighbour favours the digit of a look-alike pair between digits.
	digitNeighbour = .8
	// sameState favours the state that the other state field shows.
	sameState = 1.
	// stateLoss is the most that a listed state may be less likely than what
	// was read, stateLead the least it must be likelier than the next state.
	stateLoss, stateLead = 3.5, .7
	// sameStateLoss is the same for the other field's state where one letter
	// makes the difference.
	sameStateLoss = 8.
	// sureLetter is the probability from which a letter of a state counts as
	// read well; below, the other field's state may take its place though the
	// network sees nothing of it.
	sureLetter = .98
)

// Limits of the repair by check digits: at most repairPlaces characters are
// changed, by together at most repairLoss nats; and all other repairs that
// make all check digits right must be repairLead nats less likely, because a
// check digit is right by chance one time in ten, and O for 0 four times over
// does not change it at all (4·(7+3+7+3)·24/4 ≡ 0 mod 10).
const (
	repairPlaces     = 3
	repairLoss       = 7.
	repairLead       = .7
	repairCandidates = 26
	repairStep       = 6. // of one character
)

// Why a character differs from the likeliest one.
const (
	WhyGrammar    = "grammar"     // a letter where only digits may stand, or the reverse, and the like
	WhyState      = "state"       // no state has the code that was read, one has a code much like it
	WhyCheckDigit = "check_digit" // the check digits tell
)

// Repair is a character that was not taken as the network saw it.
type Repair struct {
	Line, Column int
	From, To     byte
	Why          string
}

// decoded is the text of a zone.
type decoded struct {
	format     mrz.Format
	lines, raw []string // raw: the likeliest characters, without any grammar
	checks     mrz.CheckDigits
	repairs    []Repair
	confidence [][]float64
	likelihood float64 // nats; of the lines under the network and the grammar
	misplaced  float64 // share of the likeliest characters that the layout does not allow at their places
}

// held is the share of the check digits that are right.
func (d decoded) held() float64 {
	if len(d.checks) == 0 {
		return 0
	}
	n := 0
	for _, c := range d.checks {
		if c.OK {
			n++
		}
	}
	return float64(n) / float64(len(d.checks))
}

// decode turns the cells of a zone, lines by columns, into text.
func decode(cells [][]cell) decoded {
	raw := make([]string, len(cells))
	for i, line := range cells {
		var b strings.Builder
		for j := range line {
			class, _ := line[j].best()
			b.WriteByte(mrzAlphabet[class])
		}
		raw[i] = b.String()
	}
	var best decoded
	for i, f := range plausibleFormats(raw) {
		d := decodeAs(cells, raw, f)
		if i == 0 || d.held() > best.held() || d.held() == best.held() && d.likelihood > best.likelihood {
			best = d
		}
	}
	return best
}

// plausibleFormats narrows the formats of this size by the first letters.
func plausibleFormats(raw []string) []mrz.Format {
	var out []mrz.Format
	for _, f := range formatsOf(len(raw), len(raw[0])) {
		switch f {
		case mrz.MRVA, mrz.MRVB:
			if raw[0][0] != 'V' {
				continue
			}
		case mrz.TD3, mrz.TD2:
			if raw[0][0] == 'V' {
				continue
			}
		case mrz.TD1, mrz.IDL:
		case mrz.FRAID:
			if !strings.HasPrefix(raw[0], "IDFRA") {
				continue
			}
		}
		out = append(out, f)
	}
	return out
}

// decoder holds one zone while it is decoded under one layout.
type decoder struct {
	layout mrz.Layout
	cells  [][]cell
	// weight is the log probability of each class at each place, grammar
	// included.
	weight [][][mrzClasses]float64
	text   [][]byte
	why    [][]string
	lead   [][]float64 // nats by which a repair beat the next; 0 where none
}

func decodeAs(cells [][]cell, raw []string, format mrz.Format) decoded {
	d := decoder{layout: mrz.LayoutOf(format), cells: cells}
	d.weigh()
	d.preferDigits(raw)
	d.text, d.why = make([][]byte, len(cells)), make([][]string, len(cells))
	d.lead = make([][]float64, len(cells))
	for i, line := range d.weight {
		d.text[i] = make([]byte, len(line))
		d.why[i] = make([]string, len(line))
		d.lead[i] = make([]float64, len(line))
		for j := range line {
			d.text[i][j] = mrzAlphabet[argmax(&line[j])]
			if d.text[i][j] != raw[i][j] {
				d.why[i][j] = WhyGrammar
			}
		}
	}
	d.states()
	d.repair()
	return d.result(raw, format)
}

func argmax(w *[mrzClasses]float64) int {
	best := 0
	for k, v := range w {
		if v > w[best] {
			best = k
		}
	}
	return best
}

// weigh sets the weights from the cells and the layout's classes.
func (d *decoder) weigh() {
	d.weight = make([][][mrzClasses]float64, len(d.cells))
	for i, line := range d.cells {
		d.weight[i] = make([][mrzClasses]float64, len(line))
		for j := range line {
			field, _ := d.layout.At(i, j)
			w := &d.weight[i][j]
			for k, p := range line[j] {
				w[k] = math.Log(float64(p)+probFloor) - penalty(field, j, mrzAlphabet[k])
			}
		}
	}
}

// penalty weighs a character at a place of a field.
func penalty(f mrz.Field, column int, c byte) float64 {
	switch {
	case !f.Class.Has(c):
		return wrongClass
	case f.Name == mrz.FieldSex && strings.IndexByte("MFX<", c) < 0:
		return wrongClass
	case f.Name == mrz.FieldDocumentCode && column == 0 && !mrz.Letter.Has(c):
		return wrongClass
	case f.Class == mrz.Digit|mrz.Fill && c == mrz.Filler:
		return fillerDigit
	}
	return 0
}

// lookAlikes maps the letters of OCR-B that a small or worn print confuses
// with a digit to that digit.
var lookAlikes = map[byte]byte{
	'O': '0', 'Q': '0', 'D': '0', 'U': '0', 'I': '1', 'L': '1', 'Z': '2', 'A': '4', 'S': '5', 'G': '6', 'T': '7', 'B': '8',
}

// preferDigits favours digits against their look-alikes where both neighbours
// of the same document number are digits.
func (d *decoder) preferDigits(raw []string) {
	f, ok := d.layout.Field(mrz.FieldDocumentNumber)
	if !ok {
		return
	}
	line := raw[f.Span.Line]
	// O and I count as digits beside digits: they come in runs, such as
	// 0OO0OO0 for seven zeros.
	digit := func(j int) bool {
		return j < f.Span.Start || j >= f.Span.End || strings.IndexByte("<OI", line[j]) >= 0 || mrz.Digit.Has(line[j])
	}
	if !strings.ContainsAny(line[f.Span.Start:f.Span.End], "0123456789") {
		return
	}
	for j := f.Span.Start + 1; j < f.Span.End; j++ {
		if !digit(j-1) || !digit(j+1) || line[j-1] == mrz.Filler {
			continue
		}
		w := &d.weight[f.Span.Line][j]
		for letter, number := range lookAlikes {
			k, n := strings.IndexByte(mrzAlphabet, letter), strings.IndexByte(mrzAlphabet, number)
			if k == argmax(w) {
				w[n] += digitNeighbour
			}
		}
	}
}

// states replaces codes that no state has by the likeliest one that a state
// has, if that is nearly as likely and no other is.
func (d *decoder) states() {
	var spans []mrz.Span
	for _, name := range []string{mrz.FieldIssuingState, mrz.FieldNationality} {
		if f, ok := d.layout.Field(name); ok {
			spans = append(spans, f.Span)
		}
	}
	read := func(s mrz.Span) string { return string(d.text[s.Line][s.Start:s.End]) }
	for i, s := range spans {
		if mrz.IsState(read(s)) {
			continue
		}
		other := ""
		for j, o := range spans {
			if j != i && mrz.IsState(read(o)) {
				other = read(o)
			}
		}
		var now, best, next float64
		for j := s.Start; j < s.End; j++ {
			w := &d.weight[s.Line][j]
			now += w[argmax(w)]
		}
		best, next = math.Inf(-1), math.Inf(-1)
		code := ""
		for _, state := range mrz.States() {
			state = (state + "<<")[:3]
			v := 0.
			for j := range 3 {
				v += d.weight[s.Line][s.Start+j][strings.IndexByte(mrzAlphabet, state[j])]
			}
			if state == other {
				v += sameState
			}
			switch {
			case v > best:
				best, next, code = v, best, state
			case v > next:
				next = v
			}
		}
		limit := stateLoss
		if code == other && differing(code, read(s)) == 1 {
			limit = sameStateLoss
			if d.least(s) < sureLetter {
				limit = math.Inf(1)
			}
		}
		if now-best > limit || best-next < stateLead {
			continue
		}
		for j := range 3 {
			d.set(s.Line, s.Start+j, code[j], WhyState, best-next)
		}
	}
}

// least returns the probability of the least sure character of a span.
func (d *decoder) least(s mrz.Span) float64 {
	p := 1.
	for j := s.Start; j < s.End; j++ {
		p = min(p, probAt(d.cells[s.Line], j))
	}
	return p
}

// differing counts the places at which two texts of one length differ.
func differing(a, b string) int {
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// set changes a character.
func (d *decoder) set(line, column int, c byte, why string, lead float64) {
	if d.text[line][column] == c {
		return
	}
	d.text[line][column], d.why[line][column], d.lead[line][column] = c, why, lead
}

func (d *decoder) strings() []string {
	out := make([]string, len(d.text))
	for i, t := range d.text {
		out[i] = string(t)
	}
	return out
}

// change is a possible substitution.
type change struct {
	line, column int
	to           byte
	loss         float64
}

// repair looks for the likeliest few substitutions that make all check digits
// right. Names are never touched, not even where a check digit covers them.
func (d *decoder) repair() {
	if d.layout.Verify(d.strings()).OK() || len(d.layout.Checks) < 2 {
		return // one check digit alone is satisfied by one guess in ten
	}
	changes := d.changes()
	var (
		best     []change
		bestLoss = math.Inf(1)
		nextLoss = math.Inf(1)
		chosen   []change
	)
	var try func(from, left int, loss float64)
	try = func(from, left int, loss float64) {
		for i := from; i < len(changes); i++ {
			c := changes[i]
			total := loss + c.loss
			// Changes come by rising loss: the rest costs no less.
			if total > repairLoss || total > bestLoss+repairLead && !math.IsInf(bestLoss, 1) {
				return
			}
			if slices.ContainsFunc(chosen, func(o change) bool { return o.line == c.line && o.column == c.column }) {
				continue
			}
			old := d.text[c.line][c.column]
			d.text[c.line][c.column] = c.to
			chosen = append(chosen, c)
			if left == 1 {
				if d.layout.Verify(d.strings()).OK() {
					if total < bestLoss {
						bestLoss, nextLoss = total, bestLoss
						best = slices.Clone(chosen)
					} else {
						nextLoss = min(nextLoss, total)
					}
				}
			} else {
				try(i+1, left-1, total)
			}
			chosen = chosen[:len(chosen)-1]
			d.text[c.line][c.column] = old
		}
	}
	for places := 1; places <= repairPlaces && best == nil; places++ {
		try(0, places, 0)
	}
	if best == nil || nextLoss-bestLoss < repairLead {
		return
	}
	for _, c := range best {
		d.set(c.line, c.column, c.to, WhyCheckDigit, min(nextLoss-bestLoss, repairLoss))
	}
}

// changes lists the substitutions worth trying, the likeliest first.
func (d *decoder) changes() []change {
	covered := make(map[mrz.Pos]bool)
	for _, c := range d.layout.Checks {
		covered[c.Digit] = true
		for _, s := range c.Spans {
			for j := s.Start; j < s.End; j++ {
				covered[mrz.Pos{Line: s.Line, Column: j}] = true
			}
		}
	}
	var out []change
	for at := range covered {
		switch f, _ := d.layout.At(at.Line, at.Column); f.Name {
		case mrz.FieldName, mrz.FieldSurname, mrz.FieldGivenNames:
			continue
		}
		w := &d.weight[at.Line][at.Column]
		now := w[strings.IndexByte(mrzAlphabet, d.text[at.Line][at.Column])]
		for k, v := range w {
			if c := mrzAlphabet[k]; c != d.text[at.Line][at.Column] && now-v < repairStep {
				out = append(out, change{at.Line, at.Column, c, max(now-v, 0)})
			}
		}
	}
	slices.SortFunc(out, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.loss, b.loss), cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column), cmp.Compare(a.to, b.to))
	})
	return out[:min(len(out), repairCandidates)]
}

// result puts the outcome together. The confidence of a character is its share
// of its cell; where grammar, states or check digits chose it, it is at least
// the chance against the next best choice.
func (d *decoder) result(raw []string, format mrz.Format) decoded {
	out := decoded{format: format, lines: d.strings(), raw: raw}
	out.checks = d.layout.Verify(out.lines)
	out.confidence = make([][]float64, len(d.cells))
	for i, line := range d.cells {
		out.confidence[i] = make([]float64, len(line))
		for j := range line {
			to := out.lines[i][j]
			k := strings.IndexByte(mrzAlphabet, to)
			out.likelihood += d.weight[i][j][k]
			if !d.layout.Class(i, j).Has(raw[i][j]) {
				out.misplaced += 1 / float64(len(d.cells)*len(line))
			}
			p := float64(line[j][k])
			if lead := d.lead[i][j]; lead > 0 {
				p = max(p, 1/(1+math.Exp(-lead)))
			}
			out.confidence[i][j] = p
			if to != raw[i][j] {
				out.repairs = append(out.repairs, Repair{Line: i, Column: j, From: raw[i][j], To: to, Why: d.why[i][j]})
			}
		}
	}
	return out
}
