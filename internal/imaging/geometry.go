package imaging

import "math"

// Point is a place in a picture, in pixels; see the package comment for the frame.
type Point struct{ X, Y float64 }

// Quad is a convex quadrilateral: top-left, top-right, bottom-right, bottom-left of what it frames (so clockwise on the screen when
// the thing framed is not mirrored).
type Quad [4]Point

// Affine maps a destination point to a source point: sx = a*x + b*y + c, sy = d*x + e*y + f, with the six numbers in that order and
// both points in continuous coordinates (the centre of destination pixel i is x = i+.5).
type Affine [6]float64

// Homography maps a destination point to a source point by the row-major 3×3 matrix [a b c; d e f; g h i]:
// sx = (a*x+b*y+c)/(g*x+h*y+i), sy = (d*x+e*y+f)/(g*x+h*y+i). The direction is that of Affine.
type Homography [9]float64

// Apply maps a destination point to the source.
func (m Affine) Apply(p Point) Point {
	return Point{m[0]*p.X + m[1]*p.Y + m[2], m[3]*p.X + m[4]*p.Y + m[5]}
}

// Scale is the length in source pixels of one destination pixel: the square root of the area ratio, ≥ 0.
func (m Affine) Scale() float64 { return math.Sqrt(math.Abs(m[0]*m[4] - m[1]*m[3])) }

// Inverse returns the map from source to destination. ok is false, and the map zero, where m flattens the plane.
func (m Affine) Inverse() (inv Affine, ok bool) {
	det := m[0]*m[4] - m[1]*m[3]
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return Affine{}, false
	}
	a, b, d, e := m[4]/det, -m[1]/det, -m[3]/det, m[0]/det
	return Affine{a, b, -(a*m[2] + b*m[5]), d, e, -(d*m[2] + e*m[5])}, true
}

// Similarity returns the similarity (turn, scale, shift; no mirror) that takes dst to src with the least sum of squared distances
// (closed form of Umeyama 1991 for the plane). It uses the first min(len(dst), len(src)) pairs. One pair, or pairs that coincide,
// give a pure shift; none gives the identity.
func Similarity(dst, src []Point) Affine {
	n := min(len(dst), len(src))
	if n == 0 {
		return Affine{1, 0, 0, 0, 1, 0}
	}
	var mx, my, ux, uy float64
	for i, p := range dst[:n] {
		q := src[i]
		mx, my, ux, uy = mx+p.X, my+p.Y, ux+q.X, uy+q.Y
	}
	k := 1 / float64(n)
	mx, my, ux, uy = mx*k, my*k, ux*k, uy*k
	var a, b, d float64
	for i, p := range dst[:n] {
		q := src[i]
		x, y, u, v := p.X-mx, p.Y-my, q.X-ux, q.Y-uy
		a += x*u + y*v
		b += x*v - y*u
		d += x*x + y*y
	}
	if d == 0 {
		return Affine{1, 0, ux - mx, 0, 1, uy - my}
	}
	a, b = a/d, b/d
	return Affine{a, -b, ux - a*mx + b*my, b, a, uy - b*mx - a*my}
}

// Apply maps a destination point to the source. Points on the horizon line map to infinities.
func (h Homography) Apply(p Point) Point {
	z := h[6]*p.X + h[7]*p.Y + h[8]
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / z, (h[3]*p.X + h[4]*p.Y + h[5]) / z}
}

// Inverse returns the map from source to destination. ok is false where h is singular.
func (h Homography) Inverse() (inv Homography, ok bool) {
	inv = Homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
	det := h[0]*inv[0] + h[1]*inv[3] + h[2]*inv[6]
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return Homography{}, false
	}
	for i := range inv {
		inv[i] /= det
	}
	return inv, true
}

// QuadToRect returns the homography that straightens q into a w×h picture: it maps the picture's corners (0,0), (w,0), (w,h), (0,h)
// to q's corners exactly (Heckbert 1989, the square-to-quad case). Give it to WarpPerspective. A quad without area gives a map whose
// warp is black or constant, never a panic.
func QuadToRect(q Quad, w, h int) Homography {
	p0, p1, p2, p3 := q[0], q[1], q[2], q[3]
	sx, sy := p0.X-p1.X+p2.X-p3.X, p0.Y-p1.Y+p2.Y-p3.Y
	dx1, dy1, dx2, dy2 := p1.X-p2.X, p1.Y-p2.Y, p3.X-p2.X, p3.Y-p2.Y
	var g, k float64
	if det := dx1*dy2 - dx2*dy1; det != 0 {
		g, k = (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	}
	u, v := 1/float64(max(w, 1)), 1/float64(max(h, 1))
	return Homography{
		(p1.X - p0.X + g*p1.X) * u, (p3.X - p0.X + k*p3.X) * v, p0.X,
		(p1.Y - p0.Y + g*p1.Y) * u, (p3.Y - p0.Y + k*p3.Y) * v, p0.Y,
		g * u, k * v, 1,
	}
}

// scaleAt is Affine.Scale of the map's linear part at p: the root of the Jacobian's determinant.
func (h Homography) scaleAt(p Point) float64 {
	z := h[6]*p.X + h[7]*p.Y + h[8]
	s := h.Apply(p)
	a, b := (h[0]-s.X*h[6])/z, (h[1]-s.X*h[7])/z
	d, e := (h[3]-s.Y*h[6])/z, (h[4]-s.Y*h[7])/z
	return math.Sqrt(math.Abs(a*e - b*d))
}
