// Package onnx runs the models. It is the only user of ONNX Runtime.
//
// A model is loaded on first use, after its bytes were compared with the manifest, and stays loaded; all methods may be
// called from many goroutines at once. The package promises to hand back exactly what the model computed, with the name,
// version and sha256 of the model. It does not know what the numbers mean: scales and shapes are in models/manifest.json,
// and the measuring packages apply them.
package onnx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"bonafide/models"
)

// Errors that callers may want to tell apart.
var (
	// ErrLibrary is wrapped when the runtime library cannot be found or loaded.
	ErrLibrary = errors.New("ONNX Runtime cannot be loaded")
	// ErrClosed is returned by every call after Close.
	ErrClosed = errors.New("onnx: runtime is closed")
	// ErrInput is wrapped when a tensor does not fit the model.
	ErrInput = errors.New("input does not fit the model")
)

// Tensor is a dense float32 tensor, row-major: the last dimension varies fastest.
type Tensor struct {
	Shape []int64
	Data  []float32
}

// ModelInfo identifies what produced a number. SHA256 is of the model file, in hex.
type ModelInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Assets hands out models by name, verified. *assets.Folder is one.
type Assets interface {
	// Read returns the manifest's entry and the verified bytes of a model.
	Read(name string) (models.Model, []byte, error)
}

// Config says which library to load and where models come from.
type Config struct {
	LibraryPath string // libonnxruntime.so.1; the caller has verified it (assets.Folder.Library)
	Threads     int    // threads inside one operator, for each model; 0 = GOMAXPROCS
	Assets      Assets
}

// environment is the loaded library. ONNX Runtime keeps process-wide state and the binding holds it in variables of its
// own, so this is one for the process too: the first Open loads, the last Close unloads.
var environment struct {
	mu    sync.Mutex
	path  string
	users int
}

// Runtime is the loaded library and the models in use. Several may be open at once as long as they name the same library;
// each has models and threads of its own.
type Runtime struct {
	threads int
	assets  Assets

	mu     sync.RWMutex // held for reading while models load or run, for writing by Close
	closed bool

	entriesMu sync.Mutex
	entries   map[string]*entry
}

// entry is one model's place. Its own lock lets different models load at the same time and each only once.
type entry struct {
	mu    sync.Mutex
	model *Model
}

// Open loads the library. The error wraps ErrLibrary and says what to do when the library is missing or too old.
func Open(cfg Config) (*Runtime, error) {
	if cfg.Assets == nil {
		return nil, errors.New("onnx: Config.Assets is required")
	}
	if cfg.Threads < 0 {
		return nil, fmt.Errorf("onnx: Config.Threads is %d; it must be 0 or more", cfg.Threads)
	}
	threads := cfg.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	if err := load(cfg.LibraryPath); err != nil {
		return nil, fmt.Errorf("onnx: %w: %w", ErrLibrary, err)
	}
	return &Runtime{threads: threads, assets: cfg.Assets, entries: map[string]*entry{}}, nil
}

func load(path string) error {
	environment.mu.Lock()
	defer environment.mu.Unlock()
	if environment.users > 0 {
		if path != environment.path {
			return fmt.Errorf("this process has loaded %s already and cannot load %s beside it", environment.path, path)
		}
		environment.users++
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no file %q; run `make assets`", path)
		}
		return err
	}
	// The published library reports to its maker unless told otherwise before it
	// starts: it reads the machine's id, keeps a queue in the user's cache folder
	// and sends it out. Nothing of that is wanted beside people's documents.
	if err := os.Setenv("ORT_DISABLE_TELEMETRY", "1"); err != nil {
		return err
	}
	ort.SetSharedLibraryPath(path)
	// Warnings of the library speak of harmless things such as unused initialisers.
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("%w; run `make assets` to fetch the library that fits", err)
	}
	environment.path, environment.users = path, 1
	return nil
}

func unload() error {
	environment.mu.Lock()
	defer environment.mu.Unlock()
	if environment.users--; environment.users > 0 {
		return nil
	}
	return ort.DestroyEnvironment()
}

// Close waits for running models, then frees all of them, and with the last Runtime the library.
func (r *Runtime) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	var errs []error
	for name, e := range r.entries {
		if e.model == nil {
			continue
		}
		if err := e.model.session.Destroy(); err != nil {
			errs = append(errs, fmt.Errorf("onnx: close %s: %w", name, err))
		}
	}
	if err := unload(); err != nil {
		errs = append(errs, fmt.Errorf("onnx: close: %w", err))
	}
	return errors.Join(errs...)
}

// Model returns a model by its name in the manifest, loading it when it is first asked for. A failed load is tried again
// at the next call, so that a repaired assets folder needs no restart.
func (r *Runtime) Model(name string) (*Model, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return nil, ErrClosed
	}
	r.entriesMu.Lock()
	e, ok := r.entries[name]
	if !ok {
		e = &entry{}
		r.entries[name] = e
	}
	r.entriesMu.Unlock()

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.model == nil {
		m, err := r.load(name)
		if err != nil {
			return nil, fmt.Errorf("onnx: %w", err)
		}
		e.model = m
	}
	return e.model, nil
}

