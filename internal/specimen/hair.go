package specimen

import "math"

// hairModel says where hair grows, how far it stands off the head and how it falls.
type hairModel struct {
	*headModel
	line          spline  // lower edge of the hair over |θ|
	bottom        float64 // where the longest hair ends
	lift, topLift float64 // thickness at the sides and on top, cm
	blobs         float64 // curls, cm
	ragged        float64 // how uneven the edge is, cm
}

func newHairModel(h *headModel) *hairModel {
	m := &hairModel{headModel: h, ragged: 0.35}
	f := h.hairline
	v := h.hairVolume
	m.bottom = -7.5
	short := func(side float64) spline {
		return curve(0, f, 0.45, f+0.15, 0.75, f-0.9, 0.95, 3.3, 1.15, 1.2, 1.3, side, 1.5, side-0.3, 1.62, 0.2, 1.95, -3.6, 2.5, -6.2, 3.15, -6.8)
	}
	switch h.style {
	case hairBald:
		m.line = curve(0, 13, 1.0, 13, 1.3, 3.0, 1.45, 0, 1.6, 0.2, 1.95, -3.6, 2.5, -6, 3.15, -6.4)
		m.lift, m.topLift = 0.12, 0.02
	case hairCropped:
		m.line, m.lift, m.topLift, m.ragged = short(-1.2), 0.15, 0.25, 0.2
	case hairShort:
		m.line, m.lift, m.topLift = short(-1.6), 0.35*v, 1.1*v
	case hairReceding:
		m.line = curve(0, f+0.9, 0.22, f+1.2, 0.5, f+3.0, 0.75, f+1.6, 0.98, 3.6, 1.15, 1.2, 1.3, -1.2, 1.5, -1.5, 1.62, 0.2, 1.95, -3.6, 2.5, -6.2, 3.15, -6.8)
		m.lift, m.topLift = 0.25, 0.5*v
	case hairQuiff:
		m.line, m.lift, m.topLift = short(-1.8), 0.25, 2.2*v
	case hairCurly:
		m.line, m.lift, m.topLift, m.blobs, m.ragged = short(-1.5), 1.1*v, 1.9*v, 0.5, 0.5
		if h.male < 0.45 {
			m.line = curve(0, f-0.6, 0.4, f-0.8, 0.64, f-2.2, 0.78, 2, 0.84, -3, 0.9, -7, 1.05, -9.6, 3.15, -10)
			m.bottom, m.lift = -10.5, 2.4*v
		}
	case hairBob:
		m.line = curve(0, f, 0.4, f-0.2, 0.66, f-2.0, 0.8, 1.8, 0.85, -3, 0.9, -9, 1.05, -10.6, 3.15, -11)
		m.bottom, m.lift, m.topLift = -11, 0.7+0.9*v, 1.0*v
	case hairLong:
		m.line = curve(0, f+0.2, 0.4, f-0.1, 0.66, f-2.0, 0.8, 1.5, 0.85, -4, 0.9, -13, 0.96, -22, 3.15, -23)
		m.bottom, m.lift, m.topLift = -22, 0.7+0.8*v, 0.8*v
		if h.male > 0.5 {
			m.line = curve(0, f+0.3, 0.5, f, 0.72, f-2, 0.86, 1.5, 0.92, -4, 0.97, -11, 1.05, -13, 3.15, -13.4)
			m.bottom = -13.5
		}
	case hairTied:
		m.line, m.lift, m.topLift, m.ragged = short(-0.8), 0.12, 0.3, 0.25
	case hairFringe:
		m.line = curve(0, 3.0, 0.35, 2.8, 0.6, 2.4, 0.74, 1.0, 0.82, -2.5, 0.88, -8.5, 1.05, -10.2, 3.15, -10.6)
		m.bottom, m.lift, m.topLift, m.ragged = -10.6, 0.6+0.7*v, 0.9*v, 0.45
		if h.male > 0.5 {
			m.line = curve(0, 3.6, 0.4, 3.3, 0.7, 2.8, 0.95, 1.6, 1.2, 0, 1.32, -2, 1.5, -2.2, 1.62, -0.4, 1.95, -3.6, 2.5, -6.2, 3.15, -6.8)
			m.bottom = -7.5
		}
	}
	return m
}

// edge is about how far (cm) a point lies inside the hair; negative outside.
func (m *hairModel) edge(theta, y float64) float64 {
	t := math.Abs(theta - m.sway()*math.Exp(-theta*theta*3))
	l := m.line.at(t)
	slope := (m.line.at(t+0.03) - l) / (0.03 * 7.2) // cm per cm: where the line falls steeply the edge is beside, not below
	return (y - l) / math.Sqrt(1+slope*slope)
}

