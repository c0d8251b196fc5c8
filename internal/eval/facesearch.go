package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/people"
)

// FaceSearchConfig says what FaceSearch works with.
type FaceSearchConfig struct {
	// Data is a folder as `eval faces` takes it: the real faces that the synthetic ones stand around.
	Data     string
	Analyser *face.Analyser
	// Count is the number of faces to search, Probes how often.
	Count, Probes int
	// Alarms is the policy's bound on the expected number of strangers who are as alike.
	Alarms float64
	Now    func() time.Time
	Seed   uint64
	// Progress is told what is done; nil is allowed.
	Progress func(what string)
}

// FaceSearchReport is how well, and how fast, one face is found among many.
type FaceSearchReport struct {
	Template string `json:"template"`
	Real     int    `json:"real_templates"`
	Count    int    `json:"templates"`
	Probes   int    `json:"probes"`
	Workers  int    `json:"workers"`
	// Stranger is the distance of synthetic strangers, to hold against faces.md.
	Stranger Spread         `json:"stranger_distances"`
	Searches []FaceSearchAt `json:"searches"`
	Memory   FaceMemory     `json:"memory"`
	Crowds   []FaceInCrowd  `json:"crowds"`
}

// FaceSearchAt is all probes at one least score.
type FaceSearchAt struct {
	Least float64 `json:"least_score"`
	// Wanted is what comparing with each template one by one finds, Found what the search finds of it, Extra what else it finds.
	Wanted int     `json:"wanted"`
	Found  int     `json:"found"`
	Extra  int     `json:"extra"`
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	Ratio  float64 `json:"p50_over_bound"`
}

// FaceMemory is what the faces take, and how fast this machine reads as much, measured in the same run with as many workers.
type FaceMemory struct {
	Heap        int64   `json:"heap_bytes"`
	PerTemplate float64 `json:"bytes_per_template"`
	Numbers     int64   `json:"template_bytes"` // the numbers alone, which the bound is about
	GBs         float64 `json:"read_gb_per_s"`
	Bound       float64 `json:"bound_ms"` // reading them once
}

// FaceInCrowd is what to expect among so many verified applicants.
type FaceInCrowd struct {
	Known    int     `json:"known"`
	Least    float64 `json:"least_score"`
	Distance float64 `json:"distance"`
	Alarms   float64 `json:"false_alarms"` // expected for one search, at most
	// Missed are the labelled pairs of one person (bucket photo) that are less alike: a second account that the face does not tell.
	Missed Rate `json:"missed"`
}

