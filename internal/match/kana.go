package match

import "strings"

// kanaTable writes the kana by Hepburn first, then Kunrei and what passports and keyboards use. Katakana are looked up as Hiragana.
const kanaTable = "あ=A い=I う=U え=E お=O か=KA き=KI く=KU け=KE こ=KO が=GA ぎ=GI ぐ=GU げ=GE ご=GO さ=SA し=SHI|SI す=SU せ=SE そ=SO " +
	"ざ=ZA じ=JI|ZI ず=ZU|DZU ぜ=ZE ぞ=ZO た=TA ち=CHI|TI つ=TSU|TU て=TE と=TO だ=DA ぢ=JI|DI|ZI づ=ZU|DU|DZU で=DE ど=DO " +
	"な=NA に=NI ぬ=NU ね=NE の=NO は=HA ひ=HI ふ=FU|HU へ=HE ほ=HO ば=BA び=BI ぶ=BU べ=BE ぼ=BO ぱ=PA ぴ=PI ぷ=PU ぺ=PE ぽ=PO " +
	"ま=MA み=MI む=MU め=ME も=MO や=YA ゆ=YU よ=YO ら=RA り=RI る=RU れ=RE ろ=RO わ=WA ゐ=I|WI ゑ=E|WE を=O|WO ん=N|M ゔ=V|VU|BU " +
	"きゃ=KYA きゅ=KYU きょ=KYO ぎゃ=GYA ぎゅ=GYU ぎょ=GYO しゃ=SHA|SYA しゅ=SHU|SYU しょ=SHO|SYO しぇ=SHE じゃ=JA|ZYA|JYA じゅ=JU|ZYU|JYU " +
	"じょ=JO|ZYO|JYO じぇ=JE ちゃ=CHA|TYA ちゅ=CHU|TYU ちょ=CHO|TYO ちぇ=CHE にゃ=NYA にゅ=NYU にょ=NYO ひゃ=HYA ひゅ=HYU ひょ=HYO びゃ=BYA びゅ=BYU " +
	"びょ=BYO ぴゃ=PYA ぴゅ=PYU ぴょ=PYO みゃ=MYA みゅ=MYU みょ=MYO りゃ=RYA りゅ=RYU りょ=RYO ふぁ=FA ふぃ=FI ふぇ=FE ふぉ=FO てぃ=TI でぃ=DI とぅ=TU " +
	"どぅ=DU うぃ=WI うぇ=WE うぉ=WO ゔぁ=VA ゔぃ=VI ゔぇ=VE ゔぉ=VO つぁ=TSA でゅ=DYU "

// hiragana is the Hiragana of a Katakana; other characters stay.
func hiragana(r rune) rune {
	if r >= 'ァ' && r <= 'ヶ' {
		return r - 'ァ' + 'ぁ'
	}
	return r
}

// kanaLetters reads Kana syllable by syllable: small kana belong to the one before, a small tsu doubles what follows, and a long vowel
// may be left out (Hepburn), written (keyboards) or be an H (passports: OHNO).
func kanaLetters(in []letter) []letter {
	out := make([]letter, 0, len(in))
	var vowel byte // of the syllable before
	for k := 0; k < len(in); k++ {
		l := in[k]
		h := hiragana(l.r)
		key := string(h)
		if k+1 < len(in) {
			if next := hiragana(in[k+1].r); strings.ContainsRune("ぁぃぅぇぉゃゅょ", next) {
				if list, ok := readKana(key + string(next)); ok {
					l.romans, l.end = list, in[k+1].end
					k++
					out = append(out, l)
					vowel = last(list[0])
					continue
				}
			}
		}
		switch list, ok := readKana(key); {
		case h == 'っ':
			l.romans = []string{""}
			if k+1 < len(in) {
				if next, ok := readKana(string(hiragana(in[k+1].r))); ok {
					l.romans = []string{next[0][:1], "T"}
				}
			}
		case h == 'ー':
			l.romans = []string{"", "H", string(rune(vowel))}
		case h == 'う' && (vowel == 'O' || vowel == 'U'), h == 'お' && vowel == 'O':
			l.romans = []string{"", "H", "U", "O"}
		case ok:
			l.romans = list
			vowel = last(list[0])
		}
		out = append(out, l)
	}
	return out
}

func last(s string) byte { return s[len(s)-1] }

// readKana finds the ways to write a syllable.
func readKana(key string) ([]string, bool) {
	value, ok := entry(kanaTable, key)
	if !ok {
		return nil, false
	}
	return strings.Split(value, "|"), true
}
