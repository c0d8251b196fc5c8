package face

import (
	"encoding/json"
	"image"
	"math"
)

// Box is an upright rectangle in picture pixels; it may reach outside the picture. In JSON it is [x, y, width, height].
type Box struct{ X, Y, W, H float64 }

// MarshalJSON writes the box as [x, y, width, height], rounded to a tenth of a pixel.
func (b Box) MarshalJSON() ([]byte, error) {
	r := func(v float64) float64 { return math.Round(v*10) / 10 }
	return json.Marshal([4]float64{r(b.X), r(b.Y), r(b.W), r(b.H)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Box) UnmarshalJSON(data []byte) error {
	var v [4]float64
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*b = Box{v[0], v[1], v[2], v[3]}
	return nil
}

// Rect is the box in whole pixels, cut to bounds.
func (b Box) Rect(bounds image.Rectangle) image.Rectangle {
	return image.Rect(
		int(math.Floor(b.X)), int(math.Floor(b.Y)), int(math.Ceil(b.X+b.W)), int(math.Ceil(b.Y+b.H)),
	).Intersect(bounds)
}

func (b Box) area() float64 { return math.Max(0, b.W) * math.Max(0, b.H) }

func (b Box) intersect(o Box) float64 {
	w := math.Min(b.X+b.W, o.X+o.W) - math.Max(b.X, o.X)
	h := math.Min(b.Y+b.H, o.Y+o.H) - math.Max(b.Y, o.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h
}

// iou is the area both share in parts of the area either covers, 0..1.
func (b Box) iou(o Box) float64 {
	i := b.intersect(o)
	if i == 0 {
		return 0
	}
	return i / (b.area() + o.area() - i)
}

// covered is the area both share in parts of the smaller one's area, 0..1.
func (b Box) covered(o Box) float64 {
	i := b.intersect(o)
	if i == 0 {
		return 0
	}
	return i / math.Min(b.area(), o.area())
}

// same tells whether two boxes frame one face: they overlap as MediaPipe's suppression has it, or one lies mostly in the other.
func (b Box) same(o Box) bool { return b.iou(o) > blazeOverlap || b.covered(o) > 2*blazeOverlap }

// grow moves every side outwards by a share of the box's size.
func (b Box) grow(by float64) Box {
	return Box{b.X - by*b.W, b.Y - by*b.H, b.W * (1 + 2*by), b.H * (1 + 2*by)}
}
