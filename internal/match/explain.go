package match

import (
	"slices"
	"strings"
)

// explainer writes the differences of a comparison.
type explainer struct {
	*comparison
	out        []Difference
	cut        int  // letters that a full name field cut off as whole words
	cutWords   bool // a word was cut by a full name field
	beginnings bool // a word stands for a longer one
	runs       [2 * maxLetter]stepRun
}

func (e *explainer) add(d Difference) { e.out = append(e.out, d) }

// pair explains one pair of words, letter by letter.
func (e *explainer) pair(al *aligner, m match) {
	a, b := e.a[m.i:m.i+m.ni], e.b[m.j:m.j+m.nj]
	part := a[0].part.String()
	if m.how != "" {
		d := Difference{Kind: m.how, Part: part, At: a[0].at(), A: e.nameA.raw(&a[0]), B: e.nameB.raw(&b[0])}
		shortA := a[0].n < b[0].n
		if e.cutA && shortA || e.cutB && !shortA {
			d.Kind, d.cut, e.cutWords = Truncated, true, true
		}
		e.beginnings = true
		e.add(d)
		return
	}
	x, y := e.one(0, a, &b[0]), e.one(1, b, &a[0])
	if m.sim == 1 {
		switch alike, capitals := same(x, y); {
		case alike && capitals:
			e.capitals(part, a, b)
			return
		case alike:
			return
		}
	}
	fieldA, fieldB := e.nameA.field(a[0].part), e.nameB.field(b[0].part)
	if a[0].script() != b[0].script() && (a[0].script().syllabic() || b[0].script().syllabic()) {
		d := Difference{
			Kind: Transliteration, Part: part, At: a[0].at(),
			A: cut(fieldA, a[0].at(), a[len(a)-1].end()), B: cut(fieldB, b[0].at(), b[len(b)-1].end()),
		}
		if m.sim < 1 {
			d.Kind = Spelling
		}
		if a[0].piece {
			d.B = " " + d.B // a writes no space before it
		}
		e.add(d)
		return
	}
	al.run(x, y, noLimit)
	if e.letters(al, x, y, part, fieldA, fieldB) {
		e.capitals(part, a, b)
	}
}

// letters explains the alignment of the last run, and says whether capitals differ as well.
func (e *explainer) letters(al *aligner, x, y []letter, part, fieldA, fieldB string) (capitals bool) {
	runs := e.runs[:0]
	for n, m := len(x), len(y); n > 0 || m > 0; {
		s := al.step[n][m]
		switch s.kind {
		case stepEqual:
		case stepCase:
			capitals = true
		default:
			runs = append(runs, stepRun{s.kind, s.a > 0, uint8(n) - s.a, uint8(n), uint8(m) - s.b, uint8(m)})
		}
		n -= int(s.a)
		m -= int(s.b)
	}
	slices.Reverse(runs)
	for k := 0; k < len(runs); k++ {
		r := runs[k]
		for k+1 < len(runs) && r.joins(runs[k+1]) {
			k++
			r.i1, r.j1 = runs[k].i1, runs[k].j1
		}
		d := Difference{Kind: stepKinds[r.kind], Part: part}
		if r.i1 > r.i0 {
			d.A = cut(fieldA, int(x[r.i0].at), int(x[r.i1-1].end))
		}
		if r.j1 > r.j0 {
			d.B = cut(fieldB, int(y[r.j0].at), int(y[r.j1-1].end))
		}
		switch {
		case r.kind == stepGap && r.inA:
			d.Kind = ExtraSpace
		case r.kind == stepGap:
			d.Kind, d.B = MissingSpace, string(y[r.j0].fold)
		case r.kind == stepHyphen:
			d.B = string(y[r.j0].fold)
		}
		if int(r.i0) < len(x) {
			d.At = int(x[r.i0].at)
		} else {
			d.At = int(x[len(x)-1].end)
		}
		e.add(d)
	}
	return capitals
}

