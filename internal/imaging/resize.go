package imaging

import (
	"image"
)

// Resize returns src at w×h pixels, opaque: each pixel is the exact mean of the area it covers on an axis that shrinks, bilinear with
// a repeated border on an axis that grows. Sizes below one, or an empty src, give an empty picture.
func Resize(src *image.RGBA, w, h int) *image.RGBA {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	out := newOpaque(w, h)
	if out.Rect.Empty() || src.Rect.Empty() {
		return image.NewRGBA(image.Rectangle{})
	}
	if w == sw && h == sh {
		for y := range h {
			copy(out.Pix[y*out.Stride:(y+1)*out.Stride], src.Pix[y*src.Stride:])
		}
		for i := 3; i < len(out.Pix); i += 4 {
			out.Pix[i] = 255
		}
		return out
	}
	if w > sw || h > sh {
		small := src
		if w < sw || h < sh {
			small = Resize(src, min(w, sw), min(h, sh))
		}
		growRows(small.Pix, small.Stride, small.Rect.Dx(), small.Rect.Dy(), out.Pix, out.Stride, w, h, 4)
		for i := 3; i < len(out.Pix); i += 4 {
			out.Pix[i] = 255
		}
		return out
	}
	xs := covers(sw, w)
	ys := covers(sh, h)
	parallelRows(h, 32, func(lo, hi int) {
		acc := make([]float32, 3*w)
		for y := lo; y < hi; y++ {
			clear(acc)
			ys[y].each(func(sy int, wy float32) {
				row := src.Pix[sy*src.Stride : sy*src.Stride+4*sw]
				for x := range w {
					s := &xs[x]
					p := row[4*s.first : 4*s.last+4]
					q := p[len(p)-4:]
					r, g, b := s.head*float32(p[0])+s.tail*float32(q[0]), s.head*float32(p[1])+s.tail*float32(q[1]), s.head*float32(p[2])+s.tail*float32(q[2])
					if len(p) > 8 {
						var ir, ig, ib uint32
						for p = p[4 : len(p)-4]; len(p) >= 4; p = p[4:] {
							ir, ig, ib = ir+uint32(p[0]), ig+uint32(p[1]), ib+uint32(p[2])
						}
						r, g, b = r+float32(ir), g+float32(ig), b+float32(ib)
					}
					a := acc[3*x : 3*x+3 : 3*x+3]
					a[0], a[1], a[2] = a[0]+wy*r, a[1]+wy*g, a[2]+wy*b
				}
			})
			o := out.Pix[y*out.Stride:]
			k := float32(w) / float32(sw) * float32(h) / float32(sh)
			for x := range w {
				a, d := acc[3*x:3*x+3:3*x+3], o[4*x:4*x+3:4*x+3]
				d[0], d[1], d[2] = round8(a[0]*k), round8(a[1]*k), round8(a[2]*k)
			}
		}
	})
	return out
}

// ResizeGray is Resize for luma.
func ResizeGray(src *image.Gray, w, h int) *image.Gray {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, max(w, 0), max(h, 0)))
	if out.Rect.Empty() || src.Rect.Empty() {
		return image.NewGray(image.Rectangle{})
	}
	if w == sw && h == sh {
		for y := range h {
			copy(out.Pix[y*out.Stride:(y+1)*out.Stride], src.Pix[y*src.Stride:])
		}
		return out
	}
	if w > sw || h > sh {
		small := src
		if w < sw || h < sh {
			small = ResizeGray(src, min(w, sw), min(h, sh))
		}
		growRows(small.Pix, small.Stride, small.Rect.Dx(), small.Rect.Dy(), out.Pix, out.Stride, w, h, 1)
		return out
	}
	xs := covers(sw, w)
	ys := covers(sh, h)
	parallelRows(h, 32, func(lo, hi int) {
		acc := make([]float32, w)
		for y := lo; y < hi; y++ {
			clear(acc)
			ys[y].each(func(sy int, wy float32) {
				row := src.Pix[sy*src.Stride : sy*src.Stride+sw]
				for x := range w {
					s := &xs[x]
					v := s.head*float32(row[s.first]) + s.tail*float32(row[s.last])
					if s.last > s.first+1 {
						var sum uint32
						for _, c := range row[s.first+1 : s.last] {
							sum += uint32(c)
						}
						v += float32(sum)
					}
					acc[x] += wy * v
				}
			})
			o := out.Pix[y*out.Stride:]
			k := float32(w) / float32(sw) * float32(h) / float32(sh)
			for x := range w {
				o[x] = round8(acc[x] * k)
			}
		}
	})
	return out
}

