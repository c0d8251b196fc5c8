package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"bonafide/internal/kyc"
)

// claimAgain is how often a check is repeated because another case with the same
// document was approved in between; the next look finds it held.
const claimAgain = 3

// Holder is a case of another applicant that was approved with the document.
type Holder struct {
	Case kyc.CaseID
	// Approved says that it still is; a verification that was revoked is nobody's
	// earlier account.
	Approved bool
}

// claims are the keyed fingerprints of a case's document: of its number with its
// holder's date of birth, as the document has them and, where they were typed, as
// typed. Kind and issuer are left out on purpose: both are read from small print on
// some documents, and one that is read once with its issuer and once without would
// be two. The date of birth keeps numbers apart that several issuers, as the states
// of a federation, give out alike. everyKey adds those under the keys from before a
// rotation, under which some may still be held.
func (s *Service) claims(e Evidence, everyKey bool) ([][32]byte, error) {
	read := func(f kyc.Field) string { v, _, _ := e.field(f); return v.Text }
	var out [][32]byte
	for _, x := range [][2]string{
		{read(kyc.DocumentNumber), read(kyc.BirthDate)},
		{e.Details[kyc.DocumentNumber], e.Details[kyc.BirthDate]},
	} {
		number := plainNumber(x[0])
		if number == "" {
			continue
		}
		all, err := s.cfg.Sealer.Fingerprints("document number", number, x[1])
		if err != nil {
			return nil, fmt.Errorf("fingerprint of a document: %w", err)
		}
		for k, f := range all {
			if v := [32]byte(f); (k == 0 || everyKey) && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// plainNumber leaves out what printers put between the characters of a number, and
// takes characters that readers take for each other as one.
func plainNumber(s string) string {
	alike := strings.NewReplacer("O", "0", "I", "1", "L", "1", "S", "5", "B", "8", "Z", "2")
	return alike.Replace(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.ToUpper(norm.NFKC.String(s))))
}

// holder finds who else was approved with the document; nil when nobody was, or
// when this applicant was too.
func (s *Service) holder(ctx context.Context, tx kyc.Tx, c kyc.Case, e Evidence) (*Holder, error) {
	holders, err := s.holders(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	var other *Holder
	for _, h := range holders {
		if h.Applicant == c.Applicant {
			return nil, nil //nolint:nilnil // nobody else's
		}
		r, err := tx.Case(ctx, h.Case)
		if err != nil {
			return nil, err
		}
		if x := (Holder{Case: h.Case, Approved: r.State == kyc.Approved}); other == nil || x.Approved && !other.Approved {
			other = &x
		}
	}
	return other, nil
}

// holders are all who were approved with the document of e.
func (s *Service) holders(ctx context.Context, tx kyc.Tx, e Evidence) ([]kyc.FingerprintRecord, error) {
	values, err := s.claims(e, true)
	if err != nil {
		return nil, err
	}
	var out []kyc.FingerprintRecord
	for _, v := range values {
		held, err := tx.Holders(ctx, kyc.FingerprintDocument, v)
		if err != nil {
			return nil, err
		}
		out = append(out, held...)
	}
	return out, nil
}

// hold notes that an approved applicant holds the document of e. shared says that
// others may. Without, it returns Conflict when another applicant was first.
func (s *Service) hold(ctx context.Context, tx kyc.Tx, c kyc.Case, e Evidence, shared bool) error {
	if c.State != kyc.Approved {
		return nil
	}
	// While some are held under an older key, this one is, too: of two at once the
	// database lets one through whichever key each of them knows.
	values, err := s.claims(e, s.rotating.Load())
	if err != nil {
		return err
	}
	for _, v := range values {
		err := tx.Hold(ctx, kyc.FingerprintRecord{
			Kind: kyc.FingerprintDocument, Value: v, Applicant: c.Applicant, Case: c.ID, Shared: shared, CreatedAt: s.cfg.Now(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reviewed collects of a case that a person decides what holding needs: what is
// stored of the document, the details and the face. Of a document that was not read,
// as after a failure of ours, that is what was typed.
func (s *Service) reviewed(ctx context.Context, tx kyc.Tx, c kyc.Case) (Evidence, error) {
	var e Evidence
	for _, st := range c.Items {
		if st.Current == nil {
			continue
		}
		f, err := s.factsIn(ctx, tx, c, *st.Current)
		if err != nil {
			return e, err
		}
		switch st.Item {
		case kyc.DocumentFront:
			e.Front = f.Side
		case kyc.DocumentBack:
			e.Back = f.Side
		case kyc.Details:
			e.Details = f.Details
		case kyc.Face:
			e.Face = f.Face
		case kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase:
		}
	}
	return e, nil
}

// unseen are the signals about other accounts that a case does not carry yet: it
// went to a person before they could be known, or for a reason that hid them.
func (s *Service) unseen(ctx context.Context, tx kyc.Tx, c kyc.Case, e Evidence) ([]kyc.Finding, error) {
	pol := s.Policy()
	if pol.Documents.SeveralAccounts {
		return nil, nil
	}
	held, err := s.holder(ctx, tx, c, e)
	if err != nil {
		return nil, err
	}
	e.Held, e.LikeElsewhere = held, s.likeElsewhere(pol, c, e)
	j := judge{policy: pol, evidence: e}
	j.otherAccounts(false)
	return slices.DeleteFunc(j.findings, func(f kyc.Finding) bool {
		return slices.ContainsFunc(c.Findings, func(g kyc.Finding) bool { return g.Code == f.Code })
	}), nil
}

// errUnseen ends the approval of a person who did not know of another account.
var errUnseen = errors.New("another account was not seen")

// approve does, in the transaction of a person's approval, what follows from it:
// the applicant holds their document, and their face is kept to be known again. It
// returns errUnseen with the signals where the person could not know of another
// account.
func (s *Service) approve(ctx context.Context, tx kyc.Tx, before, next kyc.Case) (*Portrait, []kyc.Finding, error) {
	if next.State != kyc.Approved {
		return nil, nil, nil
	}
	e, err := s.reviewed(ctx, tx, next)
	if err != nil {
		return nil, nil, err
	}
	unseen, err := s.unseen(ctx, tx, before, e)
	if err != nil {
		return nil, nil, err
	}
	if len(unseen) > 0 {
		return nil, unseen, errUnseen
	}
	held, err := s.holder(ctx, tx, next, e)
	if err != nil {
		return nil, nil, err
	}
	shared := held != nil || s.Policy().Documents.SeveralAccounts
	return e.Face, nil, errors.Join(s.hold(ctx, tx, next, e, shared), s.keepFace(ctx, tx, next, e.Face))
}

// pointOut puts signals that a person could not know of into their case, and refuses
// their approval.
func (s *Service) pointOut(ctx context.Context, id kyc.CaseID, unseen []kyc.Finding) (kyc.Case, error) {
	c, err := s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.Noticed{Findings: unseen, At: s.cfg.Now()}, nil }, nil)
	if err == nil {
		err = &kyc.Error{Kind: kyc.Conflict, Op: "review", State: c.State, Detail: "another account was approved with this document or a face like this; the case now says so: look at both, then decide again"}
	}
	return c, err
}

// uniqueness judges whether the document, or the face, has another account already.
// It comes last, when all else has passed or a person looks at the case anyway. The
// person who looks is told which case it is. The applicant is told only when nothing
// else is wrong and their face was compared with the document's: somebody who has
// not shown to be the document's owner learns nothing.
func (j *judge) uniqueness() {
	if j.policy.Documents.SeveralAccounts {
		return
	}
	owner := false
	if m := CompareFaces(j.policy, j.evidence); m != nil && m.Score >= m.Threshold {
		owner = true
	}
	for _, f := range kyc.Visible(j.findings) {
		switch f.Definition().Severity {
		case kyc.Retry, kyc.Final:
			return
		case kyc.Review:
			owner = false
		case kyc.Note:
		}
	}
	j.otherAccounts(owner)
}

// otherAccounts adds what is known of other accounts; tell says that the applicant
// may know. Of two that say the same, the applicant is told one.
func (j *judge) otherAccounts(tell bool) {
	if h := j.evidence.Held; h != nil {
		if tell && h.Approved {
			j.add(kyc.Finding{Code: kyc.DocumentInUse, Item: kyc.Uniqueness, Field: kyc.DocumentNumber})
			tell = false
		}
		j.add(kyc.Finding{Code: kyc.DocumentElsewhere, Item: kyc.Uniqueness, Field: kyc.DocumentNumber, Measure: "case:" + string(h.Case)})
	}
	if j.evidence.LikeElsewhere {
		if tell {
			j.add(kyc.Finding{Code: kyc.FaceInUse, Item: kyc.Uniqueness, Field: kyc.Likeness})
		}
		j.add(kyc.Finding{Code: kyc.FaceElsewhere, Item: kyc.Uniqueness, Field: kyc.Likeness})
	}
}
