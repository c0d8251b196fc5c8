package verify

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// reviewing is a policy under which people decide.
func reviewing(r policy.Review) policy.Policy {
	p := rules()
	p.Items = []kyc.Item{kyc.Details}
	p.Review = r
	p.Review.Goal, p.Review.Lock = 24*time.Hour, 5*time.Minute
	return p
}

// waiting is a case that waits for a reviewer, by a failure of ours.
func (l *lab) waiting() kyc.Case {
	l.Helper()
	c := l.open(kyc.Details)
	l.details(c.ID, rightDetails)
	if err := l.ChecksFailed(l.ctx(), c.ID, 1); err != nil {
		l.Fatal(err)
	}
	return l.read(c.ID)
}

func (l *lab) person(id kyc.OperatorID, r kyc.Role) Person {
	l.Helper()
	must(l, l.db.Write(l.ctx(), func(tx kyc.Tx) error {
		return tx.CreateOperator(l.ctx(), kyc.OperatorRecord{ID: id, Role: r, CreatedAt: l.now()})
	}))
	return Person{id, r}
}

func must(l *lab, err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *lab) take(id kyc.CaseID, by Person) {
	l.Helper()
	_, err := l.Take(l.ctx(), id, by)
	must(l, err)
}

func (l *lab) queued(id kyc.CaseID) (q kyc.QueueRecord, there bool) {
	l.Helper()
	err := l.db.Read(l.ctx(), func(tx kyc.Tx) (err error) {
		q, err = tx.Queued(l.ctx(), id)
		return err
	})
	if err != nil && kyc.KindOf(err) != kyc.NotFound {
		l.Fatal(err)
	}
	return q, err == nil
}

func asks() []kyc.Finding { return []kyc.Finding{{Code: kyc.DetailsName, Item: kyc.Details}} }

func TestALockKeepsOthersFromDeciding(t *testing.T) {
	t.Parallel()
	l := newLab(t, reviewing(policy.Review{}), nil)
	c := l.waiting()
	a, b := l.person("opr_a", kyc.Reviewer), l.person("opr_b", kyc.Reviewer)
	q, there := l.queued(c.ID)
	if !there || q.Reason != kyc.OurFault || !q.DueAt.Equal(l.now().Add(24*time.Hour)) {
		t.Fatalf("on the desk: %v %+v", there, q)
	}
	_, err := l.Decide(l.ctx(), c.ID, a, kyc.Approved, nil)
	l.refused(err, kyc.Conflict) // not taken
	l.take(c.ID, a)
	_, err = l.Take(l.ctx(), c.ID, b)
	l.refused(err, kyc.Conflict)
	_, err = l.Decide(l.ctx(), c.ID, b, kyc.Approved, nil)
	l.refused(err, kyc.Conflict)
	l.pass(4 * time.Minute)
	l.take(c.ID, a) // a sign of life
	l.pass(4 * time.Minute)
	_, err = l.Take(l.ctx(), c.ID, b)
	l.refused(err, kyc.Conflict)
	l.pass(time.Minute)
	l.take(c.ID, b)
	_, err = l.Decide(l.ctx(), c.ID, a, kyc.Approved, nil)
	l.refused(err, kyc.Conflict)
	must(l, l.Release(l.ctx(), c.ID, a.ID)) // nothing of theirs
	if d, err := l.Decide(l.ctx(), c.ID, b, kyc.Approved, nil); err != nil || d.State != kyc.Approved || d.Proposed {
		t.Fatalf("decided %+v, %v", d, err)
	}
	if _, there := l.queued(c.ID); there {
		t.Error("a decided case is still on the desk")
	}
	_, err = l.Take(l.ctx(), c.ID, a)
	l.refused(err, kyc.NotAllowed)
	if got := l.events(c.ID); !slices.Equal(got[len(got)-3:], []string{"take", "take", "reviewed"}) {
		t.Errorf("recorded %v", got)
	}
}