// cover is the run of source pixels under one destination pixel: those strictly between first and last count whole, first by head and
// last by tail. Where first == last, tail is zero.
type cover struct {
	first, last int
	head, tail  float32
}

// each calls f for every source index with its weight, in pixels.
func (s *cover) each(f func(i int, weight float32)) {
	f(s.first, s.head)
	for i := s.first + 1; i < s.last; i++ {
		f(i, 1)
	}
	if s.last > s.first {
		f(s.last, s.tail)
	}
}

// covers cuts n source pixels into m ≤ n equal parts. Integer arithmetic in units of 1/m pixel: the parts tile the source exactly.
func covers(n, m int) []cover {
	out := make([]cover, m)
	for i := range out {
		a, b := i*n, (i+1)*n // in 1/m pixels
		first, last := a/m, (b-1)/m
		if first == last {
			out[i] = cover{first, last, float32(b-a) / float32(m), 0}
			continue
		}
		out[i] = cover{first, last, float32((first+1)*m-a) / float32(m), float32(b-last*m) / float32(m)}
	}
	return out
}

// growRows enlarges c interleaved 8-bit channels bilinearly, border repeated.
func growRows(src []uint8, sstride, sw, sh int, dst []uint8, dstride, w, h, c int) {
	kx, ky := float64(sw)/float64(w), float64(sh)/float64(h)
	type tap struct {
		i, j int
		a    float32
	}
	taps := func(n, m int, k float64) []tap {
		out := make([]tap, m)
		for x := range out {
			f := clamp((float64(x)+.5)*k-.5, float64(n-1))
			i := int(f)
			out[x] = tap{i, min(i+1, n-1), float32(f - float64(i))}
		}
		return out
	}
	xs, ys := taps(sw, w, kx), taps(sh, h, ky)
	parallelRows(h, 64, func(lo, hi int) {
		for y := lo; y < hi; y++ {
			p, q, ay := src[ys[y].i*sstride:], src[ys[y].j*sstride:], ys[y].a
			o := dst[y*dstride:]
			for x := range w {
				t := &xs[x]
				for k := range c {
					a, b := t.i*c+k, t.j*c+k
					top := float32(p[a]) + t.a*(float32(p[b])-float32(p[a]))
					bot := float32(q[a]) + t.a*(float32(q[b])-float32(q[a]))
					o[x*c+k] = round8(top + ay*(bot-top))
				}
			}
		}
	})
}

func round8(v float32) uint8 {
	return uint8(min(max(v+.5, 0), 255))
}

// Rotate90 returns src turned clockwise by quarterTurns (any integer, negative turns counter-clockwise). It always copies.
func Rotate90(src *image.RGBA, quarterTurns int) *image.RGBA {
	o := orientations[[4]int{1, 6, 3, 8}[quarterTurns&3]]
	if o == (orientation{}) {
		return Resize(src, src.Rect.Dx(), src.Rect.Dy())
	}
	return orientRGBA(src, o)
}

// RotateGray90 is Rotate90 for luma.
func RotateGray90(src *image.Gray, quarterTurns int) *image.Gray {
	return orientGray(src, orientations[[4]int{1, 6, 3, 8}[quarterTurns&3]])
}
