package verify

import (
	"context"
	"fmt"
	"strings"

	"bonafide/internal/kyc"
)

// claimAgain is how often a check is repeated because another case with the same
// document was approved in between; the next look finds it held.
const claimAgain = 3

// claim is the keyed fingerprint of a case's document: of its kind, its issuer
// and its number. ok is false where no number was read.
func (s *Service) claim(e Evidence) (value [32]byte, ok bool, err error) {
	number, _, ok := e.field(kyc.DocumentNumber)
	if !ok {
		return value, false, nil
	}
	issuer, _, _ := e.field(kyc.IssuingState)
	f, err := s.cfg.Sealer.Fingerprint("document number", e.kind(), lettersAndDigits(issuer.Text), lettersAndDigits(number.Text))
	if err != nil {
		return value, false, fmt.Errorf("fingerprint of a document: %w", err)
	}
	return [32]byte(f), true, nil
}

// lettersAndDigits leaves out what printers put between the characters of a number.
func lettersAndDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
}

// heldElsewhere reports whether another applicant was approved with the document
// and this one was not.
func (s *Service) heldElsewhere(ctx context.Context, c kyc.Case, e Evidence) (bool, error) {
	value, ok, err := s.claim(e)
	if err != nil || !ok {
		return false, err
	}
	var held bool
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		held, err = elsewhere(ctx, tx, c.Applicant, value)
		return err
	})
	return held, err
}

func elsewhere(ctx context.Context, tx kyc.Tx, a kyc.ApplicantID, value [32]byte) (bool, error) {
	holders, err := tx.Holders(ctx, kyc.FingerprintDocument, value)
	if err != nil {
		return false, err
	}
	for _, h := range holders {
		if h.Applicant == a {
			return false, nil
		}
	}
	return len(holders) > 0, nil
}

// hold notes that an approved applicant holds the document of e. shared says that
// others may. Without, it returns Conflict when another applicant was first.
func (s *Service) hold(ctx context.Context, tx kyc.Tx, c kyc.Case, e Evidence, shared bool) error {
	if c.State != kyc.Approved {
		return nil
	}
	value, ok, err := s.claim(e)
	if err != nil || !ok {
		return err
	}
	return tx.Hold(ctx, kyc.FingerprintRecord{
		Kind: kyc.FingerprintDocument, Value: value, Applicant: c.Applicant, Case: c.ID, Shared: shared, CreatedAt: s.cfg.Now(),
	})
}

// reviewed collects of a case that a person decides what holding needs: what is
// stored of the document and the face. What was not read yet, as after a failure of
// ours, is not held.
func (s *Service) reviewed(ctx context.Context, tx kyc.Tx, c kyc.Case) (Evidence, error) {
	var e Evidence
	for _, st := range c.Items {
		if st.Current == nil || st.Item == kyc.Details {
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
		case kyc.Face:
			e.Face = f.Face
		case kyc.Details, kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase:
		}
	}
	return e, nil
}

// holdReviewed is [Service.hold] for a person's approval: they may approve what
// somebody else holds.
func (s *Service) holdReviewed(ctx context.Context, tx kyc.Tx, c kyc.Case, e Evidence) error {
	if c.State != kyc.Approved {
		return nil
	}
	value, ok, err := s.claim(e)
	if err != nil || !ok {
		return err
	}
	held, err := elsewhere(ctx, tx, c.Applicant, value)
	if err != nil {
		return err
	}
	return s.hold(ctx, tx, c, e, held || s.Policy().Documents.SeveralAccounts)
}

// uniqueness judges whether the document, or the face, has another account already.
// It comes last: its applicant is told only when all else has passed, since somebody
// who has not shown to be the document's owner learns nothing; where a person looks
// at the case for another reason, they are told.
func (j *judge) uniqueness() {
	e := j.evidence
	if !e.HeldElsewhere && !e.LikeElsewhere || j.policy.Documents.SeveralAccounts {
		return
	}
	review := false
	for _, f := range kyc.Visible(j.findings) {
		switch f.Definition().Severity {
		case kyc.Retry, kyc.Final:
			return
		case kyc.Review:
			review = true
		case kyc.Note:
		}
	}
	told := func(there bool, code, signal kyc.Code, field kyc.Field) {
		switch {
		case !there:
		case review:
			j.add(kyc.Finding{Code: signal, Item: kyc.Uniqueness, Field: field})
		default:
			j.add(kyc.Finding{Code: code, Item: kyc.Uniqueness, Field: field})
			review = true // of two that say the same, the applicant is told one
		}
	}
	told(e.HeldElsewhere, kyc.DocumentInUse, kyc.DocumentElsewhere, kyc.DocumentNumber)
	told(e.LikeElsewhere, kyc.FaceInUse, kyc.FaceElsewhere, kyc.Likeness)
}
