package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"bonafide/internal/blob"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
)

// MaxFrameBytes is the most bytes of one frame.
const MaxFrameBytes = 1 << 20

// frameCost is the most memory that decoding one frame takes: that of 1920 × 1080
// pixels, progressive.
const frameCost = 1920 * 1080 * 16

func frameContext(id kyc.ChallengeID, ms int64) string { return fmt.Sprintf("%s/%d", id, ms) }

// over refuses what comes for a challenge that takes no more.
func over() error {
	return &kyc.Error{Kind: kyc.Stale, Op: "challenge", Item: kyc.Face, Detail: "this challenge is over or used; draw another"}
}

// PutFrame takes one frame of a challenge, in any order, at any time before the
// challenge is over; the same frame again changes nothing. atMS is its time by the
// device's own clock, counted from the start of the recording.
func (s *Service) PutFrame(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID, atMS int64, content []byte) (Challenge, error) {
	if err := s.takeFrame(ctx, id, ch, atMS, content); err != nil {
		return Challenge{}, wrap("put frame into case", id, err)
	}
	return s.settleFrames(ctx, id, ch)
}

// takeFrame makes one frame durable.
func (s *Service) takeFrame(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID, atMS int64, content []byte) error {
	lim := s.Policy().Face.Sequence
	invalid := func(detail string) error {
		return &kyc.Error{Kind: kyc.Invalid, Op: "put frame", Item: kyc.Face, Detail: detail}
	}
	switch f := imaging.Sniff(content); {
	case atMS < 0 || atMS > lim.MaxLength.Milliseconds():
		return invalid(fmt.Sprintf("a frame's time must be between 0 and %d milliseconds from the start of the recording", lim.MaxLength.Milliseconds()))
	case len(content) > MaxFrameBytes:
		return invalid(fmt.Sprintf("a frame may have at most %d bytes", MaxFrameBytes))
	case f != imaging.JPEG && f != imaging.WebP && f != imaging.PNG:
		return invalid("a frame is a JPEG, WebP or PNG picture")
	}
	if n := imaging.Cost(content); n == 0 || n > frameCost {
		return invalid("a frame is a whole picture of at most 1920 × 1080 pixels")
	}
	keyed, err := s.cfg.Sealer.FirstFingerprint("frame", string(content))
	if err != nil {
		return err
	}
	mark := [32]byte(keyed)
	c, err := s.Challenge(ctx, id, ch)
	if err != nil {
		return err
	}
	known, err := s.fits(ctx, c, atMS, mark, int64(len(content)))
	if err != nil || known {
		return err
	}
	var key []byte
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		key, err = tx.DataKey(ctx, c.Applicant)
		return err
	})
	if err != nil {
		return err
	}
	sealed, err := s.cfg.Sealer.Seal(c.Applicant, key, about("frame", frameContext(ch, atMS)), content)
	if err != nil {
		return err
	}
	blobKey, err := blob.NewKey(s.cfg.Random)
	if err != nil {
		return err
	}
	if err := s.cfg.Blobs.Put(ctx, blobKey, sealed); err != nil {
		return err
	}
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		x, err := tx.Challenge(ctx, ch)
		if err != nil {
			return err
		}
		if !x.Status.TakesFrames() {
			return over()
		}
		return tx.AddFrame(ctx, kyc.FrameRecord{Challenge: ch, AtMS: atMS, BlobKey: blobKey, Bytes: int64(len(content)), Print: mark, CreatedAt: s.cfg.Now()})
	})
	if err == nil {
		return nil
	}
	err = errors.Join(err, s.deleteBlobs(ctx, []string{blobKey}))
	if k := kyc.KindOf(err); k != kyc.Conflict && k != kyc.Stale {
		return err
	}
	// It may have come twice at once: the other one is as good, if it is the same.
	known, again := s.fits(ctx, c, atMS, mark, int64(len(content)))
	switch {
	case again != nil:
		return again
	case known:
		return nil
	}
	return err
}

