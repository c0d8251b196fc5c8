package barcode

import (
	"cmp"
	"image"
	"math"
	"slices"

	"bonafide/internal/barcode/pdf417"
	"bonafide/internal/imaging"
)

// guard is the pattern that a PDF417 begins or ends with, as widths of space and bar in turn, in modules; it is framed by the quiet zone.
type guard struct {
	widths  []float64
	modules float64 // without the quiet zone
	quiet   float64 // before the pattern, 0 where it stands behind
}

var (
	startGuard = guard{[]float64{1.5, 8, 1, 1, 1, 1, 1, 1, 3}, 17, 1.5}
	stopGuard  = guard{[]float64{0, 7, 1, 1, 3, 1, 1, 1, 2, 1, 1.5}, 18, 0}
)

// seen is a guard on one scan line.
type seen struct {
	v, from, module, score float64
}

// line is one scan line with sums of its samples and of their squares from the left.
type line struct{ sum, square []float64 }

// scan samples the picture along a direction, a pixel apart.
func scan(g *image.Gray, from imaging.Point, cos, sin float64, n int) line {
	l := line{make([]float64, n+1), make([]float64, n+1)}
	for i := range n {
		v := sampleGray(g, from.X+float64(i)*cos, from.Y+float64(i)*sin)
		l.sum[i+1], l.square[i+1] = l.sum[i]+v, l.square[i]+v*v
	}
	return l
}

func sampleGray(g *image.Gray, x, y float64) float64 {
	x, y = x-0.5, y-0.5
	w, h := g.Rect.Dx(), g.Rect.Dy()
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	if ix < 0 || iy < 0 || ix+1 >= w || iy+1 >= h {
		ix, iy = min(max(ix, 0), w-1), min(max(iy, 0), h-1)
		return float64(g.Pix[iy*g.Stride+ix])
	}
	dx, dy := x-fx, y-fy
	p := g.Pix[iy*g.Stride+ix:]
	q := g.Pix[(iy+1)*g.Stride+ix:]
	return (float64(p[0])*(1-dx)+float64(p[1])*dx)*(1-dy) + (float64(q[0])*(1-dx)+float64(q[1])*dx)*dy
}

func (l line) total(sums []float64, x float64) float64 {
	i := int(x)
	if i >= len(sums)-1 {
		return sums[len(sums)-1]
	}
	return sums[i] + (sums[i+1]-sums[i])*(x-float64(i))
}

// match is the correlation of the guard with the line at x, -1 to 1.
func (l line) match(g guard, x, module float64) float64 {
	if x < 0 || module <= 0 {
		return 0
	}
	at, before := x, l.total(l.sum, x)
	first := before
	var bars, inBars float64
	for i, w := range g.widths {
		at += w * module
		now := l.total(l.sum, at)
		if i%2 == 1 {
			bars, inBars = bars+w*module, inBars+now-before
		}
		before = now
	}
	n := at - x
	if at > float64(len(l.sum)-1) {
		return 0
	}
	mean := (before - first) / n
	variance := (l.total(l.square, at)-l.total(l.square, x))/n - mean*mean
	if variance < 25 { // five grey levels
		return 0
	}
	share := bars / n
	return (mean*share - inBars/n) / math.Sqrt(variance*share*(1-share))
}

// best looks for the guard between two places of the line.
func (l line) best(g guard, from, to float64, modules []float64) seen {
	var b seen
	end := float64(len(l.sum) - 1)
	for _, m := range modules {
		length := 0.0
		for _, w := range g.widths {
			length += w * m
		}
		for x := from; x < to && x+length < end; x += m / 3 {
			if s := l.match(g, x, m); s > b.score {
				b = seen{from: x + g.quiet*m, module: m, score: s}
			}
		}
	}
	// Finer, around the best.
	for _, step := range []float64{1.0 / 6, 1.0 / 12, 1.0 / 24} {
		for range 2 {
			c := b
			for _, d := range [][2]float64{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {1, -0.06}, {-1, 0.06}} {
				m := c.module * (1 + d[1]*step*0.3)
				if s := l.match(g, c.from-g.quiet*m+d[0]*step*c.module, m); s > b.score {
					b = seen{from: c.from + d[0]*step*c.module, module: m, score: s}
				}
			}
		}
	}
	return b
}

// leastMatch is the correlation above which a guard counts.
const leastMatch = 0.72

