package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"bonafide/api"
	"bonafide/internal/liveness"
	"bonafide/internal/onnx"
	"bonafide/internal/verify"
)

type inspectLivenessCmd struct {
	Dirs      []string `arg:"" name:"dir" help:"Folders of frames named by their time in milliseconds: 000100.jpg."`
	Challenge []string `placeholder:"MOVEMENT,…" help:"What was asked for, in this order: blink, turn_left, turn_right, open_mouth, come_closer. Left and right are the person's own."`
	Colours   string   `help:"JSON file with the colours that the screen showed: [{\"colour\":\"#ff0000\",\"from_ms\":0,\"to_ms\":400},…]." placeholder:"F.json"`
	Portrait  string   `help:"Picture of the document's portrait, to tell it from a face when it is held up." placeholder:"F"`
	JSON      bool     `name:"json" help:"One JSON object a line."`
}

// maxFrames bounds the frames of one folder: a minute at 10 a second.
const maxFrames = 600

// inspectedLiveness is a line of `inspect liveness --json`.
type inspectedLiveness struct {
	Dir        string             `json:"dir"`
	Challenges []verify.Performed `json:"challenges"`
	*liveness.Measurement
	Findings []api.Finding `json:"findings"`
}

// Run implements the command.
func (c inspectLivenessCmd) Run(ctx context.Context, a *app) error {
	in, err := a.inspection()
	if err != nil {
		return err
	}
	ask, err := c.challenge(ctx, a)
	if err != nil {
		return err
	}
	faces, rt, err := a.faces()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	analyser := liveness.New(faces, a.now)
	unread := 0
	for _, dir := range c.Dirs {
		began := a.now()
		frames, bad, err := a.frames(ctx, dir)
		if err != nil {
			return err
		}
		if bad != nil {
			unread++
			if err := a.report(c.JSON, *bad); err != nil {
				return err
			}
			continue
		}
		decoded := a.now()
		metered, meter := onnx.WithMeter(ctx)
		m, err := analyser.Measure(metered, frames, ask)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		m.TimingsMS["decode"] = ms(decoded.Sub(began))
		m.TimingsMS["inference"] = ms(meter.Elapsed())
		m.TimingsMS["total"] = ms(a.now().Sub(began))
		out := inspectedLiveness{
			Dir: dir, Measurement: m,
			Challenges: verify.LivenessChallenges(in.policy.Thresholds.Liveness, m, ask.Actions),
			Findings:   in.show.Findings(verify.JudgeLiveness(in.policy, m, ask)),
		}
		if c.JSON {
			err = a.line(out)
		} else {
			err = a.tellLiveness(out)
		}
		if err != nil {
			return err
		}
	}
	if unread > 0 {
		return fmt.Errorf("%d of %d folders could not be read", unread, len(c.Dirs))
	}
	return nil
}

// challenge reads what the flags say was asked for and shown.
func (c inspectLivenessCmd) challenge(ctx context.Context, a *app) (liveness.Challenge, error) {
	var ask liveness.Challenge
	for _, name := range c.Challenge {
		x := liveness.Action(strings.TrimSpace(name))
		if !slices.Contains(liveness.Actions(), x) {
			return ask, fmt.Errorf("--challenge: %q is not one of %v", name, liveness.Actions())
		}
		ask.Actions = append(ask.Actions, x)
	}
	if c.Colours != "" {
		b, err := readLimited(c.Colours, 1<<20)
		if err != nil {
			return ask, err
		}
		if err := json.Unmarshal(b, &ask.Colours); err != nil {
			return ask, fmt.Errorf("--colours: %s: %w", c.Colours, err)
		}
	}
	if c.Portrait != "" {
		p, bad, err := a.picture(ctx, c.Portrait)
		if err != nil {
			return ask, err
		}
		if bad != nil {
			return ask, fmt.Errorf("--portrait: %s: %s", bad.File, bad.Error.Message)
		}
		ask.Portrait = p
	}
	return ask, nil
}

// frames reads a folder of frames. A folder that is none is reported with what to mend.
func (a *app) frames(ctx context.Context, dir string) ([]liveness.Frame, *inputError, error) {
	bad := func(format string, args ...any) ([]liveness.Frame, *inputError, error) {
		e := failed(dir, unreadableFile, fmt.Sprintf(format, args...))
		return nil, &e, nil
	}
	files, err := frameFiles(dir)
	if err != nil {
		return bad("%v", err)
	}
	frames := make([]liveness.Frame, 0, len(files))
	for _, f := range files {
		p, unreadable, err := a.picture(ctx, f.path)
		if err != nil {
			return nil, nil, err
		}
		if unreadable != nil {
			return bad("%s: %s", filepath.Base(f.path), unreadable.Error.Message)
		}
		frames = append(frames, liveness.Frame{AtMS: f.ms, Picture: p})
	}
	return frames, nil, nil
}

// frameFile is a frame in a folder.
type frameFile struct {
	path string
	ms   int64
}

// frameFiles lists the frames of a folder by their time.
func frameFiles(dir string) ([]frameFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []frameFile
	for _, e := range entries {
		name := e.Name()
		if ext := strings.ToLower(filepath.Ext(name)); ext != ".jpg" && ext != ".jpeg" {
			continue
		}
		at, err := strconv.ParseInt(strings.TrimSuffix(name, filepath.Ext(name)), 10, 64)
		if err != nil || at < 0 {
			return nil, fmt.Errorf("%s: a frame is named by its time in milliseconds, as in 000100.jpg", name)
		}
		if len(out) == maxFrames {
			return nil, fmt.Errorf("more than %d frames", maxFrames)
		}
		out = append(out, frameFile{filepath.Join(dir, name), at})
	}
	if len(out) == 0 {
		return nil, errors.New("no frames: expected JPEG files named by milliseconds, as in 000100.jpg")
	}
	slices.SortFunc(out, func(a, b frameFile) int { return cmp.Compare(a.ms, b.ms) })
	return out, nil
}

func (a *app) tellLiveness(o inspectedLiveness) error {
	p := a.paint()
	var b strings.Builder
	f := o.Frames
	fmt.Fprintf(&b, "%s\n  frames      %d in %.1f s, a face in %d, %d missing between\n", p.bold(o.Dir), f.Distinct, float64(f.ToMS-f.FromMS)/1000, f.Face, f.Missing)
	for _, c := range o.Challenges {
		switch {
		case c.Performed:
			fmt.Fprintf(&b, "  %-11s %.1f to %.1f s, %.3g\n", c.Action, float64(*c.FromMS)/1000, float64(*c.ToMS)/1000, *c.Measured)
		case c.Measured != nil:
			fmt.Fprintf(&b, "  %-11s not far enough: %.3g\n", c.Action, *c.Measured)
		default:
			fmt.Fprintf(&b, "  %-11s not seen\n", c.Action)
		}
	}
	fmt.Fprintf(&b, "  person      %d frames compared, similarity %.2f or more\n", o.Person.Compared, o.Person.Similarity)
	a.findings(&b, p, o.Findings)
	fmt.Fprintf(&b, "  %s\n", p.dim(fmt.Sprintf("%.0f ms, of which %.0f in the models", o.TimingsMS["total"], o.TimingsMS["inference"])))
	_, err := fmt.Fprintln(a.stdout, b.String())
	return err
}
