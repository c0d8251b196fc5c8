package kyc

import (
	"slices"
	"time"
)

// Event is something that happened to a case. The events are the types of this
// file and no others.
type Event interface {
	// Name is the event's stable name, as it stands in the audit log.
	Name() string
}

// Submit says that the applicant sent evidence that passed its pre-check.
type Submit struct{ Submission Submission }

// Refuse says that the pre-check found evidence unusable. Nothing is kept of it but what
// is needed to know the same picture again; no attempt is used.
type Refuse struct {
	Picture RefusedPicture
	At      time.Time
}

// Checked says that the full check of a round is done.
type Checked struct {
	Round    int
	Policy   string // that judged, name@version; "" keeps the case's
	Findings []Finding
	Limits   Limits
	// Refused are the pictures whose findings ask for another picture.
	Refused []RefusedPicture
	At      time.Time
}

// CheckFailed says that we could not finish the full check of a round in spite
// of retries. The fault is ours: a human takes over and no attempt is used.
type CheckFailed struct {
	Round int
	At    time.Time
}

// Reviewed says that a person decided. Verdict is Approved, Declined or ActionRequired;
// Findings are the reasons, by code, and are required but for an approval.
type Reviewed struct {
	By       string // an opaque id of the reviewer
	Verdict  State
	Findings []Finding
	At       time.Time
}

// AskHelp says that the applicant asks for a human.
type AskHelp struct{ At time.Time }

// Appeal says that the applicant contests a refusal.
type Appeal struct{ At time.Time }

// Expire says that the time to act has passed.
type Expire struct{ At time.Time }

// Erase says that evidence and personal data are destroyed.
type Erase struct{ At time.Time }

// Name implements [Event].
func (Submit) Name() string      { return "submit" }
func (Refuse) Name() string      { return "refuse" }
func (Checked) Name() string     { return "checked" }
func (CheckFailed) Name() string { return "check_failed" }
func (Reviewed) Name() string    { return "reviewed" }
func (AskHelp) Name() string     { return "ask_help" }
func (Appeal) Name() string      { return "appeal" }
func (Expire) Name() string      { return "expire" }
func (Erase) Name() string       { return "erase" }

// Limits are the policy's rules about attempts.
type Limits struct {
	// Attempts is how many submissions of one item are judged before a human
	// takes over; 0 means without limit.
	Attempts int
	// Pauses[k] is the pause after the k-th judged failure of an item, k from 1;
	// the last one repeats. Pauses[0] is not used.
	Pauses []time.Duration
}

func (l Limits) pause(attempts int) time.Duration {
	if len(l.Pauses) == 0 || attempts < 1 {
		return 0
	}
	return l.Pauses[min(attempts, len(l.Pauses)-1)]
}

// Effect is something to be done because of an event, in the same transaction
// that stores the case. The effects are the types below and no others.
type Effect interface{ effect() }

// RunChecks asks for the full check of a round, as a background job.
type RunChecks struct {
	Case  CaseID
	Round int
}

// Record is an entry for the audit log: ids and codes, never personal data.
type Record struct {
	Case     CaseID
	Event    string
	From, To State
	Actor    string // "applicant", "integrator", "system", or the id of a reviewer or an API key
	Item     Item   // where the event concerns one
	Codes    []Code
	At       time.Time
}

// DestroyKey destroys the applicant's data key, and with it everything sealed
// under it.
type DestroyKey struct{ Applicant ApplicantID }

func (RunChecks) effect()  {}
func (Record) effect()     {}
func (DestroyKey) effect() {}

