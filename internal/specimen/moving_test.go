package specimen

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	got, err := ParseSteps("rest:2, turn_left:0.5")
	if err != nil || len(got) != 2 || got[1] != (Step{"turn_left", 0.5}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "rest", "rest:0", "rest:-1", "rest:NaN", "dance:1", "rest:200,rest:200", "rest:1e9"} {
		if got, err := ParseSteps(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// TestFilm: the file has as many frames as its steps ask for, and somebody who is away is not in it.
func TestFilm(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "film.y4m")
	p := NewPerson(7, Profile{Reference: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)})
	if err := WriteFilm(name, p, []Step{{"rest", 0.4}, {"away", 0.2}}, 10, 1); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	if !strings.HasPrefix(string(head), "YUV4MPEG2 W240 H320 F10:1") {
		t.Errorf("%s", head)
	}
	const frame = 240*320*3/2 + len("FRAME\n")
	if len(rest) != 6*frame {
		t.Fatalf("%d bytes of frames", len(rest))
	}
	// The middle of the face: skin, then wall.
	at := func(n int) byte { return rest[n*frame+len("FRAME\n")+140*240+120] }
	if d := int(at(0)) - int(at(1)); d > 12 || d < -12 {
		t.Errorf("at rest the face changes by %d", d)
	}
	if d := int(at(0)) - int(at(5)); d < 12 && d > -12 {
		t.Errorf("away differs by %d only", d)
	}
}
