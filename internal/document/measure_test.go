package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/mrz"
)

// printTruth is what the data's manifest says of the print and the zone of a picture.
type printTruth struct {
	File  string `json:"file"`
	Truth struct {
		HasMRZ  bool              `json:"has_mrz"`
		Visible map[string]string `json:"visible_text"`
		Fields  map[string]string `json:"fields"`
	} `json:"truth"`
}

func readerForTest(t testing.TB) *Reader {
	t.Helper()
	r, err := NewReader(onnxtest.Open(t), Config{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// visibleFields maps the manifest's names to ours.
var visibleFields = map[string]string{
	"surname": FieldSurname, "given_names": FieldGivenNames, "birth_date": FieldBirthDate, "expiry_date": FieldExpiryDate, "number": FieldDocumentNumber,
}

// TestPrintOfRealDocuments reads the documents that have no MRZ and compares what was transcribed of them by eye.
func TestPrintOfRealDocuments(t *testing.T) {
	needsTime(t)
	folder, items := truths[printTruth](t)
	r := readerForTest(t)
	right, all := 0, 0
	for _, it := range items {
		if it.Truth.HasMRZ || it.Truth.Visible == nil {
			continue
		}
		m, err := r.Measure(context.Background(), decodeFile(t, filepath.Join(folder, it.File)), Options{At: measuredAt})
		if err != nil {
			t.Fatal(err)
		}
		if !m.Document.Found || m.MRZ != nil || m.Document.Side != SideFront {
			t.Errorf("%s: %+v, MRZ %v", it.File, m.Document, m.MRZ)
		}
		for name, want := range it.Truth.Visible {
			field, ok := visibleFields[name]
			if !ok {
				continue
			}
			all++
			want, _, _ = strings.Cut(want, " (as printed")
			// The transcription leaves marks out, so they are left out here too.
			if got := m.Printed[field]; fold(got.Value) == fold(want) {
				right++
			} else {
				t.Logf("%s: %s wrong (confidence %.2f)", it.File, field, got.Confidence)
			}
		}
	}
	t.Logf("printed fields of documents without MRZ: %d of %d right, marks aside", right, all)
	if all > 0 && right*100 < all*90 {
		t.Errorf("%d of %d printed fields are right, want nine in ten", right, all)
	}
}

// TestPrintBesideRealMRZ compares print with the zone's truth. Most of these pictures are 600 pixels wide, where labels are six pixels high
// and cannot be read: what counts is that what is reported is right.
func TestPrintBesideRealMRZ(t *testing.T) {
	needsTime(t)
	if testing.Short() {
		t.Skip("half a minute of reading")
	}
	folder, items := truths[printTruth](t)
	r := readerForTest(t)
	type tally struct{ right, wrong, absent int }
	fields := []string{FieldSurname, FieldGivenNames, FieldBirthDate, FieldExpiryDate, FieldDocumentNumber, FieldSex}
	tallies := map[string]*tally{}
	for _, f := range fields {
		tallies[f] = &tally{}
	}
	for _, it := range items {
		if !it.Truth.HasMRZ || strings.Contains(it.File, "orient") && !strings.Contains(it.File, "orient1") {
			continue // eight of the files are one picture
		}
		m, err := r.Measure(context.Background(), decodeFile(t, filepath.Join(folder, it.File)), Options{At: measuredAt, Print: PrintAlways})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			want, got := it.Truth.Fields[f], m.Printed[f].Value
			if strings.HasSuffix(f, "_date") && len(got) == 10 {
				got = got[2:4] + got[5:7] + got[8:]
			}
			switch {
			case got == "":
				tallies[f].absent++
			case fold(got) == fold(want), fold(mrz.Transliterate(got)) == fold(want):
				tallies[f].right++
			default:
				tallies[f].wrong++
				t.Logf("%s: %s differs from the zone (confidence %.2f)", it.File, f, m.Printed[f].Confidence)
			}
		}
	}
	right, wrong := 0, 0
	for _, f := range fields {
		t.Logf("%-16s right %2d wrong %2d absent %2d", f, tallies[f].right, tallies[f].wrong, tallies[f].absent)
		right, wrong = right+tallies[f].right, wrong+tallies[f].wrong
	}
	if right < 30 || wrong*4 > right {
		t.Errorf("print beside MRZ: %d right and %d wrong, want at least 30 and four times as many right", right, wrong)
	}
}

func TestNoDocumentInOtherPictures(t *testing.T) {
	needsTime(t)
	if testing.Short() {
		t.Skip("half a minute of reading")
	}
	r := readerForTest(t)
	faces, err := filepath.Glob(filepath.Join(dataFolder(t, "faces"), "*.jpg"))
	if err != nil || len(faces) == 0 {
		t.Skip("no face pictures in the evaluation data")
	}
	found := 0
	n := min(12, len(faces))
	for i := range n {
		m, err := r.Measure(context.Background(), decodeFile(t, faces[i*len(faces)/n]), Options{At: measuredAt})
		if err != nil {
			t.Fatal(err)
		}
		if m.Document.Found {
			found++
			t.Logf("%s: taken for a document: %+v", filepath.Base(faces[i*len(faces)/n]), m.Document.Evidence)
		}
	}
	t.Logf("pictures of persons taken for documents: %d of %d", found, n)
	if found > n/6 {
		t.Errorf("%d of %d pictures of persons are taken for documents", found, n)
	}
}

// TestMeasurementJSON holds the names that the command line promises (design, section 7).
func TestMeasurementJSON(t *testing.T) {
	folder, _ := truths[printTruth](t)
	r := readerForTest(t)
	m, err := r.Measure(context.Background(), decodeFile(t, filepath.Join(folder, "PassportEye__testdata_100_pass-bdr.jpg")), Options{At: measuredAt})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Document struct {
			Found    bool         `json:"found"`
			Quad     [][2]float64 `json:"quad"`
			Rotation *float64     `json:"rotation"`
			Kind     string       `json:"kind"`
			Issuer   string       `json:"issuer"`
			Side     string       `json:"side"`
		} `json:"document"`
		MRZ struct {
			Format      string            `json:"format"`
			Lines       []string          `json:"lines"`
			CheckDigits map[string]bool   `json:"check_digits"`
			Repairs     []json.RawMessage `json:"repairs"`
			Fields      map[string]string `json:"fields"`
		} `json:"mrz"`
		Fields map[string]struct {
			Value      string       `json:"value"`
			Confidence float64      `json:"confidence"`
			Box        [][2]float64 `json:"box"`
		} `json:"fields"`
		Quality map[string]any     `json:"quality"`
		Timings map[string]float64 `json:"timings_ms"`
	}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&got); err != nil {
		t.Fatal(err)
	}
	d := got.Document
	if !d.Found || len(d.Quad) != 4 || d.Rotation == nil || d.Kind != "passport" || d.Issuer == "" || d.Side != "front" {
		t.Errorf("document = %+v", d)
	}
	z := got.MRZ
	if z.Format != "TD3" || len(z.Lines) != 2 || len(z.Lines[0]) != 44 || len(z.CheckDigits) < 4 || z.Repairs == nil || z.Fields["birth_date"] != "1964-08-12" {
		t.Errorf("mrz = %+v", z)
	}
	for name, ok := range z.CheckDigits {
		if !ok {
			t.Errorf("check digit %s does not hold", name)
		}
	}
	if f := got.Fields["document_number"]; f.Value != "CA000000" || f.Confidence != 1 || len(f.Box) != 4 {
		t.Errorf("fields.document_number = %+v", f)
	}
	if s, ok := got.Quality["sharpness"].(float64); !ok || s <= 0 {
		t.Errorf("quality.sharpness = %v", got.Quality["sharpness"])
	}
	if got.Timings["total"] <= 0 || got.Timings["inference"] <= 0 || got.Timings["inference"] > got.Timings["total"] {
		t.Errorf("timings_ms = %v", got.Timings)
	}
}

