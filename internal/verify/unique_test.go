package verify

import (
	"fmt"
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

	t.Run("the second account goes to a person, and its owner is told", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		c := l.check(l.of("account 2", rightDetails, 0.1))
		l.wants(c, kyc.InReview, "uniqueness.document_in_use@uniqueness")
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
		l.wants(l.check(id), kyc.InReview, "uniqueness.document_in_use@uniqueness")
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
		l.wants(l.check(l.sent(rightDetails, passport("X 7300-7509"), goodPortrait(0.1)).ID), kyc.InReview, "uniqueness.document_in_use@uniqueness")
	})
	t.Run("of another issuer it is another document", func(t *testing.T) {
		t.Parallel()
		l, _ := one(t, asShipped)
		l.account = "account 2"
		side := goodSide()
		side.Fields[kyc.IssuingState], side.Issuer = mrzValue("XXA"), "XXA"
		l.wants(l.check(l.sent(rightDetails, side, goodPortrait(0.1)).ID), kyc.Approved)
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
		l.wants(l.check(l.of("account 3", rightDetails, 0.1)), kyc.InReview, "uniqueness.document_in_use@uniqueness")
	})
	t.Run("erasing the first account frees it", func(t *testing.T) {
		t.Parallel()
		l, first := one(t, asShipped)
		if err := l.Erase(t.Context(), l.read(first).Applicant); err != nil {
			t.Fatal(err)
		}
		l.wants(l.check(l.of("account 2", rightDetails, 0.1)), kyc.Approved)
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
