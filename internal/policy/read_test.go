package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

// changed is the shipped policy with something changed, or added at its end.
func changed(t *testing.T, old, with string) string {
	t.Helper()
	text := string(standard)
	if old == "" {
		return text + "\n" + with
	}
	if !strings.Contains(text, old) {
		t.Fatalf("the shipped policy has no %q any more", old)
	}
	return strings.Replace(text, old, with, 1)
}

// lineOf is the line on which a text begins, from 1.
func lineOf(text, part string) int {
	before, _, _ := strings.Cut(text, part)
	return strings.Count(before, "\n") + 1
}

// TestWhatIsWrongIsToldWithItsLine is the table of everything that can be wrong.
func TestWhatIsWrongIsToldWithItsLine(t *testing.T) {
	t.Parallel()
	rule := func(when string) string {
		return "rules:\n  - id: mine\n    finding: eligibility.not_permitted\n    when: " + when + "\n"
	}
	for name, c := range map[string]struct {
		old, with string // "" adds at the end
		at        string // text on whose line the problem is
		key       string
		says      string
	}{
		"an unknown key":                  {"minimum_age: 18", "minimum_agee: 18", "minimum_agee", "eligibility.minimum_agee", `is minimum_age meant?`},
		"an unknown key, unlike any":      {"minimum_age: 18", "xyzzy_plugh: 18", "xyzzy_plugh", "eligibility.xyzzy_plugh", `there is no key "xyzzy_plugh"`},
		"a key in the wrong section":      {"limit: 5", "minimum_age: 5", "minimum_age: 5", "attempts.minimum_age", "there is no key"},
		"a text for a number":             {"minimum_age: 18", "minimum_age: adult", "minimum_age: adult", "eligibility.minimum_age", `"adult" is not a whole number`},
		"a number for a duration":         {"case_expires_after: 168h", "case_expires_after: 7 days", "case_expires_after", "case_expires_after", "not a time such as"},
		"a text for a list":               {"restricted_regions: []", "restricted_regions: KP", "restricted_regions: KP", "eligibility.restricted_regions", `"KP" is not a list`},
		"a list for a section":            {"details:", "services: []\ndetails:", "services: []", "services", "not a section"},
		"a region of the tongue":          {"restricted_regions: []", "restricted_regions:\n    - DE\n    - UK", "- UK", "eligibility.restricted_regions[1]", "GB"},
		"a region that is not":            {"restricted_issuers: []", "restricted_issuers: [XX]", "[XX]", "eligibility.restricted_issuers[0]", `"XX" is not an ISO`},
		"allowed and restricted":          {"restricted_regions: []", "restricted_regions: [AT]\n  allowed_regions: [AT]", "restricted_regions: [AT]", "eligibility.restricted_regions[0]", "which of the two"},
		"a network that is not":           {"restricted_issuers: []", "restricted_issuers: []\n  restricted_networks: [Tor]", "restricted_networks", "eligibility.restricted_networks[0]", `"Tor"`},
		"documents of no issuer":          {"accept_expired: false", "accept_expired: false\n  accepted_by_issuer: {DEU: [passport]}", "accepted_by_issuer", "documents.accepted_by_issuer.DEU", `"DEU"`},
		"no documents of an issuer":       {"accept_expired: false", "accept_expired: false\n  accepted_by_issuer: {DE: []}", "accepted_by_issuer", "documents.accepted_by_issuer.DE", "at least one"},
		"an unknown document of one":      {"accept_expired: false", "accept_expired: false\n  accepted_by_issuer: {DE: [badge]}", "accepted_by_issuer", "documents.accepted_by_issuer.DE[0]", `"badge"`},
		"attempts of an unknown item":     {"limit: 5", "limit: 5\n  per_item: {shoe: {limit: 1}}", "per_item", "attempts.per_item.shoe", `"shoe"`},
		"a negative limit of an item":     {"limit: 5", "limit: 5\n  per_item: {face: {limit: -1}}", "per_item", "attempts.per_item.face.limit", "negative"},
		"a name with blanks":              {"name: standard", "name: my policy", "name: my", "name", `"my policy"`},
		"a service with blanks":           {"", "services: {\"real trade\": {}}", "services:", "services.real trade", `"real trade"`},
		"a service that needs a shoe":     {"", "services:\n  trade:\n    needs: [face, shoe]", "needs:", "services.trade.needs[1]", `"shoe"`},
		"a service's unknown key":         {"", "services:\n  trade:\n    minimum_agee: 3", "minimum_agee: 3", "services.trade.minimum_agee", "is minimum_age meant?"},
		"a service's region":              {"", "services:\n  trade:\n    allowed_regions: [deutschland]", "allowed_regions", "services.trade.allowed_regions[0]", `"deutschland"`},
		"a rule: a misspelt fact":         {"", rule("applicant.residense == 'DE'"), "when:", "rules[0].when", "undeclared reference to 'applicant.residense'"},
		"a rule: another type":            {"", rule("age > 'old'"), "when:", "rules[0].when", "no matching overload"},
		"a rule: no end":                  {"", rule("age > "), "when:", "rules[0].when", "Syntax error"},
		"a rule: no truth":                {"", rule("age + 1"), "when:", "rules[0].when", "must be true or false"},
		"a rule: nothing":                 {"", rule("''"), "when:", "rules[0].when", "must not be empty"},
		"a rule: a loop":                  {"", rule(`"[1,2,3].all(x, x > age)"`), "when:", "rules[0].when", "undeclared reference"},
		"a rule: a country that is not":   {"", rule("applicant.residence in ['DE', 'UK']"), "when:", "rules[0].when", "GB"},
		"a rule: a document that is not":  {"", rule("document.kind != 'pasport'"), "when:", "rules[0].when", `"pasport"`},
		"a rule: the other way round":     {"", rule(`"'XX' == network.region"`), "when:", "rules[0].when", `"XX"`},
		"a rule: too long":                {"", rule("age > 1" + strings.Repeat(" && age > 1", 200)), "when:", "rules[0].when", "size exceeds limit"},
		"a rule: over lines":              {"", rule("|\n      age > 18 &&\n      document.kindd == 'visa'"), "document.kindd", "rules[0].when", "document.kindd"},
		"a rule: no name":                 {"", "rules:\n  - {finding: eligibility.not_permitted, when: age > 1}", "finding: eligibility.not_p", "rules[0].id", `""`},
		"a rule: a name twice":            {"", "rules:\n  - {id: a, finding: eligibility.not_permitted, when: age > 1}\n  - {id: a, finding: eligibility.rule_review, when: age > 1}", "finding: eligibility.rule_review", "rules[1].id", "another rule"},
		"a rule: a finding that is not":   {"", "rules:\n  - {id: a, finding: eligibility.nope, when: age > 1}", "eligibility.nope", "rules[0].finding", "not one of"},
		"a rule: a finding of the keys":   {"", "rules:\n  - {id: a, finding: eligibility.under_age, when: age < 18}", "eligibility.under_age", "rules[0].finding", "not one of"},
		"a rule: which region?":           {"", "rules:\n  - {id: a, finding: eligibility.region_restricted, when: age < 18}", "eligibility.region_restricted", "rules[0].field", "which region"},
		"a rule: a field for nothing":     {"", "rules:\n  - {id: a, finding: eligibility.not_permitted, field: residence, when: age < 18}", "field: residence", "rules[0].field", "only"},
		"a rule: of services without any": {"", rule("service == 'trade'"), "when:", "rules[0].when", "no services"},
		"a rule: a key that is not":       {"", "rules:\n  - {id: a, iff: age > 1}", "iff:", "rules[0].iff", `there is no key "iff"`},
		"no YAML":                         {"minimum_age: 18", "minimum_age: [", "minimum_age_by_region", "", "this is not YAML"},
		"the same key twice":              {"limit: 5", "limit: 5\n  limit: 6", "limit: 6", "attempts.limit", "already defined"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := changed(t, c.old, c.with)
			p, err := Parse([]byte(text))
			wrong, ok := errors.AsType[*Error](err)
			if !ok || p.Name != "" {
				t.Fatalf("got %v", err)
			}
			want := lineOf(text, c.at)
			for _, x := range wrong.Problems {
				near := x.Line == want || c.key == "" && x.Line > 0 // where YAML breaks off is the library's to say
				if near && x.Key == c.key && strings.Contains(x.Reason, c.says) {
					return
				}
			}
			t.Errorf("want line %d, %s, with %q; got\n%v", want, c.key, c.says, err)
		})
	}
}

