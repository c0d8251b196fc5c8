package convert

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestHalf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		bits uint16
		want float32
	}{
		{"zero", 0x0000, 0},
		{"one", 0x3c00, 1},
		{"minus two", 0xc000, -2},
		{"largest", 0x7bff, 65504},
		{"smallest normal", 0x0400, 1.0 / (1 << 14)},
		{"largest subnormal", 0x03ff, 1023.0 / (1 << 24)},
		{"smallest subnormal", 0x0001, 1.0 / (1 << 24)},
		{"negative subnormal", 0x8001, -1.0 / (1 << 24)},
		{"a third", 0x3555, 0.333251953125},
		{"infinity", 0x7c00, float32(math.Inf(1))},
		{"minus infinity", 0xfc00, float32(math.Inf(-1))},
	} {
		if got := half(c.bits); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := half(0x8000); got != 0 || !math.Signbit(float64(got)) {
		t.Errorf("minus zero is %v", got)
	}
	if got := half(0x7e00); got == got {
		t.Errorf("not-a-number is %v", got)
	}
}

func spec(t testing.TB, text string) weightSpec {
	t.Helper()
	var w weightSpec
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestReadWeights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		spec   string
		data   []byte
		floats []float32
		ints   []int64
	}{
		{"float32", `{"name":"w","shape":[2],"dtype":"float32"}`, []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}, []float32{1, -2}, nil},
		{"int32", `{"name":"w","shape":[2],"dtype":"int32"}`, []byte{7, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, nil, []int64{7, -1}},
		{"float16", `{"name":"w","shape":[2],"dtype":"float32","quantization":{"dtype":"float16"}}`, []byte{0, 0x3c, 0, 0xc0}, []float32{1, -2}, nil},
		{"uint8", `{"name":"w","shape":[3],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}}`, []byte{0, 2, 255}, []float32{-1, 0, 126.5}, nil},
		{"uint16", `{"name":"w","shape":[2],"dtype":"float32","quantization":{"dtype":"uint16","scale":0.25,"min":1}}`, []byte{4, 0, 0xff, 0xff}, []float32{2, 16384.75}, nil},
		{"scalar", `{"name":"w","shape":[],"dtype":"float32"}`, []byte{0, 0, 0x80, 0x3f}, []float32{1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := readWeights([]weightGroup{{Weights: []weightSpec{spec(t, c.spec)}}}, c.data)
			if err != nil {
				t.Fatal(err)
			}
			if w := got["w"]; !slices.Equal(w.floats, c.floats) || !slices.Equal(w.ints, c.ints) {
				t.Errorf("%v %v, want %v %v", w.floats, w.ints, c.floats, c.ints)
			}
		})
	}
}

func TestReadWeightsRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, spec, says string }{
		{"too short", `{"name":"w","shape":[3],"dtype":"float32"}`, "end too early"},
		{"left over", `{"name":"w","shape":[1],"dtype":"float32"}`, "left over"},
		{"negative", `{"name":"w","shape":[-1],"dtype":"float32"}`, "shape"},
		{"empty", `{"name":"w","shape":[0],"dtype":"float32"}`, "shape"},
		{"huge", `{"name":"w","shape":[1000000,1000000],"dtype":"float32"}`, "shape"},
		{"overflow", `{"name":"w","shape":[4294967296,4294967296,4294967296],"dtype":"float32"}`, "shape"},
		{"many dimensions", `{"name":"w","shape":[1,1,1,1,1,1,1,1,1],"dtype":"float32"}`, "dimensions"},
		{"unknown type", `{"name":"w","shape":[2],"dtype":"complex64"}`, "unsupported type"},
		{"quantised int", `{"name":"w","shape":[2],"dtype":"int32","quantization":{"dtype":"uint8"}}`, "unsupported type"},
		{"unknown quantisation", `{"name":"w","shape":[2],"dtype":"float32","quantization":{"dtype":"uint4"}}`, "unsupported quantisation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := readWeights([]weightGroup{{Weights: []weightSpec{spec(t, c.spec)}}}, make([]byte, 8))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error is %v, want one saying %q", err, c.says)
			}
		})
	}
	twice := spec(t, `{"name":"w","shape":[1],"dtype":"float32"}`)
	if _, err := readWeights([]weightGroup{{Weights: []weightSpec{twice, twice}}}, make([]byte, 8)); err == nil {
		t.Error("a weight that occurs twice gave no error")
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	// height 1, width 2, in 2, out 3, numbered as they lie in memory
	in := &tensor{dims: []int64{1, 2, 2, 3}, floats: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}
	got, err := filters(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11}; !slices.Equal(got.floats, want) || !slices.Equal(got.dims, []int64{3, 2, 1, 2}) {
		t.Errorf("filters %v %v", got.dims, got.floats)
	}
	got, err = depthwiseFilters(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}; !slices.Equal(got.floats, want) || !slices.Equal(got.dims, []int64{6, 1, 1, 2}) {
		t.Errorf("depthwise filters %v %v", got.dims, got.floats)
	}
}