// TestOneOfManyDecides: however many decide at the same time, one does.
func TestOneOfManyDecides(t *testing.T) {
	t.Parallel()
	l := newLab(t, reviewing(policy.Review{}), nil)
	c := l.waiting()
	var people []Person
	for _, id := range []kyc.OperatorID{"a", "b", "c", "d", "e", "f", "g", "h"} {
		people = append(people, l.person(id, kyc.Reviewer))
	}
	var wg sync.WaitGroup
	var decided, refused atomic.Int32
	for _, p := range people {
		wg.Go(func() {
			_, err := l.Take(l.ctx(), c.ID, p)
			if err == nil {
				_, err = l.Decide(l.ctx(), c.ID, p, kyc.Approved, nil)
			}
			switch kyc.KindOf(err) {
			case kyc.Conflict, kyc.NotAllowed:
				refused.Add(1)
			default:
				if err != nil {
					t.Error(err)
				}
				decided.Add(1)
			}
		})
	}
	wg.Wait()
	if decided.Load() != 1 || refused.Load() != int32(len(people)-1) {
		t.Errorf("%d decided, %d were refused", decided.Load(), refused.Load())
	}
}

// TestWhatTheConsoleHoldsIsDecidedThere: an API key does not get around a lock, a
// second person or a colleague to whom the case was handed up.
func TestWhatTheConsoleHoldsIsDecidedThere(t *testing.T) {
	t.Parallel()
	l := newLab(t, reviewing(policy.Review{FourEyes: []kyc.State{kyc.Declined}}), nil)
	a := l.person("opr_a", kyc.Reviewer)
	why := []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.WholeCase}}
	elsewhere := func(c kyc.Case, v kyc.State, why []kyc.Finding) error {
		_, err := l.Review(l.ctx(), c.ID, "rev_1", v, why)
		return err
	}
	l.refused(elsewhere(l.waiting(), kyc.Declined, why), kyc.Conflict)
	locked := l.waiting()
	l.take(locked.ID, a)
	l.refused(elsewhere(locked, kyc.Approved, nil), kyc.Conflict)
	must(l, l.Release(l.ctx(), locked.ID, a.ID))
	must(l, elsewhere(locked, kyc.Approved, nil))
	proposed := l.waiting()
	l.take(proposed.ID, a)
	if _, err := l.Decide(l.ctx(), proposed.ID, a, kyc.Declined, why); err != nil {
		t.Fatal(err)
	}
	l.refused(elsewhere(proposed, kyc.Approved, nil), kyc.Conflict)
	handedUp := l.waiting()
	l.take(handedUp.ID, a)
	_, err := l.Escalate(l.ctx(), handedUp.ID, a.ID)
	must(l, err)
	l.refused(elsewhere(handedUp, kyc.Approved, nil), kyc.Conflict)
}

