package specimen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math"
	"time"

	"bonafide/internal/imaging"
)

// Defect names what can be wrong with a photo of a document, in the words of finding codes where there is one. Blur is two defects, which
// people mend in two ways.
type Defect string

// The defects that [Defective] makes. Clean is none of them.
const (
	Clean         Defect = "clean"
	Defocus       Defect = "defocus"
	MotionBlur    Defect = "motion_blur"
	Glare         Defect = "glare"
	TooDark       Defect = "dark"
	Overexposed   Defect = "overexposed"
	Cropped       Defect = "cropped"
	Obstructed    Defect = "obstructed"
	LowResolution Defect = "low_resolution"
	Tilted        Defect = "tilted"
	BlackAndWhite Defect = "black_and_white"
	ScreenCapture Defect = "screen_capture"
	Screenshot    Defect = "screenshot"
	PaperCopy     Defect = "paper_copy"
	Edited        Defect = "edited"
	Smoothed      Defect = "smoothed"
	Multiple      Defect = "multiple"
	NoDocument    Defect = "not_found"
)

// Defects lists the defects, without Clean.
func Defects() []Defect {
	return []Defect{
		Defocus, MotionBlur, Glare, TooDark, Overexposed, Cropped, Obstructed, LowResolution, Tilted, BlackAndWhite, ScreenCapture,
		Screenshot, PaperCopy, Edited, Smoothed, Multiple, NoDocument,
	}
}

// Shot is a picture with its truth and what its file would say of its making.
type Shot struct {
	Image   *image.RGBA
	Truth   Truth
	Defect  Defect
	Target  string // what the defect was aimed at: a name of Truth.Boxes or "portrait"; "" where it is about the whole picture
	Make    string // of the camera; "" where no camera made the picture
	Model   string
	Tool    string // software that wrote the file
	PNG     bool
	Quality int // of the JPEG
}

// Defective photographs a page with one defect of a strength in 0..1: from just visible to hopeless. The same arguments give the same
// picture. Width and height of c are the photo's, its other fields are the scene's where the defect leaves them alone.
func Defective(page *image.RGBA, t Truth, d Defect, strength float64, c Camera, seed uint64) (Shot, error) {
	s := newStream(seed, "defective "+string(d))
	k := clamp(strength, 0, 1)
	if c.Width <= 0 || c.Height <= 0 {
		c.Width, c.Height = 2000, 1500
	}
	unit := float64(c.Width) / 1600 // blur is in pixels of a photo of this width
	shot := Shot{Defect: d, Make: "Utopia", Model: "Lens 7", Quality: 88}
	scene := page
	switch d {
	case Clean:
	case Defocus:
		c.Blur = unit * lerp(1.5, 8, k)
	case MotionBlur:
		c.Motion = unit * lerp(6, 40, k)
	case Glare:
		shot.Target = c.aimGlare(t, k, s)
	case TooDark:
		c.Exposure = lerp(0.12, 0.012, math.Sqrt(k))
		c.Noise = lerp(2, 5, k)
	case Overexposed:
		c.Exposure = lerp(1.6, 4.5, k)
	case Cropped:
		scene = turned(page, &t, s.intn(4)) // the frame cuts at its right
		c.Crop = lerp(0.05, 0.4, k)
		c.Fill = 0.8
	case Obstructed:
		shot.Target = c.aimFinger(t, k, s)
	case LowResolution:
		side := lerp(190, 80, k)
		c.Fill = 0.86
		c.Height = int(side / c.Fill * float64(c.Height) / float64(c.Width))
		c.Width = int(side / c.Fill)
	case Tilted:
		c.Tilt = lerp(30, 62, k)
	case BlackAndWhite:
		c.Monochrome = true
	case ScreenCapture:
		scene = c.onDisplay(page, &t, k, s)
	case Screenshot:
		return screenshot(page, t, shot, s), nil
	case PaperCopy:
		scene = copied(page, &t, k, s)
	case Edited:
		shot.Tool = []string{"Adobe Photoshop 25.1 (Windows)", "GIMP 2.10.36", "Snapseed 2.21", "PicsArt", "Adobe Photoshop Lightroom 7.2"}[s.intn(5)]
	case Smoothed:
		scene = smoothed(page, t, k)
	case Multiple:
		other, _, err := CardFront(NewPerson(seed^0x5eed, Profile{Reference: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}), PageOptions{})
		if err != nil {
			return Shot{}, err
		}
		c.Second = other
	case NoDocument:
		scene = image.NewRGBA(image.Rect(0, 0, 8, 8))
		c.Background = []Background{Wood, Cloth, Plain, Clutter}[s.intn(4)]
		c.Fill = 0.001
		c.Gradient = s.span(0.05, 0.4)
		shot.Image, _ = Photograph(scene, Truth{}, c, seed)
		shot.Truth = Truth{Fields: map[string]string{}, Boxes: map[string]imaging.Quad{}}
		return shot, nil
	default:
		return Shot{}, fmt.Errorf("specimen: no defect %q; known are %v", d, Defects())
	}
	shot.Image, shot.Truth = Photograph(scene, t, c, seed)
	if d == LowResolution {
		shot.Quality = 92
	}
	return shot, nil
}

