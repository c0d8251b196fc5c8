package imaging

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// TiltedRect is a rectangle of any orientation. Angle is that of its width
// side against the x axis, in radians, growing clockwise as seen on screen
// (y points down), in (−π/2, π/2].
type TiltedRect struct {
	CenterX, CenterY float64
	Width, Height    float64 // Width ≥ Height
	Angle            float64
}

// ConvexHull returns the corners of the convex hull of points in order around
// it, without points on its edges (Andrew's monotone chain). It reorders
// points.
func ConvexHull(points []image.Point) []image.Point {
	slices.SortFunc(points, func(a, b image.Point) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	points = slices.Compact(points)
	if len(points) < 3 {
		return slices.Clone(points)
	}
	turn := func(o, a, b image.Point) int {
		return (a.X-o.X)*(b.Y-o.Y) - (a.Y-o.Y)*(b.X-o.X)
	}
	hull := make([]image.Point, 0, len(points)+1)
	grow := func(p image.Point, floor int) {
		for len(hull) >= floor+2 && turn(hull[len(hull)-2], hull[len(hull)-1], p) <= 0 {
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, p)
	}
	for _, p := range points {
		grow(p, 0)
	}
	lower := len(hull) - 1
	for i := len(points) - 2; i >= 0; i-- {
		grow(points[i], lower)
	}
	return hull[:len(hull)-1]
}

// MinAreaRect returns the smallest rectangle that holds all points (pixel
// centres, so a single pixel has width 0). One of its sides lies on a side of
// the convex hull (Freeman and Shapira 1975). It reorders points.
func MinAreaRect(points []image.Point) TiltedRect {
	hull := ConvexHull(points)
	switch len(hull) {
	case 0:
		return TiltedRect{}
	case 1:
		return TiltedRect{CenterX: float64(hull[0].X), CenterY: float64(hull[0].Y)}
	}
	best := TiltedRect{Width: math.Inf(1), Height: math.Inf(1)}
	bestArea := math.Inf(1)
	for i, p := range hull {
		q := hull[(i+1)%len(hull)]
		dx, dy := float64(q.X-p.X), float64(q.Y-p.Y)
		n := math.Hypot(dx, dy)
		ux, uy := dx/n, dy/n
		minU, maxU := math.Inf(1), math.Inf(-1)
		minV, maxV := math.Inf(1), math.Inf(-1)
		for _, r := range hull {
			x, y := float64(r.X), float64(r.Y)
			u, v := x*ux+y*uy, y*ux-x*uy
			minU, maxU = min(minU, u), max(maxU, u)
			minV, maxV = min(minV, v), max(maxV, v)
		}
		area := (maxU - minU) * (maxV - minV)
		if area >= bestArea {
			continue
		}
		bestArea = area
		cu, cv := (minU+maxU)/2, (minV+maxV)/2
		best = TiltedRect{
			CenterX: cu*ux - cv*uy, CenterY: cu*uy + cv*ux,
			Width: maxU - minU, Height: maxV - minV,
			Angle: math.Atan2(uy, ux),
		}
	}
	if best.Width < best.Height {
		best.Width, best.Height = best.Height, best.Width
		best.Angle += math.Pi / 2
	}
	best.Angle = math.Remainder(best.Angle, math.Pi)
	if best.Angle <= -math.Pi/2 {
		best.Angle += math.Pi
	}
	return best
}
