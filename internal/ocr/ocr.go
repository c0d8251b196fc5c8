// Package ocr finds and reads lines of printed Latin text in a picture.
//
// It is for the visual zone of identity documents: a detector marks the lines, a recogniser reads each of them letter by letter, and both
// say how sure they are. It promises, for the same picture, options and model files, the same lines in the same order. It does not know
// what a line means (package document does), it does not read machine-readable zones well (package document's MRZReader does), and it
// judges nothing: confidences are numbers, thresholds belong to policy.
package ocr

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strings"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

// Char is one letter of a line.
type Char struct {
	R    rune
	Conf float64 // probability the recogniser gave to R, 0..1
	X    float64 // centre of the letter along the line: 0 at the left edge of the line's box, 1 at its right edge
	// Others are the next likely letters at the same place, likeliest first, at most three.
	Others []Alternative
}

// Alternative is a letter that might stand there instead.
type Alternative struct {
	R    rune
	Conf float64 // its probability, 0..1
}

// Line is one line of text.
type Line struct {
	Text       string       // NFC, single spaces
	Confidence float64      // geometric mean of the letters' Conf, 0..1
	Box        imaging.Quad // in pixels of the picture; the first corner is the top left of the text as it is read
	Chars      []Char
}

// Height is the height of the line's box in pixels.
func (l *Line) Height() float64 { return dist(l.Box[0], l.Box[3]) }

// Page is everything read in one picture.
type Page struct {
	Lines []Line
	// Angle is the direction of reading, in radians clockwise from the picture's x axis: 0 upright, π/2 where the text runs downwards.
	Angle float64
	// Found is the number of boxes detected, before Limits cut it; Unread those that gave no text.
	Found, Unread int
	Detector      onnx.ModelInfo
	Recogniser    onnx.ModelInfo
}

// Options steer one reading. The zero value is good.
type Options struct {
	// Region limits detection to the part of the picture inside its bounding box, with a margin. Nil reads all of it.
	Region *imaging.Quad
	// Angle, when not nil, is the known direction of reading (radians clockwise); otherwise it is estimated from the lines.
	Angle *float64
	// Side is the longest side given to the detector, in pixels, rounded to a multiple of 32; 0 means DefaultSide.
	Side int
	// MaxBoxes bounds how many lines are read, longest first; 0 means DefaultMaxBoxes.
	MaxBoxes int
}

const (
	// DefaultSide is what PP-OCRv4's detector was trained around.
	DefaultSide = 960
	// DefaultMaxBoxes is several times what the fullest document prints: a page of newspaper must not cost a minute.
	DefaultMaxBoxes = 120
	maxSide         = 1920 // above it the detector's time and memory grow without finding more
)

// Reader detects and reads lines. It is safe for concurrent use.
type Reader struct {
	det, rec *onnx.Model
}

// New loads the two models. It returns the runtime's error when one is absent or altered.
func New(rt *onnx.Runtime) (*Reader, error) {
	det, err := rt.Model("ppocr-det")
	if err != nil {
		return nil, fmt.Errorf("ocr: text detector: %w", err)
	}
	rec, err := rt.Model("latin-reader")
	if err != nil {
		return nil, fmt.Errorf("ocr: text recogniser: %w", err)
	}
	return &Reader{det: det, rec: rec}, nil
}

// Models names what the reader's numbers come from.
func (r *Reader) Models() []onnx.ModelInfo { return []onnx.ModelInfo{r.det.Info(), r.rec.Info()} }

// Read finds and reads the lines of p, top to bottom and left to right in the direction of reading.
// It returns ctx's error when ctx ends, and the runtime's error when a model fails; a picture without text gives an empty page.
func (r *Reader) Read(ctx context.Context, p *imaging.Picture, opts Options) (*Page, error) {
	boxes, err := r.detect(ctx, p, opts)
	if err != nil {
		return nil, err
	}
	page := &Page{Found: len(boxes), Detector: r.det.Info(), Recogniser: r.rec.Info()}
	limit := opts.MaxBoxes
	if limit <= 0 {
		limit = DefaultMaxBoxes
	}
	if len(boxes) > limit {
		sort.SliceStable(boxes, func(i, j int) bool { return boxes[i].w > boxes[j].w })
		boxes = boxes[:limit]
	}
	gray := p.Gray()
	known := opts.Angle != nil
	var angle float64
	if known {
		angle = *opts.Angle
	} else {
		angle = dominantAngle(boxes)
	}
	page.Angle = angle
	if len(boxes) == 0 {
		return page, nil
	}
	orient(boxes, angle)
	if !known {
		turned, err := r.upsideDown(ctx, gray, boxes, angle)
		if err != nil {
			return nil, err
		}
		if turned {
			page.Angle = normAngle(angle + math.Pi)
			orient(boxes, page.Angle)
		}
	}
	quads := make([]imaging.Quad, len(boxes))
	for i, b := range boxes {
		quads[i] = b.quad()
	}
	lines, err := r.ReadLines(ctx, gray, quads)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if strings.TrimSpace(l.Text) == "" {
			page.Unread++
			continue
		}
		page.Lines = append(page.Lines, l)
	}
	sortLines(page.Lines, page.Angle)
	return page, nil
}

// sortLines orders lines by the row they stand in, then along the row. Two lines share a row when their centres are less than half the
// smaller height apart.
func sortLines(lines []Line, angle float64) {
	type placed struct {
		line Line
		x, y float64
	}
	all := make([]placed, len(lines))
	for i, l := range lines {
		x, y := toReading(centre(l.Box), angle)
		all[i] = placed{l, x, y}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].y < all[j].y })
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && all[end].y-all[start].y < min(all[end].line.Height(), all[start].line.Height())/2 {
			end++
		}
		row := all[start:end]
		sort.SliceStable(row, func(i, j int) bool { return row[i].x < row[j].x })
		start = end
	}
	for i := range all {
		lines[i] = all[i].line
	}
}
