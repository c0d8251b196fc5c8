package match_test

import (
	"strings"
	"testing"

	"bonafide/internal/match"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		verdict    match.Verdict
		kinds      string
	}{
		{"equal", "L898902C3", "L898902C3", match.Same, ""},
		{"small letters", "l898902c3", "L898902C3", match.Same, "case"},
		{"grouped", "L89 8902-C3", "L898902C3", match.Same, "extra_space extra_space"},
		{"hyphen for space", "L89-8902", "L89 8902", match.Same, "hyphen"},
		{"filler at the end", "59000002", "59000002<", match.Same, ""},
		{"O for 0", "L8989O2C3", "L898902C3", match.Fixable, "confusable"},
		{"I for 1, S for 5", "I234S5789", "123455789", match.Fixable, "confusable confusable"},
		{"one digit wrong", "123456780", "123456789", match.Fixable, "spelling"},
		{"two digits changed over", "123456798", "123456789", match.Fixable, "spelling"},
		{"one digit missing", "12345678", "123456789", match.Fixable, "spelling"},
		{"another number", "987654321", "123456789", match.Different, "spelling spelling"},
		{"short", "12", "34", match.Different, "spelling"},
		{"nothing typed", "", "123456789", match.Different, "missing_part"},
		{"nothing read", "123456789", "<<<", match.Different, "extra_part"},
		{"nothing at all", "", "", match.Different, "other"},
		{"far too long", strings.Repeat("1", 600), "1", match.Different, "other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := match.Number(c.a, c.b, match.DefaultPolicy())
			if r.Verdict != c.verdict || kinds(r) != c.kinds {
				t.Errorf("%s %q %+v", r.Verdict, kinds(r), r.Differences)
			}
		})
	}
}

func kinds(r match.Result) string {
	var out []string
	for _, d := range r.Differences {
		out = append(out, string(d.Kind))
	}
	return strings.Join(out, " ")
}

func TestText(t *testing.T) {
	t.Parallel()
	if r := match.Text("Zürich", "ZUERICH", match.DefaultPolicy()); r.Verdict != match.Same {
		t.Errorf("Zürich: %+v", r)
	}
	if r := match.Text("New York", "NEWYORK", match.DefaultPolicy()); r.Verdict != match.Fixable || kinds(r) != "extra_space case" {
		t.Errorf("New York: %+v", r)
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		verdict    match.Verdict
		kinds      string
	}{
		{"equal", "1974-08-12", "1974-08-12", match.Same, ""},
		{"day and month changed over", "1974-12-08", "1974-08-12", match.Fixable, "order"},
		{"a digit wrong", "1974-08-13", "1974-08-12", match.Fixable, "spelling"},
		{"digits changed over", "1947-08-12", "1974-08-12", match.Fixable, "spelling"},
		{"day unknown to the document", "1974-08-12", "1974-08-XX", match.Same, ""},
		{"month wrong, day unknown", "1974-07-12", "1974-08-XX", match.Fixable, "spelling"},
		{"another date", "1980-01-02", "1974-08-12", match.Different, "other"},
		{"nothing known", "1974-08-12", "XXXX-XX-XX", match.Different, "other"},
		{"no date", "1974-08-12", "12.8.1974", match.Different, "other"},
		{"no such day", "2023-02-29", "2023-02-28", match.Different, "other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := match.Date(c.a, c.b)
			if back := match.Date(c.b, c.a); back.Verdict != r.Verdict || back.Score != r.Score {
				t.Error("not symmetric")
			}
			if r.Verdict != c.verdict || kinds(r) != c.kinds {
				t.Errorf("%s %+v", r.Verdict, r.Differences)
			}
		})
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b    string
		verdict match.Verdict
	}{
		{"DEU", "D<<", match.Same}, {"fra", "FRA", match.Same}, {"FRA", "FRO", match.Different}, {"", "", match.Different}, {"GBR", "GBD", match.Different},
	} {
		if r := match.State(c.a, c.b); r.Verdict != c.verdict {
			t.Errorf("%s %s: %+v", c.a, c.b, r)
		}
	}
}
