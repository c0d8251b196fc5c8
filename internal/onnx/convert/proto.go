package convert

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// What is written is the protocol buffer of onnx.proto3 (IR version 8), by hand: the few messages that are needed are
// shorter than a generated package, and the bytes are the same on every machine, which the manifest's sha256 relies on.
const (
	irVersion = 8
	opset     = 13

	wireVarint = 0
	wireBytes  = 2
	wire32     = 5
)

// Field numbers and enumerations of onnx.proto3.
const (
	modelIRVersion, modelProducer, modelGraph, modelOpset = 1, 2, 7, 8
	opsetDomain, opsetVersion                             = 1, 2

	graphNode, graphName, graphInit, graphInput, graphOutput = 1, 2, 5, 11, 12

	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttr = 1, 2, 3, 4, 5

	attrName, attrFloat, attrInt, attrString, attrInts, attrType = 1, 2, 3, 4, 8, 20
	typeFloat, typeInt, typeString, typeInts                     = 1, 2, 3, 7

	tensorDims, tensorType, tensorName, tensorRaw = 1, 2, 8, 9
	elemFloat, elemInt64                          = 1, 7

	valueName, valueType, typeTensor, tensorElem, tensorShape, shapeDim, dimValue = 1, 2, 1, 1, 2, 1, 1
)

// message is a protocol buffer message being written.
type message []byte

func (m *message) key(field, wire int) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|uint64(wire))
}

func (m *message) int(field int, v int64) {
	m.key(field, wireVarint)
	*m = binary.AppendUvarint(*m, uint64(v)) // two's complement is the encoding of negative numbers
}

func (m *message) float(field int, v float32) {
	m.key(field, wire32)
	*m = binary.LittleEndian.AppendUint32(*m, math.Float32bits(v))
}

func (m *message) bytes(field int, v []byte) {
	m.key(field, wireBytes)
	*m = binary.AppendUvarint(*m, uint64(len(v)))
	*m = append(*m, v...)
}

func (m *message) string(field int, v string) { m.bytes(field, []byte(v)) }

// tensor is a constant: either floats or ints are set. No dims means a scalar.
type tensor struct {
	dims   []int64
	floats []float32
	ints   []int64
}

func intTensor(v ...int64) *tensor { return &tensor{dims: []int64{int64(len(v))}, ints: v} }

// attr is one attribute of a node; value is int64, float32, string or []int64.
type attr struct {
	name  string
	value any
}

// graph collects an ONNX graph. Names are given by the caller or made by fresh; the order of calls is the order of nodes.
type graph struct {
	nodes, inits, inputs, outputs message
	fresh                         int
	emitted                       map[string]bool
}

func newGraph() *graph { return &graph{emitted: map[string]bool{}} }

// unique makes a name that no TFJS node has: TFJS names have no "::".
func (g *graph) unique(stem string) string {
	g.fresh++
	return stem + "::" + strconv.Itoa(g.fresh)
}

// constant writes a constant once and returns its name.
func (g *graph) constant(name string, t *tensor) string {
	if g.emitted[name] {
		return name
	}
	g.emitted[name] = true
	var m message
	for _, d := range t.dims {
		m.int(tensorDims, d)
	}
	var raw []byte
	if t.ints != nil {
		m.int(tensorType, elemInt64)
		raw = make([]byte, 0, 8*len(t.ints))
		for _, v := range t.ints {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	} else {
		m.int(tensorType, elemFloat)
		raw = make([]byte, 0, 4*len(t.floats))
		for _, v := range t.floats {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
	}
	m.string(tensorName, name)
	m.bytes(tensorRaw, raw)
	g.inits.bytes(graphInit, m)
	return name
}

// node writes one operator and returns out. Attributes are written in the order of their names.
func (g *graph) node(op string, in []string, out string, attrs ...attr) string {
	var m message
	for _, name := range in {
		m.string(nodeInput, name)
	}
	m.string(nodeOutput, out)
	m.string(nodeName, out+"::"+op)
	m.string(nodeOp, op)
	slices.SortFunc(attrs, func(a, b attr) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	for _, a := range attrs {
		m.bytes(nodeAttr, a.encode())
	}
	g.nodes.bytes(graphNode, m)
	return out
}

func (a attr) encode() message {
	var m message
	m.string(attrName, a.name)
	switch v := a.value.(type) {
	case int64:
		m.int(attrInt, v)
		m.int(attrType, typeInt)
	case float32:
		m.float(attrFloat, v)
		m.int(attrType, typeFloat)
	case string:
		m.string(attrString, v)
		m.int(attrType, typeString)
	case []int64:
		for _, x := range v {
			m.int(attrInts, x)
		}
		m.int(attrType, typeInts)
	default:
		panic(fmt.Sprintf("convert: attribute %s has type %T", a.name, v)) // a mistake in this package, not in its input
	}
	return m
}

func (g *graph) input(name string, dims []int64) { g.inputs.bytes(graphInput, value(name, dims)) }

// output declares an output; without dims its shape is left for ONNX Runtime to infer.
func (g *graph) output(name string, dims []int64) { g.outputs.bytes(graphOutput, value(name, dims)) }

func value(name string, dims []int64) message {
	var shape, tensorMsg, typ, m message
	for _, d := range dims {
		var dim message
		dim.int(dimValue, d)
		shape.bytes(shapeDim, dim)
	}
	tensorMsg.int(tensorElem, elemFloat)
	if dims != nil {
		tensorMsg.bytes(tensorShape, shape)
	}
	typ.bytes(typeTensor, tensorMsg)
	m.string(valueName, name)
	m.bytes(valueType, typ)
	return m
}

// model finishes the graph.
func (g *graph) model(name string) []byte {
	var gr, set, m message
	gr = append(gr, g.nodes...)
	gr.string(graphName, name)
	gr = append(gr, g.inits...)
	gr = append(gr, g.inputs...)
	gr = append(gr, g.outputs...)
	set.string(opsetDomain, "")
	set.int(opsetVersion, opset)
	m.int(modelIRVersion, irVersion)
	m.string(modelProducer, "bonafide")
	m.bytes(modelGraph, gr)
	m.bytes(modelOpset, set)
	return m
}
