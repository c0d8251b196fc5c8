package main

import (
	"context"

	"bonafide/internal/eval"
)

type evalPlacesCmd struct {
	Count int    `help:"How many specimens." default:"200"`
	Seed  uint64 `help:"Seed of the first." default:"910000"`
}

// Run implements the command.
func (c evalPlacesCmd) Run(ctx context.Context, a *app) error {
	engine, rt, err := a.engine()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	r, err := eval.Places(ctx, engine, c.Count, c.Seed, a.now())
	if err != nil {
		return err
	}
	return a.line(r)
}
