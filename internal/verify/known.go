package verify

import (
	"context"
	"fmt"
	"slices"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/people"
	"bonafide/internal/policy"
)

// LoadFaces fills the search with the faces of everybody who was approved. Before
// it, nobody is found: call it before the checks run. It returns how many there
// are.
func (s *Service) LoadFaces(ctx context.Context) (int, error) {
	const batch = 500
	n := 0
	for after := kyc.ApplicantID(""); ; {
		got := 0
		err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			list, err := tx.FacesAfter(ctx, after, batch)
			got = len(list)
			for _, r := range list {
				after = r.Applicant
				t, err := s.openFace(ctx, tx, r)
				if err != nil {
					return fmt.Errorf("face of %s: %w", r.Applicant, err)
				}
				s.faces.Put(people.Known{Applicant: r.Applicant, Case: r.Case}, t)
				n++
			}
			return err
		})
		if err != nil {
			return n, fmt.Errorf("load faces: %w", err)
		}
		if got < batch {
			return n, nil
		}
	}
}

func (s *Service) openFace(ctx context.Context, tx kyc.Tx, r kyc.FaceRecord) (face.Template, error) {
	key, err := tx.DataKey(ctx, r.Applicant)
	if err != nil {
		return face.Template{}, err
	}
	b, err := s.cfg.Sealer.Open(r.Applicant, key, about("known face", string(r.Case)), r.Sealed)
	if err != nil {
		return face.Template{}, err
	}
	return face.ParseTemplate(b)
}

// knownFace is the template of a case's face that may be searched and kept; ok is
// false where there is none, where biometrics were declined, in a re-verification,
// which has its own record, and where the policy searches no faces.
func knownFace(pol policy.Policy, c kyc.Case, f *Portrait) (face.Template, bool) {
	if pol.Uniqueness.Faces != policy.FaceToReview || c.Purpose != "" || c.DeclinedBiometrics() || f == nil || f.Faces == 0 {
		return face.Template{}, false
	}
	t, err := face.ParseTemplate(f.Template)
	return t, err == nil
}

// likeElsewhere reports whether another account has a face like that of e. Whoever
// is known under this account and shows the same face again goes on as they are:
// a renewal is no duplicate, and of twins a person has decided once.
func (s *Service) likeElsewhere(pol policy.Policy, c kyc.Case, e Evidence) bool {
	t, ok := knownFace(pol, c, e.Face)
	if !ok {
		return false
	}
	if own, ok := s.faces.Face(c.Applicant); ok {
		if same, err := face.Compare(own, t); err == nil && same.Score >= pol.Thresholds.Face.Match {
			return false
		}
	}
	return len(s.alike(pol, c, e)) > 0
}

// alike are the faces of other accounts that are as alike as the policy wants.
func (s *Service) alike(pol policy.Policy, c kyc.Case, e Evidence) []people.Likeness {
	t, ok := knownFace(pol, c, e.Face)
	if !ok {
		return nil
	}
	least := max(pol.Thresholds.Face.Match, people.LeastScore(s.faces.Len(t.Model()), pol.Uniqueness.FalseAlarms))
	all := s.faces.Search(t, least, 11)
	return slices.DeleteFunc(all, func(x people.Likeness) bool { return x.Applicant == c.Applicant })
}

// keepFace stores the face of an applicant who is approved by c, to be searched.
func (s *Service) keepFace(ctx context.Context, tx kyc.Tx, c kyc.Case, f *Portrait) error {
	t, ok := knownFace(s.Policy(), c, f)
	if !ok || c.State != kyc.Approved {
		return nil
	}
	key, err := tx.DataKey(ctx, c.Applicant)
	if err != nil {
		return err
	}
	sealed, err := s.cfg.Sealer.Seal(c.Applicant, key, about("known face", string(c.ID)), t.Bytes())
	if err != nil {
		return err
	}
	return tx.PutFace(ctx, kyc.FaceRecord{Applicant: c.Applicant, Case: c.ID, Sealed: sealed, CreatedAt: s.cfg.Now()})
}

// knowFace adds what keepFace stored to the search, once that is committed.
func (s *Service) knowFace(c kyc.Case, f *Portrait) {
	if t, ok := knownFace(s.Policy(), c, f); ok && c.State == kyc.Approved {
		s.faces.Put(people.Known{Applicant: c.Applicant, Case: c.ID}, t)
	}
}
