package match

import "strings"

// otherName says whether two words of nearly the same letters are the names of two persons by the way they end: Maria and Mario, Jan
// and Jana, Georgios and Georgia. A family name that takes the ending of its bearer (Ivanov, Ivanova) stays one name.
func otherName(a, b []letter) bool {
	sa, sb := scriptOf(a), scriptOf(b)
	switch {
	case sa.syllabic() || sb.syllabic():
		return false
	case sa == arabic && sb == latin:
		return feminine(b) && !openEnd(a)
	case sb == arabic && sa == latin:
		return feminine(a) && !openEnd(b)
	}
	x, y := tail(a, b)
	if len(x) < len(y) || len(x) == len(y) && x > y {
		a, x, y = b, y, x
	}
	switch x + "/" + y {
	case "A/":
		return !familyEnding(a)
	case "A/O", "IA/O", "YA/O", "IA/Y", "IYA/Y", "IIA/Y", "OS/A", "IS/A", "US/A", "AS/A":
		return true
	}
	return false
}

// sameConsonants says whether two words differ in their vowels alone. Where short words do so in two places they are two names: Hassan
// and Hussain, the names of many a pair of brothers.
func sameConsonants(a, b *word) bool {
	next := func(ls []letter, i int) (int, byte) {
		for ; i < len(ls); i++ {
			if l := &ls[i]; !l.sep && !l.double && !vowel(l.base) {
				return i + 1, l.base
			}
		}
		return i, 0
	}
	for i, j := 0, 0; ; {
		var x, y byte
		i, x = next(a.letters, i)
		j, y = next(b.letters, j)
		if x != y || x == 0 {
			return x == y
		}
	}
}

func vowel(c byte) bool { return c == 'A' || c == 'E' || c == 'I' || c == 'O' || c == 'U' }

// tail writes in Latin capitals what follows the common beginning of two words.
func tail(a, b []letter) (x, y string) {
	i := 0
	for i < len(a) && i < len(b) && (a[i].root == b[i].root || a[i].script != b[i].script && romanIs(&a[i], &b[i])) {
		i++
	}
	return ending(a[i:]), ending(b[i:])
}

// feminine says whether a name in Latin letters ends in A, openEnd whether one in Arabic letters ends in one that A may stand for.
func feminine(ls []letter) bool { return ls[len(ls)-1].base == 'A' }

func openEnd(ls []letter) bool {
	switch ls[len(ls)-1].r {
	case 'ا', 'ة', 'ه', 'ى', 'ء', 'ع', 'آ', 'أ':
		return true
	}
	return false
}

// ending writes the last letters of a word in Latin capitals; "?" when there are too many for an ending.
func ending(ls []letter) string {
	if len(ls) > 3 {
		return "?"
	}
	var out [9]byte
	s := out[:0]
	for i := range ls {
		switch l := &ls[i]; {
		case l.base != 0:
			s = append(s, l.base)
		case len(l.romans) > 0:
			s = append(s, l.romans[0]...)
		default:
			s = append(s, '?')
		}
	}
	return string(s)
}

// familyEnding says whether a word is a family name of the kind that adds an A for women.
func familyEnding(ls []letter) bool {
	if len(ls) < 5 {
		return false
	}
	switch ending(ls[len(ls)-3:]) {
	case "OVA", "EVA":
		return true
	}
	return false
}

// patronymic says whether what a word adds after its first n letters makes the name of a descendant of it: Jón, Jónsson.
func patronymic(long []letter, n int) bool {
	var b strings.Builder
	for i := range long {
		if !long[i].sep {
			if n--; n < 0 {
				switch l := &long[i]; {
				case l.base != 0:
					b.WriteByte(l.base)
				case len(l.romans) > 0:
					b.WriteString(l.romans[0])
				}
			}
		}
	}
	switch b.String() {
	case "SSON", "SON", "SEN", "SZOON", "DOTTIR", "SDOTTIR", "ADOTTIR", "ARSSON", "ARDOTTIR",
		"OVICH", "EVICH", "OVNA", "EVNA", "ICH", "OVYCH", "IVNA", "OV", "EV", "OVA", "EVA", "OVIC", "EVIC", "IC",
		"EZ", "ES", "OGLU", "ZADE", "ZADEH", "YAN", "IAN", "OPOULOS", "POULOS", "AKIS", "IDIS", "IDES", "ESCU", "SHVILI", "DZE",
		"ENKO", "SKI", "SKY", "A":
		return true
	}
	return false
}

// descent says whether a name has a word for "son of" or "daughter of", which makes the order of the names around it mean persons.
func descent(ws []word) bool {
	for i := 1; i < len(ws)-1; i++ {
		switch root(&ws[i]) {
		case "BIN", "BEN", "IBN", "BINT", "BINTI", "BTE", "OGLU", "OGLY", "KYZY", "QIZI", "بن", "ابن", "بنت":
			return true
		}
	}
	return false
}

// root writes a short word by the plain forms of its letters; longer ones give "".
func root(w *word) string {
	if len(w.letters) > 5 {
		return ""
	}
	var b strings.Builder
	for i := range w.letters {
		b.WriteRune(w.letters[i].root)
	}
	return b.String()
}
