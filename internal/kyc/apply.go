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

// By, where an event has it, is an opaque id of who caused it, as that of an API
// key; "" is the applicant.

// Submit says that evidence was sent that passed its pre-check.
type Submit struct {
	Submission Submission
	By         string
}

// Refuse says that the pre-check found evidence unusable. Nothing is kept of it but what
// is needed to know the same picture again; no attempt is used.
type Refuse struct {
	Picture RefusedPicture
	By      string
	At      time.Time
}

// Checked says that the full check of a round is done.
type Checked struct {
	Round    int
	Policy   string // that judged, name@version; "" keeps the case's
	Findings []Finding
	Limits   Limits
	Services []Service
	// Country issued the document, as it says itself; "" is unknown.
	Country string
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

// Noticed says that something was found out about a case while a person has it.
type Noticed struct {
	Findings []Finding
	At       time.Time
}

// AskHelp says that a human is asked for.
type AskHelp struct {
	By   string
	From HelpFrom
	At   time.Time
}

// HelpFrom is what the device says of itself on which somebody is stuck.
type HelpFrom struct {
	System  string `json:"system,omitempty"`
	Browser string `json:"browser,omitempty"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Camera  string `json:"camera,omitempty"`
}

// Help is that a human was asked for.
type Help struct {
	At   time.Time `json:"at"`
	From HelpFrom  `json:"from,omitzero"`
}

// Appeal says that a refusal is contested.
type Appeal struct {
	By string
	At time.Time
}

// Cancel says that the case is given up before it was decided. Its reasons stay.
type Cancel struct {
	By string
	At time.Time
}

// Expire says that the time to act has passed.
type Expire struct{ At time.Time }

// Erase says that evidence and personal data are destroyed. By is "" when time
// alone did it.
type Erase struct {
	By string
	At time.Time
}

// Name implements [Event].
func (Submit) Name() string      { return "submit" }
func (Refuse) Name() string      { return "refuse" }
func (Checked) Name() string     { return "checked" }
func (CheckFailed) Name() string { return "check_failed" }
func (Reviewed) Name() string    { return "reviewed" }
func (Noticed) Name() string     { return "noticed" }
func (AskHelp) Name() string     { return "ask_help" }
func (Appeal) Name() string      { return "appeal" }
func (Cancel) Name() string      { return "cancel" }
func (Expire) Name() string      { return "expire" }
func (Erase) Name() string       { return "erase" }

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
	// Fields and Taken are, of details that were sent, which fields stand and which
	// of them were taken over from the document. They hold no values.
	Fields, Taken []Field
	Codes         []Code
	// Note is an id or a version that the event is about: a challenge, a text that
	// was read, the case that a new face is compared with.
	Note string
	At   time.Time
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
// item is sent that nobody asked for, InCoolDown before the item's RetryAt, and
// Stale for a check whose round has passed.
func Apply(c Case, e Event) (Case, []Effect, error) {
	c.Items = slices.Clone(c.Items)
	c.Findings = slices.Clone(c.Findings)
	c.Refused = slices.Clone(c.Refused)
	c.Judged = slices.Clone(c.Judged)
	if len(Next(c.State, e.Name())) == 0 {
		return c, nil, &Error{Kind: NotAllowed, Op: e.Name(), State: c.State}
	}
	from := c.State
	rec := Record{Case: c.ID, Event: e.Name(), From: from, Actor: "system"}
	var effects []Effect
	var err error

	switch e := e.(type) {
	case Submit:
		rec.Actor, rec.Item, rec.At = actor(e.By), e.Submission.Item, e.Submission.At
		rec.Fields, rec.Taken = e.Submission.Fields, e.Submission.Taken
		effects, err = c.submit(e.Submission)
	case Refuse:
		rec.Actor, rec.Item, rec.At, rec.Codes = actor(e.By), e.Picture.Item, e.At, e.Picture.Codes
		c.remember(e.Picture)
	case Checked:
		rec.At = e.At
		err = c.checked(e)
		rec.Codes = codes(c.Findings)
	case Connected:
		rec.Actor, rec.At = actor(e.By), e.At
		c.NetworkRegion = e.Region
	case SendBack:
		rec.Actor, rec.At = actor(e.By), e.At
		c.Return = &e.To
	case Requalify:
		rec.At, rec.Codes = e.At, e.Codes
		c.requalify(e)
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
	case Noticed:
		rec.At, rec.Codes = e.At, codes(e.Findings)
		c.Findings = append(c.Findings, e.Findings...)
	case AskHelp:
		rec.Actor, rec.At, rec.Codes = actor(e.By), e.At, []Code{HelpRequested}
		c.note(HelpRequested)
		c.Help = &Help{e.At, e.From}
		// While we check, the request waits for the outcome; see settle.
		if c.State == Open || c.State == ActionRequired || c.State == Expired {
			c.handOver()
		}
	case Appeal:
		rec.Actor, rec.At = actor(e.By), e.At
		c.handOver()
	case GiveConsent:
		rec.Actor, rec.At, rec.Note = e.Consent.By, e.Consent.At, e.Consent.words()
		c.giveConsent(e.Consent)
	case DeclineBiometrics:
		rec.Actor, rec.At, rec.Note = e.Consent.By, e.Consent.At, e.Consent.words()
		effects = c.declineBiometrics(e)
	case Suspend:
		rec.Actor, rec.At, rec.Codes = e.By, e.At, codes(e.Findings)
		err = c.suspend(e)
	case Revoke:
		rec.Actor, rec.At, rec.Codes = e.By, e.At, codes(e.Findings)
		err = c.revoke(e)
	case Cancel:
		rec.Actor, rec.At, rec.Codes = actor(e.By), e.At, []Code{Cancelled}
		c.close()
		c.note(Cancelled)
	case Expire:
		rec.At = e.At
		if e.At.Before(c.ExpiresAt) {
			return c, nil, &Error{Kind: NotAllowed, Op: e.Name(), State: c.State}
		}
		c.close()
	case Erase:
		rec.At = e.At
		if e.By != "" {
			rec.Actor = e.By
		}
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

// actor names who caused an event.
func actor(by string) string {
	if by == "" {
		return "applicant"
	}
	return by
}

// note adds a finding about the whole case once.
func (c *Case) note(code Code) {
	if !slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Code == code }) {
		c.Findings = append(c.Findings, Finding{Code: code, Item: WholeCase})
	}
}

// forget drops a finding about the course of the case.
func (c *Case) forget(code Code) {
	c.Findings = slices.DeleteFunc(c.Findings, func(f Finding) bool { return f.Code == code })
}

// submit takes evidence for one item and starts the full check when nothing is
// missing any more.
func (c *Case) submit(s Submission) ([]Effect, error) {
	k := slices.IndexFunc(c.Items, func(i ItemState) bool { return i.Item == s.Item })
	if k < 0 {
		return nil, &Error{Kind: NotAsked, Op: "submit", State: c.State, Item: s.Item}
	}
	// A pause concerns the item that failed. Cases of earlier versions have one for
	// all items; where there are both, the case's is the earliest of its items'.
	wait := c.Items[k].RetryAt
	if c.RetryAt.After(wait) {
		wait = c.RetryAt
	}
	if s.At.Before(wait) {
		return nil, &Error{Kind: InCoolDown, Op: "submit", State: c.State, Item: s.Item, RetryAt: wait}
	}
	if c.State == ActionRequired && !c.asks(s.Item) {
		return nil, &Error{Kind: NotAsked, Op: "submit", State: c.State, Item: s.Item}
	}
	if c.Items[k].Waived {
		return nil, &Error{Kind: NotAsked, Op: "submit", State: c.State, Item: s.Item, Detail: "the applicant declined biometrics; their consent makes the item asked again"}
	}
	c.Items[k].Current = &s
	c.Items[k].Status = Submitted
	if !c.answered() {
		return nil, nil
	}
	return c.begin(), nil
}

// answered reports whether nothing is missing any more that was asked for.
func (c *Case) answered() bool {
	return !slices.ContainsFunc(c.Items, func(i ItemState) bool {
		missing := i.Status == Missing && i.Required
		return missing || c.State == ActionRequired && c.asks(i.Item) && i.Status != Submitted
	})
}

// begin starts the full check of the next round.
func (c *Case) begin() []Effect {
	c.endPauses()
	c.State, c.Plan = Processing, nil
	// What was found before is answered; what people said stays.
	c.Findings = slices.DeleteFunc(c.Findings, func(f Finding) bool { return f.Code != HelpRequested })
	c.Round++
	return []Effect{RunChecks{c.ID, c.Round}}
}

func (c *Case) asks(i Item) bool {
	return c.Plan != nil && slices.ContainsFunc(c.Plan.Items, func(p PlanItem) bool { return p.Item == i })
}

// handOver makes it a reviewer's turn. What was asked of the applicant is not
// asked any more.
func (c *Case) handOver() {
	c.endPauses()
	c.State, c.Plan = InReview, nil
	c.forget(Cancelled)
}

// close ends a case that was not decided. Its findings stay: they are the reasons
// that its applicant and its integrator can still read.
func (c *Case) close() {
	c.endPauses()
	c.State, c.Plan = Expired, nil
}

// endPauses forgets the pauses, of the items and of the case.
func (c *Case) endPauses() {
	c.RetryAt = time.Time{}
	for k := range c.Items {
		c.Items[k].RetryAt = time.Time{}
	}
	c.forget(CoolingDown)
}

// handBack makes it the applicant's turn, with the full time to act.
func (c *Case) handBack(s State, p *Plan, at time.Time) {
	c.State, c.Plan = s, p
	if t := at.Add(c.Period); t.After(c.ExpiresAt) {
		c.ExpiresAt = t
	}
}

// remember keeps a refused picture; the oldest give way beyond a hundred.
func (c *Case) remember(p RefusedPicture) {
	if p.SHA256 != "" { // a sequence that did not arrive in full is no picture
		c.Refused = lastOf(append(c.Refused, p))
	}
}

// lastOf keeps the last hundred of a list.
func lastOf[T any](all []T) []T { return all[max(0, len(all)-100):] }

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
	c.Services = e.Services
	if e.Country != "" {
		c.Country = e.Country
	}
	// What people said (help was asked) outlives the machine's findings.
	c.Findings = slices.DeleteFunc(c.Findings, func(f Finding) bool { return f.Code != HelpRequested })
	helpAsked := len(c.Findings) > 0
	c.Findings = withReplaced(c.Items, append(c.Findings, e.Findings...))
	for _, p := range e.Refused {
		c.remember(p)
	}

	visible := Visible(c.Findings)
	worst := Note
	exhausted := false
	for k := range c.Items {
		exhausted = c.count(k, visible, e) || exhausted
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

// count judges one item by the visible findings: whether it passed, how many
// attempts it has had, and when it may be sent again. It reports whether no
// attempt is left for an item that failed.
func (c *Case) count(k int, visible []Finding, e Checked) (exhausted bool) {
	i := &c.Items[k]
	// free: it is not counted. failed: it is asked again, or a human looks at it.
	// own: for what was sent, not because another item is replaced.
	free, failed, own := false, false, false
	j := Judged{Item: i.Item, Round: e.Round}
	for _, f := range visible {
		if f.Item != i.Item {
			continue
		}
		d := f.Definition()
		free = free || d.Free
		if d.Severity == Retry || d.Severity == Review {
			failed = true
			own = own || f.Code != DetailsReplaced
		}
		if !slices.Contains(j.Codes, f.Code) {
			j.Codes = append(j.Codes, f.Code)
		}
	}
	judged := i.Status == Submitted && i.Current != nil
	if judged {
		j.Submission = i.Current.ID
		c.Judged = lastOf(append(c.Judged, j))
		if !free {
			i.Attempts++
		}
	}
	i.RetryAt = time.Time{}
	switch {
	case failed:
		i.Status = Failed
		if t := e.At.Add(e.Limits.pause(i.Item, i.Attempts)); judged && !free && own && t.After(e.At) {
			i.RetryAt = t
		}
		n := e.Limits.AttemptsFor(i.Item)
		return own && n > 0 && i.Attempts >= n
	case i.Current != nil:
		i.Status = Passed
	}
	return false
}

// settle moves the case to the state that its worst finding demands.
func (c *Case) settle(worst Severity, e Checked) {
	switch worst {
	case Final:
		c.endPauses()
		c.State, c.Plan = Declined, nil
	case Review:
		c.handOver()
	case Retry:
		p := PlanFor(c.Items, c.Findings, e.Limits)
		c.handBack(ActionRequired, &p, e.At)
		c.pausesOfPlan()
	case Note:
		c.endPauses()
		c.State, c.Plan = Approved, nil
	}
}

// pausesOfPlan tells of the pauses: of the case as a whole while nothing of its
// plan can be sent, and of each item that has to wait longer.
func (c *Case) pausesOfPlan() {
	c.forget(CoolingDown)
	c.RetryAt = time.Time{}
	for k, p := range c.Plan.Items {
		if k == 0 || p.RetryAt.Before(c.RetryAt) {
			c.RetryAt = p.RetryAt
		}
	}
	if !c.RetryAt.IsZero() {
		c.Findings = append(c.Findings, Finding{Code: CoolingDown, Item: WholeCase, From: c.RetryAt})
	}
	for _, p := range c.Plan.Items {
		if p.RetryAt.After(c.RetryAt) {
			c.Findings = append(c.Findings, Finding{Code: CoolingDown, Item: p.Item, From: p.RetryAt})
		}
	}
}

// withValues adds to what a person found, by code alone, the two values and the place
// that the machine found for the same: they are what the applicant can mend.
func withValues(person, machine []Finding) []Finding {
	out := slices.Clone(person)
	for k, f := range out {
		at := slices.IndexFunc(machine, func(m Finding) bool { return m.Code == f.Code && m.Item == f.Item && m.Field == f.Field })
		if at >= 0 && f.Values == nil {
			out[k].Values = machine[at].Values
		}
		if at >= 0 && f.Box == nil {
			out[k].Box = machine[at].Box
		}
	}
	return out
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
			if c.Items[k].Current != nil || c.Items[k].Waived {
				c.Items[k].Status = Passed
			}
		}
	case Declined:
		if len(e.Findings) == 0 {
			return invalid
		}
		c.Findings, c.Plan, c.State = e.Findings, nil, Declined
	case ActionRequired:
		found := withReplaced(c.Items, withValues(e.Findings, c.Findings))
		p := PlanFor(c.Items, found, Limits{})
		if len(p.Items) == 0 {
			return invalid
		}
		c.endPauses()
		// Whoever is asked again by a person begins anew: what was contradicted was
		// seen.
		c.Findings, c.Judged = found, nil
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
