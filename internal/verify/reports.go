package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
)

// What people do with the other side of a case, as the audit log keeps it.
const (
	ViewSides    = "view_sides"    // who else the case is about was looked up
	WithdrewSide = "withdraw"      // the approval of the other side was suspended or revoked
	CloseReport  = "report_closed" // both sides of a report were looked at
)

// Sides is who else a case is about: the accounts that hold its document or have
// a face like its own, the record that a face is compared with, and the report of
// its applicant.
type Sides struct {
	Report *Report `json:"report,omitempty"`
	Others []Other `json:"others"`
}

// Report is that an applicant says that somebody else used their document.
type Report struct {
	ID     kyc.RecoveryID     `json:"id"`
	Case   kyc.CaseID         `json:"case"` // of whoever reports
	Status kyc.RecoveryStatus `json:"status"`
	At     time.Time          `json:"at"`
	Closed *Closing           `json:"closed,omitempty"`
}

// Closing is what a person found when they looked at both sides of a report.
type Closing struct {
	By      kyc.OperatorID `json:"by"`
	At      time.Time      `json:"at"`
	Founded bool           `json:"founded"` // somebody else did use the document
	Code    kyc.Code       `json:"code"`    // what shows it
}

// Other is another case that a case is about.
type Other struct {
	Case      kyc.CaseID `json:"case"`
	State     kyc.State  `json:"state,omitempty"` // none of a case that waits for a blind second look
	CreatedAt time.Time  `json:"created_at"`
	// Why are the ties: "document", "face", "record", "recovery" or "report".
	Why   []string `json:"why"`
	Faces []Pair   `json:"faces"`
}

// Pair is how alike a face of this case is to one of the other.
type Pair struct {
	Here  string `json:"here"` // "live" or "portrait"
	There string `json:"there"`
	Likeness
}

// openReport reports whether the report of a case waits for a person.
func openReport(ctx context.Context, tx kyc.Tx, id kyc.CaseID) (bool, error) {
	r, err := tx.RecoveryOf(ctx, id)
	if kyc.KindOf(err) == kyc.NotFound {
		return false, nil
	}
	return r.Status == kyc.RecoveryReported, err
}

// reported puts a report into its case and so onto the desk, once.
func (s *Service) reported(ctx context.Context, tx kyc.Tx, c kyc.Case, version int64, r kyc.RecoveryRecord) error {
	if r.Status != kyc.RecoveryReported || slices.ContainsFunc(c.Findings, func(f kyc.Finding) bool { return f.Code == kyc.TheftReported }) {
		return nil
	}
	next, effects, err := kyc.Apply(c, kyc.Noticed{Findings: []kyc.Finding{{Code: kyc.TheftReported, Item: kyc.Uniqueness}}, At: r.UpdatedAt})
	if err != nil {
		return err
	}
	_, err = s.store(ctx, tx, next, version, effects) // it deletes nothing
	return err
}

// keepReport leaves a decided case on the desk for its report, in the hands of
// whoever has it.
func (s *Service) keepReport(ctx context.Context, tx kyc.Tx, c kyc.Case, at time.Time) error {
	q, err := tx.Queued(ctx, c.ID)
	if kyc.KindOf(err) == kyc.NotFound {
		q = kyc.QueueRecord{Case: c.ID, Since: at, DueAt: at.Add(s.Policy().Review.GoalFor(kyc.TheftReported))}
	} else if err != nil {
		return err
	}
	q.Kind, q.Reason, q.Proposal = kyc.ForReport, kyc.TheftReported, nil
	return tx.PutQueue(ctx, q)
}

