package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDecodeFixtures decodes the scene of four patches as other people's encoders wrote it; see testdata/make.sh.
func TestDecodeFixtures(t *testing.T) {
	t.Parallel()
	scene140, small := scene(140, 100), scene(40, 30)
	for _, c := range []struct {
		file   string
		format Format
		orient int // that the pixels must show
		small  bool
		grey   bool
		blend  bool // half transparent: over white
		tol    int
	}{
		{file: "plain.heic", format: HEIC, orient: 1, tol: 14},
		// EXIF says 6, no irot does: the picture is as it is (ISO/IEC 23008-12 §A.2).
		{file: "exif6_no_irot.heic", format: HEIC, orient: 1, tol: 14},
		{file: "chroma444.heic", format: HEIC, orient: 1, tol: 14},
		{file: "bt709limited.heic", format: HEIC, orient: 1, tol: 14},
		{file: "deep.heic", format: HEIC, orient: 1, tol: 14},
		{file: "grey.heic", format: HEIC, orient: 1, grey: true, tol: 14},
		{file: "small.heic", format: HEIC, orient: 1, small: true, tol: 20},
		{file: "lossless.webp", format: WebP, orient: 1, tol: 0},
		{file: "lossy_exif6.webp", format: WebP, orient: 6, tol: 14},
		{file: "alpha.webp", format: WebP, orient: 1, blend: true, tol: 14},
		{file: "progressive.jpg", format: JPEG, orient: 1, tol: 12},
		{file: "cmyk.jpg", format: JPEG, orient: 1, tol: 14},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			p, err := Decode(t.Context(), fixture(t, c.file), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			im := scene140
			if c.small {
				im = small
			}
			w, h := im.Rect.Dx(), im.Rect.Dy()
			wantW, wantH := w, h
			if c.orient > 4 {
				wantW, wantH = h, w
			}
			if p.RGB.Rect.Dx() != wantW || p.RGB.Rect.Dy() != wantH || p.Meta.Format != c.format || !p.RGB.Opaque() {
				t.Fatalf("%v, shown %v", p, p.RGB.Rect)
			}
			g := p.Gray()
			for y := 3; y < wantH; y += 5 {
				for x := 3; x < wantW; x += 5 {
					sx, sy := shown(c.orient, w, h, x, y)
					if max(sx-w/2, w/2-sx) < 5 || max(sy-h/2, h/2-sy) < 5 {
						continue
					}
					want := im.RGBAAt(sx, sy)
					l := color.GrayModel.Convert(want).(color.Gray).Y
					if c.grey {
						want = color.RGBA{l, l, l, 255}
					}
					if c.blend {
						half := func(v uint8) uint8 { return uint8((int(v)*128 + 255*127) / 255) }
						want, l = color.RGBA{half(want.R), half(want.G), half(want.B), 255}, half(l)
					}
					if got := p.RGB.RGBAAt(x, y); !near(got, want, c.tol) {
						t.Fatalf("(%d,%d) is %v, want %v", x, y, got, want)
					}
					if v := g.GrayAt(x, y).Y; !near(color.RGBA{v, v, v, 255}, color.RGBA{l, l, l, 255}, c.tol) {
						t.Fatalf("grey (%d,%d) is %d, want %d", x, y, v, l)
					}
				}
			}
		})
	}
}

// withProperty gives item 1 of a HEIC file another property, as the box writers do: at ipco's end, marked essential, moving what
// follows and iloc's offsets along.
func withProperty(t *testing.T, data, prop []byte) []byte {
	t.Helper()
	out := append([]byte(nil), data...)
	insert := func(at int, b []byte, parents ...string) {
		out = append(out[:at:at], append(append([]byte(nil), b...), out[at:]...)...)
		for _, p := range parents {
			i := bytes.Index(out, []byte(p)) - 4
			binary.BigEndian.PutUint32(out[i:], binary.BigEndian.Uint32(out[i:])+uint32(len(b)))
		}
	}
	count := 0
	i := bytes.Index(out, []byte("ipco")) - 4
	end := i + int(binary.BigEndian.Uint32(out[i:]))
	boxes(out[i+8:end], func(box) bool { count++; return true })
	insert(end, prop, "ipco", "iprp", "meta")
	// ipma: version and flags 4, entries 4, item 2, count 1.
	i = bytes.Index(out, []byte("ipma")) + 4
	if binary.BigEndian.Uint32(out[i:]) != 0 || binary.BigEndian.Uint16(out[i+8:]) != 1 {
		t.Fatal("the fixture's ipma is not as expected")
	}
	n := int(out[i+10])
	out[i+10]++
	insert(i+11+n, []byte{0x80 | byte(count+1)}, "ipma", "iprp", "meta")
	// iloc: version and flags 4, sizes 2; with 4-byte offsets and lengths and no base.
	i = bytes.Index(out, []byte("iloc")) + 4
	if out[i] != 0 || out[i+4] != 0x44 {
		t.Fatalf("the fixture's iloc is not as expected: % x", out[i:i+8])
	}
	base := int(out[i+5] >> 4)
	for k, at := 0, i+8; k < int(binary.BigEndian.Uint16(out[i+6:])); k++ {
		at += 4 + base + 2
		binary.BigEndian.PutUint32(out[at:], binary.BigEndian.Uint32(out[at:])+uint32(len(prop)+1))
		at += 8
	}
	return out
}

