package document

import (
	"image"
	"math"
	"sort"

	"bonafide/internal/imaging"
)

// outline is a document's border found in a picture by its straight edges.
type outline struct {
	quad    imaging.Quad // in pixels of the picture; the first corner is the one nearest to the picture's top left
	support float64      // share of the border where an edge of the right direction was found, 0..1, the mean of four sides
	weakest float64      // the same of the side with the least
	ratio   float64      // longer side divided by the shorter one
	inside  float64      // share of the picture's gradient that lies within, 0..1
	steep   bool         // its proportions are no document's: one that is seen at a steep angle, perhaps
	second  second       // another document beside it
	cut     cut          // a document that the picture's edge cuts
}

// Working sizes and limits of the border search. They are the algorithm's own: what is found is reported with its support.
const (
	outlineSide   = 400   // the search runs on a picture of this longer side: texture and print fade, borders stay
	angles        = 90    // steps of the Hough accumulator over half a turn: 2° each
	strongest     = 14    // lines kept in each of the two directions
	leastSide     = 0.28  // of the picture's longer side: smaller things are not what was photographed
	leastSupport  = 0.35  // of the weakest side
	leastInside   = 0.5   // of the picture's gradient: less, and it is a portrait or a chip, or the table is busier than the document
	keystone      = 0.62  // opposite sides may differ by this factor: perspective
	edgeUnit      = 32    // of the normalised gradient: as strong as its surroundings' mean and noise together
	edgeNoise     = 9     // gradient (|gx|+|gy| of 3×3 Sobel on 8 bit) of a plain surface
	edgeWindow    = 15    // pixels: a neighbourhood
	edgeAside     = 10    // pixels from an edge to the middle of a neighbourhood, which so leaves the edge itself out
	edgeFloor     = 36    // normalised gradients below this are no edges
	edgeCeiling   = 110   // the adaptive edge threshold goes no higher
	edgeShare     = 0.14  // share of pixels that may be edges
	ratioID1      = 1.586 // ISO/IEC 7810 ID-1, 85.60 × 53.98 mm
	ratioID3      = 1.42  // ID-3, 125 × 88 mm; also ID-2, 105 × 74 mm
	ratioMin      = 1.15
	ratioMax      = 1.8
	steepKeystone = 0.38 // and this, where all sides are plain to see
	steepRatio    = 3.0
	steepSupport  = 0.7
	cells         = 24
	polarityReach = 4 // pixels on both sides of a border that are compared: a border is darker or lighter than its outside all along
)

// edgeMap is the gradient of a small grey picture.
type edgeMap struct {
	w, h      int
	pix       []uint8  // smoothed
	magnitude []uint16 // |gx|+|gy| against its surroundings, in edgeUnit
	direction []uint8  // of the gradient, in steps of 2° over half a turn
	threshold int
	energy    [cells * cells]float64 // share of all gradient in each cell of a coarse raster: where the print is
}

// houghLine is x·cos + y·sin = r about the picture's centre.
type houghLine struct {
	angle  float64 // of the normal, radians in [0, π)
	r      float64
	weight float64
}

// findOutline looks for the quadrilateral whose four sides are best supported by edges. It reports none where no candidate has support
// on every side: a scan cut to the page has no border to find.
func findOutline(g *image.Gray) (outline, bool) {
	W, H := g.Rect.Dx(), g.Rect.Dy()
	if W < 32 || H < 32 {
		return outline{}, false
	}
	k := math.Min(1, outlineSide/float64(max(W, H)))
	w, h := max(16, int(math.Round(float64(W)*k))), max(16, int(math.Round(float64(H)*k)))
	e := newEdgeMap(imaging.ResizeGray(g, w, h))
	lines := e.lines()
	best, ok := e.best(lines)
	best.cut = e.cutBy(lines)
	sx, sy := float64(W)/float64(w), float64(H)/float64(h)
	enlarge := func(q imaging.Quad) imaging.Quad {
		for i := range q {
			// An edge pixel's index is its centre.
			q[i] = imaging.Point{X: (q[i].X + 0.5) * sx, Y: (q[i].Y + 0.5) * sy}
		}
		return startTopLeft(q)
	}
	best.second.quad, best.cut.quad = enlarge(best.second.quad), enlarge(best.cut.quad)
	if !ok {
		return best, false
	}
	best.quad = enlarge(best.quad)
	return best, true
}

