package liveness

import (
	"context"
	"fmt"
	"time"

	"bonafide/internal/face"
)

// Analyser measures sequences. It has no state of its own and is safe for concurrent use.
type Analyser struct {
	faces *face.Analyser
	now   func() time.Time
}

// New makes an analyser that finds faces by faces. now times the steps; nil leaves the timings out.
func New(faces *face.Analyser, now func() time.Time) *Analyser { return &Analyser{faces, now} }

// Measure measures a sequence against its challenge. Frames may come in any order and more than once. Nothing in the frames is an
// error: an error means that a model failed or ctx ended.
func (a *Analyser) Measure(ctx context.Context, frames []Frame, c Challenge) (*Measurement, error) {
	m := &Measurement{Movements: []Movement{}, TimingsMS: map[string]float64{}}
	for _, x := range a.faces.Models() {
		m.Models = append(m.Models, x.Name+"/"+x.Version)
	}
	lap := laps(a.now, m.TimingsMS)
	shots := ordered(frames)
	m.Frames = count(frames, shots)
	if err := a.follow(ctx, shots, &m.Frames); err != nil {
		return nil, fmt.Errorf("liveness: %w", err)
	}
	lap("track")
	m.Baseline, m.Movements = movements(shots)
	lap("movements")
	m.Depth = depth(shots, m.Baseline)
	lap("depth")
	m.Light = light(shots, c.Colours)
	lap("light")
	m.Stream = stream(shots, c, m.Frames)
	lap("stream")
	var ts []taken
	var err error
	if m.Person, ts, err = a.person(ctx, shots); err != nil {
		return nil, fmt.Errorf("liveness: %w", err)
	}
	lap("person")
	if m.Portrait, err = a.portrait(ctx, c.Portrait, shots, ts); err != nil {
		return nil, fmt.Errorf("liveness: %w", err)
	}
	lap("portrait")
	return m, nil
}

// laps returns a function that notes the milliseconds since it was last called, or does nothing without a clock.
func laps(now func() time.Time, to map[string]float64) func(string) {
	if now == nil {
		return func(string) {}
	}
	last := now()
	return func(name string) {
		t := now()
		to[name] = float64(t.Sub(last)) / float64(time.Millisecond)
		last = t
	}
}
