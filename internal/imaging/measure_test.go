package imaging

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// page draws paper with lines of dark strokes of both directions, like print.
func page(w, h int, paper, ink uint8) *image.RGBA {
	im := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(im, im.Rect, image.NewUniform(color.RGBA{paper, paper, paper, 255}), image.Point{}, draw.Src)
	dark := image.NewUniform(color.RGBA{ink, ink, ink, 255})
	for y := 30; y < h-40; y += 30 {
		for x := 30; x < w-40; x += 17 {
			draw.Draw(im, image.Rect(x, y, x+3, y+16), dark, image.Point{}, draw.Src)
			draw.Draw(im, image.Rect(x, y+(x+y)%13, x+11, y+(x+y)%13+3), dark, image.Point{}, draw.Src)
		}
	}
	return im
}

// shine adds a reflection: white in the middle, fading over a third of its radius.
func shine(im *image.RGBA, cx, cy, radius float64) {
	for y := range im.Rect.Dy() {
		for x := range im.Rect.Dx() {
			d := math.Hypot(float64(x)-cx, float64(y)-cy) / radius
			k := math.Min(1, math.Max(0, (1.2-d)/.5))
			p := im.Pix[y*im.Stride+4*x:]
			for c := range 3 {
				p[c] = round8(float32(float64(p[c]) + k*(270-float64(p[c]))))
			}
		}
	}
}

func TestSharpness(t *testing.T) {
	t.Parallel()
	g := grayscale(page(900, 600, 220, 40))
	last := math.Inf(1)
	for _, sigma := range []float64{0, 1, 2, 3, 5} {
		v := Sharpness(atWidth(g, 1000, sigma, 0), g.Rect)
		if v >= last {
			t.Errorf("blur %g: %.3f, not less than %.3f", sigma, v, last)
		}
		if want := 1 / sigma; sigma >= 1 && (v < .8*want || v > 1.7*want) {
			t.Errorf("blur %g: %.3f, want about %.3f", sigma, v, want)
		}
		last = v
	}
	t.Run("contrast does not matter", func(t *testing.T) {
		t.Parallel()
		pale := Sharpness(atWidth(grayscale(page(900, 600, 220, 170)), 1000, 2, 0), g.Rect)
		full := Sharpness(atWidth(g, 1000, 2, 0), g.Rect)
		if math.Abs(pale-full) > .1*full {
			t.Errorf("pale %.3f, full %.3f", pale, full)
		}
	})
	t.Run("the amount of print does not matter", func(t *testing.T) {
		t.Parallel()
		half := page(900, 600, 220, 40)
		draw.Draw(half, image.Rect(0, 0, 900, 330), image.NewUniform(color.RGBA{220, 220, 220, 255}), image.Point{}, draw.Src)
		few, many := Sharpness(atWidth(grayscale(half), 1000, 2, 0), g.Rect), Sharpness(atWidth(g, 1000, 2, 0), g.Rect)
		if math.Abs(few-many) > .1*many {
			t.Errorf("few %.3f, many %.3f", few, many)
		}
	})
	t.Run("noise is not sharpness", func(t *testing.T) {
		t.Parallel()
		if v := Sharpness(atWidth(g, 1000, 4, 5), g.Rect); v > .5 {
			t.Errorf("%.3f", v)
		}
	})
	t.Run("shake in one direction", func(t *testing.T) {
		t.Parallel()
		shaken := image.NewGray(g.Rect)
		for y := range 600 {
			for x := range 900 {
				sum := 0
				for k := -6; k <= 6; k++ {
					sum += int(g.GrayAt(min(max(x+k, 0), 899), y).Y)
				}
				shaken.Pix[y*900+x] = uint8(sum / 13)
			}
		}
		// A smeared thin stroke is a wide one whose edges are ramps as long as the stroke was wide: not as blurred as it is unreadable.
		if v, still := Sharpness(shaken, g.Rect), Sharpness(g, g.Rect); v > .6*still {
			t.Errorf("%.3f, still %.3f", v, still)
		}
	})
	t.Run("a larger photo of the same", func(t *testing.T) {
		t.Parallel()
		big := ResizeGray(atWidth(grayscale(page(1000, 660, 220, 40)), 1000, 2, 0), 3000, 1980)
		a, b := Sharpness(big, big.Rect), Sharpness(atWidth(grayscale(page(1000, 660, 220, 40)), 1000, 2, 0), image.Rect(0, 0, 1000, 660))
		if math.Abs(a-b) > .1*b {
			t.Errorf("large %.3f, small %.3f", a, b)
		}
	})
	t.Run("nothing to see", func(t *testing.T) {
		t.Parallel()
		blank := image.NewGray(image.Rect(0, 0, 500, 500))
		for _, r := range []image.Rectangle{blank.Rect, {}, image.Rect(-5, -5, 3, 3), image.Rect(900, 900, 1000, 1000)} {
			if v := Sharpness(blank, r); v != 0 {
				t.Errorf("%v: %g", r, v)
			}
		}
	})
	t.Run("a region", func(t *testing.T) {
		t.Parallel()
		mixed := atWidth(g, 1000, 4, 0)
		for y := 300; y < 600; y++ {
			copy(mixed.Pix[y*900:(y+1)*900], g.Pix[y*g.Stride:])
		}
		up, down := Sharpness(mixed, image.Rect(0, 0, 900, 290)), Sharpness(mixed, image.Rect(0, 310, 900, 600))
		if up > .4 || down < 1 {
			t.Errorf("blurred half %.3f, sharp half %.3f", up, down)
		}
	})
}

