package liveness

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
)

// rest is a head at rest, with the mesh's tremble.
func rest(n int, r *rand.Rand) []state {
	out := make([]state, n)
	for i := range out {
		out[i] = state{
			at: int64(100 * i), eyes: 0.3 + 0.01*r.NormFloat64(), mouth: 0.05 + 0.01*math.Abs(r.NormFloat64()),
			yaw: 2 + 0.5*r.NormFloat64(), pitch: r.NormFloat64(), size: 100 + 0.5*r.NormFloat64(),
		}
	}
	return out
}

func TestMovements(t *testing.T) {
	t.Parallel()
	type seen struct {
		action   Action
		from, to int64
		least    float64
	}
	for _, x := range []struct {
		name string
		do   func(s []state)
		want []seen
	}{
		{"rest", func([]state) {}, nil},
		{"a blink of one frame", func(s []state) { s[20].eyes = 0.15 }, []seen{{Blink, 2000, 2000, 0.45}}},
		{"eyes that are narrow for long are no blink", func(s []state) {
			for i := range s {
				s[i].eyes *= 0.6
			}
		}, nil},
		{"a turn to the person's own left", func(s []state) {
			for i := 10; i < 18; i++ {
				s[i].yaw = 22
			}
		}, []seen{{TurnLeft, 1000, 1700, 19}}},
		{"a turn to the right, held for a third of the time", func(s []state) {
			for i := 20; i < 34; i++ {
				s[i].yaw = -20
			}
		}, []seen{{TurnRight, 2000, 3300, 20}}},
		{"what the eyes seem to do in profile is nothing", func(s []state) {
			for i := 10; i < 18; i++ {
				s[i].yaw, s[i].eyes = 50, 0.05
			}
		}, []seen{{TurnLeft, 1000, 1700, 45}}},
		{"an open mouth", func(s []state) {
			for i := 30; i < 36; i++ {
				s[i].mouth = 0.7
			}
		}, []seen{{OpenMouth, 3000, 3500, 0.6}}},
		{"closer", func(s []state) {
			for i := 25; i < 35; i++ {
				s[i].size = 135
			}
		}, []seen{{ComeCloser, 2500, 3400, 0.3}}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			s := rest(44, rand.New(rand.NewPCG(1, 2)))
			x.do(s)
			_, got := movementsOf(s)
			if len(got) != len(x.want) {
				t.Fatalf("%+v, want %+v", got, x.want)
			}
			for i, w := range x.want {
				if g := got[i]; g.Action != w.action || g.FromMS != w.from || g.ToMS != w.to || g.Extent < w.least || !g.Began || !g.Ended {
					t.Errorf("%+v, want %+v", g, w)
				}
			}
		})
	}
}

func picture(v uint8) *imaging.Picture {
	im := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range im.Pix {
		im.Pix[i] = v
	}
	return imaging.FromRGBA(im)
}

// TestArrival: frames in any order and twice are the same sequence, and what is missing is counted.
func TestArrival(t *testing.T) {
	t.Parallel()
	var frames []Frame
	for i := range 30 {
		if i == 7 || i == 8 || i == 20 {
			continue
		}
		frames = append(frames, Frame{int64(100*i + i%3), picture(uint8(i))})
	}
	frames = append(frames, Frame{500, nil}) // could not be decoded
	want := ordered(frames)
	if c := count(frames, want); c.Distinct != 27 || c.Missing != 3 || c.PaceMS < 98 || c.PaceMS > 102 || math.Abs(c.MissingShare()-0.1) > 1e-9 {
		t.Errorf("%+v", c)
	}
	r := rand.New(rand.NewPCG(3, 4))
	again := append(slices.Clone(frames), frames...)
	for range 5 {
		r.Shuffle(len(again), func(i, k int) { again[i], again[k] = again[k], again[i] })
		if got := ordered(again); !slices.EqualFunc(got, want, func(a, b shot) bool { return a.at == b.at && a.sum == b.sum }) {
			t.Fatal("another order of arrival is another sequence")
		}
	}
	// Two pictures of one time: the same one is taken whichever came first.
	a, b := Frame{0, picture(1)}, Frame{0, picture(2)}
	if x, y := ordered([]Frame{a, b}), ordered([]Frame{b, a}); x[0].sum != y[0].sum || len(x) != 1 {
		t.Error("the order of arrival chose the picture")
	}
	if c := count(nil, nil); c != (Frames{}) {
		t.Errorf("nothing is %+v", c)
	}
}

