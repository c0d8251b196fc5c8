package face

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
	"bonafide/internal/onnx/onnxtest"
)

// folder finds shared/data beside the repository, or skips.
func folder(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "..", "shared", "data", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("needs ../shared/data/%s, which is not here", name)
	return ""
}

func analyser(t testing.TB) *Analyser {
	t.Helper()
	a, err := New(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func load(t testing.TB, path string) *imaging.Picture {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := imaging.Decode(t.Context(), data, imaging.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// photos are portraits with one face, of different persons, ages and sizes.
var photos = []string{"deepface__dataset_img1.jpg", "deepface__dataset_img20.jpg", "deepface__dataset_img42.jpg", "insightface__RD_d2.jpeg", "openface__examples_lennon-1.jpg"}

func one(t testing.TB, a *Analyser, p *imaging.Picture, o Options) Face {
	t.Helper()
	fs, err := a.Find(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(fs) != 1 {
		t.Fatalf("%d faces, want one", len(fs))
	}
	return fs[0]
}

func distance(t testing.TB, a *Analyser, p *imaging.Picture, f Face, q *imaging.Picture, g Face) float64 {
	t.Helper()
	x, err := a.Template(t.Context(), p, f)
	if err != nil {
		t.Fatal(err)
	}
	y, err := a.Template(t.Context(), q, g)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(x, y)
	if err != nil {
		t.Fatal(err)
	}
	return c.Distance
}

// A picture lying on any side gives the same face, the same template and the turn that puts it upright.
func TestQuarterTurns(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	for _, name := range photos {
		p := load(t, filepath.Join(dir, name))
		f := one(t, a, p, Options{})
		for turns := range 4 {
			q := imaging.FromRGBA(imaging.Rotate90(p.RGB, turns))
			g := one(t, a, q, Options{Turns: true})
			if want := (4 - turns) % 4; g.Turn != want {
				t.Errorf("%s turned %d: Turn %d, want %d", name, turns, g.Turn, want)
			}
			if !near(g.Pose.Yaw, f.Pose.Yaw, 3) || !near(g.Pose.Pitch, f.Pose.Pitch, 3) {
				t.Errorf("%s turned %d: pose %+v, upright %+v", name, turns, g.Pose, f.Pose)
			}
			if d := distance(t, a, p, f, q, g); d > .12 {
				t.Errorf("%s turned %d: distance %.3f to itself", name, turns, d)
			}
		}
	}
}

// A mirrored face looks the other way, and its template barely moves, because both sides are averaged.
func TestMirror(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	for _, name := range photos {
		p := load(t, filepath.Join(dir, name))
		w, h := p.RGB.Rect.Dx(), p.RGB.Rect.Dy()
		q := imaging.FromRGBA(imaging.WarpRGB(p.RGB, imaging.Affine{-1, 0, float64(w), 0, 1, 0}, w, h))
		f, g := one(t, a, p, Options{}), one(t, a, q, Options{})
		if !near(f.Pose.Yaw, -g.Pose.Yaw, 4) || !near(f.Pose.Roll, -g.Pose.Roll, 3) {
			t.Errorf("%s: pose %+v, mirrored %+v", name, f.Pose, g.Pose)
		}
		if d := distance(t, a, p, f, q, g); d > .15 {
			t.Errorf("%s: distance %.3f to its mirror image", name, d)
		}
	}
}

// page puts a portrait of the given face width on a document page of 1600×1000 with printed lines.
func page(p *imaging.Picture, f Face, width float64) *image.RGBA {
	k := width / f.Box.W
	small := imaging.Resize(p.RGB, int(float64(p.RGB.Rect.Dx())*k), int(float64(p.RGB.Rect.Dy())*k))
	out := image.NewRGBA(image.Rect(0, 0, 1600, 1000))
	draw.Draw(out, out.Rect, image.NewUniform(image.White.C), image.Point{}, draw.Src)
	seed := uint32(1)
	for y := 100; y < 900; y += 30 {
		for x := 600; x < 1500; x += 3 {
			if seed = seed*1664525 + 1013904223; seed>>31 == 0 {
				draw.Draw(out, image.Rect(x, y, x+2, y+14), image.Black, image.Point{}, draw.Src)
			}
		}
	}
	b := Box{f.Box.X * k, f.Box.Y * k, f.Box.W * k, f.Box.H * k}.grow(.35).Rect(small.Rect)
	draw.Draw(out, b.Sub(b.Min).Add(image.Pt(83, 257)), small, b.Min, draw.Src)
	return out
}

func TestSmallPortraitOnPage(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	for _, name := range photos {
		p := load(t, filepath.Join(dir, name))
		f := one(t, a, p, Options{})
		for _, tt := range []struct{ width, distance float64 }{{120, .12}, {70, .2}, {50, .35}} {
			for turns := range 2 {
				q := imaging.FromRGBA(imaging.Rotate90(page(p, f, tt.width), turns))
				g := one(t, a, q, Options{Turns: turns > 0})
				if !near(min(g.Box.W, g.Box.H), tt.width, .15*tt.width) || g.Turn != (4-turns)%4 {
					t.Errorf("%s at %.0f px turned %d: box %+v, turn %d", name, tt.width, turns, g.Box, g.Turn)
				}
				if d := distance(t, a, p, f, q, g); d > tt.distance {
					t.Errorf("%s at %.0f px turned %d: distance %.3f to itself", name, tt.width, turns, d)
				}
			}
		}
	}
}

func TestNoFace(t *testing.T) {
	t.Parallel()
	a := analyser(t)
	gradient := func(w, h int) *image.RGBA {
		im := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				i := im.PixOffset(x, y)
				im.Pix[i], im.Pix[i+1], im.Pix[i+2], im.Pix[i+3] = uint8(255*x/w), uint8(255*y/h), uint8(255*(x+y)/(w+h)), 255
			}
		}
		return im
	}
	noise := image.NewRGBA(image.Rect(0, 0, 800, 600))
	seed := uint32(7)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = uint8(seed >> 24)
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	for _, tt := range []struct {
		name string
		im   *image.RGBA
	}{
		{"gradient", gradient(1600, 1000)},
		{"noise", noise},
		{"one pixel", gradient(1, 1)},
		{"a line", gradient(3000, 1)},
		{"nothing", image.NewRGBA(image.Rectangle{})},
	} {
		for _, o := range []Options{{}, {Turns: true}, {Quick: true}} {
			fs, err := a.Find(t.Context(), imaging.FromRGBA(tt.im), o)
			if err != nil || len(fs) != 0 {
				t.Errorf("%s, %+v: %d faces, %v", tt.name, o, len(fs), err)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	a := analyser(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Find(ctx, imaging.FromRGBA(image.NewRGBA(image.Rect(0, 0, 300, 300))), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Many goroutines over one Analyser get what one gets.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	p := load(t, filepath.Join(dir, photos[1]))
	f := one(t, a, p, Options{})
	want, err := a.Template(t.Context(), p, f)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			fs, err := a.Find(t.Context(), p, Options{})
			if err != nil || len(fs) != 1 {
				t.Errorf("%d faces, %v", len(fs), err)
				return
			}
			got, err := a.Template(t.Context(), p, fs[0])
			if err != nil {
				t.Error(err)
				return
			}
			if c, err := Compare(want, got); err != nil || c.Distance > 1e-4 {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkStages(b *testing.B) {
	a, dir := analyser(b), folder(b, "faces")
	p := load(b, filepath.Join(dir, photos[0]))
	f := one(b, a, p, Options{})
	portrait := imaging.FromRGBA(page(p, f, 70))
	blank := imaging.FromRGBA(image.NewRGBA(image.Rect(0, 0, 1600, 1000)))
	ctx, meter := onnx.WithMeter(b.Context())
	for _, bb := range []struct {
		name string
		f    func() error
	}{
		{"look once", func() error {
			_, err := a.detector.look(ctx, newPyramid(p.RGB), region{centre: imaging.Point{X: 500, Y: 500}, side: 1000})
			return err
		}},
		{"fit the mesh", func() error { _, _, err := a.fit(ctx, newPyramid(p.RGB), f.Mesh.crop()); return err }},
		{"find in a photo", func() error { _, err := a.Find(ctx, p, Options{}); return err }},
		{"find on a page", func() error { _, err := a.Find(ctx, portrait, Options{}); return err }},
		{"find on a page in all turns", func() error { _, err := a.Find(ctx, portrait, Options{Turns: true}); return err }},
		{"find nothing on a page in all turns", func() error { _, err := a.Find(ctx, blank, Options{Turns: true}); return err }},
		{"template", func() error { _, err := a.Template(ctx, p, f); return err }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			before := meter.Elapsed()
			for b.Loop() {
				if err := bb.f(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(100*float64(meter.Elapsed()-before)/float64(b.Elapsed()), "%ort")
		})
	}
}
