package convert_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"bonafide/internal/onnx"
	"bonafide/internal/onnx/convert"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/models"
)

// one hands out a single converted model.
type one []byte

func (o one) Read(name string) (models.Model, []byte, error) {
	sum := sha256.Sum256(o)
	return models.Model{Name: name, SHA256: hex.EncodeToString(sum[:])}, o, nil
}

func run(t *testing.T, model []byte, in onnx.Tensor) []onnx.Tensor {
	t.Helper()
	rt, err := onnx.Open(onnx.Config{LibraryPath: onnxtest.Library(t), Threads: 1, Assets: one(model)})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	m, err := rt.Model("m")
	if err != nil {
		t.Fatal(err)
	}
	out, err := m.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// plane is a height×width×channels array, as TensorFlow lays it out.
type plane struct {
	h, w, c int
	v       []float32
}

func newPlane(h, w, c int) plane { return plane{h, w, c, make([]float32, h*w*c)} }

func (p plane) at(y, x, c int) float32 {
	if y < 0 || x < 0 || y >= p.h || x >= p.w {
		return 0
	}
	return p.v[(y*p.w+x)*p.c+c]
}

// numbered gives n small numbers of both signs.
func numbered(n int, seed float64) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(math.Sin(float64(i)*1.7 + seed))
	}
	return out
}

// extent follows TensorFlow's definition of SAME and VALID: the size that comes out and the padding before.
func extent(in, kernel, stride int, same bool) (out, before int) {
	if !same {
		return (in-kernel)/stride + 1, 0
	}
	out = (in + stride - 1) / stride
	return out, max((out-1)*stride+kernel-in, 0) / 2
}

// conv is a convolution written down from its definition; depthwise gives each channel a filter of its own.
func conv(in plane, kernel []float32, kh, kw, outC, stride int, same, depthwise bool, bias []float32) plane {
	oh, top := extent(in.h, kh, stride, same)
	ow, left := extent(in.w, kw, stride, same)
	out := newPlane(oh, ow, outC)
	for y := range oh {
		for x := range ow {
			for o := range outC {
				sum := bias[o]
				for ky := range kh {
					for kx := range kw {
						for i := range in.c {
							v := in.at(y*stride+ky-top, x*stride+kx-left, i)
							switch {
							case !depthwise:
								sum += v * kernel[((ky*kw+kx)*in.c+i)*outC+o]
							case i == o:
								sum += v * kernel[(ky*kw+kx)*in.c+i]
							}
						}
					}
				}
				out.v[(y*ow+x)*outC+o] = sum
			}
		}
	}
	return out
}

// graph is the JSON of a TFJS model with the weights given as floats or int32s.
type graph struct {
	nodes, weights []any
	data           []byte
}

type object = map[string]any

func (g *graph) node(name, op string, attr object, in ...string) {
	g.nodes = append(g.nodes, object{"name": name, "op": op, "input": in, "attr": attr})
}

func (g *graph) constant(name string, shape []int, values any) {
	var err error
	if g.data, err = binary.Append(g.data, binary.LittleEndian, values); err != nil {
		panic(err)
	}
	dtype := "float32"
	if _, ok := values.([]int32); ok {
		dtype = "int32"
	}
	g.weights = append(g.weights, object{"name": name, "shape": shape, "dtype": dtype})
	g.node(name, "Const", nil)
}

