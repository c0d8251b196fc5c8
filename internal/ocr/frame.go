package ocr

import (
	"image"
	"math"
	"slices"

	"bonafide/internal/imaging"
)

// Geometry the recogniser was trained with (training of latin-reader; reference/print-reader.md, "Settings").
const (
	netHeight  = 40   // rows of the network's input
	netCap     = 19.0 // height of a capital letter in them
	netStretch = 1.15 // widening along the line, so that a narrow 'l' is about 6 px
	netLead    = 14.0 // columns before the first letter
	netStride  = 2    // columns of input for one frame of output
	maxColumns = 2400 // a line longer than about 200 letters is no line
)

// strip is a line's surroundings, straightened, at a fixed working height: what the framing is chosen on.
type strip struct {
	pix    *image.Gray
	scale  float64 // strip pixels for one picture pixel
	x0, y0 float64 // strip coordinates of the line box's top left corner
	boxW   float64 // the box's width and height, in strip pixels
	boxH   float64
	quad   imaging.Quad
}

const (
	stripBox    = 48.0 // height of the line's box in a strip
	stripMargin = 0.35 // what is kept above and below the box, in heights of it
	stripSide   = 0.3  // what is kept left and right
)

// newStrip straightens the surroundings of q.
func newStrip(g *image.Gray, q imaging.Quad) strip {
	w, h := (dist(q[0], q[1])+dist(q[3], q[2]))/2, (dist(q[0], q[3])+dist(q[1], q[2]))/2
	k := stripBox / math.Max(h, 1)
	s := strip{scale: k, boxW: w * k, boxH: h * k, x0: stripBox * stripSide, y0: stripBox * stripMargin, quad: q}
	width := min(int(math.Ceil(s.boxW+2*s.x0)), maxColumns*2)
	height := int(math.Ceil(s.boxH + 2*s.y0))
	s.pix = imaging.WarpGray(g, s.toPicture(imaging.Affine{1, 0, 0, 0, 1, 0}), width, height)
	return s
}

// toPicture composes a map from some target into the strip with the map from the strip into the picture.
func (s *strip) toPicture(m imaging.Affine) imaging.Affine {
	ux, uy := (s.quad[1].X-s.quad[0].X)/s.boxW, (s.quad[1].Y-s.quad[0].Y)/s.boxW
	vx, vy := (s.quad[3].X-s.quad[0].X)/s.boxH, (s.quad[3].Y-s.quad[0].Y)/s.boxH
	at := func(x, y float64) (float64, float64) {
		x, y = x-s.x0, y-s.y0
		return s.quad[0].X + x*ux + y*vx, s.quad[0].Y + x*uy + y*vy
	}
	cx, cy := at(m[2], m[5])
	ax, ay := at(m[2]+m[0], m[5]+m[3])
	bx, by := at(m[2]+m[1], m[5]+m[4])
	return imaging.Affine{ax - cx, bx - cx, cx, ay - cy, by - cy, cy}
}

// rows is where capital letters reach from and to in a strip (y of the cap line and of the baseline, strip pixels).
type rows struct{ top, base float64 }

// like says whether two framings would give the network the same picture, to about a pixel of its own.
func (r rows) like(s rows) bool { return math.Abs(r.top-s.top)+math.Abs(r.base-s.base) < 2.5 }

// framings proposes where the capitals stand, best guess first. The first comes from the rows' ink; the others are what the recogniser's
// confidence may prefer when that was fooled: text without capitals, accents, a rule under the line, a patterned ground.
func (s *strip) framings() []rows {
	profile := s.inkProfile()
	body := inkRun(profile, 0.30)
	full := inkRun(profile, 0.12)
	core := inkRun(profile, 0.60)
	mid := s.y0 + s.boxH/2
	fixed := func(share float64) rows {
		return rows{mid - s.boxH*share/2, mid + s.boxH*share/2}
	}
	// Where only small letters stand high, the strong rows are their height: capitals are 1/0.72 of it (x-height of common sans faces).
	small := rows{core.base - (core.base-core.top)/0.72, core.base}
	return []rows{body, small, fixed(0.62), full, fixed(0.50), fixed(0.75)}
}

