package kyc_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bonafide/internal/kyc"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// required is what the shipped policy asks for.
func required() []kyc.Item { return []kyc.Item{kyc.DocumentFront, kyc.Details, kyc.Face} }

func newCase() kyc.Case {
	return kyc.NewCase("case_1", "apl_1", "standard@1", "en", required(), t0, t0.Add(24*time.Hour))
}

func sub(i kyc.Item, id string) kyc.Submit {
	return kyc.Submit{Submission: kyc.Submission{ID: kyc.SubmissionID(id), Item: i, SHA256: "sha-" + id, At: t0}}
}

// mustApply applies events in turn and fails the test on any refusal.
func mustApply(t *testing.T, c kyc.Case, events ...kyc.Event) kyc.Case {
	t.Helper()
	for _, e := range events {
		next, _, err := kyc.Apply(c, e)
		if err != nil {
			t.Fatalf("%s in %s: %v", e.Name(), c.State, err)
		}
		c = next
	}
	return c
}

// in returns a case in a state, reached by real events.
func in(t *testing.T, s kyc.State) kyc.Case {
	t.Helper()
	c := newCase()
	processing := []kyc.Event{sub(kyc.DocumentFront, "a"), sub(kyc.Details, "b"), sub(kyc.Face, "c")}
	check := func(codes ...kyc.Code) kyc.Event { return checked(1, codes...) }
	switch s {
	case kyc.Open:
		return c
	case kyc.Processing:
		return mustApply(t, c, processing...)
	case kyc.ActionRequired:
		return mustApply(t, c, append(processing, check(kyc.DocBlurry))...)
	case kyc.InReview:
		return mustApply(t, c, append(processing, check(kyc.FaceAttack))...)
	case kyc.Approved:
		return mustApply(t, c, append(processing, check())...)
	case kyc.Declined:
		return mustApply(t, c, append(processing, check(kyc.UnderAge))...)
	case kyc.Expired:
		return mustApply(t, c, kyc.Expire{At: t0.Add(48 * time.Hour)})
	case kyc.Erased:
		return mustApply(t, c, kyc.Erase{At: t0})
	}
	t.Fatalf("no way to state %s", s)
	return c
}

func finding(c kyc.Code) kyc.Finding {
	d, _ := kyc.Lookup(c)
	return kyc.Finding{Code: c, Item: d.Item}
}

func checked(round int, codes ...kyc.Code) kyc.Checked {
	e := kyc.Checked{Round: round, At: t0, Limits: kyc.Limits{Attempts: 3}}
	for _, c := range codes {
		e.Findings = append(e.Findings, finding(c))
	}
	return e
}

// sample returns an event of each name that is well-formed for c.
func samples(c kyc.Case) []kyc.Event {
	late := t0.Add(48 * time.Hour)
	return []kyc.Event{
		sub(kyc.DocumentFront, "z"),
		kyc.Refuse{Picture: kyc.RefusedPicture{Item: kyc.Face, Codes: []kyc.Code{kyc.FaceDark}}, At: t0},
		kyc.Connected{Region: "DE", At: t0},
		kyc.SendBack{To: kyc.Return{URL: "https://shop.example.org"}, By: "key_1", At: t0},
		kyc.Requalify{Policy: "test@2", From: late, Codes: []kyc.Code{kyc.UnderAge}, At: t0},
		checked(c.Round), checked(c.Round, kyc.DocBlurry), checked(c.Round, kyc.FaceAttack), checked(c.Round, kyc.UnderAge),
		kyc.CheckFailed{Round: c.Round, At: t0},
		kyc.Reviewed{By: "rev_1", Verdict: kyc.Approved, At: t0},
		kyc.Reviewed{By: "rev_1", Verdict: kyc.Declined, Findings: []kyc.Finding{finding(kyc.DocEdited)}, At: t0},
		kyc.Reviewed{By: "rev_1", Verdict: kyc.ActionRequired, Findings: []kyc.Finding{finding(kyc.FaceBlurry)}, At: t0},
		kyc.GiveConsent{Consent: kyc.Consent{Given: true, At: t0, By: "applicant"}},
		kyc.DeclineBiometrics{Consent: kyc.Consent{At: t0, By: "applicant"}, OtherWay: true},
		kyc.DeclineBiometrics{Consent: kyc.Consent{At: t0, By: "applicant"}},
		kyc.Suspend{By: "rev_1", Findings: []kyc.Finding{finding(kyc.FaceRecordMismatch)}, At: t0},
		kyc.Revoke{By: "rev_1", Findings: []kyc.Finding{finding(kyc.FaceRecordMismatch)}, At: t0},
		kyc.Noticed{Findings: []kyc.Finding{finding(kyc.DocumentElsewhere)}, At: t0},
		kyc.AskHelp{At: t0},
		kyc.Appeal{At: t0},
		kyc.Cancel{At: t0},
		kyc.Expire{At: late},
		kyc.Erase{At: t0},
	}
}

