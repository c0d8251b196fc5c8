package specimen

import "math"

// part names what a surface is made of.
type part uint8

const (
	partNone part = iota
	partHead
	partEar
	partTorso
	partHair
)

// mesh is a grid of nu × nv points of one part. rest is where a point lies on the unposed head (colours are looked up by
// it), pos where it is in front of the camera.
type mesh struct {
	part   part
	nu, nv int
	rest   []vec // x, y of the unposed point, and the angle θ (or another surface coordinate) in z
	pos    []vec
	normal []vec
	cavity []float64 // how hollow the place is, cm: positive in creases
	bare   []bool    // nil, or the points where the surface is not there
}

func newMesh(p part, nu, nv int) *mesh {
	n := nu * nv
	return &mesh{part: p, nu: nu, nv: nv, rest: make([]vec, n), pos: make([]vec, n), normal: make([]vec, n), cavity: make([]float64, n)}
}

// headMesh samples the head: columns denser toward the face, rows denser on it.
func headMesh(h *headModel) *mesh {
	const nu, nv = 217, 250
	m := newMesh(partHead, nu, nv)
	for j := range nv {
		y := h.row(float64(j) / (nv - 1))
		for i := range nu {
			t := 2*float64(i)/(nu-1) - 1
			theta := math.Pi * math.Copysign(0.45*math.Abs(t)+0.55*t*t*t*t, t)
			k := j*nu + i
			p, x := h.at(theta, y)
			m.pos[k], m.rest[k] = p, vec{x, y, theta}
		}
	}
	return m
}

// earMesh is one ear: a disc with a raised rim, standing off the head. side is -1 or 1.
func earMesh(h *headModel, side float64) *mesh {
	const nu, nv = 28, 12
	m := newMesh(partEar, nu, nv)
	z0 := -0.2
	x0 := h.half.at(-1) * math.Sqrt(1-0.02)
	out := h.earOut
	back := vec{math.Sin(out) * side, 0, -math.Cos(out)}
	up := vec{0.12 * side, 1, -0.18}.unit()
	away := vec{math.Cos(out) * side, 0, math.Sin(out)}
	for j := range nv {
		rho := float64(j) / (nv - 1)
		for i := range nu {
			phi := 2 * math.Pi * float64(i) / (nu - 1)
			s, c := math.Sin(phi), math.Cos(phi)
			tall := 3.0 * h.earSize
			wide := 1.75 * h.earSize * (1 + 0.22*c)
			if s < 0 {
				wide *= 0.8
			}
			hgt := 0.25 + 0.38*math.Exp(-math.Pow((rho-0.82)/0.14, 2)) + 0.18*math.Exp(-math.Pow((rho-0.45)/0.13, 2))*smooth(0.4, -0.6, s) - 0.35*math.Exp(-rho*rho*7)
			if c < -0.6 {
				hgt = lerp(hgt, 0.42, smooth(-0.6, -0.9, c))
			}
			hgt *= 1 - 0.75*smooth(0.88, 1, rho)
			k := j*nu + i
			p := vec{x0 * side, -1.35, z0}.add(back.mul(0.85 + rho*wide*s)).add(up.mul(rho * tall * c)).add(away.mul(hgt))
			m.pos[k] = p
			m.rest[k] = vec{rho, c, s}
			m.cavity[k] = 0.3 * math.Exp(-math.Pow((rho-0.62)/0.1, 2))
			m.cavity[k] += 0.45 * math.Exp(-rho*rho*9)
		}
	}
	return m
}

