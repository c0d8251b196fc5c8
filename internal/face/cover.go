package face

import (
	"image"
	"math"
	"slices"

	"bonafide/internal/imaging"
)

// chart is the face levelled and brought to one size: the eyes level and chartEyes pixels apart, so that regions mean the same on every face.
type chart struct {
	im   *image.RGBA
	to   imaging.Affine // picture to chart
	mesh *Mesh
	unit float64 // the distance between the eyes
}

// The size of a chart. Above the eyes there is room for what a head wears.
const (
	chartEyes   = 48.
	chartWidth  = 192
	chartHeight = 240
	chartEyesY  = 118.
	leastEyes   = 16 // pixels between the eyes below which regions hold too little to be measured
)

func newChart(p *image.RGBA, m *Mesh) (*chart, bool) {
	five := m.Five()
	r, l := five[0], five[1]
	d := math.Hypot(l.X-r.X, l.Y-r.Y)
	if d < leastEyes {
		return nil, false
	}
	cos, sin := (l.X-r.X)/d, (l.Y-r.Y)/d
	k := d / chartEyes
	x, y := (l.X+r.X)/2, (l.Y+r.Y)/2
	const cx, cy = chartWidth / 2., chartEyesY
	from := imaging.Affine{k * cos, -k * sin, x - k*(cos*cx-sin*cy), k * sin, k * cos, y - k*(sin*cx+cos*cy)}
	to, ok := from.Inverse()
	if !ok {
		return nil, false
	}
	return &chart{im: imaging.WarpRGB(p, from, chartWidth, chartHeight), to: to, mesh: m, unit: chartEyes}, true
}

func (c *chart) at(i int) imaging.Point { return c.to.Apply(c.mesh.at(i)) }

// tone is a colour by what light does not change much: the logarithm of its luma, and of red and blue over green.
type tone struct{ luma, red, blue float64 }

// spot is the median tone around a point; ok is false outside the chart.
func (c *chart) spot(p imaging.Point, radius float64) (tone, bool) {
	var l, r, b []float64
	for y := int(p.Y - radius); y <= int(p.Y+radius); y++ {
		for x := int(p.X - radius); x <= int(p.X+radius); x++ {
			if x < 0 || y < 0 || x >= chartWidth || y >= chartHeight {
				return tone{}, false
			}
			q := c.im.Pix[c.im.PixOffset(x, y):]
			t := toneOf(q)
			l, r, b = append(l, t.luma), append(r, t.red), append(b, t.blue)
		}
	}
	if len(l) == 0 {
		return tone{}, false
	}
	return tone{median(l), median(r), median(b)}, true
}