// FaceSearch measures the search of one face among many.
func FaceSearch(ctx context.Context, cfg FaceSearchConfig) (FaceSearchReport, error) {
	say := func(format string, a ...any) {
		if cfg.Progress != nil {
			cfg.Progress(fmt.Sprintf(format, a...))
		}
	}
	pairs, err := readPairs(filepath.Join(cfg.Data, "pairs.json"))
	if err != nil {
		return FaceSearchReport{}, err
	}
	var unused FacesReport
	say("measuring the real faces")
	byFile, err := unused.acquire(ctx, FacesConfig{Data: cfg.Data, Analyser: cfg.Analyser}, pairs)
	if err != nil {
		return FaceSearchReport{}, err
	}
	if len(byFile) < 2 || cfg.Count < 2 || cfg.Probes < 1 {
		return FaceSearchReport{}, errors.New("face search: needs real faces, and something to search")
	}
	var seen []face.Template
	for _, f := range slices.Sorted(maps.Keys(byFile)) {
		seen = append(seen, byFile[f])
	}
	r := FaceSearchReport{Template: seen[0].Model(), Real: len(seen), Count: cfg.Count, Probes: cfg.Probes, Workers: runtime.GOMAXPROCS(0)}
	say("drawing %d faces", cfg.Count)
	rng := rand.New(rand.NewPCG(cfg.Seed, 0x5ea2c4)) //nolint:gosec // a report that can be made again
	crowd, deviations, err := crowdAround(rng, seen, cfg.Count)
	if err != nil {
		return r, err
	}
	r.Stranger = strangers(rng, crowd)

	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	faces := &people.Faces{}
	for k, t := range crowd {
		faces.Put(people.Known{Applicant: kyc.ApplicantID(fmt.Sprintf("apl_%026d", k)), Case: kyc.CaseID(fmt.Sprintf("case_%026d", k))}, t)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	r.Memory.Heap = int64(after.HeapAlloc) - int64(before.HeapAlloc)
	r.Memory.PerTemplate = float64(r.Memory.Heap) / float64(cfg.Count)
	r.Memory.Numbers = int64(cfg.Count) * 512
	say("reading memory")
	r.Memory.GBs = readSpeed(cfg.Now, r.Memory.Numbers)
	r.Memory.Bound = float64(r.Memory.Numbers) / r.Memory.GBs / 1e6

	probes := make([]face.Template, cfg.Probes)
	for k := range probes {
		if probes[k], err = near(rng, crowd[rng.IntN(len(crowd))], deviations, 0.05+0.5*rng.Float64()); err != nil {
			return r, err
		}
	}
	for _, least := range []float64{people.LeastScore(cfg.Count, cfg.Alarms), people.LeastScore(10_000, cfg.Alarms), 0.56} {
		say("searching at %.3f", least)
		s, err := searched(ctx, cfg, faces, crowd, probes, least)
		if err != nil {
			return r, err
		}
		s.Ratio = s.P50 / r.Memory.Bound
		r.Searches = append(r.Searches, s)
	}
	r.Crowds = inCrowds(pairs, byFile, cfg.Alarms)
	return r, nil
}

// crowdAround draws faces: each is half a real one and half noise that has, number by number, the spread of the real ones.
func crowdAround(rng *rand.Rand, seen []face.Template, n int) ([]face.Template, []float64, error) {
	mean, spread := make([]float64, 128), make([]float64, 128)
	vectors := make([][]float32, len(seen))
	for k, t := range seen {
		vectors[k] = t.Vector()
		for i, v := range vectors[k] {
			mean[i] += float64(v) / float64(len(seen))
		}
	}
	for _, v := range vectors {
		for i, x := range v {
			d := float64(x) - mean[i]
			spread[i] += d * d / float64(len(seen)-1)
		}
	}
	for i := range spread {
		spread[i] = math.Sqrt(spread[i])
	}
	own, noise := math.Sqrt(0.5), math.Sqrt(0.5)
	out := make([]face.Template, n)
	v := make([]float32, 128)
	for k := range out {
		x := vectors[rng.IntN(len(vectors))]
		for i := range v {
			v[i] = float32(mean[i] + own*(float64(x[i])-mean[i]) + noise*spread[i]*rng.NormFloat64())
		}
		t, err := face.NewTemplate(seen[0].Model(), v)
		if err != nil {
			return nil, nil, err
		}
		out[k] = t
	}
	return out, spread, nil
}

// near is a template at a distance from another.
func near(rng *rand.Rand, t face.Template, spread []float64, distance float64) (face.Template, error) {
	step, length := make([]float64, len(spread)), 0.0
	for i := range step {
		step[i] = spread[i] * rng.NormFloat64()
		length += step[i] * step[i]
	}
	v := t.Vector()
	for i := range v {
		v[i] += float32(step[i] * distance / math.Sqrt(length))
	}
	return face.NewTemplate(t.Model(), v)
}

func strangers(rng *rand.Rand, crowd []face.Template) Spread {
	var d []float64
	for range 20_000 {
		a, b := rng.IntN(len(crowd)), rng.IntN(len(crowd))
		if c, err := face.Compare(crowd[a], crowd[b]); err == nil && a != b {
			d = append(d, c.Distance)
		}
	}
	return spread(d)
}

// searched searches all probes and holds what is found against comparing with every template.
func searched(ctx context.Context, cfg FaceSearchConfig, faces *people.Faces, crowd, probes []face.Template, least float64) (FaceSearchAt, error) {
	s := FaceSearchAt{Least: least}
	var times []float64
	for _, p := range probes {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		began := cfg.Now()
		got := faces.Search(p, least, len(crowd))
		times = append(times, float64(cfg.Now().Sub(began))/float64(time.Millisecond))
		found := map[kyc.ApplicantID]bool{}
		for _, x := range got {
			found[x.Applicant] = true
		}
		want := bruteForce(crowd, p, least)
		s.Wanted += len(want)
		for _, k := range want {
			if id := kyc.ApplicantID(fmt.Sprintf("apl_%026d", k)); found[id] {
				s.Found++
				delete(found, id)
			}
		}
		s.Extra += len(found)
	}
	slices.Sort(times)
	s.P50, s.P95 = times[len(times)/2], times[min(len(times)-1, len(times)*95/100)]
	return s, nil
}

// bruteForce compares with every template, as face.Compare does.
func bruteForce(crowd []face.Template, p face.Template, least float64) []int {
	workers := runtime.GOMAXPROCS(0)
	found := make([][]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for k := w; k < len(crowd); k += workers {
				if c, err := face.Compare(p, crowd[k]); err == nil && c.Score >= least {
					found[w] = append(found[w], k)
				}
			}
		})
	}
	wg.Wait()
	return slices.Concat(found...)
}

