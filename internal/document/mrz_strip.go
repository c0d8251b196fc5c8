package document

import (
	"image"
	"math"

	"bonafide/internal/imaging"
)

// textLine is a line of print, or a place where one may be, in pixels of the
// reader's base picture (pixel centres at +½).
//
//	          ← length →
//	┌───────────────────────┐
//	│ P<UTO  (x, y)  ERIKA<< │ ↕ cap, the height of a capital letter
//	└───────────────────────┘
//
// The angle is that of the reading direction at the centre, clockwise from the
// x axis in radians; its right-hand side is the foot of the letters. Pages of
// booklets are not flat: du pixels along the line from its centre the print
// lies bend·du² nearer to the foot.
type textLine struct {
	x, y, angle, cap, length, bend float64
}

// along returns the unit vector of the reading direction.
func (l textLine) along() (x, y float64) {
	sin, cos := math.Sincos(l.angle)
	return cos, sin
}

// shifted returns the line moved by du along its direction and dv towards its
// foot, in pixels.
func (l textLine) shifted(du, dv float64) textLine {
	ux, uy := l.along()
	l.x += ux*du - uy*dv
	l.y += uy*du + ux*dv
	return l
}

// slid returns the line with its centre moved du pixels along its print.
func (l textLine) slid(du float64) textLine {
	l = l.shifted(du, l.bend*du*du)
	l.angle += math.Atan(2 * l.bend * du)
	return l
}

// turned returns the line read from its other end.
func (l textLine) turned() textLine {
	l.angle += math.Pi
	l.bend = -l.bend
	return l
}

// at returns the place du pixels along the line's print and dv towards its
// foot.
func (l textLine) at(du, dv float64) imaging.Point {
	m := l.shifted(du, dv+l.bend*du*du)
	return imaging.Point{X: m.x, Y: m.y}
}

// distance returns how far below l's axis the centre of m lies, and how far
// along it, in pixels.
func (l textLine) distance(m textLine) (across, along float64) {
	ux, uy := l.along()
	dx, dy := m.x-l.x, m.y-l.y
	return dy*ux - dx*uy, dx*ux + dy*uy
}

// pyramid is the base picture and its successive halves. Every strip is cut
// from the level that is just fine enough, so that what a strip costs depends
// on the strip and not on the picture.
type pyramid struct {
	levels []*image.Gray
}

// newPyramid halves base until it is small.
func newPyramid(base *image.Gray) pyramid {
	p := pyramid{levels: []*image.Gray{base}}
	for g := base; min(g.Rect.Dx(), g.Rect.Dy()) >= 64 && len(p.levels) < 6; {
		g = half(g)
		p.levels = append(p.levels, g)
	}
	return p
}

// half shrinks a picture by two, averaging 2×2 pixels; an odd last row or
// column is dropped.
func half(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx()/2, g.Rect.Dy()/2
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		a := g.Pix[2*y*g.Stride:][:2*w]
		b := g.Pix[(2*y+1)*g.Stride:][:2*w]
		row := out.Pix[y*out.Stride:][:w]
		for x := range row {
			row[x] = uint8((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) >> 2)
		}
	}
	return out
}

// size returns the base picture's width and height.
func (p pyramid) size() (w, h int) { return p.levels[0].Rect.Dx(), p.levels[0].Rect.Dy() }

// resized returns the base picture shrunk or enlarged by s.
func (p pyramid) resized(s float64) *image.Gray {
	w, h := p.size()
	from := p.levels[0]
	for k := 1; k < len(p.levels) && s*float64(int(1)<<k) <= 1; k++ {
		from = p.levels[k]
	}
	return imaging.ResizeGray(from, max(1, int(math.Round(float64(w)*s))), max(1, int(math.Round(float64(h)*s))))
}

