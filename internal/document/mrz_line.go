package document

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

// The geometry the network was trained for: strips 32 px high in which a
// capital letter is 20 px high and one character 16 px wide, that is four
// frames of the output. OCR-B is set 1.06 cap heights a character, so strips
// are squeezed along the line.
const (
	stripHeight = 32
	stripCap    = 20.
	stripPitch  = 16.
	framePixels = 4
	pitchPerCap = 1.06
	squeeze     = stripPitch / (stripCap * pitchPerCap)

	minStrip = 96
	maxStrip = 1216
)

// mrzAlphabet are the network's classes without the blank, which is class 0.
const mrzAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

const (
	mrzClasses = len(mrzAlphabet)
	mrzFiller  = mrzClasses - 1
)

// frames are the network's probabilities for one strip, a row of mrzClasses+1
// a frame, blank first. Frame i covers the strip's pixels 4i to 4i+3.
type frames struct {
	n int
	p []float32
}

func (f frames) at(i int) []float32 {
	return f.p[i*(mrzClasses+1) : (i+1)*(mrzClasses+1)]
}

// network reads strips of text.
type network struct{ model *onnx.Model }

// read reads strips of equal width in one run.
func (n network) read(ctx context.Context, strips []*image.Gray) ([]frames, error) {
	if len(strips) == 0 {
		return nil, nil
	}
	w := strips[0].Rect.Dx()
	in := onnx.Tensor{
		Shape: []int64{int64(len(strips)), 1, stripHeight, int64(w)},
		Data:  make([]float32, 0, len(strips)*stripHeight*w),
	}
	for _, st := range strips {
		in.Data = appendNormalised(in.Data, st)
	}
	out, err := n.model.Run(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("document: read lines of a machine readable zone: %w", err)
	}
	const k = mrzClasses + 1
	if len(out) != 1 || len(out[0].Shape) != 3 || out[0].Shape[0] != int64(len(strips)) || out[0].Shape[2] != int64(k) {
		return nil, errors.New("document: the zone reader's output has an unexpected shape")
	}
	t := int(out[0].Shape[1])
	result := make([]frames, len(strips))
	for i := range result {
		result[i] = frames{n: t, p: out[0].Data[i*t*k : (i+1)*t*k]}
		softmax(result[i].p, k)
	}
	return result, nil
}

// appendNormalised appends a strip with its mean taken off and its spread set
// to about one, in a window of a few characters round each column: the network
// sees contrast, not brightness, and glare on a part of the line does not take
// it from the rest. The 8 keeps the noise of an empty strip from being blown up.
func appendNormalised(data []float32, st *image.Gray) []float32 {
	w := st.Rect.Dx()
	var sum, square [maxStrip + 1]int // of the columns left of x
	var total, totalSquare int
	for x := range w {
		s, q := 0, 0
		for y := range stripHeight {
			v := int(st.Pix[y*st.Stride+x])
			s += v
			q += v * v
		}
		total += s
		totalSquare += q
		sum[x+1], square[x+1] = total, totalSquare
	}
	var mean, factor [maxStrip]float32
	for x := range w {
		a, b := max(x-normHalf, 0), min(x+normHalf, w)
		n := float64((b - a) * stripHeight)
		m := float64(sum[b]-sum[a]) / n
		spread := float64(square[b]-square[a])/n - m*m
		mean[x], factor[x] = float32(m), float32(1/(math.Sqrt(max(spread, 0))+8))
	}
	for y := range stripHeight {
		row := st.Pix[y*st.Stride:][:w]
		for x, v := range row {
			data = append(data, (float32(v)-mean[x])*factor[x])
		}
	}
	return data
}

// normHalf is half the width of that window in pixels. Of 40, 64, 128 and the
// whole line, 128 read the glared documents best and nothing else worse.
const normHalf = 128

