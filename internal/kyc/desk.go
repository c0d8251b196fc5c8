package kyc

import (
	"context"
	"time"
)

// QueueKind says why a case lies on the desk of the reviewers.
type QueueKind string

const (
	// ForReview is a case that waits for a person's decision.
	ForReview QueueKind = "review"
	// ForSample is one that was decided without a person, and is judged again by one
	// who is not told how.
	ForSample QueueKind = "sample"
	// ForReport is one that was decided, while the report of its applicant that
	// somebody else used their document is still open.
	ForReport QueueKind = "report"
)

// QueueRecord is a case on the reviewers' desk: ids, codes and times alone.
type QueueRecord struct {
	Case CaseID
	Kind QueueKind
	// Reason is the code that comes first among what brought it here.
	Reason Code
	Since  time.Time
	DueAt  time.Time // when it should be decided
	// Assignee is whom it was given to; "" is whoever comes.
	Assignee  OperatorID
	Escalated bool
	// LockedBy decides it until LockedUntil; nobody else can meanwhile.
	LockedBy    OperatorID
	LockedUntil time.Time
	// Proposal is a decision that a second person must confirm; nil when there is
	// none.
	Proposal *Proposal
}

// Locked reports whether somebody other than by holds the case.
func (q QueueRecord) Locked(by OperatorID, now time.Time) bool {
	return q.LockedBy != "" && q.LockedBy != by && now.Before(q.LockedUntil)
}

// Proposal is a decision that waits for a second person.
type Proposal struct {
	By       OperatorID `json:"by"`
	Verdict  State      `json:"verdict"`
	Findings []Finding  `json:"findings,omitempty"`
	At       time.Time  `json:"at"`
}

// QueueFilter says which part of the queue is wanted. Zero fields filter nothing.
type QueueFilter struct {
	Reason Code
	// Assignee wants the cases that were given to somebody.
	Assignee  OperatorID
	Escalated bool
	Proposed  bool
	// AfterDue and After are the last case of the page before; it need not be on the
	// desk any more.
	AfterDue time.Time
	After    CaseID
	Limit    int
}

// QueueCount is how many cases wait for one reason, and since when the oldest.
type QueueCount struct {
	Reason Code
	Waits  int
	Late   int // beyond their time goal
	Oldest time.Time
}

// NoteRecord is a stored note of a reviewer about a case.
type NoteRecord struct {
	ID        string
	Case      CaseID
	Applicant ApplicantID
	By        OperatorID
	CreatedAt time.Time
	Sealed    []byte // the text
}

// OutcomeRecord is one step of a case for the figures: ids, codes, states and the
// country that issued the document. Erasing an applicant empties the country.
type OutcomeRecord struct {
	Case     CaseID
	At       time.Time
	Event    string // as in the audit log
	From, To State
	Round    int
	Country  string // ISO 3166-1 alpha-3 as the document has it; "" is unknown
	Codes    []Code
}

// Desk keeps what reviewers work with.
type Desk interface {
	// PutQueue lays a case on the desk, or replaces what is known of it there.
	PutQueue(ctx context.Context, q QueueRecord) error
	// DropQueue takes a case off the desk; it is not an error when it is not there.
	DropQueue(ctx context.Context, id CaseID) error
	// Queued returns NotFound when the case is not on the desk.
	Queued(ctx context.Context, id CaseID) (QueueRecord, error)
	// Queue lists what is due first, first.
	Queue(ctx context.Context, f QueueFilter) ([]QueueRecord, error)
	// QueueCounts counts by reason, the most frequent first.
	QueueCounts(ctx context.Context, now time.Time) ([]QueueCount, error)

	AddNote(ctx context.Context, n NoteRecord) error
	// NotesOf lists the notes of a case in the order of their creation.
	NotesOf(ctx context.Context, id CaseID) ([]NoteRecord, error)
	// AuditOf lists, in order, the last records of the audit log about one case, up to
	// limit of those before a sequence number; 0 is the end.
	AuditOf(ctx context.Context, id CaseID, before int64, limit int) ([]AuditRecord, error)
	// AuditCount is how many there are.
	AuditCount(ctx context.Context, id CaseID) (int, error)
}

// Outcomes keeps what the figures are made of.
type Outcomes interface {
	AddOutcome(ctx context.Context, o OutcomeRecord) error
	// Outcomes lists, in order, every step of the cases of which a step lies from
	// from and before to, up to limit of them.
	Outcomes(ctx context.Context, from, to time.Time, limit int) ([]OutcomeRecord, error)
	// CasesByState counts all cases.
	CasesByState(ctx context.Context) (map[State]int, error)
}