// readSpeed is how fast all processors together read so many bytes that no cache holds, in 10^9 bytes a second: the best of several
// runs over one word of each cache line.
func readSpeed(now func() time.Time, size int64) float64 {
	words := make([]uint64, size/8)
	for k := range words {
		words[k] = uint64(k) // any number will do; pages of zeros are shared
	}
	workers := runtime.GOMAXPROCS(0)
	sums := make([]uint64, workers)
	best := 0.0
	for range 7 {
		began := now()
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				part := words[len(words)*w/workers : len(words)*(w+1)/workers]
				var a, b uint64
				for k := 0; k+8 < len(part); k += 16 {
					a += part[k]
					b += part[k+8]
				}
				sums[w] += a + b
			})
		}
		wg.Wait()
		best = max(best, float64(size)/float64(now().Sub(began).Nanoseconds()))
	}
	return best
}

// inCrowds is what a policy's bound means at several sizes, held against the labelled pairs of one person.
func inCrowds(pairs []facePair, byFile map[string]face.Template, alarms float64) []FaceInCrowd {
	var same []float64
	for _, p := range pairs {
		a, okA := byFile[p.A]
		b, okB := byFile[p.B]
		if c, err := face.Compare(a, b); p.Same && p.Bucket == "photo" && okA && okB && err == nil {
			same = append(same, c.Score)
		}
	}
	var out []FaceInCrowd
	for _, n := range []int{100, 1000, 10_000, 100_000, 1_000_000} {
		x := FaceInCrowd{Known: n, Least: people.LeastScore(n, alarms)}
		x.Distance, x.Alarms = face.DistanceOf(x.Least), people.FalseAlarms(n, x.Least)
		missed := 0
		for _, s := range same {
			if s < x.Least {
				missed++
			}
		}
		x.Missed = NewRate(missed, len(same))
		out = append(out, x)
	}
	return out
}

// Write writes the report into a folder.
func (r FaceSearchReport) Write(dir string) error {
	var b bytes.Buffer
	m := r.Memory
	fmt.Fprintf(&b, `# Searching one face among many

Written by `+"`bonafide eval face-search`"+`; do not edit. Numbers for programs: [face-search.json](face-search.json).

%d templates, each half one of %d real ones (`+"`%s`"+`) and half noise of the same spread; two of them are %.3f apart in the
middle (1 %% %.3f, 99 %% %.3f; real strangers: [faces.md](faces.md)). %d probes, each 0.05 to 0.55 from a template that is there.
%d workers.

## Exactness and speed

Wanted is what comparing with all templates one by one finds (`+"`face.Compare`"+`). The bound is reading the templates' numbers once,
as fast as this machine read as many bytes with as many workers in the same run: **%.1f GB/s, %.1f ms**.

| least score | wanted | found | recall | found besides | p50 | p95 | p50 over the bound |
|---|---|---|---|---|---|---|---|
`, r.Count, r.Real, r.Template, r.Stranger.Median, r.Stranger.P1, r.Stranger.P99, r.Probes, r.Workers, m.GBs, m.Bound)
	for _, s := range r.Searches {
		fmt.Fprintf(&b, "| %.3f | %d | %d | %.2f %% | %d | %.1f ms | %.1f ms | %.2f |\n",
			s.Least, s.Wanted, s.Found, 100*float64(s.Found)/float64(max(1, s.Wanted)), s.Extra, s.P50, s.P95, s.Ratio)
	}
	fmt.Fprintf(&b, `
Less than the bound is possible: of nearly every stranger the first quarter of the numbers is further away than the whole may be, and
the rest is not read.

Memory: %.0f MiB, %.0f bytes a template, of which 512 are its numbers and the rest is whose it is.

## What it means

The policy (`+"`uniqueness.false_alarms`"+`) bounds how many strangers may be expected to be as alike, so that the work of reviewers does not
grow with the number of verified applicants. The price is paid in duplicates that the face does not tell:

| verified applicants | least score | distance | false alarms a search, at most | missed duplicates |
|---|---|---|---|---|
`, float64(m.Heap)/(1<<20), m.PerTemplate)
	for _, x := range r.Crowds {
		fmt.Fprintf(&b, "| %d | %.3f | %.3f | %.4f | %s |\n", x.Known, x.Least, x.Distance, x.Alarms, x.Missed)
	}
	b.WriteString(`
The false alarms come from the map of [faces.md](faces.md) ("False match rate"), whose tail is an extrapolation from 2,502 pairs and is
meant to err upwards. Missed are pairs of the bucket photo; pairs share pictures and persons, so the truth is wider than the interval.
Faces tell few duplicates among very many people with these templates: document numbers tell the rest.
`)
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // documentation
		return err
	}
	for name, body := range map[string][]byte{"face-search.md": b.Bytes(), "face-search.json": append(data, '\n')} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o644); err != nil { //nolint:gosec // documentation
			return err
		}
	}
	return nil
}
