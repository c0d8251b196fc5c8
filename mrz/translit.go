package mrz

import "strings"

// Transliterate writes a name with the letters the zone has, by the recommendation listed first in Doc 9303 part 3 (8th edition,
// 2021), section 6: A for Latin letters, B for Cyrillic, C for Arabic. Letters come out in upper case; digits stay; apostrophes and
// full stops are dropped (section 4.6); hyphens, commas and blanks become single blanks. Letters that the tables do not know but
// that are a Latin letter with marks (Vietnamese) lose the marks; any other letter is dropped, see Transliterable.
//
// Arabic comes out as the standard's table C has it, with X as escape (محمد is MXHMD); most states print a phonetic
// transcription instead, which no table can give because the script omits vowels.
func Transliterate(s string) string {
	out, _ := transliterate(s)
	return out
}

// Transliterable says whether every letter of s has a transliteration.
func Transliterable(s string) bool {
	_, ok := transliterate(s)
	return ok
}

func transliterate(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s) + 8)
	runes := compose([]rune(s))
	ok, gap := true, false
	last := ""
	for i, r := range runes {
		switch {
		case separates(r):
			gap = b.Len() > 0
			last = ""
			continue
		case drops(r):
			continue
		case r == shadda:
			b.WriteString(last) // section 6 C: doubles the letter before it
			continue
		}
		alternatives := Alternatives(r)
		if alternatives == nil {
			ok = false
			continue
		}
		last = alternatives[0]
		if r == tehMarbuta && endsWord(runes[i+1:]) {
			last = "XAH"
		}
		if gap && last != "" {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteString(last)
	}
	return b.String(), ok
}

const (
	shadda     = 'ّ'
	tehMarbuta = 'ة'
)

func endsWord(rest []rune) bool {
	for _, r := range rest {
		if !drops(r) {
			return separates(r)
		}
	}
	return true
}

// separates says whether a character parts two words of a name.
func separates(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\u00a0', '\u202f', '-', '‐', '‑', '‒', '–', '—', ',', '/', '<', '·', '・', '،', '\u200c':
		return true
	}
	return false
}

