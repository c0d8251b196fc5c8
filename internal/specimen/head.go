package specimen

import "math"

// The head is a tube around the vertical axis, r(θ, y), shaped by cross-sections, with the features of the face pushed
// out of it or into it along z. Coordinates are centimetres: x to the viewer's right, y up, z to the viewer, the origin between
// the ears at the height of the eyes.

// expression is what a face does without becoming another's.
type expression struct {
	eyes  float64 // 1 open, 0 closed
	mouth float64 // 0 closed, 1 wide open
	gazeX float64 // where the eyes look, cm on the eyeball, ±0.35
	gazeY float64
	smile float64 // 0..1
}

// headModel is a look made ready for many evaluations.
type headModel struct {
	look
	exp                               expression
	half, front, back                 spline // cross-sections over y
	noseTipY, subnasale, mouth, chinY float64
	lower                             float64 // cm by which the open jaw sinks
	eyeX, eyeZ, eyeR                  float64
	ridge                             spline // nose ridge height over y
	faceWidth                         float64
}

func newHeadModel(l look, e expression) *headModel {
	h := &headModel{look: l, exp: e}
	w := l.width
	h.faceWidth = w
	h.noseTipY = 0.55 - l.noseLength + 0.2*l.tipUp
	h.subnasale = h.noseTipY - 0.75 + 0.25*l.tipUp
	h.mouth = h.subnasale + l.mouthY
	h.chinY = -11.7 * l.length
	h.lower = 2.3 * e.mouth
	cy := h.chinY
	h.half = curve(cy-1.2, 2.0*l.chinWidth, cy+0.2, 3.1*l.chinWidth, cy+1.4, 4.15*math.Sqrt(l.chinWidth)*l.jaw, cy+2.9, 5.1*l.jaw,
		-7.1*l.length, 5.95*l.jaw, -5.4*l.length, 6.35*w*lerp(1, l.jaw, 0.5), -3.6*l.length, 6.7*w*lerp(1, l.jaw, 0.2), -1.8, 6.95*w, 0, 7.05*w, 2, 7.3*w, 4.5, 7.5*w)
	d := l.depth
	h.front = curve(cy-1.0, 7.4*d, cy+0.1, 8.55*d, cy+1.2, 8.75*d, cy+2.8, 8.6*d, -7*l.length, 9.0*d, -5.5*l.length, 9.1*d, -3.5, 8.95*d, -1, 8.75*d, 0.5, 8.85*d,
		2, 9.35*d, 4.5, 9.25*d, 6.3, 8.75*d, 7.5, 8.1*d)
	h.back = curve(-12, 5.4, -7, 6.2, -4, 7.6, 0, 9.3, 4.5, 9.8)
	h.eyeX = l.eyeGap
	h.eyeR = 1.42 * l.eyeSize
	h.eyeZ = 8.0*d - 0.75*l.eyeDepth - h.eyeR + 0.32
	b := l.bridge
	h.ridge = curve(1.6, 0, 0.7, 0.32*b, -0.3, 0.62*b, -1.4, 0.62*b+0.45+l.hump, (h.noseTipY-1.4)/2, lerp(0.8*b, l.tip, 0.42)+0.25+l.hump*0.6,
		h.noseTipY+0.6, l.tip*0.93, h.noseTipY, l.tip, h.noseTipY-0.32, l.tip*0.9, h.subnasale+0.18, l.tip*0.5, h.subnasale-0.2, 0.16, h.subnasale-0.8, 0)
	h.ridge = sorted(h.ridge)
	return h
}

// sorted turns a curve written from the top down into one from the bottom up.
func sorted(s spline) spline {
	n := len(s.xs)
	o := spline{make([]float64, n), make([]float64, n)}
	for i := range s.xs {
		o.xs[i], o.ys[i] = s.xs[n-1-i], s.ys[n-1-i]
	}
	return o
}

const (
	crownStart = 4.5
	crownTop   = 12.3
	neckFoot   = -23.0
)

// row maps 0..1 to a height: fine over the face, coarse on the neck and the skull.
func (h *headModel) row(t float64) float64 {
	face := h.chinY - 1.8 - h.lower
	switch {
	case t < 0.12:
		return lerp(neckFoot, face, t/0.12)
	case t < 0.82:
		return lerp(face, crownStart, (t-0.12)/0.7)
	default:
		return crownStart + (crownTop-crownStart)*math.Sin((t-0.82)/0.18*math.Pi/2)
	}
}

// jawDrop says how far an open mouth pulls down the point of the closed face at (x, y).
func (h *headModel) jawDrop(x, y float64) float64 {
	if h.lower == 0 {
		return 0
	}
	gap := h.mouthLine(x) - y
	if gap <= 0 {
		return 0
	}
	side := 1 - smooth(2.5, 7, math.Abs(x))*0.8
	return h.lower * smooth(0, 0.5, gap) * side * smooth(-15, -12.5, y)
}