// fits reports whether a frame may be taken, and whether it is there already.
func (s *Service) fits(ctx context.Context, c Challenge, atMS int64, mark [32]byte, size int64) (known bool, err error) {
	lim := s.Policy().Face.Sequence
	var frames []kyc.FrameRecord
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		frames, err = tx.FramesOf(ctx, c.ID)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, f := range frames {
		if f.AtMS == atMS && f.Print == mark {
			return true, nil // also of a challenge that is used: the answer got lost
		}
		if f.AtMS == atMS {
			return false, &kyc.Error{Kind: kyc.Conflict, Op: "put frame", Item: kyc.Face, Detail: "another picture stands at this time; what was taken does not change"}
		}
		size += f.Bytes
	}
	switch {
	case !c.Status.TakesFrames():
		return false, over()
	case c.Recorded != nil && !slices.Contains(c.Recorded.Frames, atMS):
		return false, &kyc.Error{Kind: kyc.Invalid, Op: "put frame", Item: kyc.Face, Detail: "the recording has no frame of this time"}
	case len(frames) >= lim.MaxFrames:
		return false, &kyc.Error{Kind: kyc.TooMany, Op: "put frame", Item: kyc.Face, Detail: fmt.Sprintf("a sequence may have at most %d frames", lim.MaxFrames)}
	case size > lim.MaxBytes:
		return false, &kyc.Error{Kind: kyc.TooMany, Op: "put frame", Item: kyc.Face, Detail: fmt.Sprintf("a sequence may have at most %d bytes", lim.MaxBytes)}
	}
	return false, nil
}

// CompleteChallenge takes what the device says that it recorded. When all of it
// has arrived the sequence becomes the submission of the face; otherwise it waits
// for the rest. Said again, the same changes nothing.
func (s *Service) CompleteChallenge(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID, rec Recording) (Challenge, error) {
	fail := func(err error) (Challenge, error) { return Challenge{}, wrap("complete challenge of case", id, err) }
	c, err := s.Challenge(ctx, id, ch)
	if err != nil {
		return fail(err)
	}
	lim := s.Policy().Face.Sequence
	if err := rec.check(c.Drawn, lim.MaxFrames, lim.MaxLength); err != nil {
		return fail(err)
	}
	if c.Recorded != nil {
		if !reflect.DeepEqual(*c.Recorded, rec) {
			return fail(&kyc.Error{Kind: kyc.Conflict, Op: "complete challenge", Item: kyc.Face, Detail: "another recording was told before; what was taken does not change"})
		}
		return s.settleFrames(ctx, id, ch)
	}
	if c.RanOut { // too late, and no one's fault: the answer says so
		c.Codes = []kyc.Code{kyc.LivenessConnection}
		return c, nil
	}
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		x, err := tx.Challenge(ctx, ch)
		if err != nil {
			return err
		}
		if x.Status != kyc.ChallengeDrawn {
			return over()
		}
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		c, err := s.openChallenge(ctx, tx, x)
		if err != nil {
			return err
		}
		c.Recorded, c.Status, c.DueAt = &rec, kyc.ChallengeWaiting, s.cfg.Now().Add(lim.FramesWithin)
		if err := s.saveChallenge(ctx, tx, c); err != nil {
			return err
		}
		return s.log(ctx, tx, s.ofChallenge(RecordChallenge, x, r.State, s.cfg.Now()))
	})
	if err != nil {
		return fail(err)
	}
	return s.settleFrames(ctx, id, ch)
}

// check refuses a recording that does not belong to what was drawn.
func (r Recording) check(d Drawn, maxFrames int, maxLength time.Duration) error {
	invalid := func(format string, a ...any) error {
		return &kyc.Error{Kind: kyc.Invalid, Op: "complete challenge", Item: kyc.Face, Detail: fmt.Sprintf(format, a...)}
	}
	within := func(ms int64) bool { return ms >= 0 && ms <= maxLength.Milliseconds() }
	if len(r.Frames) == 0 || len(r.Frames) > maxFrames {
		return invalid("a recording has 1 to %d frames", maxFrames)
	}
	for k, ms := range r.Frames {
		if !within(ms) || k > 0 && ms <= r.Frames[k-1] {
			return invalid("the times of frames rise, from 0 to %d milliseconds", maxLength.Milliseconds())
		}
	}
	if len(r.Colours) != len(d.Colours) {
		return invalid("tell for each of the %d drawn colours when it was shown", len(d.Colours))
	}
	for k, c := range r.Colours {
		early := k > 0 && c.FromMS < r.Colours[k-1].ToMS
		if c.Colour != d.Colours[k] || !within(c.FromMS) || !within(c.ToMS) || c.ToMS <= c.FromMS || early {
			return invalid("the colours are those that were drawn, in their order, one after the other")
		}
	}
	return nil
}

