package match_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bonafide/internal/match"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestNamesGolden checks every line of testdata/names.golden, both ways round. The first two columns are the names ("surname; given"
// or the whole name; … at the end marks a name that fills its field), the others what comes out.
func TestNamesGolden(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "names.golden")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, cases := strings.Split(strings.TrimRight(string(raw), "\n"), "\n"), 0
	for i, l := range lines {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		cells := strings.Split(l, "|")
		for k := range cells {
			cells[k] = strings.TrimSpace(cells[k])
		}
		if len(cells) < 2 {
			t.Fatalf("line %d has one column", i+1)
		}
		cases++
		a, b := name(cells[0]), name(cells[1])
		r := match.Names(a, b, match.DefaultPolicy())
		got := fmt.Sprintf("%s | %s | %s | %.2f | %s", cells[0], cells[1], r.Verdict, r.Score, differences(r))
		if back := match.Names(b, a, match.DefaultPolicy()); back.Verdict != r.Verdict || back.Score != r.Score {
			t.Errorf("line %d: the other way round %s %.2f, not %s %.2f", i+1, back.Verdict, back.Score, r.Verdict, r.Score)
		}
		if got = strings.TrimRight(got, " "); !*update && got != strings.Join(strings.Fields(strings.TrimRight(l, " ")), " ") {
			t.Errorf("line %d:\n got %s\nwant %s", i+1, got, l)
		}
		lines[i] = got
	}
	if cases < 60 {
		t.Errorf("%d cases", cases)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func name(s string) match.Name {
	var n match.Name
	s, n.Truncated = strings.CutSuffix(s, "…")
	if surname, given, ok := strings.Cut(s, ";"); ok {
		n.Surname, n.Given = strings.TrimSpace(surname), strings.TrimSpace(given)
		return n
	}
	n.Full = s
	return n
}

func differences(r match.Result) string {
	var out []string
	for _, d := range r.Differences {
		part := ""
		if d.Part != "" {
			part = d.Part + ":"
		}
		out = append(out, fmt.Sprintf("%s@%s%d %q→%q", d.Kind, part, d.At, d.A, d.B))
	}
	return strings.Join(out, ", ")
}

// TestPolicyIsData: the same pair, another policy, another verdict.
func TestPolicyIsData(t *testing.T) {
	t.Parallel()
	a, b := match.Name{Full: "Smith John"}, match.Name{Full: "John Smith"}
	p := match.DefaultPolicy()
	if r := match.Names(a, b, p); r.Verdict != match.Fixable {
		t.Errorf("default: %s", r.Verdict)
	}
	p.Allowed = append(p.Allowed, match.Order)
	if r := match.Names(a, b, p); r.Verdict != match.Same {
		t.Errorf("order allowed: %s", r.Verdict)
	}
	p.Allowed = nil
	if r := match.Names(match.Name{Full: "josé"}, match.Name{Full: "JOSE"}, p); r.Verdict != match.Fixable {
		t.Errorf("nothing allowed: %s", r.Verdict)
	}
}

// FuzzNames: no panic on any bytes, verdict and score symmetric, never a silent refusal, a value always the same as itself.
func FuzzNames(f *testing.F) {
	f.Add("Smith, John", "JOHN<SMITH", false)
	f.Add("Abd al-Rahman O'Neill", "Abdulrahman ONeill", true)
	f.Add("Щербаков Юрий", "SHCHERBAKOV<<IURII", false)
	f.Add("Mu\u0308ller", "MUELLER", true)
	f.Add("a\xff\u0300'-'", "习近平 محمّد", false)
	f.Fuzz(func(t *testing.T, x, y string, cut bool) {
		p := match.DefaultPolicy()
		for _, pair := range [][2]match.Name{
			{{Full: x}, {Full: y, Truncated: cut}},
			{{Surname: x, Given: y}, {Full: y + " " + x}},
			{{Surname: x, Given: y}, {Surname: y, Given: x, Truncated: cut}},
		} {
			a, b := pair[0], pair[1]
			r, back := match.Names(a, b, p), match.Names(b, a, p)
			if r.Verdict != back.Verdict || r.Score != back.Score {
				t.Fatalf("%s %v and back %s %v", r.Verdict, r.Score, back.Verdict, back.Score)
			}
			if r.Score < 0 || r.Score > 1 {
				t.Fatalf("score %v", r.Score)
			}
			if r.Verdict != match.Same && len(r.Differences) == 0 {
				t.Fatal("mute")
			}
		}
		if r := match.Names(match.Name{Full: x}, match.Name{Full: x}, p); r.Verdict == match.Fixable {
			t.Fatalf("a name against itself: %+v", r)
		}
		for _, compare := range []func(a, b string) match.Result{
			func(a, b string) match.Result { return match.Text(a, b, p) },
			func(a, b string) match.Result { return match.Number(a, b, p) },
			match.State, match.Date,
		} {
			r, back := compare(x, y), compare(y, x)
			if r.Verdict != back.Verdict || r.Score != back.Score || r.Verdict != match.Same && len(r.Differences) == 0 {
				t.Fatalf("%+v and back %+v", r, back)
			}
		}
	})
}

func BenchmarkNames(b *testing.B) {
	p := match.DefaultPolicy()
	for _, c := range [][2]string{
		{"Angela Merkel", "ANGELA MERKEL"},
		{"Friedrych Buchenberg", "Friedrich Buchenberg"},
		{"Jean-Pierre François d'Alembert Müller", "JEANPIERRE FRANCOIS DALEMBERT MUELLER"},
		{"Sergey Viktorovich Lavrov", "Сергей Викторович Лавров"},
		{"NOUREDDINE BEN MOHAMED BEN BELKASSEM AL-DRISSI", "NOUREDDINE BEN ALI BEN BELKASSEM AL-DRISSI"},
	} {
		b.Run(fmt.Sprintf("%dx%d", len(strings.Fields(c[0])), len(strings.Fields(c[1])))+"/"+strings.Fields(c[0])[0], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				match.Names(match.Name{Full: c[0]}, match.Name{Full: c[1]}, p)
			}
		})
	}
}
