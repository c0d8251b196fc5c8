package ocr

import (
	"math"
	"sort"

	"bonafide/internal/imaging"
)

// box is an oriented rectangle: centre, size along and across the text, and direction of reading in radians clockwise.
type box struct {
	cx, cy, w, h, angle float64
	score               float64 // mean text probability inside, 0..1
}

func (b box) quad() imaging.Quad {
	c, s := math.Cos(b.angle), math.Sin(b.angle)
	var q imaging.Quad
	for i, e := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		x, y := e[0]*b.w/2, e[1]*b.h/2
		q[i] = imaging.Point{X: b.cx + x*c - y*s, Y: b.cy + x*s + y*c}
	}
	return q
}

func dist(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

func centre(q imaging.Quad) imaging.Point {
	var p imaging.Point
	for _, c := range q {
		p.X += c.X / 4
		p.Y += c.Y / 4
	}
	return p
}

// toReading turns a point of the picture into coordinates whose x axis is the direction of reading.
func toReading(p imaging.Point, angle float64) (x, y float64) {
	c, s := math.Cos(angle), math.Sin(angle)
	return p.X*c + p.Y*s, -p.X*s + p.Y*c
}

// normAngle brings an angle into (-π, π].
func normAngle(a float64) float64 {
	for a > math.Pi {
		a -= 2 * math.Pi
	}
	for a <= -math.Pi {
		a += 2 * math.Pi
	}
	return a
}

// halfTurn brings the direction of a line without a head into (-π/2, π/2].
func halfTurn(a float64) float64 {
	for a > math.Pi/2 {
		a -= math.Pi
	}
	for a <= -math.Pi/2 {
		a += math.Pi
	}
	return a
}

// dominantAngle is the direction most of the text runs in, in (-π/2, π/2]: the weighted median of the long boxes' angles around their
// doubled-angle mean. Boxes nearly as tall as wide say nothing about direction and are left out. Without any long box it is 0.
func dominantAngle(boxes []box) float64 {
	var c, s float64
	long := func(b box) bool { return b.w >= 2.5*b.h }
	for _, b := range boxes {
		if long(b) {
			c += b.w * math.Cos(2*b.angle)
			s += b.w * math.Sin(2*b.angle)
		}
	}
	if c == 0 && s == 0 {
		return 0
	}
	mean := math.Atan2(s, c) / 2
	type weighted struct{ d, w float64 }
	var around []weighted
	total := 0.0
	for _, b := range boxes {
		if d := halfTurn(b.angle - mean); long(b) && math.Abs(d) < math.Pi/6 {
			around = append(around, weighted{d, b.w})
			total += b.w
		}
	}
	sort.Slice(around, func(i, j int) bool { return around[i].d < around[j].d })
	sum := 0.0
	for _, a := range around {
		if sum += a.w; sum >= total/2 {
			return halfTurn(mean + a.d)
		}
	}
	return mean
}

// orient gives every box the direction of reading nearest to angle. Short boxes follow the page: which of their sides is the longer one
// is chance. A long box across the page (a vertical word) keeps its axis and is read upwards, as such words mostly are.
func orient(boxes []box, angle float64) {
	for i := range boxes {
		b := &boxes[i]
		if b.w < 2*b.h {
			if d := halfTurn(b.angle - angle); math.Abs(d) > math.Pi/4 {
				b.w, b.h, b.angle = b.h, b.w, b.angle+math.Pi/2
			}
		}
		switch d := math.Abs(normAngle(b.angle - angle)); {
		case d > 3*math.Pi/4:
			b.angle = normAngle(b.angle + math.Pi)
		case d > math.Pi/4 && normAngle(b.angle-angle) > 0:
			b.angle = normAngle(b.angle + math.Pi)
		}
	}
}
