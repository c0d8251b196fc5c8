package document

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"bonafide/mrz"
)

// peaksAt returns sure peaks at the given frames.
func peaksAt(frames ...float64) []peak {
	out := make([]peak, len(frames))
	for i, f := range frames {
		out[i] = peak{frame: f, class: 10, prob: 1}
	}
	return out
}

func TestIndexPeaks(t *testing.T) {
	t.Parallel()
	even := func(n int, pitch float64) (out []float64) {
		for i := range n {
			out = append(out, 10+float64(i)*pitch)
		}
		return out
	}
	for _, c := range []struct {
		name   string
		frames []float64
		last   int
	}{
		{"even", even(30, 4), 29},
		{"narrow", even(44, 2.6), 43},
		{"one lost", append(even(10, 4), 10+11*4, 10+12*4, 10+13*4, 10+14*4), 14},
		{"three lost", append(even(20, 4), 10+23*4, 10+24*4, 10+25*4), 25},
		{"jitter", []float64{10, 14.9, 17.6, 22.4, 25.5, 30.6, 33.8, 38.2, 41.9, 46.1, 50.3, 53.6, 58.2}, 12},
		// A card under 10 % perspective, as read: the pitch falls by half.
		{"perspective", []float64{
			41.1, 46, 50.9, 55.5, 60, 64.5, 69.5, 74, 78.5, 83, 87, 91.5, 95.5, 99.5, 103.5, 107.5, 111.5, 115.5, 119,
			122.9, 126.5, 130, 133.5, 137.1, 140.5, 144, 147, 150.5, 154, 157.5,
		}, 29},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cells, fit, sure := indexPeaks(peaksAt(c.frames...))
			if cells[0] != 0 || cells[len(cells)-1] != c.last {
				t.Fatalf("cells %v, want 0 to %d", cells, c.last)
			}
			for i := range cells {
				if i > 0 && cells[i] <= cells[i-1] {
					t.Errorf("cells %v do not grow", cells)
				}
				if d := math.Abs(fit.at(float64(cells[i])) - c.frames[i]); sure[i] && d > 1.5 {
					t.Errorf("cell %d is %.1f frames off the fit", cells[i], d)
				}
			}
		})
	}
}

// Under any moderate perspective, with characters missing and places
// imprecise, every peak gets its own number.
func TestIndexPeaksUnderPerspective(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	for trial := range 400 {
		n := []int{30, 36, 44}[trial%3]
		lean := (2*r.Float64() - 1) * .0055 // up to a pitch ratio of about 1.6
		var frames []float64
		var want []int
		for i := range n {
			if i > 0 && i < n-1 && r.Float64() < .06 {
				continue
			}
			x := float64(i) - float64(n)/2
			frames = append(frames, 200+4*x/(1+lean*x)+.25*r.NormFloat64())
			want = append(want, i)
		}
		cells, _, _ := indexPeaks(peaksAt(frames...))
		for i := range cells {
			if cells[i]-cells[0] != want[i]-want[0] {
				t.Fatalf("trial %d (lean %.4f): peak %d is cell %d, want %d", trial, lean, i, cells[i]-cells[0], want[i])
			}
		}
	}
}

func TestPolyfit(t *testing.T) {
	t.Parallel()
	xs := []float64{-500, -100, 0, 30, 200, 900}
	want := poly{3, -.25, .0004}
	var ys []float64
	for _, x := range xs {
		ys = append(ys, want.at(x))
	}
	got, ok := polyfit(xs, ys, nil, 2)
	if !ok {
		t.Fatal("no fit")
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("coefficient %d is %v, want %v", i, got[i], want[i])
		}
	}
	if _, ok := polyfit([]float64{1, 1, 1}, []float64{1, 2, 3}, nil, 1); ok {
		t.Error("a line through one column of points")
	}
}

func TestAssess(t *testing.T) {
	t.Parallel()
	text := func(s string, pitch float64) (out []peak) {
		for i := range len(s) {
			out = append(out, peak{10 + float64(i)*pitch, strings.IndexByte(mrzAlphabet, s[i]), .98})
		}
		return out
	}
	good := text("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", 4)
	if s, kept, _ := assess(good); s < .95 || len(kept) != 44 {
		t.Errorf("a line of a passport scores %.2f with %d characters", s, len(kept))
	}
	if s, _, _ := assess(good[:11]); s != 0 {
		t.Errorf("eleven characters score %.2f", s)
	}
	words := text("ACCOUNTHOLDER", 4)
	for i := range words {
		words[i].frame += float64(i*i%7) * .9
		words[i].prob = .5
	}
	if s, _, _ := assess(words); s > .3 {
		t.Errorf("uneven, unsure print scores %.2f", s)
	}
	// Print beside the line, a wide gap apart, is left out.
	if _, kept, _ := assess(append(good, peak{10 + 60*4, 3, 1})); len(kept) != 44 {
		t.Errorf("%d characters kept, want 44", len(kept))
	}
}

// zoneColumns lays lines into cells, with the given numbers of empty cells
// before each.
func zoneColumns(lines []string, before ...int) [][]cell {
	width := len(lines[0])
	out := make([][]cell, len(lines))
	for i, l := range lines {
		out[i] = make([]cell, width+2*margin+1)
		for j := range len(l) {
			out[i][before[i]+j][strings.IndexByte(mrzAlphabet, l[j])] = .97
		}
	}
	return out
}

var (
	passport = []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
	card     = []string{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}
)

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		lines  []string
		before []int
	}{
		{"where expected", passport, []int{4, 4}},
		{"early", passport, []int{1, 1}},
		{"late", card, []int{8, 8, 8}},
		{"leaning left", card, []int{5, 4, 3}},
		{"leaning right", passport, []int{3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			z := choose(zoneColumns(c.lines, c.before...), len(c.lines[0]))
			if strings.Join(z.text.lines, "\n") != strings.Join(c.lines, "\n") {
				t.Fatalf("got %v", z.text.lines)
			}
			for i, s := range z.starts {
				if s != c.before[i] {
					t.Errorf("line %d starts at %d, want %d", i, s, c.before[i])
				}
			}
			if !z.text.checks.OK() || z.quality < 1 {
				t.Errorf("quality %.3f, check digits %v", z.quality, z.text.checks)
			}
		})
	}
}

// A zone cut too narrow must lose against its true width.
func TestChoosePrefersTheWholeZone(t *testing.T) {
	t.Parallel()
	whole := choose(zoneColumns(passport, 4, 4), 44)
	cut := make([][]cell, 2)
	for i, line := range zoneColumns(passport, 4, 4) {
		cut[i] = line[:36+2*margin+1]
	}
	if narrow := choose(cut, 36); narrow.quality > whole.quality-.1 {
		t.Errorf("36 of 44 columns: quality %.3f against %.3f", narrow.quality, whole.quality)
	}
}

func TestCardIsValid(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{passport, card} {
		f, _ := mrz.Detect(lines)
		if !mrz.LayoutOf(f).Verify(lines).OK() {
			t.Errorf("the sample of format %v does not hold", f)
		}
	}
}
