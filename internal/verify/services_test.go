package verify

import (
	"slices"
	"strings"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// tiers is the test's policy with three services.
func tiers() policy.Policy {
	p := rules()
	p.Services = map[string]policy.Service{
		"browse": {Needs: []kyc.Item{}},
		"pay":    {Needs: []kyc.Item{kyc.DocumentFront}, Eligibility: policy.Eligibility{RestrictedNetworks: []string{"US"}}},
		"trade":  {Needs: []kyc.Item{kyc.DocumentFront, kyc.Details, kyc.Face}, Eligibility: policy.Eligibility{MinimumAge: 25}},
	}
	return p
}

// standing writes the services of a case as name=open or name=codes.
func (l *lab) standing(c kyc.Case) string {
	l.Helper()
	p := presenter(l.T, false)
	p.Policy, p.Now = l.Policy(), l.now()
	var out []string
	for _, s := range p.Case(c).Services {
		x := s.Service + "=open"
		if !s.Open {
			var why []string
			for _, r := range s.Reasons {
				why = append(why, strings.TrimPrefix(r.Code, "eligibility.")+"@"+r.Item)
				if r.Title == "" || r.Text == "" || r.Fix == "" || strings.Contains(r.Text, "{{") {
					l.Errorf("%s has no words: %+v", r.Code, r)
				}
			}
			x = s.Service + "=" + strings.Join(why, "+")
		}
		if s.EligibleFrom != nil {
			x += " from " + s.EligibleFrom.Format("2006-01-02")
		}
		out = append(out, x)
	}
	return strings.Join(out, " ")
}

// TestServicesOpenWithTheProof follows a case from its opening to the birthday
// that opens the last service.
func TestServicesOpenWithTheProof(t *testing.T) {
	t.Parallel()
	l := newLab(t, tiers(), nil)
	stands := func(c kyc.Case, want string) {
		t.Helper()
		if got := l.standing(c); got != want {
			t.Errorf("%s: %s\nwant %s", c.State, got, want)
		}
	}
	s := goodSide()
	s.Fields[kyc.BirthDate] = mrzValue("2001-12-24") // 24 years old, 25 in a month
	details := strings.Replace(typoDetails, "1990-05-17", "2001-12-24", 1)

	c := l.open(kyc.DocumentFront, kyc.Details, kyc.Face)
	stands(c, "browse=open pay=proof_needed@document_front trade=proof_needed@document_front+proof_needed@details+proof_needed@face")
	c = l.check(l.sent(details, s, goodPortrait(0.1)).ID)
	l.wants(c, kyc.ActionRequired, "details.name_mismatch@details", "details.number_mismatch@details", "eligibility.service_unavailable@eligibility")
	stands(c, "browse=open pay=open trade=proof_needed@details+under_age@eligibility from 2026-12-24")
	l.details(c.ID, `{"surname":"Kőszegi","document_number":"X73007509"}`)
	c = l.check(c.ID)
	l.wants(c, kyc.Approved, "eligibility.service_unavailable@eligibility")
	stands(c, "browse=open pay=open trade=under_age@eligibility from 2026-12-24")
	l.pass(32 * 24 * 60 * 60 * 1e9) // the birthday has been
	stands(l.read(c.ID), "browse=open pay=open trade=open")
}

// TestServicesStayClosedWhileAPersonLooks, and say no more than that.
func TestServicesStayClosedWhileAPersonLooks(t *testing.T) {
	t.Parallel()
	l := newLab(t, tiers(), nil)
	s := goodSide()
	s.CheckDigits["composite"] = false // a signal for the operator
	c := l.check(l.sent(rightDetails, s, goodPortrait(0.1)).ID)
	if got, want := l.standing(c), "browse=open pay=proof_needed@document_front trade=proof_needed@document_front"; c.State != kyc.InReview || got != want {
		t.Errorf("%s: %s, want %s", c.State, got, want)
	}
	c, err := l.Review(t.Context(), c.ID, "rev_1", kyc.Declined, []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.DocumentFront}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := l.standing(c), "browse=proof_needed@case pay=proof_needed@case trade=proof_needed@case"; got != want {
		t.Errorf("after a refusal for a signal: %s, want %s", got, want)
	}
}

// TestWhereAnApplicantConnectsFrom: told at the opening or on the way, the last
// one counts, and it is not the residence or the issuer.
func TestWhereAnApplicantConnectsFrom(t *testing.T) {
	t.Parallel()
	p := tiers()
	p.Eligibility.RestrictedNetworks = []string{"IR"}
	l := newLab(t, p, nil)
	told := func(c kyc.CaseID, region string) {
		t.Helper()
		if err := l.By("key_1").ConnectedFrom(t.Context(), c, region); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.CreateCase(t.Context(), NewCase{ExternalID: "x", NetworkRegion: "Iran"}); kyc.KindOf(err) != kyc.Invalid {
		t.Errorf("opened from Iran in words: %v", err)
	}
	c, err := l.CreateCase(t.Context(), NewCase{ExternalID: "account 1", Locale: "en", NetworkRegion: "US"})
	if err != nil || c.NetworkRegion != "US" {
		t.Fatal(err, c.NetworkRegion)
	}
	if got := l.standing(c); !strings.Contains(got, "pay=proof_needed@document_front+region_restricted@eligibility") {
		t.Errorf("from the US: %s", got)
	}
	told(c.ID, "") // unknown changes nothing
	told(c.ID, "XX")
	told(c.ID, "US")
	if got := l.read(c.ID).NetworkRegion; got != "US" {
		t.Errorf("connects from %q", got)
	}
	told(c.ID, "IR")
	l.front(c.ID, goodSide())
	l.details(c.ID, rightDetails)
	l.selfie(c.ID, goodPortrait(0.1))
	told(c.ID, "DE") // nothing can be sent any more
	c = l.check(c.ID)
	l.wants(c, kyc.Declined, "eligibility.region_restricted@eligibility")
	f := presenter(t, false).Case(c).Findings[0]
	if f.Field != "network_region" || !strings.Contains(f.Text, "the country you are connecting from") || !strings.Contains(f.Fix, "VPN") {
		t.Errorf("told %+v", f)
	}
	want := []string{"create", "connected", "submit", "submit", "submit", "checked"}
	if got := l.events(c.ID); !slices.Equal(got, want) {
		t.Errorf("the record says %v", got)
	}
}

// TestEachRegionHasItsWords.
func TestEachRegionHasItsWords(t *testing.T) {
	t.Parallel()
	for field, words := range map[kyc.Field]string{
		kyc.Residence: "where you live", kyc.IssuingState: "the country of your document", kyc.NetworkRegion: "the country you are connecting from",
	} {
		got := presenter(t, false).Findings([]kyc.Finding{{Code: kyc.RegionRestricted, Item: kyc.Eligibility, Field: field}})[0]
		if !strings.Contains(got.Text, words) {
			t.Errorf("%s: %s", field, got.Text)
		}
	}
}

// TestDocumentsByIssuer: what is taken depends on who issued it, and so does what
// the applicant is told.
func TestDocumentsByIssuer(t *testing.T) {
	t.Parallel()
	p := rules()
	p.Documents.AcceptedByIssuer = map[string][]string{"US": {"residence_permit"}}
	e := goodEvidence()
	e.Front.Fields[kyc.IssuingState] = mrzValue("USA")
	found := kyc.Visible(Judge(p, e, today))
	if len(found) != 1 || found[0].Code != kyc.DocNotAccepted {
		t.Fatalf("found %v", told(found))
	}
	show := presenter(t, false)
	show.Policy = p
	if got := show.Findings(found)[0]; !strings.Contains(got.Text+got.Fix, "residence permit") || strings.Contains(got.Text+got.Fix, "identity card") {
		t.Errorf("told %s %s", got.Text, got.Fix)
	}
	e.Front.Fields[kyc.IssuingState] = mrzValue("FRA")
	if found := kyc.Visible(Judge(p, e, today)); len(found) != 0 {
		t.Errorf("of France: %v", told(found))
	}
}

// TestTheVersionInForceJudges: a case that was opened under one version is judged
// by the one that is in force at the check, and keeps its name.
func TestTheVersionInForceJudges(t *testing.T) {
	t.Parallel()
	text := string(policy.StandardYAML())
	later := strings.Replace(strings.Replace(text, "version: 1", "version: 2", 1), "2026-01-01", "2026-11-23", 1)
	later = strings.Replace(later, "minimum_age: 18", "minimum_age: 40", 1)
	set, err := policy.Read(policy.Source{Name: "a", Text: []byte(text)}, policy.Source{Name: "b", Text: []byte(later)})
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, rules(), nil)
	l.cfg.Policies = set
	if l.Policy().ID() != "standard@1" {
		t.Fatalf("on %s holds %s", l.now(), l.Policy().ID())
	}
	c, err := l.CreateCase(t.Context(), NewCase{ExternalID: "account 1"})
	if err != nil || c.Policy != "standard@1" {
		t.Fatal(err, c.Policy)
	}
	l.front(c.ID, goodSide())
	l.details(c.ID, rightDetails)
	l.selfie(c.ID, goodPortrait(0.1))
	l.pass(24 * 60 * 60 * 1e9)
	c = l.check(c.ID)
	if c.Policy != "standard@2" || !slices.ContainsFunc(c.Findings, func(f kyc.Finding) bool { return f.Code == kyc.UnderAge }) {
		t.Errorf("judged by %s: %v", c.Policy, told(c.Findings))
	}
}
