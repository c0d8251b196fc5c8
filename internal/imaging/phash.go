package imaging

import (
	"image"
	"math"
	"math/bits"
	"slices"
)

// PerceptualHash gives 64 bits that stay nearly the same when a picture is compressed again, resized, or made a little lighter: the
// signs, against their median, of the 8×8 lowest frequencies (without the zeroth row and column) of the DCT-II of the picture at 32×32
// (pHash; Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010). Compare by Distance.
//
// What to expect: the same picture re-encoded or resized is within a few bits; unrelated pictures are about 32 apart, with a standard
// deviation of 4 to 6, as coefficients are not independent; two photos of documents of one kind share a layout and come closer than
// that. It finds what was sent again, it does not tell documents apart. It does not survive a crop or a turn, and resists no forger.
// A picture of one colour has a hash of no meaning. docs/evaluation/imaging.md has the measured distances.
func PerceptualHash(g *image.Gray) uint64 {
	const n, m = 32, 8
	small := ResizeGray(g, n, n)
	if small.Rect.Empty() {
		return 0
	}
	var cos [m][n]float64
	for u := range m {
		for x := range n {
			cos[u][x] = math.Cos(float64(2*x+1) * float64(u+1) * math.Pi / (2 * n))
		}
	}
	var rows [n][m]float64
	for y := range n {
		for u := range m {
			for x := range n {
				rows[y][u] += float64(small.Pix[y*small.Stride+x]) * cos[u][x]
			}
		}
	}
	var c, sorted [m * m]float64
	for v := range m {
		for u := range m {
			for y := range n {
				c[v*m+u] += rows[y][u] * cos[v][y]
			}
		}
	}
	sorted = c
	slices.Sort(sorted[:])
	median := (sorted[31] + sorted[32]) / 2
	var hash uint64
	for i, v := range c {
		if v > median {
			hash |= 1 << i
		}
	}
	return hash
}

// Distance is the number of bits in which two perceptual hashes differ, 0..64.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }
