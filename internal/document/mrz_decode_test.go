package document

import (
	"math"
	"strings"
	"testing"

	"bonafide/mrz"
)

// unsure is a place where the network wavers: what it saw with what
// probability. The first is the likeliest.
type unsure struct {
	line, column int
	saw          map[byte]float64
}

// seen makes cells that show lines surely, except in some places.
func seen(lines []string, places ...unsure) [][]cell {
	out := make([][]cell, len(lines))
	for i, l := range lines {
		out[i] = make([]cell, len(l))
		for j := range len(l) {
			out[i][j][strings.IndexByte(mrzAlphabet, l[j])] = .995
		}
	}
	for _, p := range places {
		out[p.line][p.column] = cell{}
		for c, prob := range p.saw {
			out[p.line][p.column][strings.IndexByte(mrzAlphabet, c)] = float32(prob)
		}
	}
	return out
}

func replaced(lines []string, line, column int, with string) []string {
	out := append([]string(nil), lines...)
	out[line] = out[line][:column] + with + out[line][column+len(with):]
	return out
}

func TestDecode(t *testing.T) {
	t.Parallel()
	french := []string{"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"}
	licence := licence()
	zeros := []string{"P<LVAMOHAMADA<<FARIDA<<<<<<<<<<<<<<<<<<<<<<<", "LT00000004XXC8605102F1210314111111<11648<<86"}
	for _, c := range []struct {
		name    string
		printed []string
		places  []unsure
		want    []string
		why     []string // of the repairs, in reading order
		holds   bool
	}{
		{"clean passport", passport, nil, passport, nil, true},
		{"clean card", card, nil, card, nil, true},
		{"clean French card", french, nil, french, nil, true},
		{
			"a digit misread in the number is found by its check digits", passport,
			[]unsure{{1, 1, map[byte]float64{'B': .7, '8': .25}}},
			passport,
			[]string{WhyCheckDigit},
			true,
		},
		{
			"two misreadings in the birth date", passport,
			[]unsure{{1, 13, map[byte]float64{'1': .6, '7': .3}}, {1, 15, map[byte]float64{'6': .55, '0': .4}}},
			passport,
			[]string{WhyCheckDigit, WhyCheckDigit},
			true,
		},
		{"clean driving licence", licence, nil, licence, nil, true},
		{
			"a single check digit repairs nothing", licence,
			[]unsure{{0, 8, map[byte]float64{'B': .55, '8': .44}}},
			replaced(licence, 0, 8, "B"), nil, false,
		},
		{
			"a check digit that is printed wrong stays", replaced(passport, 1, 9, "7"), nil,
			replaced(passport, 1, 9, "7"), nil, false,
		},
		{
			"a name stays what it was read as", passport,
			[]unsure{{0, 8, map[byte]float64{'X': .6, 'K': .38}}},
			replaced(passport, 0, 8, "X"), nil, true,
		},
		{
			"a name is not repaired where a check digit covers it", french,
			[]unsure{{0, 6, map[byte]float64{'F': .55, 'E': .44}}},
			replaced(french, 0, 6, "F"), nil, false,
		},
		{
			"a digit in a name is the letter like it", passport,
			[]unsure{{0, 11, map[byte]float64{'0': .6, 'O': .39}}},
			passport,
			[]string{WhyGrammar},
			true,
		},
		{
			"a sure digit in a name stays: Russia prints them", replaced(passport, 0, 11, "3"), nil,
			replaced(passport, 0, 11, "3"), nil, true,
		},
		{
			"no state is NLO", replaced(passport, 0, 2, "NLD"),
			[]unsure{{0, 4, map[byte]float64{'O': .8, 'D': .15}}},
			replaced(passport, 0, 2, "NLD"),
			[]string{WhyState},
			true,
		},
		{
			"the other field's state tells, however sure the network is", replaced(replaced(passport, 0, 2, "NLD"), 1, 10, "NLD"),
			[]unsure{{1, 10, map[byte]float64{'M': .985, 'N': .01}}},
			replaced(replaced(passport, 0, 2, "NLD"), 1, 10, "NLD"),
			[]string{WhyState},
			true,
		},
		{
			"a code that is printed and no state stays", replaced(passport, 1, 10, "132"), nil,
			replaced(passport, 1, 10, "132"), nil, true,
		},
		{
			"two states equally like it: none", replaced(passport, 1, 10, "MDX"),
			[]unsure{{1, 12, map[byte]float64{'X': .4, 'A': .29, 'V': .3}}},
			replaced(passport, 1, 10, "MDX"), nil, true,
		},
		{
			"O for 0 among digits, four times, which no check digit notices", zeros,
			[]unsure{
				{1, 3, map[byte]float64{'O': .55, '0': .4}},
				{1, 4, map[byte]float64{'O': .55, '0': .4}},
				{1, 6, map[byte]float64{'O': .55, '0': .4}},
				{1, 7, map[byte]float64{'O': .55, '0': .4}},
			},
			zeros,
			[]string{WhyGrammar, WhyGrammar, WhyGrammar, WhyGrammar},
			true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := decode(seen(c.printed, c.places...))
			if strings.Join(got.lines, "\n") != strings.Join(c.want, "\n") {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got.lines, "\n"), strings.Join(c.want, "\n"))
			}
			if got.checks.OK() != c.holds {
				t.Errorf("check digits hold: %v, want %v", got.checks.OK(), c.holds)
			}
			var why []string
			for _, r := range got.repairs {
				why = append(why, r.Why)
				if got.lines[r.Line][r.Column] != r.To || got.raw[r.Line][r.Column] != r.From {
					t.Errorf("repair %+v does not tell what happened", r)
				}
			}
			if strings.Join(why, " ") != strings.Join(c.why, " ") {
				t.Errorf("repairs %v, want %v", got.repairs, c.why)
			}
			for i, line := range got.confidence {
				for j, p := range line {
					if math.IsNaN(p) || p < 0 || p > 1 {
						t.Errorf("confidence %v at %d:%d", p, i, j)
					}
				}
			}
		})
	}
}

// Two repairs that satisfy all check digits and are about as likely: neither
// is taken, and the print's check digits are reported wrong.
func TestDecodeLeavesAmbiguityAlone(t *testing.T) {
	t.Parallel()
	// Columns 1 and 4 of the number have the same weight, so one less in
	// either changes all sums alike.
	got := decode(seen(
		passport,
		unsure{1, 1, map[byte]float64{'9': .55, '8': .4}},
		unsure{1, 4, map[byte]float64{'9': .55, '8': .4}},
	))
	if want := replaced(passport, 1, 1, "9"); strings.Join(got.lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %v, want what was seen", got.lines)
	}
	if got.checks.OK() || len(got.repairs) > 0 {
		t.Errorf("check digits hold: %v, repairs %+v", got.checks.OK(), got.repairs)
	}
}

func TestDecodeTellsTheFormat(t *testing.T) {
	t.Parallel()
	td2 := []string{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"}
	visa := []string{"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"}
	for want, lines := range map[mrz.Format][]string{mrz.TD1: card, mrz.TD2: td2, mrz.TD3: passport, mrz.MRVA: visa} {
		if got := decode(seen(lines)); got.format != want || !got.checks.OK() {
			t.Errorf("%v is taken for %v, check digits %v", want, got.format, got.checks)
		}
	}
}
