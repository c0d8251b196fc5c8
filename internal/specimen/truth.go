package specimen

import (
	"image"

	"bonafide/internal/imaging"
)

// Kinds and sides of pages.
const (
	KindPassport = "passport"
	KindCard     = "id_card"
	KindLicence  = "driving_licence"
	SideFront    = "front"
	SideBack     = "back"
)

// Truth is what a picture of a page shows, exactly. All places are pixels of the picture it came with; Photograph gives a new
// one for the picture it takes.
type Truth struct {
	Kind   string       `json:"kind"`
	Side   string       `json:"side"`
	Page   imaging.Quad `json:"page"`             // the page's corners, from its own top left, clockwise
	Format string       `json:"format,omitempty"` // of the machine readable zone: TD3, TD1, or "" on a card's front
	Lines  []string     `json:"lines,omitempty"`
	// Fields are values by name as of the MRZ in ISO form where both sides agree: document_number, surname, given_names (printed form, with
	// diacritics), birth_date, expiry_date, issue_date (ISO 8601), sex, issuing_state, nationality, personal_number, birth_place.
	Fields map[string]string `json:"fields"`
	// Printed is the text as it stands on the page, by the same names, for the fields printed on this side.
	Printed  map[string]string       `json:"printed"`
	Boxes    map[string]imaging.Quad `json:"boxes"` // where each Printed text stands; mrz_1, mrz_2, mrz_3 for the lines
	Portrait imaging.Quad            `json:"portrait,omitzero"`
	// Barcode is the text of the bar code on this side; Boxes["barcode"] is where it stands.
	Barcode string `json:"barcode,omitempty"`
}

func quadOf(r image.Rectangle) imaging.Quad {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	return imaging.Quad{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// through maps every place of the truth by f.
func (t Truth) through(f func(imaging.Point) imaging.Point) Truth {
	quad := func(q imaging.Quad) imaging.Quad {
		if q == (imaging.Quad{}) {
			return q
		}
		for i := range q {
			q[i] = f(q[i])
		}
		return q
	}
	t.Page, t.Portrait = quad(t.Page), quad(t.Portrait)
	boxes := make(map[string]imaging.Quad, len(t.Boxes))
	for k, q := range t.Boxes {
		boxes[k] = quad(q)
	}
	t.Boxes = boxes
	return t
}
