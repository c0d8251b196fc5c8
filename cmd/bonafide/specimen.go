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
	Kind     string `help:"What the person shows: papers are a passport and a card, with what goes wrong; licence is a driving licence; photos are --count photos of fronts, half of them with something wrong." enum:"papers,licence,photos" default:"papers"`
	Seed     uint64 `help:"Which person: the same seed makes the same person." default:"28"`
	Count    int    `help:"How many persons; with more than one, each gets a folder of their own." default:"1"`
	Date     string `help:"The day on which the documents are looked at; today when absent." placeholder:"2026-01-31"`
	UnderAge bool   `name:"under-age" help:"Make persons who are younger than 18."`
	Expired  bool   `help:"Make documents that have run out."`
	LongName bool   `name:"long-name" help:"Make names that the machine readable zone has to cut."`
	Film     string `help:"Also film the person, as film.y4m, which Chromium takes for a camera (--use-file-for-fake-video-capture): steps of rest, away, blink, turn_left, turn_right, open_mouth, come_closer, each with its seconds." placeholder:"rest:2,turn_left:1.2"`
	FilmRate int    `name:"film-rate" help:"Frames a second of the film." default:"15"`
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
	if c.Kind == "photos" {
		if err := specimen.WritePhotos(c.Out, c.Seed, c.Count); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "%s: %d photos, and photos.json, which says what is wrong with them\n", c.Out, c.Count)
		return nil
	}
	var film []specimen.Step
	if c.Film != "" {
		var err error
		if film, err = specimen.ParseSteps(c.Film); err != nil {
			return fmt.Errorf("--film: %w", err)
		}
		if c.FilmRate < 1 || c.FilmRate > 60 {
			return errors.New("--film-rate must be between 1 and 60")
		}
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
		if film != nil {
			p := specimen.NewPerson(seed, profile)
			if err := specimen.WriteFilm(filepath.Join(dir, "film.y4m"), p, film, c.FilmRate, seed+4); err != nil {
				return err
			}
			what += ", and a film"
		}
		fmt.Fprintf(a.stdout, "%s: a person who does not exist, with %s\n", dir, what)
	}
	return nil
}
