package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
)

// PresentationConfig says what Presentation measures.
type PresentationConfig struct {
	Analyser *face.Analyser
	Policy   policy.Policy
	// Fitted and Tested are numbers of drawn persons: from the first the sign is fitted, on the others it is judged.
	Fitted, Tested int
	Seed           uint64
	// Stills is a folder of labelled real stills, Photos one of good photos; neither is fitted to. Empty or absent: left out.
	Stills, Photos string
	Progress       func(done, total int)
}

// PresentationReport says how well the tint of the skin tells a face from a picture of one.
type PresentationReport struct {
	Seed   uint64  `json:"seed"`
	Fitted int     `json:"fitted_persons"`
	Tested int     `json:"tested_persons"`
	Policy string  `json:"policy"`
	Look   float64 `json:"threshold_inspect"`
	Review float64 `json:"threshold_review"`
	// Weights of 1 and of face.Tint.Terms that fit the simulation best; Level is the probability by them that one in twenty of the simulated
	// live faces exceeds.
	Weights [6]float64 `json:"weights"`
	Level   float64    `json:"level"`
	// Simulated are persons of the simulation that were not fitted to, Stills and Photos real pictures.
	Simulated []PresentationRow `json:"simulated"`
	Stills    []PresentationRow `json:"stills,omitempty"`
	Photos    *PresentationRow  `json:"photos,omitempty"`
}

// PresentationRow counts pictures of one kind that are flagged by the shipped weights.
type PresentationRow struct {
	Kind   string   `json:"kind"`
	Unsaid int      `json:"unsaid"` // no face or no tint, and so not flagged
	Look   Rate     `json:"inspect"`
	Review Rate     `json:"review"`
	Files  []string `json:"files,omitempty"` // flagged by the threshold of inspect

	look, review, n int
}

func (p *PresentationRow) note(t face.Tint, ok bool, look, review float64, file string) {
	p.n++
	switch {
	case !ok:
		p.Unsaid++
		return
	case t.Recaptured() > review:
		p.review++
	}
	if t.Recaptured() > look {
		p.look++
		if file != "" {
			p.Files = append(p.Files, file)
		}
	}
}

func (p *PresentationRow) close() { p.Look, p.Review = NewRate(p.look, p.n), NewRate(p.review, p.n) }

// species of stills that each drawn person gives.
func stillsOfOne() []string {
	return []string{fromLife, fromLife, fromPaper, fromDisplay, fromPaper, fromDisplay}
}

// Presentation pictures drawn faces from life, from prints and from displays, fits the sign to some persons and judges what is shipped on others
// and on real pictures.
func Presentation(ctx context.Context, cfg PresentationConfig) (PresentationReport, error) {
	t := cfg.Policy.Thresholds.Face
	r := PresentationReport{Seed: cfg.Seed, Fitted: cfg.Fitted, Tested: cfg.Tested, Policy: cfg.Policy.ID(), Look: t.Recaptured, Review: t.RecapturedReview}
	tintOf := func(p *imaging.Picture) (face.Tint, bool, error) {
		found, err := cfg.Analyser.Find(ctx, p, face.Options{})
		if err != nil || len(found) == 0 {
			return face.Tint{}, false, err
		}
		tint, ok := face.TintOf(p, &found[0].Mesh)
		return tint, ok, nil
	}
	var live, again [][5]float64
	rows := map[string]*PresentationRow{}
	for _, k := range []string{fromLife, fromPaper, fromDisplay} {
		rows[k] = &PresentationRow{Kind: k}
	}
	persons, err := presented(ctx, cfg, tintOf)
	if err != nil {
		return r, fmt.Errorf("eval: presentation: %w", err)
	}
	for i, stills := range persons {
		for _, x := range stills {
			switch {
			case i >= cfg.Fitted:
				rows[x.species].note(x.tint, x.ok, r.Look, r.Review, "")
			case x.ok && x.species == fromLife:
				live = append(live, x.tint.Terms())
			case x.ok:
				again = append(again, x.tint.Terms())
			}
		}
	}
	for _, k := range []string{fromLife, fromPaper, fromDisplay} {
		rows[k].close()
		r.Simulated = append(r.Simulated, *rows[k])
	}
	if cfg.Fitted > 0 {
		r.Weights = logistic(live, again)
		r.Level = levelAbove(r.Weights, live, 0.05)
	}
	return r, r.real(ctx, cfg, tintOf)
}