// Sides looks up who else a case is about. That by looked is in the audit log
// before it is given out. Of a second look that is blind it says nothing.
func (s *Service) Sides(ctx context.Context, id kyc.CaseID, by kyc.OperatorID) (Sides, error) {
	out := Sides{Others: []Other{}}
	c, err := s.Case(ctx, id)
	if err != nil {
		return out, wrap("look at the sides of case", id, err)
	}
	if c.State == kyc.Erased {
		return out, &kyc.Error{Kind: kyc.NotFound, Op: "look at the sides of case"}
	}
	// The search is no part of the transaction that records it: it takes long.
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		blind, err := isBlind(ctx, tx, id)
		if err != nil || blind {
			return err
		}
		if out.Others, err = s.others(ctx, tx, c); err == nil {
			out.Report, err = s.reportOf(ctx, tx, c, out.Others)
		}
		return err
	})
	if err != nil {
		return Sides{}, wrap("look at the sides of case", id, err)
	}
	var ids []string
	for _, o := range out.Others {
		ids = append(ids, string(o.Case))
	}
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, r, by, kyc.Record{Event: ViewSides, Note: strings.Join(ids, " ")})
	})
	if err != nil {
		return Sides{}, wrap("look at the sides of case", id, err)
	}
	own, err := s.faceRecord(ctx, id)
	if err != nil {
		return out, wrap("look at the sides of case", id, err)
	}
	for k := range out.Others {
		there, err := s.faceRecord(ctx, out.Others[k].Case)
		if err != nil {
			return out, wrap("look at the sides of case", id, err)
		}
		out.Others[k].Faces = s.pairs(*own, *there)
	}
	return out, nil
}

// pairs compares the faces of two cases.
func (s *Service) pairs(here, there Record) []Pair {
	out := []Pair{}
	for _, x := range []struct {
		here, there string
		a, b        []byte
	}{
		{"live", "live", here.Selfie, there.Selfie},
		{"live", "portrait", here.Selfie, there.Portrait},
		{"portrait", "live", here.Portrait, there.Selfie},
		{"portrait", "portrait", here.Portrait, there.Portrait},
	} {
		if len(x.a) == 0 || len(x.b) == 0 {
			continue
		}
		a, errA := face.ParseTemplate(x.a)
		b, errB := face.ParseTemplate(x.b)
		c, err := face.Compare(a, b)
		if errA != nil || errB != nil || err != nil {
			continue // of two models: they do not compare
		}
		m := Match{Score: c.Score, Threshold: s.Policy().Thresholds.Face.Match, Model: c.Model}
		out = append(out, Pair{x.here, x.there, Likeness{m, face.FalseMatchRate(c.Score)}})
	}
	return out
}