// torsoMesh is the shoulders and chest, to 26 cm below the chin.
func torsoMesh(h *headModel) *mesh {
	const nu, nv = 90, 60
	m := newMesh(partTorso, nu, nv)
	wide := lerp(0.86, 1.06, h.male)
	half := sorted(curve(-13, h.neck-0.8, -14.8, h.neck+0.1, -16.2, h.neck+2.2, -18, 10.8*wide, -19.6, 15.5*wide, -21.5, 18.6*wide, -25, 20.5*wide, -46, 21*wide))
	deep := sorted(curve(-13, h.neck-2.6, -15, h.neck-1.3, -17, 6, -20, 8, -26, 10.5, -46, 11))
	for j := range nv {
		y := lerp(-46, -13, math.Pow(float64(j)/(nv-1), 0.7))
		a, b := half.at(y), deep.at(y)
		for i := range nu {
			theta := math.Pi * (2*float64(i)/(nu-1) - 1)
			s, c := math.Sin(theta), math.Cos(theta)
			bb := b
			if c < 0 {
				bb = b + 3.5
			}
			r := 1 / math.Pow(math.Pow(math.Abs(s)/a, 2.2)+math.Pow(math.Abs(c)/bb, 2.2), 1/2.2)
			k := j*nu + i
			m.pos[k] = vec{r * s, y, r * c}
			m.rest[k] = vec{r * s, y, theta}
		}
	}
	return m
}

// finish computes normals, and hollows by comparing each point with the mean of its neighbourhood.
func (m *mesh) finish(hollows bool) {
	nu, nv := m.nu, m.nv
	for j := range nv {
		for i := range nu {
			l, r := max(i-1, 0), min(i+1, nu-1)
			if m.part != partEar && (i == 0 || i == nu-1) { // the tube closes on itself
				l, r = nu-2, 1
			}
			d, u := max(j-1, 0), min(j+1, nv-1)
			du := m.pos[j*nu+r].sub(m.pos[j*nu+l])
			dv := m.pos[u*nu+i].sub(m.pos[d*nu+i])
			m.normal[j*nu+i] = du.cross(dv).unit()
		}
	}
	if !hollows {
		return
	}
	const reach = 4
	for j := reach; j < nv-reach; j++ {
		for i := reach; i < nu-reach; i++ {
			k := j*nu + i
			var sum vec
			for _, o := range [8]int{-reach, reach, -reach * nu, reach * nu, -reach/2 - reach/2*nu, reach/2 - reach/2*nu, -reach/2 + reach/2*nu, reach/2 + reach/2*nu} {
				sum = sum.add(m.pos[k+o])
			}
			m.cavity[k] = sum.mul(1.0 / 8).sub(m.pos[k]).dot(m.normal[k])
		}
	}
}

// flip turns the normals round, for grids wound the other way.
func (m *mesh) flip() {
	for i := range m.normal {
		m.normal[i] = m.normal[i].mul(-1)
	}
}

// pose turns the head on the neck; angles in radians: yaw to the viewer's right, pitch up, roll to the viewer's right shoulder.
type pose struct{ yaw, pitch, roll float64 }

// carriage is how far the head model leans back when its pose says straight ahead. Its face was drawn flat on; the face mesh takes that for a
// look downward, and people hold their heads higher too.
const carriage = 5 * math.Pi / 180

// turn moves a point or (about == false) a direction with the share w of the head's turn.
func (p pose) turn(v vec, w float64, about bool) vec {
	if w == 0 {
		return v
	}
	pivot := vec{0, -9, -2.5}
	if about {
		v = v.sub(pivot)
	}
	s, c := math.Sincos(p.roll * w)
	v = vec{c*v.x + s*v.y, -s*v.x + c*v.y, v.z}
	s, c = math.Sincos((p.pitch + carriage) * w)
	v = vec{v.x, c*v.y + s*v.z, -s*v.y + c*v.z}
	s, c = math.Sincos(p.yaw * w)
	v = vec{c*v.x + s*v.z, v.y, -s*v.x + c*v.z}
	if about {
		v = v.add(pivot)
	}
	return v
}

func (m *mesh) apply(p pose) {
	if m.part == partTorso {
		return
	}
	for i, v := range m.pos {
		w := 1.0
		switch m.part {
		case partHead:
			w = smooth(-21, -11, v.y)
		case partHair:
			w = smooth(-24, -8, v.y)
		default: // moves as a whole
		}
		m.pos[i] = p.turn(v, w, true)
	}
}

// lens is the camera: a pin-hole on the z axis at distance dist (cm) from the origin, scale pixels a centimetre at z = 0.
type lens struct {
	dist, scale, cx, cy float64
}

func (l lens) project(v vec) (x, y, depth float64) {
	k := l.scale * l.dist / (l.dist - v.z)
	return l.cx + v.x*k, l.cy - v.y*k, v.z
}

