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
		return oneEmpty(a, b, x, y)
	}
	if syllabicA, syllabicB := syllabic(x), syllabic(y); syllabicA && !syllabicB {
		x, y = spelled(x), bared(y)
	} else if syllabicB && !syllabicA {
		x, y = bared(x), spelled(y)
	}
	c := comparison{policy: p, a: x, b: y, nameA: a, nameB: b, cutA: a.Truncated, cutB: b.Truncated}
	var room aligner
	al := &room
	c.pairs = c.buf[:0]
	c.find(al)
	c.choose()
	return c.explain(al)
}

func (n Name) text() string {
	if n.Full != "" {
		return n.Full
	}
	return n.Surname + " " + n.Given
}

// raw is the text of a word as it stands in its field.
func (n Name) raw(w *word) string { return cut(n.field(w.part), w.at(), w.end()) }

func (n Name) field(p part) string {
	switch p {
	case surname:
		return n.Surname
	case given:
		return n.Given
	case full:
	}
	return n.Full
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
func oneEmpty(a, b Name, x, y []word) Result {
	r := Result{Verdict: Different, Differences: []Difference{}}
	for _, w := range x {
		r.Differences = append(r.Differences, Difference{Kind: ExtraPart, Part: w.part.String(), At: w.at(), A: a.raw(&w)})
	}
	for _, w := range y {
		r.Differences = append(r.Differences, Difference{Kind: MissingPart, B: b.raw(&w)})
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
	nameA      Name
	nameB      Name
	cutA, cutB bool
	pairs      []match // candidates, then the chosen
	buf        [24]match
	join       [2][]letter // room for joined words, made when the first are
	usedA      [maxWords]bool
	usedB      [maxWords]bool
}

// find collects the pairs that are similar enough.
func (c *comparison) find(al *aligner) {
	// Words that are equal are pairs whatever else is like them, unless one stands there twice.
	var exactA, exactB [maxWords]bool
	twice := false
	for i := range c.a {
		for j := range c.b {
			if equal(c.a[i].letters, c.b[j].letters) {
				twice = twice || exactA[i] || exactB[j]
				exactA[i], exactB[j] = true, true
				c.pairs = append(c.pairs, match{i: i, ni: 1, j: j, nj: 1, sim: 1})
			}
		}
	}
	for i := range c.a {
		for j := range c.b {
			if !twice && (exactA[i] || exactB[j]) || equal(c.a[i].letters, c.b[j].letters) {
				continue
			}
			if m := c.similar(al, i, j); m.sim >= c.policy.MinWord {
				m.i, m.ni, m.j, m.nj = i, 1, j, 1
				c.pairs = append(c.pairs, m)
			}
		}
	}
	for _, m := range c.pairs {
		if x, y := &c.a[m.i], &c.b[m.j]; m.sim == 1 && !sparse(x, y) { // nothing longer can be better
			exactA[m.i], exactB[m.j] = true, true
		}
	}
	for n := 2; n <= 3; n++ {
		for i := range c.a {
			for j := range c.b {
				if i+n <= len(c.a) && !exactB[j] && !anyOf(exactA[i:i+n]) {
					c.joined(al, c.a[i:i+n], c.b[j:j+1], match{i: i, ni: n, j: j, nj: 1})
				}
				if j+n <= len(c.b) && !exactA[i] && !anyOf(exactB[j:j+n]) {
					c.joined(al, c.a[i:i+1], c.b[j:j+n], match{i: i, ni: 1, j: j, nj: n})
				}
			}
		}
	}
}

func anyOf(bs []bool) bool { return slices.Contains(bs, true) }

// joined adds a candidate of words taken as one. Only near equals count: chance makes long words of short ones.
func (c *comparison) joined(al *aligner, a, b []word, m match) {
	const near = 0.75
	if a[0].part != a[len(a)-1].part || b[0].part != b[len(b)-1].part || !running(a) || !running(b) {
		return
	}
	na, nb := letters(a), letters(b)
	across := a[0].script() != b[0].script()
	if !across && (na*4 < nb*3 || nb*4 < na*3) || across && !sparse(&a[0], &b[0]) && (na*2 < nb || nb*2 < na) {
		return
	}
	if plain(a) && plain(b) && atLeast(a, b) > limit(max(na, nb), max(near, c.policy.MinWord))+costGap*(len(a)+len(b)) {
		return
	}
	x, y := c.one(0, a, &b[0]), c.one(1, b, &a[0])
	if x == nil || y == nil {
		return
	}
	least := max(near, c.policy.MinWord)
	if al.run(x, y, limit(max(na, nb), least)) == tooFar {
		return
	}
	if m.sim = al.similarity(len(x), len(y), max(na, nb)); m.sim >= least {
		c.pairs = append(c.pairs, m)
	}
}

// sparse says whether one of two words is written with fewer signs than Latin letters, and fewer blanks.
func sparse(a, b *word) bool {
	x, y := a.script(), b.script()
	return x == arabic || y == arabic || x.syllabic() || y.syllabic()
}

// running says whether words follow each other in their field, with something between.
func running(ws []word) bool {
	for i := 1; i < len(ws); i++ {
		if ws[i].piece || ws[i].at() < ws[i-1].end() {
			return false
		}
	}
	return true
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
func (c *comparison) one(side int, ws []word, other *word) []letter {
	if len(ws) == 1 {
		return ws[0].against(other)
	}
	if c.join[side] == nil {
		c.join[side] = make([]letter, maxLetter)
	}
	out := c.join[side][:0]
	for i := range ws {
		ls := ws[i].against(other)
		if len(out)+len(ls)+1 > maxLetter {
			return nil
		}
		if i > 0 {
			gap := rune(' ')
			if ws[i].before == '-' {
				gap = '-'
			}
			out[len(out)-1].final = false
			out = append(out, letter{r: gap, fold: gap, sep: true, at: out[len(out)-1].end, end: ls[0].at})
		}
		out = append(out, ls...)
		if first := &out[len(out)-len(ls)]; i > 0 && !first.sep {
			first.double = first.fold == out[len(out)-len(ls)-2].fold
		}
	}
	return out
}

// similar measures how alike two words are. The beginning of a word (three letters at least, or an initial) counts as the word, at a
// discount: whoever has the name in full can tell.
func (c *comparison) similar(al *aligner, i, j int) match {
	a, b := &c.a[i], &c.b[j]
	const beginning = 0.7
	longest, shortest := max(a.n, b.n), min(a.n, b.n)
	simple := a.plain && b.plain
	m := match{sim: c.policy.MinWord - 1}
	bound := limit(longest, c.policy.MinWord)
	if simple {
		bound -= maxLetter * (weighRoman - weighDiacritic)
	}
	mayBegin := false
	// Counting letters first spares most pairs the alignment.
	if !simple || atLeast(c.a[i:i+1], c.b[j:j+1]) <= bound {
		x, y := a.against(b), b.against(a)
		mayBegin = !simple && a.n != b.n && sameStart(&x[0], &y[0])
		if mayBegin {
			bound = noLimit // begins looks at the whole table
		}
		if al.run(x, y, bound) != tooFar {
			m.sim = al.similarity(len(x), len(y), longest)
		}
	}
	if m.sim >= c.policy.MinWord && m.sim < 1 && (a.part != surname || b.part != surname) &&
		(otherName(a.letters, b.letters) || simple && shortest <= 7 && !beginsWith(a, b) && (1-m.sim)*float64(longest) > 1.9 && sameConsonants(a, b)) {
		return match{sim: c.policy.MinWord - 1}
	}
	if m.sim >= beginning || a.n == b.n {
		return m
	}
	long, short := byLength(a, b)
	cut := c.cutA && a.n < b.n || c.cutB && b.n < a.n
	switch {
	case simple && !startsWith(long, short), !simple && (!mayBegin || !c.begins(al, a, b)):
	case shortest == 1:
		return match{sim: beginning, how: Initial}
	case cut, shortest >= 3 && !long.script().syllabic() && !short.script().syllabic() && !patronymic(long.letters, shortest):
		return match{sim: beginning, how: Truncated}
	}
	return m
}

func byLength(a, b *word) (long, short *word) {
	if a.n < b.n {
		return b, a
	}
	return a, b
}

// beginsWith says of two plain words whether the longer one begins with the other.
func beginsWith(a, b *word) bool { return startsWith(byLength(a, b)) }

// sameStart says whether two letters may begin the same word. A letter that may be silent may stand before any.
func sameStart(x, y *letter) bool {
	if pair(x, y).cost < soft || x.sep || y.sep || x.script == arabic || y.script == arabic {
		return true
	}
	for _, s := range x.romans {
		if s == "" || s[0] == y.base {
			return true
		}
		for _, t := range y.romans {
			if t != "" && s[0] == t[0] {
				return true
			}
		}
	}
	for _, t := range y.romans {
		if t == "" || t[0] == x.base {
			return true
		}
	}
	return false
}

// begins says, after run, whether the word with fewer letters is the beginning of the other.
func (c *comparison) begins(al *aligner, a, b *word) bool {
	n, m := len(a.against(b)), len(b.against(a))
	if a.n < b.n {
		for j := 1; j < m; j++ {
			if al.cost[n][j] < costGap && al.hard(n, j) == 0 {
				return true
			}
		}
		return false
	}
	for i := 1; i < n; i++ {
		if al.cost[i][m] < costGap && al.hard(i, m) == 0 {
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
func (c *comparison) explain(al *aligner) Result {
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
		e.pair(al, m)
	}
	e.separators()
	moved := e.order()
	lostA, lostB := e.unmatched()
	allA, allB := letters(c.a), letters(c.b)
	r := Result{Differences: e.out}
	if allA+allB > 0 {
		r.Score = alike / float64(allA+allB-e.cut)
	}
	r.Score = math.Round(min(r.Score, 1)*10000) / 10000
	sortDifferences(r.Differences)
	mean := 0.0
	if found > 0 {
		mean = alike / float64(found)
	}
	share := float64(shown) / float64(allA+allB)
	if lesser := float64(shown) / 2 / float64(max(allA, allB)); a0(c.a).script() == a0(c.b).script() {
		share = lesser
	}
	switch {
	case c.policy.allAllowed(r.Differences):
		r.Verdict, r.Score = Same, 1
	case lostA && lostB, mean < c.policy.MinName && !e.beginnings, share < c.policy.MinShare, moved && descent(c.a) && descent(c.b):
		r.Verdict = Different
	default:
		r.Verdict = Fixable
	}
	return r
}

func a0(ws []word) *word { return &ws[0] }

// sortDifferences puts them in the order of the text, field by field, as Rebuild needs them: at one place in the order in which they
// were found, except that words missing at the beginning stand before what is wrong in the first word.
func sortDifferences(ds []Difference) {
	slices.SortStableFunc(ds, func(x, y Difference) int {
		if x.Part != y.Part {
			return strings.Compare(x.Part, y.Part)
		}
		if x.At != y.At {
			return x.At - y.At
		}
		return y.first() - x.first()
	})
}

func (d Difference) first() int {
	if d.At == 0 && d.insertsWord() {
		return 1
	}
	return 0
}

// insertsWord says whether B is a whole word that a lacks.
func (d Difference) insertsWord() bool {
	return d.A == "" && (d.Kind == MissingPart || d.Kind == Truncated)
}

func letters(ws []word) int {
	n := 0
	for i := range ws {
		n += ws[i].n
	}
	return n
}
