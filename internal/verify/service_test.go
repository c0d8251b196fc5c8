package verify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

func asError(err error) *kyc.Error {
	var e *kyc.Error
	errors.As(err, &e)
	return e
}

const (
	rightDetails = `{"surname":"Kőszegi","given_names":"Anna Maria","birth_date":"1990-05-17","document_number":"X73007509","expiry_date":"2030-01-31","residence":"DE"}`
	typoDetails  = `{"surname":"Kősz egi","given_names":"Anna Maria","birth_date":"1990-05-17","document_number":"X73OO7509","expiry_date":"2030-01-31","residence":"DE"}`
)

func goodSide() *Side { return goodEvidence().Front }

// sent is a case with all three items sent, in processing.
func (l *lab) sent(details string, front *Side, face *Portrait) kyc.Case {
	l.Helper()
	c := l.open(kyc.DocumentFront, kyc.Details, kyc.Face)
	l.front(c.ID, front)
	l.details(c.ID, details)
	l.selfie(c.ID, face)
	c = l.read(c.ID)
	if c.State != kyc.Processing || l.jobs(c.ID) != 1 {
		l.Fatalf("all was sent, and the case is %s with %d jobs", c.State, l.jobs(c.ID))
	}
	return c
}

func TestOnlyWhatFailedIsAskedAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.sent(typoDetails, goodSide(), goodPortrait(0.1))
	kept := map[kyc.Item]kyc.Submission{}
	for _, i := range c.Items {
		if i.Current != nil {
			kept[i.Item] = *i.Current
		}
	}
	c = l.check(c.ID)
	l.wants(c, kyc.ActionRequired, "details.name_mismatch@details", "details.number_mismatch@details")
	if len(c.Plan.Items) != 1 || c.Plan.Items[0].Item != kyc.Details || !slices.Equal(c.Plan.Items[0].Fields, []kyc.Field{kyc.Surname, kyc.DocumentNumber}) {
		t.Fatalf("planned %+v", c.Plan.Items)
	}
	for _, x := range c.Plan.Carried {
		if kept[x.Item].ID != x.Submission || kept[x.Item].SHA256 != x.SHA256 {
			t.Errorf("carried %+v, sent was %+v", x, kept[x.Item])
		}
	}
	if len(c.Plan.Carried) != 2 {
		t.Errorf("carried %+v", c.Plan.Carried)
	}

	// What passed is not taken again.
	_, err := l.sendMeasured(c.ID, kyc.DocumentFront, stored{Side: goodSide()})
	l.refused(err, kyc.NotAsked)

	// A field that passed cannot be changed beside the correction; the same value does no harm.
	_, err = l.Submit(t.Context(), c.ID, kyc.Details, "", []byte(`{"surname":"Kőszegi","document_number":"X73007509","birth_date":"1991-05-17"}`))
	if e := l.refused(err, kyc.NotAsked); !strings.Contains(e.Detail, "birth_date") || strings.Contains(err.Error(), "1991") {
		t.Errorf("the refusal says %q", err)
	}
	l.details(c.ID, `{"surname":"Kőszegi","document_number":"X73007509","birth_date":"1990-05-17"}`)
	if l.read(c.ID).State != kyc.Processing || l.jobs(c.ID) != 2 {
		t.Fatalf("the correction was sent, and the case is %s with %d jobs", l.read(c.ID).State, l.jobs(c.ID))
	}
	c = l.check(c.ID)
	l.wants(c, kyc.Approved)
	for item, want := range map[kyc.Item]int{kyc.DocumentFront: 1, kyc.Details: 2, kyc.Face: 1} {
		i, _ := c.Item(item)
		if i.Attempts != want || i.Status != kyc.Passed {
			t.Errorf("%s is %s after %d attempts, want %d", item, i.Status, i.Attempts, want)
		}
		if item != kyc.Details && i.Current.ID != kept[item].ID {
			t.Errorf("%s stands on %s, was %s", item, i.Current.ID, kept[item].ID)
		}
	}
	// The details are the old ones with the corrections.
	st, _ := c.Item(kyc.Details)
	f, err := l.facts(t.Context(), c, *st.Current)
	if err != nil || len(f.Details) != 6 || f.Details[kyc.GivenNames] != "Anna Maria" || f.Details[kyc.Surname] != "Kőszegi" {
		t.Errorf("the details are %v, %v", f.Details, err)
	}
	want := []string{"create", "submit", "submit", "submit", "checked", "submit", "checked"}
	if got := l.events(c.ID); !slices.Equal(got, want) {
		t.Errorf("the record says %v, want %v", got, want)
	}
}

