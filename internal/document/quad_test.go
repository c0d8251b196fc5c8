package document

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"bonafide/internal/imaging"
)

// drawnScene draws a page of the given proportions on a plain, noisy ground: a lighter quadrilateral with rows of dark strokes on it.
func drawnScene(w, h int, q imaging.Quad, page, ground uint8, seed uint64) *image.Gray {
	rng := rand.New(rand.NewPCG(seed, 1))
	g := image.NewGray(image.Rect(0, 0, w, h))
	inv := imaging.QuadToRect(q, 1000, 700)
	back, _ := inv.Inverse()
	for y := range h {
		for x := range w {
			v := float64(ground)
			p := imaging.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5}
			if contains(q, p) {
				v = float64(page)
				s := back.Apply(p)
				if s.X > 380 && s.X < 900 && math.Mod(s.Y, 80) > 50 && math.Mod(s.X, 22) < 7 {
					v -= 90
				}
			}
			g.SetGray(x, y, color.Gray{Y: uint8(math.Max(0, math.Min(255, v+4*rng.NormFloat64())))})
		}
	}
	return g
}

func TestFindOutline(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name         string
		w, h         int
		quad         imaging.Quad
		page, ground uint8
	}{
		{"lying straight", 1200, 900, imaging.Quad{{X: 200, Y: 160}, {X: 1000, Y: 160}, {X: 1000, Y: 720}, {X: 200, Y: 720}}, 200, 90},
		{"dark page on light ground", 1200, 900, imaging.Quad{{X: 200, Y: 160}, {X: 1000, Y: 160}, {X: 1000, Y: 720}, {X: 200, Y: 720}}, 120, 210},
		{"turned by ten degrees", 1200, 900, imaging.Quad{{X: 280, Y: 110}, {X: 1068, Y: 249}, {X: 971, Y: 800}, {X: 183, Y: 661}}, 200, 90},
		{"in perspective", 1200, 900, imaging.Quad{{X: 300, Y: 200}, {X: 920, Y: 190}, {X: 1040, Y: 700}, {X: 190, Y: 720}}, 200, 90},
		{"portrait photo, little contrast", 900, 1200, imaging.Quad{{X: 110, Y: 400}, {X: 790, Y: 405}, {X: 785, Y: 830}, {X: 112, Y: 828}}, 150, 135},
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, ok := findOutline(drawnScene(c.w, c.h, c.quad, c.page, c.ground, uint64(i)))
			if !ok {
				t.Fatal("no outline found")
			}
			for k := range c.quad {
				if d := math.Hypot(o.quad[k].X-c.quad[k].X, o.quad[k].Y-c.quad[k].Y); d > 0.012*float64(max(c.w, c.h)) {
					t.Errorf("corner %d at %.0f,%.0f is %.1f px off %v", k, o.quad[k].X, o.quad[k].Y, d, c.quad[k])
				}
			}
		})
	}
	t.Run("nothing there", func(t *testing.T) {
		t.Parallel()
		rng := rand.New(rand.NewPCG(9, 9))
		g := image.NewGray(image.Rect(0, 0, 800, 600))
		for i := range g.Pix {
			g.Pix[i] = uint8(120 + 5*rng.NormFloat64())
		}
		if o, ok := findOutline(g); ok {
			t.Errorf("invented an outline: %+v", o)
		}
	})
	t.Run("too small to look at", func(t *testing.T) {
		t.Parallel()
		if _, ok := findOutline(image.NewGray(image.Rect(0, 0, 20, 20))); ok {
			t.Error("found one in 20×20 pixels")
		}
	})
}

func TestTurnTo(t *testing.T) {
	t.Parallel()
	q := imaging.Quad{{X: 0, Y: 0}, {X: 100, Y: 0}, {X: 100, Y: 60}, {X: 0, Y: 60}}
	for i, angle := range []float64{0, math.Pi / 2, math.Pi, -math.Pi / 2} {
		if got := turnTo(q, angle)[0]; got != q[i] {
			t.Errorf("turned by %.2f the first corner is %v, want %v", angle, got, q[i])
		}
	}
}

func BenchmarkFindOutline(b *testing.B) {
	g := drawnScene(1600, 1200, imaging.Quad{{X: 300, Y: 200}, {X: 1300, Y: 210}, {X: 1310, Y: 920}, {X: 290, Y: 900}}, 200, 90, 3)
	for b.Loop() {
		findOutline(g)
	}
}
