package verify

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"bonafide/internal/kyc"
)

// What reviewers do, as the audit log keeps it. None of it changes a state.
const (
	ViewCase      = "view_case"
	TakeCase      = "take"
	ReleaseCase   = "release"
	AssignCase    = "assign"
	EscalateCase  = "escalate"
	WriteNote     = "note"
	Propose       = "propose"
	ConfirmedBy   = "confirm" // a second person agreed with a proposal
	ObjectedBy    = "object"  // and here did not
	SampleAgreed  = "sample_agree"
	SampleDiffers = "sample_differ"
)

// Person is a person who works for the operator, as they act.
type Person struct {
	ID   kyc.OperatorID
	Role kyc.Role
}

// settleDesk keeps the reviewers' desk and the figures in step with a case, in
// the transaction that stores it.
func (s *Service) settleDesk(ctx context.Context, tx kyc.Tx, c kyc.Case, effects []kyc.Effect) error {
	for _, e := range effects {
		rec, ok := e.(kyc.Record)
		if !ok {
			continue
		}
		if rec.From != rec.To || rec.Event == (kyc.Checked{}).Name() {
			err := tx.AddOutcome(ctx, kyc.OutcomeRecord{
				Case: c.ID, At: rec.At, Event: rec.Event, From: rec.From, To: rec.To, Round: c.Round, Country: c.Country, Codes: rec.Codes,
			})
			if err != nil {
				return err
			}
		}
		if err := s.place(ctx, tx, c, rec); err != nil {
			return err
		}
	}
	return nil
}

// place lays a case on the desk, or takes it off, after something happened to it.
func (s *Service) place(ctx context.Context, tx kyc.Tx, c kyc.Case, rec kyc.Record) error {
	if c.State != kyc.InReview && rec.From == rec.To {
		return nil // as with nearly everything that is sent
	}
	policy := s.Policy().Review
	reported, err := openReport(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if c.State == kyc.InReview {
		reason := reviewReason(c, reported)
		q, err := tx.Queued(ctx, c.ID)
		switch {
		case err == nil && q.Kind == kyc.ForReview && q.Reason == reason:
			return nil
		case err == nil && q.Kind != kyc.ForSample: // help was asked for meanwhile, or it comes back
			q.Kind, q.Reason = kyc.ForReview, reason
			if due := rec.At.Add(policy.GoalFor(reason)); due.Before(q.DueAt) {
				q.DueAt = due
			}
		case err == nil || kyc.KindOf(err) == kyc.NotFound:
			q = kyc.QueueRecord{Case: c.ID, Kind: kyc.ForReview, Reason: reason, Since: rec.At, DueAt: rec.At.Add(policy.GoalFor(reason))}
		default:
			return err
		}
		return tx.PutQueue(ctx, q)
	}
	if reported && c.State != kyc.Erased {
		return s.keepReport(ctx, tx, c, rec.At)
	}
	if rec.From != "" {
		if err := tx.DropQueue(ctx, c.ID); err != nil {
			return err
		}
	}
	if rec.Event != (kyc.Checked{}).Name() || c.State != kyc.Approved && c.State != kyc.Declined {
		return nil
	}
	drawn, err := s.sampled(c, policy.Sample)
	if err != nil || !drawn {
		return err
	}
	return tx.PutQueue(ctx, kyc.QueueRecord{Case: c.ID, Kind: kyc.ForSample, Since: rec.At, DueAt: rec.At.Add(policy.GoalFor(""))})
}

// reviewReason is the code that a case waits for: a report that is open, else help
// that a person asked for, else what only a person may judge, else what comes first.
func reviewReason(c kyc.Case, reported bool) kyc.Code {
	if reported {
		return kyc.TheftReported
	}
	var reason kyc.Code
	for _, f := range kyc.Visible(c.Findings) {
		if f.Code == kyc.TheftReported {
			continue // it is closed, or is another case's
		}
		if f.Code == kyc.HelpRequested {
			return f.Code
		}
		if reason == "" || f.Definition().Severity == kyc.Review && severityOf(reason) != kyc.Review {
			reason = f.Code
		}
	}
	return reason
}

func severityOf(c kyc.Code) kyc.Severity { return kyc.Finding{Code: c}.Definition().Severity }

// sampled reports whether a decision is among those that are made again. Nobody
// who lacks the key can foresee it, and it is the same each time.
func (s *Service) sampled(c kyc.Case, share float64) (bool, error) {
	if share <= 0 {
		return false, nil
	}
	mark, err := s.cfg.Sealer.Fingerprint("sample", string(c.ID), strconv.Itoa(c.Round))
	if err != nil {
		return false, err
	}
	return float64(binary.BigEndian.Uint64(mark)) < share*math.MaxUint64, nil
}

// issuerOf is the country that issued the document of some evidence, as the
// document says it.
func issuerOf(e Evidence) string {
	for _, s := range []*Side{e.Front, e.Back} {
		if s != nil && s.Issuer != "" {
			return s.Issuer
		}
	}
	v, _, _ := e.field(kyc.IssuingState)
	return v.Text
}

// onDesk runs f on a case that lies on the desk, in one transaction. f may change
// the record, which is then kept; it says what goes into the audit log.
func (s *Service) onDesk(ctx context.Context, id kyc.CaseID, by kyc.OperatorID, f func(tx kyc.Tx, r kyc.CaseRecord, q *kyc.QueueRecord) (kyc.Record, error)) (kyc.QueueRecord, error) {
	var q kyc.QueueRecord
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if q, err = tx.Queued(ctx, id); err != nil {
			if kyc.KindOf(err) == kyc.NotFound {
				err = &kyc.Error{Kind: kyc.NotAllowed, Op: "work on case", State: r.State}
			}
			return err
		}
		rec, err := f(tx, r, &q)
		if err != nil {
			return err
		}
		if err := tx.PutQueue(ctx, q); err != nil || rec.Event == "" {
			return err
		}
		return s.note(ctx, tx, r, by, rec)
	})
	return q, wrap("work on case", id, err)
}

