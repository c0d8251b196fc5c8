package imaging

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// noise returns a picture of smooth patches with noise on top, from a fixed
// seed.
func noise(seed uint64, w, h int) *image.Gray {
	r := rand.New(rand.NewPCG(seed, 1))
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 128 + 90*math.Sin(float64(x)/7+float64(seed))*math.Cos(float64(y)/5) + 30*r.NormFloat64()
			g.Pix[y*g.Stride+x] = uint8(min(max(v, 0), 255))
		}
	}
	return g
}

var filterSizes = []image.Point{{1, 1}, {2, 3}, {7, 1}, {1, 9}, {8, 8}, {13, 5}, {63, 17}, {64, 3}, {65, 40}, {131, 29}}

// window calls visit with every pixel of the w×h window round x, y that lies
// in the picture.
func window(size image.Point, x, y, w, h int, visit func(x, y int)) {
	for yy := max(0, y-h/2); yy <= min(size.Y-1, y+h/2); yy++ {
		for xx := max(0, x-w/2); xx <= min(size.X-1, x+w/2); xx++ {
			visit(xx, yy)
		}
	}
}

func TestDilateErodeAgainstDefinition(t *testing.T) {
	t.Parallel()
	for _, size := range filterSizes {
		g := noise(3, size.X, size.Y)
		for _, e := range []image.Point{{1, 1}, {3, 1}, {1, 3}, {5, 7}, {13, 13}, {25, 9}} {
			hi, lo := Dilate(g, e.X, e.Y), Erode(g, e.X, e.Y)
			for y := range size.Y {
				for x := range size.X {
					wantHi, wantLo := uint8(0), uint8(255)
					window(size, x, y, e.X, e.Y, func(x, y int) {
						v := g.GrayAt(x, y).Y
						wantHi, wantLo = max(wantHi, v), min(wantLo, v)
					})
					if got := hi.GrayAt(x, y).Y; got != wantHi {
						t.Fatalf("size %v element %v: dilate at %d,%d is %d, want %d", size, e, x, y, got, wantHi)
					}
					if got := lo.GrayAt(x, y).Y; got != wantLo {
						t.Fatalf("size %v element %v: erode at %d,%d is %d, want %d", size, e, x, y, got, wantLo)
					}
				}
			}
		}
	}
}

func TestMaxBytes(t *testing.T) {
	t.Parallel()
	for a := range 256 {
		for b := range 256 {
			// Neighbouring bytes must not disturb each other.
			x := uint64(a) | uint64(b)<<8 | 0xff<<16 | uint64(a)<<32
			y := uint64(b) | uint64(a)<<8 | uint64(b)<<24 | 0xff<<40
			got := maxBytes(x, y)
			m := uint64(max(a, b))
			want := m | m<<8 | 0xff<<16 | uint64(b)<<24 | uint64(a)<<32 | 0xff<<40
			if got != want {
				t.Fatalf("max of %016x and %016x is %016x, want %016x", x, y, got, want)
			}
		}
	}
}

func TestMorphologyLaws(t *testing.T) {
	t.Parallel()
	g := noise(5, 90, 60)
	closed, opened := Close(g, 9, 7), Open(g, 9, 7)
	hat := BlackHat(g, 9, 7)
	again := Close(closed, 9, 7)
	for i, v := range g.Pix {
		switch {
		case closed.Pix[i] < v:
			t.Fatalf("closing darkened pixel %d", i)
		case opened.Pix[i] > v:
			t.Fatalf("opening lightened pixel %d", i)
		case hat.Pix[i] != closed.Pix[i]-v:
			t.Fatalf("black hat at %d is %d, want %d", i, hat.Pix[i], closed.Pix[i]-v)
		case again.Pix[i] != closed.Pix[i]:
			t.Fatalf("closing twice changed pixel %d", i)
		}
	}
}