// TestEveryStateAndEvent walks every pair: what the table allows happens and
// leads where it says, everything else is refused and changes nothing.
func TestEveryStateAndEvent(t *testing.T) {
	t.Parallel()
	for _, s := range kyc.States() {
		reached := map[string][]kyc.State{}
		for _, e := range samples(in(t, s)) {
			c := in(t, s)
			allowed := kyc.Next(s, e.Name())
			next, effects, err := kyc.Apply(c, e)
			if len(allowed) == 0 {
				if kyc.KindOf(err) != kyc.NotAllowed || len(effects) != 0 || next.State != s {
					t.Errorf("%s in %s: want a refusal, got %v, state %s", e.Name(), s, err, next.State)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s in %s: %v", e.Name(), s, err)
				continue
			}
			if !slices.Contains(allowed, next.State) {
				t.Errorf("%s in %s leads to %s, the table says %v", e.Name(), s, next.State, allowed)
			}
			reached[e.Name()] = append(reached[e.Name()], next.State)
			if k := slices.IndexFunc(effects, func(x kyc.Effect) bool { _, ok := x.(kyc.Record); return ok }); k < 0 {
				t.Errorf("%s in %s leaves no record", e.Name(), s)
			}
		}
		// The other way round: the table promises nothing that never happens.
		for _, name := range kyc.EventNames() {
			for _, to := range kyc.Next(s, name) {
				// These depend on what was sent before; tested below.
				elsewhere := name == "submit" || name == "reviewed" && to == kyc.Open || name == "decline_biometrics" && to == kyc.Processing
				if !elsewhere && !slices.Contains(reached[name], to) {
					t.Errorf("the table lets %s in %s lead to %s, but no sample does", name, s, to)
				}
			}
		}
	}
}

func TestChecksStartWhenNothingIsMissing(t *testing.T) {
	t.Parallel()
	c := newCase()
	for _, e := range []kyc.Submit{sub(kyc.DocumentFront, "a"), sub(kyc.Details, "b"), sub(kyc.DocumentBack, "x")} {
		next, effects, err := kyc.Apply(c, e)
		if err != nil || next.State != kyc.Open || len(effects) != 1 {
			t.Fatalf("after %s: state %s, %d effects, %v", e.Submission.Item, next.State, len(effects), err)
		}
		c = next
	}
	c, effects, err := kyc.Apply(c, sub(kyc.Face, "c"))
	if err != nil || c.State != kyc.Processing || effects[0] != (kyc.RunChecks{Case: "case_1", Round: 1}) {
		t.Fatalf("state %s, effects %v, %v", c.State, effects, err)
	}
}

func TestOnlyWhatFailedIsAskedAgain(t *testing.T) {
	t.Parallel()
	c := in(t, kyc.ActionRequired)
	if len(c.Plan.Items) != 1 || c.Plan.Items[0].Item != kyc.DocumentFront {
		t.Fatalf("plan %+v", c.Plan)
	}
	if len(c.Plan.Carried) != 2 {
		t.Errorf("carried %+v, want details and face", c.Plan.Carried)
	}
	if _, _, err := kyc.Apply(c, sub(kyc.Face, "again")); kyc.KindOf(err) != kyc.NotAsked {
		t.Errorf("a face that passed was taken again: %v", err)
	}
	c = mustApply(t, c, sub(kyc.DocumentFront, "d"))
	if c.State != kyc.Processing || c.Round != 2 {
		t.Fatalf("state %s, round %d", c.State, c.Round)
	}
	c = mustApply(t, c, checked(2))
	if c.State != kyc.Approved {
		t.Errorf("state %s", c.State)
	}
	for _, i := range c.Items {
		want := map[kyc.Item]int{kyc.DocumentFront: 2, kyc.Details: 1, kyc.Face: 1}[i.Item]
		if i.Attempts != want {
			t.Errorf("%s: %d attempts, want %d", i.Item, i.Attempts, want)
		}
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	limits := kyc.Limits{Attempts: 3, Pauses: []time.Duration{0, 0, time.Hour}}
	blurred := func(round int, at time.Time) kyc.Checked {
		return kyc.Checked{Round: round, Findings: []kyc.Finding{finding(kyc.DocBlurry)}, Limits: limits, At: at}
	}
	c := mustApply(t, in(t, kyc.Processing), blurred(1, t0))
	if !c.RetryAt.IsZero() || c.Plan.Items[0].AttemptsLeft != 2 {
		t.Fatalf("after one failure: retry at %v, plan %+v", c.RetryAt, c.Plan)
	}
	c = mustApply(t, c, sub(kyc.DocumentFront, "2"), blurred(2, t0))
	if want := t0.Add(time.Hour); !c.RetryAt.Equal(want) {
		t.Fatalf("after two failures: retry at %v, want %v", c.RetryAt, want)
	}
	_, _, err := kyc.Apply(c, sub(kyc.DocumentFront, "3"))
	var e *kyc.Error
	if !errors.As(err, &e) || e.Kind != kyc.InCoolDown || !e.RetryAt.Equal(c.RetryAt) {
		t.Fatalf("within the pause: %v", err)
	}
	late := sub(kyc.DocumentFront, "3")
	late.Submission.At = t0.Add(time.Hour)
	c = mustApply(t, c, late, blurred(3, t0.Add(time.Hour)))
	if c.State != kyc.InReview || !slices.ContainsFunc(c.Findings, func(f kyc.Finding) bool { return f.Code == kyc.Forced }) {
		t.Fatalf("at the limit a human takes over; state %s, findings %v", c.State, c.Findings)
	}
}

func TestOurFaultUsesNoAttempt(t *testing.T) {
	t.Parallel()
	c := mustApply(t, in(t, kyc.Processing), kyc.CheckFailed{Round: 1, At: t0})
	if c.State != kyc.InReview {
		t.Errorf("state %s", c.State)
	}
	for _, i := range c.Items {
		if i.Attempts != 0 {
			t.Errorf("%s: %d attempts", i.Item, i.Attempts)
		}
	}
	c = mustApply(t, in(t, kyc.Processing), checked(1, kyc.LivenessConnection))
	if f, _ := c.Item(kyc.Face); f.Attempts != 0 || c.State != kyc.ActionRequired {
		t.Errorf("a lost connection: %d attempts, state %s", f.Attempts, c.State)
	}
}

func TestOldRoundsAreIgnored(t *testing.T) {
	t.Parallel()
	c := mustApply(t, in(t, kyc.ActionRequired), sub(kyc.DocumentFront, "d"))
	for _, e := range []kyc.Event{checked(1), kyc.CheckFailed{Round: 1, At: t0}} {
		if _, _, err := kyc.Apply(c, e); kyc.KindOf(err) != kyc.Stale {
			t.Errorf("%s of round 1 in round 2: %v", e.Name(), err)
		}
	}
}

func TestWorstFindingDecides(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		codes []kyc.Code
		want  kyc.State
	}{
		"nothing":                      {nil, kyc.Approved},
		"a note":                       {[]kyc.Code{kyc.ServiceUnavailable}, kyc.Approved},
		"a retry":                      {[]kyc.Code{kyc.FaceDark}, kyc.ActionRequired},
		"a signal beats a retry":       {[]kyc.Code{kyc.FaceDark, kyc.LivenessReplayed}, kyc.InReview},
		"a rule beats a signal":        {[]kyc.Code{kyc.RegionRestricted, kyc.LivenessReplayed}, kyc.Declined},
		"a blurred age decides naught": {[]kyc.Code{kyc.UnderAge, kyc.DocBlurry}, kyc.ActionRequired},
		"an unknown code is reviewed":  {[]kyc.Code{"document.from_the_future"}, kyc.InReview},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c := mustApply(t, in(t, kyc.Processing), checked(1, tc.codes...)); c.State != tc.want {
				t.Errorf("state %s, want %s", c.State, tc.want)
			}
		})
	}
}