// others collects the other cases that a case is about, within a transaction: what
// is known in memory of faces is asked there, too.
func (s *Service) others(ctx context.Context, tx kyc.Tx, c kyc.Case) ([]Other, error) {
	ties := map[kyc.CaseID][]string{}
	var order []kyc.CaseID
	tie := func(id kyc.CaseID, why string) {
		if id == "" || id == c.ID || slices.Contains(ties[id], why) {
			return
		}
		if ties[id] == nil {
			order = append(order, id)
		}
		ties[id] = append(ties[id], why)
	}
	tie(c.Against, "record")
	if r, err := tx.RecoveryByProof(ctx, c.ID); err == nil {
		tie(r.Case, "recovery")
	} else if kyc.KindOf(err) != kyc.NotFound {
		return nil, err
	}
	for _, f := range c.Findings {
		// A suspension says of whose report it is.
		if from, ok := strings.CutPrefix(f.Measure, "case:"); ok && f.Code != kyc.DocumentElsewhere {
			tie(kyc.CaseID(from), "report")
		}
	}
	if c.Purpose == "" {
		e, err := s.reviewed(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		held, err := s.holders(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		for _, h := range held {
			if h.Applicant != c.Applicant {
				tie(h.Case, "document")
			}
		}
		for _, x := range s.alike(s.Policy(), c, e) {
			tie(x.Case, "face")
		}
	}
	out := []Other{}
	for _, id := range order {
		r, err := tx.Case(ctx, id)
		if kyc.KindOf(err) == kyc.NotFound || err == nil && r.State == kyc.Erased {
			continue
		}
		if err != nil {
			return nil, err
		}
		state, err := blindly(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		if r.State == kyc.Approved {
			state = r.State // the tie says so already, and somebody may have to take it back
		}
		out = append(out, Other{Case: id, State: state, CreatedAt: r.CreatedAt, Why: ties[id], Faces: []Pair{}})
	}
	return out, nil
}

// isBlind reports whether a case waits for a second look, which must not know how it
// was decided.
func isBlind(ctx context.Context, tx kyc.Tx, id kyc.CaseID) (bool, error) {
	q, err := tx.Queued(ctx, id)
	if kyc.KindOf(err) == kyc.NotFound {
		return false, nil
	}
	return q.Kind == kyc.ForSample, err
}

// blindly is the state of a case, "" where it must not be known.
func blindly(ctx context.Context, tx kyc.Tx, r kyc.CaseRecord) (kyc.State, error) {
	blind, err := isBlind(ctx, tx, r.ID)
	if err != nil || blind {
		return "", err
	}
	return r.State, nil
}

// reportOf is the report of a case's applicant, or the one that another case made
// against it.
func (s *Service) reportOf(ctx context.Context, tx kyc.Tx, c kyc.Case, others []Other) (*Report, error) {
	ids := []kyc.CaseID{c.ID}
	for _, o := range others {
		if slices.Contains(o.Why, "report") {
			ids = append(ids, o.Case)
		}
	}
	for _, id := range ids {
		r, x, err := s.openRecovery(ctx, tx, id)
		if kyc.KindOf(err) == kyc.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.Status == kyc.RecoveryReported || r.Status == kyc.RecoveryClosed {
			return &Report{ID: r.ID, Case: id, Status: r.Status, At: r.UpdatedAt, Closed: x.Closed}, nil
		}
	}
	return nil, nil //nolint:nilnil // nobody reported anything
}

// Withdraw suspends the approval of another case that a case on the desk is about,
// or revokes it for good. The person must have the case that it is about.
func (s *Service) Withdraw(ctx context.Context, id, other kyc.CaseID, by Person, revoke bool, why []kyc.Finding) (kyc.Case, error) {
	if !by.Role.May(kyc.Withdraw) {
		return kyc.Case{}, &kyc.Error{Kind: kyc.Forbidden, Op: "withdraw", Detail: "A senior or compliance colleague takes an approval back. Hand the case up."}
	}
	var next kyc.Case
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		_, c, q, err := s.held(ctx, tx, id, by)
		if err != nil {
			return err
		}
		if q.Kind == kyc.ForSample {
			return &kyc.Error{Kind: kyc.NotAllowed, Op: "withdraw", State: c.State, Detail: "A second look is blind: nothing but this case is decided from it."}
		}
		all, err := s.others(ctx, tx, c)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(o Other) bool { return o.Case == other && !slices.Contains(o.Why, "recovery") }) {
			return &kyc.Error{Kind: kyc.NotFound, Op: "withdraw"}
		}
		r, err := tx.Case(ctx, other)
		if err != nil {
			return err
		}
		before, err := s.open(ctx, tx, r)
		if err != nil {
			return err
		}
		for k := range why {
			why[k].Measure = "case:" + string(id)
		}
		now := s.cfg.Now()
		var e kyc.Event = kyc.Suspend{By: string(by.ID), Findings: why, At: now}
		if revoke {
			if s.Policy().Review.NeedsTwo(kyc.Declined, slices.Concat(c.Findings, before.Findings, why)) {
				return &kyc.Error{Kind: kyc.Conflict, Op: "withdraw", Detail: "The policy wants two people for a refusal. Suspend the approval: its case then waits in the queue, where one refuses it and another confirms."}
			}
			e = kyc.Revoke{By: string(by.ID), Findings: why, At: now}
		}
		var effects []kyc.Effect
		if next, effects, err = kyc.Apply(before, e); err != nil {
			return err
		}
		if _, err := s.store(ctx, tx, next, r.Version, effects); err != nil { // it deletes nothing
			return err
		}
		return s.log(ctx, tx, kyc.Record{
			Case: id, Event: WithdrewSide, From: c.State, To: c.State, Actor: string(by.ID), Codes: codesOf(why), Note: e.Name() + " " + string(other), At: now,
		})
	})
	return next, wrap("withdraw the approval of case", other, err)
}

