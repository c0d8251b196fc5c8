package imaging

import (
	"encoding/binary"
	"image"
)

// Grey morphology with rectangular structuring elements. Beyond the border
// nothing is darker or lighter: the window shrinks to the picture, as in
// Serra's definition and in OpenCV's default.
//
// A w×h window is a row window followed by a column window, and a window of
// n is two overlapping windows of the next lower power of two; eight bytes
// travel in one machine word. The cost grows with log₂ of the window only.

const (
	highBits = 0x8080808080808080
	allOnes  = 0xff
)

// maxBytes returns the larger of each of the eight bytes of a and b.
func maxBytes(a, b uint64) uint64 {
	// The low seven bits are compared by a subtraction that cannot borrow
	// across bytes; the high bits decide where they differ.
	low := ((a | highBits) - (b &^ highBits))
	ge := ((a &^ b) | (^(a ^ b) & low)) & highBits
	mask := (ge >> 7) * allOnes
	return b ^ ((a ^ b) & mask)
}

// Dilate returns the maximum of src over a window of w×h pixels (both odd)
// centred on each pixel.
func Dilate(src *image.Gray, w, h int) *image.Gray { return extreme(src, w, h, 0) }

// Erode returns the minimum of src over a window of w×h pixels (both odd)
// centred on each pixel.
func Erode(src *image.Gray, w, h int) *image.Gray { return extreme(src, w, h, 0xff) }

// Close dilates, then erodes: dark detail smaller than w×h disappears.
func Close(src *image.Gray, w, h int) *image.Gray { return Erode(Dilate(src, w, h), w, h) }

// Open erodes, then dilates: light detail smaller than w×h disappears.
func Open(src *image.Gray, w, h int) *image.Gray { return Dilate(Erode(src, w, h), w, h) }

// BlackHat returns Close(src)−src: how much darker each pixel is than the
// paper around it, for dark detail smaller than w×h.
func BlackHat(src *image.Gray, w, h int) *image.Gray {
	out := Close(src, w, h)
	for y := range out.Rect.Dy() {
		row, from := grayRow(out, y), grayRow(src, y)
		from = from[:len(row)]
		for x := range row {
			row[x] -= from[x]
		}
	}
	return out
}

// extreme computes Dilate (flip 0) or Erode (flip 0xff): the minimum is the
// maximum of the complement.
func extreme(src *image.Gray, bw, bh int, flip byte) *image.Gray {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	if w == 0 || h == 0 {
		return out
	}
	rx, ry := bw/2, bh/2
	// A padded copy, in which the border cannot win. Room for whole words.
	stride := (w + 2*rx + 15) &^ 7
	rows := h + 2*ry
	a := make([]byte, stride*rows)
	for y := range h {
		dst := a[(y+ry)*stride+rx:][:w]
		copy(dst, grayRow(src, y))
		if flip != 0 {
			for x := range dst {
				dst[x] ^= flip
			}
		}
	}
	for y := ry; y < ry+h; y++ {
		windowMax(a[y*stride:(y+1)*stride], bw)
	}
	have := 1
	for have < bh {
		step := min(have, bh-have)
		// Going down, the row step below has not been overwritten yet.
		for y := 0; y+step < rows; y++ {
			dst, below := a[y*stride:(y+1)*stride], a[(y+step)*stride:(y+step+1)*stride]
			for i := 0; i+8 <= len(dst); i += 8 {
				v := maxBytes(binary.LittleEndian.Uint64(dst[i:]), binary.LittleEndian.Uint64(below[i:]))
				binary.LittleEndian.PutUint64(dst[i:], v)
			}
		}
		have += step
	}
	for y := range h {
		dst := grayRow(out, y)
		copy(dst, a[y*stride:][:w])
		if flip != 0 {
			for x := range dst {
				dst[x] ^= flip
			}
		}
	}
	return out
}

// windowMax replaces row[i] by the maximum of row[i:i+n], in place; values
// past the end count as 0.
func windowMax(row []byte, n int) {
	have := 1
	for have < n {
		step := min(have, n-have)
		end := len(row) - 8 - step
		i := 0
		for ; i <= end; i += 8 {
			v := maxBytes(binary.LittleEndian.Uint64(row[i:]), binary.LittleEndian.Uint64(row[i+step:]))
			binary.LittleEndian.PutUint64(row[i:], v)
		}
		for ; i+step < len(row); i++ {
			row[i] = max(row[i], row[i+step])
		}
		have += step
	}
}
