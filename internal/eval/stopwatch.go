package eval

import (
	"sort"
	"time"
)

// stopwatch gathers the durations of named steps over many rounds. Without a clock it does nothing.
type stopwatch struct {
	now   func() time.Time
	last  time.Time
	order []string
	laps  map[string][]float64
}

func newStopwatch(now func() time.Time) *stopwatch {
	return &stopwatch{now: now, laps: map[string][]float64{}}
}

func (w *stopwatch) start() {
	if w.now != nil {
		w.last = w.now()
	}
}

func (w *stopwatch) lap(step string) {
	if w.now == nil {
		return
	}
	t := w.now()
	w.note(step, t.Sub(w.last))
	w.last = t
}

func (w *stopwatch) note(step string, d time.Duration) {
	if w.now == nil {
		return
	}
	if _, ok := w.laps[step]; !ok {
		w.order = append(w.order, step)
	}
	w.laps[step] = append(w.laps[step], float64(d)/float64(time.Millisecond))
}

func (w *stopwatch) table() []FacesTiming {
	var out []FacesTiming
	for _, step := range w.order {
		v := append([]float64(nil), w.laps[step]...)
		sort.Float64s(v)
		mean, _ := meanDeviation(v)
		out = append(out, FacesTiming{Step: step, Mean: mean, Median: v[len(v)/2], P95: v[min(len(v)-1, len(v)*95/100)]})
	}
	return out
}
