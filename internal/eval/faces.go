package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

// FacesConfig says what Faces measures.
type FacesConfig struct {
	// Data is the folder that holds pairs.json, manifest.json (for the persons; optional) and the pictures.
	Data string
	// Analyser is what is measured.
	Analyser *face.Analyser
	// Now times the steps; nil leaves the timings out.
	Now func() time.Time
	// Portraits also measures the pairs with one side printed as documents carry it, which takes most of the time.
	Portraits bool
	// Seed feeds the bootstrap, so that a report can be made again.
	Seed uint64
	// Progress is told after every picture; nil is allowed.
	Progress func(done, total int)
}

// FacesReport is how well faces are compared on one set of labelled pairs.
type FacesReport struct {
	Models    []string       `json:"models"`
	Template  string         `json:"template"` // model and recipe of the templates
	Pictures  int            `json:"pictures"`
	Misnamed  int            `json:"misnamed"` // pictures whose extension names another format than their bytes
	Persons   int            `json:"persons"`  // 0 where no manifest tells
	Pairs     int            `json:"pairs"`
	Failures  []FaceFailure  `json:"failures_to_acquire"`
	Buckets   []FacesBucket  `json:"buckets"`
	Threshold Recommendation `json:"recommended_threshold"`
	Judge     JudgeFigures   `json:"judge"`
	// Portraits are the pairs of the bucket photo with one side printed as documents carry it.
	Portraits    []FacesPortraits `json:"portraits"`
	FalseMatches FalseMatchFit    `json:"false_match_rate"`
	Timings      []FacesTiming    `json:"timings,omitempty"`
}

// FaceFailure is a picture that gave no template, and at which step.
type FaceFailure struct {
	File   string `json:"file"`
	Bucket string `json:"bucket"`
	Step   string `json:"step"` // read, decode, find
}

// FacesBucket is the result on one kind of picture.
type FacesBucket struct {
	Name         string         `json:"name"`
	Pictures     int            `json:"pictures"`
	Persons      int            `json:"persons"`
	Same         int            `json:"same"`
	Different    int            `json:"different"`
	Skipped      int            `json:"skipped"` // pairs with a picture that could not be acquired
	EER          float64        `json:"eer"`
	EERInterval  Rate           `json:"eer_false_non_matches"` // the same-person errors at the EER's threshold, with interval
	EERThreshold float64        `json:"eer_threshold"`
	AtFMR        []AtFMR        `json:"at_fmr"`
	AtThreshold  OperatingPoint `json:"at_recommended_threshold"`
	SameSpread   Spread         `json:"same_distances"`
	DiffSpread   Spread         `json:"different_distances"`
	DET          []DETPoint     `json:"det"`
}

// AtFMR is the false non-match rate where the false match rate is held at a target. Reached is false where the bucket has too few
// different-person pairs to show the target at all.
type AtFMR struct {
	Target  float64 `json:"target"`
	Reached bool    `json:"reached"`
	OperatingPoint
}

// OperatingPoint is what one threshold does.
type OperatingPoint struct {
	Threshold float64 `json:"threshold"`
	Distance  float64 `json:"distance"`
	FMR       Rate    `json:"fmr"`
	FNMR      Rate    `json:"fnmr"`
}

// Spread describes distances: least, 1 %, median, 99 %, greatest, mean, standard deviation.
type Spread struct {
	Min       float64 `json:"min"`
	P1        float64 `json:"p1"`
	Median    float64 `json:"median"`
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
}

// Recommendation is a threshold for a policy to take over or not; nothing in this program uses it by itself.
type Recommendation struct {
	Target    float64 `json:"target_fmr"`
	Threshold float64 `json:"threshold"`
	Distance  float64 `json:"distance"`
	// Low and High are the 95 % interval of the threshold when persons, not pairs, are drawn anew (bootstrap); zero where persons
	// are not known.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Normal is the threshold a normal distribution of the same pairs' distances would put at the target.
	Normal float64 `json:"normal"`
	// Pairs is the number of different-person pairs behind it.
	Pairs int `json:"pairs"`
}

// JudgeFigures are what shared/judge/faces.py computes for the bucket photo: all same-person pairs and the first 600 of different
// persons, at the recommended threshold.
type JudgeFigures struct {
	Same      int     `json:"same"`
	Missed    int     `json:"missed"`
	Different int     `json:"different"`
	Matched   int     `json:"matched"`
	EER       float64 `json:"eer"`
}

// FacesTiming is one step's milliseconds a picture.
type FacesTiming struct {
	Step   string  `json:"step"`
	Mean   float64 `json:"mean_ms"`
	Median float64 `json:"median_ms"`
	P95    float64 `json:"p95_ms"`
}

// recommendedFMR is the false match rate the recommendation aims at, the usual figure for one-to-one verification (Frontex's best
// practice for automated border control asks for 1 in 1,000).
const recommendedFMR = 1e-3

