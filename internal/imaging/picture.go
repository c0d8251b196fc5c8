package imaging

import (
	"fmt"
	"image"
	"log/slog"
	"sync"
)

// Limits bounds what Decode accepts. A field of zero takes the value of DefaultLimits.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width × height as stored; deep, progressive or interlaced pictures that need more memory a pixel count for more
	Side   int   // of the longer side, in pixels
	Frames int   // in the file; with more than one allowed, the first is decoded
}

// DefaultLimits are generous for what phones and scanners make: 20 MiB, 40 megapixels, 16384 pixels a side, one frame.
func DefaultLimits() Limits { return Limits{Bytes: 20 << 20, Pixels: 40e6, Side: 16384, Frames: 1} }

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.Pixels <= 0 {
		l.Pixels = d.Pixels
	}
	if l.Side <= 0 {
		l.Side = d.Side
	}
	if l.Frames <= 0 {
		l.Frames = d.Frames
	}
	return l
}

// Picture is a decoded picture. Its pixels are not to be written to by those who share it.
type Picture struct {
	RGB    *image.RGBA // upright, opaque, Min at (0, 0), sRGB assumed
	Meta   Metadata    // what the file said about itself, kept apart as evidence
	SHA256 [32]byte    // of the bytes as they arrived

	once sync.Once
	gray *image.Gray
	luma *storedLuma // the decoder's own luma, until Gray has taken it

	measured measured
}

// storedLuma is the luma plane as the file stores it.
type storedLuma struct {
	plane  *image.Gray
	orient orientation
	table  *[256]uint8 // to full range; nil where it already is
}

// FromRGBA makes a Picture of pixels that came from somewhere else than a file. rgb must be opaque with Min at (0, 0).
func FromRGBA(rgb *image.RGBA) *Picture {
	w, h := rgb.Rect.Dx(), rgb.Rect.Dy()
	return &Picture{RGB: rgb, Meta: Metadata{StoredWidth: w, StoredHeight: h, Orientation: 1}}
}

// Gray returns the luma (ITU-R BT.601, full range) of p.RGB, Min at (0, 0). It is computed once and shared: do not write to it.
// Where the file stores luma, that is used as it is, without the detour over RGB.
func (p *Picture) Gray() *image.Gray {
	p.once.Do(func() {
		if p.luma == nil {
			p.gray = lumaOf(p.RGB)
			return
		}
		l := p.luma
		p.luma = nil
		if l.orient == (orientation{}) && l.table == nil {
			p.gray = l.plane
			return
		}
		p.gray = orientGray(l.plane, l.orient)
		if l.table != nil {
			for i, v := range p.gray.Pix {
				p.gray.Pix[i] = l.table[v]
			}
		}
	})
	return p.gray
}

// LogValue keeps pixels and metadata out of logs.
func (p *Picture) LogValue() slog.Value { return p.Meta.LogValue() }

// String is as brief as LogValue.
func (p *Picture) String() string { return p.Meta.String() }

// Format is a file format, told by content. Only the first four can be decoded; the others are named in refusals.
type Format string

// The formats Decode can tell.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	WebP Format = "webp"
	HEIC Format = "heic"

	formatGIF  Format = "gif"
	formatAVIF Format = "avif"
	formatTIFF Format = "tiff"
	formatBMP  Format = "bmp"
	formatPDF  Format = "pdf"
	formatJXL  Format = "jxl"
	formatJP2  Format = "jp2"
	formatMP4  Format = "mp4" // any ISO base media file that is not a still picture
)

// Metadata is what the file says about itself. It is evidence, and easily forged: nothing of it proves anything. Positions (GPS) are
// never read, only whether there are any. Texts are cut to 128 characters and cleared of control characters.
type Metadata struct {
	Format                    Format
	StoredWidth, StoredHeight int // pixels, before orientation is applied
	Orientation               int // Exif 2.32 tag 0x0112, 1..8; 1 where absent. For HEIC it is told, not applied: irot and imir are
	HasEXIF                   bool
	HasThumbnail              bool
	HasGPS                    bool
	Make, Model, Software     string
	TakenAt                   string // "2006:01:02 15:04:05" by the camera's clock, as written; DateTimeOriginal, else DateTime
}

// String gives format and size only, never what the file tells of its owner.
func (m Metadata) String() string {
	return fmt.Sprintf("%s %dx%d", m.Format, m.StoredWidth, m.StoredHeight)
}

// GoString is String: %#v must not tell more than %v.
func (m Metadata) GoString() string { return m.String() }

// LogValue logs format and size only.
func (m Metadata) LogValue() slog.Value {
	return slog.GroupValue(slog.String("format", string(m.Format)), slog.Int("width", m.StoredWidth), slog.Int("height", m.StoredHeight))
}

// Kind says why a file was refused.
type Kind string

// The kinds of refusal.
const (
	KindEmpty         Kind = "empty"           // no bytes at all
	KindTooLarge      Kind = "too_large"       // more bytes than allowed
	KindTooManyPixels Kind = "too_many_pixels" // by the header; nothing was decoded
	KindUnknownFormat Kind = "unknown_format"  // not a picture, as far as we can tell
	KindUnsupported   Kind = "unsupported"     // a known format or variant we do not decode
	KindAnimated      Kind = "animated"        // more frames than allowed
	KindTruncated     Kind = "truncated"       // the end is missing
	KindCorrupt       Kind = "corrupt"         // everything is there, but it is damaged
)

// DecodeError is every error of Decode but a cancelled context. Its text holds sizes and decoder messages, no content.
type DecodeError struct {
	Kind   Kind
	Format Format // "" where unknown
	Detail string // for operators: what exactly
	Err    error  // the decoder's own, or nil
}

func (e *DecodeError) Error() string {
	s := "imaging: decode"
	if e.Format != "" {
		s += " " + string(e.Format)
	}
	s += ": " + string(e.Kind)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the decoder's own error.
func (e *DecodeError) Unwrap() error { return e.Err }
