package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"bonafide/api"
	"bonafide/internal/document"
	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/onnx"
	"bonafide/internal/policy"
	"bonafide/internal/verify"
)

type inspectDocumentCmd struct {
	Files   []string `arg:"" name:"file" help:"Pictures."`
	JSON    bool     `name:"json" help:"One JSON object a line."`
	MRZOnly bool     `name:"mrz-only" help:"Read the machine readable zone and leave the print."`
	Print   bool     `help:"Read the print even where the machine readable zone says everything."`
}

// inspection is what inspecting pictures works with.
type inspection struct {
	*app
	show   verify.Presenter
	policy policy.Policy
}

func (a *app) inspection() (inspection, error) {
	pol, err := policy.Standard()
	if err != nil {
		return inspection{}, err
	}
	words, err := message.Load()
	if err != nil {
		return inspection{}, err
	}
	return inspection{app: a, policy: pol, show: verify.Presenter{Words: words.Speak("en"), Operator: true, Policy: pol}}, nil
}

// picture reads and decodes a file. A file that is no picture is reported, and
// ok is false.
func (a *app) picture(ctx context.Context, file string) (p *imaging.Picture, bad *inputError, err error) {
	content, err := readPicture(file)
	if err != nil {
		e := failed(file, unreadableFile, err.Error())
		return nil, &e, nil
	}
	p, err = imaging.Decode(ctx, content, imaging.DefaultLimits())
	if d, ok := errors.AsType[*imaging.DecodeError](err); ok {
		e := failed(file, string(d.Kind), d.Error())
		return nil, &e, nil
	}
	return p, nil, err
}

// pictures reads and decodes one file after the other for do, which is told when
// that began and when the picture was decoded. Files that are no pictures are
// reported in their place.
func (a *app) pictures(ctx context.Context, files []string, json bool, do func(file string, p *imaging.Picture, began, decoded time.Time) error) error {
	unread := 0
	for _, file := range files {
		began := a.now()
		p, bad, err := a.picture(ctx, file)
		switch {
		case err != nil:
		case bad != nil:
			if bad.Error.Code == unreadableFile {
				unread++
			}
			err = a.report(json, *bad)
		default:
			err = do(file, p, began, a.now())
		}
		if err != nil {
			return err
		}
	}
	if unread > 0 {
		return fmt.Errorf("%d of %d files could not be read", unread, len(files))
	}
	return nil
}

// unreadableFile is the code of a file that could not be read at all, as opposed
// to one that is no picture: only the first is not processed.
const unreadableFile = "unreadable_file"

