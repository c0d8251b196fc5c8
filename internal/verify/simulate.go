package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// Past is a judged case with what it was judged on.
type Past struct {
	Case     kyc.Case
	Evidence Evidence
	At       time.Time // of the judgement, to the day
}

// Ending is how a case ends under a policy, without anything personal.
type Ending struct {
	Decision kyc.State  `json:"decision"` // open: something that the policy asks for was never sent
	Codes    []kyc.Code `json:"codes,omitempty"`
	Missing  []kyc.Item `json:"missing,omitempty"`
	// Services that rules leave open, and those that they close; what is missing is
	// not looked at here.
	Open   []string `json:"open_services,omitempty"`
	Closed []string `json:"closed_services,omitempty"`
}

// Rejudge derives again how a case ends: the same facts, the same rules of the
// core, another policy or the same one. What people decided is left out.
func Rejudge(p policy.Policy, x Past) (Ending, error) {
	findings := Judge(p, x.Evidence, x.At)
	c := x.Case
	c.State, c.Plan, c.Findings, c.RetryAt = kyc.Processing, nil, nil, time.Time{}
	c.Items = slices.Clone(c.Items)
	for k := range c.Items {
		if c.Items[k].Status == kyc.Submitted {
			c.Items[k].Status = kyc.Passed // it was counted in its own round
		}
	}
	c, _, err := kyc.Apply(c, kyc.Checked{Round: c.Round, Findings: findings, Limits: p.Limits(), At: x.At})
	if err != nil {
		return Ending{}, err
	}
	out := Ending{Decision: c.State}
	for _, f := range kyc.Visible(c.Findings) {
		if !slices.Contains(out.Codes, f.Code) {
			out.Codes = append(out.Codes, f.Code)
		}
	}
	for _, i := range p.Items {
		st, _ := c.Item(i)
		if st.Current == nil || i == kyc.Details && lacks(x.Evidence.Details, p.RequiredDetails()) != nil {
			out.Missing = append(out.Missing, i)
		}
	}
	if len(out.Missing) > 0 && out.Decision == kyc.Approved {
		out.Decision = kyc.Open
	}
	for _, s := range Services(p, x.Evidence, x.At) {
		switch {
		case len(s.Closed) > 0:
			out.Closed = append(out.Closed, s.Name)
		case out.Decision != kyc.Declined:
			out.Open = append(out.Open, s.Name)
		}
	}
	return out, nil
}

// Shift is a case that ends differently under another policy. It holds ids and
// codes, nothing personal.
type Shift struct {
	Case  kyc.CaseID `json:"case"`
	State kyc.State  `json:"state,omitempty"` // as it is stored; none of a synthetic one
	Old   Ending     `json:"old"`
	New   Ending     `json:"new"`
}

// Closes lists the services that close, and Opens those that open; a service that
// only one of the policies has does neither.
func (s Shift) Closes() []string { return both(s.Old.Open, s.New.Closed) }

// Opens is told with [Shift.Closes].
func (s Shift) Opens() []string { return both(s.Old.Closed, s.New.Open) }

func both(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(name string) bool { return !slices.Contains(b, name) })
}

// Compare judges a case under two policies; changed is false when it ends the
// same and, where it is not declined, no service opens or closes.
func Compare(before, after policy.Policy, x Past) (s Shift, changed bool, err error) {
	s = Shift{Case: x.Case.ID, State: x.Case.State}
	if s.Old, err = Rejudge(before, x); err != nil {
		return s, false, fmt.Errorf("judge case %s under %s: %w", x.Case.ID, before.ID(), err)
	}
	if s.New, err = Rejudge(after, x); err != nil {
		return s, false, fmt.Errorf("judge case %s under %s: %w", x.Case.ID, after.ID(), err)
	}
	services := s.New.Decision != kyc.Declined && len(s.Closes())+len(s.Opens()) > 0
	return s, s.Old.Decision != s.New.Decision || services, nil
}

// Compared is a case with how it ends under two policies.
type Compared struct {
	Past
	Shift
	Changed bool
}

// CompareAll judges cases under two policies, in their order, with several
// workers. It ends at the first error.
func CompareAll(before, after policy.Policy, cases iter.Seq2[Past, error], workers int) iter.Seq2[Compared, error] {
	const chunk = 256
	return func(yield func(Compared, error) bool) {
		// judge gives out what was collected; false ends.
		judge := func(part []Compared) bool {
			errs := make([]error, len(part))
			var g errgroup.Group
			g.SetLimit(max(1, workers))
			for k := range part {
				g.Go(func() error {
					x := &part[k]
					x.Shift, x.Changed, errs[k] = Compare(before, after, x.Past)
					return nil
				})
			}
			_ = g.Wait() // errs has them, in order
			for k := range part {
				if !yield(part[k], errs[k]) || errs[k] != nil {
					return false
				}
			}
			return true
		}
		part := make([]Compared, 0, chunk)
		for x, err := range cases {
			if err != nil {
				if judge(part) {
					yield(Compared{}, err)
				}
				return
			}
			if part = append(part, Compared{Past: x}); len(part) == chunk {
				if !judge(part) {
					return
				}
				part = part[:0]
			}
		}
		judge(part)
	}
}