func toneOf(q []uint8) tone {
	r, g, b := float64(q[0])+8, float64(q[1])+8, float64(q[2])+8
	return tone{math.Log(0.299*r + 0.587*g + 0.114*b), math.Log(r / g), math.Log(b / g)}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// usualShade and usualTint are how far skin of one face under usual light goes in the logarithms of luma and of colour.
const usualShade, usualTint = 0.75, 0.30

// hairShade is usualShade for two patches one above the other, which lie in more equal light than the parts of a whole face.
const hairShade = 0.63

// unlike is how far two tones lie apart in units in which skin of one face under usual light stays below 1: light and shade move the luma by about
// e^0.7, and hardly the colour.
func (t tone) unlike(o tone) float64 {
	return math.Max(math.Abs(t.luma-o.luma)/usualShade, math.Hypot(t.red-o.red, t.blue-o.blue)/usualTint)
}

// Points of the mesh: skin that a mask covers and a beard does not, and skin that it leaves bare; both by side.
var (
	maskedRight, maskedLeft = []int{36, 205, 50, 203}, []int{266, 425, 280, 423}
	bareRight, bareLeft     = []int{107, 108, 66, 109}, []int{336, 337, 296, 338}
)

// covers are the measures of what hides a face.
type covers struct {
	eyes, mouth, glare float64
}

func (c *chart) covers() covers {
	return covers{eyes: c.eyesCovered(), mouth: c.mouthCovered(), glare: c.lensGlare()}
}

// mouthCovered is how unlike the lower half of the face is to its forehead, by the less unlike side, so that light from one side alone is none.
func (c *chart) mouthCovered() float64 {
	out := math.Inf(1)
	for _, side := range [2][2][]int{{maskedRight, bareRight}, {maskedLeft, bareLeft}} {
		bare, ok := c.mean(side[1])
		if !ok {
			return 0
		}
		var d []float64
		for _, i := range side[0] {
			if t, ok := c.spot(c.at(i), 3); ok {
				d = append(d, t.unlike(bare))
			}
		}
		if len(d) == 0 {
			return 0
		}
		out = math.Min(out, median(d))
	}
	return out
}

func (c *chart) mean(points []int) (tone, bool) {
	var l, r, b []float64
	for _, i := range points {
		if t, ok := c.spot(c.at(i), 3); ok {
			l, r, b = append(l, t.luma), append(r, t.red), append(b, t.blue)
		}
	}
	if len(l) == 0 {
		return tone{}, false
	}
	return tone{median(l), median(r), median(b)}, true
}

// lids of the mesh, around each eye and clear of the brow: the points under the brow and under the eye that skin shows on.
var (
	socketRight = [2][]int{{222, 223, 224, 225}, {230, 231, 229, 228}}
	socketLeft  = [2][]int{{442, 443, 444, 445}, {450, 451, 449, 448}}
)

// eyesCovered is how unlike the skin over and under the more hidden eye is to the cheek below it: the greater eye of the mean over lids and bags. Hair
// that falls over an eye covers the cheek as well, so both being darker than the jaw of that side counts alike.
func (c *chart) eyesCovered() float64 {
	out := 0.0
	for _, side := range []struct {
		rings [2][]int
		cheek []int
		jaw   []int
	}{{socketRight, []int{50, 205, 101, 36}, []int{207, 216, 212, 214}}, {socketLeft, []int{280, 425, 330, 266}, []int{427, 436, 432, 434}}} {
		cheek, ok := c.mean(side.cheek)
		if !ok {
			continue
		}
		jaw, hasJaw := c.mean(side.jaw)
		sum, darker := 0.0, math.Inf(1)
		for _, ring := range side.rings {
			var d, below []float64
			for _, i := range ring {
				if t, ok := c.spot(c.at(i), 2); ok {
					d = append(d, t.unlike(cheek))
					below = append(below, jaw.luma-t.luma)
				}
			}
			if len(d) == 0 {
				return 0
			}
			sum += median(d)
			darker = math.Min(darker, median(below))
		}
		out = math.Max(out, sum/2)
		if hasJaw {
			out = math.Max(out, darker/hairShade)
		}
	}
	return out
}

// lensGlare is the share of the surroundings of the eyes that is nearly white and much lighter than the cheeks: the greater eye.
func (c *chart) lensGlare() float64 {
	cheek, ok := c.mean([]int{50, 280, 205, 425})
	if !ok {
		return 0
	}
	out := 0.0
	five := c.mesh.Five()
	for _, eye := range five[:2] {
		p := c.to.Apply(eye)
		n, white := 0, 0
		for y := int(p.Y - 0.26*c.unit); y <= int(p.Y+0.26*c.unit); y++ {
			for x := int(p.X - 0.42*c.unit); x <= int(p.X+0.42*c.unit); x++ {
				if x < 0 || y < 0 || x >= chartWidth || y >= chartHeight {
					continue
				}
				n++
				q := c.im.Pix[c.im.PixOffset(x, y):]
				if t := toneOf(q); t.luma > math.Log(225+8) && t.luma > cheek.luma+0.22 {
					white++
				}
			}
		}
		if n > 0 {
			out = math.Max(out, float64(white)/float64(n))
		}
	}
	return out
}
