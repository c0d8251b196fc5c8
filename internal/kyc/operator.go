package kyc

import (
	"context"
	"slices"
	"time"
)

// OperatorID is the id of a person who works for the operator: opaque, prefixed.
type OperatorID string

// Role is what a person who works for the operator is there for.
type Role string

// The roles.
const (
	Reviewer      Role = "reviewer"      // decides cases
	Senior        Role = "senior"        // also those that were handed up, and confirms decisions
	Compliance    Role = "compliance"    // the same, and checks the record
	Auditor       Role = "auditor"       // sees everything, changes nothing
	Administrator Role = "administrator" // looks after the people; sees no applicant
)

// Roles lists all roles.
func Roles() []Role { return []Role{Reviewer, Senior, Compliance, Auditor, Administrator} }

// Permit is one thing that a role may do.
type Permit string

// What can be permitted. All of it is refused unless the table says otherwise.
const (
	SeeQueue        Permit = "see_queue"        // which cases wait, without anybody's data
	SeeCase         Permit = "see_case"         // a case with its evidence; each look is recorded
	TakeCase        Permit = "take_case"        // keep others from deciding it meanwhile
	Decide          Permit = "decide"           // approve, refuse, ask again
	DecideEscalated Permit = "decide_escalated" // the same for a case that was handed up
	Confirm         Permit = "confirm"          // be the second pair of eyes
	Withdraw        Permit = "withdraw"         // suspend or revoke the approval of another account that a case is about
	WriteNote       Permit = "write_note"
	Escalate        Permit = "escalate"
	Assign          Permit = "assign" // give a case to a colleague
	SeeFigures      Permit = "see_figures"
	ExportFigures   Permit = "export_figures"
	VerifyAudit     Permit = "verify_audit"
	ManageOperators Permit = "manage_operators"
)

// Permits lists everything that can be permitted.
func Permits() []Permit {
	return []Permit{
		SeeQueue, SeeCase, TakeCase, Decide, DecideEscalated, Confirm, Withdraw, WriteNote, Escalate, Assign,
		SeeFigures, ExportFigures, VerifyAudit, ManageOperators,
	}
}

// PermitsOf is the one table of who may do what.
func PermitsOf(r Role) []Permit {
	deciding := []Permit{SeeQueue, SeeCase, TakeCase, Decide, WriteNote, Escalate}
	switch r {
	case Reviewer:
		return deciding
	case Senior:
		return append(deciding, DecideEscalated, Confirm, Withdraw, Assign, SeeFigures, ExportFigures)
	case Compliance:
		return append(deciding, DecideEscalated, Confirm, Withdraw, Assign, SeeFigures, ExportFigures, VerifyAudit)
	case Auditor:
		return []Permit{SeeQueue, SeeCase, SeeFigures, ExportFigures, VerifyAudit}
	case Administrator:
		return []Permit{SeeFigures, ManageOperators}
	}
	return nil
}

// May reports whether a role may do something.
func (r Role) May(p Permit) bool { return slices.Contains(PermitsOf(r), p) }

// OperatorRecord is the stored account of a person who works for the operator.
type OperatorRecord struct {
	ID     OperatorID
	Role   Role
	Sealed []byte // the name, under the master keys
	// Subject is the keyed hash of who they are at the identity provider; nil when
	// they sign in with a passkey.
	Subject    []byte
	CreatedAt  time.Time
	DisabledAt time.Time // zero while they may sign in
	// RenewedAt is when their way in was last made anew, and RenewedBy who did it: an
	// operator's id, or the command line. Whoever signed in before is told.
	RenewedAt time.Time
	RenewedBy string
}

// PasskeyRecord is a stored passkey: public data alone.
type PasskeyRecord struct {
	ID        []byte // the credential's
	Operator  OperatorID
	Data      []byte // the credential
	CreatedAt time.Time
}

// InvitationRecord is a way to sign in for the first time, or anew after a device
// was lost. It works once.
type InvitationRecord struct {
	Hash      [32]byte
	Operator  OperatorID
	ExpiresAt time.Time
}

// SessionRecord is a stored session of the console.
type SessionRecord struct {
	Hash      [32]byte
	Operator  OperatorID
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// Operators keeps the accounts of the people who work for the operator and how
// they come in.
type Operators interface {
	// CreateOperator returns Conflict when the id or the subject exists.
	CreateOperator(ctx context.Context, o OperatorRecord) error
	// Operator returns the disabled ones too, NotFound when there is none.
	Operator(ctx context.Context, id OperatorID) (OperatorRecord, error)
	OperatorBySubject(ctx context.Context, subject []byte) (OperatorRecord, error)
	// Operators lists all in the order of their creation.
	Operators(ctx context.Context) ([]OperatorRecord, error)
	// SaveOperator replaces role, subject, renewal and the end of an account, or returns
	// NotFound; Conflict when another has the subject. The sessions of one that is
	// disabled end.
	SaveOperator(ctx context.Context, o OperatorRecord) error

	// PutPasskey adds a passkey or replaces its data.
	PutPasskey(ctx context.Context, p PasskeyRecord) error
	PasskeysOf(ctx context.Context, id OperatorID) ([]PasskeyRecord, error)
	// DropPasskeys removes all passkeys and sessions of an account.
	DropPasskeys(ctx context.Context, id OperatorID) error
}

// SignIns keeps invitations, sessions and what was used up.
type SignIns interface {
	// CreateInvitation replaces earlier ones of the same account.
	CreateInvitation(ctx context.Context, i InvitationRecord) error
	// Invitation returns NotFound when there is none, or it was taken.
	Invitation(ctx context.Context, hash [32]byte) (InvitationRecord, error)
	// TakeInvitation removes it; NotFound when somebody was first.
	TakeInvitation(ctx context.Context, hash [32]byte) error

	CreateSession(ctx context.Context, s SessionRecord) error
	Session(ctx context.Context, hash [32]byte) (SessionRecord, error)
	// SeeSession notes when a session was last used.
	SeeSession(ctx context.Context, hash [32]byte, at time.Time) error
	EndSession(ctx context.Context, hash [32]byte) error

	// Spend notes that something that may be used once was used, and returns Conflict
	// the second time. It is forgotten after its expiry.
	Spend(ctx context.Context, hash [32]byte, expires time.Time) error
}
