package ocr

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io/fs"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/models"
)

// drawn is a text on a synthetic page.
type drawn struct {
	text string
	x, y int // of the baseline's start
	size float64
	bold bool
}

// page draws texts on a light, slightly noisy ground.
func page(t testing.TB, w, h int, texts []drawn, seed uint64) *image.RGBA {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{226, 232, 236, 255}), image.Point{}, draw.Src)
	for _, d := range texts {
		data := goregular.TTF
		if d.bold {
			data = gobold.TTF
		}
		f, err := opentype.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: d.size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			t.Fatal(err)
		}
		dr := font.Drawer{Dst: img, Src: image.NewUniform(color.RGBA{30, 32, 60, 255}), Face: face, Dot: fixed.P(d.x, d.y)}
		dr.DrawString(d.text)
	}
	rng := rand.New(rand.NewPCG(seed, 7))
	for i := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = uint8(math.Max(0, math.Min(255, float64(img.Pix[i])+3*rng.NormFloat64())))
		}
	}
	return img
}

var specimen = []drawn{
	{"REPUBLIC OF UTOPIA", 60, 70, 34, true},
	{"Surname", 300, 130, 20, false},
	{"ERIKSSON", 300, 165, 30, true},
	{"Given names", 300, 215, 20, false},
	{"ANNA MARIA", 300, 250, 30, true},
	{"Date of birth", 300, 300, 20, false},
	{"12 AUG 1974", 300, 335, 30, true},
	{"Document No", 300, 385, 20, false},
	{"L898902C3", 300, 420, 30, true},
	{"Geburtsort", 300, 470, 20, false},
	{"Zürich, Österreich", 300, 505, 28, false},
}

func TestReadSyntheticPage(t *testing.T) {
	r := readerForTest(t)
	upright := page(t, 900, 560, specimen, 1)
	cases := []struct {
		name  string
		img   *image.RGBA
		angle float64
	}{
		{"upright", upright, 0},
		{"turned clockwise", imaging.Rotate90(upright, 1), math.Pi / 2},
		{"upside down", imaging.Rotate90(upright, 2), math.Pi},
		{"turned anticlockwise", imaging.Rotate90(upright, 3), -math.Pi / 2},
		{"tilted by five degrees", tilted(upright, 5), 5 * math.Pi / 180},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := r.Read(context.Background(), imaging.FromRGBA(c.img), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := math.Abs(normAngle(got.Angle - c.angle)); d > 0.03 {
				t.Errorf("angle = %.3f, want %.3f", got.Angle, c.angle)
			}
			var texts []string
			for _, l := range got.Lines {
				texts = append(texts, l.Text)
			}
			right := 0
			for i, d := range specimen {
				if i < len(texts) && strings.ReplaceAll(texts[i], " ", "") == strings.ReplaceAll(d.text, " ", "") {
					right++
				}
			}
			if right < len(specimen)-1 || len(texts) != len(specimen) {
				t.Errorf("%d of %d lines right and in place: %q", right, len(specimen), texts)
			}
			for _, l := range got.Lines {
				if n := len([]rune(l.Text)); n != len(l.Chars) || l.Confidence <= 0 || l.Confidence > 1 {
					t.Errorf("%q: %d letters, confidence %v", l.Text, len(l.Chars), l.Confidence)
				}
				for k, ch := range l.Chars {
					if k > 0 && ch.X <= l.Chars[k-1].X {
						t.Errorf("%q: letter %d stands before the one before it", l.Text, k)
					}
				}
			}
		})
	}
}

// tilted turns a page clockwise about its middle, on a larger sheet of the same ground.
func tilted(src *image.RGBA, degrees float64) *image.RGBA {
	w, h := src.Rect.Dx()+120, src.Rect.Dy()+120
	s, c := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(w)/2, float64(h)/2
	sx, sy := float64(src.Rect.Dx())/2, float64(src.Rect.Dy())/2
	out := imaging.WarpRGB(src, imaging.Affine{c, s, sx - c*cx - s*cy, -s, c, sy + s*cx - c*cy}, w, h)
	for i := 0; i < len(out.Pix); i += 4 {
		if out.Pix[i] == 0 && out.Pix[i+1] == 0 && out.Pix[i+2] == 0 {
			out.Pix[i], out.Pix[i+1], out.Pix[i+2] = 226, 232, 236
		}
	}
	return out
}

