package document

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"

	"bonafide/mrz"
)

// The characters of a zone stand in columns that all its lines share. This
// file finds the columns: first every line for itself, by counting along the
// peaks of the network, then all together.

// indexPeaks numbers the cells in which peaks stand, the first peak's being 0,
// and fits frame positions as a quadratic function of the cell. sure tells
// which peaks lie on it.
//
// The gap between neighbours is measured in the pitch of their surroundings
// and the fit is quadratic, because under perspective the pitch changes along
// the line and a straight count slips a cell (the experiment went from 9 to
// 22 of 22 documents at 6 % perspective by it).
func indexPeaks(peaks []peak) (cells []int, fit poly, sure []bool) {
	n := len(peaks)
	xs, is, ws := make([]float64, n), make([]float64, n), make([]float64, n)
	for k, p := range peaks {
		xs[k], ws[k] = p.frame, p.prob
	}
	gaps := make([]float64, n-1)
	for k := range gaps {
		gaps[k] = xs[k+1] - xs[k]
	}
	pitch := quantile(gaps, .5)
	var near []float64
	for k, g := range gaps {
		near = near[:0]
		for _, o := range gaps[max(0, k-5):min(len(gaps), k+6)] {
			if math.Abs(o/pitch-1) < .35 {
				near = append(near, o)
			}
		}
		local := pitch
		if len(near) > 0 {
			local = quantile(near, .5)
		}
		is[k+1] = is[k] + max(math.RoundToEven(g/local), 0)
	}
	sure = make([]bool, n)
	fitSure := func() int {
		var i, x, w []float64
		for k := range xs {
			if sure[k] = math.Abs(xs[k]-fit.at(is[k])) < .35*pitch; sure[k] {
				i, x, w = append(i, is[k]), append(x, xs[k]), append(w, ws[k])
			}
		}
		if len(i) >= 10 {
			if again, ok := polyfit(i, x, w, 2); ok {
				fit = again
			}
		}
		return len(i)
	}
	for range 5 {
		var ok bool
		if fit, ok = polyfit(is, xs, ws, 2); ok {
			fitSure()
		}
		// A few cells beyond the ends is as far as the fit is ever used.
		first, last := int(is[0])-beyond, int(is[n-1])+beyond
		if !ok || !increasing(fit, first, last, pitch) {
			fit, _ = polyfit(is, xs, nil, 1)
		}
		changed := false
		for k, x := range xs {
			if i := nearestCell(fit, first, last, x); i != is[k] {
				is[k], changed = i, true
			}
		}
		if !changed {
			break
		}
	}
	cells = make([]int, n)
	for k := range is {
		cells[k] = int(is[k])
		sure[k] = math.Abs(xs[k]-fit.at(is[k])) < .35*pitch
	}
	return cells, fit, sure
}

// beyond is how many cells past its first and last peak a line's fit must
// still be sound: the rim of the zone, where characters may have been missed.
const beyond = 4

// increasing tells whether a fit grows from cell to cell by a good part of the
// pitch.
func increasing(fit poly, first, last int, pitch float64) bool {
	for i := first; i < last; i++ {
		if fit.at(float64(i+1))-fit.at(float64(i)) <= .3*pitch {
			return false
		}
	}
	return true
}

// nearestCell returns the cell of first..last whose position, by an increasing
// fit, is nearest to x.
func nearestCell(fit poly, first, last int, x float64) float64 {
	for first < last { // the first cell whose upper edge is not left of x
		mid := (first + last) >> 1
		if fit.at(float64(mid))+fit.at(float64(mid+1)) >= 2*x {
			last = mid
		} else {
			first = mid + 1
		}
	}
	return float64(first)
}

// grid is a line with its cells: it is fixed once, on the page, and all later
// renderings use it (fitting each anew mixes grids that are shifted by a
// cell: 3 of 29).
type grid struct {
	line  textLine
	kx    float64 // stretch that makes the pitch the network's
	width int     // of the strips, px
	sx    float64 // strip pixels a picture pixel along the line
	fit   poly    // cell → frame of the strip with stretch kx
	read  frames  // of that strip
	pitch float64 // picture pixels a character
	trust float64 // characters surely read before the grid was laid
}

// offset returns how far the middle of a cell lies from the line's centre,
// along the line, in picture pixels.
func (g grid) offset(cell float64) float64 {
	return (g.fit.at(cell)*framePixels - float64(g.width)/2) / g.sx
}

