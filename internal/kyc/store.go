package kyc

import (
	"context"
	"time"
)

// What a store keeps. Everything personal is inside the Sealed bytes, sealed
// under the applicant's data key before it comes here; the plain columns are
// what queues and queries need and reveal nobody.

// ApplicantRecord is a stored applicant.
type ApplicantRecord struct {
	ID ApplicantID
	// ExternalKey is the keyed hash of the integrator's account id.
	ExternalKey []byte
	Sealed      []byte // the applicant
	CreatedAt   time.Time
}

// CaseRecord is a stored case. Version starts at 1 and grows with each save.
type CaseRecord struct {
	ID        CaseID
	Applicant ApplicantID
	State     State
	Policy    string
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time
	Sealed    []byte // the case
}

// SubmissionRecord is a stored submission. Its content lies in the blob store
// under BlobKey.
type SubmissionRecord struct {
	ID        SubmissionID
	Case      CaseID
	Applicant ApplicantID
	Item      Item
	BlobKey   string
	Bytes     int64
	CreatedAt time.Time
	Sealed    []byte // what was measured in it, and its metadata
}

// APIKeyRecord is a stored API key of an integrator: its hash alone.
type APIKeyRecord struct {
	ID        string
	Hash      [32]byte // SHA-256 of the secret
	Name      string
	CreatedAt time.Time
	RevokedAt time.Time // zero while valid
}

// TokenRecord is a stored applicant token: limited to one case, short-lived.
type TokenRecord struct {
	Hash      [32]byte
	Case      CaseID
	ExpiresAt time.Time
}

// ReplyRecord is a stored answer to a request with an Idempotency-Key.
type ReplyRecord struct {
	// Scope is who asked (an API key's or a token's id); Key and Request are
	// keyed fingerprints of the Idempotency-Key and of the request, so that
	// nobody can test from the store alone what a request said.
	Scope     string
	Key       [32]byte
	Request   [32]byte
	Status    int // 0 while the first request is still running
	Sealed    []byte
	Applicant ApplicantID // whose erasure removes it; may be empty
	CreatedAt time.Time
}

// AuditRecord is one link of the audit chain. Data is canonical JSON of ids and
// codes. Hash covers Seq, At, Data and Previous.
type AuditRecord struct {
	Seq      int64
	At       time.Time
	Data     []byte
	Previous [32]byte
	Hash     [32]byte
}

// Applicants keeps applicants and their wrapped data keys.
type Applicants interface {
	// CreateApplicant returns Conflict when the id or the external key exists.
	CreateApplicant(ctx context.Context, a ApplicantRecord) error
	// Applicant returns NotFound when there is none.
	Applicant(ctx context.Context, id ApplicantID) (ApplicantRecord, error)
	ApplicantByExternalKey(ctx context.Context, key []byte) (ApplicantRecord, error)
	// ApplicantsAfter lists up to limit applicants in the order of their ids, those
	// after one; "" begins at the first.
	ApplicantsAfter(ctx context.Context, after ApplicantID, limit int) ([]ApplicantRecord, error)
	// SetExternalKey replaces an applicant's; Conflict when another has it, NotFound
	// when there is no such applicant.
	SetExternalKey(ctx context.Context, id ApplicantID, key []byte) error
	// PutDataKey stores the wrapped data key of an applicant; Conflict when one
	// exists, NotFound when there is no such applicant.
	PutDataKey(ctx context.Context, id ApplicantID, wrapped []byte) error
	// DataKey returns NotFound when there is none, as after an erasure.
	DataKey(ctx context.Context, id ApplicantID) ([]byte, error)
	// DeleteDataKey destroys the key, empties the applicant's sealed bytes and
	// external key, and those of their cases and submissions, and removes their
	// replies, fingerprints, faces, contacts, notes and places on the desk, and the
	// countries of their outcomes; it is not an error when nothing is there.
	DeleteDataKey(ctx context.Context, id ApplicantID) error
	// ApplicantsOver lists up to limit applicants of whom every case that is not
	// erased is in one of the states and was changed last before that state's time,
	// and who have such a case.
	ApplicantsOver(ctx context.Context, before map[State]time.Time, limit int) ([]ApplicantID, error)
}

// Cases keeps cases.
type Cases interface {
	// CreateCase stores version 1. It returns Conflict when the id exists and
	// NotFound when the applicant does not.
	CreateCase(ctx context.Context, c CaseRecord) error
	Case(ctx context.Context, id CaseID) (CaseRecord, error)
	// SaveCase stores c over the version c.Version and increments it; Conflict
	// when another version is stored, NotFound when none is.
	SaveCase(ctx context.Context, c CaseRecord) error
	// CasesOf lists an applicant's cases in the order of their creation.
	CasesOf(ctx context.Context, a ApplicantID) ([]CaseRecord, error)
	// CasesDue lists up to limit cases in one of the states that expire before t,
	// the earliest first.
	CasesDue(ctx context.Context, states []State, t time.Time, limit int) ([]CaseRecord, error)
	// CasesAfter lists up to limit cases in one of the states in the order of their
	// creation, those created after the case with the id after; "" begins at the
	// first. NotFound when there is no such case.
	CasesAfter(ctx context.Context, states []State, after CaseID, limit int) ([]CaseRecord, error)
}

