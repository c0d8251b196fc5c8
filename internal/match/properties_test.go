package match_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bonafide/internal/match"
)

type failer interface {
	Fatalf(format string, args ...any)
}

// property checks what holds of every comparison of two strings.
func property(t failer, name, a, b string, compare func(a, b string) match.Result) {
	begin := time.Now()
	r, back := compare(a, b), compare(b, a)
	if took := time.Since(begin); took > 2*time.Second {
		t.Fatalf("%s: %v", name, took)
	}
	if r.Verdict != back.Verdict || r.Score != back.Score {
		t.Fatalf("%s(%q, %q): %s %v, and back %s %v", name, a, b, r.Verdict, r.Score, back.Verdict, back.Score)
	}
	if r.Score < 0 || r.Score > 1 {
		t.Fatalf("%s(%q, %q): score %v", name, a, b, r.Score)
	}
	if r.Verdict != match.Same && len(r.Differences) == 0 {
		t.Fatalf("%s(%q, %q): mute", name, a, b)
	}
	if self := compare(a, a); self.Verdict == match.Fixable || self.Verdict == match.Same && len(self.Differences) > 0 {
		t.Fatalf("%s(%q) with itself: %+v", name, a, self)
	}
}

// comparers are the comparisons of strings with what Rebuild promises of each: equality of the canonical forms.
func comparers() map[string]struct {
	compare   func(a, b string) match.Result
	canonical func(string) string
} {
	p := match.DefaultPolicy()
	return map[string]struct {
		compare   func(a, b string) match.Result
		canonical func(string) string
	}{
		"Text":   {func(a, b string) match.Result { return match.Text(a, b, p) }, match.CanonicalText},
		"Number": {func(a, b string) match.Result { return match.Number(a, b, p) }, match.CanonicalText},
		"Date":   {match.Date, func(s string) string { return s }},
		"State":  {match.State, func(s string) string { return strings.ToUpper(strings.Trim(s, "< ")) }},
	}
}

func rebuilds(t failer, a, b string) {
	for name, c := range comparers() {
		property(t, name, a, b, c.compare)
		r := c.compare(a, b)
		got := match.Rebuild(a, r.Differences)
		if name == "Date" && len(got) == len(b) && len(a) == len(b) {
			for i := range got { // what one side does not know
				if b[i] == 'X' || a[i] == 'X' {
					got = got[:i] + b[i:i+1] + got[i+1:]
				}
			}
		}
		if x, y := c.canonical(got), c.canonical(b); x != y {
			t.Fatalf("%s(%q, %q): %+v rebuild %q: %q, not %q", name, a, b, r.Differences, got, x, y)
		}
	}
}

func rebuildsNames(t failer, a, b match.Name) {
	p := match.DefaultPolicy()
	r, back := match.Names(a, b, p), match.Names(b, a, p)
	if r.Verdict != back.Verdict || r.Score != back.Score {
		t.Fatalf("%+v, %+v: %s %v, and back %s %v", a, b, r.Verdict, r.Score, back.Verdict, back.Score)
	}
	if r.Verdict != match.Same && len(r.Differences) == 0 || r.Score < 0 || r.Score > 1 {
		t.Fatalf("%+v, %+v: %+v", a, b, r)
	}
	if self := match.Names(a, a, p); self.Verdict == match.Fixable || self.Verdict == match.Same && len(self.Differences) > 0 {
		t.Fatalf("%+v with itself: %+v", a, self)
	}
	got := match.RebuildName(a, r.Differences)
	if x, y := match.CanonicalName(got), match.CanonicalName(b); !slices.Equal(x, y) {
		t.Fatalf("%+v, %+v: %+v rebuild %+v: %q, not %q", a, b, r.Differences, got, x, y)
	}
}

