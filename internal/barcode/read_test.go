package barcode_test

import (
	"image"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"

	"bonafide/internal/barcode"
	"bonafide/internal/specimen"
)

// TestReadPDF417 photographs 200 backs of licences and asks for 95 of 100 texts, and for none that is not what was printed.
func TestReadPDF417(t *testing.T) {
	t.Parallel()
	n, need := uint64(200), int64(190)
	if testing.Short() {
		n, need = 6, 5
	}
	var read, seen atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d of %d read, %d seen", read.Load(), n, seen.Load())
		if read.Load() < need {
			t.Errorf("%d of %d read, want %d", read.Load(), n, need)
		}
	})
	const groups = 4
	for group := range uint64(groups) {
		t.Run(strconv.FormatUint(group, 10), func(t *testing.T) {
			t.Parallel()
			for seed := 9000 + group; seed < 9000+n; seed += groups {
				p, truth := licencePhoto(t, seed)
				s, found := barcode.ReadPDF417(p.Gray())
				if found {
					seen.Add(1)
				}
				if s.Text == nil {
					continue
				}
				read.Add(1)
				if string(s.Text) != truth.Barcode {
					t.Errorf("seed %d: %q, want %q", seed, s.Text, truth.Barcode)
				}
				l, err := barcode.ParseAAMVA(s.Text)
				if err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
				for _, f := range []string{"document_number", "surname", "given_names", "birth_date", "expiry_date", "sex"} {
					if l.Fields[f] != truth.Fields[f] {
						t.Errorf("seed %d: %s is %q, want %q", seed, f, l.Fields[f], truth.Fields[f])
					}
				}
			}
		})
	}
}

// TestReadUpsideDown reads a symbol in every quarter turn.
func TestReadUpsideDown(t *testing.T) {
	t.Parallel()
	page, truth, err := specimen.LicenceBack(specimen.NewPerson(7, specimen.Profile{Reference: day()}), specimen.PageOptions{PixelsPerMM: 14})
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range []float64{0, 90, 180, 270} {
		photo, _ := specimen.Photograph(page, truth, specimen.Camera{Width: 1500, Height: 1500, Turn: turn}, 3)
		if s, found := barcode.ReadPDF417(lumaOf(photo)); !found || string(s.Text) != truth.Barcode {
			t.Errorf("turned by %g°: found %v, %q", turn, found, s.Text)
		}
	}
}

// TestReadNothing looks where there is nothing: bare colour, noise, stripes, pictures too small, other sides of cards.
func TestReadNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	noise, stripes := image.NewGray(image.Rect(0, 0, 900, 700)), image.NewGray(image.Rect(0, 0, 900, 700))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.IntN(256))
		stripes.Pix[i] = uint8(255 * (i % 900 / 5 % 2))
	}
	person := specimen.NewPerson(11, specimen.Profile{Reference: day()})
	passport, _, err := specimen.Passport(person, specimen.PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	front, _, err := specimen.LicenceFront(person, specimen.PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, g := range map[string]*image.Gray{
		"nothing": image.NewGray(image.Rectangle{}), "one pixel": image.NewGray(image.Rect(0, 0, 1, 1)), "a line": image.NewGray(image.Rect(0, 0, 3000, 2)),
		"black": image.NewGray(image.Rect(0, 0, 800, 600)), "noise": noise, "stripes": stripes, "a passport": lumaOf(passport), "a licence's front": lumaOf(front),
	} {
		if s, found := barcode.ReadPDF417(g); found || s.Text != nil {
			t.Errorf("%s: %q", name, s.Text)
		}
	}
}

// FuzzReadPDF417 breaks a good picture in many places.
func FuzzReadPDF417(f *testing.F) {
	page, truth, err := specimen.LicenceBack(specimen.NewPerson(7, specimen.Profile{Reference: day()}), specimen.PageOptions{PixelsPerMM: 8})
	if err != nil {
		f.Fatal(err)
	}
	whole := lumaOf(page)
	f.Add([]byte{1, 2, 3}, uint16(600), uint16(400))
	f.Fuzz(func(t *testing.T, marks []byte, w, h uint16) {
		g := image.NewGray(image.Rect(0, 0, int(w%1200), int(h%900)))
		for y := range min(g.Rect.Dy(), whole.Rect.Dy()) {
			copy(g.Pix[y*g.Stride:(y+1)*g.Stride], whole.Pix[y*whole.Stride:(y+1)*whole.Stride])
		}
		for i, m := range marks {
			if at := i * 7919 * (int(m) + 1); len(g.Pix) > 0 {
				for k := range 200 {
					g.Pix[(at+k)%len(g.Pix)] = m
				}
			}
		}
		if s, _ := barcode.ReadPDF417(g); s.Text != nil && string(s.Text) != truth.Barcode {
			t.Errorf("read %q", s.Text)
		}
	})
}

func BenchmarkReadPDF417(b *testing.B) {
	person := specimen.NewPerson(11, specimen.Profile{Reference: day()})
	for name, printed := range map[string]func(specimen.Person, specimen.PageOptions) (*image.RGBA, specimen.Truth, error){
		"licence back": specimen.LicenceBack, "licence front": specimen.LicenceFront, "card front": specimen.CardFront, "passport": specimen.Passport,
	} {
		page, truth, err := printed(person, specimen.PageOptions{})
		if err != nil {
			b.Fatal(err)
		}
		photo, _ := specimen.Photograph(page, truth, specimen.Camera{}, 3)
		g := lumaOf(photo)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				barcode.ReadPDF417(g)
			}
		})
	}
}
