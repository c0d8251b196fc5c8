package convert

import (
	"encoding/json"
	"errors"
	"fmt"
)

const (
	dlibSide  = 150 // pixels
	dlibInput = "input"
)

// Dlib builds dlib's face recognition ResNet (dlib_face_recognition_resnet_model_v1) from the weights of face-api.js: the
// weights manifest in JSON and the binary file. dlib's architecture is not in those files; it is written down here, after
// dlib's examples/dnn_face_recognition_ex.cpp. Input: 1×3×150×150, NCHW; output: 1×128.
func Dlib(manifestJSON, weights []byte) ([]byte, error) {
	if len(manifestJSON) > maxJSON {
		return nil, fmt.Errorf("convert: weights manifest has %d bytes, at most %d are read", len(manifestJSON), maxJSON)
	}
	var groups []weightGroup
	if err := json.Unmarshal(manifestJSON, &groups); err != nil {
		return nil, fmt.Errorf("convert: weights manifest: %w", err)
	}
	w, err := readWeights(groups, weights)
	if err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	d := &dlibNet{graph: newGraph(), weights: w}
	d.build()
	if d.err != nil {
		return nil, fmt.Errorf("convert: dlib: %w", d.err)
	}
	return d.graph.model("dlib-resnet"), nil
}

// dlibNet writes the network layer by layer. The first error stays; what follows it is never used.
type dlibNet struct {
	graph   *graph
	weights map[string]*tensor
	err     error
}

func (d *dlibNet) build() {
	g := d.graph
	g.input(dlibInput, []int64{1, 3, dlibSide, dlibSide})
	x := d.convolution(dlibInput, "conv32_down", 2, "VALID", true)
	x = g.node("MaxPool", []string{x}, g.unique("pool"),
		attr{"strides", []int64{2, 2}}, attr{"kernel_shape", []int64{3, 3}}, attr{"auto_pad", "VALID"})
	for _, stage := range []struct {
		down    string // the block that halves the size, "" in the first stage
		grow    int64  // channels that this block adds
		odd     bool   // dlib's average pooling leaves a map one larger than the convolutions do
		resumes []string
	}{
		{resumes: []string{"conv32_1", "conv32_2", "conv32_3"}},
		{down: "conv64_down", grow: 32, resumes: []string{"conv64_1", "conv64_2", "conv64_3"}},
		{down: "conv128_down", grow: 64, resumes: []string{"conv128_1", "conv128_2"}},
		{down: "conv256_down", grow: 128, odd: true, resumes: []string{"conv256_1", "conv256_2"}},
		{down: "conv256_down_out", odd: true},
	} {
		if stage.down != "" {
			x = d.halve(x, stage.down, stage.grow, stage.odd)
		}
		for _, name := range stage.resumes {
			x = d.residual(x, name)
		}
	}
	fc, ok := d.weights["fc"]
	if !ok || len(fc.dims) != 2 || fc.floats == nil {
		d.fail(errors.New("weight fc is missing or no matrix"))
		return
	}
	x = g.node("ReduceMean", []string{x}, g.unique("mean"), attr{"axes", []int64{2, 3}}, attr{"keepdims", int64(0)})
	g.node("MatMul", []string{x, g.constant("fc", fc)}, "output")
	g.output("output", []int64{1, fc.dims[1]})
}

// convolution is a convolution, dlib's affine layer (a scale and a shift for each channel, folded into the weights) and
// perhaps a ReLU.
func (d *dlibNet) convolution(x, name string, stride int64, pad string, relu bool) string {
	kernel, bias, err := d.folded(name)
	if err != nil {
		d.fail(err)
		return x
	}
	g := d.graph
	x = g.node("Conv", []string{x, g.constant(name+"/filters", kernel), g.constant(name+"/bias", bias)}, g.unique(name),
		attr{"strides", []int64{stride, stride}}, attr{"auto_pad", pad})
	if relu {
		x = g.node("Relu", []string{x}, g.unique(name))
	}
	return x
}

// folded returns filters·scale and bias·scale + shift.
func (d *dlibNet) folded(name string) (kernel, bias *tensor, err error) {
	get := func(part string) *tensor {
		t, ok := d.weights[name+part]
		if !ok && err == nil {
			err = fmt.Errorf("weight %s%s is missing", name, part)
		}
		return t
	}
	raw, b, scale, shift := get("/conv/filters"), get("/conv/bias"), get("/scale/weights"), get("/scale/biases")
	if err != nil {
		return nil, nil, err
	}
	if kernel, err = filters(raw); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	channels := int(kernel.dims[0])
	if len(b.floats) != channels || len(scale.floats) != channels || len(shift.floats) != channels {
		return nil, nil, fmt.Errorf("%s: bias, scale and shift do not have %d numbers each", name, channels)
	}
	each := len(kernel.floats) / channels
	bias = &tensor{dims: []int64{kernel.dims[0]}, floats: make([]float32, channels)}
	for c := range channels {
		for i := range each {
			kernel.floats[c*each+i] *= scale.floats[c]
		}
		bias.floats[c] = float32(b.floats[c]*scale.floats[c]) + shift.floats[c] // converted, lest the two are fused
	}
	return kernel, bias, nil
}

// residual is two convolutions beside the identity.
func (d *dlibNet) residual(x, name string) string {
	y := d.convolution(x, name+"/conv1", 1, "SAME_UPPER", true)
	y = d.convolution(y, name+"/conv2", 1, "SAME_UPPER", false)
	return d.sum(x, y, name)
}

// halve is a residual block of half the size: the other path is averaged and padded with channels of zeros.
func (d *dlibNet) halve(x, name string, grow int64, odd bool) string {
	g := d.graph
	y := d.convolution(x, name+"/conv1", 2, "VALID", true)
	y = d.convolution(y, name+"/conv2", 1, "SAME_UPPER", false)
	if odd {
		y = d.pad(y, name, []int64{0, 0, 0, 0, 0, 0, 1, 1})
	}
	x = g.node("AveragePool", []string{x}, g.unique(name),
		attr{"strides", []int64{2, 2}}, attr{"kernel_shape", []int64{2, 2}}, attr{"auto_pad", "VALID"})
	if grow > 0 {
		x = d.pad(x, name, []int64{0, 0, 0, 0, 0, grow, 0, 0})
	}
	return d.sum(x, y, name)
}

func (d *dlibNet) pad(x, name string, pads []int64) string {
	g := d.graph
	return g.node("Pad", []string{x, g.constant(g.unique("pads"), intTensor(pads...))}, g.unique(name))
}

func (d *dlibNet) sum(x, y, name string) string {
	g := d.graph
	return g.node("Relu", []string{g.node("Add", []string{x, y}, g.unique(name))}, g.unique(name))
}

func (d *dlibNet) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}
