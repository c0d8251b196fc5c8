package imaging

import (
	"image"
	"sync"
)

// kept holds measurements of a picture by region, so that one that is asked for twice, or early by another goroutine, is made once.
type kept[V any] struct {
	mu sync.Mutex
	by map[image.Rectangle]func() V
}

func (k *kept[V]) of(r image.Rectangle, measure func() V) V {
	k.mu.Lock()
	get, ok := k.by[r]
	if !ok {
		if k.by == nil {
			k.by = map[image.Rectangle]func() V{}
		}
		get = sync.OnceValue(measure)
		k.by[r] = get
	}
	k.mu.Unlock()
	return get()
}

// measured is what was measured of a picture.
type measured struct {
	focus   kept[FocusStats]
	lattice kept[LatticeStats]
	colour  kept[ColourStats]
	flat    kept[FlatStats]
	hash    kept[uint64]
}

// Focus is [Focus] of region r of p, measured once.
func (p *Picture) Focus(r image.Rectangle) FocusStats {
	return p.measured.focus.of(r, func() FocusStats { return Focus(p.Gray(), r) })
}

// Lattice is [Lattice] of region r of p, measured once.
func (p *Picture) Lattice(r image.Rectangle) LatticeStats {
	return p.measured.lattice.of(r, func() LatticeStats { return Lattice(p.Gray(), r) })
}

// Colour is [Colour] of region r of p, measured once.
func (p *Picture) Colour(r image.Rectangle) ColourStats {
	return p.measured.colour.of(r, func() ColourStats { return Colour(p.RGB, r) })
}

// Flat is [Flat] of p, measured once.
func (p *Picture) Flat() FlatStats {
	return p.measured.flat.of(p.RGB.Rect, func() FlatStats { return Flat(p.Gray()) })
}

// PerceptualHash is [PerceptualHash] of p, computed once.
func (p *Picture) PerceptualHash() uint64 {
	return p.measured.hash.of(p.RGB.Rect, func() uint64 { return PerceptualHash(p.Gray()) })
}
