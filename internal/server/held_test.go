package server

import (
	"bytes"
	"testing"
	"time"
)

func photoOf(n int) []byte {
	b := make([]byte, n)
	for k := range b {
		b[k] = byte(k * 7)
	}
	return b
}

func TestPiecesJoinOn(t *testing.T) {
	t.Parallel()
	whole := photoOf(100)
	now := time.Now()
	for name, x := range map[string]struct {
		offset int
		piece  []byte
		fits   bool
		here   int
	}{
		"the next":                {40, whole[40:60], true, 60},
		"the rest":                {40, whole[40:], true, 100},
		"nothing":                 {40, nil, true, 40},
		"the last one again":      {20, whole[20:40], true, 40},
		"another in its place":    {20, whole[21:41], false, 40},
		"over what is here":       {30, whole[30:60], false, 40},
		"with a hole":             {50, whole[50:60], false, 40},
		"before the beginning":    {-1, whole[:1], false, 40},
		"more than was announced": {40, photoOf(61), false, 40},
	} {
		var h held
		u := &upload{id: "upl_1", size: 100, touched: now}
		h.begin(u, 1)
		if n, ok := h.add(u, 0, whole[:40], now); n != 40 || !ok {
			t.Fatalf("%s: the beginning: %d, %v", name, n, ok)
		}
		n, ok := h.add(u, x.offset, x.piece, now)
		if ok != x.fits || n != x.here || h.bytes != x.here || !bytes.Equal(u.body, whole[:x.here]) {
			t.Errorf("%s: fits %v, %d here, %d counted", name, ok, n, h.bytes)
		}
		if _, _, done := h.content(u); done != (x.here == 100) {
			t.Errorf("%s: whole %v", name, done)
		}
	}
}

func TestWhatIsHeldIsBounded(t *testing.T) {
	t.Parallel()
	var h held
	now := time.Now()
	begin := func(id, scope string) *upload {
		now = now.Add(time.Second)
		u := &upload{id: id, scope: scope, size: maxUpload, touched: now}
		h.begin(u, applicantHeld)
		return u
	}
	a, b := begin("a", "one"), begin("b", "one")
	c := begin("c", "two")
	d := begin("d", "one") // one more than a caller may have: the oldest makes room
	if h.of["a"] == a || h.of["b"] != b || h.of["c"] != c || h.of["d"] != d {
		t.Errorf("after a third upload of one caller these are left: %v", h.of)
	}
	if _, ok := h.add(a, 0, photoOf(10), now); ok {
		t.Error("a piece was taken for a photo that was dropped")
	}

	// Full: the one that was left alone for longest makes room, and the one that grows stays.
	piece := photoOf(maxChunk)
	for k := range maxHeld / maxUpload * 2 {
		u := begin(string(rune('A'+k)), string(rune('A'+k)))
		for off := 0; off < maxUpload; off += maxChunk {
			now = now.Add(time.Millisecond)
			if _, ok := h.add(u, off, piece, now); !ok {
				t.Fatalf("photo %d at %d does not fit", k, off)
			}
			if h.bytes > maxHeld {
				t.Fatalf("%d bytes are held", h.bytes)
			}
		}
		if _, _, whole := h.content(u); !whole {
			t.Fatalf("photo %d was dropped while it grew", k)
		}
	}
	if h.of["A"] != nil {
		t.Error("the oldest photo is still there")
	}
	h.forget(func(*upload) bool { return true })
	if h.bytes != 0 || len(h.of) != 0 {
		t.Errorf("%d bytes of %d photos are left", h.bytes, len(h.of))
	}
}

func TestWhatIsAbandonedGoes(t *testing.T) {
	t.Parallel()
	var h held
	u := &upload{id: "upl_1", size: 100}
	h.begin(u, 1)
	h.add(u, 0, photoOf(50), time.Now())
	u.end.Reset(time.Millisecond) // its time is up
	for range 1000 {
		h.mu.Lock()
		left, held := h.bytes, len(h.of)
		h.mu.Unlock()
		if left == 0 && held == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it is still held")
}

// FuzzPieces: whatever pieces come, what is here is the beginning of the photo,
// and what is counted is what is here.
func FuzzPieces(f *testing.F) {
	f.Add([]byte{0, 10, 10, 10, 5, 5, 20, 255})
	f.Add([]byte{0, 255, 1, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		whole := photoOf(600)
		var h held
		u := &upload{id: "upl_1", size: 500}
		h.begin(u, 1)
		for k := 0; k+1 < len(script); k += 2 {
			from := int(script[k]) * 2
			to := min(len(whole), from+int(script[k+1]))
			n, _ := h.add(u, from, whole[from:to], time.Time{})
			if n != len(u.body) || n != h.bytes || n > u.size || !bytes.Equal(u.body, whole[:n]) {
				t.Fatalf("after [%d,%d): told %d, here %d, counted %d", from, to, n, len(u.body), h.bytes)
			}
		}
		h.forget(func(*upload) bool { return true })
		if h.bytes != 0 {
			t.Fatalf("%d bytes are left", h.bytes)
		}
	})
}