// strip cuts w×h pixels round the centre of l, upright in l's direction, at
// sx strip pixels a picture pixel along the line and sy across it. Beyond the
// picture its border repeats.
//
// Enlarging is bicubic (as in the training of the reader), shrinking averages
// bilinear samples on a grid fine enough to skip nothing.
func (p pyramid) strip(l textLine, sx, sy float64, w, h int) *image.Gray {
	k := 0
	for k+1 < len(p.levels) && max(sx, sy)*float64(int(2)<<k) <= 1.05 {
		k++
	}
	level := p.levels[k]
	scale := 1 / float64(int(1)<<k)
	nx, ny := samples(scale/sx), samples(scale/sy)
	out := image.NewGray(image.Rect(0, 0, w, h))
	if nx == 1 && ny == 1 {
		axis := l.axis(scale, sx, 0, w)
		for y := range h {
			cubicRow(level, axis.below((float64(y)-float64(h-1)/2)/sy), out.Pix[y*out.Stride:][:w])
		}
		return out
	}
	axes := make([]axis, nx)
	for i := range axes {
		axes[i] = l.axis(scale, sx, (float64(i)+.5)/float64(nx)-.5, w)
	}
	acc := make([]uint32, w)
	round := uint32(nx * ny << 7)
	full := uint32(nx * ny << 8)
	for y := range h {
		clear(acc)
		for j := range ny {
			down := (float64(y) + (float64(j)+.5)/float64(ny) - .5 - float64(h-1)/2) / sy
			for _, a := range axes {
				linearRow(level, a.below(down), acc)
			}
		}
		row := out.Pix[y*out.Stride:][:w]
		for x, v := range acc {
			row[x] = uint8((v + round) / full)
		}
	}
	return out
}

// sketch cuts w×h pixels round the centre of l, upright in l's direction, at s
// pixels a picture pixel, by one bilinear sample a pixel from the level of
// nearest size: good enough to look for lines, and a third of strip's cost.
func (p pyramid) sketch(l textLine, s float64, w, h int) *image.Gray {
	k := 0
	for k+1 < len(p.levels) && s*float64(int(1)<<k) < math.Sqrt2/2 {
		k++
	}
	level := p.levels[k]
	scale := 1 / float64(int(1)<<k)
	out := image.NewGray(image.Rect(0, 0, w, h))
	axis := l.axis(scale, s, 0, w)
	acc := make([]uint32, w)
	for y := range h {
		clear(acc)
		linearRow(level, axis.below((float64(y)-float64(h-1)/2)/s), acc)
		row := out.Pix[y*out.Stride:][:w]
		for x, v := range acc {
			row[x] = uint8((v + 128) >> 8)
		}
	}
	return out
}

// samples tells how many samples a strip pixel needs that covers span pixels.
func samples(span float64) int {
	if span <= 1.25 {
		return 1
	}
	return min(int(math.Ceil(span-.1)), 4)
}

// axis is the print of a line on a level of the pyramid, a point for each
// column of a strip in 16.16 fixed point, or a parallel to it.
type axis struct {
	points       []fixedPoint
	low, high    fixedPoint // corners of the box round points
	dx, dy       int        // to be added to all points
	footX, footY float64    // one picture pixel towards the foot, on the level
}

type fixedPoint struct{ x, y int }

// toFixed turns a coordinate into 16.16 fixed point.
func toFixed(v float64) int { return int(math.Floor(v * 65536)) }

// axis computes the axis for w columns of sx pixels a picture pixel, moved by
// a share of a column, on the level that has scale pixels a picture pixel. The
// level's sample (i, j) lies at (i+½, j+½).
func (l textLine) axis(scale, sx, share float64, w int) axis {
	ux, uy := l.along()
	a := axis{points: make([]fixedPoint, w), footX: -uy * scale, footY: ux * scale}
	for i := range a.points {
		du := (float64(i) + share - float64(w-1)/2) / sx
		dv := l.bend * du * du
		p := fixedPoint{toFixed((l.x+ux*du-uy*dv)*scale - .5), toFixed((l.y+uy*du+ux*dv)*scale - .5)}
		a.points[i] = p
		if i == 0 {
			a.low, a.high = p, p
		}
		a.low = fixedPoint{min(a.low.x, p.x), min(a.low.y, p.y)}
		a.high = fixedPoint{max(a.high.x, p.x), max(a.high.y, p.y)}
	}
	return a
}

