package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bonafide/internal/eval"
	"bonafide/internal/policy"
)

type evalFaceSearchCmd struct {
	Data   string `help:"Folder with pairs.json and pictures of real faces, around which the others are drawn." default:"../shared/data/faces" placeholder:"DIR"`
	Out    string `help:"Folder for the report: face-search.md and face-search.json." placeholder:"DIR"`
	Count  int    `help:"Faces to search among. They take 1.1 GiB a million, twice." default:"1000000"`
	Probes int    `help:"Faces to search." default:"100"`
	Seed   uint64 `help:"Seed of the drawn faces." default:"1"`
}

// Run implements the command.
func (c evalFaceSearchCmd) Run(ctx context.Context, a *app) error {
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	r, err := eval.FaceSearch(ctx, eval.FaceSearchConfig{
		Data: c.Data, Analyser: faces, Count: c.Count, Probes: c.Probes, Seed: c.Seed, Now: a.now, Alarms: pol.Uniqueness.FalseAlarms,
		Progress: func(what string) { fmt.Fprintln(a.stderr, what) },
	})
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := r.Write(c.Out); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "written to %s\n", filepath.Join(c.Out, "face-search.md"))
	}
	return a.line(r)
}
