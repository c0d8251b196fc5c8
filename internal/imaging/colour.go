package imaging

import (
	"image"
	"math"
)

// ColourStats describe how colourful a region is. Units are levels of 0..255.
type ColourStats struct {
	Chroma   float64 // 95th percentile of the distance from grey, max(|Cb|, |Cr|)
	Residual float64 // the same once what a coloured lamp does to grey things is taken away: chroma that does not follow from luma
}

// Colour measures region r of p, at most about 60,000 pixels of it. Chroma is near 0 where no colour was recorded at all; Residual is also low
// where everything in the region is grey, whatever the light.
func Colour(p *image.RGBA, r image.Rectangle) ColourStats {
	r = r.Intersect(image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()))
	if r.Empty() {
		return ColourStats{}
	}
	step := max(1, int(math.Sqrt(float64(r.Dx()*r.Dy())/60000)))
	each := func(f func(l, b, r float64)) {
		for y := r.Min.Y; y < r.Max.Y; y += step {
			for x := r.Min.X; x < r.Max.X; x += step {
				q := p.Pix[y*p.Stride+4*x:]
				cr, cg, cb := float64(q[0]), float64(q[1]), float64(q[2])
				l := .299*cr + .587*cg + .114*cb
				if l > 250 { // burnt out: no colour left to see
					continue
				}
				f(l, .564*(cb-l), .713*(cr-l))
			}
		}
	}
	// Regression through black: a lamp's colour multiplies.
	var ll, lb, lr float64
	n := 0
	each(func(l, b, r float64) {
		ll, lb, lr, n = ll+l*l, lb+l*b, lr+l*r, n+1
	})
	if n == 0 {
		return ColourStats{}
	}
	kb, kr := lb/max(ll, 1), lr/max(ll, 1)
	var chroma, residual [512]int
	each(func(l, b, r float64) {
		chroma[min(int(4*max(math.Abs(b), math.Abs(r))), 511)]++
		residual[min(int(4*max(math.Abs(b-kb*l), math.Abs(r-kr*l))), 511)]++
	})
	p95 := func(h *[512]int) float64 {
		above := 0
		for v := 511; v >= 0; v-- {
			if above += h[v]; 20*above > n {
				return float64(v) / 4
			}
		}
		return 0
	}
	return ColourStats{Chroma: p95(&chroma), Residual: p95(&residual)}
}

// FlatStats describe areas without any grain: drawn by a program, not seen by a lens.
type FlatStats struct {
	Share float64 // of the region's pixels that equal their right and lower neighbours exactly, burnt-out ones left out, 0..1
	Burnt float64 // of the region: white, where also a camera has no grain, 0..1
	Bars  float64 // rows at the picture's top and bottom edge that are almost wholly flat, of its height, 0..1
}

// Flat measures the whole of g, every second row.
func Flat(g *image.Gray) FlatStats {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w < 16 || h < 16 {
		return FlatStats{}
	}
	flat, burnt, n := 0, 0, 0
	calm := make([]bool, h)
	for y := 0; y+1 < h; y++ {
		a, b := grayRow(g, y), grayRow(g, y+1)
		rowFlat, rowAll := 0, 0
		for x := 0; x+1 < w; x += 2 {
			rowAll++
			v := a[x]
			same := a[x+1] == v && b[x] == v
			if same {
				rowFlat++
			}
			if y%2 == 1 {
				continue
			}
			n++
			switch {
			case a[x] >= 250:
				burnt++
			case same:
				flat++
			}
		}
		calm[y] = rowFlat*20 >= rowAll*15
	}
	s := FlatStats{Burnt: float64(burnt) / float64(n), Share: float64(flat) / float64(n)}
	top, low := 0, 0
	for top < h-1 && calm[top] {
		top++
	}
	for low < h-1 && calm[h-2-low] {
		low++
	}
	s.Bars = float64(min(top, h/2)+min(low, h/2)) / float64(h)
	return s
}
