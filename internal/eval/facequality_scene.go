package eval

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
)

// sitting is a usable picture of one face, to be spoiled.
type sitting struct {
	im   *image.RGBA
	face face.Face
	rnd  *rand.Rand
}

func (s sitting) span(from, to float64) float64 { return from + (to-from)*s.rnd.Float64() }

func (s sitting) at(i int) imaging.Point {
	return imaging.Point{X: s.face.Mesh[i].X, Y: s.face.Mesh[i].Y}
}

// eyes is the distance between the eyes.
func (s sitting) eyes() float64 {
	five := s.face.Mesh.Five()
	return math.Hypot(five[1].X-five[0].X, five[1].Y-five[0].Y)
}

func (s sitting) copy() *image.RGBA {
	out := image.NewRGBA(s.im.Rect)
	copy(out.Pix, s.im.Pix)
	return out
}

// each changes every pixel; v holds red, green and blue as linear light, 0 to 1.
func (s sitting) each(change func(x, y float64, v *[3]float64)) *image.RGBA {
	out := s.copy()
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			p := out.Pix[out.PixOffset(x, y):]
			var v [3]float64
			for c := range v {
				v[c] = math.Pow(float64(p[c])/255, 2.2)
			}
			change(float64(x)+.5, float64(y)+.5, &v)
			for c := range v {
				p[c] = uint8(255*math.Pow(math.Max(0, math.Min(1, v[c])), 1/2.2) + .5)
			}
		}
	}
	return out
}

func (s sitting) luma() float64 {
	return face.Measure(imaging.FromRGBA(s.im), []face.Face{s.face}, 0).Brightness
}

func (s sitting) gain(k float64) *image.RGBA {
	return s.each(func(_, _ float64, v *[3]float64) {
		for c := range v {
			v[c] *= k
		}
	})
}

func (s sitting) dark() *image.RGBA {
	return s.gain(math.Pow(s.span(18, 40)/s.luma(), 2.2))
}

func (s sitting) overexposed() *image.RGBA {
	return s.gain(math.Pow(s.span(330, 420)/s.luma(), 2.2))
}

// head is how far inside the head and shoulders a place is: 1 in, 0 out, soft between.
func (s sitting) head(x, y float64) float64 {
	b := s.face.Box
	cx, cy := b.X+b.W/2, b.Y+b.H*0.42
	e := math.Hypot((x-cx)/(0.78*b.W), (y-cy)/(0.86*b.H))
	in := 1 - smoothstep(0.9, 1.1, e)
	if y > b.Y+b.H {
		w := b.W * (0.55 + 1.1*math.Min(1, (y-b.Y-b.H)/(0.6*b.H)))
		in = math.Max(in, 1-smoothstep(0.9, 1.1, math.Abs(x-cx)/w))
	}
	return in
}

func smoothstep(a, b, x float64) float64 {
	t := math.Max(0, math.Min(1, (x-a)/(b-a)))
	return t * t * (3 - 2*t)
}

// backlit puts a bright window behind a face in its own shade, on a canvas that has room for it.
func (s sitting) backlit() *image.RGBA {
	w := s.widened(0.8)
	k := math.Pow(s.span(48, 75)/s.luma(), 2.2)
	sky := math.Pow(s.span(238, 252)/255, 2.2)
	return w.each(func(x, y float64, v *[3]float64) {
		in := w.head(x, y)
		for c := range v {
			v[c] = in*k*v[c] + (1-in)*(sky+0.1*v[c])
		}
	})
}

// widened repeats the picture's edges outwards by a share of the face's width on the left, the right and above.
func (s sitting) widened(by float64) sitting {
	d := int(by * s.face.Box.W)
	b := s.im.Rect
	out := image.NewRGBA(image.Rect(0, 0, b.Dx()+2*d, b.Dy()+d))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := min(max(x-d, 0), b.Dx()-1), max(y-d, 0)
			copy(out.Pix[out.PixOffset(x, y):][:4], s.im.Pix[s.im.PixOffset(sx, sy):][:4])
		}
	}
	f := s.face
	f.Box.X += float64(d)
	f.Box.Y += float64(d)
	for i := range f.Mesh {
		f.Mesh[i].X += float64(d)
		f.Mesh[i].Y += float64(d)
	}
	return sitting{out, f, s.rnd}
}

