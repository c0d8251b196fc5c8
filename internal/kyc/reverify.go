package kyc

import "time"

// Purpose says why an applicant who is verified shows their face again.
type Purpose string

// The purposes of a re-verification.
const (
	ForWithdrawal   Purpose = "withdrawal"
	ForAppeal       Purpose = "appeal"
	ForRecovery     Purpose = "recovery"
	ForDeviceChange Purpose = "device_change"
)

// Purposes lists the purposes.
func Purposes() []Purpose {
	return []Purpose{ForWithdrawal, ForAppeal, ForRecovery, ForDeviceChange}
}

// NewReverification returns an open case that asks for a new face alone, to be
// compared with what an approved case holds. It inherits what the applicant said
// about biometrics.
func NewReverification(id CaseID, of Case, p Purpose, policy string, now, expires time.Time) Case {
	c := NewCase(id, of.Applicant, policy, of.Locale, []Item{Face}, now, expires)
	c.Items = c.Items[len(c.Items)-1:] // the face
	c.Purpose, c.Against = p, of.ID
	if of.Consent != nil && of.Consent.Given {
		c.Consent = of.Consent
	}
	return c
}

// Suspend says that a person holds an approval back until it was looked at
// again. Findings are the reasons, by code.
type Suspend struct {
	By       string // an opaque id of the reviewer
	Findings []Finding
	At       time.Time
}

// Revoke says that a person takes an approval back. The applicant can appeal.
type Revoke struct {
	By       string // an opaque id of the reviewer
	Findings []Finding
	At       time.Time
}

// Name implements [Event].
func (Suspend) Name() string { return "suspend" }
func (Revoke) Name() string  { return "revoke" }

func (c *Case) suspend(e Suspend) error {
	if err := c.because(e.Name(), e.By, e.Findings); err != nil {
		return err
	}
	c.Findings = e.Findings
	c.handOver()
	return nil
}

func (c *Case) revoke(e Revoke) error {
	if err := c.because(e.Name(), e.By, e.Findings); err != nil {
		return err
	}
	c.Findings, c.Plan, c.State = e.Findings, nil, Declined
	return nil
}

// because demands who and why of what a person does against an applicant.
func (c *Case) because(op, by string, why []Finding) error {
	if by == "" || len(why) == 0 {
		return &Error{Kind: Invalid, Op: op, State: c.State, Detail: "say who decided, and the reasons by finding code"}
	}
	return nil
}