// note writes what a person did, which changed no state, into the audit log.
func (s *Service) note(ctx context.Context, tx kyc.Tx, r kyc.CaseRecord, by kyc.OperatorID, rec kyc.Record) error {
	rec.Case, rec.From, rec.To, rec.Actor, rec.At = r.ID, r.State, r.State, string(by), s.cfg.Now()
	return s.log(ctx, tx, rec)
}

// taken is the refusal of what somebody else is at work on.
func taken(q kyc.QueueRecord) error {
	return &kyc.Error{Kind: kyc.Conflict, Op: "take case", Detail: "A colleague has this case open until " + q.LockedUntil.UTC().Format("15:04") + " UTC."}
}

// Take keeps a case for a person, or renews that. Conflict while somebody else
// has it, Forbidden where it was handed up to others.
func (s *Service) Take(ctx context.Context, id kyc.CaseID, by Person) (kyc.QueueRecord, error) {
	now := s.cfg.Now()
	return s.onDesk(ctx, id, by.ID, func(_ kyc.Tx, _ kyc.CaseRecord, q *kyc.QueueRecord) (kyc.Record, error) {
		switch {
		case q.Locked(by.ID, now):
			return kyc.Record{}, taken(*q)
		case q.Escalated && !by.Role.May(kyc.DecideEscalated):
			return kyc.Record{}, handedUp() // who cannot decide it keeps it from nobody who can
		}
		fresh := q.LockedBy != by.ID || !now.Before(q.LockedUntil)
		q.LockedBy, q.LockedUntil = by.ID, now.Add(s.Policy().Review.Lock)
		if !fresh {
			return kyc.Record{}, nil
		}
		return kyc.Record{Event: TakeCase}, nil
	})
}

// Release gives a case back that a person took; nothing happens where they did
// not.
func (s *Service) Release(ctx context.Context, id kyc.CaseID, by kyc.OperatorID) error {
	_, err := s.onDesk(ctx, id, by, func(_ kyc.Tx, _ kyc.CaseRecord, q *kyc.QueueRecord) (kyc.Record, error) {
		if q.LockedBy != by {
			return kyc.Record{}, nil
		}
		unlock(q)
		return kyc.Record{Event: ReleaseCase}, nil
	})
	return err
}

