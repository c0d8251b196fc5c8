package specimen

import (
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// OCR-B as Debian's fonts-ocr-b ships it; see font/LICENCE. golang.org/x/image cannot draw the outlines of 8 and < of the first file
// (they use the CFF operator flex1), so those two come from the second, the same design with square stroke ends.
var (
	//go:embed font/OCRB.otf
	ocrB []byte
	//go:embed font/OCRBS.otf
	ocrBSquare []byte
)

// typeface names the fonts of the pages.
type typeface int

const (
	faceRegular typeface = iota
	faceMedium
	faceBold
	faceMono
	faceOCRB
	faceOCRBSquare
)

// painter draws on one page. It is not safe for concurrent use.
type painter struct {
	img   *image.RGBA
	dpmm  float64 // pixels a millimetre
	fonts map[typeface]*opentype.Font
	faces map[faceSize]font.Face
}

type faceSize struct {
	t  typeface
	px int // em size in quarter pixels
}

func newPainter(widthMM, heightMM, dpmm float64) *painter {
	w, h := int(math.Round(widthMM*dpmm)), int(math.Round(heightMM*dpmm))
	return &painter{image.NewRGBA(image.Rect(0, 0, w, h)), dpmm, map[typeface]*opentype.Font{}, map[faceSize]font.Face{}}
}

// face opens a font at an em size in pixels. The fonts are compiled in, so an error is a fault of the program.
func (p *painter) face(t typeface, em float64) font.Face {
	k := faceSize{t, int(math.Round(em * 4))}
	if f, ok := p.faces[k]; ok {
		return f
	}
	if p.fonts[t] == nil {
		data := map[typeface][]byte{faceRegular: goregular.TTF, faceMedium: gomedium.TTF, faceBold: gobold.TTF, faceMono: gomono.TTF, faceOCRB: ocrB, faceOCRBSquare: ocrBSquare}[t]
		f, err := opentype.Parse(data)
		if err != nil {
			panic(fmt.Sprintf("specimen: embedded font %d: %v", t, err))
		}
		p.fonts[t] = f
	}
	f, err := opentype.NewFace(p.fonts[t], &opentype.FaceOptions{Size: float64(k.px) / 4, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(fmt.Sprintf("specimen: embedded font %d: %v", t, err))
	}
	p.faces[k] = f
	return f
}

// text writes s with its baseline's start at (x, y) millimetres, in letters of capMM cap height, and returns the box of its ink
// in pixels. spacing adds pixels after each letter.
func (p *painter) text(t typeface, s string, x, y, capMM, spacing float64, ink color.Color) image.Rectangle {
	f := p.face(t, capMM*p.dpmm/capHeight(t))
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(ink), Face: f, Dot: fixed.Point26_6{X: fix(x * p.dpmm), Y: fix(y * p.dpmm)}}
	var box image.Rectangle
	prev := rune(-1)
	for _, r := range s {
		if prev >= 0 && spacing == 0 {
			d.Dot.X += f.Kern(prev, r)
		}
		b, _ := d.BoundString(string(r))
		d.DrawString(string(r))
		if r != ' ' {
			box = box.Union(image.Rect(b.Min.X.Floor(), b.Min.Y.Floor(), b.Max.X.Ceil(), b.Max.Y.Ceil()))
		}
		d.Dot.X += fix(spacing)
		prev = r
	}
	return box
}

// width of a text in millimetres.
func (p *painter) width(t typeface, s string, capMM float64) float64 {
	return float64(font.MeasureString(p.face(t, capMM*p.dpmm/capHeight(t)), s)) / 64 / p.dpmm
}

// capHeight is the height of capitals in ems.
func capHeight(t typeface) float64 {
	if t == faceOCRB {
		return 0.712
	}
	return 0.72
}

// mrz writes one line of the machine readable zone: OCR-B at ten characters to the inch (ISO 1073-2 size 1, Doc 9303 part 3, section 4.3), each
// character on its own grid place.
func (p *painter) mrz(line string, x, y float64, ink color.Color) image.Rectangle {
	const pitch = 2.54
	em := 2.54 * p.dpmm / p.advanceOCRB()
	var box image.Rectangle
	for i, r := range line {
		f := p.face(faceOCRB, em)
		if r == '8' || r == '<' {
			f = p.face(faceOCRBSquare, em)
		}
		d := font.Drawer{Dst: p.img, Src: image.NewUniform(ink), Face: f, Dot: fixed.Point26_6{X: fix((x + float64(i)*pitch) * p.dpmm), Y: fix(y * p.dpmm)}}
		b, _ := d.BoundString(string(r))
		d.DrawString(string(r))
		box = box.Union(image.Rect(b.Min.X.Floor(), b.Min.Y.Floor(), b.Max.X.Ceil(), b.Max.Y.Ceil()))
	}
	return box
}

// advanceOCRB is the width of the font's one pitch in ems.
func (p *painter) advanceOCRB() float64 {
	const em = 1000
	adv, _ := p.face(faceOCRB, em).GlyphAdvance('H')
	return float64(adv) / 64 / em
}

func fix(v float64) fixed.Int26_6 { return fixed.Int26_6(math.Round(v * 64)) }

// box fills a rectangle given in millimetres.
func (p *painter) box(x0, y0, x1, y1 float64, c color.Color) {
	draw.Draw(p.img, p.rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Over)
}

func (p *painter) rect(x0, y0, x1, y1 float64) image.Rectangle {
	r := func(v float64) int { return int(math.Round(v * p.dpmm)) }
	return image.Rect(r(x0), r(y0), r(x1), r(y1))
}

// palette is a page's colours, sRGB 0..255.
type palette struct{ paper, line1, line2, accent [3]float64 }

func palettes() []palette {
	return []palette{
		{[3]float64{236, 228, 232}, [3]float64{206, 160, 180}, [3]float64{160, 176, 208}, [3]float64{120, 34, 62}},
		{[3]float64{228, 236, 240}, [3]float64{150, 186, 206}, [3]float64{200, 180, 160}, [3]float64{28, 62, 110}},
		{[3]float64{232, 238, 226}, [3]float64{164, 196, 160}, [3]float64{190, 184, 210}, [3]float64{30, 86, 60}},
		{[3]float64{242, 236, 222}, [3]float64{214, 186, 140}, [3]float64{160, 190, 190}, [3]float64{110, 66, 24}},
	}
}

// guilloche paints the background: two families of thin waves and a rosette, soft enough to print over.
func (p *painter) guilloche(pal palette, s *stream) {
	w, h := p.img.Rect.Dx(), p.img.Rect.Dy()
	k := p.dpmm
	p1, p2, p3 := s.span(9, 16), s.span(14, 26), s.span(0, 6)
	a1, a2 := s.span(1.2, 2.6), s.span(1.5, 3.5)
	cx, cy := s.span(0.45, 0.75)*float64(w)/k, s.span(0.3, 0.5)*float64(h)/k
	petals := float64(6 + s.intn(7))
	// Sines of x alone, once a column.
	s1, s2 := make([]float64, w), make([]float64, w)
	for x := range w {
		fx := float64(x) / k
		s1[x] = a1*math.Sin(fx*2*math.Pi/p1+p3) + 0.5*math.Sin(fx*2*math.Pi/3.7)
		s2[x] = a2 * math.Sin(fx*2*math.Pi/p2-p3)
	}
	thin := func(v float64) float64 { // 1 on the line at whole numbers, 0 away from it
		v -= math.Floor(v)
		if v > 0.5 {
			v = 1 - v
		}
		return clamp(1.25-v*8, 0, 1)
	}
	for y := range h {
		fy := float64(y) / k
		row := p.img.Pix[y*p.img.Stride:]
		shade := 1 - 0.05*math.Abs(fy*k/float64(h)-0.4)
		for x := range w {
			fx := float64(x) / k
			c1 := 0.55 * thin((fy+s1[x])/1.15)
			c2 := 0.5 * thin((fy-s2[x]+0.14*fx)/1.6)
			c3 := 0.0
			dx, dy := fx-cx, fy-cy
			if r2 := dx*dx + dy*dy; r2 < 400 {
				r := math.Sqrt(r2)
				c3 = 0.5 * thin(r/1.1+1.2*math.Sin(petals*math.Atan2(dy, dx))) * smooth(20, 15, r)
			}
			for c := range 3 {
				v := pal.paper[c] * shade
				v = lerp(v, pal.line1[c], c1)
				v = lerp(v, pal.line2[c], c2)
				v = lerp(v, pal.accent[c]*0.5+128, c3*0.7)
				row[4*x+c] = uint8(clamp(v, 0, 255))
			}
			row[4*x+3] = 255
		}
	}
}

// signature scribbles a line of loops in the box, millimetres.
func (p *painter) signature(s *stream, x, y, w float64, ink color.RGBA) {
	n := 260
	a, b, c := s.span(2, 5), s.span(7, 13), s.span(0, 6)
	for i := range n * 6 {
		t := float64(i) / float64(n*6)
		px := x + w*t + 0.9*math.Sin(b*2*math.Pi*t+c)
		py := y - 1.4*math.Sin(a*2*math.Pi*t+c)*(1-0.6*t) - 0.8*math.Cos(b*2*math.Pi*t)
		cx, cy := int(px*p.dpmm), int(py*p.dpmm)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if image.Pt(cx+dx, cy+dy).In(p.img.Rect) && dx*dx+dy*dy < 2 {
					p.img.SetRGBA(cx+dx, cy+dy, ink)
				}
			}
		}
	}
}
