package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

// Constants of PP-OCR's "differentiable binarisation" post-processing (Liao et al., AAAI 2020; PaddleOCR tools/infer, DBPostProcess).
// They belong to the network, not to a judgement.
const (
	probFloor   = 0.3  // a pixel is text above it
	boxFloor    = 0.55 // a component is text when its mean is above it
	unclipRatio = 1.6  // the network marks shrunk lines; this grows them back
	minPixels   = 12   // smaller components are specks
)

var (
	detMean = [3]float32{123.675, 116.28, 103.53} // ImageNet's, RGB, for channels in BGR order as PaddleOCR feeds them
	detStd  = [3]float32{58.395, 57.12, 57.375}
)

// detect marks the lines of p without reading them. Boxes are in pixels of the picture, in the detector's order.
func (r *Reader) detect(ctx context.Context, p *imaging.Picture, opts Options) ([]box, error) {
	region := p.RGB.Rect
	if opts.Region != nil {
		region = bounds(*opts.Region, 0.02).Intersect(p.RGB.Rect)
	}
	if region.Dx() < 16 || region.Dy() < 16 {
		return nil, nil
	}
	w, h := detectorSize(region.Dx(), region.Dy(), opts.Side)
	sx, sy := float64(region.Dx())/float64(w), float64(region.Dy())/float64(h)
	ox, oy := float64(region.Min.X), float64(region.Min.Y)
	px := imaging.WarpPlane(p.RGB, imaging.Affine{sx, 0, ox, 0, sy, oy}, w, h)
	n := w * h
	data := make([]float32, 3*n)
	for c := range 3 {
		plane, mean, inv := data[c*n:(c+1)*n], detMean[c], 1/detStd[c]
		for i := range plane {
			plane[i] = (px[3*i+2-c] - mean) * inv
		}
	}
	out, err := r.det.Run(ctx, onnx.Tensor{Shape: []int64{1, 3, int64(h), int64(w)}, Data: data})
	if err != nil {
		return nil, fmt.Errorf("ocr: detecting text: %w", err)
	}
	if len(out) == 0 || len(out[0].Data) != n {
		return nil, errors.New("ocr: text detector: unexpected output shape")
	}
	boxes := components(out[0].Data, w, h)
	for i := range boxes {
		boxes[i] = scaleBox(boxes[i], sx, sy, ox, oy)
	}
	return boxes, nil
}

// detectorSize chooses the detector's input for a region: sides are multiples of 32, the longer one at most side. Regions much smaller
// than that are enlarged up to twofold: document print in a thumbnail is below what the detector sees otherwise.
func detectorSize(w, h, side int) (dw, dh int) {
	if side <= 0 {
		side = DefaultSide
	}
	side = min(side, maxSide)
	scale := math.Min(float64(side)/float64(max(w, h)), 2)
	round := func(v int) int { return max(32, int(math.Round(float64(v)*scale/32))*32) }
	return round(w), round(h)
}

// scaleBox maps a box of the detector's input back into the picture. The two scales differ by rounding to 32 only, so the box stays a
// rectangle to well under a pixel.
func scaleBox(b box, sx, sy, ox, oy float64) box {
	c, s := math.Cos(b.angle), math.Sin(b.angle)
	b.w *= math.Hypot(c*sx, s*sy)
	b.h *= math.Hypot(s*sx, c*sy)
	b.angle = math.Atan2(s*sy, c*sx)
	b.cx, b.cy = b.cx*sx+ox, b.cy*sy+oy
	return b
}

// components turns the w×h map of text probabilities into boxes, in order of their topmost pixel.
func components(prob []float32, w, h int) []box {
	seen := make([]bool, len(prob))
	var boxes []box
	var stack []int
	left, right := make([]int, h), make([]int, h)
	for start, v := range prob {
		if v < probFloor || seen[start] {
			continue
		}
		stack = append(stack[:0], start)
		seen[start] = true
		top, bottom := start/w, start/w
		for y := top; y < h; y++ {
			left[y], right[y] = w, -1
		}
		count, sum := 0, 0.0
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := i%w, i/w
			count++
			sum += float64(prob[i])
			left[y], right[y], bottom = min(left[y], x), max(right[y], x), max(bottom, y)
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					nx, ny := x+dx, y+dy
					if nx < 0 || ny < 0 || nx >= w || ny >= h {
						continue
					}
					if j := ny*w + nx; !seen[j] && prob[j] >= probFloor {
						seen[j] = true
						stack = append(stack, j)
					}
				}
			}
		}
		mean := sum / float64(count)
		if count < minPixels || mean < boxFloor {
			continue
		}
		// The hull of a component is the hull of its rows' ends.
		var ends []image.Point
		for y := top; y <= bottom; y++ {
			if right[y] >= 0 {
				ends = append(ends, image.Pt(left[y], y), image.Pt(right[y], y))
			}
		}
		rect := imaging.MinAreaRect(ends)
		b := box{cx: rect.CenterX + 0.5, cy: rect.CenterY + 0.5, w: rect.Width + 1, h: rect.Height + 1, angle: rect.Angle}
		grow := b.w * b.h * unclipRatio / (b.w + b.h) // both sides together: 2·area·ratio/perimeter
		b.w, b.h, b.score = b.w+grow, b.h+grow, mean
		boxes = append(boxes, b)
	}
	return boxes
}

// bounds is the upright box around q, grown by margin of its size on every side.
func bounds(q imaging.Quad, margin float64) image.Rectangle {
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, c := range q {
		x0, x1, y0, y1 = math.Min(x0, c.X), math.Max(x1, c.X), math.Min(y0, c.Y), math.Max(y1, c.Y)
	}
	mx, my := (x1-x0)*margin, (y1-y0)*margin
	return image.Rect(int(math.Floor(x0-mx)), int(math.Floor(y0-my)), int(math.Ceil(x1+mx)), int(math.Ceil(y1+my)))
}
