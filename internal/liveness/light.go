package liveness

import (
	"math"

	"bonafide/internal/face"
)

const (
	// A colour counts from the time that a screen and a camera need to show and see it, until shortly after the next was asked for.
	settleMS, lingerMS = 110, 30
	leastLit           = 12   // frames under known colours, below which nothing is said of the light
	grid               = 40   // samples across and down what surrounds the head
	skinGrid           = 12   // and across and down each patch of skin
	orders             = 1000 // other orders of the colours that are tried at most
)

// skin are mesh points on the forehead, the cheeks and the bridge of the nose.
var skin = []int{151, 108, 337, 50, 280, 205, 425, 197}

// glow is the mean linear light on the face and behind the head in one shot, red, green and blue.
type glow struct{ face, behind [3]float64 }

// light compares the light on the face with the screen's, in colour alone: brightness is what cameras change by themselves.
func light(shots []shot, colours []Shown) *Light {
	var lit []glow
	var under []int // which colour
	var states []state
	for _, s := range shots {
		k := shownAt(colours, s.at)
		if s.face == nil || k < 0 {
			continue
		}
		lit, under, states = append(lit, glowOf(s)), append(under, k), append(states, stateOf(s.at, s.face))
	}
	used := map[int]bool{}
	for _, k := range under {
		used[k] = true
	}
	if len(lit) < leastLit || len(used) < 3 {
		return nil
	}
	l := &Light{Colours: len(used), Frames: len(lit)}
	screen := func(order []int) [2][]float64 {
		var out [2][]float64
		for _, k := range under {
			c := colours[order[k]].Colour
			r, g, b := linear(c.R), linear(c.G), linear(c.B)
			out[0], out[1] = append(out[0], r-g), append(out[1], b-g)
		}
		return out
	}
	basis := nuisance(states)
	own := make([]int, len(colours))
	for i := range own {
		own[i] = i
	}
	face, behind := chroma(lit, func(g glow) [3]float64 { return g.face }), chroma(lit, func(g glow) [3]float64 { return g.behind })
	for i := range 2 {
		basis.remove(face[i])
		basis.remove(behind[i])
	}
	fit := func(order []int, seen [2][]float64) (r, gain float64) {
		s := screen(order)
		var xy, xx, yy float64
		for i := range 2 {
			basis.remove(s[i])
			for k := range s[i] {
				xy, xx, yy = xy+s[i][k]*seen[i][k], xx+s[i][k]*s[i][k], yy+seen[i][k]*seen[i][k]
			}
		}
		if xx == 0 || yy == 0 {
			return 0, 0
		}
		return xy / math.Sqrt(xx*yy), xy / xx
	}
	l.Follows, l.Gain = fit(own, face)
	l.Background, l.BackgroundGain = fit(own, behind)
	var sum float64
	for i := range 2 {
		for _, v := range face[i] {
			sum += v * v
		}
	}
	l.Noise = math.Sqrt(sum * max(0, 1-l.Follows*l.Follows) / float64(2*len(lit)))
	l.Rank = rankOf(colours, l.Follows, func(order []int) float64 { r, _ := fit(order, face); return r })
	return l
}

// shownAt is the colour that lit a frame taken at a time; -1 where that is not sure.
func shownAt(colours []Shown, at int64) int {
	for k, c := range colours {
		if at >= c.FromMS+settleMS && at < c.ToMS+lingerMS {
			return k
		}
	}
	return -1
}

// rankOf is the share of other orders of the colours that fit at least as well.
func rankOf(colours []Shown, own float64, fit func([]int) float64) float64 {
	order := make([]int, len(colours))
	for i := range order {
		order[i] = i
	}
	// A fixed walk over the orders, so that the same measurement gives the same number.
	state := uint64(1)
	tried, better := 0, 0
	for range orders {
		for i := len(order) - 1; i > 0; i-- {
			state = state*6364136223846793005 + 1442695040888963407
			k := int(state>>33) % (i + 1)
			order[i], order[k] = order[k], order[i]
		}
		same := true
		for i, k := range order {
			same = same && colours[i].Colour == colours[k].Colour
		}
		if same {
			continue
		}
		tried++
		if fit(order) >= own {
			better++
		}
	}
	return ratio(float64(better), float64(tried))
}

