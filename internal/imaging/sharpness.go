package imaging

import (
	"image"
	"math"
	"slices"
	"sync"
)

// The inner constants of Sharpness. None of them judges.
const (
	sharpWidth    = 1000 // pixels: wider regions are reduced to it, the scale at which documents are read
	sharpReblur   = 1.5  // σ of the second blur, pixels at that scale
	sharpBlock    = 64   // side of the blocks whose median is the result
	sharpMinEdges = 12   // edge pixels a block needs to count, for each direction
	sharpMinStep  = .75  // least gradient of an edge after re-blurring, levels a pixel
	sharpMax      = 4.0  // of the result
)

// Sharpness tells how narrow the edges in region r of g are: 1/σ, where σ is the standard deviation, in pixels, of the Gaussian that a
// perfect edge would have to be blurred with to look like the region's. Regions wider than 1000 pixels are first reduced to that
// width, so that the number is about what can be read at the scale where documents are read, and does not grow with the camera.
// Range 0..4; 0 also where there is no edge to measure. A sharp scan is above 1, σ = 2 px gives about .5.
//
// Method: re-blur with a known σ0 and compare gradients along the edge's normal, R = |∇i|/|∇(i∗G)| = √(σ²+σ0²)/σ at a step (Zhuo and
// Sim, Defocus map estimation from a single image, Pattern Recognition 44, 2011). Taken as a ratio of sums over an edge, it does not
// depend on contrast, on how much is printed, or, to first order, on noise. Edges are pooled in blocks; the result is the blocks'
// median, of the worse of the two directions (edges closer to vertical and closer to horizontal), which is what tells camera shake.
// Thin strokes look up to a third narrower than steps do, and a picture enlarged from a small one is blurred: both as intended.
func Sharpness(g *image.Gray, r image.Rectangle) float64 {
	g, ok := atReadingScale(g, r)
	if !ok {
		return 0
	}
	return sharpness(g)
}

// atReadingScale is region r of g, reduced to sharpWidth where it is wider; false where it is too small to measure.
func atReadingScale(g *image.Gray, r image.Rectangle) (*image.Gray, bool) {
	r = r.Intersect(image.Rect(0, 0, g.Rect.Dx(), g.Rect.Dy()))
	if r.Dx() < 16 || r.Dy() < 16 {
		return nil, false
	}
	g = cropGray(g, r)
	if r.Dx() > sharpWidth {
		g = ResizeGray(g, sharpWidth, max(16, r.Dy()*sharpWidth/r.Dx()))
	}
	return g, true
}

func sharpness(g *image.Gray) float64 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	src := NewGrid[float32](w, h)
	for y := range h {
		in, out := grayRow(g, y), src.Row(y)
		for x, v := range in {
			out[x] = float32(v)
		}
	}
	var soft Grid[float32]
	var blurred sync.WaitGroup
	blurred.Go(func() { soft = GaussianBlur(src, sharpReblur) })
	// A gradient of re-blurred noise has a standard deviation of noise/√(8π)/σ0² (differentiated Gaussian, white noise).
	noise := noiseOf(src) / (math.Sqrt(8*math.Pi) * sharpReblur * sharpReblur)
	step := max(sharpMinStep, 5*noise)
	blurred.Wait()

	type edges struct {
		sharp, soft [2]float64 // sums of gradients along the normal, by direction
		n           [2]int
	}
	bw := (w + sharpBlock - 1) / sharpBlock
	blocks := make([]edges, bw*((h+sharpBlock-1)/sharpBlock))
	floor2 := float32(step * step)
	mag := func(g Grid[float32], i int) (dx, dy float32) {
		return (g.Pix[i+1] - g.Pix[i-1]) / 2, (g.Pix[i+w] - g.Pix[i-w]) / 2
	}
	m2 := NewGrid[float32](w, h)
	parallelRows(h-2, 64, func(lo, hi int) {
		for y := lo + 1; y <= hi; y++ {
			row, out := soft.Row(y), m2.Row(y)[1:w-1]
			left, right := row[:len(out)], row[2:][:len(out)]
			up, down := soft.Row(y - 1)[1:][:len(out)], soft.Row(y + 1)[1:][:len(out)]
			for x := range out {
				dx, dy := (right[x]-left[x])/2, (down[x]-up[x])/2
				out[x] = dx*dx + dy*dy
			}
		}
	})
	for y := 2; y < h-2; y++ {
		row := m2.Row(y)
		for x := 2; x < w-2; x++ {
			v := row[x]
			if v < floor2 {
				continue
			}
			i := y*w + x
			dx, dy := mag(soft, i)
			dir, next := 0, 1
			if dx*dx < dy*dy {
				dir, next = 1, w
			}
			if v < m2.Pix[i-next] || v <= m2.Pix[i+next] { // not the crest of its edge
				continue
			}
			sx, sy := mag(src, i)
			l := float32(math.Sqrt(float64(v)))
			b := &blocks[y/sharpBlock*bw+x/sharpBlock]
			b.sharp[dir] += float64((sx*dx + sy*dy) / l)
			b.soft[dir] += float64(l)
			b.n[dir]++
		}
	}
	var result float64
	for dir := range 2 {
		var found []float64
		for _, b := range blocks {
			if b.n[dir] >= sharpMinEdges {
				// Crests are picked where noise adds to them: by about one of its standard deviations, and by four times that in
				// the picture before re-blurring (the ratio of the two noises' covariance to the variance of the softer).
				n := float64(b.n[dir]) * noise
				ratio := max(b.sharp[dir]-4*n, 0) / max(b.soft[dir]-n, 1e-9)
				found = append(found, math.Sqrt(max(ratio*ratio-1, 0))/sharpReblur)
			}
		}
		if len(found) < 2 {
			continue
		}
		slices.Sort(found)
		v := min(found[len(found)/2], sharpMax)
		if result == 0 || v < result {
			result = v
		}
	}
	return result
}

// noiseOf estimates the standard deviation of white noise, in levels (Immerkær, Fast noise variance estimation, CVIU 64, 1996), from
// every second row. The median takes the place of the mean so that print does not count as noise.
func noiseOf(g Grid[float32]) float64 {
	const bins = 1024
	var hist [bins]int
	n := 0
	for y := 1; y < g.Height-1; y += 2 {
		a, b, c := g.Row(y-1), g.Row(y), g.Row(y+1)
		for x := 1; x < g.Width-1; x++ {
			v := a[x-1] + a[x+1] + c[x-1] + c[x+1] + 4*b[x] - 2*(a[x]+b[x-1]+b[x+1]+c[x])
			hist[int(min(max(v, -v), bins-1))]++
			n++
		}
	}
	k := 0
	for i, c := range hist {
		if k += c; 2*k >= n {
			return float64(i) / .6745 / 6 // the mask's norm is 6
		}
	}
	return 0
}

// cropGray is the part r (relative to g's corner) of g, without copying.
func cropGray(g *image.Gray, r image.Rectangle) *image.Gray {
	return &image.Gray{Pix: g.Pix[r.Min.Y*g.Stride+r.Min.X:], Stride: g.Stride, Rect: image.Rect(0, 0, r.Dx(), r.Dy())}
}
