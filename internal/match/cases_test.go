package match_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/match"
)

var update = flag.Bool("update", false, "rewrite the differences of testdata/cases.txt; verdicts are judged by hand")

// pairCase is one line of testdata/cases.txt.
type pairCase struct {
	line             int
	field, a, b      string
	verdict, changes string
	compare, back    func() match.Result
	rebuilds         func(match.Result) bool
}

// TestCases checks every line of testdata/cases.txt, both ways round; docs/comparison.md says how to read it.
func TestCases(t *testing.T) {
	t.Parallel()
	cases, told := readCases(t), map[match.Kind]int{}
	var lines []string
	raw, err := os.ReadFile(casesFile())
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	for _, c := range cases {
		r, back := c.compare(), c.back()
		for _, d := range r.Differences {
			told[d.Kind]++
		}
		if string(r.Verdict) != c.verdict {
			t.Errorf("line %d: %s | %s: %s, judged %s\n%s", c.line, c.a, c.b, r.Verdict, c.verdict, differences(r))
		}
		if back.Verdict != r.Verdict || back.Score != r.Score {
			t.Errorf("line %d: %s %v, the other way round %s %v", c.line, r.Verdict, r.Score, back.Verdict, back.Score)
		}
		if !c.rebuilds(r) {
			t.Errorf("line %d: %s does not rebuild %s", c.line, differences(r), c.b)
		}
		if got := differences(r); got != c.changes && !*update {
			t.Errorf("line %d: %s | %s\n got %s\nwant %s", c.line, c.a, c.b, got, c.changes)
		}
		lines[c.line-1] = strings.TrimRight(fmt.Sprintf("%s | %s | %s | %s", c.a, c.b, c.verdict, differences(r)), " |")
	}
	for _, k := range []match.Kind{
		match.ExtraSpace, match.MissingSpace, match.Case, match.Hyphen, match.Apostrophe, match.Diacritic, match.Transliteration, match.Order,
		match.Confusable, match.Truncated, match.MissingPart, match.ExtraPart, match.Initial, match.Spelling, match.Other, match.Transposed,
		match.Character, match.MissingCharacter, match.ExtraCharacter, match.DayMonth, match.Notation,
	} {
		if told[k] == 0 {
			t.Errorf("no case of %s", k)
		}
	}
	if len(cases) < 300 {
		t.Errorf("%d cases", len(cases))
	}
	if *update {
		if err := os.WriteFile(casesFile(), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func casesFile() string { return filepath.Join("testdata", "cases.txt") }

func readCases(t testing.TB) []pairCase {
	t.Helper()
	raw, err := os.ReadFile(casesFile())
	if err != nil {
		t.Fatal(err)
	}
	p := match.DefaultPolicy()
	var out []pairCase
	field := ""
	for i, l := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
		if title, ok := strings.CutPrefix(l, "## "); ok {
			field, _, _ = strings.Cut(title, ":")
			continue
		}
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		cells := append(strings.SplitN(l, "|", 4), "", "", "")
		for k := range cells {
			cells[k] = strings.TrimSpace(cells[k])
		}
		c := pairCase{line: i + 1, field: field, a: cells[0], b: cells[1], verdict: cells[2], changes: cells[3]}
		text := func(f func(a, b string) match.Result) {
			c.compare, c.back = func() match.Result { return f(c.a, c.b) }, func() match.Result { return f(c.b, c.a) }
			c.rebuilds = func(r match.Result) bool {
				got := match.Rebuild(c.a, r.Differences)
				return match.CanonicalText(got) == match.CanonicalText(c.b) || strings.Contains(c.a+c.b, "X")
			}
		}
		switch field {
		case "names":
			a, b := name(c.a), name(c.b)
			c.compare, c.back = func() match.Result { return match.Names(a, b, p) }, func() match.Result { return match.Names(b, a, p) }
			c.rebuilds = func(r match.Result) bool {
				return slices.Equal(match.CanonicalName(match.RebuildName(a, r.Differences)), match.CanonicalName(b))
			}
		case "number":
			text(func(a, b string) match.Result { return match.Number(a, b, p) })
		case "number with check digit":
			number, check, _ := strings.Cut(c.b, " check ")
			c.compare = func() match.Result { return match.NumberChecked(c.a, number, check[0], p) }
			c.back = func() match.Result { return match.NumberChecked(number, c.a, check[0], p) }
			c.rebuilds = func(r match.Result) bool {
				return match.CanonicalText(match.Rebuild(c.a, r.Differences)) == match.CanonicalText(number)
			}
		case "date":
			text(match.Date)
		case "state":
			text(match.State)
		case "text":
			text(func(a, b string) match.Result { return match.Text(a, b, p) })
		default:
			t.Fatalf("line %d: no field %q", i+1, field)
		}
		out = append(out, c)
	}
	return out
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

// differences writes kind, place (field:character) and what stands there on both sides.
func differences(r match.Result) string {
	var out []string
	for _, d := range r.Differences {
		part := ""
		if d.Part != "" {
			part = strings.TrimSuffix(d.Part, "_names") + ":"
		}
		out = append(out, fmt.Sprintf("%s@%s%d %q→%q", d.Kind, part, d.At, d.A, d.B))
	}
	if r.Confirmed != "" {
		out = append(out, "the check digit confirms "+string(r.Confirmed))
	}
	return strings.Join(out, ", ")
}