// settleFrames accepts the sequence when nothing is missing of it.
func (s *Service) settleFrames(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID) (Challenge, error) {
	c, err := s.readChallenge(ctx, id, ch)
	if err == nil && c.Status == kyc.ChallengeWaiting && len(c.Missing) == 0 {
		if err = s.acceptSequence(ctx, c); err == nil {
			c, err = s.readChallenge(ctx, id, ch)
		}
	}
	return c, wrap("settle challenge of case", id, err)
}

// manifest is the content of a submission that is a sequence: what was drawn,
// what was recorded, and which pictures arrived, by keyed hash.
type manifest struct {
	Challenge kyc.ChallengeID `json:"challenge"`
	Actions   []kyc.Action    `json:"actions"`
	Recording
	Arrived []arrivedFrame `json:"arrived"`
}

type arrivedFrame struct {
	AtMS  int64  `json:"at_ms"`
	Bytes int64  `json:"bytes"`
	Print string `json:"print"`
}

// acceptSequence makes a challenge's frames the submission of the face, once,
// whoever comes first. Frames that the recording does not name are dropped.
func (s *Service) acceptSequence(ctx context.Context, c Challenge) error {
	var frames []kyc.FrameRecord
	var key []byte
	keep := &Sequence{Challenge: c.ID, Actions: c.Actions, Recording: *c.Recorded}
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		if frames, err = tx.FramesOf(ctx, c.ID); err != nil {
			return err
		}
		for _, f := range frames {
			seen, err := tx.FrameSeen(ctx, f.Print, c.ID)
			if err != nil {
				return err
			}
			if seen {
				keep.Replayed++
			}
		}
		key, err = tx.DataKey(ctx, c.Applicant)
		return err
	})
	if err != nil {
		return err
	}
	m := manifest{Challenge: c.ID, Actions: c.Actions, Recording: *c.Recorded}
	var bytes int64
	for _, f := range frames {
		if slices.Contains(c.Recorded.Frames, f.AtMS) {
			m.Arrived = append(m.Arrived, arrivedFrame{f.AtMS, f.Bytes, hex.EncodeToString(f.Print[:])})
			keep.Arrived = append(keep.Arrived, f.AtMS)
			bytes += f.Bytes
		}
	}
	keep.Missing = len(c.Recorded.Frames) - len(m.Arrived)
	content, err := json.Marshal(m)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	facts := stored{SHA256: hex.EncodeToString(sum[:]), Bytes: bytes, Sequence: keep}
	text, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	// Named after the challenge, which is used once.
	id := kyc.SubmissionID("sub_" + string(c.ID))
	sealedFacts, err := s.cfg.Sealer.Seal(c.Applicant, key, about("facts", string(id)), text)
	if err != nil {
		return err
	}
	sealed, err := s.cfg.Sealer.Seal(c.Applicant, key, about("evidence", string(id)), content)
	if err != nil {
		return err
	}
	blobKey, err := blob.NewKey(s.cfg.Random)
	if err != nil {
		return err
	}
	if err := s.cfg.Blobs.Put(ctx, blobKey, sealed); err != nil {
		return err
	}
	now := s.cfg.Now()
	var gone []string
	_, err = s.apply(ctx, c.Case, func(k kyc.Case) (kyc.Event, error) {
		if k.Round != c.Round {
			return nil, over()
		}
		if err := s.mayMeasureFace(k); err != nil {
			return nil, err
		}
		return kyc.Submit{By: s.actor, Submission: kyc.Submission{ID: id, Item: kyc.Face, SHA256: facts.SHA256, At: now}}, nil
	}, func(tx kyc.Tx, _ kyc.Case) error {
		x, err := tx.Challenge(ctx, c.ID)
		if err != nil {
			return err
		}
		if x.Status != kyc.ChallengeWaiting {
			return errUnchanged
		}
		c, err := s.openChallenge(ctx, tx, x)
		if err != nil {
			return err
		}
		c.Status, c.DueAt, c.Submission = kyc.ChallengeUsed, s.keepFrames(now), id
		if err := s.saveChallenge(ctx, tx, c); err != nil {
			return err
		}
		if gone, err = s.dropFrames(ctx, tx, c.ID, keep.Arrived); err != nil {
			return err
		}
		return tx.AddSubmission(ctx, kyc.SubmissionRecord{
			ID: id, Case: c.Case, Applicant: c.Applicant, Item: kyc.Face, BlobKey: blobKey, Bytes: bytes, CreatedAt: now, Sealed: sealedFacts,
		})
	})
	if err != nil {
		err = errors.Join(err, s.deleteBlobs(ctx, []string{blobKey}))
		if errors.Is(err, errUnchanged) || kyc.KindOf(err) == kyc.NotAllowed && s.isUsed(ctx, c) {
			return nil // somebody else was first
		}
		return err
	}
	return s.deleteBlobs(ctx, gone)
}

