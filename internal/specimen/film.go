package specimen

import (
	"image"
	"math"

	"bonafide/internal/imaging"
)

// film is an opaque picture in linear light, 0..1 and above where it will burn out.
type film struct {
	w, h int
	pix  []float32 // r, g, b
	g    *gammaTable
}

func newFilm(w, h int) *film {
	return &film{w, h, make([]float32, 3*w*h), newGammaTable()}
}

func (f *film) set(x, y int, c vec) {
	p := f.pix[3*(y*f.w+x):]
	p[0], p[1], p[2] = float32(c.x), float32(c.y), float32(c.z)
}

func (f *film) each(do func(x, y int, p []float32)) {
	for y := range f.h {
		for x := range f.w {
			i := 3 * (y*f.w + x)
			do(x, y, f.pix[i:i+3:i+3])
		}
	}
}

func (f *film) scale(r, g, b float64) {
	k := [3]float32{float32(r), float32(g), float32(b)}
	for i := range f.pix {
		f.pix[i] *= k[i%3]
	}
}

func (f *film) grey() {
	f.each(func(_, _ int, p []float32) {
		l := 0.2126*p[0] + 0.7152*p[1] + 0.0722*p[2]
		p[0], p[1], p[2] = l, l, l
	})
}

// edges are the lines of a convex quad's sides, as a·x + b·y + c, the distance in pixels, positive within.
type edges [4][3]float64

func edgesOf(q imaging.Quad) edges {
	var e edges
	for i := range q {
		a, b := q[i], q[(i+1)%4]
		ex, ey := b.X-a.X, b.Y-a.Y
		l := math.Hypot(ex, ey)
		e[i] = [3]float64{-ey / l, ex / l, (ey*a.X - ex*a.Y) / l}
	}
	return e
}

// inside is the signed distance from the nearest side.
func (e *edges) inside(x, y float64) float64 {
	d := math.Inf(1)
	for i := range e {
		if v := e[i][0]*x + e[i][1]*y + e[i][2]; v < d {
			d = v
		}
	}
	return d
}

// layOn puts the warped page over the film within the quad, its edge smoothed over one pixel.
func (f *film) layOn(page *image.RGBA, q imaging.Quad) {
	var lin [256]float32
	for i := range lin {
		lin[i] = float32(toLinear(float64(i) / 255))
	}
	e := edgesOf(q)
	f.each(func(x, y int, p []float32) {
		d := e.inside(float64(x)+0.5, float64(y)+0.5) - 0.5
		if d <= 0 {
			return
		}
		a := float32(math.Min(d, 1))
		s := page.Pix[page.PixOffset(x, y):]
		for c := range 3 {
			p[c] += a * (0.92*lin[s[c]] - p[c])
		}
	})
}

// shade darkens the ground round the page, where the page keeps the light off.
func (f *film) shade(q imaging.Quad, strength, reach float64) {
	for i := range q {
		q[i].X, q[i].Y = q[i].X+reach*0.3, q[i].Y+reach*0.5
	}
	e := edgesOf(q)
	f.each(func(x, y int, p []float32) {
		d := e.inside(float64(x), float64(y))
		if d < -reach {
			return
		}
		k := float32(1 - strength*smooth(-reach, reach*0.5, d))
		p[0], p[1], p[2] = p[0]*k, p[1]*k, p[2]*k
	})
}

// smear is motion blur: the mean along a line of the given length and direction.
func (f *film) smear(length, angle float64) {
	n := max(int(math.Ceil(length)), 2)
	sin, cos := math.Sincos(angle)
	out := make([]float32, len(f.pix))
	offs := make([][2]int, n)
	for i := range offs {
		t := (float64(i)/float64(n-1) - 0.5) * length
		offs[i] = [2]int{int(math.Round(t * cos)), int(math.Round(t * sin))}
	}
	inv := 1 / float32(n)
	for y := range f.h {
		for x := range f.w {
			var r, g, b float32
			for _, o := range offs {
				k := 3 * (min(max(y+o[1], 0), f.h-1)*f.w + min(max(x+o[0], 0), f.w-1))
				r, g, b = r+f.pix[k], g+f.pix[k+1], b+f.pix[k+2]
			}
			k := 3 * (y*f.w + x)
			out[k], out[k+1], out[k+2] = r*inv, g*inv, b*inv
		}
	}
	f.pix = out
}

// blur is a Gaussian of the given deviation in pixels, by its sampled kernel in both directions.
func (f *film) blur(sigma float64) {
	if sigma < 0.2 {
		return
	}
	r := int(math.Ceil(2.8 * sigma))
	k := make([]float32, 2*r+1)
	sum := 0.0
	for i := range k {
		sum += math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma))
	}
	for i := range k {
		k[i] = float32(math.Exp(-float64((i-r)*(i-r))/(2*sigma*sigma)) / sum)
	}
	tmp := make([]float32, len(f.pix))
	row := make([]float32, 3*(f.w+2*r))
	for y := range f.h {
		src := f.pix[3*y*f.w : 3*(y+1)*f.w]
		for x := -r; x < f.w+r; x++ {
			copy(row[3*(x+r):3*(x+r)+3], src[3*min(max(x, 0), f.w-1):])
		}
		dst := tmp[3*y*f.w : 3*(y+1)*f.w]
		for i := range dst {
			var a float32
			for j, w := range k {
				a += w * row[i+3*j]
			}
			dst[i] = a
		}
	}
	for y := range f.h {
		dst := f.pix[3*y*f.w : 3*(y+1)*f.w]
		clear(dst)
		for j, w := range k {
			src := tmp[3*min(max(y+j-r, 0), f.h-1)*f.w:][:3*f.w]
			for i := range dst {
				dst[i] += w * src[i]
			}
		}
	}
}

// picture codes the film as sRGB with sensor noise of the given deviation in grey levels, stronger in the dark parts as after a
// camera's gamma.
func (f *film) picture(noise float64, seed uint64) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, f.w, f.h))
	state := seed
	for i := range f.w * f.h {
		state += 0x9E3779B97F4A7C15
		z := mix64(state)
		// Three sums of byte pairs: bell enough, and cheap.
		for c := range 3 {
			v := f.g.at(float64(f.pix[3*i+c]))
			b := float64(z>>(16*c)&255) + float64(z>>(16*c+8)&255) - 255
			v += noise * b / 104 * (1.35 - v/400)
			out.Pix[4*i+c] = uint8(clamp(v+0.5, 0, 255))
		}
		out.Pix[4*i+3] = 255
	}
	return out
}
