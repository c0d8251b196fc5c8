package imaging

import "image"

// orientation says how stored pixels are shown: a transposition first (rows become columns), then mirrors of the result.
type orientation struct{ transpose, flipX, flipY bool }

// orientations is Exif 2.32 (CIPA DC-008) tag 0x0112, by value; index 0 stands for "absent".
var orientations = [9]orientation{
	1: {},
	2: {flipX: true},
	3: {flipX: true, flipY: true},
	4: {flipY: true},
	5: {transpose: true},
	6: {transpose: true, flipX: true},
	7: {transpose: true, flipX: true, flipY: true},
	8: {transpose: true, flipY: true},
}

// size gives the shown size of a stored w×h picture.
func (o orientation) size(w, h int) (int, int) {
	if o.transpose {
		return h, w
	}
	return w, h
}

// steps says where stored pixels land in a shown picture of w×h with the given stride and bytes a pixel: pixel (x, y) goes to
// origin + x*dx + y*dy.
func (o orientation) steps(w, h, stride, size int) (origin, dx, dy int) {
	sx, sy := size, stride
	if o.flipX {
		origin += (w - 1) * size
		sx = -sx
	}
	if o.flipY {
		origin += (h - 1) * stride
		sy = -sy
	}
	if o.transpose {
		return origin, sy, sx
	}
	return origin, sx, sy
}

// tileSide keeps the rows a transposition writes to within the first-level cache.
const tileSide = 32

// tiles calls f on squares that cover a w×h picture, on several goroutines.
func tiles(w, h int, f func(image.Rectangle)) {
	rows := (h + tileSide - 1) / tileSide
	parallelRows(rows, max(1, 1<<17/max(w*tileSide, 1)), func(lo, hi int) {
		for ty := lo; ty < hi; ty++ {
			y0, y1 := ty*tileSide, min((ty+1)*tileSide, h)
			for x0 := 0; x0 < w; x0 += tileSide {
				f(image.Rect(x0, y0, min(x0+tileSide, w), y1))
			}
		}
	})
}

// orientGray returns a copy of src as shown under o, with the stride equal to the width.
func orientGray(src *image.Gray, o orientation) *image.Gray {
	w, h := o.size(src.Rect.Dx(), src.Rect.Dy())
	out := image.NewGray(image.Rect(0, 0, w, h))
	origin, dx, dy := o.steps(w, h, out.Stride, 1)
	tiles(src.Rect.Dx(), src.Rect.Dy(), func(r image.Rectangle) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			at := origin + y*dy + r.Min.X*dx
			for _, v := range src.Pix[y*src.Stride+r.Min.X : y*src.Stride+r.Max.X] {
				out.Pix[at] = v
				at += dx
			}
		}
	})
	return out
}
