package specimen

import "math"

// lighting of a portrait. Directions point from the head to the light.
type lighting struct {
	key      vec
	keyColor vec
	fill     vec // colour of the light from the other side
	ambient  vec
	soft     float64 // how soft the key light's shadows are, 0 hard … 1 none to speak of
	exposure float64
}

// keyFrom is a direction by angles: azimuth (degrees to the viewer's right) and elevation.
func keyFrom(azimuth, elevation float64) vec {
	a, e := azimuth*math.Pi/180, elevation*math.Pi/180
	return vec{math.Sin(a) * math.Cos(e), math.Sin(e), math.Cos(a) * math.Cos(e)}
}

// clothes the sitter wears.
type clothes struct {
	kind       int // 0 crew neck, 1 V-neck, 2 shirt, 3 jacket
	main, base vec
}

func newClothes(s *stream) clothes {
	cols := []vec{srgb(38, 44, 60), srgb(28, 28, 30), srgb(120, 30, 38), srgb(52, 84, 70), srgb(84, 104, 140), srgb(150, 146, 138), srgb(66, 58, 74), srgb(190, 178, 160), srgb(40, 90, 120)}
	bases := []vec{srgb(225, 226, 230), srgb(200, 212, 228), srgb(236, 230, 220), srgb(60, 60, 66)}
	return clothes{s.intn(4), cols[s.intn(len(cols))], bases[s.intn(len(bases))]}
}

// plane is a linear-light picture with cover: r, g, b (premultiplied), a per pixel.
type plane struct {
	w, h int
	pix  []float32
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]float32, 4*w*h)} }

// sitter is everything of one rendered head.
type sitter struct {
	look    look
	exp     expression
	pose    pose
	light   lighting
	clothes clothes
	lens    lens
}

// render draws the head, hair and shoulders into a plane of w × h pixels, transparent elsewhere.
func (r sitter) render(w, h int) *plane {
	head := newHeadModel(r.look, r.exp)
	hair := newHairModel(head)
	solid := []*mesh{headMesh(head), torsoMesh(head), earMesh(head, -1), earMesh(head, 1)}
	hm := hair.mesh()
	for _, m := range append([]*mesh{hm}, solid...) {
		m.apply(r.pose)
		m.finish(m.part == partHead)
	}
	for _, m := range solid {
		if m.part == partEar && m.normal[5*m.nu].dot(vec{0, 0, 1}) < 0 {
			m.flip()
		}
	}
	body, mane := newLayer(w, h), newLayer(w, h)
	for i, m := range solid {
		body.draw(m, i, r.lens.project)
	}
	mane.draw(hm, 0, r.lens.project)
	sh := newShadow(r.light.key, append(solid, hm), hair)

	out := newPlane(w, h)
	for q := range body.depth {
		var col vec
		a := 0.0
		if body.parts[q] != partNone {
			m := solid[body.mesh[q]]
			i, j, k, wa, wb, wc := body.corners(m, q)
			rest := blend(m.rest, i, j, k, wa, wb, wc)
			n := blend(m.normal, i, j, k, wa, wb, wc).unit()
			pos := blend(m.pos, i, j, k, wa, wb, wc)
			cav := m.cavity[i]*wa + m.cavity[j]*wb + m.cavity[k]*wc
			var s surface
			switch m.part {
			case partHead:
				s = r.headSurface(head, hair, rest, n, cav)
			case partEar:
				s = surface{albedo: head.skin.times(vec{1, 0.9, 0.88}), normal: n, gloss: 0.06, sharp: 12, skin: 1, occl: clamp(0.9-1.4*cav, 0.25, 1)}
			default:
				s = r.cloth(head, rest, n)
			}
			col, a = r.shade(s, pos, sh), 1
		}
		if mane.parts[q] != partNone && (a == 0 || mane.depth[q] > body.depth[q]-0.02) {
			i, j, k, wa, wb, wc := mane.corners(hm, q)
			rest := blend(hm.rest, i, j, k, wa, wb, wc)
			st := hair.strand(rest.z, rest.y)
			c := hair.cover(rest.z, rest.y, st)
			if a == 0 { // beside the neck there is more hair behind the thin inner edge of long hair, which one layer cannot show
				c = math.Max(c, hair.behind(rest.z, rest.y))
			}
			if c > 0.01 {
				n := blend(hm.normal, i, j, k, wa, wb, wc)
				pos := blend(hm.pos, i, j, k, wa, wb, wc)
				hc := r.shadeHair(hair, n, pos, st, sh, rest)
				col = col.mul(1 - c).add(hc.mul(c))
				a += (1 - a) * c
			}
		}
		if a > 0 {
			o := out.pix[4*q:]
			o[0], o[1], o[2], o[3] = float32(col.x), float32(col.y), float32(col.z), float32(a)
		}
	}
	return out
}