// inkProfile is the horizontal change of brightness in every row of a strip, between the ends of the box, smoothed over 3 rows. Letters
// are mostly upright strokes, so their rows stand out while rules, edges and gradients do not.
func (s *strip) inkProfile() []float64 {
	b := s.pix.Rect
	x0, x1 := max(1, int(s.x0)), min(b.Dx()-1, int(s.x0+s.boxW)+1)
	raw := make([]float64, b.Dy())
	var steps []float64
	for y := range raw {
		row := s.pix.Pix[y*s.pix.Stride:]
		for x := x0; x < x1; x++ {
			steps = append(steps, math.Abs(float64(row[x+1])-float64(row[x-1])))
		}
	}
	if len(steps) == 0 {
		return raw
	}
	width := x1 - x0
	sorted := slices.Clone(steps)
	slices.Sort(sorted)
	ceiling := sorted[len(sorted)*97/100] + 1 // one bright speck must not outweigh a row of letters
	for y := range raw {
		for _, v := range steps[y*width : (y+1)*width] {
			raw[y] += math.Min(v, ceiling)
		}
		raw[y] /= float64(width)
	}
	out := make([]float64, len(raw))
	for y := range out {
		a, c := raw[max(0, y-1)], raw[min(len(raw)-1, y+1)]
		out[y] = (a + 2*raw[y] + c) / 4
	}
	return out
}

// inkRun is the run of rows around the strongest middle row whose profile stays above share of the way from the floor to the peak, with
// ends interpolated between rows.
func inkRun(profile []float64, share float64) rows {
	n := len(profile)
	sorted := slices.Clone(profile)
	slices.Sort(sorted)
	floor := sorted[n/12]
	peak, at := 0.0, n/2
	for y := n / 4; y < n-n/4; y++ {
		if profile[y] > peak {
			peak, at = profile[y], y
		}
	}
	level := floor + share*(peak-floor)
	top, base := at, at
	for top > 0 && profile[top-1] >= level {
		top--
	}
	for base < n-1 && profile[base+1] >= level {
		base++
	}
	edge := func(inside, outside int) float64 {
		if outside < 0 || outside >= n || profile[inside] <= profile[outside] {
			return 0.5
		}
		return (profile[inside] - level) / (profile[inside] - profile[outside])
	}
	r := rows{float64(top) + 0.5 - edge(top, top-1), float64(base) + 0.5 + edge(base, base+1)}
	if r.base-r.top < 6 { // no text is that thin in a strip: fall back to the middle of the box
		m := (r.top + r.base) / 2
		r = rows{m - 12, m + 12}
	}
	return r
}

// sample is one network input and where its columns lie.
type sample struct {
	data  []float32 // netHeight rows of width columns, normalised
	width int
	line  int     // index of the line it belongs to
	lead  float64 // column of the box's left edge
	span  float64 // columns the box is wide
}

// sample cuts the network's input out of the picture itself, so that there is one resampling only.
func (s *strip) sample(g *image.Gray, r rows, line int) sample {
	ky := netCap / math.Max(r.base-r.top, 4)
	kx := ky * netStretch
	width := int(math.Ceil(s.boxW*kx + 2*netLead))
	if width > maxColumns {
		kx *= maxColumns / float64(width)
		width = maxColumns
	}
	width = max((width+7)/8*8, 48)
	mid := (r.top + r.base) / 2
	m := imaging.Affine{1 / kx, 0, s.x0 - netLead/kx, 0, 1 / ky, mid - float64(netHeight)/2/ky}
	img := imaging.WarpGray(g, s.toPicture(m), width, netHeight)
	return sample{data: normalise(img), width: width, line: line, lead: netLead, span: s.boxW * kx}
}

// normalise is the network's own input scaling: (x - mean) / (std + 8) over the line.
func normalise(img *image.Gray) []float32 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	var sum, sq float64
	for y := range h {
		for _, v := range img.Pix[y*img.Stride : y*img.Stride+w] {
			sum += float64(v)
			sq += float64(v) * float64(v)
		}
	}
	n := float64(w * h)
	mean := sum / n
	inv := 1 / (math.Sqrt(math.Max(0, sq/n-mean*mean)) + 8)
	out := make([]float32, w*h)
	for y := range h {
		for x, v := range img.Pix[y*img.Stride : y*img.Stride+w] {
			out[y*w+x] = float32((float64(v) - mean) * inv)
		}
	}
	return out
}
