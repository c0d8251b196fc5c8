package match

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bonafide/mrz"
)

// script is a way of writing, as far as it matters to names.
type script uint8

const (
	none script = iota // separators
	latin
	cyrillic
	greek
	arabic // leaves vowels and spaces out
	hebrew
	han
	hangul
	kana
	another
)

// syllabic says whether one sign is a syllable or more, written without spaces.
func (s script) syllabic() bool { return s == han || s == hangul || s == kana }

// marked says whether letters with one root differ by marks; in others they are two sets of signs: traditional and simplified,
// Hiragana and Katakana, the digits of India and Europe.
func (s script) marked() bool { return s == latin || s == cyrillic || s == greek || s == arabic }

// letter is one character of a word with what it may stand for.
type letter struct {
	r       rune     // as written, combining marks joined
	fold    rune     // r in upper case
	root    rune     // fold without its marks, where that is a way to write the same letter
	base    byte     // A-Z or 0-9: the character itself, or a Latin letter without its marks; 0 for other scripts
	alike   byte     // the ASCII capital or digit that a character of another script or width looks like
	sep     bool     // no letter: an apostrophe, or the gap between two words that were joined
	double  bool     // the same letter as the one before
	final   bool     // the last of its word
	script  script   // none for separators
	romans  []string // ways to write a letter that is not ASCII in A-Z
	at, end int32    // its runes in the field, marks included
}

// word is a run of letters.
type word struct {
	letters []letter
	bare    []letter // letters without apostrophes, where the other name is written in syllables and this one has any
	n       int      // letters without separators
	part    part
	before  byte // what separates it from the word before in the same field: 0 at the beginning, ' ' or '-'
	piece   bool // goes on where the word before ends, without a space: a given name in Chinese
	strange bool // Latin with letters of other scripts among them, which can only be look-alikes
	plain   bool // only A-Z, with marks or without, so that counts bound the cost
	joins   bool // holds letters of which two may stand for one
	counts  [26]uint8
}

// finish fills what is known only when the word is whole.
func (w *word) finish() {
	var latins, others int
	for i := range w.letters {
		l := &w.letters[i]
		switch {
		case l.script == latin, l.base != 0: // a digit
			latins++
		case l.alike != 0:
			others++
		}
		if i > 0 {
			l.double = l.fold == w.letters[i-1].fold
		}
	}
	w.letters[len(w.letters)-1].final = true
	if w.strange = latins > 0 && others > 0; w.strange {
		for i := range w.letters {
			if l := &w.letters[i]; l.script != latin && l.alike != 0 {
				l.romans, l.root = nil, 0
			}
		}
	}
	if latins == 0 {
		context(w.letters)
	}
	w.count()
}

// count fills plain, joins and counts.
func (w *word) count() {
	w.plain, w.joins = true, false
	var last byte
	for i := range w.letters {
		l := &w.letters[i]
		if l.sep {
			continue
		}
		if l.base < 'A' || l.base > 'Z' || l.romans != nil && (len(l.romans) > 1 || len(l.romans[0]) != 1) {
			w.plain = false
			return
		}
		w.joins = w.joins || digraph(last, l.base)
		last = l.base
		if last == 'I' {
			w.counts['L'-'A']++ // I and l look alike
		} else {
			w.counts[last-'A']++
		}
	}
}

// digraph says whether two Latin letters may stand for one.
func digraph(x, y byte) bool {
	switch y {
	case 'E':
		return x == 'A' || x == 'O' || x == 'U'
	case 'N':
		return x == 'R'
	case 'V':
		return x == 'V'
	case 'L':
		return x == 'C'
	case 'H':
		return x == 'P'
	case 'U':
		return x == 'O'
	}
	return false
}

// atLeast is no more than the cost of aligning plain words taken as one with others, by counting their letters.
func atLeast(a, b []word) int {
	more, less := 0, 0
	for i := range a[0].counts {
		d := 0
		for k := range a {
			d += int(a[k].counts[i])
		}
		for k := range b {
			d -= int(b[k].counts[i])
		}
		if d > 0 {
			more += d
		} else {
			less -= d
		}
	}
	if joint(a) || joint(b) {
		return max(more, less) * costNear / 2
	}
	return max(more, less) * costNear
}

