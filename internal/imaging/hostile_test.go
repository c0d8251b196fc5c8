package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// FuzzDecode: whatever the bytes, Decode ends in a picture or a *DecodeError, and a picture is whole.
func FuzzDecode(f *testing.F) {
	f.Add(encodeJPEG(f, scene(32, 24)))
	f.Add(withEXIF(encodeJPEG(f, scene(32, 24)), exifTIFF(binary.LittleEndian, 6)))
	f.Add(encodePNG(f, scene(32, 24)))
	f.Add(afterIHDR(encodePNG(f, scene(16, 16)), chunk("eXIf", exifTIFF(binary.BigEndian, 8))))
	entries, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".webp" || ext == ".jpg" || ext == ".heic" {
			f.Add(fixture(f, e.Name()))
		}
	}
	lim := Limits{Bytes: 1 << 16, Pixels: 1 << 16, Side: 1 << 10}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(t.Context(), data, lim)
		if err != nil {
			var de *DecodeError
			if !errors.As(err, &de) || de.Kind == "" {
				t.Fatalf("%v is not a DecodeError", err)
			}
			return
		}
		w, h := p.RGB.Rect.Dx(), p.RGB.Rect.Dy()
		if w <= 0 || h <= 0 || w*h > 1<<16 || p.RGB.Rect.Min != (image.Point{}) || !p.RGB.Opaque() || p.Gray().Rect != p.RGB.Rect {
			t.Fatalf("%v shown %v", p, p.RGB.Rect)
		}
		if o := p.Meta.Orientation; o < 1 || o > 8 || len(p.Meta.Make) > 4*maxText {
			t.Fatalf("metadata %d %d", o, len(p.Meta.Make))
		}
	})
}

// FuzzEXIF reads metadata alone, thousands of times faster than behind a decoder.
func FuzzEXIF(f *testing.F) {
	f.Add(exifTIFF(binary.LittleEndian, 6))
	f.Add(exifTIFF(binary.BigEndian, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := Metadata{Orientation: 1}
		began := time.Now()
		readEXIF(&m, data)
		if m.Orientation < 1 || m.Orientation > 8 || time.Since(began) > 5*time.Second {
			t.Fatalf("orientation %d after %v", m.Orientation, time.Since(began))
		}
	})
}

