package specimen

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"testing"

	"bonafide/internal/imaging"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// small is a camera quick enough for tests.
func small() Camera { return Camera{Width: 800, Height: 600} }

// TestPhotographMovesTheTruth photographs a white page with black squares and looks where they went.
func TestPhotographMovesTheTruth(t *testing.T) {
	t.Parallel()
	page := image.NewRGBA(image.Rect(0, 0, 600, 420))
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	truth := Truth{Page: quadOf(page.Rect), Boxes: map[string]imaging.Quad{}}
	for name, at := range map[string]image.Point{"a": {60, 50}, "b": {520, 70}, "c": {90, 360}, "d": {300, 210}} {
		r := image.Rect(at.X-12, at.Y-12, at.X+12, at.Y+12)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				page.SetRGBA(x, y, color.RGBA{0, 0, 0, 255})
			}
		}
		truth.Boxes[name] = quadOf(r)
	}
	for name, c := range map[string]Camera{
		"default":     {Width: 900, Height: 700},
		"perspective": {Width: 900, Height: 700, Perspective: 0.08},
		"tilted":      {Width: 900, Height: 700, Turn: 33, Perspective: 0.05},
		"upside down": {Width: 900, Height: 700, Turn: 180},
		"blurred":     {Width: 900, Height: 700, Blur: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				img, got := Photograph(page, truth, c, seed)
				for mark, q := range got.Boxes {
					var cx, cy, wx, wy, w float64
					for _, p := range q {
						cx, cy = cx+p.X/4, cy+p.Y/4
					}
					for y := int(cy) - 30; y <= int(cy)+30; y++ {
						for x := int(cx) - 30; x <= int(cx)+30; x++ {
							if d := 120 - float64(img.RGBAAt(x, y).G); d > 0 {
								wx, wy, w = wx+d*(float64(x)+0.5), wy+d*(float64(y)+0.5), w+d
							}
						}
					}
					// The centroid of a square in perspective is not the mean of its corners, but within half a pixel here.
					if w == 0 || math.Hypot(wx/w-cx, wy/w-cy) > 0.7 {
						t.Errorf("seed %d, mark %s: truth (%.1f, %.1f), seen (%.1f, %.1f)", seed, mark, cx, cy, wx/w, wy/w)
					}
				}
				// Just inside each corner there is page, just outside there is none.
				var m imaging.Point
				for _, p := range got.Page {
					m.X, m.Y = m.X+p.X/4, m.Y+p.Y/4
				}
				for i, p := range got.Page {
					in := img.RGBAAt(int(p.X+(m.X-p.X)*0.04), int(p.Y+(m.Y-p.Y)*0.04))
					out := img.RGBAAt(int(p.X-(m.X-p.X)*0.04), int(p.Y-(m.Y-p.Y)*0.04))
					if int(in.G)-int(out.G) < 15 {
						t.Errorf("seed %d, corner %d: %v inside, %v outside", seed, i, in, out)
					}
				}
			}
		})
	}
}

// TestDefectsShow steps each defect and expects the measuring package's number to follow.
func TestDefectsShow(t *testing.T) {
	t.Parallel()
	page, truth, err := Passport(NewPerson(2, adult()), PageOptions{PixelsPerMM: 6})
	if err != nil {
		t.Fatal(err)
	}
	sharpness := func(p *imaging.Picture, r image.Rectangle) float64 { return imaging.Sharpness(p.Gray(), r) }
	for name, c := range map[string]struct {
		steps   []Camera
		measure func(*imaging.Picture, image.Rectangle) float64
		rises   bool
	}{
		"blur":        {[]Camera{{}, {Blur: 1.5}, {Blur: 3}, {Blur: 5}}, sharpness, false},
		"motion":      {[]Camera{{}, {Motion: 8}, {Motion: 16}}, sharpness, false},
		"dark":        {[]Camera{{}, {Exposure: 0.4}, {Exposure: 0.15}, {Exposure: 0.05}}, func(p *imaging.Picture, r image.Rectangle) float64 { return imaging.Exposure(p.Gray(), r).Mean }, false},
		"overexposed": {[]Camera{{}, {Exposure: 1.8}, {Exposure: 3}}, func(p *imaging.Picture, r image.Rectangle) float64 { return imaging.Exposure(p.Gray(), r).OverShare }, true},
		"glare":       {[]Camera{{}, {Glare: 1, GlareSize: 0.07, GlareAt: [2]float64{0.6, 0.4}}, {Glare: 1, GlareSize: 0.14, GlareAt: [2]float64{0.6, 0.4}}}, func(p *imaging.Picture, r image.Rectangle) float64 { return imaging.Glare(p.RGB, r).Share }, true},
		"noise": {[]Camera{{Noise: -1}, {Noise: 6}, {Noise: 14}}, func(p *imaging.Picture, r image.Rectangle) float64 {
			g, sum, n := p.Gray(), 0.0, 0.0
			for y := r.Min.Y; y < r.Min.Y+30; y++ { // the margin above the print
				for x := r.Min.X; x < r.Max.X-1; x++ {
					sum, n = sum+math.Abs(float64(g.GrayAt(x, y).Y)-float64(g.GrayAt(x+1, y).Y)), n+1
				}
			}
			return sum / n
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := math.NaN()
			for i, s := range c.steps {
				s.Width, s.Height, s.Background, s.Perspective = 1000, 750, Plain, -1
				img, tr := Photograph(page, truth, s, 5)
				q := tr.Page
				r := image.Rect(int(q[0].X)+20, int(q[0].Y)+20, int(q[2].X)-20, int(q[2].Y)-20)
				v := c.measure(imaging.FromRGBA(img), r)
				if i > 0 && (v > last) != c.rises {
					t.Errorf("step %d: %.4f after %.4f", i, v, last)
				}
				last = v
			}
		})
	}
}

