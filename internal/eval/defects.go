package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// DefectsConfig says what Defects measures.
type DefectsConfig struct {
	// Reader is what is measured, Policy what judges.
	Reader *document.Reader
	Policy policy.Policy
	// Part is how much is read of each picture: QualityOnly is the pre-check.
	Part document.Part
	// Data is a folder of pictures of real documents; "" leaves them out.
	Data string
	// Count is how many specimens each defect gets, Clean how many have none, PerReal how often each defect is applied to each real picture.
	Count, Clean, PerReal int
	// Seed is where the persons and scenes begin. Thresholds must not be chosen on the seeds that are reported.
	Seed uint64
	// At is the moment of the captures.
	At time.Time
	// Workers is how many pictures are made and measured at once.
	Workers int
	// Progress is told after every picture; nil is allowed.
	// Only limits the defects to one; empty: all.
	Only     specimen.Defect
	Progress func(done, total int)
}

// DefectsReport is how well the defects of photos are named.
type DefectsReport struct {
	Part    string        `json:"part"`
	Seed    uint64        `json:"seed"`
	Count   int           `json:"count"`
	Clean   FalseAlarms   `json:"clean_specimens"`
	Real    FalseAlarms   `json:"real_pictures"`
	Shot    FalseAlarms   `json:"real_pictures_photographed"`
	Defects []DefectFound `json:"defects"`
	Curves  []DefectCurve `json:"curves"`
}

// FalseAlarms is what is said of pictures with which nothing is wrong.
type FalseAlarms struct {
	Pictures int            `json:"pictures"`
	Blocked  Rate           `json:"blocked"`
	ByCode   map[string]int `json:"by_code"`
	Files    []string       `json:"files,omitempty"` // of the real ones
}

// DefectFound is how often one defect was named.
type DefectFound struct {
	Defect  string         `json:"defect"`
	Code    string         `json:"code"`
	All     Rate           `json:"specimens"`
	Weak    Rate           `json:"weak"`    // of strength below 0.5
	Strong  Rate           `json:"strong"`  // of 0.75 and more
	Real    Rate           `json:"real"`    // real documents, photographed with the defect
	Blocked Rate           `json:"blocked"` // specimens of which anything at all was said
	Instead map[string]int `json:"instead"` // what was said where the defect was not named
	Field   Rate           `json:"field"`   // of those with a target: the finding's box meets it
}

// DefectCurve is the trade-off of one measure over all thresholds.
type DefectCurve struct {
	Measure   string     `json:"measure"`
	Defect    string     `json:"defect"`
	Threshold float64    `json:"threshold"`
	EER       float64    `json:"eer"`
	DET       []DETPoint `json:"det"`
}

// codeOf is the finding that names a defect.
func codeOf(d specimen.Defect) kyc.Code {
	switch d {
	case specimen.Defocus, specimen.MotionBlur:
		return kyc.DocBlurry
	case specimen.Smoothed:
		return kyc.DocEdited
	default:
		return kyc.Code("document." + string(d))
	}
}

// leastStrength is where a defect begins that must be named.
const leastStrength = 0.3

// shotJob is one picture to make and look at.
type shotJob struct {
	defect   specimen.Defect
	strength float64
	real     bool
	make     func() (specimen.Shot, error)
}

// seen is what was found in one picture.
type seen struct {
	shotJob
	findings []kyc.Finding
	quality  document.Quality
	shot     specimen.Shot // without its pixels
}

// Defects makes photos with each defect and without, and counts what is said of them. It fails where a model fails, the folder cannot be
// read or ctx ends.
func Defects(ctx context.Context, cfg DefectsConfig) (DefectsReport, error) {
	r := DefectsReport{Part: partName(cfg.Part), Seed: cfg.Seed, Count: cfg.Count}
	var jobs []shotJob
	for i := range cfg.Clean {
		jobs = append(jobs, specimenJob(specimen.Clean, 0, cfg.Seed+1e6+uint64(i)))
	}
	for n, d := range specimen.Defects() {
		if !cfg.wants(d) {
			continue
		}
		for i := range cfg.Count {
			k := leastStrength + (1-leastStrength)*float64(i)/math.Max(1, float64(cfg.Count-1))
			jobs = append(jobs, specimenJob(d, k, cfg.Seed+uint64(n)*10007+uint64(i)))
		}
	}
	if cfg.Data != "" {
		more, err := r.realJobs(ctx, cfg)
		if err != nil {
			return r, err
		}
		jobs = append(jobs, more...)
	}
	all, err := look(ctx, cfg, jobs)
	if err != nil {
		return r, err
	}
	r.Clean = falseAlarms(keep(all, func(s seen) bool { return s.defect == specimen.Clean && !s.real }))
	r.Shot = falseAlarms(keep(all, func(s seen) bool { return s.defect == specimen.Clean && s.real }))
	for _, d := range slices.DeleteFunc(specimen.Defects(), func(d specimen.Defect) bool { return !cfg.wants(d) }) {
		r.Defects = append(r.Defects, found(d, keep(all, func(s seen) bool { return s.defect == d })))
	}
	r.Curves = curves(all, cfg.Policy.Thresholds.Document)
	return r, nil
}

