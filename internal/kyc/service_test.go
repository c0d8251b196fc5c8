package kyc_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

// TestWhatClosesAService: rules, missing proof, and whose turn it is.
func TestWhatClosesAService(t *testing.T) {
	t.Parallel()
	birthday := t0.AddDate(0, 1, 0)
	young := kyc.Finding{Code: kyc.UnderAge, Item: kyc.Eligibility, From: birthday}
	elder := kyc.Finding{Code: kyc.UnderAge, Item: kyc.Eligibility, From: birthday.AddDate(1, 0, 0)}
	region := kyc.Finding{Code: kyc.RegionRestricted, Item: kyc.Eligibility, Field: kyc.Residence}
	proof := []kyc.Item{kyc.DocumentFront, kyc.Face}
	for name, c := range map[string]struct {
		state  kyc.State
		needs  []kyc.Item
		closed []kyc.Finding
		at     time.Time
		want   []string
	}{
		"nothing needed, at the start":        {kyc.Open, nil, nil, t0, nil},
		"proof needed, at the start":          {kyc.Open, proof, nil, t0, []string{"eligibility.proof_needed@document_front", "eligibility.proof_needed@face"}},
		"proof needed, while it is checked":   {kyc.Processing, proof, nil, t0, []string{"eligibility.proof_needed@document_front", "eligibility.proof_needed@face"}},
		"one item is missing":                 {kyc.ActionRequired, proof, nil, t0, []string{"eligibility.proof_needed@document_front"}},
		"nothing needed, a person looks":      {kyc.InReview, nil, nil, t0, nil},
		"approved":                            {kyc.Approved, proof, nil, t0, nil},
		"approved and too young":              {kyc.Approved, proof, []kyc.Finding{young}, t0, []string{"eligibility.under_age@eligibility"}},
		"approved, the day before":            {kyc.Approved, proof, []kyc.Finding{young}, birthday.Add(-time.Second), []string{"eligibility.under_age@eligibility"}},
		"approved, and the birthday has been": {kyc.Approved, proof, []kyc.Finding{young}, birthday, nil},
		"approved, and lives elsewhere":       {kyc.Approved, nil, []kyc.Finding{young, region}, birthday, []string{"eligibility.region_restricted@eligibility"}},
		"declined":                            {kyc.Declined, nil, nil, t0, []string{"eligibility.under_age@eligibility"}},
		"expired with nothing sent":           {kyc.Expired, nil, nil, t0, nil},
		"erased":                              {kyc.Erased, nil, nil, t0, []string{"eligibility.proof_needed@case"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cs := in(t, c.state)
			var got []string
			for _, f := range cs.Closes(kyc.Service{Name: "trade", Needs: c.needs, Closed: c.closed}, c.at) {
				got = append(got, fmt.Sprintf("%s@%s", f.Code, f.Item))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("closed by %v, want %v", got, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		closed []kyc.Finding
		want   time.Time
	}{
		"nothing":     {nil, time.Time{}},
		"an age":      {[]kyc.Finding{young}, birthday},
		"two ages":    {[]kyc.Finding{elder, young}, elder.From},
		"a region":    {[]kyc.Finding{region}, time.Time{}},
		"one of each": {[]kyc.Finding{young, region}, time.Time{}},
	} {
		if got := (kyc.Service{Closed: c.closed}).OpensFrom(); !got.Equal(c.want) {
			t.Errorf("%s: opens from %v, want %v", name, got, c.want)
		}
	}
}

// TestANewerPolicyIsNotedOnce: a later note takes the place of an earlier one, and
// nothing else of the case changes.
func TestANewerPolicyIsNotedOnce(t *testing.T) {
	t.Parallel()
	c := in(t, kyc.Approved)
	for k, p := range []string{"shop@2", "shop@3"} {
		at := t0.AddDate(0, k, 0)
		c = mustApply(t, c, kyc.Requalify{Policy: p, From: at, Codes: []kyc.Code{kyc.UnderAge}, At: t0})
		if c.State != kyc.Approved || !c.Requalified(p) || len(c.Findings) != 1 || !c.Findings[0].From.Equal(at) {
			t.Errorf("%s: %s with %+v", p, c.State, c.Findings)
		}
	}
	if c.Requalified("shop@2") {
		t.Error("the first note is still there")
	}
}
