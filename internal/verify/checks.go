package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"bonafide/internal/kyc"
)

// RunChecks runs the full check of a round. It can be called any number of
// times, also by several workers: a round that is over is left alone, and what
// was measured once is not measured again.
func (s *Service) RunChecks(ctx context.Context, id kyc.CaseID, round int) error {
	c, err := s.Case(ctx, id)
	if kyc.KindOf(err) == kyc.NotFound {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	if c.State != kyc.Processing || c.Round != round {
		return nil
	}
	for range claimAgain {
		if err = s.judgeRound(ctx, c); kyc.KindOf(err) != kyc.Conflict {
			break
		}
	}
	if k := kyc.KindOf(err); k == kyc.Stale || k == kyc.NotAllowed {
		return nil // another worker was first
	}
	return err
}

// judgeRound judges the evidence of a case's round. It returns Conflict when
// another account was approved with the same document in between. For faces, which
// no database can compare, one case is judged and stored at a time.
func (s *Service) judgeRound(ctx context.Context, c kyc.Case) error {
	e, err := s.evidence(ctx, c)
	if err != nil {
		return wrap("check case", c.ID, err)
	}
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		e.Held, err = s.holder(ctx, tx, c, e)
		return err
	})
	if err != nil {
		return wrap("check case", c.ID, err)
	}
	now := s.cfg.Now()
	pol := s.Policy()
	if _, ok := knownFace(pol, c, e.Face); ok {
		s.oneByOne.Lock()
		defer s.oneByOne.Unlock()
		e.LikeElsewhere = s.likeElsewhere(pol, c, e)
	}
	findings := Judge(pol, e, now)
	services := Services(pol, e, now)
	if c.Purpose != "" {
		services = nil // those are the verification's
	}
	next, err := s.apply(ctx, c.ID, func(kyc.Case) (kyc.Event, error) {
		return kyc.Checked{
			Round: c.Round, Policy: pol.ID(), Findings: findings, Limits: pol.Limits(), Services: services, Country: issuerOf(e),
			Refused: refusedPictures(e, findings), At: s.cfg.Now(),
		}, nil
	}, func(tx kyc.Tx, next kyc.Case) error {
		return errors.Join(s.hold(ctx, tx, next, e, pol.Documents.SeveralAccounts), s.keepFace(ctx, tx, next, e.Face))
	})
	if err == nil {
		s.knowFace(next, e.Face)
	}
	return err
}

// ChecksFailed hands a case whose checks could not be finished to a human.
func (s *Service) ChecksFailed(ctx context.Context, id kyc.CaseID, round int) error {
	_, err := s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) {
		return kyc.CheckFailed{Round: round, At: s.cfg.Now()}, nil
	}, nil)
	if k := kyc.KindOf(err); k == kyc.Stale || k == kyc.NotAllowed || k == kyc.NotFound {
		return nil
	}
	return err
}

// evidence collects what is known of a case's submissions, measuring what was
// not measured in full yet.
func (s *Service) evidence(ctx context.Context, c kyc.Case) (Evidence, error) {
	e := Evidence{
		Network: c.NetworkRegion, Submissions: map[kyc.Item]kyc.SubmissionID{}, Hashes: map[kyc.Item]string{},
		WithoutBiometrics: waived(c), Recovering: c.Purpose == kyc.ForRecovery,
	}
	if c.Against != "" {
		var err error
		if e.Record, err = s.faceRecord(ctx, c.Against); err != nil {
			return e, err
		}
	}
	for _, st := range c.Items {
		if st.Current == nil {
			continue
		}
		e.Submissions[st.Item], e.Hashes[st.Item] = st.Current.ID, st.Current.SHA256
		f, err := s.facts(ctx, c, *st.Current)
		if err != nil {
			return e, err
		}
		if f.Side != nil && (!f.Side.Full || untemplated(f.Side) && !c.DeclinedBiometrics()) {
			content, err := s.content(ctx, c, *st.Current)
			if err != nil {
				return e, err
			}
			if s.cfg.Engine == nil {
				return e, errNotMeasured
			}
			if f.Side, f.File, err = s.engineFor(c).Document(ctx, st.Item, content, s.cfg.Now()); err != nil {
				return e, err
			}
			if err := s.keep(ctx, c, *st.Current, f); err != nil {
				return e, err
			}
		}
		if f.Sequence != nil && f.Sequence.Measured == nil {
			if err := s.measureSequence(ctx, c, *st.Current, &f); err != nil {
				return e, err
			}
		}
		switch st.Item {
		case kyc.DocumentFront:
			e.Front = f.Side
		case kyc.DocumentBack:
			e.Back = f.Side
		case kyc.Face:
			e.Face, e.Sequence = f.Face, f.Sequence
		case kyc.Details:
			e.Details = f.Details
		case kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase:
		}
	}
	for _, x := range c.Judged {
		if x.Submission == e.Submissions[x.Item] {
			continue
		}
		f, err := s.facts(ctx, c, kyc.Submission{ID: x.Submission, Item: x.Item})
		if err != nil {
			return e, err
		}
		e.Earlier = append(e.Earlier, Earlier{Judged: x, Side: f.Side, Face: f.Face, Details: f.Details})
	}
	return e, nil
}

