package main

import (
	"context"
	"errors"

	"bonafide/internal/eval"
	"bonafide/internal/policy"
)

type evalPresentationCmd struct {
	Fitted int    `help:"Drawn persons to fit the weights to." default:"70"`
	Tested int    `help:"Drawn persons to judge the shipped weights on." default:"60"`
	Stills string `help:"Folder of labelled real stills with a manifest; left out where it is absent." default:"../shared/data/pad" placeholder:"DIR"`
	Photos string `help:"Folder of good photos, for false alarms; left out where it is absent." default:"../shared/data/faces" placeholder:"DIR"`
	Out    string `help:"Folder for the report: presentation-attack.md and presentation-attack.json." placeholder:"DIR"`
	Seed   uint64 `help:"Seed of everything that is drawn; the shipped weights are of seed 0." default:"0"`
}

// Run implements the command.
func (c evalPresentationCmd) Run(ctx context.Context, a *app) error {
	if c.Fitted < 0 || c.Fitted == 1 || c.Tested < 1 {
		return errors.New("--fitted must be 0 or at least 2, --tested at least 1")
	}
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	r, err := eval.Presentation(ctx, eval.PresentationConfig{
		Analyser: faces, Policy: pol, Fitted: c.Fitted, Tested: c.Tested, Seed: c.Seed, Stills: c.Stills, Photos: c.Photos,
		Progress: a.progress("persons"),
	})
	return a.evaluated(&r, err, c.Out, "presentation-attack.md")
}