func readerForTest(t testing.TB) *Reader {
	t.Helper()
	r, err := New(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadNothing(t *testing.T) {
	r := readerForTest(t)
	for _, size := range [][2]int{{1, 1}, {15, 400}, {640, 480}} {
		got, err := r.Read(context.Background(), imaging.FromRGBA(page(t, size[0], size[1], nil, 2)), Options{})
		if err != nil || len(got.Lines) != 0 {
			t.Errorf("%v: %d lines, %v", size, len(got.Lines), err)
		}
	}
}

func TestReadLimits(t *testing.T) {
	r := readerForTest(t)
	p := imaging.FromRGBA(page(t, 900, 560, specimen, 3))
	got, err := r.Read(context.Background(), p, Options{MaxBoxes: 4})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Lines) > 4 || got.Found < 10 {
		t.Errorf("read %d lines of %d found with a limit of 4", len(got.Lines), got.Found)
	}
	upper := imaging.Quad{{X: 0, Y: 0}, {X: 900, Y: 0}, {X: 900, Y: 180}, {X: 0, Y: 180}}
	got, err = r.Read(context.Background(), p, Options{Region: &upper})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Lines) != 3 {
		t.Errorf("read %d lines in a region of 3", len(got.Lines))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Read(ctx, p, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: %v", err)
	}
}

func TestAlphabet(t *testing.T) {
	t.Parallel()
	raw, err := fs.ReadFile(models.Files(), "latin-reader.charset.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	if len(want) != len(alphabet) {
		t.Fatalf("alphabet has %d letters, the model's file %d", len(alphabet), len(want))
	}
	for i, r := range alphabet {
		if want[i] != string(r) {
			t.Errorf("class %d is %q here and %q in the model's file", i+1, r, want[i])
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	class := func(r rune) int {
		for i, a := range alphabet {
			if a == r {
				return i + 1
			}
		}
		return 0
	}
	cases := []struct {
		name, frames, want string // '_' is the blank
	}{
		{"repeats are one letter", "_AAA_BB_", "AB"},
		{"a blank between makes two", "_A_A_", "AA"},
		{"letters side by side", "ABA", "ABA"},
		{"only blanks", "____", ""},
		{"nothing", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := len(alphabet) + 1
			probs := make([]float32, len(c.frames)*n)
			for i, f := range c.frames {
				k := 0
				if f != '_' {
					k = class(f)
				}
				probs[i*n+k] = 0.9
				probs[i*n+class('Z')] = 0.05
			}
			got := decode(probs, n)
			var text strings.Builder
			for _, ch := range got.chars {
				text.WriteRune(ch.R)
				if math.Abs(ch.Conf-0.9) > 1e-6 || len(ch.Others) != 1 || ch.Others[0].R != 'Z' {
					t.Errorf("letter %+v", ch)
				}
			}
			if text.String() != c.want {
				t.Errorf("decode(%q) = %q, want %q", c.frames, text.String(), c.want)
			}
		})
	}
}

func TestVote(t *testing.T) {
	t.Parallel()
	say := func(score float64, text string, conf float64, others ...Alternative) reading {
		r := reading{score: score}
		for i, c := range []rune(text) {
			ch := Char{R: c, Conf: conf, X: float64(i) / 10}
			if plain(c) != c {
				ch.Others = others
			}
			r.chars = append(r.chars, ch)
		}
		return r
	}
	unsure := Alternative{'A', 0.25}
	cases := []struct {
		name     string
		readings []reading
		want     string
	}{
		{"one reading stands", []reading{say(0.9, "MARTIN", 0.9)}, "MARTIN"},
		{"a letter left out surely comes back", []reading{say(0.99, "ARTIN", 0.99), say(0.97, "MARTIN", 0.9), say(0.97, "MARTIN", 0.9)}, "MARTIN"},
		{"marks that disagree fall", []reading{say(0.97, "MĀRTIN", 0.3, unsure), say(0.97, "MÄRTIN", 0.3, unsure), say(0.97, "MÀRTIN", 0.3, unsure)}, "MARTIN"},
		{"marks that agree stay", []reading{say(0.97, "MÄRTIN", 0.9), say(0.97, "MÄRTIN", 0.8), say(0.9, "MARTIN", 0.5)}, "MÄRTIN"},
		{"most letters win", []reading{say(0.97, "SM1TH", 0.5), say(0.97, "SMITH", 0.8), say(0.97, "SMITH", 0.8)}, "SMITH"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, ch := range vote(c.readings) {
				got.WriteRune(ch.R)
			}
			if got.String() != c.want {
				t.Errorf("vote = %q, want %q", got.String(), c.want)
			}
		})
	}
}

func TestComponents(t *testing.T) {
	t.Parallel()
	const w, h = 120, 80
	prob := make([]float32, w*h)
	fill := func(x0, y0, x1, y1 int, p float32) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				prob[y*w+x] = p
			}
		}
	}
	fill(10, 10, 70, 16, 0.9)  // a line
	fill(80, 40, 84, 70, 0.9)  // a vertical one
	fill(20, 40, 60, 46, 0.35) // too faint
	fill(100, 5, 102, 7, 0.95) // too small
	got := components(prob, w, h)
	if len(got) != 2 {
		t.Fatalf("%d boxes, want 2: %+v", len(got), got)
	}
	if b := got[0]; math.Abs(b.cx-40) > 0.01 || math.Abs(b.cy-13) > 0.01 || b.w <= 60 || b.h <= 6 || math.Abs(b.angle) > 1e-9 {
		t.Errorf("the line's box is %+v", b)
	}
	if b := got[1]; b.w <= b.h || math.Abs(math.Abs(b.angle)-math.Pi/2) > 1e-9 {
		t.Errorf("the vertical box is %+v", b)
	}
}

func BenchmarkDetect(b *testing.B) {
	r := readerForTest(b)
	p := imaging.FromRGBA(page(b, 900, 560, specimen, 1))
	for b.Loop() {
		if _, err := r.detect(context.Background(), p, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadLines(b *testing.B) {
	r := readerForTest(b)
	p := imaging.FromRGBA(page(b, 900, 560, specimen, 1))
	boxes, err := r.detect(context.Background(), p, Options{})
	if err != nil {
		b.Fatal(err)
	}
	quads := make([]imaging.Quad, len(boxes))
	for i, x := range boxes {
		quads[i] = x.quad()
	}
	for b.Loop() {
		if _, err := r.ReadLines(context.Background(), p.Gray(), quads); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(quads)), "µs/line")
}
