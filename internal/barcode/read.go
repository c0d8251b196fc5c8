package barcode

import (
	"image"
	"math"
	"slices"

	"bonafide/internal/barcode/pdf417"
	"bonafide/internal/imaging"
)

// Symbol is a PDF417 in a picture.
type Symbol struct {
	// Text is what it says, as bytes; nil where a symbol was seen but could not be read.
	Text []byte
	// Quad are its corners, the first where its first row begins.
	Quad imaging.Quad
	// Layout and Repaired, the number of codewords that error correction set right, are known where Text is.
	Layout   pdf417.Layout
	Repaired int
}

// ReadPDF417 finds and reads the PDF417 of a picture, at any angle. found is false where there is nothing that looks like one.
func ReadPDF417(gray *image.Gray) (s Symbol, found bool) {
	for _, p := range findPlaces(gray) {
		for _, turn := range []float64{0, math.Pi} {
			corners, modules, support := frame(gray, p, p.angle+turn)
			if modules == 0 {
				continue
			}
			// The gradients lie across the bars, and askew that is not along the rows.
			if q := placeOf(corners); math.Abs(math.Remainder(q.angle-p.angle-turn, 2*math.Pi)) > 0.03 {
				if c, m, n := frame(gray, q, q.angle); m > 0 {
					corners, modules, support = c, m, n
				}
			}
			if !found && support >= 12 {
				s.Quad, found = corners, true
			}
			for _, columns := range columnsNear(modules) {
				r := rectify(gray, taller(corners, 0.08), columns)
				if text, l, repaired, ok := r.read(); ok {
					return Symbol{Text: text, Quad: corners, Layout: l, Repaired: repaired}, true
				}
			}
		}
	}
	return s, found
}

// placeOf is the place that four corners frame, along its rows.
func placeOf(q imaging.Quad) place {
	mid := func(a, b imaging.Point) imaging.Point { return imaging.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2} }
	l, r := mid(q[0], q[3]), mid(q[1], q[2])
	p := place{middle: mid(l, r), angle: math.Atan2(r.Y-l.Y, r.X-l.X), long: math.Hypot(r.X-l.X, r.Y-l.Y) / 2}
	sin, cos := math.Sincos(p.angle)
	for _, c := range q {
		p.short = max(p.short, math.Abs((c.Y-p.middle.Y)*cos-(c.X-p.middle.X)*sin))
	}
	return p
}

// taller moves the top and the bottom outwards, by a share of the height: where a symbol ends is known less well than its sides.
func taller(q imaging.Quad, share float64) imaging.Quad {
	for _, e := range [2][2]int{{0, 3}, {1, 2}} {
		a, b := q[e[0]], q[e[1]]
		dx, dy := share*(b.X-a.X), share*(b.Y-a.Y)
		q[e[0]], q[e[1]] = imaging.Point{X: a.X - dx, Y: a.Y - dy}, imaging.Point{X: b.X + dx, Y: b.Y + dy}
	}
	return q
}

// perModule is how many samples a module has in a rectified symbol.
const perModule = 4

// rectified is a symbol seen straight on: lines from top to bottom, perModule samples a module.
type rectified struct {
	columns, width, height int
	pix                    []float32
	templates              []float32
}