// linear turns an sRGB byte into light, 0..1.
func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// chroma is the colour of light: the logarithms of red and blue over green.
func chroma(lit []glow, part func(glow) [3]float64) [2][]float64 {
	var out [2][]float64
	const dark = 1e-4 // keeps the logarithm of nothing finite
	for _, g := range lit {
		v := part(g)
		out[0] = append(out[0], math.Log((v[0]+dark)/(v[1]+dark)))
		out[1] = append(out[1], math.Log((v[2]+dark)/(v[1]+dark)))
	}
	return out
}

// subspace is a set of orthonormal columns.
type subspace [][]float64

// nuisance spans what changes the colour of a face without the screen: time, as a camera adapts, and how the head stands in the room's
// light.
func nuisance(states []state) subspace {
	var out subspace
	for _, f := range []func(state) float64{
		func(state) float64 { return 1 },
		func(s state) float64 { return float64(s.at - states[0].at) },
		func(s state) float64 { return s.yaw },
		func(s state) float64 { return math.Abs(s.yaw) },
		func(s state) float64 { return s.size },
		func(s state) float64 { return s.mouth },
	} {
		v := make([]float64, len(states))
		before := 0.0
		for i, s := range states {
			v[i] = f(s)
			before += v[i] * v[i]
		}
		out.remove(v)
		norm := 0.0
		for _, x := range v {
			norm += x * x
		}
		if norm <= 1e-9*before { // nothing of its own
			continue
		}
		for i := range v {
			v[i] /= math.Sqrt(norm)
		}
		out = append(out, v)
	}
	return out
}

// remove takes the subspace's part out of ys.
func (s subspace) remove(ys []float64) {
	for _, v := range s {
		dot := 0.0
		for i := range v {
			dot += v[i] * ys[i]
		}
		for i := range v {
			ys[i] -= dot * v[i]
		}
	}
}

// glowOf reads the light on the middle of the face, where there is skin, and beside and above the head.
func glowOf(s shot) glow {
	var g glow
	b := s.face.Box
	// Skin that neither lids nor lips move over.
	half := 0.12 * s.face.Mesh.Size()
	for _, i := range skin {
		p := s.face.Mesh[i]
		c := s.mean(p.X-half, p.Y-half, p.X+half, p.Y+half, face.Box{}, skinGrid)
		for k := range c {
			g.face[k] += c[k] / float64(len(skin))
		}
	}
	w := float64(s.picture.RGB.Rect.Dx())
	// From the chin upwards, without the head and its hair.
	head := face.Box{X: b.X - 0.5*b.W, Y: b.Y - 0.6*b.H, W: 2 * b.W, H: 3 * b.H}
	g.behind = s.mean(0, 0, w, b.Y+b.H, head, grid)
	return g
}

// mean is the mean linear light over a rectangle without the hole, sampled on a grid.
func (s shot) mean(x0, y0, x1, y1 float64, hole face.Box, grid int) [3]float64 {
	table := toLight()
	im := s.picture.RGB
	var sum [3]float64
	n := 0.0
	for i := range grid {
		y := y0 + (y1-y0)*(float64(i)+0.5)/float64(grid)
		if y < 0 || y >= float64(im.Rect.Dy()) {
			continue
		}
		for k := range grid {
			x := x0 + (x1-x0)*(float64(k)+0.5)/float64(grid)
			if x < 0 || x >= float64(im.Rect.Dx()) || x >= hole.X && x < hole.X+hole.W && y >= hole.Y && y < hole.Y+hole.H {
				continue
			}
			p := im.Pix[im.PixOffset(int(x), int(y)):]
			for c := range 3 {
				sum[c] += table[p[c]]
			}
			n++
		}
	}
	for c := range 3 {
		sum[c] = ratio(sum[c], n)
	}
	return sum
}