// The attributes of a node are written in the order of their names, whatever order they are given in.
func TestAttributesAreSorted(t *testing.T) {
	t.Parallel()
	a, b := attr{"auto_pad", "VALID"}, attr{"strides", []int64{2, 2}}
	one, two := newGraph(), newGraph()
	one.node("MaxPool", []string{"x"}, "y", a, b)
	two.node("MaxPool", []string{"x"}, "y", b, a)
	if !bytes.Equal(one.model("m"), two.model("m")) {
		t.Error("the order of attributes changes the file")
	}
}

// sketch is a TFJS model being drawn up.
type sketch struct {
	nodes   []map[string]any
	weights []map[string]any
	data    []byte
}

func (s *sketch) node(name, op string, attrs map[string]any, inputs ...string) string {
	s.nodes = append(s.nodes, map[string]any{"name": name, "op": op, "input": inputs, "attr": attrs})
	return name
}

func (s *sketch) input(name string, dims ...int) string {
	return s.node(name, "Placeholder", map[string]any{"shape": map[string]any{"shape": map[string]any{"dim": sizes(dims)}}})
}

func (s *sketch) floats(name string, dims []int, values ...float32) string {
	for _, v := range values {
		s.data = binary.LittleEndian.AppendUint32(s.data, math.Float32bits(v))
	}
	s.weights = append(s.weights, map[string]any{"name": name, "shape": dims, "dtype": "float32"})
	return s.node(name, "Const", nil)
}

func (s *sketch) ints(name string, dims []int, values ...int32) string {
	for _, v := range values {
		s.data = binary.LittleEndian.AppendUint32(s.data, uint32(v))
	}
	s.weights = append(s.weights, map[string]any{"name": name, "shape": dims, "dtype": "int32"})
	return s.node(name, "Const", nil)
}