// report prints an input that could not be processed.
func (a *app) report(json bool, bad inputError) error {
	if json {
		return a.line(bad)
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %s: %s\n", bad.File, bad.Error.Code, bad.Error.Message)
	return err
}

// Run implements the command.
func (c inspectDocumentCmd) Run(ctx context.Context, a *app) error {
	in, err := a.inspection()
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
	opts := document.Options{At: a.now()}
	if c.MRZOnly {
		opts.Part = document.MRZOnly
	}
	if c.Print {
		opts.Print = document.PrintAlways
	}
	return a.pictures(ctx, c.Files, c.JSON, func(file string, p *imaging.Picture, began, decoded time.Time) error {
		m, err := reader.Measure(ctx, p, opts)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		findings := verify.Photo(in.policy, kyc.DocumentFront, verify.Evidence{Front: verify.SideOf(p, m)})
		m.Timings["decode"] = ms(decoded.Sub(began))
		m.Timings["total"] = ms(a.now().Sub(began))
		out := struct {
			File string `json:"file"`
			*document.Measurement
			Findings []api.Finding `json:"findings"`
		}{file, m, in.show.Findings(findings)}
		if c.JSON {
			return a.line(out)
		}
		return a.tellDocument(file, m, out.Findings)
	})
}

func (a *app) tellDocument(file string, m *document.Measurement, findings []api.Finding) error {
	p := a.paint()
	var b strings.Builder
	d := m.Document
	fmt.Fprintf(&b, "%s\n", p.bold(file))
	if d.Found {
		fmt.Fprintf(&b, "  document    %s %s %s, turned by %.0f°\n", orUnknown(d.Issuer), orUnknown(string(d.Kind)), d.Side, d.Rotation)
	} else {
		b.WriteString("  document    none found\n")
	}
	if m.MRZ != nil {
		for _, l := range m.MRZ.Lines {
			fmt.Fprintf(&b, "  %s\n", l)
		}
		for _, name := range sortedNames(m.MRZ.CheckDigits) {
			if !m.MRZ.CheckDigits[name] {
				fmt.Fprintf(&b, "  check digit of %s does not hold\n", name)
			}
		}
	}
	for _, name := range sortedNames(m.Fields) {
		f := m.Fields[name]
		fmt.Fprintf(&b, "  %-16s %s  %s\n", name, f.Value, p.dim(fmt.Sprintf("%s %.2f", f.Source, f.Confidence)))
	}
	q := m.Quality
	fmt.Fprintf(&b, "  %s\n", p.dim(fmt.Sprintf("%d×%d, document %.0f px wide, sharpness %.2f, mean %.0f, glare %.3f", q.Width, q.Height, q.DocumentWidth, q.Sharpness, q.Mean, q.GlareShare)))
	a.findings(&b, p, findings)
	fmt.Fprintf(&b, "  %s\n", p.dim(fmt.Sprintf("%.0f ms, of which %.0f in the models", m.Timings["total"], m.Timings["inference"])))
	_, err := fmt.Fprintln(a.stdout, b.String())
	return err
}

func (a *app) findings(b *strings.Builder, p paint, fs []api.Finding) {
	for _, f := range fs {
		fmt.Fprintf(b, "  %s %s → %s\n", p.text("1;33", "!"), f.Title, f.Fix)
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

type inspectFaceCmd struct {
	Files []string `arg:"" name:"file" help:"Pictures."`
	JSON  bool     `name:"json" help:"One JSON object a line."`
}

// Run implements the command.
func (c inspectFaceCmd) Run(ctx context.Context, a *app) error {
	in, err := a.inspection()
	if err != nil {
		return err
	}
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	return a.pictures(ctx, c.Files, c.JSON, func(file string, p *imaging.Picture, began, decoded time.Time) error {
		metered, meter := onnx.WithMeter(ctx)
		r, found, err := faces.Inspect(metered, p, face.Options{}, a.now)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		r.File = file
		findings := verify.Selfie(in.policy, verify.Evidence{Face: verify.PortraitOf(p, found)})
		r.TimingsMS["decode"] = ms(decoded.Sub(began))
		r.TimingsMS["inference"] = ms(meter.Elapsed())
		r.TimingsMS["total"] = ms(a.now().Sub(began))
		out := struct {
			face.Report
			Findings []api.Finding `json:"findings"`
		}{r, in.show.Findings(findings)}
		if c.JSON {
			return a.line(out)
		}
		return a.tellFace(r, out.Findings)
	})
}

func (a *app) tellFace(r face.Report, findings []api.Finding) error {
	p := a.paint()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  faces       %d\n", p.bold(r.File), r.Faces)
	if q := r.Quality; q != nil {
		fmt.Fprintf(&b, "  eyes        %.0f px apart, open %.2f\n  pose        yaw %.0f°, pitch %.0f°, roll %.0f°\n", q.InterEyeDistance, q.EyesOpen, q.Yaw, q.Pitch, q.Roll)
		fmt.Fprintf(&b, "  light       %.0f on the face, %+.0f around it\n  sharpness   %.2f\n", q.Brightness, q.Backlight, q.Sharpness)
	}
	a.findings(&b, p, findings)
	_, err := fmt.Fprintln(a.stdout, b.String())
	return err
}
