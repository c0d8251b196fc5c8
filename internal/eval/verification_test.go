package eval

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestEER(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name            string
		same, different []float64
		want            float64
	}{
		{"separated", []float64{.8, .9, .7}, []float64{.1, .2, .6}, 0},
		{"reversed", []float64{.1, .2}, []float64{.8, .9}, 1},
		{"one of four on each side", []float64{.2, .8, .8, .9}, []float64{.1, .1, .3, .85}, .25},
		{"unequal sides take the greater", []float64{.4, .9}, []float64{.1, .2, .3, .5}, .25},
		{"all scores equal", []float64{.5, .5}, []float64{.5, .5}, 1},
		{"no pairs", nil, nil, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := NewScores(tt.same, tt.different)
			got, at := s.EER()
			if math.Abs(got-tt.want) > 1e-12 {
				t.Fatalf("EER = %v, want %v", got, tt.want)
			}
			if len(tt.same) > 0 && got < 1 && math.Max(s.FNMR(at), s.FMR(at)) != got {
				t.Errorf("the threshold %v does not give the rate", at)
			}
		})
	}
}

// Two normal distributions two deviations apart have an EER of Φ(-1).
func TestEERKnownDistribution(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	same, diff := make([]float64, 20000), make([]float64, 20000)
	for i := range same {
		same[i], diff[i] = rnd.NormFloat64()+2, rnd.NormFloat64()
	}
	got, at := NewScores(same, diff).EER()
	if want := 0.1587; math.Abs(got-want) > .005 {
		t.Errorf("EER = %.4f, want %.4f", got, want)
	}
	if math.Abs(at-1) > .05 {
		t.Errorf("threshold = %.3f, want 1", at)
	}
}

func TestThresholdAt(t *testing.T) {
	t.Parallel()
	diff := make([]float64, 1000)
	for i := range diff {
		diff[i] = float64(i) / 1000
	}
	tests := []struct {
		name    string
		scores  []float64
		fmr     float64
		ok      bool
		matches int
	}{
		{"one in a hundred", diff, .01, true, 10},
		{"one in a thousand", diff, .001, true, 1},
		{"too few pairs", diff[:500], .001, false, 0},
		{"no pairs", nil, .01, false, 0},
		{"everybody may match", diff, 1, false, 0},
		{"ties fall together", []float64{.1, .5, .5, .5}, .5, true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := NewScores(nil, tt.scores)
			at, ok := s.ThresholdAt(tt.fmr)
			if ok != tt.ok {
				t.Fatalf("ok = %v", ok)
			}
			if ok && s.FalseMatches(at) != tt.matches {
				t.Errorf("%d match at %v, want %d", s.FalseMatches(at), at, tt.matches)
			}
		})
	}
}

// Values of Wilson's interval from Newcombe, Statistics in Medicine 17 (1998), table I.
func TestRate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		k, n      int
		low, high float64
	}{
		{"81 of 263", 81, 263, .2553, .3662},
		{"15 of 148", 15, 148, .0624, .1605},
		{"0 of 20", 0, 20, 0, .1611},
		{"1 of 29", 1, 29, .0061, .1718},
		{"none of none", 0, 0, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := NewRate(tt.k, tt.n)
			if math.Abs(r.Low-tt.low) > 5e-5 || math.Abs(r.High-tt.high) > 5e-5 {
				t.Errorf("interval %.4f–%.4f, want %.4f–%.4f", r.Low, r.High, tt.low, tt.high)
			}
		})
	}
}

func TestDETIsMonotone(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	same, diff := make([]float64, 200), make([]float64, 300)
	for i := range same {
		same[i] = rnd.Float64() + .3
	}
	for i := range diff {
		diff[i] = rnd.Float64()
	}
	points := NewScores(same, diff).DET()
	if points[0].FNMR != 0 || points[0].FMR != 1 {
		t.Errorf("the curve starts at %+v", points[0])
	}
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if b.Threshold < a.Threshold || b.FMR > a.FMR || b.FNMR < a.FNMR {
			t.Fatalf("points %d and %d: %+v, %+v", i-1, i, a, b)
		}
	}
}

func TestProbit(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64]float64{.5: 0, .975: 1.959964, .001: -3.090232} {
		if got := probit(p); math.Abs(got-want) > 1e-5 {
			t.Errorf("probit(%v) = %v, want %v", p, got, want)
		}
	}
}
