package kyc

import (
	"context"
	"slices"
	"time"
)

// ChallengeID is opaque, prefixed and unguessable.
type ChallengeID string

// Action is a movement that a challenge asks for.
type Action string

// The movements. Left and right are the person's own.
const (
	Blink      Action = "blink"
	TurnLeft   Action = "turn_left"
	TurnRight  Action = "turn_right"
	OpenMouth  Action = "open_mouth"
	ComeCloser Action = "come_closer"
)

// Actions lists all movements.
func Actions() []Action { return []Action{Blink, TurnLeft, TurnRight, OpenMouth, ComeCloser} }

// ChallengeStatus is where a challenge stands.
type ChallengeStatus string

// A challenge is drawn; it waits for frames once the device has said which ones
// it took; it is used when its sequence became a submission. One that is over
// never was one: it ran out, another was drawn, or frames were lost.
const (
	ChallengeDrawn   ChallengeStatus = "drawn"
	ChallengeWaiting ChallengeStatus = "waiting"
	ChallengeUsed    ChallengeStatus = "used"
	ChallengeOver    ChallengeStatus = "over"
)

// TakesFrames reports whether frames can still arrive.
func (s ChallengeStatus) TakesFrames() bool { return s == ChallengeDrawn || s == ChallengeWaiting }

// ChallengeRecord is a stored challenge. Version starts at 1 and grows with each
// save.
type ChallengeRecord struct {
	ID        ChallengeID
	Case      CaseID
	Applicant ApplicantID
	Status    ChallengeStatus
	Version   int64
	CreatedAt time.Time
	// DueAt is when somebody must look at it again, if nothing happens before: it
	// runs out, gives up waiting, or its frames have been kept long enough. Zero
	// is never.
	DueAt  time.Time
	Sealed []byte // what was drawn, what the device said and what came of it
}

// FrameRecord is a stored frame of a challenge. Its picture lies in the blob
// store under BlobKey.
type FrameRecord struct {
	Challenge ChallengeID
	AtMS      int64  // by the device's own clock, from its first frame
	BlobKey   string // "" when the picture is forgotten and its print alone is kept
	Bytes     int64
	// Print is the keyed hash of the picture, by which the same picture is known
	// again in another challenge.
	Print     [32]byte
	CreatedAt time.Time
}

// Challenges keeps challenges and their frames. Erasing an applicant removes the
// frames and empties the challenges.
type Challenges interface {
	// CreateChallenge stores version 1. Conflict when the id exists, NotFound when
	// the case or the applicant does not.
	CreateChallenge(ctx context.Context, c ChallengeRecord) error
	Challenge(ctx context.Context, id ChallengeID) (ChallengeRecord, error)
	// ChallengesOf lists a case's challenges in the order of their creation.
	ChallengesOf(ctx context.Context, c CaseID) ([]ChallengeRecord, error)
	// SaveChallenge stores c over the version c.Version and increments it; Conflict
	// when another version is stored, NotFound when none is.
	SaveChallenge(ctx context.Context, c ChallengeRecord) error
	// ChallengesDue lists up to limit challenges that are due before t, the earliest
	// first.
	ChallengesDue(ctx context.Context, t time.Time, limit int) ([]ChallengeRecord, error)
	// AddFrame returns Conflict when the challenge has a frame of that time, and
	// NotFound when there is no such challenge.
	AddFrame(ctx context.Context, f FrameRecord) error
	// FramesOf lists a challenge's frames by their time.
	FramesOf(ctx context.Context, id ChallengeID) ([]FrameRecord, error)
	// FrameSeen reports whether a picture stands in another challenge, of whomever.
	FrameSeen(ctx context.Context, mark [32]byte, but ChallengeID) (bool, error)
	// ForgetFrames empties the blobs' names of the frames of a challenge but those of
	// the times kept. Their prints stay.
	ForgetFrames(ctx context.Context, id ChallengeID, keep []int64) error
	// DeleteFrames removes the frames of a challenge with their prints.
	DeleteFrames(ctx context.Context, id ChallengeID) error
}

// MayTake reports, as an error of Apply's kinds, why an item cannot be sent at a
// time.
func MayTake(c Case, i Item, at time.Time) error {
	_, _, err := Apply(c, Submit{Submission: Submission{Item: i, At: at}})
	return err
}

// AsksFor reports whether an item can be sent now, or after a pause.
func (c *Case) AsksFor(i Item) bool {
	k := slices.IndexFunc(c.Items, func(s ItemState) bool { return s.Item == i })
	switch {
	case k < 0 || c.Items[k].Waived:
		return false
	case c.State == ActionRequired:
		return c.asks(i)
	}
	return c.State == Open
}