// TestPlanHeals: whatever is found, mending exactly what the plan asks for leads
// to an approval.
func TestPlanHeals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []kyc.Code
		for _, d := range kyc.Catalogue() {
			all = append(all, d.Code)
		}
		codes := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 6, rapid.ID).Draw(t, "codes")
		c := newCase()
		apply := func(e kyc.Event) {
			next, _, err := kyc.Apply(c, e)
			if err != nil {
				t.Fatalf("%s in %s: %v", e.Name(), c.State, err)
			}
			c = next
		}
		for _, i := range required() {
			apply(sub(i, string(i)))
		}
		apply(checked(1, codes...))
		if c.State != kyc.ActionRequired {
			return
		}
		for _, f := range kyc.Visible(c.Findings) {
			if f.Definition().Severity == kyc.Retry && !slices.ContainsFunc(c.Plan.Items, func(p kyc.PlanItem) bool {
				return p.Item == f.Item && slices.Contains(p.Reasons, f.Code)
			}) {
				t.Fatalf("%s is visible but not in the plan %+v", f.Code, c.Plan)
			}
		}
		asked := slices.Clone(c.Plan.Items)
		for _, p := range asked {
			if len(p.Reasons) == 0 {
				t.Fatalf("%s is asked without a reason", p.Item)
			}
			apply(sub(p.Item, "again-"+string(p.Item)))
		}
		if c.State != kyc.Processing {
			t.Fatalf("the plan %v was answered but the state is %s", asked, c.State)
		}
		apply(checked(2))
		if c.State != kyc.Approved {
			t.Fatalf("healed but %s", c.State)
		}
	})
}

