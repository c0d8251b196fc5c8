package mrz_test

import (
	"slices"
	"testing"

	"bonafide/mrz"
)

func TestTransliterate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Anna Maria", "ANNA MARIA"},
		{"hyphen and apostrophe", "Jean-Pierre d’Arc O'Connor", "JEAN PIERRE DARC OCONNOR"},
		{"umlauts", "Jürgen Größmann", "JUERGEN GROESSMANN"},
		{"umlauts, decomposed", "Ju\u0308rgen Gro\u0308ßmann", "JUERGEN GROESSMANN"},
		{"Scandinavian", "Åse Ærø Þór Guðrún", "AASE AEROE THOR GUDRUN"},
		{"Spanish and French", "Íñigo Núñez Éloïse Œuvrard", "INIGO NUNEZ ELOISE OEUVRARD"},
		{"decomposed accent", "Rene\u0301", "RENE"},
		{"Polish, Czech, Turkish", "Łukasz Dvořák Işık İnönü", "LUKASZ DVORAK ISIK INOENUE"},
		{"Vietnamese, beyond the standard", "Nguyễn Thị Hồng", "NGUYEN THI HONG"},
		{"Russian", "Щербаков Юрий Подъездов Хрущёв", "SHCHERBAKOV IURII PODIEEZDOV KHRUSHCHEV"},
		{"soft sign leaves nothing", "Ольга", "OLGA"},
		{"Arabic, the standard's example", "ابو بكر محمد بن زكريا الرازي", "ABW BKR MXHMD BN ZKRYA ALRAZY"},
		{"teh marbuta at the end", "فاطمة", "FAXTTMXAH"},
		{"shadda doubles", "محمّد", "MXHMMD"},
		{"comma, dots, blanks", " Frost,  William W. ", "FROST WILLIAM W"},
		{"letters without transliteration go", "李 Wei", "WEI"},
		{"invalid bytes go", "A\xffB", "AB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := mrz.Transliterate(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if mrz.Transliterable("李") || !mrz.Transliterable("Ольга Nuñez-Öz") {
		t.Error("Transliterable")
	}
}

func TestAlternatives(t *testing.T) {
	t.Parallel()
	for r, want := range map[rune][]string{
		'Ü': {"UE", "UXX", "U"}, 'ñ': {"N", "NXX"}, 'Ö': {"OE", "O"}, 'å': {"AA", "A"}, 'Г': {"G", "H"}, 'ь': {""}, 'a': {"A"}, '7': {"7"},
		' ': nil, '-': nil, '李': nil, 'Ә': nil,
	} {
		if got := mrz.Alternatives(r); !slices.Equal(got, want) {
			t.Errorf("%c: %q, want %q", r, got, want)
		}
	}
}
