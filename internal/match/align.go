package match

import "slices"

// Costs of aligning two words, a whole wrong letter being 100. Kinds that cost nothing still weigh a little, so that of two
// alignments the plainer one wins, whichever way round the words stand.
const (
	costEdit       = 100
	costLookalike  = 50
	costDigraph    = 50 // AE for A in a text that cannot write Ä
	costGap        = 10 // a space inside a word
	costVowel      = 20 // a vowel that the other script leaves out
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
	stepApostrophe
	stepHyphen
	stepGap
	stepLookalike
	stepEdit
)

var stepKinds = [...]Kind{
	stepCase: Case, stepDiacritic: Diacritic, stepRoman: Transliteration, stepApostrophe: Apostrophe,
	stepHyphen: Hyphen, stepLookalike: Confusable, stepEdit: Spelling,
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

// reach is how many letters of a word one step takes at most (SHCH for Щ, CHTCH), and so how many rows a cost can leap.
const reach = 5

// run fills the tables for two words, the dynamic programme of an edit distance with steps of several letters, and returns the cost.
// It may stop as soon as the cost is certain to be over the limit, which loses the tables.
func (al *aligner) run(a, b []letter, limit int) int {
	for i := range a {
		al.aloneA[i] = alone(&a[i], b)
		al.aloneA[i].a = 1
	}
	for j := range b {
		al.aloneB[j] = alone(&b[j], a)
		al.aloneB[j].b = 1
	}
	al.cost[0][0] = 0
	over := 0
	for i := 0; i <= len(a); i++ {
		least := uint16(65535)
		for j := 0; j <= len(b); j++ {
			if i+j > 0 {
				al.cell(a, b, i, j)
			}
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

// cell finds the best way to align the first i letters of a with the first j of b.
func (al *aligner) cell(a, b []letter, i, j int) {
	best, how := uint16(65535), step{}
	if i > 0 && j > 0 {
		x, y := &a[i-1], &b[j-1]
		how = pair(x, y)
		best = al.cost[i-1][j-1] + uint16(how.cost)
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
		if i > 1 && j > 1 && x.fold == b[j-2].fold && a[i-2].fold == y.fold && x.fold != y.fold {
			if c := al.cost[i-2][j-2] + costEdit; c < best {
				best, how = c, step{2, 2, stepEdit, costEdit}
			}
		}
	}
	if i > 0 {
		s := al.aloneA[i-1]
		if c := al.cost[i-1][j] + uint16(s.cost); c < best {
			best, how = c, s
		}
	}
	if j > 0 {
		s := al.aloneB[j-1]
		if c := al.cost[i][j-1] + uint16(s.cost); c < best {
			best, how = c, s
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
	case x.sep && y.sep && x.fold != '\'' && y.fold != '\'':
		return step{1, 1, stepHyphen, weighSeparator}
	case x.sep && y.sep:
		return step{1, 1, stepApostrophe, weighSeparator}
	case x.sep || y.sep:
		return step{1, 1, stepEdit, costEdit + costGap}
	case x.fold == y.fold:
		return step{1, 1, stepCase, 0}
	case x.base != 0 && x.base == y.base:
		return step{1, 1, stepDiacritic, weighDiacritic}
	case x.romans != nil && romanIs(x, y), y.romans != nil && romanIs(y, x):
		return step{1, 1, stepRoman, weighRoman}
	case x.base != 0 && y.base != 0 && lookalike(x, y):
		return step{1, 1, stepLookalike, costLookalike}
	case x.heavy || y.heavy:
		return step{1, 1, stepEdit, costSyllable}
	}
	return step{1, 1, stepEdit, costEdit}
}

// romanIs says whether x may be written as y, or both as the same.
func romanIs(x, y *letter) bool {
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
	return false
}

// lookalike says whether two characters of a document are often taken for each other.
func lookalike(x, y *letter) bool {
	a, b := x.base, y.base
	if a > b {
		a, b, x, y = b, a, y, x
	}
	switch {
	case a == '0' && (b == 'O' || b == 'D' || b == 'Q'), a == '1' && (b == 'I' || b == 'L' || b == 'T'), a == '2' && b == 'Z',
		a == '4' && b == 'A', a == '5' && b == 'S', a == '6' && b == 'G', a == '7' && b == 'T', a == '8' && b == 'B':
		return true
	case a == 'I' && b == 'L':
		return x.r == 'I' && y.r == 'l' // the two that look alike
	}
	return false
}

// alone is a letter that the other word lacks.
func alone(x *letter, other []letter) step {
	switch {
	case x.sep && (x.fold == ' ' || x.fold == '-'):
		return step{kind: stepGap, cost: costGap}
	case x.sep:
		return step{kind: stepApostrophe, cost: weighSeparator}
	case x.heavy:
		return step{kind: stepEdit, cost: costSyllable}
	case x.romans != nil:
		if slices.Contains(x.romans, "") {
			return step{kind: stepRoman, cost: weighRoman}
		}
	case vowel(x.base) && len(other) > 0 && other[0].skel:
		return step{kind: stepRoman, cost: costVowel}
	}
	return step{kind: stepEdit, cost: costEdit}
}

func vowel(c byte) bool {
	switch c {
	case 'A', 'E', 'I', 'O', 'U':
		return true
	}
	return false
}

// joins says whether several knows a Latin letter.
func joins(base byte) bool {
	switch base {
	case 'M', 'W', 'D', 'A', 'O', 'U':
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
	last := ys[len(ys)-2:]
	switch {
	case x.base == 'M' && spells(last, "RN"), x.base == 'W' && spells(last, "VV"), x.base == 'D' && spells(last, "CL"):
		try(2, stepLookalike, costLookalike)
	case last[1].base == 'E' && last[0].base == x.base && (x.base == 'A' || x.base == 'O' || x.base == 'U'):
		try(2, stepEdit, costDigraph)
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