type facePair struct {
	A      string `json:"a"`
	B      string `json:"b"`
	Same   bool   `json:"same"`
	Bucket string `json:"bucket"`
}

type scoredPair struct {
	facePair
	score, distance float64
}

// Faces compares the labelled pairs under cfg.Data and reports the errors. A picture that cannot be read or shows no face is
// listed, not an error; an error is a broken pairs.json, a failing model or a cancelled context.
func Faces(ctx context.Context, cfg FacesConfig) (FacesReport, error) {
	pairs, err := readPairs(filepath.Join(cfg.Data, "pairs.json"))
	if err != nil {
		return FacesReport{}, err
	}
	persons, err := readPersons(filepath.Join(cfg.Data, "manifest.json"))
	if err != nil {
		return FacesReport{}, err
	}
	r := FacesReport{Pairs: len(pairs), Failures: []FaceFailure{}}
	for _, m := range cfg.Analyser.Models() {
		r.Models = append(r.Models, m.Name+"/"+m.Version+" sha256 "+m.SHA256[:min(12, len(m.SHA256))])
	}
	templates, err := r.acquire(ctx, cfg, pairs)
	if err != nil {
		return FacesReport{}, err
	}
	scored := make([]scoredPair, 0, len(pairs))
	for _, p := range pairs {
		a, okA := templates[p.A]
		b, okB := templates[p.B]
		if !okA || !okB {
			continue
		}
		c, err := face.Compare(a, b)
		if err != nil {
			return FacesReport{}, err
		}
		r.Template = c.Model
		scored = append(scored, scoredPair{p, c.Score, c.Distance})
	}
	r.Persons = count(pairs, persons)
	r.Threshold = recommend(scored, persons, recommendedFMR, rand.New(rand.NewPCG(cfg.Seed, 0))) //nolint:gosec // resampling that must be repeatable
	for _, name := range bucketNames(pairs) {
		in := func(p facePair) bool { return p.Bucket == name }
		b := measureBucket(keep(scored, func(p scoredPair) bool { return in(p.facePair) }), r.Threshold.Threshold)
		all := keep(pairs, in)
		b.Name, b.Skipped = name, len(all)-b.Same-b.Different
		b.Pictures, b.Persons = len(picturesOf(all)), count(all, persons)
		r.Buckets = append(r.Buckets, b)
	}
	r.Judge = judgeFigures(scored, r.Threshold.Threshold)
	r.FalseMatches = fitFalseMatches(scored)
	if cfg.Portraits {
		if err := r.portraits(ctx, cfg, pairs, templates); err != nil {
			return FacesReport{}, err
		}
	}
	return r, nil
}

// acquire makes the template of every picture once.
func (r *FacesReport) acquire(ctx context.Context, cfg FacesConfig, pairs []facePair) (map[string]face.Template, error) {
	buckets := map[string]string{}
	for _, p := range pairs {
		buckets[p.A], buckets[p.B] = p.Bucket, p.Bucket
	}
	names := picturesOf(pairs)
	r.Pictures = len(names)
	out := map[string]face.Template{}
	watch := newStopwatch(cfg.Now)
	for i, name := range names {
		fail := func(step string) {
			r.Failures = append(r.Failures, FaceFailure{File: name, Bucket: buckets[name], Step: step})
		}
		t, step, err := acquireOne(ctx, cfg, name, watch, r)
		switch {
		case err != nil:
			return nil, err
		case step != "":
			fail(step)
		default:
			out[name] = t
		}
		if cfg.Progress != nil {
			cfg.Progress(i+1, len(names))
		}
	}
	r.Timings = watch.table()
	return out, nil
}

// acquireOne returns the step that failed for reasons that lie in the picture, or an error for all else.
func acquireOne(ctx context.Context, cfg FacesConfig, name string, watch *stopwatch, r *FacesReport) (face.Template, string, error) {
	var none face.Template
	data, err := os.ReadFile(filepath.Join(cfg.Data, name)) //nolint:gosec // the operator names the folder, its index the file
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return none, "read", nil
		}
		return none, "", fmt.Errorf("eval: faces: %w", err)
	}
	watch.start()
	p, err := imaging.Decode(ctx, data, imaging.DefaultLimits())
	if err != nil {
		if _, ok := errors.AsType[*imaging.DecodeError](err); ok {
			return none, "decode", nil
		}
		return none, "", fmt.Errorf("eval: faces: %w", err)
	}
	watch.lap("decode")
	if !fits(name, p.Meta.Format) {
		r.Misnamed++
	}
	mctx, meter := onnx.WithMeter(ctx)
	faces, err := cfg.Analyser.Find(mctx, p, face.Options{})
	if err != nil {
		return none, "", err
	}
	watch.lap("find")
	if len(faces) == 0 {
		return none, "find", nil
	}
	t, err := cfg.Analyser.Template(mctx, p, faces[0])
	if err != nil {
		return none, "", err
	}
	watch.lap("template")
	watch.note("of find and template, inside ONNX Runtime", meter.Elapsed())
	return t, "", nil
}

