package face

import (
	"bytes"
	"encoding/json"
	"image"
	"path/filepath"
	"testing"
	"time"

	"bonafide/internal/imaging"
)

func TestMeasurePosition(t *testing.T) {
	t.Parallel()
	p := imaging.FromRGBA(image.NewRGBA(image.Rect(0, 0, 400, 500)))
	face := func(b Box) Face {
		f := Face{Box: b}
		for i := range f.Mesh {
			f.Mesh[i] = Point3{X: b.X + b.W/2, Y: b.Y + b.H/2}
		}
		f.Mesh[foreheadTop], f.Mesh[chin] = Point3{X: b.X, Y: b.Y}, Point3{X: b.X, Y: b.Y + b.H}
		for _, i := range []int{eyeRightOuter, eyeRightInner, 159, 145} {
			f.Mesh[i].X = b.X + .3*b.W
		}
		for _, i := range []int{eyeLeftOuter, eyeLeftInner, 386, 374} {
			f.Mesh[i].X = b.X + .7*b.W
		}
		return f
	}
	big, small := face(Box{250, 200, 100, 125}), face(Box{-10, 0, 50, 62.5})
	q := Measure(p, []Face{big, small}, 0)
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"inter-eye distance", q.InterEyeDistance, 40},
		{"head size", q.HeadSize, .25},
		{"to the right", q.OffCentreX, .5},
		{"a little low", q.OffCentreY, .05},
		{"margin to the right edge", q.Margin, .5},
		{"the other face", q.RunnerUp, .25},
		{"black", q.Brightness, 0},
		{"all of it", q.Underexposed, 1},
		{"nothing behind", q.Backlight, 0},
	} {
		if !near(tt.got, tt.want, 1e-9) {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	if m := Measure(p, []Face{big, small}, 1).Margin; !near(m, -.2, 1e-9) {
		t.Errorf("a cut face has margin %v, want -0.2", m)
	}
}

// shade multiplies luma by what f says at each place, in parts of the picture.
func shade(p *imaging.Picture, f func(x, y float64) float64) *imaging.Picture {
	out := image.NewRGBA(p.RGB.Rect)
	w, h := out.Rect.Dx(), out.Rect.Dy()
	for y := range h {
		for x := range w {
			i := out.PixOffset(x, y)
			k := f(float64(x)/float64(w), float64(y)/float64(h))
			for c := range 3 {
				out.Pix[i+c] = uint8(min(255, k*float64(p.RGB.Pix[i+c])))
			}
			out.Pix[i+3] = 255
		}
	}
	return imaging.FromRGBA(out)
}

// Each number must move when, and in the direction in which, the picture is spoilt.
func TestMeasureSpoiltPictures(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	for _, name := range photos[:3] {
		p := load(t, filepath.Join(dir, name))
		fs := []Face{one(t, a, p, Options{})}
		b := fs[0].Box
		w, h := float64(p.RGB.Rect.Dx()), float64(p.RGB.Rect.Dy())
		middle := (b.X + b.W/2) / w
		inHead := func(x, y float64) bool {
			g := b.grow(headShare)
			return x*w > g.X && x*w < g.X+g.W && y*h > g.Y && y*h < g.Y+g.H
		}
		plain := Measure(p, fs, 0)
		dark := Measure(shade(p, func(_, _ float64) float64 { return .15 }), fs, 0)
		light := Measure(shade(p, func(_, _ float64) float64 { return 3 }), fs, 0)
		side := Measure(shade(p, func(x, _ float64) float64 {
			if x < middle {
				return .15
			}
			return 1
		}), fs, 0)
		back := Measure(shade(p, func(x, y float64) float64 {
			if inHead(x, y) {
				return .3
			}
			return 2
		}), fs, 0)
		blurred := imaging.Resize(imaging.Resize(p.RGB, int(w*48/b.W), int(h*48/b.W)), int(w), int(h))
		blur := Measure(imaging.FromRGBA(blurred), fs, 0)
		for _, tt := range []struct {
			what string
			ok   bool
		}{
			{"dark: brightness", dark.Brightness < .2*plain.Brightness},
			{"dark: under-exposed", dark.Underexposed > plain.Underexposed+.05},
			{"light: over-exposed", light.Overexposed > plain.Overexposed+.1},
			{"light: brightness", light.Brightness > plain.Brightness},
			{"side: uniformity", side.Uniformity < .6*plain.Uniformity},
			{"back: backlight", back.Backlight > plain.Backlight+20},
			{"blur: sharpness", blur.Sharpness < .7*plain.Sharpness},
			{"plain: eyes", plain.EyesOpen > .15 && plain.EyesOpen < .5},
			{"plain: sharp at all", plain.Sharpness > 0},
		} {
			if !tt.ok {
				t.Errorf("%s: %s\nplain %+v\ndark %+v\nlight %+v\nside %+v\nback %+v\nblur %+v", name, tt.what, plain, dark, light, side, back, blur)
			}
		}
	}
}

func TestQualityOfTurnedPicture(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	p := load(t, filepath.Join(dir, photos[1]))
	want := Measure(p, []Face{one(t, a, p, Options{})}, 0)
	q := imaging.FromRGBA(imaging.Rotate90(p.RGB, 1))
	got := Measure(q, []Face{one(t, a, q, Options{Turns: true})}, 0)
	for _, tt := range []struct {
		name           string
		got, want, eps float64
	}{
		{"inter-eye distance", got.InterEyeDistance, want.InterEyeDistance, .03 * want.InterEyeDistance},
		{"brightness", got.Brightness, want.Brightness, 4},
		{"sharpness", got.Sharpness, want.Sharpness, .15 * want.Sharpness},
		{"uniformity", got.Uniformity, want.Uniformity, .08},
		{"eyes", got.EyesOpen, want.EyesOpen, .04},
	} {
		if !near(tt.got, tt.want, tt.eps) {
			t.Errorf("%s: %v, upright %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	a, dir := analyser(t), folder(t, "faces")
	clock := time.Unix(0, 0)
	now := func() time.Time { clock = clock.Add(5 * time.Millisecond); return clock }
	r, faces, err := a.Inspect(t.Context(), load(t, filepath.Join(dir, photos[0])), Options{}, now)
	if err != nil || len(faces) != 1 || r.Faces != 1 || len(r.Models) != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.TimingsMS["find"] != 5 || r.TimingsMS["measure"] != 5 {
		t.Errorf("timings %v", r.TimingsMS)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"faces":1`, `"box":[`, `"eye_right":[`, `"quality":{"inter_eye_distance":`, `"yaw":`, `"timings_ms":{`} {
		if !bytes.Contains(data, []byte(key)) {
			t.Errorf("no %s in %s", key, data)
		}
	}
	none, _, err := a.Inspect(t.Context(), imaging.FromRGBA(image.NewRGBA(image.Rect(0, 0, 90, 90))), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if data, err = json.Marshal(none); err != nil || !bytes.HasPrefix(data, []byte(`{"faces":0,"box":null,"landmarks":null,"quality":null,`)) {
		t.Errorf("no face: %s", data)
	}
}