// TestASampleTellsNothingOfTheDecision: a declined and an approved one look alike.
func TestASampleTellsNothingOfTheDecision(t *testing.T) {
	t.Parallel()
	pol := reviewing(policy.Review{Sample: 1})
	pol.Eligibility.RestrictedRegions = []string{"FR"}
	l := newLab(t, pol, nil)
	a := l.person("opr_a", kyc.Reviewer)
	file := func(account, details string, want kyc.State) string {
		l.account = account
		c := l.check(l.sent(details, goodSide(), goodPortrait(0.1)).ID)
		if c.State != want {
			t.Fatalf("the case is %s", c.State)
		}
		f, err := l.File(l.ctx(), c.ID, a.ID)
		must(l, err)
		for k := range f.Case.Items {
			f.Case.Items[k].Current = nil // another submission each time
		}
		f.Case.ID, f.Case.Applicant = "", ""
		b, err := json.Marshal(f.Case)
		must(l, err)
		return string(b)
	}
	declined := file("account 1", strings.Replace(rightDetails, `"DE"`, `"FR"`, 1), kyc.Declined)
	approved := file("account 2", rightDetails, kyc.Approved)
	if declined != approved {
		t.Errorf("a declined sample reads\n%s\nan approved one\n%s", declined, approved)
	}
	// Who would ask again does not agree with a refusal.
	l.account = "account 3"
	c := l.check(l.sent(strings.Replace(rightDetails, `"DE"`, `"FR"`, 1), goodSide(), goodPortrait(0.1)).ID)
	l.take(c.ID, a)
	if d, err := l.Decide(l.ctx(), c.ID, a, kyc.ActionRequired, asks()); err != nil || d.State != kyc.InReview {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestTwoPairsOfEyes(t *testing.T) {
	t.Parallel()
	l := newLab(t, reviewing(policy.Review{FourEyes: []kyc.State{kyc.Declined}}), nil)
	a, b := l.person("opr_a", kyc.Senior), l.person("opr_b", kyc.Senior)
	why := []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.WholeCase}}
	propose := func(c kyc.Case) {
		l.take(c.ID, a)
		if d, err := l.Decide(l.ctx(), c.ID, a, kyc.Declined, why); err != nil || d.State != kyc.InReview || !d.Proposed {
			t.Fatalf("proposed %+v, %v", d, err)
		}
	}
	c := l.waiting()
	propose(c)
	l.take(c.ID, a)
	_, err := l.Confirm(l.ctx(), c.ID, a, true)
	l.refused(err, kyc.Forbidden) // their own
	_, err = l.Decide(l.ctx(), c.ID, a, kyc.Approved, nil)
	l.refused(err, kyc.Conflict)
	must(l, l.Release(l.ctx(), c.ID, a.ID))
	l.take(c.ID, b)
	if d, err := l.Confirm(l.ctx(), c.ID, b, true); err != nil || d.State != kyc.Declined {
		t.Fatalf("confirmed %+v, %v", d, err)
	}
	if got := l.events(c.ID); !slices.Contains(got, Propose) || !slices.Equal(got[len(got)-2:], []string{ConfirmedBy, "reviewed"}) {
		t.Errorf("recorded %v", got)
	}

	// An objection gives the case back; what needs no second person goes through.
	c = l.waiting()
	propose(c)
	l.take(c.ID, b)
	if d, err := l.Confirm(l.ctx(), c.ID, b, false); err != nil || d.State != kyc.InReview || d.Proposed {
		t.Fatalf("objected %+v, %v", d, err)
	}
	_, err = l.Confirm(l.ctx(), c.ID, b, true)
	l.refused(err, kyc.Conflict)
	if d, err := l.Decide(l.ctx(), c.ID, b, kyc.ActionRequired, asks()); err != nil || d.State != kyc.ActionRequired {
		t.Fatalf("asked again %+v, %v", d, err)
	}
	_, err = l.Decide(l.ctx(), c.ID, b, kyc.Approved, nil)
	l.refused(err, kyc.NotAllowed)
}