// allocated is how many bytes f allocates in all. Not parallel with anything: the counter is the process's.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestBombsCostNothing must run alone, so it is not parallel and neither are its cases.
func TestBombsCostNothing(t *testing.T) {
	zeros := func(n int) []byte {
		var b bytes.Buffer
		z, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		block := make([]byte, 1<<20)
		for range n >> 20 {
			if _, err := z.Write(block); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	bomb := zeros(256 << 20)
	pn := encodePNG(t, scene(64, 48))
	end := func(b []byte) []byte { return append(b, chunk("IEND", nil)...) }
	for _, c := range []struct {
		name string
		data []byte
		most uint64
		ok   bool
	}{
		{"png header of 50000 by 50000", end(append(pngHeader(50000, 50000, 8, 6), chunk("IDAT", nil)...)), 1 << 20, false},
		{"png header of 8000 by 8000", end(append(pngHeader(8000, 8000, 8, 6), chunk("IDAT", nil)...)), 1 << 20, false},
		{"zTXt of 256 MB", afterIHDR(pn, chunk("zTXt", append([]byte("Raw profile type iptc\x00\x00"), bomb...))), 4 << 20, true},
		{"iCCP of 256 MB", afterIHDR(pn, chunk("iCCP", append([]byte("x\x00\x00"), bomb...))), 4 << 20, true},
		{"iTXt of 256 MB", afterIHDR(pn, chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x01\x00\x00\x00"), bomb...))), 4 << 20, true},
		{"IDAT of 256 MB for 64 by 48", end(append(pngHeader(64, 48, 8, 6), chunk("IDAT", bomb)...)), 4 << 20, false},
	} {
		var err error
		got := allocated(func() { _, err = Decode(t.Context(), c.data, Limits{}) })
		if (err == nil) != c.ok && c.name != "IDAT of 256 MB for 64 by 48" {
			t.Errorf("%s: %v", c.name, err)
		}
		if got > c.most {
			t.Errorf("%s: %d KiB allocated, at most %d", c.name, got>>10, c.most>>10)
		}
	}
}

// TestDecodeMemory holds the bound that Decode's comment gives for plain JPEG, with a margin for what is not pixels.
func TestDecodeMemory(t *testing.T) {
	const w, h = 2000, 1500
	jpg := encodeJPEG(t, speckle(w, h, 1))
	for _, o := range []uint16{1, 6} {
		data := withEXIF(jpg, exifTIFF(binary.BigEndian, o))
		got := allocated(func() {
			p, err := Decode(t.Context(), data, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if o == 1 {
				p.Gray()
			}
		})
		if most := uint64(w*h*11/2 + 1<<20); got > most {
			t.Errorf("orientation %d: %d bytes, at most %d", o, got, most)
		}
	}
}

func TestDecodePNGVariants(t *testing.T) {
	t.Parallel()
	pal := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.NRGBA{200, 0, 0, 255}, color.NRGBA{0, 0, 200, 0}, color.NRGBA{0, 100, 0, 128}})
	for i := range pal.Pix {
		pal.Pix[i] = uint8(i % 3)
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		deep.SetNRGBA64(i%4, i/4, color.NRGBA64{0xffff, 0x8000, 0, 0x8000})
	}
	grey16 := image.NewGray16(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		grey16.SetGray16(i%4, i/4, color.Gray16{0x7fff})
	}
	for _, c := range []struct {
		name string
		im   image.Image
		x    int
		want color.RGBA
	}{
		{"palette, opaque", pal, 0, color.RGBA{200, 0, 0, 255}},
		{"palette, transparent is white", pal, 1, color.RGBA{255, 255, 255, 255}},
		{"palette, half", pal, 2, color.RGBA{127, 177, 127, 255}},
		{"sixteen bits with alpha", deep, 0, color.RGBA{255, 191, 127, 255}},
		{"sixteen bits grey", grey16, 0, color.RGBA{127, 127, 127, 255}},
	} {
		p, err := Decode(t.Context(), encodePNG(t, c.im), Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := p.RGB.RGBAAt(c.x, 0); !near(got, c.want, 1) || !p.RGB.Opaque() {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLogsTellNothing(t *testing.T) {
	t.Parallel()
	p, err := Decode(t.Context(), withEXIF(encodeJPEG(t, scene(32, 24)), exifTIFF(binary.BigEndian, 1)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("decoded", "picture", p, "meta", p.Meta)
	fmt.Fprintf(&b, "%v %+v %#v %s %v", p.Meta, p.Meta, p.Meta, p.Meta, p)
	if p.Meta.Make != "Pinhole" || strings.Contains(b.String(), "Pinhole") || !strings.Contains(b.String(), `"width":32`) {
		t.Errorf("%s", b.String())
	}
}

func TestYCbCrMatchesStandardLibrary(t *testing.T) {
	t.Parallel()
	tab := jfifRange.tables()
	worst := 0
	for y := range 256 {
		for u := 0; u < 256; u += 3 {
			for v := 0; v < 256; v += 5 {
				var d [4]uint8
				tab.put(d[:], uint8(y), uint8(u), uint8(v))
				r, g, b := color.YCbCrToRGB(uint8(y), uint8(u), uint8(v))
				for i, w := range [3]uint8{r, g, b} {
					worst = max(worst, int(d[i])-int(w), int(w)-int(d[i]))
				}
			}
		}
	}
	if worst > 1 {
		t.Errorf("off by %d", worst)
	}
}
