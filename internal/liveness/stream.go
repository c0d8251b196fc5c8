package liveness

import (
	"math"
	"strings"
	"sync"
)

// toLight is sRGB to linear light, byte by byte.
var toLight = sync.OnceValue(func() (t [256]float64) {
	for i := range t {
		t[i] = linear(uint8(i))
	}
	return t
})

// stream measures how the frames came about.
func stream(shots []shot, c Challenge, f Frames) Stream {
	return Stream{
		JitterMS: jitter(shots, f), Repeated: repeated(shots), Noise: noise(shots), Disorder: disorder(shots), Virtual: virtual(c.Camera),
	}
}

func jitter(shots []shot, f Frames) float64 {
	var steps []float64
	for i := 1; i < len(shots); i++ {
		if d := shots[i].at - shots[i-1].at; float64(d) <= gapFactor*float64(f.PaceMS) {
			steps = append(steps, float64(d))
		}
	}
	var mean, sum float64
	for _, s := range steps {
		mean += s / float64(len(steps))
	}
	for _, s := range steps {
		sum += (s - mean) * (s - mean)
	}
	return math.Sqrt(ratio(sum, float64(len(steps))))
}

// repeated is the share of shots whose pixels are those of an earlier one, with others between. The same picture several times in a row is a
// camera that is slower than its reader, as in the evening.
func repeated(shots []shot) float64 {
	seen := map[uint64]bool{}
	n := 0
	for i, s := range shots {
		if seen[s.sum] && s.sum != shots[i-1].sum {
			n++
		}
		seen[s.sum] = true
	}
	return ratio(float64(n), float64(len(shots)))
}

// noise is the smallest mean change of luma between neighbouring frames, over what lies around the head: where neither camera nor
// person moves, the sensor's noise is left.
func noise(shots []shot) float64 {
	least := math.Inf(1)
	for i := 1; i < len(shots); i++ {
		a, b := shots[i-1], shots[i]
		if a.face == nil || b.face == nil || a.picture.RGB.Rect != b.picture.RGB.Rect || a.sum == b.sum {
			continue
		}
		im := a.picture.RGB
		head := a.face.Box
		sum, n := 0.0, 0.0
		for y := im.Rect.Dy() / 64; y < im.Rect.Dy(); y += max(1, im.Rect.Dy()/32) {
			for x := im.Rect.Dx() / 64; x < im.Rect.Dx(); x += max(1, im.Rect.Dx()/32) {
				fx, fy := float64(x), float64(y)
				if fx > head.X-0.3*head.W && fx < head.X+1.3*head.W && fy > head.Y-0.5*head.H {
					continue
				}
				o := im.PixOffset(x, y)
				sum += math.Abs(luma(a.picture.RGB.Pix[o:]) - luma(b.picture.RGB.Pix[o:]))
				n++
			}
		}
		if n > 0 {
			least = min(least, sum/n)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func luma(p []uint8) float64 { return 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2]) }

// disorder is the von Neumann ratio of the head's path: the mean square of its steps over twice its variance. A path has small steps
// and a large extent, and a number near 0; places drawn without order have 1.
func disorder(shots []shot) float64 {
	var path [][6]float64
	for _, s := range shots {
		if s.face == nil {
			continue
		}
		x := stateOf(s.at, s.face)
		b := s.face.Box
		// Each in units of what a small movement changes.
		path = append(path, [6]float64{
			x.yaw / 8, x.pitch / 8, x.mouth / 0.5, 4 * ratio(b.X+b.W/2, x.size), 4 * ratio(b.Y+b.H/2, x.size), math.Log(max(x.size, 1)) * 8,
		})
	}
	n := float64(len(path))
	if n < 5 {
		return 0
	}
	var mean [6]float64
	for _, p := range path {
		for k := range p {
			mean[k] += p[k] / n
		}
	}
	var variance, steps float64
	for i, p := range path {
		for k := range p {
			variance += (p[k] - mean[k]) * (p[k] - mean[k]) / n
			if i > 0 {
				d := p[k] - path[i-1][k]
				steps += d * d / (n - 1)
			}
		}
	}
	const still = 0.15 // the variance of a head held still, and of the mesh's own tremble
	if variance < still {
		return 0
	}
	return steps / (2 * variance)
}

// virtual reports the names of programs that act as cameras.
func virtual(name string) bool {
	name = strings.ToLower(name)
	for _, w := range []string{"virtual", "obs ", "obs-", "obs_", "manycam", "snap camera", "droidcam", "xsplit", "splitcam", "vcam", "v4l2loopback", "dummy video", "fake_device", ".mjpeg", ".y4m"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}
