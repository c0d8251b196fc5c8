package specimen

import (
	"fmt"
	"image"
	"os"
)

// WriteLicence writes the demonstration of one person with a driving licence into dir, which is made if need be:
//
//	licence-front.jpg, licence-back.jpg   good photographs of both sides
//	selfie.jpg                            the person
//	details-licence.json                  what the person types
//	truth-licence.json                    SetTruth
//
// Files of these names are replaced; others are left alone. An error names the file.
func WriteLicence(dir string, seed uint64, profile Profile) (SetTruth, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // nobody's secrets: the persons are invented
		return SetTruth{}, fmt.Errorf("specimen: %w", err)
	}
	p := NewPerson(seed, profile)
	out := SetTruth{Seed: seed, Details: p.LicenceDetails(), Pictures: map[string]Truth{}}
	w := setWriter{dir: dir}
	for i, d := range []struct {
		name  string
		print func(Person, PageOptions) (*image.RGBA, Truth, error)
	}{{"licence-front.jpg", LicenceFront}, {"licence-back.jpg", LicenceBack}} {
		page, truth, err := d.print(p, PageOptions{Overprint: true})
		if err != nil {
			return SetTruth{}, err
		}
		photo, truth := Photograph(page, truth, Camera{Fill: 0.8}, mix64(seed)+100+uint64(i))
		w.jpeg(d.name, photo)
		out.Pictures[d.name] = truth
	}
	w.jpeg("selfie.jpg", Selfie(p, SelfieOptions{}, seed+1))
	w.json("details-licence.json", out.Details)
	w.json("truth-licence.json", out)
	return out, w.err
}