// fitGrids reads rows again at the network's own pitch and finds their cells.
// It is nil when a row cannot be read so.
func (z *zoneReader) fitGrids(ctx context.Context, rows []row, width int) ([]grid, error) {
	grids := make([]grid, len(rows))
	strips := make([]*image.Gray, len(rows))
	pixels := 0
	for i, r := range rows {
		g := &grids[i]
		g.line = z.pyramid.straighten(r.line)
		h := r.line.cap
		if byPitch := r.pitch / pitchPerCap; math.Abs(h/byPitch-1) < .3 {
			h = byPitch // the pitch is measured better than the height
		}
		cells := max(width, r.n) + 8 + max(width-r.n, r.n-width)
		g.line.cap, g.line.length = h, r.pitch*float64(cells)
		g.kx = h * pitchPerCap / r.pitch
		g.trust = r.score * float64(min(r.n, width))
		pixels = max(pixels, stripWidth(float64(cells)*stripPitch))
	}
	for i := range grids {
		g := &grids[i]
		g.width = pixels
		strips[i], g.sx = z.pyramid.stripOf(g.line, g.kx, 1, 0, pixels)
	}
	read, err := z.read(ctx, strips)
	if err != nil {
		return nil, err
	}
	for i := range grids {
		g := &grids[i]
		g.read = read[i]
		_, kept, _ := assess(g.read.peaks())
		if len(kept) < 12 {
			return nil, nil
		}
		var sure []bool
		var cells []int
		cells, g.fit, sure = indexPeaks(kept)
		n := 0
		for _, s := range sure {
			if s {
				n++
			}
		}
		if n < 10 {
			return nil, nil
		}
		a, b := float64(cells[0]), float64(cells[len(cells)-1])
		g.pitch = (g.offset(b) - g.offset(a)) / max(b-a, 1)
	}
	return grids, nil
}

// cell holds the probabilities of the characters of one place. They need not
// add up to 1: the rest is "nothing here".
type cell [mrzClasses]float32

// best returns the likeliest character and its probability.
func (c *cell) best() (class int, prob float64) {
	for k, p := range c {
		if p > c[class] {
			class = k
		}
	}
	return class, float64(c[class])
}

// margin is the number of columns read on each side of the zone.
const margin = 4

// rendering is one way to cut the strip of a line: stretched across and along
// it, and shifted towards its foot by a share of the cap height.
type rendering struct{ ky, kx, dy float64 }

// renderings are averaged where one alone is not sure. The first is the one
// the grid was fitted in.
var renderings = [...]rendering{{1, 1, 0}, {.9, 1.06, 0}, {1.1, .95, 0}, {1, 1, .06}, {1, 1, -.06}}

// collect adds what f says about the cells from start on to sum. The strip was
// stretched by kx against the grid's.
func (g grid) collect(f frames, kx float64, start int, sum []cell) {
	half := stripPitch * kx / 2 / framePixels
	for j := range sum {
		middle := (g.offset(float64(start+j))*g.sx*kx + float64(g.width)/2) / framePixels
		first := max(0, int(math.Ceil(middle-half*1.15-.5)))
		var c cell
		for i := first; i < f.n; i++ {
			d := math.Abs(float64(i) + .5 - middle)
			if float64(i)+.5 > middle && d >= half*1.15 {
				break
			}
			weight := float32(min(max(1.35-d/half, 0), 1))
			for k, p := range f.at(i)[1:] {
				c[k] = max(c[k], p*weight)
			}
		}
		for k, p := range c {
			sum[j][k] += p
		}
	}
}

// firstCells returns, for each line, the cell that stands in the first of the
// columns looked at: margin columns before the first peak of the
// most trusted line.
func firstCells(grids []grid) []int {
	ref := grids[0]
	for _, g := range grids {
		if g.trust > ref.trust {
			ref = g
		}
	}
	ux, uy := ref.line.along()
	start := make([]int, len(grids))
	for i, g := range grids {
		// Where this line's cell 0 stands, counted in the reference's cells.
		dx, dy := g.line.x-ref.line.x, g.line.y-ref.line.y
		d := dx*ux + dy*uy + g.offset(0) - ref.offset(0)
		start[i] = -margin - int(math.Round(d/ref.pitch))
	}
	return start
}

