package imaging

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

// ramp is linear in both axes, so that every correct sampling of it, at any scale, is known exactly: red = kx*x, green = ky*y in
// continuous coordinates. Halving with a half-pixel mistake would shift its values.
func ramp(w, h int, k float64) *image.RGBA {
	im := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			im.SetRGBA(x, y, color.RGBA{round8(float32(k * (float64(x) + .5))), round8(float32(k * (float64(y) + .5))), 77, 255})
		}
	}
	return im
}

func speckle(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	im := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range im.Pix {
		im.Pix[i] = uint8(r.Uint32())
		if i%4 == 3 {
			im.Pix[i] = 255
		}
	}
	return im
}

func checkerboard(w, h int) *image.RGBA {
	im := newOpaque(w, h)
	for y := range h {
		for x := range w {
			if (x+y)%2 == 0 {
				im.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			}
		}
	}
	return im
}

func grayscale(im *image.RGBA) *image.Gray { return FromRGBA(im).Gray() }

func TestWarpExact(t *testing.T) {
	t.Parallel()
	im := speckle(37, 23, 1)
	g := grayscale(im)
	for _, c := range []struct {
		name string
		m    Affine
		w, h int
		from func(x, y int) (int, int)
	}{
		{"identity", Affine{1, 0, 0, 0, 1, 0}, 37, 23, func(x, y int) (int, int) { return x, y }},
		{"shift", Affine{1, 0, 5, 0, 1, -3}, 37, 23, func(x, y int) (int, int) { return x + 5, y - 3 }},
		{"quarter turn clockwise", Affine{0, 1, 0, -1, 0, 23}, 23, 37, func(x, y int) (int, int) { return y, 22 - x }},
		{"half turn", Affine{-1, 0, 37, 0, -1, 23}, 37, 23, func(x, y int) (int, int) { return 36 - x, 22 - y }},
		{"mirror", Affine{-1, 0, 37, 0, 1, 0}, 37, 23, func(x, y int) (int, int) { return 36 - x, y }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, plane, gray := WarpRGB(im, c.m, c.w, c.h), WarpPlane(im, c.m, c.w, c.h), WarpGray(g, c.m, c.w, c.h)
			hom := WarpPerspective(im, Homography{c.m[0], c.m[1], c.m[2], c.m[3], c.m[4], c.m[5], 0, 0, 1}, c.w, c.h)
			for y := range c.h {
				for x := range c.w {
					sx, sy := c.from(x, y)
					want := color.RGBA{0, 0, 0, 255}
					if (image.Point{sx, sy}).In(im.Rect) {
						want = im.RGBAAt(sx, sy)
					}
					if got.RGBAAt(x, y) != want || hom.RGBAAt(x, y) != want {
						t.Fatalf("(%d,%d): %v, by homography %v, want %v", x, y, got.RGBAAt(x, y), hom.RGBAAt(x, y), want)
					}
					p := plane[3*(y*c.w+x):]
					if p[0] != float32(want.R) || p[1] != float32(want.G) || p[2] != float32(want.B) {
						t.Fatalf("plane (%d,%d): %v, want %v", x, y, p[:3], want)
					}
					wantG := g.GrayAt(min(max(sx, 0), 36), min(max(sy, 0), 22))
					if gray.GrayAt(x, y) != wantG {
						t.Fatalf("gray (%d,%d): %v, want %v", x, y, gray.GrayAt(x, y), wantG)
					}
				}
			}
		})
	}
}