// CloseReport ends a report: a person has looked at both sides and says, by code,
// what shows whether somebody else used the document. It decides neither case.
func (s *Service) CloseReport(ctx context.Context, id kyc.CaseID, by Person, founded bool, code kyc.Code) (Report, error) {
	d, ok := kyc.Lookup(code)
	if !ok || d.Severity != kyc.Review && d.Severity != kyc.Final && code != kyc.FaceMismatch {
		return Report{}, &kyc.Error{Kind: kyc.Invalid, Op: "close report", Detail: "Say what shows it, by a finding code from the list."}
	}
	var out Report
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		_, c, q, err := s.held(ctx, tx, id, by)
		if err != nil {
			return err
		}
		r, x, err := s.openRecovery(ctx, tx, id)
		if err != nil && kyc.KindOf(err) != kyc.NotFound {
			return err
		}
		if err != nil || r.Status != kyc.RecoveryReported {
			return &kyc.Error{Kind: kyc.Conflict, Op: "close report", Detail: "No report is open here. Somebody may have closed it meanwhile."}
		}
		now := s.cfg.Now()
		x.Closed = &Closing{By: by.ID, At: now, Founded: founded, Code: code}
		r.Status, r.UpdatedAt = kyc.RecoveryClosed, now
		if r.Sealed, err = s.sealJSON(ctx, tx, r.Applicant, about("recovery", string(r.ID)), x); err != nil {
			return err
		}
		if err := tx.SaveRecovery(ctx, r); err != nil {
			return err
		}
		if c.State == kyc.InReview {
			q.Reason = reviewReason(c, false)
			err = tx.PutQueue(ctx, q)
		} else {
			err = tx.DropQueue(ctx, id)
		}
		if err != nil {
			return err
		}
		out = Report{ID: r.ID, Case: id, Status: r.Status, At: now, Closed: x.Closed}
		verdict := "unfounded"
		if founded {
			verdict = "founded"
		}
		return s.log(ctx, tx, kyc.Record{
			Case: id, Event: CloseReport, From: c.State, To: c.State, Actor: string(by.ID), Codes: []kyc.Code{code}, Note: fmt.Sprintf("%s %s", r.ID, verdict), At: now,
		})
	})
	return out, wrap("close report of case", id, err)
}

// held opens a case on the desk that a person has taken and may decide.
func (s *Service) held(ctx context.Context, tx kyc.Tx, id kyc.CaseID, by Person) (kyc.CaseRecord, kyc.Case, kyc.QueueRecord, error) {
	r, err := tx.Case(ctx, id)
	if err != nil {
		return r, kyc.Case{}, kyc.QueueRecord{}, err
	}
	q, err := tx.Queued(ctx, id)
	if kyc.KindOf(err) == kyc.NotFound {
		err = &kyc.Error{Kind: kyc.NotAllowed, Op: "decide", State: r.State}
	}
	if err == nil {
		err = mayDecide(q, by, s.cfg.Now())
	}
	if err != nil {
		return r, kyc.Case{}, q, err
	}
	c, err := s.open(ctx, tx, r)
	return r, c, q, err
}

// mayDecide refuses who does not have a case, or may not decide it.
func mayDecide(q kyc.QueueRecord, by Person, now time.Time) error {
	switch {
	case q.Locked(by.ID, now):
		return taken(q)
	case q.LockedBy != by.ID || !now.Before(q.LockedUntil):
		return &kyc.Error{Kind: kyc.Conflict, Op: "decide", Detail: "Take the case first, so that nobody else decides it meanwhile."}
	case q.Escalated && !by.Role.May(kyc.DecideEscalated):
		return handedUp()
	}
	return nil
}

// handedUp is the refusal of a case that was handed up.
func handedUp() error {
	return &kyc.Error{Kind: kyc.Forbidden, Op: "decide", Detail: "This case was handed up. A senior or compliance colleague decides it."}
}
