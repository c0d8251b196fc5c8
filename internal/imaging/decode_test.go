package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// scene is a picture whose eight orientations all differ and that JPEG keeps: four patches, one of them grey.
func scene(w, h int) *image.RGBA {
	im := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range []color.RGBA{{200, 40, 40, 255}, {40, 180, 60, 255}, {50, 60, 190, 255}, {128, 128, 128, 255}} {
		x, y := i%2*w/2, i/2*h/2
		draw.Draw(im, image.Rect(x, y, x+w/2, y+h/2), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return im
}

func encodeJPEG(t testing.TB, im image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, im, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, im image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifTIFF is a little TIFF structure: orientation, make, GPS latitude.
func exifTIFF(order binary.AppendByteOrder, orient uint16) []byte {
	b := []byte("II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 3)
	tag := func(id, typ uint16, n, v uint32) {
		b = order.AppendUint16(b, id)
		b = order.AppendUint16(b, typ)
		b = order.AppendUint32(b, n)
		if typ == 3 {
			b = order.AppendUint16(b, uint16(v))
			b = append(b, 0, 0)
			return
		}
		b = order.AppendUint32(b, v)
	}
	const after = 8 + 2 + 3*12 + 4
	tag(0x010f, 2, 8, after)
	tag(0x0112, 3, 1, uint32(orient))
	tag(0x8825, 4, 1, after+8)
	b = order.AppendUint32(b, 0)
	b = append(b, "Pinhole\x00"...)
	b = order.AppendUint16(b, 1)
	tag(2, 5, 3, after+8+2+12+4)
	b = order.AppendUint32(b, 0)
	for _, v := range []uint32{48, 1, 51, 1, 2924, 100} {
		b = order.AppendUint32(b, v)
	}
	return b
}

// withEXIF puts a TIFF structure in an APP1 segment after SOI.
func withEXIF(jpg, tiff []byte) []byte {
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, 0, 0)
	binary.BigEndian.PutUint16(out[4:], uint16(2+6+len(tiff)))
	out = append(append(out, "Exif\x00\x00"...), tiff...)
	return append(out, jpg[2:]...)
}

// chunk is a PNG chunk.
func chunk(name string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// afterIHDR inserts chunks behind a PNG's first.
func afterIHDR(p []byte, chunks ...[]byte) []byte {
	out := append([]byte(nil), p[:33]...)
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, p[33:]...)
}

func pngHeader(w, h uint32, depth, colour byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, w)
	b = binary.BigEndian.AppendUint32(b, h)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(b, depth, colour, 0, 0, 0))...)
}

func at(im *image.RGBA, x, y int) color.RGBA { return im.RGBAAt(x, y) }

