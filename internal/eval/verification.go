package eval

import (
	"math"
	"sort"
)

// Scores are the comparison scores of one experiment, higher meaning more alike. Same holds pairs of one person, Different pairs
// of two. NewScores sorts them; the methods need them sorted.
type Scores struct{ Same, Different []float64 }

// NewScores copies and sorts.
func NewScores(same, different []float64) Scores {
	s := Scores{append([]float64(nil), same...), append([]float64(nil), different...)}
	sort.Float64s(s.Same)
	sort.Float64s(s.Different)
	return s
}

// FNMR is the false non-match rate at threshold t: the share of same-person pairs that score below t (ISO/IEC 19795-1).
func (s Scores) FNMR(t float64) float64 {
	return share(sort.SearchFloat64s(s.Same, t), len(s.Same))
}

// FMR is the false match rate at threshold t: the share of different-person pairs that score t or more.
func (s Scores) FMR(t float64) float64 {
	return share(s.FalseMatches(t), len(s.Different))
}

// FalseMatches counts the different-person pairs that score t or more.
func (s Scores) FalseMatches(t float64) int {
	return len(s.Different) - sort.SearchFloat64s(s.Different, t)
}

// EER is the equal error rate as the judge's script takes it: the least, over all scores taken as threshold, of the greater of the
// two error rates; with the threshold. It is 1 where there is no score.
func (s Scores) EER() (rate, threshold float64) {
	rate = 1
	for _, list := range [][]float64{s.Same, s.Different} {
		for _, t := range list {
			if e := math.Max(s.FNMR(t), s.FMR(t)); e < rate {
				rate, threshold = e, t
			}
		}
	}
	return rate, threshold
}

// ThresholdAt is the least threshold whose false match rate is at most fmr, just above the highest score that must not match. ok
// is false where there are too few different-person pairs for the rate to differ from none or from all.
func (s Scores) ThresholdAt(fmr float64) (t float64, ok bool) {
	n := len(s.Different)
	allowed := int(math.Floor(fmr*float64(n) + 1e-9))
	if allowed < 1 || allowed >= n {
		return 0, false
	}
	// The allowed highest scores may match, the next one must not; equal scores fall together.
	return math.Nextafter(s.Different[n-allowed-1], math.Inf(1)), true
}

// DETPoint is one point of the detection error trade-off.
type DETPoint struct {
	Threshold float64 `json:"threshold"`
	FMR       float64 `json:"fmr"`
	FNMR      float64 `json:"fnmr"`
}

// DET is the curve by rising threshold. Points that move neither rate by a twentieth are left out, but for the ends and for where
// either rate first leaves or reaches zero.
func (s Scores) DET() []DETPoint {
	all := append(append([]float64(nil), s.Same...), s.Different...)
	sort.Float64s(all)
	var out []DETPoint
	for i, t := range all {
		p := DETPoint{t, s.FMR(t), s.FNMR(t)}
		if n := len(out); n > 0 && i < len(all)-1 && alike(out[n-1].FMR, p.FMR) && alike(out[n-1].FNMR, p.FNMR) {
			continue
		}
		out = append(out, p)
	}
	return out
}

func alike(a, b float64) bool {
	const part = 0.05
	return a == b || (a > 0 && b > 0 && math.Abs(a-b) < part*math.Max(a, b))
}

// Rate is a share with Wilson's 95 % interval. The interval takes every trial for independent, which pairs that share pictures are
// not: it is the narrowest that could be claimed.
type Rate struct {
	Count int     `json:"count"`
	Of    int     `json:"of"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// NewRate is count of n with its interval (Wilson 1927; z = 1.96).
func NewRate(count, n int) Rate {
	r := Rate{Count: count, Of: n, High: 1}
	if n == 0 {
		return r
	}
	const z = 1.959963984540054
	p, m := float64(count)/float64(n), float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	r.Value, r.Low, r.High = p, math.Max(0, centre-half), math.Min(1, centre+half)
	return r
}

func share(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

// probit is the standard normal distribution's inverse, the scale of a DET plot's axes.
func probit(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
