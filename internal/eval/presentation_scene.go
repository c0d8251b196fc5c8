package eval

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// plate is a picture in linear light, as it lies before a lens.
type plate struct {
	w, h int
	pix  []float32 // r, g, b; 1 is white
}

// newPlate is a black one.
func newPlate(w, h int) plate { return plate{w, h, make([]float32, 3*w*h)} }

// exposed turns a picture back into light.
func exposed(im *image.RGBA) plate {
	p := newPlate(im.Rect.Dx(), im.Rect.Dy())
	var lin [256]float32
	for i := range lin {
		lin[i] = float32(math.Pow(float64(i)/255, 2.2))
	}
	for i := range p.w * p.h {
		for c := range 3 {
			p.pix[3*i+c] = lin[im.Pix[4*i+c]]
		}
	}
	return p
}

// each visits the red, green and blue of every pixel.
func (p plate) each(do func(x, y int, v []float32)) {
	for y := range p.h {
		for x := range p.w {
			i := 3 * (y*p.w + x)
			do(x, y, p.pix[i:i+3:i+3])
		}
	}
}

// blur is a Gaussian of the given deviation in pixels.
func (p plate) blur(sigma float64) {
	if sigma < 0.15 {
		return
	}
	r := int(math.Ceil(2.5 * sigma))
	k := make([]float32, 2*r+1)
	var sum float32
	for i := range k {
		k[i] = float32(math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma)))
		sum += k[i]
	}
	line := make([]float32, 3*max(p.w, p.h))
	pass := func(n int, at func(i int) int) {
		for i := range n {
			var a [3]float32
			for j, w := range k {
				o := at(min(max(i+j-r, 0), n-1))
				a[0] += w * p.pix[o]
				a[1] += w * p.pix[o+1]
				a[2] += w * p.pix[o+2]
			}
			line[3*i], line[3*i+1], line[3*i+2] = a[0]/sum, a[1]/sum, a[2]/sum
		}
		for i := range n {
			copy(p.pix[at(i):], line[3*i:3*i+3])
		}
	}
	for y := range p.h {
		pass(p.w, func(i int) int { return 3 * (y*p.w + i) })
	}
	for x := range p.w {
		pass(p.h, func(i int) int { return 3 * (i*p.w + x) })
	}
}

// pick draws a number between two.
func pick(r *rand.Rand, a, b float64) float64 { return a + (b-a)*r.Float64() }

// camera is one of the many cameras that there are.
type camera struct {
	gain, red, blue, flare, contrast, colour, blur, noise, sharpen float64
	quality                                                        int
}

// drawCamera draws one by chance: exposure, white, stray light, tone, colour, focus, noise, sharpening and compression.
func drawCamera(r *rand.Rand) camera {
	c := camera{
		gain: math.Exp(pick(r, -0.5, 0.45)), red: math.Exp(0.09 * r.NormFloat64()), blue: math.Exp(0.09 * r.NormFloat64()), flare: pick(r, 0, 0.012),
		contrast: pick(r, 0.9, 1.25), colour: pick(r, 0.7, 1.3), blur: pick(r, 0.35, 1.2), noise: pick(r, 0.5, 4), sharpen: pick(r, 0, 0.8),
		quality: 60 + r.IntN(36),
	}
	if r.IntN(6) == 0 { // a greasy lens, light from behind
		c.flare += pick(r, 0.01, 0.05)
	}
	if r.IntN(5) == 0 { // a fixed focus that is off
		c.blur += pick(r, 0.3, 1.2)
	}
	return c
}

