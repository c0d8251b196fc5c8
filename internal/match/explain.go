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
func (e *explainer) pair(m match) {
	a, b := e.a[m.i:m.i+m.ni], e.b[m.j:m.j+m.nj]
	x, _ := e.one(0, a)
	y, _ := e.one(1, b)
	if m.how != "" {
		d := Difference{Kind: m.how, Part: a[0].part.String(), At: a[0].at(), A: text(x), B: text(y)}
		shortA := a[0].n < b[0].n
		if e.cutA && shortA || e.cutB && !shortA {
			d.Kind, d.cut, e.cutWords = Truncated, true, true
		}
		e.beginnings = true
		e.add(d)
		return
	}
	if m.sim == 1 && same(x, y) {
		return
	}
	e.al.run(x, y, noLimit)
	capitals := false
	runs := e.runs[:0]
	e.al.trace(len(x), len(y), func(i, j int, s step) {
		switch s.kind {
		case stepEqual:
		case stepCase:
			capitals = true
		default:
			runs = append(runs, stepRun{s.kind, s.a > 0, uint8(i) - s.a, uint8(i), uint8(j) - s.b, uint8(j)})
		}
	})
	slices.Reverse(runs)
	part := a[0].part.String()
	for k := 0; k < len(runs); k++ {
		r := runs[k]
		for k+1 < len(runs) && r.joins(runs[k+1]) {
			k++
			r.i1, r.j1 = runs[k].i1, runs[k].j1
		}
		d := Difference{Kind: stepKinds[r.kind], Part: part, A: text(x[r.i0:r.i1]), B: text(y[r.j0:r.j1])}
		switch {
		case r.kind == stepGap && r.inA:
			d.Kind = ExtraSpace
		case r.kind == stepGap:
			d.Kind = MissingSpace
		}
		if int(r.i0) < len(x) {
			d.At = int(x[r.i0].at)
		} else {
			d.At = int(x[len(x)-1].at) + 1
		}
		e.add(d)
	}
	if capitals {
		e.capitals(part, a, b)
	}
}

func same(x, y []letter) bool {
	return slices.EqualFunc(x, y, func(p, q letter) bool { return p.r == q.r })
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
			d.A += " " + list(a)
			d.B += " " + list(b)
			return
		}
	}
	e.add(Difference{Kind: Case, Part: part, At: a[0].at(), A: list(a), B: list(b)})
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
		x, y := e.a[m.i], e.b[m.j]
		if (x.before == '-' || y.before == '-') && x.before != y.before && x.before != 0 && y.before != 0 {
			e.add(Difference{Kind: Hyphen, Part: x.part.String(), At: x.at() - 1, A: string(rune(x.before)), B: string(rune(y.before))})
		}
	}
}

// order reports words that stand in another order, or in the other field. A name in one string has no order of its fields: against
// a name in two, both are right.
func (e *explainer) order() {
	if len(e.pairs) == 0 {
		return
	}
	splitA, splitB := e.a[0].part != full, e.b[0].part != full
	if splitA && splitB {
		for _, m := range e.pairs {
			if x, y := e.a[m.i], e.b[m.j]; x.part != y.part {
				e.add(Difference{Kind: Order, Part: x.part.String(), At: x.at(), A: x.text(), B: y.text()})
				return
			}
		}
	}
	if e.rising(0, 0) {
		return
	}
	if splitA != splitB && (splitA && e.rising(countGiven(e.a), 0) || splitB && e.rising(0, countGiven(e.b))) {
		return
	}
	for k := 1; k < len(e.pairs); k++ {
		p, m := e.pairs[k-1], e.pairs[k]
		if m.j < p.j {
			x := e.a[0]
			e.add(Difference{Kind: Order, Part: x.part.String(), At: x.at(), A: list(e.a), B: list(e.b)})
			return
		}
	}
}

// list writes words with blanks between.
func list(ws []word) string {
	texts := make([]string, len(ws))
	for i := range ws {
		texts[i] = ws[i].text()
	}
	return strings.Join(texts, " ")
}

func countGiven(ws []word) int {
	n := 0
	for _, w := range ws {
		if w.part == given {
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
			w := e.a[i]
			e.cut += w.n
			e.add(Difference{Kind: Truncated, Part: w.part.String(), At: w.at(), A: w.text(), cut: true})
		}
		return false, false
	case len(restA) == 0 && e.cutA && atEnd(e.b, restB):
		for _, j := range restB {
			e.cut += e.b[j].n
			e.add(Difference{Kind: Truncated, Part: e.part(j), At: e.insertAt(j), B: e.b[j].text(), cut: true})
		}
		return false, false
	}
	n := min(len(restA), len(restB))
	for k := range n {
		x, y := e.a[restA[k]], e.b[restB[k]]
		e.add(Difference{Kind: Other, Part: x.part.String(), At: x.at(), A: x.text(), B: y.text()})
	}
	for _, i := range restA[n:] {
		w := e.a[i]
		e.add(Difference{Kind: ExtraPart, Part: w.part.String(), At: w.at(), A: w.text()})
	}
	for _, j := range restB[n:] {
		e.add(Difference{Kind: MissingPart, Part: e.part(j), At: e.insertAt(j), B: e.b[j].text()})
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

// part is the field of a in which a word of b is missing.
func (e *explainer) part(j int) string {
	if e.a[0].part == full {
		return ""
	}
	return e.b[j].part.String()
}

// insertAt is where in a a word of b is missing: after the partner of the word before it.
func (e *explainer) insertAt(j int) int {
	at := 0
	for _, m := range e.pairs {
		w := e.a[m.i+m.ni-1]
		if m.j < j && (e.part(j) == w.part.String()) {
			at = max(at, w.end())
		}
	}
	return at
}
