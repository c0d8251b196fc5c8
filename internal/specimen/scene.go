package specimen

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"time"
)

// Scene is a page and how it is photographed when nothing is wrong.
type Scene struct {
	Page   *image.RGBA
	Truth  Truth
	Camera Camera
	Seed   uint64
}

// NewScene is a page of a person who does not exist: a passport in two of four cases, else a card's front or, unless frontOnly, its back.
// The same seed gives the same scene.
func NewScene(seed uint64, frontOnly bool) (Scene, error) {
	r := rand.New(rand.NewPCG(seed, 0xdef)) //nolint:gosec // repeatable pictures
	// The day decides ages and dates, nothing about pictures.
	p := NewPerson(seed, Profile{Reference: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)})
	prints := []func(Person, PageOptions) (*image.RGBA, Truth, error){Passport, Passport, CardFront, CardBack}
	k := r.IntN(len(prints))
	if frontOnly {
		k %= 3
	}
	page, truth, err := prints[k](p, PageOptions{})
	if err != nil {
		return Scene{}, err
	}
	return Scene{page, truth, OrdinaryCamera(r), seed}, nil
}

// OrdinaryCamera is a photo as people take good ones: turned a little, from not quite above, in light that falls off, on anything.
func OrdinaryCamera(r *rand.Rand) Camera {
	span := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	backgrounds := []Background{Wood, Cloth, Plain, Dark, Clutter}
	c := Camera{
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

// Shoot photographs the scene with a defect, as Defective does.
func (s Scene) Shoot(d Defect, strength float64) (Shot, error) {
	return Defective(s.Page, s.Truth, d, strength, s.Camera, s.Seed)
}

// PhotoTruth is what photos.json says of a photo.
type PhotoTruth struct {
	File     string  `json:"file"`
	Defect   Defect  `json:"defect"`
	Strength float64 `json:"strength"` // 0..1, from just visible to hopeless; 0 of Clean
}

// WritePhotos writes count photos of fronts into dir, which is made if need be, and photos.json, a list of PhotoTruth: every second one is
// good, the others have a defect that happens before a camera, of any strength. Files of these names are replaced.
func WritePhotos(dir string, seed uint64, count int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // nobody's secrets: the persons are invented
		return fmt.Errorf("specimen: %w", err)
	}
	happens := []Defect{Defocus, Glare, MotionBlur, TooDark, Overexposed, Tilted, Cropped, Obstructed}
	w := setWriter{dir: dir}
	list := make([]PhotoTruth, count)
	for k := range list {
		t := PhotoTruth{File: fmt.Sprintf("%04d.jpg", k), Defect: Clean}
		if k%2 == 1 {
			t.Defect = happens[k/2%len(happens)]
			t.Strength = rand.New(rand.NewPCG(seed+uint64(k), 0x57e)).Float64() //nolint:gosec // repeatable pictures
		}
		list[k] = t
		s, err := NewScene(seed+uint64(k), true)
		if err != nil {
			return err
		}
		shot, err := s.Shoot(t.Defect, t.Strength)
		if err != nil {
			return err
		}
		body, err := shot.Encode()
		if err != nil {
			return err
		}
		w.file(t.File, body)
	}
	w.json("photos.json", list)
	return w.err
}
