package specimen

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"

	"bonafide/internal/imaging"
)

// Background is what the page lies on.
type Background int

// Backgrounds.
const (
	AnyBackground Background = iota // by seed
	Wood
	Cloth
	Plain
	Dark
	Clutter // a desk with pens, sheets and a cup on it
)

// Camera says how a page is photographed. The zero value is a good photo by hand: 2000 × 1500 pixels, slight perspective and turn, even
// light, little noise. Strengths are physical numbers where there are some, so that a test can step them.
type Camera struct { //nolint:recvcheck // what aims it changes it, what photographs works on a copy
	Width, Height int        // pixels; 0: 2000 × 1500
	Fill          float64    // share of the frame's width or height that the page takes; 0: 0.86
	Perspective   float64    // most a corner moves, as a share of the page's height; 0: 0.015, negative: none
	Turn          float64    // degrees clockwise, on top of a degree or two by seed
	Background    Background //

	Gradient   float64     // fall of the light across the page, 0..0.8
	Blur       float64     // defocus: deviation of the Gaussian, pixels of the photo
	Motion     float64     // length of the smear, pixels; its direction is by seed
	Exposure   float64     // factor on the light; 0: 1. 0.15 is dark, 2.2 washed out
	Glare      float64     // strength of a lamp's reflection, 0..1: at 1 its middle is pure white
	GlareAt    [2]float64  // its middle, as a share of the page's width and height; {0,0}: by seed
	GlareSize  float64     // half-width as a share of the page's width; 0: 0.12
	Crop       float64     // share of the page's width cut off by the frame at the right, 0..0.5
	Noise      float64     // deviation in grey levels; 0: 1.6, negative: none
	Monochrome bool        // a camera that records no colours
	GlareLong  float64     // length of the reflection over its width: above 1 a streak, as of a lamp tube; 0: by seed, nearly round
	Tilt       float64     // degrees between the camera's axis and the page's normal, 0..60, about an axis by seed
	Finger     float64     // how far a finger reaches over the page from its edge, as a share of the page's height
	FingerAt   [2]float64  // the edge (0 top, 1 right, 2 bottom, 3 left) and the place along it, 0..1; {0,0}: by seed
	Curve      float64     // height of the page's bow, as a share of the frame's height
	Distortion float64     // radial distortion of the lens: positive barrel, 0.05 is much
	Screen     float64     // pixels of the photo for each pixel of a display that shows the page; 0: no display
	Bands      float64     // depth of the display's refresh bands, 0..1
	Second     *image.RGBA // another page that lies in the picture, too
	Tint       [3]float64  // factors on red, green, blue; zero: by seed, near 1
}

// Photograph takes a picture of a printed page and returns it with the truth moved to its pixels. The page's corners in the
// returned truth may lie outside the picture where Crop or Turn put them there. The same arguments give the same picture.
func Photograph(pageImg *image.RGBA, t Truth, c Camera, seed uint64) (*image.RGBA, Truth) {
	s := newStream(seed, "camera")
	c = c.withDefaults(s)
	pw, ph := float64(pageImg.Rect.Dx()), float64(pageImg.Rect.Dy())
	quad := c.place(pw, ph, s)
	extra := newStream(seed, "defect") // apart, so that what is photographed well stays the same picture
	var other imaging.Quad
	if c.Second != nil {
		quad, other = c.placeTwo(pw, ph, extra)
	}
	toPhoto := imaging.QuadToRect(quad, pageImg.Rect.Dx(), pageImg.Rect.Dy()) // page pixel → photo pixel
	toPage, ok := toPhoto.Inverse()
	if !ok {
		return image.NewRGBA(image.Rect(0, 0, c.Width, c.Height)), t
	}
	warped := imaging.WarpPerspective(pageImg, toPage, c.Width, c.Height)
	f := newFilm(c.Width, c.Height)
	c.paintBackground(f, s)
	f.shade(quad, 0.45, math.Hypot(pw, ph)*0.004+6)
	f.layOn(warped, quad)
	if c.Second != nil {
		second := imaging.QuadToRect(other, c.Second.Rect.Dx(), c.Second.Rect.Dy())
		if back, ok := second.Inverse(); ok {
			f.shade(other, 0.45, 8)
			f.layOn(imaging.WarpPerspective(c.Second, back, c.Width, c.Height), other)
		}
	}
	if c.Screen > 0 {
		c.display(f, toPage, extra)
	}
	if c.Finger > 0 {
		c.finger(f, quad, extra)
	}
	c.light(f, quad, s)
	if c.Glare > 0 {
		c.glare(f, toPage, pw, ph, s)
	}
	f.scale(c.Exposure*c.Tint[0], c.Exposure*c.Tint[1], c.Exposure*c.Tint[2])
	if c.Motion > 0 {
		f.smear(c.Motion, s.span(0, math.Pi))
	}
	f.blur(math.Max(c.Blur, 0.45))
	if c.Monochrome {
		f.grey()
	}
	t = t.through(toPhoto.Apply)
	if c.Curve != 0 || c.Distortion != 0 {
		there, back := c.bend()
		f.remap(back)
		t = t.through(there)
	}
	return f.picture(c.Noise, s.next()), t
}