func TestExposure(t *testing.T) {
	t.Parallel()
	g := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range g.Pix {
		g.Pix[i] = [4]uint8{5, 100, 200, 255}[i%100/25]
	}
	for _, c := range []struct {
		name string
		r    image.Rectangle
		want ExposureStats
	}{
		{"all", g.Rect, ExposureStats{Mean: 140, P5: 5, P95: 255, UnderShare: .25, OverShare: .25, Contrast: 250}},
		{"dark", image.Rect(0, 0, 25, 100), ExposureStats{Mean: 5, P5: 5, P95: 5, UnderShare: 1}},
		{"partly outside", image.Rect(75, 50, 500, 500), ExposureStats{Mean: 255, P5: 255, P95: 255, OverShare: 1}},
		{"outside", image.Rect(200, 200, 300, 300), ExposureStats{}},
	} {
		got := Exposure(g, c.r)
		got.UnderShare, got.OverShare = math.Round(got.UnderShare*1e9)/1e9, math.Round(got.OverShare*1e9)/1e9
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestGlare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		paper uint8
		x, y  float64
		r     float64 // radius, 0 for none
		blobs int
	}{
		{"none", 200, 0, 0, 0, 0},
		{"small", 200, 300, 200, 25, 1},
		{"large", 200, 500, 300, 150, 1},
		{"on dark paper", 90, 500, 300, 60, 1},
		{"white page without glare", 255, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			im := page(1000, 640, c.paper, 40)
			if c.r > 0 {
				shine(im, c.x, c.y, c.r)
			}
			s := Glare(im, im.Rect)
			if s.Blobs != c.blobs || (s.Share > 0) != (c.blobs > 0) {
				t.Fatalf("%+v", s)
			}
			if c.blobs == 0 {
				return
			}
			mid := image.Pt((s.Largest.Min.X+s.Largest.Max.X)/2, (s.Largest.Min.Y+s.Largest.Max.Y)/2)
			if math.Hypot(float64(mid.X)-c.x, float64(mid.Y)-c.y) > 12 {
				t.Errorf("largest at %v, want about (%g,%g)", s.Largest, c.x, c.y)
			}
			if want := math.Pi * c.r * c.r * .75 / (1000 * 640); s.LargestShare < .3*want || s.LargestShare > 2*want {
				t.Errorf("share %.4f, want about %.4f", s.LargestShare, want)
			}
			if part := Glare(im, image.Rect(700, 20, 980, 150)); part.Blobs != 0 {
				t.Errorf("elsewhere: %+v", part)
			}
		})
	}
	t.Run("printed white fields are not glare", func(t *testing.T) {
		t.Parallel()
		im := page(1000, 640, 190, 40)
		for i := range 5 {
			draw.Draw(im, image.Rect(100, 80+i*100, 500, 120+i*100), image.White, image.Point{}, draw.Src)
		}
		if s := Glare(im, im.Rect); s.Blobs != 0 || s.Saturated < .1 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("no region", func(t *testing.T) {
		t.Parallel()
		if s := Glare(page(100, 100, 200, 40), image.Rect(500, 0, 600, 90)); s != (GlareStats{}) {
			t.Errorf("%+v", s)
		}
	})
}

func TestPerceptualHash(t *testing.T) {
	t.Parallel()
	im := scene(640, 400)
	shine(im, 200, 300, 60)
	g := grayscale(im)
	base := PerceptualHash(g)
	if d := Distance(base, PerceptualHash(ResizeGray(g, 320, 200))); d > 2 {
		t.Errorf("halved: %d", d)
	}
	p, err := Decode(t.Context(), encodeJPEG(t, Resize(im, 500, 312)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d := Distance(base, PerceptualHash(p.Gray())); d > 4 {
		t.Errorf("recompressed: %d", d)
	}
	if d := Distance(base, PerceptualHash(RotateGray90(g, 2))); d < 16 {
		t.Errorf("turned: %d", d)
	}
	if Distance(0, math.MaxUint64) != 64 || Distance(base, base) != 0 {
		t.Error("distance")
	}
	if PerceptualHash(image.NewGray(image.Rectangle{})) != 0 {
		t.Error("empty")
	}
}
