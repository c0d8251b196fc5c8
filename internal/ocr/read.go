package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

const (
	batchLines   = 16    // lines in one run at most
	batchSpread  = 1.35  // the widest line of a run against the narrowest: what is padding costs as much as text
	sureEnough   = 0.985 // mean frame certainty above which no other framing is tried
	probeLines   = 6     // lines read both ways up to tell which way is up
	probeUpright = 0.97  // their mean certainty above which the first way is taken without trying the other
)

// reading is what the network said about one framing of one line.
type reading struct {
	chars []Char
	score float64 // exp of the mean log of the strongest class over all frames, 0..1
}

// ReadLines reads the given boxes and returns a line for each, in order; a box without text gives an empty Text. Every box is read with
// the framing its ink suggests; those left unsure are read again with other framings, and the readings vote.
func (r *Reader) ReadLines(ctx context.Context, g *image.Gray, quads []imaging.Quad) ([]Line, error) {
	strips := make([]strip, len(quads))
	frames := make([][]rows, len(quads))
	first, more := make([]sample, len(quads)), make([][]sample, len(quads))
	each(len(quads), func(i int) {
		strips[i] = newStrip(g, quads[i])
		frames[i] = strips[i].framings()
		first[i] = strips[i].sample(g, frames[i][0], i)
	})
	got := make([][]reading, len(quads))
	if err := r.recognise(ctx, first, got); err != nil {
		return nil, err
	}
	each(len(quads), func(i int) {
		if got[i][0].score >= sureEnough {
			return
		}
		for k, f := range frames[i] {
			if k == 0 || slices.ContainsFunc(frames[i][:k], f.like) {
				continue
			}
			more[i] = append(more[i], strips[i].sample(g, f, i))
		}
	})
	if err := r.recognise(ctx, slices.Concat(more...), got); err != nil {
		return nil, err
	}
	lines := make([]Line, len(quads))
	each(len(quads), func(i int) { lines[i] = makeLine(quads[i], settle(vote(got[i]))) })
	return lines, nil
}

// each calls f for 0 to n-1 on all cores: no model runs meanwhile.
func each(n int, f func(i int)) {
	var next atomic.Int64
	var work sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		work.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	work.Wait()
}

// upsideDown tells whether the text stands on its head: the longest lines are read as they are and, unless that goes well, turned.
func (r *Reader) upsideDown(ctx context.Context, g *image.Gray, boxes []box, angle float64) (bool, error) {
	probe := make([]box, len(boxes))
	copy(probe, boxes)
	sort.SliceStable(probe, func(i, j int) bool { return probe[i].w > probe[j].w })
	probe = probe[:min(len(probe), probeLines)]
	score := func() (float64, error) {
		samples := make([]sample, len(probe))
		for i, b := range probe {
			s := newStrip(g, b.quad())
			samples[i] = s.sample(g, s.framings()[0], i)
		}
		got := make([][]reading, len(probe))
		if err := r.recognise(ctx, samples, got); err != nil {
			return 0, err
		}
		sum := 0.0
		for _, x := range got {
			sum += legibility(x[0].chars) / float64(len(got))
		}
		return sum, nil
	}
	up, err := score()
	if err != nil || up >= probeUpright {
		return false, err
	}
	orient(probe, normAngle(angle+math.Pi))
	down, err := score()
	return down > up, err
}

// legibility tells upright text from text on its head, 0..1: the letters' certainty, in which those beyond A-Z count for little. Read upside
// down, e becomes Ə and the reader is nearly as sure of it.
func legibility(chars []Char) float64 {
	sum := 0.0
	for _, c := range chars {
		if c.R < 0x80 {
			sum += c.Conf
		} else {
			sum += c.Conf / 4
		}
	}
	return sum / math.Max(float64(len(chars)), 3)
}

// recognise runs the samples through the network, lines of similar width together, and appends each reading to its line's.
func (r *Reader) recognise(ctx context.Context, samples []sample, got [][]reading) error {
	sort.SliceStable(samples, func(i, j int) bool { return samples[i].width < samples[j].width })
	for start := 0; start < len(samples); {
		end := start + 1
		for end < len(samples) && end-start < batchLines && float64(samples[end].width) <= batchSpread*float64(samples[start].width) {
			end++
		}
		if err := r.runBatch(ctx, samples[start:end], got); err != nil {
			return err
		}
		start = end
	}
	return nil
}