func TestBlackHatFindsThinDarkStrokesOnly(t *testing.T) {
	t.Parallel()
	g := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range g.Pix {
		g.Pix[i] = 200
	}
	for y := range 40 {
		g.Pix[y*g.Stride+10], g.Pix[y*g.Stride+11] = 50, 50 // a stroke of 2 px
		for x := 30; x < 55; x++ {
			g.Pix[y*g.Stride+x] = 50 // a dark area of 25 px
		}
	}
	hat := BlackHat(g, 13, 13)
	for x, want := range map[int]uint8{5: 0, 10: 150, 11: 150, 12: 0, 35: 0, 45: 0} {
		if got := hat.GrayAt(x, 20).Y; got != want {
			t.Errorf("column %d: %d, want %d", x, got, want)
		}
	}
}

func TestAbsSobelXAgainstDefinition(t *testing.T) {
	t.Parallel()
	for _, size := range filterSizes {
		g := noise(7, size.X, size.Y)
		at := func(x, y int) int {
			return int(g.GrayAt(min(max(x, 0), size.X-1), min(max(y, 0), size.Y-1)).Y)
		}
		got := AbsSobelX(g)
		for y := range size.Y {
			for x := range size.X {
				d := 0
				for k, f := range []int{1, 2, 1} {
					d += f * (at(x+1, y+k-1) - at(x-1, y+k-1))
				}
				if want := uint16(max(d, -d)); got.Row(y)[x] != want {
					t.Fatalf("size %v at %d,%d: %d, want %d", size, x, y, got.Row(y)[x], want)
				}
			}
		}
	}
}

func TestBoxSumAgainstDefinition(t *testing.T) {
	t.Parallel()
	for _, size := range filterSizes {
		src := AbsSobelX(noise(9, size.X, size.Y))
		for _, e := range []image.Point{{1, 1}, {3, 5}, {25, 5}} {
			got := BoxSum(src, e.X, e.Y)
			for y := range size.Y {
				for x := range size.X {
					var want uint32
					for dy := -e.Y / 2; dy <= e.Y/2; dy++ {
						for dx := -e.X / 2; dx <= e.X/2; dx++ {
							want += uint32(src.Row(min(max(y+dy, 0), size.Y-1))[min(max(x+dx, 0), size.X-1)])
						}
					}
					if got.Row(y)[x] != want {
						t.Fatalf("size %v box %v at %d,%d: %d, want %d", size, e, x, y, got.Row(y)[x], want)
					}
				}
			}
		}
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	g := NewGrid[uint16](10, 10)
	for i := range g.Pix {
		g.Pix[i] = uint16(i)
	}
	for _, c := range []struct {
		q    float64
		want uint16
	}{{0, 0}, {.01, 0}, {.5, 49}, {.995, 99}, {1, 99}} {
		if got := Quantile(g, c.q, 1); got != c.want {
			t.Errorf("quantile %v is %d, want %d", c.q, got, c.want)
		}
	}
	if got := Quantile(NewGrid[uint16](0, 0), .5, 1); got != 0 {
		t.Errorf("quantile of nothing is %d", got)
	}
}

func TestGaussianBlur(t *testing.T) {
	t.Parallel()
	const n, sigma = 61, 3.0
	g := NewGrid[float32](n, n)
	g.Row(n / 2)[n/2] = 1
	out := GaussianBlur(g, sigma)
	var sum, spread float64
	for y := range n {
		for x, v := range out.Row(y) {
			sum += float64(v)
			spread += float64(v) * float64((x-n/2)*(x-n/2))
		}
	}
	if math.Abs(sum-1) > 1e-4 {
		t.Errorf("a point weighs %.5f after the blur, want 1", sum)
	}
	if got := math.Sqrt(spread); math.Abs(got-sigma) > .05 {
		t.Errorf("the spread is %.3f px, want %.1f", got, sigma)
	}
	flat := NewGrid[float32](20, 9)
	for i := range flat.Pix {
		flat.Pix[i] = 7
	}
	for i, v := range GaussianBlur(flat, 5).Pix {
		if math.Abs(float64(v)-7) > 1e-4 {
			t.Fatalf("a flat grid changed at %d: %v", i, v)
		}
	}
}

func TestReduceThenGrowKeepsARamp(t *testing.T) {
	t.Parallel()
	const w, h, factor = 83, 45, 8
	src := NewGrid[uint32](w, h)
	for y := range h {
		for x := range w {
			src.Row(y)[x] = uint32(10*x + 3*y)
		}
	}
	grown := GrowLinear(ReduceSum(src, factor), factor, w, h)
	// Inside, away from the half cells at the rim, a ramp is kept exactly.
	for y := factor; y < h-2*factor; y++ {
		for x := factor; x < w-2*factor; x++ {
			if got, want := float64(grown.Row(y)[x]), float64(src.Row(y)[x]); math.Abs(got-want) > .01 {
				t.Fatalf("at %d,%d: %.3f, want %.0f", x, y, got, want)
			}
		}
	}
}

func TestSmoothProfileKeepsTheMean(t *testing.T) {
	t.Parallel()
	p := make([]float64, 50)
	p[25] = 1
	sum := 0.0
	for _, v := range SmoothProfile(p, 2) {
		sum += v
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Errorf("sum %.6f, want 1", sum)
	}
}

func randomBitmap(seed uint64, size image.Point, share float64) *Bitmap {
	r := rand.New(rand.NewPCG(seed, 2))
	b := NewBitmap(size.X, size.Y)
	on := false
	for y := range size.Y {
		for x := range size.X {
			if r.Float64() < .2 {
				on = r.Float64() < share
			}
			if on {
				b.Set(x, y)
			}
		}
	}
	return b
}

// grayOf turns a bitmap into a picture of 0 and 255.
func grayOf(b *Bitmap) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, b.Width, b.Height))
	for y := range b.Height {
		for x := range b.Width {
			if b.At(x, y) {
				g.Pix[y*g.Stride+x] = 255
			}
		}
	}
	return g
}

