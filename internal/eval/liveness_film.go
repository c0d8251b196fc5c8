package eval

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"slices"

	"bonafide/internal/imaging"
	"bonafide/internal/liveness"
	"bonafide/internal/specimen"
)

// sequence is a recording as it reaches the analyser.
type sequence struct {
	frames    []liveness.Frame
	challenge liveness.Challenge
}

// script is what happens in a recording, by the device's clock.
type script struct {
	challenge liveness.Challenge
	at        []int64
	moments   []specimen.Moment
	screens   [][3]float64
}

// palette are the colours of a challenge.
var palette = []liveness.Colour{{R: 255}, {G: 255}, {B: 255}, {R: 255, G: 255}, {R: 255, B: 255}, {G: 255, B: 255}}

// drawChallenge is what a server would ask for: two or three different movements, a turn among them.
func drawChallenge(r *rand.Rand) liveness.Challenge {
	turn := func(a liveness.Action) bool { return a == liveness.TurnLeft || a == liveness.TurnRight }
	for {
		all := liveness.Actions()
		r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		if asked := all[:2+r.IntN(4)/3]; slices.ContainsFunc(asked, turn) {
			return liveness.Challenge{Actions: asked}
		}
	}
}

func colours(r *rand.Rand, durationMS int64) []liveness.Shown {
	var out []liveness.Shown
	n := int64(6)
	for k := range n {
		c := palette[r.IntN(len(palette))]
		for len(out) > 0 && c == out[len(out)-1].Colour {
			c = palette[r.IntN(len(palette))]
		}
		out = append(out, liveness.Shown{Colour: c, FromMS: k * durationMS / n, ToMS: (k + 1) * durationMS / n})
	}
	return out
}

// play writes the script of a person who does what is asked, at a pace of their own.
func play(r *rand.Rand, c liveness.Challenge) script {
	s := script{challenge: c}
	span := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	type part struct {
		action   liveness.Action
		from, to float64
		most     float64
	}
	var parts []part
	now := span(400, 700)
	for _, a := range c.Actions {
		p := part{action: a, from: now, most: 1}
		length := span(900, 1500)
		switch a {
		case liveness.Blink:
			length = span(250, 420)
		case liveness.TurnLeft:
			p.most = span(18, 25)
		case liveness.TurnRight:
			p.most = -span(18, 25)
		case liveness.ComeCloser:
			p.most = span(0.32, 0.5)
		case liveness.OpenMouth:
		}
		p.to = now + length
		now = p.to + span(300, 600)
		parts = append(parts, p)
	}
	end := now + span(100, 300)
	s.challenge.Colours = colours(r, int64(end))
	sway, phase := span(0.002, 0.01), span(0, 6)
	for t := 0.0; t < end; t += 125 + 5*r.NormFloat64() {
		m := specimen.Moment{Scale: 1, X: sway * math.Sin(t/900+phase), Y: sway * math.Sin(t/1300)}
		for _, p := range parts {
			x := (t - p.from) / (p.to - p.from)
			if x < 0 || x > 1 {
				continue
			}
			up := math.Min(1, 3*math.Min(x, 1-x)) // a third there, a third held, a third back
			switch p.action {
			case liveness.Blink:
				m.EyesClosed = math.Min(1, 5*math.Min(x, 1-x))
			case liveness.OpenMouth:
				m.MouthOpen = up
			case liveness.ComeCloser:
				m.Scale = 1 + up*p.most
			case liveness.TurnLeft, liveness.TurnRight:
				m.Yaw = up * p.most
			}
		}
		s.at = append(s.at, int64(math.Round(t)))
		s.moments = append(s.moments, m)
	}
	s.screens = screens(s.challenge.Colours, s.at)
	return s
}

// screens is the light of the screen at each time: a screen and a camera are 60 ms late.
func screens(cs []liveness.Shown, at []int64) [][3]float64 {
	out := make([][3]float64, len(at))
	for i, t := range at {
		for _, c := range cs {
			if t-60 >= c.FromMS && t-60 < c.ToMS {
				out[i] = [3]float64{float64(c.Colour.R) / 255, float64(c.Colour.G) / 255, float64(c.Colour.B) / 255}
			}
		}
	}
	return out
}

