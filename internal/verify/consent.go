package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// Consent notes what the applicant of a case says about biometrics. A yes concerns
// the case. A no concerns the person: what is kept of their face is erased in all
// of their cases, and those that are open go the way without biometrics.
func (s *Service) Consent(ctx context.Context, id kyc.CaseID, given bool, text, language string) (kyc.Case, error) {
	said := kyc.Consent{Given: given, At: s.cfg.Now(), By: cmp.Or(s.actor, "applicant"), Text: text, Language: language}
	if given {
		return s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.GiveConsent{Consent: said}, nil }, nil)
	}
	// Who opens the recovery of an account has not shown to be its owner: a no ends
	// the recovery and leaves the account as it was.
	c, err := s.Case(ctx, id)
	if err != nil {
		return c, err
	}
	if c.Purpose == kyc.ForRecovery {
		return s.Cancel(ctx, id)
	}
	e := kyc.DeclineBiometrics{Consent: said, OtherWay: s.Policy().Face.Alternative == policy.ByReview}
	var out kyc.Case
	var gone []string
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		gone = nil
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if len(kyc.Next(r.State, e.Name())) == 0 {
			return &kyc.Error{Kind: kyc.NotAllowed, Op: e.Name(), State: r.State}
		}
		if err := tx.DeleteFace(ctx, r.Applicant); err != nil {
			return err
		}
		all, err := tx.CasesOf(ctx, r.Applicant)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.State == kyc.Erased {
				continue
			}
			c, err := s.open(ctx, tx, r)
			if err != nil {
				return err
			}
			next, effects, err := kyc.Apply(c, e)
			if err != nil {
				return err
			}
			blobs, err := s.store(ctx, tx, next, r.Version, effects)
			if err != nil {
				return err
			}
			gone = append(gone, blobs...)
			if r.ID == id {
				out = next
			}
		}
		return nil
	})
	if err != nil {
		return out, wrap("decline biometrics in case", id, err)
	}
	s.faces.Remove(out.Applicant)
	return out, s.deleteBlobs(ctx, gone)
}

// eraseFaces destroys what is kept of the faces of a case, and returns the blobs
// to delete: evidence of the face, frames, templates of portraits.
func (s *Service) eraseFaces(ctx context.Context, tx kyc.Tx, id kyc.CaseID) ([]string, error) {
	subs, err := tx.SubmissionsOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, x := range subs {
		if x.BlobKey == "" {
			continue
		}
		if x.Item != kyc.Face {
			if err := s.stripTemplate(ctx, tx, x); err != nil {
				return nil, err
			}
			continue
		}
		gone = append(gone, x.BlobKey)
		if err := tx.ForgetSubmission(ctx, x.ID); err != nil {
			return nil, err
		}
	}
	challenges, err := tx.ChallengesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, x := range challenges {
		frames, err := tx.FramesOf(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		for _, f := range frames {
			gone = append(gone, f.BlobKey)
		}
		if err := tx.DeleteFrames(ctx, x.ID); err != nil {
			return nil, err
		}
		c, err := s.openChallenge(ctx, tx, x)
		if err != nil {
			return nil, err
		}
		c.Status, c.DueAt, c.Recorded = kyc.ChallengeOver, time.Time{}, nil
		if err := s.saveChallenge(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	return gone, nil
}

// stripTemplate removes the template of a document's portrait from the facts of a
// submission.
func (s *Service) stripTemplate(ctx context.Context, tx kyc.Tx, x kyc.SubmissionRecord) error {
	key, err := tx.DataKey(ctx, x.Applicant)
	if err != nil {
		return err
	}
	text, err := s.cfg.Sealer.Open(x.Applicant, key, about("facts", string(x.ID)), x.Sealed)
	if err != nil {
		return err
	}
	var f stored
	if json.Unmarshal(text, &f) != nil {
		return errors.New("the sealed facts are not readable") // the cause would quote them
	}
	if f.Side == nil || f.Side.Portrait == nil || len(f.Side.Portrait.Template) == 0 {
		return nil
	}
	f.Side.Portrait.Template = nil
	sealed, err := s.sealJSON(ctx, tx, x.Applicant, about("facts", string(x.ID)), f)
	if err != nil {
		return err
	}
	return tx.SealSubmission(ctx, x.ID, sealed)
}

// untemplated reports a document whose portrait was measured without a template,
// because biometrics were declined then.
func untemplated(s *Side) bool {
	return s.Portrait != nil && s.Portrait.Faces > 0 && len(s.Portrait.Template) == 0
}

// otherWay sends a case that goes without biometrics to a person, once there is
// nothing left that its applicant could mend.
func (j *judge) otherWay() {
	for _, f := range kyc.Visible(j.findings) {
		if f.Definition().Severity == kyc.Retry {
			return
		}
	}
	j.add(kyc.Finding{Code: kyc.WithoutBiometrics, Item: kyc.Face})
}