// same says whether letters are the same but for capitals, and whether capitals differ.
func same(x, y []letter) (alike, capitals bool) {
	if len(x) != len(y) {
		return false, false
	}
	for i := range x {
		if x[i].fold != y[i].fold || x[i].sep != y[i].sep || x[i].sep && x[i].r != y[i].r {
			return false, false
		}
		capitals = capitals || x[i].r != y[i].r
	}
	return true, capitals
}

// cut takes runes from to to of a text.
func cut(s string, from, to int) string {
	if len(s) < to { // runes are no more than bytes
		to = len(s)
	}
	n, begin := 0, len(s)
	for i := range s {
		if n == from {
			begin = i
		}
		if n == to {
			return s[begin:i]
		}
		n++
	}
	return s[begin:]
}

// stepRun is a run of steps of one kind: letters i0 to i1 of a against j0 to j1 of b.
type stepRun struct {
	kind           stepKind
	inA            bool
	i0, i1, j0, j1 uint8
}

// joins says whether the next run goes on where this one ends and is of the same kind, so that a word in another script is one
// difference and not one a letter. Marks stay apart: each is a thing to correct.
func (r stepRun) joins(next stepRun) bool {
	return r.kind == next.kind && r.kind != stepDiacritic && r.kind != stepGap && r.i1 == next.i0 && r.j1 == next.j0
}

// capitals notes words in other capitals: one difference a field, or a name in capitals would bury everything else.
func (e *explainer) capitals(part string, a, b []word) {
	for k := range e.out {
		if d := &e.out[k]; d.Kind == Case && d.Part == part {
			d.A += " " + e.list(&e.nameA, a)
			d.B += " " + e.list(&e.nameB, b)
			return
		}
	}
	e.add(Difference{Kind: Case, Part: part, At: a[0].at(), A: e.list(&e.nameA, a), B: e.list(&e.nameB, b)})
}