// joint says whether words taken as one hold letters of which two may stand for one.
func joint(ws []word) bool {
	for i := range ws {
		if ws[i].joins || i > 0 && digraph(ws[i-1].letters[len(ws[i-1].letters)-1].base, ws[i].letters[0].base) {
			return true
		}
	}
	return false
}

func plain(ws []word) bool {
	for i := range ws {
		if !ws[i].plain {
			return false
		}
	}
	return true
}

// startsWith says whether the letters of a plain word begin with those of another.
func startsWith(long, short *word) bool {
	i := 0
	for j := range short.letters {
		if short.letters[j].sep {
			continue
		}
		for long.letters[i].sep {
			i++
		}
		if long.letters[i].base != short.letters[j].base {
			return false
		}
		i++
	}
	return true
}

// part says which field a word comes from.
type part uint8

const (
	full part = iota
	surname
	given
)

func (p part) String() string {
	switch p {
	case surname:
		return mrz.FieldSurname
	case given:
		return mrz.FieldGivenNames
	case full:
	}
	return ""
}

// at is where the word begins, end where it ends, in runes of its field.
func (w *word) at() int  { return int(w.letters[0].at) }
func (w *word) end() int { return int(w.letters[len(w.letters)-1].end) }

// against is the letters to align with another word.
func (w *word) against(other *word) []letter {
	if w.bare != nil && other.script().syllabic() {
		return w.bare
	}
	return w.letters
}

// script is that of the word's first letter.
func (w *word) script() script {
	for i := range w.letters {
		if !w.letters[i].sep {
			return w.letters[i].script
		}
	}
	return none
}

// words takes a field apart, or a piece of one that begins at rune from. It appends to out, at most maxWords in all; ok is false when
// words were left off.
func words(out []word, s string, p part, from int) (ws []word, ok bool) {
	letters := make([]letter, 0, len(s))
	var before byte
	start := 0
	ok = true
	flush := func() {
		n := 0
		for i := start; i < len(letters); i++ {
			if !letters[i].sep {
				n++
			}
		}
		switch {
		case n == 0:
			letters = letters[:start] // apostrophes alone are no word
			return
		case len(out) == maxWords || len(letters)-start > maxLetter:
			ok = false
			return
		}
		w := word{letters: letters[start:len(letters):len(letters)], n: n, part: p, before: before}
		w.finish()
		out = append(out, w)
		start, before = len(letters), 0
	}
	at := int32(from) - 1
	first := len(out)
	for _, r := range s {
		at++
		switch separator(r) {
		case 0:
			letters = add(letters, start, r, at)
		case '\'':
			letters = append(letters, letter{r: r, fold: '\'', sep: true, at: at, end: at + 1})
		case '-':
			flush()
			if len(out) > first {
				before = '-'
			}
		default:
			flush()
			if len(out) > first && before == 0 {
				before = ' '
			}
		}
	}
	flush()
	return out, ok
}

// separator classes a character: ' ' between words, '-' a hyphen, a straight apostrophe for any apostrophe, 0 a letter.
func separator(r rune) byte {
	if r < utf8.RuneSelf {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return 0
		case r == '-':
			return '-'
		case r == '\'', r == '`', r == '"':
			return '\''
		}
		return ' '
	}
	switch r {
	case '‐', '‑', '‒', '–', '—', '·', '・', '־':
		return '-'
	case '’', '‘', 'ʼ', 'ʻ', 'ʹ', 'ʺ', '´', '′', 'ʾ', 'ʿ', '“', '”':
		return '\''
	}
	if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
		return 0
	}
	return ' '
}

