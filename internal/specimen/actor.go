package specimen

import (
	"image"
	"math"
	"sync"

	"bonafide/internal/imaging"
)

// Moment is what a person does in one frame of a sequence.
type Moment struct {
	Yaw        float64 // degrees to the person's own left; frames show steps of six degrees, up to 24 to either side
	EyesClosed float64 // 0 open … 1 closed, in halves
	MouthOpen  float64 // 0 closed … 1 wide open, in halves
	Scale      float64 // size of the head; 0: 1
	X, Y       float64 // where the head is off its place, in shares of the frame's height
}

// Actor is a person who can be filmed at little cost: each pose is rendered once and laid into as many frames as wanted. It is safe for
// concurrent use.
type Actor struct {
	person Person
	mu     sync.Mutex
	poses  map[[3]int]*plane
}

// NewActor lets a person be filmed.
func NewActor(p Person) *Actor { return &Actor{person: p, poses: map[[3]int]*plane{}} }

// Person is who acts.
func (a *Actor) Person() Person { return a.person }

// Filmed sizes: those of a small video frame, which is what a device sends.
const (
	filmWidth, filmHeight = 240, 320
	yawStep, yawSteps     = 6.0, 4
	// The lids and the jaw of the model go further than a person's, so that the face mesh, which learnt from people, sees them go as far.
	closing, opening = 1.15, 1.5
)

// pose renders the head for the stance that is nearest to a moment's.
func (a *Actor) pose(m Moment) *plane {
	k := [3]int{
		int(math.Round(clamp(m.Yaw/yawStep, -yawSteps, yawSteps))),
		int(math.Round(2 * clamp(m.EyesClosed, 0, 1))), int(math.Round(2 * clamp(m.MouthOpen, 0, 1))),
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if p := a.poses[k]; p != nil {
		return p
	}
	s := newStream(a.person.Seed, "actor")
	r := sitter{
		look: a.person.look, clothes: newClothes(s),
		exp:  expression{eyes: 1 - closing*float64(k[1])/2, mouth: opening * float64(k[2]) / 2, smile: 0.1 * s.float()},
		pose: pose{yaw: yawStep * float64(k[0]) * math.Pi / 180, pitch: 0.03 * s.bell(), roll: 0.02 * s.bell()},
		lens: lens{dist: 58, scale: filmHeight / 42.0, cx: filmWidth / 2, cy: 0.44 * filmHeight},
		light: lighting{
			key: keyFrom(s.span(-30, 30), s.span(14, 34)), keyColor: vec{0.82, 0.82, 0.8}, soft: s.span(0.4, 0.7), exposure: 1,
			fill: vec{0.26, 0.26, 0.27}, ambient: vec{0.34, 0.35, 0.37},
		},
	}
	a.poses[k] = r.render(filmWidth, filmHeight)
	return a.poses[k]
}

// StudioOptions say where a sequence is filmed and with what.
type StudioOptions struct {
	// Screen is how much a white screen adds to the light on what is before it, as a share of the light of the room: 0.03 by a window,
	// 0.3 in a room in the evening.
	Screen float64
	Noise  float64 // grey levels; 0: 2, negative: none
	Shake  float64 // pixels that the camera moves between frames; 0: 0.8, negative: none
	Drift  float64 // deviation of the camera's own changes of colour, as a share; 0: 0.003, negative: none
}

// Studio films people, and things that are held up in their place, before one room. A frame depends on the seed and its number alone.
type Studio struct {
	opts StudioOptions
	seed uint64
	wall *film // larger than the frame, so that the camera can move
}

const spare = 16 // pixels of wall around the frame

// NewStudio builds the room of a seed.
func NewStudio(o StudioOptions, seed uint64) *Studio {
	or := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
		*v = math.Max(*v, 0)
	}
	or(&o.Noise, 2)
	or(&o.Shake, 0.8)
	or(&o.Drift, 0.003)
	s := newStream(seed, "studio")
	f := newFilm(filmWidth+2*spare, filmHeight+2*spare)
	room(f, s, lighting{key: keyFrom(s.span(-38, 38), 20)})
	f.blur(1)
	return &Studio{opts: o, seed: seed, wall: f}
}

// Live films a person. screen is the colour of the device's screen in linear light, 0..1; n the number of the frame.
func (t *Studio) Live(a *Actor, m Moment, screen [3]float64, n int) *image.RGBA {
	f, s := t.begin(screen, n)
	p := a.pose(m)
	k := m.Scale
	if k == 0 {
		k = 1
	}
	lit := t.lit(screen, 1)
	// The head's middle stays where it is while it grows; the body sways a little.
	cx, cy := (0.5+0.002*s.bell())*filmWidth+m.X*filmHeight, (0.44+0.002*s.bell()+m.Y)*filmHeight
	for y := range f.h {
		v := (float64(y)+0.5-cy)/k + 0.44*filmHeight - 0.5
		for x := range f.w {
			u := (float64(x)+0.5-cx)/k + filmWidth/2 - 0.5
			c := p.at(u, v)
			if c[3] == 0 {
				continue
			}
			d := f.pix[3*(y*f.w+x):]
			for i := range 3 {
				d[i] = c[i]*lit[i] + (1-c[3])*d[i]
			}
		}
	}
	return t.end(f, s)
}