// version is the shipped policy as another version.
func version(n int, from string) string {
	return strings.Replace(strings.Replace(string(standard), "version: 1", fmt.Sprintf("version: %d", n), 1), "2026-01-01", from, 1)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	one, two, three := version(1, "2026-01-01"), version(2, "2026-07-01"), version(5, "2027-01-01")
	files := func(texts ...string) (out []Source) {
		for k, text := range texts {
			out = append(out, Source{Name: fmt.Sprintf("%d.yaml", k), Text: []byte(text)})
		}
		return out
	}
	for name, sources := range map[string][]Source{
		"three files":       files(one, two, three),
		"in another order":  files(three, one, two),
		"one file of three": files(one + "\n---\n" + two + "\n---\n" + three),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Read(sources...)
			if err != nil {
				t.Fatal(err)
			}
			for at, want := range map[string]int{
				"2025-12-31T23:59:59Z": 0, "2026-01-01T00:00:00Z": 1, "2026-06-30T23:59:59Z": 1, "2026-07-01T00:00:00Z": 2,
				"2026-07-01T01:00:00+02:00": 1, // days begin at midnight UTC
				"2026-12-31T23:59:59Z":      2, "2027-01-01T00:00:00Z": 5, "2099-01-01T00:00:00Z": 5,
			} {
				when, err := time.Parse(time.RFC3339, at)
				if err != nil {
					t.Fatal(err)
				}
				p, ok := s.At(when)
				if ok != (want > 0) || p.Version != want {
					t.Errorf("at %s version %d, %v; want %d", at, p.Version, ok, want)
				}
			}
			if s.Newest().Version != 5 || len(s.All()) != 3 {
				t.Errorf("newest %d of %d", s.Newest().Version, len(s.All()))
			}
			if n, ok := s.Next(day("2026-03-01").Time); !ok || n.Version != 2 {
				t.Errorf("next is %d, %v", n.Version, ok)
			}
			if _, ok := s.Next(day("2027-01-01").Time); ok {
				t.Error("something comes after the last")
			}
		})
	}
	for name, c := range map[string]struct {
		sources []Source
		file    string
		key     string
		says    string
	}{
		"the same day twice":     {files(one, version(2, "2026-01-01")), "1.yaml", "effective_from", "standard@1 is in force from 2026-01-01 too (0.yaml, line "},
		"versions fall":          {files(version(3, "2026-01-01"), two), "1.yaml", "version", "versions must rise"},
		"a version twice":        {files(one, version(1, "2026-07-01")), "1.yaml", "version", "versions must rise"},
		"two policies":           {files(one, strings.Replace(two, "name: standard", "name: other", 1)), "1.yaml", "name", "another policy"},
		"in one file":            {files(one + "\n---\n" + version(2, "2026-01-01")), "0.yaml", "effective_from", "which one holds"},
		"one of them is wrong":   {files(one, strings.Replace(two, "minimum_age: 18", "minimum_age: -1", 1)), "1.yaml", "eligibility.minimum_age", "between 0 and 120"},
		"the second of one file": {files(one + "\n---\n" + strings.Replace(two, "minimum_age: 18", "minimum_age: -1", 1)), "0.yaml", "eligibility.minimum_age", "between 0 and 120"},
		"nothing":                {nil, "", "", "there is no policy"},
		"an empty file":          {files(""), "0.yaml", "", "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Read(c.sources...)
			wrong, ok := errors.AsType[*Error](err)
			if !ok || s != nil {
				t.Fatalf("got %v", err)
			}
			p := wrong.Problems[0]
			if p.File != c.file || p.Key != c.key || !strings.Contains(p.Reason, c.says) {
				t.Errorf("got %+v", p)
			}
			if c.key == "" {
				return
			}
			var text string
			for _, x := range c.sources {
				if x.Name == c.file {
					text = string(x.Text)
				}
			}
			last := c.key[strings.LastIndex(c.key, ".")+1:] + ":"
			if line := strings.Split(text, "\n")[p.Line-1]; !strings.HasPrefix(strings.TrimSpace(line), last) {
				t.Errorf("line %d is %q", p.Line, line)
			}
		})
	}
}

