package imaging

import (
	"image"
	"math"
	"slices"
)

// LatticeStats describe a fine regular pattern over the whole of a region: the lights of a display, the beats between them and the camera's
// pixels, or the dots of a printing raster.
type LatticeStats struct {
	Peak      float64 // of the mean log spectrum above its surroundings, in powers of e; 0 where nothing was measured
	Frequency float64 // cycles a pixel
	Angle     float64 // degrees, 0..180
	Patches   int
}

// The inner constants of Lattice.
const (
	latticeSide = 128  // pixels: side of a patch, a power of two
	latticeMin  = 14   // least frequency, in cycles a patch: print and guilloches are coarser
	latticeRing = 5    // half-width, in cycles a patch, of the ring that a peak is compared with
	latticeJPEG = 16   // cycles a patch of the frequencies that JPEG's blocks of eight pixels leave
	latticeGrid = 5    // patches along the longer side
	latticeDull = 2.25 // least variance, levels², of a patch: nothing is seen in one that is burnt out or black
)

// Lattice looks for a pattern that repeats everywhere in region r of g, at the picture's own resolution, in patches spread over it. The
// patches' spectra are whitened by their rings and averaged as logarithms, so that what stands in one patch alone, however strong, counts
// little.
func Lattice(g *image.Gray, r image.Rectangle) LatticeStats {
	r = r.Intersect(image.Rect(0, 0, g.Rect.Dx(), g.Rect.Dy()))
	const n = latticeSide
	if r.Dx() < n || r.Dy() < n {
		return LatticeStats{}
	}
	nx, ny := latticeGrid, latticeGrid
	if r.Dx() > r.Dy() {
		ny = max(2, latticeGrid*r.Dy()/r.Dx())
	} else {
		nx = max(2, latticeGrid*r.Dx()/r.Dy())
	}
	nx, ny = min(nx, r.Dx()/n), min(ny, r.Dy()/n)
	t := newFFT(n)
	mean := make([]float64, n*n)
	s := LatticeStats{}
	for j := range ny {
		for i := range nx {
			x, y := r.Min.X, r.Min.Y
			if nx > 1 {
				x += i * (r.Dx() - n) / (nx - 1)
			}
			if ny > 1 {
				y += j * (r.Dy() - n) / (ny - 1)
			}
			if t.spectrum(g, x, y) {
				s.Patches++
				for k, v := range t.power {
					mean[k] += v
				}
			}
		}
	}
	if s.Patches < 4 {
		return LatticeStats{Patches: s.Patches}
	}
	for v := -n / 2; v < n/2; v++ {
		for u := 0; u <= n/2-1; u++ { // the other half mirrors it
			f := math.Hypot(float64(u), float64(v))
			if f < latticeMin || f > 0.98*n/2 || onBlocks(u, v) {
				continue
			}
			// Perspective moves the frequency a little from patch to patch, so a peak may be spread over neighbours.
			p := mean[(v+n)%n*n+u] / float64(s.Patches)
			if p > s.Peak {
				s.Peak, s.Frequency = p, f/n
				s.Angle = math.Mod(math.Atan2(float64(v), float64(u))*180/math.Pi+180, 180)
			}
		}
	}
	return s
}

// onBlocks says whether a frequency is one that JPEG's blocks leave.
func onBlocks(u, v int) bool {
	near := func(k int) bool { k = (k%latticeJPEG + latticeJPEG) % latticeJPEG; return k <= 1 || k >= latticeJPEG-1 }
	return near(u) && near(v) || (u <= 1 && near(v)) || (v >= -1 && v <= 1 && near(u)) || u >= latticeSide/2-2 || v <= -latticeSide/2+2
}

// fft is a radix-2 transform of square patches with its tables and memory.
type fft struct {
	n      int
	cos    []float64
	sin    []float64
	window []float64
	re, im []float64
	power  []float64 // whitened logarithm of the power
	ring   []int     // of each frequency
}

func newFFT(n int) *fft {
	t := &fft{
		n: n, cos: make([]float64, n/2), sin: make([]float64, n/2), window: make([]float64, n),
		re: make([]float64, n*n), im: make([]float64, n*n), power: make([]float64, n*n), ring: make([]int, n*n),
	}
	for k := range n / 2 {
		t.sin[k], t.cos[k] = math.Sincos(-2 * math.Pi * float64(k) / float64(n))
	}
	for k := range n {
		t.window[k] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(k)+0.5)/float64(n))
	}
	for v := range n {
		for u := range n {
			a, b := min(u, n-u), min(v, n-v)
			t.ring[v*n+u] = int(math.Hypot(float64(a), float64(b))) / latticeRing
		}
	}
	return t
}

// spectrum fills power from the patch at (x, y); false where the patch is dull.
func (t *fft) spectrum(g *image.Gray, x, y int) bool {
	n := t.n
	var sum, sq float64
	for j := range n {
		for _, v := range g.Pix[(y+j)*g.Stride+x : (y+j)*g.Stride+x+n] {
			sum += float64(v)
			sq += float64(v) * float64(v)
		}
	}
	m := sum / float64(n*n)
	if sq/float64(n*n)-m*m < latticeDull {
		return false
	}
	for j := range n {
		for i, v := range g.Pix[(y+j)*g.Stride+x : (y+j)*g.Stride+x+n] {
			t.re[j*n+i] = (float64(v) - m) * t.window[i] * t.window[j]
			t.im[j*n+i] = 0
		}
	}
	for j := range n {
		t.transform(t.re[j*n:], t.im[j*n:], 1)
	}
	for i := range n {
		t.transform(t.re[i:], t.im[i:], n)
	}
	rings := make([][]float64, n/latticeRing+1)
	for k := range t.re {
		p := t.re[k]*t.re[k] + t.im[k]*t.im[k]
		t.power[k] = math.Log(p + 1e-3)
		if i := t.ring[k]; k%3 == 0 && i < len(rings) { // a third tells the level
			rings[i] = append(rings[i], t.power[k])
		}
	}
	level := make([]float64, len(rings))
	for i, v := range rings {
		if len(v) > 0 {
			slices.Sort(v)
			level[i] = v[len(v)/2]
		}
	}
	for k := range t.power {
		if i := t.ring[k]; i < len(level) {
			t.power[k] -= level[i]
		} else {
			t.power[k] = 0
		}
	}
	return true
}

// transform is in place, over every step-th of n values (Cooley and Tukey 1965).
func (t *fft) transform(re, im []float64, step int) {
	n := t.n
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			re[i*step], re[j*step] = re[j*step], re[i*step]
			im[i*step], im[j*step] = im[j*step], im[i*step]
		}
	}
	for size := 2; size <= n; size <<= 1 {
		half, stride := size/2, n/size
		for at := 0; at < n; at += size {
			for k := range half {
				c, s := t.cos[k*stride], t.sin[k*stride]
				a, b := (at+k)*step, (at+k+half)*step
				xr, xi := re[b]*c-im[b]*s, re[b]*s+im[b]*c
				re[b], im[b] = re[a]-xr, im[a]-xi
				re[a], im[a] = re[a]+xr, im[a]+xi
			}
		}
	}
}