// sway parts the hair off the middle.
func (m *hairModel) sway() float64 { return 0.22 * m.part }

// at is the hair's outer surface.
func (m *hairModel) at(theta, y float64) vec {
	hold := y
	if m.bottom < -8 && y < -2 {
		hold = -2 - 0.15*(-2-y)
	}
	r := m.tube(theta, math.Max(hold, -6))
	if m.bottom < -8 {
		side := smooth(0.7, 1.1, math.Abs(theta))
		if y < -2 {
			r = lerp(r, math.Max(r, 7.3*m.width)+0.04*(-2-y), side)
			if m.bottom < -15 { // onto the shoulders
				r += 1.6 * smooth(-12, -20, y)
			}
		}
	}
	p := vec{r * math.Sin(theta), y, r * math.Cos(theta)}
	e := m.edge(theta, y)
	in := smooth(-0.3, lerp(2.2, 1.2, smooth(4, -2, y)), e)
	t := lerp(m.lift, m.topLift, smooth(2, 9, y)) * in
	if m.style == hairQuiff {
		t += 1.1 * m.hairVolume * in * hill((theta-0.2*m.part)/0.55, (y-8.6)/1.6)
	}
	if m.blobs > 0 {
		t += m.blobs * in * fractal(theta*5.5, y*0.75, 2, m.salt)
	} else {
		t += 0.12 * in * noise2(theta*7, y*0.35, m.salt) * smooth(0.2, 0.8, m.topLift)
	}
	if m.bottom < -8 {
		t *= lerp(1, 0.75, smooth(m.bottom+4, m.bottom, y))
	}
	dir := vec{p.x, p.y - 1, p.z}
	if y < 1 {
		dir.y = 0
	}
	return p.add(dir.unit().mul(t + 0.03))
}

func (m *hairModel) mesh() *mesh {
	const nu, nv = 161, 110
	g := newMesh(partHair, nu, nv)
	g.bare = make([]bool, nu*nv)
	for j := range nv {
		t := float64(j) / (nv - 1)
		y := lerp(m.bottom, 4.5, t/0.62)
		if t > 0.62 {
			y = 4.5 + (crownTop-4.5)*math.Sin((t-0.62)/0.38*math.Pi/2)
		}
		for i := range nu {
			u := 2*float64(i)/(nu-1) - 1
			theta := math.Pi * u
			k := j*nu + i
			g.pos[k] = m.at(theta, y)
			g.rest[k] = vec{g.pos[k].x, y, theta}
			if m.edge(theta, y) < -0.9 || m.style == hairBald && y > 5 {
				g.bare[k] = true
			}
		}
	}
	return g
}

// strand is the hair's grain at a place, about [-1,1], drawn out along the way the hair falls.
func (m *hairModel) strand(theta, y float64) float64 {
	if m.blobs > 0 {
		w := fractal(theta*6, y*0.9, 2, m.salt+11)
		return noise2(theta*22+3*w, y*2.4+3*w, m.salt+12)*0.6 + 0.4*noise2(theta*60, y*7+5*w, m.salt+13)
	}
	// On top the hair runs from the crown, so lines keep to the angle around it.
	bend := 0.35 * noise2(theta*3, y*0.3, m.salt+14)
	a := theta + bend*0.25 + m.sway()*smooth(5, 9, y)
	if m.style == hairQuiff || m.style == hairShort || m.style == hairFringe {
		a += 0.05 * m.part * (y - 6)
	}
	return 0.55*noise2(a*38, y*0.35, m.salt+15) + 0.45*noise2(a*95, y*0.5, m.salt+16)
}

// cover is the share of light the hair stops at a place, 0..1.
func (m *hairModel) cover(theta, y, strand float64) float64 {
	if m.style == hairBald && y > 4 {
		return 0
	}
	e := m.edge(theta, y) + m.ragged*strand
	if m.bottom < -8 { // ends
		e = math.Min(e, y-m.bottom-1.2*math.Abs(noise2(theta*16, 1, m.salt+17)))
	}
	c := smooth(-0.08, m.ragged*0.9+0.15, e)
	if m.style == hairCropped || m.style == hairBald {
		c *= 0.88 + 0.12*strand
	}
	if m.style == hairReceding {
		c *= 0.85 + 0.15*strand
	}
	return clamp(c, 0, 1)
}

// behind is the cover of the hair at the back of the head as seen past the inner edge of long hair.
func (m *hairModel) behind(theta, y float64) float64 {
	if m.bottom > -8 || y > 0 {
		return 0
	}
	return smooth(-1, -0.85, m.edge(theta, y)) * smooth(m.bottom+0.6, m.bottom+1.6, y)
}
