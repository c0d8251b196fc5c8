package imaging

import (
	"image"
	"math"
	"slices"
)

// Sketch is a coarse drawing of a picture by which the same picture is known
// again although it was compressed, resized, made lighter or cropped: for each
// cell of a grid over the whole picture whether it is clearly lighter or clearly
// darker than the cells around it, or neither. It is a few hundred bytes in
// which outlines can be made out, so it is sealed like the picture; it resists no forger.
// docs/evaluation/same-picture.md has what was measured.
type Sketch []byte

const (
	sketchGrid  = 48  // cells on each axis
	sketchReach = 2   // cells on each side that a cell is compared with
	sketchSide  = 240 // pixels to which a picture is brought for it, at most
	// sketchHopeless is the likeness at the best of the windows that are tried first
	// below which no window nearby is searched for.
	sketchHopeless = 0.6
	// sketchCrop is how much may be cut off each side, as a share of it.
	sketchCrop = 0.12
)

// NewSketch draws a picture; nil for an empty one.
func NewSketch(g *image.Gray) Sketch { return NewSketchView(g).Sketch() }

// Sketch draws the picture; nil for an empty one.
func (v *SketchView) Sketch() Sketch {
	if v == nil {
		return nil
	}
	d := v.relief(cutout{0, 1, 0, 1})
	limit := clearly(d)
	if limit == 0 {
		return nil // of one colour: like everything
	}
	s := make(Sketch, (len(d)+3)/4)
	for i, x := range d {
		s[i/4] |= ternary(x, limit) << (i % 4 * 2)
	}
	return s
}

func ternary(x, limit float32) byte {
	switch {
	case x >= limit:
		return 1
	case x <= -limit:
		return 2
	}
	return 0
}

func (s Sketch) at(i int) byte { return s[i/4] >> (i % 4 * 2) & 3 }

// clearly is the magnitude from which a cell is clearly lighter or darker than
// those around it: about half of the cells of a photo are.
func clearly(d []float32) float32 {
	var sum float32
	for _, x := range d {
		sum += max(x, -x)
	}
	return sum / float32(len(d)) * 0.6
}

// cutout is the part of one picture that another one shows, in shares of the
// width and the height. It may reach beyond the edges.
type cutout struct{ x0, x1, y0, y1 float64 }

// SketchView is a picture that is to be compared with sketches of others.
type SketchView struct {
	small *image.Gray
	// tried are the reliefs of all windows that are tried first.
	tried []trial
}

type trial struct {
	at     cutout
	relief []float32
	inside []bool
	limit  float32
}

// NewSketchView prepares a picture for comparison; nil for an empty one.
func NewSketchView(g *image.Gray) *SketchView {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w == 0 || h == 0 {
		return nil
	}
	k := math.Min(1, sketchSide/float64(max(w, h)))
	small := ResizeGray(g, max(1, int(math.Round(float64(w)*k))), max(1, int(math.Round(float64(h)*k))))
	return &SketchView{small: small}
}

// relief is how much lighter each cell is than the cells around it, where the
// grid lies over the window.
func (v *SketchView) relief(at cutout) []float32 {
	return lift(v.columns(at.x0, at.x1), v.small.Rect.Dy(), at.y0, at.y1)
}

// columns averages each row of the picture over the grid's columns.
func (v *SketchView) columns(x0, x1 float64) []float32 {
	w, h := v.small.Rect.Dx(), v.small.Rect.Dy()
	out := make([]float32, h*sketchGrid)
	sum := make([]float32, w+1)
	edges := gridEdges(x0, x1, w)
	for y := range h {
		row := v.small.Pix[y*v.small.Stride : y*v.small.Stride+w]
		for x, p := range row {
			sum[x+1] = sum[x] + float32(p)
		}
		means(edges, sum, out[y*sketchGrid:(y+1)*sketchGrid], 1)
	}
	return out
}

// lift averages columns over the grid's rows and subtracts from each cell the
// mean of the cells around it.
func lift(columns []float32, h int, y0, y1 float64) []float32 {
	cells := make([]float32, sketchGrid*sketchGrid)
	sum := make([]float32, h+1)
	edges := gridEdges(y0, y1, h)
	for x := range sketchGrid {
		for y := range h {
			sum[y+1] = sum[y] + columns[y*sketchGrid+x]
		}
		means(edges, sum, cells[x:], sketchGrid)
	}
	return relative(cells)
}

// relative subtracts from each cell the mean of its neighbourhood.
func relative(cells []float32) []float32 {
	const n = sketchGrid
	var sum [(n + 1) * (n + 1)]float32
	for y := range n {
		var row float32
		for x := range n {
			row += cells[y*n+x]
			sum[(y+1)*(n+1)+x+1] = sum[y*(n+1)+x+1] + row
		}
	}
	out := make([]float32, n*n)
	for y := range n {
		lo, hi := max(0, y-sketchReach), min(n, y+sketchReach+1)
		for x := range n {
			l, r := max(0, x-sketchReach), min(n, x+sketchReach+1)
			around := sum[hi*(n+1)+r] - sum[lo*(n+1)+r] - sum[hi*(n+1)+l] + sum[lo*(n+1)+l]
			out[y*n+x] = cells[y*n+x] - around/float32((hi-lo)*(r-l))
		}
	}
	return out
}

