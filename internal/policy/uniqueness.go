package policy

import (
	"slices"
	"time"
)

// Uniqueness says how it is found out that an applicant is verified already under
// another account. A policy without the section searches no faces.
type Uniqueness struct {
	// Faces says whether the faces of verified applicants are kept to be searched.
	Faces FaceSearch `yaml:"faces"`
	// FalseAlarms is how many strangers, of all that are known, may be expected to be
	// as alike as the one that uniqueness.face_in_use is told of.
	FalseAlarms float64 `yaml:"false_alarms"`
	// Recovery is how somebody shows that the other account is theirs.
	Recovery Recovery `yaml:"recovery"`
}

// Recovery bounds the codes that go to the addresses of an account.
type Recovery struct {
	Codes            int           `yaml:"codes"` // that can be asked for in one case
	Tries            int           `yaml:"tries"` // of one code
	CodeExpiresAfter time.Duration `yaml:"code_expires_after"`
	Pause            time.Duration `yaml:"pause"` // between two codes
	// PerAddress is how many codes go to one address within a day, whoever asks.
	PerAddress int `yaml:"per_address"`
	// Review says that a person confirms what the face has shown.
	Review bool `yaml:"review"`
}

// FaceSearch is whether a face is searched among those of verified applicants.
type FaceSearch string

// The words of uniqueness.faces.
const (
	NotSearched  FaceSearch = "off"    // and not kept for it
	FaceToReview FaceSearch = "review" // a likeness brings a person
)

func (u Uniqueness) absent() Uniqueness {
	if u.Faces == "" {
		u.Faces = NotSearched
	}
	if u.FalseAlarms == 0 {
		u.FalseAlarms = 0.02
	}
	r := &u.Recovery
	for _, x := range []struct {
		v  *int
		to int
	}{{&r.Codes, 5}, {&r.Tries, 5}, {&r.PerAddress, 5}} {
		if *x.v == 0 {
			*x.v = x.to
		}
	}
	if r.CodeExpiresAfter == 0 {
		r.CodeExpiresAfter = 10 * time.Minute
	}
	if r.Pause == 0 {
		r.Pause = time.Minute
	}
	return u
}

func (u Uniqueness) check(bad report) {
	if all := []FaceSearch{NotSearched, FaceToReview}; !slices.Contains(all, u.Faces) {
		bad("uniqueness.faces", "%q is not one of %v", u.Faces, all)
	}
	if !(u.FalseAlarms > 0 && u.FalseAlarms <= 1) {
		bad("uniqueness.false_alarms", "must be above 0 and at most 1")
	}
	r := u.Recovery
	for _, x := range []struct {
		key           string
		v, least, top int
	}{{"codes", r.Codes, 1, 20}, {"tries", r.Tries, 1, 10}, {"per_address", r.PerAddress, 1, 50}} {
		if x.v < x.least || x.v > x.top {
			bad("uniqueness.recovery."+x.key, "must be between %d and %d", x.least, x.top)
		}
	}
	if r.CodeExpiresAfter < time.Minute || r.CodeExpiresAfter > time.Hour {
		bad("uniqueness.recovery.code_expires_after", "must be between 1m and 1h")
	}
	if r.Pause < 10*time.Second || r.Pause > time.Hour {
		bad("uniqueness.recovery.pause", "must be between 10s and 1h")
	}
}