// at samples the plane between its pixels; what lies below its lower edge goes on.
func (p *plane) at(u, v float64) (c [4]float32) {
	v = math.Min(v, float64(p.h-1)-1e-6)
	if u < 0 || v < 0 || u >= float64(p.w-1) {
		return c
	}
	x, y := int(u), int(v)
	a, b := float32(u-float64(x)), float32(v-float64(y))
	o := 4 * (y*p.w + x)
	for i := range 4 {
		top := p.pix[o+i]*(1-a) + p.pix[o+4+i]*a
		low := p.pix[o+4*p.w+i]*(1-a) + p.pix[o+4*p.w+4+i]*a
		c[i] = top*(1-b) + low*b
	}
	return c
}

// Held says how a flat thing is held before the camera.
type Held struct {
	Size    float64 // its height in frame heights; 0: 1.2, so that its edges are outside
	X, Y    float64 // its middle off the frame's, in shares of the frame's height
	Tilt    float64 // degrees that its right edge turns away
	Cut     bool    // cut out along the head, which its middle shows
	Shining bool    // a display, which the device's screen does not light
}

// Flat films a flat picture in place of a person.
func (t *Studio) Flat(content *image.RGBA, h Held, screen [3]float64, n int) *image.RGBA {
	f, s := t.begin(screen, n)
	size := h.Size
	if size == 0 {
		size = 1.2
	}
	w, hgt := float64(content.Rect.Dx()), float64(content.Rect.Dy())
	k := size * filmHeight / hgt
	cx, cy := filmWidth/2+(h.X+0.002*s.bell())*filmHeight, (0.5+h.Y+0.002*s.bell())*filmHeight
	sin, cos := math.Sincos(h.Tilt * math.Pi / 180)
	const far = 1.6 // distance of the camera in frame heights
	corner := func(x, y float64) imaging.Point {
		x, y = x*w*k/2, y*hgt*k/2
		z := 1 + x*sin/(far*filmHeight)
		return imaging.Point{X: cx + x*cos/z, Y: cy + y/z}
	}
	quad := imaging.Quad{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)}
	back, ok := imaging.QuadToRect(quad, content.Rect.Dx(), content.Rect.Dy()).Inverse()
	if ok {
		g := newFilm(f.w, f.h)
		copy(g.pix, f.pix)
		g.layOn(imaging.WarpPerspective(content, back, f.w, f.h), quad)
		lit := [3]float32{1, 1, 1}
		if !h.Shining {
			lit = t.lit(screen, 1)
		}
		e := edgesOf(quad)
		f.each(func(x, y int, p []float32) {
			u, v := (float64(x)-cx)/(0.24*size*filmHeight), (float64(y)-(cy-0.06*size*filmHeight))/(0.32*size*filmHeight)
			if e.inside(float64(x)+0.5, float64(y)+0.5) > 0 && (!h.Cut || u*u+v*v < 1) {
				o := g.pix[3*(y*f.w+x):]
				for i := range 3 {
					p[i] = o[i] * lit[i]
				}
			}
		})
	}
	return t.end(f, s)
}

// lit is by how much the screen brightens a thing at a distance, 1 that of a face.
func (t *Studio) lit(screen [3]float64, distance float64) (k [3]float32) {
	for i := range 3 {
		k[i] = float32(1 + t.opts.Screen*screen[i]/(distance*distance))
	}
	return k
}

// begin films the wall.
func (t *Studio) begin(screen [3]float64, n int) (*film, *stream) {
	s := newStream(t.seed+uint64(n)*0x51ED, "frame")
	f := newFilm(filmWidth, filmHeight)
	// The wall is three times as far as the face.
	lit := t.lit(screen, 3)
	dx, dy := spare+int(math.Round(clamp(t.opts.Shake*s.bell(), -spare, spare))), spare+int(math.Round(clamp(t.opts.Shake*s.bell(), -spare, spare)))
	for y := range f.h {
		for x := range f.w {
			o, d := t.wall.pix[3*((y+dy)*t.wall.w+x+dx):], f.pix[3*(y*f.w+x):]
			for i := range 3 {
				d[i] = o[i] * lit[i]
			}
		}
	}
	return f, s
}

// end is the camera: its changing idea of white, its lens, its sensor.
func (t *Studio) end(f *film, s *stream) *image.RGBA {
	f.scale(1+t.opts.Drift*s.bell(), 1, 1+t.opts.Drift*s.bell())
	f.blur(0.5)
	return f.picture(t.opts.Noise, s.next())
}

// BoothPortrait is the portrait of a person's document by itself.
func BoothPortrait(p Person, w, h int) *image.RGBA { return passportPortrait(p, w, h) }
