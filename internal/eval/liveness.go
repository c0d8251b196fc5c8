package eval

import (
	"context"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/liveness"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// LivenessConfig says what to measure and with what.
type LivenessConfig struct {
	Analyser *liveness.Analyser
	Policy   policy.Policy
	// Honest sequences, and sequences of each species of attack.
	Honest, Attacks int
	Persons         int
	Seed            uint64
	Models          []string
	Now             func() time.Time
	Progress        func(done, total int)
}

// LivenessReport is what `bonafide eval liveness` writes.
type LivenessReport struct {
	Seed     uint64            `json:"seed"`
	Persons  int               `json:"persons"`
	Frames   int               `json:"frames"`
	Policy   string            `json:"policy"`
	Honest   LivenessSpecies   `json:"honest"`
	Daylight LivenessSpecies   `json:"daylight"` // the honest ones in daylight alone
	Species  []LivenessSpecies `json:"species"`
	Delivery []DeliveryOutcome `json:"delivery"`
}

// LivenessSpecies is what became of the sequences of one kind.
type LivenessSpecies struct {
	Name string `json:"name"`
	Does string `json:"does"`
	// Accepted are sequences without any finding: of attacks the APCER of ISO/IEC 30107-3, of honest people one less the BPCER.
	Accepted Rate `json:"accepted"`
	// Light are sequences with liveness.light_mismatch, Signal those with any signal for the operator.
	Light  Rate           `json:"light"`
	Signal Rate           `json:"signal"`
	Codes  map[string]int `json:"codes"`
	// The spread of each number that a threshold judges.
	Numbers map[string]Spread `json:"numbers"`

	accepted, light, signal, n int
	numbers                    map[string][]float64
}

// DeliveryOutcome says what became of honest sequences that were delivered badly.
type DeliveryOutcome struct {
	Name string `json:"name"`
	// Same are those with the same verdict as when delivered well, Connection those that named the connection, Other the rest.
	Same       int `json:"same"`
	Connection int `json:"connection"`
	Other      int `json:"other"`
}

// The face mesh learnt from people and sees the lids and the jaws of drawn heads move less than they do: shut eyes by 0.2 to 0.3, where
// those of real people close by 0.31 to 0.48. In the simulation these two thresholds follow, which makes it easier for attacks, too.
const drawnBlink, drawnMouth = 0.17, 0.25

// Liveness films honest people and attacks and judges them.
func Liveness(ctx context.Context, cfg LivenessConfig) (LivenessReport, error) {
	cfg.Policy.Thresholds.Liveness.BlinkClosure = drawnBlink
	cfg.Policy.Thresholds.Liveness.MouthOpen = drawnMouth
	r := LivenessReport{Seed: cfg.Seed, Persons: cfg.Persons, Policy: cfg.Policy.ID(), Honest: LivenessSpecies{Name: "honest"}, Daylight: LivenessSpecies{Name: "honest, daylight"}}
	run := livenessRun{cfg: cfg, cast: newCast(cfg.Persons, cfg.Seed), total: cfg.Honest + cfg.Attacks*len(attacks())}
	results, err := run.all(ctx, 0, cfg.Honest, filmLive, true)
	if err != nil {
		return r, err
	}
	for _, d := range deliveries() {
		r.Delivery = append(r.Delivery, DeliveryOutcome{Name: d.name})
	}
	for i, x := range results {
		r.Frames += x.frames
		r.Honest.note(x)
		if daylight(i) {
			r.Daylight.note(x)
		}
		for k, codes := range x.delivered {
			o := &r.Delivery[k]
			switch {
			case slices.Equal(codes, x.codes):
				o.Same++
			case slices.Contains(codes, kyc.LivenessConnection):
				o.Connection++
			default:
				o.Other++
			}
		}
	}
	r.Honest.close()
	r.Daylight.close()
	for k, a := range attacks() {
		s := LivenessSpecies{Name: a.Name, Does: a.Does}
		results, err := run.all(ctx, uint64(k+1), cfg.Attacks, a.make, false)
		if err != nil {
			return r, err
		}
		for _, x := range results {
			r.Frames += x.frames
			s.note(x)
		}
		s.close()
		r.Species = append(r.Species, s)
	}
	return r, nil
}

// daylight tells in which light a sequence is filmed: every other one by a window.
func daylight(i int) bool { return i%2 == 0 }

type livenessRun struct {
	cfg         LivenessConfig
	cast        *cast
	done, total int
}

type livenessResult struct {
	codes     []kyc.Code
	delivered [][]kyc.Code
	frames    int
	m         *liveness.Measurement
}

// all films and judges n sequences of one kind, several at a time.
func (l *livenessRun) all(ctx context.Context, kind uint64, n int, shoot func(context.Context, take) (sequence, error), deliver bool) ([]livenessResult, error) {
	out := make([]livenessResult, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	finished := make(chan struct{}, n)
	for i := range n {
		g.Go(func() error {
			x, err := l.one(ctx, kind, i, shoot, deliver)
			if err != nil {
				return fmt.Errorf("sequence %d of kind %d: %w", i, kind, err)
			}
			out[i] = x
			finished <- struct{}{}
			return nil
		})
	}
	err := g.Wait()
	l.done += len(finished)
	if l.cfg.Progress != nil {
		l.cfg.Progress(l.done, l.total)
	}
	return out, err
}

func (l *livenessRun) one(ctx context.Context, kind uint64, i int, shoot func(context.Context, take) (sequence, error), deliver bool) (livenessResult, error) {
	r := rand.New(rand.NewPCG(l.cfg.Seed, kind<<32|uint64(i))) //nolint:gosec // a simulation that can be made again
	screen := 0.08 + 0.2*r.Float64()
	if daylight(i) {
		screen = 0.025 + 0.035*r.Float64()
	}
	actors := l.cast.actors
	t := take{
		r: r, asked: play(r, drawChallenge(r)), victim: actors[i%len(actors)], other: actors[(i+1+r.IntN(len(actors)-1))%len(actors)],
		studio: specimen.NewStudio(specimen.StudioOptions{Screen: screen}, r.Uint64()),
	}
	// Everybody has a document.
	t.asked.challenge.Portrait = imaging.FromRGBA(portraitOf(t.victim))
	q, err := shoot(ctx, t)
	if err != nil {
		return livenessResult{}, err
	}
	q.challenge.Portrait = t.asked.challenge.Portrait
	judge := func(frames []liveness.Frame) ([]kyc.Code, *liveness.Measurement, error) {
		m, err := l.cfg.Analyser.Measure(ctx, frames, q.challenge)
		if err != nil {
			return nil, nil, err
		}
		var codes []kyc.Code
		for _, f := range kyc.Visible(verify.JudgeLiveness(l.cfg.Policy, m, q.challenge)) {
			codes = append(codes, f.Code)
		}
		return slices.Compact(codes), m, nil
	}
	out := livenessResult{frames: len(q.frames)}
	if out.codes, out.m, err = judge(q.frames); err != nil || !deliver {
		return out, err
	}
	for _, d := range deliveries() {
		codes, _, err := judge(d.deliver(r, q.frames))
		if err != nil {
			return out, err
		}
		out.delivered = append(out.delivered, codes)
	}
	return out, nil
}

func portraitOf(a *specimen.Actor) *image.RGBA { return specimen.BoothPortrait(a.Person(), 210, 270) }

// delivery is a way in which frames arrive. Seconds of lag change nothing that is measured: frames carry the device's own time.
type delivery struct {
	name    string
	deliver func(r *rand.Rand, frames []liveness.Frame) []liveness.Frame
}

func deliveries() []delivery {
	return []delivery{
		{"out of order and twice", func(r *rand.Rand, frames []liveness.Frame) []liveness.Frame {
			out := append(slices.Clone(frames), frames...)
			r.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
			return out
		}},
		{"a fifth missing", func(r *rand.Rand, frames []liveness.Frame) []liveness.Frame {
			out := slices.Clone(frames)
			r.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
			return out[:len(out)-len(out)/5]
		}},
	}
}

func (s *LivenessSpecies) note(x livenessResult) {
	if s.Codes == nil {
		s.Codes, s.numbers = map[string]int{}, map[string][]float64{}
	}
	s.n++
	if len(x.codes) == 0 {
		s.accepted++
	}
	signal := false
	for _, c := range x.codes {
		s.Codes[string(c)]++
		d, _ := kyc.Lookup(c)
		signal = signal || d.Audience == kyc.ForOperator
		if c == kyc.LivenessLightMismatch {
			s.light++
		}
	}
	if signal {
		s.signal++
	}
	put := func(name string, v float64) { s.numbers[name] = append(s.numbers[name], v) }
	put("same_person", x.m.Person.Similarity)
	put("disorder", x.m.Stream.Disorder)
	put("jitter_ms", x.m.Stream.JitterMS)
	put("noise", x.m.Stream.Noise)
	if l := x.m.Light; l != nil {
		put("light_follows", l.Follows)
	}
	if d := x.m.Depth; d != nil && d.Expected > 0 {
		put("parallax over expected", d.Parallax/d.Expected)
		put("turn_degrees", math.Abs(d.Yaw))
	}
	if p := x.m.Portrait; p != nil {
		put("portrait_similarity", p.Similarity)
		put("portrait_correlation", p.Correlation)
	}
}

func (s *LivenessSpecies) close() {
	s.Accepted, s.Light, s.Signal = NewRate(s.accepted, s.n), NewRate(s.light, s.n), NewRate(s.signal, s.n)
	s.Numbers = map[string]Spread{}
	for name, v := range s.numbers {
		s.Numbers[name] = spread(v)
	}
}
