package eval

import "bonafide/internal/face"

// FalseMatchFit is the false match rate at a distance as a normal distribution of the distances of different persons has it, and how
// well that agrees with what was counted. [face.FalseMatchRate] holds the fitted numbers.
type FalseMatchFit struct {
	Mean      float64           `json:"mean"`
	Deviation float64           `json:"deviation"`
	Pairs     int               `json:"pairs"`
	Table     []FalseMatchPoint `json:"table"`
}

// FalseMatchPoint holds the fit beside the count at one score.
type FalseMatchPoint struct {
	Score    float64 `json:"score"`
	Distance float64 `json:"distance"`
	Counted  Rate    `json:"counted"`
	Mapped   float64 `json:"mapped"` // by face.FalseMatchRate
}

func fitFalseMatches(scored []scoredPair) FalseMatchFit {
	var d []float64
	for _, p := range scored {
		if !p.Same {
			d = append(d, p.distance)
		}
	}
	f := FalseMatchFit{Pairs: len(d)}
	if len(d) == 0 {
		return f
	}
	f.Mean, f.Deviation = meanDeviation(d)
	for _, score := range []float64{.3, .35, .4, .45, .5, .56, .6} {
		at := face.DistanceOf(score)
		n := 0
		for _, v := range d {
			if v <= at {
				n++
			}
		}
		f.Table = append(f.Table, FalseMatchPoint{
			Score: score, Distance: at, Counted: NewRate(n, len(d)), Mapped: face.FalseMatchRate(score),
		})
	}
	return f
}

func (f FalseMatchFit) tell(say func(string, ...any)) {
	say("\n## False match rate\n")
	if f.Pairs == 0 {
		say("There are no different-person pairs.")
		return
	}
	say("What `compare faces` calls `false_match_rate`: the share of pairs of different persons that score as high or higher. It is an explicit map")
	say("(`face.FalseMatchRate`): the normal distribution with the mean %.4f and the deviation %.4f of the %d distances of different persons, and,", f.Mean, f.Deviation, f.Pairs)
	say("from two deviations below the mean, an exponential of the same value and slope, whose tail is fatter. Below about 1 in 1,000 it")
	say("extrapolates: nothing here can confirm it.\n")
	say("| score | distance | counted | by the map |\n|---|---|---|---|")
	for _, t := range f.Table {
		say("| %.2f | %.3f | %d of %d, %s | %.3f %% |", t.Score, t.Distance, t.Counted.Count, t.Counted.Of, t.Counted, 100*t.Mapped)
	}
}

func (r *FacesReport) tellPortraits(say func(string, ...any)) {
	if len(r.Portraits) == 0 {
		return
	}
	say("\n## Portraits as documents carry them\n")
	say("The pairs of the bucket photo, each way: the photo of one against the other photo shrunk to a face width, printed as said on a page of")
	say("1600 × 1000 pixels with lines of text, JPEG at 80, and searched as a document is. A portrait that is not found counts as missed. At the")
	say("recommended threshold.\n")
	say("| print | face width | lost | missed | FNMR | false matches | FMR | distances of one person, median, 99 %% |\n|---|---|---|---|---|---|---|---|")
	for _, p := range r.Portraits {
		say("| %s | %.0f px | %d of %d | %d of %d | %s | %d of %d | %s | %.3f, %.3f |", p.Print, p.FaceWidth, p.Lost, p.Portraits,
			p.Missed.Count, p.Missed.Of, p.Missed, p.Matched.Count, p.Matched.Of, p.Matched, p.Same.Median, p.Same.P99)
	}
}
