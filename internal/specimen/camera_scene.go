package specimen

import (
	"math"

	"bonafide/internal/imaging"
)

// placeTwo puts two pages beside or below one another, each turned a little.
func (c Camera) placeTwo(pw, ph float64, s *stream) (first, second imaging.Quad) {
	w, h := float64(c.Width), float64(c.Height)
	put := func(pw, ph, cx, cy, room, high float64) imaging.Quad {
		k := math.Min(room/pw, high/ph) * s.span(0.82, 0.92)
		sin, cos := math.Sincos(s.span(-0.06, 0.06))
		corner := func(x, y float64) imaging.Point {
			x, y = x*pw*k/2, y*ph*k/2
			return imaging.Point{X: cx + x*cos - y*sin, Y: cy + x*sin + y*cos}
		}
		return imaging.Quad{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)}
	}
	qw, qh := float64(c.Second.Rect.Dx()), float64(c.Second.Rect.Dy())
	if s.chance(0.5) {
		return put(pw, ph, w/4, h*s.span(0.4, 0.6), w/2, h), put(qw, qh, 3*w/4, h*s.span(0.4, 0.6), w/2, h)
	}
	return put(pw, ph, w*s.span(0.45, 0.55), h/4, w, h/2), put(qw, qh, w*s.span(0.45, 0.55), 3*h/4, w, h/2)
}

// tilted projects a page whose plane is turned away from the camera by a pinhole with the field of view of a phone, fitted to the frame.
func (c Camera) tilted(pw, ph float64, s *stream) imaging.Quad {
	w, h := float64(c.Width), float64(c.Height)
	focal := 0.8 * math.Max(w, h)
	axis := s.span(0, 2*math.Pi)
	if s.chance(0.7) { // mostly from below or from a side, as people hold phones
		axis = math.Round(axis/(math.Pi/2))*math.Pi/2 + s.span(-0.15, 0.15)
	}
	sin, cos := math.Sincos(c.Tilt * math.Pi / 180)
	ax, ay := math.Cos(axis), math.Sin(axis)
	project := func(x, y, away float64) imaging.Point {
		// Rodrigues' turn of (x, y, 0) about the axis in the page's plane.
		along := x*ax + y*ay
		px, py := x*cos+ax*along*(1-cos), y*cos+ay*along*(1-cos)
		pz := (ax*y - ay*x) * sin
		k := focal / (away + pz)
		return imaging.Point{X: px * k, Y: py * k}
	}
	corners := [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}
	away := focal
	for range 60 { // step back until it fits
		var q imaging.Quad
		x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
		for i, k := range corners {
			q[i] = project(k[0]*pw/2, k[1]*ph/2, away)
			x0, y0, x1, y1 = math.Min(x0, q[i].X), math.Min(y0, q[i].Y), math.Max(x1, q[i].X), math.Max(y1, q[i].Y)
		}
		if x1-x0 <= 0.92*w && y1-y0 <= 0.92*h {
			for i := range q {
				q[i].X += w/2 - (x0+x1)/2
				q[i].Y += h/2 - (y0+y1)/2
			}
			return q
		}
		away *= 1.04
	}
	return imaging.Quad{{}, {X: w}, {X: w, Y: h}, {Y: h}}
}

// skins are tones of hands, from light to dark.
func skins() []vec {
	return []vec{srgb(236, 196, 172), srgb(222, 172, 140), srgb(196, 144, 110), srgb(160, 110, 80), srgb(118, 78, 56), srgb(78, 52, 40)}
}

// finger lays a finger over the page's edge.
func (c Camera) finger(f *film, q imaging.Quad, s *stream) {
	edge, along := s.intn(4), s.span(0.2, 0.8)
	if c.FingerAt != [2]float64{} {
		edge, along = int(c.FingerAt[0])&3, c.FingerAt[1]
	}
	a, b := q[edge], q[(edge+1)%4]
	ex, ey := b.X-a.X, b.Y-a.Y
	l := math.Hypot(ex, ey)
	nx, ny := -ey/l, ex/l // into the page, as corners go clockwise
	high := math.Min(math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y), math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y))
	reach, half := c.Finger*high, math.Max(0.11*high, 0.35*c.Finger*high)*s.span(0.8, 1.1)
	px, py := a.X+ex*along, a.Y+ey*along
	slant := s.span(-0.3, 0.3)
	dx, dy := nx+slant*ex/l, ny+slant*ey/l
	n := math.Hypot(dx, dy)
	dx, dy = dx/n, dy/n
	col := skins()[s.intn(len(skins()))]
	salt := uint32(s.next())
	unit := 60 / high
	f.each(func(x, y int, p []float32) {
		u, v := float64(x)-px, float64(y)-py
		t, r := u*dx+v*dy, math.Abs(v*dx-u*dy)
		d := half - r // within the finger's sides
		if t > reach-half {
			d = half - math.Hypot(t-(reach-half), r) // its tip is round
		}
		if d <= 0 {
			return
		}
		k := float32(clamp(d, 0, 1))
		round := 0.55 + 0.45*math.Sqrt(clamp(1-(1-d/half)*(1-d/half), 0, 1))
		round *= 1 + 0.05*noise2(float64(x)*unit, float64(y)*unit, salt) + 0.03*noise2(t*unit*2.2, r*unit*0.2, salt+3)
		for i, v := range [3]float64{col.x, col.y, col.z} {
			p[i] += k * (float32(v*round) - p[i])
		}
	})
}

