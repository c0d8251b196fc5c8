package imaging

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// libheifWasm is libheif with libde265; libheif/README.md says whence, and why it is run from here.
//
//go:embed libheif/heif.wasm.gz
var libheifWasm []byte

// heicMemoryPages bounds a decoder's memory, in pages of 64 KiB: 640 MiB, which is 8 bytes a pixel of DefaultLimits and a base. What
// the header promises is checked before; this holds for files whose video stream is not what their header says.
const heicMemoryPages = 640 << 20 >> 16

// heicModule is the compiled decoder. Compiling takes a good second, so it is done once, at the first HEIC.
type heicModule struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

var compileHEIC = sync.OnceValues(func() (*heicModule, error) {
	z, err := gzip.NewReader(bytes.NewReader(libheifWasm))
	if err != nil {
		return nil, fmt.Errorf("unpack libheif: %w", err)
	}
	wasm, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack libheif: %w", err)
	}
	ctx := context.Background() // the module outlives the call that happens to need it first
	// WithCloseOnContextDone would let ctx end a decode, at five times the CPU time (11 s for 2.2 s, 12 megapixels, wazero 1.9).
	rt := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(heicMemoryPages))
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, rt); err != nil {
		return nil, fmt.Errorf("start libheif: %w", err)
	}
	code, err := rt.CompileModule(ctx, wasm)
	if err != nil {
		return nil, fmt.Errorf("compile libheif: %w", err)
	}
	return &heicModule{rt, code}, nil
})

// Values of libheif's enums (heif.h 1.18): heif_colorspace and heif_chroma.
const (
	heifYCbCr = 0
	heifRGB   = 1
	heifMono  = 2

	heif420 = 1
	heif422 = 2
	heif444 = 3
)

var errHEIC = errors.New("libheif cannot decode it")

// decodeHEIC decodes the primary image, with irot, imir and clap applied by libheif. Each call has an instance, and so a memory, of
// its own; it is gone when the call returns.
func decodeHEIC(ctx context.Context, data []byte, hd header) (image.Image, error) {
	m, err := compileHEIC()
	if err != nil {
		return nil, err
	}
	// No file system, no clock, no output: the decoder gets the file's bytes and nothing else.
	mod, err := m.runtime.InstantiateModule(ctx, m.code, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, fmt.Errorf("instantiate libheif: %w", err)
	}
	defer func() { _ = mod.Close(ctx) }()
	c := heicCall{ctx: ctx, mod: mod}
	in := c.alloc(len(data) + 64)
	c.write(in, data)
	// libheif calls a file whose major brand is the generic mif1 "perhaps supported", and the shim takes that for a no.
	c.write(in+8, []byte("heic"))
	head := c.alloc(5 * 4)
	if c.call("decode", uint64(in), uint64(len(data)), 1, uint64(head), uint64(head+4), uint64(head+8), uint64(head+12), uint64(head+16), 0) == 0 && c.err == nil {
		return nil, errHEIC
	}
	w, h, space, chroma := int(c.word(head)), int(c.word(head+4)), c.word(head+8), c.word(head+12)
	if c.err != nil {
		return nil, c.err
	}
	if int64(w)*int64(h) > int64(hd.w)*int64(hd.h) || w <= 0 || h <= 0 {
		return nil, &DecodeError{Kind: KindCorrupt, Format: HEIC, Detail: fmt.Sprintf("%dx%d is more than the header's %dx%d", w, h, hd.w, hd.h)}
	}
	// Planes as libheif lays them out (HeifPixelImage::ImagePlane::alloc): even, at least 64 wide, strides of 16 bytes.
	stride := func(w, size int) int { return (max((w+1)&^1, 64)*size + 15) &^ 15 }
	cw, ch, size := (w+1)/2, (h+1)/2, 1
	ratio := image.YCbCrSubsampleRatio420
	switch {
	case space == heifYCbCr && chroma == heif420:
	case space == heifYCbCr && chroma == heif422:
		ch, ratio = h, image.YCbCrSubsampleRatio422
	case space == heifYCbCr && chroma == heif444:
		cw, ch, ratio = w, h, image.YCbCrSubsampleRatio444
	case space == heifMono:
		cw, ch = 0, 0
	case space == heifRGB:
		cw, ch, size = 0, 0, 4
	default:
		return nil, &DecodeError{Kind: KindUnsupported, Format: HEIC, Detail: fmt.Sprintf("colour space %d, chroma %d", space, chroma)}
	}
	ys, cs := stride(w, size), stride(cw, 1)
	n := ys*h + 2*cs*ch
	out := c.alloc(n + 1<<12)
	if c.call("decode", uint64(in), uint64(len(data)), 0, uint64(head), uint64(head+4), uint64(head+8), uint64(head+12), uint64(head+16), uint64(out)) == 0 && c.err == nil {
		return nil, errHEIC
	}
	pix := c.copy(out, n)
	alpha := c.word(head + 16)
	if c.err != nil {
		return nil, c.err
	}
	rect := image.Rect(0, 0, w, h)
	switch space {
	case heifMono:
		return &image.Gray{Pix: pix, Stride: ys, Rect: rect}, nil
	case heifRGB:
		if alpha == 1 { // premultiplied
			return &image.RGBA{Pix: pix, Stride: ys, Rect: rect}, nil
		}
		return &image.NRGBA{Pix: pix, Stride: ys, Rect: rect}, nil
	}
	i, j := ys*h, ys*h+cs*ch
	if ratio != image.YCbCrSubsampleRatio444 {
		mendChromaBorder(pix[i:j], cs, cw, ch)
		mendChromaBorder(pix[j:], cs, cw, ch)
	}
	return &image.YCbCr{Y: pix[:i:i], Cb: pix[i:j:j], Cr: pix[j:], YStride: ys, CStride: cs, SubsampleRatio: ratio, Rect: rect}, nil
}

