package barcode_test

import (
	"image"
	"testing"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// licencePhoto is the back of a licence, photographed at moderate quality: by hand, a little askew and unsharp, in uneven light, and as JPEG.
func licencePhoto(t testing.TB, seed uint64) (*imaging.Picture, specimen.Truth) {
	t.Helper()
	p := specimen.NewPerson(seed, specimen.Profile{Reference: day()})
	page, truth, err := specimen.LicenceBack(p, specimen.PageOptions{Overprint: true})
	if err != nil {
		t.Fatal(err)
	}
	// Steps by the seed's own digits, so that every strength meets every other.
	step := func(by uint64, n uint64) float64 { return float64(seed/by%n) / float64(n-1) }
	photo, truth := specimen.Photograph(page, truth, specimen.Camera{
		Width: 2000, Height: 1500, Fill: 0.62 + 0.28*step(1, 5), Perspective: 0.01 + 0.04*step(2, 7), Turn: -12 + 24*step(3, 11),
		Blur: 0.4 + 1.2*step(5, 4), Gradient: 0.1 + 0.3*step(7, 3), Exposure: 0.7 + 0.6*step(11, 6), Noise: 1.5 + 2.5*step(13, 3),
	}, seed)
	data, err := specimen.JPEG(photo, 70+int(25*step(17, 4)))
	if err != nil {
		t.Fatal(err)
	}
	pic, err := imaging.Decode(t.Context(), data, imaging.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return pic, truth
}

// day is when the specimens are looked at.
func day() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

func lumaOf(img *image.RGBA) *image.Gray { return imaging.FromRGBA(img).Gray() }