func (c Camera) withDefaults(s *stream) Camera {
	or := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
		*v = math.Max(*v, 0)
	}
	if c.Width <= 0 || c.Height <= 0 {
		c.Width, c.Height = 2000, 1500
	}
	or(&c.Fill, 0.86)
	or(&c.Perspective, 0.015)
	or(&c.Exposure, 1)
	or(&c.GlareSize, 0.12)
	or(&c.Noise, 1.6)
	warm := s.span(-0.04, 0.04)
	if c.Tint == [3]float64{} {
		c.Tint = [3]float64{1 + warm, 1, 1 - warm}
	}
	g := [2]float64{s.span(0.2, 0.8), s.span(0.2, 0.8)}
	if c.GlareAt == [2]float64{} {
		c.GlareAt = g
	}
	b := Background(1 + s.intn(4))
	if c.Background == AnyBackground {
		c.Background = b
	}
	return c
}

// place puts the page's corners into the photo.
func (c Camera) place(pw, ph float64, s *stream) imaging.Quad {
	w, h := float64(c.Width), float64(c.Height)
	a := (c.Turn + s.span(-1.5, 1.5)) * math.Pi / 180
	sin, cos := math.Sincos(a)
	// The turned page's box must fit the frame.
	bw, bh := math.Abs(pw*cos)+math.Abs(ph*sin), math.Abs(pw*sin)+math.Abs(ph*cos)
	k := c.Fill * math.Min(w/bw, h/bh)
	if c.Tilt > 0 {
		return c.tilted(pw*k, ph*k, s)
	}
	spareX, spareY := w-bw*k, h-bh*k
	cx, cy := w/2+s.span(-0.25, 0.25)*spareX, h/2+s.span(-0.25, 0.25)*spareY
	if c.Crop > 0 { // push the page over the right edge
		cx = w - (0.5-c.Crop)*pw*k
	}
	corner := func(x, y float64) imaging.Point {
		x, y = x*pw*k/2, y*ph*k/2
		x += c.Perspective * ph * k * s.span(-1, 1)
		y += c.Perspective * ph * k * s.span(-1, 1)
		return imaging.Point{X: cx + x*cos - y*sin, Y: cy + x*sin + y*cos}
	}
	return imaging.Quad{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)}
}

