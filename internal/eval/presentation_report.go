package eval

import (
	"fmt"
	"strings"
)

// Write puts the report into dir as presentation-attack.md and presentation-attack.json.
func (r *PresentationReport) Write(dir string) error {
	return writeReport(dir, "presentation-attack", r, map[string]string{"presentation-attack.md": r.Markdown()})
}

// Markdown is the report for people.
func (r *PresentationReport) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# A picture of a picture: the tint of the skin\n")
	say("Written by `bonafide eval presentation`; do not edit. Numbers for programs: [presentation-attack.json](presentation-attack.json). Policy %s.", r.Policy)
	say("Brackets hold Wilson's 95 %% interval.\n")
	say("`quality.recaptured` is the probability, at even odds, that the colour of a face without its brightness comes from a print or a display. It is fitted")
	say("to **simulated pictures alone**: drawn faces before cameras drawn by chance (exposure, white, stray light, tone, focus, noise, sharpening, JPEG), once")
	say("from life and once more from paper (less ink than skin has colour, paper's black and white, dots, shine) or from a display (its white, its")
	say("black, beats of its lights, bands, a bezel). `inspect face` names `face.presentation_attack` above %g; a case goes to a reviewer above %g. Nobody is", r.Look, r.Review)
	say("refused by it.\n")
	say("## Simulated, persons that were not fitted to\n")
	table := func(rows []PresentationRow) {
		say("| | flagged by inspect | sent to a reviewer | nothing can be said |\n|---|---|---|---|")
		for _, x := range rows {
			say("| %s | %s | %s | %d |", x.Kind, counted(x.Look), counted(x.Review), x.Unsaid)
		}
	}
	table(r.Simulated)
	say("\nSeed %d, %d persons fitted to, %d judged. Of a print or a screen, what is not flagged is the APCER of ISO/IEC 30107-3; of live faces what is flagged is the BPCER.", r.Seed, r.Fitted, r.Tested)
	say("The fit of this run: %.3f for 1, then %.3f for red, %.3f blue, %.3f red², %.3f blue², %.3f red·blue; one in twenty of the simulated live faces", r.Weights[0], r.Weights[1], r.Weights[2], r.Weights[3], r.Weights[4], r.Weights[5])
	say("it was fitted to is above %.3f by them: that, rounded, is the threshold of inspect.\n", r.Level)
	if len(r.Stills) > 0 {
		say("## Real stills\n")
		say("Those of `../shared/data/pad`, which were never fitted to. They are few, of eight or so persons; most are crops around a face, so a bezel or the edge of a")
		say("sheet could not be searched for.\n")
		table(r.Stills)
	}
	if r.Photos != nil {
		say("\n## Good photos\n")
		say("Those of `../shared/data/faces`: press photos, stills of television shows and studio portraits as well as snapshots.\n")
		table([]PresentationRow{*r.Photos})
		if len(r.Photos.Files) > 0 {
			say("\nFlagged by inspect: %s.", strings.Join(r.Photos.Files, ", "))
		}
	}
	b.WriteString(presentationLimits)
	return b.String()
}

const presentationLimits = `
## What else was tried

Softness at four scales, the height of black, contrast, spread of the colours over the face, saturation and their combinations, fitted to the same simulation. They tell
simulated attacks as well as the tint does or better (0.88 of the area under the curve against 0.86) and real stills worse: drawn skin has no
pores, so what is measured on fine texture does not carry over. Which numbers to keep was decided with the real stills in view, though no weight and no threshold was
fitted to them: expect less elsewhere. The beat of a display's lights needs a face of 256 pixels or more, which no still of the set but one has. Edges of a
sheet, a bezel and fingers were not searched for.

## What this cannot show

* Simulated prints and displays are no instruments of ISO/IEC 30107-3. No APCER here is one of the field.
* A good display in a dark room under a camera that trusts it, a print by a calibrated printer and a mask have the tint of skin.
* Who stands under a cold lamp, in a blue evening, by a neon sign, or uses a filter is flagged although alive. Skin from light to very dark was drawn and
  pictured; how often people of each are flagged in the field is not known.
* Grey pictures, burnt-out and very dark faces have no tint, and nothing is said of them; nor of the frames of a challenge, whose colours tint the skin.
`
