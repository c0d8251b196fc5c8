package specimen

import "math"

// surface is what the light meets at a pixel.
type surface struct {
	albedo vec
	normal vec
	gloss  float64 // strength of the highlight
	sharp  float64 // its exponent
	skin   float64 // share of light that goes through, as in skin
	occl   float64 // ambient light that arrives, 0..1
	wet    bool    // eyes: no soft light
}

// skinAt colours the head at a point of the closed, unposed face: x, y of the frontal plane, θ around the axis.
func (h *headModel) skinAt(x, y, theta float64, n vec, cavity float64) surface {
	s := surface{albedo: h.skin, normal: n, gloss: 0.11, sharp: 14, skin: 1}
	s.occl = clamp(1-1.5*math.Max(0, cavity)+0.3*math.Min(0, cavity), 0.3, 1.05)
	front := smooth(0.0, 0.35, math.Cos(theta))
	// mottling and pores
	m := fractal(x*1.3+31, y*1.3, 3, h.salt+1)
	pore := noise2(x*9, y*9, h.salt+2)
	s.albedo = s.albedo.mul(1 + 0.045*m + 0.03*pore)
	if front == 0 {
		return s
	}
	ax := math.Abs(x)
	red := 0.0
	red += h.blush * 0.5 * hill((ax-4.0)/1.7, (y+3.2)/1.6)
	red += h.blush * 0.45 * hill(x/1.3, (y-h.noseTipY)/0.9)
	red += 0.25 * h.blush * hill(x/1.6, (y-h.chinY-1.2)/1.0)
	s.albedo = s.albedo.times(vec{1, 1 - 0.22*red*front, 1 - 0.2*red*front})
	// under the eyes and in the corners the skin is darker
	old := smooth(25, 75, h.age)
	shade := (0.16+0.2*old)*hill((ax-h.eyeX+0.25)/1.1, (y+1.0)/0.45) + 0.2*hill((ax-1.65)/0.5, (y-0.1)/0.6) + 0.12*hill((ax-h.eyeX)/1.5, (y-0.75)/0.4)
	s.albedo = s.albedo.times(vec{1 - 0.75*shade, 1 - shade, 1 - 0.9*shade})
	if h.freckles > 0 && y < 2 && y > -6 {
		f := noise2(x*5.5, y*5.5, h.salt+3)
		s.albedo = s.albedo.mix(s.albedo.times(vec{0.72, 0.55, 0.45}), h.freckles*smooth(0.35, 0.7, f)*hill(ax/4.6, (y+2)/3)*0.8)
	}
	for _, o := range h.moles {
		if o.z > 0 {
			if d := math.Hypot(x-o.x, y-o.y); d < 1.4*o.z {
				s.albedo = s.albedo.mix(srgb(60, 38, 30), 0.75*smooth(o.z*1.4, o.z*0.6, d)*front)
			}
		}
	}
	h.wrinkle(&s, x, y, old*front)
	h.beardAt(&s, x, y, theta)
	h.mouthAt(&s, x, y)
	h.nostrils(&s, x, y)
	h.browAt(&s, x, y)
	h.eyeAt(&s, x, y)
	return s
}

// wrinkle bends the normal in lines that come with age.
func (h *headModel) wrinkle(s *surface, x, y, old float64) {
	if old < 0.05 {
		return
	}
	ax := math.Abs(x)
	w := 0.0
	if y > 2.8 && y < 7 {
		k := (y - 3.3 + 0.25*noise2(x*0.5, y*0.4, h.salt+4) + 0.02*x*x) * 2 * math.Pi / 0.95
		w += math.Sin(k) * hill(x/3.6, (y-4.6)/1.0) * 0.5
	}
	if d := ax - h.eyeX - h.eyeWidth; d > 0 && d < 1.9 { // crow's feet
		a := math.Atan2(y-0.1, d+0.3)
		w += math.Sin(a*11) * hill((d-0.7)/0.5, (y-0.1)/0.8) * 0.5
	}
	if y < 0 && y > -2.2 { // bags
		arc := y + 1.15 - 0.25*math.Pow((ax-h.eyeX)/1.2, 2)
		w += -math.Exp(-math.Pow(arc/0.13, 2)) * hill((ax-h.eyeX)/1.1, 0) * 0.9
	}
	s.normal = s.normal.add(vec{0, 0.5 * old * w, 0}).unit()
	s.albedo = s.albedo.mul(1 - 0.1*old*math.Max(0, -w))
}