// isUsed reports whether a challenge became a submission meanwhile.
func (s *Service) isUsed(ctx context.Context, c Challenge) bool {
	now, err := s.readChallenge(ctx, c.Case, c.ID)
	return err == nil && now.Status == kyc.ChallengeUsed
}

// keepFrames is when the frames of a sequence that was accepted are looked at
// again; zero is never.
func (s *Service) keepFrames(now time.Time) time.Time {
	if d := s.Policy().Face.Sequence.KeepFrames; d > 0 {
		return now.Add(d)
	}
	return time.Time{}
}

// CloseChallenges does what time asks of challenges: it ends those that ran out,
// gives up waiting for frames, and forgets frames that were kept long enough.
func (s *Service) CloseChallenges(ctx context.Context) error {
	const batch = 100
	for {
		var found []kyc.ChallengeRecord
		err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			var err error
			found, err = tx.ChallengesDue(ctx, s.cfg.Now(), batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("close challenges: %w", err)
		}
		var errs []error // one that is damaged must not hold up the others
		for _, x := range found {
			if err := s.due(ctx, x.ID); err != nil {
				errs = append(errs, fmt.Errorf("close challenge %s: %w", x.ID, err))
			}
		}
		if len(errs) > 0 || len(found) < batch {
			return errors.Join(errs...)
		}
	}
}

// due does what time asks of one challenge.
func (s *Service) due(ctx context.Context, id kyc.ChallengeID) error {
	var x kyc.ChallengeRecord
	var c Challenge
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		if x, err = tx.Challenge(ctx, id); err == nil {
			c, err = s.openChallenge(ctx, tx, x)
		}
		return err
	})
	if kyc.KindOf(err) == kyc.NotFound {
		return nil // erased meanwhile
	}
	if err != nil {
		return err
	}
	switch c.Status {
	case kyc.ChallengeUsed:
		return s.forgetFrames(ctx, c)
	case kyc.ChallengeWaiting:
		arrived := len(c.Recorded.Frames) - len(c.Missing)
		share := float64(arrived) / float64(len(c.Recorded.Frames))
		if share < s.Policy().Face.Sequence.LeastShare {
			code := kyc.LivenessFramesMissing
			if arrived == 0 {
				code = kyc.LivenessConnection
			}
			return s.giveUp(ctx, c, code)
		}
		err := s.acceptSequence(ctx, c)
		if k := kyc.KindOf(err); k == kyc.NotAllowed || k == kyc.NotAsked || k == kyc.Stale || k == kyc.ConsentNeeded || k == kyc.InCoolDown {
			return s.giveUp(ctx, c) // the case went on without it
		}
		return err
	case kyc.ChallengeDrawn:
		if len(c.Arrived) > 0 {
			return s.giveUp(ctx, c, kyc.LivenessConnection)
		}
		return s.giveUp(ctx, c)
	case kyc.ChallengeOver:
	}
	return nil
}

