package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/kyc"
)

// parsed is the shipped policy with more at its end.
func parsed(t testing.TB, more string) Policy {
	t.Helper()
	p, err := Parse([]byte(string(standard) + "\n" + more))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// found writes findings as code(field) of a service.
func found(fs []kyc.Finding) string {
	out := []string{}
	for _, f := range fs {
		s := strings.TrimPrefix(string(f.Code), "eligibility.")
		if f.Field != "" {
			s += "(" + string(f.Field) + ")"
		}
		if f.Service != "" {
			s += " of " + f.Service
		}
		if !f.From.IsZero() {
			s += " from " + f.From.Format("2006-01-02")
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func adult() Facts {
	return Facts{Today: day("2026-11-22"), Birth: day("1990-01-01"), BirthRead: true, Residence: "DE", Issuer: "DE", Nationality: "DE", Network: "DE", Kind: "passport", Expires: day("2030-01-01")}
}

// TestThreeRegions: each list concerns its own region and no other, and what is
// not known decides nothing.
func TestThreeRegions(t *testing.T) {
	t.Parallel()
	rules := Eligibility{
		AllowedRegions: []string{"DE", "AT"}, AllowedIssuers: []string{"DE", "FR"}, AllowedNetworks: []string{"DE", "NL"},
		RestrictedRegions: []string{"KP"}, RestrictedIssuers: []string{"SY"}, RestrictedNetworks: []string{"US"},
	}
	for name, c := range map[string]struct {
		facts Facts
		want  string
	}{
		"all allowed":         {Facts{Residence: "AT", Issuer: "FR", Network: "NL"}, ""},
		"nothing known":       {Facts{}, ""},
		"lives elsewhere":     {Facts{Residence: "FR", Issuer: "FR", Network: "NL"}, "region_restricted(residence)"},
		"a document of SY":    {Facts{Residence: "AT", Issuer: "SY", Network: "NL"}, "region_restricted(issuing_state)"},
		"connects from US":    {Facts{Residence: "AT", Issuer: "FR", Network: "US"}, "region_restricted(network_region)"},
		"an unknown network":  {Facts{Residence: "AT", Issuer: "FR"}, ""},
		"an unknown issuer":   {Facts{Residence: "AT", Network: "DE"}, ""},
		"all three elsewhere": {Facts{Residence: "BR", Issuer: "BR", Network: "BR"}, "region_restricted(residence), region_restricted(issuing_state), region_restricted(network_region)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := found(rules.Judge(c.facts)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestServices: what a service asks for concerns that service alone, unless
// nothing at all is left.
func TestServices(t *testing.T) {
	t.Parallel()
	const two = "services:\n  browse: {needs: []}\n  trade: {minimum_age: 21, restricted_networks: [US]}\n"
	const strict = "services:\n  lend: {minimum_age: 25}\n  trade: {minimum_age: 21, restricted_networks: [US]}\n"
	with := func(change func(*Facts)) Facts { f := adult(); change(&f); return f }
	at20 := func(f *Facts) { f.Birth = day("2006-03-01") }
	for name, c := range map[string]struct {
		policy string
		facts  Facts
		want   string // of the case
		closed string // of services: name=reasons
	}{
		"all is open":                   {two, adult(), "", "browse=; trade="},
		"too young for one":             {two, with(at20), "service_unavailable of trade from 2027-03-01", "browse=; trade=under_age(birth_date) of trade from 2027-03-01"},
		"from a network for one":        {two, with(func(f *Facts) { f.Network = "US" }), "service_unavailable of trade", "browse=; trade=region_restricted(network_region) of trade"},
		"too young and from there":      {two, with(func(f *Facts) { at20(f); f.Network = "US" }), "service_unavailable of trade", "browse=; trade=under_age(birth_date) of trade from 2027-03-01, region_restricted(network_region) of trade"},
		"too young for everything":      {two, with(func(f *Facts) { f.Birth = day("2010-03-01") }), "under_age(birth_date) from 2028-03-01, service_unavailable of trade from 2031-03-01", "browse=; trade=under_age(birth_date) of trade from 2031-03-01"},
		"nothing is left: the earliest": {strict, with(at20), "under_age(birth_date) from 2027-03-01", "lend=under_age(birth_date) of lend from 2031-03-01; trade=under_age(birth_date) of trade from 2027-03-01"},
		"nothing is left but a day unknown": {
			strict, with(func(f *Facts) { f.Birth, f.BirthLatest = day("2005-01-01"), day("2005-12-31") }),
			"service_unavailable of lend from 2030-01-01, age_unknown(birth_date)", "lend=under_age(birth_date) of lend from 2030-01-01; trade=age_unknown(birth_date) of trade",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := parsed(t, c.policy).Judge(c.facts)
			if got := found(o.Findings); got != c.want {
				t.Errorf("the case has %q, want %q", got, c.want)
			}
			var closed []string
			for _, s := range o.Services {
				closed = append(closed, s.Name+"="+found(s.Closed))
			}
			if got := strings.Join(closed, "; "); got != c.closed {
				t.Errorf("services %q, want %q", got, c.closed)
			}
		})
	}
	p := parsed(t, two)
	if n := p.Services["browse"].Needs; n == nil || len(n) != 0 {
		t.Errorf("browse needs %v", n)
	}
	if n := p.Services["trade"].Needs; !slices.Equal(n, p.Items) {
		t.Errorf("what is not said is asked in full; trade needs %v", n)
	}
}

// TestRules: each condition over each state of knowledge.
func TestRules(t *testing.T) {
	t.Parallel()
	with := func(change func(*Facts)) Facts { f := adult(); change(&f); return f }
	unknown := Facts{Today: day("2026-11-22")}
	for name, c := range map[string]struct {
		when  string
		facts Facts
		want  bool
	}{
		"residence":                     {"applicant.residence == 'DE'", adult(), true},
		"another residence":             {"applicant.residence == 'AT'", adult(), false},
		"residence, unknown":            {"applicant.residence != 'DE'", unknown, false},
		"residence, unknown, is known":  {"!applicant.residence.known", unknown, true},
		"nationality unlike the issuer": {"applicant.nationality != document.issuer", with(func(f *Facts) { f.Nationality = "FR" }), true},
		"kind":                          {"document.kind in ['visa', 'residence_permit']", with(func(f *Facts) { f.Kind = "visa" }), true},
		"network":                       {"network.region != applicant.residence", with(func(f *Facts) { f.Network = "US" }), true},
		"network, unknown":              {"network.region != applicant.residence", with(func(f *Facts) { f.Network = "" }), false},
		"network must be known":         {"!network.region.known", with(func(f *Facts) { f.Network = "" }), true},
		"age":                           {"age >= 36", adult(), true},
		"age, to the day":               {"age >= 37", adult(), false},
		"age of half a date":            {"age < 200", with(func(f *Facts) { f.Birth, f.BirthLatest = day("1990-01-01"), day("1990-12-31") }), false},
		"age of half a date, all one":   {"age == 36", with(func(f *Facts) { f.Birth, f.BirthLatest = day("1990-01-01"), day("1990-01-31") }), true},
		"runs out soon":                 {"document.expires < today + duration('720h')", with(func(f *Facts) { f.Expires = day("2026-12-01") }), true},
		"runs out later":                {"document.expires < today + duration('720h')", adult(), false},
		"has run out":                   {"document.expired", with(func(f *Facts) { f.Expires = day("2026-11-21") }), true},
		"runs out today":                {"document.expired", with(func(f *Facts) { f.Expires = day("2026-11-22") }), false},
		"expiry unknown":                {"document.expired || !document.expired", unknown, false},
		"one known truth is enough":     {"age > 1 || network.region == 'US'", with(func(f *Facts) { f.Network = "" }), true},
		"one known falsehood is enough": {"!(age < 1 && network.region == 'US')", with(func(f *Facts) { f.Network = "" }), true},
		"always":                        {"true", unknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parsed(t, fmt.Sprintf("rules:\n  - {id: mine, finding: eligibility.not_permitted, when: %q}\n", c.when))
			got := slices.DeleteFunc(p.Judge(c.facts).Findings, func(f kyc.Finding) bool { return f.Code != kyc.NotPermitted && f.Code != kyc.OurFault })
			if (len(got) == 1) != c.want || len(got) == 1 && (got[0].Code != kyc.NotPermitted || got[0].Measure != "rule:mine") {
				t.Errorf("got %+v, want %v", got, c.want)
			}
		})
	}
}

// TestRulesOfServices: a rule that reads the service concerns that one alone.
func TestRulesOfServices(t *testing.T) {
	t.Parallel()
	p := parsed(t, `services:
  browse: {needs: []}
  trade: {}
rules:
  - {id: expiring, finding: eligibility.not_permitted, when: service == 'trade' && document.kind == 'visa'}
  - {id: far, finding: eligibility.region_restricted, field: network_region, when: network.region != applicant.residence}
  - {id: odd, finding: eligibility.rule_review, when: document.issuer == 'FR'}
`)
	f := adult()
	f.Kind, f.Network, f.Issuer = "visa", "US", "FR"
	o := p.Judge(f)
	if got, want := found(o.Findings), "region_restricted(network_region), rule_review, service_unavailable of trade"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := found(o.Services[1].Closed); got != "not_permitted of trade" || len(o.Services[0].Closed) != 0 {
		t.Errorf("services: %q, %q", found(o.Services[0].Closed), got)
	}
	if !slices.Contains(p.RequiredDetails(), kyc.Residence) {
		t.Error("a rule reads the residence, and nobody asks for it")
	}
	if slices.Contains(parsed(t, "").RequiredDetails(), kyc.Residence) {
		t.Error("the residence is asked for and nothing reads it")
	}
}

// TestARuleThatFailsIsOurFault: nobody is refused, and nobody let in, by it.
func TestARuleThatFailsIsOurFault(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]Policy{
		"a division by nought":   parsed(t, "rules: [{id: a, finding: eligibility.not_permitted, when: 1 / (age - 36) > 0}]"),
		"not read from a policy": {Rules: []Rule{{ID: "a", When: "true", Finding: kyc.NotPermitted}}},
	} {
		if got := p.Judge(adult()).Findings; len(got) != 1 || got[0].Code != kyc.OurFault || got[0].Measure != "rule:a" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAcceptedByIssuer(t *testing.T) {
	t.Parallel()
	d := Documents{Accepted: []string{"passport", "id_card"}, AcceptedByIssuer: map[string][]string{"US": {"passport"}}}
	if got := d.From("US"); !slices.Equal(got, []string{"passport"}) {
		t.Errorf("of the US: %v", got)
	}
	for _, issuer := range []string{"DE", ""} {
		if got := d.From(issuer); !slices.Equal(got, d.Accepted) {
			t.Errorf("of %q: %v", issuer, got)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	p := parsed(b, `services:
  browse: {needs: []}
  trade: {minimum_age: 21}
rules:
  - {id: soon, finding: eligibility.not_permitted, when: service == 'trade' && document.expires < today + duration('720h')}
  - {id: odd, finding: eligibility.rule_review, when: "document.issuer in ['FR', 'IT'] && applicant.residence != document.issuer"}
`)
	f := adult()
	for b.Loop() {
		p.Judge(f)
	}
}