// TestWarpCentres is the test of the offset terms: on a ramp a warp at any scale must give the ramp's value at the mapped centre.
func TestWarpCentres(t *testing.T) {
	t.Parallel()
	const w, h, k = 401, 333, .5 // odd, so that halving meets a remainder
	im := ramp(w, h, k)
	g := image.NewGray(im.Rect)
	for i := range g.Pix {
		g.Pix[i] = im.Pix[4*i]
	}
	for _, scale := range []float64{.4, 1, 1.7, 2, 2.1, 3, 4.5, 8, 13, 20} {
		for _, angle := range []float64{0, .3, math.Pi / 2, -2} {
			const ow, oh = 16, 12
			c, s := scale*math.Cos(angle), scale*math.Sin(angle)
			m := Affine{c, -s, 0, s, c, 0}
			mid := m.Apply(Point{ow / 2, oh / 2})
			m[2], m[5] = 203.3-mid.X, 161.8-mid.Y
			got, gray := WarpPlane(im, m, ow, oh), WarpGray(g, m, ow, oh)
			hom := WarpPerspective(im, Homography{m[0], m[1], m[2], m[3], m[4], m[5], 0, 0, 1}, ow, oh)
			for y := range oh {
				for x := range ow {
					p := m.Apply(Point{float64(x) + .5, float64(y) + .5})
					if p.X < 2*scale || p.Y < 2*scale || p.X > w-2*scale || p.Y > h-2*scale {
						continue
					}
					v := got[3*(y*ow+x):]
					// The ramp's own rounding is ±.5; boxes round once more.
					if math.Abs(float64(v[0])-k*p.X) > .8 || math.Abs(float64(v[1])-k*p.Y) > .8 || math.Abs(float64(v[2])-77) > .01 {
						t.Fatalf("scale %g angle %g (%d,%d): %.2f %.2f, want %.2f %.2f", scale, angle, x, y, v[0], v[1], k*p.X, k*p.Y)
					}
					if q := hom.RGBAAt(x, y); math.Abs(float64(q.R)-k*p.X) > 1.3 || math.Abs(float64(q.G)-k*p.Y) > 1.3 {
						t.Fatalf("homography, scale %g angle %g (%d,%d): %v, want %.2f %.2f", scale, angle, x, y, q, k*p.X, k*p.Y)
					}
					if q := gray.GrayAt(x, y).Y; math.Abs(float64(q)-k*p.X) > 1.3 {
						t.Fatalf("gray, scale %g angle %g (%d,%d): %d, want %.2f", scale, angle, x, y, q, k*p.X)
					}
				}
			}
		}
	}
}

// TestShrinkNoBias: the mean error over many boxes tells a systematic shift that a single pixel's tolerance would hide.
func TestShrinkNoBias(t *testing.T) {
	t.Parallel()
	im := ramp(480, 480, .5)
	for _, f := range []float64{2, 3, 4, 8, 16} {
		n := int(480 / f)
		got := WarpPlane(im, Affine{f, 0, 0, 0, f, 0}, n, n)
		area := Resize(im, n, n)
		var ex, ey, ax float64
		count := 0.
		for y := 2; y < n-2; y++ {
			for x := 2; x < n-2; x++ {
				v := got[3*(y*n+x):]
				ex += float64(v[0]) - .5*f*(float64(x)+.5)
				ey += float64(v[1]) - .5*f*(float64(y)+.5)
				ax += float64(area.RGBAAt(x, y).R) - .5*f*(float64(x)+.5)
				count++
			}
		}
		// A shift of half a source pixel would be .25 levels; rounding halves upwards, in the ramp and in the boxes, is up to .19.
		if math.Abs(ex/count) > .51 || math.Abs(ey/count) > .51 || math.Abs(ex-ey)/count > .01 || math.Abs(ax/count) > .51 {
			t.Errorf("factor %g: bias %.3f %.3f, area %.3f", f, ex/count, ey/count, ax/count)
		}
	}
}

