package kyc

import (
	"slices"
	"time"
)

// Connected says that the applicant connects from another region than before.
type Connected struct {
	Region string // ISO 3166-1 alpha-2
	By     string // the integrator's API key; "" when the operator's proxy told
	At     time.Time
}

// Requalify says that an approved applicant would not be approved under a newer
// policy. It cuts nobody off: the case stays approved and carries a note with the
// day from which the policy holds.
type Requalify struct {
	Policy string // name@version of the newer policy
	From   time.Time
	Codes  []Code // why, for the record
	At     time.Time
}

// Name implements [Event].
func (Connected) Name() string { return "connected" }
func (Requalify) Name() string { return "requalify" }

// Requalified reports whether the case carries the note of a policy.
func (c *Case) Requalified(policy string) bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Code == PolicyChanged && f.Measure == "policy:"+policy })
}

// requalify notes the newer policy once; a later one takes its place.
func (c *Case) requalify(e Requalify) {
	c.Findings = slices.DeleteFunc(c.Findings, func(f Finding) bool { return f.Code == PolicyChanged })
	c.Findings = append(c.Findings, Finding{Code: PolicyChanged, Item: Eligibility, Measure: "policy:" + e.Policy, From: e.From})
}
