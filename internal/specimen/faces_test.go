package specimen_test

import (
	"flag"
	"image"
	"math"
	"slices"
	"testing"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/specimen"
)

// people is how many seeds the statistics are taken over; the figures in the report were measured with -people 100.
var people = flag.Int("people", 4, "seeds in TestFacesAreFaces")

func adult() specimen.Profile {
	return specimen.Profile{Reference: time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)}
}

func analyser(t *testing.T) *face.Analyser {
	t.Helper()
	a, err := face.New(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func find(t *testing.T, a *face.Analyser, img *image.RGBA) (*imaging.Picture, []face.Face) {
	t.Helper()
	p := imaging.FromRGBA(img)
	fs, err := a.Find(t.Context(), p, face.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, fs
}

// TestFacesAreFaces asks the real networks: one face in each passport photo and selfie, the same person near, a stranger far.
func TestFacesAreFaces(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many pictures: run without -short")
	}
	a := analyser(t)
	var all []face.Template // passport, selfie of each person in turn
	var scores, same, other, strangers []float64
	compare := func(x, y face.Template) float64 {
		c, err := face.Compare(x, y)
		if err != nil {
			t.Fatal(err)
		}
		return c.Distance
	}
	for seed := range uint64(*people) {
		p := specimen.NewPerson(seed, adult())
		page, truth, err := specimen.Passport(p, specimen.PageOptions{})
		if err != nil {
			t.Fatal(err)
		}
		photo, moved := specimen.Photograph(page, truth, specimen.Camera{Width: 1500, Height: 1125}, seed)
		var ts [3]face.Template
		for i, img := range []*image.RGBA{
			photo, specimen.Selfie(p, specimen.SelfieOptions{}, seed), specimen.Selfie(p.Stranger(adult()), specimen.SelfieOptions{}, seed),
		} {
			pic, fs := find(t, a, img)
			if len(fs) != 1 {
				t.Fatalf("seed %d, picture %d: %d faces", seed, i, len(fs))
			}
			if cx := fs[0].Box.X + fs[0].Box.W/2; i == 0 && (cx < moved.Portrait[0].X || cx > moved.Portrait[2].X) {
				t.Errorf("seed %d: a face at x %.0f, the portrait is at %v", seed, cx, moved.Portrait)
			}
			scores = append(scores, fs[0].Score)
			if ts[i], err = a.Template(t.Context(), pic, fs[0]); err != nil {
				t.Fatal(err)
			}
		}
		same = append(same, compare(ts[0], ts[1]))
		strangers = append(strangers, compare(ts[0], ts[2]))
		for _, o := range all {
			other = append(other, compare(ts[0], o), compare(ts[1], o))
		}
		all = append(all, ts[0], ts[1])
	}
	describe := func(name string, v []float64) {
		slices.Sort(v)
		at := func(p float64) float64 { return v[int(p*float64(len(v)-1))] }
		t.Logf("%-10s n=%d min %.3f p5 %.3f median %.3f p95 %.3f max %.3f", name, len(v), v[0], at(0.05), at(0.5), at(0.95), v[len(v)-1])
	}
	describe("score", scores)
	describe("same", same)
	describe("different", other)
	describe("strangers", strangers)
	if worst := slices.Max(same); worst > 0.35 {
		t.Errorf("the same person at distance %.3f", worst)
	}
	if nearest := slices.Min(strangers); nearest < 0.5 {
		t.Errorf("a stranger at distance %.3f", nearest)
	}
}

// TestExpressionsShow moves the head and expects the mesh to follow.
func TestExpressionsShow(t *testing.T) {
	t.Parallel()
	a := analyser(t)
	p := specimen.NewPerson(1, adult())
	look := func(o specimen.SelfieOptions) face.Face {
		t.Helper()
		o.Width, o.Height, o.Still = 360, 480, true
		_, fs := find(t, a, specimen.Selfie(p, o, 3))
		if len(fs) != 1 {
			t.Fatalf("%d faces with %+v", len(fs), o)
		}
		return fs[0]
	}
	calm := look(specimen.SelfieOptions{})
	for name, c := range map[string]struct {
		options specimen.SelfieOptions
		measure func(face.Face) float64
		atLeast float64 // change against the calm face, in the sign's direction
	}{
		"eyes closed": {specimen.SelfieOptions{EyesClosed: 1}, func(f face.Face) float64 { return (f.EyeLeft + f.EyeRight) / 2 }, -0.1},
		"mouth open":  {specimen.SelfieOptions{MouthOpen: 1}, func(f face.Face) float64 { return f.Mouth }, 0.3},
		"turn left":   {specimen.SelfieOptions{Yaw: 25}, func(f face.Face) float64 { return f.Pose.Yaw }, 15},
		"turn right":  {specimen.SelfieOptions{Yaw: -25}, func(f face.Face) float64 { return f.Pose.Yaw }, -15},
		"look down":   {specimen.SelfieOptions{Pitch: 18}, func(f face.Face) float64 { return f.Pose.Pitch }, 8},
		"lean":        {specimen.SelfieOptions{Roll: 15}, func(f face.Face) float64 { return f.Pose.Roll }, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := c.measure(calm), c.measure(look(c.options))
			t.Logf("%.3f -> %.3f", before, after)
			if change := after - before; change*math.Copysign(1, c.atLeast) < math.Abs(c.atLeast) {
				t.Errorf("changed by %.3f, want %.3f", change, c.atLeast)
			}
		})
	}
}

func TestFacesAreCounted(t *testing.T) {
	t.Parallel()
	a := analyser(t)
	p := specimen.NewPerson(1, adult())
	q := p.Stranger(adult())
	for name, c := range map[string]struct {
		options specimen.SelfieOptions
		want    int
	}{
		"none": {specimen.SelfieOptions{Empty: true}, 0},
		"one":  {specimen.SelfieOptions{}, 1},
		"two":  {specimen.SelfieOptions{Second: &q}, 2},
		"dark": {specimen.SelfieOptions{Dark: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, fs := find(t, a, specimen.Selfie(p, c.options, 2)); len(fs) != c.want {
				t.Errorf("%d faces, want %d", len(fs), c.want)
			}
		})
	}
}