func TestBitmapMorphologyEqualsGreyMorphology(t *testing.T) {
	t.Parallel()
	for i, size := range filterSizes {
		b := randomBitmap(uint64(i), size, .6)
		for name, c := range map[string]struct {
			got  *Bitmap
			want *image.Gray
		}{
			"close 25×1": {b.CloseRows(25), Close(grayOf(b), 25, 1)},
			"close 5×1":  {b.CloseRows(5), Close(grayOf(b), 5, 1)},
			"open 5×3":   {b.Open(5, 3), Open(grayOf(b), 5, 3)},
			"open 35×3":  {b.Open(35, 3), Open(grayOf(b), 35, 3)},
		} {
			got := grayOf(c.got)
			for j := range got.Pix {
				if got.Pix[j] != c.want.Pix[j] {
					t.Fatalf("%s, size %v: pixel %d,%d is %d, want %d", name, size, j%size.X, j/size.X, got.Pix[j], c.want.Pix[j])
				}
			}
		}
	}
}

func TestComponentsAgainstFloodFill(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		size := image.Pt(97, 41)
		b := randomBitmap(seed, size, .15+.05*float64(seed))
		type blob struct {
			bounds image.Rectangle
			area   int
		}
		var want []blob
		seen := make(map[image.Point]bool)
		for y := range size.Y {
			for x := range size.X {
				if !b.At(x, y) || seen[image.Pt(x, y)] {
					continue
				}
				var found blob
				stack := []image.Point{{x, y}}
				seen[stack[0]] = true
				for len(stack) > 0 {
					p := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					found.area++
					found.bounds = found.bounds.Union(image.Rect(p.X, p.Y, p.X+1, p.Y+1))
					window(size, p.X, p.Y, 3, 3, func(x, y int) {
						if q := image.Pt(x, y); b.At(x, y) && !seen[q] {
							seen[q] = true
							stack = append(stack, q)
						}
					})
				}
				want = append(want, found)
			}
		}
		got := b.Components()
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d components, want %d", seed, len(got), len(want))
		}
		for i, c := range got {
			if c.Bounds != want[i].bounds || c.Area != want[i].area {
				t.Fatalf("seed %d component %d: %v %d px, want %v %d px", seed, i, c.Bounds, c.Area, want[i].bounds, want[i].area)
			}
		}
	}
}

