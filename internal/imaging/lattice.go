package imaging

import (
	"image"
	"math"
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
	var patches []image.Point
	for j := range ny {
		for i := range nx {
			p := r.Min
			if nx > 1 {
				p.X += i * (r.Dx() - n) / (nx - 1)
			}
			if ny > 1 {
				p.Y += j * (r.Dy() - n) / (ny - 1)
			}
			if !dull(g, p) {
				patches = append(patches, p)
			}
		}
	}
	s := LatticeStats{Patches: len(patches)}
	if s.Patches < 4 {
		return s
	}
	t := newFFT(n)
	for i := 0; i < len(patches); i += 2 {
		t.spectra(g, patches[i:min(i+2, len(patches))])
	}
	for v := -n / 2; v < n/2; v++ {
		for u := 0; u <= n/2-1; u++ { // the other half mirrors it
			f := math.Hypot(float64(u), float64(v))
			if f < latticeMin || f > 0.98*n/2 || onBlocks(u, v) {
				continue
			}
			// Perspective moves the frequency a little from patch to patch, so a peak may be spread over neighbours.
			p := t.sum[u*n+(v+n)%n] / float64(s.Patches)
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
	n        int
	cos, sin []float64
	window   []float64
	re, im   []float64
	ring     []int       // of each frequency of the half plane
	power    []float64   // logarithm of one patch's power, of the half plane: row u, column v
	rings    [][]float64 // power by ring
	sum      []float64   // of the patches' powers, whitened
}

func newFFT(n int) *fft {
	half := n / 2 * n
	t := &fft{
		n: n, cos: make([]float64, n/2), sin: make([]float64, n/2), window: make([]float64, n),
		re: make([]float64, n*n), im: make([]float64, n*n), power: make([]float64, half), ring: make([]int, half), sum: make([]float64, half),
		rings: make([][]float64, n/latticeRing+1),
	}
	for k := range n / 2 {
		t.sin[k], t.cos[k] = math.Sincos(-2 * math.Pi * float64(k) / float64(n))
	}
	for k := range n {
		t.window[k] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(k)+0.5)/float64(n))
	}
	for u := range n / 2 {
		for v := range n {
			t.ring[u*n+v] = int(math.Hypot(float64(u), float64(min(v, n-v)))) / latticeRing
		}
	}
	return t
}

// dull says whether there is nothing to see in the patch at p.
func dull(g *image.Gray, p image.Point) bool {
	const n = latticeSide
	var sum, sq int
	for y := range n {
		for _, v := range g.Pix[(p.Y+y)*g.Stride+p.X:][:n] {
			sum += int(v)
			sq += int(v) * int(v)
		}
	}
	m := float64(sum) / (n * n)
	return float64(sq)/(n*n)-m*m < latticeDull
}

// spectra adds the whitened spectra of one or two patches to sum. The patches are the real and the imaginary part of one transform: that of
// a real signal mirrors itself, so the two come apart again.
func (t *fft) spectra(g *image.Gray, patches []image.Point) {
	n := t.n
	clear(t.im)
	for k, part := range [][]float64{t.re, t.im}[:len(patches)] {
		t.load(g, patches[k], part)
	}
	t.columns()
	t.transpose()
	t.columns()
	for k := range patches {
		clearRings(t.rings)
		for u := range n / 2 {
			row, mirror := u*n, (n-u)%n*n
			for v := range n {
				a, b := row+v, mirror+(n-v)%n
				x, y := t.re[a]+t.re[b], t.im[a]-t.im[b]
				if k == 1 {
					x, y = t.im[a]+t.im[b], t.re[b]-t.re[a]
				}
				l := math.Log((x*x+y*y)/4 + 1e-3)
				t.power[a] = l
				if i := t.ring[a]; i < len(t.rings) {
					t.rings[i] = append(t.rings[i], l)
				}
			}
		}
		level := make([]float64, len(t.rings))
		for i, v := range t.rings {
			if len(v) > 0 {
				level[i] = nth(v, len(v)/2)
			}
		}
		for i, l := range t.power {
			if r := t.ring[i]; r < len(level) {
				t.sum[i] += l - level[r]
			}
		}
	}
}

func clearRings(rings [][]float64) {
	for i := range rings {
		rings[i] = rings[i][:0]
	}
}

// load fills part with the patch at p, its mean taken off, windowed.
func (t *fft) load(g *image.Gray, p image.Point, part []float64) {
	n := t.n
	sum := 0
	for y := range n {
		for _, v := range g.Pix[(p.Y+y)*g.Stride+p.X:][:n] {
			sum += int(v)
		}
	}
	m := float64(sum) / float64(n*n)
	for y := range n {
		row := part[y*n : (y+1)*n]
		for x, v := range g.Pix[(p.Y+y)*g.Stride+p.X:][:n] {
			row[x] = (float64(v) - m) * t.window[x] * t.window[y]
		}
	}
}

// columns transforms all columns in place (Cooley and Tukey 1965), row by row: what is combined lies side by side in memory.
func (t *fft) columns() {
	n := t.n
	row := func(v []float64, y int) []float64 { return v[y*n : (y+1)*n : (y+1)*n] }
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			for _, v := range [][]float64{t.re, t.im} {
				a, b := row(v, i), row(v, j)
				for x := range a {
					a[x], b[x] = b[x], a[x]
				}
			}
		}
	}
	for size := 2; size <= n; size <<= 1 {
		half, stride := size/2, n/size
		for at := 0; at < n; at += size {
			for k := range half {
				c, s := t.cos[k*stride], t.sin[k*stride]
				ar, ai := row(t.re, at+k), row(t.im, at+k)
				br, bi := row(t.re, at+k+half)[:len(ar)], row(t.im, at+k+half)[:len(ar)]
				ai = ai[:len(ar)]
				for x := range ar {
					xr, xi := br[x]*c-bi[x]*s, br[x]*s+bi[x]*c
					br[x], bi[x] = ar[x]-xr, ai[x]-xi
					ar[x], ai[x] = ar[x]+xr, ai[x]+xi
				}
			}
		}
	}
}

// transpose makes columns of rows.
func (t *fft) transpose() {
	n := t.n
	for y := range n {
		for x := range y {
			a, b := y*n+x, x*n+y
			t.re[a], t.re[b] = t.re[b], t.re[a]
			t.im[a], t.im[b] = t.im[b], t.im[a]
		}
	}
}

// nth is the k-th smallest of v, which it reorders (Hoare's selection).
func nth(v []float64, k int) float64 {
	lo, hi := 0, len(v)-1
	for lo < hi {
		pivot := v[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return v[k]
		}
	}
	return v[k]
}
