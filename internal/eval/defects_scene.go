package eval

import (
	"math/rand/v2"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// defectsReference is the day on which the specimens of the reports are looked at.
func defectsReference() time.Time { return time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC) }

// realScene photographs a scan of a real document as if it lay on a desk. Nothing is known of where its fields are.
func realScene(p *imaging.Picture, seed uint64) specimen.Scene {
	r := rand.New(rand.NewPCG(seed, 0x4ea1)) //nolint:gosec // repeatable pictures
	w, h := float64(p.RGB.Rect.Dx()), float64(p.RGB.Rect.Dy())
	t := specimen.Truth{
		Page:  imaging.Quad{{}, {X: w}, {X: w, Y: h}, {Y: h}},
		Boxes: map[string]imaging.Quad{}, Fields: map[string]string{}, Printed: map[string]string{},
	}
	c := specimen.OrdinaryCamera(r)
	// A small scan is not enlarged: that would blur it.
	if k := w / (0.86 * float64(c.Width)); k < 1 {
		k = max(k, 0.375)
		c.Width, c.Height = int(k*float64(c.Width)), int(k*float64(c.Height))
	}
	return specimen.Scene{Page: p.RGB, Truth: t, Camera: c, Seed: seed}
}
