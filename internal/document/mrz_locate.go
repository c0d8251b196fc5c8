package document

import (
	"cmp"
	"image"
	"math"
	"slices"
	"sync"

	"bonafide/internal/imaging"
)

// How text bars are found (numbers from the experiment, shared/reference/mrz-reader.md,
// where they located 29 of 29 documents): in a view in which characters are
// some 6 to 20 px wide, black-hat keeps dark strokes, |Sobel x| their upright
// sides; a line of print is then a bar of dense strokes, denser than the
// surroundings.
const (
	hatSize   = 13 // px; strokes thinner than this count
	barWidth  = 25 // px; window of the stroke density, and the widest gap inside a bar
	barHeight = 5
	openWidth = 35 // px; what is shorter is no bar
	// localShrink and localSigma: the density is compared with its own mean
	// over a Gaussian of 40 px, taken at 1/8 of the size (at full size it was
	// 40 % of all time).
	localShrink = 8
	localSigma  = 5
	localFloor  = 8 // Sobel units added to the mean, so that blank paper has no bars
	// A bar is at least this long, this many times longer than high, and this
	// little tilted against the view.
	minBarShare  = .2
	minBarPixels = 120
	minBarAspect = 5
	maxBarTilt   = 30 * math.Pi / 180
)

// barThresholds are the densities, in multiples of the local mean, at which
// bars are cut out: the lower holds faint lines together, the higher parts
// lines that touch their surroundings.
var barThresholds = [...]float64{1.25, 1.8}

// view is the base picture turned and scaled for the search. A point p of the
// view is the point base+R(angle)·(p−centre)/scale of the base picture, where
// base and centre are the middles of both.
type view struct {
	hat          func() *image.Gray // its dark strokes, computed when first asked for
	angle, scale float64
	baseX, baseY float64
}

// newView shows the base picture with its long side scaled to long pixels.
// Angles other than 0 leave the corners of the turned picture filled with its
// border.
func newView(p pyramid, long int, angle float64) view {
	w, h := p.size()
	v := view{angle: angle, scale: float64(long) / float64(max(w, h)), baseX: float64(w) / 2, baseY: float64(h) / 2}
	gray := func() *image.Gray {
		if angle == 0 {
			return p.resized(v.scale)
		}
		sin, cos := math.Abs(math.Sin(angle)), math.Abs(math.Cos(angle))
		vw := int((float64(w)*cos + float64(h)*sin) * v.scale)
		vh := int((float64(w)*sin + float64(h)*cos) * v.scale)
		return p.sketch(textLine{x: v.baseX, y: v.baseY, angle: angle}, v.scale, vw, vh)
	}
	v.hat = sync.OnceValue(func() *image.Gray { return imaging.BlackHat(gray(), hatSize, hatSize) })
	return v
}

// turned is the view turned by a quarter, exactly. What is dark in one is dark
// in the other, so that is found once.
func (v view) turned() view {
	hat := v.hat
	v.angle -= math.Pi / 2
	v.hat = func() *image.Gray { return imaging.RotateGray90(hat(), 1) }
	return v
}

// hope is how likely the best of bars are lines of a zone, to compare views.
func hope(bars []textLine) float64 {
	sum := 0.
	for _, b := range rankBars(bars, 3) {
		sum += b.promise()
	}
	return sum
}