// waived reports whether a case goes on without the face that it would have asked
// for.
func waived(c kyc.Case) bool {
	st, ok := c.Item(kyc.Face)
	return ok && st.Waived
}

// engineFor is the engine that measures the documents of a case: without
// templates of portraits where biometrics were declined.
func (s *Service) engineFor(c kyc.Case) *Engine {
	if c.DeclinedBiometrics() {
		return s.cfg.Engine.WithoutTemplates()
	}
	return s.cfg.Engine
}

// refusedPictures remembers the pictures that must be taken again.
func refusedPictures(e Evidence, findings []kyc.Finding) []kyc.RefusedPicture {
	var sent []kyc.RefusedPicture
	if e.Front != nil {
		sent = append(sent, e.Front.sight().remembered(kyc.DocumentFront))
	}
	if e.Back != nil {
		sent = append(sent, e.Back.sight().remembered(kyc.DocumentBack))
	}
	if e.Face != nil && e.Sequence == nil {
		sent = append(sent, e.Face.sight().remembered(kyc.Face))
	}
	var out []kyc.RefusedPicture
	for _, p := range sent {
		p.SHA256 = e.Hashes[p.Item]
		for _, f := range kyc.Visible(findings) {
			if f.Item == p.Item && f.Definition().Severity == kyc.Retry {
				p.Codes = append(p.Codes, f.Code)
			}
		}
		if len(p.Codes) > 0 && p.PerceptualHash != 0 {
			out = append(out, p)
		}
	}
	return out
}

// facts opens what is sealed with a submission.
func (s *Service) facts(ctx context.Context, c kyc.Case, sub kyc.Submission) (stored, error) {
	var f stored
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		f, err = s.factsIn(ctx, tx, c, sub)
		return err
	})
	if err != nil {
		return f, fmt.Errorf("facts of %s: %w", sub.ID, err)
	}
	return f, nil
}

// factsIn is [Service.facts] within a transaction.
func (s *Service) factsIn(ctx context.Context, tx kyc.Tx, c kyc.Case, sub kyc.Submission) (f stored, err error) {
	r, err := tx.Submission(ctx, sub.ID)
	if err != nil {
		return f, err
	}
	key, err := tx.DataKey(ctx, c.Applicant)
	if err != nil {
		return f, err
	}
	text, err := s.cfg.Sealer.Open(c.Applicant, key, about("facts", string(sub.ID)), r.Sealed)
	if err != nil {
		return f, err
	}
	if json.Unmarshal(text, &f) != nil {
		return f, errors.New("the sealed facts are not readable") // the cause would quote them
	}
	return f, nil
}

// content opens the evidence itself.
func (s *Service) content(ctx context.Context, c kyc.Case, sub kyc.Submission) ([]byte, error) {
	var r kyc.SubmissionRecord
	var key []byte
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		if r, err = tx.Submission(ctx, sub.ID); err != nil {
			return err
		}
		key, err = tx.DataKey(ctx, c.Applicant)
		return err
	})
	var sealed, content []byte
	if err == nil {
		sealed, err = s.cfg.Blobs.Get(ctx, r.BlobKey)
	}
	if err == nil {
		content, err = s.cfg.Sealer.Open(c.Applicant, key, about("evidence", string(sub.ID)), sealed)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence of %s: %w", sub.ID, err)
	}
	return content, nil
}

// keep stores what was measured of a submission.
func (s *Service) keep(ctx context.Context, c kyc.Case, sub kyc.Submission, f stored) error {
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		sealed, err := s.sealJSON(ctx, tx, c.Applicant, about("facts", string(sub.ID)), f)
		if err != nil {
			return err
		}
		return tx.SealSubmission(ctx, sub.ID, sealed)
	})
	if err != nil {
		return fmt.Errorf("keep facts of %s: %w", sub.ID, err)
	}
	return nil
}