// wants says whether a defect is measured.
func (c DefectsConfig) wants(d specimen.Defect) bool { return c.Only == "" || c.Only == d }

func specimenJob(d specimen.Defect, k float64, seed uint64) shotJob {
	return shotJob{d, k, false, func() (specimen.Shot, error) {
		s, err := specimen.NewScene(seed, d == specimen.Smoothed)
		if err != nil {
			return specimen.Shot{}, err
		}
		return s.Shoot(d, k)
	}}
}

// realJobs looks at the real pictures as they are, and gives the jobs that photograph them anew with defects.
func (r *DefectsReport) realJobs(ctx context.Context, cfg DefectsConfig) ([]shotJob, error) {
	files, err := os.ReadDir(cfg.Data)
	if err != nil {
		return nil, fmt.Errorf("eval: defects: %w", err)
	}
	var jobs []shotJob
	var asTheyAre []seen
	for fi, f := range files {
		data, err := os.ReadFile(filepath.Join(cfg.Data, f.Name()))
		if err != nil {
			return nil, fmt.Errorf("eval: defects: %w", err)
		}
		p, err := imaging.Decode(ctx, data, imaging.DefaultLimits())
		if err != nil {
			continue // the manifest
		}
		s, err := lookAt(ctx, cfg, p)
		if err != nil {
			return nil, err
		}
		asTheyAre = append(asTheyAre, s)
		if blocks(s.findings) {
			r.Real.Files = append(r.Real.Files, f.Name()+": "+codes(s.findings))
			continue // with which something is wrong already is no ground for one defect
		}
		for di, d := range append([]specimen.Defect{specimen.Clean}, specimen.Defects()...) {
			if d == specimen.Smoothed || d == specimen.NoDocument || d == specimen.Edited || d != specimen.Clean && !cfg.wants(d) {
				continue
			}
			for i := range cfg.PerReal {
				k := leastStrength + (1-leastStrength)*float64((fi*7+di*3+i*5)%10)/9
				seed := cfg.Seed + uint64(fi*100+i)
				jobs = append(jobs, shotJob{d, k, true, func() (specimen.Shot, error) { return realScene(p, seed).Shoot(d, k) }})
			}
		}
	}
	list := r.Real.Files
	r.Real = falseAlarms(asTheyAre)
	r.Real.Files = list
	return jobs, nil
}