// layer is a z-buffer whose pixels remember the place of the surface they see.
type layer struct {
	w, h   int
	depth  []float32
	parts  []part
	mesh   []int16
	tri    []int32 // index of the quad's first corner, ×2, +1 for the second triangle
	bu, bv []float32
}

func newLayer(w, h int) *layer {
	n := w * h
	l := &layer{w: w, h: h, depth: make([]float32, n), parts: make([]part, n), mesh: make([]int16, n), tri: make([]int32, n), bu: make([]float32, n), bv: make([]float32, n)}
	for i := range l.depth {
		l.depth[i] = -1e9
	}
	return l
}

// draw rasterises a mesh. view maps a point to pixels and a depth that grows toward the viewer.
func (l *layer) draw(m *mesh, id int, view func(vec) (x, y, depth float64)) {
	px := make([]vec, len(m.pos))
	for i, p := range m.pos {
		px[i].x, px[i].y, px[i].z = view(p)
	}
	for j := 0; j+1 < m.nv; j++ {
		for i := 0; i+1 < m.nu; i++ {
			k := j*m.nu + i
			if m.bare != nil && m.bare[k] && m.bare[k+1] && m.bare[k+m.nu] && m.bare[k+m.nu+1] {
				continue
			}
			a, b, c, d := px[k], px[k+1], px[k+m.nu], px[k+m.nu+1]
			l.triangle(m.part, id, int32(2*k), a, b, c)
			l.triangle(m.part, id, int32(2*k+1), d, c, b)
		}
	}
}

func (l *layer) triangle(p part, id int, tri int32, a, b, c vec) {
	x0, x1 := math.Min(a.x, math.Min(b.x, c.x)), math.Max(a.x, math.Max(b.x, c.x))
	y0, y1 := math.Min(a.y, math.Min(b.y, c.y)), math.Max(a.y, math.Max(b.y, c.y))
	if x1 < 0 || y1 < 0 || x0 >= float64(l.w) || y0 >= float64(l.h) {
		return
	}
	ix0, ix1 := max(int(math.Ceil(x0-0.5)), 0), min(int(math.Floor(x1-0.5)), l.w-1)
	iy0, iy1 := max(int(math.Ceil(y0-0.5)), 0), min(int(math.Floor(y1-0.5)), l.h-1)
	area := (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
	if area == 0 {
		return
	}
	inv := 1 / area
	for y := iy0; y <= iy1; y++ {
		fy := float64(y) + 0.5
		for x := ix0; x <= ix1; x++ {
			fx := float64(x) + 0.5
			u := ((fx-a.x)*(c.y-a.y) - (fy-a.y)*(c.x-a.x)) * inv
			v := ((b.x-a.x)*(fy-a.y) - (b.y-a.y)*(fx-a.x)) * inv
			if u < -1e-9 || v < -1e-9 || u+v > 1+1e-9 {
				continue
			}
			z := float32(a.z + u*(b.z-a.z) + v*(c.z-a.z))
			q := y*l.w + x
			if z <= l.depth[q] {
				continue
			}
			l.depth[q], l.parts[q], l.mesh[q], l.tri[q], l.bu[q], l.bv[q] = z, p, int16(id), tri, float32(u), float32(v)
		}
	}
}

// corners returns the three grid points of a pixel's triangle and their weights.
func (l *layer) corners(m *mesh, q int) (a, b, c int, wa, wb, wc float64) {
	k := int(l.tri[q] >> 1)
	if l.tri[q]&1 == 0 {
		a, b, c = k, k+1, k+m.nu
	} else {
		a, b, c = k+m.nu+1, k+m.nu, k+1
	}
	wb, wc = float64(l.bu[q]), float64(l.bv[q])
	return a, b, c, 1 - wb - wc, wb, wc
}

func blend(s []vec, a, b, c int, wa, wb, wc float64) vec {
	return vec{
		s[a].x*wa + s[b].x*wb + s[c].x*wc,
		s[a].y*wa + s[b].y*wb + s[c].y*wc,
		s[a].z*wa + s[b].z*wb + s[c].z*wc,
	}
}
