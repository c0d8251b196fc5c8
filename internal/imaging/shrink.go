package imaging

import (
	"image"
	"math"
)

// bounds is the box around the source points a warp will touch; all means the whole source.
type bounds struct {
	x0, y0, x1, y1 float64
	all            bool
}

func newBounds() bounds {
	return bounds{x0: math.Inf(1), y0: math.Inf(1), x1: math.Inf(-1), y1: math.Inf(-1)}
}

func (b *bounds) add(p Point) {
	if math.IsNaN(p.X) || math.IsNaN(p.Y) {
		b.all = true
		return
	}
	b.x0, b.y0, b.x1, b.y1 = min(b.x0, p.X), min(b.y0, p.Y), max(b.x1, p.X), max(b.y1, p.Y)
}

// within returns the part of a w×h source to average in boxes of f: the bounds and two boxes around (bilinear reaches one), with an
// origin that is a multiple of f so that boxes lie on one grid whatever is asked for.
func (b *bounds) within(w, h, f int) image.Rectangle {
	whole := image.Rect(0, 0, w, h)
	if b.all || !(b.x0 <= b.x1) {
		return whole
	}
	lo := func(v float64, hi int) int { return max(int(clamp(v, float64(hi)))/f-2, 0) * f }
	hi := func(v float64, hi int) int { return min((int(clamp(v, float64(hi)))/f+3)*f, hi) }
	return image.Rect(lo(b.x0, w), lo(b.y0, h), hi(b.x1, w), hi(b.y1, h)).Intersect(whole)
}

// boxFactor is the power of two that leaves at most a shrinking of two for bilinear sampling.
func boxFactor(scale float64) float64 {
	f := 1.0
	for scale > 2*f && f < 1<<12 {
		f *= 2
	}
	return f
}

func affineBounds(m Affine, w, h int) bounds {
	b := newBounds()
	for _, p := range [4]Point{{0, 0}, {float64(w), 0}, {float64(w), float64(h)}, {0, float64(h)}} {
		b.add(m.Apply(p))
	}
	return b
}

// rebase adapts m to a source whose pixels are f×f boxes counted from org. In continuous coordinates that is a subtraction and a
// division of all three terms of each row; no half pixels appear (see the package comment).
func (m Affine) rebase(org Point, f float64) Affine {
	return Affine{m[0] / f, m[1] / f, (m[2] - org.X) / f, m[3] / f, m[4] / f, (m[5] - org.Y) / f}
}

func reduceRGBA(src *image.RGBA, m Affine, w, h int) (*image.RGBA, Affine) {
	f := boxFactor(m.Scale())
	src, org := shrinkRGBA(src, affineBounds(m, w, h), f)
	return src, m.rebase(org, f)
}

func reduceGray(src *image.Gray, m Affine, w, h int) (*image.Gray, Affine) {
	f := boxFactor(m.Scale())
	if f == 1 {
		return src, m
	}
	b := affineBounds(m, w, h)
	r := b.within(src.Rect.Dx(), src.Rect.Dy(), int(f))
	if r.Empty() { // wholly outside: the border is still asked for
		r = image.Rect(0, 0, src.Rect.Dx(), src.Rect.Dy())
	}
	return boxGray(src, r, int(f)), m.rebase(Point{float64(r.Min.X), float64(r.Min.Y)}, f)
}

// shrinkRGBA averages the part of src within b in f×f boxes; org is the place of the result's corner in src.
func shrinkRGBA(src *image.RGBA, b bounds, f float64) (out *image.RGBA, org Point) {
	if f == 1 {
		return src, Point{}
	}
	r := b.within(src.Rect.Dx(), src.Rect.Dy(), int(f))
	return boxRGBA(src, r, int(f)), Point{float64(r.Min.X), float64(r.Min.Y)}
}

// boxRGBA averages r (relative to src's corner) in f×f boxes. Boxes cut by r's right and bottom edge average what they have.
func boxRGBA(src *image.RGBA, r image.Rectangle, f int) *image.RGBA {
	w, h := (r.Dx()+f-1)/f, (r.Dy()+f-1)/f
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	parallelRows(h, max(1, 1<<18/max(w*f*f, 1)), func(lo, hi int) {
		sum := make([]uint32, 3*w)
		for y := lo; y < hi; y++ {
			clear(sum)
			y0, y1 := r.Min.Y+y*f, min(r.Min.Y+(y+1)*f, r.Max.Y)
			for sy := y0; sy < y1; sy++ {
				row := src.Pix[sy*src.Stride+4*r.Min.X : sy*src.Stride+4*r.Max.X]
				for x := range w {
					end := min(4*f*(x+1), len(row))
					var cr, cg, cb uint32
					for p := row[4*f*x : end]; len(p) >= 4; p = p[4:] {
						cr, cg, cb = cr+uint32(p[0]), cg+uint32(p[1]), cb+uint32(p[2])
					}
					s := sum[3*x : 3*x+3 : 3*x+3]
					s[0], s[1], s[2] = s[0]+cr, s[1]+cg, s[2]+cb
				}
			}
			o := out.Pix[y*out.Stride:]
			for x := range w {
				n := uint32((y1 - y0) * (min(r.Min.X+(x+1)*f, r.Max.X) - (r.Min.X + x*f)))
				s := sum[3*x : 3*x+3 : 3*x+3]
				d := o[4*x : 4*x+4 : 4*x+4]
				d[0], d[1], d[2], d[3] = uint8((s[0]+n/2)/n), uint8((s[1]+n/2)/n), uint8((s[2]+n/2)/n), 255
			}
		}
	})
	return out
}

// boxGray is boxRGBA for luma.
func boxGray(src *image.Gray, r image.Rectangle, f int) *image.Gray {
	w, h := (r.Dx()+f-1)/f, (r.Dy()+f-1)/f
	out := image.NewGray(image.Rect(0, 0, w, h))
	parallelRows(h, max(1, 1<<18/max(w*f*f, 1)), func(lo, hi int) {
		sum := make([]uint32, w)
		for y := lo; y < hi; y++ {
			clear(sum)
			y0, y1 := r.Min.Y+y*f, min(r.Min.Y+(y+1)*f, r.Max.Y)
			for sy := y0; sy < y1; sy++ {
				row := src.Pix[sy*src.Stride+r.Min.X : sy*src.Stride+r.Max.X]
				for x := range w {
					var c uint32
					for _, v := range row[f*x : min(f*(x+1), len(row))] {
						c += uint32(v)
					}
					sum[x] += c
				}
			}
			o := out.Pix[y*out.Stride:]
			for x := range w {
				n := uint32((y1 - y0) * (min(r.Min.X+(x+1)*f, r.Max.X) - (r.Min.X + x*f)))
				o[x] = uint8((sum[x] + n/2) / n)
			}
		}
	})
	return out
}