// take pictures what is on the plate.
func (c camera) take(r *rand.Rand, p plate) *image.RGBA {
	p.blur(c.blur)
	out := image.NewRGBA(image.Rect(0, 0, p.w, p.h))
	k := [3]float64{c.gain * c.red, c.gain, c.gain * c.blue}
	val := newPlate(p.w, p.h)
	p.each(func(x, y int, v []float32) {
		o := val.pix[3*(y*p.w+x):]
		var e [3]float64
		for i := range 3 {
			g := math.Pow(math.Max(0, float64(v[i])*k[i]+c.flare), 1/2.2)
			e[i] = 255 * (0.45 + c.contrast*(g-0.45))
		}
		l := 0.299*e[0] + 0.587*e[1] + 0.114*e[2]
		for i := range 3 {
			o[i] = float32(l + c.colour*(e[i]-l))
		}
	})
	if c.sharpen > 0 {
		soft := newPlate(val.w, val.h)
		copy(soft.pix, val.pix)
		soft.blur(1)
		for i := range val.pix {
			val.pix[i] += float32(c.sharpen) * (val.pix[i] - soft.pix[i])
		}
	}
	grain := newPlate(val.w, val.h)
	for i := range grain.pix {
		grain.pix[i] = float32(r.NormFloat64())
	}
	soft := pick(r, 0, 0.8) // what a camera's own smoothing leaves of its noise is coarser
	grain.blur(soft)
	for i := range val.pix {
		v := float64(val.pix[i])
		v += c.noise * (1.35 - v/400) * float64(grain.pix[i])
		out.Pix[4*(i/3)+i%3] = uint8(math.Max(0, math.Min(255, v+.5)))
		out.Pix[4*(i/3)+3] = 255
	}
	return recompressed(out, c.quality)
}

// recompressed is what JPEG leaves of a picture.
func recompressed(im *image.RGBA, quality int) *image.RGBA {
	var b bytes.Buffer
	if jpeg.Encode(&b, im, &jpeg.Options{Quality: quality}) != nil {
		return im
	}
	back, err := jpeg.Decode(&b)
	if err != nil {
		return im
	}
	out := image.NewRGBA(im.Rect)
	draw.Draw(out, out.Rect, back, image.Point{}, draw.Src)
	return out
}

// finish crops around a face of the scene and pictures it at a size drawn by chance.
func finish(r *rand.Rand, scene *image.RGBA, box face.Box) *image.RGBA {
	m := pick(r, 0.05, 0.9) * box.W
	area := image.Rect(int(box.X-m*pick(r, 0.5, 1)), int(box.Y-m*pick(r, 0.6, 1)), int(box.X+box.W+m*pick(r, 0.5, 1)), int(box.Y+box.H+m*pick(r, 0.5, 1))).Intersect(scene.Rect)
	cut := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	for y := range area.Dy() {
		copy(cut.Pix[y*cut.Stride:], scene.Pix[scene.PixOffset(area.Min.X, area.Min.Y+y):][:4*area.Dx()])
	}
	k := math.Exp(pick(r, math.Log(80), math.Log(330))) / box.W
	k = math.Min(k, 1.3)
	small := imaging.Resize(cut, max(32, int(k*float64(area.Dx()))), max(32, int(k*float64(area.Dy()))))
	return drawCamera(r).take(r, exposed(small))
}

