package imaging

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
)

func TestCost(t *testing.T) {
	t.Parallel()
	const w, h = 300, 200
	var j, p bytes.Buffer
	if err := jpeg.Encode(&j, image.NewRGBA(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data      []byte
		low, high int64 // bytes a pixel
	}{
		"a JPEG":          {j.Bytes(), 5, 4 + maxWorkPerPixel},
		"a PNG":           {p.Bytes(), 5, 4 + maxWorkPerPixel},
		"no picture":      {[]byte("text"), 0, 0},
		"nothing":         {nil, 0, 0},
		"a cut-off begin": {j.Bytes()[:4], 0, 0},
	} {
		if got := Cost(c.data); got < c.low*w*h || got > c.high*w*h {
			t.Errorf("%s costs %d bytes, want %d to %d a pixel", name, got, c.low, c.high)
		}
	}
}
