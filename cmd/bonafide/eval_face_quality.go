package main

import (
	"context"

	"bonafide/internal/eval"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

type evalFaceQualityCmd struct {
	Data      string `help:"Folder of good photos of faces; where it is absent, specimens alone are measured." default:"../shared/data/faces" placeholder:"DIR"`
	Specimens int    `help:"Number of synthetic persons." default:"40"`
	Most      int    `help:"At most so many of the photos are spoiled; all are judged for false alarms." default:"40"`
	Out       string `help:"Folder for the report: face-quality.md and face-quality.json." placeholder:"DIR"`
	Seed      uint64 `help:"Seed of the simulated defects." default:"1"`
	Only      string `help:"One finding, such as face.dark." placeholder:"CODE"`
}

// Run implements the command.
func (c evalFaceQualityCmd) Run(ctx context.Context, a *app) error {
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	r, err := eval.FaceQuality(ctx, eval.FaceQualityConfig{
		Data: c.Data, Specimens: c.Specimens, Most: c.Most, Analyser: faces, Policy: pol, Seed: c.Seed, Only: kyc.Code(c.Only),
		Progress: a.progress("pictures"),
	})
	return a.evaluated(&r, err, c.Out, "face-quality.md")
}
