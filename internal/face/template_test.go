package face

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

func filled(model string, first float32) Template {
	t := Template{model: model}
	for i := range t.vector {
		t.vector[i] = first / float32(i+1)
	}
	return t
}

func TestTemplateBytes(t *testing.T) {
	t.Parallel()
	want := filled("dlib-resnet/1/x", .25)
	data := want.Bytes()
	if len(data) != 4+1+15+4*dims || !bytes.HasPrefix(data, []byte("BFT\x01\x0fdlib-resnet/1/x\x00\x00\x80\x3e")) {
		t.Errorf("the layout changed: % x", data[:24])
	}
	got, err := ParseTemplate(data)
	if err != nil || got != want {
		t.Errorf("read back %v", err)
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	t.Parallel()
	good := filled("m", 1).Bytes()
	with := func(i int, v byte) []byte {
		b := bytes.Clone(good)
		b[i] = v
		return b
	}
	nan := bytes.Clone(good)
	copy(nan[len(nan)-4:], []byte{0, 0, 0xc0, 0x7f})
	for _, tt := range []struct {
		name string
		data []byte
	}{
		{"nothing", nil},
		{"the magic alone", good[:4]},
		{"another magic", with(0, 'X')},
		{"a later layout", with(3, 2)},
		{"no model", with(4, 0)},
		{"a longer model than there is", with(4, 255)},
		{"cut", good[:len(good)-1]},
		{"followed by more", append(bytes.Clone(good), 0)},
		{"not a number", nan},
		{"infinite", func() []byte { b := bytes.Clone(nan); b[len(b)-2] = 0x80; return b }()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseTemplate(tt.data); !errors.Is(err, ErrTemplate) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add(filled("dlib-resnet/1/x", .5).Bytes())
	f.Add([]byte("BFT\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ParseTemplate(data)
		if err != nil {
			return
		}
		if !bytes.Equal(got.Bytes(), data) {
			t.Error("a template that was read is written otherwise")
		}
		if c, err := Compare(got, got); err != nil || c.Distance != 0 || c.Score != 1 {
			t.Errorf("a template does not equal itself: %+v, %v", c, err)
		}
	})
}

func TestCompare(t *testing.T) {
	t.Parallel()
	a, b := filled("m/1/x", 0), filled("m/1/x", 0)
	b.vector[3], b.vector[4] = .36, .48
	c, err := Compare(a, b)
	if err != nil || !near(c.Distance, .6, 1e-6) || !near(c.Score, .5, 1e-6) || c.Model != "m/1/x" {
		t.Errorf("%+v, %v", c, err)
	}
	for _, tt := range []struct {
		name string
		a, b Template
	}{
		{"another version", a, filled("m/2/x", 0)},
		{"another recipe", a, filled("m/1/y", 0)},
		{"no templates at all", Template{}, Template{}},
	} {
		if _, err := Compare(tt.a, tt.b); !errors.Is(err, ErrIncompatible) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestScoreFallsStrictly(t *testing.T) {
	t.Parallel()
	last := math.Inf(1)
	for d := 0.0; d < 3; d += .001 {
		s := ScoreOf(d)
		if s >= last || s <= 0 || s > 1 {
			t.Fatalf("ScoreOf(%v) = %v after %v", d, s, last)
		}
		if back := DistanceOf(s); !near(back, d, 1e-6) {
			t.Fatalf("DistanceOf(ScoreOf(%v)) = %v", d, back)
		}
		last = s
	}
}
