package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
	"bonafide/internal/onnx/onnxtest"
)

// measuredAt is the moment the readings of these tests are made at.
var measuredAt = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// documentTruth is what the data's manifest says about a picture.
type documentTruth struct {
	File  string `json:"file"`
	Truth struct {
		HasMRZ bool     `json:"has_mrz"`
		Lines  []string `json:"mrz_lines"`
		Valid  bool     `json:"check_digits_valid"`
	} `json:"truth"`
}

// dataFolder returns a folder of the shared evaluation data, or skips.
func dataFolder(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	folder := filepath.Join(dir, "..", "shared", "data", name)
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("the evaluation data is not here: %s", folder)
	}
	return folder
}

// truths returns what the evaluation data's manifest says of its documents, as far as T has it.
func truths[T any](t testing.TB) (folder string, items []T) {
	t.Helper()
	folder = dataFolder(t, "documents")
	raw, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &items); err != nil {
		t.Fatal(err)
	}
	return folder, items
}

// documentTruths returns the documents of the evaluation data.
func documentTruths(t testing.TB) (folder string, items []documentTruth) {
	t.Helper()
	folder, items = truths[documentTruth](t)
	for i := range items {
		for j, l := range items[i].Truth.Lines {
			// Two specimens print outside the ICAO alphabet.
			items[i].Truth.Lines[j] = strings.ReplaceAll(strings.ToUpper(l), "Ñ", "N")
		}
	}
	return folder, items
}

func decodeFile(t testing.TB, name string) *imaging.Picture {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := imaging.Decode(context.Background(), data, imaging.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(name), err)
	}
	return p
}

