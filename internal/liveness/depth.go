package liveness

import (
	"math"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
)

// leastTurn is how many degrees must lie between two shots for their parallax to say something.
const leastTurn = 8.0

// depth compares the shot that is turned farthest with the one that is nearest to rest.
func depth(shots []shot, b Baseline) *Depth {
	var front, turned *face.Face
	least, most := math.Inf(1), 0.0
	for _, s := range shots {
		if s.face == nil {
			continue
		}
		d := math.Abs(s.face.Pose.Yaw - b.Yaw)
		if d < least {
			front, least = s.face, d
		}
		if d > most {
			turned, most = s.face, d
		}
	}
	if front == nil || turned == nil {
		return nil
	}
	yaw := turned.Pose.Yaw - front.Pose.Yaw
	if math.Abs(yaw) < leastTurn {
		return nil
	}
	from, to := points(&front.Mesh), points(&turned.Mesh)
	unit := front.Mesh.Size()
	seen, ok := planarResidual(from, to)
	// What a solid with the frontal mesh's own depth would show.
	sin, cos := math.Sincos(yaw * math.Pi / 180)
	solid := make([]imaging.Point, len(from))
	for i, p := range front.Mesh {
		solid[i] = imaging.Point{X: cos*p.X - sin*p.Z, Y: p.Y}
	}
	want, fine := planarResidual(from, solid)
	if !ok || !fine || unit == 0 {
		return nil
	}
	return &Depth{Yaw: yaw, Parallax: seen / unit, Expected: want / unit}
}

func points(m *face.Mesh) []imaging.Point {
	out := make([]imaging.Point, len(m))
	for i, p := range m {
		out[i] = imaging.Point{X: p.X, Y: p.Y}
	}
	return out
}

// planarResidual is the root mean square distance, in pixels of to, that remains after the best homography from one set of points to the
// other: nothing when the points lie on a plane, in the limit of a perfect camera.
func planarResidual(from, to []imaging.Point) (float64, bool) {
	cf, kf := frame(from)
	ct, kt := frame(to)
	if kf == 0 || kt == 0 {
		return 0, false
	}
	// Least squares in the eight numbers of the homography, on points brought to the same scale (Hartley).
	var n [8][9]float64
	row := func(r [9]float64) {
		for i := range 8 {
			for k := range 9 {
				n[i][k] += r[i] * r[k]
			}
		}
	}
	for i := range from {
		x, y := (from[i].X-cf.X)/kf, (from[i].Y-cf.Y)/kf
		u, v := (to[i].X-ct.X)/kt, (to[i].Y-ct.Y)/kt
		row([9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u})
		row([9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v})
	}
	h, ok := solve(n)
	if !ok {
		return 0, false
	}
	sum := 0.0
	for i := range from {
		x, y := (from[i].X-cf.X)/kf, (from[i].Y-cf.Y)/kf
		u, v := (to[i].X-ct.X)/kt, (to[i].Y-ct.Y)/kt
		w := h[6]*x + h[7]*y + 1
		du, dv := (h[0]*x+h[1]*y+h[2])/w-u, (h[3]*x+h[4]*y+h[5])/w-v
		sum += du*du + dv*dv
	}
	return kt * math.Sqrt(sum/float64(len(from))), true
}

// frame is the centre of points and their mean distance from it.
func frame(ps []imaging.Point) (c imaging.Point, k float64) {
	n := float64(len(ps))
	for _, p := range ps {
		c.X, c.Y = c.X+p.X/n, c.Y+p.Y/n
	}
	for _, p := range ps {
		k += math.Hypot(p.X-c.X, p.Y-c.Y) / n
	}
	return c, k
}

// solve is Gaussian elimination with pivots.
func solve(n [8][9]float64) (x [8]float64, ok bool) {
	for i := range 8 {
		p := i
		for k := i + 1; k < 8; k++ {
			if math.Abs(n[k][i]) > math.Abs(n[p][i]) {
				p = k
			}
		}
		if math.Abs(n[p][i]) < 1e-12 {
			return x, false
		}
		n[i], n[p] = n[p], n[i]
		for k := i + 1; k < 8; k++ {
			f := n[k][i] / n[i][i]
			for c := i; c < 9; c++ {
				n[k][c] -= f * n[i][c]
			}
		}
	}
	for i := 7; i >= 0; i-- {
		x[i] = n[i][8]
		for k := i + 1; k < 8; k++ {
			x[i] -= n[i][k] * x[k]
		}
		x[i] /= n[i][i]
	}
	return x, true
}
