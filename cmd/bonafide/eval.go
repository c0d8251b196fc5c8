package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bonafide/internal/document"
	"bonafide/internal/eval"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
)

// progress says on the way how much of an evaluation is done.
func (a *app) progress(what string) func(done, total int) {
	return func(done, total int) { fmt.Fprintf(a.stderr, "\r%d of %d %s", done, total, what) }
}

// evaluated ends an evaluation: its report is written to the folder out, where one is given, under a page's name, and its numbers are the answer.
func (a *app) evaluated(r interface{ Write(dir string) error }, failed error, out, page string) error {
	fmt.Fprintln(a.stderr) // ends the line of progress
	if failed != nil {
		return failed
	}
	if out != "" {
		if err := r.Write(out); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "written to %s\n", filepath.Join(out, page))
	}
	return a.line(r)
}

// documents is what evaluations of the document reader work with; close it.
func (a *app) documents() (*document.Reader, policy.Policy, func(), error) {
	pol, err := policy.Standard()
	if err != nil {
		return nil, policy.Policy{}, nil, err
	}
	rt, err := a.runtime()
	if err != nil {
		return nil, policy.Policy{}, nil, err
	}
	reader, err := document.NewReader(rt, document.Config{Clock: a.now})
	if err != nil {
		rt.Close() //nolint:errcheck // nothing was done with it
		return nil, policy.Policy{}, nil, err
	}
	return reader, pol, func() { rt.Close() }, nil //nolint:errcheck // the process ends
}

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
		Progress: a.progress("pictures"),
	})
	return a.evaluated(&r, err, c.Out, "faces.md")
}

type evalDefectsCmd struct {
	Data     string `help:"Folder with pictures of real documents; none leaves them out." placeholder:"DIR"`
	Out      string `help:"Folder for the report: defects.md, defects.json and defects.svg." placeholder:"DIR"`
	Count    int    `help:"Specimens for each defect." default:"100"`
	Clean    int    `help:"Specimens with which nothing is wrong." default:"1000"`
	PerReal  int    `help:"How often each real picture gets each defect." default:"1"`
	Seed     uint64 `help:"Seed of the first person and scene; thresholds were chosen below 900000." default:"900000"`
	PreCheck bool   `help:"Measure what is told at the upload, without reading."`
	Only     string `help:"One defect, such as glare." placeholder:"DEFECT"`
	Workers  int    `help:"Pictures at once." default:"2"`
}

// Run implements the command.
func (c evalDefectsCmd) Run(ctx context.Context, a *app) error {
	reader, pol, done, err := a.documents()
	if err != nil {
		return err
	}
	defer done()
	part := document.Everything
	if c.PreCheck {
		part = document.QualityOnly
	}
	r, err := eval.Defects(ctx, eval.DefectsConfig{
		Reader: reader, Policy: pol, Part: part, Data: c.Data, Count: c.Count, Clean: c.Clean, PerReal: c.PerReal, Seed: c.Seed,
		At: a.now(), Workers: c.Workers, Only: specimen.Defect(c.Only),
		Progress: a.progress("photos"),
	})
	return a.evaluated(&r, err, c.Out, "defects.md")
}

type evalCrossCheckCmd struct {
	Out     string `help:"Folder for the report: crosscheck.md and crosscheck.json." placeholder:"DIR"`
	Count   int    `help:"Altered specimens, and as many that are not." default:"200"`
	Seed    uint64 `help:"Seed of the first person; thresholds were chosen below 900000." default:"900000"`
	Workers int    `help:"Specimens at once." default:"2"`
}

// Run implements the command.
func (c evalCrossCheckCmd) Run(ctx context.Context, a *app) error {
	reader, pol, done, err := a.documents()
	if err != nil {
		return err
	}
	defer done()
	r, err := eval.CrossCheck(ctx, eval.CrossCheckConfig{
		Reader: reader, Policy: pol, Count: c.Count, Seed: c.Seed, At: a.now(), Workers: c.Workers,
		Progress: a.progress("specimens"),
	})
	return a.evaluated(&r, err, c.Out, "crosscheck.md")
}