func (r *Reader) runBatch(ctx context.Context, batch []sample, got [][]reading) error {
	width := (batch[len(batch)-1].width + 15) / 16 * 16
	data := make([]float32, len(batch)*netHeight*width)
	for i, s := range batch {
		for y := range netHeight {
			row := data[(i*netHeight+y)*width:][:width]
			n := copy(row, s.data[y*s.width:(y+1)*s.width])
			for x := n; x < width; x++ {
				row[x] = row[n-1] // go on with the last column, as the training's pictures did
			}
		}
	}
	out, err := r.rec.Run(ctx, onnx.Tensor{Shape: []int64{int64(len(batch)), 1, netHeight, int64(width)}, Data: data})
	if err != nil {
		return fmt.Errorf("ocr: reading text: %w", err)
	}
	if len(out) == 0 || len(out[0].Shape) != 3 || out[0].Shape[0] != int64(len(batch)) || out[0].Shape[2] != int64(len(alphabet)+1) {
		return errors.New("ocr: text recogniser: unexpected output shape")
	}
	frames, classes := int(out[0].Shape[1]), int(out[0].Shape[2])
	for i, s := range batch {
		used := min(frames, (s.width+netStride-1)/netStride)
		one := decode(out[0].Data[i*frames*classes:][:used*classes], classes)
		for k := range one.chars {
			one.chars[k].X = (one.chars[k].X*netStride - s.lead) / s.span
		}
		got[s.line] = append(got[s.line], one)
	}
	return nil
}

// decode is greedy CTC: the strongest class of each frame, repeats merged, blanks dropped. X of a letter is its mean frame position,
// weighted by probability, in frames.
func decode(probs []float32, classes int) reading {
	var out reading
	last, sum := 0, 0.0
	frames := len(probs) / classes
	var weight, at float64
	var peak []float32 // the frame in which the letter in the making is strongest
	settle := func() {
		if weight > 0 {
			c := &out.chars[len(out.chars)-1]
			c.X, c.Others = at/weight, others(peak, c.R)
		}
		weight, at = 0, 0
	}
	for t := range frames {
		row := probs[t*classes : (t+1)*classes]
		k, p := 0, row[0]
		for c, v := range row {
			if v > p {
				k, p = c, v
			}
		}
		sum += math.Log(math.Max(float64(p), 1e-6))
		if k != last {
			settle()
			if k != 0 {
				out.chars = append(out.chars, Char{R: alphabet[k-1]})
			}
		}
		if k != 0 {
			c := &out.chars[len(out.chars)-1]
			if float64(p) > c.Conf {
				c.Conf, peak = float64(p), row
			}
			weight += float64(p)
			at += float64(p) * (float64(t) + 0.5)
		}
		last = k
	}
	settle()
	if frames > 0 {
		out.score = math.Exp(sum / float64(frames))
	}
	return out
}

// leastOther is the probability below which another letter is not worth telling.
const leastOther = 0.002

// others lists the three likeliest letters of a frame besides r.
func others(row []float32, r rune) []Alternative {
	var out []Alternative
	for c, v := range row[1:] {
		if v < leastOther || alphabet[c] == r {
			continue
		}
		out = append(out, Alternative{alphabet[c], float64(v)})
	}
	sortAlternatives(out)
	return out[:min(3, len(out))]
}

func sortAlternatives(a []Alternative) {
	sort.Slice(a, func(i, j int) bool { return a[i].Conf > a[j].Conf || a[i].Conf == a[j].Conf && a[i].R < a[j].R })
}

// makeLine puts letters together: spaces at the ends go, spaces in a row become one, and letters that stand outside the box, which belong
// to a neighbour, are dropped.
func makeLine(q imaging.Quad, chars []Char) Line {
	kept := chars[:0:0]
	outside := 0.1 * dist(q[0], q[3]) / math.Max(dist(q[0], q[1]), 1)
	for _, c := range chars {
		if c.X < -outside || c.X > 1+outside {
			continue
		}
		if c.R == ' ' && (len(kept) == 0 || kept[len(kept)-1].R == ' ') {
			continue
		}
		kept = append(kept, c)
	}
	for len(kept) > 0 && kept[len(kept)-1].R == ' ' {
		kept = kept[:len(kept)-1]
	}
	l := Line{Box: q, Chars: kept}
	var b strings.Builder
	sum := 0.0
	for _, c := range kept {
		b.WriteRune(c.R)
		sum += math.Log(math.Max(c.Conf, 1e-6))
	}
	l.Text = b.String()
	if len(kept) > 0 {
		l.Confidence = math.Exp(sum / float64(len(kept)))
	}
	return l
}