func TestLimitsOfItems(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte(changed(t, "limit: 5", "limit: 5\n  per_item:\n    face: {limit: 8, pauses: [1m]}\n    details: {}")))
	if err != nil {
		t.Fatal(err)
	}
	l := p.Limits()
	if f := l.Items[kyc.Face]; l.Attempts != 5 || f.Attempts != 8 || !slices.Equal(f.Pauses, []time.Duration{0, time.Minute}) {
		t.Errorf("got %+v", l)
	}
	for item, want := range map[kyc.Item]int{kyc.Face: 8, kyc.Details: 0, kyc.DocumentFront: 5} {
		if got := l.AttemptsFor(item); got != want {
			t.Errorf("%s has %d attempts, want %d", item, got, want)
		}
	}
	if d, ok := l.Items[kyc.Details]; !ok || d.Attempts != 0 || d.Pauses != nil {
		t.Errorf("details have %+v", d)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	after := changed(t, "minimum_age: 18", "minimum_age: 21")
	for old, with := range map[string]string{
		"version: 1":                             "version: 2",
		"2026-01-01":                             "2027-01-01",
		"minimum_age_by_region: {}":              "minimum_age_by_region: {AT: 19}",
		"restricted_regions: []":                 "restricted_regions: [KP, IR]",
		"accepted: [passport, id_card, ":         "accepted: [visa, id_card, ",
		"pauses: [0s, 0s, 5m, 15m]":              "pauses: [0s, 1m, 5m, 15m]",
		"match: 0.56":                            "match: 0.6",
		"items: [document_front, details, face]": "items: [face, document_front, details]",
	} {
		if !strings.Contains(after, old) {
			t.Fatalf("the shipped policy has no %q any more", old)
		}
		after = strings.Replace(after, old, with, 1)
	}
	after += "\nservices:\n  browse: {needs: []}\n  trade: {minimum_age: 25}\nrules:\n  - {id: visa, finding: eligibility.rule_review, when: document.kind == 'visa'}\n"
	a, err := Parse(standard)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse([]byte(after))
	if err != nil {
		t.Fatal(err)
	}
	tell := func(x, y Policy) []string {
		changes, err := Diff(x, y)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range changes {
			out = append(out, fmt.Sprintf("%s | %v | %v | +%v | -%v", c.Key, c.Old, c.New, c.Added, c.Removed))
		}
		return out
	}
	golden := []string{
		"attempts.pauses[1] | 0s | 1m0s | +[] | -[]",
		"documents.accepted | <nil> | <nil> | +[visa] | -[passport]",
		"effective_from | 2026-01-01 | 2027-01-01 | +[] | -[]",
		"eligibility.minimum_age | 18 | 21 | +[] | -[]",
		"eligibility.minimum_age_by_region.AT | <nil> | 19 | +[] | -[]",
		"eligibility.restricted_regions | <nil> | <nil> | +[IR KP] | -[]",
		"rules | <nil> | <nil> | +[visa] | -[]",
		"rules.visa.finding | <nil> | eligibility.rule_review | +[] | -[]",
		"rules.visa.when | <nil> | document.kind == 'visa' | +[] | -[]",
		"services | <nil> | <nil> | +[browse trade] | -[]",
		"services.trade.minimum_age | <nil> | 25 | +[] | -[]",
		"services.trade.needs | <nil> | <nil> | +[details document_front face] | -[]",
		"thresholds.face.match | 0.56 | 0.6 | +[] | -[]",
		"version | 1 | 2 | +[] | -[]",
	}
	if got := tell(a, b); !slices.Equal(got, golden) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if got := tell(a, a); got != nil {
		t.Errorf("a policy differs from itself: %v", got)
	}
	if back := tell(b, a); len(back) != len(golden) || !slices.Contains(back, "eligibility.restricted_regions | <nil> | <nil> | +[] | -[IR KP]") {
		t.Errorf("the other way round: %v", back)
	}
}

