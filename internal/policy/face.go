package policy

import (
	"slices"
	"time"

	"bonafide/internal/kyc"
)

// Face says how a face is asked for. A policy without the section asks for a
// still picture, and for no consent of its own.
type Face struct {
	// Capture is how the face is taken.
	Capture Capture `yaml:"capture"`
	// Consent says whether the applicant is asked about biometrics before anything
	// is measured of their face.
	Consent Consent `yaml:"consent"`
	// Alternative is the way of those who decline biometrics.
	Alternative Alternative `yaml:"alternative"`
	Sequence    Sequence    `yaml:"sequence"`
}

type (
	// Capture is how a face is taken.
	Capture string
	// Consent is whether biometrics are agreed to first.
	Consent string
	// Alternative is the way without biometrics.
	Alternative string
	// Colours says whether the screen lights the face.
	Colours string
)

// The words of the section face.
const (
	Still Capture = "still"    // one picture
	Live  Capture = "sequence" // a challenge of movements

	NotAsked Consent = "not_asked" // the operator has it already, or another ground
	Required Consent = "required"

	NoAlternative Alternative = "none"   // the case ends
	ByReview      Alternative = "review" // a person decides on what else was sent

	ColoursRequired Colours = "required"
	ColoursOffered  Colours = "offered" // unless the applicant declines them, being sensitive to light
	ColoursOff      Colours = "off"
)

// Sequence says what a challenge asks for, and its limits.
type Sequence struct {
	Actions []kyc.Action `yaml:"actions"` // to draw from
	Count   int          `yaml:"count"`   // of movements in one challenge
	Colours Colours      `yaml:"colours"`
	// ExpiresAfter is how long after it was drawn the device may say that it has
	// recorded the challenge.
	ExpiresAfter time.Duration `yaml:"expires_after"`
	// FramesWithin is how long frames may still arrive after that.
	FramesWithin time.Duration `yaml:"frames_within"`
	// MaxFrames, MaxBytes and MaxLength bound one sequence.
	MaxFrames int           `yaml:"max_frames"`
	MaxBytes  int64         `yaml:"max_bytes"`
	MaxLength time.Duration `yaml:"max_length"`
	// PerCase is how many challenges of one case can be drawn.
	PerCase int `yaml:"per_case"`
	// LeastShare is the share of the recorded frames that must have arrived for the
	// sequence to be judged; with less it is the network's doing.
	LeastShare float64 `yaml:"least_share"`
	// KeepFrames is how long frames are kept that no comparison rests on, after the
	// case is decided; 0 is as long as the case.
	KeepFrames time.Duration `yaml:"keep_frames"`
}

// absent fills in what a policy does not say about the face.
func (f Face) absent() Face {
	or := func(v *string, to string) {
		if *v == "" {
			*v = to
		}
	}
	or((*string)(&f.Capture), string(Still))
	or((*string)(&f.Consent), string(NotAsked))
	or((*string)(&f.Alternative), string(NoAlternative))
	s := &f.Sequence
	or((*string)(&s.Colours), string(ColoursOffered))
	if s.Actions == nil {
		s.Actions = kyc.Actions()
	}
	count := func(v *int, to int) {
		if *v == 0 {
			*v = to
		}
	}
	span := func(v *time.Duration, to time.Duration) {
		if *v == 0 {
			*v = to
		}
	}
	count(&s.Count, min(3, len(s.Actions)))
	count(&s.MaxFrames, 120)
	count(&s.PerCase, 20)
	if s.LeastShare == 0 {
		s.LeastShare = 0.6
	}
	if s.MaxBytes == 0 {
		s.MaxBytes = 12 << 20
	}
	span(&s.ExpiresAfter, 5*time.Minute)
	span(&s.FramesWithin, 2*time.Minute)
	span(&s.MaxLength, 30*time.Second)
	return f
}

// check tells what is wrong with the section, once it is filled in.
func (f Face) check(bad report) {
	oneOf := func(key, v string, all ...string) {
		if !slices.Contains(all, v) {
			bad("face."+key, "%q is not one of %v", v, all)
		}
	}
	oneOf("capture", string(f.Capture), string(Still), string(Live))
	oneOf("consent", string(f.Consent), string(NotAsked), string(Required))
	oneOf("alternative", string(f.Alternative), string(NoAlternative), string(ByReview))
	s := f.Sequence
	oneOf("sequence.colours", string(s.Colours), string(ColoursRequired), string(ColoursOffered), string(ColoursOff))
	for k, a := range s.Actions {
		key := at("face.sequence.actions", k)
		if !slices.Contains(kyc.Actions(), a) {
			bad(key, "%q is not one of %v", a, kyc.Actions())
		}
		if slices.Contains(s.Actions[:k], a) {
			bad(key, "%s stands twice", a)
		}
	}
	between := func(key string, v, least, most int) {
		if v < least || v > most {
			bad("face.sequence."+key, "must be between %d and %d", least, most)
		}
	}
	// A single movement can be guessed, and of more than there are none is left.
	if len(s.Actions) < 2 {
		bad("face.sequence.actions", "at least two of %v: one alone is no surprise", kyc.Actions())
	} else {
		between("count", s.Count, 2, len(s.Actions))
	}
	between("max_frames", s.MaxFrames, 10, 200)
	between("per_case", s.PerCase, 1, 1000)
	between("max_bytes", int(s.MaxBytes), 1<<20, 64<<20)
	length := func(key string, v, least, most time.Duration) {
		if v < least || v > most {
			bad("face.sequence."+key, "must be between %s and %s", least, most)
		}
	}
	length("expires_after", s.ExpiresAfter, 30*time.Second, time.Hour)
	length("frames_within", s.FramesWithin, 10*time.Second, time.Hour)
	length("max_length", s.MaxLength, 5*time.Second, 2*time.Minute)
	if !(s.LeastShare > 0 && s.LeastShare <= 1) {
		bad("face.sequence.least_share", "must be above 0 and at most 1")
	}
	if s.KeepFrames < 0 {
		bad("face.sequence.keep_frames", "must not be negative")
	}
}