// TestApplyIsPure: the case that is handed in does not change.
func TestApplyIsPure(t *testing.T) {
	t.Parallel()
	for _, s := range kyc.States() {
		for _, e := range samples(in(t, s)) {
			c := in(t, s)
			if len(c.Items) == 0 {
				continue
			}
			items, findings := slices.Clone(c.Items), slices.Clone(c.Findings)
			_, _, _ = kyc.Apply(c, e)
			if !slices.Equal(items, c.Items) || len(findings) != len(c.Findings) {
				t.Errorf("%s in %s changed the case that it was given", e.Name(), s)
			}
		}
	}
}

func TestRefusedReviews(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]kyc.Reviewed{
		"nobody decided":           {Verdict: kyc.Approved},
		"declined without reasons": {By: "rev_1", Verdict: kyc.Declined},
		"asks for nothing":         {By: "rev_1", Verdict: kyc.ActionRequired},
		"no verdict":               {By: "rev_1", Verdict: kyc.Open},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := kyc.Apply(in(t, kyc.InReview), e); kyc.KindOf(err) != kyc.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestHelpReachesAHuman(t *testing.T) {
	t.Parallel()
	for _, s := range []kyc.State{kyc.Open, kyc.ActionRequired, kyc.Expired, kyc.InReview} {
		c := mustApply(t, in(t, s), kyc.AskHelp{At: t0})
		if c.State != kyc.InReview || c.Plan != nil {
			t.Errorf("from %s: state %s, plan %v", s, c.State, c.Plan)
		}
	}
	c := mustApply(t, in(t, kyc.Processing), kyc.AskHelp{At: t0})
	if c.State != kyc.Processing {
		t.Errorf("while we check: state %s", c.State)
	}
	if got := mustApply(t, c, checked(1, kyc.DocBlurry)).State; got != kyc.InReview {
		t.Errorf("a request made while we checked was lost: state %s", got)
	}
	if got := mustApply(t, c, checked(1)).State; got != kyc.Approved {
		t.Errorf("nothing is left to help with: state %s", got)
	}
}

// TestReviewBeforeAnythingWasSent: a reviewer who answers a request for help asks
// for an item; the others, never sent, must not be forgotten.
func TestReviewBeforeAnythingWasSent(t *testing.T) {
	t.Parallel()
	c := mustApply(t, newCase(), sub(kyc.Face, "f"), kyc.AskHelp{At: t0}, kyc.Reviewed{
		By: "rev_1", Verdict: kyc.ActionRequired, Findings: []kyc.Finding{finding(kyc.FaceBlurry)}, At: t0,
	})
	if c.State != kyc.Open {
		t.Fatalf("state %s", c.State)
	}
	c = mustApply(t, c, sub(kyc.DocumentFront, "a"), sub(kyc.Details, "b"))
	if c.State != kyc.Open {
		t.Fatalf("the face that was asked for again is not there yet, but the state is %s", c.State)
	}
	if c = mustApply(t, c, sub(kyc.Face, "g")); c.State != kyc.Processing {
		t.Errorf("state %s", c.State)
	}
}

// TestTurnsHaveTime: whoever is asked again has the full time to answer, however
// long the review took.
func TestTurnsHaveTime(t *testing.T) {
	t.Parallel()
	late := t0.Add(30 * 24 * time.Hour)
	c := mustApply(t, in(t, kyc.InReview), kyc.Reviewed{
		By: "rev_1", Verdict: kyc.ActionRequired, Findings: []kyc.Finding{finding(kyc.FaceBlurry)}, At: late,
	})
	if want := late.Add(24 * time.Hour); !c.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", c.ExpiresAt, want)
	}
}