func newEdgeMap(g *image.Gray) *edgeMap {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	e := &edgeMap{w: w, h: h, pix: smooth(g), magnitude: make([]uint16, w*h), direction: make([]uint8, w*h)}
	p := e.pix
	raw := imaging.NewGrid[uint16](w, h)
	for y := 2; y < h-2; y++ {
		for x := 2; x < w-2; x++ {
			i := y*w + x
			at := func(d int) int { return int(p[i+d]) }
			gx := at(1-w) + 2*at(1) + at(1+w) - at(-1-w) - 2*at(-1) - at(w-1)
			gy := at(w-1) + 2*at(w) + at(w+1) - at(-w-1) - 2*at(-w) - at(1-w)
			m := abs(gx) + abs(gy)
			raw.Pix[i] = uint16(m)
			if m >= edgeNoise {
				a := math.Atan2(float64(gy), float64(gx))
				if a < 0 {
					a += math.Pi
				}
				e.direction[i] = uint8(int(math.Round(a/math.Pi*angles)) % angles)
			}
		}
	}
	// Print is full of strong edges and a border may be weak. But outside a border lies, mostly, something plain: an edge counts by how
	// far it stands out from the plainest of its four neighbourhoods.
	around := imaging.BoxSum(raw, edgeWindow, edgeWindow)
	plainest := func(x, y int) int {
		l, r := max(0, x-edgeAside), min(w-1, x+edgeAside)
		u, d := max(0, y-edgeAside), min(h-1, y+edgeAside)
		least := min(around.Pix[y*w+l], around.Pix[y*w+r], around.Pix[u*w+x], around.Pix[d*w+x])
		return int(least) / (edgeWindow * edgeWindow)
	}
	var hist [1024]int
	for y := range h {
		for x := range w {
			i := y*w + x
			m := int(raw.Pix[i])
			if m >= edgeNoise {
				m = min(1023, m*edgeUnit/(plainest(x, y)+edgeNoise))
			}
			e.magnitude[i] = uint16(m)
			hist[m]++
		}
	}
	total := 0.0
	for y := range h {
		for x := range w {
			v := float64(min(raw.Pix[y*w+x], 200))
			e.energy[y*cells/h*cells+x*cells/w] += v
			total += v
		}
	}
	for i := range e.energy {
		e.energy[i] /= math.Max(total, 1)
	}
	e.threshold = edgeFloor
	count := 0
	for m := 1023; m > edgeFloor; m-- {
		if count += hist[m]; float64(count) > edgeShare*float64(w*h) {
			e.threshold = min(m, edgeCeiling)
			break
		}
	}
	return e
}

// smooth is a 3×3 binomial filter; the rim stays 0 and is not looked at.
func smooth(g *image.Gray) []uint8 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := make([]uint8, w*h)
	for y := 1; y < h-1; y++ {
		a, b, c := g.Pix[(y-1)*g.Stride:], g.Pix[y*g.Stride:], g.Pix[(y+1)*g.Stride:]
		for x := 1; x < w-1; x++ {
			s := int(a[x-1]) + 2*int(a[x]) + int(a[x+1]) + 2*(int(b[x-1])+2*int(b[x])+int(b[x+1])) + int(c[x-1]) + 2*int(c[x]) + int(c[x+1])
			out[y*w+x] = uint8(s >> 4)
		}
	}
	return out
}

func abs(v int) int { return max(v, -v) }

