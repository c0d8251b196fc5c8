package imaging

import (
	"image"
	"image/color"
	"image/draw"
)

// yuvRange says how a file's luma and chroma numbers mean colours.
type yuvRange uint8

const (
	jfifRange    yuvRange = iota // full range, BT.601 matrix: JPEG (JFIF 1.02) and most HEIC
	bt601Limited                 // 16..235, BT.601: WebP (RFC 6386 §9.2), video
	bt709Full
	bt709Limited
)

// yuvTables turns Y, Cb, Cr into RGB by look-up and addition, in 1/65536ths.
type yuvTables struct {
	y, rv, gu, gv, bu [256]int32
}

// tables computes the look-ups: kr and kb are the luma weights of red and blue (ITU-R BT.601-7 §2.5.1, BT.709-6 §3.2).
func (c yuvRange) tables() *yuvTables {
	kr, kb := .299, .114
	if c == bt709Full || c == bt709Limited {
		kr, kb = .2126, .0722
	}
	kg := 1 - kr - kb
	yo, ys, cs := 0., 1., 1.
	if c == bt601Limited || c == bt709Limited {
		yo, ys, cs = 16, 255./219, 255./224
	}
	fix := func(v float64) int32 {
		v *= 65536
		if v < 0 {
			return -int32(.5 - v)
		}
		return int32(v + .5)
	}
	t := new(yuvTables)
	for i := range 256 {
		n := float64(i-128) * cs
		t.y[i] = fix((float64(i)-yo)*ys) + 1<<15
		t.rv[i] = fix(n * 2 * (1 - kr))
		t.gu[i] = -fix(n * 2 * (1 - kb) * kb / kg)
		t.gv[i] = -fix(n * 2 * (1 - kr) * kr / kg)
		t.bu[i] = fix(n * 2 * (1 - kb))
	}
	return t
}

// lumaTable maps stored luma to full range; nil where it is.
func (c yuvRange) lumaTable() *[256]uint8 {
	if c == jfifRange || c == bt709Full {
		return nil
	}
	t := new([256]uint8)
	for i := range t {
		t[i] = uint8(clamp((float64(i)-16)*255/219+.5, 255))
	}
	return t
}

// upright makes the picture of what a decoder returned, turned by o, without a copy where none is needed.
func upright(img image.Image, o orientation, c yuvRange) *Picture {
	b := img.Bounds()
	switch src := img.(type) {
	case *image.YCbCr:
		p := &Picture{RGB: rgbOf(src, o, c)}
		if b.Min == (image.Point{}) {
			plane := &image.Gray{Pix: src.Y, Stride: src.YStride, Rect: b}
			p.luma = &storedLuma{plane: plane, orient: o, table: c.lumaTable()}
		}
		return p
	case *image.NYCbCrA:
		if alphaOpaque(src) {
			return upright(&src.YCbCr, o, c)
		}
		rgb := rgbOf(&src.YCbCr, orientation{}, c)
		blendAlpha(rgb, src)
		return &Picture{RGB: orientRGBA(rgb, o)}
	case *image.Gray:
		rgb := rgbOfGray(src)
		return &Picture{RGB: orientRGBA(rgb, o), luma: &storedLuma{plane: src, orient: o}}
	case *image.RGBA:
		if b.Min == (image.Point{}) && src.Opaque() {
			return &Picture{RGB: orientRGBA(src, o)}
		}
	}
	rgb := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	if op, ok := img.(interface{ Opaque() bool }); ok && op.Opaque() {
		draw.Draw(rgb, rgb.Rect, img, b.Min, draw.Src)
	} else {
		draw.Draw(rgb, rgb.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(rgb, rgb.Rect, img, b.Min, draw.Over)
	}
	return &Picture{RGB: orientRGBA(rgb, o)}
}

// rgbOf converts and turns in one pass. For JFIF it gives what color.YCbCrToRGB does, within one level.
func rgbOf(src *image.YCbCr, o orientation, c yuvRange) *image.RGBA {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	w, h := o.size(sw, sh)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	origin, dx, dy := o.steps(w, h, out.Stride, 4)
	t := c.tables()
	shift := 0 // of x to its chroma column, where that is a plain halving
	plain := src.Rect.Min == image.Point{}
	switch src.SubsampleRatio {
	case image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422:
		shift = 1
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
	default:
		plain = false
	}
	convert := func(r image.Rectangle) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			at := origin + y*dy + r.Min.X*dx
			yy := src.Y[y*src.YStride+r.Min.X:]
			yy = yy[:r.Dx()]
			if !plain {
				for x, l := range yy {
					ci := src.COffset(src.Rect.Min.X+r.Min.X+x, src.Rect.Min.Y+y)
					t.put(out.Pix[at:at+4:at+4], l, src.Cb[ci], src.Cr[ci])
					at += dx
				}
				continue
			}
			ci := src.COffset(0, y)
			cb, cr := src.Cb[ci:], src.Cr[ci:]
			k := r.Min.X >> shift // tiles start at even columns
			for x := 0; x < len(yy); {
				u, v := cb[k], cr[k]
				k++
				red, green, blue := t.rv[v], t.gu[u]+t.gv[v], t.bu[u]
				for n := min(x+1<<shift, len(yy)); x < n; x++ {
					base := t.y[yy[x]]
					r, g, b := base+red, base+green, base+blue
					// In range means nothing above the 24 bits of a level and its fraction; else it is 0 or 255 by the sign.
					if uint32(r|g|b)&0xff000000 != 0 {
						r, g, b = clamp24(r), clamp24(g), clamp24(b)
					}
					d := out.Pix[at : at+4 : at+4]
					d[0], d[1], d[2], d[3] = uint8(r>>16), uint8(g>>16), uint8(b>>16), 255
					at += dx
				}
			}
		}
	}
	if o.transpose {
		tiles(sw, sh, convert)
	} else {
		parallelRows(sh, max(1, 1<<17/max(sw, 1)), func(lo, hi int) { convert(image.Rect(0, lo, sw, hi)) })
	}
	return out
}

