package kyc

import (
	"context"
	"time"
)

// ContactKind is how somebody is reached.
type ContactKind string

// The kinds of contact.
const (
	Email ContactKind = "email"
	Phone ContactKind = "phone"
)

// ContactRecord is an address of an applicant, as their integrator knows it.
type ContactRecord struct {
	Applicant ApplicantID
	Kind      ContactKind
	Value     [32]byte // a keyed hash of the address
	Sealed    []byte   // the address, under the applicant's data key
	CreatedAt time.Time
}

// Contacts keeps the addresses of applicants. Erasing an applicant removes theirs.
type Contacts interface {
	// PutContacts replaces the contacts of an applicant; NotFound when there is no
	// such applicant.
	PutContacts(ctx context.Context, a ApplicantID, all []ContactRecord) error
	ContactsOf(ctx context.Context, a ApplicantID) ([]ContactRecord, error)
	// ContactHolders lists whose contact a value is.
	ContactHolders(ctx context.Context, kind ContactKind, value [32]byte) ([]ApplicantID, error)
}

// RecoveryID is opaque, prefixed and unguessable.
type RecoveryID string

// RecoveryStatus is where a recovery stands.
type RecoveryStatus string

// An applicant whose document or face is in use may show that the other account
// is theirs: by a code that goes to an address of that account, then by their face.
// Or they say that it was not them.
const (
	RecoveryOpen     RecoveryStatus = "open"     // codes may be asked for and given
	RecoveryFace     RecoveryStatus = "face"     // a code was right: a face is compared with the account's record
	RecoveryProved   RecoveryStatus = "proved"   // and it is the same person
	RecoveryReported RecoveryStatus = "reported" // somebody else used the document
	RecoveryClosed   RecoveryStatus = "closed"   // a person has looked at both sides of the report
)

// RecoveryRecord is a stored recovery, one of each case. Version starts at 1 and
// grows with each save.
type RecoveryRecord struct {
	ID        RecoveryID
	Case      CaseID      // of whoever found the document in use
	Applicant ApplicantID // of that case
	Status    RecoveryStatus
	Version   int64
	// Proof is the re-verification of the other account that the recovery waits for.
	Proof     CaseID
	CreatedAt time.Time
	UpdatedAt time.Time
	Sealed    []byte // codes, tries, and which accounts it is about
}

// Recoveries keeps recoveries, and how often a code was asked for.
type Recoveries interface {
	// CreateRecovery stores version 1. Conflict when the id exists or the case has
	// one, NotFound when the case or the applicant does not exist.
	CreateRecovery(ctx context.Context, r RecoveryRecord) error
	// SaveRecovery stores r over the version r.Version and increments it; Conflict
	// when another version is stored, NotFound when none is.
	SaveRecovery(ctx context.Context, r RecoveryRecord) error
	Recovery(ctx context.Context, id RecoveryID) (RecoveryRecord, error)
	// RecoveryOf finds the recovery of a case.
	RecoveryOf(ctx context.Context, c CaseID) (RecoveryRecord, error)
	// RecoveryByProof finds the recovery that waits for a re-verification.
	RecoveryByProof(ctx context.Context, c CaseID) (RecoveryRecord, error)
	// RecoveriesIn lists up to limit recoveries in a state, oldest first.
	RecoveriesIn(ctx context.Context, s RecoveryStatus, limit int) ([]RecoveryRecord, error)
	// NoteCode notes that a code was asked for of an address, ours or not, and
	// counts how often that was since a time, this one included.
	NoteCode(ctx context.Context, value [32]byte, at, since time.Time) (int, error)
	// ForgetCodes removes what was noted before t.
	ForgetCodes(ctx context.Context, t time.Time) error
}

// People keeps who is known, and how they get back to what is theirs.
type People interface {
	Fingerprints
	Faces
	Contacts
	Recoveries
}

// Notice is a message to an applicant: ids, never an address or a text. Whoever
// sends it looks both up.
type Notice struct {
	ID       string      `json:"id"`
	Kind     NoticeKind  `json:"kind"`
	To       ApplicantID `json:"to,omitempty"` // "" is nobody: a code that was asked for of an address that is not ours
	Case     CaseID      `json:"case,omitempty"`
	Recovery RecoveryID  `json:"recovery,omitempty"`
	Code     int         `json:"code,omitempty"` // which of the recovery's codes
	// Address is the keyed hash of the one address of To that the message goes to; of a
	// code, the recovery has it.
	Address [32]byte `json:"address,omitzero"`
}

// NoticeKind is what a notice says.
type NoticeKind string

// The kinds of notice.
const (
	NoticeCode  NoticeKind = "recovery_code"
	NoticeTheft NoticeKind = "identity_theft"
)

// Delivery is something that the integrator is told of: ids, states and codes.
type Delivery struct {
	ID        string      `json:"id"`
	Type      string      `json:"type"`
	At        time.Time   `json:"timestamp"`
	Case      CaseID      `json:"case,omitempty"`
	Applicant ApplicantID `json:"applicant,omitempty"`
	State     State       `json:"state,omitempty"`
	// Purpose is why the case asks for a face again; none of a verification.
	Purpose  Purpose        `json:"purpose,omitempty"`
	Recovery RecoveryID     `json:"recovery,omitempty"`
	Status   RecoveryStatus `json:"status,omitempty"`
	// Account is the applicant whose account was proved, or whose document it was.
	Account ApplicantID `json:"account,omitempty"`
}

// The types of delivery.
const (
	DeliverCase   = "case.state_changed"
	DeliverProof  = "recovery.proved"
	DeliverReport = "identity_theft.reported"
)

// The kinds of the jobs that send notices and deliver events.
const (
	SendNotice   = "send_notice"
	DeliverEvent = "deliver_event"
)
