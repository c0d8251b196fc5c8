package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"bonafide/internal/face"
	"bonafide/internal/onnx"
	"bonafide/internal/onnx/assets"
	"bonafide/internal/verify"
)

// folder finds the runtime library and the models: where the flag or
// BONAFIDE_LIB says, else beside the program, else where packages put them.
func (a *app) folder() (*assets.Folder, error) {
	if a.lib != "" {
		return assets.Open(a.lib)
	}
	places := []string{"/usr/local/lib/bonafide", "/usr/lib/bonafide"}
	if exe, err := os.Executable(); err == nil {
		if target, err := filepath.EvalSymlinks(exe); err == nil {
			exe = target
		}
		places = append([]string{filepath.Join(filepath.Dir(exe), "..", "lib", "bonafide")}, places...)
	}
	for _, p := range places {
		if _, err := os.Stat(p); err == nil {
			return assets.Open(p)
		}
	}
	return assets.Open(places[0])
}

// runtime loads ONNX Runtime.
func (a *app) runtime() (*onnx.Runtime, error) {
	f, err := a.folder()
	if err != nil {
		return nil, err
	}
	lib, err := f.Library()
	if err != nil {
		return nil, err
	}
	return onnx.Open(onnx.Config{LibraryPath: lib, Assets: f})
}

// engine loads everything that measures. The caller closes the runtime.
func (a *app) engine() (*verify.Engine, *onnx.Runtime, error) {
	rt, err := a.runtime()
	if err != nil {
		return nil, nil, err
	}
	e, err := verify.NewEngine(rt, a.now)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("models: %w", err), rt.Close())
	}
	return e, rt, nil
}

// faces loads what measures faces alone. The caller closes the runtime.
func (a *app) faces() (*face.Analyser, *onnx.Runtime, error) {
	rt, err := a.runtime()
	if err != nil {
		return nil, nil, err
	}
	f, err := face.New(rt)
	if err != nil {
		return nil, nil, errors.Join(err, rt.Close())
	}
	return f, rt, nil
}
