package face

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"bonafide/internal/imaging"
)

// Report is the measurement behind `bonafide inspect face`: how many faces there are, and all about the largest. Box, Landmarks
// and Quality are null where there is none.
type Report struct {
	File      string             `json:"file,omitempty"`
	Faces     int                `json:"faces"`
	Box       *Box               `json:"box"`
	Landmarks *Landmarks         `json:"landmarks"`
	Quality   *Quality           `json:"quality"`
	Turn      int                `json:"turn"` // quarter turns clockwise that would put the face upright
	Models    []string           `json:"models"`
	TimingsMS map[string]float64 `json:"timings_ms"`
}

// Landmarks are the five points of Mesh.Five, each [x, y] in picture pixels; sides are the subject's own.
type Landmarks struct {
	EyeRight   Spot `json:"eye_right"`
	EyeLeft    Spot `json:"eye_left"`
	Nose       Spot `json:"nose"`
	MouthRight Spot `json:"mouth_right"`
	MouthLeft  Spot `json:"mouth_left"`
}

// Spot is a point that is written as [x, y], rounded to a tenth of a pixel.
type Spot imaging.Point

// MarshalJSON writes [x, y].
func (s Spot) MarshalJSON() ([]byte, error) {
	return json.Marshal([2]float64{math.Round(s.X*10) / 10, math.Round(s.Y*10) / 10})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Spot) UnmarshalJSON(data []byte) error {
	var v [2]float64
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*s = Spot{X: v[0], Y: v[1]}
	return nil
}

// Landmarks names the mesh's five points.
func (m *Mesh) Landmarks() Landmarks {
	f := m.Five()
	return Landmarks{Spot(f[0]), Spot(f[1]), Spot(f[2]), Spot(f[3]), Spot(f[4])}
}

// Inspect finds the faces of a picture and measures the largest. now times the steps ("find", "measure"); without it there are no
// timings. The part inside ONNX Runtime is on the caller's onnx.Meter, if there is one.
func (a *Analyser) Inspect(ctx context.Context, p *imaging.Picture, o Options, now func() time.Time) (Report, []Face, error) {
	r := Report{TimingsMS: map[string]float64{}}
	for _, m := range a.Models() {
		r.Models = append(r.Models, m.Name+"/"+m.Version)
	}
	lap := laps(now, r.TimingsMS)
	faces, err := a.Find(ctx, p, o)
	if err != nil {
		return Report{}, nil, err
	}
	lap("find")
	r.Faces = len(faces)
	if len(faces) > 0 {
		f := &faces[0]
		q, l := Measure(p, faces, 0), f.Mesh.Landmarks()
		r.Box, r.Landmarks, r.Quality, r.Turn = &f.Box, &l, &q, f.Turn
		lap("measure")
	}
	return r, faces, nil
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