func TestShrinkCheckerboard(t *testing.T) {
	t.Parallel()
	im := checkerboard(256, 256)
	g := grayscale(im)
	mid := func(t *testing.T, what string, v uint8) {
		t.Helper()
		if v < 126 || v > 129 {
			t.Fatalf("%s: %d is not grey", what, v)
		}
	}
	for _, f := range []int{2, 4, 8, 16} {
		n := 256 / f
		m := Affine{float64(f), 0, 0, 0, float64(f), 0}
		warped, gray, resized, regray := WarpRGB(im, m, n, n), WarpGray(g, m, n, n), Resize(im, n, n), ResizeGray(g, n, n)
		persp := WarpPerspective(im, QuadToRect(Quad{{0, 0}, {256, 0}, {256, 256}, {0, 256}}, n, n), n, n)
		for i := range n * n {
			mid(t, "WarpRGB", warped.Pix[4*i])
			mid(t, "WarpPerspective", persp.Pix[4*i+1])
			mid(t, "WarpGray", gray.Pix[i])
			mid(t, "Resize", resized.Pix[4*i])
			mid(t, "ResizeGray", regray.Pix[i])
		}
	}
}

func TestWarpHostile(t *testing.T) {
	t.Parallel()
	im := speckle(20, 20, 2)
	empty := image.NewRGBA(image.Rectangle{})
	nan, inf := math.NaN(), math.Inf(1)
	for name, m := range map[string]Affine{
		"zero": {}, "nan": {nan, nan, nan, nan, nan, nan}, "inf": {inf, 0, 0, 0, inf, 0}, "huge": {1e18, 0, 1e300, 0, 1e18, -1e300},
		"far": {1, 0, 1e9, 0, 1, 1e9}, "tiny": {1e-12, 0, 10, 0, 1e-12, 10}, "far and small": {5, 0, -1e6, 0, 5, 1e6},
	} {
		for _, src := range []*image.RGBA{im, empty} {
			if r := WarpRGB(src, m, 9, 7); r.Rect.Dx() != 9 || !r.Opaque() {
				t.Errorf("%s: %v, opaque %v", name, r.Rect, r.Opaque())
			}
			if p := WarpPlane(src, m, 9, 7); len(p) != 9*7*3 {
				t.Errorf("%s: %d", name, len(p))
			}
			WarpGray(grayscale(src), m, 9, 7)
			WarpPerspective(src, Homography{m[0], m[1], m[2], m[3], m[4], m[5], m[2], m[5], m[0]}, 9, 7)
		}
		WarpRGB(im, m, 0, -4)
	}
	for _, q := range []Quad{{}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}, {{0, 0}, {9, 9}, {18, 18}, {3, 3}}, {{0, 0}, {19, 19}, {19, 0}, {0, 19}}} {
		WarpPerspective(im, QuadToRect(q, 5, 5), 5, 5)
		WarpPerspective(im, QuadToRect(q, 0, 0), 0, 0)
	}
}

func TestQuadToRectCorners(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		j := func() float64 { return r.Float64()*60 - 30 }
		q := Quad{{100 + j(), 100 + j()}, {400 + j(), 110 + j()}, {420 + j(), 300 + j()}, {90 + j(), 310 + j()}}
		const w, h = 330, 210
		m := QuadToRect(q, w, h)
		inv, ok := m.Inverse()
		if !ok {
			t.Fatal("singular")
		}
		for i, c := range []Point{{0, 0}, {w, 0}, {w, h}, {0, h}} {
			if p := m.Apply(c); math.Hypot(p.X-q[i].X, p.Y-q[i].Y) > 1e-9 {
				t.Fatalf("corner %d maps to %v, want %v", i, p, q[i])
			}
			if p := inv.Apply(q[i]); math.Hypot(p.X-c.X, p.Y-c.Y) > 1e-7 {
				t.Fatalf("corner %d maps back to %v, want %v", i, p, c)
			}
		}
	}
}

