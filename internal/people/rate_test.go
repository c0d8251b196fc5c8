package people_test

import (
	"testing"

	"bonafide/internal/people"
)

func TestLeastScore(t *testing.T) {
	t.Parallel()
	last := 0.0
	for _, n := range []int{1, 1000, 10_000, 1_000_000} {
		s := people.LeastScore(n, 0.02)
		if got := people.FalseAlarms(n, s); got > 0.02 || got < 0.0199 {
			t.Errorf("of %d strangers, %v false alarms at %v", n, got, s)
		}
		if s <= last || s >= 1 {
			t.Errorf("of %d: %v after %v: the more there are, the more alike one must be", n, s, last)
		}
		last = s
	}
	if s := people.LeastScore(1_000_000_000, 1e-6); s != 1 {
		t.Errorf("what nobody can promise: %v", s)
	}
}
