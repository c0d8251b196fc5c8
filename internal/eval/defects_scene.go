package eval

import (
	"fmt"
	"image"
	"math/rand/v2"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// defectsReference is the day on which the specimens of the report are looked at. It decides ages and dates on them, nothing about pictures.
func defectsReference() time.Time { return time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC) }

// scene is a page and how it is photographed when nothing is wrong.
type scene struct {
	page   *image.RGBA
	truth  specimen.Truth
	camera specimen.Camera
	seed   uint64
}

// ordinaryCamera is a photo as people take good ones: turned a little, from not quite above, in light that falls off, on anything.
func ordinaryCamera(r *rand.Rand) specimen.Camera {
	span := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	backgrounds := []specimen.Background{specimen.Wood, specimen.Cloth, specimen.Plain, specimen.Dark, specimen.Clutter}
	c := specimen.Camera{
		Width: 1280, Height: 960, Fill: span(0.66, 0.92), Perspective: span(0.003, 0.025), Turn: span(-7, 7),
		Background: backgrounds[r.IntN(len(backgrounds))], Gradient: span(0.03, 0.3), Noise: span(0.8, 3), Blur: span(0.4, 0.9),
	}
	if r.IntN(3) == 0 {
		c.Curve = span(-0.006, 0.006)
	}
	if r.IntN(3) == 0 {
		c.Distortion = span(-0.02, 0.03)
	}
	return c
}

// specimenScene is a page of a person who does not exist: a passport in two of four cases, else a card's front or back.
func specimenScene(seed uint64, frontOnly bool) (scene, error) {
	r := rand.New(rand.NewPCG(seed, 0xdef)) //nolint:gosec // repeatable pictures
	p := specimen.NewPerson(seed, specimen.Profile{Reference: defectsReference()})
	prints := []func(specimen.Person, specimen.PageOptions) (*image.RGBA, specimen.Truth, error){
		specimen.Passport, specimen.Passport, specimen.CardFront, specimen.CardBack,
	}
	k := r.IntN(len(prints))
	if frontOnly {
		k %= 3
	}
	page, truth, err := prints[k](p, specimen.PageOptions{})
	if err != nil {
		return scene{}, fmt.Errorf("eval: defects: %w", err)
	}
	return scene{page, truth, ordinaryCamera(r), seed}, nil
}

// realScene photographs a scan of a real document as if it lay on a desk. Nothing is known of where its fields are.
func realScene(p *imaging.Picture, seed uint64) scene {
	r := rand.New(rand.NewPCG(seed, 0x4ea1)) //nolint:gosec // repeatable pictures
	w, h := float64(p.RGB.Rect.Dx()), float64(p.RGB.Rect.Dy())
	t := specimen.Truth{
		Page:  imaging.Quad{{}, {X: w}, {X: w, Y: h}, {Y: h}},
		Boxes: map[string]imaging.Quad{}, Fields: map[string]string{}, Printed: map[string]string{},
	}
	c := ordinaryCamera(r)
	// A small scan is not enlarged: that would blur it.
	if k := w / (0.86 * float64(c.Width)); k < 1 {
		k = max(k, 0.375)
		c.Width, c.Height = int(k*float64(c.Width)), int(k*float64(c.Height))
	}
	return scene{p.RGB, t, c, seed}
}

// shoot photographs a scene with a defect.
func (s scene) shoot(d specimen.Defect, strength float64) (specimen.Shot, error) {
	shot, err := specimen.Defective(s.page, s.truth, d, strength, s.camera, s.seed)
	if err != nil {
		return shot, fmt.Errorf("eval: defects: %w", err)
	}
	return shot, nil
}
