package verify

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// The events that the audit log keeps of challenges. They change no state.
const (
	DrawChallenge   = "draw_challenge"
	RecordChallenge = "record_challenge"
	CloseChallenge  = "close_challenge"
)

// Challenge is what was drawn for a face to do, and what came of it.
type Challenge struct {
	ID        kyc.ChallengeID
	Case      kyc.CaseID
	Applicant kyc.ApplicantID
	Status    kyc.ChallengeStatus
	Drawn
	CreatedAt time.Time
	// DueAt is until when the device may say that it has recorded, and after that
	// until when frames may arrive.
	DueAt time.Time
	// Arrived and Missing are the times of frames, in milliseconds; Missing is empty
	// until the device has said which ones it took.
	Arrived []int64
	Missing []int64

	version int64
}

// Drawn is what is sealed with a challenge.
type Drawn struct {
	Round   int          `json:"round"` // of the case, in which it was drawn
	Actions []kyc.Action `json:"actions"`
	// Colours are shown one after the other, each for ColourMS.
	Colours  []string `json:"colours,omitempty"`
	ColourMS int64    `json:"colour_ms,omitempty"`
	// Recorded is nil until the device has recorded it.
	Recorded *Recording `json:"recorded,omitempty"`
	// Submission is what the sequence became.
	Submission kyc.SubmissionID `json:"submission,omitempty"`
	// Codes say why it is over, where there is more to say than that time passed.
	Codes []kyc.Code `json:"codes,omitempty"`
	// RanOut says that its time passed before it was recorded.
	RanOut bool `json:"ran_out,omitempty"`
}

// Recording is what the device says that it recorded.
type Recording struct {
	Frames  []int64 `json:"frames"` // times, rising
	Colours []Shown `json:"colours,omitempty"`
	Device  Device  `json:"device"`
}

// Shown is a colour of the challenge with the times at which the screen showed it.
type Shown struct {
	Colour string `json:"colour"` // "#rrggbb"
	FromMS int64  `json:"from_ms"`
	ToMS   int64  `json:"to_ms"`
}

// Device is what the recorder says of itself. It is sealed with the evidence, and
// never logged.
type Device struct {
	Camera       string   `json:"camera,omitempty"` // the label of the camera
	Facing       string   `json:"facing,omitempty"`
	Width        int      `json:"width,omitempty"`
	Height       int      `json:"height,omitempty"`
	FrameRate    float64  `json:"frame_rate,omitempty"`
	Capabilities []string `json:"capabilities,omitempty"` // names of what the camera can do
	// ClockJitterMS is the standard deviation of the times between the camera's own
	// frames.
	ClockJitterMS float64 `json:"clock_jitter_ms,omitempty"`
	Automated     bool    `json:"automated,omitempty"` // the browser says that a program steers it
}

// colourMS is how long a colour of a challenge is shown: long enough for a
// camera's exposure to follow, and far below three flashes a second.
const colourMS = 800

// palette are the colours that a challenge is drawn from: those that a screen
// tells apart best on skin of any tone.
func palette() []string {
	return []string{"#ff0000", "#00ff00", "#0000ff", "#ffff00", "#ff00ff", "#00ffff"}
}

// coloursOfOne is how many colours one challenge shows: of six, in 720 orders.
const coloursOfOne = 5

// draw draws a challenge. An action and a colour come once.
func draw(random io.Reader, s policy.Sequence, colours bool) (Drawn, error) {
	var d Drawn
	var err error
	if d.Actions, err = drawActions(random, s); err != nil || !colours {
		return d, err
	}
	d.ColourMS = colourMS
	d.Colours, err = drawSome(random, palette(), coloursOfOne)
	return d, err
}

// drawActions draws movements until a turn is among them, where the policy has one: only a turn shows that a head is no flat picture.
func drawActions(random io.Reader, s policy.Sequence) ([]kyc.Action, error) {
	turn := func(a kyc.Action) bool { return a == kyc.TurnLeft || a == kyc.TurnRight }
	const most = 64 // of the standard movements one draw in ten has no turn
	for range most {
		drawn, err := drawSome(random, s.Actions, s.Count)
		if err != nil || slices.ContainsFunc(drawn, turn) || !slices.ContainsFunc(s.Actions, turn) {
			return drawn, err
		}
	}
	return nil, errors.New("verify: the source of randomness draws the same again and again")
}

// drawSome draws n of a list, in a random order.
func drawSome[T any](random io.Reader, from []T, n int) ([]T, error) {
	left := slices.Clone(from)
	out := make([]T, 0, n)
	for range min(n, len(from)) {
		var b [8]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, err
		}
		// Of 2^64 the remainder favours nobody that could be noticed.
		k := int(binary.LittleEndian.Uint64(b[:]) % uint64(len(left)))
		out = append(out, left[k])
		left = slices.Delete(left, k, k+1)
	}
	return out, nil
}

