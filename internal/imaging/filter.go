package imaging

import (
	"image"
	"math"
)

// Grid is a dense single-channel raster, row-major without padding: the
// value of column x, row y is Pix[y*Width+x]. Filters whose numbers do not
// fit the eight bits of image.Gray return one.
type Grid[T any] struct {
	Width, Height int
	Pix           []T
}

// NewGrid returns a zeroed grid of the given size in pixels.
func NewGrid[T any](width, height int) Grid[T] {
	return Grid[T]{Width: width, Height: height, Pix: make([]T, width*height)}
}

// Row returns row y; writing to it writes to the grid.
func (g Grid[T]) Row(y int) []T { return g.Pix[y*g.Width : (y+1)*g.Width] }

// grayRow returns row y of an image whose bounds may start anywhere.
func grayRow(g *image.Gray, y int) []uint8 {
	o := y * g.Stride
	return g.Pix[o : o+g.Rect.Dx()]
}

// AbsSobelX returns |∂/∂x| of src by the 3×3 Sobel operator, 0..1020: how
// much vertical stroke there is at a pixel. Pixels beyond the border repeat
// the border.
func AbsSobelX(src *image.Gray) Grid[uint16] {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := NewGrid[uint16](w, h)
	if w == 0 || h == 0 {
		return out
	}
	// The operator is separable: [1 2 1] down the columns, then a difference
	// of the columns left and right.
	column := make([]int32, w+2)
	for y := range h {
		up, mid, down := grayRow(src, max(y-1, 0)), grayRow(src, y), grayRow(src, min(y+1, h-1))
		up, down = up[:len(mid)], down[:len(mid)]
		inner := column[1 : 1+len(mid)]
		for x, v := range mid {
			inner[x] = int32(up[x]) + 2*int32(v) + int32(down[x])
		}
		column[0], column[w+1] = column[1], column[w]
		row := out.Row(y)
		right := column[2 : 2+len(row)]
		left := column[:len(row)]
		for x := range row {
			d := right[x] - left[x]
			row[x] = uint16(max(d, -d))
		}
	}
	return out
}

// Quantile returns the value below or at which the share q (0..1) of the
// grid lies, looking at every step-th pixel of every step-th row. Values
// must be below 4096. An empty grid gives 0.
func Quantile(g Grid[uint16], q float64, step int) uint16 {
	var count [4096]int
	n := 0
	for y := 0; y < g.Height; y += step {
		row := g.Row(y)
		for x := 0; x < len(row); x += step {
			count[min(row[x], 4095)]++
			n++
		}
	}
	need := int(math.Ceil(q * float64(n)))
	seen := 0
	for v, c := range count {
		seen += c
		if seen >= need && n > 0 {
			return uint16(v)
		}
	}
	return 0
}

// BoxSum returns the sums of src over a window of bw×bh pixels centred on
// each pixel (both odd). Pixels beyond the border repeat the border. It is
// two running sums, so the cost does not depend on the window.
func BoxSum(src Grid[uint16], bw, bh int) Grid[uint32] {
	w, h := src.Width, src.Height
	out := NewGrid[uint32](w, h)
	if w == 0 || h == 0 {
		return out
	}
	rx, ry := bw/2, bh/2
	column := make([]uint32, w) // sums of bh values down each column
	for dy := -ry; dy <= ry; dy++ {
		for x, v := range src.Row(min(max(dy, 0), h-1)) {
			column[x] += uint32(v)
		}
	}
	padded := make([]uint32, w+2*rx)
	for y := range h {
		copy(padded[rx:], column)
		for i := range rx {
			padded[i], padded[rx+w+i] = column[0], column[w-1]
		}
		var sum uint32
		for _, v := range padded[:2*rx] {
			sum += v
		}
		row := out.Row(y)
		enter, leave := padded[2*rx:][:len(row)], padded[:len(row)]
		for x := range row {
			sum += enter[x]
			row[x] = sum
			sum -= leave[x]
		}
		in, gone := src.Row(min(y+ry+1, h-1)), src.Row(max(y-ry, 0))
		in, gone = in[:len(column)], gone[:len(column)]
		for x := range column {
			column[x] += uint32(in[x]) - uint32(gone[x])
		}
	}
	return out
}

// gaussianKernel returns a normalised Gaussian of the given sigma in pixels,
// cut at four sigma, with an odd number of taps.
func gaussianKernel(sigma float64) []float32 {
	radius := max(1, int(math.Ceil(4*sigma)))
	kernel := make([]float32, 2*radius+1)
	var sum float64
	for i := range kernel {
		d := float64(i-radius) / sigma
		v := math.Exp(-d * d / 2)
		kernel[i] = float32(v)
		sum += v
	}
	for i := range kernel {
		kernel[i] = float32(float64(kernel[i]) / sum)
	}
	return kernel
}