func (r sitter) headSurface(h *headModel, hair *hairModel, rest, n vec, cav float64) surface {
	if h.lower > 0 { // the strip that the jaw pulled open
		d := h.mouthLine(rest.x) - rest.y
		if d > 0 && d < 0.42 && math.Abs(rest.x) < h.mouthWidth*0.98 {
			gap := h.lower * smooth(0, 0.5, 0.42) * math.Sqrt(1-math.Pow(rest.x/h.mouthWidth, 2))
			if at := h.lower * smooth(0, 0.5, d); at < gap {
				return h.openMouth(rest.x, at, gap)
			}
		}
	}
	s := h.skinAt(rest.x, rest.y, rest.z, n, cav)
	// Under thin hair the scalp is darker, and the hair shades the skin at its edge.
	e := hair.edge(rest.z, rest.y)
	s.occl *= 1 - 0.45*smooth(-0.9, 0.5, e)*smooth(0.05, 0.6, hair.topLift)
	if hair.style != hairBald {
		s.albedo = s.albedo.mix(h.hair, 0.65*smooth(0.0, 1.2, e))
	}
	return s
}

func (r sitter) cloth(h *headModel, rest, n vec) surface {
	c := r.clothes
	s := surface{albedo: c.main, normal: n, gloss: 0.015, sharp: 6, occl: 0.95}
	ax := math.Abs(rest.x)
	down := -14.6 - rest.y // below the collar
	fold := fractal(rest.x*0.22, rest.y*0.16, 3, h.salt+20)
	s.normal = n.add(vec{0.28 * fold, 0.15 * fold, 0}).unit()
	weave := noise2(rest.x*9, rest.y*9, h.salt+21)
	front := math.Cos(rest.z) > 0
	skin := surface{albedo: h.skin, normal: n, gloss: 0.11, sharp: 14, skin: 1, occl: 1}
	switch c.kind {
	case 0:
		if down < 0.7 && front || down < -0.2 {
			return skin
		}
		if down < 1.8 {
			s.albedo = c.main.mul(0.82)
		}
	case 1:
		if front && down < 6.5-1.15*ax || down < -0.2 {
			return skin
		}
		if front && down < 7.4-1.15*ax {
			s.albedo = c.main.mul(0.8)
		}
	default:
		if down < -0.9 || front && down < 2.2-1.3*ax {
			return skin
		}
		open := c.kind == 3 && front && down < 22 && ax < (22-down)*0.36
		if c.kind == 2 || open {
			s.albedo = c.base
			if front && down > 0 && math.Abs(down-(1.2+0.9*math.Abs(ax-1.2))) < 0.16 && ax < 5.5 {
				s.albedo = c.base.mul(0.6)
			}
			if front && ax < 0.12 {
				s.albedo = c.base.mul(0.75)
			}
		} else if front && down < 23 && ax < (23-down)*0.36+2.6 {
			s.albedo = c.main.mul(1.15)
			if math.Abs(ax-(23-down)*0.36-2.5) < 0.2 {
				s.albedo = c.main.mul(0.6)
			}
		}
	}
	s.albedo = s.albedo.mul(1 + 0.06*weave)
	return s
}

