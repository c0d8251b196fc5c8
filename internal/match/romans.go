package match

import (
	"slices"
	"strings"
	"unicode/utf8"

	"bonafide/mrz"
)

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

// arabicRoot is the plain form of an Arabic letter that keyboards and habits vary: alef with and without hamza, yeh and alef maksura,
// Persian and Arabic kaf, heh and teh marbuta.
func arabicRoot(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ی', 'ې', 'ئ':
		return 'ي'
	case 'ک':
		return 'ك'
	case 'ة', 'ہ', 'ھ', 'ۀ':
		return 'ه'
	case 'ؤ':
		return 'و'
	}
	return r
}

// context gives letters the ways of writing that they have only beside others: Greek ΟΥ as U and ΜΠ as B, Russian -ИЙ as -Y, the
// article of Arabic before a letter that takes its lam.
func context(ls []letter) {
	var had rune
	for i := range ls {
		l := &ls[i]
		var next rune
		if i+1 < len(ls) {
			next = ls[i+1].root
		}
		switch {
		case l.root == 'Ο' && next == 'Υ', l.root == 'Ε' && next == 'Ι', l.root == 'Α' && next == 'Ι', l.root == 'Ο' && next == 'Ι',
			l.root == 'Μ' && next == 'Π', l.root == 'Ν' && next == 'Τ':
			l.also("") // the second letter stands for both
		case l.root == 'Γ' && (next == 'Γ' || next == 'Κ' || next == 'Ξ' || next == 'Χ'):
			l.also("N", "")
		case had == 'Α' && l.root == 'Ι':
			l.also("E")
		case had == 'Μ' && l.root == 'Π':
			l.also("B")
		case had == 'Ν' && l.root == 'Τ':
			l.also("D")
		case (had == 'И' || had == 'Ы' || had == 'І') && l.root == 'Й' && next == 0:
			l.also("")
		case had == 'К' && l.root == 'С':
			l.also("") // Александр: KS as X, which К takes
		case l.root == 'К' && next == 'С':
			l.also("X")
		case l.root == 'ا' && next == 'ل':
			l.also("U", "I", "O", "")
		case had == 'ا' && l.root == 'ل' && strings.ContainsRune("تثدذرزسشصضطظن", next):
			l.also("")
		}
		had = l.root
	}
}

// also adds ways to write a letter, without touching the table that others share.
func (l *letter) also(ways ...string) {
	l.romans = append(slices.Clip(l.romans), ways...)
}