// FuzzRead: whatever comes in, nothing breaks, and every refusal says why.
func FuzzRead(f *testing.F) {
	f.Add([]byte(version(1, "2026-01-01") + "\n---\n" + version(2, "2027-01-01")))
	f.Add([]byte("rules: [{id: a, when: 'age > 3', finding: eligibility.not_permitted}]"))
	f.Add([]byte("services: {a: {needs: [face]}}"))
	f.Add([]byte("a: &x [*x]\n---\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Read(Source{Name: "f", Text: text})
		if wrong, ok := errors.AsType[*Error](err); err != nil && (!ok || len(wrong.Problems) == 0 || wrong.Problems[0].Reason == "") {
			t.Errorf("refused without a reason: %v", err)
		}
		if err == nil {
			if _, err := Diff(s.Newest(), s.All()[0]); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzWhen: no condition breaks anything, and none that is taken fails later.
func FuzzWhen(f *testing.F) {
	for _, w := range []string{"age > 18", "applicant.residence in ['DE']", "today > document.expires", "!network.region.known", "service == 'a' && age.known", "document.kind.matches('(a*)*b')", "1/0 == age", "[age][0] > 1", "'a'+'b' == service"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, when string) {
		env, err := conditions()
		if err != nil {
			t.Fatal(err)
		}
		d := document{keys: map[string]int{}}
		r := Rule{ID: "a", When: when, Finding: kyc.NotPermitted}
		if len(d.compileWhen(env, &r, "rules[0].when")) > 0 {
			return
		}
		for _, x := range []Facts{{}, {Today: day("2026-11-22"), Birth: day("1990-01-01"), Residence: "DE", Issuer: "DE", Nationality: "DE", Network: "DE", Kind: "passport", Expires: day("2027-01-01")}} {
			if got := r.judge(newActivation(x).in("trade")); len(got) > 1 {
				t.Errorf("%q finds %v", when, got)
			}
		}
	})
}
