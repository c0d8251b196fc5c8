package imaging

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// maxScans is more than any encoder writes (libjpeg's default progression has 10): each scan of a progressive JPEG is a pass over all
// its blocks, and a scan may be a dozen bytes long.
const maxScans = 64

// maxEXIF bounds what is read as EXIF. JPEG cannot hold more in one segment; others have no reason to.
const maxEXIF = 1 << 16

// inspectJPEG walks the markers of ITU-T T.81 Annex B up to EOI, through the entropy-coded data without decoding it.
func inspectJPEG(data []byte) (hd header, err error) {
	fail := func(k Kind, detail string) (header, error) {
		return hd, &DecodeError{Kind: k, Format: JPEG, Detail: detail}
	}
	hd.frames = 1
	var scans, entropy, minBits int
	for i := 2; ; {
		// In entropy-coded data FF 00 is a stuffed byte and FF D0..D7 a restart; anywhere else bytes between segments are skipped, as
		// the decoders do.
		n := bytes.IndexByte(data[i:], 0xff)
		if n < 0 {
			return fail(KindTruncated, "no end of image")
		}
		entropy += n
		i += n
		for i < len(data) && data[i] == 0xff {
			i++
		}
		if i >= len(data) {
			return fail(KindTruncated, "no end of image")
		}
		marker := data[i]
		i++
		switch {
		case marker == 0 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8:
			continue
		case marker == 0xd9: // EOI
			if hd.w == 0 || scans == 0 {
				return fail(KindCorrupt, "no picture before the end of image")
			}
			if entropy*8 < minBits {
				return fail(KindTruncated, fmt.Sprintf("%d bytes cannot hold %dx%d", entropy, hd.w, hd.h))
			}
			return hd, nil
		}
		if i+2 > len(data) {
			return fail(KindTruncated, "in a segment")
		}
		size := int(binary.BigEndian.Uint16(data[i:]))
		if size < 2 {
			return fail(KindCorrupt, "segment length")
		}
		if i+size > len(data) {
			return fail(KindTruncated, "in a segment")
		}
		seg := data[i+2 : i+size]
		i += size
		switch marker {
		case 0xda: // SOS
			if scans++; scans > maxScans {
				return fail(KindUnsupported, fmt.Sprintf("more than %d scans", maxScans))
			}
		case 0xe1:
			if hd.exif == nil && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
				hd.exif = seg[6:]
			}
		case 0xc0, 0xc1, 0xc2: // SOF of the three processes in use
			if hd.w != 0 {
				return fail(KindCorrupt, "two frames")
			}
			if minBits, err = hd.readSOF(seg, marker == 0xc2); err != nil {
				return hd, err
			}
		case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf:
			return fail(KindUnsupported, fmt.Sprintf("process %#x", marker))
		}
	}
}

// readSOF reads a frame header (T.81 §B.2.2). minBits is the least entropy-coded data that can fill the frame: each block costs a bit
// for its DC and, unless progressive, one for its end.
func (hd *header) readSOF(seg []byte, progressive bool) (minBits int, err error) {
	bad := &DecodeError{Kind: KindCorrupt, Format: JPEG, Detail: "frame header"}
	if len(seg) < 6 {
		return 0, bad
	}
	hd.h, hd.w = int(binary.BigEndian.Uint16(seg[1:])), int(binary.BigEndian.Uint16(seg[3:]))
	n := int(seg[5])
	if hd.w == 0 || hd.h == 0 || n == 0 || n > 4 || len(seg) < 6+3*n {
		return 0, bad // a height of zero (DNL) is legal and decoded by nobody
	}
	var sum, hmax, vmax int
	for c := range n {
		s := seg[7+3*c]
		h, v := int(s>>4), int(s&15)
		if h == 0 || v == 0 || h > 4 || v > 4 {
			return 0, bad
		}
		sum, hmax, vmax = sum+h*v, max(hmax, h), max(vmax, v)
	}
	if n == 1 {
		sum, hmax, vmax = 1, 1, 1
	}
	samples := float64(sum) / float64(hmax*vmax)
	hd.perPixel = samples
	bits := 2
	if progressive {
		hd.perPixel += 4 * samples // image/jpeg keeps coefficients as int32
		bits = 1
	}
	if n == 4 {
		hd.perPixel += 4 // image/jpeg puts CMYK together in another picture
	}
	mcus := ((hd.w + 8*hmax - 1) / (8 * hmax)) * ((hd.h + 8*vmax - 1) / (8 * vmax))
	return mcus * sum * bits, nil
}

// inspectPNG walks the chunks of PNG (W3C, third edition, §5).
func inspectPNG(data []byte) (hd header, err error) {
	fail := func(k Kind, detail string) (header, error) {
		return hd, &DecodeError{Kind: k, Format: PNG, Detail: detail}
	}
	hd.frames = 1
	var need, have int64
	for i := 8; ; {
		if i+8 > len(data) {
			return fail(KindTruncated, "no IEND")
		}
		size, name := int64(binary.BigEndian.Uint32(data[i:])), string(data[i+4:i+8])
		i += 8
		if size > int64(len(data)-i)-4 {
			// The size is told even where the file ends in its first chunk, so that too many pixels are told first.
			if name != "IHDR" {
				return fail(KindTruncated, "in a chunk")
			}
			return fail(KindTruncated, "in IHDR")
		}
		body := data[i : i+int(size)]
		i += int(size) + 4
		switch name {
		case "IHDR":
			if hd.w != 0 || !hd.readIHDR(body) {
				return fail(KindCorrupt, "IHDR")
			}
			if hd.w > 1<<20 || hd.h > 1<<20 {
				return hd, nil // over any limit: let it be told as that
			}
			need = rawPNG(body)
		case "acTL":
			if len(body) >= 4 {
				hd.frames = int(min(binary.BigEndian.Uint32(body), 1<<20))
			}
		case "eXIf":
			if hd.exif == nil {
				hd.exif = body[:min(len(body), maxEXIF)]
			}
		case "IDAT":
			have += size
		case "IEND":
			if hd.w == 0 {
				return fail(KindCorrupt, "no IHDR")
			}
			// Deflate makes at most 1032 bytes of one (RFC 1951: 258 bytes in two bits).
			if have*1032 < need {
				return hd, hd.tooSmallFor(have)
			}
			return hd, nil
		}
		if hd.w == 0 {
			return fail(KindCorrupt, "IHDR is not first")
		}
	}
}