// add appends a letter, or joins a mark to the letter before. Signs of Arabic vowels, marks that no letter carries and the like leave
// nothing behind but room.
func add(letters []letter, start int, r rune, at int32) []letter {
	switch {
	case 'a' <= r && r <= 'z':
		up := r - 'a' + 'A'
		return append(letters, letter{r: r, fold: up, root: up, base: byte(up), script: latin, at: at, end: at + 1})
	case 'A' <= r && r <= 'Z':
		return append(letters, letter{r: r, fold: r, root: r, base: byte(r), script: latin, at: at, end: at + 1})
	case r < utf8.RuneSelf:
		return append(letters, letter{r: r, fold: r, root: r, base: byte(r), at: at, end: at + 1})
	}
	mark := unicode.Is(unicode.Mn, r) && (r <= 0x036f || r >= 0x064b && r <= 0x0670 || r >= 0x3099 && r <= 0x309a)
	if !mark && (r < 0x1160 || r > 0x11ff) && r != 'ـ' { // parts of Hangul syllables join like marks; the tatweel only stretches
		return append(letters, newLetter(r, at))
	}
	if len(letters) == start {
		if mark || r == 'ـ' {
			return letters
		}
		return append(letters, newLetter(r, at))
	}
	last := &letters[len(letters)-1]
	joined := norm.NFC.String(string([]rune{last.r, r}))
	if c, size := utf8.DecodeRuneInString(joined); size == len(joined) && !last.sep {
		*last = newLetter(c, last.at)
	} else if !mark && r != 'ـ' {
		return append(letters, newLetter(r, at))
	}
	last.end = at + 1
	return letters
}

func newLetter(r rune, at int32) letter {
	l := letter{r: r, fold: unicode.ToUpper(r), at: at, end: at + 1}
	l.root = l.fold
	l.romans = romans[l.fold]
	if l.romans == nil {
		l.romans = mrz.Alternatives(r)
	}
	switch {
	case r < utf8.RuneSelf: // a mark made it so: the Kelvin sign
		l.base, l.script = byte(l.fold), latin
	case r >= 0xff01 && r <= 0xff5e: // full width
		if c := unicode.ToUpper(r - 0xfee0); c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			l.alike = byte(c)
		}
		l.script = another
	case unicode.Is(unicode.Latin, r):
		l.base, l.script = latinBase(l.fold, l.romans), latin
		l.root = rune(l.base)
	case unicode.Is(unicode.Cyrillic, r):
		l.script, l.alike = cyrillic, looksLike(r)
		if l.fold == 'Ё' {
			l.root = 'Е'
		}
	case unicode.Is(unicode.Greek, r):
		l.script, l.alike = greek, looksLike(r)
		if d := norm.NFD.String(string(l.fold)); l.fold == 'ς' {
			l.root = 'Σ'
		} else {
			l.root, _ = utf8.DecodeRuneInString(d)
		}
		l.romans = romans[l.root]
	case unicode.Is(unicode.Arabic, r):
		l.script, l.root = arabic, arabicRoot(r)
	case unicode.Is(unicode.Hebrew, r):
		l.script = hebrew
	case unicode.Is(unicode.Han, r):
		l.script, l.root = han, simplified(r)
	case unicode.Is(unicode.Hangul, r):
		l.script = hangul
	case unicode.In(r, unicode.Hiragana, unicode.Katakana), r == 'ー':
		l.script, l.root = kana, hiragana(r)
	default:
		l.script, l.alike = another, looksLike(r)
	}
	if zero := zeroOf(r); zero != 0 {
		l.root, l.script, l.romans = '0'+r-zero, another, nil
	}
	return l
}

// zeroOf is the zero of the digits that Arabic, Persian and Hindi are written with; 0 for what is no such digit.
func zeroOf(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return '٠'
	case r >= '۰' && r <= '۹':
		return '۰'
	case r >= '०' && r <= '९':
		return '०'
	}
	return 0
}

// latinBase strips the marks of a Latin capital: É gives E, Ø gives O. 0 for a letter that is none with marks (Æ, Þ).
func latinBase(r rune, romans []string) byte {
	if r == 'Ø' {
		return 'O'
	}
	for _, s := range romans {
		if len(s) == 1 {
			return s[0]
		}
	}
	if d := norm.NFD.String(string(r)); d[0] >= 'A' && d[0] <= 'Z' {
		return d[0]
	}
	return 0
}
