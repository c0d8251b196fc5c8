package eval

import (
	"fmt"
	"strings"
)

// Write puts the report into dir as defects.md to read, defects.json to compare with the next and defects.svg, the curves in defects.md.
func (r *DefectsReport) Write(dir string) error {
	return writeReport(dir, "defects", r, map[string]string{"defects.md": r.Markdown(), "defects.svg": r.SVG()})
}

// Markdown is the report for people.
func (r *DefectsReport) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Defects of document photos\n")
	say("Written by `bonafide eval defects`; do not edit. Numbers for programs: [defects.json](defects.json).\n")
	say("Each defect on %d specimens (synthetic documents photographed by the synthetic camera) of strengths from %.1f to 1 in even steps, seeds from",
		r.Count, leastStrength)
	say("%d; what was read: %s. Real documents are photographed anew by the same camera, with the defect. Thresholds were chosen on other seeds.", r.Seed, r.Part)
	say("Intervals are Wilson's, 95 %%. A defect is *named* when its own finding is there; what else was said is under *instead*.\n")
	say("| defect | finding | named, specimens | below 0.5 | from 0.75 | named, real documents | box meets its target | anything said | instead |")
	say("|---|---|---|---|---|---|---|---|---|")
	for _, d := range r.Defects {
		say("| %s | %s | %s | %s | %s | %s | %s | %s | %s |", d.Defect, strings.TrimPrefix(d.Code, "document."), counted(d.All), short(d.Weak), short(d.Strong),
			counted(d.Real), short(d.Field), short(d.Blocked), tally(d.Instead))
	}
	say("\n## False alarms\n")
	say("| pictures with which nothing is wrong | number | blocked | by what |")
	say("|---|---|---|---|")
	for _, a := range []struct {
		what string
		FalseAlarms
	}{{"clean specimens", r.Clean}, {"real pictures as they are", r.Real}, {"real documents photographed anew", r.Shot}} {
		say("| %s | %d | %s | %s |", a.what, a.Pictures, counted(a.Blocked), tally(a.ByCode))
	}
	if len(r.Real.Files) > 0 {
		say("\nReal pictures of which something is said (some rightly: see their `note` in the manifest):\n")
		for _, f := range r.Real.Files {
			say("* %s", f)
		}
	}
	say("\n## Curves\n")
	say("Share missed over false alarms, for every threshold of each measure, specimens only. A curve that lies in the corner separates the two")
	say("sets wholly and cannot be seen.\n")
	say("![defects](defects.svg)\n")
	say("| measure | defect | threshold of the standard policy | equal error rate |")
	say("|---|---|---|---|")
	for _, c := range r.Curves {
		say("| %s | %s | %g | %.2f %% |", c.Measure, c.Defect, c.Threshold, 100*c.EER)
	}
	say("\n## What is not known\n")
	say("* The defects were made by a program that was written by the same hands as the measures. Displays, copies and fingers in the field differ;")
	say("  no real photo of a display or of a copy is in the data.")
	say("* *smoothed* (a beauty filter over the portrait) is not measured: on scans and after JPEG its traces are not told from compression. Editing")
	say("  is named only where the file itself says which program wrote it.")
	say("* A reflection with the colour of white paper on white paper takes print away and leaves no brightness to see.")
	say("* Copies in colour and prints on photo paper are not told from originals.")
	return b.String()
}

// SVG draws the curves of the measures that leave any error, worst first, as many as colours tell apart.
func (r *DefectsReport) SVG() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="12" role="img">`, detLeft+detSize+30, detTop+detSize+60)
	say(`<title>Missed defects over false alarms</title>`)
	say(`<rect width="100%%" height="100%%" fill="white"/>`)
	for _, v := range []float64{0.0002, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4} {
		x, y := detX(v), detY(v)
		say(`<path d="M%.1f %.1fV%.1fM%.1f %.1fH%.1f" stroke="#ddd" fill="none"/>`, x, detTop, detTop+detSize, detLeft, y, detLeft+detSize)
		label := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", 100*v), "0"), ".") + " %"
		say(`<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, x, detTop+detSize+16, label)
		say(`<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`, detLeft-6, y+4, label)
	}
	say(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="none" stroke="black"/>`, detLeft, detTop, detSize, detSize)
	say(`<text x="%.1f" y="%.1f" text-anchor="middle">clean specimens above the threshold</text>`, detLeft+detSize/2, detTop+detSize+40)
	say(`<text transform="translate(16 %.1f) rotate(-90)" text-anchor="middle">defects missed</text>`, detTop+detSize/2)
	for i, k := range r.Curves {
		if i >= len(detColours) {
			break
		}
		c := detColours[i]
		say(`<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, detPath(k.DET), c.colour, c.dash)
		y := detTop + 22 + 20*float64(i)
		say(`<path d="M%.1f %.1fh30" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, detLeft+detSize-210, y-4, c.colour, c.dash)
		say(`<text x="%.1f" y="%.1f">%s, EER %.2f %%</text>`, detLeft+detSize-174, y, escape(k.Measure), 100*k.EER)
	}
	say(`</svg>`)
	return b.String()
}