// printed is what paper shows of a photo.
func printed(r *rand.Rand, photo *image.RGBA) plate {
	p := exposed(photo)
	black, white := pick(r, 0.015, 0.07), pick(r, 0.6, 0.9)
	colour, tone := pick(r, 0.45, 1), pick(r, 0.8, 1.25)
	cast := [3]float64{math.Exp(0.1 * r.NormFloat64()), 1, math.Exp(0.1 * r.NormFloat64())}
	dots, pitch, angle := 0.0, pick(r, 2, 5), pick(r, 0, math.Pi)
	if r.IntN(2) == 0 {
		dots = pick(r, 0.05, 0.3)
	}
	sin, cos := math.Sincos(angle)
	gx, gy := pick(r, -0.35, 0.35), pick(r, -0.3, 0.3)
	gloss, gu, gv, gs := 0.0, r.Float64(), r.Float64(), pick(r, 0.1, 0.4)
	if r.IntN(3) == 0 {
		gloss = pick(r, 0.05, 0.4)
	}
	p.each(func(x, y int, v []float32) {
		l := 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
		u, w := float64(x)/float64(p.w), float64(y)/float64(p.h)
		light := 1 + gx*(u-.5)*2 + gy*(w-.5)*2
		a, b := (cos*float64(x)+sin*float64(y))*2*math.Pi/pitch, (-sin*float64(x)+cos*float64(y))*2*math.Pi/pitch
		d := 1 + dots*math.Cos(a)*math.Cos(b)
		shine := gloss * math.Exp(-((u-gu)*(u-gu)+(w-gv)*(w-gv))/(2*gs*gs))
		for i := range 3 {
			s := math.Pow(math.Max(0, float64(l)+colour*float64(v[i]-l)), tone) * d
			v[i] = float32((black+(white-black)*math.Min(1, s))*cast[i]*light + shine)
		}
	})
	p.blur(pick(r, 0.4, 2.2))
	return p
}

// shown is what a display shows of it.
func shown(r *rand.Rand, photo *image.RGBA) plate {
	p := exposed(photo)
	black, gain := pick(r, 0.003, 0.05), pick(r, 0.7, 1.5)
	colour, tone := pick(r, 0.75, 1.45), pick(r, 0.8, 1.3)
	cast := [3]float64{math.Exp(0.16 * r.NormFloat64()), 1, math.Exp(0.08 + 0.16*r.NormFloat64())}
	beat, pitch, angle := pick(r, 0, 0.12), math.Exp(pick(r, math.Log(2.2), math.Log(14))), pick(r, -0.3, 0.3)
	band, period, phase := 0.0, pick(r, 0.15, 0.6)*float64(p.h), pick(r, 0, 6)
	if r.IntN(3) == 0 {
		band = pick(r, 0.03, 0.2)
	}
	sin, cos := math.Sincos(angle)
	gloss, gu, gv, gs := 0.0, r.Float64(), r.Float64(), pick(r, 0.1, 0.5)
	if r.IntN(3) == 0 {
		gloss = pick(r, 0.02, 0.25)
	}
	p.each(func(x, y int, v []float32) {
		l := 0.2126*v[0] + 0.7152*v[1] + 0.0722*v[2]
		u, w := float64(x)/float64(p.w), float64(y)/float64(p.h)
		a, b := (cos*float64(x)+sin*float64(y))*2*math.Pi/pitch, (-sin*float64(x)+cos*float64(y))*2*math.Pi/(pitch*1.07)
		k := (1 - band*0.5*(1+math.Sin(2*math.Pi*float64(y)/period+phase)))
		shine := gloss * math.Exp(-((u-gu)*(u-gu)+(w-gv)*(w-gv))/(2*gs*gs))
		for i := range 3 {
			s := math.Pow(math.Max(0, float64(l)+colour*float64(v[i]-l)), tone)
			d := 1 + beat*(math.Cos(a-2*math.Pi*float64(i)/3)+math.Cos(b))/2
			v[i] = float32(gain*(black+s)*cast[i]*d*k + shine)
		}
	})
	p.blur(pick(r, 0.2, 1.2))
	return p
}

