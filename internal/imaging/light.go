package imaging

import (
	"image"
	"slices"
)

// ExposureStats describes the luma of a region. Levels are 0..255, shares 0..1.
type ExposureStats struct {
	Mean       float64
	P5, P95    float64 // percentiles
	UnderShare float64 // of pixels at luma 10 or less: no detail left in the dark
	OverShare  float64 // of pixels at luma 250 or more: none left in the light
	Contrast   float64 // P95 - P5
}

// Exposure measures region r of g, every pixel of it. An empty region gives zeros.
func Exposure(g *image.Gray, r image.Rectangle) ExposureStats {
	r = r.Intersect(image.Rect(0, 0, g.Rect.Dx(), g.Rect.Dy()))
	n := r.Dx() * r.Dy()
	if n == 0 {
		return ExposureStats{}
	}
	var hist [256]int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, v := range grayRow(g, y)[r.Min.X:r.Max.X] {
			hist[v]++
		}
	}
	s := ExposureStats{P5: -1, P95: -1}
	sum, below := 0, 0
	for v, c := range hist {
		sum += v * c
		below += c
		if s.P5 < 0 && 20*below >= n {
			s.P5 = float64(v)
		}
		if s.P95 < 0 && 20*below >= 19*n {
			s.P95 = float64(v)
		}
		if v <= 10 {
			s.UnderShare += float64(c) / float64(n)
		}
		if v >= 250 {
			s.OverShare += float64(c) / float64(n)
		}
	}
	s.Mean, s.Contrast = float64(sum)/float64(n), s.P95-s.P5
	return s
}

// GlareStats describes reflections in a region.
type GlareStats struct {
	Share        float64         // of the region under glare, 0..1
	Saturated    float64         // of the region saturated and colourless, glare or white paper, 0..1
	Blobs        int             // reflections
	Largest      image.Rectangle // box of the largest, in pixels of the picture; empty where there is none
	LargestShare float64         // of the region, 0..1
}

// The inner constants of Glare.
const (
	glareSide  = 512  // the region's longer side is reduced to this
	glareLevel = 246  // least channel of a saturated pixel, after reduction
	glareFloor = 200  // least channel of a glare pixel where nothing saturates
	glareDrop  = 25   // levels by which the surroundings of a reflection are darker
	glareAbove = 18   // levels by which it is lighter than the paper: the 95th percentile of what is not a candidate
	glareNear  = 3    // pixels from a blob within which a printed edge has fallen, and a reflection's halo has not
	glareSteep = .8   // most of the fall that may have happened by then
	glareMin   = 5e-4 // least share of the region for a blob
)

// Glare finds reflections in region r of p: connected colourless areas that are saturated (or, where nothing saturates, within 8 levels
// of the brightest there is), are lighter than the paper, lie within the region for the most part, and fade into surroundings at least 25 levels
// darker: a printed or cut white area falls off within three pixels at 512 pixels a side, a reflection has a halo. White paper and
// white print are counted in Saturated only. A reflection with a hard outline (a window in a mirror-like laminate) may be missed, as are
// those on white paper, and a soft white shape may be taken for one; docs/evaluation/imaging.md has the figures. Give it the document's
// box, not the whole photo.
func Glare(p *image.RGBA, r image.Rectangle) GlareStats {
	r = r.Intersect(image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()))
	if r.Dx() < 8 || r.Dy() < 8 {
		return GlareStats{}
	}
	src := &image.RGBA{Pix: p.Pix[r.Min.Y*p.Stride+4*r.Min.X:], Stride: p.Stride, Rect: image.Rect(0, 0, r.Dx(), r.Dy())}
	scale := max(1, float64(max(r.Dx(), r.Dy()))/glareSide)
	if scale > 1 {
		src = Resize(src, max(1, int(float64(r.Dx())/scale)), max(1, int(float64(r.Dy())/scale)))
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	g := lumaOf(src)
	level := glareThreshold(src)
	label := make([]int32, w*h) // 0: not saturated; -1: saturated, not yet in a blob
	sat := 0
	for y := range h {
		row := src.Pix[y*src.Stride : y*src.Stride+4*w]
		for x := range w {
			c := min(row[4*x], row[4*x+1], row[4*x+2])
			if c >= glareLevel {
				sat++
			}
			if c >= level {
				label[y*w+x] = -1
			}
		}
	}
	s := GlareStats{Saturated: float64(sat) / float64(w*h)}
	width := max(6, max(w, h)/20)
	paper := paperLevel(g, label)
	best := 0
	seen := make([]int32, w*h) // which blob's surroundings a pixel was last looked at for
	var queue []int32
	for i := range label {
		if label[i] != -1 {
			continue
		}
		id := int32(s.Blobs + 1)
		queue = fill8(label, w, h, int32(i), id, queue[:0])
		if float64(len(queue)) < glareMin*float64(w*h) {
			for _, q := range queue {
				label[q] = 0
			}
			continue
		}
		if !fades(g, label, seen, w, h, queue, id, width, paper) {
			for _, q := range queue {
				label[q] = -2 // saturated, but paper
			}
			continue
		}
		s.Blobs++
		s.Share += float64(len(queue)) / float64(w*h)
		if len(queue) > best {
			best = len(queue)
			box := image.Rectangle{Min: image.Pt(w, h)}
			for _, q := range queue {
				x, y := int(q)%w, int(q)/w
				box.Min.X, box.Min.Y = min(box.Min.X, x), min(box.Min.Y, y)
				box.Max.X, box.Max.Y = max(box.Max.X, x+1), max(box.Max.Y, y+1)
			}
			kx, ky := float64(r.Dx())/float64(w), float64(r.Dy())/float64(h)
			s.Largest = image.Rect(r.Min.X+int(float64(box.Min.X)*kx), r.Min.Y+int(float64(box.Min.Y)*ky),
				r.Min.X+int(float64(box.Max.X)*kx+.5), r.Min.Y+int(float64(box.Max.Y)*ky+.5))
			s.LargestShare = float64(best) / float64(w*h)
		}
	}
	return s
}

