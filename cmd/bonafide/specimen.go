package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"bonafide/internal/specimen"
)

type specimenCmd struct {
	Out      string `help:"Folder to write to." default:"demo" placeholder:"DIR"`
	Kind     string `help:"What the person shows: papers are a passport and a card, with what goes wrong; licence is a driving licence." enum:"papers,licence" default:"papers"`
	Seed     uint64 `help:"Which person: the same seed makes the same person." default:"28"`
	Count    int    `help:"How many persons; with more than one, each gets a folder of their own." default:"1"`
	Date     string `help:"The day on which the documents are looked at; today when absent." placeholder:"2026-01-31"`
	UnderAge bool   `name:"under-age" help:"Make persons who are younger than 18."`
	Expired  bool   `help:"Make documents that have run out."`
	LongName bool   `name:"long-name" help:"Make names that the machine readable zone has to cut."`
}

// Run implements the command.
func (c specimenCmd) Run(a *app) error {
	profile := specimen.Profile{Reference: a.now(), UnderAge: c.UnderAge, Expired: c.Expired, LongName: c.LongName}
	if c.Date != "" {
		t, err := time.Parse(time.DateOnly, c.Date)
		if err != nil {
			return fmt.Errorf("--date: %w", err)
		}
		profile.Reference = t
	}
	if c.Count < 1 {
		return errors.New("--count must be at least 1")
	}
	for k := range c.Count {
		dir := c.Out
		seed := c.Seed + uint64(k)
		if c.Count > 1 {
			dir = filepath.Join(c.Out, strconv.FormatUint(seed, 10))
		}
		write, what := specimen.WriteSet, "a passport, a card and selfies"
		if c.Kind == "licence" {
			write, what = specimen.WriteLicence, "a driving licence and a selfie"
		}
		if _, err := write(dir, seed, profile); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s: a person who does not exist, with %s\n", dir, what)
	}
	return nil
}