// drops says whether a character leaves no trace in the zone: apostrophes in all their shapes, full stops, marks that combine with
// the letter before, Arabic vowel signs.
func drops(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', 'ʻ', 'ʹ', 'ʺ', '`', '´', '′', 'ʾ', 'ʿ', '.', '\u200d', '\u200e', '\u200f', '\u00ad', 'ـ', 'ٰ':
		return true
	}
	return r >= '\u0300' && r <= '\u036f' || r >= '\u064b' && r <= '\u0652' && r != shadda
}

// compose joins those letters and combining marks whose transliteration differs from that of the letter alone, so that both Unicode
// forms of a name come out the same.
func compose(in []rune) []rune {
	out := in[:0]
	for _, r := range in {
		if n := len(out); n > 0 && r >= '\u0300' && r <= '\u036f' {
			if c, ok := composed[[2]rune{out[n-1], r}]; ok {
				out[n-1] = c
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

var composed = map[[2]rune]rune{
	{'A', '\u0308'}: 'Ä', {'O', '\u0308'}: 'Ö', {'U', '\u0308'}: 'Ü', {'A', '\u030a'}: 'Å', {'N', '\u0303'}: 'Ñ',
	{'a', '\u0308'}: 'ä', {'o', '\u0308'}: 'ö', {'u', '\u0308'}: 'ü', {'a', '\u030a'}: 'å', {'n', '\u0303'}: 'ñ',
	{'И', '\u0306'}: 'Й', {'и', '\u0306'}: 'й', {'Е', '\u0308'}: 'Ё', {'е', '\u0308'}: 'ё', {'І', '\u0308'}: 'Ї', {'і', '\u0308'}: 'ї',
	{'У', '\u0306'}: 'Ў', {'у', '\u0306'}: 'ў',
}

// Alternatives lists every transliteration that Doc 9303 allows for a letter, the recommended one first, in upper case: Ü gives UE,
// UXX, U; Г gives G, H. A letter that is transliterated by nothing (Ь) gives one empty string. The result is nil for a character
// that has no transliteration, a blank and a hyphen included. Do not change the slice.
func Alternatives(r rune) []string {
	switch {
	case 'a' <= r && r <= 'z':
		r += 'A' - 'a'
		fallthrough
	case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return ascii[r-'0' : r-'0'+1 : r-'0'+1]
	case r < 0x80:
		return nil
	}
	return alternatives[r]
}

// ascii holds the strings "0" to "Z", so that Alternatives needs no allocation.
var ascii = func() []string {
	out := make([]string, 'Z'-'0'+1)
	for i := range out {
		out[i] = string(rune('0' + i))
	}
	return out
}()

// alternatives is built from the tables below once; both cases of each letter are in it.
var alternatives = func() map[rune][]string {
	m := make(map[rune][]string, 700)
	add := func(table string) {
		for entry := range strings.FieldsSeq(table) {
			letters, values, _ := strings.Cut(entry, "=")
			list := strings.Split(values, "|")
			for _, r := range letters {
				if _, known := m[r]; !known {
					m[r] = list
				}
			}
		}
	}
	add(tableA)
	add(tableB)
	add(tableC)
	add(beyond)
	return m
}()

// tableA is section 6 A, "Transliteration of multinational Latin-based characters". The standard lists capitals only; small letters
// are theirs.
const tableA = `
ÀÁÂÃĀĂĄàáâãāăą=A Ää=AE|A Åå=AA|A Ææ=AE ÇĆĈĊČçćĉċč=C ÐĎĐðďđ=D
ÈÉÊËĒĔĖĘĚèéêëēĕėęě=E ĜĞĠĢĝğġģ=G ĤĦĥħ=H ÌÍÎÏĨĪĬĮİìíîïĩīĭįı=I Ĳĳ=IJ Ĵĵ=J Ķķ=K ĹĻĽĿŁĺļľŀł=L
ŃŅŇŊńņňŉŋ=N Ññ=N|NXX ÒÓÔÕŌŎŐòóôõōŏő=O Öö=OE|O Øø=OE Œœ=OE ĸ=Q ŔŖŘŕŗř=R ŚŜŞŠśŝşš=S ẞß=SS ŢŤŦţťŧ=T Þþ=TH
ÙÚÛŨŪŬŮŰŲùúûũūŭůűų=U Üü=UE|UXX|U Ŵŵ=W ÝŶŸýŷÿ=Y ŹŻŽźżž=Z`

// tableB is section 6 B, "Transliteration of Cyrillic characters", with the exceptions for languages as alternatives: Belarusian (Ё
// IO, Г H), Ukrainian (Г H, И Y, and at the beginning of a name Є YE, Ї YI, Й Y, Ю YU, Я YA), Serbian (Г H, Ж Z, Х H, Ц C, Ч C, Ш S),
// Macedonian (Ѓ GJ, Ќ KJ, Џ DJ, Х H, Ц C), Bulgarian (Щ SHT).
const tableB = `
Аа=A Бб=B Вв=V Гг=G|H Дд=D Ее=E Ёё=E|IO Жж=ZH|Z Зз=Z Ии=I|Y Йй=I|Y Іі=I Її=I|YI Кк=K Лл=L Мм=M Нн=N Оо=O Пп=P Рр=R Сс=S Тт=T Уу=U
Фф=F Хх=KH|H Цц=TS|C Чч=CH|C Шш=SH|S Щщ=SHCH|SHT Ъъ=IE Ыы=Y Ьь= Ээ=E Юю=IU|YU Яя=IA|YA
Ђђ=D Ѓѓ=G|GJ Єє=IE|YE Ѕѕ=DZ Јј=J Љљ=LJ Њњ=NJ Ћћ=C Ќќ=K|KJ Ўў=U Џџ=DZ|DJ Ѫѫ=U Ѵѵ=Y Ґґ=G Ғғ=G|GJ Һһ=C`

// tableC is section 6 C, "Transliteration of the Arabic script". Teh marbuta is XAH at the end of a name component, XTA elsewhere;
// Farsi yeh may be Y.
const tableC = `
ء=XE آ=XAA أ=XAE ؤ=U إ=I ئ=XI ا=A ب=B ة=XTA|XAH ت=T ث=XTH ج=J ح=XH خ=XKH د=D ذ=XDH ر=R ز=Z س=S ش=XSH ص=XSS ض=XDZ ط=XTT ظ=XZZ ع=E غ=G
ف=F ق=Q ك=K ل=L م=M ن=N ه=H و=W ى=XAY ي=Y ٱ=XXA ٹ=XXT ټ=XRT پ=P ځ=XKE څ=XXH چ=XC ڈ=XXD ډ=XDR ڑ=XXR ړ=XRR ږ=XRX ژ=XJ ښ=XXS
ک=XKK ګ=XXK ڭ=XNG گ=XGG ں=XNN ڼ=XXN ھ=XDO ۀ=XYH ہ=XXG ۂ=XGE ۃ=XTG ی=XYA|Y ۍ=XXY ې=Y ے=XYB ۓ=XBE`

// beyond is ours, not the standard's: letters of living Latin alphabets that its table misses, by their base letter as the states
// concerned print them.
const beyond = `
ẠẢẤẦẨẪẬẮẰẲẴẶǍȀȂạảấầẩẫậắằẳẵặǎȁȃ=A Əə=A|E ẸẺẼẾỀỂỄỆȄȆȨẹẻẽếềểễệȅȇȩ=E ỈỊǏȈȊỉịǐȉȋ=I ỌỎỐỒỔỖỘƠỚỜỞỠỢǑȌȎǪọỏốồổỗộơớờởỡợǒȍȏǫ=O
ỤỦƯỨỪỬỮỰǓȔȖụủưứừửữựǔȕȗ=U ỲỴỶỸỳỵỷỹ=Y ȘṢșṣ=S ȚṬțṭ=T ḌḐƉḍḑɖ=D ḤḪḥḫ=H ḲǨḳǩ=K ẒƵẓƶ=Z ẀẂẄẁẃẅ=W ǴǦḠǵǧḡ=G ṄṆǸṅṇǹ=N ṘṚṙṛ=R ḶḺḷḻ=L ṀṂṁṃ=M
ƁɓḂḃ=B ƊɗḊḋ=D ƘƙḴḵ=K ƳƴẎẏ=Y Ƒƒ=F Ɲɲ=N Ǿǿ=OE Ǽǽ=AE Ǻǻ=AA|A Ɛɛ=E Ɔɔ=O Ǆǅǆ=DZ Ǉǈǉ=LJ Ǌǋǌ=NJ`
