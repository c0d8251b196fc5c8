package match

import "strings"

// The parts of a syllable of Hangul in Unicode's order, each with the ways in which names in passports write it: Revised Romanization
// first, then McCune-Reischauer and the customs of families (KIM, LEE, PARK, CHOI, JUNG). An empty way means that it may be silent.
const (
	hangulInitials = "G|K KK|GG|G|K N D|T DD|TT|T R|L|N M B|P BB|PP|P S|SH SS|S |Y J|CH|Z JJ|CH CH K T P H"
	hangulVowels   = "A|AH AE|AI|E YA|YAH YAE EO|U|O|UH|ER E|EH|AE YEO|YU|YO|YOU|YUH YE|YEA O|OH|OU WA|OA WAE|WAI OE|OI|OY|WE YO|YOH " +
		"U|OO|WOO|WU|OU WO|WEO WE WI|WUI|UI YU|YOO|YOU EU|U|OO UI|EUI|EE|I|YI I|EE|YI|IE|Y"
	hangulFinals = "- K|G|C K K N N N T|D L|R L L L L L L L M P|B P T|S T|S NG|N T|J T K T|D P|B T|H|"
)

// hangulLetters appends the parts of a syllable, or false when r is none. In the first syllable of a name the surnames that custom
// writes apart from all rules are known too: LEE for 이, PARK for 박, ROH for 노, LIM for 임, RYU for 유.
func hangulLetters(out []letter, r rune, at, end int32, first bool) ([]letter, bool) {
	if r < 0xac00 || r > 0xd7a3 {
		return out, false
	}
	n := int(r - 0xac00)
	initial, vowel, final := n/(21*28), n/28%21, n%28
	add := func(table string, i int, more ...string) {
		list := strings.Split(strings.Split(table, " ")[i], "|")
		out = append(out, letter{r: r, fold: r, romans: append(list, more...), script: hangul, at: at, end: end})
	}
	const silent, nieun, rieul = 11, 2, 5
	const a, eo, o, yu, i = 0, 4, 8, 17, 20
	switch {
	case first && initial == silent && vowel == i:
		add(hangulVowels, vowel, "LEE", "LI", "RI", "RHEE", "YEE", "RHIE") // 이, 임
	case initial == silent:
		if first && vowel == yu {
			add(hangulVowels, vowel, "RYU", "LYU", "RYOO", "LEW")
		} else {
			add(hangulVowels, vowel)
		}
	case first && initial == nieun && (vowel == o || vowel == a):
		add(hangulInitials, initial, "R", "RH", "L")
		add(hangulVowels, vowel)
	case first && initial == rieul:
		add(hangulInitials, initial, "RH", "Y", "")
		add(hangulVowels, vowel)
	case first && vowel == eo && final == 0:
		add(hangulInitials, initial)
		add(hangulVowels, vowel, "UR")
	default:
		add(hangulInitials, initial)
		add(hangulVowels, vowel)
	}
	if final > 0 {
		if first && r == '박' {
			add(hangulFinals, final, "RK")
		} else {
			add(hangulFinals, final)
		}
	}
	return out, true
}
