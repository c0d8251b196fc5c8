package verify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// stolen is a lab in which somebody reports that it was not them, with a reviewer
// and a senior colleague. The account was approved in the case old.
func stolen(t *testing.T, change func(*policy.Policy)) (l *lab, old, id kyc.CaseID, rev, sen Person) {
	t.Helper()
	l, _, id = forgotten(t, func(p *policy.Policy) {
		p.Review = policy.Review{Goal: 24 * time.Hour, Lock: 5 * time.Minute, Goals: map[kyc.Code]time.Duration{kyc.TheftReported: 4 * time.Hour}}
		change(p)
	})
	old = l.cases()[0]
	rev, sen = l.person("opr_rev", kyc.Reviewer), l.person("opr_sen", kyc.Senior)
	l.pass(time.Hour)
	_, err := l.NotMe(l.ctx(), id)
	must(l, err)
	return l, old, id, rev, sen
}

func theft() []kyc.Finding { return []kyc.Finding{{Code: kyc.FaceMismatch, Item: kyc.Face}} }

// lastOfRecord is the last record about a case.
func (l *lab) lastOfRecord(id kyc.CaseID) Logged {
	l.Helper()
	var f File
	must(l, l.db.Read(l.ctx(), func(tx kyc.Tx) error {
		f.Case.ID = id
		return logOf(l.ctx(), tx, &f)
	}))
	return f.Audit[len(f.Audit)-1]
}

func TestAReportStandsInTheQueue(t *testing.T) {
	t.Parallel()
	l, old, id, rev, _ := stolen(t, func(*policy.Policy) {})
	q, there := l.queued(id)
	if !there || q.Kind != kyc.ForReview || q.Reason != kyc.TheftReported || !q.DueAt.Equal(l.now().Add(4*time.Hour)) || !q.Since.Before(l.now()) {
		t.Fatalf("on the desk %v: %+v", there, q)
	}
	if q, err := l.AskHelp(l.ctx(), id, kyc.HelpFrom{}); err != nil || q.State != kyc.InReview {
		t.Fatalf("%+v, %v", q, err)
	}
	if q, _ = l.queued(id); q.Reason != kyc.TheftReported {
		t.Errorf("after a question for help it waits for %s", q.Reason)
	}
	both, err := l.Sides(l.ctx(), id, rev.ID)
	must(l, err)
	if both.Report == nil || both.Report.Status != kyc.RecoveryReported || both.Report.Case != id || len(both.Others) != 1 {
		t.Fatalf("the sides are %+v", both)
	}
	o := both.Others[0]
	if o.Case != old || o.State != kyc.Approved || !slices.Equal(o.Why, []string{"document"}) || len(o.Faces) != 4 || o.Faces[0].Here != "live" || o.Faces[0].There != "live" {
		t.Errorf("the other side is %+v", o)
	}
	if r := l.lastOfRecord(id); r.Event != ViewSides || r.Actor != string(rev.ID) || r.Note != string(old) {
		t.Errorf("recorded %+v", r)
	}
	// The case is decided first: the report goes on waiting, and whoever decided has it.
	l.take(id, rev)
	_, err = l.Decide(l.ctx(), id, rev, kyc.Approved, nil)
	must(l, err)
	if q, there = l.queued(id); !there || q.Kind != kyc.ForReport || q.Reason != kyc.TheftReported || q.LockedBy != rev.ID {
		t.Fatalf("on the desk %v: %+v", there, q)
	}
	_, err = l.Decide(l.ctx(), id, rev, kyc.Approved, nil)
	l.refused(err, kyc.NotAllowed)
	_, err = l.CloseReport(l.ctx(), id, rev, false, "no.such")
	l.refused(err, kyc.Invalid)
	_, err = l.CloseReport(l.ctx(), id, rev, false, kyc.DocBlurry) // shows nothing
	l.refused(err, kyc.Invalid)
	r, err := l.CloseReport(l.ctx(), id, rev, true, kyc.FaceMismatch)
	must(l, err)
	if r.Status != kyc.RecoveryClosed || r.Closed == nil || !r.Closed.Founded || r.Closed.By != rev.ID || !r.Closed.At.Equal(l.now()) {
		t.Errorf("closed %+v", r)
	}
	if got := l.lastOfRecord(id); got.Event != CloseReport || got.Actor != string(rev.ID) || !slices.Equal(got.Codes, []kyc.Code{kyc.FaceMismatch}) || !strings.HasSuffix(got.Note, " founded") {
		t.Errorf("recorded %+v", got)
	}
	if _, there = l.queued(id); there {
		t.Error("nothing waits any more, and it is on the desk")
	}
	if all, err := l.Recoveries(l.ctx(), kyc.RecoveryClosed, 10); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = l.NotMe(l.ctx(), id)
	l.refused(err, kyc.NotAllowed)
}

