package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bonafide/mrz"
)

// letter is one character of a word with what it may stand for.
type letter struct {
	r      rune     // as written, combining marks joined
	fold   rune     // r in upper case
	base   byte     // A-Z or 0-9: the character itself, or a Latin letter without its marks; 0 for other scripts
	sep    bool     // no letter: an apostrophe, or the gap between two words that were joined
	skel   bool     // of a script that leaves vowels out
	heavy  bool     // stands for a syllable
	romans []string // ways to write a letter that is not ASCII in A-Z
	at     int32    // rune index in its field
}

// word is a run of letters.
type word struct {
	letters []letter
	n       int // letters without separators
	part    part
	before  byte // what separates it from the word before in the same field: 0 at the beginning, ' ' or '-'
	plain   bool // only A-Z without anything that aligns with several letters, so that counts bound the cost
	counts  [26]uint8
}

// count fills plain and counts.
func (w *word) count() {
	w.plain = true
	var last byte
	for i := range w.letters {
		l := &w.letters[i]
		if l.sep {
			continue
		}
		if l.romans != nil || l.base < 'A' || l.base > 'Z' || digraph(last, l.base) {
			w.plain = false
			return
		}
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
	switch {
	case y == 'E':
		return x == 'A' || x == 'O' || x == 'U'
	case x == 'R':
		return y == 'N'
	case x == 'V':
		return y == 'V'
	}
	return x == 'C' && y == 'L'
}

// apart is the least number of wrong letters between two plain words.
func apart(a, b *word) int {
	more, less := 0, 0
	for i := range a.counts {
		if d := int(a.counts[i]) - int(b.counts[i]); d > 0 {
			more += d
		} else {
			less -= d
		}
	}
	return max(more, less)
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

// at is where the word begins.
func (w *word) at() int { return int(w.letters[0].at) }

// end is where it ends, in runes. Combining marks make it approximate, which is good enough for a place to insert something.
func (w *word) end() int { return int(w.letters[len(w.letters)-1].at) + 1 }

func (w *word) text() string { return text(w.letters) }

func text(ls []letter) string {
	var b strings.Builder
	for i := range ls {
		b.WriteRune(ls[i].r)
	}
	return b.String()
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
		w.count()
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
			letters = append(letters, letter{r: r, fold: '\'', sep: true, at: at})
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
	switch r {
	case '-', '‐', '‑', '‒', '–', '—', '·', '・', '־':
		return '-'
	case '\'', '’', '‘', 'ʼ', 'ʻ', 'ʹ', 'ʺ', '`', '´', '′', 'ʾ', 'ʿ', '"', '“', '”':
		return '\''
	}
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return 0
		}
		return ' '
	}
	if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
		return 0
	}
	return ' '
}

// add appends a letter, or joins a mark to the letter before. Signs of Arabic vowels and the like leave nothing behind.
func add(letters []letter, start int, r rune, at int32) []letter {
	switch {
	case 'a' <= r && r <= 'z':
		up := r - 'a' + 'A'
		return append(letters, letter{r: r, fold: up, base: byte(up), at: at})
	case r < utf8.RuneSelf:
		return append(letters, letter{r: r, fold: r, base: byte(r), at: at})
	}
	if unicode.Is(unicode.Mn, r) {
		switch {
		case r >= 0x064b && r <= 0x0670: // Arabic vowel signs
			return letters
		case len(letters) > start && r <= 0x036f:
			last := &letters[len(letters)-1]
			joined := []rune(norm.NFC.String(string([]rune{last.r, r})))
			if len(joined) == 1 {
				*last = newLetter(joined[0], last.at)
			}
			return letters
		}
	}
	return append(letters, newLetter(r, at))
}

