package document

import (
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"bonafide/internal/onnx/onnxtest"
)

var lineTruth = flag.Bool("lines.v", false, "print every line picture that is not read as transcribed")

// correctedLine is a line picture whose transcription in its source is not what the picture shows.
type correctedLine struct {
	File  string `json:"file"`
	Given string `json:"given"`
	Shown string `json:"shown"`
	Why   string `json:"why"`
}

type lineScore struct{ lines, exact, letters, wrong int }

func (s *lineScore) add(want, got string) {
	s.lines++
	s.letters += len(want)
	s.wrong += distance(want, got, len(want)+len(got))
	if got == want {
		s.exact++
	}
}

func (s *lineScore) String() string {
	return fmt.Sprintf("%d of %d lines exact (%.1f %%), %.2f %% of %d characters right",
		s.exact, s.lines, 100*float64(s.exact)/float64(s.lines), 100-100*float64(s.wrong)/float64(s.letters), s.letters)
}

// TestReadsLinePictures reads the crops of single lines with the network alone: no grammar, no check digits, no neighbouring line.
func TestReadsLinePictures(t *testing.T) {
	if testing.Short() {
		t.Skip("156 pictures: run without -short")
	}
	folder := dataFolder(t, "mrz_text")
	raw, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var items []struct {
		File  string `json:"file"`
		Kind  string `json:"kind"`
		Truth struct {
			Text string `json:"text"`
		} `json:"truth"`
	}
	if err := json.Unmarshal(raw, &items); err != nil {
		t.Fatal(err)
	}
	raw, err = os.ReadFile(filepath.Join("testdata", "mrz_line_corrections.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []correctedLine
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	corrected := map[string]correctedLine{}
	for _, c := range list {
		corrected[c.File] = c
	}
	rt := onnxtest.Open(t)
	m, err := rt.Model(mrzModel)
	if err != nil {
		t.Fatal(err)
	}
	net := network{m}
	var given, shown lineScore
	for _, item := range items {
		if item.Kind != "line_image" {
			continue
		}
		want := strings.ToUpper(item.Truth.Text)
		got := readLinePicture(t, net, filepath.Join(folder, item.File))
		given.add(want, got)
		if c, ok := corrected[filepath.Base(item.File)]; ok {
			if c.Given != want {
				t.Errorf("%s: the list of corrections expects %q, the data says %q", item.File, c.Given, want)
			}
			want = c.Shown
		}
		shown.add(want, got)
		if *lineTruth && got != want {
			t.Logf("%s\n  want %s\n  read %s", filepath.Base(item.File), want, got)
		}
	}
	t.Logf("as transcribed by the source: %v", &given)
	t.Logf("with the listed corrections:  %v", &shown)
	if 1000*shown.wrong > 5*shown.letters || 100*shown.exact < 95*shown.lines {
		t.Error("want 99.5 % of the characters and 95 % of the lines")
	}
}

// readLinePicture reads a picture that shows one line and nothing else: at its own proportions first, then at the network's pitch, framed in
// a few heights of which the surest counts.
func readLinePicture(t *testing.T, net network, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := tiff.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	b := img.Bounds()
	const rim = 12 // paper round the crop, which is cut at the ink
	g := image.NewGray(image.Rect(0, 0, b.Dx()+2*rim, b.Dy()+2*rim))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	ink := make([]int, g.Rect.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, gr, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			v := uint8((299*r + 587*gr + 114*bl) / 1000 >> 8)
			g.Pix[(y+rim)*g.Stride+x+rim] = v
			if v < 128 {
				ink[y+rim]++
			}
		}
	}
	least := slices.Max(ink) / 6
	top, bottom := 0, len(ink)-1
	for top < bottom && ink[top] <= least {
		top++
	}
	for bottom > top && ink[bottom] <= least {
		bottom--
	}
	z := zoneReader{network: net, pyramid: newPyramid(g)}
	line := textLine{x: float64(g.Rect.Dx()) / 2, y: float64(top+bottom+1) / 2, cap: float64(bottom - top + 1), length: float64(b.Dx())}
	text, best := "", 0.
	for _, k := range []float64{1, .9, 1.1} {
		l := line
		l.cap *= k
		st, sx := z.pyramid.stripOf(l, 1, 1, 1.1, 0)
		pitch := pitchOf(t, net, st) / sx
		if pitch == 0 {
			continue
		}
		st, _ = z.pyramid.stripOf(l, stripPitch/(stripCap/l.cap*squeeze)/pitch, 1, 1.1, 0)
		read, err := net.read(t.Context(), []*image.Gray{st})
		if err != nil {
			t.Fatal(err)
		}
		peaks, sure := read[0].peaks(), 0.
		var s strings.Builder
		for _, p := range peaks {
			sure += p.prob / float64(len(peaks))
			s.WriteByte(mrzAlphabet[p.class])
		}
		if sure > best {
			text, best = s.String(), sure
		}
	}
	return text
}

// pitchOf is the distance of the characters in pixels of the strip, 0 where none are read.
func pitchOf(t *testing.T, net network, st *image.Gray) float64 {
	t.Helper()
	read, err := net.read(t.Context(), []*image.Gray{st})
	if err != nil {
		t.Fatal(err)
	}
	peaks := read[0].peaks()
	if len(peaks) < 3 {
		return 0
	}
	var gaps []float64
	for i := range peaks[1:] {
		gaps = append(gaps, peaks[i+1].frame-peaks[i].frame)
	}
	return quantile(gaps, .5) * framePixels
}
