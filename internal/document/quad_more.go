package document

import (
	"math"
	"sort"

	"bonafide/internal/imaging"
)

// Limits of the search for more than one document and for one that the picture cuts. What is found is reported with its numbers.
const (
	pairInside  = 0.12 // least share of the picture's gradient in each of two documents
	pairKept    = 60   // candidates that are paired
	pairSupport = 0.55 // least support of the weakest of their sides
	pairTouch   = 0.04 // most of a document's area that the other may cover
	pairGap     = 0.05 // of a side: two pages of an open booklet lie nearer to one another than this, along all of a side
	cutSupport  = 0.5  // least support of each of the three sides that are seen
	cutEven     = 0.5  // least evenness of the brightness change along those
	cutInside   = 0.6  // least share of the picture's gradient within
	cutRim      = 3    // pixels: how near to the picture's edge a document is cut
	cutNear     = 0.15 // of a side's length: the part next to the picture's edge
	cutRatioMin = 0.7
	cutRatioMax = 2.4
)

// second is a document beside the first.
type second struct {
	quad    imaging.Quad
	support float64 // of the weaker one's border, 0..1; 0 where there are not two
	inside  float64 // share of the picture's gradient in the emptier of the two
	size    float64 // area of the smaller by the larger's
}

// cut is a document with one side outside the picture.
type cut struct {
	quad    imaging.Quad
	side    int     // the picture's side that cuts: 0 top, 1 right, 2 bottom, 3 left
	support float64 // of the weakest of the three sides that are seen, 0..1; 0 where no document is cut
	inside  float64 // share of the picture's gradient within
}

type rated struct {
	outline
	score float64
}

// pair finds the two best candidates that lie apart.
func pair(all []rated) second {
	// A side that is missing in part weighs more than print: the gap between two documents is no part of either.
	worth := func(r rated) float64 { return r.weakest * r.weakest * r.weakest * r.inside }
	sort.SliceStable(all, func(i, j int) bool { return worth(all[i]) > worth(all[j]) })
	var kept []rated
	for _, c := range all { // one of each place
		if len(kept) >= pairKept {
			break
		}
		if c.weakest < pairSupport {
			continue
		}
		repeated := false
		for _, k := range kept {
			repeated = repeated || overlap(k.quad, c.quad) > 0.92 && overlap(c.quad, k.quad) > 0.92
		}
		if !repeated {
			kept = append(kept, c)
		}
	}
	// A portrait and a chip lie on one document, not beside one another.
	part := make([]bool, len(kept))
	for i := range kept {
		for j := range kept {
			part[i] = part[i] || kept[j].weakest >= 0.98*kept[i].weakest && area(kept[j].quad) > 1.15*area(kept[i].quad) && overlap(kept[j].quad, kept[i].quad) > 0.8
		}
	}
	var best second
	score := 0.0
	for i := range kept {
		for j := range i {
			a, b := kept[i], kept[j]
			if part[i] || part[j] || facing(a.quad, b.quad) {
				continue
			}
			if overlap(a.quad, b.quad) > pairTouch || overlap(b.quad, a.quad) > pairTouch {
				continue
			}
			if a.inside > b.inside {
				a, b = b, a
			}
			size := area(a.quad) / area(b.quad)
			s := second{quad: a.quad, support: math.Min(a.weakest, b.weakest), inside: a.inside, size: math.Min(size, 1/size)}
			if v := s.support * (a.inside + b.inside) * s.size; v > score {
				best, score = s, v
			}
		}
	}
	return best
}

// facing says whether two quadrilaterals share a side, as two pages of an open booklet do.
func facing(a, b imaging.Quad) bool {
	d := func(p, q imaging.Point) float64 { return math.Hypot(p.X-q.X, p.Y-q.Y) }
	for i := range a {
		for j := range b {
			p, q, r, t := a[i], a[(i+1)%4], b[j], b[(j+1)%4]
			l := math.Max(d(p, q), d(r, t))
			if d(p, t) < pairGap*l && d(q, r) < pairGap*l {
				return true
			}
			// One page may reach further than the other: its side then lies along the other's.
			if math.Min(d(p, q), d(r, t)) > 0.5*l && apart(p, q, r) < pairGap*l && apart(p, q, t) < pairGap*l && beside(p, q, r, t) {
				return true
			}
		}
	}
	return false
}

// apart is the distance of r from the line through p and q.
func apart(p, q, r imaging.Point) float64 {
	l := math.Hypot(q.X-p.X, q.Y-p.Y)
	return math.Abs((q.X-p.X)*(r.Y-p.Y)-(q.Y-p.Y)*(r.X-p.X)) / math.Max(l, 1)
}

