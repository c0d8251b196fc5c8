package ocr

import (
	"strings"
	"testing"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	plain := func(s string) (out []Char) {
		for _, r := range s {
			out = append(out, Char{R: r, Conf: 0.6})
		}
		return out
	}
	for _, c := range []struct{ name, read, want string }{
		{"small twins among capitals", "NACIMIENTo ISsUE uNITED", "NACIMIENTO ISSUE UNITED"},
		{"a code", "DoB 16 oCT 1986", "DOB 16 OCT 1986"},
		{"accented twin", "KóD ISSuED", "KÓD ISSUED"},
		{"capital twin among small letters", "SurnaMe paSSport loCal", "SurnaMe passport local"},
		{"a name keeps its capital", "Osman Zoe O'Connor McDonald", "Osman Zoe O'Connor McDonald"},
		{"two cases are left alone", "DoE vO Vo", "DOE vO Vo"},
		{"zero in a word", "LIETUV0S P0LAND REPUBLIC 0F", "LIETUVOS POLAND REPUBLIC 0F"},
		{"O in a figure", "20O1 0000O14 XA0000O14", "2001 0000014 XA0000014"},
		{"O that ends a number", "AB12O", "AB120"},
		{"O beside a figure in a mixed number is kept", "AO1234 CO00", "AO1234 CO00"},
		{"two letters of one shape", "OO", "OO"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, x := range settle(plain(c.read)) {
				got.WriteRune(x.R)
			}
			if got.String() != c.want {
				t.Errorf("settled %q as %q, want %q", c.read, got.String(), c.want)
			}
		})
	}
	seen := []Char{{R: 'A', Conf: 0.9}, {R: 'O', Conf: 0.6, Others: []Alternative{{'0', 0.3}}}, {R: '4', Conf: 0.9}}
	if got := settle(seen); got[1].R != '0' || got[1].Conf < 0.89 || seen[1].R != 'O' {
		t.Errorf("an O with a fair chance of being 0 beside a figure: %v, given %v", got, seen)
	}
}