// display turns the page into what a display shows of it: rows of red, green and blue lights, which the photo's own pixels sample (so
// coarse beats appear by themselves), a black that glows, and bands where the shutter met the refresh.
func (c Camera) display(f *film, toPage imaging.Homography, s *stream) {
	// Screen pixels as a share of the page's, by the scale in the middle of the photo.
	m, n := toPage.Apply(imaging.Point{X: float64(f.w) / 2, Y: float64(f.h) / 2}), toPage.Apply(imaging.Point{X: float64(f.w)/2 + 1, Y: float64(f.h) / 2})
	pitch := math.Hypot(n.X-m.X, n.Y-m.Y) * c.Screen // page pixels a screen pixel
	freq := 1 / c.Screen
	// The photo's pixels are squares: they take the mean over themselves.
	sinc := func(x float64) float64 {
		if x == 0 {
			return 1
		}
		return math.Sin(math.Pi*x) / (math.Pi * x)
	}
	lens := math.Exp(-2 * math.Pow(math.Pi*0.5*freq, 2))
	across, down := 0.75*math.Abs(sinc(freq))*lens, 0.45*math.Abs(sinc(freq))*lens
	phase := s.span(0, 6)
	period := float64(f.h) * s.span(0.18, 0.5)
	glow := 0.012
	f.each(func(x, y int, p []float32) {
		q := toPage.Apply(imaging.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
		u, v := q.X/pitch, q.Y/pitch
		row := 1 + down*math.Cos(2*math.Pi*v)
		band := 1 - c.Bands*0.5*(1+math.Sin(2*math.Pi*float64(y)/period+phase))
		for i := range 3 {
			k := row * (1 + across*math.Cos(2*math.Pi*(u-float64(i)/3))) * band
			p[i] = float32((float64(p[i]) + glow) * k)
		}
		p[2] *= 1.08
	})
}

// clutter lays things on the desk.
func (c Camera) clutter(f *film, s *stream) {
	w, h := float64(f.w), float64(f.h)
	for range 9 + s.intn(8) {
		col := srgb(s.span(20, 240), s.span(20, 240), s.span(20, 240))
		cx, cy := s.span(0, w), s.span(0, h)
		long, thick := s.span(0.1, 0.45)*w, s.span(0.008, 0.16)*w
		sin, cos := math.Sincos(s.span(0, math.Pi))
		round := s.chance(0.25)
		if round {
			thick = long * 0.5
			long = thick
		}
		lines := s.chance(0.35)
		f.each(func(x, y int, p []float32) {
			dx, dy := float64(x)-cx, float64(y)-cy
			u, v := dx*cos+dy*sin, dy*cos-dx*sin
			if round && u*u+v*v > long*long/4 || math.Abs(u) > long/2 || math.Abs(v) > thick/2 {
				return
			}
			k := 1.0
			if lines && math.Mod(math.Abs(v), 18) < 5 && math.Mod(math.Abs(u*0.07+v), 3) < 2 {
				k = 0.35
			}
			p[0], p[1], p[2] = float32(col.x*k), float32(col.y*k), float32(col.z*k)
		})
	}
}

// bend gives the map of a bowed page and a lens's distortion, and its inverse. Both are about the frame, so that the page's neighbours
// bow with it.
func (c Camera) bend() (there, back func(imaging.Point) imaging.Point) {
	w, h := float64(c.Width), float64(c.Height)
	half := math.Hypot(w, h) / 2
	there = func(p imaging.Point) imaging.Point {
		p.Y -= c.Curve * h * math.Sin(math.Pi*p.X/w)
		x, y := (p.X-w/2)/half, (p.Y-h/2)/half
		r := 1 - c.Distortion*(x*x+y*y)
		return imaging.Point{X: w/2 + x*r*half, Y: h/2 + y*r*half}
	}
	back = func(q imaging.Point) imaging.Point {
		x, y := (q.X-w/2)/half, (q.Y-h/2)/half
		u, v := x, y
		for range 6 { // the distortion is small, so this closes in fast
			r := 1 - c.Distortion*(u*u+v*v)
			u, v = x/r, y/r
		}
		p := imaging.Point{X: w/2 + u*half, Y: h/2 + v*half}
		p.Y += c.Curve * h * math.Sin(math.Pi*p.X/w)
		return p
	}
	return there, back
}

// remap moves every pixel: what is at p afterwards was at back(p) before. Beyond the edge the border is repeated.
func (f *film) remap(back func(imaging.Point) imaging.Point) {
	out := make([]float32, len(f.pix))
	for y := range f.h {
		for x := range f.w {
			q := back(imaging.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			u, v := clamp(q.X-0.5, 0, float64(f.w-1)), clamp(q.Y-0.5, 0, float64(f.h-1))
			x0, y0 := int(u), int(v)
			x1, y1 := min(x0+1, f.w-1), min(y0+1, f.h-1)
			a, b := float32(u-float64(x0)), float32(v-float64(y0))
			for k := range 3 {
				top := f.pix[3*(y0*f.w+x0)+k]*(1-a) + f.pix[3*(y0*f.w+x1)+k]*a
				low := f.pix[3*(y1*f.w+x0)+k]*(1-a) + f.pix[3*(y1*f.w+x1)+k]*a
				out[3*(y*f.w+x)+k] = top*(1-b) + low*b
			}
		}
	}
	f.pix = out
}
