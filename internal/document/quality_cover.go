package document

import (
	"image"
	"math"

	"bonafide/internal/imaging"
)

// The inner constants of the search for something over the document's edge.
const (
	coverSide   = 200  // pixels: the document's longer side in the plane that is searched
	coverMargin = 0.12 // of the shorter side, around the document
	coverOut    = 0.06 // of the shorter side: where outside a border is sampled
	coverFar    = 0.11 // and where further out: what is drawn on a page ends, a hand goes on
	coverAlike  = 30.0 // most distance of colours, levels, along one thing
	coverOther  = 26.0 // least distance from what the border shows elsewhere
	coverRun    = 0.04 // least width at the border, as a share of the shorter side
	coverMost   = 0.4  // of the document: what is more is the document's own colour
	coverDeep   = 0.06 // least reach, as a share of the shorter side
)

// setCover looks for a thing of one colour that lies over the border, outside and inside: a finger, a clip, a sleeve.
func (q *Quality) setCover(p *imaging.Picture, region imaging.Quad) {
	w, h := sides(region)
	k := coverSide / math.Max(w, h)
	dw, dh := int(w*k), int(h*k)
	short := min(dw, dh)
	if short < 40 {
		return
	}
	m := int(coverMargin * float64(short))
	// The homography of the document reaches beyond it.
	hm := imaging.QuadToRect(region, dw, dh)
	grown := imaging.Quad{}
	for i, c := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		x, y := float64(dw)/2+c[0]*(float64(dw)/2+float64(m)), float64(dh)/2+c[1]*(float64(dh)/2+float64(m))
		grown[i] = hm.Apply(imaging.Point{X: x, Y: y})
	}
	plane := imaging.WarpPerspective(p.RGB, imaging.QuadToRect(grown, dw+2*m, dh+2*m), dw+2*m, dh+2*m)
	back := imaging.QuadToRect(grown, dw+2*m, dh+2*m)
	c := cover{plane: plane, w: dw, h: dh, m: m, short: float64(short), seen: func(x, y int) bool {
		s := back.Apply(imaging.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
		return s.X > 2 && s.Y > 2 && s.X < float64(p.RGB.Rect.Dx())-2 && s.Y < float64(p.RGB.Rect.Dy())-2
	}}
	r, share := c.largest()
	if share <= 0 {
		return
	}
	fx, fy := float64(dw), float64(dh)
	x0, y0, x1, y1 := clamp01(float64(r.Min.X-m)/fx), clamp01(float64(r.Min.Y-m)/fy), clamp01(float64(r.Max.X-m)/fx), clamp01(float64(r.Max.Y-m)/fy)
	b := boxOf(imaging.Quad{within(region, x0, y0), within(region, x1, y0), within(region, x1, y1), within(region, x0, y1)})
	q.Covered, q.CoveredBox = round3(share), &b
}

func clamp01(v float64) float64 { return math.Max(0, math.Min(1, v)) }

// cover searches a straightened plane whose document begins m pixels in from each side.
type cover struct {
	plane   *image.RGBA
	w, h, m int
	short   float64
	seen    func(x, y int) bool // whether the picture reaches there
}

func (c *cover) at(x, y int) [3]float64 {
	x, y = min(max(x, 1), c.plane.Rect.Dx()-2), min(max(y, 1), c.plane.Rect.Dy()-2)
	var out [3]float64
	for dy := -1; dy <= 1; dy++ {
		p := c.plane.Pix[(y+dy)*c.plane.Stride+4*(x-1):]
		for i := range 3 {
			out[i] += (float64(p[i]) + float64(p[4+i]) + float64(p[8+i])) / 9
		}
	}
	return out
}

func away(a, b [3]float64) float64 {
	// Half the brightness: a thing is darker towards its sides, and of one hue.
	la, lb := (a[0]+a[1]+a[2])/3, (b[0]+b[1]+b[2])/3
	d := 0.25 * (la - lb) * (la - lb)
	for i := range 3 {
		v := (a[i] - la) - (b[i] - lb)
		d += v * v
	}
	return math.Sqrt(d)
}

// largest is the largest thing over the border: its box in the plane and its share of the document.
func (c *cover) largest() (image.Rectangle, float64) {
	var best image.Rectangle
	share := 0.0
	seen := make([]bool, c.plane.Rect.Dx()*c.plane.Rect.Dy())
	for side := range 4 {
		length := c.w
		if side%2 == 1 {
			length = c.h
		}
		// Pixel of the plane at place i along a side, d pixels inwards.
		spot := func(i, d int) (int, int) {
			switch side {
			case 0:
				return c.m + i, c.m + d
			case 1:
				return c.m + c.w - 1 - d, c.m + i
			case 2:
				return c.m + i, c.m + c.h - 1 - d
			}
			return c.m + d, c.m + i
		}
		out, far, in := -int(coverOut*c.short), -int(coverFar*c.short), int(0.03*c.short)
		deep := int(coverDeep * c.short)
		var inner [][3]float64
		for i := range length {
			x, y := spot(i, in)
			inner = append(inner, c.at(x, y))
		}
		usual := medianColour(inner)
		run := 0
		for i := 0; i <= length; i++ {
			covered := false
			if i < length {
				x, y := spot(i, out)
				o := c.at(x, y)
				covered = c.seen(x, y) && away(inner[i], usual) > coverOther && away(o, inner[i]) < coverAlike
				if fx, fy := spot(i, far); covered && c.seen(fx, fy) {
					covered = away(c.at(fx, fy), inner[i]) < coverAlike
				}
				if covered {
					x, y = spot(i, deep)
					covered = away(c.at(x, y), inner[i]) < coverAlike
				}
			}
			if covered {
				run++
				continue
			}
			if float64(run) >= coverRun*c.short {
				x, y := spot(i-run/2-1, in)
				if r, s := c.grow(x, y, seen); s > share && s < coverMost {
					best, share = r, s
				}
			}
			run = 0
		}
	}
	return best, share
}

// grow fills from a seed over pixels of its hue, within the document, and returns the box and the share of the document.
func (c *cover) grow(x, y int, seen []bool) (image.Rectangle, float64) {
	W := c.plane.Rect.Dx()
	doc := image.Rect(c.m, c.m, c.m+c.w, c.m+c.h)
	from := c.at(x, y)
	queue := []image.Point{{X: x, Y: y}}
	box := image.Rect(x, y, x+1, y+1)
	n := 0
	for len(queue) > 0 {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !p.In(doc) || seen[p.Y*W+p.X] || away(c.at(p.X, p.Y), from) > coverAlike {
			continue
		}
		seen[p.Y*W+p.X] = true
		n++
		box = box.Union(image.Rect(p.X, p.Y, p.X+1, p.Y+1))
		queue = append(queue, image.Pt(p.X+1, p.Y), image.Pt(p.X-1, p.Y), image.Pt(p.X, p.Y+1), image.Pt(p.X, p.Y-1))
	}
	return box, float64(n) / float64(c.w*c.h)
}

func medianColour(v [][3]float64) [3]float64 {
	var out [3]float64
	for i := range 3 {
		hist := [256]int{}
		for _, c := range v {
			hist[int(math.Max(0, math.Min(255, c[i])))]++
		}
		n := 0
		for l, k := range hist {
			if n += k; 2*n >= len(v) {
				out[i] = float64(l)
				break
			}
		}
	}
	return out
}
