package kyc_test

import (
	"slices"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func declines(otherWay bool) kyc.DeclineBiometrics {
	return kyc.DeclineBiometrics{Consent: kyc.Consent{At: t0, By: "applicant", Text: kyc.ConsentText, Language: "en"}, OtherWay: otherWay}
}

func agrees() kyc.GiveConsent {
	return kyc.GiveConsent{Consent: kyc.Consent{Given: true, At: t0, By: "applicant", Text: kyc.ConsentText, Language: "en"}}
}

// TestWithoutBiometrics: whoever declines goes on without a face, from wherever
// the case stands, and what there was of it is erased.
func TestWithoutBiometrics(t *testing.T) {
	t.Parallel()
	front, typed, face := sub(kyc.DocumentFront, "a"), sub(kyc.Details, "b"), sub(kyc.Face, "c")
	for name, tc := range map[string]struct {
		before   []kyc.Event
		otherWay bool
		after    []kyc.Event
		want     kyc.State
		check    bool // a check begins with the event
	}{
		"before anything":            {nil, true, []kyc.Event{front}, kyc.Open, false},
		"before anything, to an end": {nil, true, []kyc.Event{front, typed}, kyc.Processing, false},
		"as the last thing missing":  {[]kyc.Event{front, typed}, true, nil, kyc.Processing, true},
		"a face was sent":            {[]kyc.Event{face, front}, true, []kyc.Event{typed}, kyc.Processing, false},
		"while we check":             {[]kyc.Event{front, typed, face}, true, nil, kyc.Processing, true},
		"only the face is asked":     {[]kyc.Event{front, typed, face, checked(1, kyc.FaceDark)}, true, nil, kyc.Processing, true},
		"the face and more":          {[]kyc.Event{front, typed, face, checked(1, kyc.FaceDark, kyc.DocBlurry)}, true, nil, kyc.ActionRequired, false},
		"the face and more, mended":  {[]kyc.Event{front, typed, face, checked(1, kyc.FaceDark, kyc.DocBlurry)}, true, []kyc.Event{sub(kyc.DocumentFront, "d")}, kyc.Processing, false},
		"in review":                  {[]kyc.Event{front, typed, face, checked(1, kyc.FaceAttack)}, true, nil, kyc.InReview, false},
		"approved":                   {[]kyc.Event{front, typed, face, checked(1)}, true, nil, kyc.Approved, false},
		"no other way":               {[]kyc.Event{front}, false, nil, kyc.Expired, false},
		"changed their mind":         {nil, true, []kyc.Event{agrees(), front, typed}, kyc.Open, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, effects, err := kyc.Apply(mustApply(t, newCase(), tc.before...), declines(tc.otherWay))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(effects, kyc.Effect(kyc.EraseFaces{Case: c.ID})) {
				t.Errorf("the face is not erased: %v", effects)
			}
			if has := slices.Contains(effects, kyc.Effect(kyc.RunChecks{Case: c.ID, Round: c.Round})); has != tc.check {
				t.Errorf("a check begins: %v, want %v", has, tc.check)
			}
			if f, _ := c.Item(kyc.Face); f.Current != nil || f.Required || !f.Waived {
				t.Errorf("the face stands as %+v", f)
			}
			if !c.DeclinedBiometrics() || slices.ContainsFunc(c.Judged, func(j kyc.Judged) bool { return j.Item == kyc.Face }) {
				t.Errorf("consent %+v, judged %+v", c.Consent, c.Judged)
			}
			if _, _, err := kyc.Apply(c, sub(kyc.Face, "z")); err == nil {
				t.Error("a face is taken nevertheless")
			}
			if c = mustApply(t, c, tc.after...); c.State != tc.want {
				t.Errorf("state %s, want %s", c.State, tc.want)
			}
		})
	}
}