// columns reads width+2·margin cells of every line, so that the same index is
// the same column in all. With all renderings it averages them.
func (z *zoneReader) columns(ctx context.Context, grids []grid, width int, all bool) ([][]cell, error) {
	start := firstCells(grids)
	out := make([][]cell, len(grids))
	for i, g := range grids {
		out[i] = make([]cell, width+2*margin+1)
		g.collect(g.read, 1, start[i], out[i])
	}
	if !all {
		return out, nil
	}
	var strips []*image.Gray
	for _, r := range renderings[1:] {
		for _, g := range grids {
			st, _ := z.pyramid.stripOf(g.line.shifted(0, r.dy*g.line.cap), g.kx*r.kx, r.ky, 0, g.width)
			strips = append(strips, st)
		}
	}
	read, err := z.read(ctx, strips)
	if err != nil {
		return nil, err
	}
	for k, r := range renderings[1:] {
		for i, g := range grids {
			g.collect(read[k*len(grids)+i], r.kx, start[i], out[i])
		}
	}
	for i := range out {
		for j := range out[i] {
			for k := range out[i][j] {
				out[i][j][k] = min(out[i][j][k]/float32(len(renderings)), 1)
			}
		}
	}
	return out, nil
}

// zone is a decoded machine readable zone, not yet judged against others.
type zone struct {
	text    decoded
	quality float64 // about 0..1: how sure the characters are, and that nothing stands beside them
	grids   []grid
	starts  []int // cell of each line's grid at which the text starts
	cells   [][]cell
}

// weakest returns the probability of the least sure character.
func (z *zone) weakest() float64 {
	worst := 1.
	for _, line := range z.cells {
		for i := range line {
			_, p := line[i].best()
			worst = min(worst, p)
		}
	}
	return worst
}

// alone scores a line's cells as width characters from start on: sure
// characters inside, nothing just outside.
func alone(line []cell, start, width int) float64 {
	sum := 0.
	for i := start; i < start+width; i++ {
		_, p := line[i].best()
		sum += p
	}
	return (sum - (probAt(line, start-1)+probAt(line, start+width))/2) / float64(width)
}

// probAt is the probability of the likeliest character of a cell, 0 outside.
func probAt(line []cell, i int) float64 {
	if i < 0 || i >= len(line) {
		return 0
	}
	_, p := line[i].best()
	return p
}

// slips are how far a line's own start may lie from the common column: under
// strong perspective the zone's edge leans, and by a line's distance from the
// reference that is up to a cell or two. Each must pay for itself.
var slips = [...]int{0, -1, 1, -2, 2}

const slipCost = .3 // characters, a cell

// usualMisplaced is the share of characters of the wrong kind for their place
// that a true zone may show, misread or printed so; texture read as letters
// has several times as many.
const usualMisplaced = .05

// choose finds the columns at which the zone starts and decodes the best
// three. Every line must have at least width cells.
func choose(columns [][]cell, width int) zone {
	var best zone
	type shift struct {
		starts []int
		score  float64
	}
	var shifts []shift
	last := len(columns[0]) - width
	for s := 0; s <= last; s++ {
		one := shift{starts: make([]int, len(columns))}
		for i, line := range columns {
			top := math.Inf(-1)
			for _, slip := range slips {
				at := s + slip
				if at < 0 || at > last {
					continue
				}
				if v := alone(line, at, width) - slipCost*math.Abs(float64(slip))/float64(width); v > top {
					top, one.starts[i] = v, at
				}
			}
			one.score += top / float64(len(columns))
		}
		shifts = append(shifts, one)
	}
	slices.SortStableFunc(shifts, func(a, b shift) int { return cmp.Compare(b.score, a.score) })
	for _, s := range shifts[:min(3, len(shifts))] {
		cells := make([][]cell, len(columns))
		sure, before, after := 0., 1., 1.
		for i, line := range columns {
			at := s.starts[i]
			cells[i] = line[at : at+width]
			for j := range cells[i] {
				sure += probAt(cells[i], j) / float64(width*len(columns))
			}
			before, after = min(before, probAt(line, at-1)), min(after, probAt(line, at+width))
		}
		text := decode(cells)
		// Where all lines go on, the zone is longer than width.
		q := sure - .5*(shifts[0].score-s.score) - .25*(before+after) + .05*text.held() - max(text.misplaced-usualMisplaced, 0)
		if best.cells == nil || q > best.quality {
			best = zone{text: text, quality: q, starts: s.starts, cells: cells}
		}
	}
	return best
}

// formatsOf returns the formats with that many lines of width characters.
func formatsOf(lines, width int) []mrz.Format {
	var out []mrz.Format
	for _, f := range mrz.Formats() {
		if l := mrz.LayoutOf(f); l.Lines == lines && l.Width == width {
			out = append(out, f)
		}
	}
	return out
}
