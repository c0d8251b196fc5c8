package match

import "bonafide/mrz"

// Text compares two values that are no names, a place of birth say, character by character and in order. Every kind of difference is
// allowed or not as the policy says; at most Policy.MaxEdits wrong characters are fixable.
func Text(a, b string, p Policy) Result { return compareText(a, b, p) }

// Number compares two document or personal numbers. Spaces, hyphens and fillers between characters are always allowed, since
// documents group digits as they like; everything else is as the policy says, at most Policy.MaxEdits wrong characters being fixable.
func Number(a, b string, p Policy) Result {
	p.Allowed = append([]Kind{ExtraSpace, MissingSpace, Hyphen, Case}, p.Allowed...)
	r := compareText(a, b, p)
	for k := range r.Differences {
		switch d := &r.Differences[k]; {
		case d.Kind != Spelling:
		case d.A == "":
			d.Kind = MissingCharacter
		case d.B == "":
			d.Kind = ExtraCharacter
		default:
			d.Kind = Character
		}
	}
	return r
}

// NumberChecked is Number where the machine readable zone gives the check digit that belongs to the number. When the two differ and
// the digit confirms only one of them, Result.Confirmed says which: a misreading of ours is then told from an error of the applicant.
func NumberChecked(a, b string, check byte, p Policy) Result {
	r := Number(a, b, p)
	if r.Verdict == Same || len(a) > maxText || len(b) > maxText {
		return r
	}
	switch holdsA, holdsB := holds(a, check), holds(b, check); {
	case holdsA && !holdsB:
		r.Confirmed = A
	case holdsB && !holdsA:
		r.Confirmed = B
	}
	return r
}

// holds says whether a number has the check digit. Fillers and grouping count for nothing.
func holds(s string, check byte) bool {
	ls, n := line(s)
	in := make([]byte, 0, n)
	for i := range ls {
		if !ls[i].sep {
			in = append(in, ls[i].base)
		}
	}
	return n > 0 && mrz.CheckDigit(string(in)) == check
}

// compareText aligns two values character by character, without regard to words.
func compareText(a, b string, p Policy) Result {
	if len(a) > maxText || len(b) > maxText {
		return tooLong(a, b)
	}
	x, nx := line(a)
	y, ny := line(b)
	switch {
	case nx == 0 && ny == 0:
		return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: a, B: b}}}
	case nx == 0:
		return Result{Verdict: Different, Differences: []Difference{{Kind: MissingPart, A: a, B: b}}}
	case ny == 0:
		return Result{Verdict: Different, Differences: []Difference{{Kind: ExtraPart, A: a}}}
	case len(x) > maxLetter || len(y) > maxLetter:
		if equal(x, y) {
			return Result{Verdict: Same, Score: 1, Differences: []Difference{}}
		}
		return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: a, B: b}}}
	}
	c := comparison{policy: p, a: []word{{letters: x, n: nx}}, b: []word{{letters: y, n: ny}}, nameA: Name{Full: a}, nameB: Name{Full: b}}
	e := explainer{comparison: &c, out: []Difference{}}
	r := Result{Verdict: Same, Score: 1}
	if alike, capitals := same(x, y); alike {
		if capitals {
			e.capitals("", c.a, c.b)
		}
		if r.Differences = e.out; !p.allAllowed(e.out) {
			r.Verdict = Fixable
		}
		return r
	}
	var room aligner
	al := &room
	al.run(x, y, noLimit)
	r.Score = max(0, al.similarity(len(x), len(y), max(nx, ny)))
	edits := al.edits(len(x), len(y))
	if e.letters(al, x, y, "", a, b) {
		e.capitals("", c.a, c.b)
	}
	r.Differences = e.out
	sortDifferences(r.Differences)
	switch {
	case p.allAllowed(r.Differences):
		r.Score = 1
	case edits <= p.MaxEdits && edits*2 < max(nx, ny):
		r.Verdict = Fixable
	default:
		r.Verdict = Different
	}
	return r
}

// edits counts the wrong characters of the last run.
func (al *aligner) edits(n, m int) int {
	edits := 0
	for n > 0 || m > 0 {
		s := al.step[n][m]
		if s.kind >= stepLookalike && s.cost != costHomoglyph { // the eye sees no difference
			edits++
		}
		n -= int(s.a)
		m -= int(s.b)
	}
	return edits
}

// line reads a whole value as one run of letters, gaps included, each run of blanks as one gap; n counts letters alone.
func line(s string) (out []letter, n int) {
	out = make([]letter, 0, len(s))
	at, start := int32(-1), 0
	for _, r := range s {
		at++
		sep := separator(r)
		switch {
		case sep == 0:
			before := len(out)
			out = add(out, start, r, at)
			n += len(out) - before
		case sep == '\'':
			out = append(out, letter{r: r, fold: '\'', sep: true, at: at, end: at + 1})
			start = len(out)
		case len(out) == 0:
		case out[len(out)-1].fold == ' ' || out[len(out)-1].fold == '-':
			out[len(out)-1].end = at + 1
		default:
			gap := rune(sep)
			out = append(out, letter{r: gap, fold: gap, sep: true, at: at, end: at + 1})
			start = len(out)
		}
	}
	for len(out) > 0 && out[len(out)-1].sep && out[len(out)-1].fold != '\'' {
		out = out[:len(out)-1]
	}
	if n > 0 {
		w := word{letters: out}
		w.finish()
	}
	return out, n
}
