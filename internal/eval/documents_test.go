package eval

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
)

func TestEditDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"P<UTO", "", 5}, {"", "P<UTO", 5}, {"P<UTO", "P<UTO", 0}, {"P<UTO", "P<UT0", 1}, {"ERIKSSON<<ANNA", "ERIKSON<<ANNA", 1}, {"AB", "BA", 2}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestDocumentsOfAFolder reads one specimen under its truth, and again under another truth, which it then misses.
func TestDocumentsOfAFolder(t *testing.T) {
	t.Parallel()
	now := defectsReference()
	clock := func() time.Time { now = now.Add(time.Millisecond); return now }
	reader, err := document.NewReader(onnxtest.Open(t), document.Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	pol, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	page, truth, err := specimen.Passport(specimen.NewPerson(900001, specimen.Profile{Reference: defectsReference()}), specimen.PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	shot, err := specimen.JPEG(page, 90)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	lines := truth.Lines
	put := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a.jpg", shot)
	put("b.jpg", []byte("no picture"))
	none := []string{}
	entry := func(file string, lines []string, defects *[]string) LabelledDocument {
		x := LabelledDocument{File: file, Capture: "scan"}
		x.Truth.HasMRZ, x.Truth.Lines, x.Truth.Defect = true, lines, defects
		return x
	}
	other := []string{lines[0], strings.Repeat("<", len(lines[1]))}
	manifest, err := json.Marshal([]LabelledDocument{entry("a.jpg", lines, &none), entry("a.jpg", other, nil), entry("b.jpg", lines, nil)})
	if err != nil {
		t.Fatal(err)
	}
	put("manifest.json", manifest)
	cfg := DocumentsConfig{Reader: reader, Policy: pol, Folder: dir, At: defectsReference(), Now: clock}
	r, err := Documents(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	all := r.Captures[0]
	if r.Pictures != 2 || all.Exact.Count != 1 || all.Exact.Of != 2 || all.Silent.Count != 1 || len(r.Wrong) != 2 || all.Characters.Count == 0 {
		t.Errorf("%+v", r)
	}
	if r.Clean.Pictures != 1 || r.Clean.Blocked.Count != 0 {
		t.Errorf("clean: %+v", r.Clean)
	}
	if text := r.Markdown(); !strings.Contains(text, "a.jpg: the zone was misread") || !strings.Contains(text, "b.jpg: no picture") {
		t.Error(text)
	}
	put("manifest.json", []byte(`[{"file":"../a.jpg"}]`))
	if _, err := Documents(t.Context(), cfg); err == nil {
		t.Error("a file outside the folder was read")
	}
}
