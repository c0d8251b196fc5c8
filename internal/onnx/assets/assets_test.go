package assets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"bonafide/models"
)

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// entry is a tarball entry to be; link makes it a symbolic link.
type entry struct{ name, body, link string }

func tarball(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	zipped := gzip.NewWriter(&buf)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: tar.TypeReg, Size: int64(len(e.body)), Mode: 0o644}
		if e.link != "" {
			h = &tar.Header{Name: e.name, Typeflag: tar.TypeSymlink, Linkname: e.link}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func source(path, body string) models.File {
	return models.File{Path: path, SHA256: sum([]byte(body)), Bytes: int64(len(body))}
}

const (
	library  = "the library"
	detector = "the detector"
	own      = "our own weights"
)

// registry is a folder of tarballs with an npm client that serves them and writes down what it was asked for.
type registry struct {
	t   *testing.T
	dir string
	npm string
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{t: t, dir: t.TempDir()}
	r.npm = filepath.Join(r.dir, "npm")
	script := fmt.Sprintf(`#!/bin/sh
echo "$@" >> '%[1]s/calls'
for spec; do :; done
test -f "%[1]s/$spec.tgz" || { echo "npm error 404 $spec" >&2; exit 1; }
cp "%[1]s/$spec.tgz" package.tgz
`, r.dir)
	if err := os.WriteFile(r.npm, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *registry) serve(spec string, data []byte) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, spec+".tgz"), data, 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *registry) calls() []string {
	data, err := os.ReadFile(filepath.Join(r.dir, "calls"))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// folder returns an empty assets folder that wants a library, a fetched model and an embedded one from the registry.
func (r *registry) folder() *Folder {
	r.t.Helper()
	lib := tarball(r.t, entry{name: "package/README", body: "hello"}, entry{name: "package/lib.so", body: library})
	det := tarball(r.t, entry{name: "package/det.onnx", body: detector})
	r.serve("runtime@1.0.0", lib)
	r.serve("models@2.0.0", det)
	pkg := func(name, version string, data []byte) models.Package {
		return models.Package{Name: name, Version: version, SHA256: sum(data), Bytes: int64(len(data))}
	}
	m := &models.Manifest{
		Packages: []models.Package{pkg("runtime", "1.0.0", lib), pkg("models", "2.0.0", det)},
		Runtime: models.Runtime{
			Name: "runtime", Version: "1.0.0", File: "lib.so", Package: "runtime",
			Platforms: []models.RuntimeLibrary{{OS: "linux", Arch: "amd64", Source: source("package/lib.so", library)}},
		},
		Models: []models.Model{
			{
				Name: "det", Version: "2", File: "models/det.onnx", SHA256: sum([]byte(detector)), Bytes: int64(len(detector)),
				Package: "models", Conversion: models.ConversionNone, Sources: []models.File{source("package/det.onnx", detector)},
			},
			{
				Name: "own", Version: "1", File: "own.onnx", SHA256: sum([]byte(own)), Bytes: int64(len(own)),
				Embedded: true, Conversion: models.ConversionNone,
			},
		},
	}
	return &Folder{
		dir: filepath.Join(r.t.TempDir(), "lib", "bonafide"), manifest: m, goos: "linux", goarch: "amd64",
		embedded: fstest.MapFS{"own.onnx": {Data: []byte(own)}},
	}
}

func TestFetchOnceAndRepair(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	f := r.folder()
	temp := t.TempDir()
	var steps []Step
	cfg := FetchConfig{NPM: r.npm, Temp: temp, Report: func(s Step) { steps = append(steps, s) }}

	if err := f.Verify(t.Context()); !errors.Is(err, ErrMissing) {
		t.Errorf("before: %v", err)
	}
	if err := f.Fetch(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(t.Context()); err != nil {
		t.Errorf("after: %v", err)
	}
	if got := r.calls(); len(got) != 2 || len(steps) != 4 {
		t.Errorf("npm was called %q, steps %v", got, steps)
	}
	for _, call := range r.calls() {
		if !strings.HasPrefix(call, "pack --ignore-scripts ") {
			t.Errorf("npm was called with %q", call)
		}
	}
	if err := f.Fetch(t.Context(), cfg); err != nil || len(r.calls()) != 2 {
		t.Errorf("second fetch: %v, npm calls %q", err, r.calls())
	}

	det := filepath.Join(f.dir, "models", "det.onnx")
	if err := os.WriteFile(det, []byte("the detectoR"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(t.Context()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), sum([]byte(detector))) {
		t.Errorf("damaged: %v", err)
	}
	if err := f.Fetch(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if _, data, err := f.Read("det"); err != nil || string(data) != detector {
		t.Errorf("repaired: %q, %v", data, err)
	}
	if got := r.calls(); len(got) != 3 || !strings.HasSuffix(got[2], "models@2.0.0") {
		t.Errorf("repair called npm %q", got)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
	if left, err := filepath.Glob(filepath.Join(f.dir, "*", ".installing-*")); err != nil || len(left) != 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestFetchRefuses(t *testing.T) {
	t.Parallel()
	good := entry{name: "package/det.onnx", body: detector}
	for _, c := range []struct {
		name   string
		change func(*registry, *Folder)
		want   error
		says   string
	}{
		{"another tarball", func(r *registry, _ *Folder) {
			r.serve("models@2.0.0", tarball(r.t, good, entry{name: "package/more", body: "x"}))
		}, ErrDamaged, "the registry's tarball has sha256"},
		{"another source file", func(r *registry, f *Folder) {
			r.resign(f, entry{name: "package/det.onnx", body: "the detectoR"})
		}, ErrDamaged, "package/det.onnx has sha256"},
		{"another size", func(r *registry, f *Folder) {
			r.resign(f, entry{name: "package/det.onnx", body: detector + "!"})
		}, ErrDamaged, "no plain file of 12 bytes"},
		{"a link", func(r *registry, f *Folder) {
			r.resign(f, entry{name: "package/det.onnx", link: "/etc/passwd"})
		}, ErrDamaged, "no plain file"},
		{"file not in it", func(r *registry, f *Folder) {
			r.resign(f, entry{name: "package/../../det.onnx", body: detector})
		}, ErrDamaged, "is not in the tarball"},
		{"no tarball", func(r *registry, f *Folder) {
			junk := []byte("this is no compressed file")
			r.serve("models@2.0.0", junk)
			f.manifest.Packages[1].SHA256 = sum(junk)
		}, ErrDamaged, "gzip"},
		{"another result", func(_ *registry, f *Folder) {
			f.manifest.Models[0].SHA256 = sum(nil)
		}, ErrDamaged, "models/det.onnx has sha256"},
		{"conversion fails", func(_ *registry, f *Folder) {
			f.manifest.Models[0].Conversion = models.ConversionTFJS
			f.manifest.Models[0].Sources = append(f.manifest.Models[0].Sources, f.manifest.Models[0].Sources[0])
		}, nil, "convert:"},
		{"package is gone", func(r *registry, _ *Folder) {
			if err := os.Remove(filepath.Join(r.dir, "models@2.0.0.tgz")); err != nil {
				r.t.Fatal(err)
			}
		}, nil, "npm error 404 models@2.0.0; is this machine online"},
		{"no such platform", func(_ *registry, f *Folder) { f.goarch = "mips" }, ErrUnknown, "linux/mips"},
		{"embedded model is damaged", func(_ *registry, f *Folder) {
			f.embedded = fstest.MapFS{"own.onnx": {Data: []byte("other")}}
		}, ErrDamaged, "own.onnx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRegistry(t)
			f := r.folder()
			c.change(r, f)
			err := f.Fetch(t.Context(), FetchConfig{NPM: r.npm})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error is %v, want %v saying %q", err, c.want, c.says)
			}
			if _, err := os.Stat(filepath.Join(f.dir, "models", "det.onnx")); err == nil {
				t.Error("a file was put in place all the same")
			}
		})
	}
}

// resign serves a tarball with these entries and lets the manifest expect it.
func (r *registry) resign(f *Folder, entries ...entry) {
	r.t.Helper()
	data := tarball(r.t, entries...)
	r.serve("models@2.0.0", data)
	f.manifest.Packages[1].SHA256 = sum(data)
}

func TestFetchWithoutNPM(t *testing.T) {
	t.Parallel()
	f := newRegistry(t).folder()
	err := f.Fetch(t.Context(), FetchConfig{NPM: filepath.Join(t.TempDir(), "npm")})
	if err == nil || !strings.Contains(err.Error(), "scripts/setup.sh") {
		t.Errorf("error is %v", err)
	}
}

func TestFetchStopsWithItsContext(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.folder().Fetch(ctx, FetchConfig{NPM: r.npm}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestReadUnknown(t *testing.T) {
	t.Parallel()
	f := newRegistry(t).folder()
	if _, _, err := f.Read("nobody"); !errors.Is(err, ErrUnknown) {
		t.Errorf("error is %v", err)
	}
	_, _, err := f.Read("det")
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), Remedy) {
		t.Errorf("error is %v", err)
	}
}

func TestListNamesEveryModel(t *testing.T) {
	t.Parallel()
	f, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f.goos, f.goarch = "linux", "arm64"
	list := f.List()
	if len(list) != len(f.manifest.Models)+1 {
		t.Fatalf("%d assets for %d models", len(list), len(f.manifest.Models))
	}
	for _, a := range list {
		if a.Name == "" || a.Version == "" || a.File == "" || a.Bytes == 0 || a.SHA256 == "" || a.Source == "" || a.Licence.SPDX == "" || a.Purpose == "" {
			t.Errorf("incomplete: %+v", a)
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(tarball(f, entry{name: "package/a", body: "hello"}))
	f.Add(tarball(f, entry{name: "package/a", link: "b"}))
	f.Add([]byte{0x1f, 0x8b})
	want := source("package/a", "hello")
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := extractFrom(bytes.NewReader(data), []models.File{want})
		if err == nil && string(got[want.Path]) != "hello" {
			t.Errorf("wrong content without an error: %q", got)
		}
	})
}
