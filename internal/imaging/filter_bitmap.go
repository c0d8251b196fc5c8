package imaging

import (
	"image"
	"math/bits"
)

// Bitmap is a black and white raster, 64 pixels a word, bit x%64 of word x/64
// first. Morphology and connected components work on whole words and runs,
// so they cost next to nothing beside making the bitmap.
type Bitmap struct {
	Width, Height int
	stride        int // words a row
	words         []uint64
}

// NewBitmap returns an empty bitmap.
func NewBitmap(width, height int) *Bitmap {
	stride := (width + 63) / 64
	return &Bitmap{Width: width, Height: height, stride: stride, words: make([]uint64, stride*height)}
}

// At tells whether pixel x, y is set.
func (b *Bitmap) At(x, y int) bool { return b.words[y*b.stride+x/64]>>(x%64)&1 != 0 }

// Set sets pixel x, y.
func (b *Bitmap) Set(x, y int) { b.words[y*b.stride+x/64] |= 1 << (x % 64) }

// SetAbove sets the pixels of row y at which value > factor·(mean+floor).
func (b *Bitmap) SetAbove(y int, value []uint32, mean []float32, factor, floor float32) {
	row := b.row(y)
	mean = mean[:len(value)]
	var word uint64
	for x, v := range value {
		if float32(v) > factor*(mean[x]+floor) {
			word |= 1 << (x & 63)
		}
		if x&63 == 63 || x == len(value)-1 {
			row[x>>6] = word
			word = 0
		}
	}
}

// row returns the words of row y.
func (b *Bitmap) row(y int) []uint64 { return b.words[y*b.stride : (y+1)*b.stride] }

// span is a run of set pixels in a row: from x0 up to and without x1.
type span struct{ x0, x1 int }

// spans appends the runs of set pixels of row y to into.
func (b *Bitmap) spans(y int, into []span) []span {
	row := b.row(y)
	x := nextBit(row, 0, 0, b.Width)
	for x < b.Width {
		end := nextBit(row, x, ^uint64(0), b.Width)
		into = append(into, span{x, end})
		x = nextBit(row, end, 0, b.Width)
	}
	return into
}

// nextBit returns the first position at or after x, at most limit, whose bit
// differs from those of base (0 looks for a set bit, all ones for a clear one).
func nextBit(row []uint64, x int, base uint64, limit int) int {
	if x >= limit {
		return limit
	}
	w := x / 64
	v := (row[w] ^ base) >> (x % 64) << (x % 64)
	for v == 0 {
		w++
		if w == len(row) {
			return limit
		}
		v = row[w] ^ base
	}
	return min(w*64+bits.TrailingZeros64(v), limit)
}

// fill sets the pixels x0..x1-1 of a row.
func fill(row []uint64, x0, x1 int) {
	if x0 >= x1 {
		return
	}
	first, last := x0/64, (x1-1)/64
	head := ^uint64(0) << (x0 % 64)
	tail := ^uint64(0) >> (63 - (x1-1)%64)
	if first == last {
		row[first] |= head & tail
		return
	}
	row[first] |= head
	for i := first + 1; i < last; i++ {
		row[i] = ^uint64(0)
	}
	row[last] |= tail
}

// CloseRows closes gaps shorter than n pixels between set pixels of the same
// row: morphological closing by an n×1 element (n odd).
func (b *Bitmap) CloseRows(n int) *Bitmap {
	out := NewBitmap(b.Width, b.Height)
	var runs []span
	for y := range b.Height {
		runs = b.spans(y, runs[:0])
		row := out.row(y)
		for i := 0; i < len(runs); i++ {
			r := runs[i]
			for i+1 < len(runs) && runs[i+1].x0-r.x1 < n {
				i++
				r.x1 = runs[i].x1
			}
			// As with the shrinking window of grey morphology, a gap to the
			// border that the element bridges with its half is closed too.
			if r.x0 <= n/2 {
				r.x0 = 0
			}
			if b.Width-r.x1 <= n/2 {
				r.x1 = b.Width
			}
			fill(row, r.x0, r.x1)
		}
	}
	return out
}