func rectify(g *image.Gray, q imaging.Quad, columns int) rectified {
	modules := pdf417.Layout{Columns: columns}.Modules()
	side := func(a, b imaging.Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	r := rectified{columns: columns, width: modules * perModule, height: int(min(400, max(12, side(q[0], q[3]), side(q[1], q[2]))))}
	r.pix = make([]float32, r.width*r.height)
	m := imaging.QuadToRect(q, r.width, r.height)
	for y := range r.height {
		for x := range r.width {
			p := m.Apply(imaging.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			r.pix[y*r.width+x] = float32(sampleGray(g, p.X, p.Y))
		}
	}
	return r
}

// blurs are the shares of a module's light that its neighbours are given, in the templates.
func blurs() []float64 { return []float64{0.08, 0.2} }

// templatesOf are all patterns as 17 numbers of mean 0 and length 1, dark being positive; blurred as a photo is.
func templatesOf(blur float64) []float32 {
	const n = pdf417.CodewordModules
	out := make([]float32, 3*pdf417.Values*n)
	for row := range 3 {
		for v := range pdf417.Values {
			p := pdf417.Pattern(row, v)
			ink := [n + 2]float64{n + 1: 1} // a space before, a bar behind
			for m := range n {
				ink[m+1] = float64(p >> (n - 1 - m) & 1)
			}
			var t [n]float64
			for m := range n {
				t[m] = ink[m+1]*(1-2*blur) + (ink[m]+ink[m+2])*blur
			}
			unit(t[:])
			for m := range n {
				out[(row*pdf417.Values+v)*n+m] = float32(t[m])
			}
		}
	}
	return out
}

// unit takes the mean away and makes the length 1; it gives the length before.
func unit(t []float64) float64 {
	mean, square := 0.0, 0.0
	for _, v := range t {
		mean += v / float64(len(t))
	}
	for i := range t {
		t[i] -= mean
		square += t[i] * t[i]
	}
	k := math.Sqrt(square)
	if k > 0 {
		for i := range t {
			t[i] /= k
		}
	}
	return k
}

// cell is the 17 modules from a place on, as the mean of lines, dark being positive, of mean 0 and length 1. ok is false where they hardly differ.
func (r *rectified) cell(x, y0, y1 int) (t [pdf417.CodewordModules]float32, ok bool) {
	var sums [pdf417.CodewordModules]float64
	if x < 0 || x+pdf417.CodewordModules*perModule > r.width {
		return t, false
	}
	for y := max(0, y0); y < min(r.height, y1); y++ {
		row := r.pix[y*r.width+x:]
		for m := range sums {
			s := row[m*perModule : (m+1)*perModule]
			sums[m] -= float64(s[0] + s[1] + s[2] + s[3])
		}
	}
	k := unit(sums[:])
	for m, v := range sums {
		t[m] = float32(v)
	}
	return t, k > 30*float64(max(1, y1-y0))
}

// guess is what a cell most likely says.
type guess struct {
	cluster, value int
	score, margin  float32
}

func (r *rectified) guess(cell [pdf417.CodewordModules]float32, clusters ...int) guess {
	const n = pdf417.CodewordModules
	b := guess{score: -1}
	second := float32(-1)
	for _, c := range clusters {
		ts := r.templates[c*pdf417.Values*n : (c+1)*pdf417.Values*n]
		for v := range pdf417.Values {
			t := ts[v*n : v*n+n : v*n+n]
			var s float32
			for m := range n {
				s += t[m] * cell[m]
			}
			if s > b.score {
				second = b.score
				b.cluster, b.value, b.score = c, v, s
			} else if s > second {
				second = s
			}
		}
	}
	b.margin = b.score - second
	return b
}

// read decodes the symbol.
func (r *rectified) read() (text []byte, l pdf417.Layout, repaired int, ok bool) {
	for _, blur := range blurs() {
		r.templates = templatesOf(blur)
		layout, tops, ok := r.layout()
		if !ok {
			continue
		}
		words, margins := r.words(layout, tops)
		for _, least := range []float32{0.03, 0.08, 0} {
			tried := slices.Clone(words)
			for i, m := range margins {
				if m < least {
					tried[i] = -1
				}
			}
			if text, repaired, err := pdf417.Decode(tried, layout); err == nil {
				return text, layout, repaired, true
			}
		}
	}
	return nil, l, 0, false
}

// rowFit says where rows lie on one side: y = top + row·height.
type rowFit struct{ top, height float64 }

// lineRow is a line of which the row is known, counted to its middle.
type lineRow struct{ y, row float64 }

// fitRows finds the rows' places that most lines agree on; the height is 0 where they do not.
func fitRows(of []lineRow) rowFit {
	var best rowFit
	most := 5
	agree := func(f rowFit, a lineRow) bool { return math.Abs(f.top+a.row*f.height-a.y) < 0.75*f.height }
	for i, a := range of {
		for _, b := range of[i+1:] {
			if math.Abs(b.row-a.row) < 2 {
				continue
			}
			f := rowFit{height: (b.y - a.y) / (b.row - a.row)}
			f.top = a.y - f.height*a.row
			if f.height < 1 {
				continue
			}
			n := 0
			for _, c := range of {
				if agree(f, c) {
					n++
				}
			}
			if n > most {
				best, most = f, n
			}
		}
	}
	var n, sr, sy, srr, sry float64
	for _, a := range of {
		if agree(best, a) {
			n, sr, sy, srr, sry = n+1, sr+a.row, sy+a.y, srr+a.row*a.row, sry+a.row*a.y
		}
	}
	if d := n*srr - sr*sr; best.height > 0 && d > 1e-6 {
		best.height = (n*sry - sr*sy) / d
		best.top = (sy - best.height*sr) / n
	}
	return best
}

// layout reads the row indicators of every line: they say how many rows and columns there are, and which row the line belongs to.
func (r *rectified) layout() (pdf417.Layout, [2]rowFit, bool) {
	const n = pdf417.CodewordModules
	votes := [3]map[int]float32{{}, {}, {}} // thirds of rows, rest and level, columns
	type at struct {
		side int
		lineRow
	}
	var rows []at
	step := max(1, r.height/120)
	for y := 0; y < r.height; y += step {
		for side, x := range [2]int{n * perModule, r.width - (pdf417.StopModules+n)*perModule} {
			c, ok := r.cell(x, y, y+step)
			if !ok {
				continue
			}
			g := r.guess(c, 0, 1, 2)
			if g.score < 0.75 {
				continue
			}
			// The left one says third, rest, columns in the clusters 0, 1, 2; the right one columns, third, rest.
			kind := (g.cluster + 2*side) % 3
			votes[kind][g.value%30] += g.score
			rows = append(rows, at{side, lineRow{float64(y) + float64(step)/2, float64(g.value/30*3+g.cluster) + 0.5}})
		}
	}
	var won [3]int
	for k, v := range votes {
		best := float32(0)
		for value, weight := range v {
			if weight > best || weight == best && value < won[k] {
				won[k], best = value, weight
			}
		}
		if best == 0 {
			return pdf417.Layout{}, [2]rowFit{}, false
		}
	}
	l := pdf417.Layout{Rows: won[0]*3 + won[1]%3 + 1, Columns: won[2] + 1, Level: won[1] / 3}
	if l.Columns != r.columns || l.Rows < 3 || l.Rows > pdf417.MaxRows || l.Level > 8 {
		return l, [2]rowFit{}, false
	}
	var fits [2]rowFit
	for side := range fits {
		var of []lineRow
		for _, a := range rows {
			if a.side == side && a.row < float64(l.Rows) {
				of = append(of, a.lineRow)
			}
		}
		fits[side] = fitRows(of)
	}
	// Where one side cannot be read, the other one has to do.
	for side := range fits {
		if fits[side].height == 0 {
			fits[side] = fits[1-side]
		}
	}
	return l, fits, fits[0].height > 0.5 && fits[1].height > 0.5
}

// words reads every cell, with how far the likeliest value is ahead of the next. What lies beside the expected place, on a bent card or under a
// wide-angle lens, is followed from cell to cell.
func (r *rectified) words(l pdf417.Layout, fits [2]rowFit) (words []int, margins []float32) {
	const n = pdf417.CodewordModules
	drift := make([]int, l.Columns+1) // of the row above
	for row := range l.Rows {
		before := 0
		for c := range l.Columns {
			x := (c + 2) * n * perModule
			side := (float64(c) + 2.5) / float64(l.Columns+4)
			top := fits[0].top*(1-side) + fits[1].top*side
			height := fits[0].height*(1-side) + fits[1].height*side
			y0, y1 := top+(float64(row)+0.22)*height, top+(float64(row)+0.78)*height
			from := int(math.Round(y0))
			to := max(from+1, int(math.Round(y1)))
			b := guess{score: -1, margin: -1}
			shift := 0
			base := (before + drift[c]) / 2
			for _, d := range []int{0, -1, 1, -2, 2} {
				cell, ok := r.cell(x+base+d, from, to)
				if !ok {
					continue
				}
				if g := r.guess(cell, row%3); g.score > b.score {
					b, shift = g, base+d
				}
			}
			if b.score < 0.5 {
				words, margins = append(words, -1), append(margins, -1)
				continue
			}
			words, margins = append(words, b.value), append(margins, b.margin)
			before, drift[c] = shift, shift
		}
	}
	return words, margins
}