func (t *yuvTables) put(d []uint8, l, u, v uint8) {
	base := t.y[l]
	d[0], d[1] = uint8(clamp24(base+t.rv[v])>>16), uint8(clamp24(base+t.gu[u]+t.gv[v])>>16)
	d[2], d[3] = uint8(clamp24(base+t.bu[u])>>16), 255
}

func clamp24(v int32) int32 { return min(max(v, 0), 1<<24-1) }

// rgbOfGray spreads luma over three channels.
func rgbOfGray(src *image.Gray) *image.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	parallelRows(h, max(1, 1<<17/max(w, 1)), func(lo, hi int) {
		for y := lo; y < hi; y++ {
			o := out.Pix[y*out.Stride:]
			for x, v := range src.Pix[y*src.Stride : y*src.Stride+w] {
				d := o[4*x : 4*x+4 : 4*x+4]
				d[0], d[1], d[2], d[3] = v, v, v, 255
			}
		}
	})
	return out
}

// lumaOf is the luma of BT.601, rounded as color.GrayModel does.
func lumaOf(src *image.RGBA) *image.Gray {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	parallelRows(h, max(1, 1<<17/max(w, 1)), func(lo, hi int) {
		for y := lo; y < hi; y++ {
			s := src.Pix[y*src.Stride : y*src.Stride+4*w]
			for x, o := 0, out.Pix[y*out.Stride:]; x < w; x++ {
				p := s[4*x : 4*x+3 : 4*x+3]
				o[x] = uint8((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
			}
		}
	})
	return out
}

// orientRGBA returns src turned by o; src itself where there is nothing to do.
func orientRGBA(src *image.RGBA, o orientation) *image.RGBA {
	if o == (orientation{}) {
		return src
	}
	w, h := o.size(src.Rect.Dx(), src.Rect.Dy())
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	origin, dx, dy := o.steps(w, h, out.Stride, 4)
	tiles(src.Rect.Dx(), src.Rect.Dy(), func(r image.Rectangle) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			s := src.Pix[y*src.Stride+4*r.Min.X : y*src.Stride+4*r.Max.X]
			at := origin + y*dy + r.Min.X*dx
			for ; len(s) >= 4; s = s[4:] {
				d := out.Pix[at : at+4 : at+4]
				d[0], d[1], d[2], d[3] = s[0], s[1], s[2], s[3]
				at += dx
			}
		}
	})
	return out
}

func alphaOpaque(src *image.NYCbCrA) bool {
	w := src.Rect.Dx()
	for y := range src.Rect.Dy() {
		for _, a := range src.A[y*src.AStride : y*src.AStride+w] {
			if a != 255 {
				return false
			}
		}
	}
	return true
}

// blendAlpha composites rgb on white by src's alpha.
func blendAlpha(rgb *image.RGBA, src *image.NYCbCrA) {
	w := src.Rect.Dx()
	for y := range src.Rect.Dy() {
		row := rgb.Pix[y*rgb.Stride:]
		for x, a := range src.A[y*src.AStride : y*src.AStride+w] {
			d, al := row[4*x:4*x+3], uint32(a)
			for i, v := range d {
				d[i] = uint8((uint32(v)*al + 255*(255-al) + 127) / 255)
			}
		}
	}
}