func unlock(q *kyc.QueueRecord) { q.LockedBy, q.LockedUntil = "", time.Time{} }

// Assign gives a case to a colleague who may decide it; "" gives it to whoever
// comes.
func (s *Service) Assign(ctx context.Context, id kyc.CaseID, to, by kyc.OperatorID) (kyc.QueueRecord, error) {
	return s.onDesk(ctx, id, by, func(tx kyc.Tx, _ kyc.CaseRecord, q *kyc.QueueRecord) (kyc.Record, error) {
		if q.Locked(by, s.cfg.Now()) {
			return kyc.Record{}, taken(*q)
		}
		if to != "" {
			o, err := tx.Operator(ctx, to)
			if err != nil && kyc.KindOf(err) != kyc.NotFound {
				return kyc.Record{}, err
			}
			if err != nil || !o.DisabledAt.IsZero() || !o.Role.May(kyc.Decide) || q.Escalated && !o.Role.May(kyc.DecideEscalated) {
				return kyc.Record{}, &kyc.Error{Kind: kyc.Invalid, Op: "assign case", Detail: "This colleague may not decide the case. Choose one who may."}
			}
		}
		q.Assignee = to
		return kyc.Record{Event: AssignCase, Note: string(to)}, nil
	})
}

// Escalate hands a case up to those who may decide what was handed up.
func (s *Service) Escalate(ctx context.Context, id kyc.CaseID, by kyc.OperatorID) (kyc.QueueRecord, error) {
	return s.onDesk(ctx, id, by, func(_ kyc.Tx, _ kyc.CaseRecord, q *kyc.QueueRecord) (kyc.Record, error) {
		if q.Locked(by, s.cfg.Now()) {
			return kyc.Record{}, taken(*q)
		}
		q.Escalated, q.Assignee = true, ""
		unlock(q)
		return kyc.Record{Event: EscalateCase}, nil
	})
}

// maxNote is the most characters of a note.
const maxNote = 2000

// Note is what a reviewer wrote about a case, for colleagues.
type Note struct {
	ID   string         `json:"id"`
	By   kyc.OperatorID `json:"by"`
	At   time.Time      `json:"at"`
	Text string         `json:"text"`
}

// AddNote keeps a note about a case, sealed with the applicant's data. It decides
// nothing and is not told to the applicant.
func (s *Service) AddNote(ctx context.Context, id kyc.CaseID, by kyc.OperatorID, text string) error {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > maxNote || !utf8.ValidString(text) {
		return &kyc.Error{Kind: kyc.Invalid, Op: "note", Detail: fmt.Sprintf("A note has 1 to %d characters.", maxNote)}
	}
	n := kyc.NoteRecord{ID: s.cfg.NewID("note"), Case: id, By: by, CreatedAt: s.cfg.Now()}
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if r.State == kyc.Erased {
			return &kyc.Error{Kind: kyc.NotAllowed, Op: "note", State: r.State}
		}
		n.Applicant = r.Applicant
		if n.Sealed, err = s.sealJSON(ctx, tx, r.Applicant, about("note", n.ID), text); err != nil {
			return err
		}
		if err := tx.AddNote(ctx, n); err != nil {
			return err
		}
		return s.note(ctx, tx, r, by, kyc.Record{Event: WriteNote, Note: n.ID})
	})
	return wrap("note on case", id, err)
}

func (s *Service) mayReviewElsewhere(ctx context.Context, tx kyc.Tx, c kyc.Case, verdict kyc.State, reasons []kyc.Finding) error {
	refused := func(why string) error {
		return &kyc.Error{Kind: kyc.Conflict, Op: "review", State: c.State, Detail: why + ": decide it in the console"}
	}
	if s.Policy().Review.NeedsTwo(verdict, slices.Concat(c.Findings, reasons)) {
		return refused("the policy wants two people for this decision")
	}
	q, err := tx.Queued(ctx, c.ID)
	switch {
	case kyc.KindOf(err) == kyc.NotFound:
		return nil
	case err != nil:
		return err
	case q.Proposal != nil:
		return refused("a decision waits for a second person")
	case q.Escalated:
		return refused("the case was handed up")
	case q.Locked("", s.cfg.Now()):
		return refused("somebody is deciding this case")
	}
	return nil
}