// mayMeasureFace refuses what measures a face that its owner did not agree to.
func (s *Service) mayMeasureFace(c kyc.Case) error {
	asked := s.Policy().Face.Consent == policy.Required
	if c.DeclinedBiometrics() || asked && c.Consent == nil {
		return &kyc.Error{Kind: kyc.ConsentNeeded, Op: "measure face", State: c.State, Item: kyc.Face}
	}
	return nil
}

// DrawChallenge draws a challenge for the face of a case. Earlier ones of the case
// that were not used are over. withoutColours is what a person asks for who is
// sensitive to light; a policy that requires colours refuses it.
func (s *Service) DrawChallenge(ctx context.Context, id kyc.CaseID, want kyc.ChallengeID, withoutColours bool) (Challenge, error) {
	if want == "" {
		want = kyc.ChallengeID(s.cfg.NewID("chl"))
	}
	pol := s.Policy().Face
	now := s.cfg.Now()
	if pol.Capture != policy.Live {
		return Challenge{}, wrap("draw challenge for case", id, &kyc.Error{
			Kind: kyc.NotAsked, Op: "draw challenge", Item: kyc.Face, Detail: "the policy asks for a still picture: send it as a submission",
		})
	}
	if withoutColours && pol.Sequence.Colours == policy.ColoursRequired {
		return Challenge{}, wrap("draw challenge for case", id, &kyc.Error{
			Kind: kyc.Invalid, Op: "draw challenge", Item: kyc.Face, Detail: "the policy requires screen colours; a person who cannot have them can ask for a human",
		})
	}
	drawn, err := draw(s.cfg.Random, pol.Sequence, !withoutColours && pol.Sequence.Colours != policy.ColoursOff)
	if err != nil {
		return Challenge{}, wrap("draw challenge for case", id, err)
	}
	var out Challenge
	var gone []string
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		gone = nil
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		c, err := s.open(ctx, tx, r)
		if err != nil {
			return err
		}
		if x, err := tx.Challenge(ctx, want); err == nil && x.Case == id {
			out, err = s.openChallenge(ctx, tx, x)
			return err
		} else if kyc.KindOf(err) != kyc.NotFound {
			return err
		}
		if err := errors.Join(s.mayMeasureFace(c), kyc.MayTake(c, kyc.Face, now)); err != nil {
			return err
		}
		all, err := tx.ChallengesOf(ctx, id)
		if err != nil {
			return err
		}
		if len(all) >= pol.Sequence.PerCase {
			return &kyc.Error{Kind: kyc.TooMany, Op: "draw challenge", Item: kyc.Face, Detail: "this case has drawn as many challenges as the policy allows; a human can help"}
		}
		for _, x := range all {
			if !x.Status.TakesFrames() {
				continue
			}
			blobs, err := s.closeChallenge(ctx, tx, x, nil, false)
			if err != nil {
				return err
			}
			gone = append(gone, blobs...)
		}
		drawn.Round = c.Round
		x := kyc.ChallengeRecord{
			ID: want, Case: id, Applicant: c.Applicant, Status: kyc.ChallengeDrawn, CreatedAt: now, DueAt: now.Add(pol.Sequence.ExpiresAfter),
		}
		if x.Sealed, err = s.sealJSON(ctx, tx, x.Applicant, about("challenge", string(x.ID)), drawn); err != nil {
			return err
		}
		if err := tx.CreateChallenge(ctx, x); err != nil {
			return err
		}
		x.Version = 1
		if out, err = s.openChallenge(ctx, tx, x); err != nil {
			return err
		}
		return s.log(ctx, tx, s.ofChallenge(DrawChallenge, x, r.State, now))
	})
	if err != nil {
		return Challenge{}, wrap("draw challenge for case", id, err)
	}
	return out, s.deleteBlobs(ctx, gone)
}

// ofChallenge is the record of an event of a challenge.
func (s *Service) ofChallenge(event string, x kyc.ChallengeRecord, state kyc.State, at time.Time) kyc.Record {
	actor := s.actor
	if actor == "" {
		actor = "applicant"
	}
	return kyc.Record{Case: x.Case, Event: event, From: state, To: state, Actor: actor, Item: kyc.Face, Note: string(x.ID), At: at}
}

