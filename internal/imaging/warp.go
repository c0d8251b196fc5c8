package imaging

import (
	"image"
	"math"
)

// WarpRGB samples a w×h picture: the pixel at (x, y) shows src at m applied to its centre. Bilinear; where m shrinks by more than
// two, src is first averaged in f×f boxes (f a power of two) so that at most two source pixels fall on one: no aliasing beyond what
// bilinear leaves. Outside src is opaque black, reached over half a pixel. Sizes below one give an empty picture.
func WarpRGB(src *image.RGBA, m Affine, w, h int) *image.RGBA {
	out := newOpaque(w, h)
	src, m = reduceRGBA(src, m, w, h)
	parallelRows(out.Rect.Dy(), 64, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			o := out.Pix[y*out.Stride:]
			for x := range out.Rect.Dx() {
				p := m.Apply(Point{float64(x) + .5, float64(y) + .5})
				r, g, b := bilinear(src, p.X-.5, p.Y-.5)
				d := o[4*x : 4*x+3 : 4*x+3]
				d[0], d[1], d[2] = uint8(r+.5), uint8(g+.5), uint8(b+.5)
			}
		}
	})
	return out
}

// WarpPlane is WarpRGB without rounding: h rows of w pixels of R, G, B (HWC), each 0..255. For tensors.
func WarpPlane(src *image.RGBA, m Affine, w, h int) []float32 {
	w, h = max(w, 0), max(h, 0)
	out := make([]float32, w*h*3)
	src, m = reduceRGBA(src, m, w, h)
	parallelRows(h, 64, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			o := out[y*w*3:]
			for x := range w {
				p := m.Apply(Point{float64(x) + .5, float64(y) + .5})
				d := o[3*x : 3*x+3 : 3*x+3]
				d[0], d[1], d[2] = bilinear(src, p.X-.5, p.Y-.5)
			}
		}
	})
	return out
}

// WarpGray is WarpRGB for luma, except that outside src the nearest border pixel is repeated.
func WarpGray(src *image.Gray, m Affine, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, max(w, 0), max(h, 0)))
	if src.Rect.Empty() {
		return out
	}
	src, m = reduceGray(src, m, w, h)
	parallelRows(out.Rect.Dy(), 64, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			o := out.Pix[y*out.Stride:]
			for x := range out.Rect.Dx() {
				p := m.Apply(Point{float64(x) + .5, float64(y) + .5})
				o[x] = uint8(bilinearGray(src, p.X-.5, p.Y-.5) + .5)
			}
		}
	})
	return out
}

// WarpPerspective is WarpRGB under a homography; see QuadToRect. The shrinking factor is taken from the mean scale over the
// destination's corners and centre, so that a strongly tilted page is neither aliased at its far end nor blurred at its near one by
// more than the tilt itself. Points behind the horizon are black.
func WarpPerspective(src *image.RGBA, h Homography, w, hgt int) *image.RGBA {
	out := newOpaque(w, hgt)
	W, H := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	pts := [5]Point{{0, 0}, {W, 0}, {W, H}, {0, H}, {W / 2, H / 2}}
	var scale float64
	box := newBounds()
	for _, p := range pts {
		scale += h.scaleAt(p) / 5
		box.add(h.Apply(p))
	}
	// Where the horizon crosses the picture, corners say nothing about what is between them.
	sign := math.Signbit(h[8])
	for _, p := range pts {
		if z := h[6]*p.X + h[7]*p.Y + h[8]; z == 0 || math.Signbit(z) != sign {
			box.all = true
		}
	}
	f := boxFactor(scale)
	src, org := shrinkRGBA(src, box, f)
	for i := range 3 { // sx' = (sx - org)/f, in homogeneous coordinates
		h[i] = (h[i] - org.X*h[6+i]) / f
		h[3+i] = (h[3+i] - org.Y*h[6+i]) / f
	}
	parallelRows(out.Rect.Dy(), 64, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			o := out.Pix[y*out.Stride:]
			fy := float64(y) + .5
			for x := range out.Rect.Dx() {
				fx := float64(x) + .5
				z := h[6]*fx + h[7]*fy + h[8]
				if math.Signbit(z) != sign || z == 0 {
					continue
				}
				r, g, b := bilinear(src, (h[0]*fx+h[1]*fy+h[2])/z-.5, (h[3]*fx+h[4]*fy+h[5])/z-.5)
				d := o[4*x : 4*x+3 : 4*x+3]
				d[0], d[1], d[2] = uint8(r+.5), uint8(g+.5), uint8(b+.5)
			}
		}
	})
	return out
}

// bilinear samples src at pixel indices (x, y), 0 being the centre of the first pixel; outside is black.
func bilinear(src *image.RGBA, x, y float64) (r, g, b float32) {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	if !(x > -1 && y > -1 && x < float64(w) && y < float64(h)) { // also NaN
		return 0, 0, 0
	}
	x0, y0 := int(x+1)-1, int(y+1)-1 // floor, for x > -1
	ax, ay := float32(x-float64(x0)), float32(y-float64(y0))
	w00, w10, w01, w11 := (1-ax)*(1-ay), ax*(1-ay), (1-ax)*ay, ax*ay
	if x0 >= 0 && y0 >= 0 && x0+1 < w && y0+1 < h {
		i := y0*src.Stride + 4*x0
		p, q := src.Pix[i:i+8:i+8], src.Pix[i+src.Stride:i+src.Stride+8:i+src.Stride+8]
		return w00*float32(p[0]) + w10*float32(p[4]) + w01*float32(q[0]) + w11*float32(q[4]),
			w00*float32(p[1]) + w10*float32(p[5]) + w01*float32(q[1]) + w11*float32(q[5]),
			w00*float32(p[2]) + w10*float32(p[6]) + w01*float32(q[2]) + w11*float32(q[6])
	}
	for k, wt := range [4]float32{w00, w10, w01, w11} {
		xx, yy := x0+k&1, y0+k>>1
		if xx < 0 || yy < 0 || xx >= w || yy >= h {
			continue
		}
		p := src.Pix[yy*src.Stride+4*xx:]
		r, g, b = r+wt*float32(p[0]), g+wt*float32(p[1]), b+wt*float32(p[2])
	}
	return r, g, b
}

// bilinearGray samples src like bilinear but repeats the border.
func bilinearGray(src *image.Gray, x, y float64) float32 {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	x, y = clamp(x, float64(w-1)), clamp(y, float64(h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
	ax, ay := float32(x-float64(x0)), float32(y-float64(y0))
	p, q := src.Pix[y0*src.Stride:], src.Pix[y1*src.Stride:]
	top := float32(p[x0]) + ax*(float32(p[x1])-float32(p[x0]))
	bot := float32(q[x0]) + ax*(float32(q[x1])-float32(q[x0]))
	return top + ay*(bot-top)
}

// clamp returns v within [0, hi]; NaN becomes 0.
func clamp(v, hi float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, hi)
}

// newOpaque returns a black opaque picture; sizes below zero count as zero.
func newOpaque(w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, max(w, 0), max(h, 0)))
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = 255
	}
	return out
}