// Open keeps only what a w×h rectangle (both odd) fits into: morphological
// opening. At the border the rectangle may stand out of the picture.
func (b *Bitmap) Open(w, h int) *Bitmap {
	rx, ry := w/2, h/2
	eroded := NewBitmap(b.Width, b.Height)
	all := make([]uint64, b.stride)
	narrow := NewBitmap(b.Width, 1)
	var runs []span
	for y := range b.Height {
		copy(all, b.row(y))
		for dy := -ry; dy <= ry; dy++ {
			if yy := y + dy; yy >= 0 && yy < b.Height {
				for i, v := range b.row(yy) {
					all[i] &= v
				}
			}
		}
		copy(narrow.words, all)
		runs = narrow.spans(0, runs[:0])
		row := eroded.row(y)
		for _, r := range runs {
			x0, x1 := r.x0+rx, r.x1-rx
			if r.x0 == 0 {
				x0 = 0
			}
			if r.x1 == b.Width {
				x1 = b.Width
			}
			fill(row, x0, x1)
		}
	}
	out := NewBitmap(b.Width, b.Height)
	wide := make([]uint64, b.stride)
	for y := range b.Height {
		runs = eroded.spans(y, runs[:0])
		if len(runs) == 0 {
			continue
		}
		clear(wide)
		for _, r := range runs {
			fill(wide, max(r.x0-rx, 0), min(r.x1+rx, b.Width))
		}
		for yy := max(y-ry, 0); yy <= min(y+ry, b.Height-1); yy++ {
			row := out.row(yy)
			for i, v := range wide {
				row[i] |= v
			}
		}
	}
	return out
}

// Component is a set of touching pixels (8-connected).
type Component struct {
	Bounds image.Rectangle
	Area   int // pixels
	// Ends holds the leftmost and rightmost pixel of every run of the
	// component: its convex hull is theirs.
	Ends []image.Point
}

// Components returns the connected components of the set pixels, in the order
// of their first run, top to bottom and left to right.
func (b *Bitmap) Components() []Component {
	type run struct {
		span

		y, label int
	}
	var (
		runs       []run
		parent     []int
		prev, from int // the previous row's runs are runs[prev:from]
		buf        []span
	)
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for y := range b.Height {
		from = len(runs)
		buf = b.spans(y, buf[:0])
		above := runs[prev:from]
		if len(above) > 0 && above[0].y != y-1 {
			above = nil
		}
		k := 0
		for _, s := range buf {
			label := -1
			// Runs touch when they overlap after growing one by a pixel.
			for k < len(above) && above[k].x1 < s.x0 {
				k++
			}
			for j := k; j < len(above) && above[j].x0 <= s.x1; j++ {
				other := find(above[j].label)
				switch {
				case label < 0:
					label = other
				case other < label:
					parent[label] = other
					label = other
				default:
					parent[other] = label
				}
			}
			if label < 0 {
				label = len(parent)
				parent = append(parent, label)
			}
			runs = append(runs, run{s, y, label})
		}
		if len(buf) > 0 {
			prev = from
		}
	}
	index := make([]int, len(parent))
	for i := range index {
		index[i] = -1
	}
	var out []Component
	for _, r := range runs {
		root := find(r.label)
		if index[root] < 0 {
			index[root] = len(out)
			out = append(out, Component{})
		}
		c := &out[index[root]]
		c.Bounds = c.Bounds.Union(image.Rect(r.x0, r.y, r.x1, r.y+1))
		c.Area += r.x1 - r.x0
		c.Ends = append(c.Ends, image.Pt(r.x0, r.y))
		if r.x1-1 > r.x0 {
			c.Ends = append(c.Ends, image.Pt(r.x1-1, r.y))
		}
	}
	return out
}