// giveUp ends a challenge that became no submission. It uses no attempt: time on
// the network is not time on the face.
func (s *Service) giveUp(ctx context.Context, c Challenge, why ...kyc.Code) error {
	var gone []string
	now := s.cfg.Now()
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		gone = nil
		x, err := tx.Challenge(ctx, c.ID)
		if err != nil {
			return err
		}
		if x.Version != c.version {
			return errUnchanged // something happened; it is looked at again
		}
		r, err := tx.Case(ctx, c.Case)
		if err != nil {
			return err
		}
		if gone, err = s.closeChallenge(ctx, tx, x, why, c.Status == kyc.ChallengeDrawn); err != nil {
			return err
		}
		rec := s.ofChallenge(CloseChallenge, x, r.State, now)
		rec.Actor, rec.Codes = "system", why
		return s.log(ctx, tx, rec)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.deleteBlobs(ctx, gone)
}

// forgetFrames deletes the frames of a decided case that no comparison rests on.
func (s *Service) forgetFrames(ctx context.Context, c Challenge) error {
	k, err := s.Case(ctx, c.Case)
	if err != nil {
		return err
	}
	now := s.cfg.Now()
	decided := k.State == kyc.Approved || k.State == kyc.Declined || k.State == kyc.Expired
	var best []int64
	if decided {
		f, err := s.facts(ctx, k, kyc.Submission{ID: c.Submission, Item: kyc.Face})
		if err != nil {
			return err
		}
		best = f.Sequence.Best
	}
	var gone []string
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		gone = nil
		x, err := tx.Challenge(ctx, c.ID)
		if err != nil {
			return err
		}
		if c, err = s.openChallenge(ctx, tx, x); err != nil {
			return err
		}
		c.DueAt = now.Add(24 * time.Hour) // somebody may still have to look at them
		if decided {
			c.DueAt = time.Time{}
			if gone, err = s.dropFrames(ctx, tx, c.ID, best); err != nil {
				return err
			}
		}
		return s.saveChallenge(ctx, tx, c)
	})
	if err != nil {
		return err
	}
	return s.deleteBlobs(ctx, gone)
}

// Frame opens one frame of a challenge. That by, an id, looked at it is in the
// audit log before the content is given out.
func (s *Service) Frame(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID, atMS int64, by string) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, wrap("view frame of case", id, err) }
	c, err := s.readChallenge(ctx, id, ch)
	if err != nil {
		return fail(err)
	}
	content, err := s.frame(ctx, c.Applicant, ch, atMS)
	if err != nil {
		return fail(err)
	}
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		rec := kyc.Record{Case: id, Event: ViewEvidence, From: r.State, To: r.State, Actor: by, Item: kyc.Face, Note: frameContext(ch, atMS), At: s.cfg.Now()}
		return s.log(ctx, tx, rec)
	})
	if err != nil {
		return fail(err)
	}
	return content, nil
}

func (s *Service) frame(ctx context.Context, a kyc.ApplicantID, ch kyc.ChallengeID, atMS int64) ([]byte, error) {
	var f kyc.FrameRecord
	var key []byte
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		all, err := tx.FramesOf(ctx, ch)
		if err != nil {
			return err
		}
		k := slices.IndexFunc(all, func(f kyc.FrameRecord) bool { return f.AtMS == atMS })
		if k < 0 || all[k].BlobKey == "" {
			return &kyc.Error{Kind: kyc.NotFound, Op: "open frame"}
		}
		f = all[k]
		key, err = tx.DataKey(ctx, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	sealed, err := s.cfg.Blobs.Get(ctx, f.BlobKey)
	if err != nil {
		return nil, err
	}
	return s.cfg.Sealer.Open(a, key, about("frame", frameContext(ch, atMS)), sealed)
}
