package main

import (
	"fmt"
	"os"
	"strings"

	"bonafide/api"
)

// paint colours text for terminals.
type paint struct{ on bool }

// paint is on for terminals whose owner has not asked for plain text
// (no-color.org).
func (a *app) paint() paint {
	f, ok := a.stdout.(*os.File)
	if !ok || a.getenv("NO_COLOR") != "" || a.getenv("TERM") == "dumb" {
		return paint{}
	}
	info, err := f.Stat()
	return paint{on: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (p paint) text(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string { return p.text("1", s) }
func (p paint) dim(s string) string  { return p.text("2", s) }

func (p paint) decision(d, s string) string {
	switch d {
	case "approved":
		return p.text("1;32", s)
	case "declined":
		return p.text("1;31", s)
	}
	return p.text("1;33", s)
}

// tell prints the outcome of a check for people.
func (a *app) tell(c checked) error {
	p := a.paint()
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", p.decision(c.Decision, strings.ToUpper(c.Decision)), c.Title)
	for _, f := range c.Findings {
		fmt.Fprintf(&b, "\n  %s  %s\n", p.bold(f.Title), p.dim(f.Code+" · "+f.Item))
		fmt.Fprintf(&b, "  %s\n", f.Text)
		if f.Measured != nil {
			fmt.Fprintf(&b, "  %s\n", p.dim(fmt.Sprintf("%s %.3g, limit %.3g", f.Measure, *f.Measured, *f.Threshold)))
		}
		for _, d := range f.Diffs {
			fmt.Fprintf(&b, "    %s\n", difference(d))
		}
		fmt.Fprintf(&b, "  → %s\n", f.Fix)
	}
	if c.Plan != nil && len(c.Plan.Items) > 0 {
		b.WriteString("\n  To send:   ")
		for _, i := range c.Plan.Items {
			fmt.Fprintf(&b, " %s", i.Item)
			if len(i.Fields) > 0 {
				fmt.Fprintf(&b, " (%s)", strings.Join(i.Fields, ", "))
			}
		}
		b.WriteString("\n")
		if len(c.Plan.Carried) > 0 {
			b.WriteString("  Kept:      ")
			for _, i := range c.Plan.Carried {
				fmt.Fprintf(&b, " %s", i.Item)
			}
			b.WriteString("\n")
		}
	}
	if c.Face != nil {
		fmt.Fprintf(&b, "\n  Face similarity %.3f (needs %.3f)\n", c.Face.Score, c.Face.Threshold)
	}
	fmt.Fprintf(&b, "  %s\n", p.dim(fmt.Sprintf("%.0f ms, of which %.0f in the models; loading them took %.0f ms", c.TimingsMS["total"], c.TimingsMS["inference"], c.TimingsMS["load"])))
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

// difference puts one difference into a line.
func difference(d api.Diff) string {
	quote := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return "“" + s + "”"
	}
	return fmt.Sprintf("%s: %s instead of %s, at character %d", d.Name, quote(d.A), quote(d.B), d.At+1)
}
