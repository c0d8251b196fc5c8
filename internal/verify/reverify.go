package verify

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// Record is what a verification holds of its person's face: the templates of the
// selfie and of the document's portrait, empty where there is none.
type Record struct {
	Selfie, Portrait []byte
}

// NewReverification is what an integrator asks for.
type NewReverification struct {
	ID            kyc.CaseID // given when the request must not act twice; "" draws a new one
	Applicant     kyc.ApplicantID
	Purpose       kyc.Purpose
	Locale        string // "" is that of the verification
	NetworkRegion string
	Return        *kyc.Return // where the applicant goes back to
	// maker is who the record names; "" is the caller, or the integrator.
	maker string
}

// Reverify opens a case that asks an approved applicant for a new face, to be
// compared with their latest approved verification. Conflict when they have none.
func (s *Service) Reverify(ctx context.Context, n NewReverification) (kyc.Case, error) {
	if !slices.Contains(kyc.Purposes(), n.Purpose) {
		return kyc.Case{}, &kyc.Error{Kind: kyc.Invalid, Op: "reverify", Detail: fmt.Sprintf("purpose is one of %v", kyc.Purposes())}
	}
	if n.NetworkRegion != "" && alpha2(n.NetworkRegion) != n.NetworkRegion {
		return kyc.Case{}, &kyc.Error{Kind: kyc.Invalid, Op: "reverify", Detail: "network_region must be an ISO 3166-1 alpha-2 code such as DE"}
	}
	n.ID = cmp.Or(n.ID, kyc.CaseID(s.cfg.NewID("case")))
	pol := s.Policy()
	var c kyc.Case
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		var err error
		c, err = s.reverifyIn(ctx, tx, pol, n)
		return err
	})
	if err != nil {
		return kyc.Case{}, fmt.Errorf("reverify %s: %w", n.Applicant, err)
	}
	return c, nil
}

// reverifyIn is [Service.Reverify] within a transaction. A case with the id of n
// that exists already is returned as it is.
func (s *Service) reverifyIn(ctx context.Context, tx kyc.Tx, pol policy.Policy, n NewReverification) (kyc.Case, error) {
	if r, err := tx.Case(ctx, n.ID); err == nil {
		if r.Applicant != n.Applicant {
			return kyc.Case{}, &kyc.Error{Kind: kyc.Conflict, Op: "reverify", Detail: "the Idempotency-Key was used for something else"}
		}
		return s.open(ctx, tx, r)
	} else if kyc.KindOf(err) != kyc.NotFound {
		return kyc.Case{}, err
	}
	if _, err := tx.Applicant(ctx, n.Applicant); err != nil {
		return kyc.Case{}, err
	}
	of, found, err := s.verification(ctx, tx, n.Applicant)
	if err != nil {
		return kyc.Case{}, err
	}
	if !found {
		return kyc.Case{}, &kyc.Error{Kind: kyc.Conflict, Op: "reverify", Detail: "the applicant has no approved verification to compare a face with; open a case instead"}
	}
	now := s.cfg.Now()
	c := kyc.NewReverification(n.ID, of, n.Purpose, pol.ID(), now, now.Add(pol.CaseExpiresAfter))
	c.NetworkRegion, c.Return = n.NetworkRegion, n.Return
	c.Locale = cmp.Or(n.Locale, c.Locale)
	sealed, err := s.sealJSON(ctx, tx, c.Applicant, about("case", string(n.ID)), c)
	if err != nil {
		return kyc.Case{}, err
	}
	if err := tx.CreateCase(ctx, record(c, 0, sealed)); err != nil {
		return kyc.Case{}, err
	}
	return c, s.log(ctx, tx, kyc.Record{
		Case: n.ID, Event: "create_reverification", To: c.State, Actor: cmp.Or(n.maker, s.actor, "integrator"), Item: kyc.Face,
		Note: string(n.Purpose) + " " + string(of.ID), At: now,
	})
}

// verification is the latest approved case of an applicant that is no
// re-verification itself.
func (s *Service) verification(ctx context.Context, tx kyc.Tx, a kyc.ApplicantID) (kyc.Case, bool, error) {
	all, err := tx.CasesOf(ctx, a)
	if err != nil {
		return kyc.Case{}, false, err
	}
	for _, r := range slices.Backward(all) {
		if r.State != kyc.Approved {
			continue
		}
		c, err := s.open(ctx, tx, r)
		if err != nil {
			return c, false, err
		}
		if c.Purpose == "" {
			return c, true, nil
		}
	}
	return kyc.Case{}, false, nil
}

