package verify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/policy"
)

// Presenter puts cases into words for one reader.
type Presenter struct {
	Words *message.Speaker
	// Operator also sees what is kept from the applicant: fraud signals.
	Operator bool
	Policy   policy.Policy
	// Now is the time by which services are open; birthdays open them.
	Now time.Time
}

// Case presents a case.
func (p Presenter) Case(c kyc.Case) api.Case {
	out := api.Case{
		ID: string(c.ID), State: string(c.State), Turn: c.State.Turn(), Policy: c.Policy, Locale: c.Locale, Language: p.Words.Tag.String(),
		Title: p.Words.State(c.State), Text: p.Words.Next(c.State),
		Items: []api.Item{}, Findings: p.visible(c.Findings),
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, ExpiresAt: c.ExpiresAt,
		RetryAt: instant(c.RetryAt),
	}
	for _, i := range c.Items {
		x := api.Item{Item: string(i.Item), Name: p.Words.Item(i.Item), Required: i.Required, Status: string(p.status(i, c.Findings)), Attempts: i.Attempts}
		if i.Current != nil {
			x.Submission = string(i.Current.ID)
			x.FromDocument = names(i.Current.Taken)
		}
		out.Items = append(out.Items, x)
	}
	if k := slices.IndexFunc(c.Findings, func(f kyc.Finding) bool { return f.Code == kyc.Cancelled }); k >= 0 && c.State == kyc.Expired {
		// The state's own words tell of time that ran out.
		w := p.Words.Finding(c.Findings[k], message.Extra{})
		out.Title, out.Text = w.Title, w.Fix
	}
	if c.Purpose == kyc.ForRecovery && c.State == kyc.Approved {
		// "You are verified" they were before: what they have shown is whose it is.
		w := p.Words.Recovery("proved", message.Facts{})
		out.Title, out.Text = w.Title, w.Text+" "+w.Fix
	}
	out.Services = p.services(c)
	if p.Operator {
		out.NetworkRegion = c.NetworkRegion
	}
	if c.Plan != nil {
		out.Plan = p.plan(*c.Plan, c.Findings)
	}
	out.Face, out.Documents, out.Purpose = p.face(c), p.documents(c), string(c.Purpose)
	if p.Operator {
		out.Against = string(c.Against)
	}
	return out
}

// documents presents the kinds of document that can be sent.
func (p Presenter) documents(c kyc.Case) []api.DocumentKind {
	if st, ok := c.Item(kyc.DocumentFront); !ok || !st.Required {
		return nil
	}
	var out []api.DocumentKind
	for _, k := range p.Policy.Documents.Kinds() {
		out = append(out, api.DocumentKind{Kind: k, Name: p.Words.Kind(k), TwoSided: policy.TwoSided(k)})
	}
	return out
}

// face presents how the face of a case is asked for.
func (p Presenter) face(c kyc.Case) *api.FaceWay {
	st, ok := c.Item(kyc.Face)
	if !ok || !st.Required && !st.Waived && st.Current == nil {
		return nil
	}
	f := p.Policy.Face
	w := p.Words.Consent(f.Alternative == policy.ByReview)
	out := &api.FaceWay{
		Capture: string(f.Capture), Alternative: string(f.Alternative), Consent: "not_asked", Colours: string(f.Sequence.Colours), Movements: f.Sequence.Count,
		Ask: api.Consent{Text: kyc.ConsentText, Title: w.Title, Body: w.Text, Other: w.Fix, Agree: w.Agree, Decline: w.Decline},
	}
	switch {
	case c.DeclinedBiometrics():
		out.Consent = "declined"
	case c.Consent != nil:
		out.Consent = "given"
	case f.Consent == policy.Required:
		out.Consent = "needed"
	}
	return out
}

// Challenge presents a challenge.
func (p Presenter) Challenge(c Challenge) api.Challenge {
	s := p.Policy.Face.Sequence
	out := api.Challenge{
		ID: string(c.ID), Status: string(c.Status), Actions: []string{}, Colours: c.Colours, ColourMS: c.ColourMS,
		CreatedAt: c.CreatedAt, DueAt: instant(c.DueAt), Arrived: len(c.Arrived), Missing: c.Missing, Submission: string(c.Submission),
		Limits: api.Limits{Frames: s.MaxFrames, FrameBytes: MaxFrameBytes, Bytes: s.MaxBytes, LengthMS: s.MaxLength.Milliseconds()},
	}
	t := p.Policy.Thresholds.Liveness
	out.Needs = api.Needs{TurnDegrees: t.TurnDegrees, BlinkClosure: t.BlinkClosure, MouthOpen: t.MouthOpen, CloserGrowth: t.CloserGrowth, FastestMS: t.FastestMS}
	if !c.Status.TakesFrames() {
		out.DueAt = nil // when frames are forgotten is nobody's appointment
	}
	for _, a := range c.Actions {
		out.Actions = append(out.Actions, string(a))
	}
	found := make([]kyc.Finding, 0, len(c.Codes))
	for _, code := range c.Codes {
		found = append(found, kyc.Finding{Code: code, Item: kyc.Face})
	}
	out.Findings = p.Findings(found)
	return out
}

