package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"bonafide/internal/blob"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
)

// Outcome answers a submission.
type Outcome struct {
	Accepted   bool
	Submission kyc.SubmissionID
	Findings   []kyc.Finding // of the pre-check
	Case       kyc.Case
}

// stored is what is sealed with a submission.
type stored struct {
	SHA256 string    `json:"sha256"`
	Bytes  int64     `json:"bytes"`
	Side   *Side     `json:"side,omitempty"`
	Face   *Portrait `json:"face,omitempty"`
	// Sequence is nil for a face in a still picture. Face is then of its best frame,
	// once it was measured.
	Sequence *Sequence            `json:"sequence,omitempty"`
	Details  map[kyc.Field]string `json:"details,omitempty"`
	// Read is, of a photo that was looked at before it was submitted, what it says for
	// certain of what people are asked for.
	Read map[kyc.Field]string `json:"read,omitempty"`
	// Taken are the fields of the details that the applicant took over from the
	// document, as offered or as the form began with, instead of typing them.
	Taken []kyc.Field `json:"taken,omitempty"`
	// File is the picture's own metadata, kept apart as evidence.
	File *imaging.Metadata `json:"file,omitempty"`
}

// Submit takes evidence for an item. Pictures are measured at once for what can
// be told at once; unusable ones are refused with the reasons, and use no
// attempt. id is given when the request must not act twice: a submission that
// exists under it already is answered as it was.
func (s *Service) Submit(ctx context.Context, c kyc.CaseID, item kyc.Item, id kyc.SubmissionID, content []byte) (Outcome, error) {
	return s.SubmitRead(ctx, c, item, id, content, nil)
}

// SubmitRead is [Service.Submit] of a photo that was looked at before: read is what
// [Service.Look] said of these very bytes.
func (s *Service) SubmitRead(ctx context.Context, c kyc.CaseID, item kyc.Item, id kyc.SubmissionID, content []byte, read map[kyc.Field]string) (Outcome, error) {
	if id == "" {
		id = kyc.SubmissionID(s.cfg.NewID("sub"))
	}
	now := s.cfg.Now()
	before, known, err := s.mayTake(ctx, c, item, id, now)
	if err != nil {
		return Outcome{}, wrap("submit to case", c, err)
	}
	if known {
		return Outcome{Accepted: true, Submission: id, Case: before}, nil
	}
	sum := sha256.Sum256(content)
	keep := stored{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(content)), Read: read}
	if item == kyc.Details {
		if keep.Details, keep.Taken, err = s.mergeDetails(ctx, before, content); err != nil {
			return Outcome{}, wrap("submit to case", c, err)
		}
		if content, err = json.Marshal(keep.Details); err != nil {
			return Outcome{}, wrap("submit to case", c, err)
		}
	} else {
		refused, err := s.look(ctx, before, item, content, &keep)
		if err != nil {
			return Outcome{}, wrap("submit to case", c, err)
		}
		if len(refused) > 0 {
			return s.refuse(ctx, c, item, refused, keep, now)
		}
	}
	return s.accept(ctx, before, item, id, content, keep, now)
}

// mayTake finds out whether an item can be sent now, before any work is done on
// its bytes, and whether the submission is there already.
func (s *Service) mayTake(ctx context.Context, id kyc.CaseID, item kyc.Item, sub kyc.SubmissionID, now time.Time) (kyc.Case, bool, error) {
	var c kyc.Case
	var known bool
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if c, err = s.open(ctx, tx, r); err != nil {
			return err
		}
		x, err := tx.Submission(ctx, sub)
		switch {
		case err == nil && (x.Case != id || x.Item != item):
			return &kyc.Error{Kind: kyc.Conflict, Op: "submit", Item: item, Detail: "the Idempotency-Key was used for something else"}
		case err == nil:
			known = true
			return nil
		case kyc.KindOf(err) != kyc.NotFound:
			return err
		}
		if item == kyc.Face {
			if err := errors.Join(s.mayMeasureFace(c), s.mayBeStill()); err != nil {
				return err
			}
		}
		return kyc.MayTake(c, item, now)
	})
	return c, known, err
}