func near(a, b color.RGBA, tol int) bool {
	d := func(x, y uint8) bool { return max(int(x)-int(y), int(y)-int(x)) <= tol }
	return d(a.R, b.R) && d(a.G, b.G) && d(a.B, b.B) && a.A == 255
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	jpg, pn := encodeJPEG(t, scene(64, 48)), encodePNG(t, scene(64, 48))
	var anim bytes.Buffer
	pal := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&anim, &gif.GIF{Image: []*image.Paletted{pal, pal}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	var still bytes.Buffer
	if err := gif.Encode(&still, pal, nil); err != nil {
		t.Fatal(err)
	}
	riff := func(chunks ...string) []byte {
		b := []byte("WEBP")
		for i := 0; i < len(chunks); i += 2 {
			b = append(b, chunks[i]...)
			b = binary.LittleEndian.AppendUint32(b, uint32(len(chunks[i+1])))
			b = append(b, chunks[i+1]...)
		}
		return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(b))), b...)
	}
	flipped := append([]byte(nil), pn...)
	flipped[len(flipped)/2] ^= 0x55
	noEOI := jpg[:len(jpg)-2]
	halfScan := append(append([]byte(nil), jpg[:len(jpg)*3/4]...), 0xff, 0xd9)
	hugeJPEG := func(sof byte) []byte {
		b := append([]byte{0xff, 0xd8, 0xff, sof, 0, 17, 8}, 0x17, 0x70, 0x17, 0x70, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0)
		return append(b, 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9)
	}
	scans := append([]byte(nil), jpg[:len(jpg)-2]...)
	for range 100 {
		scans = append(scans, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55)
	}
	scans = append(scans, 0xff, 0xd9)
	for _, c := range []struct {
		name string
		data []byte
		lim  Limits
		want Kind
	}{
		{"nothing", nil, Limits{}, KindEmpty},
		{"too many bytes", jpg, Limits{Bytes: 100}, KindTooLarge},
		{"text named .jpg", []byte("this is not a picture, whatever its name says"), Limits{}, KindUnknownFormat},
		{"one byte", []byte{0xff}, Limits{}, KindUnknownFormat},
		{"pdf", []byte("%PDF-1.7\n..."), Limits{}, KindUnsupported},
		{"tiff", []byte("II*\x00\x08\x00\x00\x00"), Limits{}, KindUnsupported},
		{"still gif", still.Bytes(), Limits{}, KindUnsupported},
		{"animated gif", anim.Bytes(), Limits{}, KindAnimated},
		{"png of 50000 by 50000", append(pngHeader(50000, 50000, 8, 2), append(chunk("IDAT", nil), chunk("IEND", nil)...)...), Limits{}, KindTooManyPixels},
		{"png of 4 billion by 4 billion", append(pngHeader(1<<31-1, 1<<31-1, 16, 6), chunk("IEND", nil)...), Limits{}, KindTooManyPixels},
		{"png of 6000 by 6000 without data", append(pngHeader(6000, 6000, 8, 6), append(chunk("IDAT", make([]byte, 100)), chunk("IEND", nil)...)...), Limits{}, KindTruncated},
		{"png, cut", pn[:len(pn)/2], Limits{}, KindTruncated},
		{"png, flipped bits", flipped, Limits{}, KindCorrupt},
		{"apng", afterIHDR(pn, chunk("acTL", []byte{0, 0, 0, 5, 0, 0, 0, 0})), Limits{}, KindAnimated},
		{"jpeg over the side", jpg, Limits{Side: 63}, KindTooManyPixels},
		{"jpeg over the pixels", jpg, Limits{Pixels: 64*48 - 1}, KindTooManyPixels},
		{"jpeg, three bytes", jpg[:3], Limits{}, KindTruncated},
		{"jpeg, cut in the header", jpg[:200], Limits{}, KindTruncated},
		{"jpeg, cut in the scan", jpg[:len(jpg)*3/4], Limits{}, KindTruncated},
		{"jpeg without EOI", noEOI, Limits{}, KindTruncated},
		{"jpeg, cut and closed", halfScan, Limits{}, KindCorrupt},
		{"jpeg of 6000 by 6000 without data", hugeJPEG(0xc0), Limits{}, KindTruncated},
		{"progressive jpeg of 6000 by 6000 without data", hugeJPEG(0xc2), Limits{}, KindTruncated},
		{"arithmetic jpeg", hugeJPEG(0xc9), Limits{}, KindUnsupported},
		{"jpeg with a hundred scans", scans, Limits{}, KindUnsupported},
		{"jpeg without a frame", []byte{0xff, 0xd8, 0xff, 0xd9}, Limits{}, KindCorrupt},
		{"animated webp", riff("VP8X", "\x02\x00\x00\x00\x3f\x00\x00\x3f\x00\x00", "ANIM", "\x00\x00\x00\x00\x00\x00", "ANMF", "0123456789abcdef", "ANMF", "0123456789abcdef"), Limits{}, KindAnimated},
		{"webp of 16384 by 16384", riff("VP8L", "\x2f\xff\xff\xff\x0f0"), Limits{}, KindTooManyPixels},
		{"webp canvas of 16 million", riff("VP8X", "\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff"), Limits{}, KindCorrupt},
		{"webp without picture", riff("VP8X", "\x00\x00\x00\x00\x3f\x00\x00\x3f\x00\x00"), Limits{}, KindCorrupt},
		{"webp, cut", riff("VP8L", "\x2f\x00\x00\x00\x00\x00")[:22], Limits{}, KindTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := Decode(t.Context(), c.data, c.lim)
			var de *DecodeError
			if !errors.As(err, &de) {
				t.Fatalf("picture %v, error %v, want kind %s", p, err, c.want)
			}
			if de.Kind != c.want {
				t.Errorf("kind %s (%v), want %s", de.Kind, err, c.want)
			}
		})
	}
}

func TestDecodeCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, encodeJPEG(t, scene(64, 48)), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// shown is what scene(w, h) looks like at a point of the upright picture when its pixels are stored under an orientation.
func shown(o int, w, h, x, y int) (sx, sy int) {
	switch o {
	case 1:
		return x, y
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	}
	return w - 1 - y, x
}

func TestDecodeOrientation(t *testing.T) {
	t.Parallel()
	const w, h = 70, 50
	im := scene(w, h)
	grey := image.NewGray(im.Rect)
	draw.Draw(grey, grey.Rect, im, image.Point{}, draw.Src)
	for _, c := range []struct {
		name string
		file func(tiff []byte) []byte
		grey bool
		tol  int
	}{
		{"jpeg 420", func(x []byte) []byte { return withEXIF(encodeJPEG(t, im), x) }, false, 12},
		{"jpeg grey", func(x []byte) []byte { return withEXIF(encodeJPEG(t, grey), x) }, true, 12},
		{"png", func(x []byte) []byte { return afterIHDR(encodePNG(t, im), chunk("eXIf", x)) }, false, 0},
		{"png grey", func(x []byte) []byte { return afterIHDR(encodePNG(t, grey), chunk("eXIf", x)) }, true, 0},
	} {
		for o := 1; o <= 8; o++ {
			order := binary.AppendByteOrder(binary.LittleEndian)
			if o%2 == 0 {
				order = binary.BigEndian
			}
			p, err := Decode(t.Context(), c.file(exifTIFF(order, uint16(o))), Limits{})
			if err != nil {
				t.Fatalf("%s %d: %v", c.name, o, err)
			}
			wantW, wantH := w, h
			if o > 4 {
				wantW, wantH = h, w
			}
			if p.RGB.Rect != image.Rect(0, 0, wantW, wantH) || p.Gray().Rect != p.RGB.Rect {
				t.Fatalf("%s %d: size %v, grey %v", c.name, o, p.RGB.Rect, p.Gray().Rect)
			}
			if p.Meta.Orientation != o || p.Meta.Make != "Pinhole" || !p.Meta.HasGPS || !p.Meta.HasEXIF || p.Meta.StoredWidth != w {
				t.Errorf("%s %d: metadata %+v", c.name, o, struct{ Metadata }{p.Meta})
			}
			for y := 2; y < wantH; y += 5 {
				for x := 2; x < wantW; x += 5 {
					sx, sy := shown(o, w, h, x, y)
					if max(sx-w/2, w/2-sx) < 4 || max(sy-h/2, h/2-sy) < 4 {
						continue // JPEG rings there
					}
					want := im.RGBAAt(sx, sy)
					l := color.GrayModel.Convert(want).(color.Gray).Y
					if c.grey {
						want = color.RGBA{l, l, l, 255}
					}
					if got := at(p.RGB, x, y); !near(got, want, c.tol) {
						t.Fatalf("%s %d: (%d,%d) is %v, want %v", c.name, o, x, y, got, want)
					}
					if g := p.Gray().GrayAt(x, y).Y; !near(color.RGBA{g, g, g, 255}, color.RGBA{l, l, l, 255}, c.tol+1) {
						t.Fatalf("%s %d: grey (%d,%d) is %d, want %d", c.name, o, x, y, g, l)
					}
				}
			}
		}
	}
}