func TestHandedUpAndGiven(t *testing.T) {
	t.Parallel()
	l := newLab(t, reviewing(policy.Review{}), nil)
	a, b, s := l.person("opr_a", kyc.Reviewer), l.person("opr_b", kyc.Auditor), l.person("opr_s", kyc.Senior)
	c := l.waiting()
	_, err := l.Assign(l.ctx(), c.ID, b.ID, s.ID)
	l.refused(err, kyc.Invalid) // an auditor decides nothing
	_, err = l.Assign(l.ctx(), c.ID, "nobody", s.ID)
	l.refused(err, kyc.Invalid)
	q, err := l.Assign(l.ctx(), c.ID, a.ID, s.ID)
	must(l, err)
	if q.Assignee != a.ID {
		t.Errorf("given to %q", q.Assignee)
	}
	l.take(c.ID, a)
	q, err = l.Escalate(l.ctx(), c.ID, a.ID)
	must(l, err)
	if !q.Escalated || q.Assignee != "" || q.LockedBy != "" {
		t.Errorf("handed up %+v", q)
	}
	_, err = l.Assign(l.ctx(), c.ID, a.ID, s.ID)
	l.refused(err, kyc.Invalid) // they handed it up
	_, err = l.Take(l.ctx(), c.ID, a)
	l.refused(err, kyc.Forbidden) // nor do they keep it from those who may
	_, err = l.Decide(l.ctx(), c.ID, a, kyc.Approved, nil)
	l.refused(err, kyc.Conflict)
	must(l, l.AddNote(l.ctx(), c.ID, a.ID, "  the portrait is of a child  "))
	l.refused(l.AddNote(l.ctx(), c.ID, a.ID, " \n "), kyc.Invalid)
	f, err := l.File(l.ctx(), c.ID, s.ID)
	must(l, err)
	if len(f.Notes) != 1 || f.Notes[0].Text != "the portrait is of a child" || f.Notes[0].By != a.ID || f.ExternalID != "account 1" {
		t.Errorf("the file says %+v", f.Notes)
	}
	if len(f.Sent) != 1 || f.Sent[0].Typed[kyc.Surname] != "Kőszegi" || !f.Sent[0].Current {
		t.Errorf("sent %+v", f.Sent)
	}
	if last := f.Audit[len(f.Audit)-1]; last.Event != ViewCase || last.Actor != string(s.ID) {
		t.Errorf("the last record is %+v", last)
	}
	l.take(c.ID, s)
	if d, err := l.Decide(l.ctx(), c.ID, s, kyc.Approved, nil); err != nil || d.State != kyc.Approved {
		t.Fatalf("decided %+v, %v", d, err)
	}
	must(l, l.Erase(l.ctx(), c.Applicant))
	_, err = l.File(l.ctx(), c.ID, s.ID)
	l.refused(err, kyc.NotAllowed)
	l.refused(l.AddNote(l.ctx(), c.ID, a.ID, "too late"), kyc.NotAllowed)
}

// TestASampleIsJudgedBlind: agreement is noted, a difference brings the case back.
func TestASampleIsJudgedBlind(t *testing.T) {
	t.Parallel()
	l := newLab(t, reviewing(policy.Review{Sample: 1}), nil)
	a := l.person("opr_a", kyc.Reviewer)
	approved := func() kyc.Case {
		c := l.sent(rightDetails, goodSide(), goodPortrait(0.1))
		c = l.check(c.ID)
		if q, there := l.queued(c.ID); c.State != kyc.Approved || !there || q.Kind != kyc.ForSample {
			t.Fatalf("the case is %s, on the desk %v %+v", c.State, there, q)
		}
		l.take(c.ID, a)
		f, err := l.File(l.ctx(), c.ID, a.ID)
		must(l, err)
		if !f.Blind || f.Case.State != kyc.InReview || len(f.Case.Findings) > 0 || len(f.Audit) > 0 || f.Faces == nil {
			t.Errorf("a sample tells %s %v", f.Case.State, f.Audit)
		}
		return c
	}
	c := approved()
	if d, err := l.Decide(l.ctx(), c.ID, a, kyc.Approved, nil); err != nil || d.State != kyc.Approved {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, there := l.queued(c.ID); there {
		t.Error("a sample that was judged is still on the desk")
	}
	c = approved()
	_, err := l.Decide(l.ctx(), c.ID, a, "Anna is fine", nil)
	l.refused(err, kyc.Invalid) // words would stand in the record for ever
	d, err := l.Decide(l.ctx(), c.ID, a, kyc.Declined, []kyc.Finding{{Code: kyc.FaceMismatch, Item: kyc.Face}})
	if err != nil || d.State != kyc.InReview {
		t.Fatalf("%+v, %v", d, err)
	}
	if q, there := l.queued(c.ID); !there || q.Kind != kyc.ForReview || !q.Escalated || q.Reason != kyc.FaceMismatch {
		t.Errorf("on the desk: %v %+v", there, q)
	}
	if got := l.events(c.ID); !slices.Contains(got, SampleDiffers) {
		t.Errorf("recorded %v", got)
	}
}