// tube is the radius of the skull, jaw and neck at an angle from the face's middle, before features.
func (h *headModel) tube(theta, y float64) float64 {
	st, ct := math.Sin(theta), math.Cos(theta)
	yy := math.Min(y, crownStart)
	shrink := 1.0
	if y > crownStart {
		q := (y - crownStart) / (crownTop - crownStart)
		shrink = math.Sqrt(math.Max(0, 1-math.Pow(q, 2.3)))
	}
	a := h.half.at(yy)
	b, n := h.front.at(math.Min(y, 4.5)), 2.0
	if ct < 0 {
		b = h.back.at(yy)
	} else {
		n = 2.05 + 0.4*smooth(-9, -3, y)*smooth(8, 3, y)
		if y > crownStart {
			b = h.front.at(4.5)
		}
	}
	a, b = a*shrink, b*shrink
	r := 0.0
	if a > 0.01 && b > 0.01 {
		r = 1 / math.Pow(math.Pow(math.Abs(st)/a, n)+math.Pow(math.Abs(ct)/b, n), 1/n)
	}
	if y > -3 {
		return r
	}
	// Below the jaw line the tube is the neck.
	na := h.neck * (1 + 0.12*smooth(-16, -22, y))
	neck := 1 / math.Sqrt(st*st/(na*na)+ct*ct/math.Pow(na-1.6*ct, 2))
	at := math.Abs(theta)
	line := lerp(h.chinY-0.35, -7.4*h.length, smooth(0.1, 1.5, at))
	line = lerp(line, -4.5, smooth(1.7, 2.6, at))
	width := lerp(0.75, 2.2, smooth(0.3, 1.5, at))
	return lerp(neck, math.Max(r, neck), smooth(line-width, line+width*0.6, y))
}

// mouthLine is the height of the closed mouth's line at x.
func (h *headModel) mouthLine(x float64) float64 {
	t := x / (h.mouthWidth * (1 + 0.14*h.exp.smile))
	return h.mouth + (h.lipCurve*0.6+0.35*h.exp.smile)*math.Min(t*t, 1.4) - 0.06*math.Exp(-t*t*30)
}

// lipEdges returns the upper edge of the upper lip and the lower edge of the lower one at x, closed mouth; equal outside the mouth.
func (h *headModel) lipEdges(x float64) (top, bottom float64) {
	t := math.Abs(x) / (h.mouthWidth * (1 + 0.14*h.exp.smile))
	m := h.mouthLine(x)
	if t >= 1 {
		return m, m
	}
	bow := 1 - 0.2*math.Exp(-t*t*60) + 0.1*math.Exp(-math.Pow((t-0.25)/0.16, 2))
	top = m + h.upperLip*bow*math.Pow(1-t, 0.75)*(1+0.25*t)
	bottom = m - h.lowerLip*math.Pow(1-t*t, 0.8)
	return top, bottom
}

// eyeLocal gives coordinates in an eye's own frame: u outward from its middle, v up, the tilt of the lids taken out.
func (h *headModel) eyeLocal(x, y float64) (u, v float64) {
	u = math.Abs(x) - h.eyeX
	return u, y - h.eyeTilt*u
}

// lids returns the edges of the eye's opening at u; upper ≤ lower where there is none, both 0 beyond the corners.
func (h *headModel) lids(u float64) (upper, lower float64) {
	t := u / h.eyeWidth
	if t <= -1 || t >= 1 {
		return 0, 0
	}
	lower = -h.eyeHeight * 0.72 * math.Pow(math.Max(0, 1-t*t), 0.85)
	s := math.Max(0, 1-math.Pow(math.Abs(t-0.04), 2.1))
	upper = h.eyeHeight * 1.06 * math.Pow(s, 0.8)
	closed := lower + 0.08
	return lerp(closed-0.1, upper, h.exp.eyes), lower
}

