package specimen

import "math"

// vec is a point, a direction or a linear RGB colour.
type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec     { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) sub(b vec) vec     { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) mul(k float64) vec { return vec{a.x * k, a.y * k, a.z * k} }
func (a vec) times(b vec) vec   { return vec{a.x * b.x, a.y * b.y, a.z * b.z} }
func (a vec) dot(b vec) float64 { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vec) length() float64   { return math.Sqrt(a.dot(a)) }
func (a vec) mix(b vec, t float64) vec {
	return vec{lerp(a.x, b.x, t), lerp(a.y, b.y, t), lerp(a.z, b.z, t)}
}

func (a vec) cross(b vec) vec {
	return vec{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

func (a vec) unit() vec {
	l := a.length()
	if l == 0 {
		return vec{0, 0, 1}
	}
	return a.mul(1 / l)
}

// srgb makes a linear colour of 8-bit sRGB values.
func srgb(r, g, b float64) vec { return vec{toLinear(r / 255), toLinear(g / 255), toLinear(b / 255)} }

func toLinear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// gammaTable turns linear 0..1 in 4096 steps into sRGB 0..255 (IEC 61966-2-1).
type gammaTable [4097]float64

func newGammaTable() *gammaTable {
	var t gammaTable
	for i := range t {
		v := float64(i) / 4096
		if v <= 0.0031308 {
			t[i] = 255 * 12.92 * v
		} else {
			t[i] = 255 * (1.055*math.Pow(v, 1/2.4) - 0.055)
		}
	}
	return &t
}

// at returns the sRGB value, 0..255 and not rounded. Above 0.8 the curve bends softly to white, as a camera's does.
func (t *gammaTable) at(v float64) float64 {
	if v > 0.8 {
		v = 0.8 + 0.2*(1-math.Exp(-(v-0.8)/0.2))
	}
	if v <= 0 {
		return 0
	}
	f := v * 4096
	i := int(f)
	if i >= 4096 {
		return 255
	}
	return t[i] + (t[i+1]-t[i])*(f-float64(i))
}

// spline interpolates control points by monotone-ish cubic Hermite pieces (Catmull-Rom slopes).
type spline struct{ xs, ys []float64 }

// curve takes x0,y0,x1,y1,… with x rising.
func curve(p ...float64) spline {
	var s spline
	for i := 0; i+1 < len(p); i += 2 {
		s.xs, s.ys = append(s.xs, p[i]), append(s.ys, p[i+1])
	}
	return s
}

func (s spline) at(x float64) float64 {
	n := len(s.xs)
	if x <= s.xs[0] {
		return s.ys[0]
	}
	if x >= s.xs[n-1] {
		return s.ys[n-1]
	}
	i := 0
	for x > s.xs[i+1] {
		i++
	}
	h := s.xs[i+1] - s.xs[i]
	t := (x - s.xs[i]) / h
	slope := func(k int) float64 {
		a, b := max(k-1, 0), min(k+1, n-1)
		return (s.ys[b] - s.ys[a]) / (s.xs[b] - s.xs[a])
	}
	m0, m1 := slope(i)*h, slope(i+1)*h
	t2, t3 := t*t, t*t*t
	return (2*t3-3*t2+1)*s.ys[i] + (t3-2*t2+t)*m0 + (3*t2-2*t3)*s.ys[i+1] + (t3-t2)*m1
}