// needed are the places on a page without which nobody can be verified.
func needed(t Truth) []string {
	var out []string
	for _, n := range []string{"surname", "given_names", "birth_date", "document_number", "expiry_date", "mrz_1", "mrz_2", "mrz_3"} {
		if _, ok := t.Boxes[n]; ok {
			out = append(out, n)
		}
	}
	if t.Portrait != (imaging.Quad{}) {
		out = append(out, "portrait")
	}
	return out
}

// place is the middle of a named place and its half width and height, as shares of the page.
func (t Truth) place(name string) (x, y, rx, ry float64) {
	q := t.Boxes[name]
	if name == "portrait" {
		q = t.Portrait
	}
	w, h := t.Page[2].X, t.Page[2].Y
	return (q[0].X + q[2].X) / 2 / w, (q[0].Y + q[2].Y) / 2 / h, (q[2].X - q[0].X) / 2 / w, (q[2].Y - q[0].Y) / 2 / h
}

// aimGlare puts a reflection over one of the needed places.
func (c *Camera) aimGlare(t Truth, k float64, s *stream) string {
	c.Glare, c.GlareSize = lerp(0.45, 1.1, k), lerp(0.05, 0.18, k)
	if s.chance(0.35) {
		c.GlareLong, c.GlareSize = s.span(2.5, 5), c.GlareSize*1.6
	}
	names := needed(t)
	if len(names) == 0 {
		return ""
	}
	name := names[s.intn(len(names))]
	x, y, rx, ry := t.place(name)
	c.GlareAt = [2]float64{x + s.span(-0.6, 0.6)*rx, y + s.span(-0.6, 0.6)*ry}
	return name
}

// aimFinger lays a finger over one of the needed places, from the nearest edge.
func (c *Camera) aimFinger(t Truth, k float64, s *stream) string {
	c.Finger = lerp(0.16, 0.4, k)
	names := needed(t)
	if len(names) == 0 {
		return ""
	}
	name := names[s.intn(len(names))]
	x, y, _, _ := t.place(name)
	ratio := t.Page[2].X / t.Page[2].Y
	// Distance to top, right, bottom and left in shares of the height; along each edge as corners go clockwise.
	far := [4]float64{y, (1 - x) * ratio, 1 - y, x * ratio}
	along := [4]float64{x, y, 1 - x, 1 - y}
	edge := 0
	for i := range far {
		if far[i] < far[edge] {
			edge = i
		}
	}
	c.FingerAt = [2]float64{float64(edge), clamp(along[edge], 0.04, 0.96)}
	c.Finger = math.Max(c.Finger, far[edge]+0.06)
	return name
}

// turned turns a page by quarters, with its truth.
func turned(page *image.RGBA, t *Truth, quarters int) *image.RGBA {
	for range quarters {
		h := float64(page.Rect.Dy())
		page = imaging.Rotate90(page, 1)
		*t = t.through(func(p imaging.Point) imaging.Point { return imaging.Point{X: h - p.Y, Y: p.X} })
	}
	return page
}

