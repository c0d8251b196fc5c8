package eval

import (
	"fmt"
	"strings"
)

// Write puts the report into dir as faces.md to read, faces.json to compare with the next and faces.svg, the curve in faces.md.
func (r *FacesReport) Write(dir string) error {
	return writeReport(dir, "faces", r, map[string]string{"faces.md": r.Markdown(), "faces.svg": r.SVG()})
}

// Markdown is the report for people.
func (r *FacesReport) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Face comparison\n")
	say("Written by `bonafide eval faces`; do not edit. Numbers for programs: [faces.json](faces.json).\n")
	say("%d pictures of %d persons in %d labelled pairs, %d failures to acquire. %d pictures carry an extension that names another",
		r.Pictures, r.Persons, r.Pairs, len(r.Failures), r.Misnamed)
	say("format than their bytes; they are read by content like all others. Templates: `%s`. Models:\n", r.Template)
	for _, m := range r.Models {
		say("- `%s`", m)
	}
	say("\nA score is 2^-(d/0.6)², d the Euclidean distance of two templates: 1 for the same picture, 0.5 at distance 0.6, never 0.\n")
	say("## Error rates\n")
	say("| bucket | pictures | persons | same | different | skipped | EER | at score | FNMR at FMR 1 in 100 | FNMR at FMR 1 in 1,000 |")
	say("|---|---|---|---|---|---|---|---|---|---|")
	for _, k := range r.Buckets {
		cells := make([]string, 0, len(k.AtFMR))
		for _, a := range k.AtFMR {
			if a.Reached {
				cells = append(cells, a.FNMR.String())
			} else {
				cells = append(cells, "too few pairs")
			}
		}
		say("| %s | %d | %d | %d | %d | %d | %.2f %% | %.3f | %s |",
			k.Name, k.Pictures, k.Persons, k.Same, k.Different, k.Skipped, 100*k.EER, k.EERThreshold, strings.Join(cells, " | "))
	}
	say("\nEER as `shared/judge/faces.py` takes it: the least greater error over all scores as threshold. Brackets hold Wilson's 95 %%")
	say("interval, which takes pairs for independent; they share pictures and persons, so the truth is wider.\n")
	say("![Detection error trade-off](faces.svg)\n")
	say("## Distances\n")
	say("| bucket | pairs | least | 1 %% | median | 99 %% | greatest | mean | deviation |\n|---|---|---|---|---|---|---|---|---|")
	for _, k := range r.Buckets {
		for _, s := range []struct {
			what string
			s    Spread
		}{{"same", k.SameSpread}, {"different", k.DiffSpread}} {
			say("| %s | %s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f |", k.Name, s.what,
				s.s.Min, s.s.P1, s.s.Median, s.s.P99, s.s.Max, s.s.Mean, s.s.Deviation)
		}
	}
	r.recommendation(say)
	r.FalseMatches.tell(say)
	r.tellPortraits(say)
	r.acquisition(say)
	say("\n## What this cannot show\n")
	say("- False match rates below about 1 in 1,000. %d different-person pairs of %d persons hold only a few thousand comparisons, and",
		r.Threshold.Pairs, r.Persons)
	say("  pairs that share a person are not independent; rates quoted for one in a million faces cannot be read off here.")
	say("- Fairness. No sex, age or skin tone is labelled and no group is large enough; nothing here says that errors are equal.")
	say("- Look-alikes, siblings and twins, children who have grown, ten-year-old document portraits, masks, make-up: not in the set.")
	say("- The pairs that matter, a selfie against a real printed portrait behind a laminate: not in the set. Shrunken and faded portraits are")
	say("  simulated above; what a real hologram in real light does is not.")
	say("- Pictures the network has not seen. Most persons here are celebrities and may be in its training data: expect worse in the field.")
	say("- A structure chosen elsewhere. The weights are not ours, but alignment and averaging were compared on these very pairs:")
	say("  [what was looked at](faces-choices.md).")
	return b.String()
}

func (r *FacesReport) recommendation(say func(string, ...any)) {
	t := r.Threshold
	say("\n## Recommended threshold\n")
	if t.Threshold == 0 {
		say("There are too few different-person pairs to recommend one.")
		return
	}
	say("**%.3f** (distance %.3f): the least score that at most 1 in %.0f of the %d different-person pairs reach, all buckets together.",
		t.Threshold, t.Distance, 1/t.Target, t.Pairs)
	if t.High > 0 {
		say("Drawing persons anew %d times gives 95 %% of such thresholds between %.3f and %.3f.", bootstraps, t.Low, t.High)
	}
	say("A normal distribution with the same mean and deviation would put it at %.3f. It is advice to whoever writes a policy; no", t.Normal)
	say("measuring code knows it.\n")
	say("| bucket | false matches | FMR | false non-matches | FNMR |\n|---|---|---|---|---|")
	for _, k := range r.Buckets {
		o := k.AtThreshold
		say("| %s | %d of %d | %s | %d of %d | %s |", k.Name, o.FMR.Count, o.FMR.Of, o.FMR, o.FNMR.Count, o.FNMR.Of, o.FNMR)
	}
	j := r.Judge
	say("\nAs `shared/judge/faces.py` counts (bucket photo, the first 600 different pairs): %d of %d missed, %d of %d matched, EER %.2f %%.",
		j.Missed, j.Same, j.Matched, j.Different, 100*j.EER)
}

func (r *FacesReport) acquisition(say func(string, ...any)) {
	say("\n## Failures to acquire\n")
	if len(r.Failures) == 0 {
		say("None: every picture was decoded and a face was found in it.")
	} else {
		say("| picture | bucket | step |\n|---|---|---|")
		for _, f := range r.Failures {
			say("| %s | %s | %s |", f.File, f.Bucket, f.Step)
		}
	}
	if len(r.Timings) == 0 {
		return
	}
	say("\n## Time\n")
	say("Milliseconds a picture, on whatever machine wrote this report.\n")
	say("| step | mean | median | 95 %% |\n|---|---|---|---|")
	for _, t := range r.Timings {
		say("| %s | %.1f | %.1f | %.1f |", t.Step, t.Mean, t.Median, t.P95)
	}
}

// String is the rate in per cent with its interval: "1.2 % (0.4–3.5)".
func (r Rate) String() string {
	if r.Of == 0 {
		return "no pairs"
	}
	return fmt.Sprintf("%.2f %% (%.2f–%.2f)", 100*r.Value, 100*r.Low, 100*r.High)
}