// TestAClosedReportLeavesItsCase: who closes the report first still decides the
// case, which waits for what it waited for before.
func TestAClosedReportLeavesItsCase(t *testing.T) {
	t.Parallel()
	l, _, id, rev, _ := stolen(t, func(*policy.Policy) {})
	_, err := l.CloseReport(l.ctx(), id, rev, false, kyc.DocumentInUse)
	l.refused(err, kyc.Conflict) // not taken
	l.take(id, rev)
	_, err = l.CloseReport(l.ctx(), id, rev, false, kyc.DocumentInUse)
	must(l, err)
	q, there := l.queued(id)
	if !there || q.Kind != kyc.ForReview || q.Reason != kyc.DocumentInUse {
		t.Fatalf("on the desk %v: %+v", there, q)
	}
	_, err = l.CloseReport(l.ctx(), id, rev, false, kyc.DocumentInUse)
	l.refused(err, kyc.Conflict) // it is closed
	if both, err := l.Sides(l.ctx(), id, rev.ID); err != nil || both.Report == nil || both.Report.Closed == nil || both.Report.Closed.Founded {
		t.Errorf("%+v, %v", both, err)
	}
	_, err = l.Decide(l.ctx(), id, rev, kyc.Declined, theft())
	must(l, err)
	if _, there = l.queued(id); there {
		t.Error("a decided case is still on the desk")
	}
}

func TestTheOtherSideIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		revoke   bool
		fourEyes []kyc.State
		forCodes []kyc.Code
		state    kyc.State
		refused  kyc.ErrorKind
	}{
		"suspended":                 {false, nil, nil, kyc.InReview, ""},
		"suspended by one":          {false, []kyc.State{kyc.Declined}, nil, kyc.InReview, ""},
		"revoked":                   {true, nil, nil, kyc.Declined, ""},
		"revoked, which two may":    {true, []kyc.State{kyc.Declined}, nil, kyc.Approved, kyc.Conflict},
		"of a report, which two do": {true, nil, []kyc.Code{kyc.TheftReported}, kyc.Approved, kyc.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, old, id, rev, sen := stolen(t, func(p *policy.Policy) { p.Review.FourEyes, p.Review.FourEyesFor = c.fourEyes, c.forCodes })
			_, err := l.Withdraw(l.ctx(), id, old, rev, c.revoke, theft())
			l.refused(err, kyc.Forbidden)
			_, err = l.Withdraw(l.ctx(), id, old, sen, c.revoke, theft())
			l.refused(err, kyc.Conflict) // not taken
			l.take(id, sen)
			_, err = l.Withdraw(l.ctx(), id, id, sen, c.revoke, theft())
			l.refused(err, kyc.NotFound) // not the other side
			_, err = l.Withdraw(l.ctx(), id, old, sen, c.revoke, nil)
			l.refused(err, map[bool]kyc.ErrorKind{false: kyc.Invalid, true: kyc.Conflict}[c.refused != ""]) // no reason
			next, err := l.Withdraw(l.ctx(), id, old, sen, c.revoke, theft())
			if c.refused != "" {
				l.refused(err, c.refused)
				l.wants(l.read(old), c.state)
				return
			}
			must(l, err)
			if next.State != c.state || l.read(old).State != c.state {
				t.Errorf("the other side is %s", next.State)
			}
			if r := l.lastOfRecord(id); r.Event != WithdrewSide || r.Actor != string(sen.ID) || !strings.HasSuffix(r.Note, string(old)) || !slices.Equal(r.Codes, []kyc.Code{kyc.FaceMismatch}) {
				t.Errorf("recorded %+v", r)
			}
			if r := l.lastOfRecord(old); r.Actor != string(sen.ID) || r.To != c.state {
				t.Errorf("of the other side is recorded %+v", r)
			}
			_, told := l.outbox()
			if !slices.ContainsFunc(told, func(d kyc.Delivery) bool { return d.Type == kyc.DeliverCase && d.Case == old && d.State == c.state }) {
				t.Errorf("the integrator is told %+v", told)
			}
			// Whose report it was is nothing for the applicant of the other side.
			words := presenter(t, false)
			for _, f := range words.Findings(l.read(old).Findings) {
				if f.Measure != "" {
					t.Errorf("the applicant of the other side is told %q", f.Measure)
				}
			}
			// Seen from there, it is about the one that reported.
			both, err := l.Sides(l.ctx(), old, sen.ID)
			must(l, err)
			if both.Report == nil || both.Report.Case != id || len(both.Others) != 1 || !slices.Contains(both.Others[0].Why, "report") {
				t.Errorf("from the other side: %+v", both)
			}
			if _, there := l.queued(old); there != (c.state == kyc.InReview) {
				t.Errorf("the other side is on the desk: %v", there)
			}
			_, err = l.Withdraw(l.ctx(), id, old, sen, c.revoke, theft())
			l.refused(err, kyc.NotAllowed) // there is no approval any more
		})
	}
}