// film shoots a script frame by frame; each frame is compressed as a device does before it is sent.
func film(ctx context.Context, s script, shoot func(i int) *image.RGBA) (sequence, error) {
	q := sequence{challenge: s.challenge}
	for i := range s.at {
		p, err := compressed(ctx, shoot(i))
		if err != nil {
			return q, err
		}
		q.frames = append(q.frames, liveness.Frame{AtMS: s.at[i], Picture: p})
	}
	return q, nil
}

func compressed(ctx context.Context, im *image.RGBA) (*imaging.Picture, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, im, &jpeg.Options{Quality: 88}); err != nil {
		return nil, err
	}
	return imaging.Decode(ctx, b.Bytes(), imaging.DefaultLimits())
}

// cast are the actors, each made when first needed and kept.
type cast struct{ actors []*specimen.Actor }

func newCast(n int, seed uint64) *cast {
	c := &cast{}
	for i := range n {
		c.actors = append(c.actors, specimen.NewActor(specimen.NewPerson(seed*1000+uint64(i), specimen.Profile{})))
	}
	return c
}

// attackSpecies is one way to cheat.
type attackSpecies struct {
	Name, Does string
	make       func(ctx context.Context, t take) (sequence, error)
}

// take is what one recording is made from.
type take struct {
	r             *rand.Rand
	asked         script // what the person that was asked for would have done
	victim, other *specimen.Actor
	studio        *specimen.Studio
}

// filmLive is the honest recording.
func filmLive(ctx context.Context, t take) (sequence, error) {
	return film(ctx, t.asked, func(i int) *image.RGBA { return t.studio.Live(t.victim, t.asked.moments[i], t.asked.screens[i], i) })
}

// held moves a flat thing as somebody would who tries to make it move as asked: nearer for come_closer, tilted for a turn.
func (t take) held(i int, size float64) specimen.Held {
	m := t.asked.moments[i]
	return specimen.Held{Size: size * m.Scale, X: m.X, Y: m.Y, Tilt: 1.6 * m.Yaw}
}

// another is a recording of the victim for another challenge, as long as this one.
func (t take) another() script {
	for {
		c := drawChallenge(t.r)
		same := len(c.Actions) == len(t.asked.challenge.Actions)
		for i := range c.Actions {
			same = same && c.Actions[i] == t.asked.challenge.Actions[i]
		}
		if !same {
			return play(t.r, c)
		}
	}
}

// still is a photo of the victim as it may be found anywhere.
func (t take) still() *image.RGBA {
	room := specimen.NewStudio(specimen.StudioOptions{}, t.r.Uint64())
	return room.Live(t.victim, specimen.Moment{}, [3]float64{}, 0)
}

