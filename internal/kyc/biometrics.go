package kyc

import (
	"slices"
	"time"
)

// Consent is what an applicant said about biometrics, with what they had read.
type Consent struct {
	Given bool      `json:"given"`
	At    time.Time `json:"at"`
	By    string    `json:"by"` // "applicant", or the id of the API key that passed it on
	// Text and Language name the words that were shown, as biometrics@1 in pt-BR.
	Text     string `json:"text"`
	Language string `json:"language"`
}

// ConsentText names the version of our own words about biometrics, in
// message.Consent. A change of their meaning is another version.
const ConsentText = "biometrics@1"

// GiveConsent says that the applicant agrees to biometrics: measuring the face
// and comparing it.
type GiveConsent struct{ Consent Consent }

// DeclineBiometrics says that the applicant does not agree to biometrics, or not
// any more. What was measured of the face is erased, and the case goes the other
// way; without one it ends.
type DeclineBiometrics struct {
	Consent Consent
	// OtherWay says that the policy has a way without biometrics.
	OtherWay bool
}

// Name implements [Event].
func (GiveConsent) Name() string       { return "give_consent" }
func (DeclineBiometrics) Name() string { return "decline_biometrics" }

// EraseFaces destroys what was kept of the faces of a case: the evidence of the
// item face, the challenges' frames, and the templates of portraits.
type EraseFaces struct{ Case CaseID }

func (EraseFaces) effect() {}

// DeclinedBiometrics reports whether the applicant does not agree to biometrics.
func (c *Case) DeclinedBiometrics() bool { return c.Consent != nil && !c.Consent.Given }

// words names what was read, for the record.
func (c Consent) words() string { return c.Text + " " + c.Language }

func (c *Case) giveConsent(e Consent) {
	c.Consent = &e
	for k := range c.Items {
		if i := &c.Items[k]; i.Waived {
			i.Waived, i.Required = false, true
		}
	}
}

// declineBiometrics takes the face out of a case. What else was asked stays; when
// nothing is missing any more, the check begins.
func (c *Case) declineBiometrics(e DeclineBiometrics) []Effect {
	c.Consent = &e.Consent
	effects := []Effect{EraseFaces{c.ID}}
	for k := range c.Items {
		i := &c.Items[k]
		if i.Item != Face {
			continue
		}
		if i.Required {
			i.Required, i.Waived = false, true
		}
		i.Current, i.Status, i.RetryAt = nil, Missing, time.Time{}
	}
	ofFace := func(i Item) bool { return i == Face }
	c.Judged = slices.DeleteFunc(c.Judged, func(j Judged) bool { return ofFace(j.Item) })
	c.Refused = slices.DeleteFunc(c.Refused, func(r RefusedPicture) bool { return ofFace(r.Item) })
	if c.State == Approved || c.State == Declined || c.State == Expired {
		return effects
	}
	c.Findings = slices.DeleteFunc(c.Findings, func(f Finding) bool { return ofFace(f.Item) })
	if c.Plan != nil {
		p := *c.Plan
		p.Items = slices.DeleteFunc(slices.Clone(p.Items), func(i PlanItem) bool { return ofFace(i.Item) })
		p.Carried = slices.DeleteFunc(slices.Clone(p.Carried), func(i CarriedItem) bool { return ofFace(i.Item) })
		c.Plan = &p
		c.pausesOfPlan()
	}
	switch {
	case c.State == InReview:
		c.find(WithoutBiometrics, Face)
	case !e.OtherWay && c.State != Processing:
		c.close()
		c.note(Cancelled)
	case c.State == Processing:
		// The round that is being checked had the face.
		c.Round++
		effects = append(effects, RunChecks{c.ID, c.Round})
	case c.answered():
		effects = append(effects, c.begin()...)
	}
	return effects
}

// find adds a finding about an item once.
func (c *Case) find(code Code, i Item) {
	if !slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Code == code }) {
		c.Findings = append(c.Findings, Finding{Code: code, Item: i})
	}
}