// presentedStill is what was read of one simulated still.
type presentedStill struct {
	species string
	tint    face.Tint
	ok      bool
}

// presented pictures every drawn person in every species, several persons at a time. A person's stills depend on the seed and their number alone.
func presented(ctx context.Context, cfg PresentationConfig, tintOf func(*imaging.Picture) (face.Tint, bool, error)) ([][]presentedStill, error) {
	out := make([][]presentedStill, cfg.Fitted+cfg.Tested)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	var done atomic.Int32
	for i := range out {
		g.Go(func() error {
			draw := rand.New(rand.NewPCG(3, cfg.Seed<<32|uint64(i))) //nolint:gosec // a simulation that can be made again
			person := specimen.NewPerson(900000+1000*cfg.Seed+uint64(i), specimen.Profile{})
			selfie := specimen.Selfie(person, specimen.SelfieOptions{Noise: -1, Scale: 1.1, Width: 420, Height: 560}, uint64(100*i))
			found, err := cfg.Analyser.Find(ctx, imaging.FromRGBA(selfie), face.Options{})
			if err != nil || len(found) == 0 {
				return err
			}
			for _, species := range stillsOfOne() {
				tint, ok, err := tintOf(imaging.FromRGBA(still(draw, selfie, found[0].Box, species)))
				if err != nil {
					return err
				}
				out[i] = append(out[i], presentedStill{species, tint, ok})
			}
			if n := done.Add(1); cfg.Progress != nil {
				cfg.Progress(int(n), len(out))
			}
			return nil
		})
	}
	return out, g.Wait()
}

// real judges the real pictures.
func (r *PresentationReport) real(ctx context.Context, cfg PresentationConfig, tintOf func(*imaging.Picture) (face.Tint, bool, error)) error {
	note := func(row *PresentationRow, file string) error {
		content, err := os.ReadFile(file) //nolint:gosec // a file that the caller named
		if err != nil {
			return err
		}
		p, err := imaging.Decode(ctx, content, imaging.DefaultLimits())
		if _, bad := errors.AsType[*imaging.DecodeError](err); bad {
			return nil
		}
		if err != nil {
			return err
		}
		tint, ok, err := tintOf(p)
		if err != nil {
			return err
		}
		row.note(tint, ok, r.Look, r.Review, filepath.Base(file))
		return nil
	}
	labelled, err := labelledStills(cfg.Stills)
	if err != nil {
		return fmt.Errorf("eval: presentation: %w", err)
	}
	for _, kind := range []string{"live", "spoof"} {
		row := PresentationRow{Kind: kind}
		for _, x := range labelled {
			if x.Truth.Label != kind {
				continue
			}
			if err := note(&row, filepath.Join(cfg.Stills, x.File)); err != nil {
				return fmt.Errorf("eval: presentation: %w", err)
			}
		}
		if row.n > 0 {
			row.close()
			r.Stills = append(r.Stills, row)
		}
	}
	files, err := photosIn(cfg.Photos)
	if err != nil {
		return fmt.Errorf("eval: presentation: %w", err)
	}
	if len(files) == 0 {
		return nil
	}
	row := PresentationRow{Kind: "good photos"}
	for _, f := range files {
		if slices.Contains(trulySo()[filepath.Base(f)], "") {
			continue // no photo of one upright face
		}
		if err := note(&row, f); err != nil {
			return fmt.Errorf("eval: presentation: %w", err)
		}
	}
	row.close()
	r.Photos = &row
	return nil
}