// Submissions keeps the submissions of cases.
type Submissions interface {
	// AddSubmission returns Conflict when the id exists, and NotFound when the
	// case or the applicant does not.
	AddSubmission(ctx context.Context, s SubmissionRecord) error
	Submission(ctx context.Context, id SubmissionID) (SubmissionRecord, error)
	// SubmissionsOf lists a case's submissions in the order of their creation.
	SubmissionsOf(ctx context.Context, c CaseID) ([]SubmissionRecord, error)
	// SealSubmission replaces the sealed bytes of a submission, or returns NotFound.
	SealSubmission(ctx context.Context, id SubmissionID, sealed []byte) error
	// ForgetSubmission empties a submission: its facts and its blob's name.
	ForgetSubmission(ctx context.Context, id SubmissionID) error
	// HasBlob reports whether any submission or frame refers to a blob.
	HasBlob(ctx context.Context, key string) (bool, error)
}

// Access keeps API keys, applicant tokens and replies to repeated requests.
type Access interface {
	CreateAPIKey(ctx context.Context, k APIKeyRecord) error
	// APIKey returns NotFound for unknown and for revoked keys.
	APIKey(ctx context.Context, hash [32]byte) (APIKeyRecord, error)
	APIKeys(ctx context.Context) ([]APIKeyRecord, error)
	// RevokeAPIKey returns NotFound for an unknown key. The first time stands.
	RevokeAPIKey(ctx context.Context, id string, at time.Time) error
	// CreateToken returns NotFound when the case does not exist.
	CreateToken(ctx context.Context, t TokenRecord) error
	// Token returns NotFound for unknown tokens; the caller checks the time.
	Token(ctx context.Context, hash [32]byte) (TokenRecord, error)
	// ClaimReply stores r when nothing is stored under its scope and key, and
	// otherwise returns what is stored with found = true.
	ClaimReply(ctx context.Context, r ReplyRecord) (stored ReplyRecord, found bool, err error)
	// SaveReply stores the status, sealed bytes and applicant of a claimed reply;
	// NotFound when it was not claimed, or was forgotten since.
	SaveReply(ctx context.Context, r ReplyRecord) error
	// ForgetReply removes one reply.
	ForgetReply(ctx context.Context, scope string, key [32]byte) error
	// ForgetBefore removes tokens, sessions and what was spent that expired, and
	// replies created, before t.
	ForgetBefore(ctx context.Context, t time.Time) error
}

// Chain keeps the audit chain.
type Chain interface {
	// AppendAudit adds a record after the last one, computing Seq, Previous and
	// Hash.
	AppendAudit(ctx context.Context, at time.Time, data []byte) (AuditRecord, error)
	// AuditRecords returns up to limit records with Seq > after, in order.
	AuditRecords(ctx context.Context, after int64, limit int) ([]AuditRecord, error)
}

// CheckCase is the kind of the job that does the full check of a case's round.
const CheckCase = "check_case"

// Job is work to be done after the transaction: a kind and ids, never personal
// data.
type Job struct {
	Kind  string
	Case  CaseID
	Round int
	// Notice and Delivery are those of [SendNotice] and [DeliverEvent].
	Notice   Notice
	Delivery Delivery
}

// Queue takes jobs. They run if, and only if, the transaction commits.
type Queue interface {
	Enqueue(ctx context.Context, j Job) error
}

// Tx is one transaction.
type Tx interface {
	Applicants
	Cases
	Submissions
	Access
	People
	Challenges
	Reviewing
	Chain
	Queue
}

// Reviewing is what the console keeps.
type Reviewing interface {
	Operators
	SignIns
	Desk
	Outcomes
}

// Store is a transactional store. It keeps times to the microsecond and gives
// them back in UTC. A method that returns Conflict or NotFound has changed
// nothing, and the transaction can go on unless what is missing is a row that
// the new one refers to.
type Store interface {
	// Write runs f in one transaction: it is committed when f returns nil and
	// rolled back otherwise. f must not call models or the network, and may not
	// use the store but through tx.
	Write(ctx context.Context, f func(tx Tx) error) error
	// Read runs f on a consistent snapshot. Writing through tx is an error.
	Read(ctx context.Context, f func(tx Tx) error) error
}