// bars returns the places of the view where a line of print may be, or
// several lines that touch: cap is then the height of them all.
func (v view) bars() []textLine {
	hat := v.hat()
	w, h := hat.Rect.Dx(), hat.Rect.Dy()
	if min(w, h) < 40 {
		return nil
	}
	strokes := imaging.AbsSobelX(hat)
	ceiling := imaging.Quantile(strokes, .995, 3) + 1
	for i, s := range strokes.Pix {
		strokes.Pix[i] = min(s, ceiling)
	}
	density := imaging.BoxSum(strokes, barWidth, barHeight)
	local := imaging.NewGrower(
		imaging.GaussianBlur(imaging.ReduceSum(density, localShrink), localSigma), localShrink, w, h)
	var dense [len(barThresholds)]*imaging.Bitmap
	for i := range dense {
		dense[i] = imaging.NewBitmap(w, h)
	}
	mean := make([]float32, w)
	for y := range h {
		local.Row(y, mean)
		for i, threshold := range barThresholds {
			dense[i].SetAbove(y, density.Row(y), mean, float32(threshold), localFloor*barWidth*barHeight)
		}
	}
	var out []textLine
	sin, cos := math.Sincos(v.angle)
	for _, d := range dense {
		for _, c := range d.CloseRows(barWidth).Open(openWidth, 3).Components() {
			r := imaging.MinAreaRect(c.Ends)
			if r.Width < max(minBarPixels, minBarShare*float64(min(w, h))) || r.Height < 4 ||
				r.Width < minBarAspect*r.Height || math.Abs(r.Angle) > maxBarTilt {
				continue
			}
			dx, dy := (r.CenterX+.5-float64(w)/2)/v.scale, (r.CenterY+.5-float64(h)/2)/v.scale
			out = append(out, textLine{
				x: v.baseX + dx*cos - dy*sin, y: v.baseY + dx*sin + dy*cos,
				angle: v.angle + r.Angle, cap: r.Height / v.scale, length: r.Width / v.scale,
			})
		}
	}
	return out
}

// maxBars limits the bars looked at in one step of the search.
const maxBars = 12

// promise is how much a bar looks like a line of a zone: long and thin.
func (l textLine) promise() float64 { return l.length * min(1, l.length/l.cap/18) }

// rankBars puts the likeliest bars first, long and thin ones, and drops
// repetitions and all but most of them.
func rankBars(bars []textLine, most int) []textLine {
	slices.SortStableFunc(bars, func(a, b textLine) int { return cmp.Compare(b.promise(), a.promise()) })
	var kept []textLine
	for _, b := range bars {
		if slices.ContainsFunc(kept, func(k textLine) bool {
			across, along := k.distance(b)
			return math.Abs(along)+3*math.Abs(across) <= b.cap && math.Abs(b.cap-k.cap) <= .35*k.cap &&
				math.Abs(b.length-k.length) <= .15*k.length && math.Abs(math.Sin(b.angle-k.angle)) < .1
		}) {
			continue
		}
		if kept = append(kept, b); len(kept) == most {
			break
		}
	}
	return kept
}

// strokeProfile returns how much upright stroke each row of columns x0..x1-1
// of a strip holds, smoothed with the given sigma in rows. The strongest 3 %
// of the differences are cut off, so that a frame or a fold does not drown
// the print.
func strokeProfile(st *image.Gray, x0, x1 int, sigma float64) []float64 {
	h := st.Rect.Dy()
	n := x1 - x0 - 4
	if n < 1 || h < 1 {
		return nil
	}
	diff := imaging.NewGrid[uint16](n, h)
	for y := range h {
		row := st.Pix[y*st.Stride+x0:][:n+4]
		out := diff.Row(y)
		// The difference of neighbours after a blur [1 2 1].
		for x := range out {
			d := int(row[x+4]) + 2*int(row[x+3]) - 2*int(row[x+1]) - int(row[x])
			out[x] = uint16(max(d, -d))
		}
	}
	ceiling := imaging.Quantile(diff, .97, 1)
	p := make([]float64, h)
	for y := range p {
		sum := 0
		for _, d := range diff.Row(y) {
			sum += int(min(d, ceiling))
		}
		p[y] = float64(sum) / float64(n)
	}
	return imaging.SmoothProfile(p, sigma)
}

// quantile returns the value at share q of the sorted values.
func quantile(values []float64, q float64) float64 {
	s := slices.Clone(values)
	slices.Sort(s)
	at := q * float64(len(s)-1)
	i := int(at)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (at-float64(i))*(s[i+1]-s[i])
}

