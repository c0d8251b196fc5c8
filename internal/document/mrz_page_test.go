package document

import (
	"image"
	"image/color"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"bonafide/internal/imaging"
	"bonafide/mrz"
)

// mrzFace opens a font of OCR-B, as kept for the specimens, with characters
// pitch px apart.
func mrzFace(t *testing.T, name string, pitch float64) font.Face {
	t.Helper()
	data, err := os.ReadFile("../specimen/font/" + name)
	if err != nil {
		t.Fatal(err)
	}
	otf, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	face := func(size float64) font.Face {
		f, err := opentype.NewFace(otf, &opentype.FaceOptions{Size: size, DPI: 72})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	advance, _ := face(100).GlyphAdvance('H')
	return face(100 * pitch * 64 / float64(advance))
}

// page draws a zone of pitch px a character at the foot of a speckled page.
func page(t *testing.T, lines []string, pitch float64) *image.RGBA {
	t.Helper()
	// The rasteriser leaves out two characters of the first font.
	round, square := mrzFace(t, "OCRB.otf", pitch), mrzFace(t, "OCRBS.otf", pitch)
	w := int(pitch * (float64(len(lines[0])) + 6))
	out := image.NewRGBA(image.Rect(0, 0, w, w*7/10))
	r := rand.New(rand.NewPCG(8, 8))
	for i := range out.Pix {
		out.Pix[i] = clamp8(215 + 5*r.NormFloat64())
		if i%4 == 3 {
			out.Pix[i] = 255
		}
	}
	d := font.Drawer{Dst: out, Src: image.NewUniform(color.RGBA{30, 30, 35, 255})}
	for i, l := range lines {
		y := float64(out.Rect.Dy()) - pitch*2 - float64(len(lines)-1-i)*pitch*2.4
		for j := range len(l) {
			d.Dot = fixed.Point26_6{X: fixed.Int26_6(64 * pitch * (3 + float64(j))), Y: fixed.Int26_6(64 * y)}
			d.Face = round
			if l[j] == '8' || l[j] == mrz.Filler {
				d.Face = square
			}
			d.DrawString(l[j : j+1])
		}
	}
	return out
}

// licence is a driving licence's line.
func licence() []string {
	text := "D1NLD15094962111659VN0N0NN000"
	return []string{text + string(mrz.CheckDigit(text))}
}

// TestReadsEveryFormat draws a zone of each format and reads it, upright and
// tilted. The drawings are easy; formats are what is tested.
func TestReadsEveryFormat(t *testing.T) {
	t.Parallel()
	r := mrzReaderForTest(t)
	for format, lines := range map[mrz.Format][]string{
		mrz.TD1:   card,
		mrz.TD2:   {"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
		mrz.TD3:   passport,
		mrz.MRVA:  {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"},
		mrz.MRVB:  {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"},
		mrz.FRAID: {"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"},
		mrz.IDL:   licence(),
	} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			drawn := page(t, lines, 18)
			for name, do := range map[string]func(*image.RGBA) *image.RGBA{
				"upright": chain(), "tilted by 21°": tilt(21), "upside down": turned(2),
			} {
				got, err := r.Read(t.Context(), &imaging.Picture{RGB: do(drawn)}, measuredAt)
				if err != nil {
					t.Fatal(err)
				}
				if got == nil {
					t.Errorf("%s: nothing found", name)
					continue
				}
				if got.Format != format || !slices.Equal(got.Lines, lines) || !got.Parsed.CheckDigits.OK() {
					t.Errorf("%s: got %s %v", name, got.Format, got.Lines)
				}
			}
		})
	}
}
