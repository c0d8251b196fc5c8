package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bonafide/internal/document"
	"bonafide/internal/eval"
	"bonafide/internal/policy"
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
		Data: c.Data, Analyser: faces, Now: a.now, Seed: c.Seed, Portraits: true,
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

type evalDefectsCmd struct {
	Data     string `help:"Folder with pictures of real documents; none leaves them out." placeholder:"DIR"`
	Out      string `help:"Folder for the report: defects.md, defects.json and defects.svg." placeholder:"DIR"`
	Count    int    `help:"Specimens for each defect." default:"100"`
	Clean    int    `help:"Specimens with which nothing is wrong." default:"1000"`
	PerReal  int    `help:"How often each real picture gets each defect." default:"1"`
	Seed     uint64 `help:"Seed of the first person and scene; thresholds were chosen below 900000." default:"900000"`
	PreCheck bool   `help:"Measure what is told at the upload, without reading."`
	Workers  int    `help:"Pictures at once." default:"2"`
}

// Run implements the command.
func (c evalDefectsCmd) Run(ctx context.Context, a *app) error {
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	rt, err := a.runtime()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	reader, err := document.NewReader(rt, document.Config{Clock: a.now})
	if err != nil {
		return err
	}
	part := document.Everything
	if c.PreCheck {
		part = document.QualityOnly
	}
	r, err := eval.Defects(ctx, eval.DefectsConfig{
		Reader: reader, Policy: pol, Part: part, Data: c.Data, Count: c.Count, Clean: c.Clean, PerReal: c.PerReal, Seed: c.Seed,
		At: a.now(), Workers: c.Workers,
		Progress: func(done, total int) { fmt.Fprintf(a.stderr, "\r%d of %d photos", done, total) },
	})
	fmt.Fprintln(a.stderr)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := r.Write(c.Out); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "written to %s\n", filepath.Join(c.Out, "defects.md"))
	}
	return a.line(r)
}

type evalCrossCheckCmd struct {
	Out     string `help:"Folder for the report: crosscheck.md and crosscheck.json." placeholder:"DIR"`
	Count   int    `help:"Altered specimens, and as many that are not." default:"200"`
	Seed    uint64 `help:"Seed of the first person; thresholds were chosen below 900000." default:"900000"`
	Workers int    `help:"Specimens at once." default:"2"`
}

// Run implements the command.
func (c evalCrossCheckCmd) Run(ctx context.Context, a *app) error {
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	rt, err := a.runtime()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	reader, err := document.NewReader(rt, document.Config{Clock: a.now})
	if err != nil {
		return err
	}
	r, err := eval.CrossCheck(ctx, eval.CrossCheckConfig{
		Reader: reader, Policy: pol, Count: c.Count, Seed: c.Seed, At: a.now(), Workers: c.Workers,
		Progress: func(done, total int) { fmt.Fprintf(a.stderr, "\r%d of %d specimens", done, total) },
	})
	fmt.Fprintln(a.stderr)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := r.Write(c.Out); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "written to %s\n", filepath.Join(c.Out, "crosscheck.md"))
	}
	return a.line(r)
}
