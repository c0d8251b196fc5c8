package face

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

// Constants of the detector as MediaPipe configures it (face_detection_back: 256 input, four layers, 896 anchors, score 0.5,
// suppression 0.3); they belong to the network, not to a policy.
const (
	blazeSide     = 256
	blazeAnchors  = 896
	blazeValues   = 16 // per anchor: box centre and size, then six points
	blazeMinScore = 0.5
	blazeOverlap  = 0.3
)

// keyPoints is the number of points BlazeFace gives with each box: right eye, left eye, nose tip, mouth centre, right ear
// tragion, left ear tragion.
const keyPoints = 6

// anchor is the centre of a prior box in parts of the input side. BlazeFace's anchors have size one, so only the centre matters.
type anchor struct{ x, y float64 }

// makeAnchors lays out BlazeFace's 896 anchors: two on each cell of a 16×16 grid, then six on each cell of an 8×8 grid
// (strides 16, 32, 32, 32 of MediaPipe's SsdAnchorsCalculator with two anchors a layer).
func makeAnchors() []anchor {
	out := make([]anchor, 0, blazeAnchors)
	for _, grid := range []struct{ cells, each int }{{16, 2}, {8, 6}} {
		for y := range grid.cells {
			for x := range grid.cells {
				for range grid.each {
					out = append(out, anchor{(float64(x) + .5) / float64(grid.cells), (float64(y) + .5) / float64(grid.cells)})
				}
			}
		}
	}
	return out
}

// candidate is one detection in picture coordinates.
type candidate struct {
	score  float64
	centre imaging.Point
	size   float64 // the side of the (square) box in picture pixels
	keys   [keyPoints]imaging.Point
	region region // where it was found
}

// angle is the clockwise angle in radians (y down) of the line from the right eye to the left eye.
func (c candidate) angle() float64 {
	return math.Atan2(c.keys[1].Y-c.keys[0].Y, c.keys[1].X-c.keys[0].X)
}

func (c candidate) box() Box {
	return Box{c.centre.X - c.size/2, c.centre.Y - c.size/2, c.size, c.size}
}

// region is a square of the picture, possibly turned by quarters, that the detector looks at.
type region struct {
	centre imaging.Point
	side   float64
	turn   int // quarter turns clockwise that the region is turned before the detector sees it
}

// affine maps detector pixels to picture pixels.
func (r region) affine() imaging.Affine {
	k := r.side / blazeSide
	// To turn what the detector sees clockwise, sample along axes turned counter-clockwise.
	cos, sin := quarter(-r.turn)
	a, b := k*cos, -k*sin
	d, e := k*sin, k*cos
	const half = blazeSide / 2.0
	return imaging.Affine{a, b, r.centre.X - a*half - b*half, d, e, r.centre.Y - d*half - e*half}
}

// quarter is the exact cosine and sine of n clockwise quarter turns.
func quarter(n int) (cos, sin float64) {
	switch ((n % 4) + 4) % 4 {
	case 1:
		return 0, 1
	case 2:
		return -1, 0
	case 3:
		return 0, -1
	}
	return 1, 0
}

func apply(m imaging.Affine, x, y float64) imaging.Point { return m.Apply(imaging.Point{X: x, Y: y}) }

// detector is BlazeFace with its anchors.
type detector struct {
	model   *onnx.Model
	anchors []anchor
}

// look runs BlazeFace over one region. The result holds at most one candidate a face, highest score first.
func (d *detector) look(ctx context.Context, p *pyramid, r region) ([]candidate, error) {
	m := r.affine()
	px := p.sample(m, blazeSide)
	for i := range px {
		px[i] = px[i]/127.5 - 1
	}
	out, err := d.model.Run(ctx, onnx.Tensor{Shape: []int64{1, blazeSide, blazeSide, 3}, Data: px})
	if err != nil {
		return nil, fmt.Errorf("face: detect: %w", err)
	}
	scores, boxes, err := blazeOutputs(out)
	if err != nil {
		return nil, err
	}
	return blend(d.decode(scores, boxes, m, r)), nil
}