// framed lays a page on a larger one of one colour; margins are shares of the page's height.
func framed(page *image.RGBA, t *Truth, left, top, right, bottom float64, r, g, b uint8) *image.RGBA {
	h := float64(page.Rect.Dy())
	x0, y0 := int(left*h), int(top*h)
	out := image.NewRGBA(image.Rect(0, 0, x0+page.Rect.Dx()+int(right*h), y0+page.Rect.Dy()+int(bottom*h)))
	for i := 0; i < len(out.Pix); i += 4 {
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = r, g, b, 255
	}
	for y := range page.Rect.Dy() {
		copy(out.Pix[out.PixOffset(x0, y0+y):], page.Pix[y*page.Stride:y*page.Stride+4*page.Rect.Dx()])
	}
	*t = t.through(func(p imaging.Point) imaging.Point { return imaging.Point{X: p.X + float64(x0), Y: p.Y + float64(y0)} })
	return out
}

// onDisplay shows the page on a display that fills the frame.
func (c *Camera) onDisplay(page *image.RGBA, t *Truth, k float64, s *stream) *image.RGBA {
	dark := uint8(s.span(10, 60))
	if s.chance(0.5) {
		dark = uint8(s.span(215, 250))
	}
	m := s.span(0.1, 0.2)
	out := framed(page, t, m, m*s.span(0.5, 1.2), m, m*s.span(0.5, 1.2), dark, dark, dark)
	c.Screen = lerp(1.7, 4.2, k) // from beats alone to lights that can be counted
	c.Bands = s.span(0, 0.3)
	c.Fill = 1.04
	return out
}

// copied prints the page on white paper with a laser printer: toner of one colour, half the time in a raster of dots, on a sheet.
func copied(page *image.RGBA, t *Truth, k float64, s *stream) *image.RGBA {
	w, h := page.Rect.Dx(), page.Rect.Dy()
	out := image.NewRGBA(page.Rect)
	contrast := lerp(1.1, 1.9, k)
	dot := s.span(3.5, 5.5)
	raster := s.chance(0.5)
	lift := s.span(0.02, 0.12)
	for y := range h {
		for x := range w {
			p := page.Pix[page.PixOffset(x, y):]
			l := (0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])) / 255
			l = clamp((l-0.5)*contrast+0.58, 0, 1)
			if raster {
				u, v := float64(x+y)/dot/math.Sqrt2, float64(x-y)/dot/math.Sqrt2
				cell := 0.5 + 0.25*(math.Cos(2*math.Pi*u)+math.Cos(2*math.Pi*v))
				l = smooth(cell-0.18, cell+0.18, l*1.02)
			}
			g := uint8(255 * clamp(lift+(0.97-lift)*l, 0, 1))
			o := out.Pix[out.PixOffset(x, y):]
			o[0], o[1], o[2], o[3] = g, g, g, 255
		}
	}
	m := s.span(0.12, 0.3)
	return framed(out, t, m, m*s.span(0.6, 1.2), m, m*s.span(0.6, 1.4), 248, 247, 244)
}

// smoothed is a beauty filter over the portrait: surfaces lose their grain, edges stay (a bilateral filter; Tomasi and Manduchi 1998).
func smoothed(page *image.RGBA, t Truth, k float64) *image.RGBA {
	out := image.NewRGBA(page.Rect)
	copy(out.Pix, page.Pix)
	if t.Portrait == (imaging.Quad{}) {
		return out
	}
	r := image.Rect(int(t.Portrait[0].X), int(t.Portrait[0].Y), int(t.Portrait[2].X), int(t.Portrait[2].Y)).Intersect(page.Rect)
	reach := 3 + int(4*k)
	tone := lerp(18, 45, k)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			at := page.PixOffset(x, y)
			var sum [3]float64
			n := 0.0
			for dy := -reach; dy <= reach; dy += 2 {
				for dx := -reach; dx <= reach; dx += 2 {
					q := image.Pt(x+dx, y+dy)
					if !q.In(r) {
						continue
					}
					p := page.Pix[page.PixOffset(q.X, q.Y):]
					d := 0.0
					for c := range 3 {
						v := float64(p[c]) - float64(page.Pix[at+c])
						d += v * v
					}
					wt := math.Exp(-d / (2 * tone * tone))
					n += wt
					for c := range 3 {
						sum[c] += wt * float64(p[c])
					}
				}
			}
			for c := range 3 {
				out.Pix[at+c] = uint8(sum[c]/n + 0.5)
			}
		}
	}
	return out
}

