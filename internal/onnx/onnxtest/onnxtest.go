// Package onnxtest gives tests the real models.
//
// It promises the fetched, verified assets or a skipped test, never a substitute.
package onnxtest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bonafide/internal/onnx"
	"bonafide/internal/onnx/assets"
)

// shared is the runtime of this test process, so that each model is loaded once. It is never closed; the process ends.
var shared = sync.OnceValues(func() (*onnx.Runtime, error) {
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	lib, err := folder.Library()
	if err != nil {
		return nil, err
	}
	return onnx.Open(onnx.Config{LibraryPath: lib, Assets: folder})
})

// Open returns the runtime with the assets in lib/bonafide of this repository, shared by all tests of the process; do not
// close it. The test is skipped when the assets were not fetched, and fails when they are damaged.
func Open(t testing.TB) *onnx.Runtime {
	t.Helper()
	rt, err := shared()
	if errors.Is(err, assets.ErrMissing) {
		t.Skipf("models are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// Library returns the path of the runtime library, for tests that open runtimes of their own. The test is skipped when it was
// not fetched.
func Library(t testing.TB) string {
	t.Helper()
	folder, err := Folder()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := folder.Library()
	if errors.Is(err, assets.ErrMissing) {
		t.Skipf("models are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// Folder returns this repository's assets folder, found by walking up from the working directory to go.mod. It may be
// empty.
func Folder() (*assets.Folder, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return assets.Open(filepath.Join(dir, "lib", "bonafide"))
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil, errors.New("onnxtest: no go.mod above the working directory")
		}
		dir = up
	}
}