func TestCropPutsThePageOverTheEdge(t *testing.T) {
	t.Parallel()
	page, truth, err := CardFront(NewPerson(2, adult()), coarse())
	if err != nil {
		t.Fatal(err)
	}
	for _, crop := range []float64{0.1, 0.3} {
		c := small()
		c.Crop, c.Perspective = crop, -1
		_, got := Photograph(page, truth, c, 1)
		width := got.Page[1].X - got.Page[0].X
		over := (got.Page[1].X+got.Page[2].X)/2 - 800
		if math.Abs(over/width-crop) > 0.02 {
			t.Errorf("crop %.1f: %.2f of the page is outside", crop, over/width)
		}
	}
	if _, got := Photograph(page, truth, small(), 1); got.Page[1].X > 800 || got.Page[0].X < 0 {
		t.Errorf("an uncropped page lies at %v", got.Page)
	}
}

// pictures are one of each kind, small.
func pictures(t *testing.T) map[string]*image.RGBA {
	t.Helper()
	p := NewPerson(11, adult())
	out := map[string]*image.RGBA{}
	for name, draw := range map[string]func(Person, PageOptions) (*image.RGBA, Truth, error){"passport": Passport, "card-front": CardFront, "card-back": CardBack} {
		page, truth, err := draw(p, coarse())
		if err != nil {
			t.Fatal(err)
		}
		out[name] = page
		out[name+"-photo"], _ = Photograph(page, truth, small(), 7)
	}
	out["selfie"] = Selfie(p, SelfieOptions{Width: 180, Height: 240}, 7)
	return out
}

func TestSameSeedSamePixels(t *testing.T) {
	t.Parallel()
	a, b := pictures(t), pictures(t)
	for name := range a {
		if !bytes.Equal(a[name].Pix, b[name].Pix) {
			t.Errorf("%s differs from run to run", name)
		}
	}
	if p := NewPerson(11, adult()); bytes.Equal(a["selfie"].Pix, Selfie(p, SelfieOptions{Width: 180, Height: 240}, 8).Pix) {
		t.Error("another seed gives the same selfie")
	}
}

// TestGolden compares pictures, reduced to 24 × 18 grey fields, with recorded ones. Fields of means bear the last-digit differences
// of floating point between processor architectures; a changed drawing moves them by more.
func TestGolden(t *testing.T) {
	t.Parallel()
	const cols, rows, tolerance = 24, 18, 2.0
	got := map[string][]float64{}
	for name, img := range pictures(t) {
		g := imaging.ResizeGray(imaging.FromRGBA(img).Gray(), cols, rows)
		for _, v := range g.Pix {
			got[name] = append(got[name], float64(v))
		}
	}
	file := filepath.Join("testdata", "golden.json")
	if *update {
		data, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != len(got) {
		t.Fatalf("%d golden pictures, %d drawn", len(want), len(got))
	}
	for name, w := range want {
		if len(got[name]) != len(w) {
			t.Errorf("%s: %d fields, want %d", name, len(got[name]), len(w))
			continue
		}
		for i := range w {
			if math.Abs(got[name][i]-w[i]) > tolerance {
				t.Errorf("%s: field %d is %.0f, want %.0f (run with -update if the drawing was meant to change)", name, i, got[name][i], w[i])
				break
			}
		}
	}
}

func TestWriteSet(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes seven full-size pictures")
	}
	dir := filepath.Join(t.TempDir(), "set")
	truth, err := WriteSet(dir, 4, adult())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"passport.jpg", "passport-blurred.jpg", "card-front.jpg", "card-back.jpg", "selfie.jpg", "selfie-dark.jpg", "other-person.jpg"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		pic, err := imaging.Decode(t.Context(), data, imaging.DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if q, ok := truth.Pictures[name]; ok && !image.Pt(int(q.Page[0].X), int(q.Page[0].Y)).In(pic.RGB.Rect) {
			t.Errorf("%s: page corner %v outside the picture", name, q.Page[0])
		}
	}
	read := func(name string, into any) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var right, typo Details
	var back SetTruth
	read("details.json", &right)
	read("details-typo.json", &typo)
	read("truth.json", &back)
	if right != truth.Details || back.Details != right || len(back.Pictures) != 4 {
		t.Errorf("details %+v, truth %+v", right, back.Details)
	}
	if typo == right || typo != right.Mistyped() {
		t.Errorf("details-typo.json is %+v", typo)
	}
	if got := back.Pictures["passport.jpg"].Fields["document_number"]; got != right.DocumentNumber {
		t.Errorf("passport says %s, details %s", got, right.DocumentNumber)
	}
	if err := os.Chmod(dir, 0o500); err == nil && os.Getuid() != 0 {
		if _, err := WriteSet(filepath.Join(dir, "sub"), 4, adult()); err == nil {
			t.Error("writing where nothing may be written gave no error")
		}
	}
}

func BenchmarkPortrait480x640(b *testing.B) {
	p := NewPerson(1, adult())
	for b.Loop() {
		passportPortrait(p, 480, 640)
	}
}

func BenchmarkSelfie(b *testing.B) {
	p := NewPerson(1, adult())
	for b.Loop() {
		Selfie(p, SelfieOptions{}, 1)
	}
}

func BenchmarkPassport(b *testing.B) {
	p := NewPerson(1, adult())
	for b.Loop() {
		if _, _, err := Passport(p, PageOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPhotograph(b *testing.B) {
	page, truth, err := Passport(NewPerson(1, adult()), PageOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Photograph(page, truth, Camera{}, 1)
	}
}