// lines votes for straight lines. A pixel votes only near its own gradient's direction (O'Gorman and Clowes 1976), thinned to local maxima
// across the edge, so that print and texture vote for little.
func (e *edgeMap) lines() []houghLine {
	reach := int(math.Ceil(math.Hypot(float64(e.w), float64(e.h)) / 2))
	bins := 2*reach + 1
	acc := make([]float32, angles*bins)
	var cos, sin [angles]float64
	for a := range angles {
		sin[a], cos[a] = math.Sincos(float64(a) * math.Pi / angles)
	}
	cx, cy := float64(e.w)/2, float64(e.h)/2
	for y := 2; y < e.h-2; y++ {
		for x := 2; x < e.w-2; x++ {
			i := y*e.w + x
			m := int(e.magnitude[i])
			if m < e.threshold {
				continue
			}
			a := int(e.direction[i])
			step := e.w
			if a < angles/4 || a > 3*angles/4 {
				step = 1
			}
			if int(e.magnitude[i-step]) > m || int(e.magnitude[i+step]) >= m {
				continue
			}
			vote := float32(min(m, 3*edgeUnit))/(6*edgeUnit) + 0.5
			for d := -2; d <= 2; d++ {
				t := (a + d + angles) % angles
				r := int(math.Round((float64(x)-cx)*cos[t] + (float64(y)-cy)*sin[t]))
				v := vote
				if d != 0 {
					v *= 0.7
				}
				acc[t*bins+r+reach] += v
			}
		}
	}
	var peaks []houghLine
	for t := range angles {
		row := acc[t*bins : (t+1)*bins]
		for r := 1; r < bins-1; r++ {
			if v := row[r] + 0.6*(row[r-1]+row[r+1]); v > 12 && row[r] >= row[r-1] && row[r] >= row[r+1] {
				peaks = append(peaks, houghLine{float64(t) * math.Pi / angles, float64(r - reach), float64(v)})
			}
		}
	}
	sort.SliceStable(peaks, func(i, j int) bool { return peaks[i].weight > peaks[j].weight })
	var rough, flat, steep []houghLine
	for _, p := range peaks {
		if len(rough) >= 4*strongest {
			break
		}
		if near(rough, p) {
			continue
		}
		rough = append(rough, p)
		list := &flat // its normal points up or down
		if steepLine(p) {
			list = &steep
		}
		if p = e.fit(p); len(*list) < strongest && !near(*list, p) {
			*list = append(*list, p)
		}
	}
	return append(steep, flat...)
}

// steepLine says whether a line runs more up and down than across.
func steepLine(l houghLine) bool { return l.angle < math.Pi/4 || l.angle >= 3*math.Pi/4 }

// fit moves a line onto the edge pixels around it (total least squares, three rounds): a step of 2° is ten pixels at the end of a side.
func (e *edgeMap) fit(l houghLine) houghLine {
	cx, cy := float64(e.w)/2, float64(e.h)/2
	for _, reach := range [3]float64{4, 2.5, 1.5} {
		sin, cos := math.Sincos(l.angle)
		var n, sx, sy, sxx, sxy, syy float64
		add := func(x, y int) {
			i := y*e.w + x
			m := int(e.magnitude[i])
			if m < e.threshold {
				return
			}
			d := math.Abs(float64(e.direction[i])*math.Pi/angles - l.angle)
			if math.Min(d, math.Pi-d) > 0.2 {
				return
			}
			w, px, py := float64(min(m, 3*edgeUnit)), float64(x)-cx, float64(y)-cy
			n, sx, sy = n+w, sx+w*px, sy+w*py
			sxx, sxy, syy = sxx+w*px*px, sxy+w*px*py, syy+w*py*py
		}
		if steepLine(l) {
			for y := 2; y < e.h-2; y++ {
				at := (l.r-(float64(y)-cy)*sin)/cos + cx
				for x := max(2, int(math.Ceil(at-reach))); x <= min(e.w-3, int(at+reach)); x++ {
					add(x, y)
				}
			}
		} else {
			for x := 2; x < e.w-2; x++ {
				at := (l.r-(float64(x)-cx)*cos)/sin + cy
				for y := max(2, int(math.Ceil(at-reach))); y <= min(e.h-3, int(at+reach)); y++ {
					add(x, y)
				}
			}
		}
		if n == 0 {
			return l
		}
		mx, my := sx/n, sy/n
		a, b, c := sxx/n-mx*mx, sxy/n-mx*my, syy/n-my*my
		along := 0.5 * math.Atan2(2*b, a-c) // direction of the greatest spread
		normal := along + math.Pi/2
		for normal >= math.Pi {
			normal -= math.Pi
		}
		for normal < 0 {
			normal += math.Pi
		}
		if d := math.Abs(normal - l.angle); math.Min(d, math.Pi-d) > 0.1 {
			return l // the pixels are a blob, not a line
		}
		l.angle = normal
		s, co := math.Sincos(normal)
		l.r = mx*co + my*s
	}
	return l
}

