package eval

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"bonafide/internal/face"
)

// TestLogisticFindsTheWeights draws two classes from known odds.
func TestLogisticFindsTheWeights(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	want := [6]float64{0.3, 1.5, -2, 0.5, 0, 1}
	var no, yes [][5]float64
	for range 40000 {
		x := [5]float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		z := want[0]
		for k, v := range x {
			z += want[k+1] * v
		}
		if r.Float64() < 1/(1+math.Exp(-z)) {
			yes = append(yes, x)
		} else {
			no = append(no, x)
		}
	}
	got := logistic(no, yes)
	// Both classes weigh the same here, so the first weight is that of even odds.
	want[0] -= math.Log(float64(len(yes)) / float64(len(no)))
	for k := range want {
		if math.Abs(got[k]-want[k]) > 0.1 {
			t.Errorf("weight %d is %.3f, want %.3f", k, got[k], want[k])
		}
	}
	if level := levelAbove(got, no, 0.05); level <= 0.5 || level >= 1 {
		t.Errorf("one in twenty of the others is above %.3f", level)
	}
}

// TestStillsOfEverySpecies: the same draw gives the same picture, and each species another.
func TestStillsOfEverySpecies(t *testing.T) {
	t.Parallel()
	selfie := image.NewRGBA(image.Rect(0, 0, 120, 160))
	for i := 0; i < len(selfie.Pix); i += 4 {
		selfie.Pix[i], selfie.Pix[i+1], selfie.Pix[i+2], selfie.Pix[i+3] = 200, 150, 120, 255
	}
	box := face.Box{X: 30, Y: 40, W: 60, H: 80}
	var seen [][]uint8
	for _, species := range []string{fromLife, fromPaper, fromDisplay} {
		a := still(rand.New(rand.NewPCG(5, 6)), selfie, box, species)
		b := still(rand.New(rand.NewPCG(5, 6)), selfie, box, species)
		if !slices.Equal(a.Pix, b.Pix) {
			t.Errorf("%s is another picture by the same draw", species)
		}
		for _, other := range seen {
			if slices.Equal(a.Pix, other) {
				t.Errorf("%s is no picture of its own", species)
			}
		}
		seen = append(seen, a.Pix)
	}
}