// TestDisorder: a path has order, its shuffled frames have none, and stillness is not disorder.
func TestDisorder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	path := func(sway float64) []shot {
		var out []shot
		for i := range 40 {
			f := &face.Face{Box: face.Box{X: 100 + sway*math.Sin(float64(i)/6) + 0.1*r.NormFloat64(), Y: 100, W: 100, H: 120}}
			f.Pose.Yaw = sway / 2 * math.Sin(float64(i)/6)
			f.Mesh[33].X, f.Mesh[263].X, f.Mesh[10].Y, f.Mesh[2].Y = 0, 100, 0, 100
			out = append(out, shot{at: int64(100 * i), face: f})
		}
		return out
	}
	moved := path(40)
	if v := disorder(moved); v > 0.1 {
		t.Errorf("a path has disorder %.2f", v)
	}
	if v := disorder(path(0)); v != 0 {
		t.Errorf("stillness has disorder %.2f", v)
	}
	r.Shuffle(len(moved), func(i, k int) { moved[i].face, moved[k].face = moved[k].face, moved[i].face })
	if v := disorder(moved); v < 0.7 {
		t.Errorf("shuffled frames have disorder %.2f", v)
	}
}

// TestPlanarResidual: what a homography explains leaves nothing, a solid that turns does.
func TestPlanarResidual(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	var from, flat, solid []imaging.Point
	for range 200 {
		x, y, z := r.Float64(), r.Float64(), 0.3*r.Float64()
		from = append(from, imaging.Point{X: 300 * x, Y: 300 * y})
		w := 1 + 0.2*x + 0.1*y
		flat = append(flat, imaging.Point{X: 50 + 200*x/w, Y: 20 + 300*y/w})
		solid = append(solid, imaging.Point{X: 300 * (0.9*x - 0.43*z), Y: 300 * y})
	}
	if v, ok := planarResidual(from, flat); !ok || v > 0.01 {
		t.Errorf("a plane leaves %.3f px", v)
	}
	if v, ok := planarResidual(from, solid); !ok || v < 3 {
		t.Errorf("a solid leaves %.3f px only", v)
	}
	if _, ok := planarResidual(from[:0], solid[:0]); ok {
		t.Error("no points, but a homography")
	}
}

func TestColourText(t *testing.T) {
	t.Parallel()
	c := Colour{255, 128, 0}
	text, err := c.MarshalText()
	var again Colour
	if err != nil || string(text) != "#ff8000" || again.UnmarshalText(text) != nil || again != c {
		t.Errorf("%s %v %v", text, err, again)
	}
	for _, bad := range []string{"", "#ff80", "ff80000", "#gg0000", "#ff80000", "#+f8000", "#-00001"} {
		if again.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is taken for a colour", bad)
		}
	}
}

func FuzzColour(f *testing.F) {
	f.Add([]byte("#ff8000"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c Colour
		if c.UnmarshalText(text) != nil {
			return
		}
		back, err := c.MarshalText()
		var again Colour
		if err != nil || again.UnmarshalText(back) != nil || again != c {
			t.Errorf("%q is read as %v and written as %q", text, c, back)
		}
	})
}

func TestVirtualCamera(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"": false, "FaceTime HD Camera": false, "Front Camera": false, "camera2 1, facing front": false, "Integrated Webcam (0bda:5520)": false,
		"OBS Virtual Camera": true, "ManyCam Virtual Webcam": true, "fake_device_0": true, "/tmp/clip.mjpeg": true,
	} {
		if virtual(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		prints []uint64
		want   float64
	}{
		{"none", nil, 0},
		{"each its own", []uint64{1, 2, 3, 4}, 0},
		{"a camera that is slower than its reader", []uint64{1, 1, 2, 2, 3, 3}, 0},
		{"a film that runs again", []uint64{1, 2, 3, 1, 2, 3}, 0.5},
	} {
		var shots []shot
		for i, p := range x.prints {
			shots = append(shots, shot{at: int64(i), sum: p})
		}
		if got := repeated(shots); got != x.want {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
}
