package specimen

import "math"

// hairStyle is the cut; each changes the hairline, the volume and how far the hair falls.
type hairStyle int

const (
	hairBald hairStyle = iota
	hairCropped
	hairShort
	hairQuiff
	hairCurly
	hairBob
	hairLong
	hairTied
	hairFringe
	hairReceding
)

// look is everything that makes one face this face: sizes in centimetres of a life-size head, colours linear RGB.
// Nothing in it comes from a real person; ranges are wider than anthropometric tables so that seeds differ clearly.
type look struct {
	male float64 // 0 feminine … 1 masculine
	age  float64 // years

	width, jaw, chinWidth, length, forehead float64 // multipliers of the mean head
	depth                                   float64
	cheekbone, cheek, chin, cleft           float64 // heights of the bumps, cm
	neck                                    float64 // radius, cm

	eyeGap, eyeWidth, eyeHeight, eyeTilt, eyeDepth, lidFold, eyeSize float64
	browY, browThick, browArch, browTilt, browLength, browRidge      float64
	browGap                                                          float64
	noseLength, noseWidth, bridge, tip, hump, tipUp, bridgeWidth     float64
	mouthWidth, upperLip, lowerLip, mouthY, lipCurve                 float64
	earSize, earOut                                                  float64

	tone                             float64 // 0 very light … 1 very dark
	skin, lips, iris, hair, brow     vec
	blush, freckles                  float64
	moles                            [3]vec // x, y, radius
	style                            hairStyle
	hairline, hairVolume, part, curl float64
	grey                             float64
	beard, moustache, beardLength    float64 // 0..1, 0..1, cm
	stubble                          float64
	salt                             uint32
}

func newLook(seed uint64, sex byte, age float64) look {
	s := newStream(seed, "look")
	var l look
	l.salt = uint32(s.next())
	l.age = age
	l.male = clamp(0.85+0.16*s.bell(), 0.55, 1)
	if sex == 'F' {
		l.male = clamp(0.12+0.14*s.bell(), 0, 0.4)
	}
	m := l.male
	old := smooth(28, 75, age)

	l.width = 1.04 + 0.075*s.bell()
	l.jaw = lerp(0.95, 1.06, m) + 0.085*s.bell()
	l.chinWidth = clamp(lerp(0.9, 1.1, m)+0.17*s.bell(), 0.75, 1.45)
	l.length = clamp(lerp(0.95, 0.99, m)+0.075*s.bell(), 0.85, 1.14)
	l.forehead = 1 + 0.07*s.bell()
	l.depth = 1 + 0.03*s.bell()
	l.cheekbone = 0.42 + 0.2*s.bell()
	l.cheek = clamp(0.05+0.33*s.bell()-0.2*old, -0.5, 0.6)
	l.chin = lerp(0.25, 0.5, m) + 0.28*s.bell()
	l.cleft = math.Max(0, 0.14*s.bell()*m)
	l.neck = lerp(4.6, 5.8, m) + 0.35*s.bell()

	l.eyeGap = 3.15 * (1 + 0.082*s.bell())
	l.eyeWidth = 1.55 * (1 + 0.09*s.bell())
	l.eyeHeight = lerp(0.63, 0.54, m) * (1 + 0.2*s.bell()) * (1 - 0.15*old)
	l.eyeTilt = lerp(0.10, 0.04, m) + 0.15*s.bell()
	l.eyeDepth = lerp(0.0, 0.22, m) + 0.22*s.bell()
	l.lidFold = clamp(0.5+0.35*s.bell()-0.3*old, 0, 1.2)
	l.eyeSize = 1 + 0.05*s.bell()
	l.browY = lerp(2.15, 1.75, m) + 0.38*s.bell()
	l.browThick = math.Max(0.13, lerp(0.24, 0.42, m)*(1+0.42*s.bell()))
	l.browArch = lerp(0.42, 0.2, m) + 0.17*s.bell()
	l.browTilt = 0.08 + 0.26*s.bell()
	l.browLength = 2.45 + 0.25*s.bell()
	l.browGap = 1.35 + 0.3*s.bell()
	l.browRidge = lerp(0.06, 0.38, m) + 0.12*s.bell()
	l.noseLength = lerp(4.35, 4.8, m) * (1 + 0.085*s.bell())
	l.noseWidth = clamp(lerp(0.95, 1.08, m)*(1+0.26*s.bell()), 0.62, 1.6)
	l.bridge = lerp(0.75, 1.0, m) * (1 + 0.32*s.bell())
	l.tip = lerp(1.75, 2.1, m) * (1 + 0.17*s.bell())
	l.hump = 0.12*m + 0.17*s.bell()
	l.tipUp = lerp(0.15, 0, m) + 0.22*s.bell()
	l.bridgeWidth = 0.78 * (1 + 0.18*s.bell())
	l.mouthWidth = lerp(2.35, 2.6, m) * (1 + 0.15*s.bell())
	l.upperLip = lerp(0.66, 0.5, m) * (1 + 0.3*s.bell()) * (1 - 0.3*old)
	l.lowerLip = lerp(0.9, 0.76, m) * (1 + 0.25*s.bell()) * (1 - 0.25*old)
	l.mouthY = -2.1 * (1 + 0.15*s.bell()) // below the nose
	l.lipCurve = 0.1 + 0.13*s.bell()
	l.earSize = 1 + 0.1*s.bell() + 0.1*old
	l.earOut = 0.42 + 0.16*s.bell()

	l.colours(s, sex)
	l.hairCut(s, sex)
	for i := range l.moles {
		l.moles[i] = vec{s.span(-5, 5), s.span(-10, 6), s.span(0.05, 0.14)}
		if s.chance(0.55) {
			l.moles[i].z = 0
		}
	}
	return l
}

