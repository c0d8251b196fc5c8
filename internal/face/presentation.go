package face

import (
	"math"

	"bonafide/internal/imaging"
)

// presentationSide is the side of the square on which the skin's tint is read.
const presentationSide = 160

// Tint is the colour of a face without its brightness: the medians of ln(red/green) and ln(blue/green).
type Tint struct{ Red, Blue float64 }

// TintOf reads the tint of a face of p; ok is false where the picture is grey, or too dark or too bright to have one.
func TintOf(p *imaging.Picture, m *Mesh) (t Tint, ok bool) {
	const (
		inside   = 0.8  // of the extent of the mesh: skin, and little of hair and background
		dark     = 25   // luma up to which noise decides the colour
		clipped  = 250  // a channel that is burnt out no longer tells the colour
		least    = 0.2  // of the pixels that must be left
		coloured = 0.04 // mean saturation; less is a grey picture
	)
	c := m.crop()
	c.side *= inside / meshMargin
	im := imaging.WarpRGB(p.RGB, c.affine(presentationSide), presentationSide, presentationSide)
	var red, blue []float64
	var colour float64
	for i := 0; i < len(im.Pix); i += 4 {
		q := im.Pix[i : i+3]
		r, g, b := float64(q[0]), float64(q[1]), float64(q[2])
		most := max(r, g, b)
		if 0.299*r+0.587*g+0.114*b <= dark || most >= clipped {
			continue
		}
		tone := toneOf(q)
		red, blue = append(red, tone.red), append(blue, tone.blue)
		colour += (most - min(r, g, b)) / most
	}
	if float64(len(red)) < least*area(im.Rect) || colour < coloured*float64(len(red)) {
		return Tint{}, false
	}
	return Tint{median(red), median(blue)}, true
}

// Recaptured is the probability, at even odds, that a face of this tint was pictured from paper or from a display rather than from life.
// A printer's inks and a display's lights reproduce skin with another white and another gamut than its own, and a second camera adds its own idea
// of white: what is left is too grey, too blue or too purple for skin. It is one weak sign: a cold lamp, a film's colour grading and a
// filter do the same.
func (t Tint) Recaptured() float64 {
	z := recapture[0]
	for i, v := range t.Terms() {
		z += recapture[i+1] * v
	}
	return 1 / (1 + math.Exp(-z))
}

// Terms are what the logarithm of the odds is a sum of.
func (t Tint) Terms() [5]float64 {
	return [5]float64{t.Red, t.Blue, t.Red * t.Red, t.Blue * t.Blue, t.Red * t.Blue}
}

// recapture are the weights of 1 and of the terms: the fit of greatest likelihood to drawn faces, pictured once and pictured again from simulated
// prints and displays, and to nothing else (`bonafide eval presentation`, docs/evaluation/presentation-attack.md).
var recapture = [6]float64{3.468, -29.428, -4.712, 122.736, 122.485, 220.242}

// recaptured is Recaptured of a face of p, 0 where nothing can be said.
func recaptured(p *imaging.Picture, m *Mesh) float64 {
	if t, ok := TintOf(p, m); ok {
		return t.Recaptured()
	}
	return 0
}