// screenshot renders the page in an application on a phone's or a computer's screen, with its bars: no lens, no noise.
func screenshot(page *image.RGBA, t Truth, shot Shot, s *stream) Shot {
	sizes := [][2]int{{1080, 2340}, {1170, 2532}, {1080, 1920}, {750, 1334}, {1920, 1080}, {1366, 768}, {1440, 900}}
	size := sizes[s.intn(len(sizes))]
	w, h := size[0], size[1]
	ground := uint8(255)
	if s.chance(0.4) {
		ground = uint8(s.span(16, 40))
	}
	bar := uint8(clamp(float64(ground)+s.span(-24, 24), 0, 255))
	ink := uint8(20)
	if ground < 128 {
		ink = 235
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	fill := func(r image.Rectangle, v uint8) {
		r = r.Intersect(img.Rect)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				p := img.Pix[img.PixOffset(x, y):]
				p[0], p[1], p[2], p[3] = v, v, v, 255
			}
		}
	}
	fill(img.Rect, ground)
	top, low := max(h/36, 22), max(h/24, 30)
	fill(image.Rect(0, 0, w, 3*top), bar)
	fill(image.Rect(0, h-low, w, h), bar)
	for i := range 7 { // the clock, the signal, the battery, a title
		x := w/30 + i*w/40
		if i > 3 {
			x = w - w/30 - (i-3)*w/25
		}
		fill(image.Rect(x, top/3, x+w/60, top*3/4), ink)
	}
	fill(image.Rect(w/12, top*3/2, w/3, top*2), ink)
	for i := range 3 {
		x := w/4 + i*w/4
		fill(image.Rect(x-low/5, h-low*2/3, x+low/5, h-low/3), ink)
	}
	room := image.Rect(0, 3*top, w, h-low)
	k := math.Min(float64(room.Dx())*s.span(0.9, 1)/float64(page.Rect.Dx()), float64(room.Dy())*0.96/float64(page.Rect.Dy()))
	small := imaging.Resize(page, int(k*float64(page.Rect.Dx())), int(k*float64(page.Rect.Dy())))
	x0, y0 := (w-small.Rect.Dx())/2, room.Min.Y+(room.Dy()-small.Rect.Dy())/2
	for y := range small.Rect.Dy() {
		copy(img.Pix[img.PixOffset(x0, y0+y):], small.Pix[y*small.Stride:y*small.Stride+4*small.Rect.Dx()])
	}
	shot.Image, shot.PNG, shot.Make, shot.Model = img, s.chance(0.6), "", ""
	shot.Truth = t.through(func(p imaging.Point) imaging.Point {
		return imaging.Point{X: p.X*k + float64(x0), Y: p.Y*k + float64(y0)}
	})
	return shot
}

// Encode writes the picture as its maker would: a JPEG with what cameras and editors put into Exif, or a PNG.
func (s Shot) Encode() ([]byte, error) {
	if s.PNG {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, s.Image); err != nil {
			return nil, fmt.Errorf("specimen: encode: %w", err)
		}
		return b.Bytes(), nil
	}
	body, err := JPEG(s.Image, s.Quality)
	if err != nil {
		return nil, fmt.Errorf("specimen: encode: %w", err)
	}
	tags := exif(s.Make, s.Model, s.Tool)
	if tags == nil {
		return body, nil
	}
	out := append([]byte{}, body[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(tags)+8))
	out = append(out, "Exif\x00\x00"...)
	out = append(out, tags...)
	return append(out, body[2:]...), nil
}

// exif is a TIFF structure with the texts that are given: Exif 2.32, tags Make, Model and Software of IFD0.
func exif(maker, model, software string) []byte {
	type entry struct {
		tag  uint16
		text string
	}
	var list []entry
	for _, e := range []entry{{0x010f, maker}, {0x0110, model}, {0x0131, software}} {
		if e.text != "" {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return nil
	}
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	b = binary.BigEndian.AppendUint16(b, uint16(len(list)))
	at := 8 + 2 + 12*len(list) + 4
	var texts []byte
	for _, e := range list {
		b = binary.BigEndian.AppendUint16(b, e.tag)
		b = binary.BigEndian.AppendUint16(b, 2) // ASCII
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.text)+1))
		v := append([]byte(e.text), 0)
		if len(v) <= 4 {
			b = append(b, append(v, make([]byte, 4-len(v))...)...)
			continue
		}
		b = binary.BigEndian.AppendUint32(b, uint32(at+len(texts)))
		texts = append(texts, v...)
	}
	b = binary.BigEndian.AppendUint32(b, 0)
	return append(b, texts...)
}
