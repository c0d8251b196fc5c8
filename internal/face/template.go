package face

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"bonafide/internal/imaging"
	"bonafide/internal/onnx"
)

const (
	dims = 128 // numbers in an embedding
	// recipe names everything between the picture and the embedding but the weights: which points align the face, which views
	// are averaged. It changes whenever either does, because templates made by two recipes do not compare.
	recipe = "mesh68-mirror-1"
	// halfDistance is the distance that scores 0.5. It is the operating distance the network's author published (dlib,
	// dnn_face_recognition_ex.cpp), not one fitted to our data, and it judges nothing: any strictly falling map would do.
	halfDistance = 0.6
)

// ErrIncompatible is returned by Compare for templates that different models or recipes made.
var ErrIncompatible = errors.New("face: the templates come from different models")

// ErrTemplate is returned by ParseTemplate for bytes that are not a template.
var ErrTemplate = errors.New("face: not a face template")

// Template is what a face is compared by: dlib's 128 numbers, averaged over the face and its mirror image, with the model and the
// recipe that made them. It is personal data of the biometric kind: seal it, never log it. The zero value is not a template.
type Template struct {
	model  string
	vector [dims]float32
}

// Comparison is how alike two faces are, with what measured it.
type Comparison struct {
	// Distance is Euclidean, 0 (the same picture) to about 1.2.
	Distance float64 `json:"distance"`
	// Score is 2^-(Distance/0.6)²: 1 at distance 0, 0.5 at 0.6, falling strictly and never reaching 0. It is not a probability.
	Score float64 `json:"score"`
	// Model is what made both templates.
	Model string `json:"model"`
}

// Template makes the template of a face found in p.
func (a *Analyser) Template(ctx context.Context, p *imaging.Picture, f Face) (Template, error) {
	px := imaging.WarpPlane(p.RGB, alignment(&f.Mesh), chipSide, chipSide)
	t := Template{model: a.templateModel()}
	for _, mirror := range []bool{false, true} {
		v, err := a.embed(ctx, px, mirror)
		if err != nil {
			return Template{}, err
		}
		for i := range t.vector {
			t.vector[i] += v[i] / 2
		}
	}
	return t, nil
}

func (a *Analyser) templateModel() string {
	m := a.embedder.Info()
	return m.Name + "/" + m.Version + "/" + recipe
}

// Model names what made the template: model, version and recipe.
func (t Template) Model() string { return t.model }

// Vector is a copy of the embedding, for an index that searches many.
func (t Template) Vector() []float32 { return append([]float32(nil), t.vector[:]...) }

// NewTemplate makes a template of what Model and Vector gave; ErrTemplate for anything that no network gives.
func NewTemplate(model string, vector []float32) (Template, error) {
	if model == "" || len(model) > 255 || len(vector) != dims {
		return Template{}, ErrTemplate
	}
	t := Template{model: model}
	for i, v := range vector {
		if v != v || v > 1e3 || v < -1e3 {
			return Template{}, ErrTemplate
		}
		t.vector[i] = v
	}
	return t, nil
}

// Compare measures how alike two faces are; ErrIncompatible if their templates were not made the same way.
func Compare(a, b Template) (Comparison, error) {
	if a.model == "" || a.model != b.model {
		return Comparison{}, ErrIncompatible
	}
	var sum float64
	for i := range a.vector {
		d := float64(a.vector[i]) - float64(b.vector[i])
		sum += d * d
	}
	d := math.Sqrt(sum)
	return Comparison{Distance: d, Score: ScoreOf(d), Model: a.model}, nil
}

// ScoreOf maps a distance to a score; see Comparison.
func ScoreOf(distance float64) float64 {
	x := distance / halfDistance
	return math.Exp2(-x * x)
}

// DistanceOf is the inverse of ScoreOf for scores in (0, 1].
func DistanceOf(score float64) float64 { return halfDistance * math.Sqrt(-math.Log2(score)) }

// templateMagic opens the bytes of a template: three letters and the version of the layout.
var templateMagic = [4]byte{'B', 'F', 'T', 1}

// Bytes is the template's stored form: "BFT", layout version 1, the model's name (one byte of length), then 128 little-endian
// float32. The bytes carry the model, so that a template from before a change of model is refused and not misread.
func (t Template) Bytes() []byte {
	out := make([]byte, 0, len(templateMagic)+1+len(t.model)+4*dims)
	out = append(out, templateMagic[:]...)
	out = append(out, byte(len(t.model)))
	out = append(out, t.model...)
	for _, v := range t.vector {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
	}
	return out
}

// ParseTemplate reads what Bytes wrote; ErrTemplate for anything else, including numbers no network gives.
func ParseTemplate(data []byte) (Template, error) {
	n := len(templateMagic)
	if len(data) < n+1 || [4]byte(data[:n]) != templateMagic {
		return Template{}, ErrTemplate
	}
	name := int(data[n])
	body := data[n+1:]
	if name == 0 || len(body) != name+4*dims {
		return Template{}, ErrTemplate
	}
	vector := make([]float32, dims)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[name+4*i:]))
	}
	return NewTemplate(string(body[:name]), vector)
}

// embed runs dlib's network over one 150×150 chip (RGB, 0..255, row by row), mirrored if asked.
func (a *Analyser) embed(ctx context.Context, px []float32, mirror bool) ([]float32, error) {
	// The mean colour of dlib's training set, over 256: dlib's input_rgb_image layer.
	mean := [3]float32{122.782, 117.001, 104.298}
	const n = chipSide * chipSide
	in := make([]float32, 3*n)
	for y := range chipSide {
		for x := range chipSide {
			from := x
			if mirror {
				from = chipSide - 1 - x
			}
			for c := range 3 {
				in[c*n+y*chipSide+x] = (px[3*(y*chipSide+from)+c] - mean[c]) / 256
			}
		}
	}
	out, err := a.embedder.Run(ctx, onnx.Tensor{Shape: []int64{1, 3, chipSide, chipSide}, Data: in})
	if err != nil {
		return nil, fmt.Errorf("face: embed: %w", err)
	}
	if len(out) != 1 || len(out[0].Data) != dims {
		return nil, errors.New("face: embed: the network's output is not 128 numbers")
	}
	return out[0].Data, nil
}
