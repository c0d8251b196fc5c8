package imaging

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteFixtureSources writes the pictures that testdata/make.sh encodes, into the directory BONAFIDE_FIXTURES names.
func TestWriteFixtureSources(t *testing.T) {
	dir := os.Getenv("BONAFIDE_FIXTURES")
	if dir == "" {
		t.Skip("BONAFIDE_FIXTURES is not set: no fixtures to make")
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	im := scene(140, 100)
	write("scene.png", encodePNG(t, im))
	write("small.png", encodePNG(t, scene(40, 30)))
	write("o6.jpg", withEXIF(encodeJPEG(t, im), exifTIFF(binary.BigEndian, 6)))
}
