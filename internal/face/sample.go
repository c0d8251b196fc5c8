package face

import (
	"image"
	"math"
	"sync"

	"bonafide/internal/imaging"
)

// pyramid is a picture with its halved copies, made when first needed, so that looking at one picture through many windows does
// not shrink it anew for each.
type pyramid struct {
	mu     sync.Mutex
	levels []*image.RGBA
}

func newPyramid(im *image.RGBA) *pyramid { return &pyramid{levels: []*image.RGBA{im}} }

func (p *pyramid) bounds() image.Rectangle { return p.levels[0].Rect }

// level is the picture halved n times, or fewer where it would become smaller than 64 pixels.
func (p *pyramid) level(n int) (im *image.RGBA, halvings int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.levels) <= n {
		last := p.levels[len(p.levels)-1]
		w, h := last.Rect.Dx()/2, last.Rect.Dy()/2
		if w < 64 || h < 64 {
			break
		}
		p.levels = append(p.levels, imaging.Resize(last, w, h))
	}
	n = min(n, len(p.levels)-1)
	return p.levels[n], n
}

// sample warps a side×side window out of the picture; m maps window pixels to picture pixels. The result is RGB, 0..255, row by
// row; what lies outside the picture is black.
func (p *pyramid) sample(m imaging.Affine, side int) []float32 {
	scale := math.Sqrt(math.Abs(m[0]*m[4] - m[1]*m[3]))
	n := 0
	for ; scale >= 2; scale /= 2 {
		n++
	}
	full := p.bounds()
	im, _ := p.level(n)
	fx := float64(im.Rect.Dx()) / float64(full.Dx())
	fy := float64(im.Rect.Dy()) / float64(full.Dy())
	return imaging.WarpPlane(im, imaging.Affine{m[0] * fx, m[1] * fx, m[2] * fx, m[3] * fy, m[4] * fy, m[5] * fy}, side, side)
}
