package main

import (
	"context"
	"errors"

	"bonafide/internal/eval"
	"bonafide/internal/liveness"
	"bonafide/internal/policy"
)

type evalLivenessCmd struct {
	Count   int    `help:"Sequences of each species of attack; twice as many honest ones." default:"50"`
	Persons int    `help:"Drawn persons who act." default:"16"`
	Seed    uint64 `help:"Seed of everything that is drawn." default:"1"`
	Out     string `help:"Folder for the report: liveness.md and liveness.json." placeholder:"DIR"`
}

// Run implements the command.
func (c evalLivenessCmd) Run(ctx context.Context, a *app) error {
	if c.Count < 1 || c.Persons < 2 {
		return errors.New("--count must be at least 1 and --persons at least 2")
	}
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	r, err := eval.Liveness(ctx, eval.LivenessConfig{
		Analyser: liveness.New(faces, nil), Policy: pol, Honest: 2 * c.Count, Attacks: c.Count, Persons: c.Persons, Seed: c.Seed,
		Progress: a.progress("sequences"),
	})
	return a.evaluated(&r, err, c.Out, "liveness.md")
}
