package match

import (
	"strings"

	"bonafide/mrz"
)

// Text compares two values that are no names, a place of birth say, character by character and in order. Every kind of difference is
// allowed or not as the policy says; at most Policy.MaxEdits wrong characters are fixable.
func Text(a, b string, p Policy) Result { return compareText(a, b, p) }

// Number compares two document or personal numbers. Spaces, hyphens and fillers between characters are always allowed, since
// documents group digits as they like; everything else is as the policy says, at most Policy.MaxEdits wrong characters being fixable.
func Number(a, b string, p Policy) Result {
	p.Allowed = append([]Kind{ExtraSpace, MissingSpace, Hyphen, Case}, p.Allowed...)
	return compareText(strings.Trim(a, "< "), strings.Trim(b, "< "), p)
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
		return Result{Verdict: Different, Differences: []Difference{{Kind: MissingPart, B: b}}}
	case ny == 0:
		return Result{Verdict: Different, Differences: []Difference{{Kind: ExtraPart, A: a}}}
	case len(x) > maxLetter || len(y) > maxLetter:
		if equal(x, y) {
			return Result{Verdict: Same, Score: 1, Differences: []Difference{}}
		}
		return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: a, B: b}}}
	}
	c := comparison{policy: p, a: []word{{letters: x, n: nx}}, b: []word{{letters: y, n: ny}}}
	c.al.run(x, y, noLimit)
	score := max(0, c.al.similarity(len(x), len(y), max(nx, ny)))
	e := explainer{comparison: &c, out: []Difference{}}
	e.pair(match{ni: 1, nj: 1, sim: -1})
	r := Result{Differences: e.out, Score: score}
	edits := 0
	c.al.trace(len(x), len(y), func(_, _ int, s step) {
		if s.kind == stepEdit || s.kind == stepLookalike {
			edits++
		}
	})
	switch {
	case p.allAllowed(r.Differences):
		r.Verdict = Same
		r.Score = 1
	case edits <= p.MaxEdits && edits*2 < max(nx, ny):
		r.Verdict = Fixable
	default:
		r.Verdict = Different
	}
	return r
}

// line reads a whole value as one run of letters, gaps included, each run of blanks as one gap; n counts letters alone.
func line(s string) (out []letter, n int) {
	at := int32(-1)
	for _, r := range s {
		at++
		sep := separator(r)
		switch {
		case sep == 0:
			before := len(out)
			out = add(out, 0, r, at)
			n += len(out) - before
		case sep == '\'':
			out = append(out, letter{r: r, fold: '\'', sep: true, at: at})
		case len(out) > 0 && out[len(out)-1].fold != ' ' && out[len(out)-1].fold != '-':
			gap := rune(sep)
			out = append(out, letter{r: gap, fold: gap, sep: true, at: at})
		}
	}
	for len(out) > 0 && out[len(out)-1].sep && out[len(out)-1].fold != '\'' {
		out = out[:len(out)-1]
	}
	return out, n
}

// Date compares two dates in ISO 8601's form, unknown parts written with X as mrz.Date does. A part that either does not know (fillers in the machine readable zone) agrees with anything, but something
// must be known on both sides. Day and month changed over is Order, one wrong digit or two digits changed over Spelling, both fixable;
// anything else is Other, and different, a text that is no date included.
func Date(a, b string) Result {
	x, errA := mrz.ParseDate(a)
	y, errB := mrz.ParseDate(b)
	if errA != nil || errB != nil {
		return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: clip(a), B: clip(b)}}}
	}
	return compareDates(x, y)
}

func compareDates(a, b mrz.Date) Result {
	r := Result{Verdict: Different, Differences: []Difference{}}
	x, y := [3]int{a.Year, a.Month, a.Day}, [3]int{b.Year, b.Month, b.Day}
	known, right := 0, 0
	for i := range x {
		if x[i] != 0 && y[i] != 0 {
			known++
			if x[i] == y[i] {
				right++
			}
		}
	}
	switch known {
	case 0:
		r.Differences = append(r.Differences, dateDifference(a, b))
		return r
	case right:
		r.Verdict, r.Score = Same, 1
		return r
	}
	r.Score = float64(right) / float64(known)
	sa, sb := a.String(), b.String()
	if a.Complete() && b.Complete() && a.Year == b.Year && a.Month == b.Day && a.Day == b.Month {
		r.Verdict = Fixable
		r.Differences = append(r.Differences, Difference{Kind: Order, At: 5, A: sa[5:], B: sb[5:]})
		return r
	}
	first, last, wrong := -1, 0, 0
	for i := range len(sa) {
		if sa[i] != sb[i] && sa[i] != 'X' && sb[i] != 'X' {
			if first < 0 {
				first = i
			}
			last = i
			wrong++
		}
	}
	d := Difference{Kind: Spelling, At: first, A: sa[first : last+1], B: sb[first : last+1]}
	swapped := wrong == 2 && last == first+1 && sa[first] == sb[last] && sa[last] == sb[first]
	if wrong != 1 && !swapped {
		d = dateDifference(a, b)
	} else {
		r.Verdict = Fixable
	}
	r.Differences = append(r.Differences, d)
	return r
}

func dateDifference(a, b mrz.Date) Difference {
	return Difference{Kind: Other, A: a.String(), B: b.String()}
}

// State compares two codes of states, ISO 3166-1 alpha-3 or Doc 9303 part 3, section 5. Germany's D is DEU; fillers, blanks and
// capitals do not matter. There is no near miss between codes: one letter makes another state.
func State(a, b string) Result {
	x, y := stateCode(a), stateCode(b)
	switch {
	case x == "" || y == "" || x != y:
		return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: clip(a), B: clip(b)}}}
	case strings.Trim(a, "< ") != strings.Trim(b, "< ") && strings.EqualFold(strings.Trim(a, "< "), strings.Trim(b, "< ")):
		return Result{Verdict: Same, Score: 1, Differences: []Difference{{Kind: Case, A: a, B: b}}}
	}
	return Result{Verdict: Same, Score: 1, Differences: []Difference{}}
}

func stateCode(s string) string {
	if len(s) > maxText {
		return ""
	}
	s = strings.ToUpper(strings.Trim(s, "< "))
	if s == "D" {
		return "DEU"
	}
	return s
}
