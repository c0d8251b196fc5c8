package match

import (
	"math"
	"slices"
	"strings"
)

// Name is a person's name: either Surname and Given, as the field of a document or a form has them, or Full, all in one string, of
// which the order is not known unless a comma or the double filler of the machine readable zone puts the surname first ("Smith,
// John", "SMITH<<JOHN").
type Name struct {
	Surname, Given string
	Full           string
	// Truncated says that the name fills its field in the machine readable zone (mrz.Result.NameTruncated), so that words or letters
	// may be missing at its end.
	Truncated bool
}

// Names compares two names: a as given by the applicant, b what it is measured against.
//
// Words are aligned first, in any order, two or three taken as one where a space was lost or won; then the letters of each pair.
// The verdict is Same when every difference is one the policy allows; Different when each name has a word that the other has not, or
// too little of one is found in the other; else Fixable. The score is the share of letters found on the other side, weighed by how
// well their words agree.
func Names(a, b Name, p Policy) Result {
	if len(a.Surname)+len(a.Given)+len(a.Full) > maxText || len(b.Surname)+len(b.Given)+len(b.Full) > maxText {
		return tooLong(a.text(), b.text())
	}
	x, ok := a.words()
	y, ok2 := b.words()
	if !ok || !ok2 {
		return tooLong(a.text(), b.text())
	}
	if len(x) == 0 || len(y) == 0 {
		return oneEmpty(x, y)
	}
	c := comparison{policy: p, a: x, b: y, cutA: a.Truncated, cutB: b.Truncated}
	c.pairs = c.buf[:0]
	c.find()
	c.choose()
	return c.explain()
}

func (n Name) text() string {
	if n.Full != "" {
		return n.Full
	}
	return n.Surname + " " + n.Given
}

func (n Name) words() ([]word, bool) {
	out := make([]word, 0, 8)
	if n.Full == "" {
		out, ok := words(out, n.Given, given, 0)
		out, ok2 := words(out, n.Surname, surname, 0)
		return out, ok && ok2
	}
	for _, sep := range []string{",", "<<"} {
		if before, after, found := strings.Cut(n.Full, sep); found && strings.Trim(after, "< ") != "" && !strings.Contains(after, ",") {
			out, ok := words(out, after, full, runes(before)+len(sep))
			out, ok2 := words(out, before, full, 0)
			return out, ok && ok2
		}
	}
	return words(out, n.Full, full, 0)
}

// oneEmpty answers when at least one side has no letter.
func oneEmpty(x, y []word) Result {
	r := Result{Verdict: Different, Differences: []Difference{}}
	for _, w := range x {
		r.Differences = append(r.Differences, Difference{Kind: ExtraPart, Part: w.part.String(), At: w.at(), A: w.text()})
	}
	for _, w := range y {
		r.Differences = append(r.Differences, Difference{Kind: MissingPart, B: w.text()})
	}
	if len(x) == 0 && len(y) == 0 {
		r.Differences = append(r.Differences, Difference{Kind: Other})
	}
	return r
}

// match is a pair of words, or of a word with two or three taken as one, that may be the same.
type match struct {
	i, ni, j, nj int // words of a from i, words of b from j; ni or nj is 1
	sim          float64
	how          Kind // Initial or Truncated where the one is the beginning of the other; else empty
}

type comparison struct {
	policy     Policy
	a, b       []word
	cutA, cutB bool
	al         aligner
	pairs      []match // candidates, then the chosen
	buf        [24]match
	join       [2][]letter // room for joined words, made when the first are
	usedA      [maxWords]bool
	usedB      [maxWords]bool
}

