package match

import (
	_ "embed" // the two tables
	"strings"
	"unicode/utf8"
)

// The tables are text, sorted by their first character, and searched where they lie: nothing is built from them at start.
// scripts/match_tables.py writes them and says what from.
var (
	//go:embed han.txt
	hanTable string
	//go:embed confusables.txt
	confusableTable string
)

// lookup finds the line of a character and returns what follows its first tab.
func lookup(table string, r rune) (string, bool) {
	low, high := 0, len(table)
	for low < high {
		mid := (low + high) / 2
		start := strings.LastIndexByte(table[low:mid], '\n') + 1 + low
		end := start + strings.IndexByte(table[start:], '\n')
		first, size := utf8.DecodeRuneInString(table[start:])
		switch {
		case first == r:
			if start+size >= end {
				return "", true
			}
			return table[start+size+1 : end], true
		case first < r:
			low = end + 1
		default:
			high = start
		}
	}
	return "", false
}

// looksLike is the ASCII letter or digit, in upper case, that a character of another script or form looks like by UTS #39; 0 when
// there is none.
func looksLike(r rune) byte {
	if r < utf8.RuneSelf {
		return 0
	}
	s, ok := lookup(confusableTable, r)
	if !ok {
		return 0
	}
	c := s[0]
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}