// Challenge returns a challenge of a case. What time or a crash has left to do
// with it is done first, so that nobody is told to wait in vain.
func (s *Service) Challenge(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID) (Challenge, error) {
	x, err := s.readChallenge(ctx, id, ch)
	if err != nil || !x.Status.TakesFrames() || s.cfg.Now().Before(x.DueAt) {
		if x.Status == kyc.ChallengeWaiting && len(x.Missing) == 0 && err == nil {
			return s.settleFrames(ctx, id, ch)
		}
		return x, wrap("read challenge of case", id, err)
	}
	if err := s.due(ctx, ch); err != nil {
		return x, wrap("close challenge of case", id, err)
	}
	x, err = s.readChallenge(ctx, id, ch)
	return x, wrap("read challenge of case", id, err)
}

func (s *Service) readChallenge(ctx context.Context, id kyc.CaseID, ch kyc.ChallengeID) (Challenge, error) {
	var out Challenge
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		x, err := tx.Challenge(ctx, ch)
		if err != nil {
			return err
		}
		if x.Case != id || len(x.Sealed) == 0 { // another's, or erased: there is none
			return &kyc.Error{Kind: kyc.NotFound, Op: "read challenge"}
		}
		out, err = s.openChallenge(ctx, tx, x)
		return err
	})
	return out, err
}

// openChallenge opens a stored challenge, with the frames that are there.
func (s *Service) openChallenge(ctx context.Context, tx kyc.Tx, x kyc.ChallengeRecord) (Challenge, error) {
	out := Challenge{ID: x.ID, Case: x.Case, Applicant: x.Applicant, Status: x.Status, CreatedAt: x.CreatedAt, DueAt: x.DueAt, version: x.Version}
	key, err := tx.DataKey(ctx, x.Applicant)
	if err != nil {
		return out, err
	}
	text, err := s.cfg.Sealer.Open(x.Applicant, key, about("challenge", string(x.ID)), x.Sealed)
	if err != nil {
		return out, err
	}
	if json.Unmarshal(text, &out.Drawn) != nil {
		return out, errors.New("the sealed challenge is not readable") // the cause would quote it
	}
	frames, err := tx.FramesOf(ctx, x.ID)
	if err != nil {
		return out, err
	}
	for _, f := range frames {
		if f.BlobKey != "" {
			out.Arrived = append(out.Arrived, f.AtMS)
		}
	}
	if out.Recorded != nil && out.Status == kyc.ChallengeWaiting {
		out.Missing = without(out.Recorded.Frames, out.Arrived)
	}
	return out, nil
}

// without is a less b; both rise.
func without(a, b []int64) []int64 {
	var out []int64
	for _, v := range a {
		if _, ok := slices.BinarySearch(b, v); !ok {
			out = append(out, v)
		}
	}
	return out
}

// saveChallenge stores what changed of a challenge.
func (s *Service) saveChallenge(ctx context.Context, tx kyc.Tx, c Challenge) error {
	sealed, err := s.sealJSON(ctx, tx, c.Applicant, about("challenge", string(c.ID)), c.Drawn)
	if err != nil {
		return err
	}
	return tx.SaveChallenge(ctx, kyc.ChallengeRecord{
		ID: c.ID, Case: c.Case, Applicant: c.Applicant, Status: c.Status, Version: c.version, CreatedAt: c.CreatedAt, DueAt: c.DueAt, Sealed: sealed,
	})
}

// closeChallenge ends a challenge that became no submission, and returns the
// blobs of its frames, which nothing refers to any more. Their prints stay: what
// was recorded for one challenge answers no other.
func (s *Service) closeChallenge(ctx context.Context, tx kyc.Tx, x kyc.ChallengeRecord, why []kyc.Code, ranOut bool) ([]string, error) {
	c, err := s.openChallenge(ctx, tx, x)
	if err != nil {
		return nil, err
	}
	c.Status, c.DueAt, c.Codes, c.RanOut = kyc.ChallengeOver, time.Time{}, why, ranOut
	if err := s.saveChallenge(ctx, tx, c); err != nil {
		return nil, err
	}
	return s.dropFrames(ctx, tx, x.ID, nil)
}

// dropFrames forgets the pictures of the frames of a challenge but those kept, and returns the
// blobs to delete.
func (s *Service) dropFrames(ctx context.Context, tx kyc.Tx, id kyc.ChallengeID, keep []int64) ([]string, error) {
	frames, err := tx.FramesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var blobs []string
	for _, f := range frames {
		if f.BlobKey != "" && !slices.Contains(keep, f.AtMS) {
			blobs = append(blobs, f.BlobKey)
		}
	}
	return blobs, tx.ForgetFrames(ctx, id, keep)
}

// deleteBlobs deletes evidence that nothing refers to any more. What a crash
// leaves of it is swept.
func (s *Service) deleteBlobs(ctx context.Context, keys []string) error {
	var errs []error
	for _, k := range keys {
		if k != "" { // forgotten already
			errs = append(errs, s.cfg.Blobs.Delete(context.WithoutCancel(ctx), k))
		}
	}
	return errors.Join(errs...)
}
