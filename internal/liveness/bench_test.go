package liveness

import (
	"testing"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/specimen"
)

// BenchmarkSequence measures 20 frames, decoded, and compares them with the document's portrait. "of-inference" is the whole time over
// the part of it inside ONNX Runtime.
func BenchmarkSequence(b *testing.B) {
	faces, err := face.New(onnxtest.Open(b))
	if err != nil {
		b.Fatal(err)
	}
	actor := specimen.NewActor(specimen.NewPerson(1, specimen.Profile{}))
	studio := specimen.NewStudio(specimen.StudioOptions{}, 1)
	var frames []Frame
	for i := range 20 {
		m := specimen.Moment{}
		if i > 7 && i < 14 {
			m.Yaw = 20
		}
		im := studio.Live(actor, m, [3]float64{}, i)
		frames = append(frames, Frame{int64(100 * i), imaging.FromRGBA(imaging.Resize(im, 720, 960))})
	}
	c := Challenge{Actions: []Action{TurnLeft}, Portrait: imaging.FromRGBA(specimen.BoothPortrait(actor.Person(), 210, 270))}
	a := New(faces, nil)
	ctx, meter := onnx.WithMeter(b.Context())
	if _, err := a.Measure(b.Context(), frames, c); err != nil { // the models are loaded
		b.Fatal(err)
	}
	var all time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := a.Measure(ctx, frames, c); err != nil {
			b.Fatal(err)
		}
		all += time.Since(began)
	}
	b.ReportMetric(float64(all)/float64(meter.Elapsed()), "of-inference")
}