func mrzReaderForTest(t testing.TB) *MRZReader {
	t.Helper()
	r, err := NewMRZReader(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// score counts readings as shared/judge/documents.py does.
type score struct {
	exact, has, silent, invented int
	total, inference             time.Duration
	notes                        []string
}

func (s *score) add(name string, truth documentTruth, got *MRZReading) {
	if !truth.Truth.HasMRZ {
		if got != nil {
			s.invented++
			s.notes = append(s.notes, fmt.Sprintf("invented: %s q %.3f %v", name, got.Quality, got.Lines))
		}
		return
	}
	s.has++
	switch {
	case got == nil:
		s.notes = append(s.notes, "nothing: "+name)
	case slices.Equal(got.Lines, truth.Truth.Lines):
		s.exact++
	default:
		word := "wrong"
		if got.Parsed.CheckDigits.OK() {
			s.silent++
			word = "silent"
		}
		s.notes = append(s.notes, fmt.Sprintf("%s: %s q %.3f %v%s", word, name, got.Quality, got.Format, differences(got, truth.Truth.Lines)))
	}
}

// differences lists, for a wrong reading, the wrong characters.
func differences(got *MRZReading, truth []string) string {
	if len(got.Lines) != len(truth) || len(got.Lines[0]) != len(truth[0]) {
		return fmt.Sprintf(" shape %d×%d", len(got.Lines), len(got.Lines[0]))
	}
	var b strings.Builder
	n := 0
	for i := range truth {
		for j := range truth[i] {
			if g, w := got.Lines[i][j], truth[i][j]; g != w {
				if n++; n <= 8 {
					fmt.Fprintf(&b, " %d:%d %c for %c (%.2f)", i, j, g, w, got.Confidence[i][j])
				}
			}
		}
	}
	return fmt.Sprintf("%s, %d wrong", b.String(), n)
}

func (s *score) read(t testing.TB, r *MRZReader, name string, truth documentTruth, p *imaging.Picture) *MRZReading {
	t.Helper()
	ctx, meter := onnx.WithMeter(context.Background())
	p.Gray()
	start := time.Now()
	got, err := r.Read(ctx, p, measuredAt)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s.total += time.Since(start)
	s.inference += meter.Elapsed()
	s.add(name, truth, got)
	return got
}

func (s *score) String() string {
	n := max(s.has, 1)
	return fmt.Sprintf("exact %d/%d, wrong but all check digits hold %d, invented %d; %d ms in all, %.0f %% of it inside ONNX Runtime (%d ms for each with a zone)",
		s.exact, s.has, s.silent, s.invented, s.total.Milliseconds(), 100*s.inference.Seconds()/max(s.total.Seconds(), 1e-9), s.total.Milliseconds()/int64(n))
}

// TestReadsDocuments measures what shared/judge/documents.py measures.
func TestReadsDocuments(t *testing.T) {
	needsTime(t)
	folder, items := documentTruths(t)
	r := mrzReaderForTest(t)
	var s score
	for _, item := range items {
		p := decodeFile(t, filepath.Join(folder, item.File))
		before := s.total
		got := s.read(t, r, item.File, item, p)
		quality, weakest := 0., 1.
		if got != nil {
			quality = got.Quality
			for _, line := range got.Confidence {
				weakest = min(weakest, slices.Min(line))
			}
		}
		t.Logf("%-50s %4d ms  quality %.3f weakest %.2f", item.File[:min(50, len(item.File))], (s.total - before).Milliseconds(), quality, weakest)
	}
	for _, note := range s.notes {
		t.Log(note)
	}
	t.Log(s.String())
	if s.exact < 27 || s.invented > 0 || s.silent > 0 {
		t.Errorf("want at least 27 exact, none invented, none silent: %s", s.String())
	}
}

// TestPlacesOfTheZone turns a document and expects the zone's place to turn
// with it, and Rotation to undo the turn.
func TestPlacesOfTheZone(t *testing.T) {
	folder := dataFolder(t, "documents")
	r := mrzReaderForTest(t)
	p := decodeFile(t, filepath.Join(folder, "PassportEye__testdata_100_id-rou.jpg"))
	upright, err := r.Read(t.Context(), p, measuredAt)
	if err != nil || upright == nil {
		t.Fatalf("reading %v, error %v", upright, err)
	}
	w, h := float64(p.RGB.Rect.Dx()), float64(p.RGB.Rect.Dy())
	if upright.Rotation != 0 || upright.Pitch < w/60 || upright.Pitch > w/36 {
		t.Errorf("rotation %d, pitch %.1f px", upright.Rotation, upright.Pitch)
	}
	if len(upright.LineQuads) != len(upright.Lines) || upright.Quad[0] != upright.LineQuads[0][0] {
		t.Errorf("line places %v in %v", upright.LineQuads, upright.Quad)
	}
	for i, q := range upright.LineQuads {
		if q[0].X > q[1].X || q[0].Y > q[3].Y || i > 0 && q[0].Y < upright.LineQuads[i-1][0].Y {
			t.Errorf("line %d: %v is not upright or out of order", i, q)
		}
	}
	for quarters := 1; quarters < 4; quarters++ {
		got, err := r.Read(t.Context(), &imaging.Picture{RGB: imaging.Rotate90(p.RGB, quarters)}, measuredAt)
		if err != nil || got == nil {
			t.Fatalf("turned by %d: reading %v, error %v", quarters, got, err)
		}
		if want := 4 - quarters; got.Rotation != want {
			t.Errorf("turned by %d: rotation %d, want %d", quarters, got.Rotation, want)
		}
		for i, c := range upright.Quad {
			want := [4]imaging.Point{c, {X: h - c.Y, Y: c.X}, {X: w - c.X, Y: h - c.Y}, {X: c.Y, Y: w - c.X}}[quarters]
			if d := math.Hypot(got.Quad[i].X-want.X, got.Quad[i].Y-want.Y); d > upright.Pitch {
				t.Errorf("turned by %d: corner %d at %v, want %v", quarters, i, got.Quad[i], want)
			}
		}
	}
	confidence, at := upright.Unchecked()
	if confidence <= 0 || confidence > 1 || at.Line > 1 {
		t.Errorf("least sure unchecked character: %v at %v", confidence, at)
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	t.Parallel()
	r := mrzReaderForTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := r.Read(ctx, &imaging.Picture{RGB: image.NewRGBA(image.Rect(0, 0, 300, 200))}, measuredAt)
	if got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("reading %v, error %v", got, err)
	}
}

func TestReadOfBlankPictures(t *testing.T) {
	t.Parallel()
	r := mrzReaderForTest(t)
	for _, size := range []image.Point{{1, 1}, {3, 500}, {500, 3}, {64, 64}, {900, 600}} {
		got, err := r.Read(t.Context(), &imaging.Picture{RGB: image.NewRGBA(image.Rectangle{Max: size})}, measuredAt)
		if got != nil || err != nil {
			t.Errorf("%v: reading %v, error %v", size, got, err)
		}
	}
}

// TestInventsNothing reads pictures that show no zone: faces, attacks, blurred
// and glaring photographs.
func TestInventsNothing(t *testing.T) {
	needsTime(t)
	r := mrzReaderForTest(t)
	var s score
	n := 0
	for _, name := range []string{"bad_photos", "faces", "pad"} {
		folder := dataFolder(t, name)
		files, err := filepath.Glob(filepath.Join(folder, "*.*"))
		if err != nil {
			t.Fatal(err)
		}
		for i, file := range files {
			if strings.HasSuffix(file, ".json") || testing.Short() && i%8 != 0 {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := imaging.Decode(context.Background(), data, imaging.DefaultLimits())
			if err != nil {
				continue // not a picture that imaging takes
			}
			s.read(t, r, filepath.Base(file), documentTruth{}, p)
			n++
		}
	}
	for _, note := range s.notes {
		t.Log(note)
	}
	t.Logf("invented %d in %d pictures, %d ms each, %.0f %% in ONNX Runtime",
		s.invented, n, s.total.Milliseconds()/int64(max(n, 1)), 100*s.inference.Seconds()/max(s.total.Seconds(), 1e-9))
	if s.invented > 0 {
		t.Errorf("%d invented", s.invented)
	}
	if n < 10 {
		t.Errorf("only %d pictures read", n)
	}
}

// BenchmarkMRZRead reads the distinct documents with a zone, one after the
// other; the time is for all of them.
func BenchmarkMRZRead(b *testing.B) {
	folder, items := documentTruths(b)
	r := mrzReaderForTest(b)
	var pictures []*imaging.Picture
	for _, item := range items {
		if item.Truth.HasMRZ && (!strings.Contains(item.File, "Czech") || strings.Contains(item.File, "orient1")) {
			p := decodeFile(b, filepath.Join(folder, item.File))
			p.Gray()
			pictures = append(pictures, p)
		}
	}
	ctx, meter := onnx.WithMeter(context.Background())
	for b.Loop() {
		for _, p := range pictures {
			if _, err := r.Read(ctx, p, measuredAt); err != nil {
				b.Fatal(err)
			}
		}
	}
	n := float64(b.N * len(pictures))
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/n, "ms/page")
	b.ReportMetric(float64(meter.Elapsed().Milliseconds())/n, "ms-onnx/page")
}

// needsTime skips what reads many pictures under -short: the race detector slows
// it fifteen times and finds nothing that TestMeasureConcurrently does not.
// `make test` runs it without the detector.
func needsTime(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("reads many pictures: runs without the race detector")
	}
}