// TestAPersonConfirmsARecovery: it waits by a reason of its own, beside the record
// and the case that asked.
func TestAPersonConfirmsARecovery(t *testing.T) {
	t.Parallel()
	l, _, id := forgotten(t, func(p *policy.Policy) {
		p.Uniqueness.Recovery.Review = true
		p.Review = policy.Review{Goal: 24 * time.Hour, Lock: 5 * time.Minute, Goals: map[kyc.Code]time.Duration{kyc.RecoveryReview: time.Hour}}
	})
	_, code := l.asks(id, "anna@example.org")
	r, _ := l.tries(id, code)
	l.selfie(r.Proof, goodPortrait(0.1))
	l.wants(l.check(r.Proof), kyc.InReview, "uniqueness.recovery_review@uniqueness")
	if q, there := l.queued(r.Proof); !there || q.Reason != kyc.RecoveryReview || !q.DueAt.Equal(l.now().Add(time.Hour)) {
		t.Errorf("on the desk %v: %+v", there, q)
	}
	both, err := l.Sides(l.ctx(), r.Proof, "opr_x")
	must(l, err)
	if both.Report != nil || len(both.Others) != 2 || both.Others[0].Case != l.cases()[0] || both.Others[0].Why[0] != "record" || both.Others[1].Case != id || both.Others[1].Why[0] != "recovery" {
		t.Errorf("the sides are %+v", both)
	}
	if f := both.Others[0].Faces; len(f) != 2 || f[0].Here != "live" || f[0].Score < f[0].Threshold {
		t.Errorf("the new face and the record: %+v", f)
	}
	// Whoever is asked is not the side that can be withdrawn.
	sen := l.person("opr_sen", kyc.Senior)
	l.take(r.Proof, sen)
	_, err = l.Withdraw(l.ctx(), r.Proof, id, sen, false, theft())
	l.refused(err, kyc.NotFound)
	_, err = l.Decide(l.ctx(), r.Proof, sen, kyc.Approved, nil)
	must(l, err)
	if r, err := l.Recovery(l.ctx(), id); err != nil || r.Status != kyc.RecoveryProved {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestABlindLookHasNoOtherSide and what is erased is on no side.
func TestABlindLookHasNoOtherSide(t *testing.T) {
	t.Parallel()
	l, old, id, rev, _ := stolen(t, func(*policy.Policy) {})
	must(l, l.db.Write(l.ctx(), func(tx kyc.Tx) error {
		return tx.PutQueue(l.ctx(), kyc.QueueRecord{Case: old, Kind: kyc.ForSample, Since: l.now(), DueAt: l.now()})
	}))
	if both, err := l.Sides(l.ctx(), old, rev.ID); err != nil || both.Report != nil || len(both.Others) != 0 {
		t.Errorf("%+v, %v", both, err)
	}
	must(l, l.Erase(l.ctx(), l.applicantOf(old)))
	if both, err := l.Sides(l.ctx(), id, rev.ID); err != nil || len(both.Others) != 0 {
		t.Errorf("%+v, %v", both, err)
	}
	must(l, l.Erase(l.ctx(), l.applicantOf(id)))
	if _, there := l.queued(id); there {
		t.Error("an erased case is on the desk")
	}
	_, err := l.Sides(l.ctx(), id, rev.ID)
	l.refused(err, kyc.NotFound)
}

// TestALookAtTheReadingIsRecorded: of who reads what a document says, and is not its
// applicant.
func TestALookAtTheReadingIsRecorded(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.open()
	if _, err := l.sendMeasured(c.ID, kyc.DocumentFront, stored{Side: goodSide(), Read: map[kyc.Field]string{kyc.Surname: "KOSZEGI"}}); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"", "key_1"} {
		read, err := l.By(by).Reading(l.ctx(), c.ID)
		must(l, err)
		if read[kyc.Surname] != "KOSZEGI" {
			t.Fatalf("read is %v", read)
		}
		if r := l.lastOfRecord(c.ID); (r.Event == ViewEvidence && r.Actor == "key_1") != (by != "") {
			t.Errorf("read by %q, recorded is %+v", by, r)
		}
	}
}
