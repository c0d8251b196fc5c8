package match

import "slices"

// Costs of aligning two words, a whole wrong letter being 100. Kinds that cost nothing still weigh a little, so that of two
// alignments the plainer one wins, whichever way round the words stand.
const (
	costEdit       = 100
	costNear       = 50 // letters that languages and habits change for each other: c and k, i and y, one s or two
	costLookalike  = 50
	costHomoglyph  = 20 // a look-alike of another script: the eye sees no difference
	costDigraph    = 50 // AE for A in a text that cannot write Ä, PH for F
	costGap        = 10 // a space inside a word
	costSyllable   = 200
	weighDiacritic = 1
	weighRoman     = 2
	weighSeparator = 1

	soft = 5 // weights under this are no cost
)

// step is one step of an alignment: how many letters of each word it takes, and what it means.
type step struct {
	a, b uint8
	kind stepKind
	cost uint8 // 200 at most
}

type stepKind uint8

const (
	stepEqual stepKind = iota
	stepCase
	stepDiacritic
	stepRoman
	stepNotation
	stepApostrophe
	stepHyphen
	stepGap
	stepLookalike
	stepEdit
	stepSwap
)

var stepKinds = [...]Kind{
	stepCase: Case, stepDiacritic: Diacritic, stepRoman: Transliteration, stepNotation: Notation, stepApostrophe: Apostrophe,
	stepHyphen: Hyphen, stepLookalike: Confusable, stepEdit: Spelling, stepSwap: Transposed,
}

// aligner holds the tables of one comparison, so that words are aligned without allocating.
type aligner struct {
	cost   [maxLetter + 1][maxLetter + 1]uint16
	step   [maxLetter + 1][maxLetter + 1]step
	aloneA [maxLetter]step
	aloneB [maxLetter]step
}

// tooFar is the answer of run when the cost is over the limit.
const tooFar = 1 << 20

// noLimit is above any cost, so that run always fills its tables.
const noLimit = tooFar - 1

// reach is how many letters of a word one step takes at most (CHUANG), and so how many rows a cost can leap.
const reach = 6

// run fills the tables for two words, the dynamic programme of an edit distance with steps of several letters, and returns the cost.
// It may stop as soon as the cost is certain to be over the limit, which loses the tables.
func (al *aligner) run(a, b []letter, limit int) int {
	sa, sb := scriptOf(a), scriptOf(b)
	for i := range a {
		al.aloneA[i] = alone(a, i, sb, sa)
		al.aloneA[i].a = 1
	}
	for j := range b {
		al.aloneB[j] = alone(b, j, sa, sb)
		al.aloneB[j].b = 1
	}
	al.cost[0][0] = 0
	for j := 1; j <= len(b); j++ {
		al.cost[0][j], al.step[0][j] = al.cost[0][j-1]+uint16(al.aloneB[j-1].cost), al.aloneB[j-1]
	}
	over := 0
	for i := 1; i <= len(a); i++ {
		al.cost[i][0], al.step[i][0] = al.cost[i-1][0]+uint16(al.aloneA[i-1].cost), al.aloneA[i-1]
		least := al.cost[i][0]
		for j := 1; j <= len(b); j++ {
			al.cell(a, b, i, j)
			least = min(least, al.cost[i][j])
		}
		if int(least) <= limit {
			over = 0
		} else if over++; over == reach {
			return tooFar
		}
	}
	if c := int(al.cost[len(a)][len(b)]); c <= limit {
		return c
	}
	return tooFar
}

func scriptOf(ls []letter) script {
	for i := range ls {
		if ls[i].script != none {
			return ls[i].script
		}
	}
	return none
}

// cell finds the best way to align the first i letters of a with the first j of b; both are at least 1.
func (al *aligner) cell(a, b []letter, i, j int) {
	x, y := &a[i-1], &b[j-1]
	how := pair(x, y)
	best := al.cost[i-1][j-1] + uint16(how.cost)
	if best > 0 { // what costs nothing cannot be bettered
		if j > 1 && (x.romans != nil || joins(x.base)) {
			s := several(x, b[:j], al, i, j, false)
			if s.b > 0 && al.cost[i-1][j-int(s.b)]+uint16(s.cost) < best {
				best, how = al.cost[i-1][j-int(s.b)]+uint16(s.cost), s
			}
		}
		if i > 1 && (y.romans != nil || joins(y.base)) {
			s := several(y, a[:i], al, i, j, true)
			if s.a > 0 && al.cost[i-int(s.a)][j-1]+uint16(s.cost) < best {
				best, how = al.cost[i-int(s.a)][j-1]+uint16(s.cost), s
			}
		}
		if i > 1 && j > 1 && x.fold == b[j-2].fold && a[i-2].fold == y.fold && x.fold != y.fold && !x.sep && !y.sep {
			if c := al.cost[i-2][j-2] + costEdit; c < best {
				best, how = c, step{2, 2, stepSwap, costEdit}
			}
		}
		if s := al.aloneA[i-1]; al.cost[i-1][j]+uint16(s.cost) < best {
			best, how = al.cost[i-1][j]+uint16(s.cost), s
		}
		if s := al.aloneB[j-1]; al.cost[i][j-1]+uint16(s.cost) < best {
			best, how = al.cost[i][j-1]+uint16(s.cost), s
		}
	}
	al.cost[i][j], al.step[i][j] = best, how
}