func (h *headModel) beardAt(s *surface, x, y, theta float64) {
	if h.beard == 0 && h.moustache == 0 && h.stubble == 0 {
		return
	}
	if y > 0 {
		return
	}
	ax := math.Abs(x)
	at := math.Abs(theta)
	// The beard's upper edge runs from the sideburn down the cheek to the mouth's corner.
	edge := lerp(h.mouth+0.9, -1.2, smooth(0.32, 1.35, at)*smooth(0.32, 1.35, at))
	chin := smooth(edge+0.3, edge-0.8, y) * smooth(h.chinY-2.6, h.chinY-0.2, y) * smooth(1.75, 1.35, at)
	top, bottom := h.lipEdges(x)
	if ax < h.mouthWidth {
		chin *= smooth(bottom-0.05, bottom-0.35, y)
		chin *= 1 - 0.8*hill(x/0.9, (y-(bottom-0.45))/0.2)*(1-h.beard)
	} else {
		chin *= smooth(0, 0.5, ax-h.mouthWidth*1.0+math.Max(0, h.mouth-y)*0.7)
	}
	tash := smooth(h.mouthWidth*1.15, h.mouthWidth*0.8, ax) * smooth(top-0.02, top+0.12, y) *
		smooth(h.subnasale-0.12*ax*ax, h.subnasale-0.5-0.14*ax*ax, y)
	grain := 0.5*noise2(x*16, y*5, h.salt+5) + 0.5*noise2(x*30, y*11, h.salt+6)
	full := math.Max(chin*h.beard, tash*h.moustache)
	cover := clamp(full*1.25+0.35*grain*full, 0, 0.96)
	if st := h.stubble * math.Max(chin, tash); st > 0 {
		cover = math.Max(cover, 0.36*st*(1+0.5*grain))
	}
	col := h.hair.mix(h.brow, 0.5).mul(0.85 + 0.35*grain)
	s.albedo = s.albedo.mix(col, cover)
	s.gloss *= 1 - 0.8*cover
	s.normal = s.normal.add(vec{0.35 * grain * full, 0.2 * grain * full, 0}).unit()
}

// mouthAt paints lips, the line between them, and inside an open mouth teeth and darkness. y is of the closed face, so an open mouth
// is the strip that the jaw pulled apart; its pixels carry the line's own y (see openMouth).
func (h *headModel) mouthAt(s *surface, x, y float64) {
	if math.Abs(y-h.mouth) > 3 || math.Abs(x) > 1.3*h.mouthWidth {
		return
	}
	top, bottom := h.lipEdges(x)
	line := h.mouthLine(x)
	if top > bottom {
		soft := 0.09
		in := smooth(bottom-soft, bottom+soft, y) * smooth(top+soft, top-soft, y)
		grain := 0.05 * noise2(x*7, y*1.5, h.salt+7)
		lip := h.lips.mul(1 + grain)
		if y > line {
			lip = lip.mul(0.86)
		}
		s.albedo = s.albedo.mix(lip, in*0.9)
		s.gloss = lerp(s.gloss, 0.2, in)
		s.sharp = lerp(s.sharp, 26, in)
	}
	w := h.mouthWidth * (1 + 0.14*h.exp.smile)
	d := math.Abs(y - line)
	crease := math.Exp(-math.Pow(d/0.075, 2)) * smooth(w*1.04, w*0.86, math.Abs(x))
	s.albedo = s.albedo.mix(h.lips.mul(0.16), 0.85*crease)
	s.gloss *= 1 - crease
}

// openMouth is the inside of the mouth at depth cm under the upper lip's edge of gap cm in all.
func (h *headModel) openMouth(x, depth, gap float64) surface {
	s := surface{albedo: srgb(46, 14, 14), normal: vec{0, 0, 1}, occl: 0.35, wet: true, gloss: 0.05, sharp: 20}
	w := h.mouthWidth * 0.8
	if math.Abs(x) < w && depth < 0.75*math.Sqrt(1-x*x/(w*w)) {
		tooth := math.Abs(math.Mod(math.Abs(x), 0.8) - 0.4)
		s.albedo = srgb(226, 216, 198).mul(0.75 - 0.25*smooth(0.3, 0.4, tooth))
		s.occl = 0.75
	} else if depth > gap*0.62 {
		s.albedo = srgb(150, 70, 70).mul(0.6)
	}
	return s
}

func (h *headModel) nostrils(s *surface, x, y float64) {
	ax := math.Abs(x)
	d := hill((ax-0.64*h.noseWidth)/(0.23*h.noseWidth), (y-h.subnasale-0.14-0.1*h.tipUp-0.15*(ax-0.6))/0.11)
	s.albedo = s.albedo.times(vec{1 - 0.8*clamp(1.3*d, 0, 1), 1 - 0.88*clamp(1.3*d, 0, 1), 1 - 0.88*clamp(1.3*d, 0, 1)})
	s.occl *= 1 - 0.3*d
	wing := hill((ax-1.42*h.noseWidth*1.14)/0.1, (y-h.noseTipY+0.3)/0.36)
	s.albedo = s.albedo.mul(1 - 0.3*wing)
	s.occl *= 1 - 0.2*hill(x/1.2, (y-h.subnasale+0.1)/0.3)
}