func runes(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

// separators reports hyphens in the place of spaces between words that follow each other on both sides.
func (e *explainer) separators() {
	for k := 1; k < len(e.pairs); k++ {
		p, m := e.pairs[k-1], e.pairs[k]
		if p.i+p.ni != m.i || p.j+p.nj != m.j {
			continue
		}
		x, y := &e.a[m.i], &e.b[m.j]
		if (x.before == '-' || y.before == '-') && x.before != y.before && x.before != 0 && y.before != 0 {
			from := e.a[m.i-1].end()
			e.add(Difference{
				Kind: Hyphen, Part: x.part.String(), At: from, A: cut(e.nameA.field(x.part), from, x.at()), B: string(rune(y.before)),
			})
		}
	}
}

// order reports words that stand in another order, or in the other field, and says whether there are any. A name in one string has no
// order of its fields: against a name in two, both are right. A name of one word has no fields either.
func (e *explainer) order() bool {
	if len(e.pairs) == 0 {
		return false
	}
	splitA, splitB := e.a[0].part != full, e.b[0].part != full
	if splitA && splitB && len(e.a)+len(e.b) > 2 {
		for _, m := range e.pairs {
			if x, y := &e.a[m.i], &e.b[m.j]; x.part != y.part {
				e.add(Difference{Kind: Order, Part: x.part.String(), At: x.at(), A: e.nameA.raw(x), B: e.nameB.raw(y)})
				return true
			}
		}
	}
	if e.rising(0, 0) {
		return false
	}
	if splitA != splitB && (splitA && e.rising(countGiven(e.a), 0) || splitB && e.rising(0, countGiven(e.b))) {
		return false
	}
	for k := 1; k < len(e.pairs); k++ {
		p, m := e.pairs[k-1], e.pairs[k]
		if m.j < p.j {
			x := &e.a[0]
			e.add(Difference{Kind: Order, Part: x.part.String(), At: x.at(), A: e.list(&e.nameA, e.a), B: e.list(&e.nameB, e.b)})
			return true
		}
	}
	return false
}

// list writes words with blanks between.
func (e *explainer) list(n *Name, ws []word) string {
	if len(ws) == 1 {
		return n.raw(&ws[0])
	}
	texts := make([]string, len(ws))
	for i := range ws {
		texts[i] = n.raw(&ws[i])
	}
	return strings.Join(texts, " ")
}

func countGiven(ws []word) int {
	n := 0
	for i := range ws {
		if ws[i].part == given {
			n++
		}
	}
	return n
}

// rising says whether the pairs stand in the same order on both sides when the first ga words of a, or gb of b, are moved to the end.
func (e *explainer) rising(ga, gb int) bool {
	var to [maxWords]int
	for i := range to {
		to[i] = -1
	}
	for _, m := range e.pairs {
		to[(m.i+len(e.a)-ga)%len(e.a)] = (m.j + len(e.b) - gb) % len(e.b)
	}
	last := -1
	for _, j := range to {
		if j >= 0 {
			if j < last {
				return false
			}
			last = j
		}
	}
	return true
}

// unmatched reports words that have no partner, and says on which sides there are any that are not explained by a full field.
func (e *explainer) unmatched() (lostA, lostB bool) {
	var restA, restB []int
	for i := range e.a {
		if !e.usedA[i] {
			restA = append(restA, i)
		}
	}
	for j := range e.b {
		if !e.usedB[j] {
			restB = append(restB, j)
		}
	}
	switch {
	case len(restB) == 0 && e.cutB && atEnd(e.a, restA):
		for _, i := range restA {
			w := &e.a[i]
			e.cut += w.n
			e.add(Difference{Kind: Truncated, Part: w.part.String(), At: w.at(), A: e.nameA.raw(w), cut: true})
		}
		return false, false
	case len(restA) == 0 && e.cutA && atEnd(e.b, restB):
		for _, j := range restB {
			e.cut += e.b[j].n
			e.missing(Truncated, j, true)
		}
		return false, false
	}
	n := min(len(restA), len(restB))
	for k := range n {
		x, y := &e.a[restA[k]], &e.b[restB[k]]
		d := Difference{Kind: Other, Part: x.part.String(), At: x.at(), A: e.nameA.raw(x), B: e.nameB.raw(y)}
		if x.piece {
			d.B = " " + d.B
		}
		e.add(d)
	}
	for _, i := range restA[n:] {
		w := &e.a[i]
		e.add(Difference{Kind: ExtraPart, Part: w.part.String(), At: w.at(), A: e.nameA.raw(w)})
	}
	for _, j := range restB[n:] {
		e.missing(MissingPart, j, false)
	}
	return len(restA) > 0, len(restB) > 0
}

// atEnd says whether the words are the last of the given names, where a full field cuts.
func atEnd(ws []word, rest []int) bool {
	end := len(ws)
	if ws[0].part == given {
		end = countGiven(ws)
	}
	for k, i := range rest {
		if i != end-len(rest)+k {
			return false
		}
	}
	return true
}

// missing reports a word of b that a lacks: in the field of a where the word before it in b has its partner, and after that; without
// one, at the beginning of b's own field, or of the first.
func (e *explainer) missing(k Kind, j int, isCut bool) {
	d := Difference{Kind: k, B: e.nameB.raw(&e.b[j]), cut: isCut}
	if e.a[0].part != full {
		d.Part = given.String()
		if e.b[j].part == surname {
			d.Part = surname.String()
		}
	}
	nearest := -1
	for _, m := range e.pairs {
		w := &e.a[m.i+m.ni-1]
		if m.j < j && m.j > nearest && (e.b[j].part == full || w.part.String() == d.Part) {
			nearest, d.At, d.Part = m.j, w.end(), w.part.String()
		}
	}
	e.add(d)
}