// look does the jobs, several at a time, in an order that does not change the result.
func look(ctx context.Context, cfg DefectsConfig, jobs []shotJob) ([]seen, error) {
	out := make([]seen, len(jobs))
	next := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	done := 0
	for range max(1, cfg.Workers) {
		wg.Go(func() {
			for i := range next {
				s, err := one(ctx, cfg, jobs[i])
				mu.Lock()
				out[i] = s
				failed = errors.Join(failed, err)
				done++
				if cfg.Progress != nil {
					cfg.Progress(done, len(jobs))
				}
				mu.Unlock()
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return out, failed
}

func one(ctx context.Context, cfg DefectsConfig, j shotJob) (seen, error) {
	shot, err := j.make()
	if err != nil {
		return seen{}, err
	}
	data, err := shot.Encode()
	if err != nil {
		return seen{}, err
	}
	p, err := imaging.Decode(ctx, data, imaging.DefaultLimits())
	if err != nil {
		return seen{}, fmt.Errorf("eval: defects: %w", err)
	}
	s, err := lookAt(ctx, cfg, p)
	s.shotJob, s.shot = j, shot
	s.shot.Image, s.make = nil, nil
	return s, err
}

func lookAt(ctx context.Context, cfg DefectsConfig, p *imaging.Picture) (seen, error) {
	m, err := cfg.Reader.Measure(ctx, p, document.Options{At: cfg.At, Part: cfg.Part})
	if err != nil {
		return seen{}, fmt.Errorf("eval: defects: %w", err)
	}
	side := verify.SideOf(p, m)
	return seen{quality: m.Quality, findings: verify.Photo(cfg.Policy, kyc.DocumentFront, verify.Evidence{Front: side})}, nil
}

func blocks(fs []kyc.Finding) bool {
	return slices.ContainsFunc(fs, func(f kyc.Finding) bool { return f.Definition().Severity != kyc.Note })
}

func codes(fs []kyc.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, strings.TrimPrefix(string(f.Code), "document."))
	}
	return strings.Join(out, ", ")
}

func falseAlarms(list []seen) FalseAlarms {
	a := FalseAlarms{Pictures: len(list), ByCode: map[string]int{}}
	n := 0
	for _, s := range list {
		if blocks(s.findings) {
			n++
		}
		for _, f := range s.findings {
			a.ByCode[string(f.Code)]++
		}
	}
	a.Blocked = NewRate(n, len(list))
	return a
}

func found(d specimen.Defect, list []seen) DefectFound {
	out := DefectFound{Defect: string(d), Code: string(codeOf(d)), Instead: map[string]int{}}
	var all, weak, strong, onReal, blocked, placed [2]int
	count := func(c *[2]int, hit bool) {
		c[1]++
		if hit {
			c[0]++
		}
	}
	for _, s := range list {
		at := slices.IndexFunc(s.findings, func(f kyc.Finding) bool { return f.Code == codeOf(d) })
		if s.real {
			count(&onReal, at >= 0)
			continue
		}
		count(&all, at >= 0)
		count(&blocked, blocks(s.findings))
		if s.strength < 0.5 {
			count(&weak, at >= 0)
		} else if s.strength >= 0.75 {
			count(&strong, at >= 0)
		}
		if at < 0 {
			out.Instead[codes(s.findings)]++
		} else if s.shot.Target != "" {
			count(&placed, meets(s.findings[at].Box, s.shot))
		}
	}
	rate := func(c [2]int) Rate { return NewRate(c[0], c[1]) }
	out.All, out.Weak, out.Strong, out.Real, out.Blocked, out.Field = rate(all), rate(weak), rate(strong), rate(onReal), rate(blocked), rate(placed)
	return out
}

// meets says whether a finding's box meets the place that the defect was aimed at.
func meets(b *kyc.Box, s specimen.Shot) bool {
	q := s.Truth.Boxes[s.Target]
	if s.Target == "portrait" {
		q = s.Truth.Portrait
	}
	if b == nil {
		return false
	}
	x0, y0, x1, y1 := q[0].X, q[0].Y, q[0].X, q[0].Y
	for _, c := range q {
		x0, y0, x1, y1 = math.Min(x0, c.X), math.Min(y0, c.Y), math.Max(x1, c.X), math.Max(y1, c.Y)
	}
	return float64(b.X) < x1 && float64(b.X+b.Width) > x0 && float64(b.Y) < y1 && float64(b.Y+b.Height) > y0
}

// curves gives, for each measure, the errors over all thresholds: specimens with the defect against clean ones.
func curves(all []seen, t policy.DocumentThresholds) []DefectCurve {
	shake := func(q document.Quality) float64 {
		if q.Along >= t.ShakeAlong || q.Detail == 0 {
			return -1
		}
		return -q.Detail
	}
	list := []struct {
		measure   string
		defect    specimen.Defect
		threshold float64
		value     func(q document.Quality) float64 // greater: more of the defect
	}{
		{"sharpness", specimen.Defocus, -t.Sharpness, func(q document.Quality) float64 { return -q.Sharpness }},
		{"shake_detail", specimen.MotionBlur, -t.ShakeDetail, shake},
		{"glare_share", specimen.Glare, t.GlareShare, func(q document.Quality) float64 { return q.GlareShare }},
		{"mean_luma", specimen.TooDark, -t.DarkMean, func(q document.Quality) float64 { return -q.Mean }},
		{"overexposed_share", specimen.Overexposed, t.OverexposedShare, func(q document.Quality) float64 { return q.OverShare }},
		{"cut_support", specimen.Cropped, t.CutSupport, func(q document.Quality) float64 { return q.Cut }},
		{"covered_share", specimen.Obstructed, t.CoveredShare, func(q document.Quality) float64 { return q.Covered }},
		{"width_px", specimen.LowResolution, -t.WidthPx, func(q document.Quality) float64 { return -q.DocumentWidth }},
		{"tilt_share", specimen.Tilted, t.TiltShare, func(q document.Quality) float64 { return q.Tilt }},
		{"colour_levels", specimen.BlackAndWhite, -t.ColourLevels, func(q document.Quality) float64 { return -q.Chroma }},
		{"copy_levels", specimen.PaperCopy, -t.CopyLevels, func(q document.Quality) float64 { return -q.Residual }},
		{"screen_lattice", specimen.ScreenCapture, t.ScreenLattice, func(q document.Quality) float64 { return q.Lattice }},
		{"screenshot_bars", specimen.Screenshot, t.ScreenshotBars, func(q document.Quality) float64 { return q.FlatBars }},
		{"second_support", specimen.Multiple, t.SecondSupport, func(q document.Quality) float64 { return q.Second }},
	}
	var out []DefectCurve
	for _, m := range list {
		var bad, good []float64
		for _, s := range all {
			switch {
			case s.real:
			case s.defect == m.defect:
				bad = append(bad, m.value(s.quality))
			case s.defect == specimen.Clean:
				good = append(good, m.value(s.quality))
			}
		}
		if len(bad) == 0 || len(good) == 0 {
			continue
		}
		s := NewScores(bad, good)
		c := DefectCurve{Measure: m.measure, Defect: string(m.defect), Threshold: math.Abs(m.threshold), DET: s.DET()}
		c.EER, _ = s.EER()
		out = append(out, c)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].EER > out[j].EER })
	return out
}

func partName(p document.Part) string {
	switch p {
	case document.QualityOnly:
		return "pre-check"
	case document.MRZOnly:
		return "zone"
	default:
		return "everything"
	}
}
