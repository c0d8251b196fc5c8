package document

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to what labels are compared in: upper case, no marks, letters and digits only. Letters that carry no separable
// mark follow ICAO Doc 9303 part 3, section 6 where the result is one letter, and are spelled out otherwise.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsDigit(r):
			b.WriteRune(r)
		case unicode.IsLetter(r):
			if t, ok := foldLetters[unicode.ToUpper(r)]; ok {
				b.WriteString(t)
			} else {
				b.WriteRune(unicode.ToUpper(r))
			}
		}
	}
	return b.String()
}

var foldLetters = map[rune]string{
	'Đ': "D", 'Ð': "D", 'Ł': "L", 'Ø': "O", 'Ħ': "H", 'Ŧ': "T", 'Ŋ': "N", 'Æ': "AE", 'Œ': "OE", 'ẞ': "SS", 'ß': "SS", 'Þ': "TH", 'Ə': "E",
}

// distance is the number of letters to change, put in or leave out to turn a into b (Levenshtein 1966), or more than limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	prev := make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range x {
		diag := prev[0]
		prev[0] = i + 1
		least := prev[0]
		for j := range y {
			cost := diag
			if x[i] != y[j] {
				cost++
			}
			diag = prev[j+1]
			prev[j+1] = min(cost, prev[j]+1, diag+1)
			least = min(least, prev[j+1])
		}
		if least > limit {
			return limit + 1
		}
	}
	return prev[len(y)]
}