// Decision is what a person's verdict led to.
type Decision struct {
	State    kyc.State `json:"state"`
	Proposed bool      `json:"proposed"` // a second person confirms it first
}

// Decide decides a case that a person took: at once, or as a proposal where the
// policy wants a second person. A sample is compared with what was decided
// without a person; where the two differ the case goes to review, handed up.
func (s *Service) Decide(ctx context.Context, id kyc.CaseID, by Person, verdict kyc.State, reasons []kyc.Finding) (Decision, error) {
	return s.judgeOnDesk(ctx, id, by, func(tx kyc.Tx, c kyc.Case, version int64, q kyc.QueueRecord) (judged, error) {
		if q.Proposal != nil {
			return judged{}, &kyc.Error{Kind: kyc.Conflict, Op: "decide", Detail: "A decision waits for a second person: confirm it, or object to it."}
		}
		if q.Kind == kyc.ForSample {
			return s.decideSample(ctx, tx, c, version, by.ID, verdict, reasons)
		}
		e := kyc.Reviewed{By: string(by.ID), Verdict: verdict, Findings: reasons, At: s.cfg.Now()}
		next, effects, err := kyc.Apply(c, e)
		if err != nil {
			return judged{Case: c}, err
		}
		if s.Policy().Review.NeedsTwo(verdict, slices.Concat(c.Findings, reasons)) {
			q.Proposal = &kyc.Proposal{By: by.ID, Verdict: verdict, Findings: reasons, At: e.At}
			unlock(&q)
			if err := tx.PutQueue(ctx, q); err != nil {
				return judged{Case: c}, err
			}
			return judged{Case: c}, s.log(ctx, tx, kyc.Record{
				Case: id, Event: Propose, From: c.State, To: c.State, Actor: string(by.ID), Codes: codesOf(reasons), Note: string(verdict), At: e.At,
			})
		}
		return s.storeReviewed(ctx, tx, c, next, version, effects)
	})
}

// Confirm ends a proposal of somebody else: it becomes the decision, or the case
// goes back to the desk without it.
func (s *Service) Confirm(ctx context.Context, id kyc.CaseID, by Person, agree bool) (Decision, error) {
	return s.judgeOnDesk(ctx, id, by, func(tx kyc.Tx, c kyc.Case, version int64, q kyc.QueueRecord) (judged, error) {
		p, now := q.Proposal, s.cfg.Now()
		if p == nil {
			return judged{Case: c}, &kyc.Error{Kind: kyc.Conflict, Op: "confirm", Detail: "No decision waits for a second person here."}
		}
		if p.By == by.ID {
			return judged{Case: c}, &kyc.Error{Kind: kyc.Forbidden, Op: "confirm", Detail: "This decision is your own. A second person must confirm it."}
		}
		event := ConfirmedBy
		if !agree {
			event = ObjectedBy
		}
		rec := kyc.Record{Case: id, Event: event, From: c.State, To: c.State, Actor: string(by.ID), Codes: codesOf(p.Findings), Note: string(p.By), At: now}
		if err := s.agreement(ctx, tx, c, rec, p.Verdict); err != nil {
			return judged{Case: c}, err
		}
		if !agree {
			q.Proposal = nil
			return judged{Case: c}, tx.PutQueue(ctx, q)
		}
		next, effects, err := kyc.Apply(c, kyc.Reviewed{By: string(by.ID), Verdict: p.Verdict, Findings: p.Findings, At: now})
		if err != nil {
			return judged{Case: c}, err
		}
		return s.storeReviewed(ctx, tx, c, next, version, effects)
	})
}

// agreement keeps that two judged the same case, in the audit log and for the
// figures.
func (s *Service) agreement(ctx context.Context, tx kyc.Tx, c kyc.Case, rec kyc.Record, verdict kyc.State) error {
	err := tx.AddOutcome(ctx, kyc.OutcomeRecord{
		Case: c.ID, At: rec.At, Event: rec.Event, From: c.State, To: verdict, Round: c.Round, Country: c.Country, Codes: rec.Codes,
	})
	if err != nil {
		return err
	}
	return s.log(ctx, tx, rec)
}