func (r *Runtime) load(name string) (*Model, error) {
	entry, data, err := r.assets.Read(name)
	if err != nil {
		return nil, err
	}
	ins, outs, err := ort.GetInputOutputInfoWithONNXData(data)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	m := &Model{
		runtime: r,
		info:    ModelInfo{Name: entry.Name, Version: entry.Version, SHA256: entry.SHA256},
	}
	names := make([]string, len(ins))
	for i, in := range ins {
		if in.DataType != ort.TensorElementDataTypeFloat {
			return nil, fmt.Errorf("model %s: input %s is not float32", name, in.Name)
		}
		names[i] = in.Name
		m.inputs = append(m.inputs, in.Dimensions)
	}
	for _, out := range outs {
		m.outputs = append(m.outputs, out.Name)
	}
	opts, err := r.options()
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	defer opts.Destroy() //nolint:errcheck // frees memory, cannot fail
	m.session, err = ort.NewDynamicAdvancedSessionWithONNXData(data, names, m.outputs, opts)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return m, nil
}

func (r *Runtime) options() (*ort.SessionOptions, error) {
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		opts.SetIntraOpNumThreads(r.threads),
		opts.SetInterOpNumThreads(1),
		// The memory arena stays on. Without it, four text detections at once left 1.4 to 1.8 GiB with the C library;
		// with it, every model and the same load took 0.55 to 0.67 GiB, and runs were faster.
		opts.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		// Every model has threads of its own; let them sleep between operators instead of burning the cores that the
		// other models and the server need.
		opts.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
	)
	if err != nil {
		opts.Destroy() //nolint:errcheck // the first error matters
		return nil, err
	}
	return opts, nil
}

// Model is a loaded model. It is safe for concurrent use and valid until its Runtime is closed.
type Model struct {
	runtime *Runtime
	info    ModelInfo
	session *ort.DynamicAdvancedSession
	inputs  []ort.Shape // as the model declares them; -1 = any
	outputs []string
}

// Info says which model this is.
func (m *Model) Info() ModelInfo { return m.info }

// Outputs returns the names of the outputs, in the order in which Run returns them.
func (m *Model) Outputs() []string { return append([]string(nil), m.outputs...) }

// Run runs the model: inputs in the order of the model's inputs, outputs in the order of Outputs. The inputs are not
// copied and must not change before Run returns; the outputs belong to the caller. The time inside ONNX Runtime is added
// to the Meter carried by ctx, if any. When ctx ends, the run is stopped and the context's error returned.
// The error wraps ErrInput when the number or the shape of the inputs does not fit.
func (m *Model) Run(ctx context.Context, in ...Tensor) ([]Tensor, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := m.fit(in); err != nil {
		return nil, fmt.Errorf("onnx: run %s: %w: %w", m.info.Name, ErrInput, err)
	}
	m.runtime.mu.RLock()
	defer m.runtime.mu.RUnlock()
	if m.runtime.closed {
		return nil, ErrClosed
	}
	out, err := m.run(ctx, in)
	if err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return nil, ctxErr
		}
		return nil, fmt.Errorf("onnx: run %s: %w", m.info.Name, err)
	}
	return out, nil
}

func (m *Model) run(ctx context.Context, in []Tensor) (out []Tensor, err error) {
	values := make([]ort.Value, len(in))
	results := make([]ort.Value, len(m.outputs))
	defer func() {
		for _, v := range slices.Concat(values, results) {
			if v != nil {
				v.Destroy() //nolint:errcheck // frees memory, cannot fail
			}
		}
	}()
	// The library keeps the addresses of the inputs between two calls into it, which Go allows for pinned memory only.
	var pinned runtime.Pinner
	defer pinned.Unpin()
	for i, t := range in {
		pinned.Pin(&t.Data[0])
		v, err := ort.NewTensor(ort.Shape(t.Shape), t.Data)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	start := time.Now() //nolint:forbidigo // only to measure a duration, which no result depends on
	err = m.call(ctx, values, results)
	meterFrom(ctx).add(time.Since(start))
	if err != nil {
		return nil, err
	}
	out = make([]Tensor, len(results))
	for i, v := range results {
		t, ok := v.(*ort.Tensor[float32])
		if !ok {
			return nil, fmt.Errorf("output %s is not a float32 tensor", m.outputs[i])
		}
		// The binding has copied the numbers into Go memory already; freeing the tensor leaves this slice alone.
		out[i] = Tensor{Shape: t.GetShape(), Data: t.GetData()}
	}
	return out, nil
}

// call runs the session, and stops it when ctx ends first.
func (m *Model) call(ctx context.Context, values, results []ort.Value) error {
	if ctx.Done() == nil {
		return m.session.Run(values, results)
	}
	opts, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer opts.Destroy() //nolint:errcheck // frees memory, cannot fail
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		opts.Terminate() //nolint:errcheck // the run then ends by itself
	})
	err = m.session.RunWithOptions(values, results, opts)
	if !stop() {
		<-stopped // opts is in use until then
	}
	return err
}

// fit compares the inputs with what the model declares.
func (m *Model) fit(in []Tensor) error {
	if len(in) != len(m.inputs) {
		return fmt.Errorf("%d inputs, the model takes %d", len(in), len(m.inputs))
	}
	for i, t := range in {
		want := m.inputs[i]
		if len(t.Shape) != len(want) {
			return fmt.Errorf("input %d has shape %v, the model takes %v", i, t.Shape, want)
		}
		n := int64(1)
		for d, size := range t.Shape {
			if size <= 0 || want[d] > 0 && size != want[d] {
				return fmt.Errorf("input %d has shape %v, the model takes %v", i, t.Shape, want)
			}
			if n > int64(len(t.Data))/size { // also keeps the product from overflowing
				return fmt.Errorf("input %d has shape %v but %d numbers", i, t.Shape, len(t.Data))
			}
			n *= size
		}
		if n != int64(len(t.Data)) {
			return fmt.Errorf("input %d has shape %v but %d numbers", i, t.Shape, len(t.Data))
		}
	}
	return nil
}
