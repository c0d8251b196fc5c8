package document

import (
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
	"bonafide/mrz"
)

// mrzModel is the name of the line reader in the manifest of models.
const mrzModel = "mrz-reader"

// MRZReader reads the machine readable zone of a document picture. It is safe
// for concurrent use.
//
// It promises what is printed: wrong check digits come out as they stand
// unless one clearly likeliest misreading explains them, which is then listed
// in Repairs; names are never repaired. It does not promise that a text whose
// check digits hold is right: no check digit covers the name, the states and
// the kind of document. Confidence is given for every character, to be judged
// by whoever uses it.
type MRZReader struct {
	model *onnx.Model
}

// NewMRZReader loads the reader's network.
func NewMRZReader(rt *onnx.Runtime) (*MRZReader, error) {
	m, err := rt.Model(mrzModel)
	if err != nil {
		return nil, fmt.Errorf("document: machine readable zone: %w", err)
	}
	return &MRZReader{model: m}, nil
}

// MRZReading is a machine readable zone that was found. Places are in pixels
// of the picture, pixel centres at +½.
type MRZReading struct {
	Lines  []string
	Format mrz.Format
	Parsed mrz.Result
	// Confidence of each character of each line, 0..1.
	Confidence [][]float64
	// Quality of the whole reading, about 0..1.05: the mean certainty of the
	// characters, less what stands where the zone should have ended.
	Quality float64
	Repairs []Repair
	// Quad surrounds the zone, LineQuads its lines; the first corner is the
	// top left one of the upright text.
	Quad      imaging.Quad
	LineQuads []imaging.Quad
	// Rotation is the number of quarter turns clockwise that make the page
	// upright, 0..3.
	Rotation int
	// Tilt is what remains after Rotation: the angle of the lines against the
	// x axis in degrees, clockwise, −45..45.
	Tilt  float64
	Pitch float64 // px a character
	Model onnx.ModelInfo
}

// Unchecked returns the confidence of the least sure character that no check
// digit covers, and where it stands: names, states, the kind of document. A
// misreading there is silent, so this is the number to judge the reading by
// when the check digits hold.
func (r *MRZReading) Unchecked() (confidence float64, at mrz.Pos) {
	covered := make(map[mrz.Pos]bool)
	for _, c := range r.Parsed.CheckDigits {
		covered[c.Digit] = true
		for _, s := range c.Spans {
			for j := s.Start; j < s.End; j++ {
				covered[mrz.Pos{Line: s.Line, Column: j}] = true
			}
		}
	}
	confidence = 1
	for i, line := range r.Confidence {
		for j, p := range line {
			if pos := (mrz.Pos{Line: i, Column: j}); p < confidence && !covered[pos] {
				confidence, at = p, pos
			}
		}
	}
	return confidence, at
}

// baseSide is the longest side, in pixels, of the picture the reader works on.
// A passport page across it has 41 px a character; the network wants 16.
const baseSide = 1900

// Read finds and reads the zone of a picture, turned any way round; it is nil
// when there is none. at decides the century of two-digit years, normally the
// moment of the reading.
func (r *MRZReader) Read(ctx context.Context, p *imaging.Picture, at time.Time) (*MRZReading, error) {
	gray := p.Gray()
	scale := 1.
	if side := max(gray.Rect.Dx(), gray.Rect.Dy()); side > baseSide {
		scale = baseSide / float64(side)
		gray = imaging.ResizeGray(gray, int(math.Round(float64(gray.Rect.Dx())*scale)), int(math.Round(float64(gray.Rect.Dy())*scale)))
	}
	if gray.Rect.Empty() {
		return nil, nil //nolint:nilnil // no reading, no error: there is none
	}
	z := zoneReader{network: network{r.model}, pyramid: newPyramid(gray)}
	found, err := z.find(ctx)
	if err != nil || found == nil {
		return nil, err
	}
	parsed, err := mrz.Parse(found.text.lines, at)
	if err != nil {
		return nil, fmt.Errorf("document: parse the zone that was read: %w", err)
	}
	out := &MRZReading{
		Lines: found.text.lines, Format: parsed.Format, Parsed: parsed, Confidence: found.text.confidence,
		Quality: found.quality, Repairs: found.text.repairs, Model: r.model.Info(),
	}
	found.onPage(out, 1/scale)
	return out, nil
}

// onPage fills in the places, stretched from base to picture pixels.
func (z *zone) onPage(out *MRZReading, stretch float64) {
	first := z.grids[0]
	for i, g := range z.grids {
		a, b := float64(z.starts[i])-.5, float64(z.starts[i]+len(z.cells[i]))-.5
		corner := func(cell, down float64) imaging.Point {
			p := g.line.at(g.offset(cell), down)
			return imaging.Point{X: p.X * stretch, Y: p.Y * stretch}
		}
		h := g.line.cap * .65
		out.LineQuads = append(out.LineQuads, imaging.Quad{corner(a, -h), corner(b, -h), corner(b, h), corner(a, h)})
	}
	n := len(out.LineQuads) - 1
	out.Quad = imaging.Quad{out.LineQuads[0][0], out.LineQuads[0][1], out.LineQuads[n][2], out.LineQuads[n][3]}
	degrees := first.line.angle * 180 / math.Pi
	quarters := math.Round(degrees / 90)
	out.Tilt = degrees - 90*quarters
	out.Rotation = ((-int(quarters))%4 + 4) % 4
	out.Pitch = first.pitch * stretch
}

