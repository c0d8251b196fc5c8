package face

import "math"

// The distances of two different persons as `bonafide eval faces` measured them (docs/evaluation/faces.md, "False match rate"): 2,502 pairs of
// 30 persons, all kinds of picture together. A test holds them against the report.
const (
	strangerMean      = 0.8249
	strangerDeviation = 0.0839
	strangerTail      = 2.0 // deviations below the mean from which on the tail is exponential
)

// FalseMatchRate is the share of pairs of different persons that score as high or higher, as an explicit map of the score: the normal distribution
// of their distances down to two deviations below its mean, and from there an exponential with the same value and slope. That tail is fatter
// than the normal one and stays above what was counted; below about 1 in 1,000 it is an extrapolation that no data here can confirm.
func FalseMatchRate(score float64) float64 {
	if score >= 1 {
		return tail(-strangerMean / strangerDeviation)
	}
	if score <= 0 {
		return 1
	}
	return tail((DistanceOf(score) - strangerMean) / strangerDeviation)
}

func tail(z float64) float64 {
	if z > -strangerTail {
		return normal(z)
	}
	at := normal(-strangerTail)
	slope := math.Exp(-strangerTail*strangerTail/2) / math.Sqrt(2*math.Pi) / at
	return at * math.Exp(slope*(z+strangerTail))
}

func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
