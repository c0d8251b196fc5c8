package kyc

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind is the kind of a refusal of ours, as opposed to a finding about
// somebody's evidence.
type ErrorKind string

// The kinds of error. The server maps each to one HTTP status.
const (
	NotFound   ErrorKind = "not_found"   // no such thing, or not yours
	Conflict   ErrorKind = "conflict"    // somebody else changed it meanwhile, or it exists already
	Invalid    ErrorKind = "invalid"     // the request makes no sense
	NotAllowed ErrorKind = "not_allowed" // not in this state
	NotAsked   ErrorKind = "not_asked"   // the item was not asked for
	InCoolDown ErrorKind = "cooling_down"
	Stale      ErrorKind = "stale" // the round has passed
	// ConsentNeeded says that biometrics were not agreed to.
	ConsentNeeded ErrorKind = "consent_needed"
	// TooMany says that a limit on number or size is reached.
	TooMany ErrorKind = "too_many"
	// Forbidden says that the one who asks may not, as they are; somebody else may.
	Forbidden ErrorKind = "forbidden"
)

// Error is a refusal. It carries ids and states, never personal data.
type Error struct {
	Kind    ErrorKind
	Op      string
	State   State
	Item    Item
	RetryAt time.Time
	Detail  string // for developers; what to change
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Op, e.Kind)
	if e.State != "" {
		s += fmt.Sprintf(" in state %s", e.State)
	}
	if e.Item != "" {
		s += fmt.Sprintf(", item %s", e.Item)
	}
	if !e.RetryAt.IsZero() {
		s += ", not before " + e.RetryAt.UTC().Format(time.RFC3339)
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// KindOf returns the kind of the first [*Error] in err's chain, or "".
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