// relief is how far the surface at (x, y) of the frontal plane stands out of the tube, without the eyeballs; base is the tube's z there.
func (h *headModel) relief(x, y float64) float64 {
	ax := math.Abs(x)
	z := 0.0
	// brow ridge and forehead
	z += h.browRidge * hill((ax-2.6)/1.9, (y-h.browY+0.15)/0.55)
	z += 0.15 * hill((ax-2.4)/1.8, (y-4.6)/1.4)
	// sockets, deeper by the nose
	z -= (0.62 + 0.75*h.eyeDepth) * hill((ax-h.eyeX)/1.55, (y-0.05)/1.0)
	z -= 0.45 * hill((ax-1.45)/0.6, (y-0.35)/0.8)
	// temples, cheekbones, cheeks
	z -= 0.3 * hill((ax-6.4)/1.2, (y-1.6)/1.8)
	z += h.cheekbone * hill((ax-4.5*h.width)/1.7, (y+2.7)/1.1)
	z += h.cheek * hill((ax-4.1)/1.6, (y+6.2)/1.9)
	z += (0.35 + 0.5*h.exp.smile) * hill((ax-3.4)/1.3, (y+3.9)/1.2)
	// nose: ridge, tip, wings
	rh := h.ridge.at(y)
	if rh > 0.001 {
		w := h.bridgeWidth*lerp(0.95, 1.18, smooth(0, h.noseTipY, y))*0.8 + 0.05
		if y < h.noseTipY {
			w *= lerp(1, 0.85, smooth(h.noseTipY, h.subnasale, y))
		}
		// A narrow ridge on a broad foot, so that the sides slope and do not stand like walls.
		z += rh * (0.62*hill(ax/(0.72*w), 0) + 0.38*hill(ax/(1.35*w), 0))
	}
	z += 0.3 * hill(ax/0.6, (y-h.noseTipY)/0.6)
	nw := 1.42 * h.noseWidth
	ny := h.noseTipY - 0.22
	z += 0.85 * hill((ax-nw*0.74)/(0.4*h.noseWidth), (y-ny-0.08)/0.42)
	z -= 0.2 * hill((ax-nw*1.3)/0.2, (y-ny)/0.4)
	z -= 0.22 * hill((ax-0.62*h.noseWidth)/0.26, (y-h.subnasale-0.1)/0.17)
	// fold from the nose to the mouth, deeper with age and a smile
	fx := nw*1.25 + (h.noseTipY-0.2-y)*0.42
	if y < h.noseTipY+0.4 && y > h.mouth-1.2 {
		deep := 0.05 + 0.16*smooth(28, 70, h.age) + 0.2*h.exp.smile
		z -= deep * math.Exp(-math.Pow((ax-fx)/0.28, 2)) * smooth(h.noseTipY+0.4, h.noseTipY-0.5, y) * smooth(h.mouth-1.2, h.mouth+0.2, y)
	}
	// mouth: the arch of the teeth, philtrum, lips, the fold below, chin; the parts below the mouth line move with the jaw
	z += 0.32 * hill(ax/2.3, (y-h.mouth)/1.5)
	z -= 0.32 * hill(x/1.7, (y-(h.mouth-h.lowerLip-0.75))/0.45)
	z += h.chin * hill(x/(1.5*h.chinWidth), (y-h.chinY-1.3)/0.95)
	z -= h.cleft * hill(x/0.2, (y-h.chinY-1.1)/0.6)
	if math.Abs(y-h.mouth) > 3.2 {
		return z
	}
	z -= 0.13 * hill(x/0.28, (y-(h.subnasale+h.mouth+0.4)/2)/0.5)
	top, bottom := h.lipEdges(x)
	line := h.mouthLine(x)
	if top > bottom {
		if y >= line {
			t := (y - line) / (top - line + 1e-6)
			if t < 1.35 {
				z += 0.33 * math.Sqrt(math.Max(0, 1-math.Pow((t-0.3)/1.05, 2))) * smooth(0, 0.5, top-line)
			}
		} else {
			t := (line - y) / (line - bottom + 1e-6)
			if t < 1.4 {
				z += 0.36 * math.Sqrt(math.Max(0, 1-math.Pow((t-0.42)/0.98, 2))) * smooth(0, 0.6, line-bottom)
			}
		}
	}
	z -= 0.22 * math.Exp(-math.Pow((y-line)/0.1, 2)) * smooth(h.mouthWidth*1.1, h.mouthWidth*0.8, ax)
	z -= 0.25 * hill((ax-h.mouthWidth*1.1)/0.35, (y-line)/0.4)
	return z
}

// at returns the surface point of the head at an angle and a height, the eyelids and an open jaw included, and its x before the jaw opened.
func (h *headModel) at(theta, y float64) (p vec, restX float64) {
	r := h.tube(theta, y)
	st, ct := math.Sincos(theta)
	p = vec{r * st, y, r * ct}
	restX = p.x
	face := smooth(0.1, 0.55, ct) * smooth(h.chinY-1.6, h.chinY+0.3, y) * smooth(9, 6.5, y)
	if face > 0 {
		p.z += face * h.relief(p.x, y)
		u, v := h.eyeLocal(p.x, y)
		// The lids lie on the eyeball, 1 mm above it; a smooth maximum blends them into the socket.
		rl := h.eyeR + 0.1
		if q := rl*rl - u*u*0.8 - v*v*1.05; q > 0 {
			lid := h.eyeZ + math.Sqrt(q)
			if up, lo := h.lids(u); v > lo && v < up {
				lid -= 0.12
			} else if v > up+0.16 {
				lid -= 0.1 * h.lidFold * hill(0, (v-up-0.36)/0.12)
			}
			p.z = softMax(p.z, lid, 0.22)
		}
	}
	if d := h.jawDrop(p.x, y); d > 0 {
		p.y -= d
		p.z -= d * 0.35
	}
	return p, restX
}

func softMax(a, b, k float64) float64 {
	t := clamp(0.5+0.5*(a-b)/k, 0, 1)
	return lerp(b, a, t) + k*t*(1-t)
}