func attacks() []attackSpecies {
	return []attackSpecies{
		{"print", "a photo of the person on paper, held up, brought closer and tilted as asked", func(ctx context.Context, t take) (sequence, error) {
			photo := t.still()
			return film(ctx, t.asked, func(i int) *image.RGBA { return t.studio.Flat(photo, t.held(i, 1.3), t.asked.screens[i], i) })
		}},
		{"screen replay", "another recording of the person, played on a display before the camera", func(ctx context.Context, t take) (sequence, error) {
			old, room := t.another(), specimen.NewStudio(specimen.StudioOptions{Screen: 0.1}, t.r.Uint64())
			return film(ctx, t.asked, func(i int) *image.RGBA {
				k := i % len(old.at)
				shown := room.Live(t.victim, old.moments[k], old.screens[k], k)
				return t.studio.Flat(shown, specimen.Held{Size: 1.25, X: 0.004 * math.Sin(float64(i)), Shining: true}, t.asked.screens[i], i)
			})
		}},
		{"cut-out mask", "a photo of the person on paper with holes for the eyes, worn by somebody who blinks and turns", func(ctx context.Context, t take) (sequence, error) {
			room := specimen.NewStudio(specimen.StudioOptions{Noise: -1, Shake: -1}, t.r.Uint64())
			photo := room.Live(t.victim, specimen.Moment{}, [3]float64{}, 0)
			return film(ctx, t.asked, func(i int) *image.RGBA {
				m := t.asked.moments[i]
				eyes := room.Live(t.other, specimen.Moment{EyesClosed: m.EyesClosed}, [3]float64{}, 0)
				h := t.held(i, 1.0)
				h.Cut = true
				return t.studio.Flat(withEyes(photo, eyes), h, t.asked.screens[i], i)
			})
		}},
		{"replayed recording", "frames of an earlier challenge of the same person, sent for this one", func(ctx context.Context, t take) (sequence, error) {
			old := t.another()
			q, err := film(ctx, old, func(i int) *image.RGBA { return t.studio.Live(t.victim, old.moments[i], old.screens[i], i) })
			q.challenge = t.asked.challenge
			return q, err
		}},
		{"virtual camera", "a generated face that does what is asked, injected as a camera: no screen's light, no sensor, a clock without jitter", func(ctx context.Context, t take) (sequence, error) {
			clean := specimen.NewStudio(specimen.StudioOptions{Noise: -1, Shake: -1, Drift: -1}, t.r.Uint64())
			s := t.asked
			if t.r.IntN(2) == 0 {
				s.challenge.Camera = "OBS Virtual Camera"
			}
			s.at = append([]int64(nil), s.at...)
			for i := range s.at {
				s.at[i] = int64(125 * i)
			}
			return film(ctx, s, func(i int) *image.RGBA { return clean.Live(t.victim, s.moments[i], [3]float64{}, i) })
		}},
		{"swapped person", "somebody else makes the movements in the middle third of the frames", func(ctx context.Context, t take) (sequence, error) {
			return film(ctx, t.asked, func(i int) *image.RGBA {
				who := t.victim
				if n := len(t.asked.at); i >= n/3 && i < 2*n/3 {
					who = t.other
				}
				return t.studio.Live(who, t.asked.moments[i], t.asked.screens[i], i)
			})
		}},
		{"document portrait", "the portrait of the document itself, held up as a face", func(ctx context.Context, t take) (sequence, error) {
			portrait := specimen.BoothPortrait(t.victim.Person(), 280, 360)
			t.asked.challenge.Portrait = imaging.FromRGBA(portrait)
			return film(ctx, t.asked, func(i int) *image.RGBA { return t.studio.Flat(portrait, t.held(i, 0.75), t.asked.screens[i], i) })
		}},
		{"still", "one photo of the person before the camera, held by a hand that trembles", func(ctx context.Context, t take) (sequence, error) {
			photo := t.still()
			return film(ctx, t.asked, func(i int) *image.RGBA {
				return t.studio.Flat(photo, specimen.Held{Size: 1.3, X: 0.01 * math.Sin(float64(i)/4), Y: 0.006 * math.Sin(float64(i)/3)}, t.asked.screens[i], i)
			})
		}},
		{"shuffled", "an honest recording whose frames were put into another order", func(ctx context.Context, t take) (sequence, error) {
			q, err := filmLive(ctx, t)
			t.r.Shuffle(len(q.frames), func(i, k int) { q.frames[i].Picture, q.frames[k].Picture = q.frames[k].Picture, q.frames[i].Picture })
			return q, err
		}},
		{otherLight, "the right movements under the light of other colours", func(ctx context.Context, t take) (sequence, error) {
			wrong := screens(colours(t.r, t.asked.at[len(t.asked.at)-1]), t.asked.at)
			return film(ctx, t.asked, func(i int) *image.RGBA { return t.studio.Live(t.victim, t.asked.moments[i], wrong[i], i) })
		}},
	}
}

// withEyes puts the eyes of one frame into the holes of another. Both show a head in its place and at rest.
func withEyes(mask, behind *image.RGBA) *image.RGBA {
	out := image.NewRGBA(mask.Rect)
	copy(out.Pix, mask.Pix)
	w, h := float64(mask.Rect.Dx()), float64(mask.Rect.Dy())
	for _, side := range []float64{-1, 1} {
		// Centimetres of the head, of which 42 fill the frame's height.
		cx, cy, rx, ry := w/2+side*3.15*h/42, 0.44*h, 1.9*h/42, 1.0*h/42
		for y := int(cy - ry); y <= int(cy+ry); y++ {
			for x := int(cx - rx); x <= int(cx+rx); x++ {
				u, v := (float64(x)-cx)/rx, (float64(y)-cy)/ry
				if u*u+v*v <= 1 && image.Pt(x, y).In(mask.Rect) {
					copy(out.Pix[out.PixOffset(x, y):][:4], behind.Pix[behind.PixOffset(x, y):][:4])
				}
			}
		}
	}
	return out
}