func (s *sketch) json(t testing.TB) []byte {
	t.Helper()
	data, err := json.Marshal(map[string]any{
		"format":          "graph-model",
		"modelTopology":   map[string]any{"node": s.nodes},
		"weightsManifest": []any{map[string]any{"paths": []string{"w.bin"}, "weights": s.weights}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sizes(dims []int) []any {
	out := make([]any, len(dims))
	for i, d := range dims {
		out[i] = map[string]any{"size": strconv.Itoa(d)}
	}
	return out
}

func text(s string) any {
	return map[string]any{"s": base64.StdEncoding.EncodeToString([]byte(s))}
}

func texts(ss ...string) any {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = base64.StdEncoding.EncodeToString([]byte(s))
	}
	return map[string]any{"list": map[string]any{"s": out}}
}

func whole(v ...int) any {
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = strconv.Itoa(x)
	}
	return map[string]any{"list": map[string]any{"i": out}}
}

func TestTFJSRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		draw func(*sketch)
		says string
	}{
		{"nothing", func(*sketch) {}, "no output"},
		{"unknown operator", func(s *sketch) { s.node("y", "Einsum", nil, s.input("x", 1, 2)) }, `node "y" (Einsum): unsupported operator`},
		{"unknown input", func(s *sketch) { s.node("y", "Relu", nil, "x") }, "not there"},
		{"cycle", func(s *sketch) { s.node("a", "Relu", nil, "b"); s.node("b", "Relu", nil, "a") }, "cycle"},
		{"node twice", func(s *sketch) { s.input("x", 1, 2); s.input("x", 1, 2) }, "twice"},
		{"colon in name", func(s *sketch) { s.input("x:0", 1, 2) }, "colon"},
		{"input without shape", func(s *sketch) { s.node("x", "Placeholder", nil) }, "no shape"},
		{"input of open size", func(s *sketch) { s.input("x", 1, -1) }, "shape"},
		{"constant without weights", func(s *sketch) { s.node("c", "Const", nil) }, "no weights"},
		{"too few inputs", func(s *sketch) { s.node("y", "AddV2", nil, s.input("x", 1, 2)) }, "needs 2"},
		{"filters that vary", func(s *sketch) {
			s.node("y", "Conv2D", map[string]any{"padding": text("SAME")}, s.input("x", 1, 4, 4, 1), s.input("w", 1, 1, 1, 1))
		}, "not a constant"},
		{"filters of rank 2", func(s *sketch) {
			s.node("y", "Conv2D", map[string]any{"padding": text("SAME")}, s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1}, 1))
		}, "four dimensions"},
		{"no padding", func(s *sketch) {
			s.node("y", "Conv2D", nil, s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1))
		}, "unsupported padding"},
		{"other layout", func(s *sketch) {
			s.node("y", "Conv2D", map[string]any{"padding": text("SAME"), "data_format": text("NCHW")},
				s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1))
		}, "data_format"},
		{"stride over batch", func(s *sketch) {
			s.node("y", "Conv2D", map[string]any{"padding": text("SAME"), "strides": whole(2, 1, 1, 1)},
				s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1))
		}, "strides"},
		{"stride zero", func(s *sketch) {
			s.node("y", "Conv2D", map[string]any{"padding": text("SAME"), "strides": whole(1, 0, 1, 1)},
				s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1))
		}, "strides"},
		{"bias of wrong length", func(s *sketch) {
			s.node("y", "_FusedConv2D", map[string]any{"padding": text("SAME"), "fused_ops": texts("BiasAdd")},
				s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1), s.floats("b", []int{2}, 1, 2))
		}, "bias"},
		{"bias missing", func(s *sketch) {
			s.node("y", "_FusedConv2D", map[string]any{"padding": text("SAME"), "fused_ops": texts("BiasAdd")},
				s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1))
		}, "needs 3"},
		{"unknown activation", func(s *sketch) {
			s.node("y", "_FusedConv2D", map[string]any{"padding": text("SAME"), "fused_ops": texts("Mish")},
				s.input("x", 1, 4, 4, 1), s.floats("w", []int{1, 1, 1, 1}, 1))
		}, "fused"},
		{"pooling without size", func(s *sketch) {
			s.node("y", "MaxPool", map[string]any{"padding": text("SAME")}, s.input("x", 1, 4, 4, 1))
		}, "ksize"},
		{"odd paddings", func(s *sketch) {
			s.node("y", "Pad", nil, s.input("x", 1, 4), s.ints("p", []int{3}, 1, 2, 3))
		}, "paddings"},
		{"shape of floats", func(s *sketch) {
			s.node("y", "Reshape", nil, s.input("x", 1, 4), s.floats("p", []int{1}, 4))
		}, "shape"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var s sketch
			c.draw(&s)
			_, err := TFJS(s.json(t), s.data)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error is %v, want one saying %q", err, c.says)
			}
		})
	}
	if _, err := TFJS([]byte(`{"format":"layers-model"}`), nil); err == nil {
		t.Error("a layers model gave no error")
	}
	if _, err := TFJS(make([]byte, maxJSON+1), nil); err == nil {
		t.Error("oversized JSON gave no error")
	}
	if _, err := Dlib([]byte(`[]`), nil); err == nil || !strings.Contains(err.Error(), "conv32_down/conv/filters is missing") {
		t.Errorf("dlib without weights: %v", err)
	}
}

func FuzzTFJS(f *testing.F) {
	var s sketch
	x := s.input("x", 1, 4, 4, 2)
	x = s.node("c", "_FusedConv2D", map[string]any{
		"padding": text("SAME"), "strides": whole(1, 2, 2, 1), "fused_ops": texts("BiasAdd", "Prelu"),
	}, x, s.floats("w", []int{1, 1, 2, 1}, 1, 2), s.floats("b", []int{1}, 3), s.floats("p", []int{1}, 4))
	x = s.node("d", "Pad", nil, x, s.ints("q", []int{4, 2}, 0, 0, 0, 0, 0, 0, 0, 1))
	x = s.node("m", "MaxPool", map[string]any{"padding": text("VALID"), "ksize": whole(1, 2, 2, 1)}, x)
	s.node("r", "Reshape", nil, x, s.ints("n", []int{1}, -1))
	f.Add(s.json(f), s.data)
	f.Add([]byte(`{"format":"graph-model"}`), []byte{})
	f.Fuzz(func(t *testing.T, model, weights []byte) {
		one, err := TFJS(model, weights)
		if err != nil {
			return
		}
		if two, err := TFJS(model, weights); err != nil || !bytes.Equal(one, two) {
			t.Errorf("converting again gave something else (%v)", err)
		}
	})
}

func FuzzDlib(f *testing.F) {
	f.Add([]byte(`[{"paths":["w"],"weights":[{"name":"conv32_down/conv/filters","shape":[1,1,1,1],"dtype":"float32"},`+
		`{"name":"fc","shape":[1,2],"dtype":"float32","quantization":{"dtype":"uint8","scale":1,"min":0}}]}]`), make([]byte, 6))
	f.Fuzz(func(_ *testing.T, manifest, weights []byte) {
		Dlib(manifest, weights) // only panics matter; a whole network cannot be guessed
	})
}