// look measures a picture and returns what makes it unusable at once.
func (s *Service) look(ctx context.Context, c kyc.Case, item kyc.Item, content []byte, keep *stored) ([]kyc.Finding, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e := Evidence{}
	var seen sight
	var err error
	if item == kyc.Face {
		keep.Face, keep.File, err = s.cfg.Engine.Selfie(ctx, content)
		if err != nil {
			return nil, err
		}
		e.Face, seen = keep.Face, keep.Face.sight()
	} else {
		keep.Side, keep.File, err = s.cfg.Engine.Glance(ctx, content)
		if err != nil {
			return nil, err
		}
		seen = keep.Side.sight()
		if item == kyc.DocumentFront {
			e.Front = keep.Side
		} else {
			e.Back = keep.Side
		}
	}
	found := PreCheck(s.Policy(), item, e)
	return append(sameAgain(c, item, keep.SHA256, seen, found), found...), nil
}

// refuse remembers a picture that was refused, so that it is known again.
func (s *Service) refuse(ctx context.Context, id kyc.CaseID, item kyc.Item, found []kyc.Finding, keep stored, now time.Time) (Outcome, error) {
	var seen sight
	switch {
	case keep.Side != nil:
		seen = keep.Side.sight()
	case keep.Face != nil:
		seen = keep.Face.sight()
	}
	p := seen.remembered(item)
	p.SHA256 = keep.SHA256
	for _, f := range found {
		if f.Code != kyc.DocSamePicture && f.Code != kyc.FaceSamePicture {
			p.Codes = append(p.Codes, f.Code)
		}
	}
	c, err := s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.Refuse{By: s.actor, Picture: p, At: now}, nil }, nil)
	return Outcome{Findings: found, Case: c}, err
}

// accept seals the evidence, stores it, and then the case with its effects in
// one transaction. Evidence is durable before the case knows of it; what a crash
// leaves without a case is swept.
func (s *Service) accept(ctx context.Context, before kyc.Case, item kyc.Item, id kyc.SubmissionID, content []byte, keep stored, now time.Time) (Outcome, error) {
	fail := func(err error) (Outcome, error) { return Outcome{}, wrap("submit to case", before.ID, err) }
	var key []byte
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		key, err = tx.DataKey(ctx, before.Applicant)
		return err
	})
	if err != nil {
		return fail(err)
	}
	sealedContent, err := s.cfg.Sealer.Seal(before.Applicant, key, about("evidence", string(id)), content)
	if err != nil {
		return fail(err)
	}
	text, err := json.Marshal(keep)
	if err != nil {
		return fail(err)
	}
	sealedFacts, err := s.cfg.Sealer.Seal(before.Applicant, key, about("facts", string(id)), text)
	if err != nil {
		return fail(err)
	}
	blobKey, err := blob.NewKey(s.cfg.Random)
	if err != nil {
		return fail(err)
	}
	if err := s.cfg.Blobs.Put(ctx, blobKey, sealedContent); err != nil {
		return fail(err)
	}
	c, err := s.apply(ctx, before.ID, func(kyc.Case) (kyc.Event, error) {
		return kyc.Submit{By: s.actor, Submission: kyc.Submission{
			ID: id, Item: item, SHA256: keep.SHA256, At: now, Fields: given(keep.Details), Taken: keep.Taken,
		}}, nil
	}, func(tx kyc.Tx, _ kyc.Case) error {
		return tx.AddSubmission(ctx, kyc.SubmissionRecord{
			ID: id, Case: before.ID, Applicant: before.Applicant, Item: item, BlobKey: blobKey,
			Bytes: int64(len(content)), CreatedAt: now, Sealed: sealedFacts,
		})
	})
	if err != nil {
		return Outcome{}, errors.Join(err, s.cfg.Blobs.Delete(context.WithoutCancel(ctx), blobKey))
	}
	return Outcome{Accepted: true, Submission: id, Case: c}, nil
}