// errNotMeasured says that evidence was sent and never judged, so that nothing
// can be derived again from it.
var errNotMeasured = errors.New("not everything that was sent was measured")

// History goes through the cases in some states that were judged at least once,
// in the order of their creation. Each is dated by what was sent last. unmeasured
// counts those that wait for a check, of which nothing is known yet.
func (s *Service) History(ctx context.Context, states []kyc.State, unmeasured *int) iter.Seq2[Past, error] {
	const page = 100
	return func(yield func(Past, error) bool) {
		var after kyc.CaseID
		for {
			cases, err := s.CasesIn(ctx, states, after, page)
			if err != nil {
				yield(Past{}, err)
				return
			}
			for _, c := range cases {
				after = c.ID
				if c.Round == 0 || c.Purpose != "" { // a new face is judged by no rule
					continue
				}
				x, err := s.past(ctx, c)
				switch {
				case errors.Is(err, errNotMeasured):
					*unmeasured++
					continue
				case kyc.KindOf(err) == kyc.NotFound:
					continue // erased since it was listed
				}
				if !yield(x, err) || err != nil {
					return
				}
			}
			if len(cases) < page {
				return
			}
		}
	}
}

func (s *Service) past(ctx context.Context, c kyc.Case) (Past, error) {
	e, err := s.evidence(ctx, c)
	x := Past{Case: c, Evidence: e, At: c.CreatedAt}
	for _, i := range c.Items {
		if i.Current != nil && i.Current.At.After(x.At) {
			x.At = i.Current.At
		}
	}
	if err == nil {
		err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			x.Evidence.Held, err = s.heldThen(ctx, tx, c, e)
			return err
		})
	}
	return x, err
}

// heldThen is who else held the document when a case was judged: what the case says
// of it, or who came before its own applicant.
func (s *Service) heldThen(ctx context.Context, tx kyc.Tx, c kyc.Case, e Evidence) (*Holder, error) {
	for _, f := range c.Findings {
		if id, ok := strings.CutPrefix(f.Measure, "case:"); ok && f.Code == kyc.DocumentElsewhere {
			told := slices.ContainsFunc(c.Findings, func(g kyc.Finding) bool { return g.Code == kyc.DocumentInUse })
			return &Holder{Case: kyc.CaseID(id), Approved: told}, nil
		}
	}
	holders, err := s.holders(ctx, tx, e)
	own := slices.IndexFunc(holders, func(h kyc.FingerprintRecord) bool { return h.Applicant == c.Applicant })
	if err != nil || own <= 0 {
		return nil, err
	}
	return &Holder{Case: holders[0].Case, Approved: true}, nil
}

// Affected is an approved case that a newer policy would not approve.
type Affected struct {
	Shift
	// From is the day from which the newer policy holds, today at the earliest.
	From time.Time
	// Noted says that the case carries the note already.
	Noted bool
}

// Loses tells whether an approved case loses by the newer policy of a comparison:
// it would have been decided less well, or services would close. What time alone
// changed, as a document that has run out since, is not the policy's doing and
// does not count.
func Loses(after policy.Policy, x Compared, now time.Time) (Affected, bool) {
	a := Affected{Shift: x.Shift, From: after.EffectiveFrom.Time, Noted: x.Past.Case.Requalified(after.ID())}
	if today := midnight(now); a.From.Before(today) {
		a.From = today
	}
	if !x.Changed || x.Past.Case.State != kyc.Approved {
		return a, false
	}
	return a, x.Old.Decision != x.New.Decision && x.New.Decision != kyc.Approved || len(x.Closes()) > 0
}

// Requalify notes on an approved case that a newer policy asks for more. The case
// stays approved; its applicant and its integrator can read the note, and the day
// from which it holds.
func (s *Service) Requalify(ctx context.Context, p policy.Policy, a Affected) error {
	_, err := s.apply(ctx, a.Case, func(kyc.Case) (kyc.Event, error) {
		return kyc.Requalify{Policy: p.ID(), From: a.From, Codes: a.New.Codes, At: s.cfg.Now()}, nil
	}, nil)
	return err
}
