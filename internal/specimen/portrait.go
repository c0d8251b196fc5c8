package specimen

import (
	"image"
	"math"
)

// passportPortrait is the booth picture for a document: frontal, even light, plain background. Width and height in pixels.
func passportPortrait(p Person, w, h int) *image.RGBA {
	s := newStream(p.Seed, "portrait")
	g := newGammaTable()
	const over = 1.5
	W, H := int(float64(w)*over), int(float64(h)*over)
	r := sitter{
		look: p.look, exp: expression{eyes: 1}, clothes: newClothes(s),
		pose: pose{yaw: 0.02 * s.bell(), pitch: 0.02 * s.bell(), roll: 0.012 * s.bell()},
		light: lighting{
			key: keyFrom(s.span(-25, 25), s.span(18, 32)), keyColor: vec{0.86, 0.85, 0.83}, fill: vec{0.3, 0.3, 0.3}, ambient: vec{0.36, 0.37, 0.38},
			soft: 0.7, exposure: 1,
		},
		lens: lens{dist: 110, scale: float64(H) / 32.5, cx: float64(W) / 2, cy: float64(H) * 0.475},
	}
	fg := r.render(W, H)
	bg := srgb(214, 218, 222).mul(s.span(0.85, 1))
	full := newPlane(W, H)
	for y := range H {
		k := 1 - 0.08*float64(y)/float64(H)
		for x := range W {
			o := full.pix[4*(y*W+x):]
			o[0], o[1], o[2], o[3] = float32(bg.x*k), float32(bg.y*k), float32(bg.z*k), 1
		}
	}
	full.over(fg)
	return full.picture(w, h, g)
}

// over lays fg on the plane; both of one size.
func (p *plane) over(fg *plane) {
	for i := 0; i < len(p.pix); i += 4 {
		a := 1 - fg.pix[i+3]
		for c := range 3 {
			p.pix[i+c] = fg.pix[i+c] + a*p.pix[i+c]
		}
		p.pix[i+3] = 1
	}
}

// picture shrinks the plane to w × h by area in linear light and codes it as sRGB.
func (p *plane) picture(w, h int, g *gammaTable) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	kx, ky := float64(p.w)/float64(w), float64(p.h)/float64(h)
	for y := range h {
		y0, y1 := float64(y)*ky, float64(y+1)*ky
		for x := range w {
			x0, x1 := float64(x)*kx, float64(x+1)*kx
			var sum [3]float64
			weight := 0.0
			for iy := int(y0); iy < p.h && float64(iy) < y1; iy++ {
				wy := math.Min(y1, float64(iy+1)) - math.Max(y0, float64(iy))
				for ix := int(x0); ix < p.w && float64(ix) < x1; ix++ {
					k := wy * (math.Min(x1, float64(ix+1)) - math.Max(x0, float64(ix)))
					o := p.pix[4*(iy*p.w+ix):]
					for c := range 3 {
						sum[c] += k * float64(o[c])
					}
					weight += k
				}
			}
			d := out.Pix[out.PixOffset(x, y):]
			for c := range 3 {
				d[c] = uint8(g.at(sum[c]/weight) + 0.5)
			}
			d[3] = 255
		}
	}
	return out
}
