package face

import (
	"image"
	"math"

	"bonafide/internal/imaging"
)

// Quality is what the picture of one face offers to a comparison and to a person who looks at it: numbers, in the terms of
// ISO/IEC 29794-5 (face image quality) where it has one, with no opinion on which are good enough. The measures are simpler than
// those of the standard's reference implementation OFIQ and their values are not interchangeable with its.
type Quality struct {
	// InterEyeDistance is the distance between the middles of the eyes in pixels (29794-5: inter-eye distance).
	InterEyeDistance float64 `json:"inter_eye_distance"`
	// HeadSize is the length of the face, top of forehead to chin, in parts of the picture's height (29794-5: head size).
	HeadSize float64 `json:"head_size"`
	// OffCentreX and OffCentreY say where the middle of the face is: 0 the picture's middle, -1 its left or top edge, 1 its right
	// or bottom edge (29794-5: horizontal and vertical position).
	OffCentreX float64 `json:"off_centre_x"`
	OffCentreY float64 `json:"off_centre_y"`
	// Margin is the least distance from the face's box to an edge of the picture, in box widths; negative where the picture cuts
	// the face (29794-5: margins and crops of the face).
	Margin float64 `json:"margin"`
	// RunnerUp is the area of the next largest face in parts of this one's, 0 where there is no other (29794-5: single face).
	RunnerUp float64 `json:"runner_up"`
	Pose
	// Brightness is the mean luma on the face, 0 black to 255 white (29794-5: luminance mean).
	Brightness float64 `json:"brightness"`
	// Contrast is imaging.ExposureStats.Contrast on the face (29794-5: dynamic range).
	Contrast float64 `json:"contrast"`
	// Underexposed and Overexposed are the shares of the face that are nearly black and nearly white, 0..1 (29794-5: under- and
	// over-exposure prevention).
	Underexposed float64 `json:"underexposed"`
	Overexposed  float64 `json:"overexposed"`
	// Uniformity is the luma of the darker cheek over that of the lighter, 0..1 (29794-5: illumination uniformity).
	Uniformity float64 `json:"uniformity"`
	// Backlight is the mean luma of what surrounds the head less that of the face, -255..255; large where the light is behind.
	Backlight float64 `json:"backlight"`
	// Sharpness is imaging.Sharpness on the face, reduced to 256 pixels where it is larger (29794-5: sharpness): the inverse of
	// the blur in those pixels.
	Sharpness float64 `json:"sharpness"`
	// Veil is the luma of the darkest fiftieth of the face over its mean, 0..1. Pupils, nostrils and brows are dark on every face unless a veil
	// of stray light lies over it, as a smeared lens lays; blur alone lowers Sharpness and this less.
	Veil float64 `json:"veil"`
	// EyesCovered and MouthCovered say how unlike the skin around the more hidden eye is to the cheeks, and the lower half of the face to the
	// forehead; skin under usual light stays below about 1 (29794-5: eyes visible, mouth occlusion prevention). 0 where the face is too small.
	EyesCovered  float64 `json:"eyes_covered"`
	MouthCovered float64 `json:"mouth_covered"`
	// EyesGlare is the share of the surroundings of an eye that shines white, as reflections on glasses do.
	EyesGlare float64 `json:"eyes_glare"`
	// Recaptured is Tint.Recaptured: how likely the tint of the skin makes it, 0..1, that a print or a display was pictured; 0 where nothing can be
	// said.
	Recaptured float64 `json:"recaptured"`
	// EyesOpen is the aspect ratio of the less open eye, about 0.3 open and below 0.15 shut (29794-5: eyes open).
	EyesOpen float64 `json:"eyes_open"`
	// MouthOpen is the mouth's aspect ratio, 0 shut (29794-5: mouth closed).
	MouthOpen float64 `json:"mouth_open"`
}

// Shares of the face's box. Light is read well inside the mesh, where there is skin and neither hair nor background; the head is
// taken to end well outside it.
const (
	insetShare = 0.15
	headShare  = 0.35
	cheekShare = 0.3 // of the inter-eye distance, the side of the square read on each cheek
	levelSide  = 256 // pixels
)

// Cheeks of the mesh.
const cheekRight, cheekLeft = 50, 280