func (h *headModel) browAt(s *surface, x, y float64) {
	ax := math.Abs(x)
	t := (ax - h.browGap) / (h.browLength * 1.55)
	if t < -0.15 || t > 1.02 {
		return
	}
	mid := h.browY + h.browTilt*(t-0.3)*2 + h.browArch*math.Sin(math.Pi*clamp(t*0.85+0.05, 0, 1)) - 0.55*h.browArch*smooth(0.65, 1.05, t)*2
	thick := h.browThick * (1 - 0.72*smooth(0.45, 1.05, t)) * smooth(-0.13, 0.08, t)
	side := math.Copysign(1, x)
	g := noise2((ax*0.9-(y-mid)*0.8)*11, (y-mid)*5+ax*2+side*40, h.salt+8)
	d := math.Abs(y-mid+0.05*g) / (thick + 1e-6)
	c := smooth(1.15, 0.55, d+0.25*g) * smooth(1.02, 0.8, t)
	c *= (0.82 + 0.2*g)
	s.albedo = s.albedo.mix(h.brow.mul(0.85+0.25*g), clamp(c, 0, 0.93))
	s.gloss *= 1 - c
}

// eyeAt replaces the skin by eyeball where the lids are open, and draws lashes and the fold of the upper lid.
func (h *headModel) eyeAt(s *surface, x, y float64) {
	u, v := h.eyeLocal(x, y)
	if math.Abs(u) > 2.6 || math.Abs(v) > 1.8 {
		return
	}
	up, lo := h.lids(u)
	side := math.Copysign(1, x)
	lash := lerp(0.1, 0.065, h.male)
	edge := smooth(-h.eyeWidth*1.02, -h.eyeWidth*0.8, u) * smooth(h.eyeWidth*1.12, h.eyeWidth*0.95, u)
	fold := up
	if up < lo {
		fold = 0
	}
	if h.exp.eyes < 0.6 {
		fold = math.Max(fold, 0)
	}
	// fold of the upper lid
	cr := fold + 0.22 + 0.1*h.lidFold - 0.05*u*u
	c := math.Exp(-math.Pow((v-cr)/0.075, 2)) * h.lidFold * 0.6 * smooth(h.eyeWidth*1.25, h.eyeWidth*0.7, math.Abs(u))
	s.albedo = s.albedo.times(vec{1 - 0.6*c, 1 - 0.72*c, 1 - 0.72*c})
	if v > lo-0.02 && v < up && up > lo {
		h.eyeball(s, u, v, up, lo, side)
	}
	if edge > 0 {
		// upper lashes: a dark band just outside and over the edge; the lower ones thin
		d := v - math.Max(up, lo)
		k := smooth(-lash*0.7, -lash*0.1, d) * smooth(lash*1.7, lash*0.4, d) * edge
		if k > 0 {
			s.albedo = s.albedo.mix(srgb(22, 16, 13), 0.85*k)
		}
		d = lo - v
		k = smooth(-0.03, 0.0, d) * smooth(0.12, 0.03, d) * edge * lerp(0.55, 0.35, h.male)
		s.albedo = s.albedo.mix(h.skin.times(vec{0.4, 0.25, 0.22}), k)
	}
}

func (h *headModel) eyeball(s *surface, u, v, up, lo, side float64) {
	e := h.exp
	ix, iy := e.gazeX*side, e.gazeY+0.06
	r := math.Hypot(u-ix, v-iy)
	const iris = 0.6
	white := srgb(232, 226, 220).mix(srgb(206, 150, 140), 0.35*smooth(0.5, 1.4, math.Abs(u))+0.1)
	col := white
	nx, ny := u*0.55, v*0.55
	if r < iris {
		a := math.Atan2(v-iy, u-ix)
		ray := noise2(a*9, r*4, h.salt+9)
		col = h.iris.mul(1.15+0.45*ray).mix(h.iris.mul(1.9), smooth(0.42, 0.22, r)*0.35)
		col = col.mul(1 - 0.65*smooth(0.47, iris, r))
		pupil := smooth(0.25, 0.2, r)
		col = col.mix(srgb(8, 7, 7), pupil)
		nx, ny = (u-ix)*0.9, (v-iy)*0.9
	}
	col = col.mix(white, smooth(iris-0.05, iris+0.02, r))
	// inner corner
	cor := smooth(-h.eyeWidth*0.74, -h.eyeWidth*0.9, u)
	col = col.mix(srgb(190, 118, 108), cor*0.85)
	// the lids' shadow on the ball
	sh := 1 - 0.62*smooth(0.26, 0, up-v) - 0.18*smooth(0.12, 0, v-lo)
	s.albedo = col.mul(sh)
	s.normal = vec{nx * side, ny, 1}.unit()
	s.gloss, s.sharp, s.skin, s.wet = 0.9, 220, 0, true
	s.occl = 0.8
}