// heldUp puts a plate into a room, and returns where a face of the photo is.
func heldUp(r *rand.Rand, room *image.RGBA, thing plate, box face.Box, bezel bool) (*image.RGBA, face.Box) {
	im := image.NewRGBA(image.Rect(0, 0, thing.w, thing.h))
	for i, v := range thing.pix {
		im.Pix[4*(i/3)+i%3] = uint8(255*math.Min(1, math.Pow(math.Max(0, float64(v)), 1/2.2)) + .5)
		im.Pix[4*(i/3)+3] = 255
	}
	if bezel {
		im = bezelled(im, r)
	} else if r.IntN(2) == 0 {
		im = margin(im, int(pick(r, 0.02, 0.12)*float64(im.Rect.Dx())), [3]uint8{225, 224, 220})
	}
	dx, dy := float64(im.Rect.Dx()-thing.w)/2, float64(im.Rect.Dy()-thing.h)/2
	w, h := float64(room.Rect.Dx()), float64(room.Rect.Dy())
	k := pick(r, 0.7, 1.05) * h / float64(im.Rect.Dy())
	cx, cy := w/2+pick(r, -0.06, 0.06)*w, h/2+pick(r, -0.06, 0.06)*h
	sin, cos := math.Sincos(0.06 * r.NormFloat64())
	jit := func() float64 { return 0.025 * w * r.NormFloat64() }
	corner := func(x, y float64) imaging.Point {
		x, y = x*k*float64(im.Rect.Dx())/2, y*k*float64(im.Rect.Dy())/2
		return imaging.Point{X: cx + cos*x - sin*y + jit(), Y: cy + sin*x + cos*y + jit()}
	}
	quad := imaging.Quad{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)}
	there := imaging.QuadToRect(quad, im.Rect.Dx(), im.Rect.Dy())
	back, ok := there.Inverse()
	if !ok {
		return room, box
	}
	warped := imaging.WarpPerspective(im, back, room.Rect.Dx(), room.Rect.Dy())
	out := image.NewRGBA(room.Rect)
	copy(out.Pix, room.Pix)
	poly := quad[:]
	for y := range room.Rect.Dy() {
		for x := range room.Rect.Dx() {
			if within(poly, float64(x)+.5, float64(y)+.5) {
				copy(out.Pix[out.PixOffset(x, y):][:4], warped.Pix[warped.PixOffset(x, y):][:4])
			}
		}
	}
	a, b := there.Apply(imaging.Point{X: box.X + dx, Y: box.Y + dy}), there.Apply(imaging.Point{X: box.X + box.W + dx, Y: box.Y + box.H + dy})
	return out, face.Box{X: a.X, Y: a.Y, W: b.X - a.X, H: b.Y - a.Y}
}

// margin frames a picture.
func margin(im *image.RGBA, m int, ink [3]uint8) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, im.Rect.Dx()+2*m, im.Rect.Dy()+2*m))
	for i := 0; i < len(out.Pix); i += 4 {
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = ink[0], ink[1], ink[2], 255
	}
	for y := range im.Rect.Dy() {
		copy(out.Pix[out.PixOffset(m, m+y):], im.Pix[y*im.Stride:][:4*im.Rect.Dx()])
	}
	return out
}

// bezelled frames a display.
func bezelled(im *image.RGBA, r *rand.Rand) *image.RGBA {
	v := uint8(8 + r.IntN(30))
	return margin(im, int(pick(r, 0.02, 0.08)*float64(im.Rect.Dx())), [3]uint8{v, v, v})
}

// Species of a still.
const (
	fromLife    = "live"
	fromPaper   = "print"
	fromDisplay = "screen"
)

// still pictures the face of a selfie at box: from life, or once more from a print or a display that shows a photo of it.
func still(r *rand.Rand, selfie *image.RGBA, box face.Box, species string) *image.RGBA {
	if species == fromLife {
		return finish(r, selfie, box)
	}
	c := drawCamera(r)
	c.blur, c.noise = pick(r, 0.3, 1), pick(r, 0.3, 2) // who attacks takes a good photo
	c.gain = math.Exp(pick(r, -0.25, 0.25))
	photo := c.take(r, exposed(selfie))
	show := printed
	if species == fromDisplay {
		show = shown
	}
	thing := show(r, photo)
	room := specimen.Selfie(specimen.Person{}, specimen.SelfieOptions{Empty: true, Width: selfie.Rect.Dx(), Height: selfie.Rect.Dy()}, r.Uint64())
	scene, at := heldUp(r, room, thing, box, species == fromDisplay)
	return finish(r, scene, at)
}
