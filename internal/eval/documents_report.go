package eval

import (
	"fmt"
	"strings"
)

// Write puts the report into dir as documents.md and documents.json.
func (r *DocumentsReport) Write(dir string) error {
	return writeReport(dir, "documents", r, map[string]string{"documents.md": r.Markdown()})
}

// Markdown is the report for people. It names files and shows none: they may be of real persons.
func (r *DocumentsReport) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Documents of a folder\n")
	say("Written by `bonafide eval documents`; do not edit. %d labelled pictures, read as `inspect document` reads them. Intervals are Wilson's, 95 %%.\n", r.Pictures)
	say("| capture | zones exact | misread or missed, and told | misread, all check digits hold | invented | characters wrong |\n|---|---|---|---|---|---|")
	for _, c := range r.Captures {
		say("| %s | %s | %s | %s | %s | %s |", c.Capture, counted(c.Exact), short(c.Told), short(c.Silent), short(c.Invented), counted(c.Characters))
	}
	say("\n## Fields of the zone\n")
	say("| field | exact | characters wrong |\n|---|---|---|")
	for _, f := range r.Fields {
		say("| %s | %s | %s |", f.Field, counted(f.Exact), counted(f.Characters))
	}
	if len(r.Defects) > 0 || r.Clean.Pictures > 0 {
		say("\n## Defects of the picture\n")
		say("| defect | named |\n|---|---|")
		for _, d := range r.Defects {
			say("| %s | %s |", d.Defect, counted(d.Named))
		}
		say("\nOf the pictures with which nothing is wrong, blocked: %s; by what: %s.", counted(r.Clean.Blocked), tally(r.Clean.ByCode))
	}
	say("\n## Time\n")
	say("| stage | pictures | median | 90 %% |\n|---|---|---|---|")
	for _, t := range r.Times {
		say("| %s | %d | %.0f ms | %.0f ms |", t.Stage, t.Of, t.Median, t.P90)
	}
	if len(r.Wrong) > 0 {
		say("\n## Not as their truth says\n")
		for _, w := range r.Wrong {
			say("* %s", w)
		}
	}
	return b.String()
}