// zoneReader reads one picture.
type zoneReader struct {
	network

	pyramid pyramid
	tried   []textLine
	rows    []row
	best    *zone
}

const degree = math.Pi / 180

const (
	maxEnlargement = 2.6 // of a view against the base picture
	maxTried       = 40  // lines looked at in a step

	// Scores of assess. A probe sees the middle of a line only.
	probeScore  = .3
	rowScore    = .55
	strongScore = .8
	nearScore   = .4  // beside a row of the zone
	goodQuality = .8  // of a zone: stop searching
	poorQuality = .72 // of a zone: it is none
)

// step is a step of the search: what finds its bars, how many of them are
// looked at, and how many lines in them are.
type step struct {
	bars        func() []textLine
	most, tries int
}

// find searches the picture from what is likely and cheap to what is rare and
// dear: pages that fill the picture, upright or turned by quarters; the same
// tilted; zones that are small in the picture. Bars are found up to some 20°
// from a view's own angle, so the six angles leave no gap. Once the likeliest
// has failed, the bars of each step are found while those of the one before
// are read.
func (z *zoneReader) find(ctx context.Context) (*zone, error) {
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	tilted := step{func() []textLine { return z.tilted(ctx, 600) }, maxBars, maxTried}
	steps := slices.Concat(z.quarters(ctx, 450, 700), []step{tilted}, z.quarters(ctx, 1400))
	begin := func(k int) func() []textLine {
		if k >= len(steps) {
			return nil
		}
		once := sync.OnceValue(steps[k].bars)
		if k > 1 {
			work.Go(func() { once() })
		}
		return once
	}
	next := begin(0)
	for k, s := range steps {
		bars := next()
		next = begin(k + 1)
		if found, err := z.search(ctx, rankBars(bars, s.most), s.tries); err != nil || found {
			return z.best, err
		}
	}
	if z.best != nil && z.best.quality < poorQuality {
		return nil, nil //nolint:nilnil // no reading, no error: there is none
	}
	return z.best, nil
}

// quarters are two steps that find bars in views of the picture as it is and
// turned by a quarter; long are their long sides. The direction with the
// likelier bars in the first view is the first step, both together the second.
func (z *zoneReader) quarters(ctx context.Context, long ...int) []step {
	var views [2][]view
	var bars [2][]textLine
	first := 0
	rest := func(k int) {
		bars[k] = append(bars[k], barsOf(ctx, views[k][1:])...)
	}
	return []step{
		{func() []textLine {
			for _, l := range long {
				if !z.enlarges(l) {
					v := newView(z.pyramid, l, 0)
					views[0], views[1] = append(views[0], v), append(views[1], v.turned())
				}
			}
			if len(views[0]) == 0 {
				return nil
			}
			bars = [2][]textLine{views[0][0].bars(), views[1][0].bars()}
			if hope(bars[1]) > hope(bars[0]) {
				first = 1
			}
			rest(first)
			return slices.Clone(bars[first])
		}, maxBars / 2, maxTried / 2},
		{func() []textLine {
			if len(views[0]) == 0 {
				return nil
			}
			rest(1 - first)
			return slices.Concat(bars[first], bars[1-first])
		}, maxBars, maxTried / 2},
	}
}

// tilts are the angles of the views between the quarter turns.
var tilts = [...]float64{30 * degree, -30 * degree, 60 * degree, -60 * degree}

// tilted finds bars in views of the picture at those.
func (z *zoneReader) tilted(ctx context.Context, long int) []textLine {
	if z.enlarges(long) {
		return nil
	}
	var views []view
	for _, a := range tilts {
		views = append(views, newView(z.pyramid, long, a))
	}
	return barsOf(ctx, views)
}

// barsOf finds the bars of all views, until ctx ends.
func barsOf(ctx context.Context, views []view) []textLine {
	var out []textLine
	for _, v := range views {
		if ctx.Err() != nil {
			break
		}
		out = append(out, v.bars()...)
	}
	return out
}

// enlarges tells whether a view would be larger than the picture by too much.
func (z *zoneReader) enlarges(long int) bool {
	w, h := z.pyramid.size()
	return float64(long)/float64(max(w, h)) > maxEnlargement
}

