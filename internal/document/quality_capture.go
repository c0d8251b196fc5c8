package document

import (
	"image"
	"math"

	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
	"bonafide/mrz"
)

// Capture are numbers about how the picture was taken and of what: what tells a display, a copy or a hand from the document itself.
type Capture struct {
	Along     float64 `json:"along"`      // imaging.FocusStats: below 1 where blur has a direction
	Detail    float64 `json:"detail"`     // imaging.FocusStats
	BlurAngle float64 `json:"blur_angle"` // degrees clockwise from the picture's x-axis

	Chroma        float64 `json:"chroma"`         // imaging.ColourStats, of the whole picture
	Residual      float64 `json:"residual"`       // imaging.ColourStats, of the document
	Lattice       float64 `json:"lattice"`        // imaging.LatticeStats.Peak, of the document
	LatticePeriod float64 `json:"lattice_period"` // pixels
	Flat          float64 `json:"flat"`           // imaging.FlatStats.Share
	FlatBars      float64 `json:"flat_bars"`      // imaging.FlatStats.Bars

	Second    float64 `json:"second"`               // support of the weaker of two outlines that lie apart, 0..1; 0 where there are not two
	SecondBox *Box    `json:"second_box,omitempty"` // the outline of the document with less on it
	Inside    float64 `json:"inside"`               // share of the picture's edges that lie in the outline, 0..1

	Cut     float64 `json:"cut"`               // support of the weakest of the three sides of a document that the picture's edge cuts, 0..1
	CutBox  *Box    `json:"cut_box,omitempty"` // what is seen of it
	CutText int     `json:"cut_text"`          // printed lines that run into the picture's edge

	// GlareAround is how much print stands around the largest reflection: strong edges in a ring about it, as a share of the document's mean.
	GlareAround float64 `json:"glare_around,omitzero"`

	Stretch float64 `json:"stretch"` // how far the outline's proportions are from a document's, 0 none; 0.3: seen a third too narrow

	Covered    float64 `json:"covered"`               // share of the document that something reaching over its edge covers, 0..1
	CoveredBox *Box    `json:"covered_box,omitempty"` // the place
}

// cutGain is how much more of the picture's edges a cut document must hold than the best whole one: a share of all.
const cutGain = 0.06

func (q *Quality) setFocus(f imaging.FocusStats) {
	q.Sharpness, q.Along, q.Detail, q.BlurAngle = round3(f.Sharpness), round3(f.Along), round3(f.Detail), round1(f.Angle)
}

// capture fills what is not about light and sharpness. flat is the straightened document, inner its part without the border.
func (q *Quality) capture(p *imaging.Picture, m *Measurement, edges outline, page *ocr.Page, flat *imaging.Picture, inner image.Rectangle) {
	d := &m.Document
	q.Chroma = round1(p.Colour(p.RGB.Rect).Chroma)
	q.Residual = round1(imaging.Colour(flat.RGB, inner).Residual)
	whole := wholeOf(p.RGB.Rect)
	region := whole
	if d.Quad != nil {
		region = d.Quad.Quad()
	}
	box := enclosing(region, p.RGB.Rect)
	if l := p.Lattice(box); l.Peak > 0 {
		q.Lattice, q.LatticePeriod = round3(l.Peak), round1(1/math.Max(l.Frequency, 1e-3))
	}
	f := p.Flat()
	q.Flat, q.FlatBars = round3(f.Share), round3(f.Bars)

	q.Inside = round3(edges.inside)
	if s := edges.second; s.support > 0 && !facesPage(m, s.quad) {
		b := boxOf(s.quad)
		q.Second, q.SecondBox = round3(s.support*math.Min(1, s.size/0.3)), &b
	}
	if c := edges.cut; c.support > 0 && c.inside > edges.inside+cutGain {
		b := boxOf(c.quad)
		q.Cut, q.CutBox = round3(c.support), &b
	}
	if page != nil {
		q.CutText = linesAtEdge(page.Lines, p.RGB.Rect)
	}
	// A steep view contradicts the page that the zone would have if it were seen from above, so the outline is believed where the zone lies in it.
	if o := edges.quad; area(o) > 0 && (m.MRZ == nil || overlap(o, m.MRZ.Box.Quad()) > 0.9) && edges.weakest >= steepSupport {
		q.Tilt, q.Stretch = math.Max(q.Tilt, round3(unlikeSides(o))), round3(stretch(o))
	}
	if m.MRZ != nil {
		q.Tilt = math.Max(q.Tilt, round3(zoneTilt(m.MRZ)))
	}
	if d.Quad != nil && d.QuadSource == "edges" {
		q.setCover(p, region)
	}
}

