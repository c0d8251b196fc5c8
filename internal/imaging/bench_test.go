package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/jpeg"
	"testing"
)

// phonePhoto is 12 megapixels of structured noise; its JPEG is some 5 MB, as a phone's.
func phonePhoto(b *testing.B) []byte {
	b.Helper()
	im := Resize(speckle(500, 375, 4), 4000, 3000)
	for i := range im.Pix { // contrast as of a photo: few colours at the ends of the scale
		if i%4 != 3 {
			im.Pix[i] = 64 + im.Pix[i]/2
		}
	}
	return encodeJPEG(b, im)
}

func BenchmarkDecode12MP(b *testing.B) {
	jpg := phonePhoto(b)
	for name, o := range map[string]uint16{"upright": 1, "turned": 6} {
		data := withEXIF(jpg, exifTIFF(binary.BigEndian, o))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(b.Context(), data, Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("image/jpeg alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(jpg)); err != nil {
				b.Fatal(err)
			}
		}
	})
	im, err := jpeg.Decode(bytes.NewReader(jpg))
	if err != nil {
		b.Fatal(err)
	}
	yuv := im.(*image.YCbCr)
	b.Run("to RGB by own loop", func(b *testing.B) {
		for b.Loop() {
			rgbOf(yuv, orientation{}, jfifRange)
		}
	})
	b.Run("to RGB by own loop, turned", func(b *testing.B) {
		for b.Loop() {
			rgbOf(yuv, orientations[6], jfifRange)
		}
	})
	b.Run("to RGB by draw.Draw", func(b *testing.B) {
		for b.Loop() {
			out := image.NewRGBA(yuv.Rect)
			draw.Draw(out, out.Rect, yuv, image.Point{}, draw.Src)
		}
	})
}

func BenchmarkGeometry12MP(b *testing.B) {
	im := speckle(4000, 3000, 2)
	g := grayscale(im)
	quad := Quad{{300, 200}, {3700, 260}, {3650, 2700}, {260, 2650}}
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"Resize to 1600", func() { Resize(im, 1600, 1200) }},
		{"ResizeGray to 1000", func() { ResizeGray(g, 1000, 750) }},
		{"WarpPlane of a face to 192", func() { WarpPlane(im, Affine{5, .3, 1500, -.3, 5, 900}, 192, 192) }},
		{"WarpPlane of all to 256", func() { WarpPlane(im, Affine{15.625, 0, 0, 0, 15.625, 0}, 256, 256) }},
		{"WarpPerspective to 1600x1008", func() { WarpPerspective(im, QuadToRect(quad, 1600, 1008), 1600, 1008) }},
		{"WarpGray to 1200x60", func() { WarpGray(g, Affine{2.6, .1, 300, -.1, 2.6, 2500}, 1200, 60) }},
		{"Rotate90", func() { Rotate90(im, 1) }},
		{"Sharpness", func() { Sharpness(g, g.Rect) }},
		{"Exposure", func() { Exposure(g, g.Rect) }},
		{"Glare", func() { Glare(im, im.Rect) }},
		{"PerceptualHash", func() { PerceptualHash(g) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.f()
			}
		})
	}
}