// Measure reads the quality of faces[i] of p; faces are what Find returned.
func Measure(p *imaging.Picture, faces []Face, i int) Quality {
	f := faces[i]
	five := f.Mesh.Five()
	bounds := p.RGB.Rect
	w, h := float64(bounds.Dx()), float64(bounds.Dy())
	cx, cy := f.Box.X+f.Box.W/2, f.Box.Y+f.Box.H/2
	q := Quality{
		InterEyeDistance: math.Hypot(five[1].X-five[0].X, five[1].Y-five[0].Y),
		HeadSize:         f.Mesh.distance(foreheadTop, chin) / h,
		OffCentreX:       2*cx/w - 1,
		OffCentreY:       2*cy/h - 1,
		Margin:           ratio(math.Min(math.Min(f.Box.X, f.Box.Y), math.Min(w-f.Box.X-f.Box.W, h-f.Box.Y-f.Box.H)), f.Box.W),
		Pose:             f.Pose,
		EyesOpen:         math.Min(f.EyeRight, f.EyeLeft),
		MouthOpen:        f.Mouth,
	}
	for j, o := range faces {
		if j != i {
			q.RunnerUp = math.Max(q.RunnerUp, ratio(o.Box.area(), f.Box.area()))
		}
	}
	g := p.Gray()
	head := f.Box.grow(headShare).Rect(bounds)
	if head.Empty() {
		return q
	}
	level := f.Mesh.level(g)
	light := imaging.Exposure(level, level.Rect)
	q.Brightness, q.Contrast = light.Mean, light.Contrast
	q.Underexposed, q.Overexposed = light.UnderShare, light.OverShare
	q.Sharpness = imaging.Sharpness(level, level.Rect)
	q.Veil = veil(level, light.Mean)
	if c, ok := newChart(p.RGB, &f.Mesh); ok {
		hidden := c.covers()
		q.EyesCovered, q.MouthCovered, q.EyesGlare = hidden.eyes, hidden.mouth, hidden.glare
	}
	q.Recaptured = recaptured(p, &f.Mesh)
	q.Backlight = surround(g, head, light.Mean) - light.Mean
	q.Uniformity = uniformity(g, &f.Mesh, cheekShare*q.InterEyeDistance)
	return q
}

// level cuts the inside of the face out of g with the eyes level, so that a turned picture measures the same, and no larger than
// levelSide: what is finer than that helps no comparison.
func (m *Mesh) level(g *image.Gray) *image.Gray {
	c := m.crop()
	c.side *= (1 - 2*insetShare) / meshMargin
	pixels := int(math.Round(math.Max(8, math.Min(levelSide, c.side))))
	return imaging.WarpGray(g, c.affine(pixels), pixels, pixels)
}

// surround is the mean luma outside head; otherwise where nothing is outside.
func surround(g *image.Gray, head image.Rectangle, otherwise float64) float64 {
	all, in := area(g.Rect), area(head)
	if all-in < all/100 {
		return otherwise
	}
	return (imaging.Exposure(g, g.Rect).Mean*all - imaging.Exposure(g, head).Mean*in) / (all - in)
}

func uniformity(g *image.Gray, m *Mesh, side float64) float64 {
	side = math.Max(side, 3)
	var light [2]float64
	for k, i := range [2]int{cheekRight, cheekLeft} {
		r := Box{m[i].X - side/2, m[i].Y - side/2, side, side}.Rect(g.Rect)
		if r.Empty() {
			return 0
		}
		light[k] = imaging.Exposure(g, r).Mean
	}
	return ratio(math.Min(light[0], light[1]), math.Max(light[0], light[1]))
}

// veil is the luma of the darkest fiftieth of g over its mean.
func veil(g *image.Gray, mean float64) float64 {
	var hist [256]int
	for y := range g.Rect.Dy() {
		for _, v := range g.Pix[y*g.Stride : y*g.Stride+g.Rect.Dx()] {
			hist[v]++
		}
	}
	left := g.Rect.Dx() * g.Rect.Dy() / 50
	for v, n := range hist {
		if left -= n; left < 0 {
			return ratio(float64(v), mean)
		}
	}
	return 0
}

func area(r image.Rectangle) float64 { return float64(r.Dx()) * float64(r.Dy()) }
