package eval

import (
	"fmt"
	"strings"
)

// Write puts the report into dir as face-quality.md to read and face-quality.json to compare with the next.
func (r *FaceQualityReport) Write(dir string) error {
	return writeReport(dir, "face-quality", r, map[string]string{"face-quality.md": r.Markdown()})
}

// Markdown is the report for people.
func (r *FaceQualityReport) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Findings about a photo of a face\n")
	say("Written by `bonafide eval face-quality`; do not edit. Numbers for programs: [face-quality.json](face-quality.json). Thresholds: the")
	say("standard policy's. A finding counts when the person would be told it: what another finding explains is hidden.\n")
	say("%d good photos for false alarms, %d of them (one face, no finding) and %d synthetic selfies to be spoiled. Brackets hold Wilson's 95 %%", r.Photos, r.Usable, r.Specimens)
	say("interval.\n")
	say("## Simulated defects that are found\n")
	say("| defect | finding | on photos | on specimens |\n|---|---|---|---|")
	for _, d := range r.Defects {
		say("| %s | `%s` | %s | %s |", d.Name, d.Code, counted(d.Photos), counted(d.Models))
	}
	say("\nWhat the others got instead:\n")
	for _, d := range r.Defects {
		if len(d.Instead) == 0 {
			continue
		}
		say("- %s: %s", d.Name, tally(d.Instead))
	}
	say("\n## False alarms\n")
	say("Pictures that do show what the finding says, by eye, are left out of its row: the list is `trulySo` in `internal/eval`.\n")
	say("| finding | good photos | specimens | photos |\n|---|---|---|---|")
	for _, a := range r.Alarms {
		say("| `%s` | %s | %s | %s |", a.Code, counted(a.Photos), counted(a.Models), strings.Join(a.Files, ", "))
	}
	say("\n## What this cannot show\n")
	say("- Real defects. All of them are drawn or computed, by the people who wrote the measures; masks, lenses and hair of real life vary more.")
	say("- Head coverings, hats and scarves: nothing measures them yet, and `face.head_covered` is never found.")
	say("- Mirrored and clear glasses, a scarf that leaves the cheeks bare, a mask of the skin's own colour, a grey photo of a white mask.")
	say("- Which pose is too far on photos: heads are turned on specimens only.")
	say("- Fairness: the specimens' skins span light to very dark, the photos' do not, and neither is labelled.")
	say("- The thresholds were set while looking at these good photos: expect more false alarms elsewhere.")
	return b.String()
}