// straighten corrects a line's angle, its height on the page and its bend: the
// strokes' centre of gravity is taken in eight sections along the line, and a
// line laid through them without the worst.
func (p pyramid) straighten(l textLine) textLine {
	const sections = 8
	scale := min(1, 14/l.cap)
	h := l.cap * scale
	w, hh := int(l.length*scale), int(h*2.2)|1
	if w < 8*sections || hh < 5 {
		return l
	}
	st := p.sketch(l, scale, w, hh)
	var xs, ys []float64
	for i := range sections {
		prof := strokeProfile(st, i*w/sections, (i+1)*w/sections, max(.5, h*.07))
		base := quantile(prof, .3)
		var sum, moment float64
		for y, v := range prof {
			d := (float64(y) + .5 - float64(hh)/2) / (h * .9)
			q := max(v-base, 0) * math.Exp(-d*d)
			sum += q
			moment += q * (float64(y) + .5)
		}
		if sum > 0 {
			xs = append(xs, (float64(i)+.5)*float64(w)/sections-float64(w)/2)
			ys = append(ys, moment/sum-float64(hh)/2)
		}
	}
	fit, ok := robustLine(xs, ys, h)
	if !ok {
		return l
	}
	l = l.shifted(0, fit[0]/scale)
	l.angle += math.Atan(fit[1])
	l.bend += fit[2] * scale
	return l
}

// robustLine lays a line through points, once through all and once through
// those within twice the median distance. A parabola takes its place where it
// is much nearer to the points and visibly bent, against letters of height h.
func robustLine(xs, ys []float64, h float64) (poly, bool) {
	if len(xs) < 4 {
		return poly{}, false
	}
	straight, left, ok := robustFit(xs, ys, 1)
	if !ok {
		return poly{}, false
	}
	if len(xs) >= 7 && left > .03*h {
		if bent, rest, ok := robustFit(xs, ys, 2); ok && rest < .5*left {
			return bent, true
		}
	}
	return straight, true
}

// robustFit is robustLine for one degree; left is the mean distance of the
// points, the worst two apart.
func robustFit(xs, ys []float64, degree int) (c poly, left float64, ok bool) {
	if c, ok = polyfit(xs, ys, nil, degree); !ok {
		return poly{}, 0, false
	}
	off := make([]float64, len(xs))
	measure := func() {
		for i := range xs {
			off[i] = math.Abs(c.at(xs[i]) - ys[i])
		}
	}
	measure()
	limit := max(2*quantile(off, .5), .5)
	var kx, ky []float64
	for i := range xs {
		if off[i] <= limit {
			kx, ky = append(kx, xs[i]), append(ky, ys[i])
		}
	}
	if len(kx) >= degree+3 {
		if again, ok := polyfit(kx, ky, nil, degree); ok {
			c = again
		}
	}
	measure()
	slices.Sort(off)
	for _, d := range off[:len(off)-2] {
		left += d / float64(len(off)-2)
	}
	return c, left, true
}

// split takes a bar apart into the lines of print it holds, looking up to
// reach bar heights above and below it. The same line may come out several
// times with different heights.
func (p pyramid) split(bar textLine, reach float64) []textLine {
	scale := min(1, 40/bar.cap)
	if reach > 2 { // a single line with room for its neighbours
		scale = min(1, 16/bar.cap)
	}
	h := bar.cap * scale
	w, hh := int(bar.length*scale), int(h*(1+2*reach))|1
	if w < 16 || hh < 8 {
		return nil
	}
	st := p.sketch(bar, scale, w, hh)
	prof := strokeProfile(st, 0, w, max(.5, .07*min(h, 20)))
	if prof == nil {
		return nil
	}
	low, high := quantile(prof, .1), slices.Max(prof)
	var out []textLine
	for _, share := range [...]float64{.3, .45, .6} {
		level := low + share*(high-low)
		for a := 0; a < hh; {
			if prof[a] <= level {
				a++
				continue
			}
			b := a
			for b < hh && prof[b] > level {
				b++
			}
			if n := float64(b - a); b-a >= 4 && n <= 1.6*h && a > 0 && b < hh {
				l := bar.shifted(0, (float64(a+b)/2-float64(hh)/2)/scale)
				l.cap = n / scale
				if share > .5 { // cut higher up its flanks, so measured too low
					l.cap *= 1.06
				}
				out = append(out, l)
			}
			a = b
		}
	}
	return out
}

// sameLine tells whether m is a repetition of l for the reader: not longer by
// much, of about the same height, at about the same place.
func sameLine(l, m textLine) bool {
	across, along := l.distance(m)
	return math.Abs(across) < .35*l.cap && math.Abs(along) < .5*l.length && m.length < 1.25*l.length &&
		math.Abs(m.cap-l.cap) < .25*l.cap && math.Abs(math.Sin(m.angle-l.angle)) < .05
}
