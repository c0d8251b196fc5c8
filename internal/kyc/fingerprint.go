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
}
