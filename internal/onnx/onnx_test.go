package onnx_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/onnx"
	"bonafide/internal/onnx/assets"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/models"
)

// shapes are inputs that the models take and outputs that they must give.
var shapes = []struct {
	name    string
	in      []int64
	outputs []string
	out     [][]int64
}{
	{
		"blazeface",
		[]int64{1, 256, 256, 3},
		[]string{"Identity", "Identity_1", "Identity_2", "Identity_3"},
		[][]int64{{1, 512, 1}, {1, 384, 1}, {1, 512, 16}, {1, 384, 16}},
	},
	{
		"facemesh",
		[]int64{1, 192, 192, 3},
		[]string{"Identity", "Identity_1", "Identity_2"},
		[][]int64{{1, 266}, {1, 1}, {1, 1404}},
	},
	{"dlib-resnet", []int64{1, 3, 150, 150}, []string{"output"}, [][]int64{{1, 128}}},
	{"ppocr-det", []int64{1, 3, 64, 160}, []string{"sigmoid_0.tmp_0"}, [][]int64{{1, 1, 64, 160}}},
	{"ppocr-det", []int64{1, 3, 96, 32}, []string{"sigmoid_0.tmp_0"}, [][]int64{{1, 1, 96, 32}}},
	{"mrz-reader", []int64{2, 1, 32, 416}, []string{"logits"}, [][]int64{{2, 104, 38}}},
	{"mrz-reader", []int64{1, 1, 32, 800}, []string{"logits"}, [][]int64{{1, 200, 38}}},
	{"latin-reader", []int64{3, 1, 40, 200}, []string{"p"}, [][]int64{{3, 100, 343}}},
}

// wave fills a tensor with numbers that are neither constant nor random.
func wave(shape []int64) onnx.Tensor {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	t := onnx.Tensor{Shape: shape, Data: make([]float32, n)}
	for i := range t.Data {
		t.Data[i] = float32(math.Sin(float64(i) / 7))
	}
	return t
}

func TestModelsGiveTheDeclaredShapes(t *testing.T) {
	t.Parallel()
	rt := onnxtest.Open(t)
	for _, c := range shapes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := rt.Model(c.name)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Outputs(); !slices.Equal(got, c.outputs) {
				t.Errorf("outputs %q, want %q", got, c.outputs)
			}
			out, err := m.Run(t.Context(), wave(c.in))
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range out {
				if !slices.Equal(o.Shape, c.out[i]) {
					t.Errorf("output %d has shape %v, want %v", i, o.Shape, c.out[i])
				}
				if slices.ContainsFunc(o.Data, func(v float32) bool { return v != v || math.IsInf(float64(v), 0) }) {
					t.Errorf("output %d holds numbers that are not finite", i)
				}
			}
		})
	}
}

// Every model of the manifest is in the table above, and its entry in the manifest fits the file.
func TestManifestDescribesEveryModel(t *testing.T) {
	t.Parallel()
	rt := onnxtest.Open(t)
	manifest, err := models.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range manifest.Models {
		m, err := rt.Model(want.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := m.Info(); got != (onnx.ModelInfo{Name: want.Name, Version: want.Version, SHA256: want.SHA256}) {
			t.Errorf("info is %+v", got)
		}
		var names []string
		for _, o := range want.Outputs {
			names = append(names, o.Name)
		}
		if !slices.Equal(names, m.Outputs()) {
			t.Errorf("%s: manifest has outputs %q, the file %q", want.Name, names, m.Outputs())
		}
		tested := false
		for _, c := range shapes {
			tested = tested || c.name == want.Name
		}
		if !tested {
			t.Errorf("%s is never run by this test", want.Name)
		}
	}
}

func TestConcurrentRunsAgree(t *testing.T) {
	t.Parallel()
	rt := onnxtest.Open(t)
	in := wave([]int64{1, 1, 32, 416})
	m, err := rt.Model("mrz-reader")
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Run(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, meter := onnx.WithMeter(t.Context())
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			m, err := rt.Model("mrz-reader")
			if err != nil {
				t.Error(err)
				return
			}
			for range 4 {
				got, err := m.Run(ctx, in)
				if err != nil {
					t.Error(err)
				} else if !slices.Equal(got[0].Data, want[0].Data) {
					t.Error("the same input gave other numbers")
				}
			}
		})
	}
	wg.Wait()
	if meter.Elapsed() <= 0 {
		t.Error("the meter counted no time")
	}
}

func TestRunRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	rt := onnxtest.Open(t)
	m, err := rt.Model("mrz-reader")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		in   []onnx.Tensor
	}{
		{"no input", nil},
		{"two inputs", []onnx.Tensor{wave([]int64{1, 1, 32, 40}), wave([]int64{1, 1, 32, 40})}},
		{"wrong rank", []onnx.Tensor{wave([]int64{1, 32, 40})}},
		{"wrong height", []onnx.Tensor{wave([]int64{1, 1, 33, 40})}},
		{"nothing in it", []onnx.Tensor{{Shape: []int64{0, 1, 32, 40}}}},
		{"negative", []onnx.Tensor{{Shape: []int64{-1, 1, 32, 40}, Data: make([]float32, 1280)}}},
		{"too few numbers", []onnx.Tensor{{Shape: []int64{1, 1, 32, 40}, Data: make([]float32, 1279)}}},
		{"too many numbers", []onnx.Tensor{{Shape: []int64{1, 1, 32, 40}, Data: make([]float32, 1281)}}},
		{"shape overflows", []onnx.Tensor{{Shape: []int64{1 << 40, 1, 32, 1 << 40}, Data: make([]float32, 1280)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := m.Run(t.Context(), c.in...); !errors.Is(err, onnx.ErrInput) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	rt := onnxtest.Open(t)
	m, err := rt.Model("ppocr-det")
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Run(ended, wave([]int64{1, 3, 64, 64})); !errors.Is(err, context.Canceled) {
		t.Errorf("before the run: %v", err)
	}
	// A picture of this size takes seconds; the run must end long before.
	in := wave([]int64{1, 3, 1920, 1920})
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.Run(soon, in); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("during the run: %v", err)
	}
	if _, err := m.Run(t.Context(), wave([]int64{1, 3, 64, 64})); err != nil {
		t.Errorf("after a stopped run: %v", err)
	}
}

func TestMeterCountsOnlyItsContext(t *testing.T) {
	t.Parallel()
	rt := onnxtest.Open(t)
	m, err := rt.Model("mrz-reader")
	if err != nil {
		t.Fatal(err)
	}
	_, idle := onnx.WithMeter(t.Context())
	ctx, busy := onnx.WithMeter(t.Context())
	if _, err := m.Run(ctx, wave([]int64{1, 1, 32, 400})); err != nil {
		t.Fatal(err)
	}
	first := busy.Elapsed()
	if _, err := m.Run(ctx, wave([]int64{1, 1, 32, 400})); err != nil {
		t.Fatal(err)
	}
	if idle.Elapsed() != 0 || first <= 0 || busy.Elapsed() <= first {
		t.Errorf("idle %v, busy %v then %v", idle.Elapsed(), first, busy.Elapsed())
	}
}

// The following tests open and close runtimes of their own. Those without t.Parallel run before all parallel ones, while no
// other runtime is open, so that they see the library being loaded and unloaded.

func open(t *testing.T, a onnx.Assets) *onnx.Runtime {
	t.Helper()
	rt, err := onnx.Open(onnx.Config{LibraryPath: onnxtest.Library(t), Threads: 1, Assets: a})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return rt
}

func TestOpenSaysWhatToDo(t *testing.T) { //nolint:paralleltest // see above
	dir := t.TempDir()
	folder, err := assets.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "libonnxruntime.so.1")
	for _, c := range []struct{ name, path string }{
		{"no file", filepath.Join(dir, "nothing.so")},
		{"empty path", ""},
		{"not a library", text},
	} {
		t.Run(c.name, func(t *testing.T) { //nolint:paralleltest // see above
			if c.path == text {
				if err := os.WriteFile(text, []byte("not a library"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := onnx.Open(onnx.Config{LibraryPath: c.path, Assets: folder})
			if !errors.Is(err, onnx.ErrLibrary) || !strings.Contains(err.Error(), "run `make assets`") {
				t.Errorf("error is %v", err)
			}
		})
	}
	if _, err := onnx.Open(onnx.Config{LibraryPath: text}); err == nil {
		t.Error("no assets, no error")
	}
	if _, err := onnx.Open(onnx.Config{LibraryPath: text, Assets: folder, Threads: -1}); err == nil {
		t.Error("negative threads, no error")
	}
}

func TestCloseAndOpenAgain(t *testing.T) { //nolint:paralleltest // see above
	folder, err := onnxtest.Folder()
	if err != nil {
		t.Fatal(err)
	}
	in := wave([]int64{1, 1, 32, 400})
	for range 3 {
		rt, beside := open(t, folder), open(t, folder)
		m, err := rt.Model("mrz-reader")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Run(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := rt.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Run(t.Context(), in); !errors.Is(err, onnx.ErrClosed) {
			t.Errorf("run after close: %v", err)
		}
		if _, err := rt.Model("mrz-reader"); !errors.Is(err, onnx.ErrClosed) {
			t.Errorf("model after close: %v", err)
		}
		if _, err := beside.Model("mrz-reader"); err != nil {
			t.Errorf("the other runtime: %v", err)
		}
		if _, err := onnx.Open(onnx.Config{LibraryPath: "/other/libonnxruntime.so.1", Assets: folder}); !errors.Is(err, onnx.ErrLibrary) {
			t.Errorf("a second library: %v", err)
		}
		if err := beside.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// changing hands out one model, whose bytes can be swapped.
type changing struct {
	data  []byte
	err   error
	reads int
}

func (c *changing) Read(name string) (models.Model, []byte, error) {
	c.reads++
	return models.Model{Name: name, Version: "test"}, c.data, c.err
}

func TestFailedLoadIsTriedAgain(t *testing.T) { //nolint:paralleltest // see above
	folder, err := onnxtest.Folder()
	if err != nil {
		t.Fatal(err)
	}
	_, good, err := folder.Read("mrz-reader")
	if err != nil {
		t.Fatal(err)
	}
	a := &changing{err: assets.ErrMissing}
	rt := open(t, a)
	if _, err := rt.Model("x"); !errors.Is(err, assets.ErrMissing) {
		t.Errorf("error is %v", err)
	}
	a.err, a.data = nil, good[:len(good)/2]
	if _, err := rt.Model("x"); err == nil {
		t.Error("half a model was loaded")
	}
	a.data = nil
	if _, err := rt.Model("x"); err == nil {
		t.Error("an empty model was loaded")
	}
	a.data = good
	first, err := rt.Model("x")
	if err != nil {
		t.Fatal(err)
	}
	reads := a.reads
	if again, err := rt.Model("x"); err != nil || again != first || a.reads != reads {
		t.Errorf("a loaded model was loaded again: %v", err)
	}
}