// unevenLight lights the face from one side: a terminator beside the nose, behind which a small part of the light is left.
func (s sitting) unevenLight() *image.RGBA {
	nose, left := s.at(1), s.span(0.015, 0.06)
	way := 1.
	if s.rnd.IntN(2) == 0 {
		way = -1
	}
	d := s.eyes()
	return s.each(func(x, _ float64, v *[3]float64) {
		k := left + (1-left)*smoothstep(-0.35, 0.25, way*(x-nose.X)/d)
		for c := range v {
			v[c] *= k
		}
	})
}

// blurred is out of focus by several pixels of a face of 256.
func (s sitting) blurred() *image.RGBA {
	return softened(s.im, s.span(3.6, 6)*math.Max(1, s.face.Box.W/256))
}

// softened approaches a Gaussian by three box means.
func softened(im *image.RGBA, sigma float64) *image.RGBA {
	r := max(1, int(math.Round((math.Sqrt(4*sigma*sigma+1)-1)/2)))
	out := image.NewRGBA(im.Rect)
	copy(out.Pix, im.Pix)
	w, h := im.Rect.Dx(), im.Rect.Dy()
	line := make([]float64, max(w, h))
	pass := func(n int, at func(i int) int) {
		for c := range 3 {
			sum := 0.0
			for i := -r; i <= r; i++ {
				sum += float64(out.Pix[at(min(max(i, 0), n-1))+c])
			}
			for i := range n {
				line[i] = sum / float64(2*r+1)
				sum += float64(out.Pix[at(min(i+r+1, n-1))+c]) - float64(out.Pix[at(max(i-r, 0))+c])
			}
			for i := range n {
				out.Pix[at(i)+c] = uint8(line[i] + .5)
			}
		}
	}
	for range 3 {
		for y := range h {
			pass(w, func(i int) int { return y*out.Stride + 4*i })
		}
		for x := range w {
			pass(h, func(i int) int { return i*out.Stride + 4*x })
		}
	}
	return out
}

// smeared lays the veil of a greasy lens over the picture: a part of the light is spread widely, and stray light is added.
func (s sitting) smeared() *image.RGBA {
	wide := softened(s.im, 0.35*s.face.Box.W)
	part, stray := s.span(0.5, 0.65), s.span(0.08, 0.14)
	out := softened(s.im, 0.8)
	t := sitting{out, s.face, s.rnd}
	return t.each(func(x, y float64, v *[3]float64) {
		p := wide.Pix[wide.PixOffset(int(x), int(y)):]
		for c := range v {
			v[c] = (1-part)*v[c] + part*math.Pow(float64(p[c])/255, 2.2) + stray
		}
	})
}

// paint lays ink over the pixels for which cover says how much, 0 to 1; u and v are in distances of the eyes from a point, along the eyes and down.
func (s sitting) paint(im *image.RGBA, from imaging.Point, cover func(u, v float64) float64, ink func(u, v float64) [3]float64) {
	five := s.face.Mesh.Five()
	d := s.eyes()
	cos, sin := (five[1].X-five[0].X)/d, (five[1].Y-five[0].Y)/d
	reach := 3 * d
	area := image.Rect(int(from.X-reach), int(from.Y-reach), int(from.X+reach), int(from.Y+reach)).Intersect(im.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			dx, dy := (float64(x)+.5-from.X)/d, (float64(y)+.5-from.Y)/d
			u, v := cos*dx+sin*dy, -sin*dx+cos*dy
			a := cover(u, v)
			if a <= 0 {
				continue
			}
			p, q := im.Pix[im.PixOffset(x, y):], ink(u, v)
			for c := range q {
				p[c] = uint8(math.Max(0, math.Min(255, (1-a)*float64(p[c])+a*q[c])))
			}
		}
	}
}