func newLetter(r rune, at int32) letter {
	l := letter{r: r, fold: unicode.ToUpper(r), at: at}
	l.romans = romans[l.fold]
	if l.romans == nil {
		l.romans = mrz.Alternatives(r)
	}
	switch {
	case r < utf8.RuneSelf:
		l.base = byte(l.fold)
	case unicode.Is(unicode.Latin, r):
		l.base = latinBase(l.fold, l.romans)
	case unicode.Is(unicode.Arabic, r), unicode.Is(unicode.Hebrew, r):
		l.skel = true
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
		l.heavy = true
	}
	return l
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

// romans are the ways in use to write letters of other scripts in Latin ones. Those of Doc 9303 (mrz.Alternatives) are among them;
// the others are the romanizations that passports, BGN/PCGN and the press used: Russian passports before 2010 wrote Щ as SHCH, before
// 1997 in the French way; Greek by ELOT 743, Georgian by the national system, Armenian by BGN/PCGN, Arabic by the phonetic
// transcriptions that states print in place of Doc 9303's table C.
var romans = func() map[rune][]string {
	m := make(map[rune][]string, 300)
	for entry := range strings.FieldsSeq(romanTable) {
		l, values, _ := strings.Cut(entry, "=")
		r, _ := utf8.DecodeRuneInString(l)
		list := mrz.Alternatives(r)
		list = slices.Clip(list)
		for v := range strings.SplitSeq(values, "|") {
			list = append(list, v)
		}
		m[r] = list
	}
	return m
}()

const romanTable = `
В=W Г=GH Е=YE|IE|JE|IO Ё=YO|JO Ж=J|ZH И=IY Й=Y|J| К=C У=OU Х=H|CH Ц=C|TZ|TC Ч=TCH|TSCH|C Ш=SCH|CH Щ=SHCH|SCH|CHTCH Ы=Y|I Ь=|I|Y
Ъ=|Y Э=E|A Ю=YU|JU|IOU|U Я=YA|JA|A Є=YE|JE Ї=YI|JI Қ=Q|K Ғ=GH|G Ң=NG|N Ө=O|OE Ұ=U Ү=U Ә=A|AE Һ=H
Α=A Ά=A Β=V|B Γ=G|GH Δ=D|DH Ε=E Έ=E Ζ=Z Η=I|E|H Ή=I Θ=TH Ι=I Ί=I Ϊ=I Κ=K|C Λ=L Μ=M Ν=N Ξ=X Ο=O Ό=O Π=P Ρ=R Σ=S Τ=T Υ=Y|U|V|F|I Ύ=Y
Φ=F|PH Χ=CH|H|KH Ψ=PS Ω=O Ώ=O
Ա=A Բ=B|P Գ=G|K Դ=D|T Ե=E|YE Զ=Z Է=E Ը=Y|E Թ=T Ժ=ZH|J Ի=I Լ=L Խ=KH Ծ=TS Կ=K|G Հ=H Ձ=DZ Ղ=GH Ճ=CH|J Մ=M Յ=Y|H Ն=N Շ=SH Ո=O|VO Չ=CH Պ=P|B
Ջ=J Ռ=R|RR Ս=S Վ=V Տ=T|D Ր=R Ց=TS Ւ=V|W| Փ=P Ք=K|Q Օ=O Ֆ=F
ა=A ბ=B გ=G დ=D ე=E ვ=V ზ=Z თ=T ი=I კ=K ლ=L მ=M ნ=N ო=O პ=P ჟ=ZH ჟ=ZH რ=R ს=S ტ=T უ=U ფ=P ქ=K|Q ღ=GH ყ=Q ყ=K შ=SH ჩ=CH ც=TS ძ=DZ წ=TS ჭ=CH ხ=KH ჯ=J ჰ=H
Ა=A Ბ=B Გ=G Დ=D Ე=E Ვ=V Ზ=Z Თ=T Ი=I Კ=K Ლ=L Მ=M Ნ=N Ო=O Პ=P Ჟ=ZH Რ=R Ს=S Ტ=T Უ=U Ფ=P Ქ=K|Q Ღ=GH Ყ=Q|K Შ=SH Ჩ=CH Ც=TS Ძ=DZ Წ=TS Ჭ=CH Ხ=KH Ჯ=J Ჰ=H
ء=| آ=A|AA أ=A|E|U|O إ=I|E ؤ=U|O|W ئ=I|Y|E ا=A|E| ة=A|AH|H|T|E ث=TH|S ج=J|G|DJ ح=H خ=KH ذ=DH|Z|TH ش=SH|CH ص=S ض=D|DH|Z ط=T ظ=Z|DH ع=A|O|| غ=GH
ق=K|G ك=C ه=|A و=U|O|OU|OO|V|AU ى=A|I|Y ي=I|E|EE|IY|AI|EI پ=P چ=CH|TCH ژ=ZH|J ک=K گ=G ی=Y|I|E|EE ۀ=E|H ہ=H ے=E|AY ں=N ڤ=V`