// TestParts checks that what was not asked for is not done.
func TestParts(t *testing.T) {
	folder, _ := truths[printTruth](t)
	r := readerForTest(t)
	p := decodeFile(t, filepath.Join(folder, "PassportEye__testdata_100_pass-bdr.jpg"))
	cases := []struct {
		name       string
		opts       Options
		mrz, print bool
	}{
		{"quality only", Options{Part: QualityOnly, Print: PrintAlways}, false, false},
		{"MRZ only", Options{Part: MRZOnly, Print: PrintAlways}, true, false},
		{"a valid MRZ makes print needless", Options{}, true, false},
		{"unless asked", Options{Print: PrintAlways}, true, true},
		{"never", Options{Print: PrintNever}, true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.opts.At = measuredAt
			m, err := r.Measure(context.Background(), p, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			if (m.MRZ != nil) != c.mrz || (m.Printed != nil) != c.print || m.Quality.Sharpness <= 0 || !m.Document.Found {
				t.Errorf("MRZ %v print %v sharpness %v found %v", m.MRZ != nil, m.Printed != nil, m.Quality.Sharpness, m.Document.Found)
			}
			if c.opts.Part == QualityOnly && m.Timings["inference"] != 0 {
				t.Errorf("quality alone ran a model for %v ms", m.Timings["inference"])
			}
		})
	}
}

