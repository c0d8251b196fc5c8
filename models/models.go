// Package models says which models Bonafide uses, where each comes from, under which licence, and what its bytes must be.
//
// The manifest is the only authority: a model whose sha256 is not the manifest's is never loaded. The package also carries
// our own small weights, trained on synthetic data only, with a model card beside each. It promises that the manifest it
// hands out is complete and consistent (Parse checks it). It does not fetch, convert or run anything: internal/onnx/assets
// fetches and internal/onnx runs.
package models

import (
	"bytes"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Conversion says how the source files of a model become the file that is run.
type Conversion string

const (
	// ConversionNone means that the one source file is the model.
	ConversionNone Conversion = "none"
	// ConversionTFJS converts a TensorFlow.js graph model (JSON and weights) to ONNX.
	ConversionTFJS Conversion = "tfjs"
	// ConversionDlib builds the dlib ResNet face embedding from the weights of face-api.js.
	ConversionDlib Conversion = "dlib"
)

// Manifest lists every package that assets are taken from, the runtime library and every model.
type Manifest struct {
	Packages []Package `json:"packages"`
	Runtime  Runtime   `json:"runtime"`
	Models   []Model   `json:"models"`
}

// Package is one npm package, pinned. SHA256 is of the tarball as the registry serves it, in hex;
// Integrity is the same promise in npm's own form (sha512, base64).
type Package struct {
	Name      string  `json:"name"`
	Version   string  `json:"version"`
	SHA256    string  `json:"sha256"`
	Integrity string  `json:"integrity"`
	Bytes     int64   `json:"bytes"`
	Licence   Licence `json:"licence"`
}

// Spec is the package as the npm client names it: name@version.
func (p Package) Spec() string { return p.Name + "@" + p.Version }

// Runtime is the library that runs the models.
type Runtime struct {
	Name      string           `json:"name"`
	Version   string           `json:"version"`
	File      string           `json:"file"`    // below the assets folder
	Package   string           `json:"package"` // name of the package that holds it
	Licence   Licence          `json:"licence"`
	Platforms []RuntimeLibrary `json:"platforms"`
}

// For returns the library for one platform, for example "linux", "amd64".
func (r Runtime) For(goos, goarch string) (RuntimeLibrary, bool) {
	for _, l := range r.Platforms {
		if l.OS == goos && l.Arch == goarch {
			return l, true
		}
	}
	return RuntimeLibrary{}, false
}

// RuntimeLibrary is the runtime for one platform.
type RuntimeLibrary struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	Source File   `json:"source"`
}

// Licence is an SPDX identifier (or LicenseRef-…) and a sentence for people: who made it, and what limits its use.
type Licence struct {
	SPDX string `json:"spdx"`
	Note string `json:"note"`
}

// File is a file inside a package, with the sha256 (hex) and the size it must have.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// Model is one model as it is run.
type Model struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Purpose    string     `json:"purpose"`
	File       string     `json:"file"` // below the assets folder; of an embedded model, below this package
	SHA256     string     `json:"sha256"`
	Bytes      int64      `json:"bytes"`
	Embedded   bool       `json:"embedded,omitempty"` // our own weights, compiled into the program
	Package    string     `json:"package,omitempty"`
	Sources    []File     `json:"sources,omitempty"`
	Conversion Conversion `json:"conversion"`
	Licence    Licence    `json:"licence"`
	Inputs     []Value    `json:"inputs"`
	Outputs    []Value    `json:"outputs"`
}

// Value describes one input or output. Shape holds numbers or names ("N", "W") for what may vary; Scale says what the
// numbers mean: range, unit, order of channels.
type Value struct {
	Name  string `json:"name"`
	Shape []any  `json:"shape"`
	Scale string `json:"scale"`
}

//go:embed manifest.json *.onnx *.charset.txt *.md
var files embed.FS

// Files returns the embedded folder: manifest, own weights, character sets, model cards.
func Files() fs.FS { return files }

