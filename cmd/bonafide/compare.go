package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"bonafide/api"
	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/match"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// pairFlags are two values, or a file of them.
type pairFlags struct {
	A     string `arg:"" optional:"" help:"The first."`
	B     string `arg:"" optional:"" help:"The second."`
	Pairs string `help:"CSV file with two columns instead." placeholder:"CSV"`
	JSON  bool   `name:"json" help:"One JSON object a line."`
}

// each calls f for every pair, in order.
func (c pairFlags) each(f func(a, b string) error) error {
	if c.Pairs == "" {
		if c.A == "" || c.B == "" {
			return errors.New("give two values, or --pairs FILE")
		}
		return f(c.A, c.B)
	}
	file, err := os.Open(c.Pairs)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	r := csv.NewReader(file)
	r.FieldsPerRecord = -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.Pairs, err)
		}
		if len(row) < 2 {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("%s: line %d has no second column", c.Pairs, line)
		}
		if err := f(row[0], row[1]); err != nil {
			return err
		}
	}
}

type compareFacesCmd struct{ pairFlags }

// Run implements the command. Each picture is measured once, however many pairs
// it is in.
func (c compareFacesCmd) Run(ctx context.Context, a *app) error {
	in, err := a.inspection()
	if err != nil {
		return err
	}
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	type looked struct {
		template face.Template
		between  float64 // the eyes, in pixels
		found    bool
		bad      *inputError
	}
	seen := map[string]looked{}
	look := func(file string) (looked, error) {
		if l, ok := seen[file]; ok {
			return l, nil
		}
		var l looked
		p, bad, err := a.picture(ctx, file)
		if err != nil || bad != nil {
			l.bad = bad
		} else {
			var fs []face.Face
			if fs, err = faces.Find(ctx, p, face.Options{}); err == nil && len(fs) > 0 {
				l.found, l.between = true, face.Measure(p, fs, 0).InterEyeDistance
				l.template, err = faces.Template(ctx, p, fs[0])
			}
		}
		seen[file] = l
		return l, err
	}
	threshold, least := in.policy.Thresholds.Face.Match, in.policy.Thresholds.Face.PortraitPx
	return c.each(func(first, second string) error {
		out := struct {
			A         string   `json:"a"`
			B         string   `json:"b"`
			Score     *float64 `json:"score,omitempty"`
			Threshold float64  `json:"threshold"`
			Match     bool     `json:"match"`
			// Verdict is same, different or, where a face below the threshold is too small to tell, too_poor.
			Verdict string `json:"verdict,omitempty"`
			// FalseMatchRate is the share of pairs of different persons that score as high (docs/evaluation/faces.md).
			FalseMatchRate *float64      `json:"false_match_rate,omitempty"`
			Findings       []api.Finding `json:"findings"`
		}{A: first, B: second, Threshold: threshold}
		var missing []kyc.Finding
		var faceless []string
		var templates []face.Template
		poor := false
		for _, file := range []string{first, second} {
			l, err := look(file)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", file, err)
			case l.bad != nil:
				return a.report(c.JSON, *l.bad)
			case !l.found:
				missing = append(missing, kyc.Finding{Code: kyc.FaceNotFound, Item: kyc.Face})
				faceless = append(faceless, file)
			}
			templates = append(templates, l.template)
			poor = poor || l.between < least
		}
		out.Findings = in.show.Findings(missing)
		if len(missing) == 0 {
			r, err := face.Compare(templates[0], templates[1])
			if err != nil {
				return err
			}
			rate := face.FalseMatchRate(r.Score)
			out.Score, out.Match, out.FalseMatchRate = &r.Score, r.Score >= threshold, &rate
			switch {
			case out.Match:
				out.Verdict = "same"
			case poor:
				out.Verdict = "too_poor"
				out.Findings = in.show.Findings([]kyc.Finding{{Code: kyc.DocPortraitMissing, Item: kyc.DocumentFront, Measure: "inter_eye_px", Threshold: &least}})
			default:
				out.Verdict = "different"
			}
		}
		if c.JSON {
			return a.line(out)
		}
		if out.Score == nil {
			_, err = fmt.Fprintf(a.stdout, "no face to compare in %s\n", strings.Join(faceless, " and in "))
			return err
		}
		verdict := map[string]string{"same": "the same person", "different": "different persons", "too_poor": "too small a face for a verdict"}[out.Verdict]
		_, err = fmt.Fprintf(a.stdout, "%s  similarity %.3f (needs %.3f), as high between strangers: %s\n",
			a.paint().bold(verdict), *out.Score, threshold, oneIn(*out.FalseMatchRate))
		return err
	})
}

// oneIn says a rate so that its size is felt.
func oneIn(rate float64) string {
	switch {
	case rate > .1:
		return fmt.Sprintf("%.0f in 100", 100*rate)
	case rate < 1e-6:
		return "less than 1 in a million"
	}
	return fmt.Sprintf("1 in %.0f", 1/rate)
}

type compareNamesCmd struct{ pairFlags }

// Run implements the command. The first name is the one that was typed, the
// second the one that it is compared with.
func (c compareNamesCmd) Run(a *app) error {
	return c.each(func(first, second string) error {
		r := match.Names(match.Name{Full: first}, match.Name{Full: second}, match.DefaultPolicy())
		if c.JSON {
			return a.line(struct {
				A string `json:"a"`
				B string `json:"b"`
				match.Result
			}{first, second, r})
		}
		p := a.paint()
		var b strings.Builder
		fmt.Fprintf(&b, "%s  %.2f\n", p.bold(string(r.Verdict)), r.Score)
		for _, d := range r.Differences {
			fmt.Fprintf(&b, "  %s at character %d: %q ↔ %q\n", strings.ReplaceAll(string(d.Kind), "_", " "), d.At+1, d.A, d.B)
		}
		_, err := fmt.Fprint(a.stdout, b.String())
		return err
	})
}
