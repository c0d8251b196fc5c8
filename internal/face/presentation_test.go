package face

import (
	"image"
	"math"
	"testing"

	"bonafide/internal/imaging"
)

func TestTintOfSkinAndOfWhatIsNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r, g, b float64
		again   bool
	}{
		"light skin, daylight": {232, 190, 168, false},
		"tanned skin":          {198, 150, 118, false},
		"brown skin":           {150, 108, 84, false},
		"dark skin":            {96, 65, 52, false},
		"skin by a warm lamp":  {226, 160, 110, false},
		"a print without ink":  {172, 164, 160, true},
		"a bluish display":     {170, 168, 186, true},
		"a purple display":     {196, 118, 112, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tint := Tint{math.Log((c.r + 8) / (c.g + 8)), math.Log((c.b + 8) / (c.g + 8))}
			if p := tint.Recaptured(); (p > 0.8) != c.again {
				t.Errorf("%.3f at red %.3f, blue %.3f", p, tint.Red, tint.Blue)
			}
		})
	}
}

func TestTintOfAPicture(t *testing.T) {
	t.Parallel()
	flat := func(r, g, b uint8) *imaging.Picture {
		im := image.NewRGBA(image.Rect(0, 0, 200, 200))
		for i := 0; i < len(im.Pix); i += 4 {
			im.Pix[i], im.Pix[i+1], im.Pix[i+2], im.Pix[i+3] = r, g, b, 255
		}
		return imaging.FromRGBA(im)
	}
	var m Mesh
	for i := range m {
		a := 2 * math.Pi * float64(i) / meshPoints
		m[i] = Point3{100 + 60*math.Cos(a), 100 + 80*math.Sin(a), 0}
	}
	m[eyeRightOuter], m[eyeLeftOuter] = Point3{70, 80, 0}, Point3{130, 80, 0}
	for name, c := range map[string]struct {
		p  *imaging.Picture
		ok bool
	}{
		"skin":      {flat(200, 150, 120), true},
		"grey":      {flat(150, 150, 150), false},
		"black":     {flat(20, 12, 8), false},
		"burnt out": {flat(255, 230, 210), false},
	} {
		tint, ok := TintOf(c.p, &m)
		if ok != c.ok {
			t.Errorf("%s: told %v", name, ok)
		}
		if want := math.Log(208. / 158); ok && math.Abs(tint.Red-want) > 0.01 {
			t.Errorf("%s: red %.3f, want %.3f", name, tint.Red, want)
		}
	}
}
