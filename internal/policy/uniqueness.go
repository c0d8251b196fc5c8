package policy

import "slices"

// Uniqueness says how it is found out that an applicant is verified already under
// another account. A policy without the section searches no faces.
type Uniqueness struct {
	// Faces says whether the faces of verified applicants are kept to be searched.
	Faces FaceSearch `yaml:"faces"`
	// FalseAlarms is how many strangers, of all that are known, may be expected to be
	// as alike as the one that uniqueness.face_in_use is told of.
	FalseAlarms float64 `yaml:"false_alarms"`
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
	return u
}

func (u Uniqueness) check(bad report) {
	if all := []FaceSearch{NotSearched, FaceToReview}; !slices.Contains(all, u.Faces) {
		bad("uniqueness.faces", "%q is not one of %v", u.Faces, all)
	}
	if !(u.FalseAlarms > 0 && u.FalseAlarms <= 1) {
		bad("uniqueness.false_alarms", "must be above 0 and at most 1")
	}
}
