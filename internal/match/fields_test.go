package match_test

import (
	"strings"
	"testing"

	"bonafide/internal/match"
)

// TestLimits: what is too long or empty is answered without a closer look.
func TestLimits(t *testing.T) {
	t.Parallel()
	p, long := match.DefaultPolicy(), strings.Repeat("1", 600)
	for name, r := range map[string]match.Result{
		"number":          match.Number(long, "1", p),
		"text":            match.Text("1", long, p),
		"state":           match.State(long, "DEU"),
		"name":            match.Names(match.Name{Full: long}, match.Name{Surname: "A", Given: "B"}, p),
		"words":           match.Names(match.Name{Full: strings.Repeat("a ", 100)}, match.Name{Full: "A"}, p),
		"word":            match.Names(match.Name{Full: strings.Repeat("a", 100)}, match.Name{Full: "A"}, p),
		"nothing":         match.Number("", "", p),
		"nothing typed":   match.Number("", "123", p),
		"nothing read":    match.Number("123", "<<<", p),
		"no state":        match.State("", ""),
		"no name":         match.Names(match.Name{}, match.Name{}, p),
		"nothing of date": match.Date("", ""),
	} {
		if r.Verdict != match.Different || len(r.Differences) == 0 {
			t.Errorf("%s: %s %d", name, r.Verdict, len(r.Differences))
		}
	}
	if r := match.Number(long, long, p); r.Verdict != match.Same {
		t.Errorf("a long number and itself: %s", r.Verdict)
	}
}

// TestCorrectable: an offer at one tap is for the same value with an error, unless the zone says that we misread it.
func TestCorrectable(t *testing.T) {
	t.Parallel()
	p := match.DefaultPolicy()
	for _, c := range []struct {
		name string
		r    match.Result
		want bool
	}{
		{"order", match.Names(match.Name{Full: "Smith John"}, match.Name{Full: "John Smith"}, p), true},
		{"another name", match.Names(match.Name{Full: "Jane Smith"}, match.Name{Full: "John Smith"}, p), false},
		{"typed O for 0", match.NumberChecked("L8989O2C3", "L898902C3", '6', p), true},
		{"read 8 for 3", match.NumberChecked("L898902C3", "L898902C8", '6', p), false},
		{"day and month", match.Date("1974-12-08", "1974-08-12"), true},
		{"another date", match.Date("1974-12-08", "1981-08-12"), false},
	} {
		if got := c.r.Correctable(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