func TestMinAreaRect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		w, h, angle, cx, cy float64
	}{
		{"lying", 200, 20, 0, 150, 80},
		{"tilted down", 200, 20, .4, 150, 80},
		{"tilted up", 200, 20, -.5, 150, 80},
		{"standing", 200, 20, math.Pi / 2, 150, 80},
		{"nearly square", 60, 50, .2, 30, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var points []image.Point
			sin, cos := math.Sincos(c.angle)
			for u := -c.w / 2; u <= c.w/2; u += .5 {
				for v := -c.h / 2; v <= c.h/2; v += .5 {
					points = append(points, image.Pt(int(math.Round(c.cx+u*cos-v*sin)), int(math.Round(c.cy+u*sin+v*cos))))
				}
			}
			got := MinAreaRect(points)
			off := math.Abs(math.Remainder(got.Angle-c.angle, math.Pi))
			if math.Abs(got.Width-c.w) > 2 || math.Abs(got.Height-c.h) > 2 || off > .02 ||
				math.Hypot(got.CenterX-c.cx, got.CenterY-c.cy) > 1.5 {
				t.Errorf("got %+v, want %+v", got, c)
			}
			if got.Angle <= -math.Pi/2 || got.Angle > math.Pi/2 {
				t.Errorf("angle %v outside (−π/2, π/2]", got.Angle)
			}
		})
	}
	if got := MinAreaRect(nil); got != (TiltedRect{}) {
		t.Errorf("no points: %+v", got)
	}
	if got := MinAreaRect([]image.Point{{3, 4}}); got.CenterX != 3 || got.CenterY != 4 || got.Width != 0 {
		t.Errorf("one point: %+v", got)
	}
}

// A rectangle returned must hold every point, and none of the rectangles
// turned by other angles may be smaller.
func TestMinAreaRectIsSmallest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	for range 50 {
		points := make([]image.Point, 3+r.IntN(20))
		for i := range points {
			points[i] = image.Pt(r.IntN(100), r.IntN(60))
		}
		box := func(angle float64) (w, h float64) {
			sin, cos := math.Sincos(angle)
			minU, maxU, minV, maxV := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
			for _, p := range points {
				u, v := float64(p.X)*cos+float64(p.Y)*sin, float64(p.Y)*cos-float64(p.X)*sin
				minU, maxU, minV, maxV = min(minU, u), max(maxU, u), min(minV, v), max(maxV, v)
			}
			return maxU - minU, maxV - minV
		}
		got := MinAreaRect(points)
		w, h := box(got.Angle)
		if math.Abs(w-got.Width) > 1e-6 || math.Abs(h-got.Height) > 1e-6 {
			t.Fatalf("size %v×%v, but the points need %v×%v", got.Width, got.Height, w, h)
		}
		for a := 0.0; a < math.Pi; a += .005 {
			if w, h := box(a); w*h < got.Width*got.Height-1e-6 {
				t.Fatalf("area %v, but %v at angle %v", got.Width*got.Height, w*h, a)
			}
		}
	}
}

func BenchmarkBlackHat(b *testing.B) {
	g := noise(1, 1100, 800)
	for b.Loop() {
		BlackHat(g, 13, 13)
	}
}

func BenchmarkAbsSobelX(b *testing.B) {
	g := noise(1, 1100, 800)
	for b.Loop() {
		AbsSobelX(g)
	}
}

func BenchmarkBoxSum(b *testing.B) {
	g := AbsSobelX(noise(1, 1100, 800))
	for b.Loop() {
		BoxSum(g, 25, 5)
	}
}