func (c Camera) paintBackground(f *film, s *stream) {
	salt := uint32(s.next())
	woods := []vec{srgb(150, 104, 66), srgb(96, 62, 40), srgb(196, 164, 124), srgb(120, 92, 72)}
	cloths := []vec{srgb(70, 84, 110), srgb(120, 60, 62), srgb(86, 100, 82), srgb(150, 140, 126)}
	plains := []vec{srgb(198, 198, 196), srgb(150, 156, 162), srgb(180, 172, 158), srgb(96, 110, 126)}
	darks := []vec{srgb(34, 34, 38), srgb(46, 38, 34), srgb(28, 36, 46)}
	pick := func(v []vec) vec { return v[s.intn(len(v))] }
	turn := s.span(-0.2, 0.2)
	var col vec
	switch c.Background {
	case Wood:
		col = pick(woods)
	case Cloth:
		col = pick(cloths)
	case Dark:
		col = pick(darks)
	default:
		col = pick(plains)
	}
	unit := 1000 / float64(f.w)
	for y := range f.h {
		for x := range f.w {
			u, v := float64(x)*unit, float64(y)*unit
			var k float64
			switch c.Background {
			case Wood:
				q := v + turn*u
				k = 1 + 0.16*noise2(u*0.006, q*0.09+1.5*noise2(u*0.004, q*0.012, salt), salt+1) + 0.06*noise2(u*0.03, q*0.6, salt+2)
			case Cloth:
				k = 1 + 0.1*math.Sin(u*1.9)*math.Sin(v*1.9) + 0.09*noise2(u*0.008, v*0.008, salt)
			default: // Plain, Dark, and the desk under clutter
				k = 1 + 0.04*noise2(u*0.004, v*0.004, salt) + 0.015*noise2(u*0.7, v*0.7, salt+1)
			}
			f.set(x, y, col.mul(k))
		}
	}
	if c.Background == Clutter {
		c.clutter(f, newStream(uint64(salt), "clutter"))
	}
}

// light lets the light fall off across the picture, and darkens the corners as lenses do.
func (c Camera) light(f *film, q imaging.Quad, s *stream) {
	a := s.span(0, 2*math.Pi)
	g := c.Gradient
	if g == 0 {
		g = 0.08
	}
	cx, cy := (q[0].X+q[2].X)/2, (q[0].Y+q[2].Y)/2
	reach := math.Hypot(q[0].X-q[2].X, q[0].Y-q[2].Y) / 2
	dx, dy := math.Cos(a)/reach, math.Sin(a)/reach
	diag := math.Hypot(float64(f.w), float64(f.h)) / 2
	f.each(func(x, y int, p []float32) {
		t := clamp(((float64(x)-cx)*dx+(float64(y)-cy)*dy+1)/2, 0, 1)
		r := math.Hypot(float64(x)-float64(f.w)/2, float64(y)-float64(f.h)/2) / diag
		k := float32((1 - g*t) * (1 - 0.1*r*r))
		p[0], p[1], p[2] = p[0]*k, p[1]*k, p[2]*k
	})
}

// glare adds a lamp's reflection: an ellipse on the page, burnt out in its middle, with a wide faint halo.
func (c Camera) glare(f *film, toPage imaging.Homography, pw, ph float64, s *stream) {
	gx, gy := c.GlareAt[0]*pw, c.GlareAt[1]*ph
	rx := c.GlareSize * pw
	ry := rx * s.span(0.5, 0.9)
	if c.GlareLong > 0 {
		ry = rx / c.GlareLong
	}
	sin, cos := math.Sincos(s.span(-0.6, 0.6))
	f.each(func(x, y int, p []float32) {
		q := toPage.Apply(imaging.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
		if q.X < 0 || q.Y < 0 || q.X > pw || q.Y > ph {
			return
		}
		dx, dy := q.X-gx, q.Y-gy
		u, v := (dx*cos+dy*sin)/rx, (dy*cos-dx*sin)/ry
		r := math.Sqrt(u*u + v*v)
		k := float32(c.Glare * (1.6*smooth(1.1, 0.55, r) + 0.25*math.Exp(-r*0.9)))
		p[0], p[1], p[2] = p[0]+k, p[1]+k, p[2]+k
	})
}

// JPEG codes a picture. Quality is 1..100.
func JPEG(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