// Apply applies an event to a case. It is pure: the case it is given is not
// changed, and time comes with the event. It returns [*Error] of kind
// NotAllowed when the event has no place in the case's state, NotAsked when an
// item is sent that nobody asked for, CoolingDown before RetryAt, and Stale for
// a check whose round has passed.
func Apply(c Case, e Event) (Case, []Effect, error) {
	c.Items = slices.Clone(c.Items)
	c.Findings = slices.Clone(c.Findings)
	c.Refused = slices.Clone(c.Refused)
	if len(Next(c.State, e.Name())) == 0 {
		return c, nil, &Error{Kind: NotAllowed, Op: e.Name(), State: c.State}
	}
	from := c.State
	rec := Record{Case: c.ID, Event: e.Name(), From: from, Actor: "system"}
	var effects []Effect
	var err error

	switch e := e.(type) {
	case Submit:
		rec.Actor, rec.Item, rec.At = "applicant", e.Submission.Item, e.Submission.At
		effects, err = c.submit(e.Submission)
	case Refuse:
		rec.Actor, rec.Item, rec.At, rec.Codes = "applicant", e.Picture.Item, e.At, e.Picture.Codes
		c.remember(e.Picture)
	case Checked:
		rec.At = e.At
		err = c.checked(e)
		rec.Codes = codes(c.Findings)
	case CheckFailed:
		rec.At = e.At
		if e.Round != c.Round {
			return c, nil, &Error{Kind: Stale, Op: e.Name(), State: c.State}
		}
		c.Findings = append(c.Findings, Finding{Code: OurFault, Item: WholeCase})
		c.handOver()
		rec.Codes = codes(c.Findings)
	case Reviewed:
		rec.Actor, rec.At, rec.Codes = e.By, e.At, codes(e.Findings)
		err = c.reviewed(e)
	case AskHelp:
		rec.Actor, rec.At, rec.Codes = "applicant", e.At, []Code{HelpRequested}
		if !slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Code == HelpRequested }) {
			c.Findings = append(c.Findings, Finding{Code: HelpRequested, Item: WholeCase})
		}
		// While we check, the request waits for the outcome; see settle.
		if c.State == Open || c.State == ActionRequired || c.State == Expired {
			c.handOver()
		}
	case Appeal:
		rec.Actor, rec.At = "applicant", e.At
		c.handOver()
	case Expire:
		rec.At = e.At
		if e.At.Before(c.ExpiresAt) {
			return c, nil, &Error{Kind: NotAllowed, Op: e.Name(), State: c.State}
		}
		c.State = Expired
	case Erase:
		rec.At = e.At
		effects = append(effects, DestroyKey{c.Applicant})
		c = Case{ID: c.ID, Applicant: c.Applicant, Policy: c.Policy, State: Erased, Round: c.Round, CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt}
	}
	if err != nil {
		return c, nil, err
	}
	c.UpdatedAt = rec.At
	rec.To = c.State
	return c, append(effects, rec), nil
}

// submit takes evidence for one item and starts the full check when nothing is
// missing any more.
func (c *Case) submit(s Submission) ([]Effect, error) {
	k := slices.IndexFunc(c.Items, func(i ItemState) bool { return i.Item == s.Item })
	if k < 0 {
		return nil, &Error{Kind: NotAsked, Op: "submit", State: c.State, Item: s.Item}
	}
	if s.At.Before(c.RetryAt) {
		return nil, &Error{Kind: InCoolDown, Op: "submit", State: c.State, Item: s.Item, RetryAt: c.RetryAt}
	}
	if c.State == ActionRequired && !c.asks(s.Item) {
		return nil, &Error{Kind: NotAsked, Op: "submit", State: c.State, Item: s.Item}
	}
	c.Items[k].Current = &s
	c.Items[k].Status = Submitted
	for _, i := range c.Items {
		missing := i.Status == Missing && i.Required
		unanswered := c.State == ActionRequired && c.asks(i.Item) && i.Status != Submitted
		if missing || unanswered {
			return nil, nil
		}
	}
	c.State, c.Plan, c.RetryAt = Processing, nil, time.Time{}
	c.Round++
	return []Effect{RunChecks{c.ID, c.Round}}, nil
}

func (c *Case) asks(i Item) bool {
	return c.Plan != nil && slices.ContainsFunc(c.Plan.Items, func(p PlanItem) bool { return p.Item == i })
}

// handOver makes it a reviewer's turn. What was asked of the applicant is not
// asked any more.
func (c *Case) handOver() { c.State, c.Plan, c.RetryAt = InReview, nil, time.Time{} }

// handBack makes it the applicant's turn, with the full time to act.
func (c *Case) handBack(s State, p *Plan, at time.Time) {
	c.State, c.Plan = s, p
	if t := at.Add(c.Period); t.After(c.ExpiresAt) {
		c.ExpiresAt = t
	}
}

// remember keeps a refused picture; the oldest give way beyond a hundred.
func (c *Case) remember(p RefusedPicture) {
	c.Refused = append(c.Refused, p)
	if len(c.Refused) > 100 {
		c.Refused = c.Refused[len(c.Refused)-100:]
	}
}

