package kyc

import "time"

// Limits are the policy's rules about attempts.
type Limits struct {
	// Attempts is how many submissions of one item are judged before a human
	// takes over; 0 means without limit.
	Attempts int
	// Pauses[k] is the pause after the k-th judged failure of an item, k from 1;
	// the last one repeats. Pauses[0] is not used.
	Pauses []time.Duration
	// Items replaces both for single items.
	Items map[Item]Limits
}

func (l Limits) of(i Item) Limits {
	if own, ok := l.Items[i]; ok {
		return own
	}
	return l
}

// AttemptsFor is how often an item is judged before a human takes over; 0 means
// without limit.
func (l Limits) AttemptsFor(i Item) int { return l.of(i).Attempts }

func (l Limits) pause(i Item, attempts int) time.Duration {
	p := l.of(i).Pauses
	if len(p) == 0 || attempts < 1 {
		return 0
	}
	return p[min(attempts, len(p)-1)]
}