func TestTheJudgingPolicyIsKept(t *testing.T) {
	t.Parallel()
	e := checked(1, kyc.DocBlurry)
	e.Policy = "strict@2"
	if c := mustApply(t, in(t, kyc.Processing), e); c.Policy != "strict@2" {
		t.Errorf("policy %s", c.Policy)
	}
}

// TestAPersonKeepsWhatTheMachineFound: a reviewer names a reason by its code; the two
// values stay with it, since they are what the applicant can mend.
func TestAPersonKeepsWhatTheMachineFound(t *testing.T) {
	t.Parallel()
	values, box := &kyc.Values{Typed: "X730O7509", Read: "X73007509"}, &kyc.Box{Width: 9, Height: 9}
	c := kyc.Case{
		State: kyc.InReview,
		Items: []kyc.ItemState{{Item: kyc.Details, Required: true, Status: kyc.Failed, Current: &kyc.Submission{ID: "sub_1"}}},
		Findings: []kyc.Finding{
			{Code: "details.number_mismatch", Item: kyc.Details, Field: kyc.DocumentNumber, Values: values, Box: box},
			{Code: "details.name_mismatch", Item: kyc.Details, Field: kyc.Surname, Values: values},
		},
	}
	next, _, err := kyc.Apply(c, kyc.Reviewed{By: "rev_1", Verdict: kyc.ActionRequired, Findings: []kyc.Finding{
		{Code: "details.number_mismatch", Item: kyc.Details, Field: kyc.DocumentNumber},
		{Code: "details.name_mismatch", Item: kyc.Details, Field: kyc.GivenNames},
	}, At: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range next.Findings {
		if want := f.Field == kyc.DocumentNumber; (f.Values == values) != want || (f.Box == box) != want {
			t.Errorf("%+v", f)
		}
	}
}
