package specimen

import (
	"image"
	"math"
)

// SelfieOptions say how a person is pictured by the telephone in the hand. The zero value is a good selfie: 720 × 960 pixels, frontal within a few
// degrees, soft light, one face, eyes open, mouth closed.
type SelfieOptions struct {
	Width, Height int // pixels; 0: 720 × 960
	Empty         bool
	Second        *Person // somebody else beside and behind

	Dark  bool    // a room with the light off
	Blur  float64 // deviation of the Gaussian, pixels
	Noise float64 // grey levels; 0: 2, negative: none
	Frame uint64  // which picture of a film: only the sensor's noise is another

	// Degrees with the signs of ISO/IEC 39794-5, on top of a few by seed (none when Still): yaw to the person's own left (the viewer's right),
	// pitch down, roll to the person's own right shoulder (the viewer's left). Beyond about 50° of yaw the head shows that it is a model.
	Yaw, Pitch, Roll float64
	Still            bool    // leave out the few degrees, the glance and the hint of a smile that the seed adds
	EyesClosed       float64 // 0 open … 1 closed
	MouthOpen        float64 // 0 closed … 1 wide open
	Smile            float64 // 0..1
	LightFrom        float64 // degrees to the viewer's right; 0: by seed
	LightColor       [3]float64
	Scale            float64 // size of the head; 0: 1, fills about half of the picture's height
}

// Selfie pictures a person before a room. The seed chooses room, light and clothes; the face is the person's.
func Selfie(p Person, o SelfieOptions, seed uint64) *image.RGBA {
	s := newStream(seed^p.Seed*0x9E37, "selfie")
	if o.Width <= 0 || o.Height <= 0 {
		o.Width, o.Height = 720, 960
	}
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Noise == 0 {
		o.Noise = 2
	}
	light := lighting{
		key: keyFrom(s.span(-38, 38), s.span(12, 38)), soft: s.span(0.3, 0.7), exposure: 1,
		fill: vec{0.26, 0.26, 0.27}, ambient: vec{0.34, 0.35, 0.37},
	}
	warm := s.span(-0.1, 0.12)
	light.keyColor = vec{1 + warm*0.6, 1, 1 - warm}.mul(s.span(0.72, 0.92))
	if o.LightFrom != 0 {
		light.key = keyFrom(o.LightFrom, 22)
	}
	if o.LightColor != [3]float64{} {
		light.keyColor = vec{o.LightColor[0], o.LightColor[1], o.LightColor[2]}
	}
	f := newFilm(o.Width, o.Height)
	room(f, s, light)
	f.blur(float64(o.Width) / 240)
	clothing := newClothes(s)
	if !o.Empty {
		if o.Second != nil {
			q := sitter{look: o.Second.look, exp: expression{eyes: 1}, clothes: newClothes(s), light: light, pose: pose{yaw: -0.12, roll: 0.06}}
			q.stand(f, 0.74*o.Scale, 0.8, 0.4)
		}
		r := sitter{look: p.look, clothes: clothing, light: light}
		r.exp = expression{eyes: 1 - clamp(o.EyesClosed, 0, 1), mouth: clamp(o.MouthOpen, 0, 1), smile: o.Smile}
		r.pose = pose{yaw: o.Yaw * math.Pi / 180, pitch: -o.Pitch * math.Pi / 180, roll: -o.Roll * math.Pi / 180}
		if !o.Still {
			r.pose.yaw += 0.06 * s.bell()
			r.pose.pitch += 0.04 * s.bell()
			r.pose.roll += 0.03 * s.bell()
			r.exp.gazeX, r.exp.smile = 0.05*s.bell(), r.exp.smile+0.2*s.float()
		}
		at := 0.5
		if o.Second != nil {
			at = 0.36
		}
		r.stand(f, o.Scale, at, 0.44)
	}
	if o.Dark {
		f.scale(0.06, 0.055, 0.06)
		o.Noise *= 2.2
	}
	f.blur(math.Max(o.Blur, 0.5))
	return f.picture(o.Noise, s.next()+o.Frame)
}

