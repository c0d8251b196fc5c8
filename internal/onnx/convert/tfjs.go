// Package convert turns the published weights of models that exist in other formats into ONNX files.
//
// It knows the TensorFlow.js graph models of MediaPipe's face detection and face mesh, and the dlib ResNet of face-api.js.
// It promises the same bytes for the same input on every machine, because the manifest holds the sha256 of the result;
// that bad input gives an error and bounded memory, never a panic; and that an operator it does not know is an error,
// never a guess. It is no general converter: only the operators that our models contain are there.
package convert

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// tfjsModel is the JSON file of a TensorFlow.js graph model, as far as it is needed.
type tfjsModel struct {
	Format          string        `json:"format"`
	ModelTopology   topology      `json:"modelTopology"`
	WeightsManifest []weightGroup `json:"weightsManifest"`
}

type topology struct {
	Node []tfNode `json:"node"`
}

// tfNode is a node of TensorFlow's GraphDef.
type tfNode struct {
	Name  string              `json:"name"`
	Op    string              `json:"op"`
	Input []string            `json:"input"`
	Attr  map[string]tfAttrib `json:"attr"`
}

// tfAttrib is an attribute; which member is set depends on its kind. Strings are base64, numbers strings or numbers.
type tfAttrib struct {
	S    *string `json:"s"`
	List *struct {
		I []json.RawMessage `json:"i"`
		S []string          `json:"s"`
	} `json:"list"`
	Shape *struct {
		Dim []struct {
			Size json.RawMessage `json:"size"`
		} `json:"dim"`
	} `json:"shape"`
}

// TFJS converts a TensorFlow.js graph model: its JSON file and its weights, the binary files one after another. Inputs and
// outputs keep their names; a batch size left open becomes 1; the outputs are the nodes that no other node uses, ordered
// by name. Layouts stay as they are (NHWC).
func TFJS(modelJSON, weights []byte) ([]byte, error) {
	if len(modelJSON) > maxJSON {
		return nil, fmt.Errorf("convert: model JSON has %d bytes, at most %d are read", len(modelJSON), maxJSON)
	}
	var m tfjsModel
	if err := json.Unmarshal(modelJSON, &m); err != nil {
		return nil, fmt.Errorf("convert: model JSON: %w", err)
	}
	if m.Format != "graph-model" {
		return nil, fmt.Errorf("convert: format is %q, not graph-model", m.Format)
	}
	consts, err := readWeights(m.WeightsManifest, weights)
	if err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	t := &translator{graph: newGraph(), consts: consts, nodes: map[string]tfNode{}, values: map[string]bool{}}
	if err := t.translate(m.ModelTopology.Node); err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	return t.graph.model("tfjs"), nil
}

// translator walks a TensorFlow graph and writes the ONNX one.
type translator struct {
	graph  *graph
	consts map[string]*tensor
	nodes  map[string]tfNode
	values map[string]bool // nodes that were written and carry a value
}

func (t *translator) translate(nodes []tfNode) error {
	if len(nodes) > maxNodes {
		return fmt.Errorf("graph has %d nodes, at most %d are read", len(nodes), maxNodes)
	}
	used := map[string]bool{}
	for _, n := range nodes {
		if n.Name == "" || strings.Contains(n.Name, ":") {
			return fmt.Errorf("node name %q is empty or has a colon", n.Name)
		}
		if _, twice := t.nodes[n.Name]; twice {
			return fmt.Errorf("node %q occurs twice", n.Name)
		}
		t.nodes[n.Name] = n
		for _, in := range n.Input {
			used[in] = true
		}
	}
	order, err := t.sorted(nodes)
	if err != nil {
		return err
	}
	for _, n := range order {
		if err := t.write(n); err != nil {
			return fmt.Errorf("node %q (%s): %w", n.Name, n.Op, err)
		}
	}
	outputs := slices.DeleteFunc(slices.Sorted(maps.Keys(t.values)), func(name string) bool { return used[name] })
	if len(outputs) == 0 {
		return errors.New("graph has no output")
	}
	for _, name := range outputs {
		t.graph.output(name, nil)
	}
	return nil
}

