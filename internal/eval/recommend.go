package eval

import (
	"math"
	"math/rand/v2"
	"sort"

	"bonafide/internal/face"
)

const bootstraps = 2000

// recommend takes the threshold off the different-person pairs alone, all buckets together: the least that at most the target's
// share of them reaches. Same-person pairs have no say, so the false non-match rates the report shows are not fitted.
func recommend(scored []scoredPair, persons map[string]string, target float64, rnd *rand.Rand) Recommendation {
	diff := keep(scored, func(p scoredPair) bool { return !p.Same })
	r := Recommendation{Target: target, Pairs: len(diff)}
	scores, distances := make([]float64, len(diff)), make([]float64, len(diff))
	for i, p := range diff {
		scores[i], distances[i] = p.score, p.distance
	}
	t, ok := NewScores(nil, scores).ThresholdAt(target)
	if !ok {
		return r
	}
	r.Threshold, r.Distance = t, face.DistanceOf(t)
	mean, deviation := meanDeviation(distances)
	r.Normal = face.ScoreOf(math.Max(0, mean+deviation*probit(target)))
	r.Low, r.High = bootstrap(diff, persons, target, rnd)
	return r
}

// bootstrap draws persons with replacement and takes the threshold anew: a pair of two persons counts as often as both were drawn.
// It returns the middle 95 % of the thresholds. Pairs that share a person move together, which is what makes this interval wider,
// and truer, than one that takes pairs for independent.
func bootstrap(diff []scoredPair, persons map[string]string, target float64, rnd *rand.Rand) (low, high float64) {
	index := map[string]int{}
	type link struct {
		a, b  int
		score float64
	}
	links := make([]link, 0, len(diff))
	for _, p := range diff {
		a, okA := persons[p.A]
		b, okB := persons[p.B]
		if !okA || !okB {
			return 0, 0
		}
		for _, n := range []string{a, b} {
			if _, ok := index[n]; !ok {
				index[n] = len(index)
			}
		}
		links = append(links, link{index[a], index[b], p.score})
	}
	sort.Slice(links, func(i, j int) bool { return links[i].score > links[j].score })
	var found []float64
	weight := make([]int, len(index))
	for range bootstraps {
		clear(weight)
		for range weight {
			weight[rnd.IntN(len(weight))]++
		}
		total := 0
		for _, l := range links {
			total += weight[l.a] * weight[l.b]
		}
		allowed := int(math.Floor(target * float64(total)))
		for _, l := range links {
			if allowed -= weight[l.a] * weight[l.b]; allowed < 0 {
				found = append(found, math.Nextafter(l.score, math.Inf(1)))
				break
			}
		}
	}
	if len(found) == 0 {
		return 0, 0
	}
	sort.Float64s(found)
	at := func(p float64) float64 { return found[int(math.Round(p*float64(len(found)-1)))] }
	return at(.025), at(.975)
}