func flat(r, g, b float64) func(u, v float64) [3]float64 {
	return func(float64, float64) [3]float64 { return [3]float64{r, g, b} }
}

// lens is the outline of a pair of glasses' lens around an eye, 1 inside; grow makes it larger.
func lens(u, v, grow float64) float64 {
	a, b := 0.45*grow, 0.32*grow
	return 1 - smoothstep(0.94, 1.06, math.Pow(math.Pow(math.Abs(u)/a, 3)+math.Pow(math.Abs(v-0.05)/b, 3), 1./3))
}

func (s sitting) sunglasses() *image.RGBA {
	out := s.copy()
	dark, grow := s.span(8, 38), s.span(0.95, 1.2)
	warm := s.span(0, 14)
	five := s.face.Mesh.Five()
	for _, eye := range five[:2] {
		s.paint(out, eye, func(u, v float64) float64 { return lens(u, v, grow) }, func(_, v float64) [3]float64 {
			k := dark + 14*(v+0.3)
			return [3]float64{k + warm, k + warm/2, k}
		})
	}
	mid := imaging.Point{X: (five[0].X + five[1].X) / 2, Y: (five[0].Y + five[1].Y) / 2}
	s.paint(out, mid, func(u, v float64) float64 {
		if math.Abs(u) < 0.12 && math.Abs(v) < 0.06 {
			return 1
		}
		return 0
	}, flat(18, 16, 16))
	return out
}

// hairOverEye lets a lock of hair fall over one eye.
func (s sitting) hairOverEye() *image.RGBA {
	out := s.copy()
	k := s.rnd.IntN(2)
	tone := [][3]float64{{24, 19, 17}, {52, 36, 26}, {38, 28, 22}}[s.rnd.IntN(3)]
	phase := s.span(0, 6)
	eye := s.face.Mesh.Five()[k]
	s.paint(out, eye, func(u, v float64) float64 {
		mid := 0.06 * math.Sin(2*v+phase)
		return (1 - smoothstep(0.36, 0.46, math.Abs(u-mid))) * (1 - smoothstep(0.5, 0.9, v)) * smoothstep(-1.6, -1.4, v)
	}, func(u, v float64) [3]float64 {
		n := 0.75 + 0.35*math.Sin(60*u+4*math.Sin(3*v+phase)) + 0.15*math.Sin(131*u+phase)
		return [3]float64{tone[0] * n, tone[1] * n, tone[2] * n}
	})
	return out
}

// glasses with reflections that hide a part of the eyes.
func (s sitting) glareOnGlasses() *image.RGBA {
	out := s.copy()
	x, w, slope := s.span(-0.12, 0.12), s.span(0.16, 0.26), s.span(-0.6, 0.6)
	five := s.face.Mesh.Five()
	for _, eye := range five[:2] {
		s.paint(out, eye, func(u, v float64) float64 { return lens(u, v, 1.08) - lens(u, v, 0.97) }, flat(30, 26, 26))
		s.paint(out, eye, func(u, v float64) float64 {
			return 0.97 * lens(u, v, 0.95) * (1 - smoothstep(w*0.8, w, math.Abs(u-x-slope*v)))
		}, flat(250, 252, 255))
	}
	return out
}