func TestPausesAndTheEndOfAttempts(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil) // pauses 0, 5m, 15m; 4 attempts
	c := l.sent(typoDetails, goodSide(), goodPortrait(0.1))
	again := func() {
		t.Helper()
		l.details(c.ID, `{"surname":"Kősz egi","document_number":"X73OO7509"}`)
		c = l.check(c.ID)
	}
	c = l.check(c.ID)
	if !c.RetryAt.IsZero() {
		t.Errorf("after the first failure: %v", c.RetryAt)
	}
	again()
	first := l.now().Add(5 * time.Minute)
	if !c.RetryAt.Equal(first) || c.State != kyc.ActionRequired {
		t.Fatalf("after the second failure %s until %v, want %v", c.State, c.RetryAt, first)
	}
	if !slices.Contains(told(c.Findings), "case.cooling_down@case") {
		t.Errorf("told %v", told(c.Findings))
	}
	l.pass(5*time.Minute - time.Second)
	_, err := l.Submit(t.Context(), c.ID, kyc.Details, "", []byte(rightDetails))
	if e := l.refused(err, kyc.InCoolDown); !e.RetryAt.Equal(first) {
		t.Errorf("may try again at %v", e.RetryAt)
	}
	if n := l.read(c.ID).Items; n[2].Attempts != 2 {
		t.Errorf("a refusal in the pause used an attempt: %+v", n[2])
	}
	l.pass(time.Second)
	again()
	if want := l.now().Add(15 * time.Minute); !c.RetryAt.Equal(want) {
		t.Errorf("after the third failure until %v, want %v", c.RetryAt, want)
	}
	l.pass(15 * time.Minute)
	again()
	if c.State != kyc.InReview || !slices.ContainsFunc(c.Findings, func(f kyc.Finding) bool { return f.Code == kyc.Forced }) || !c.RetryAt.IsZero() {
		t.Errorf("after the last attempt %s with %v", c.State, told(c.Findings))
	}
	// A reviewer who asks again gives a fresh set of attempts.
	c, err = l.Review(t.Context(), c.ID, "rev_1", kyc.ActionRequired, []kyc.Finding{{Code: kyc.DetailsName, Item: kyc.Details, Field: kyc.Surname}})
	if err != nil || c.State != kyc.ActionRequired || c.Items[2].Attempts != 0 {
		t.Fatalf("after the review %s, %v, %+v", c.State, err, c.Items[2])
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil) // 48 hours
	var due []kyc.CaseID
	for range 120 { // more than are closed at a time
		due = append(due, l.open(kyc.Details).ID)
	}
	processing := l.open(kyc.Details)
	l.details(processing.ID, rightDetails)
	l.pass(time.Hour)
	later := l.open(kyc.Details)
	l.pass(47*time.Hour + time.Second)
	for range 2 { // twice does no harm
		if err := l.ExpireDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range due {
		if c := l.read(id); c.State != kyc.Expired {
			t.Fatalf("%s is %s", id, c.State)
		}
	}
	if c := l.read(processing.ID); c.State != kyc.Processing {
		t.Errorf("a case that is our turn is %s", c.State)
	}
	if c := l.read(later.ID); c.State != kyc.Open {
		t.Errorf("a case that is not due is %s", c.State)
	}
	_, err := l.Submit(t.Context(), due[0], kyc.Details, "", []byte(rightDetails))
	l.refused(err, kyc.NotAllowed)
	if got := l.events(due[0]); !slices.Equal(got, []string{"create", "expire"}) {
		t.Errorf("the record says %v", got)
	}
}