// mendChromaBorder replaces the outermost two samples of a subsampled plane by the third. libheif 1.18.2 gives them wrong colours
// (measured against 1.15.1: 20 to 100 levels off on the picture's frame, nothing inside; 4:4:4 is right); a document's edge is not there.
func mendChromaBorder(p []uint8, stride, w, h int) {
	if w < 6 || h < 6 {
		return
	}
	for y := range h {
		row := p[y*stride : y*stride+w]
		row[0], row[1], row[w-2], row[w-1] = row[2], row[2], row[w-3], row[w-3]
	}
	for _, y := range [2]int{0, 1} {
		copy(p[y*stride:y*stride+w], p[2*stride:])
		copy(p[(h-1-y)*stride:(h-1-y)*stride+w], p[(h-3)*stride:])
	}
}

// heicCall talks to one instance; after the first error everything else does nothing.
type heicCall struct {
	ctx context.Context //nolint:containedctx // lives as long as one decoding
	mod api.Module
	err error
}

func (c *heicCall) call(name string, args ...uint64) uint32 {
	if c.err != nil {
		return 0
	}
	res, err := c.mod.ExportedFunction(name).Call(c.ctx, args...)
	if err != nil {
		// A trap: memory used up, or what is an exception in C++ (the build has none). Its text is a stack of the module's, of no use.
		c.err = fmt.Errorf("%w: trap in %s", errHEIC, name)
		return 0
	}
	return uint32(res[0])
}

func (c *heicCall) alloc(n int) uint32 {
	p := c.call("malloc", uint64(n))
	if p == 0 && c.err == nil {
		c.err = fmt.Errorf("%w: out of memory", errHEIC)
	}
	return p
}

func (c *heicCall) write(at uint32, b []byte) {
	if c.err == nil && !c.mod.Memory().Write(at, b) {
		c.err = fmt.Errorf("%w: outside its memory", errHEIC)
	}
}

func (c *heicCall) word(at uint32) uint32 {
	if c.err != nil {
		return 0
	}
	v, ok := c.mod.Memory().ReadUint32Le(at)
	if !ok {
		c.err = fmt.Errorf("%w: outside its memory", errHEIC)
	}
	return v
}

// copy takes bytes out of the instance, so that its memory can go.
func (c *heicCall) copy(at uint32, n int) []byte {
	if c.err != nil {
		return nil
	}
	b, ok := c.mod.Memory().Read(at, uint32(n))
	if !ok {
		c.err = fmt.Errorf("%w: outside its memory", errHEIC)
		return nil
	}
	return bytes.Clone(b)
}