// pngChannels are the samples a pixel of each colour type (table 8); the others are not types.
var pngChannels = [7]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

// readIHDR takes size and memory a pixel from the first chunk (§11.2.1); false means that it is none.
func (hd *header) readIHDR(body []byte) bool {
	if len(body) != 13 {
		return false
	}
	w, h := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return false
	}
	hd.w, hd.h = int(w), int(h)
	depth, kind := body[8], int(body[9])
	if kind >= len(pngChannels) || pngChannels[kind] == 0 || depth == 0 || depth > 16 {
		return false
	}
	hd.perPixel = 1
	if pngChannels[kind] > 1 {
		hd.perPixel = 4
	}
	if depth == 16 {
		hd.perPixel *= 2
	}
	if body[12] != 0 {
		hd.perPixel *= 1.5 // passes are decoded to pictures of their own
	}
	return true
}

// rawPNG is how many bytes the pixels of a valid IHDR take before they are compressed, without the filters' bytes.
func rawPNG(ihdr []byte) int64 {
	w, h := int64(binary.BigEndian.Uint32(ihdr)), int64(binary.BigEndian.Uint32(ihdr[4:]))
	return h * ((w*int64(ihdr[8])*pngChannels[ihdr[9]] + 7) / 8)
}

func (hd *header) tooSmallFor(have int64) error {
	return &DecodeError{Kind: KindTruncated, Format: PNG, Detail: fmt.Sprintf("%d bytes cannot hold %dx%d", have, hd.w, hd.h)}
}

// inspectWebP walks the chunks of RFC 9649.
func inspectWebP(data []byte) (hd header, err error) {
	fail := func(k Kind, detail string) (header, error) {
		return hd, &DecodeError{Kind: k, Format: WebP, Detail: detail}
	}
	if len(data) < 12 {
		return fail(KindTruncated, "in the RIFF header")
	}
	end := 8 + int64(binary.LittleEndian.Uint32(data[4:]))
	cut := end > int64(len(data))
	data = data[:min(end, int64(len(data)))]
	hd.colour = bt601Limited
	var frames, animated, images int
	for i := 12; i+8 <= len(data); {
		size, name := int64(binary.LittleEndian.Uint32(data[i+4:])), string(data[i:i+4])
		i += 8
		whole := size <= int64(len(data)-i)
		body := data[i : i+int(min(size, int64(len(data)-i)))]
		i += len(body) + len(body)&1
		var w, h int
		switch name {
		case "VP8X":
			if len(body) < 10 {
				return fail(KindTruncated, "in VP8X")
			}
			if body[0]&2 != 0 {
				animated = 2
			}
			w, h = 1+int(le24(body[4:])), 1+int(le24(body[7:]))
			if body[0]&0x10 != 0 {
				hd.perPixel = max(hd.perPixel, 8)
			}
		case "VP8 ":
			images++
			if len(body) < 10 {
				return fail(KindTruncated, "in VP8")
			}
			if body[0]&1 != 0 || string(body[3:6]) != "\x9d\x01\x2a" {
				return fail(KindCorrupt, "VP8 frame header")
			}
			w, h = int(binary.LittleEndian.Uint16(body[6:])&0x3fff), int(binary.LittleEndian.Uint16(body[8:])&0x3fff)
			hd.perPixel = max(hd.perPixel, 2)
		case "VP8L":
			images++
			if len(body) < 5 {
				return fail(KindTruncated, "in VP8L")
			}
			bits := binary.LittleEndian.Uint32(body[1:])
			w, h = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
			hd.perPixel = max(hd.perPixel, 8)
		case "ANMF":
			frames++
		case "EXIF":
			if hd.exif == nil {
				hd.exif = bytes.TrimPrefix(body[:min(len(body), maxEXIF)], []byte("Exif\x00\x00"))
			}
		}
		hd.w, hd.h = max(hd.w, w), max(hd.h, h)
		if !whole {
			cut = true
		}
	}
	hd.frames = max(1, frames, animated)
	switch {
	case hd.w == 0 || hd.frames == 1 && images == 0:
		if cut {
			return fail(KindTruncated, "no picture")
		}
		return fail(KindCorrupt, "no picture")
	case cut && hd.frames == 1:
		return fail(KindTruncated, "in a chunk")
	}
	return hd, nil
}

func le24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

// countGIF counts image descriptors (GIF89a §20), giving up at two.
func countGIF(data []byte) (n int) {
	if len(data) < 13 {
		return 0
	}
	i := 13
	if data[10]&0x80 != 0 {
		i += 3 << (data[10]&7 + 1)
	}
	blocks := func() {
		for i < len(data) && data[i] != 0 {
			i += 1 + int(data[i])
		}
		i++
	}
	for i < len(data) && n < 2 {
		switch data[i] {
		case 0x21:
			i += 2
			blocks()
		case 0x2c:
			n++
			if i+9 >= len(data) {
				return n
			}
			flags := data[i+9]
			i += 11
			if flags&0x80 != 0 {
				i += 3 << (flags&7 + 1)
			}
			blocks()
		default:
			return n
		}
	}
	return n
}