// sorted returns the nodes so that each comes after what it uses.
func (t *translator) sorted(nodes []tfNode) ([]tfNode, error) {
	waits := map[string]int{}              // inputs that are still to come
	users := map[string][]string{}         // who waits for a node
	ready := make([]tfNode, 0, len(nodes)) // also the result: what is read from the front was appended to the back
	for _, n := range nodes {
		for _, in := range n.Input {
			if _, ok := t.nodes[in]; !ok {
				return nil, fmt.Errorf("node %q uses %q, which is not there", n.Name, in)
			}
			users[in] = append(users[in], n.Name)
		}
		if waits[n.Name] = len(n.Input); len(n.Input) == 0 {
			ready = append(ready, n)
		}
	}
	for i := 0; i < len(ready); i++ {
		for _, user := range users[ready[i].Name] {
			if waits[user]--; waits[user] == 0 {
				ready = append(ready, t.nodes[user])
			}
		}
	}
	if len(ready) != len(nodes) {
		return nil, errors.New("graph has a cycle")
	}
	return ready, nil
}

// write translates one node.
func (t *translator) write(n tfNode) error {
	switch n.Op {
	case "Const":
		if _, ok := t.consts[n.Name]; !ok {
			return errors.New("constant has no weights")
		}
		return nil
	case "Placeholder":
		return t.placeholder(n)
	case "Conv2D", "_FusedConv2D":
		return t.convolution(n, false)
	case "DepthwiseConv2dNative":
		return t.convolution(n, true)
	case "MaxPool":
		return t.maxPool(n)
	case "Pad":
		return t.pad(n)
	case "Reshape":
		return t.reshape(n)
	case "AddV2":
		return t.plain(n, "Add", 2)
	case "Prelu":
		return t.plain(n, "PRelu", 2)
	case "Relu", "Sigmoid", "Identity":
		return t.plain(n, n.Op, 1)
	}
	return errors.New("unsupported operator")
}

// plain is an operator that ONNX has as it is.
func (t *translator) plain(n tfNode, op string, inputs int) error {
	in, err := t.inputs(n, inputs)
	if err != nil {
		return err
	}
	t.emit(n, op, in)
	return nil
}

func (t *translator) emit(n tfNode, op string, in []string, attrs ...attr) {
	t.values[n.Name] = true
	t.graph.node(op, in, n.Name, attrs...)
}

// inputs returns the names of the first count inputs, writing those that are constants.
func (t *translator) inputs(n tfNode, count int) ([]string, error) {
	if len(n.Input) < count {
		return nil, fmt.Errorf("has %d inputs, needs %d", len(n.Input), count)
	}
	for _, name := range n.Input[:count] {
		if c, ok := t.consts[name]; ok && !t.values[name] {
			t.graph.constant(name, c)
		} else if !t.values[name] {
			return nil, fmt.Errorf("input %q has no value", name)
		}
	}
	return n.Input[:count], nil
}

// constantInput returns input i, which has to be a constant.
func (t *translator) constantInput(n tfNode, i int) (*tensor, error) {
	if i >= len(n.Input) {
		return nil, fmt.Errorf("has %d inputs, needs %d", len(n.Input), i+1)
	}
	c, ok := t.consts[n.Input[i]]
	if !ok || t.nodes[n.Input[i]].Op != "Const" {
		return nil, fmt.Errorf("input %q is not a constant", n.Input[i])
	}
	return c, nil
}