// blazeOutputs sorts the network's four outputs (two grids, each with scores and boxes) into one list of 896 scores and one of
// 896×16 values, recognising them by shape so that the converter's order does not matter.
func blazeOutputs(out []onnx.Tensor) (scores, boxes []float32, err error) {
	part := map[[2]int64][]float32{}
	for _, t := range out {
		if len(t.Shape) == 3 {
			part[[2]int64{t.Shape[1], t.Shape[2]}] = t.Data
		}
	}
	scores = append(append([]float32{}, part[[2]int64{512, 1}]...), part[[2]int64{384, 1}]...)
	boxes = append(append([]float32{}, part[[2]int64{512, blazeValues}]...), part[[2]int64{384, blazeValues}]...)
	if len(scores) != blazeAnchors || len(boxes) != blazeAnchors*blazeValues {
		return nil, nil, errors.New("face: detect: the detector's outputs do not have BlazeFace's shapes")
	}
	return scores, boxes, nil
}

// decode turns raw outputs into candidates above the detector's own score, in picture coordinates.
func (d *detector) decode(scores, boxes []float32, m imaging.Affine, r region) []candidate {
	var out []candidate
	for i, s := range scores {
		p := 1 / (1 + math.Exp(-float64(s)))
		if p < blazeMinScore {
			continue
		}
		b := boxes[blazeValues*i : blazeValues*(i+1)]
		ax, ay := d.anchors[i].x*blazeSide, d.anchors[i].y*blazeSide
		c := candidate{
			score:  p,
			centre: apply(m, float64(b[0])+ax, float64(b[1])+ay),
			size:   math.Max(float64(b[2]), float64(b[3])) * r.side / blazeSide,
			region: r,
		}
		for k := range keyPoints {
			c.keys[k] = apply(m, float64(b[4+2*k])+ax, float64(b[5+2*k])+ay)
		}
		out = append(out, c)
	}
	return out
}

// blend is MediaPipe's weighted non-maximum suppression: every group of overlapping candidates becomes one, whose box and points
// are the mean weighted by score and whose score is the group's best. It steadies the points, which a plain choice does not.
func blend(cs []candidate) []candidate {
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].score > cs[j].score })
	var out []candidate
	for len(cs) > 0 {
		lead := cs[0]
		var group, rest []candidate
		for _, c := range cs {
			if lead.box().iou(c.box()) > blazeOverlap {
				group = append(group, c)
			} else {
				rest = append(rest, c)
			}
		}
		if len(group) == 0 { // a box of no size overlaps nothing, itself included
			cs = cs[1:]
			continue
		}
		out = append(out, mean(group))
		cs = rest
	}
	return out
}

func mean(group []candidate) candidate {
	out := candidate{score: group[0].score, region: group[0].region}
	var sum float64
	for _, c := range group {
		sum += c.score
		out.centre.X += c.score * c.centre.X
		out.centre.Y += c.score * c.centre.Y
		out.size += c.score * c.size
		for k := range out.keys {
			out.keys[k].X += c.score * c.keys[k].X
			out.keys[k].Y += c.score * c.keys[k].Y
		}
	}
	out.centre.X /= sum
	out.centre.Y /= sum
	out.size /= sum
	for k := range out.keys {
		out.keys[k].X /= sum
		out.keys[k].Y /= sum
	}
	return out
}

// suppress keeps the best of candidates that overlap or contain one another. Unlike blend it is meant for candidates of different
// regions, whose precision differs, so nothing is averaged.
func suppress(cs []candidate) []candidate {
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].score > cs[j].score })
	var out []candidate
next:
	for _, c := range cs {
		for _, k := range out {
			if k.box().same(c.box()) {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}
