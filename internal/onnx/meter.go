package onnx

import (
	"context"
	"sync/atomic"
	"time"
)

// Meter adds up the time that calls to Run spent inside ONNX Runtime. It is safe for concurrent use; time of runs that
// overlap counts each.
type Meter struct {
	nanos atomic.Int64
	above *Meter
}

type meterKey struct{}

// WithMeter returns a context whose model runs are counted by the returned meter, and by those further up in ctx too.
func WithMeter(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{above: meterFrom(ctx)}
	return context.WithValue(ctx, meterKey{}, m), m
}

// Elapsed is the time counted so far.
func (m *Meter) Elapsed() time.Duration { return time.Duration(m.nanos.Load()) }

func (m *Meter) add(d time.Duration) {
	for ; m != nil; m = m.above {
		m.nanos.Add(int64(d))
	}
}

func meterFrom(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}
