package barcode

import (
	"image"
	"math"
	"slices"

	"bonafide/internal/imaging"
)

// Sizes of the search for places that may be bar codes.
const (
	findSide  = 800 // longer side of the picture searched
	blockSide = 8   // of the squares whose gradients are summed
	maxPlaces = 3
	leastLong = 100 // half the pixels that the shortest symbol of a licence needs to be readable, which has about 200 modules
)

// place is a stretch of picture full of parallel bars: its middle, the direction across the bars, and how far it reaches along that
// direction and across it, in pixels of the whole picture.
type place struct {
	middle      imaging.Point
	angle       float64
	long, short float64
}

// findPlaces looks for blocks where light changes much, and in one direction rather than the other, and joins neighbours that agree.
func findPlaces(gray *image.Gray) []place {
	w, h := gray.Rect.Dx(), gray.Rect.Dy()
	scale := max(1, float64(max(w, h))/findSide)
	small := gray
	if scale > 1 {
		small = imaging.ResizeGray(gray, int(float64(w)/scale), int(float64(h)/scale))
	}
	bw, bh := (small.Rect.Dx()-2)/blockSide, (small.Rect.Dy()-2)/blockSide
	if bw < 4 || bh < 4 {
		return nil
	}
	ts := tensors(small, bw, bh)
	peak := 0.0
	for _, t := range ts {
		peak = max(peak, t.energy())
	}
	bars := make([]bool, len(ts))
	for i, t := range ts {
		bars[i] = t.energy() > max(80, 0.1*peak) && t.coherence() > 0.2
	}
	seen := make([]bool, len(ts))
	type found struct {
		place
		weight float64
	}
	var all []found
	for i := range ts {
		if !bars[i] || seen[i] {
			continue
		}
		var sum tensor
		members := []int{i}
		seen[i] = true
		for k := 0; k < len(members); k++ {
			at := members[k]
			sum = sum.plus(ts[at])
			x, y := at%bw, at/bw
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					nx, ny := x+dx, y+dy
					if nx < 0 || ny < 0 || nx >= bw || ny >= bh {
						continue
					}
					n := ny*bw + nx
					if bars[n] && !seen[n] && math.Abs(math.Remainder(ts[n].angle()-ts[at].angle(), math.Pi)) < 0.6 {
						seen[n] = true
						members = append(members, n)
					}
				}
			}
		}
		if len(members) < 10 {
			continue
		}
		p := extent(members, bw, sum.angle())
		if filled := float64(len(members)) * blockSide * blockSide / (4 * p.long * p.short); p.long < p.short || p.long*scale < leastLong || filled < 0.35 {
			continue
		}
		p.middle.X, p.middle.Y = p.middle.X*scale, p.middle.Y*scale
		p.long, p.short = p.long*scale, p.short*scale
		all = append(all, found{p, sum.energy() * sum.coherence()})
	}
	slices.SortFunc(all, func(a, b found) int { return int(math.Copysign(1, b.weight-a.weight)) })
	out := make([]place, 0, maxPlaces)
	for _, f := range all[:min(len(all), maxPlaces)] {
		out = append(out, f.place)
	}
	return out
}

// extent frames blocks along a direction.
func extent(members []int, bw int, angle float64) place {
	sin, cos := math.Sincos(angle)
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, m := range members {
		x, y := (float64(m%bw)+0.5)*blockSide+1, (float64(m/bw)+0.5)*blockSide+1
		for k, v := range [2]float64{x*cos + y*sin, y*cos - x*sin} {
			lo[k], hi[k] = min(lo[k], v), max(hi[k], v)
		}
	}
	u, v := (lo[0]+hi[0])/2, (lo[1]+hi[1])/2
	return place{
		middle: imaging.Point{X: u*cos - v*sin, Y: u*sin + v*cos}, angle: angle,
		long: (hi[0]-lo[0])/2 + blockSide/2, short: (hi[1]-lo[1])/2 + blockSide/2,
	}
}

// tensor sums products of gradients.
type tensor struct{ xx, yy, xy float64 }

func (t tensor) plus(o tensor) tensor { return tensor{t.xx + o.xx, t.yy + o.yy, t.xy + o.xy} }

// energy is the mean square of the gradient for one block.
func (t tensor) energy() float64 { return (t.xx + t.yy) / (blockSide * blockSide) }

// coherence is 1 where all gradients are parallel, 0 where no direction is preferred.
func (t tensor) coherence() float64 {
	return math.Hypot(t.xx-t.yy, 2*t.xy) / (t.xx + t.yy + 1)
}

// angle is the direction of the gradients.
func (t tensor) angle() float64 { return math.Atan2(2*t.xy, t.xx-t.yy) / 2 }

func tensors(g *image.Gray, bw, bh int) []tensor {
	out := make([]tensor, bw*bh)
	for by := range bh {
		for bx := range bw {
			var xx, yy, xy int
			for y := by*blockSide + 1; y <= (by+1)*blockSide; y++ {
				at := y*g.Stride + bx*blockSide + 1
				mid, up, down := g.Pix[at-1:at+blockSide+1], g.Pix[at-g.Stride:][:blockSide], g.Pix[at+g.Stride:][:blockSide]
				for x := range blockSide {
					dx, dy := int(mid[x+2])-int(mid[x]), int(down[x])-int(up[x])
					xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
				}
			}
			out[by*bw+bx] = tensor{float64(xx), float64(yy), float64(xy)}
		}
	}
	return out
}