// decideSample compares a person's verdict with the decision that was made
// without one.
func (s *Service) decideSample(ctx context.Context, tx kyc.Tx, c kyc.Case, version int64, by kyc.OperatorID, verdict kyc.State, reasons []kyc.Finding) (judged, error) {
	switch {
	case !verdict.IsVerdict():
		return judged{Case: c}, &kyc.Error{Kind: kyc.Invalid, Op: "decide", Detail: "The verdict is approved, declined or action_required."}
	case verdict != kyc.Approved && len(reasons) == 0:
		return judged{Case: c}, &kyc.Error{Kind: kyc.Invalid, Op: "decide", Detail: "say why, by finding code"}
	}
	now := s.cfg.Now()
	// Who would have asked again does not agree with a refusal.
	agrees := verdict == c.State
	rec := kyc.Record{Case: c.ID, Event: SampleAgreed, From: c.State, To: c.State, Actor: string(by), Codes: codesOf(reasons), Note: string(verdict), At: now}
	if !agrees {
		rec.Event = SampleDiffers
	}
	if err := s.agreement(ctx, tx, c, rec, verdict); err != nil {
		return judged{Case: c}, err
	}
	if err := tx.DropQueue(ctx, c.ID); err != nil || agrees {
		return judged{Case: c}, err
	}
	var e kyc.Event = kyc.Suspend{By: string(by), Findings: reasons, At: now}
	if c.State == kyc.Declined {
		e = kyc.Appeal{By: string(by), At: now}
	}
	next, effects, err := kyc.Apply(c, e)
	if err != nil {
		return judged{Case: c}, err
	}
	gone, err := s.store(ctx, tx, next, version, effects)
	if err != nil {
		return judged{Case: c}, err
	}
	q, err := tx.Queued(ctx, c.ID)
	if err != nil {
		return judged{Case: c}, err
	}
	q.Escalated = true
	return judged{Case: next, gone: gone}, tx.PutQueue(ctx, q)
}

// judged is a case after somebody judged it, with what is to be done once that is
// committed.
type judged struct {
	kyc.Case
	gone []string  // blobs to delete
	face *Portrait // to be known again, where the case was approved
	// unseen are signals that the person could not know of, with errUnseen.
	unseen []kyc.Finding
}

// storeReviewed stores what a person decided: who is approved holds their document
// and is known by their face.
func (s *Service) storeReviewed(ctx context.Context, tx kyc.Tx, c, next kyc.Case, version int64, effects []kyc.Effect) (judged, error) {
	f, unseen, err := s.approve(ctx, tx, c, next)
	if err != nil {
		return judged{unseen: unseen}, err
	}
	gone, err := s.store(ctx, tx, next, version, effects)
	return judged{Case: next, gone: gone, face: f}, err
}

// judgeOnDesk runs f on a case that a person holds and may decide, and reports
// what became of it.
func (s *Service) judgeOnDesk(ctx context.Context, id kyc.CaseID, by Person, f func(kyc.Tx, kyc.Case, int64, kyc.QueueRecord) (judged, error)) (Decision, error) {
	var out Decision
	var j judged
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		r, c, q, err := s.held(ctx, tx, id, by)
		if err != nil {
			return err
		}
		if j, err = f(tx, c, r.Version, q); err != nil {
			return err
		}
		out.State = j.State
		left, err := tx.Queued(ctx, id)
		if err != nil && kyc.KindOf(err) != kyc.NotFound {
			return err
		}
		out.Proposed = left.Proposal != nil
		return nil
	})
	if errors.Is(err, errUnseen) {
		_, err = s.pointOut(ctx, id, j.unseen)
	}
	if err == nil {
		s.knowFace(j.Case, j.face)
		err = s.deleteBlobs(ctx, j.gone)
	}
	return out, wrap("decide case", id, err)
}

func codesOf(fs []kyc.Finding) []kyc.Code {
	var out []kyc.Code
	for _, f := range fs {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}