// frame finds the four corners of a symbol at a place, read in a direction, and how many modules wide it is, roughly.
func frame(g *image.Gray, p place, angle float64) (corners imaging.Quad, modules float64, support int) {
	sin, cos := math.Sincos(angle)
	long, short := p.long*1.15+24, p.short+16
	n := int(2 * long)
	step := max(1.5, 2*short/90)
	lines := int(2 * short / step)
	// A symbol has 86 (one column) to 579 modules; those of licences have 200 to 420.
	var sizes []float64
	for m := max(1.1, 2*p.long/600); m < 2*p.long/80; m *= 1.09 {
		sizes = append(sizes, m)
	}
	var starts, stops []seen
	for _, k := range probesFirst(lines) {
		if k < 0 {
			if len(starts) < 2 && len(stops) < 2 {
				return corners, 0, 0
			}
			continue
		}
		v := (float64(k)+0.5)*step - short
		origin := imaging.Point{X: p.middle.X - long*cos - v*sin, Y: p.middle.Y - long*sin + v*cos}
		l := scan(g, origin, cos, sin, n)
		if s := l.best(startGuard, 0, float64(n)*0.45, sizes); s.score > leastMatch {
			s.v = v
			starts = append(starts, s)
		}
		if s := l.best(stopGuard, float64(n)*0.55, float64(n), sizes); s.score > leastMatch {
			s.v = v
			s.from += stopGuard.modules * s.module
			stops = append(stops, s)
		}
	}
	byV := func(a, b seen) int { return cmp.Compare(a.v, b.v) }
	slices.SortFunc(starts, byV)
	slices.SortFunc(stops, byV)
	left, okL := border(starts, step)
	right, okR := border(stops, step)
	support = left.lines + right.lines
	if !okL || !okR {
		return corners, 0, support
	}
	at := func(b side, v float64) imaging.Point {
		u := b.a + b.b*v - long
		return imaging.Point{X: p.middle.X + u*cos - v*sin, Y: p.middle.Y + u*sin + v*cos}
	}
	corners = imaging.Quad{at(left, left.top-step/2), at(right, right.top-step/2), at(right, right.bottom+step/2), at(left, left.bottom+step/2)}
	mid := (left.top + left.bottom + right.top + right.bottom) / 4
	width := right.a + right.b*mid - left.a - left.b*mid
	return corners, width / math.Sqrt(left.module*right.module), support
}

// probes is how many lines are scanned before the others are found worth it.
const probes = 7

// probesFirst orders lines: a few spread over all, then -1, then the rest.
func probesFirst(n int) []int {
	if n < 3*probes {
		probed := make([]int, n)
		for k := range probed {
			probed[k] = k
		}
		return probed
	}
	var first, rest []int
	for k := range n {
		if every := n / probes; k%every == every/2 {
			first = append(first, k)
		} else {
			rest = append(rest, k)
		}
	}
	return slices.Concat(first, []int{-1}, rest)
}

// side is one side of a symbol: u = a + b·v, between two scan lines.
type side struct {
	a, b, top, bottom, module float64
	lines                     int
}

// border fits a side through guards, the most of which agree on it.
func border(all []seen, step float64) (side, bool) {
	var best side
	if len(all) < 4 {
		return best, false
	}
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			if all[j].v-all[i].v < (all[len(all)-1].v-all[0].v)/4 {
				continue
			}
			b := (all[j].from - all[i].from) / (all[j].v - all[i].v)
			if math.Abs(b) > 0.8 {
				continue
			}
			a := all[i].from - b*all[i].v
			n := 0
			for _, s := range all {
				if math.Abs(s.from-a-b*s.v) < 0.8*s.module {
					n++
				}
			}
			if n > best.lines {
				best = side{a: a, b: b, lines: n}
			}
		}
	}
	if best.lines < 4 {
		return best, false
	}
	var on []seen
	var ms []float64
	for _, s := range all {
		if math.Abs(s.from-best.a-best.b*s.v) < 0.8*s.module {
			on, ms = append(on, s), append(ms, s.module)
		}
	}
	slices.Sort(ms)
	best.module = ms[len(ms)/2]
	on = slices.DeleteFunc(on, func(s seen) bool { return math.Abs(s.module-best.module) > 0.25*best.module })
	on = withoutStrays(on, 4*step)
	if len(on) < 4 {
		return best, false
	}
	var n, sv, su, svv, suv float64
	for _, s := range on {
		n, sv, su, svv, suv = n+1, sv+s.v, su+s.from, svv+s.v*s.v, suv+s.v*s.from
	}
	if d := n*svv - sv*sv; d > 0 {
		best.b = (n*suv - sv*su) / d
		best.a = (su - best.b*sv) / n
	}
	best.top, best.bottom = on[0].v, on[len(on)-1].v
	return best, true
}

// withoutStrays drops the few at either end that stand apart: print above or below a symbol that happens to look like its guard.
func withoutStrays(on []seen, gap float64) []seen {
	for k := min(5, len(on)-1); k > 0; k-- {
		if on[k].v-on[k-1].v > gap {
			on = on[k:]
			break
		}
	}
	for k := max(len(on)-5, 1); k < len(on); k++ {
		if on[k].v-on[k-1].v > gap {
			return on[:k]
		}
	}
	return on
}

// columnsNear are the numbers of columns that a width in modules may mean, the likeliest first.
func columnsNear(modules float64) []int {
	c := (modules - float64(pdf417.Layout{}.Modules())) / pdf417.CodewordModules
	near := int(math.Round(c))
	var out []int
	for _, d := range []int{0, 1, -1, 2, -2} {
		if n := near + d; n >= 1 && n <= pdf417.MaxColumns {
			out = append(out, n)
		}
	}
	return out
}