// mask is what covers nose, mouth and chin: the outline is the mesh's own.
func (s sitting) mask() *image.RGBA {
	out := s.copy()
	colours := [][3]float64{{142, 182, 208}, {228, 232, 234}, {36, 36, 40}, {92, 130, 110}, {188, 206, 222}}
	ink := colours[s.rnd.IntN(len(colours))]
	outline := []int{197, 217, 101, 116, 93, 58, 172, 136, 149, 176, 152, 400, 378, 365, 397, 288, 323, 345, 330, 437}
	points := make([]imaging.Point, len(outline))
	var mid imaging.Point
	for k, i := range outline {
		points[k] = s.at(i)
		mid.X += points[k].X / float64(len(outline))
		mid.Y += points[k].Y / float64(len(outline))
	}
	chin, d := s.at(152), s.eyes()
	for k := range points { // a little beyond the chin
		if points[k].Y > mid.Y {
			points[k].Y += 0.12 * d * (points[k].Y - mid.Y) / math.Max(1, chin.Y-mid.Y)
		}
	}
	shade := s.shade()
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			fx, fy := float64(x)+.5, float64(y)+.5
			if !within(points, fx, fy) {
				continue
			}
			fold := 1 - 0.1*math.Max(0, math.Sin((fy-mid.Y)/d*14))
			side := 1 - 0.18*math.Pow(math.Abs(fx-mid.X)/d, 2)
			p := out.Pix[out.PixOffset(x, y):]
			for c := range ink {
				p[c] = uint8(math.Max(0, math.Min(255, ink[c]*fold*side*shade)))
			}
		}
	}
	return out
}

// shade is how bright the picture's light is, from the forehead.
func (s sitting) shade() float64 { return math.Max(0.6, math.Min(1.1, s.luma()/150)) }

func within(poly []imaging.Point, x, y float64) bool {
	in := false
	for i, j := 0, len(poly)-1; i < len(poly); j, i = i, i+1 {
		a, b := poly[i], poly[j]
		if (a.Y > y) != (b.Y > y) && x < (b.X-a.X)*(y-a.Y)/(b.Y-a.Y)+a.X {
			in = !in
		}
	}
	return in
}

// The lids of the mesh, from the outer to the inner corner.
var (
	upperLids = [2][]int{{33, 246, 161, 160, 159, 158, 157, 173, 133}, {362, 398, 384, 385, 386, 387, 388, 466, 263}}
	lowerLids = [2][]int{{33, 7, 163, 144, 145, 153, 154, 155, 133}, {362, 382, 381, 380, 374, 373, 390, 249, 263}}
)

// eyesShut draws the upper lids down over the eyes: the skin above is stretched, and the lashes lie on the lower lid.
func (s sitting) eyesShut() *image.RGBA {
	out := s.copy()
	five := s.face.Mesh.Five()
	d := s.eyes()
	cos, sin := (five[1].X-five[0].X)/d, (five[1].Y-five[0].Y)/d
	turn := func(p imaging.Point) imaging.Point { return imaging.Point{X: cos*p.X + sin*p.Y, Y: -sin*p.X + cos*p.Y} }
	back := func(p imaging.Point) imaging.Point { return imaging.Point{X: cos*p.X - sin*p.Y, Y: sin*p.X + cos*p.Y} }
	for side := range upperLids {
		upper, lower := make([]imaging.Point, 0, 9), make([]imaging.Point, 0, 9)
		for k := range upperLids[side] {
			upper = append(upper, turn(s.at(upperLids[side][k])))
			lower = append(lower, turn(s.at(lowerLids[side][k])))
		}
		x0, x1 := upper[0].X, upper[len(upper)-1].X
		step := 0.5
		for x := x0 - 0.06*d; x <= x1+0.06*d; x += step {
			u, l := along(upper, x), along(lower, x)
			u, l = u-0.02*d, math.Max(l, u)+0.045*d
			top := u - 0.14*d
			for y := top; y <= l; y += step {
				from := top + (y-top)*(u-top)/math.Max(1e-6, l-top)
				src, dst := back(imaging.Point{X: x, Y: from}), back(imaging.Point{X: x, Y: y})
				a, b := image.Pt(int(src.X), int(src.Y)), image.Pt(int(dst.X), int(dst.Y))
				if !a.In(s.im.Rect) || !b.In(out.Rect) {
					continue
				}
				p, q := out.Pix[out.PixOffset(b.X, b.Y):], s.im.Pix[s.im.PixOffset(a.X, a.Y):]
				lash := 1 - 0.6*math.Exp(-math.Pow((y-l+0.035*d)/(0.018*d), 2))
				for c := range 3 {
					p[c] = uint8(float64(q[c]) * lash)
				}
			}
		}
	}
	return out
}

