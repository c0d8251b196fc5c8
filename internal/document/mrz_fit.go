package document

import "math"

// poly is a polynomial of degree at most two, lowest coefficient first.
type poly [3]float64

func (p poly) at(x float64) float64 { return p[0] + x*(p[1]+x*p[2]) }

// polyfit returns the polynomial of degree 1 or 2 that minimises the sum of
// the squares of weight·(y−p(x)); nil weights count 1. It is false when the
// points do not determine one.
func polyfit(xs, ys, weights []float64, degree int) (poly, bool) {
	// Scaled to ±1, the normal equations of three unknowns lose nothing.
	scale := 1e-9
	for _, x := range xs {
		scale = max(scale, math.Abs(x))
	}
	var a [3][4]float64
	n := degree + 1
	for i, x := range xs {
		w, y := 1.0, ys[i]
		if weights != nil {
			w = weights[i] * weights[i]
		}
		x /= scale
		power := [3]float64{1, x, x * x}
		for r, p := range power[:n] {
			for c, q := range power[:n] {
				a[r][c] += w * p * q
			}
			a[r][3] += w * p * y
		}
	}
	// Gaussian elimination with pivoting.
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		a[c], a[best] = a[best], a[c]
		if math.Abs(a[c][c]) < 1e-12 {
			return poly{}, false
		}
		for r := range n {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < 4; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	var out poly
	div := 1.0
	for r := range n {
		out[r] = a[r][3] / a[r][r] / div
		div *= scale
	}
	return out, true
}