// near says whether a line repeats one that was kept: within 7° and 5 pixels.
func near(kept []houghLine, p houghLine) bool {
	for _, k := range kept {
		d, r := math.Abs(k.angle-p.angle), p.r
		if d > math.Pi/2 {
			d, r = math.Pi-d, -r
		}
		if d < 0.12 && math.Abs(k.r-r) < 5 {
			return true
		}
	}
	return false
}

func (e *edgeMap) cross(a, b houghLine) (imaging.Point, bool) {
	sa, ca := math.Sincos(a.angle)
	sb, cb := math.Sincos(b.angle)
	d := ca*sb - sa*cb
	if math.Abs(d) < 0.5 { // sides of a document meet at 30° at the least
		return imaging.Point{}, false
	}
	return imaging.Point{X: (a.r*sb-b.r*sa)/d + float64(e.w)/2, Y: (ca*b.r-cb*a.r)/d + float64(e.h)/2}, true
}

// crossings are where each steep line meets each flat one, once and not once for every quadruple, and whether that is in the picture.
func (e *edgeMap) crossings(steep, flat []houghLine) (at [][]imaging.Point, valid [][]bool) {
	at, valid = make([][]imaging.Point, len(steep)), make([][]bool, len(steep))
	for i, s := range steep {
		at[i], valid[i] = make([]imaging.Point, len(flat)), make([]bool, len(flat))
		for j, f := range flat {
			at[i][j], valid[i][j] = e.cross(s, f)
			p := at[i][j]
			valid[i][j] = valid[i][j] && p.X > -0.02*float64(e.w) && p.Y > -0.02*float64(e.h) && p.X < 1.02*float64(e.w) && p.Y < 1.02*float64(e.h)
		}
	}
	return at, valid
}

// best tries every two steep with every two flat lines.
func (e *edgeMap) best(lines []houghLine) (outline, bool) {
	var steep, flat []houghLine
	for _, l := range lines {
		if steepLine(l) {
			steep = append(steep, l)
		} else {
			flat = append(flat, l)
		}
	}
	at, valid := e.crossings(steep, flat)
	var best outline
	var all []rated
	bestScore := math.Inf(-1)
	for i := range steep {
		for j := range steep {
			for k := range flat {
				for l := range flat {
					if i == j || k == l || !valid[i][k] || !valid[j][k] || !valid[j][l] || !valid[i][l] {
						continue
					}
					q := imaging.Quad{at[i][k], at[j][k], at[j][l], at[i][l]}
					o, score, ok := e.rate(q)
					if ok && !o.steep && o.inside >= leastInside && score > bestScore {
						best, bestScore = o, score
					}
					if ok && o.inside >= pairInside {
						all = append(all, rated{o, score})
					}
				}
			}
		}
	}
	two := pair(all)
	if math.IsInf(bestScore, -1) {
		// Seen at a steep angle, a document has other proportions. They are taken only where every side is plain to see.
		for _, o := range all {
			if o.steep && o.weakest >= steepSupport && o.inside >= leastInside && o.score > bestScore {
				best, bestScore = o.outline, o.score
			}
		}
	}
	best.second = two
	return best, !math.IsInf(bestScore, -1)
}

// rate measures one candidate. Score weighs support, even brightness change along the border, size and a document's proportions.
func (e *edgeMap) rate(q imaging.Quad) (outline, float64, bool) {
	side := func(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	top, right, bottom, left := side(q[0], q[1]), side(q[1], q[2]), side(q[2], q[3]), side(q[3], q[0])
	if q[1].X-q[0].X < 8 || q[3].Y-q[0].Y < 8 || q[2].X-q[3].X < 8 || q[2].Y-q[1].Y < 8 {
		return outline{}, 0, false
	}
	unlike := math.Min(math.Min(top, bottom)/math.Max(top, bottom), math.Min(left, right)/math.Max(left, right))
	if unlike < steepKeystone {
		return outline{}, 0, false
	}
	width, height := (top+bottom)/2, (left+right)/2
	ratio := math.Max(width, height) / math.Min(width, height)
	if ratio > steepRatio || math.Max(width, height) < leastSide*float64(max(e.w, e.h)) {
		return outline{}, 0, false
	}
	o := outline{quad: q, ratio: ratio, weakest: 1, steep: unlike < keystone || ratio < ratioMin || ratio > ratioMax}
	polarity := 0.0
	for i := range q {
		s, p := e.support(q[i], q[(i+1)%4])
		o.support += s / 4
		polarity += p / 4
		o.weakest = math.Min(o.weakest, s)
		if o.weakest < leastSupport || o.steep && o.weakest < steepSupport {
			return outline{}, 0, false
		}
	}
	area := width * height / float64(e.w*e.h)
	off := math.Min(math.Abs(ratio-ratioID1), math.Abs(ratio-ratioID3))
	o.inside = e.inside(q)
	score := 0.5*o.support + 0.35*o.weakest + 0.35*polarity + 0.3*math.Min(area, 0.7) + 0.7*o.inside - 0.35*off
	return o, score, true
}

// inside is the share of the picture's gradient within a quadrilateral, 0..1: a document holds the print, its portrait only a part of it.
func (e *edgeMap) inside(q imaging.Quad) float64 {
	sum := 0.0
	for cy := range cells {
		for cx := range cells {
			p := imaging.Point{X: (float64(cx) + 0.5) * float64(e.w) / cells, Y: (float64(cy) + 0.5) * float64(e.h) / cells}
			if contains(q, p) {
				sum += e.energy[cy*cells+cx]
			}
		}
	}
	return sum
}

// contains says whether p lies in the convex quadrilateral q, whose corners go clockwise on the screen.
func contains(q imaging.Quad, p imaging.Point) bool {
	for i, a := range q {
		b := q[(i+1)%4]
		if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
			return false
		}
	}
	return true
}

// support walks along a side and tells the share of it with an edge of the side's direction within two pixels, and how steadily one
// side of it is the brighter one (0..1).
func (e *edgeMap) support(p, q imaging.Point) (share, polarity float64) {
	length := math.Hypot(q.X-p.X, q.Y-p.Y)
	n := max(16, int(math.Round(length/3)))
	nx, ny := -(q.Y-p.Y)/length, (q.X-p.X)/length
	normal := math.Atan2(ny, nx)
	if normal < 0 {
		normal += math.Pi
	}
	want := normal / math.Pi * angles
	floor := uint16(max(edgeFloor, e.threshold*6/10))
	hit, sign := 0, 0
	for k := range n {
		f := 0.06 + 0.88*(float64(k)+0.5)/float64(n) // corners are rounded
		x, y := p.X+(q.X-p.X)*f, p.Y+(q.Y-p.Y)*f
		for d := -2.0; d <= 2; d++ {
			xx, yy := int(math.Round(x+nx*d)), int(math.Round(y+ny*d))
			if xx < 1 || yy < 1 || xx >= e.w-1 || yy >= e.h-1 {
				continue
			}
			i := yy*e.w + xx
			if e.magnitude[i] < floor {
				continue
			}
			diff := math.Abs(float64(e.direction[i]) - want)
			if math.Min(diff, angles-diff) > 7 {
				continue
			}
			hit++
			if a, okA := e.at(x+nx*polarityReach, y+ny*polarityReach); okA {
				if b, okB := e.at(x-nx*polarityReach, y-ny*polarityReach); okB {
					switch {
					case a > b:
						sign++
					case a < b:
						sign--
					}
				}
			}
			break
		}
	}
	return float64(hit) / float64(n), math.Abs(float64(sign)) / float64(n)
}

func (e *edgeMap) at(x, y float64) (uint8, bool) {
	xx, yy := int(math.Round(x)), int(math.Round(y))
	if xx <= 0 || yy <= 0 || xx >= e.w-1 || yy >= e.h-1 {
		return 0, false
	}
	return e.pix[yy*e.w+xx], true
}

// startTopLeft turns the corners so that the first is the one nearest to the picture's top left.
func startTopLeft(q imaging.Quad) imaging.Quad {
	first := 0
	for i := range q {
		if q[i].X+q[i].Y < q[first].X+q[first].Y {
			first = i
		}
	}
	return imaging.Quad{q[first], q[(first+1)%4], q[(first+2)%4], q[(first+3)%4]}
}