// below returns the parallel to the axis down picture pixels towards the foot.
func (a axis) below(down float64) axis {
	a.dx, a.dy = toFixed(a.footX*down), toFixed(a.footY*down)
	return a
}

// inside tells whether all points keep margin pixels between them and the
// border of g.
func (a axis) inside(g *image.Gray, margin int) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	return (a.low.x+a.dx)>>16 >= margin && (a.high.x+a.dx)>>16 < w-1-margin &&
		(a.low.y+a.dy)>>16 >= margin && (a.high.y+a.dy)>>16 < h-1-margin
}

// linearRow adds 256 times the bilinear samples on the axis to acc.
func linearRow(g *image.Gray, a axis, acc []uint32) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	points := a.points[:len(acc)]
	if a.inside(g, 0) {
		pix, stride := g.Pix, g.Stride
		for i := range acc {
			fx, fy := points[i].x+a.dx, points[i].y+a.dy
			o := (fy>>16)*stride + fx>>16
			p, q := pix[o:o+2:o+2], pix[o+stride:o+stride+2:o+stride+2]
			acc[i] += bilinear(p[0], p[1], q[0], q[1], fx, fy)
		}
		return
	}
	for i := range acc {
		fx, fy := points[i].x+a.dx, points[i].y+a.dy
		ix, iy := fx>>16, fy>>16
		x0, x1 := min(max(ix, 0), w-1), min(max(ix+1, 0), w-1)
		y0, y1 := min(max(iy, 0), h-1)*g.Stride, min(max(iy+1, 0), h-1)*g.Stride
		acc[i] += bilinear(g.Pix[y0+x0], g.Pix[y0+x1], g.Pix[y1+x0], g.Pix[y1+x1], fx, fy)
	}
}

// bilinear mixes four neighbours by the fractions of a position; 256 times the
// value.
func bilinear(a, b, c, d uint8, fx, fy int) uint32 {
	wx, wy := uint32(fx>>8&255), uint32(fy>>8&255)
	top := uint32(a)*(256-wx) + uint32(b)*wx
	low := uint32(c)*(256-wx) + uint32(d)*wx
	return (top*(256-wy) + low*wy) >> 8
}

// cubicTable holds the four weights of cubic convolution (Keys 1981, a=−0.75
// as OpenCV has it) for 64 sub-pixel positions.
var cubicTable = func() (t [64][4]float32) {
	const a = -.75
	for i := range t {
		f := float64(i) / 64
		near := func(d float64) float64 { return ((a+2)*d-(a+3))*d*d + 1 }
		far := func(d float64) float64 { return ((a*d-5*a)*d+8*a)*d - 4*a }
		t[i] = [4]float32{float32(far(1 + f)), float32(near(f)), float32(near(1 - f)), float32(far(2 - f))}
	}
	return t
}()

// cubicRow writes the bicubic samples on the axis.
func cubicRow(g *image.Gray, a axis, out []uint8) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	in := a.inside(g, 1)
	var border [4][4]uint8
	points := a.points[:len(out)]
	for i := range out {
		fx, fy := points[i].x+a.dx, points[i].y+a.dy
		ix, iy := fx>>16-1, fy>>16-1
		wx, wy := &cubicTable[fx>>10&63], &cubicTable[fy>>10&63]
		var v float32
		if in {
			o := iy*g.Stride + ix
			for j := range 4 {
				p := g.Pix[o : o+4 : o+4]
				v += wy[j] * (wx[0]*float32(p[0]) + wx[1]*float32(p[1]) + wx[2]*float32(p[2]) + wx[3]*float32(p[3]))
				o += g.Stride
			}
		} else {
			for j := range 4 {
				row := min(max(iy+j, 0), h-1) * g.Stride
				for k := range 4 {
					border[j][k] = g.Pix[row+min(max(ix+k, 0), w-1)]
				}
				p := &border[j]
				v += wy[j] * (wx[0]*float32(p[0]) + wx[1]*float32(p[1]) + wx[2]*float32(p[2]) + wx[3]*float32(p[3]))
			}
		}
		out[i] = uint8(min(max(v+.5, 0), 255))
	}
}
