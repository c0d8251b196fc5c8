package specimen

import (
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
)

// Details are what a person types about themselves, in the form of the project's details.json.
type Details struct {
	Surname        string `json:"surname"`
	GivenNames     string `json:"given_names"`
	BirthDate      string `json:"birth_date"`
	DocumentNumber string `json:"document_number"`
	ExpiryDate     string `json:"expiry_date"`
	Nationality    string `json:"nationality"`
}

// PassportDetails are the right ones for the person's passport.
func (p Person) PassportDetails() Details {
	return Details{p.Surname, p.GivenNames, p.BirthDate.String(), p.PassportNumber, p.ExpiryDate.String(), p.Nationality}
}

// CardDetails are the right ones for the person's card.
func (p Person) CardDetails() Details {
	d := p.PassportDetails()
	d.DocumentNumber = p.CardNumber
	return d
}

// Mistyped returns the details with two slips of the finger: the given names with one blank too many, and the letter O for the
// document number's first zero. A number without a zero gets the letter I for its first one, or is left alone.
func (d Details) Mistyped() Details {
	if i := strings.IndexByte(d.GivenNames, ' '); i >= 0 {
		d.GivenNames = d.GivenNames[:i] + " " + d.GivenNames[i:]
	} else {
		r := []rune(d.GivenNames)
		d.GivenNames = string(r[:len(r)/2]) + " " + string(r[len(r)/2:])
	}
	if n := strings.Replace(d.DocumentNumber, "0", "O", 1); n != d.DocumentNumber {
		d.DocumentNumber = n
	} else {
		d.DocumentNumber = strings.Replace(d.DocumentNumber, "1", "I", 1)
	}
	return d
}

// SetTruth is what truth.json of a set says.
type SetTruth struct {
	Seed     uint64           `json:"seed"`
	Details  Details          `json:"details"`
	Pictures map[string]Truth `json:"pictures"` // by file name, the documents only
}

// WriteSet writes the demonstration of one person into dir, which is made if need be:
//
//	passport.jpg, card-front.jpg, card-back.jpg   good photographs of the documents
//	passport-blurred.jpg                          one that must be taken again
//	selfie.jpg, selfie-dark.jpg                   the person; in a dark room
//	other-person.jpg                              somebody else's selfie
//	details.json, details-card.json               what the person types for the passport, for the card
//	details-typo.json                             details.json with a blank too many and an O for a 0
//	truth.json                                    SetTruth
//
// Files of these names are replaced; others are left alone. An error names the file.
func WriteSet(dir string, seed uint64, profile Profile) (SetTruth, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // nobody's secrets: the persons are invented
		return SetTruth{}, fmt.Errorf("specimen: %w", err)
	}
	p := NewPerson(seed, profile)
	out := SetTruth{Seed: seed, Details: p.PassportDetails(), Pictures: map[string]Truth{}}
	w := setWriter{dir: dir}
	type printer func(Person, PageOptions) (*image.RGBA, Truth, error)
	for _, d := range []struct {
		name   string
		print  printer
		camera Camera
	}{
		{"passport.jpg", Passport, Camera{}},
		{"passport-blurred.jpg", Passport, Camera{Blur: 6.5}},
		{"card-front.jpg", CardFront, Camera{Fill: 0.8}},
		{"card-back.jpg", CardBack, Camera{Fill: 0.8}},
	} {
		page, truth, err := d.print(p, PageOptions{Overprint: true})
		if err != nil {
			return SetTruth{}, err
		}
		photo, truth := Photograph(page, truth, d.camera, mix64(seed)+uint64(len(out.Pictures)))
		w.jpeg(d.name, photo)
		out.Pictures[d.name] = truth
	}
	w.jpeg("selfie.jpg", Selfie(p, SelfieOptions{}, seed+1))
	w.jpeg("selfie-dark.jpg", Selfie(p, SelfieOptions{Dark: true}, seed+2))
	w.jpeg("other-person.jpg", Selfie(p.Stranger(Profile{Reference: profile.Reference}), SelfieOptions{}, seed+3))
	w.json("details.json", p.PassportDetails())
	w.json("details-card.json", p.CardDetails())
	w.json("details-typo.json", p.PassportDetails().Mistyped())
	w.json("truth.json", out)
	return out, w.err
}

// setWriter writes files until the first error.
type setWriter struct {
	dir string
	err error
}

func (w *setWriter) jpeg(name string, img image.Image) {
	if w.err != nil {
		return
	}
	data, err := JPEG(img, 90)
	if err != nil {
		w.err = fmt.Errorf("specimen: write %s: %w", name, err)
		return
	}
	w.file(name, data)
}

func (w *setWriter) json(name string, v any) {
	if w.err != nil {
		return
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		w.err = fmt.Errorf("specimen: write %s: %w", name, err)
		return
	}
	w.file(name, append(data, '\n'))
}

func (w *setWriter) file(name string, data []byte) {
	if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o644); err != nil { //nolint:gosec // nobody's secrets: the persons are invented
		w.err = fmt.Errorf("specimen: write %s: %w", name, err)
	}
}