func (t *translator) placeholder(n tfNode) error {
	shape := n.Attr["shape"].Shape
	if shape == nil || len(shape.Dim) == 0 {
		return errors.New("has no shape")
	}
	dims := make([]int64, len(shape.Dim))
	for i, d := range shape.Dim {
		v, err := integer(d.Size)
		if err != nil {
			return err
		}
		if i == 0 && v == -1 {
			v = 1
		}
		dims[i] = v
	}
	if _, err := numbers(dims); err != nil {
		return err
	}
	t.values[n.Name] = true
	t.graph.input(n.Name, dims)
	return nil
}

// convolution writes a convolution with what TensorFlow fused into it: a bias, then an activation. ONNX convolves NCHW,
// so the input is turned and turned back; ONNX Runtime removes the pairs that meet.
func (t *translator) convolution(n tfNode, depthwise bool) error {
	in, err := t.inputs(n, 1)
	if err != nil {
		return err
	}
	kernel, err := t.constantInput(n, 1)
	if err != nil {
		return err
	}
	turn, turnedName := filters, n.Input[1]+"::filters"
	if depthwise {
		turn, turnedName = depthwiseFilters, n.Input[1]+"::depthwise"
	}
	turned, err := turn(kernel)
	if err != nil {
		return err
	}
	attrs, err := window(n, "strides", "strides")
	if err != nil {
		return err
	}
	dilations, err := window(n, "dilations", "dilations")
	if err != nil {
		return err
	}
	attrs = append(attrs, dilations...)
	pad, err := padding(n)
	if err != nil {
		return err
	}
	attrs = append(attrs, pad)
	if depthwise {
		attrs = append(attrs, attr{"group", kernel.dims[2]})
	}
	fused, err := n.strings("fused_ops")
	if err != nil {
		return err
	}
	g := t.graph
	conv := []string{g.toNCHW(in[0]), g.constant(turnedName, turned)}
	next := 2
	if len(fused) > 0 && fused[0] == "BiasAdd" {
		bias, err := t.constantInput(n, next)
		if err != nil {
			return err
		}
		if int64(len(bias.floats)) != turned.dims[0] {
			return fmt.Errorf("bias has %d numbers for %d channels", len(bias.floats), turned.dims[0])
		}
		flat := &tensor{dims: []int64{turned.dims[0]}, floats: bias.floats}
		conv = append(conv, g.constant(n.Input[next]+"::bias", flat))
		fused, next = fused[1:], next+1
	}
	out := g.node("Conv", conv, g.unique(n.Name), attrs...)
	back := attr{"perm", []int64{0, 2, 3, 1}}
	if len(fused) == 0 {
		t.emit(n, "Transpose", []string{out}, back)
		return nil
	}
	out = g.node("Transpose", []string{out}, g.unique(n.Name), back)
	switch {
	case len(fused) == 1 && fused[0] == "Relu":
		t.emit(n, "Relu", []string{out})
	case len(fused) == 1 && fused[0] == "Prelu":
		slope, err := t.constantInput(n, next)
		if err != nil {
			return err
		}
		t.emit(n, "PRelu", []string{out, g.constant(n.Input[next], slope)})
	default:
		return fmt.Errorf("unsupported fused operators %q", fused)
	}
	return nil
}

func (t *translator) maxPool(n tfNode) error {
	in, err := t.inputs(n, 1)
	if err != nil {
		return err
	}
	attrs, err := window(n, "strides", "strides")
	if err != nil {
		return err
	}
	size, err := window(n, "ksize", "kernel_shape")
	if err != nil {
		return err
	}
	if len(size) == 0 {
		return errors.New("has no ksize")
	}
	pad, err := padding(n)
	if err != nil {
		return err
	}
	attrs = append(append(attrs, size...), pad)
	out := t.graph.node("MaxPool", []string{t.graph.toNCHW(in[0])}, t.graph.unique(n.Name), attrs...)
	t.emit(n, "Transpose", []string{out}, attr{"perm", []int64{0, 2, 3, 1}})
	return nil
}