func TestDecodeHEICTurned(t *testing.T) {
	t.Parallel()
	im := scene(140, 100)
	irot := func(q byte) []byte { return []byte{0, 0, 0, 9, 'i', 'r', 'o', 't', q} }
	imir := func(axis byte) []byte { return []byte{0, 0, 0, 9, 'i', 'm', 'i', 'r', axis} }
	for _, c := range []struct {
		name string
		prop []byte
		want int // EXIF orientation that shows the same
	}{
		{"irot 90 anti-clockwise", irot(1), 8},
		{"irot 180", irot(2), 3},
		{"irot 270 anti-clockwise", irot(3), 6},
		{"imir about the vertical axis", imir(1), 2},
		{"imir about the horizontal axis", imir(0), 4},
	} {
		// The file's EXIF says 6: applied on top, it would show here.
		p, err := Decode(t.Context(), withProperty(t, fixture(t, "exif6_no_irot.heic"), c.prop), Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		w, h := 140, 100
		if c.want > 4 {
			w, h = h, w
		}
		if p.RGB.Rect != image.Rect(0, 0, w, h) || p.Meta.Orientation != 6 || p.Meta.StoredWidth != 140 || p.Meta.Make != "Pinhole" {
			t.Errorf("%s: shown %v, orientation %d", c.name, p.RGB.Rect, p.Meta.Orientation)
			continue
		}
		for _, q := range []image.Point{{10, 10}, {w - 10, 10}, {10, h - 10}, {w - 10, h - 10}} {
			sx, sy := shown(c.want, 140, 100, q.X, q.Y)
			if got, want := p.RGB.RGBAAt(q.X, q.Y), im.RGBAAt(sx, sy); !near(got, want, 14) {
				t.Errorf("%s: %v is %v, want %v", c.name, q, got, want)
			}
		}
	}
}

func TestDecodeHEICMajorMif1(t *testing.T) {
	t.Parallel()
	data := fixture(t, "plain.heic")
	copy(data[8:], "mif1")
	if _, err := Decode(t.Context(), data, Limits{}); err != nil {
		t.Fatal(err)
	}
}

func TestDecodeFixturesRefused(t *testing.T) {
	t.Parallel()
	heic := fixture(t, "plain.heic")
	sequence := append([]byte(nil), heic...)
	copy(sequence[8:], "hevc")
	broken := append([]byte(nil), heic...)
	for i := len(broken) - 200; i < len(broken); i++ {
		broken[i] ^= 0xa5
	}
	webp, lossless := fixture(t, "lossy_exif6.webp"), fixture(t, "lossless.webp")
	prog := fixture(t, "progressive.jpg")
	kind := func(data []byte, lim Limits) Kind {
		_, err := Decode(t.Context(), data, lim)
		de, ok := errors.AsType[*DecodeError](err)
		if !ok {
			return Kind("no refusal: " + strconv.FormatBool(err == nil))
		}
		return de.Kind
	}
	for name, c := range map[string]struct {
		data []byte
		lim  Limits
		want Kind
	}{
		"heic over the pixels": {heic, Limits{Pixels: 13999}, KindTooManyPixels},
		"heic over the side":   {heic, Limits{Side: 139}, KindTooManyPixels},
		"heic, cut":            {heic[:len(heic)-10], Limits{}, KindTruncated},
		"heic, cut in meta":    {heic[:100], Limits{}, KindTruncated},
		"heic sequence":        {sequence, Limits{}, KindAnimated},
		"avif":                 {fixture(t, "still.avif"), Limits{}, KindUnsupported},
		"webp, cut":            {webp[:len(webp)/2], Limits{}, KindTruncated},
		"lossless webp, cut":   {lossless[:len(lossless)-20], Limits{}, KindTruncated},
		"webp over the pixels": {webp, Limits{Pixels: 13999}, KindTooManyPixels},
		"progressive, cut":     {prog[:len(prog)/2], Limits{}, KindTruncated},
	} {
		if got := kind(c.data, c.lim); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	// Damaged video data may decode to something; what matters is that it ends.
	_ = kind(broken, Limits{})
}
