package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bonafide/internal/eval"
)

type evalFacesCmd struct {
	Data string `help:"Folder with pairs.json and the pictures." default:"../shared/data/faces" placeholder:"DIR"`
	Out  string `help:"Folder for the report: faces.md, faces.json and faces.svg." placeholder:"DIR"`
	Seed uint64 `help:"Seed of the bootstrap, so that the report can be made again." default:"1"`
}

// Run implements the command.
func (c evalFacesCmd) Run(ctx context.Context, a *app) error {
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	r, err := eval.Faces(ctx, eval.FacesConfig{
		Data: c.Data, Analyser: faces, Now: a.now, Seed: c.Seed,
		Progress: func(done, total int) { fmt.Fprintf(a.stderr, "\r%d of %d pictures", done, total) },
	})
	fmt.Fprintln(a.stderr)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := r.Write(c.Out); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "written to %s\n", filepath.Join(c.Out, "faces.md"))
	}
	return a.line(r)
}