// TestWarpPerspectiveStraightens draws a grid through a known homography and wants it back straight.
func TestWarpPerspectiveStraightens(t *testing.T) {
	t.Parallel()
	for _, scale := range []float64{1, 3.3} {
		q := Quad{{60 * scale, 40 * scale}, {290 * scale, 70 * scale}, {270 * scale, 230 * scale}, {30 * scale, 200 * scale}}
		const w, h = 200, 130
		m := QuadToRect(q, w, h)
		inv, _ := m.Inverse()
		src := newOpaque(int(320*scale), int(260*scale))
		for y := range src.Rect.Dy() {
			for x := range src.Rect.Dx() {
				p := inv.Apply(Point{float64(x) + .5, float64(y) + .5})
				src.SetRGBA(x, y, color.RGBA{round8(float32(p.X)), round8(float32(p.Y)), 0, 255})
			}
		}
		got := WarpPerspective(src, m, w, h)
		for y := 5; y < h-5; y++ {
			for x := 5; x < w-5; x++ {
				if c := got.RGBAAt(x, y); math.Abs(float64(c.R)-float64(x)-.5) > 1.6 || math.Abs(float64(c.G)-float64(y)-.5) > 1.6 {
					t.Fatalf("scale %g (%d,%d) shows %v", scale, x, y, c)
				}
			}
		}
	}
}

func TestSimilarity(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		a, s := r.Float64()*7-3.5, math.Exp(r.Float64()*4-2)
		want := Affine{s * math.Cos(a), -s * math.Sin(a), r.Float64() * 900, s * math.Sin(a), s * math.Cos(a), r.Float64() * 900}
		var dst, src []Point
		for range 5 {
			p := Point{r.Float64() * 112, r.Float64() * 112}
			dst, src = append(dst, p), append(src, want.Apply(p))
		}
		got := Similarity(dst, src)
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-8*math.Max(1, math.Abs(want[i])) {
				t.Fatalf("%v, want %v", got, want)
			}
		}
		inv, ok := got.Inverse()
		if p := inv.Apply(src[0]); !ok || math.Hypot(p.X-dst[0].X, p.Y-dst[0].Y) > 1e-7 {
			t.Fatalf("inverse gives %v, want %v", p, dst[0])
		}
	}
	if got := Similarity([]Point{{1, 2}}, []Point{{4, 9}}); got != (Affine{1, 0, 3, 0, 1, 7}) {
		t.Errorf("one pair: %v", got)
	}
	if got := Similarity(nil, nil); got != (Affine{1, 0, 0, 0, 1, 0}) {
		t.Errorf("no pair: %v", got)
	}
	if _, ok := (Affine{}).Inverse(); ok {
		t.Error("zero map inverted")
	}
}

