package eval

import (
	"context"
	"fmt"
	"image"
	"math"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// PlacesResult says on how many photos of specimens the places were right at which
// a person checks with their eyes whether their photo can be read.
type PlacesResult struct {
	Photos int            `json:"photos"`
	Right  int            `json:"right"` // all three
	Missed map[string]int `json:"missed"`
	Wrong  map[string]int `json:"wrong"`
}

// Places photographs count specimens, passports and the fronts of cards in turn,
// and asks the engine where their name, number and expiry date stand. A place is
// right when it holds nearly all of what is printed there, and is a line or two
// and not half the document.
func Places(ctx context.Context, engine *verify.Engine, count int, seed uint64, on time.Time) (PlacesResult, error) {
	out := PlacesResult{Missed: map[string]int{}, Wrong: map[string]int{}}
	for k := range count {
		p := specimen.NewPerson(seed+uint64(k), specimen.Profile{Reference: on})
		draw := specimen.Passport
		if k%2 == 1 {
			draw = specimen.CardFront
		}
		page, truth, err := draw(p, specimen.PageOptions{Overprint: true})
		if err != nil {
			return out, err
		}
		photo, truth := specimen.Photograph(page, truth, specimen.Camera{}, seed+uint64(k))
		file, err := specimen.JPEG(photo, 90)
		if err != nil {
			return out, err
		}
		places, _, err := engine.Places(ctx, file)
		if err != nil {
			return out, fmt.Errorf("specimen %d: %w", k, err)
		}
		out.Photos++
		if out.count(places, truth) {
			out.Right++
		}
	}
	return out, nil
}

// count counts one photo and reports whether all of its places are right.
func (r *PlacesResult) count(places []verify.Place, truth specimen.Truth) bool {
	found := map[kyc.Field]kyc.Box{}
	for _, p := range places {
		found[p.Field] = p.Box
	}
	right := true
	for _, f := range []kyc.Field{kyc.Surname, kyc.DocumentNumber, kyc.ExpiryDate} {
		want := outline(truth.Boxes[string(f)])
		if f == kyc.Surname {
			if given, ok := truth.Boxes[string(kyc.GivenNames)]; ok {
				want = want.Union(outline(given))
			}
		}
		b, ok := found[f]
		got := image.Rect(b.X, b.Y, b.X+b.Width, b.Y+b.Height)
		switch {
		case !ok:
			r.Missed[string(f)]++
			right = false
		case area(got.Intersect(want)) < 0.85*area(want) || area(got) > 0.15*area(outline(truth.Page)):
			r.Wrong[string(f)]++
			right = false
		}
	}
	return right
}

// outline is the upright rectangle around a quad.
func outline(q imaging.Quad) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range q {
		x0, y0, x1, y1 = math.Min(x0, p.X), math.Min(y0, p.Y), math.Max(x1, p.X), math.Max(y1, p.Y)
	}
	return image.Rect(int(x0), int(y0), int(math.Ceil(x1)), int(math.Ceil(y1)))
}

func area(r image.Rectangle) float64 { return float64(r.Dx()) * float64(r.Dy()) }
