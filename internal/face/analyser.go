package face

import (
	"fmt"

	"bonafide/internal/onnx"
)

// Analyser holds the three networks. It has no state of its own and is safe for concurrent use.
type Analyser struct {
	detector detector
	mesh     *onnx.Model
	embedder *onnx.Model
}

// New takes the face models from rt; an error names the model that is missing or is not what the manifest says.
func New(rt *onnx.Runtime) (*Analyser, error) {
	a := &Analyser{detector: detector{anchors: makeAnchors()}}
	for _, m := range []struct {
		name string
		to   **onnx.Model
	}{
		{"blazeface", &a.detector.model}, {"facemesh", &a.mesh}, {"dlib-resnet", &a.embedder},
	} {
		model, err := rt.Model(m.name)
		if err != nil {
			return nil, fmt.Errorf("face: %w", err)
		}
		*m.to = model
	}
	return a, nil
}

// Models lists what produces the numbers: the detector, the mesh, the embedder.
func (a *Analyser) Models() []onnx.ModelInfo {
	return []onnx.ModelInfo{a.detector.model.Info(), a.mesh.Info(), a.embedder.Info()}
}