// beside says whether the side from r to t runs along most of the one from p to q.
func beside(p, q, r, t imaging.Point) bool {
	dx, dy := q.X-p.X, q.Y-p.Y
	l := math.Max(dx*dx+dy*dy, 1)
	u, v := ((r.X-p.X)*dx+(r.Y-p.Y)*dy)/l, ((t.X-p.X)*dx+(t.Y-p.Y)*dy)/l
	return math.Min(math.Max(u, v), 1)-math.Max(math.Min(u, v), 0) > 0.5
}

// cutBy looks for a document of which three sides are seen and which goes on beyond the fourth side of the picture.
func (e *edgeMap) cutBy(lines []houghLine) cut {
	var steep, flat []houghLine
	for _, l := range lines {
		if steepLine(l) {
			steep = append(steep, l)
		} else {
			flat = append(flat, l)
		}
	}
	w, h := float64(e.w), float64(e.h)
	rim := [4]houghLine{
		{angle: math.Pi / 2, r: cutRim - h/2}, {angle: 0, r: w/2 - cutRim}, {angle: math.Pi / 2, r: h/2 - cutRim}, {angle: 0, r: cutRim - w/2},
	}
	inFrame := func(p imaging.Point) bool {
		return p.X > -0.02*w && p.Y > -0.02*h && p.X < 1.02*w && p.Y < 1.02*h
	}
	var best cut
	score := 0.0
	for side, r := range rim {
		across, along := flat, steep // the two sides that run to the rim, the one opposite
		if side%2 == 0 {
			across, along = steep, flat
		}
		for _, far := range along {
			for i, a := range across {
				for _, b := range across[i+1:] {
					var q imaging.Quad
					ok := true
					for k, pair := range [4][2]houghLine{{r, a}, {r, b}, {far, b}, {far, a}} {
						p, crosses := e.cross(pair[0], pair[1])
						ok = ok && crosses && inFrame(p)
						q[k] = p
					}
					if !ok {
						continue
					}
					if c, v, ok := e.rateCut(q, side); ok && v > score {
						best, score = c, v
					}
				}
			}
		}
	}
	return best
}

// rateCut measures one candidate; the side between q's first two corners is the rim.
func (e *edgeMap) rateCut(q imaging.Quad, side int) (cut, float64, bool) {
	length := func(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	wide, deep := (length(q[0], q[1])+length(q[2], q[3]))/2, (length(q[1], q[2])+length(q[3], q[0]))/2
	if wide < 0.3*math.Min(float64(e.w), float64(e.h)) || deep < 0.2*math.Min(float64(e.w), float64(e.h)) {
		return cut{}, 0, false
	}
	if ratio := math.Max(wide, deep) / math.Min(wide, deep); ratio < cutRatioMin || ratio > cutRatioMax {
		return cut{}, 0, false
	}
	if unlike := math.Min(length(q[0], q[1]), length(q[2], q[3])) / math.Max(length(q[0], q[1]), length(q[2], q[3])); unlike < 0.8 {
		return cut{}, 0, false
	}
	// The rim's own length must leave background on both sides, or a scan's rules would do for sides.
	c := cut{side: side, support: 1}
	even := 1.0
	for i := 1; i < 4; i++ {
		s, p := e.support(q[i], q[(i+1)%4])
		c.support, even = math.Min(c.support, s), math.Min(even, p)
		if c.support < cutSupport || even < cutEven {
			return cut{}, 0, false
		}
	}
	// They must run into the rim: those of a document that ends before it are seen to stop.
	for _, i := range []int{1, 3} {
		from, to := q[1], q[2]
		if i == 3 {
			from, to = q[0], q[3]
		}
		near := imaging.Point{X: from.X + (to.X-from.X)*cutNear, Y: from.Y + (to.Y-from.Y)*cutNear}
		s, _ := e.support(from, near)
		c.support = math.Min(c.support, s)
		if s < cutSupport {
			return cut{}, 0, false
		}
	}
	if area2(q) < 0 { // corners go clockwise on the screen
		q = imaging.Quad{q[1], q[0], q[3], q[2]}
	}
	c.quad, c.inside = q, e.inside(q)
	if c.inside < cutInside {
		return cut{}, 0, false
	}
	return c, c.support + even + 2*c.inside, true
}

// area2 is twice the signed area, positive where corners go clockwise on the screen.
func area2(q imaging.Quad) float64 {
	s := 0.0
	for i, a := range q {
		b := q[(i+1)%4]
		s += a.X*b.Y - b.X*a.Y
	}
	return s
}