// stand renders the sitter onto the film with the head's middle at the given shares of width and height.
func (r sitter) stand(f *film, scale, x, y float64) {
	r.lens = lens{dist: 58, scale: float64(f.h) / 42 * scale, cx: x * float64(f.w), cy: y * float64(f.h)}
	const over = 1.35
	k := r.lens
	k.scale, k.cx, k.cy = k.scale*over, k.cx*over, k.cy*over
	r.lens = k
	p := r.render(int(float64(f.w)*over), int(float64(f.h)*over))
	// Shrink by area and lay over.
	step := over
	for py := range f.h {
		y0, y1 := float64(py)*step, float64(py+1)*step
		for px := range f.w {
			x0, x1 := float64(px)*step, float64(px+1)*step
			var sum [4]float64
			weight := 0.0
			for iy := int(y0); iy < p.h && float64(iy) < y1; iy++ {
				wy := math.Min(y1, float64(iy+1)) - math.Max(y0, float64(iy))
				for ix := int(x0); ix < p.w && float64(ix) < x1; ix++ {
					w := wy * (math.Min(x1, float64(ix+1)) - math.Max(x0, float64(ix)))
					o := p.pix[4*(iy*p.w+ix):]
					for c := range 4 {
						sum[c] += w * float64(o[c])
					}
					weight += w
				}
			}
			if sum[3] == 0 {
				continue
			}
			d := f.pix[3*(py*f.w+px):]
			a := 1 - sum[3]/weight
			for c := range 3 {
				d[c] = float32(sum[c]/weight + a*float64(d[c]))
			}
		}
	}
}

// room paints what is behind: a wall, a window or a lamp, a shelf or a picture, all out of focus later.
func room(f *film, s *stream, l lighting) {
	walls := []vec{srgb(206, 200, 190), srgb(176, 190, 196), srgb(196, 182, 160), srgb(150, 160, 150), srgb(214, 210, 206), srgb(120, 126, 140)}
	things := []vec{srgb(110, 74, 48), srgb(60, 76, 96), srgb(140, 60, 50), srgb(54, 84, 60), srgb(200, 180, 130), srgb(230, 228, 224)}
	wall := walls[s.intn(len(walls))].mul(0.8)
	lx := 0.5 + 0.5*l.key.x
	for y := range f.h {
		v := float64(y) / float64(f.h)
		for x := range f.w {
			u := float64(x) / float64(f.w)
			k := 1.05 - 0.35*math.Abs(u-lx) - 0.12*v
			f.set(x, y, wall.mul(k))
		}
	}
	paint := func(x0, y0, x1, y1 float64, c vec) {
		for y := max(0, int(y0*float64(f.h))); y < min(f.h, int(y1*float64(f.h))); y++ {
			for x := max(0, int(x0*float64(f.w))); x < min(f.w, int(x1*float64(f.w))); x++ {
				f.set(x, y, c)
			}
		}
	}
	if s.chance(0.5) { // window
		x := s.span(-0.1, 0.75)
		paint(x, 0.04, x+0.34, 0.5, vec{0.9, 0.9, 0.88})
		paint(x+0.02, 0.06, x+0.32, 0.48, vec{0.75, 0.86, 0.98}.mul(s.span(0.75, 1.05)))
		paint(x+0.16, 0.04, x+0.18, 0.5, vec{0.85, 0.85, 0.83})
	}
	if s.chance(0.7) { // shelf with things
		y := s.span(0.12, 0.5)
		x := s.span(-0.2, 0.6)
		for i := range 7 {
			h := s.span(0.05, 0.13)
			paint(x+float64(i)*0.06, y-h, x+float64(i)*0.06+s.span(0.03, 0.055), y, things[s.intn(len(things))].mul(0.7))
		}
		paint(x-0.02, y, x+0.45, y+0.012, srgb(120, 88, 60))
	}
	if s.chance(0.6) { // door frame or curtain
		x := s.span(0.6, 0.95)
		paint(x, 0, x+s.span(0.08, 0.3), 1, things[s.intn(len(things))].mul(0.6).mix(wall, 0.5))
	}
}
