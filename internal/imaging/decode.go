package imaging

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// header is what can be known of a file without decoding pixels.
type header struct {
	format Format
	w, h   int // stored pixels
	frames int
	// perPixel is the most a decoder holds beside the final RGBA, in bytes a stored pixel.
	perPixel float64
	exif     []byte // TIFF structure, starting with II or MM; nil where absent
	colour   yuvRange
	upright  bool // the decoder applies the orientation itself
}

// maxWorkPerPixel is the decoder memory a picture of Limits.Pixels may need. Pictures that need more a pixel must be smaller: it
// keeps a 12-bytes-a-pixel progressive JPEG from taking three times what a plain one of the same size does.
const maxWorkPerPixel = 8

// Decode decodes a JPEG, PNG, WebP or HEIC file, told apart by content, and turns it upright. All limits are checked on the header
// before a pixel is allocated. Peak memory is at most about (8+4)×lim.Pixels bytes, less for usual files (a plain JPEG: 5.5 a pixel).
// Every error is a *DecodeError, or wraps ctx's error: a cancelled ctx ends decoding at the decoder's next read (for HEIC:
// before or after it). data is not kept.
func Decode(ctx context.Context, data []byte, lim Limits) (*Picture, error) {
	lim = lim.withDefaults()
	if len(data) == 0 {
		return nil, &DecodeError{Kind: KindEmpty}
	}
	if int64(len(data)) > lim.Bytes {
		return nil, &DecodeError{Kind: KindTooLarge, Detail: fmt.Sprintf("%d bytes, at most %d", len(data), lim.Bytes)}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("imaging: decode: %w", err)
	}
	hd, err := inspect(data)
	var de *DecodeError
	if err == nil || hd.w > 0 && errors.As(err, &de) && de.Kind == KindTruncated {
		// Too big is told before cut off: sent again in one piece, the file would still be too big.
		if tooBig := hd.check(lim); tooBig != nil {
			err = tooBig
		}
	}
	if err != nil {
		return nil, err
	}
	meta := Metadata{Format: hd.format, StoredWidth: hd.w, StoredHeight: hd.h, Orientation: 1}
	readEXIF(&meta, hd.exif)
	img, err := decodePixels(ctx, data, hd)
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	if !hd.upright && (b.Dx() != hd.w || b.Dy() != hd.h) {
		return nil, &DecodeError{Kind: KindCorrupt, Format: hd.format, Detail: "pixels do not have the header's size"}
	}
	o := orientations[meta.Orientation]
	if hd.upright {
		o = orientation{} // ISO/IEC 23008-12 §6.5.10, 6.5.12: irot and imir are the picture's orientation, and the decoder applied them
	}
	p := upright(img, o, hd.colour)
	p.Meta, p.SHA256 = meta, sha256.Sum256(data)
	return p, nil
}

// inspect reads the header of whatever data is.
func inspect(data []byte) (hd header, err error) {
	format := Sniff(data)
	switch format {
	case JPEG:
		hd, err = inspectJPEG(data)
	case PNG:
		hd, err = inspectPNG(data)
	case WebP:
		hd, err = inspectWebP(data)
	case HEIC:
		hd, err = inspectHEIC(data)
	case formatGIF:
		if countGIF(data) > 1 {
			return hd, &DecodeError{Kind: KindAnimated, Format: formatGIF}
		}
		return hd, &DecodeError{Kind: KindUnsupported, Format: formatGIF}
	case "":
		return hd, &DecodeError{Kind: KindUnknownFormat}
	default:
		return hd, &DecodeError{Kind: KindUnsupported, Format: format}
	}
	hd.format = format
	return hd, err
}

// Sniff tells the format by its signature, also those that Decode does not read;
// "" where it knows none. It does not look whether the rest is a picture.
func Sniff(data []byte) Format {
	at := func(off int, s string) bool { return len(data) >= off+len(s) && string(data[off:off+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return JPEG
	case at(0, "\x89PNG\r\n\x1a\n"):
		return PNG
	case at(0, "RIFF") && at(8, "WEBP"):
		return WebP
	case at(4, "ftyp"):
		return sniffISO(data)
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return formatGIF
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return formatTIFF
	case at(0, "%PDF-"):
		return formatPDF
	case at(0, "BM") && at(6, "\x00\x00\x00\x00"):
		return formatBMP
	case at(0, "\xff\x0a"), at(0, "\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return formatJXL
	case at(0, "\x00\x00\x00\x0cjP  \r\n\x87\n"):
		return formatJP2
	}
	return ""
}

func (hd *header) check(lim Limits) error {
	px := int64(hd.w) * int64(hd.h)
	switch {
	case hd.w <= 0 || hd.h <= 0:
		return &DecodeError{Kind: KindCorrupt, Format: hd.format, Detail: "no size"}
	case hd.w > lim.Side || hd.h > lim.Side || px > lim.Pixels:
		return &DecodeError{Kind: KindTooManyPixels, Format: hd.format, Detail: fmt.Sprintf("%dx%d", hd.w, hd.h)}
	case float64(px)*hd.perPixel > float64(lim.Pixels)*maxWorkPerPixel:
		return &DecodeError{Kind: KindTooManyPixels, Format: hd.format, Detail: fmt.Sprintf("%dx%d at %.1f bytes a pixel", hd.w, hd.h, hd.perPixel)}
	case hd.frames > lim.Frames:
		return &DecodeError{Kind: KindAnimated, Format: hd.format, Detail: fmt.Sprintf("%d frames", hd.frames)}
	}
	return nil
}

// decodePixels runs the format's decoder. A panic in it is an error like any other: files may be made to cause one.
func decodePixels(ctx context.Context, data []byte, hd header) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, &DecodeError{Kind: KindCorrupt, Format: hd.format, Detail: "decoder panicked"}
		}
	}()
	r := &contextReader{ctx: ctx, r: bytes.NewReader(data)}
	switch hd.format {
	case JPEG:
		img, err = jpeg.Decode(r)
	case PNG:
		img, err = png.Decode(r)
	case WebP:
		img, err = webp.Decode(r)
	case HEIC:
		img, err = decodeHEIC(ctx, data, hd)
	default: // inspect has refused it
		err = &DecodeError{Kind: KindUnsupported, Format: hd.format}
	}
	if err == nil && ctx.Err() == nil {
		return img, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("imaging: decode: %w", ctx.Err())
	}
	if _, ok := errors.AsType[*DecodeError](err); ok {
		return nil, err
	}
	kind := KindCorrupt
	var unsupJPEG jpeg.UnsupportedError
	var unsupPNG png.UnsupportedError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		kind = KindTruncated
	case errors.As(err, &unsupJPEG), errors.As(err, &unsupPNG):
		kind = KindUnsupported
	}
	return nil, &DecodeError{Kind: kind, Format: hd.format, Err: err}
}

// contextReader ends reading when ctx does. The standard decoders read as they go, so that ends them too.
type contextReader struct {
	ctx context.Context //nolint:containedctx // lives as long as one call of a decoder that takes no context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