// find collects the pairs that are similar enough.
func (c *comparison) find() {
	var exactA, exactB [maxWords]bool
	for i := range c.a {
		for j := range c.b {
			if m := c.similar(&c.a[i], &c.b[j]); m.sim >= c.policy.MinWord {
				m.i, m.ni, m.j, m.nj = i, 1, j, 1
				c.pairs = append(c.pairs, m)
				if m.sim == 1 {
					exactA[i], exactB[j] = true, true
				}
			}
		}
	}
	for n := 2; n <= 3; n++ {
		for i := range c.a {
			for j := range c.b {
				if i+n <= len(c.a) && !exactB[j] && !anyOf(exactA[i:i+n]) {
					c.joined(c.a[i:i+n], c.b[j:j+1], match{i: i, ni: n, j: j, nj: 1})
				}
				if j+n <= len(c.b) && !exactA[i] && !anyOf(exactB[j:j+n]) {
					c.joined(c.a[i:i+1], c.b[j:j+n], match{i: i, ni: 1, j: j, nj: n})
				}
			}
		}
	}
}

func anyOf(bs []bool) bool { return slices.Contains(bs, true) }

// joined adds a candidate of words taken as one. Only near equals count: chance makes long words of short ones.
func (c *comparison) joined(a, b []word, m match) {
	const near = 0.75
	x, n := c.one(0, a)
	y, k := c.one(1, b)
	if x == nil || y == nil || n*4 < k*3 || k*4 < n*3 || a[0].part != a[len(a)-1].part || b[0].part != b[len(b)-1].part {
		return
	}
	least := max(near, c.policy.MinWord)
	if c.al.run(x, y, limit(max(n, k), least)) == tooFar {
		return
	}
	if m.sim = c.al.similarity(len(x), len(y), max(n, k)); m.sim >= least {
		c.pairs = append(c.pairs, m)
	}
}

// limit is the cost at which words of n letters are less similar than least, with room for the weights of what costs nothing.
func limit(n int, least float64) int {
	return int(float64(costEdit*n)*(1-least)) + maxLetter*weighRoman
}

// similarity is 1 minus the share of wrong letters, of an alignment of which n is the longer word's number of letters.
func (al *aligner) similarity(i, j, n int) float64 {
	return 1 - float64(al.hard(i, j))/float64(costEdit*n)
}

// one joins words into one run of letters with gaps between; nil when that is too long.
func (c *comparison) one(side int, ws []word) ([]letter, int) {
	if len(ws) == 1 {
		return ws[0].letters, ws[0].n
	}
	if c.join[side] == nil {
		c.join[side] = make([]letter, maxLetter)
	}
	out, n := c.join[side][:0], 0
	for i, w := range ws {
		if len(out)+len(w.letters)+1 > maxLetter {
			return nil, 0
		}
		if i > 0 {
			gap := rune(' ')
			if w.before == '-' {
				gap = '-'
			}
			out = append(out, letter{r: gap, fold: gap, sep: true, at: out[len(out)-1].at + 1})
		}
		out = append(out, w.letters...)
		n += w.n
	}
	return out, n
}

// similar measures how alike two words are. The beginning of a word (three letters at least, or an initial) counts as the word, at a
// discount: whoever has the name in full can tell.
func (c *comparison) similar(a, b *word) match {
	const beginning = 0.7
	if equal(a.letters, b.letters) {
		return match{sim: 1}
	}
	longest, shortest := max(a.n, b.n), min(a.n, b.n)
	plain := a.plain && b.plain
	m := match{sim: c.policy.MinWord - 1}
	// Counting letters first spares most pairs the alignment.
	if most := int(float64(longest) * (1 - c.policy.MinWord)); !plain || apart(a, b) <= most {
		bound := limit(longest, c.policy.MinWord)
		if !plain {
			bound = noLimit // begins looks at the whole table
		}
		if c.al.run(a.letters, b.letters, bound) != tooFar {
			m.sim = c.al.similarity(len(a.letters), len(b.letters), longest)
		}
	}
	if m.sim >= beginning || a.n == b.n {
		return m
	}
	switch {
	case plain && a.n < b.n && !startsWith(b, a), plain && b.n < a.n && !startsWith(a, b), !plain && !c.begins(a, b):
	case shortest == 1:
		return match{sim: beginning, how: Initial}
	case shortest >= 3 || c.cutA && a.n < b.n || c.cutB && b.n < a.n:
		return match{sim: beginning, how: Truncated}
	}
	return m
}