// trace calls f for each step of the alignment, from the end to the beginning, with the places after it.
func (al *aligner) trace(n, m int, f func(i, j int, s step)) {
	for n > 0 || m > 0 {
		s := al.step[n][m]
		f(n, m, s)
		n -= int(s.a)
		m -= int(s.b)
	}
}

// hard is the cost without the weights of what costs nothing.
func (al *aligner) hard(n, m int) int {
	total := 0
	al.trace(n, m, func(_, _ int, s step) {
		if s.cost >= soft {
			total += int(s.cost)
		}
	})
	return total
}

// pair compares letter with letter.
func pair(x, y *letter) step {
	switch {
	case x.r == y.r:
		return step{1, 1, stepEqual, 0}
	case x.sep || y.sep:
		switch {
		case !x.sep || !y.sep:
			return step{1, 1, stepEdit, costEdit + costGap}
		case x.fold != '\'' && y.fold != '\'':
			return step{1, 1, stepHyphen, weighSeparator}
		}
		return step{1, 1, stepApostrophe, weighSeparator}
	case x.fold == y.fold:
		return step{1, 1, stepCase, 0}
	case x.root != 0 && x.root == y.root:
		if x.script.marked() && y.script.marked() {
			return step{1, 1, stepDiacritic, weighDiacritic}
		}
		return step{1, 1, stepNotation, weighDiacritic}
	case (x.romans != nil || y.romans != nil) && (x.script != y.script || x.script == latin) && romanIs(x, y):
		return step{1, 1, stepRoman, weighRoman}
	case (x.alike|y.alike) != 0 && x.script != y.script && homoglyph(x, y):
		return step{1, 1, stepLookalike, costHomoglyph}
	case x.base != 0 && y.base != 0:
		if lookalike(x, y) {
			return step{1, 1, stepLookalike, costLookalike}
		}
		if near(x.base, y.base) {
			return step{1, 1, stepEdit, costNear}
		}
	case x.script.syllabic() || y.script.syllabic():
		return step{1, 1, stepEdit, costSyllable}
	}
	return step{1, 1, stepEdit, costEdit}
}

// romanIs says whether the one may be written as the other, or both as the same.
func romanIs(x, y *letter) bool {
	if x.romans == nil {
		x, y = y, x
	}
	for _, s := range x.romans {
		if len(s) == 1 && s[0] == y.base {
			return true
		}
		for _, t := range y.romans {
			if s == t && s != "" {
				return true
			}
		}
	}
	if y.romans != nil && x.base != 0 {
		for _, s := range y.romans {
			if len(s) == 1 && s[0] == x.base {
				return true
			}
		}
	}
	return false
}

// homoglyph says whether characters of two scripts look alike. I, l and 1 are one shape.
func homoglyph(x, y *letter) bool {
	a, b := shape(x), shape(y)
	return a != 0 && a == b
}

func shape(l *letter) byte {
	c := l.alike
	if c == 0 && l.r < 0x80 {
		c = l.base
	}
	switch c {
	case 'I', '1':
		return 'L'
	case '0':
		return 'O'
	}
	return c
}

// lookalike says whether two characters of a document are often taken for each other.
func lookalike(x, y *letter) bool {
	a, b := x.base, y.base
	if a > b {
		a, b, x, y = b, a, y, x
	}
	switch a {
	case '0':
		return b == 'O' || b == 'D' || b == 'Q'
	case '1':
		return b == 'I' || b == 'L' || b == 'T'
	case '2':
		return b == 'Z'
	case '4':
		return b == 'A'
	case '5':
		return b == 'S'
	case '6':
		return b == 'G'
	case '7':
		return b == 'T'
	case '8':
		return b == 'B'
	case 'I':
		return b == 'L' && x.r == 'I' && y.r == 'l' // the two that look alike
	}
	return false
}

