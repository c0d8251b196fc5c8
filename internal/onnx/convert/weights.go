package convert

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Limits on what is read. The largest model that is converted has 5.6 million numbers and 243 nodes.
const (
	maxJSON    = 4 << 20
	maxWeights = 64 << 20
	maxNumbers = 32 << 20 // over all tensors, after unpacking: 128 MiB
	maxRank    = 8
	maxNodes   = 10_000
)

// weightGroup is an entry of a TFJS weights manifest: weights that follow each other in the binary files.
type weightGroup struct {
	Paths   []string     `json:"paths"`
	Weights []weightSpec `json:"weights"`
}

// weightSpec describes one tensor. Quantised numbers stand for q·scale + min; float16 needs neither.
type weightSpec struct {
	Name         string  `json:"name"`
	Shape        []int64 `json:"shape"`
	Dtype        string  `json:"dtype"`
	Quantization *struct {
		Dtype string  `json:"dtype"`
		Scale float64 `json:"scale"`
		Min   float64 `json:"min"`
	} `json:"quantization"`
}

// readWeights unpacks every tensor of the manifest. data holds the binary files of all groups, one after another, and has
// to be used up exactly.
func readWeights(groups []weightGroup, data []byte) (map[string]*tensor, error) {
	if len(data) > maxWeights {
		return nil, fmt.Errorf("weights have %d bytes, at most %d are read", len(data), maxWeights)
	}
	out := map[string]*tensor{}
	total := int64(0)
	for _, group := range groups {
		for _, spec := range group.Weights {
			if _, twice := out[spec.Name]; twice {
				return nil, fmt.Errorf("weight %q occurs twice", spec.Name)
			}
			n, err := numbers(spec.Shape)
			if err != nil {
				return nil, fmt.Errorf("weight %q: %w", spec.Name, err)
			}
			if total += n; total > maxNumbers {
				return nil, fmt.Errorf("weights hold more than %d numbers", maxNumbers)
			}
			t, used, err := spec.unpack(data, int(n))
			if err != nil {
				return nil, fmt.Errorf("weight %q: %w", spec.Name, err)
			}
			out[spec.Name] = t
			data = data[used:]
		}
	}
	if len(data) != 0 {
		return nil, fmt.Errorf("%d bytes of weights are left over", len(data))
	}
	return out, nil
}

// numbers is the count of numbers in a shape; a scalar (no dims) has one.
func numbers(shape []int64) (int64, error) {
	if len(shape) > maxRank {
		return 0, fmt.Errorf("shape has %d dimensions, at most %d are read", len(shape), maxRank)
	}
	n := int64(1)
	for _, d := range shape {
		if d <= 0 || d > maxNumbers/n {
			return 0, fmt.Errorf("shape %v is empty, negative or too large", shape)
		}
		n *= d
	}
	return n, nil
}

var errShort = errors.New("the weights end too early")

// unpack reads n numbers from the beginning of data and returns how many bytes they took.
func (w weightSpec) unpack(data []byte, n int) (*tensor, int, error) {
	width, read, err := w.reader()
	if err != nil {
		return nil, 0, err
	}
	if len(data)/width < n {
		return nil, 0, errShort
	}
	t := &tensor{dims: w.Shape}
	if w.Dtype == "int32" {
		t.ints = make([]int64, n)
		for i := range t.ints {
			t.ints[i] = int64(int32(binary.LittleEndian.Uint32(data[4*i:])))
		}
		return t, 4 * n, nil
	}
	t.floats = make([]float32, n)
	for i := range t.floats {
		t.floats[i] = read(data[i*width:])
	}
	return t, n * width, nil
}

// reader returns the bytes of one packed number and how to read it.
func (w weightSpec) reader() (int, func([]byte) float32, error) {
	q := w.Quantization
	if q == nil {
		switch w.Dtype {
		case "float32":
			return 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }, nil
		case "int32":
			return 4, nil, nil
		}
		return 0, nil, fmt.Errorf("unsupported type %q", w.Dtype)
	}
	if w.Dtype != "float32" {
		return 0, nil, fmt.Errorf("unsupported type %q, quantised", w.Dtype)
	}
	// The conversion of the product keeps the compiler from fusing it with the sum, which some processors would do: the
	// bits, and so the sha256 of the model, must be the same everywhere.
	scaled := func(v float64) float32 { return float32(float64(v*q.Scale) + q.Min) }
	switch q.Dtype {
	case "float16":
		return 2, func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) }, nil
	case "uint8":
		return 1, func(b []byte) float32 { return scaled(float64(b[0])) }, nil
	case "uint16":
		return 2, func(b []byte) float32 { return scaled(float64(binary.LittleEndian.Uint16(b))) }, nil
	}
	return 0, nil, fmt.Errorf("unsupported quantisation %q", q.Dtype)
}

// half is the value of an IEEE 754 binary16 number; every one is exact in float32.
func half(h uint16) float32 {
	const (
		fractionBits = 10
		biasShift    = 127 - 15
	)
	sign := uint32(h>>15) << 31
	exponent := uint32(h>>fractionBits) & 31
	fraction := uint32(h) & (1<<fractionBits - 1)
	switch exponent {
	case 0: // zero and subnormal: fraction · 2^-24
		v := math.Float32bits(float32(fraction) / (1 << 24))
		return math.Float32frombits(sign | v)
	case 31: // infinity and not-a-number
		return math.Float32frombits(sign | 0x7f800000 | fraction<<(23-fractionBits))
	}
	return math.Float32frombits(sign | (exponent+biasShift)<<23 | fraction<<(23-fractionBits))
}

// filters turns convolution filters from TensorFlow's height, width, in, out to ONNX's out, in, height, width.
func filters(t *tensor) (*tensor, error) {
	if len(t.dims) != 4 || t.floats == nil {
		return nil, fmt.Errorf("filters have shape %v; four dimensions of floats are needed", t.dims)
	}
	h, w, in, out := int(t.dims[0]), int(t.dims[1]), int(t.dims[2]), int(t.dims[3])
	r := &tensor{dims: []int64{t.dims[3], t.dims[2], t.dims[0], t.dims[1]}, floats: make([]float32, len(t.floats))}
	for at := range h * w {
		for i := range in {
			for o := range out {
				r.floats[(o*in+i)*h*w+at] = t.floats[(at*in+i)*out+o]
			}
		}
	}
	return r, nil
}

// depthwiseFilters turns filters from height, width, in, multiplier to in·multiplier, 1, height, width; the convolution
// then has one group for each channel that comes in.
func depthwiseFilters(t *tensor) (*tensor, error) {
	if len(t.dims) != 4 || t.floats == nil {
		return nil, fmt.Errorf("filters have shape %v; four dimensions of floats are needed", t.dims)
	}
	hw, channels := int(t.dims[0]*t.dims[1]), int(t.dims[2]*t.dims[3])
	r := &tensor{dims: []int64{t.dims[2] * t.dims[3], 1, t.dims[0], t.dims[1]}, floats: make([]float32, len(t.floats))}
	for at := range hw {
		for c := range channels {
			r.floats[c*hw+at] = t.floats[at*channels+c]
		}
	}
	return r, nil
}
