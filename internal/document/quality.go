package document

import (
	"image"
	"math"
	"sort"

	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
)

// quality measures the picture over the document.
func quality(p *imaging.Picture, m *Measurement, edges outline, page *ocr.Page) Quality {
	b, d := p.RGB.Rect, &m.Document
	q := Quality{Width: b.Dx(), Height: b.Dy(), Region: "picture", Coverage: 1}
	whole := wholeOf(b)
	region := whole
	if d.Quad != nil {
		region = d.Quad.Quad()
		q.Region = "outline"
		if d.QuadSource == "mrz" {
			q.Region = "mrz"
		}
		q.Outside = round3(1 - overlap(whole, region))
		q.Coverage = round3(math.Min(1, area(region)*(1-q.Outside)/float64(b.Dx()*b.Dy())))
		q.Tilt = round3(unlikeSides(region))
	}
	w, h := sides(region)
	q.DocumentWidth = math.Round(math.Max(w, h))
	flat := straighten(p, region, lightSide)
	dw, dh := flat.RGB.Rect.Dx(), flat.RGB.Rect.Dy()
	// The border itself, and what lies outside the picture, is not the document's.
	inner := image.Rect(0, 0, dw, dh)
	if d.Quad != nil {
		inner = inner.Inset(min(dw, dh) / 40)
		if q.Outside > 0 {
			inner = insidePicture(region, whole, dw, dh).Intersect(inner)
		}
	}
	if inner.Dx() < 16 || inner.Dy() < 16 {
		return q
	}
	// Straightening smooths a little, so sharpness is taken from the picture itself where an upright box can hold the document.
	if box, ok := uprightBox(region, b); ok {
		q.setFocus(p.Focus(box))
	} else {
		sharp := straighten(p, region, sharpSide)
		w, h := sharp.RGB.Rect.Dx(), sharp.RGB.Rect.Dy()
		part := image.Rect(inner.Min.X*w/dw, inner.Min.Y*h/dh, inner.Max.X*w/dw, inner.Max.Y*h/dh)
		q.setFocus(imaging.Focus(sharp.Gray(), part))
	}
	gray := flat.Gray()
	e := imaging.Exposure(gray, inner)
	q.Mean, q.P5, q.P95 = round1(e.Mean), round1(e.P5), round1(e.P95)
	q.UnderShare, q.OverShare, q.Contrast = round3(e.UnderShare), round3(e.OverShare), round3(e.Contrast)
	g := imaging.Glare(flat.RGB, inner)
	q.setGlare(g, region, dw, dh)
	if g.LargestShare > 0 {
		q.GlareAround = round3(printAround(gray, inner, g.Largest))
	}
	q.capture(p, m, edges, page, flat, inner)
	return q
}

// Longer sides, in pixels, of the straightened document: exposure and glare are about areas, sharpness about print. They are what package
// imaging would reduce it to itself.
const (
	lightSide = 512
	sharpSide = 1000
)

// straighten gives the region as an upright picture whose longer side is at most side pixels; it never enlarges.
func straighten(p *imaging.Picture, region imaging.Quad, side float64) *imaging.Picture {
	w, h := sides(region)
	k := math.Min(1, side/math.Max(w, h))
	dw, dh := max(1, int(math.Round(w*k))), max(1, int(math.Round(h*k)))
	if region == wholeOf(p.RGB.Rect) {
		if k == 1 {
			return p
		}
		return imaging.FromRGBA(imaging.Resize(p.RGB, dw, dh))
	}
	return imaging.FromRGBA(imaging.WarpPerspective(p.RGB, imaging.QuadToRect(region, dw, dh), dw, dh))
}

// insidePicture is the part of the straightened document that the picture shows, as the largest upright box that sampling allows.
func insidePicture(region, whole imaging.Quad, w, h int) image.Rectangle {
	const n = 40
	column, row := func(i int) bool {
		hit := 0
		for j := range n {
			if contains(whole, within(region, (float64(i)+0.5)/n, (float64(j)+0.5)/n)) {
				hit++
			}
		}
		return hit >= n*3/4
	}, func(j int) bool {
		hit := 0
		for i := range n {
			if contains(whole, within(region, (float64(i)+0.5)/n, (float64(j)+0.5)/n)) {
				hit++
			}
		}
		return hit >= n*3/4
	}
	x0, x1, y0, y1 := 0, n, 0, n
	for x0 < x1 && !column(x0) {
		x0++
	}
	for x1 > x0 && !column(x1-1) {
		x1--
	}
	for y0 < y1 && !row(y0) {
		y0++
	}
	for y1 > y0 && !row(y1-1) {
		y1--
	}
	return image.Rect(x0*w/n, y0*h/n, x1*w/n, y1*h/n)
}

// uprightBox is the largest upright box between the corners of region, false where region is turned so far that the box is less than half
// of it.
func uprightBox(region imaging.Quad, picture image.Rectangle) (image.Rectangle, bool) {
	xs := []float64{region[0].X, region[1].X, region[2].X, region[3].X}
	ys := []float64{region[0].Y, region[1].Y, region[2].Y, region[3].Y}
	sort.Float64s(xs)
	sort.Float64s(ys)
	box := image.Rect(int(math.Ceil(xs[1])), int(math.Ceil(ys[1])), int(xs[2]), int(ys[2])).Intersect(picture)
	inset := min(box.Dx(), box.Dy()) / 40
	if region != wholeOf(picture) {
		box = box.Inset(inset)
	}
	return box, float64(box.Dx()*box.Dy()) >= 0.5*area(region)
}

func wholeOf(b image.Rectangle) imaging.Quad {
	return imaging.Quad{{X: 0, Y: 0}, {X: float64(b.Dx()), Y: 0}, {X: float64(b.Dx()), Y: float64(b.Dy())}, {X: 0, Y: float64(b.Dy())}}
}

func (q *Quality) setGlare(g imaging.GlareStats, region imaging.Quad, w, h int) {
	q.GlareShare, q.GlareLargest = round3(g.Share), round3(g.LargestShare)
	r := g.Largest
	if r.Empty() {
		return
	}
	fx, fy := float64(w), float64(h)
	box := boxOf(imaging.Quad{
		within(region, float64(r.Min.X)/fx, float64(r.Min.Y)/fy), within(region, float64(r.Max.X)/fx, float64(r.Min.Y)/fy),
		within(region, float64(r.Max.X)/fx, float64(r.Max.Y)/fy), within(region, float64(r.Min.X)/fx, float64(r.Max.Y)/fy),
	})
	q.GlareBox = &box
}

func sides(q imaging.Quad) (w, h float64) {
	d := func(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	return (d(q[0], q[1]) + d(q[3], q[2])) / 2, (d(q[0], q[3]) + d(q[1], q[2])) / 2
}

func area(q imaging.Quad) float64 {
	s := 0.0
	for i, a := range q {
		b := q[(i+1)%4]
		s += a.X*b.Y - b.X*a.Y
	}
	return math.Abs(s) / 2
}

// unlikeSides is how unlike opposite sides are.
func unlikeSides(q imaging.Quad) float64 {
	d := func(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	unlike := func(a, b float64) float64 { return 1 - math.Min(a, b)/math.Max(math.Max(a, b), 1) }
	return math.Max(unlike(d(q[0], q[1]), d(q[3], q[2])), unlike(d(q[0], q[3]), d(q[1], q[2])))
}
