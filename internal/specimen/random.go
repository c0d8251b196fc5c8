package specimen

import "math"

// stream is a small deterministic random source (SplitMix64, Steele, Lea and Flood 2014). It is written out here, and not taken from
// math/rand, so that a seed means the same picture in every Go version.
type stream struct{ state uint64 }

// newStream returns the source for one purpose of one seed. Each purpose has its own, so that drawing one number more for
// the face does not change the name.
func newStream(seed uint64, purpose string) *stream {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(purpose) {
		h = (h ^ uint64(purpose[i])) * 1099511628211
	}
	s := &stream{state: seed*0x9E3779B97F4A7C15 ^ h}
	s.next()
	return s
}

func (s *stream) next() uint64 {
	s.state += 0x9E3779B97F4A7C15
	return mix64(s.state)
}

func mix64(z uint64) uint64 {
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// float returns a number in [0,1).
func (s *stream) float() float64 { return float64(s.next()>>11) / (1 << 53) }

// span returns a number in [a,b).
func (s *stream) span(a, b float64) float64 { return a + (b-a)*s.float() }

// intn returns a number in 0..n-1.
func (s *stream) intn(n int) int { return int(s.float() * float64(n)) }

// chance is true with probability p.
func (s *stream) chance(p float64) bool { return s.float() < p }

// bell returns a bell-shaped number of mean 0 and deviation about 1, never beyond ±2.2: no tails that would turn a head into a
// monster.
func (s *stream) bell() float64 {
	t := 0.0
	for range 4 {
		t += s.float()
	}
	return clamp((t-2)*math.Sqrt(3), -2.2, 2.2)
}

// hash2 maps a lattice point to [0,1).
func hash2(x, y int, salt uint32) float64 {
	h := uint32(x)*0x9E3779B1 ^ uint32(y)*0x85EBCA77 ^ salt*0xC2B2AE3D
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 12
	h *= 0x297A2D39
	h ^= h >> 15
	return float64(h) / (1 << 32)
}

// noise2 is value noise of unit lattice in [-1,1].
func noise2(x, y float64, salt uint32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	u, v := x-fx, y-fy
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	a, b := hash2(ix, iy, salt), hash2(ix+1, iy, salt)
	c, d := hash2(ix, iy+1, salt), hash2(ix+1, iy+1, salt)
	a += (b - a) * u
	c += (d - c) * u
	return 2*(a+(c-a)*v) - 1
}

// fractal sums octaves of noise2, each twice as fine and half as strong; about [-1,1].
func fractal(x, y float64, octaves int, salt uint32) float64 {
	sum, amp, norm := 0.0, 1.0, 0.0
	for i := range octaves {
		sum += amp * noise2(x, y, salt+uint32(i)*7919)
		norm += amp
		amp /= 2
		x, y = 2*x+17.3, 2*y-5.1
	}
	return sum / norm
}

// clamp is plain comparisons because it runs several times a pixel; v must be a number.
func clamp(v, lo, hi float64) float64 {
	if v < lo {
		return lo
	}
	if v > hi {
		return hi
	}
	return v
}

func lerp(a, b, t float64) float64 { return a + (b-a)*t }

// smooth is the cubic step from 0 at a to 1 at b (a > b: the falling step).
func smooth(a, b, x float64) float64 {
	t := clamp((x-a)/(b-a), 0, 1)
	return t * t * (3 - 2*t)
}

// hill is the Gaussian bump exp(-(x²+y²)/2) of already scaled coordinates.
func hill(x, y float64) float64 {
	q := x*x + y*y
	if q > 24 {
		return 0
	}
	return math.Exp(-q / 2)
}