// softmax turns rows of k logits into probabilities, in place.
func softmax(data []float32, k int) {
	for i := 0; i+k <= len(data); i += k {
		row := data[i : i+k]
		top := slices.Max(row)
		var sum float32
		for j, v := range row {
			v -= top
			if v < -25 {
				row[j] = 0
				continue
			}
			row[j] = float32(math.Exp(float64(v)))
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
}

// peak is one character of the greedy reading.
type peak struct {
	frame float64 // position in frames, ½ being the middle of the first
	class int     // index into mrzAlphabet
	prob  float64
}

// peaks collapses the frames' best classes, CTC's greedy reading.
func (f frames) peaks() []peak {
	var out []peak
	last := 0
	var weight, moment float64
	for i := range f.n {
		row := f.at(i)
		best := 0
		for c, p := range row {
			if p > row[best] {
				best = c
			}
		}
		p := float64(row[best])
		switch best {
		case 0:
		case last:
			top := &out[len(out)-1]
			weight += p
			moment += p * (float64(i) + .5)
			top.frame = moment / weight
			top.prob = max(top.prob, p)
		default:
			weight, moment = p, p*(float64(i)+.5)
			out = append(out, peak{float64(i) + .5, best - 1, p})
		}
		last = best
	}
	return out
}

// assess keeps the longest regularly spaced run of peaks and scores how much
// it looks like a line of a machine readable zone, 0..1: sure characters, even
// pitch, long enough, and some fillers. pitch is in frames.
func assess(all []peak) (score float64, kept []peak, pitch float64) {
	const fewest = 12
	if len(all) < fewest {
		return 0, nil, 0
	}
	gaps := make([]float64, 0, len(all))
	for i := range all[1:] {
		gaps = append(gaps, all[i+1].frame-all[i].frame)
	}
	pitch = quantile(gaps, .5)
	start := 0
	for i := range all {
		if i+1 == len(all) || gaps[i] > 2.6*pitch {
			if i+1-start > len(kept) {
				kept = all[start : i+1]
			}
			start = i + 1
		}
	}
	if len(kept) < fewest {
		return 0, nil, 0
	}
	var even, sure, fillers float64
	for i, p := range kept {
		sure += p.prob
		if p.class == mrzFiller {
			fillers++
		}
		if i > 0 && math.Abs((p.frame-kept[i-1].frame)/pitch-1) < .28 {
			even++
		}
	}
	n := float64(len(kept))
	cells := (kept[len(kept)-1].frame-kept[0].frame)/pitch + 1
	score = sure / n * even / (n - 1) * min(1, cells/28) * (.75 + .25*min(1, fillers/n*8))
	if cells >= 47.5 { // longer than any zone
		score /= 2
	}
	return score, kept, pitch
}

// row is a line of print that was read.
type row struct {
	score float64
	n     int      // characters from first to last, gaps included
	line  textLine // from the middle of the first to the middle of the last character
	pitch float64  // px a character
}

// ends returns the places of the first and the last character.
func (r row) ends() (first, last imaging.Point) {
	return r.line.at(-r.line.length/2, 0), r.line.at(r.line.length/2, 0)
}

// stripOf cuts a strip for the network from l in network geometry, kx and ky
// stretching it, width pixels wide (0: as wide as the line times ext). It
// returns the strip's pixels a picture pixel along the line.
func (p pyramid) stripOf(l textLine, kx, ky, ext float64, width int) (st *image.Gray, sx float64) {
	sy := stripCap / l.cap * ky
	sx = stripCap / l.cap * squeeze * kx
	if width == 0 {
		width = stripWidth(l.length * ext * sx)
	}
	return p.strip(l, sx, sy, width, stripHeight), sx
}

// stripWidth rounds a width up to the network's step, within its limits.
func stripWidth(w float64) int {
	return min(max(int(math.Ceil(w/16))*16, minStrip), maxStrip)
}

// place turns a reading of a strip of l into a row on the page.
func place(l textLine, kept []peak, score, sx float64, width int) row {
	on := func(frame float64) float64 { return (frame*framePixels - float64(width)/2) / sx }
	cells, fit, _ := indexPeaks(kept)
	first, last := cells[0], cells[len(cells)-1]
	a, b := on(fit.at(float64(first))), on(fit.at(float64(last)))
	l = l.slid((a + b) / 2)
	l.length = b - a
	return row{score: score, n: last - first + 1, line: l, pitch: (b - a) / float64(max(1, last-first))}
}

// sameDirection tells whether two lines are read the same way, within 25°.
func sameDirection(a, b textLine) bool { return math.Cos(a.angle-b.angle) > .9 }

// spacing tells how far b lies below a, in characters, and whether both can be
// lines of one zone: same direction, same pitch, overlapping, and neither
// touching nor far apart.
func spacing(a, b row) (float64, bool) {
	if !sameDirection(a.line, b.line) || math.Abs(a.pitch/b.pitch-1) > .12 {
		return 0, false
	}
	across, along := a.line.distance(b.line)
	across, along = across/a.pitch, along/a.pitch
	return across, math.Abs(across) > 1.1 && math.Abs(across) < 4.2 && math.Abs(along) < 16
}
