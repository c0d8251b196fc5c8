package specimen

import (
	"image"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/imaging"
	"bonafide/mrz"
)

// coarse prints pages small: the truth does not depend on the resolution, and heads of 100 pixels are quick.
func coarse() PageOptions { return PageOptions{PixelsPerMM: 4} }

func TestTruthAgreesWithTheZone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		print   func(Person, PageOptions) (*image.RGBA, Truth, error)
		profile Profile
		format  mrz.Format
	}{
		"passport":           {Passport, adult(), mrz.TD3},
		"passport long name": {Passport, Profile{Reference: today(), LongName: true}, mrz.TD3},
		"passport expired":   {Passport, Profile{Reference: today(), Expired: true}, mrz.TD3},
		"card":               {CardBack, adult(), mrz.TD1},
		"card under age":     {CardBack, Profile{Reference: today(), UnderAge: true}, mrz.TD1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				p := NewPerson(seed, c.profile)
				_, truth, err := c.print(p, coarse())
				if err != nil {
					t.Fatal(err)
				}
				r, err := mrz.Parse(truth.Lines, today())
				if err != nil || !r.Valid || r.Format != c.format || truth.Format != string(c.format) {
					t.Fatalf("seed %d: lines %q parse as %v, valid %v, err %v", seed, truth.Lines, r.Format, r.Valid, err)
				}
				for field, got := range map[string]string{
					"document_number": r.Fields.DocumentNumber, "sex": r.Fields.Sex, "issuing_state": r.Fields.IssuingState,
					"nationality": r.Fields.Nationality, "expiry_date": r.Fields.ExpiryDate.String(), "birth_date": r.Fields.BirthDate.String(),
				} {
					want := truth.Fields[field]
					if strings.HasSuffix(field, "_date") { // the zone has two digits of the year
						got, want = got[2:], want[2:]
					}
					if got != want {
						t.Errorf("seed %d: %s is %q in the zone, %q in the truth", seed, field, got, want)
					}
				}
				long := slices.ContainsFunc(r.Warnings, func(e mrz.FieldError) bool { return e.Code == mrz.CodeNameTruncated })
				if long != c.profile.LongName {
					t.Errorf("seed %d: name cut %v", seed, long)
				}
			}
		})
	}
}

// TestBoxesHoldInk checks that each box of the truth is on the page, apart from the others, and has dark print in it.
func TestBoxesHoldInk(t *testing.T) {
	t.Parallel()
	p := NewPerson(3, Profile{Reference: today(), LongName: true})
	for name, draw := range map[string]func(Person, PageOptions) (*image.RGBA, Truth, error){"passport": Passport, "front": CardFront, "back": CardBack} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img, truth, err := draw(p, PageOptions{PixelsPerMM: 8})
			if err != nil {
				t.Fatal(err)
			}
			var boxes []image.Rectangle
			for field, q := range truth.Boxes {
				r := image.Rect(int(q[0].X), int(q[0].Y), int(q[2].X), int(q[2].Y))
				if r.Empty() || !r.In(img.Rect) {
					t.Errorf("%s: box %v on a page of %v", field, r, img.Rect)
					continue
				}
				dark := 0
				for y := r.Min.Y; y < r.Max.Y; y++ {
					for x := r.Min.X; x < r.Max.X; x++ {
						if c := img.RGBAAt(x, y); c.R < 90 && c.G < 90 && c.B < 90 {
							dark++
						}
					}
				}
				if share := float64(dark) / float64(r.Dx()*r.Dy()); share < 0.08 || share > 0.7 {
					t.Errorf("%s: %.2f of the box is ink", field, share)
				}
				for _, o := range boxes {
					if r.Overlaps(o) {
						t.Errorf("%s: %v overlaps %v", field, r, o)
					}
				}
				boxes = append(boxes, r)
			}
			want := len(truth.Printed) + len(truth.Lines)
			if len(boxes) != want {
				t.Errorf("%d boxes for %d texts", len(boxes), want)
			}
		})
	}
}

func TestPageQuad(t *testing.T) {
	t.Parallel()
	img, truth, err := CardBack(NewPerson(1, adult()), PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if img.Rect.Dx() != 1370 || img.Rect.Dy() != 864 {
		t.Errorf("page is %v", img.Rect)
	}
	if want := (imaging.Quad{{X: 0, Y: 0}, {X: 1370, Y: 0}, {X: 1370, Y: 864}, {X: 0, Y: 864}}); truth.Page != want {
		t.Errorf("quad %v, want %v", truth.Page, want)
	}
	if truth.Portrait != (imaging.Quad{}) {
		t.Errorf("a card's back has no portrait, truth says %v", truth.Portrait)
	}
}