// GaussianBlur smooths src with a Gaussian of the given sigma in pixels.
// Pixels beyond the border repeat the border. The cost grows with sigma: blur
// a reduced grid when sigma is large.
func GaussianBlur(src Grid[float32], sigma float64) Grid[float32] {
	w, h := src.Width, src.Height
	out := NewGrid[float32](w, h)
	if w == 0 || h == 0 || sigma <= 0 {
		copy(out.Pix, src.Pix)
		return out
	}
	kernel := gaussianKernel(sigma)
	r := len(kernel) / 2
	parallelRows(h, max(1, 1<<15/w), func(lo, hi int) {
		acc := make([]float32, w)
		padded := make([]float32, w+2*r)
		for y := lo; y < hi; y++ {
			from := func(i int) []float32 { return src.Row(min(max(y+i, 0), h-1)) }
			weighted(acc, from(0), kernel[r])
			for i := 1; i <= r; i += 2 {
				pairs(acc, from(-i), from(i), from(-i-1), from(i+1), kernel[r+i], tap(kernel, r+i+1))
			}
			copy(padded[r:], acc)
			for i := range r {
				padded[i], padded[r+w+i] = acc[0], acc[w-1]
			}
			row := out.Row(y)
			at := func(i int) []float32 { return padded[min(r+i, 2*r):] }
			weighted(row, at(0), kernel[r])
			for i := 1; i <= r; i += 2 {
				pairs(row, padded[r-i:], at(i), padded[max(r-i-1, 0):], at(i+1), kernel[r+i], tap(kernel, r+i+1))
			}
		}
	})
	return out
}

// tap is a weight of the kernel, 0 beyond its end.
func tap(kernel []float32, i int) float32 {
	if i < len(kernel) {
		return kernel[i]
	}
	return 0
}

// weighted sets out to k times a.
func weighted(out, a []float32, k float32) {
	a = a[:len(out)]
	for x := range out {
		out[x] = k * a[x]
	}
}

// pairs adds the taps of a symmetric kernel, two pairs in one pass: a pass costs more by what it loads and stores than by what it adds.
func pairs(out, a, b, c, d []float32, k, l float32) {
	a, b, c, d = a[:len(out)], b[:len(out)], c[:len(out)], d[:len(out)]
	for x := range out {
		out[x] += k*(a[x]+b[x]) + l*(c[x]+d[x])
	}
}

// SmoothProfile smooths a sequence with a Gaussian of the given sigma in
// samples; ends repeat. It returns a new slice.
func SmoothProfile(p []float64, sigma float64) []float64 {
	out := make([]float64, len(p))
	if sigma <= 0 {
		copy(out, p)
		return out
	}
	kernel := gaussianKernel(sigma)
	r := len(kernel) / 2
	for x := range out {
		for i, k := range kernel {
			out[x] += float64(k) * p[min(max(x+i-r, 0), len(p)-1)]
		}
	}
	return out
}

// ReduceSum returns the grid shrunk by an integer factor, each value the mean
// of the factor×factor values it replaces (fewer at the right and lower rim).
func ReduceSum(src Grid[uint32], factor int) Grid[float32] {
	w, h := (src.Width+factor-1)/factor, (src.Height+factor-1)/factor
	out := NewGrid[float32](w, h)
	sums := make([]uint64, w)
	for y := range h {
		clear(sums)
		y1 := min((y+1)*factor, src.Height)
		for sy := y * factor; sy < y1; sy++ {
			row := src.Row(sy)
			for x := range sums {
				var s uint64
				for _, v := range row[x*factor : min((x+1)*factor, len(row))] {
					s += uint64(v)
				}
				sums[x] += s
			}
		}
		row := out.Row(y)
		for x, s := range sums {
			n := (y1 - y*factor) * (min((x+1)*factor, src.Width) - x*factor)
			row[x] = float32(float64(s) / float64(n))
		}
	}
	return out
}

// GrowLinear returns src enlarged by an integer factor to width×height with
// bilinear interpolation, the inverse of a reduction by that factor: sample i
// of src lies at (i+½)·factor−½ of the result.
func GrowLinear(src Grid[float32], factor, width, height int) Grid[float32] {
	out := NewGrid[float32](width, height)
	if src.Width == 0 || src.Height == 0 {
		return out
	}
	g := NewGrower(src, factor, width, height)
	for y := range height {
		g.Row(y, out.Row(y))
	}
	return out
}

// Grower gives the rows of a grid enlarged as GrowLinear does it, one at a time: most users look at a row once.
type Grower struct {
	src            Grid[float32]
	factor, height int
	blend          []float32
	first, second  []int32
	share          []float32
}

// NewGrower prepares the enlargement of src, which must not be empty.
func NewGrower(src Grid[float32], factor, width, height int) *Grower {
	g := &Grower{
		src: src, factor: factor, height: height, blend: make([]float32, src.Width),
		first: make([]int32, width), second: make([]int32, width), share: make([]float32, width),
	}
	for x := range width {
		a, b, f := linearTaps(x, factor, src.Width)
		g.first[x], g.second[x], g.share[x] = int32(a), int32(b), f
	}
	return g
}

// Row fills out, as wide as the enlarged grid, with its row y.
func (g *Grower) Row(y int, out []float32) {
	y0, y1, fy := linearTaps(y, g.factor, g.src.Height)
	a, b := g.src.Row(y0), g.src.Row(y1)
	blend := g.blend
	a, b = a[:len(blend)], b[:len(blend)]
	for x := range blend {
		blend[x] = a[x] + fy*(b[x]-a[x])
	}
	first, second, share := g.first[:len(out)], g.second[:len(out)], g.share[:len(out)]
	for x := range out {
		v := blend[first[x]]
		out[x] = v + share[x]*(blend[second[x]]-v)
	}
}

// linearTaps gives the two samples of n, and the share of the second, that
// make up position i of a factor times larger sequence.
func linearTaps(i, factor, n int) (first, second int, share float32) {
	p := (float32(i)+.5)/float32(factor) - .5
	if p <= 0 {
		return 0, 0, 0
	}
	first = int(p)
	if first >= n-1 {
		return n - 1, n - 1, 0
	}
	return first, first + 1, p - float32(first)
}