// Default returns the manifest that this program was built with.
func Default() (*Manifest, error) {
	data, err := files.ReadFile("manifest.json")
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return Parse(data)
}

// Parse reads and checks a manifest. It refuses unknown fields, missing hashes, names that occur twice, paths that leave
// their folder, and models that refer to a package that is not listed.
func Parse(data []byte) (*Manifest, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var m Manifest
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("models: manifest: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("models: manifest: %w", err)
	}
	return &m, nil
}

// Model returns the model of that name.
func (m *Manifest) Model(name string) (Model, bool) {
	for _, x := range m.Models {
		if x.Name == name {
			return x, true
		}
	}
	return Model{}, false
}

// Package returns the package of that name.
func (m *Manifest) Package(name string) (Package, bool) {
	for _, p := range m.Packages {
		if p.Name == name {
			return p, true
		}
	}
	return Package{}, false
}

func (m *Manifest) check() error {
	seen := map[string]bool{}
	for _, p := range m.Packages {
		switch {
		case p.Name == "" || p.Version == "":
			return errors.New("a package without name or version")
		case seen["package "+p.Name]:
			return fmt.Errorf("package %s twice", p.Name)
		case !isSHA256(p.SHA256) || !strings.HasPrefix(p.Integrity, "sha512-") || p.Bytes <= 0:
			return fmt.Errorf("package %s: sha256, integrity or size missing", p.Name)
		case p.Licence.SPDX == "":
			return fmt.Errorf("package %s: no licence", p.Name)
		}
		seen["package "+p.Name] = true
	}
	if !seen["package "+m.Runtime.Package] || !isLocal(m.Runtime.File) || m.Runtime.Licence.SPDX == "" {
		return errors.New("runtime: unknown package, bad file name or no licence")
	}
	for _, l := range m.Runtime.Platforms {
		if err := l.Source.check(); err != nil {
			return fmt.Errorf("runtime %s/%s: %w", l.OS, l.Arch, err)
		}
	}
	for _, x := range m.Models {
		if seen["model "+x.Name] || seen["file "+x.File] {
			return fmt.Errorf("model %s: name or file twice", x.Name)
		}
		seen["model "+x.Name], seen["file "+x.File] = true, true
		if err := x.check(); err != nil {
			return fmt.Errorf("model %s: %w", x.Name, err)
		}
		if !x.Embedded && !seen["package "+x.Package] {
			return fmt.Errorf("model %s: unknown package %q", x.Name, x.Package)
		}
	}
	return nil
}

func (x Model) check() error {
	switch {
	case x.Name == "" || x.Version == "" || x.Purpose == "":
		return errors.New("name, version or purpose missing")
	case !isLocal(x.File):
		return fmt.Errorf("bad file name %q", x.File)
	case !isSHA256(x.SHA256) || x.Bytes <= 0:
		return errors.New("sha256 or size missing")
	case x.Licence.SPDX == "" || x.Licence.Note == "":
		return errors.New("licence missing")
	case len(x.Inputs) == 0 || len(x.Outputs) == 0:
		return errors.New("inputs or outputs missing")
	}
	var want int
	switch x.Conversion {
	case ConversionNone:
		want = 1
	case ConversionTFJS, ConversionDlib:
		want = 2
	default:
		return fmt.Errorf("unknown conversion %q", x.Conversion)
	}
	if x.Embedded {
		want = 0
	}
	if len(x.Sources) != want {
		return fmt.Errorf("conversion %s takes %d source files, not %d", x.Conversion, want, len(x.Sources))
	}
	for _, f := range x.Sources {
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

func (f File) check() error {
	if !isLocal(f.Path) || !isSHA256(f.SHA256) || f.Bytes <= 0 {
		return fmt.Errorf("source %q: bad path, or sha256 or size missing", f.Path)
	}
	return nil
}

func isSHA256(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && strings.ToLower(s) == s
}

func isLocal(p string) bool { return fs.ValidPath(p) && p != "." && path.Clean(p) == p }
