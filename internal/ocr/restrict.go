package ocr

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Restrict returns the line with every letter that allowed refuses exchanged for the likeliest letter at its place that is allowed, or,
// where none was likely, for the letter without its mark. It is for documents whose language is known: the reader, which knows none,
// takes a serif or a speck for a rare mark. A letter that cannot be exchanged stays. l is not changed.
func Restrict(l Line, allowed func(rune) bool) Line {
	out := l
	out.Chars = append([]Char(nil), l.Chars...)
	for i := range out.Chars {
		c := &out.Chars[i]
		if !unicode.IsLetter(c.R) || allowed(c.R) {
			continue
		}
		replaced := false
		for _, o := range c.Others {
			if unicode.IsLetter(o.R) && allowed(o.R) && plain(o.R) == plain(c.R) {
				c.R, c.Conf, replaced = o.R, c.Conf+o.Conf, true // the two are one letter, read with and without its mark
				break
			}
		}
		if !replaced {
			if p := plain(c.R); p != c.R && allowed(p) {
				c.R = p
			}
		}
	}
	return makeLine(out.Box, out.Chars)
}

// plain is a letter without its mark.
func plain(r rune) rune {
	switch r {
	case 'Đ', 'đ', 'Ł', 'ł', 'Ø', 'ø', 'Ħ', 'ħ', 'Ŧ', 'ŧ', 'ı':
		return map[rune]rune{'Đ': 'D', 'đ': 'd', 'Ł': 'L', 'ł': 'l', 'Ø': 'O', 'ø': 'o', 'Ħ': 'H', 'ħ': 'h', 'Ŧ': 'T', 'ŧ': 't', 'ı': 'i'}[r]
	}
	for _, b := range norm.NFD.String(string(r)) {
		return b
	}
	return r
}
