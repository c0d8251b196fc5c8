package ocr

import (
	"unicode"
)

// caseTwins are the letters whose two cases have one shape: in a word set on its own only the neighbours tell them apart.
const caseTwins = "CcOoSsUuVvWwXxZzÓóÖöÕõØøÚúÜüÇçŚśŠšŹźŻżŽžĆćČč"

// settle decides between characters of one shape by the word that they stand in: O and o beside capitals or small letters, O and 0 beside
// letters or figures. Nothing else is changed: a word is not made to look like a word.
func settle(chars []Char) []Char {
	out := append([]Char(nil), chars...)
	for start := 0; start < len(out); {
		if !wordRune(out[start].R) {
			start++
			continue
		}
		end := start + 1
		for end < len(out) && wordRune(out[end].R) {
			end++
		}
		settleZero(out[start:end])
		settleCase(out[start:end])
		start = end
	}
	return out
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// settleCase gives twins the case of the word's other letters, where those agree. The first letter may be a capital before small letters.
func settleCase(word []Char) {
	large, small := 0, 0
	for i, c := range word {
		switch {
		case !unicode.IsLetter(c.R) || twin(c.R):
		case unicode.IsUpper(c.R):
			if i > 0 {
				large += 2
			} else {
				large++ // the first says little: it may be the capital of a name
			}
		default:
			small += 2
		}
	}
	for i := range word {
		c := &word[i]
		if !twin(c.R) {
			continue
		}
		switch {
		case small == 0 && large >= 2 && unicode.IsLower(c.R):
			turn(c, unicode.ToUpper(c.R))
		case large <= 1 && small >= 4 && i > 0 && unicode.IsUpper(c.R):
			turn(c, unicode.ToLower(c.R))
		}
	}
}

func twin(r rune) bool {
	for _, t := range caseTwins {
		if r == t {
			return true
		}
	}
	return false
}

// settleZero makes O a figure inside a number and 0 a letter inside a word. Where a word mixes letters and figures, as numbers of
// documents do, an O counts as a figure only between figures, or where the reader saw a chance of it beside one.
func settleZero(word []Char) {
	letters, figures := 0, 0
	for _, c := range word {
		switch {
		case c.R == '0' || c.R == 'O' || c.R == 'o':
		case unicode.IsDigit(c.R):
			figures++
		default:
			letters++
		}
	}
	if figures == 0 && letters >= 2 {
		for i := range word {
			if word[i].R == '0' && zeroAmongLetters(word, i) {
				turn(&word[i], 'O')
			}
		}
		return
	}
	for changed := true; changed; {
		changed = false
		for i := range word {
			c := &word[i]
			if c.R != 'O' && c.R != 'o' {
				continue
			}
			before := i > 0 && unicode.IsDigit(word[i-1].R)
			after := i+1 < len(word) && unicode.IsDigit(word[i+1].R)
			if before && (after || i+1 == len(word)) || letters == 0 && (before || after) || (before || after) && chanceOf(c, '0') >= 0.05 {
				turn(c, '0')
				changed = true
			}
		}
	}
}

// zeroAmongLetters tells whether every neighbour of a 0 is a letter: "P0LAND", not "CA000000".
func zeroAmongLetters(word []Char, i int) bool {
	return (i == 0 || unicode.IsLetter(word[i-1].R)) && (i+1 == len(word) || unicode.IsLetter(word[i+1].R)) && len(word) > 2
}

func chanceOf(c *Char, r rune) float64 {
	for _, o := range c.Others {
		if o.R == r {
			return o.Conf
		}
	}
	return 0
}

// turn makes a character another of the same shape. The two are one to the reader, so their chances add up.
func turn(c *Char, r rune) {
	c.Conf = min(1, c.Conf+chanceOf(c, r))
	c.R = r
}
