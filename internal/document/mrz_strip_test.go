package document

import (
	"image"
	"math"
	"testing"
)

// ramp is a picture whose grey value is a linear function of the place, so
// that any interpolation must return the function itself.
func ramp(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			g.Pix[y*g.Stride+x] = uint8(math.Round(rampAt(float64(x)+.5, float64(y)+.5)))
		}
	}
	return g
}

func rampAt(x, y float64) float64 { return 40 + .12*x + .17*y }

func TestStripShowsThePlaceItIsCutFrom(t *testing.T) {
	t.Parallel()
	p := newPyramid(ramp(700, 500))
	for _, c := range []struct {
		name   string
		line   textLine
		sx, sy float64
	}{
		{"upright, as it is", textLine{x: 350, y: 250}, 1, 1},
		{"enlarged", textLine{x: 350.25, y: 249.5, angle: .1}, 2.3, 1.8},
		{"shrunk", textLine{x: 340, y: 260, angle: -.2}, .7, .9},
		{"shrunk much", textLine{x: 350, y: 250, angle: .3}, .3, .4},
		{"turned", textLine{x: 350, y: 250, angle: math.Pi / 2}, 1.2, 1.2},
		{"upside down", textLine{x: 350, y: 250, angle: math.Pi}, 1, 1},
		{"bent", textLine{x: 350, y: 250, angle: .1, bend: .0008}, 1, 1},
		{"bent, shrunk", textLine{x: 350, y: 250, bend: -.0005}, .45, .5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const w, h = 101, 21
			check := func(name string, st *image.Gray, sx, sy float64) {
				for _, at := range []image.Point{{0, 0}, {50, 10}, {100, 0}, {0, 20}, {100, 20}, {30, 5}} {
					place := c.line.at((float64(at.X)+.5-w/2.)/sx, (float64(at.Y)+.5-h/2.)/sy)
					want := rampAt(place.X, place.Y)
					if got := float64(st.GrayAt(at.X, at.Y).Y); math.Abs(got-want) > 1.6 {
						t.Errorf("%s at %v: %.0f, want %.1f", name, at, got, want)
					}
				}
			}
			check("strip", p.strip(c.line, c.sx, c.sy, w, h), c.sx, c.sy)
			check("sketch", p.sketch(c.line, c.sy, w, h), c.sy, c.sy)
		})
	}
}

func TestStripBeyondThePictureRepeatsTheBorder(t *testing.T) {
	t.Parallel()
	g := ramp(60, 40)
	p := newPyramid(g)
	for _, s := range []float64{.3, 1, 2} {
		st := p.strip(textLine{x: 0, y: 0, angle: .4}, s, s, 300, 200)
		if got, want := st.GrayAt(0, 0).Y, g.GrayAt(0, 0).Y; math.Abs(float64(got)-float64(want)) > 3 {
			t.Errorf("scale %v: outside is %d, want the corner's %d", s, got, want)
		}
	}
}

func TestLineGeometry(t *testing.T) {
	t.Parallel()
	l := textLine{x: 100, y: 50, angle: .3, cap: 10, length: 200, bend: .001}
	near := func(name string, x, y, wantX, wantY float64) {
		if math.Hypot(x-wantX, y-wantY) > .05 {
			t.Errorf("%s: %.2f, %.2f, want %.2f, %.2f", name, x, y, wantX, wantY)
		}
	}
	// The same place named from the other end.
	a, b := l.at(30, 4), l.turned().at(-30, -4)
	near("turned", b.X, b.Y, a.X, a.Y)
	// A line slid along its print passes through the same places.
	m := l.slid(20)
	c := l.at(20, 0)
	near("slid", m.x, m.y, c.X, c.Y)
	d, e := m.at(10, 0), l.at(30, 0)
	near("along a slid line", d.X, d.Y, e.X, e.Y)
	across, along := l.distance(l.shifted(7, -3))
	if math.Abs(across+3) > 1e-9 || math.Abs(along-7) > 1e-9 {
		t.Errorf("distance %v, %v, want −3, 7", across, along)
	}
}

// A bar of strokes is found where it is, at any angle the stages claim.
func TestBarsAreFoundAtEveryAngle(t *testing.T) {
	t.Parallel()
	const w, h = 900, 900
	for degrees := -170.; degrees <= 180; degrees += 10 {
		l := textLine{x: 430, y: 470, angle: degrees * math.Pi / 180, cap: 14, length: 620}
		g := image.NewGray(image.Rect(0, 0, w, h))
		for i := range g.Pix {
			g.Pix[i] = 200
		}
		ux, uy := l.along()
		for y := range h {
			for x := range w {
				dx, dy := float64(x)+.5-l.x, float64(y)+.5-l.y
				du, dv := dx*ux+dy*uy, dy*ux-dx*uy
				// Strokes of 3 px every 8 px, as print has them.
				if math.Abs(du) < l.length/2 && math.Abs(dv) < l.cap/2 && math.Mod(du+2000, 8) < 3 {
					g.Pix[y*g.Stride+x] = 40
				}
			}
		}
		p := newPyramid(g)
		found := false
		views := []view{newView(p, 450, 0), newView(p, 700, 0), newView(p, 450, 0).turned(), newView(p, 700, 0).turned()}
		for _, angle := range tilts {
			views = append(views, newView(p, 600, angle))
		}
		for _, v := range views {
			for _, bar := range rankBars(v.bars(), maxBars) {
				bar = p.straighten(bar)
				across, along := l.distance(bar)
				if math.Abs(across) < 5 && math.Abs(along) < 60 && bar.length > 450 && math.Abs(math.Sin(bar.angle-l.angle)) < .03 {
					found = true
				}
			}
		}
		if !found {
			t.Errorf("a bar at %.0f° is not found", degrees)
		}
	}
}