// fill8 labels the blob of -1 around start and returns its pixels, in queue's memory.
func fill8(label []int32, w, h int, start, id int32, queue []int32) []int32 {
	queue = append(queue, start)
	label[start] = id
	for k := 0; k < len(queue); k++ {
		x, y := int(queue[k])%w, int(queue[k])/w
		for yy := max(y-1, 0); yy <= min(y+1, h-1); yy++ {
			for xx := max(x-1, 0); xx <= min(x+1, w-1); xx++ {
				if j := yy*w + xx; label[j] == -1 {
					label[j] = id
					queue = append(queue, int32(j))
				}
			}
		}
	}
	return queue
}

// glareThreshold is the least channel value of a candidate pixel.
func glareThreshold(p *image.RGBA) uint8 {
	var hist [256]int
	for i := 0; i+2 < len(p.Pix); i += 4 {
		hist[min(p.Pix[i], p.Pix[i+1], p.Pix[i+2])]++
	}
	n, v := 0, 255
	for ; v > 0; v-- {
		if n += hist[v]; n*1000 >= len(p.Pix)/4 {
			break
		}
	}
	return uint8(min(max(v-8, glareFloor), glareLevel))
}

// paperLevel is the 95th percentile of the luma where label is zero.
func paperLevel(g *image.Gray, label []int32) int {
	var hist [256]int
	n := 0
	for i, l := range label {
		if l == 0 {
			hist[g.Pix[i]]++ // g is as wide as its stride
			n++
		}
	}
	v, above := 255, 0
	for ; v > 0; v-- {
		if above += hist[v]; 20*above > n {
			break
		}
	}
	return v
}

// fades tells a reflection from a white area: by the medians of the luma inside, glareNear pixels away, and in the outer half of the ring
// up to width away.
func fades(g *image.Gray, label, seen []int32, w, h int, blob []int32, id int32, width, paper int) bool {
	stamp := blob[0] + 1 // no two blobs share a pixel
	// Chessboard distance from the blob, by growing its boundary.
	var front, next []int32
	var inside []uint8
	rim := 0
	for _, q := range blob {
		x, y := int(q)%w, int(q)/w
		inside = append(inside, g.Pix[y*g.Stride+x])
		if x == 0 || y == 0 || x == w-1 || y == h-1 {
			rim++
			continue
		}
		if label[q-1] != id || label[q+1] != id || label[int(q)-w] != id || label[int(q)+w] != id {
			front = append(front, q)
		}
	}
	if 2*rim > len(front) { // mostly beyond the region: of its fall too little is seen
		return false
	}
	var near, far []uint8
	for d := 1; d <= width; d++ {
		next = next[:0]
		for _, q := range front {
			x, y := int(q)%w, int(q)/w
			for yy := max(y-1, 0); yy <= min(y+1, h-1); yy++ {
				for xx := max(x-1, 0); xx <= min(x+1, w-1); xx++ {
					j := int32(yy*w + xx)
					if seen[j] == stamp || label[j] == id {
						continue
					}
					seen[j] = stamp
					next = append(next, j)
					if d == glareNear {
						near = append(near, g.Pix[yy*g.Stride+xx])
					} else if d > width/2 {
						far = append(far, g.Pix[yy*g.Stride+xx])
					}
				}
			}
		}
		front, next = next, front
	}
	if len(near) < 8 || len(far) < 8 {
		return false
	}
	top, n, f := median8(inside), median8(near), median8(far)
	return top-paper >= glareAbove && top-f >= glareDrop && float64(top-n) <= glareSteep*float64(top-f)
}

// median8 sorts v.
func median8(v []uint8) int {
	slices.Sort(v)
	return int(v[len(v)/2])
}