// colours draws skin, eyes and hair together, since a person's go together.
func (l *look) colours(s *stream, sex byte) {
	tones := []vec{srgb(246, 214, 194), srgb(232, 190, 162), srgb(214, 165, 130), srgb(184, 132, 96), srgb(138, 92, 64), srgb(92, 60, 44)}
	l.tone = clamp(s.float()*1.05-0.02, 0, 1)
	p := l.tone * float64(len(tones)-1)
	i := min(int(p), len(tones)-2)
	l.skin = tones[i].mix(tones[i+1], p-float64(i))
	warm := 0.05 * s.bell()
	l.skin = l.skin.times(vec{1 + warm, 1, 1 - warm})
	red := clamp(0.5+0.25*s.bell(), 0.1, 1)
	l.lips = l.skin.times(vec{0.78, 0.47, 0.47}).mix(srgb(176, 70, 72), 0.22*red*(1-0.6*l.tone))
	if sex == 'F' && s.chance(0.45) {
		l.lips = l.lips.mix(srgb(158, 28, 44), s.span(0.3, 0.7))
	}
	l.blush = s.span(0.2, 1) * (1 - 0.6*l.tone)
	if s.chance(0.2) {
		l.freckles = s.span(0.3, 1) * (1 - l.tone)
	}

	irises := []vec{srgb(58, 36, 22), srgb(82, 54, 30), srgb(110, 82, 44), srgb(96, 110, 74), srgb(96, 126, 150), srgb(70, 104, 148), srgb(120, 132, 138)}
	hairs := []vec{srgb(16, 13, 12), srgb(34, 24, 19), srgb(62, 42, 29), srgb(94, 64, 40), srgb(134, 96, 58), srgb(190, 150, 96), srgb(138, 62, 28)}
	switch {
	case l.tone > 0.5:
		l.iris, l.hair = irises[s.intn(2)], hairs[s.intn(2)]
	case l.tone > 0.3:
		l.iris, l.hair = irises[s.intn(4)], hairs[s.intn(4)]
	default:
		l.iris, l.hair = irises[s.intn(len(irises))], hairs[s.intn(len(hairs))]
	}
	l.brow = l.hair.mix(srgb(40, 28, 20), 0.35)
	l.grey = clamp((l.age-38)/35+0.3*s.bell(), 0, 1)
	if l.age < 36 {
		l.grey = 0
	}
	l.hair = l.hair.mix(srgb(172, 170, 168), l.grey*0.9)
	l.brow = l.brow.mix(srgb(130, 126, 122), l.grey*0.6)
}

func (l *look) hairCut(s *stream, sex byte) {
	men := []hairStyle{hairBald, hairCropped, hairShort, hairShort, hairQuiff, hairCurly, hairReceding, hairLong, hairFringe}
	women := []hairStyle{hairBob, hairLong, hairLong, hairTied, hairFringe, hairCurly, hairShort, hairBob}
	if sex == 'F' {
		l.style = women[s.intn(len(women))]
	} else {
		l.style = men[s.intn(len(men))]
		if l.age < 26 && (l.style == hairBald || l.style == hairReceding) {
			l.style = hairShort
		}
	}
	l.hairline = 6.3*l.forehead + 0.5*s.bell()
	l.hairVolume = s.span(0.6, 1.5)
	l.part = s.span(-0.8, 0.8)
	l.curl = s.span(0, 1)
	if sex != 'F' && l.age > 20 {
		switch s.intn(6) {
		case 0:
			l.beard, l.moustache, l.beardLength = s.span(0.75, 1), s.span(0.7, 1), s.span(0.2, 1.2)
		case 1:
			l.moustache, l.stubble = s.span(0.75, 1), s.span(0, 0.4)
		case 2:
			l.stubble = s.span(0.5, 1)
		case 3:
			l.beard, l.moustache, l.beardLength = s.span(0.5, 0.8), s.span(0.4, 0.8), 0.12
		default:
			l.stubble = s.span(0, 0.3)
		}
	}
}

// unlike is how different two faces look to a face embedding: the weights are a regression of the squared distances of dlib's ResNet
// over 7,000 pairs of pictures of 60 seeds on these differences, each in its own deviations (R² 0.48; the rest is out of its reach).
func (l *look) unlike(o look) float64 {
	d := 0.0
	add := func(weight, a, b, deviation float64) { d += weight * math.Abs(a-b) / deviation }
	luma := func(c vec) float64 { return math.Log(0.2126*c.x + 0.7152*c.y + 0.0722*c.z) }
	add(3.8, l.eyeGap, o.eyeGap, 0.29)
	add(2.3, l.eyeTilt, o.eyeTilt, 0.10)
	add(2.2, l.noseWidth, o.noseWidth, 0.21)
	add(2.1, l.male, o.male, 0.38)
	add(1.4, luma(l.skin), luma(o.skin), 0.81)
	add(1.2, math.Log(l.skin.x/l.skin.z), math.Log(o.skin.x/o.skin.z), 0.37)
	add(1.3, l.mouthWidth, o.mouthWidth, 0.31)
	add(1.25, l.browTilt, o.browTilt, 0.2)
	add(1.1, l.moustache, o.moustache, 0.35)
	add(1.1, l.mouthY, o.mouthY, 0.25)
	add(1.1, l.length, o.length, 0.09)
	add(1.0, l.browThick, o.browThick, 0.13)
	add(0.9, l.noseLength, o.noseLength, 0.42)
	add(0.9, luma(l.iris), luma(o.iris), 0.75)
	add(0.85, l.chinWidth, o.chinWidth, 0.2)
	add(0.8, l.browY, o.browY, 0.41)
	return d
}