// TestTheOtherWayEndsWithAHuman: approved by a reviewer, without a face.
func TestTheOtherWayEndsWithAHuman(t *testing.T) {
	t.Parallel()
	c := mustApply(t, newCase(), declines(true), sub(kyc.DocumentFront, "a"), sub(kyc.Details, "b"), checked(1, kyc.WithoutBiometrics))
	if c.State != kyc.InReview {
		t.Fatalf("state %s", c.State)
	}
	c = mustApply(t, c, kyc.Reviewed{By: "rev_1", Verdict: kyc.Approved, Findings: []kyc.Finding{finding(kyc.SeenInPerson)}, At: t0})
	if f, _ := c.Item(kyc.Face); c.State != kyc.Approved || f.Status != kyc.Passed || f.Attempts != 0 {
		t.Errorf("state %s, the face %+v", c.State, f)
	}
	if len(c.Findings) != 1 || c.Findings[0].Code != kyc.SeenInPerson {
		t.Errorf("findings %+v", c.Findings)
	}
}

// TestTheOldRoundIsStale: what was being checked with the face is not decided.
func TestTheOldRoundIsStale(t *testing.T) {
	t.Parallel()
	c := mustApply(t, in(t, kyc.Processing), declines(true))
	if _, _, err := kyc.Apply(c, checked(1)); kyc.KindOf(err) != kyc.Stale {
		t.Errorf("got %v", err)
	}
}

func TestReverification(t *testing.T) {
	t.Parallel()
	of := mustApply(t, newCase(), agrees(), sub(kyc.DocumentFront, "a"), sub(kyc.Details, "b"), sub(kyc.Face, "c"), checked(1))
	c := kyc.NewReverification("case_2", of, kyc.ForWithdrawal, "standard@1", t0, t0.Add(time.Hour))
	if len(c.Items) != 1 || c.Items[0].Item != kyc.Face || !c.Items[0].Required || c.Against != "case_1" || c.Purpose != kyc.ForWithdrawal || c.Consent == nil {
		t.Fatalf("%+v", c)
	}
	if _, _, err := kyc.Apply(c, sub(kyc.DocumentFront, "x")); kyc.KindOf(err) != kyc.NotAsked {
		t.Errorf("a document: %v", err)
	}
	c = mustApply(t, c, sub(kyc.Face, "y"))
	if got := mustApply(t, c, checked(1)).State; got != kyc.Approved {
		t.Errorf("the same face: %s", got)
	}
	if got := mustApply(t, c, checked(1, kyc.FaceRecordMismatch)).State; got != kyc.InReview {
		t.Errorf("another face: %s", got)
	}
	// What a reviewer can do about the verification, and the applicant about that.
	why := []kyc.Finding{finding(kyc.FaceRecordMismatch)}
	held := mustApply(t, of, kyc.Suspend{By: "rev_1", Findings: why, At: t0})
	if held.State != kyc.InReview || len(held.Findings) != 1 {
		t.Errorf("suspended: %+v", held)
	}
	if back := mustApply(t, held, kyc.Reviewed{By: "rev_2", Verdict: kyc.Approved, At: t0}); back.State != kyc.Approved {
		t.Errorf("given back: %s", back.State)
	}
	gone := mustApply(t, of, kyc.Revoke{By: "rev_1", Findings: why, At: t0})
	if gone.State != kyc.Declined {
		t.Errorf("revoked: %s", gone.State)
	}
	if again := mustApply(t, gone, kyc.Appeal{At: t0}); again.State != kyc.InReview {
		t.Errorf("appealed: %s", again.State)
	}
	for _, e := range []kyc.Event{kyc.Suspend{By: "rev_1"}, kyc.Revoke{Findings: why}} {
		if _, _, err := kyc.Apply(of, e); kyc.KindOf(err) != kyc.Invalid {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func TestAsksFor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		c    kyc.Case
		want bool
	}{
		"open":           {newCase(), true},
		"processing":     {in(t, kyc.Processing), false},
		"something else": {in(t, kyc.ActionRequired), false},
		"declined":       {mustApply(t, newCase(), declines(true)), false},
		"the face":       {mustApply(t, in(t, kyc.Processing), checked(1, kyc.FaceDark)), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.c.AsksFor(kyc.Face); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