// status is where an item stands as far as the reader may know: an item that
// failed for signals alone is, for its applicant, still being looked at.
func (p Presenter) status(i kyc.ItemState, all []kyc.Finding) kyc.ItemStatus {
	if p.Operator || i.Status != kyc.Failed || i.Current == nil {
		return i.Status
	}
	if slices.ContainsFunc(kyc.Told(all), func(f kyc.Finding) bool { return f.Item == i.Item }) {
		return i.Status
	}
	return kyc.Submitted
}

func (p Presenter) visible(all []kyc.Finding) []api.Finding {
	if p.Operator {
		return p.Findings(kyc.Visible(all))
	}
	return p.Findings(kyc.Told(all))
}

// Findings presents findings as they are given, in their order.
func (p Presenter) Findings(fs []kyc.Finding) []api.Finding {
	out := make([]api.Finding, 0, len(fs))
	for _, f := range fs {
		d := f.Definition()
		w := p.Words.Finding(f, p.extra(f))
		x := api.Finding{
			Code: string(f.Code), Item: string(f.Item), Submission: string(f.Submission), Field: string(f.Field),
			Measure: p.measure(f), Measured: f.Measured, Threshold: f.Threshold, Model: f.Model,
			Severity: string(d.Severity), Audience: string(d.Audience), Retryable: d.Retryable, From: instant(f.From), Service: f.Service,
			Title: w.Title, Text: w.Text, Fix: w.Fix,
		}
		if f.Box != nil {
			x.Box = &api.Box{X: f.Box.X, Y: f.Box.Y, Width: f.Box.Width, Height: f.Box.Height}
		}
		if f.Values != nil {
			x.Typed, x.Read, x.Offer = f.Values.Typed, f.Values.Read, f.Values.Offer
			for _, k := range f.Values.Differences {
				x.Diffs = append(x.Diffs, api.Diff{Kind: k.Kind, Name: p.Words.Difference(k.Kind), At: k.At, A: k.A, B: k.B})
			}
		}
		out = append(out, x)
	}
	return out
}

// measure names what was measured. That a finding is tied to a case or a rule is for
// the operator alone: the applicant of one case learns nothing of another.
func (p Presenter) measure(f kyc.Finding) string {
	if !p.Operator && strings.Contains(f.Measure, ":") {
		return ""
	}
	return f.Measure
}

func (p Presenter) plan(plan kyc.Plan, findings []kyc.Finding) *api.Plan {
	out := &api.Plan{Items: []api.PlanItem{}, Carried: []api.Carried{}}
	for _, i := range plan.Items {
		x := api.PlanItem{
			Item: string(i.Item), Name: p.Words.Item(i.Item), Fields: names(i.Fields), Reasons: []string{}, Fixes: []string{}, RetryAt: instant(i.RetryAt),
		}
		if p.Policy.Limits().AttemptsFor(i.Item) > 0 {
			x.AttemptsLeft = &i.AttemptsLeft
		}
		for _, c := range i.Reasons {
			x.Reasons = append(x.Reasons, string(c))
			for _, f := range findings {
				if f.Code == c && f.Item == i.Item {
					x.Fixes = append(x.Fixes, p.Words.Finding(f, p.extra(f)).Fix)
					break
				}
			}
		}
		out.Items = append(out.Items, x)
	}
	for _, i := range plan.Carried {
		out.Carried = append(out.Carried, api.Carried{
			Item: string(i.Item), Submission: string(i.Submission), SHA256: i.SHA256, Because: string(cmp.Or(i.Because, kyc.CarriedPassed)),
		})
	}
	return out
}

// Catalogue presents every finding that can be told to the reader.
func (p Presenter) Catalogue() []api.FindingInfo {
	var out []api.FindingInfo
	for _, d := range kyc.Catalogue() {
		if !p.Operator && d.Audience != kyc.ForApplicant {
			continue
		}
		w := p.Words.Finding(kyc.Finding{Code: d.Code, Item: d.Item, Values: &kyc.Values{Typed: "…", Read: "…"}}, p.extra(kyc.Finding{}))
		x := api.FindingInfo{
			Code: string(d.Code), Item: string(d.Item), Severity: string(d.Severity), Audience: string(d.Audience),
			Retryable: d.Retryable, PreCheck: d.PreCheck, Title: w.Title, Text: w.Text, Fix: w.Fix,
		}
		for _, c := range d.DependsOn {
			x.DependsOn = append(x.DependsOn, string(c))
		}
		out = append(out, x)
	}
	return out
}

func names(fs []kyc.Field) []string {
	var out []string
	for _, f := range fs {
		out = append(out, string(f))
	}
	return out
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