// shade lights a surface: a key light with wrap (wider in red, as in skin), fill from the other side, sky light, and highlights.
func (r sitter) shade(s surface, pos vec, sh *shadow) vec {
	l := r.light
	vis := sh.at(pos, s.normal)
	ndl := s.normal.dot(l.key)
	wrap := func(w float64) float64 { return math.Max(0, (ndl+w)/(1+w)) }
	k := s.skin*0.35 + 0.08 + 0.5*l.soft
	lit := vec{wrap(k), wrap(k * 0.7), wrap(k * 0.6)}
	red := s.skin * 0.18 * 4 * vis * (1 - vis) // light bleeds red at a shadow's edge
	lit = lit.mul(vis).add(vec{0.12 * red, 0.02 * red, 0.01 * red})
	other := vec{-l.key.x, 0.2, l.key.z}.unit()
	f := math.Max(0, (s.normal.dot(other)+0.4)/1.4)
	sky := 0.7 + 0.3*s.normal.y
	light := l.keyColor.times(lit).add(l.fill.mul(f * s.occl)).add(l.ambient.mul(sky * s.occl))
	col := s.albedo.times(light)
	half := l.key.add(vec{0, 0, 1}).unit()
	spec := s.gloss * vis * math.Pow(math.Max(0, s.normal.dot(half)), s.sharp)
	rim := s.skin * 0.05 * math.Pow(1-math.Max(0, s.normal.z), 3)
	col = col.add(l.keyColor.mul(spec)).add(l.ambient.mul(rim * s.occl))
	return col.mul(l.exposure)
}

func (r sitter) shadeHair(m *hairModel, n, pos vec, strand float64, sh *shadow, rest vec) vec {
	l := r.light
	nn := vec{n.x + 0.35*strand, n.y + 0.1*strand, n.z}.unit()
	ndl := math.Max(0, (nn.dot(l.key)+0.3)/1.3)
	vis := 0.35 + 0.65*sh.at(pos, nn)
	other := vec{-l.key.x, 0.2, l.key.z}.unit()
	f := math.Max(0, (nn.dot(other)+0.3)/1.3)
	sky := 0.6 + 0.4*nn.y
	light := l.keyColor.mul(ndl * vis).add(l.fill.mul(f)).add(l.ambient.mul(sky))
	tone := 1 + 0.5*strand
	col := m.hair.mul(tone * 1.05).times(light)
	half := l.key.add(vec{0, 0.15, 1}).unit()
	gl := math.Pow(math.Max(0, nn.dot(half)), 18) * (0.6 + 0.8*strand) * 0.10
	if m.blobs > 0 {
		gl *= 0.4
	}
	col = col.add(l.keyColor.times(m.hair.mix(vec{1, 1, 1}, 0.35)).mul(math.Max(0, gl) * vis))
	// roots and the shadow under the fringe
	col = col.mul(0.72 + 0.28*smooth(0, 1.2, m.edge(rest.z, rest.y)))
	return col.mul(l.exposure)
}

// shadow is what the key light sees: depth only.
type shadow struct {
	l     *layer
	right vec
	up    vec
	dir   vec
	scale float64
}

const shadowSide = 256

func newShadow(dir vec, meshes []*mesh, _ *hairModel) *shadow {
	s := &shadow{l: newLayer(shadowSide, shadowSide), dir: dir.unit(), scale: shadowSide / 52.0}
	s.right = vec{0, 1, 0}.cross(s.dir).unit()
	s.up = s.dir.cross(s.right)
	for i, m := range meshes {
		if m.part == partHair {
			continue
		}
		s.l.draw(m, i, s.project)
	}
	return s
}

func (s *shadow) project(v vec) (x, y, depth float64) {
	return v.dot(s.right)*s.scale + shadowSide/2, -(v.dot(s.up)+4)*s.scale + shadowSide/2, v.dot(s.dir)
}

// at is the share of the key light that reaches a point, smoothed over 5×5 texels.
func (s *shadow) at(p, n vec) float64 {
	x, y, d := s.project(p.add(n.mul(0.25)))
	d += 0.15
	ix, iy := int(math.Floor(x-0.5)), int(math.Floor(y-0.5))
	if ix < 3 || iy < 3 || ix >= shadowSide-4 || iy >= shadowSide-4 {
		return 1
	}
	fx, fy := x-0.5-float64(ix), y-0.5-float64(iy)
	sum := 0.0
	for j := -2; j <= 3; j++ {
		wy := 1.0
		switch j {
		case -2:
			wy = 1 - fy
		case 3:
			wy = fy
		}
		for i := -2; i <= 3; i++ {
			wx := 1.0
			switch i {
			case -2:
				wx = 1 - fx
			case 3:
				wx = fx
			}
			if float64(s.l.depth[(iy+j)*shadowSide+ix+i]) <= d {
				sum += wx * wy
			}
		}
	}
	return sum / 25
}