// gridEdges are the edges of the grid's cells in pixels of an axis, where the
// grid's shares lo and hi are the edges of the picture.
func gridEdges(lo, hi float64, size int) [sketchGrid + 1]float64 {
	var e [sketchGrid + 1]float64
	for i := range e {
		at := (float64(i)/sketchGrid - lo) / (hi - lo) * float64(size)
		e[i] = math.Max(0, math.Min(float64(size), at))
	}
	return e
}

// means writes the mean of each cell between its edges, of values that were
// summed up; a cell that lies outside has none and gets 0.
func means(edges [sketchGrid + 1]float64, sum, out []float32, stride int) {
	at := func(x float64) float32 {
		i := int(x)
		if i >= len(sum)-1 {
			return sum[len(sum)-1]
		}
		return sum[i] + float32(x-float64(i))*(sum[i+1]-sum[i])
	}
	for i := range sketchGrid {
		if d := edges[i+1] - edges[i]; d > 1e-9 {
			out[i*stride] = (at(edges[i+1]) - at(edges[i])) / float32(d)
		} else {
			out[i*stride] = 0
		}
	}
}

// whole says which cells of the grid a window shows with all that they are
// compared with.
func whole(at cutout) []bool {
	out := make([]bool, sketchGrid*sketchGrid)
	in := func(i int, lo, hi float64) bool {
		const slack = 1e-9
		first, last := math.Max(0, float64(i-sketchReach)), math.Min(sketchGrid, float64(i+1+sketchReach))
		return first/sketchGrid >= lo-slack && last/sketchGrid <= hi+slack
	}
	for y := range sketchGrid {
		for x := range sketchGrid {
			out[y*sketchGrid+x] = in(x, at.x0, at.x1) && in(y, at.y0, at.y1)
		}
	}
	return out
}

// cuts are the shares that are cut off one side in the windows that are tried
// first.
func cuts() []float64 { return []float64{0, 0.025, 0.05, 0.075, 0.1} }

func (v *SketchView) prepare() {
	if v.tried != nil {
		return
	}
	for _, l := range cuts() {
		for _, r := range cuts() {
			columns := v.columns(l, 1-r)
			for _, t := range cuts() {
				for _, b := range cuts() {
					at := cutout{l, 1 - r, t, 1 - b}
					x := trial{at: at, relief: lift(columns, v.small.Rect.Dy(), at.y0, at.y1), inside: whole(at)}
					x.limit = clearly(x.relief)
					v.tried = append(v.tried, x)
				}
			}
		}
	}
}

// Likeness says how well a picture is a part of the one that was sketched, from 0
// to 1: the share of clear cells that agree, at the window where most do. It may
// be called many times; the first call costs most.
func (v *SketchView) Likeness(s Sketch) float64 {
	if v == nil || len(s) != (sketchGrid*sketchGrid+3)/4 {
		return 0
	}
	v.prepare()
	const starts = 3
	type start struct {
		at    cutout
		score float64
	}
	best := make([]start, 0, starts+1)
	for _, x := range v.tried {
		score := s.agreement(x)
		if len(best) == starts && score <= best[starts-1].score {
			continue
		}
		k, _ := slices.BinarySearchFunc(best, score, func(b start, score float64) int {
			if b.score > score {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, k, start{x.at, score})
		best = best[:min(len(best), starts)]
	}
	top := 0.0
	for _, b := range best {
		if b.score < sketchHopeless {
			return math.Max(top, b.score)
		}
		top = math.Max(top, v.climb(s, b.at, b.score))
	}
	return top
}

// climb moves the edges of a cutout as long as more agrees.
func (v *SketchView) climb(s Sketch, at cutout, score float64) float64 {
	for step := 0.0125; step > 0.002; {
		better := false
		for _, e := range []*float64{&at.x0, &at.x1, &at.y0, &at.y1} {
			for _, d := range []float64{-step, step} {
				was := *e
				*e = was + d
				if at.x0 < -0.01 || at.y0 < -0.01 || at.x1 > 1.01 || at.y1 > 1.01 ||
					at.x0 > sketchCrop || at.y0 > sketchCrop || at.x1 < 1-sketchCrop || at.y1 < 1-sketchCrop {
					*e = was
					continue
				}
				x := trial{at: at, relief: v.relief(at), inside: whole(at)}
				x.limit = clearly(x.relief)
				if n := s.agreement(x); n > score {
					score, better = n, true
				} else {
					*e = was
				}
			}
		}
		if !better {
			step /= 2
		}
	}
	return score
}

// agreement is the share of cells, of those that are clear in either of the two,
// in which both say the same. A cell that is clear in one and hardly anything in
// the other counts half.
func (s Sketch) agreement(x trial) float64 {
	var same, all float64
	for i, in := range x.inside {
		if !in {
			continue
		}
		mine := s.at(i)
		d := x.relief[i]
		if mine == 2 {
			d = -d
		}
		switch {
		case mine == 0:
			// What is clear in the other must not be missing here.
			if d >= 3*x.limit || d <= -3*x.limit {
				all++
			}
		case d >= x.limit/2:
			same, all = same+1, all+1
		case d > -x.limit/2:
			same, all = same+0.5, all+1
		default:
			all++
		}
	}
	if all < 100 {
		return 0
	}
	return same / all
}