// fits tells whether a file's extension names the format its bytes have.
func fits(name string, f imaging.Format) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg":
		return f == imaging.JPEG
	case ".png":
		return f == imaging.PNG
	case ".webp":
		return f == imaging.WebP
	}
	return false
}

func measureBucket(scored []scoredPair, threshold float64) FacesBucket {
	var b FacesBucket
	var same, diff, sameD, diffD []float64
	for _, p := range scored {
		if p.Same {
			same, sameD = append(same, p.score), append(sameD, p.distance)
		} else {
			diff, diffD = append(diff, p.score), append(diffD, p.distance)
		}
	}
	s := NewScores(same, diff)
	b.Same, b.Different = len(same), len(diff)
	b.EER, b.EERThreshold = s.EER()
	b.EERInterval = NewRate(sort.SearchFloat64s(s.Same, b.EERThreshold), len(s.Same))
	for _, target := range []float64{1e-2, 1e-3} {
		at := AtFMR{Target: target}
		var t float64
		if t, at.Reached = s.ThresholdAt(target); at.Reached {
			at.OperatingPoint = operate(s, t)
		}
		b.AtFMR = append(b.AtFMR, at)
	}
	b.AtThreshold = operate(s, threshold)
	b.SameSpread, b.DiffSpread = spread(sameD), spread(diffD)
	b.DET = s.DET()
	return b
}

func operate(s Scores, t float64) OperatingPoint {
	return OperatingPoint{
		Threshold: t, Distance: face.DistanceOf(t),
		FMR:  NewRate(s.FalseMatches(t), len(s.Different)),
		FNMR: NewRate(sort.SearchFloat64s(s.Same, t), len(s.Same)),
	}
}

func judgeFigures(scored []scoredPair, t float64) JudgeFigures {
	var j JudgeFigures
	var same, diff []float64
	for _, p := range scored {
		switch {
		case p.Bucket != "photo":
		case p.Same:
			same = append(same, p.score)
		case len(diff) < 600:
			diff = append(diff, p.score)
		}
	}
	s := NewScores(same, diff)
	j.Same, j.Different = len(same), len(diff)
	j.Missed, j.Matched = sort.SearchFloat64s(s.Same, t), s.FalseMatches(t)
	j.EER, _ = s.EER()
	return j
}

func spread(v []float64) Spread {
	if len(v) == 0 {
		return Spread{}
	}
	v = slices.Sorted(slices.Values(v))
	at := func(p float64) float64 { return v[int(math.Round(p*float64(len(v)-1)))] }
	m, d := meanDeviation(v)
	return Spread{Min: v[0], P1: at(.01), Median: at(.5), P99: at(.99), Max: v[len(v)-1], Mean: m, Deviation: d}
}

func meanDeviation(v []float64) (mean, deviation float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		deviation += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(deviation)
}

func readPairs(path string) ([]facePair, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, fmt.Errorf("eval: faces: %w", err)
	}
	var doc struct {
		Pairs []facePair `json:"pairs"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("eval: faces: pairs.json: %w", err)
	}
	if len(doc.Pairs) == 0 {
		return nil, errors.New("eval: faces: pairs.json holds no pairs")
	}
	for i := range doc.Pairs {
		if doc.Pairs[i].Bucket == "" {
			doc.Pairs[i].Bucket = "photo" // as the judge's script reads it
		}
	}
	return doc.Pairs, nil
}

// readPersons maps files to persons; empty where there is no manifest.
func readPersons(path string) (map[string]string, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("eval: faces: %w", err)
	}
	var files []struct {
		File  string `json:"file"`
		Truth struct {
			Person string `json:"person_id"`
		} `json:"truth"`
	}
	if err := json.Unmarshal(data, &files); err != nil {
		return nil, fmt.Errorf("eval: faces: manifest.json: %w", err)
	}
	out := map[string]string{}
	for _, f := range files {
		if f.Truth.Person != "" {
			out[f.File] = f.Truth.Person
		}
	}
	return out, nil
}

func picturesOf(pairs []facePair) []string {
	seen := map[string]bool{}
	for _, p := range pairs {
		seen[p.A], seen[p.B] = true, true
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func count(pairs []facePair, persons map[string]string) int {
	seen := map[string]bool{}
	for _, n := range picturesOf(pairs) {
		if p, ok := persons[n]; ok {
			seen[p] = true
		}
	}
	return len(seen)
}

func bucketNames(pairs []facePair) []string {
	var out []string
	for _, p := range pairs {
		if !slices.Contains(out, p.Bucket) {
			out = append(out, p.Bucket)
		}
	}
	return out
}

func keep[T any](list []T, want func(T) bool) []T {
	var out []T
	for _, v := range list {
		if want(v) {
			out = append(out, v)
		}
	}
	return out
}