// TestMeasureConcurrently is for the race detector: a Reader and a Picture are shared.
func TestMeasureConcurrently(t *testing.T) {
	r := readerForTest(t)
	rgb := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range rgb.Pix {
		rgb.Pix[i] = uint8(i*7%90 + 150)
	}
	p := imaging.FromRGBA(rgb)
	results := make(chan string, 4)
	for range cap(results) {
		go func() {
			m, err := r.Measure(context.Background(), p, Options{At: measuredAt})
			if err != nil {
				results <- err.Error()
				return
			}
			m.Timings = nil
			raw, err := json.Marshal(m)
			if err != nil {
				results <- err.Error()
				return
			}
			results <- string(raw)
		}()
	}
	first := <-results
	for range cap(results) - 1 {
		if got := <-results; got != first {
			t.Errorf("the same picture measured twice:\n%s\n%s", first, got)
		}
	}
}

func TestMeasureRefuses(t *testing.T) {
	r := readerForTest(t)
	if _, err := r.Measure(context.Background(), nil, Options{}); err == nil {
		t.Error("no error for no picture")
	}
	if _, err := r.Measure(context.Background(), imaging.FromRGBA(image.NewRGBA(image.Rectangle{})), Options{}); err == nil {
		t.Error("no error for an empty picture")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := imaging.FromRGBA(image.NewRGBA(image.Rect(0, 0, 400, 300)))
	if _, err := r.Measure(ctx, p, Options{At: measuredAt}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: %v", err)
	}
	for _, size := range [][2]int{{1, 1}, {3, 400}, {400, 3}, {33, 33}} {
		p := imaging.FromRGBA(image.NewRGBA(image.Rect(0, 0, size[0], size[1])))
		m, err := r.Measure(context.Background(), p, Options{At: measuredAt})
		if err != nil || m.Document.Found {
			t.Errorf("%v black pixels: %v, %+v", size, err, m)
		}
	}
}

func BenchmarkMeasure(b *testing.B) {
	folder, _ := truths[printTruth](b)
	r := readerForTest(b)
	for _, c := range []struct {
		name, file string
		opts       Options
	}{
		{"quality", "client-lib-test-da__idcard_fr_new_sample.jpg", Options{Part: QualityOnly}},
		{"quality of 12 megapixels", "../bad_photos/image-quality-scan__glare_279.jpg", Options{Part: QualityOnly}},
		{"mrz", "PassportEye__testdata_100_pass-bdr.jpg", Options{}},
		{"print", "IDCardRecognition-__idcard_examples_1.jpg", Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := decodeFile(b, filepath.Join(folder, c.file))
			p.Gray()
			c.opts.At = measuredAt
			var total, inference float64
			for b.Loop() {
				// A picture of its own: what was measured of one is kept with it.
				m, err := r.Measure(context.Background(), imaging.FromRGBA(p.RGB), c.opts)
				if err != nil {
					b.Fatal(err)
				}
				total += m.Timings["total"]
				inference += m.Timings["inference"]
			}
			b.ReportMetric(inference/total, "inference/total")
		})
	}
}
