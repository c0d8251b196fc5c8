package verify

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// passport is a good passport with another number.
func passport(number string) *Side {
	s := goodSide()
	s.Fields[kyc.DocumentNumber] = mrzValue(number)
	return s
}

// of is a case of an account with all items sent: the good passport under the
// details and the face given.
func (l *lab) of(account, details string, face float32) kyc.CaseID {
	l.Helper()
	l.account = account
	return l.sent(details, goodSide(), goodPortrait(face)).ID
}

func TestADocumentVerifiesOneAccount(t *testing.T) {
	t.Parallel()
	// one is a lab in which an account was approved with the passport.
	one := func(t *testing.T, change func(*policy.Policy)) (*lab, kyc.CaseID) {
		t.Helper()
		pol := rules()
		change(&pol)
		l := newLab(t, pol, nil)
		c := l.check(l.of("account 1", rightDetails, 0.1))
		l.wants(c, kyc.Approved)
		return l, c.ID
	}
	asShipped := func(*policy.Policy) {}
	// The applicant is told the first, the person who looks at it both.
	inUse := []string{"uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness"}

	t.Run("the second account goes to a person, and its owner is told", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		c := l.check(l.of("account 2", rightDetails, 0.1))
		l.wants(c, kyc.InReview, inUse...)
		if len(kyc.Told(c.Findings)) != 1 {
			t.Errorf("told %v", kyc.Told(c.Findings))
		}
	})
	t.Run("the same account continues", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.wants(l.check(l.of("account 1", rightDetails, 0.1)), kyc.Approved)
	})
	t.Run("who has another face learns nothing of the account", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.wants(l.check(l.of("account 2", rightDetails, 0.9)), kyc.ActionRequired, "face.mismatch@face")
	})
	t.Run("who types another name learns nothing until it is mended", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		id := l.of("account 2", typoDetails, 0.1)
		l.wants(l.check(id), kyc.ActionRequired, "details.name_mismatch@details", "details.number_mismatch@details")
		l.details(id, rightDetails)
		l.wants(l.check(id), kyc.InReview, inUse...)
	})
	t.Run("a person who looks for another reason is told alone", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		side := goodSide()
		side.CheckDigits["composite"] = false
		c := l.check(l.sent(rightDetails, side, goodPortrait(0.1)).ID)
		l.wants(c, kyc.InReview, "document.mrz_check_digit@document_front", "uniqueness.document_elsewhere@uniqueness")
		if told := kyc.Told(c.Findings); len(told) != 0 {
			t.Errorf("the applicant is told %v", told)
		}
	})
	t.Run("another document of the same person is another document", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		details := `{"surname":"Kőszegi","given_names":"Anna Maria","birth_date":"1990-05-17","document_number":"X73007510","expiry_date":"2030-01-31","residence":"DE"}`
		l.wants(l.check(l.sent(details, passport("X73007510"), goodPortrait(0.1)).ID), kyc.Approved)
	})
	t.Run("the number is the same however it is printed", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		l.wants(l.check(l.sent(rightDetails, passport("X 7300-7509"), goodPortrait(0.1)).ID), kyc.InReview, inUse...)
	})
	t.Run("the number is the same however its characters were read", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		l.wants(l.check(l.sent(detailsWith("X730O75O9"), passport("X730O75O9"), goodPortrait(0.1)).ID), kyc.InReview, inUse...)
	})
	t.Run("it is the same where its issuer could not be read", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		side := goodSide()
		delete(side.Fields, kyc.IssuingState)
		side.Issuer = ""
		l.wants(l.check(l.sent(rightDetails, side, goodPortrait(0.1)).ID), kyc.InReview, inUse...)
	})
	t.Run("the same number of somebody born on another day is another document", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		side := goodSide()
		side.Fields[kyc.BirthDate] = mrzValue("1991-05-17")
		l.wants(l.check(l.sent(strings.Replace(rightDetails, "1990", "1991", 1), side, goodPortrait(0.1)).ID), kyc.Approved)
	})
	t.Run("where no face is compared, the owner was not shown", func(t *testing.T) {
		t.Parallel()
		l := newLab(t, rules(), nil)
		alone := func(account string) kyc.Case {
			l.account = account
			c := l.open(kyc.DocumentFront)
			l.front(c.ID, goodSide())
			return l.check(c.ID)
		}
		l.wants(alone("account 1"), kyc.Approved)
		c := alone("account 2")
		l.wants(c, kyc.InReview, "uniqueness.document_elsewhere@uniqueness")
		if told := kyc.Told(c.Findings); len(told) != 0 {
			t.Errorf("the applicant is told %v", told)
		}
	})
	t.Run("whose verification was revoked is nobody's earlier account", func(t *testing.T) {
		t.Parallel()
		l, first := one(t, asShipped)
		if _, err := l.Revoke(t.Context(), first, "rev_1", []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.DocumentFront}}); err != nil {
			t.Fatal(err)
		}
		c := l.check(l.of("account 2", rightDetails, 0.1))
		l.wants(c, kyc.InReview, "uniqueness.document_elsewhere@uniqueness")
		if c.Findings[0].Measure != "case:"+string(first) {
			t.Errorf("the person who looks is told %+v", c.Findings)
		}
	})
	t.Run("a person can let both have it, and then both continue", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		c := l.check(l.of("account 2", rightDetails, 0.1))
		if _, err := l.Review(t.Context(), c.ID, "rev_1", kyc.Approved, nil); err != nil {
			t.Fatal(err)
		}
		for _, account := range []string{"account 1", "account 2"} {
			l.wants(l.check(l.of(account, rightDetails, 0.1)), kyc.Approved)
		}
		l.wants(l.check(l.of("account 3", rightDetails, 0.1)), kyc.InReview, inUse...)
	})
	for road, lead := range map[string]func(l *lab) kyc.CaseID{
		"the applicant asked for a person": func(l *lab) kyc.CaseID {
			id := l.of("account 2", typoDetails, 0.9)
			l.wants(l.check(id), kyc.ActionRequired, "details.name_mismatch@details", "details.number_mismatch@details", "face.mismatch@face")
			if _, err := l.AskHelp(l.ctx(), id, kyc.HelpFrom{}); err != nil {
				l.Fatal(err)
			}
			return id
		},
		"it was declined and they appealed": func(l *lab) kyc.CaseID {
			l.account = "account 2"
			side := goodSide()
			side.Issuer, side.Fields[kyc.IssuingState] = "PRK", mrzValue("PRK")
			id := l.sent(rightDetails, side, goodPortrait(0.1)).ID
			l.wants(l.check(id), kyc.Declined, "eligibility.region_restricted@eligibility")
			if _, err := l.Appeal(l.ctx(), id); err != nil {
				l.Fatal(err)
			}
			return id
		},
		"our checks failed before the document was read": func(l *lab) kyc.CaseID {
			l.account = "account 2"
			side := goodSide()
			side.Full, side.Fields = false, nil
			id := l.sent(rightDetails, side, goodPortrait(0.1)).ID
			if err := l.ChecksFailed(l.ctx(), id, 1); err != nil {
				l.Fatal(err)
			}
			return id
		},
	} {
		t.Run("who approves must have seen it: "+road, func(t *testing.T) {
			t.Parallel()
			l, first := one(t, func(p *policy.Policy) { p.Eligibility.RestrictedIssuers = []string{"KP"} })
			id := lead(l)
			_, err := l.Review(t.Context(), id, "rev_1", kyc.Approved, nil)
			l.refused(err, kyc.Conflict)
			c := l.read(id)
			if k := slices.IndexFunc(c.Findings, func(f kyc.Finding) bool { return f.Code == kyc.DocumentElsewhere }); c.State != kyc.InReview || k < 0 || c.Findings[k].Measure != "case:"+string(first) {
				t.Fatalf("the case is %s with %+v", c.State, c.Findings)
			}
			if c, err = l.Review(t.Context(), id, "rev_1", kyc.Approved, nil); err != nil || c.State != kyc.Approved {
				t.Fatalf("%s, %v", c.State, err)
			}
			if !slices.Contains(l.events(id), "noticed") {
				t.Errorf("the record says %v", l.events(id))
			}
			l.wants(l.check(l.of("account 3", rightDetails, 0.1)), kyc.InReview, inUse...)
		})
	}
	t.Run("a final rule is all that is told", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, func(p *policy.Policy) { p.Eligibility.RestrictedRegions = []string{"FR"} })
		l.account = "account 2"
		c := l.sent(strings.Replace(rightDetails, `"DE"`, `"FR"`, 1), goodSide(), goodPortrait(0.1))
		l.wants(l.check(c.ID), kyc.Declined, "eligibility.region_restricted@eligibility")
	})
	t.Run("what was judged is derived again, whoever was erased since", func(t *testing.T) {
		t.Parallel()
		l, first := one(t, asShipped)
		c := l.check(l.of("account 2", rightDetails, 0.1))
		if err := l.Erase(t.Context(), l.read(first).Applicant); err != nil {
			t.Fatal(err)
		}
		x, err := l.past(t.Context(), l.read(c.ID))
		if err != nil {
			t.Fatal(err)
		}
		if end, err := Rejudge(l.Policy(), x); err != nil || end.Decision != kyc.InReview {
			t.Errorf("%+v, %v", end, err)
		}
	})
	t.Run("a policy that would not share shows in a simulation", func(t *testing.T) {
		t.Parallel()
		l, first := one(t, func(p *policy.Policy) { p.Documents.SeveralAccounts = true })
		second := l.check(l.of("account 2", rightDetails, 0.1))
		strict := l.Policy()
		strict.Documents.SeveralAccounts = false
		for id, want := range map[kyc.CaseID]kyc.State{first: kyc.Approved, second.ID: kyc.InReview} {
			x, err := l.past(t.Context(), l.read(id))
			if err != nil {
				t.Fatal(err)
			}
			if end, err := Rejudge(strict, x); err != nil || end.Decision != want {
				t.Errorf("%s ends %+v, %v; want %s", id, end, err, want)
			}
		}
	})
	t.Run("erasing the first account frees it", func(t *testing.T) {
		t.Parallel()
		l, first := one(t, asShipped)
		if err := l.Erase(t.Context(), l.read(first).Applicant); err != nil {
			t.Fatal(err)
		}
		l.wants(l.check(l.of("account 2", rightDetails, 0.1)), kyc.Approved)
	})
	t.Run("a person's approval does not stand in the way of a policy that shares", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, func(p *policy.Policy) { p.Documents.SeveralAccounts = true })
		c := l.check(l.of("account 2", typoDetails, 0.1))
		if _, err := l.AskHelp(t.Context(), c.ID, kyc.HelpFrom{}); err != nil {
			t.Fatal(err)
		}
		if c, err := l.Review(t.Context(), c.ID, "rev_1", kyc.Approved, nil); err != nil || c.State != kyc.Approved {
			t.Fatalf("%s, %v", c.State, err)
		}
		l.wants(l.check(l.of("account 3", rightDetails, 0.1)), kyc.Approved)
	})
	t.Run("a policy can let one document verify several", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, func(p *policy.Policy) { p.Documents.SeveralAccounts = true })
		l.wants(l.check(l.of("account 2", rightDetails, 0.1)), kyc.Approved)
	})
}

func TestOfManyAccountsWithOneDocumentOneIsApproved(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	cases := make([]kyc.CaseID, 8)
	for k := range cases {
		cases[k] = l.of(fmt.Sprintf("account %d", k), rightDetails, 0.1)
	}
	var wg sync.WaitGroup
	for _, id := range cases {
		wg.Go(func() {
			if err := l.RunChecks(t.Context(), id, 1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	states := map[kyc.State]int{}
	for _, id := range cases {
		states[l.read(id).State]++
	}
	if states[kyc.Approved] != 1 || states[kyc.InReview] != len(cases)-1 {
		t.Errorf("the cases are %v", states)
	}
}
