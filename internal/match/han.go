package match

import (
	"slices"
	"strings"
)

// hanRomans lists the ways to write a Chinese character in Latin capitals: the Mandarin readings of the modern dictionaries by
// Hanyu Pinyin, as passports print it (LÜ is LYU, LU or LV), each by Wade-Giles too, as passports of Taiwan do, and the Cantonese
// ones by the custom of Hong Kong. Nil for a character that is not in the table.
func hanRomans(r rune) []string {
	line, ok := lookup(hanTable, r)
	if !ok {
		return nil
	}
	mandarin, rest, _ := strings.Cut(line, "\t")
	cantonese, _, _ := strings.Cut(rest, "\t")
	var out []string
	for s := range strings.FieldsSeq(mandarin) {
		if before, after, found := strings.Cut(s, "Ü"); found {
			out = append(out, before+"YU"+after, before+"U"+after, before+"V"+after, wadeGiles(before+"U"+after))
			continue
		}
		out = append(out, s, wadeGiles(s))
	}
	for s := range strings.FieldsSeq(cantonese) {
		out = hongKong(out, s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// simplified is the simplified form of a Chinese character, itself when it has no other.
func simplified(r rune) rune {
	if line, ok := lookup(hanTable, r); ok {
		if i := strings.LastIndexByte(line, '\t'); i > 0 && strings.Count(line, "\t") == 2 {
			for _, s := range line[i+1:] {
				return s
			}
		}
	}
	return r
}

// Tables of the form "key=value key=value ", which entry searches.
const (
	wadeInitials   = "B=P D=T G=K J=CH Q=CH X=HS ZH=CH Z=TS C=TS R=J "
	hongKongFinals = "AA=A|AH AI=AI AU=AU|OW AM=AM|UM AN=AN|UN ANG=ANG|UNG AP=AP|UP AT=AT|UT AK=AK|UK E=E|EH EI=EI|I|EE|AY I=I|EE|Z|ZE " +
		"O=O|AW|OR OI=OI|OY OU=O U=U|OO UN=UN|OON OENG=EUNG OEK=EUK EOI=UI EON=UN EOT=UT YU=U|UE YUN=UEN|UN YUT=UET "
)

// entry finds the value of a key.
func entry(table, key string) (string, bool) {
	for from := 0; ; {
		i := strings.Index(table[from:], key+"=")
		if i < 0 {
			return "", false
		}
		i += from
		if from = i + len(key) + 1; i == 0 || table[i-1] == ' ' {
			value, _, _ := strings.Cut(table[from:], " ")
			return value, true
		}
	}
}

// wadeGiles rewrites a syllable of pinyin, without the apostrophes, which documents leave out.
func wadeGiles(s string) string {
	switch s {
	case "ZI", "CI":
		return "TZU"
	case "SI":
		return "SZU"
	case "ZHI", "CHI":
		return "CHIH"
	case "SHI":
		return "SHIH"
	case "RI":
		return "JIH"
	case "YI":
		return "I"
	case "YE":
		return "YEH"
	case "YAN":
		return "YEN"
	case "YOU":
		return "YU"
	case "YUE":
		return "YUEH"
	case "YONG":
		return "YUNG"
	case "ER":
		return "ERH"
	}
	i := 1
	if len(s) > 1 && s[1] == 'H' {
		i = 2
	}
	initial, final := s[:i], s[i:]
	if strings.IndexByte("AEOIUYW", s[0]) >= 0 {
		return s
	}
	wg, ok := entry(wadeInitials, initial)
	if !ok {
		wg = initial
	}
	switch final {
	case "IAN":
		final = "IEN"
	case "IE", "UE":
		final += "H"
	case "ONG":
		final = "UNG"
	case "IONG":
		final = "IUNG"
	case "UO":
		if initial != "G" && initial != "K" && initial != "H" && initial != "SH" {
			final = "O"
		}
	case "E":
		if initial == "G" || initial == "K" || initial == "H" {
			final = "O"
		}
	case "UI":
		if initial == "G" || initial == "K" {
			final = "UEI"
		}
	}
	return wg + final
}

// hongKong appends the spellings of a syllable of Jyutping that are customary in Hong Kong.
func hongKong(out []string, s string) []string {
	if s == "NG" || s == "M" {
		return append(out, "NG")
	}
	i := 0
	for i < len(s) && strings.IndexByte("AEIOUY", s[i]) < 0 {
		i++
	}
	initial, final := s[:i], s[i:]
	initials, finals := []string{initial}, []string{final}
	switch initial {
	case "B":
		initials = []string{"P", "B"}
	case "D":
		initials = []string{"T"}
	case "G":
		initials = []string{"K"}
	case "GW":
		initials = []string{"KW"}
	case "Z", "C":
		initials = []string{"CH", "TS"}
	case "S":
		initials = []string{"S", "SH"}
	case "J":
		initials = []string{"Y"}
	}
	if list, ok := entry(hongKongFinals, final); ok {
		finals = strings.Split(list, "|")
	} else if strings.HasPrefix(final, "AA") {
		finals = []string{final[1:]}
	}
	for _, a := range initials {
		for _, b := range finals {
			out = append(out, a+b)
		}
	}
	return out
}

// twoSigns are the surnames of two Chinese characters or syllables of Hangul.
const twoSigns = "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 东方 東方 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙 長孫 端木 " + //nolint:gosmopolitan // surnames
	"남궁 황보 제갈 사공 선우 독고 서문 "

// surnameLength is how many syllables of a name without spaces, in Chinese characters or Hangul, are the surname.
func surnameLength(first, second rune) int {
	if strings.Contains(twoSigns, string([]rune{first, second, ' '})) {
		return 2
	}
	return 1
}
