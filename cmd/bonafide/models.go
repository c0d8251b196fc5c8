package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"

	"bonafide/internal/onnx"
	"bonafide/internal/onnx/assets"
	"bonafide/internal/seal"
)

type modelsListCmd struct {
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run implements the command.
func (c modelsListCmd) Run(a *app) error {
	f, err := a.folder()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(w, "NAME\tVERSION\tLICENCE\tKB\tSTATE\tSOURCE\tSHA-256")
	}
	for _, x := range f.List() {
		state := "verified"
		if err := f.Check(x); err != nil {
			state = "missing or damaged"
		}
		if c.JSON {
			err = a.line(map[string]any{
				"name": x.Name, "version": x.Version, "licence": x.Licence.SPDX, "licence_note": x.Licence.Note, "bytes": x.Bytes,
				"sha256": x.SHA256, "source": x.Source, "purpose": x.Purpose, "state": state,
			})
		} else {
			_, err = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s…\n", x.Name, x.Version, x.Licence.SPDX, (x.Bytes+1023)/1024, state, x.Source, x.SHA256[:12])
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

type modelsVerifyCmd struct{}

// Run implements the command.
func (modelsVerifyCmd) Run(ctx context.Context, a *app) error {
	f, err := a.folder()
	if err != nil {
		return err
	}
	if err := f.Verify(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%d files verified in %s\n", len(f.List()), f.Dir())
	return err
}

type modelsFetchCmd struct{}

// Run implements the command.
func (modelsFetchCmd) Run(ctx context.Context, a *app) error {
	f, err := a.folder()
	if err != nil {
		return err
	}
	err = f.Fetch(ctx, assets.FetchConfig{Report: func(s assets.Step) {
		if s.Bytes > 0 {
			fmt.Fprintf(a.stderr, "%-12s %s (%.1f MB)\n", s.Action, s.Subject, float64(s.Bytes)/1e6)
			return
		}
		fmt.Fprintf(a.stderr, "%-12s %s\n", s.Action, s.Subject)
	}})
	if err != nil {
		return err
	}
	return modelsVerifyCmd{}.Run(ctx, a)
}

type doctorCmd struct {
	Data string `help:"The data folder." default:"data" placeholder:"DIR" env:"BONAFIDE_DATA"`
}

// Run implements the command. It ends with exit status 1 when something that
// the program needs is missing.
func (c doctorCmd) Run(a *app) error {
	ill := 0
	say := func(ok bool, what, remedy string) {
		mark := "ok  "
		if !ok {
			mark = "MISS"
			ill++
		}
		fmt.Fprintf(a.stdout, "%s  %s\n", mark, what)
		if !ok {
			fmt.Fprintf(a.stdout, "      → %s\n", remedy)
		}
	}
	f, err := a.folder()
	if err != nil {
		return err
	}
	for _, x := range f.List() {
		err := f.Check(x)
		what := fmt.Sprintf("%s %s (%s)", x.Name, x.Version, x.Source)
		say(err == nil, what, "run: bonafide models fetch   (in a clone: make assets)")
	}
	lib, err := f.Library()
	if err == nil {
		var rt *onnx.Runtime
		if rt, err = onnx.Open(onnx.Config{LibraryPath: lib, Assets: f}); err == nil {
			err = rt.Close()
		}
	}
	say(err == nil, "the runtime library loads", fmt.Sprintf("it did not load (%v); it needs glibc 2.28 or newer on amd64 or arm64", err))
	_, err = exec.LookPath("npm")
	say(err == nil || ill == 0, "npm, to fetch models", "install Debian's npm; it is needed only while models are missing")
	say(writable(c.Data), "the data folder "+c.Data+" can be written", "create it or choose another with --data")
	if exists(filepath.Join(c.Data, databaseFile)) {
		sealer, err := seal.Load(filepath.Join(c.Data, keyFile))
		if err == nil {
			err = sameInstallation(filepath.Join(c.Data, markFile), sealer, false)
		}
		say(err == nil, "the key file opens the data folder", fmt.Sprint(err))
	}
	if ill > 0 {
		return fmt.Errorf("%d things to mend", ill)
	}
	_, err = fmt.Fprintln(a.stdout, "all is well")
	return err
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil } //nolint:gosec // the operator names it

// writable reports whether a folder, or the nearest one above it that exists,
// can be written.
func writable(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for !exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".bonafide-doctor-")
	if err != nil {
		return false
	}
	return f.Close() == nil && os.Remove(f.Name()) == nil
}
