package pdf417

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// TestSymbols holds the table against what the standard says of every pattern.
func TestSymbols(t *testing.T) {
	t.Parallel()
	seen := map[uint32]bool{}
	for cluster := range 3 {
		for v := range Values {
			p := Pattern(cluster, v)
			var widths []int
			for m, last := 16, uint32(2); m >= 0; m-- {
				if b := p >> m & 1; b != last {
					widths, last = append(widths, 0), b
				}
				widths[len(widths)-1]++
			}
			if len(widths) != 8 || p&1 != 0 || bits.Len32(p) != 17 {
				t.Fatalf("cluster %d, value %d: %017b", cluster, v, p)
			}
			for _, w := range widths {
				if w > 6 {
					t.Errorf("cluster %d, value %d has an element of %d", cluster, v, w)
				}
			}
			if c := (widths[0] - widths[2] + widths[4] - widths[6] + 9) % 9; c != 3*cluster {
				t.Errorf("cluster %d, value %d belongs to cluster %d", 3*cluster, v, c)
			}
			if seen[p] {
				t.Errorf("%017b twice", p)
			}
			seen[p] = true
		}
	}
}

// wordsOf reads the codewords of a symbol back from its modules.
func wordsOf(t *testing.T, rows [][]bool, l Layout) []int {
	t.Helper()
	var words []int
	for r, row := range rows {
		if len(row) != l.Modules() {
			t.Fatalf("row %d has %d modules, want %d", r, len(row), l.Modules())
		}
		value := map[uint32]int{}
		for v := range Values {
			value[Pattern(r, v)] = v
		}
		for c := range l.Columns {
			var p uint32
			for _, m := range row[17*(c+2) : 17*(c+3)] {
				p <<= 1
				if m {
					p |= 1
				}
			}
			words = append(words, value[p])
		}
	}
	return words
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, text := range []string{
		"A", "@\n\x1e\rANSI 636000080002DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDACmichael\nDAK23269-0000  \r",
		"C\xd4T\xc9 \x1e\x1eab\x1eC;D", "hello World 12 ;x ;Y", "\x00\xff", "a;b", "1;2", "A;B",
	} {
		for level := range 6 {
			rows, l, err := Encode([]byte(text), 5, level)
			if err != nil {
				t.Fatal(err)
			}
			words := wordsOf(t, rows, l)
			n := 1 << (level + 1)
			spare := 2
			if n < 8 {
				spare = 1
			}
			for range 20 {
				broken := append([]int{}, words...)
				// Errors cost two, missing words one.
				budget, want := n-spare, 0
				for _, at := range r.Perm(len(words)) {
					switch {
					case budget >= 2 && r.IntN(2) == 0:
						broken[at] = (broken[at] + 1 + r.IntN(Values-1)) % Values
						budget, want = budget-2, want+1
					case budget >= 1:
						broken[at] = -1
						budget, want = budget-1, want+1
					}
				}
				got, repaired, err := Decode(broken, l)
				if err != nil || string(got) != text || repaired != want {
					t.Fatalf("%q, level %d: %q, %d of %d repaired, %v", text, level, got, repaired, want, err)
				}
			}
			// Noise is refused.
			for i := range words {
				words[i] = r.IntN(Values)
			}
			if got, _, err := Decode(words, l); err == nil && level >= 3 {
				t.Errorf("noise gives %q", got)
			}
		}
	}
}

// TestExpand reads the modes that Encode does not write: the examples of ISO/IEC 15438.
func TestExpand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words []int
		want  string
	}{
		{[]int{902, 1, 624, 434, 632, 282, 200}, "000213298174000"}, // 5.4.4
		{[]int{924, 1, 620, 89, 74, 846}, "\x01\x02\x03\x04\x05\x06"},
		{[]int{924, 163, 238, 432, 766, 244}, "alcool"},
		{[]int{901, 163, 238, 432, 766, 244, 105}, "alcooli"},
		{[]int{900, 0*30 + 27, 0*30 + 27, 1*30 + 2, 28*30 + 1}, "AaBc1"},
	} {
		got, err := expand(c.words)
		if err != nil || string(got) != c.want {
			t.Errorf("%v: %q, %v, want %q", c.words, got, err, c.want)
		}
	}
}

func FuzzExpand(f *testing.F) {
	f.Add([]byte{3, 132, 0, 10, 3, 145, 0, 65})
	f.Add([]byte{3, 134, 0, 1, 2, 112})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 2*Values {
			return
		}
		var words []int
		for i := 0; i+1 < len(b); i += 2 {
			words = append(words, (int(b[i])<<8|int(b[i+1]))%Values)
		}
		got, err := expand(words)
		if err == nil && len(got) > 8*len(words) {
			t.Errorf("%d bytes from %d words", len(got), len(words))
		}
		_, _ = bytes.CutPrefix(got, nil)
		_, _, _ = Decode(words, Layout{Rows: len(words) / 2, Columns: 2, Level: len(words) % 9})
	})
}