// along is the height of a line of points, by x rising, at x.
func along(line []imaging.Point, x float64) float64 {
	for k := 1; k < len(line); k++ {
		if x <= line[k].X || k == len(line)-1 {
			a, b := line[k-1], line[k]
			t := math.Max(0, math.Min(1, (x-a.X)/math.Max(1e-6, b.X-a.X)))
			return a.Y + t*(b.Y-a.Y)
		}
	}
	return 0
}

func (s sitting) tooSmall() *image.RGBA {
	k := s.span(18, 33) / s.eyes()
	return imaging.Resize(s.im, max(1, int(k*float64(s.im.Rect.Dx()))), max(1, int(k*float64(s.im.Rect.Dy()))))
}

func (s sitting) crop(r image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(out, out.Rect, s.im, r.Min, draw.Src)
	return out
}

// tooClose lets the edge of the picture cut a part of the face.
func (s sitting) tooClose() *image.RGBA {
	b, r, cut := s.face.Box, s.im.Rect, s.span(0.16, 0.24)
	switch s.rnd.IntN(3) {
	case 0:
		r.Min.X = max(r.Min.X, int(b.X+cut*b.W))
	case 1:
		r.Max.X = min(r.Max.X, int(b.X+(1-cut)*b.W))
	default:
		r.Max.Y = min(r.Max.Y, int(b.Y+b.H-1.1*cut*b.W))
	}
	return s.crop(r)
}

// offCentre leaves much room on one side of the face.
func (s sitting) offCentre() *image.RGBA {
	b := s.face.Box
	room := int(s.span(2.6, 3.4) * b.W)
	left := max(0, int(b.X-0.1*b.W))
	out := image.NewRGBA(image.Rect(0, 0, int(1.2*b.W)+room, s.im.Rect.Dy()))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			copy(out.Pix[out.PixOffset(x, y):][:4], s.im.Pix[s.im.PixOffset(min(left+x, s.im.Rect.Dx()-1), y):][:4])
		}
	}
	if s.rnd.IntN(2) == 0 {
		return mirrored(out)
	}
	return out
}

func mirrored(im *image.RGBA) *image.RGBA {
	w := im.Rect.Dx()
	return imaging.WarpRGB(im, imaging.Affine{-1, 0, float64(w), 0, 1, 0}, w, im.Rect.Dy())
}

// beside puts a second face next to the first.
func (s sitting) beside() *image.RGBA {
	w, h := s.im.Rect.Dx(), s.im.Rect.Dy()
	k := s.span(0.75, 0.95)
	other := imaging.Resize(mirrored(s.im), int(k*float64(w)), int(k*float64(h)))
	out := image.NewRGBA(image.Rect(0, 0, w+other.Rect.Dx(), h))
	draw.Draw(out, s.im.Rect, s.im, image.Point{}, draw.Src)
	draw.Draw(out, other.Rect.Add(image.Pt(w, h-other.Rect.Dy())), other, image.Point{}, draw.Src)
	return out
}

// nobody leaves the place where the face was empty.
func (s sitting) nobody() *image.RGBA {
	out := s.copy()
	b := s.face.Box
	soft := softened(s.im, 0.4*b.W)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			if s.head(float64(x), float64(y)) > 0 || math.Abs(float64(x)-b.X-b.W/2) < b.W && math.Abs(float64(y)-b.Y-b.H/2) < b.H {
				copy(out.Pix[out.PixOffset(x, y):][:3], soft.Pix[soft.PixOffset(x, y):][:3])
			}
		}
	}
	return out
}
