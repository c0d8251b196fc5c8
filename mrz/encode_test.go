package mrz_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"bonafide/mrz"
)

// TestEncodeParse: what is encoded is parsed back, for random fields of every format.
func TestEncodeParse(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(9303, 3))
	for _, format := range mrz.Formats() {
		for n := range 2000 {
			f := randomFields(rnd, format)
			lines, err := mrz.Encode(format, f)
			if err != nil {
				t.Fatalf("%s: %v of %+v", format, err, f)
			}
			r, err := mrz.Parse(lines, at())
			if err != nil || !r.Valid || r.Format != format {
				t.Fatalf("%s %d: %v %v of %q", format, n, err, r.Errors, lines)
			}
			if r.NameTruncated() {
				r.Fields.Surname, r.Fields.GivenNames, f.Surname, f.GivenNames = "", "", "", ""
			}
			if r.Fields != f {
				t.Fatalf("%s: %q\n got %+v\nwant %+v", format, lines, r.Fields, f)
			}
		}
	}
}

func randomFields(rnd *rand.Rand, format mrz.Format) mrz.Fields {
	text := func(alphabet string, least, most int) string {
		b := make([]byte, least+rnd.IntN(most-least+1))
		for i := range b {
			b[i] = alphabet[rnd.IntN(len(alphabet))]
		}
		return string(b)
	}
	const letters, all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	words := func() string {
		w := make([]string, 1+rnd.IntN(3))
		for i := range w {
			w[i] = text(letters, 1, 9)
		}
		return strings.Join(w, " ")
	}
	date := func(from, years int) mrz.Date {
		d := mrz.Date{Year: from + rnd.IntN(years), Month: 1 + rnd.IntN(12), Day: 1 + rnd.IntN(28)}
		if rnd.IntN(8) == 0 {
			d.Day = 0
		}
		if d.Day == 0 && rnd.IntN(2) == 0 {
			d.Month = 0
		}
		return d
	}
	states := mrz.States()
	f := mrz.Fields{
		IssuingState: states[rnd.IntN(len(states))], DocumentNumber: text(all, 1, 9), Nationality: states[rnd.IntN(len(states))],
		BirthDate: date(1930, 90), Sex: text("MFX", 1, 1), ExpiryDate: date(1990, 50), Surname: words(), GivenNames: words(),
	}
	switch format {
	case mrz.TD1:
		f.DocumentCode, f.Optional2 = "I", text(all, 0, 11)
		f.DocumentNumber, f.Optional1 = text(all, 1, 15), text(all, 0, 7)
	case mrz.TD2:
		f.DocumentCode = "C"
		f.DocumentNumber = text(all, 1, 12)
		if len(f.DocumentNumber) < 10 {
			f.Optional1 = text(all, 0, 7)
		}
	case mrz.TD3:
		f.DocumentCode, f.PersonalNumber = "P", text(all, 0, 14)
	case mrz.MRVA, mrz.MRVB:
		f.DocumentCode, f.Optional1 = "V", text(all, 0, 8)
	case mrz.IDL:
		f = mrz.Fields{DocumentCode: "D1", IssuingState: f.IssuingState, Optional1: text(all, 0, 24)}
	case mrz.FRAID:
		f.DocumentCode, f.IssuingState, f.Nationality, f.ExpiryDate = "ID", "FRA", "", mrz.Date{}
		f.DocumentNumber, f.Optional1 = text(all, 12, 12), text(all, 6, 6)
	}
	return f
}

func TestEncodeNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, surname, given, want string
		format                     mrz.Format
	}{
		{"simple", "Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", mrz.TD3},
		{"one name only", "Arkfreith", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", mrz.TD3},
		{"apostrophe and hyphen", "O'Connor-Smith", "Enya Siobhan", "OCONNOR<SMITH<<ENYA<SIOBHAN<<<<<<<<<<<<", mrz.TD3},
		{"cut inside a given name", "Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", mrz.TD3},
		{"cut after a word", "Nilavadhanananda", "Chayapa Dejthamrongs Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", mrz.TD3},
		{"surname leaves one letter", "Papandropoulousabcdefghijklmn", "Jonathan", "PAPANDROPOULOUSABCDEFGHIJKL<<J", mrz.TD1},
		{"Cyrillic", "Щукин", "Юлия", "SHCHUKIN<<IULIIA<<<<<<<<<<<<<<", mrz.TD1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := mrz.Fields{DocumentCode: "P", IssuingState: "UTO", DocumentNumber: "1", Nationality: "UTO", Surname: c.surname, GivenNames: c.given}
			lines, err := mrz.Encode(c.format, f)
			if err != nil {
				t.Fatal(err)
			}
			if got := lines[0][5:]; c.format == mrz.TD3 && got != c.want || c.format == mrz.TD1 && lines[2] != c.want {
				t.Errorf("got %q", lines)
			}
		})
	}
}

func TestEncodeErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		format        mrz.Format
		fields        mrz.Fields
		field, reason string
	}{
		{"no such format", "TD9", mrz.Fields{}, "format", "format"},
		{"number too long for a passport", mrz.TD3, mrz.Fields{DocumentNumber: "1234567890"}, "document_number", "too_long"},
		{"digit in a state", mrz.TD3, mrz.Fields{IssuingState: "U2O"}, "issuing_state", "character"},
		{"no such day", mrz.TD3, mrz.Fields{BirthDate: mrz.Date{Year: 2023, Month: 2, Day: 30}}, "birth_date", "date"},
		{"name in letters the zone cannot write", mrz.TD3, mrz.Fields{Surname: "李"}, "surname", "character"},
		{"expiry on the French card", mrz.FRAID, mrz.Fields{ExpiryDate: mrz.Date{Year: 2030, Month: 1, Day: 1}}, "expiry_date", "format"},
		{"number and optional data together too long", mrz.TD2, mrz.Fields{DocumentNumber: "123456789012", Optional1: "ABCD"}, "optional1", "too_long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := mrz.Encode(c.format, c.fields)
			var e *mrz.EncodeError
			if !errors.As(err, &e) || e.Field != c.field || e.Reason != c.reason {
				t.Errorf("got %v", err)
			}
		})
	}
}

func Example() {
	r, err := mrz.Parse([]string{
		"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
		"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
	}, at())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Format, r.Valid, r.Fields.Surname, r.Fields.GivenNames, r.Fields.BirthDate)
	// Output: TD3 true ERIKSSON ANNA MARIA 1974-08-12
}

func ExampleEncode() {
	lines, err := mrz.Encode(mrz.TD1, mrz.Fields{
		DocumentCode: "I", IssuingState: "UTO", Nationality: "UTO", DocumentNumber: "D23145890734",
		BirthDate: mrz.Date{Year: 1934, Month: 7, Day: 12}, Sex: "M", ExpiryDate: mrz.Date{Year: 1995, Month: 7, Day: 12},
		Surname: "Stevenson", GivenNames: "Peter John",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Join(lines, "\n"))
	// Output:
	// I<UTOD23145890<7349<<<<<<<<<<<
	// 3407127M9507122UTO<<<<<<<<<<<2
	// STEVENSON<<PETER<JOHN<<<<<<<<<
}

func FuzzParse(f *testing.F) {
	f.Add("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
	f.Add("I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<")
	f.Add("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6")
	f.Add("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<")
	f.Fuzz(func(t *testing.T, s string) {
		lines := strings.Split(s, "\n")
		r, err := mrz.Parse(lines, at())
		if (err == nil) != (r.Format != "") {
			t.Fatalf("error %v and format %q", err, r.Format)
		}
		if r.Valid != (err == nil && len(r.Errors) == 0) {
			t.Fatal("valid and errors disagree")
		}
		for _, e := range append(r.Errors, r.Warnings...) {
			if err == nil && mrz.LayoutOf(r.Format).Class(e.Line, e.Column) == 0 {
				t.Fatalf("%+v lies outside", e)
			}
		}
		again, err2 := mrz.Parse(r.Lines, at())
		if (err2 == nil) != (err == nil) || again.Valid != r.Valid || again.Fields != r.Fields {
			t.Fatal("parsing what was parsed gives something else")
		}
		_ = mrz.Transliterate(s)
	})
}