// near says whether two Latin letters change for each other from language to language and from clerk to clerk: Kathrin and Cathryn,
// Sergei and Sergey, Mohamed and Muhamad, Selenskyj and Zelensky.
func near(a, b byte) bool {
	if a > b {
		a, b = b, a
	}
	switch a {
	case 'A', 'I':
		return b == 'E' || b == 'Y' && a == 'I' || b == 'J' && a == 'I'
	case 'C':
		return b == 'K' || b == 'S'
	case 'D':
		return b == 'T'
	case 'E':
		return b == 'I' || b == 'Y'
	case 'G':
		return b == 'J' || b == 'Q'
	case 'J':
		return b == 'Y'
	case 'K':
		return b == 'Q'
	case 'O':
		return b == 'U'
	case 'S':
		return b == 'Z'
	case 'V':
		return b == 'W'
	}
	return false
}

// alone is a letter that the other word lacks.
func alone(ls []letter, i int, other, own script) step {
	x := &ls[i]
	switch {
	case x.sep && (x.fold == ' ' || x.fold == '-'):
		if other != own && (other.syllabic() || other == arabic || own.syllabic() || own == arabic) {
			return step{kind: stepRoman, cost: weighSeparator} // they write names without spaces
		}
		return step{kind: stepGap, cost: costGap}
	case x.sep:
		return step{kind: stepApostrophe, cost: weighSeparator}
	case x.script != latin && other != own && slices.Contains(x.romans, ""):
		return step{kind: stepRoman, cost: weighRoman}
	}
	switch {
	case x.script.syllabic():
		return step{kind: stepEdit, cost: costSyllable}
	case other == arabic && own == latin && unwritten(x):
		return step{kind: stepRoman, cost: weighRoman}
	case own == latin && (x.base == 'H' || x.double && x.base >= 'A'):
		return step{kind: stepEdit, cost: costNear}
	}
	return step{kind: stepEdit, cost: costEdit}
}

// unwritten says whether Arabic leaves out what a Latin letter stands for: a short vowel, or the second of two consonants. A vowel at
// the end of a name is written, except the mute e of French.
func unwritten(x *letter) bool {
	switch x.base {
	case 'E':
		return true
	case 'A', 'I', 'O', 'U':
		return !x.final
	}
	return x.double
}

// joins says whether several knows a Latin letter.
func joins(base byte) bool {
	switch base {
	case 'M', 'W', 'D', 'A', 'O', 'U', 'F':
		return true
	}
	return false
}

// several finds the best step that sets one letter against several at the end of ys; the zero step when there is none. The letter is
// of a, or of b when turned; i and j are the cell.
func several(x *letter, ys []letter, al *aligner, i, j int, turned bool) step {
	var found step
	least := uint16(65535)
	try := func(n int, kind stepKind, cost uint8) {
		s := step{1, uint8(n), kind, cost}
		if turned {
			s.a, s.b = s.b, s.a
		}
		from := al.cost[i-int(s.a)][j-int(s.b)] + uint16(cost)
		if from < least {
			least, found = from, s
		}
	}
	for _, s := range x.romans {
		if n := len(s); n > 1 && n <= len(ys) && spells(ys[len(ys)-n:], s) {
			try(n, stepRoman, weighRoman)
		}
	}
	if x.base == 0 || x.romans != nil {
		return found
	}
	p, q := ys[len(ys)-2].base, ys[len(ys)-1].base
	switch x.base {
	case 'M':
		if p == 'R' && q == 'N' {
			try(2, stepLookalike, costLookalike)
		}
	case 'W':
		if p == 'V' && q == 'V' {
			try(2, stepLookalike, costLookalike)
		}
	case 'D':
		if p == 'C' && q == 'L' {
			try(2, stepLookalike, costLookalike)
		}
	case 'A', 'O':
		if p == x.base && q == 'E' {
			try(2, stepEdit, costDigraph)
		}
	case 'U':
		if p == 'U' && q == 'E' || p == 'O' && (q == 'U' || q == 'O') {
			try(2, stepEdit, costDigraph)
		}
	case 'F':
		if p == 'P' && q == 'H' {
			try(2, stepEdit, costDigraph)
		}
	}
	return found
}

func spells(ls []letter, s string) bool {
	for i := range ls {
		if ls[i].base != s[i] {
			return false
		}
	}
	return true
}