// TestRebuildsB draws values that are near each other, by the errors people make, and values that have nothing in common.
func TestRebuildsB(t *testing.T) {
	t.Parallel()
	words := rapid.SampledFrom([]string{
		"Anna", "ANNA", "Maria", "Mario", "Müller", "MUELLER", "Muller", "O'Connor", "OCONNOR", "d’Arcy", "Jean-Pierre", "JEANPIERRE", "van", "der", "Berg",
		"Vandenberg", "José", "JOSE", "Щербаков", "SHCHERBAKOV", "Юрий", "IURII", "Yury", "Παπαδόπουλος", "PAPADOPOULOS", "محمد", "Mohammed", "عبد", "الله",
		"Abdullah", "李伟", "Li", "Wei", "김정은", "Kim", "Jong", "Un", "やまだ", "YAMADA", "Nguyễn", "NGUYEN", "Núñez", "NUNXXEZ", "A.", "J", "Smith,", "Jr", "III",
		"bin", "Corne1ia", "COMELIA", "Аnnа", "ＡＮＮＡ", "Mu\u0308ller", "नरेन्द्र", "مُحَمَّد", "Ðorđe", "ß", "Ćwierczakiewicz-Brzęczyszczykiewicz", "1234", "12O4", "l234",
		"1974-08-12", "1974-12-08", "1974-08-13", "DEU", "D", "Germany", "Deutschland",
	})
	spaces := rapid.SampledFrom([]string{" ", " ", " ", "-", "  ", ", ", " - ", "<<", "<", ".", "' "})
	text := rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for i := range rapid.IntRange(1, 5).Draw(t, "words") {
			if i > 0 {
				b.WriteString(spaces.Draw(t, "space"))
			}
			b.WriteString(words.Draw(t, "word"))
		}
		return b.String()
	})
	edited := func(t *rapid.T, s string) string {
		rs := []rune(s)
		for range rapid.IntRange(0, 4).Draw(t, "edits") {
			i := rapid.IntRange(0, len(rs)).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "edit") {
			case 0:
				rs = slices.Insert(rs, i, rapid.SampledFrom([]rune("aeiouAEst 0O1Il'-.\u0301éшяγ한王")).Draw(t, "rune"))
			case 1:
				if i < len(rs) {
					rs = slices.Delete(rs, i, i+1)
				}
			case 2:
				if i+1 < len(rs) {
					rs[i], rs[i+1] = rs[i+1], rs[i]
				}
			default:
				rs = []rune(strings.ToUpper(string(rs)))
			}
		}
		return string(rs)
	}
	rapid.Check(t, func(t *rapid.T) {
		a := text.Draw(t, "a")
		b := text.Draw(t, "b")
		if rapid.Bool().Draw(t, "near") {
			b = edited(t, a)
		}
		rebuilds(t, a, b)
		c := text.Draw(t, "c")
		cut := rapid.Bool().Draw(t, "cut")
		rebuildsNames(t, match.Name{Full: a}, match.Name{Full: b, Truncated: cut})
		rebuildsNames(t, match.Name{Surname: a, Given: c}, match.Name{Surname: b, Given: edited(t, c), Truncated: cut})
		rebuildsNames(t, match.Name{Surname: a, Given: c}, match.Name{Surname: c, Given: b})
		rebuildsNames(t, match.Name{Surname: a, Given: c}, match.Name{Full: c + " " + b})
		rebuildsNames(t, match.Name{Full: c + " " + b}, match.Name{Surname: a, Given: c, Truncated: cut})
	})
}

// FuzzCompare: the properties hold of any bytes.
func FuzzCompare(f *testing.F) {
	f.Add("Smith, John", "JOHN<SMITH", false)
	f.Add("Abd al-Rahman O'Neill", "Abdulrahman ONeill", true)
	f.Add("Щербаков Юрий", "SHCHERBAKOV<<IURII", false)
	f.Add("Mu\u0308ller", "MUELLER", true)
	f.Add("a\xff\u0300'-'", "习近平 محمّد", false)
	f.Add("이순신 ゃーっ", "Lee Sun-sin tya", false)
	f.Add("1974-08-12", "1974-12-XX", false)
	f.Add("L898902C3", "L8989O2C3", false)
	f.Add("Cote d'Ivoire", "CIV", false)
	f.Fuzz(func(t *testing.T, x, y string, cut bool) {
		if len(x)+len(y) > 500 {
			return
		}
		rebuilds(t, x, y)
		rebuildsNames(t, match.Name{Full: x}, match.Name{Full: y, Truncated: cut})
		rebuildsNames(t, match.Name{Surname: x, Given: y}, match.Name{Full: y + " " + x})
		rebuildsNames(t, match.Name{Surname: x, Given: y}, match.Name{Surname: y, Given: x, Truncated: cut})
	})
}
