package onnx_test

import (
	"context"
	"testing"

	"bonafide/internal/onnx"
	"bonafide/internal/onnx/onnxtest"
)

func TestQuick(t *testing.T) {
	rt := onnxtest.Open(t)
	for name, shape := range map[string][]int64{"blazeface": {1, 256, 256, 3}, "facemesh": {1, 192, 192, 3}, "dlib-resnet": {1, 3, 150, 150}, "ppocr-det": {1, 3, 320, 640}, "mrz-reader": {2, 1, 32, 416}, "latin-reader": {1, 1, 40, 384}} {
		m, err := rt.Model(name)
		if err != nil {
			t.Fatal(err)
		}
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		ctx, meter := onnx.WithMeter(context.Background())
		out, err := m.Run(ctx, onnx.Tensor{Shape: shape, Data: make([]float32, n)})
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range out {
			t.Log(name, m.Outputs()[i], o.Shape, len(o.Data), meter.Elapsed())
		}
	}
}