// Reverifications lists the re-verifications of an applicant in the order of
// their creation.
func (s *Service) Reverifications(ctx context.Context, a kyc.ApplicantID) ([]kyc.Case, error) {
	cases, err := s.list(ctx, func(tx kyc.Tx) ([]kyc.CaseRecord, error) {
		if _, err := tx.Applicant(ctx, a); err != nil {
			return nil, err
		}
		return tx.CasesOf(ctx, a)
	})
	if err != nil {
		return nil, fmt.Errorf("list reverifications of %s: %w", a, err)
	}
	return slices.DeleteFunc(cases, func(c kyc.Case) bool { return c.Purpose == "" }), nil
}

// Suspend holds an approval back until a person has looked at it again.
func (s *Service) Suspend(ctx context.Context, id kyc.CaseID, by string, why []kyc.Finding) (kyc.Case, error) {
	return s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.Suspend{By: by, Findings: why, At: s.cfg.Now()}, nil }, nil)
}

// Revoke takes an approval back.
func (s *Service) Revoke(ctx context.Context, id kyc.CaseID, by string, why []kyc.Finding) (kyc.Case, error) {
	return s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.Revoke{By: by, Findings: why, At: s.cfg.Now()}, nil }, nil)
}

// faceRecord collects what a verification holds of its person's face.
func (s *Service) faceRecord(ctx context.Context, id kyc.CaseID) (*Record, error) {
	c, err := s.Case(ctx, id)
	if err != nil {
		return nil, err
	}
	var out Record
	for _, st := range c.Items {
		if st.Current == nil || st.Item != kyc.Face && st.Item != kyc.DocumentFront {
			continue
		}
		f, err := s.facts(ctx, c, *st.Current)
		if err != nil {
			return nil, err
		}
		switch {
		case st.Item == kyc.Face && f.Face != nil:
			out.Selfie = f.Face.Template
		case st.Item == kyc.DocumentFront && f.Side != nil && f.Side.Portrait != nil:
			out.Portrait = f.Side.Portrait.Template
		}
	}
	return &out, nil
}

// again judges a re-verification: a face, and whose it is.
func (j *judge) again() []kyc.Finding {
	if j.evidence.WithoutBiometrics {
		j.otherWay()
		return j.findings
	}
	if j.evidence.Face != nil {
		j.face(*j.evidence.Face)
	}
	if j.evidence.Sequence != nil {
		j.live(*j.evidence.Sequence)
	}
	j.sameAsRecord()
	j.contradictions()
	if j.evidence.Recovering && j.policy.Uniqueness.Recovery.Review && !j.blames(kyc.Face) {
		j.add(kyc.Finding{Code: kyc.RecoveryReview, Item: kyc.Uniqueness})
	}
	return j.findings
}

// sameAsRecord judges whether a new face is that of the verified person: by the
// selfie of the verification, else by the document's portrait. Another face is a
// signal: an identity that was borrowed or bought shows here.
func (j *judge) sameAsRecord() {
	r, f := j.evidence.Record, j.evidence.Face
	known := r.Selfie
	if len(known) == 0 {
		known = r.Portrait
	}
	if len(known) == 0 {
		j.add(kyc.Finding{Code: kyc.FaceRecordMissing, Item: kyc.Face})
		return
	}
	if f == nil || f.Faces == 0 {
		return // which is found already
	}
	a, errA := face.ParseTemplate(f.Template)
	b, errB := face.ParseTemplate(known)
	c, err := face.Compare(a, b)
	if errA != nil || errB != nil || err != nil {
		// Of two models, as after an update: a person compares.
		j.add(kyc.Finding{Code: kyc.FaceRecordMissing, Item: kyc.Face, Measure: "similarity"})
		return
	}
	if least := j.policy.Thresholds.Face.Match; c.Score < least {
		score := math.Round(c.Score*1e4) / 1e4
		j.add(kyc.Finding{
			Code: kyc.FaceRecordMismatch, Item: kyc.Face, Box: place(f.Box), Measure: "similarity",
			Measured: &score, Threshold: &least, Model: c.Model,
		})
	}
}
