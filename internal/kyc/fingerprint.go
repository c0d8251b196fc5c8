package kyc

import (
	"context"
	"time"
)

// What a fingerprint is of.
const (
	// FingerprintDocument is of a document's number, kind and issuer.
	FingerprintDocument = "document"
	// FingerprintPerson is of a personal number and who issued it.
	FingerprintPerson = "person"
)

// FingerprintRecord says that an approved applicant holds something that one
// person alone can have. It reveals neither the number nor anything else of it.
type FingerprintRecord struct {
	Kind      string
	Value     [32]byte // a keyed hash
	Applicant ApplicantID
	Case      CaseID // that was approved
	// Shared says that a person approved it although somebody else held it: two
	// accounts of one person, say. Among the others each value has one holder.
	Shared    bool
	CreatedAt time.Time
}

// Fingerprints keeps who holds what. Erasing an applicant removes theirs.
type Fingerprints interface {
	// Hold stores r. It returns Conflict when another applicant holds the value and
	// neither of the two is shared, and NotFound when applicant or case do not
	// exist. What the applicant holds already stays as it is.
	Hold(ctx context.Context, r FingerprintRecord) error
	// Holders lists who holds a value, in the order of their coming.
	Holders(ctx context.Context, kind string, value [32]byte) ([]FingerprintRecord, error)
	// FingerprintsOf lists what an applicant holds, in the order of its coming.
	FingerprintsOf(ctx context.Context, a ApplicantID) ([]FingerprintRecord, error)
	// Release removes one that an applicant holds; it is not an error when there is
	// none.
	Release(ctx context.Context, r FingerprintRecord) error
}

// FaceRecord is the face of an approved applicant, kept to be searched. One each.
type FaceRecord struct {
	Applicant ApplicantID
	Case      CaseID // that was approved
	Sealed    []byte // the template, under the applicant's data key
	CreatedAt time.Time
}

// Faces keeps the faces of approved applicants. Erasing an applicant removes theirs.
type Faces interface {
	// PutFace stores a face in the place of the one that the applicant had. It
	// returns NotFound when applicant or case do not exist.
	PutFace(ctx context.Context, r FaceRecord) error
	// DeleteFace removes an applicant's; it is not an error when there is none.
	DeleteFace(ctx context.Context, a ApplicantID) error
	// FacesAfter lists up to limit faces in the order of the applicants' ids, those
	// after one; "" begins at the first.
	FacesAfter(ctx context.Context, after ApplicantID, limit int) ([]FaceRecord, error)
}
