package people

import "bonafide/internal/face"

// FalseAlarms is how many of n strangers are expected to be as like somebody as
// that, or more. It extrapolates: see face.FalseMatchRate.
func FalseAlarms(n int, score float64) float64 { return float64(n) * face.FalseMatchRate(score) }

// LeastScore is the score at and above which n strangers are expected to raise at
// most so many false alarms; 1 where even the same picture may raise more.
func LeastScore(n int, alarms float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if mid := (low + high) / 2; FalseAlarms(n, mid) <= alarms {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
