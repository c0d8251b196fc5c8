package verify

import (
	"strings"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// with is a case of an account under a passport of its own, with its details.
func (l *lab) with(account, number string, face float32) kyc.CaseID {
	l.Helper()
	l.account = account
	return l.sent(detailsWith(number), passport(number), goodPortrait(face)).ID
}

// detailsWith are the right details of another document.
func detailsWith(number string) string { return strings.ReplaceAll(rightDetails, "X73007509", number) }

func TestAFaceIsKnownAgain(t *testing.T) {
	t.Parallel()
	inUse := []string{"uniqueness.face_in_use@uniqueness", "uniqueness.face_elsewhere@uniqueness"}
	// one is a lab in which an account was approved with a face.
	one := func(t *testing.T, change func(*policy.Policy)) *lab {
		t.Helper()
		pol := rules()
		pol.Uniqueness.Faces, pol.Uniqueness.FalseAlarms = policy.FaceToReview, 0.02
		change(&pol)
		l := newLab(t, pol, nil)
		l.wants(l.check(l.with("account 1", "X73007509", 0.1)), kyc.Approved)
		return l
	}
	asShipped := func(*policy.Policy) {}

	t.Run("another document with the same face goes to a person", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		c := l.check(l.with("account 2", "Y41008824", 0.1))
		l.wants(c, kyc.InReview, inUse...)
		if told := kyc.Told(c.Findings); len(told) != 1 || told[0].Measured != nil {
			t.Errorf("told %+v", told)
		}
	})
	t.Run("the same document says it once", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		c := l.check(l.of("account 2", rightDetails, 0.1))
		l.wants(c, kyc.InReview, "uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness", "uniqueness.face_elsewhere@uniqueness")
		if told := kyc.Told(c.Findings); len(told) != 1 {
			t.Errorf("told %+v", told)
		}
	})
	t.Run("a renewed document on the same account is no duplicate", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		l.wants(l.check(l.with("account 1", "Y41008824", 0.11)), kyc.Approved)
	})
	t.Run("a stranger of the same name is no duplicate", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		side := passport("Y41008824")
		side.Portrait.Template = template(0.9)
		l.account = "account 2"
		l.wants(l.check(l.sent(detailsWith("Y41008824"), side, goodPortrait(0.9)).ID), kyc.Approved)
	})
	t.Run("of twins a person decides once", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		id := l.with("account of the twin", "Y41008824", 0.12)
		l.wants(l.check(id), kyc.InReview, inUse...)
		if _, err := l.Review(l.ctx(), id, "rev_1", kyc.Approved, nil); err != nil {
			t.Fatal(err)
		}
		l.wants(l.check(l.with("account of the twin", "Z51008824", 0.12)), kyc.Approved)
		l.wants(l.check(l.with("account 1", "X99007509", 0.1)), kyc.Approved)
		l.wants(l.check(l.with("a third account", "W51008824", 0.12)), kyc.InReview, inUse...)
	})
	t.Run("what a person refused is not known", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		id := l.with("account 2", "Y41008824", 0.1)
		l.check(id)
		if _, err := l.Review(l.ctx(), id, "rev_1", kyc.Declined, []kyc.Finding{{Code: kyc.FaceInUse, Item: kyc.Uniqueness}}); err != nil {
			t.Fatal(err)
		}
		if n := l.faces.Len(l.model()); n != 1 {
			t.Errorf("%d faces are known", n)
		}
	})
	t.Run("who is erased is not known any more", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		c, err := l.Case(l.ctx(), l.cases()[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Erase(l.ctx(), c.Applicant); err != nil {
			t.Fatal(err)
		}
		l.wants(l.check(l.with("account 2", "X73007509", 0.1)), kyc.Approved)
	})
	t.Run("who declines biometrics is not known any more", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		if _, err := l.Consent(l.ctx(), l.cases()[0], false, kyc.ConsentText, "en"); err != nil {
			t.Fatal(err)
		}
		if n := l.loaded(); n != 0 || l.faces.Len(l.model()) != 0 {
			t.Errorf("%d faces are kept", n)
		}
		l.wants(l.check(l.with("account 2", "Y41008824", 0.1)), kyc.Approved)
	})
	t.Run("another start knows them, too", func(t *testing.T) {
		t.Parallel()
		l := one(t, asShipped)
		l.Service = NewService(l.cfg, 2)
		if n := l.loaded(); n != 1 {
			t.Errorf("%d faces are loaded", n)
		}
		l.wants(l.check(l.with("account 2", "Y41008824", 0.1)), kyc.InReview, inUse...)
	})
	t.Run("a policy that searches none keeps none", func(t *testing.T) {
		t.Parallel()
		l := one(t, func(p *policy.Policy) { p.Uniqueness.Faces = policy.NotSearched })
		if n := l.loaded(); n != 0 {
			t.Errorf("%d faces are kept", n)
		}
		l.wants(l.check(l.with("account 2", "Y41008824", 0.1)), kyc.Approved)
	})
	t.Run("where a document may have several accounts, so may a face", func(t *testing.T) {
		t.Parallel()
		l := one(t, func(p *policy.Policy) { p.Documents.SeveralAccounts = true })
		l.wants(l.check(l.with("account 2", "Y41008824", 0.1)), kyc.Approved)
	})
}

// model is what made the templates of tests.
func (l *lab) model() string {
	t, ok := l.faces.Face(l.applicantOf(l.cases()[0]))
	if !ok {
		return "none"
	}
	return t.Model()
}

// loaded counts the faces that the store has.
func (l *lab) loaded() int {
	l.Helper()
	n, err := l.LoadFaces(l.ctx())
	if err != nil {
		l.Fatal(err)
	}
	return n
}

// cases lists all cases in the order of their creation.
func (l *lab) cases() []kyc.CaseID {
	l.Helper()
	all, err := l.CasesIn(l.ctx(), kyc.States(), "", 100)
	if err != nil {
		l.Fatal(err)
	}
	var out []kyc.CaseID
	for _, c := range all {
		out = append(out, c.ID)
	}
	return out
}

func (l *lab) applicantOf(id kyc.CaseID) kyc.ApplicantID {
	l.Helper()
	c, err := l.Case(l.ctx(), id)
	if err != nil {
		l.Fatal(err)
	}
	return c.Applicant
}