// begins says, after run, whether the word with fewer letters is the beginning of the other.
func (c *comparison) begins(a, b *word) bool {
	n, m := len(a.letters), len(b.letters)
	if a.n < b.n {
		for j := 1; j < m; j++ {
			if c.al.cost[n][j] < costVowel && c.al.hard(n, j) == 0 {
				return true
			}
		}
		return false
	}
	for i := 1; i < n; i++ {
		if c.al.cost[i][m] < costVowel && c.al.hard(i, m) == 0 {
			return true
		}
	}
	return false
}

func equal(a, b []letter) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].fold != b[i].fold {
			return false
		}
	}
	return true
}

// choose keeps the best pairs of which no two share a word: the most alike first, then the nearest in place. The order is total
// among pairs that share a word and the same from both sides, which makes the comparison symmetric.
func (c *comparison) choose() {
	slices.SortFunc(c.pairs, func(x, y match) int {
		switch {
		case x.sim != y.sim:
			if x.sim > y.sim {
				return -1
			}
			return 1
		case x.ni+x.nj != y.ni+y.nj:
			return (y.ni + y.nj) - (x.ni + x.nj)
		case abs(x.i-x.j) != abs(y.i-y.j):
			return abs(x.i-x.j) - abs(y.i-y.j)
		}
		return (x.i + x.j) - (y.i + y.j)
	})
	kept := c.pairs[:0]
	for _, m := range c.pairs {
		if anyOf(c.usedA[m.i:m.i+m.ni]) || anyOf(c.usedB[m.j:m.j+m.nj]) {
			continue
		}
		for i := range m.ni {
			c.usedA[m.i+i] = true
		}
		for j := range m.nj {
			c.usedB[m.j+j] = true
		}
		kept = append(kept, m)
	}
	slices.SortFunc(kept, func(x, y match) int { return x.i - y.i })
	c.pairs = kept
}

func abs(n int) int { return max(n, -n) }

// explain turns the chosen pairs into differences, score and verdict.
func (c *comparison) explain() Result {
	e := explainer{comparison: c, out: []Difference{}}
	found, shown, alike := 0, 0, 0.0
	for _, m := range c.pairs {
		na, nb := letters(c.a[m.i:m.i+m.ni]), letters(c.b[m.j:m.j+m.nj])
		found += na + nb
		alike += m.sim * float64(na+nb)
		if m.how != "" {
			na, nb = min(na, nb), min(na, nb) // an initial shows one letter of the word it stands for
		}
		shown += na + nb
		e.pair(m)
	}
	e.separators()
	e.order()
	lostA, lostB := e.unmatched()
	allA, allB := letters(c.a), letters(c.b)
	r := Result{Differences: e.out}
	if allA+allB > 0 {
		r.Score = alike / float64(allA+allB-e.cut)
	}
	r.Score = math.Round(min(r.Score, 1)*10000) / 10000
	slices.SortStableFunc(r.Differences, func(x, y Difference) int {
		if x.Part != y.Part {
			return strings.Compare(x.Part, y.Part)
		}
		return x.At - y.At
	})
	mean := 0.0
	if found > 0 {
		mean = alike / float64(found)
	}
	share := float64(shown) / 2 / float64(max(allA, allB))
	switch {
	case c.policy.allAllowed(r.Differences) && (r.Score == 1 || e.cut > 0 || e.cutWords):
		r.Verdict, r.Score = Same, 1
	case lostA && lostB, mean < c.policy.MinName && !e.beginnings, share < c.policy.MinShare:
		r.Verdict = Different
	default:
		r.Verdict = Fixable
	}
	return r
}

func letters(ws []word) int {
	n := 0
	for _, w := range ws {
		n += w.n
	}
	return n
}