func TestHelpAppealAndReview(t *testing.T) {
	t.Parallel()
	underAge := func() *Side {
		s := goodSide()
		s.Fields[kyc.BirthDate] = mrzValue("2012-05-17")
		return s
	}
	t.Run("help while something is asked leads to a person", func(t *testing.T) {
		t.Parallel()
		l := newLab(t, rules(), nil)
		c := l.check(l.sent(typoDetails, goodSide(), goodPortrait(0)).ID)
		c, err := l.AskHelp(t.Context(), c.ID, kyc.HelpFrom{})
		if err != nil || c.State != kyc.InReview {
			t.Fatalf("%s, %v", c.State, err)
		}
		if c, err = l.AskHelp(t.Context(), c.ID, kyc.HelpFrom{}); err != nil || c.State != kyc.InReview {
			t.Errorf("asked twice: %s, %v", c.State, err)
		}
		n := 0
		for _, f := range c.Findings {
			if f.Code == kyc.HelpRequested {
				n++
			}
		}
		if n != 1 {
			t.Errorf("help is noted %d times", n)
		}
	})
	t.Run("help at the start leads to a person too", func(t *testing.T) {
		t.Parallel()
		l := newLab(t, rules(), nil)
		c, err := l.AskHelp(t.Context(), l.open(kyc.Details).ID, kyc.HelpFrom{})
		if err != nil || c.State != kyc.InReview {
			t.Errorf("%s, %v", c.State, err)
		}
	})
	t.Run("a refusal can be contested", func(t *testing.T) {
		t.Parallel()
		l := newLab(t, rules(), nil)
		c := l.check(l.sent(strings.Replace(rightDetails, "1990", "2012", 1), underAge(), goodPortrait(0)).ID)
		l.wants(c, kyc.Declined, "eligibility.under_age@eligibility")
		c, err := l.Appeal(t.Context(), c.ID)
		if err != nil || c.State != kyc.InReview {
			t.Fatalf("%s, %v", c.State, err)
		}
		_, err = l.Appeal(t.Context(), c.ID)
		l.refused(err, kyc.NotAllowed)
	})
	reviewed := func(t *testing.T) (*lab, kyc.Case) {
		t.Helper()
		l := newLab(t, rules(), nil)
		s := goodSide()
		s.CheckDigits["composite"] = false
		return l, l.check(l.sent(rightDetails, s, goodPortrait(0)).ID)
	}
	nameWrong := []kyc.Finding{{Code: kyc.DetailsName, Item: kyc.Details, Field: kyc.Surname}}
	for name, c := range map[string]struct {
		by      string
		verdict kyc.State
		reasons []kyc.Finding
		want    kyc.State // "" when refused
	}{
		"approved":              {"rev_1", kyc.Approved, nil, kyc.Approved},
		"declined":              {"rev_1", kyc.Declined, []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.DocumentFront}}, kyc.Declined},
		"asked again":           {"rev_1", kyc.ActionRequired, nameWrong, kyc.ActionRequired},
		"by nobody":             {"", kyc.Approved, nil, ""},
		"declined for nothing":  {"rev_1", kyc.Declined, nil, ""},
		"asked again nothing":   {"rev_1", kyc.ActionRequired, nil, ""},
		"a state of its own":    {"rev_1", kyc.Expired, nameWrong, ""},
		"a state that is not":   {"rev_1", "rubbish", nameWrong, ""},
		"asked again a verdict": {"rev_1", kyc.ActionRequired, []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.DocumentFront}}, ""},
	} {
		t.Run("review: "+name, func(t *testing.T) {
			t.Parallel()
			l, cs := reviewed(t)
			l.wants(cs, kyc.InReview, "document.mrz_check_digit@document_front")
			after, err := l.Review(t.Context(), cs.ID, c.by, c.verdict, c.reasons)
			if c.want == "" {
				l.refused(err, kyc.Invalid)
				if s := l.read(cs.ID).State; s != kyc.InReview {
					t.Errorf("the case is %s", s)
				}
				return
			}
			if err != nil || after.State != c.want {
				t.Fatalf("%s, %v", after.State, err)
			}
			if ev := l.events(cs.ID); ev[len(ev)-1] != "reviewed" {
				t.Errorf("the record says %v", ev)
			}
			_, err = l.Review(t.Context(), cs.ID, "rev_2", kyc.Approved, nil)
			l.refused(err, kyc.NotAllowed)
		})
	}
}

func TestChecksActOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.sent(rightDetails, goodSide(), goodPortrait(0))
	for _, round := range []int{0, c.Round + 1} { // rounds that are not
		if err := l.RunChecks(t.Context(), c.ID, round); err != nil {
			t.Error(err)
		}
	}
	if s := l.read(c.ID).State; s != kyc.Processing {
		t.Fatalf("checked in a round that is not: %s", s)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := l.RunChecks(t.Context(), c.ID, c.Round); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := l.RunChecks(t.Context(), c.ID, c.Round); err != nil { // and once more, late
		t.Error(err)
	}
	if err := l.ChecksFailed(t.Context(), c.ID, c.Round); err != nil { // a job given up although it had worked
		t.Error(err)
	}
	l.wants(l.read(c.ID), kyc.Approved)
	if got := l.events(c.ID); !slices.Equal(got, []string{"create", "submit", "submit", "submit", "checked"}) {
		t.Errorf("the record says %v", got)
	}
	for _, i := range l.read(c.ID).Items {
		if i.Attempts > 1 {
			t.Errorf("%s was judged %d times", i.Item, i.Attempts)
		}
	}
	if err := l.RunChecks(t.Context(), "case_that_is_not", 1); err != nil {
		t.Errorf("a case that is not: %v", err)
	}
}

func TestOurFailureIsNoAttempt(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.sent(rightDetails, goodSide(), goodPortrait(0))
	if err := l.ChecksFailed(t.Context(), c.ID, c.Round+1); err != nil || l.read(c.ID).State != kyc.Processing {
		t.Fatalf("another round: %v, %s", err, l.read(c.ID).State)
	}
	for range 2 {
		if err := l.ChecksFailed(t.Context(), c.ID, c.Round); err != nil {
			t.Fatal(err)
		}
	}
	c = l.read(c.ID)
	l.wants(c, kyc.InReview, "case.our_fault@case")
	for _, i := range c.Items {
		if i.Attempts != 0 {
			t.Errorf("%s has %d attempts", i.Item, i.Attempts)
		}
	}
	if err := l.ChecksFailed(t.Context(), "case_that_is_not", 1); err != nil {
		t.Errorf("a case that is not: %v", err)
	}
}

func TestMissingEvidenceIsAnError(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	glance := goodSide()
	glance.Full = false // so that the picture itself is needed
	c := l.sent(rightDetails, glance, goodPortrait(0))
	if err := os.RemoveAll(filepath.Join(l.folder, "evidence")); err != nil {
		t.Fatal(err)
	}
	err := l.RunChecks(t.Context(), c.ID, c.Round)
	if err == nil || l.read(c.ID).State != kyc.Processing {
		t.Fatalf("checked without evidence: %v", err)
	}
	for _, personal := range []string{"szegi", "X730", "account 1"} {
		if strings.Contains(err.Error(), personal) {
			t.Errorf("the error says %q", err)
		}
	}
}

func TestRepeatedRequestsActOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	a, err := l.CreateCase(t.Context(), NewCase{ID: "case_x", ExternalID: "account 1", Locale: "en", Items: []kyc.Item{kyc.Details}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.CreateCase(t.Context(), NewCase{ID: "case_x", ExternalID: "account 1", Locale: "en", Items: []kyc.Item{kyc.Details}})
	if err != nil || b.ID != a.ID || !b.CreatedAt.Equal(a.CreatedAt) {
		t.Errorf("created again: %+v, %v", b, err)
	}
	other, err := l.CreateCase(t.Context(), NewCase{ExternalID: "account 1", Items: []kyc.Item{kyc.Details}})
	if err != nil || other.Applicant != a.Applicant || other.ID == a.ID {
		t.Errorf("the same account: %+v, %v", other, err)
	}
	stranger, err := l.CreateCase(t.Context(), NewCase{ExternalID: "account 2", Items: []kyc.Item{kyc.Details}})
	if err != nil || stranger.Applicant == a.Applicant {
		t.Errorf("another account: %+v, %v", stranger, err)
	}

	for range 3 {
		o, err := l.Submit(t.Context(), a.ID, kyc.Details, "sub_x", []byte(rightDetails))
		if err != nil || !o.Accepted || o.Submission != "sub_x" {
			t.Fatalf("%+v, %v", o, err)
		}
	}
	if l.jobs(a.ID) != 0 || l.files() != 1 {
		t.Errorf("%d jobs and %d files: want one file, and no check before all is there", l.jobs(a.ID), l.files())
	}
	_, err = l.Submit(t.Context(), other.ID, kyc.Details, "sub_x", []byte(rightDetails))
	l.refused(err, kyc.Conflict)

	for name, n := range map[string]NewCase{
		"no account":          {Items: []kyc.Item{kyc.Details}},
		"an item that is not": {ExternalID: "a", Items: []kyc.Item{"shoe"}},
		"an item computed":    {ExternalID: "a", Items: []kyc.Item{kyc.Uniqueness}},
	} {
		if _, err := l.CreateCase(t.Context(), n); kyc.KindOf(err) != kyc.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheLastItemStartsOneCheck: many last items at once start one round.
func TestTheLastItemStartsOneCheck(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.open(kyc.Details)
	var wg sync.WaitGroup
	var mu sync.Mutex
	accepted := 0
	for k := range 8 {
		wg.Go(func() {
			o, err := l.Submit(t.Context(), c.ID, kyc.Details, kyc.SubmissionID(fmt.Sprintf("sub_%c", 'a'+k)), []byte(rightDetails))
			if err != nil && kyc.KindOf(err) != kyc.NotAllowed {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if o.Accepted {
				accepted++
			}
		})
	}
	wg.Wait()
	if accepted != 1 || l.jobs(c.ID) != 1 || l.files() != 1 {
		t.Errorf("%d accepted, %d jobs, %d files: want one of each", accepted, l.jobs(c.ID), l.files())
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.check(l.sent(rightDetails, goodSide(), goodPortrait(0)).ID)
	second := l.sent(rightDetails, goodSide(), goodPortrait(0)) // still under way
	if c.Applicant != second.Applicant || l.files() != 6 {
		t.Fatalf("%d files", l.files())
	}
	var before kyc.CaseRecord
	var key []byte
	if err := l.db.Read(t.Context(), func(tx kyc.Tx) error {
		var err, kerr error
		before, err = tx.Case(t.Context(), c.ID)
		key, kerr = tx.DataKey(t.Context(), c.Applicant)
		return errors.Join(err, kerr)
	}); err != nil || len(key) == 0 || len(before.Sealed) == 0 {
		t.Fatal(err, len(key))
	}
	for range 2 { // twice does no harm
		if err := l.Erase(t.Context(), c.Applicant); err != nil {
			t.Fatal(err)
		}
	}
	if l.files() != 0 {
		t.Errorf("%d evidence files are left", l.files())
	}
	for _, id := range []kyc.CaseID{c.ID, second.ID} {
		got := l.read(id)
		if got.State != kyc.Erased || len(got.Items)+len(got.Findings)+len(got.Refused) != 0 {
			t.Errorf("%s is %+v", id, got)
		}
	}
	if _, err := l.Applicant(t.Context(), c.Applicant); err == nil {
		t.Error("the applicant opens")
	}
	if err := l.db.Read(t.Context(), func(tx kyc.Tx) error {
		if _, err := tx.DataKey(t.Context(), c.Applicant); kyc.KindOf(err) != kyc.NotFound {
			t.Errorf("the data key: %v", err)
		}
		a, err := tx.Applicant(t.Context(), c.Applicant)
		if err != nil || len(a.Sealed)+len(a.ExternalKey) != 0 {
			t.Errorf("the applicant keeps %d sealed bytes and a key of %d, %v", len(a.Sealed), len(a.ExternalKey), err)
		}
		for _, id := range []kyc.CaseID{c.ID, second.ID} {
			subs, err := tx.SubmissionsOf(t.Context(), id)
			for _, s := range subs {
				if len(s.Sealed) != 0 {
					t.Errorf("%s keeps %d sealed bytes", s.ID, len(s.Sealed))
				}
			}
			if err != nil || len(subs) != 3 {
				t.Errorf("%d submissions, %v", len(subs), err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// The job that was under way finds nothing to do, and nothing can be sent.
	if err := l.RunChecks(t.Context(), second.ID, second.Round); err != nil {
		t.Errorf("checks after the erasure: %v", err)
	}
	_, err := l.Submit(t.Context(), second.ID, kyc.Details, "", []byte(rightDetails))
	l.refused(err, kyc.NotAllowed)
	if got := l.events(c.ID); got[len(got)-1] != "erase" {
		t.Errorf("the record says %v", got)
	}
	// The same account is somebody new.
	if again := l.open(kyc.Details); again.Applicant == c.Applicant {
		t.Error("the account still leads to the erased applicant")
	}
	l.refused(l.Erase(t.Context(), "apl_that_is_not"), kyc.NotFound)
}

func TestRetention(t *testing.T) {
	t.Parallel()
	pol := rules()
	pol.Eligibility.RestrictedRegions = []string{"FR"}
	pol.Retention = policy.Retention{Declined: 90 * 24 * time.Hour, Expired: 30 * 24 * time.Hour}
	l := newLab(t, pol, nil)
	fromFrance := strings.Replace(rightDetails, `"DE"`, `"FR"`, 1)
	approved := l.check(l.of("account 1", rightDetails, 0.1))
	declined := l.check(l.of("account 2", fromFrance, 0.1))
	l.account = "account 3"
	expired := l.open(kyc.DocumentFront, kyc.Face)
	l.front(expired.ID, goodSide())
	if _, err := l.Cancel(t.Context(), expired.ID); err != nil {
		t.Fatal(err)
	}
	l.account = "account 4"
	both := l.check(l.of("account 4", fromFrance, 0.1))
	l.account = "account 4"
	if _, err := l.AskHelp(t.Context(), l.open(kyc.Details).ID, kyc.HelpFrom{}); err != nil { // which waits for a person
		t.Fatal(err)
	}
	erased := func(want ...kyc.CaseID) {
		t.Helper()
		if err := l.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []kyc.CaseID{approved.ID, declined.ID, expired.ID, both.ID} {
			if got := l.read(c).State == kyc.Erased; got != slices.Contains(want, c) {
				t.Errorf("%s is erased: %v", c, got)
			}
		}
	}
	files := l.files()
	erased()
	l.pass(31 * 24 * time.Hour)
	erased(expired.ID)
	if l.files() != files-1 {
		t.Errorf("%d evidence files of %d are left", l.files(), files)
	}
	l.pass(60 * 24 * time.Hour)
	erased(expired.ID, declined.ID)
	l.pass(10 * 365 * 24 * time.Hour)
	erased(expired.ID, declined.ID)
	if got := l.events(declined.ID); got[len(got)-1] != "erase" {
		t.Errorf("the record says %v", got)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.sent(rightDetails, goodSide(), goodPortrait(0))
	put := func(key string, age time.Duration) string {
		t.Helper()
		if err := l.blobs.Put(t.Context(), key, []byte("cut off")); err != nil {
			t.Fatal(err)
		}
		at := l.now().Add(-age)
		if err := os.Chtimes(filepath.Join(l.folder, "evidence", filepath.FromSlash(key)), at, at); err != nil {
			t.Fatal(err)
		}
		return key
	}
	for b, err := range l.blobs.List(t.Context()) { // the case's own are old too
		if err != nil {
			t.Fatal(err)
		}
		at := l.now().Add(-24 * time.Hour)
		if err := os.Chtimes(filepath.Join(l.folder, "evidence", filepath.FromSlash(b.Key)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	old := put("ab/ab"+strings.Repeat("0", 30), 2*time.Hour)
	young := put("ab/ab"+strings.Repeat("1", 30), time.Minute)
	for range 2 {
		if err := l.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.blobs.Get(t.Context(), old); kyc.KindOf(err) != kyc.NotFound {
		t.Errorf("what nobody refers to is still there: %v", err)
	}
	if _, err := l.blobs.Get(t.Context(), young); err != nil {
		t.Errorf("an upload that may be under way is gone: %v", err)
	}
	if l.files() != 4 {
		t.Errorf("%d files, want the case's three and the young one", l.files())
	}
	l.wants(l.check(c.ID), kyc.Approved)
}

// TestARefusedSaveLeavesNoEvidence: when the case cannot take what was measured
// any more, the file that was written for it goes.
func TestARefusedSaveLeavesNoEvidence(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c := l.open(kyc.DocumentFront)
	before, _, err := l.mayTake(t.Context(), c.ID, kyc.DocumentFront, "sub_late", l.now())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Erase(t.Context(), c.Applicant); err != nil {
		t.Fatal(err)
	}
	if _, err = l.accept(t.Context(), before, kyc.DocumentFront, "sub_late", []byte("x"), stored{Side: goodSide()}, l.now()); err == nil {
		t.Error("taken after the erasure")
	}
	c = l.sent(rightDetails, goodSide(), goodPortrait(0))
	_, err = l.accept(t.Context(), c, kyc.DocumentFront, "sub_later", []byte("x"), stored{Side: goodSide()}, l.now())
	l.refused(err, kyc.NotAllowed)
	if l.files() != 3 {
		t.Errorf("%d files, want 3", l.files())
	}
}