// logistic is the logistic regression of greatest likelihood, both classes weighing the same: the weight of 1, then those of the terms
// (Newton's method on standardised terms).
func logistic(no, yes [][5]float64) [6]float64 {
	const n = 6
	var mean, dev [n]float64
	all := append(slices.Clone(no), yes...)
	for _, x := range all {
		for k, v := range x {
			mean[k+1] += v / float64(len(all))
		}
	}
	for _, x := range all {
		for k, v := range x {
			dev[k+1] += (v - mean[k+1]) * (v - mean[k+1]) / float64(len(all))
		}
	}
	for k := 1; k < n; k++ {
		dev[k] = math.Max(math.Sqrt(dev[k]), 1e-9)
	}
	var w [n]float64
	for range 30 {
		var g [n]float64
		var h [n][n]float64
		for side, list := range [][][5]float64{no, yes} {
			weight := 0.5 / math.Max(1, float64(len(list)))
			for _, x := range list {
				z := [n]float64{1}
				for k, v := range x {
					z[k+1] = (v - mean[k+1]) / dev[k+1]
				}
				s := 0.0
				for k := range z {
					s += w[k] * z[k]
				}
				p := 1 / (1 + math.Exp(-s))
				for i := range z {
					g[i] += weight * (p - float64(side)) * z[i]
					for k := range z {
						h[i][k] += weight * p * (1 - p) * z[i] * z[k]
					}
				}
			}
		}
		for i := range h {
			h[i][i] += 1e-9
		}
		step := solve(h, g)
		for k := range w {
			w[k] -= step[k]
		}
	}
	for k := 1; k < n; k++ {
		w[k] /= dev[k]
		w[0] -= w[k] * mean[k]
	}
	return w
}

// solve is Gauss's elimination with pivots.
func solve(a [6][6]float64, b [6]float64) [6]float64 {
	n := len(b)
	for c := range n {
		p := c
		for i := c + 1; i < n; i++ {
			if math.Abs(a[i][c]) > math.Abs(a[p][c]) {
				p = i
			}
		}
		a[c], a[p], b[c], b[p] = a[p], a[c], b[p], b[c]
		for i := range n {
			if i == c || a[c][c] == 0 {
				continue
			}
			f := a[i][c] / a[c][c]
			for k := range n {
				a[i][k] -= f * a[c][k]
			}
			b[i] -= f * b[c]
		}
	}
	for c := range n {
		b[c] /= a[c][c]
	}
	return b
}

// levelAbove is the probability that a share of a list exceeds by weights.
func levelAbove(w [6]float64, list [][5]float64, share float64) float64 {
	if len(list) == 0 {
		return 0
	}
	p := make([]float64, len(list))
	for i, x := range list {
		z := w[0]
		for k, v := range x {
			z += w[k+1] * v
		}
		p[i] = 1 / (1 + math.Exp(-z))
	}
	slices.Sort(p)
	return p[min(len(p)-1, int((1-share)*float64(len(p))))]
}

// labelledStill is an entry of a manifest of real stills.
type labelledStill struct {
	File  string `json:"file"`
	Truth struct {
		Label string `json:"label"` // live or spoof
	} `json:"truth"`
}

// labelledStills reads the manifest of a folder; none where there is no folder.
func labelledStills(dir string) ([]labelledStill, error) {
	if dir == "" {
		return nil, nil
	}
	content, err := os.ReadFile(filepath.Join(dir, "manifest.json")) //nolint:gosec // a file that the caller named
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []labelledStill
	if err == nil {
		err = json.Unmarshal(content, &out)
	}
	return out, err
}

// photosIn lists the pictures of a folder; none where there is no folder.
func photosIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if x := filepath.Ext(e.Name()); !e.IsDir() && x != ".json" && x != ".md" {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, err
}
