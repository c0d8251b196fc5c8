package models_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bonafide/models"
)

func manifest(t *testing.T) *models.Manifest {
	t.Helper()
	m, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOwnWeightsAreThoseOfTheManifest(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, m := range manifest(t).Models {
		if !m.Embedded {
			continue
		}
		seen++
		data, err := fs.ReadFile(models.Files(), m.File)
		if err != nil {
			t.Error(err)
			continue
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != m.SHA256 || int64(len(data)) != m.Bytes {
			t.Errorf("%s has %d bytes and sha256 %s", m.File, len(data), got)
		}
		if _, err := fs.Stat(models.Files(), m.Name+".md"); err != nil {
			t.Errorf("%s has no model card: %v", m.Name, err)
		}
	}
	if seen == 0 {
		t.Error("no model is embedded")
	}
}

func TestLatinCharset(t *testing.T) {
	t.Parallel()
	data, err := fs.ReadFile(models.Files(), "latin-reader.charset.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	m, _ := manifest(t).Model("latin-reader")
	classes := m.Outputs[0].Shape[2]
	if classes != float64(len(lines)+1) {
		t.Errorf("%d characters and a blank for %v classes", len(lines), classes)
	}
	seen := map[string]bool{}
	for i, c := range lines {
		if utf8.RuneCountInString(c) != 1 || !norm.NFC.IsNormalString(c) || seen[c] {
			t.Errorf("line %d, %q, is not one composed character that occurs once", i+1, c)
		}
		seen[c] = true
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*models.Manifest)
		want   string
	}{
		{"package twice", func(m *models.Manifest) { m.Packages = append(m.Packages, m.Packages[0]) }, "twice"},
		{"package without hash", func(m *models.Manifest) { m.Packages[0].SHA256 = "" }, "sha256"},
		{"package without version", func(m *models.Manifest) { m.Packages[0].Version = "" }, "version"},
		{"package without licence", func(m *models.Manifest) { m.Packages[0].Licence.SPDX = "" }, "licence"},
		{"capital hash", func(m *models.Manifest) { m.Packages[0].SHA256 = strings.ToUpper(m.Packages[0].SHA256) }, "sha256"},
		{"runtime from nowhere", func(m *models.Manifest) { m.Runtime.Package = "x" }, "runtime"},
		{"runtime file leaves folder", func(m *models.Manifest) { m.Runtime.File = "../x" }, "runtime"},
		{"platform without size", func(m *models.Manifest) { m.Runtime.Platforms[0].Source.Bytes = 0 }, "runtime"},
		{"model twice", func(m *models.Manifest) { m.Models = append(m.Models, m.Models[0]) }, "twice"},
		{"model file leaves folder", func(m *models.Manifest) { m.Models[0].File = "/etc/passwd" }, "file name"},
		{"model from nowhere", func(m *models.Manifest) { m.Models[0].Package = "x" }, "unknown package"},
		{"model without hash", func(m *models.Manifest) { m.Models[0].SHA256 = "00" }, "sha256"},
		{"model without licence", func(m *models.Manifest) { m.Models[0].Licence.Note = "" }, "licence"},
		{"model without shapes", func(m *models.Manifest) { m.Models[0].Inputs = nil }, "inputs"},
		{"model without purpose", func(m *models.Manifest) { m.Models[0].Purpose = "" }, "purpose"},
		{"unknown conversion", func(m *models.Manifest) { m.Models[0].Conversion = "magic" }, "conversion"},
		{"source missing", func(m *models.Manifest) { m.Models[0].Sources = m.Models[0].Sources[:1] }, "source files"},
		{"source leaves folder", func(m *models.Manifest) { m.Models[0].Sources[0].Path = "a/../../b" }, "source"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := manifest(t)
			c.change(m)
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := models.Parse(data); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one about %s", err, c.want)
			}
		})
	}
	for name, text := range map[string]string{"no JSON": "{", "unknown field": `{"modles": []}`, "empty": `{}`} {
		if _, err := models.Parse([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