func (g *graph) convert(t *testing.T) []byte {
	t.Helper()
	text, err := json.Marshal(object{
		"format": "graph-model", "modelTopology": object{"node": g.nodes},
		"weightsManifest": []any{object{"weights": g.weights}},
	})
	if err != nil {
		t.Fatal(err)
	}
	model, err := convert.TFJS(text, g.data)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func ints(v ...int) object { return object{"list": object{"i": v}} }
func same(is bool) object {
	return object{"s": map[bool]string{true: "U0FNRQ==", false: "VkFMSUQ="}[is]}
}
func fused(ops ...string) any { return object{"list": object{"s": ops}} }

const (
	biasAdd = "Qmlhc0FkZA=="
	relu    = "UmVsdQ=="
	prelu   = "UHJlbHU="
)

func near(t *testing.T, got onnx.Tensor, want []float32) {
	t.Helper()
	if len(got.Data) != len(want) {
		t.Fatalf("%d numbers, want %d", len(got.Data), len(want))
	}
	for i, v := range got.Data {
		if math.Abs(float64(v-want[i])) > 1e-5 {
			t.Fatalf("number %d is %v, want %v", i, v, want[i])
		}
	}
}

func TestConvolutionsFollowTheDefinition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		h, w, k, s int
		same       bool
		depthwise  bool
		activation string
	}{
		{"same", 6, 5, 3, 1, true, false, ""},
		{"same, stride 2, even", 8, 6, 3, 2, true, false, ""},
		{"same, stride 2, odd", 7, 5, 3, 2, true, false, ""},
		{"same, even kernel", 6, 6, 2, 1, true, false, ""},
		{"same, kernel 5, stride 2", 8, 8, 5, 2, true, false, ""},
		{"valid", 6, 5, 3, 1, false, false, ""},
		{"valid, stride 3", 9, 7, 3, 3, false, false, ""},
		{"depthwise", 6, 5, 3, 1, true, true, ""},
		{"depthwise, stride 2", 8, 6, 3, 2, true, true, ""},
		{"relu", 6, 5, 1, 1, false, false, relu},
		{"prelu", 6, 5, 3, 1, true, false, prelu},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const inC = 3
			outC := 4
			if c.depthwise {
				outC = inC
			}
			in := newPlane(c.h, c.w, inC)
			copy(in.v, numbered(len(in.v), 0))
			n := c.k * c.k * inC
			shape := []int{c.k, c.k, inC, 1}
			if !c.depthwise {
				n *= outC
				shape[3] = outC
			}
			kernel, bias, slope := numbered(n, 1), make([]float32, outC), numbered(outC, 3)

			var g graph
			g.node("x", "Placeholder", object{"shape": object{"shape": object{"dim": []any{
				object{"size": "-1"}, object{"size": c.h}, object{"size": c.w}, object{"size": inC},
			}}}})
			g.constant("w", shape, kernel)
			attrs := object{"padding": same(c.same), "strides": ints(1, c.s, c.s, 1)}
			if c.depthwise {
				g.node("y", "DepthwiseConv2dNative", attrs, "x", "w")
			} else {
				bias = numbered(outC, 2)
				g.constant("b", []int{outC}, bias)
				g.constant("p", []int{1, 1, outC}, slope)
				ops := []string{biasAdd}
				if c.activation != "" {
					ops = append(ops, c.activation)
				}
				attrs["fused_ops"] = fused(ops...)
				g.node("y", "_FusedConv2D", attrs, "x", "w", "b", "p")
			}
			want := conv(in, kernel, c.k, c.k, outC, c.s, c.same, c.depthwise, bias)
			for i, v := range want.v {
				switch {
				case v >= 0:
				case c.activation == relu:
					want.v[i] = 0
				case c.activation == prelu:
					want.v[i] = v * slope[i%outC]
				}
			}
			out := run(t, g.convert(t), onnx.Tensor{Shape: []int64{1, int64(c.h), int64(c.w), inC}, Data: in.v})
			if want := []int64{1, int64(want.h), int64(want.w), int64(outC)}; !slices.Equal(out[0].Shape, want) {
				t.Fatalf("shape %v, want %v", out[0].Shape, want)
			}
			near(t, out[0], want.v)
		})
	}
}

// Pooling, padding of one side only, addition, activations, reshaping, and outputs in the order of their names.
func TestTheOtherOperators(t *testing.T) {
	t.Parallel()
	in := newPlane(4, 5, 2)
	copy(in.v, numbered(len(in.v), 0))
	var g graph
	g.node("x", "Placeholder", object{"shape": object{"shape": object{"dim": []any{
		object{"size": 1}, object{"size": 4}, object{"size": 5}, object{"size": 2},
	}}}})
	g.node("z pooled", "MaxPool", object{"padding": same(true), "strides": ints(1, 2, 2, 1), "ksize": ints(1, 2, 2, 1)}, "x")
	g.constant("pads", []int{4, 2}, []int32{0, 0, 1, 0, 0, 0, 0, 3})
	g.node("b padded", "Pad", nil, "x", "pads")
	g.node("twice", "AddV2", nil, "x", "x")
	g.node("positive", "Relu", nil, "twice")
	g.node("squashed", "Sigmoid", nil, "positive")
	g.constant("flat", []int{2}, []int32{2, -1})
	g.node("reshaped", "Reshape", nil, "squashed", "flat")
	g.node("a result", "Identity", nil, "reshaped")
	out := run(t, g.convert(t), onnx.Tensor{Shape: []int64{1, 4, 5, 2}, Data: in.v})
	if len(out) != 3 {
		t.Fatalf("%d outputs", len(out))
	}

	if !slices.Equal(out[0].Shape, []int64{2, 20}) {
		t.Errorf("reshaped to %v", out[0].Shape)
	}
	squashed := make([]float32, len(in.v))
	for i, v := range in.v {
		squashed[i] = float32(1 / (1 + math.Exp(-math.Max(0, 2*float64(v)))))
	}
	near(t, out[0], squashed)

	padded := newPlane(5, 5, 5)
	pooled := newPlane(2, 3, 2)
	for i := range pooled.v {
		pooled.v[i] = float32(math.Inf(-1))
	}
	for y := range in.h {
		for x := range in.w {
			for c := range in.c {
				padded.v[((y+1)*5+x)*5+c] = in.at(y, x, c)
				at := (y/2*3+x/2)*2 + c
				pooled.v[at] = max(pooled.v[at], in.at(y, x, c))
			}
		}
	}
	near(t, out[1], padded.v)
	near(t, out[2], pooled.v)
}
