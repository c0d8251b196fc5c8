package document

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"bonafide/internal/imaging"
	"bonafide/mrz"
)

// TestCoverEndsWhereAThingEnds: a hand goes on beyond the document, a print that a wrong border cuts does not.
func TestCoverEndsWhereAThingEnds(t *testing.T) {
	t.Parallel()
	table, card, thing := color.RGBA{60, 62, 66, 255}, color.RGBA{214, 220, 224, 255}, color.RGBA{200, 140, 110, 255}
	// The document's true border lies at 60, the one that was found at 100.
	page := image.Rect(60, 60, 700, 440)
	for name, c := range map[string]struct {
		over  image.Rectangle
		quad  image.Rectangle
		found bool
	}{
		"a finger from outside":               {image.Rect(0, 180, 160, 260), page, true},
		"nothing":                             {image.Rectangle{}, page, false},
		"a picture on the page":               {image.Rect(200, 180, 300, 260), page, false},
		"a picture that a wrong border cuts":  {image.Rect(68, 180, 160, 260), image.Rect(100, 60, 700, 440), false},
		"a finger over a border that is near": {image.Rect(0, 180, 190, 260), image.Rect(70, 60, 700, 440), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			im := image.NewRGBA(image.Rect(0, 0, 760, 500))
			draw.Draw(im, im.Rect, image.NewUniform(table), image.Point{}, draw.Src)
			draw.Draw(im, page, image.NewUniform(card), image.Point{}, draw.Src)
			draw.Draw(im, c.over, image.NewUniform(thing), image.Point{}, draw.Src)
			var q Quality
			q.setCover(imaging.FromRGBA(im), quadAt(c.quad))
			if (q.Covered > 0.015) != c.found {
				t.Errorf("%.3f of the document is covered, at %v", q.Covered, q.CoveredBox)
			}
		})
	}
}

func quadAt(r image.Rectangle) imaging.Quad {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	return imaging.Quad{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// TestTheOtherPageOfABooklet is no second document.
func TestTheOtherPageOfABooklet(t *testing.T) {
	t.Parallel()
	page, zone := boxOf(quadAt(image.Rect(0, 400, 600, 850))), boxOf(quadAt(image.Rect(20, 740, 580, 820)))
	for name, c := range map[string]struct {
		format mrz.Format
		other  image.Rectangle
		faces  bool
	}{
		"the page above the fold":          {mrz.TD3, image.Rect(0, 50, 600, 470), true},
		"another thing on the table":       {mrz.TD3, image.Rect(640, 400, 1200, 850), false},
		"the page with the zone itself":    {mrz.TD3, image.Rect(0, 390, 610, 860), false},
		"a card has no other page":         {mrz.TD1, image.Rect(0, 50, 600, 470), false},
		"a thing that only touches a page": {mrz.TD3, image.Rect(0, 20, 600, 410), false},
	} {
		m := &Measurement{MRZ: &MRZ{Format: c.format, Box: zone}}
		m.Document.Quad, m.Document.QuadSource = &page, "mrz"
		if got := facesPage(m, quadAt(c.other)); got != c.faces {
			t.Errorf("%s: %v", name, got)
		}
	}
}
