package face

import (
	"image"

	"bonafide/internal/imaging"
)

// pyramidSide bounds the long side of the finest copy a pyramid makes: what is looked at more finely than that is a small part of
// the picture and cheaper to shrink by itself.
const pyramidSide = 1024

// pyramid is a picture with its halved copies, made when first needed, so that looking at one picture through many windows does
// not shrink all of it anew for each. It is for one goroutine.
type pyramid struct {
	full   *image.RGBA
	base   int           // halvings of the finest copy
	levels []*image.RGBA // levels[i] is halved base+i times
}

func newPyramid(im *image.RGBA) *pyramid {
	p := &pyramid{full: im}
	for max(im.Rect.Dx(), im.Rect.Dy())>>p.base > pyramidSide {
		p.base++
	}
	return p
}

func (p *pyramid) bounds() image.Rectangle { return p.full.Rect }

// halved is the picture halved n times, n no less than base.
func (p *pyramid) halved(n int) *image.RGBA {
	for len(p.levels) <= n-p.base {
		from, by := p.full, 1<<p.base
		if k := len(p.levels); k > 0 {
			from, by = p.levels[k-1], 2
		}
		w, h := max(1, (from.Rect.Dx()+by-1)/by), max(1, (from.Rect.Dy()+by-1)/by)
		next := from
		if by > 1 {
			next = imaging.WarpRGB(from, imaging.Affine{float64(by), 0, 0, 0, float64(by), 0}, w, h)
		}
		p.levels = append(p.levels, next)
	}
	return p.levels[n-p.base]
}

// sample warps a side×side window out of the picture; m maps window pixels to picture pixels. The result is RGB, 0..255, row by
// row; what lies outside the picture is black.
func (p *pyramid) sample(m imaging.Affine, side int) []float32 {
	n := 0
	for k := m.Scale(); k >= 2; k /= 2 {
		n++
	}
	if n == 0 || n < p.base {
		return imaging.WarpPlane(p.full, m, side, side)
	}
	k := 1 / float64(int(1)<<n)
	for i := range m {
		m[i] *= k
	}
	return imaging.WarpPlane(p.halved(n), m, side, side)
}