// facesPage says whether a second document is the other page of the booklet that the zone is in: where the zone puts its page, the other lies
// in part upon it. Two things on a table do not.
func facesPage(m *Measurement, other imaging.Quad) bool {
	const upon = 0.1
	d := &m.Document
	return m.MRZ != nil && m.MRZ.Format == mrz.TD3 && d.QuadSource == "mrz" &&
		overlap(other, m.MRZ.Box.Quad()) < 0.1 && overlap(d.Quad.Quad(), other) > upon
}

// enclosing is the upright box around a quadrilateral, within the picture.
func enclosing(q imaging.Quad, in image.Rectangle) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range q {
		x0, y0, x1, y1 = math.Min(x0, c.X), math.Min(y0, c.Y), math.Max(x1, c.X), math.Max(y1, c.Y)
	}
	return image.Rect(int(x0), int(y0), int(x1), int(y1)).Intersect(in)
}

// linesAtEdge counts the lines of print that touch the picture's edge at one of their ends.
func linesAtEdge(lines []ocr.Line, r image.Rectangle) int {
	n := 0
	w, h := float64(r.Dx()), float64(r.Dy())
	for i := range lines {
		rim := 0.15 * lines[i].Height()
		for _, c := range lines[i].Box {
			if c.X < rim || c.Y < rim || c.X > w-rim || c.Y > h-rim {
				n++
				break
			}
		}
	}
	return n
}

// zoneTilt is the unlikeness of a page's opposite sides as its zone shows it: its lines are of one length and its ends of one height. The
// lines lie close together, so their difference is carried on to the page's height.
func zoneTilt(z *MRZ) float64 {
	q := z.Box.Quad()
	d := func(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	unlike := func(a, b float64) float64 { return 1 - math.Min(a, b)/math.Max(math.Max(a, b), 1) }
	pageByZone := 7.0 // heights, as Doc 9303 part 4 lays out a page; the least that its tolerances allow
	if z.Format == mrz.TD1 {
		pageByZone = 3.2
	}
	return math.Min(1, math.Max(unlike(d(q[0], q[3]), d(q[1], q[2])), pageByZone*unlike(d(q[0], q[1]), d(q[3], q[2]))))
}

// stretch is how far the longer side by the shorter is from the nearest of a document's proportions, relative.
func stretch(q imaging.Quad) float64 {
	w, h := sides(q)
	ratio := math.Max(w, h) / math.Max(1, math.Min(w, h))
	least := math.Inf(1)
	for _, r := range []float64{ratioID1, ratioID3} {
		least = math.Min(least, 1-math.Min(ratio/r, r/ratio))
	}
	return least
}

// printAround compares the strong edges in a ring around hole with those of the whole of r.
func printAround(g *image.Gray, r, hole image.Rectangle) float64 {
	const step = 40 // levels between neighbours but one: print, not a pattern or a portrait's shades
	wide := max(6, min(r.Dx(), r.Dy())/10)
	// The halo's own slope is left out.
	halo := hole.Inset(-max(2, wide/4))
	ring := hole.Inset(-wide).Intersect(r)
	var edges, all, near, around float64
	for y := r.Min.Y + 1; y < r.Max.Y-1; y++ {
		for x := r.Min.X + 1; x < r.Max.X-1; x++ {
			i := y*g.Stride + x
			dx, dy := int(g.Pix[i+1])-int(g.Pix[i-1]), int(g.Pix[i+g.Stride])-int(g.Pix[i-g.Stride])
			e := 0.0
			if dx*dx+dy*dy >= step*step {
				e = 1
			}
			p := image.Pt(x, y)
			if p.In(halo) {
				continue
			}
			edges, all = edges+e, all+1
			if p.In(ring) {
				near, around = near+e, around+1
			}
		}
	}
	if edges == 0 || around == 0 {
		return 0
	}
	return near / around / (edges / all)
}