// search reads bars, up to tries lines of them, puts a zone together and keeps it when it is
// better than the best so far; found tells whether it is good enough to stop.
func (z *zoneReader) search(ctx context.Context, bars []textLine, tries int) (found bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("document: search for a machine readable zone: %w", err)
	}
	if err := z.readBars(ctx, bars, tries); err != nil || len(z.rows) == 0 {
		return false, err
	}
	got, err := z.assemble(ctx)
	if err != nil {
		return false, err
	}
	if got != nil && (z.best == nil || got.quality > z.best.quality) {
		z.best = got
	}
	return z.best != nil && z.best.quality > goodQuality, nil
}

// readBars takes bars apart into lines, reads those that look like a zone's
// and keeps them in rows, until two strong ones fit each other.
func (z *zoneReader) readBars(ctx context.Context, bars []textLine, tries int) error {
	budget := len(z.tried) + tries
	for _, bar := range bars {
		var lines []textLine
		for _, l := range z.pyramid.split(z.pyramid.straighten(bar), .8) {
			if l.length/l.cap < 12 || slices.ContainsFunc(z.tried, func(t textLine) bool { return sameLine(t, l) }) {
				continue
			}
			if len(z.tried) == budget {
				break
			}
			z.tried = append(z.tried, l)
			lines = append(lines, z.pyramid.straighten(l))
		}
		if err := z.readLines(ctx, lines); err != nil {
			return err
		}
		for i, a := range z.rows {
			for _, b := range z.rows[:i] {
				if _, fits := spacing(a, b); fits && min(a.score, b.score) > strongScore && min(a.n, b.n) > 27 {
					return nil
				}
			}
		}
	}
	return nil
}

// readLines probes lines both ways round and reads the promising ones.
func (z *zoneReader) readLines(ctx context.Context, lines []textLine) error {
	var both []textLine
	for _, l := range lines {
		both = append(both, l, l.turned())
	}
	probes, err := z.probe(ctx, both)
	if err != nil {
		return err
	}
	for i := 0; i < len(both); i += 2 {
		k := i
		if probes[i+1] > probes[i] {
			k = i + 1
		}
		if probes[k] < probeScore {
			continue
		}
		r, ok, err := z.readRow(ctx, both[k], 1.12, rowScore)
		if err != nil {
			return err
		}
		if ok {
			z.rows = append(z.rows, r)
		}
	}
	return nil
}

// probeWidth is how much of the middle of a line a probe reads: some twenty
// characters.
const probeWidth = 320

// probe scores the middles of lines in one run.
func (z *zoneReader) probe(ctx context.Context, lines []textLine) ([]float64, error) {
	strips := make([]*image.Gray, len(lines))
	for i, l := range lines {
		strips[i], _ = z.pyramid.stripOf(l, 1, 1, 0, probeWidth)
	}
	read, err := z.read(ctx, strips)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(lines))
	for i, f := range read {
		scores[i], _, _ = assess(f.peaks())
	}
	return scores, nil
}

// readRow reads one line whole; ok tells whether it scored at least floor. A
// bar often covers a part of a line only, so a strip that is full of
// characters to its very end is cut longer and read again.
func (z *zoneReader) readRow(ctx context.Context, l textLine, ext, floor float64) (r row, ok bool, err error) {
	for range 3 {
		st, sx := z.pyramid.stripOf(l, 1, 1, ext, 0)
		read, err := z.read(ctx, []*image.Gray{st})
		if err != nil {
			return row{}, false, err
		}
		score, kept, pitch := assess(read[0].peaks())
		if score <= floor {
			return r, ok, nil
		}
		r, ok = place(l, kept, score, sx, st.Rect.Dx()), true
		const room = 2.5 // characters
		more := 14 * r.pitch
		left := kept[0].frame < room*pitch
		right := kept[len(kept)-1].frame > float64(read[0].n)-room*pitch
		if !left && !right || r.n > 44 {
			break
		}
		if left {
			l = l.slid(-more / 2)
			l.length += more
		}
		if right {
			l = l.slid(more / 2)
			l.length += more
		}
	}
	return r, ok, nil
}

// neighbours reads the bands above and below a row of the zone.
func (z *zoneReader) neighbours(ctx context.Context, base row) ([]row, error) {
	h := base.pitch / pitchPerCap
	middle := base.line
	middle.cap, middle.length = h, base.pitch*float64(max(base.n, 30)+2)
	var lines []textLine
	for _, l := range z.pyramid.split(middle, 6) {
		across, _ := middle.distance(l)
		if l.cap < .55*h || l.cap > 1.6*h || math.Abs(across) < .9*base.pitch {
			continue
		}
		if slices.ContainsFunc(lines, func(o textLine) bool {
			d, _ := middle.distance(o)
			return math.Abs(d-across) < .35*base.pitch
		}) {
			continue
		}
		l.cap = h
		lines = append(lines, l)
	}
	for i, l := range lines {
		lines[i] = z.pyramid.straighten(l)
	}
	probes, err := z.probe(ctx, lines)
	if err != nil {
		return nil, err
	}
	var out []row
	for i, l := range lines {
		if probes[i] < probeScore*nearScore/rowScore {
			continue
		}
		r, ok, err := z.readRow(ctx, l, 1.25, nearScore)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}