// checked turns the findings of a round into the next state: a final finding
// declines, a signal goes to a human, what can be mended is asked again, and a
// case with none of these is approved.
func (c *Case) checked(e Checked) error {
	if e.Round != c.Round {
		return &Error{Kind: Stale, Op: e.Name(), State: c.State}
	}
	if e.Policy != "" {
		c.Policy = e.Policy
	}
	// What people said (help was asked) outlives the machine's findings.
	c.Findings = slices.DeleteFunc(c.Findings, func(f Finding) bool { return f.Code != HelpRequested })
	helpAsked := len(c.Findings) > 0
	c.Findings = append(c.Findings, e.Findings...)
	for _, p := range e.Refused {
		c.remember(p)
	}

	visible := Visible(c.Findings)
	worst := Note
	exhausted := false
	for k := range c.Items {
		i := &c.Items[k]
		free, blocked := false, false
		for _, f := range visible {
			d := f.Definition()
			if f.Item == i.Item {
				free = free || d.Free
				blocked = blocked || d.Severity == Retry || d.Severity == Review
			}
		}
		judged := i.Status == Submitted
		if judged && !free {
			i.Attempts++
		}
		switch {
		case blocked:
			i.Status = Failed
			exhausted = exhausted || e.Limits.Attempts > 0 && i.Attempts >= e.Limits.Attempts
			if judged && !free {
				if t := e.At.Add(e.Limits.pause(i.Attempts)); t.After(e.At) && t.After(c.RetryAt) {
					c.RetryAt = t
				}
			}
		case i.Current != nil:
			i.Status = Passed
		}
	}
	for _, f := range visible {
		if s := f.Definition().Severity; severer(s, worst) {
			worst = s
		}
	}
	if worst == Retry && exhausted {
		c.Findings = append(c.Findings, Finding{Code: Forced, Item: WholeCase})
		worst = Review
	}
	if worst == Retry && helpAsked { // while we checked, or before
		worst = Review
	}
	c.settle(worst, e)
	return nil
}

// settle moves the case to the state that its worst finding demands.
func (c *Case) settle(worst Severity, e Checked) {
	switch worst {
	case Final:
		c.State, c.Plan, c.RetryAt = Declined, nil, time.Time{}
	case Review:
		c.handOver()
	case Retry:
		p := PlanFor(c.Items, c.Findings, e.Limits.Attempts)
		c.handBack(ActionRequired, &p, e.At)
		if !c.RetryAt.IsZero() {
			c.Findings = append(c.Findings, Finding{Code: CoolingDown, Item: WholeCase, From: c.RetryAt})
		}
	case Note:
		c.State, c.Plan, c.RetryAt = Approved, nil, time.Time{}
	}
}

func (c *Case) reviewed(e Reviewed) error {
	invalid := &Error{
		Kind: Invalid, Op: e.Name(), State: c.State,
		Detail: "say who decided, a verdict of approved, declined or action_required, and the reasons unless approved; action_required needs a reason that the applicant can mend",
	}
	if e.By == "" {
		return invalid
	}
	switch e.Verdict {
	case Approved:
		c.Findings = e.Findings
		c.Plan = nil
		c.State = Approved
		for k := range c.Items {
			if c.Items[k].Current != nil {
				c.Items[k].Status = Passed
			}
		}
	case Declined:
		if len(e.Findings) == 0 {
			return invalid
		}
		c.Findings, c.Plan, c.State = e.Findings, nil, Declined
	case ActionRequired:
		p := PlanFor(c.Items, e.Findings, 0)
		if len(p.Items) == 0 {
			return invalid
		}
		c.Findings, c.RetryAt = e.Findings, time.Time{}
		c.handBack(ActionRequired, &p, e.At)
		for k := range c.Items {
			i := &c.Items[k]
			switch {
			case slices.ContainsFunc(p.Items, func(x PlanItem) bool { return x.Item == i.Item }):
				// A reviewer who asks again gives a fresh set of attempts.
				i.Status, i.Attempts = Failed, 0
			case i.Current != nil:
				i.Status = Passed
			case i.Required:
				// Something was never sent: the case is open again, or it would wait for
				// what no plan asks for.
				c.State, c.Plan = Open, nil
			}
		}
		for k := range c.Items {
			if c.State == Open && c.Items[k].Status == Failed {
				c.Items[k].Status = Missing
				c.Items[k].Required = true
			}
		}
	case Open, Processing, InReview, Expired, Erased:
		return invalid
	default:
		return invalid
	}
	return nil
}

// severer reports whether a is graver than b.
func severer(a, b Severity) bool {
	order := []Severity{Note, Retry, Review, Final}
	return slices.Index(order, a) > slices.Index(order, b)
}

func codes(fs []Finding) []Code {
	var out []Code
	for _, f := range fs {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}