func TestResize(t *testing.T) {
	t.Parallel()
	im := speckle(41, 29, 7)
	g := grayscale(im)
	t.Run("area is the exact mean", func(t *testing.T) {
		t.Parallel()
		for _, n := range [][2]int{{41, 29}, {40, 29}, {17, 11}, {8, 28}, {3, 2}, {1, 1}} {
			w, h := n[0], n[1]
			got, gray := Resize(im, w, h), ResizeGray(g, w, h)
			for y := range h {
				for x := range w {
					want, wantG := areaMean(im, g, w, h, x, y)
					if math.Abs(float64(got.RGBAAt(x, y).G)-want) > .51 || math.Abs(float64(gray.GrayAt(x, y).Y)-wantG) > .51 {
						t.Fatalf("%dx%d (%d,%d): %v %v, want %.2f %.2f", w, h, x, y, got.RGBAAt(x, y).G, gray.GrayAt(x, y).Y, want, wantG)
					}
				}
			}
			if !got.Opaque() {
				t.Fatal("not opaque")
			}
		}
	})
	t.Run("growing", func(t *testing.T) {
		t.Parallel()
		small := ramp(20, 20, 10)
		big := Resize(small, 80, 80)
		gray := ResizeGray(grayscale(small), 80, 30)
		if gray.Rect != image.Rect(0, 0, 80, 30) || !big.Opaque() {
			t.Fatal(gray.Rect)
		}
		for x := 4; x < 76; x++ {
			if v := float64(big.RGBAAt(x, 40).R); math.Abs(v-10*(float64(x)+.5)/4) > 1.01 {
				t.Fatalf("%d: %v", x, v)
			}
		}
	})
	t.Run("mixed and degenerate", func(t *testing.T) {
		t.Parallel()
		if r := Resize(im, 82, 10); r.Rect != image.Rect(0, 0, 82, 10) || !r.Opaque() {
			t.Fatal(r.Rect)
		}
		for _, n := range [][2]int{{0, 5}, {5, 0}, {-1, -1}} {
			if r := Resize(im, n[0], n[1]); !r.Rect.Empty() {
				t.Fatal(r.Rect)
			}
			if r := ResizeGray(g, n[0], n[1]); !r.Rect.Empty() {
				t.Fatal(r.Rect)
			}
		}
		if r := Resize(image.NewRGBA(image.Rectangle{}), 5, 5); !r.Rect.Empty() {
			t.Fatal(r.Rect)
		}
	})
	t.Run("part of a picture", func(t *testing.T) {
		t.Parallel()
		sub := im.SubImage(image.Rect(10, 5, 30, 25)).(*image.RGBA)
		own := image.NewRGBA(image.Rect(0, 0, 20, 20))
		for y := range 20 {
			for x := range 20 {
				own.SetRGBA(x, y, im.RGBAAt(10+x, 5+y))
			}
		}
		for name, f := range map[string]func(*image.RGBA) *image.RGBA{
			"resize": func(i *image.RGBA) *image.RGBA { return Resize(i, 7, 9) },
			"same":   func(i *image.RGBA) *image.RGBA { return Resize(i, 20, 20) },
			"turn":   func(i *image.RGBA) *image.RGBA { return Rotate90(i, 1) },
			"none":   func(i *image.RGBA) *image.RGBA { return Rotate90(i, 4) },
			"warp":   func(i *image.RGBA) *image.RGBA { return WarpRGB(i, Affine{3, .2, 1, -.2, 3, 2}, 6, 6) },
		} {
			a, b := f(sub), f(own)
			for y := range a.Rect.Dy() {
				for x := range a.Rect.Dx() {
					if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
						t.Fatalf("%s (%d,%d): %v, want %v", name, x, y, a.RGBAAt(x, y), b.RGBAAt(x, y))
					}
				}
			}
		}
	})
}

// areaMean is the mean of green and luma under destination pixel (x, y), by the definition and slowly.
func areaMean(im *image.RGBA, g *image.Gray, w, h, x, y int) (green, luma float64) {
	sw, sh := float64(im.Rect.Dx())/float64(w), float64(im.Rect.Dy())/float64(h)
	overlap := func(i int, a, b float64) float64 { return max(0, min(b, float64(i+1))-max(a, float64(i))) }
	var area float64
	for sy := range im.Rect.Dy() {
		for sx := range im.Rect.Dx() {
			k := overlap(sx, float64(x)*sw, float64(x+1)*sw) * overlap(sy, float64(y)*sh, float64(y+1)*sh)
			green += k * float64(im.RGBAAt(sx, sy).G)
			luma += k * float64(g.GrayAt(sx, sy).Y)
			area += k
		}
	}
	return green / area, luma / area
}

func TestRotate90(t *testing.T) {
	t.Parallel()
	im := speckle(100, 70, 9)
	g := grayscale(im)
	for turns := -5; turns <= 5; turns++ {
		got, gray := Rotate90(im, turns), RotateGray90(g, turns)
		for y := range 70 {
			for x := range 100 {
				dx, dy := x, y
				switch turns & 3 {
				case 1:
					dx, dy = 69-y, x
				case 2:
					dx, dy = 99-x, 69-y
				case 3:
					dx, dy = y, 99-x
				}
				if got.RGBAAt(dx, dy) != im.RGBAAt(x, y) || gray.GrayAt(dx, dy) != g.GrayAt(x, y) {
					t.Fatalf("%d turns: (%d,%d) is not at (%d,%d)", turns, x, y, dx, dy)
				}
			}
		}
	}
	if Rotate90(im, 0) == im || &Rotate90(im, 0).Pix[0] == &im.Pix[0] {
		t.Error("not a copy")
	}
}