// pad turns TensorFlow's pairs (before, after) for each dimension into ONNX's all befores, then all afters.
func (t *translator) pad(n tfNode) error {
	in, err := t.inputs(n, 1)
	if err != nil {
		return err
	}
	pairs, err := t.constantInput(n, 1)
	if err != nil {
		return err
	}
	if len(pairs.ints) == 0 || len(pairs.ints)%2 != 0 || len(pairs.ints) > 2*maxRank {
		return fmt.Errorf("paddings have shape %v", pairs.dims)
	}
	rank := len(pairs.ints) / 2
	pads := make([]int64, 2*rank)
	for i := range rank {
		pads[i], pads[rank+i] = pairs.ints[2*i], pairs.ints[2*i+1]
	}
	t.emit(n, "Pad", []string{in[0], t.graph.constant(t.graph.unique("pads"), intTensor(pads...))})
	return nil
}

func (t *translator) reshape(n tfNode) error {
	in, err := t.inputs(n, 1)
	if err != nil {
		return err
	}
	shape, err := t.constantInput(n, 1)
	if err != nil {
		return err
	}
	if len(shape.ints) == 0 || len(shape.ints) > maxRank {
		return fmt.Errorf("new shape has shape %v", shape.dims)
	}
	t.emit(n, "Reshape", []string{in[0], t.graph.constant(t.graph.unique("shape"), intTensor(shape.ints...))})
	return nil
}

func (g *graph) toNCHW(in string) string {
	return g.node("Transpose", []string{in}, g.unique(in), attr{"perm", []int64{0, 3, 1, 2}})
}

// window reads an attribute with one number for each of NHWC, of which height and width matter. A missing attribute gives
// no attribute, which means 1 and 1 to ONNX as well.
func window(n tfNode, from, to string) ([]attr, error) {
	a, ok := n.Attr[from]
	if !ok || a.List == nil || len(a.List.I) == 0 {
		return nil, nil
	}
	if len(a.List.I) != 4 {
		return nil, fmt.Errorf("%s has %d numbers, not 4", from, len(a.List.I))
	}
	var v [4]int64
	for i, raw := range a.List.I {
		x, err := integer(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		if x < 1 || x > 1024 {
			return nil, fmt.Errorf("%s is %d", from, x)
		}
		v[i] = x
	}
	if v[0] != 1 || v[3] != 1 {
		return nil, fmt.Errorf("%s over batch or channels is unsupported", from)
	}
	return []attr{{to, []int64{v[1], v[2]}}}, nil
}

// padding reads the padding attribute. Where SAME cannot pad both sides alike, TensorFlow adds the odd one at the end.
func padding(n tfNode) (attr, error) {
	if s, err := n.string("data_format"); err != nil || s != "" && s != "NHWC" {
		return attr{}, fmt.Errorf("unsupported data_format %q", s)
	}
	s, err := n.string("padding")
	if err != nil {
		return attr{}, err
	}
	switch s {
	case "SAME":
		return attr{"auto_pad", "SAME_UPPER"}, nil
	case "VALID":
		return attr{"auto_pad", "VALID"}, nil
	}
	return attr{}, fmt.Errorf("unsupported padding %q", s)
}

func (n tfNode) string(name string) (string, error) {
	a, ok := n.Attr[name]
	if !ok || a.S == nil {
		return "", nil
	}
	b, err := base64.StdEncoding.DecodeString(*a.S)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(b), nil
}

func (n tfNode) strings(name string) ([]string, error) {
	a, ok := n.Attr[name]
	if !ok || a.List == nil {
		return nil, nil
	}
	out := make([]string, len(a.List.S))
	for i, s := range a.List.S {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[i] = string(b)
	}
	return out, nil
}

// integer reads a 64-bit number, which protocol buffers write as a JSON string and some tools as a number.
func integer(raw json.RawMessage) (int64, error) {
	s := strings.Trim(string(raw), `"`)
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return v, nil
}
