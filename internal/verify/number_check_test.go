package verify

import (
	"strings"
	"testing"

	"bonafide/mrz"
)

func TestNumberCheckIsThePrintedDigit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines string
		want  string
	}{
		"passport":              {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "6"},
		"card":                  {"I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<", "7"},
		"a number that goes on": {"I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<<<<<<<<<<<<<<", ""},
		"a digit that is wrong": {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C31UTO7408122F1204159ZE184226B<<<<<10", "1"},
		"nothing":               {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := mrz.Parse(strings.Split(c.lines, "\n"), today) // what is wrong with the rest is of no account
			if got := numberCheck(r); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
