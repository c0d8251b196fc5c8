package specimen

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"strconv"
	"strings"
)

// Step is what a filmed person does for a while: rest, away (out of the picture), blink, turn_left, turn_right, open_mouth or come_closer.
// A movement goes there, stays and comes back within its time.
type Step struct {
	Does    string
	Seconds float64
}

// maxFilm bounds a film: what comes from a command line may be mistyped.
const maxFilm = 300 // seconds

// ParseSteps reads "rest:2,turn_left:1.2".
func ParseSteps(text string) ([]Step, error) {
	var out []Step
	total := 0.0
	for part := range strings.SplitSeq(text, ",") {
		does, length, ok := strings.Cut(strings.TrimSpace(part), ":")
		s, err := strconv.ParseFloat(length, 64)
		if !ok || err != nil || !(s > 0) || s > maxFilm {
			return nil, fmt.Errorf("%.40q is not a step such as turn_left:1.2", part)
		}
		if _, ok := momentOf(does, 0); !ok {
			return nil, fmt.Errorf("%.40q is not rest, away, blink, turn_left, turn_right, open_mouth or come_closer", does)
		}
		if total += s; total > maxFilm {
			return nil, fmt.Errorf("a film has at most %d seconds", maxFilm)
		}
		out = append(out, Step{does, s})
	}
	return out, nil
}

// momentOf is a movement made up to a share of it.
func momentOf(does string, up float64) (Moment, bool) {
	switch does {
	case "rest":
		return Moment{}, true
	case "away":
		return Moment{X: 2}, true
	case "blink":
		return Moment{EyesClosed: up}, true
	case "turn_left":
		return Moment{Yaw: 24 * up}, true
	case "turn_right":
		return Moment{Yaw: -24 * up}, true
	case "open_mouth":
		return Moment{MouthOpen: up}, true
	case "come_closer":
		return Moment{Scale: 1 + 0.4*up}, true
	}
	return Moment{}, false
}

// WriteFilm films a person as a camera would, rate frames a second, and writes YUV4MPEG2: the file that a browser can take for a camera.
func WriteFilm(name string, p Person, steps []Step, rate int, seed uint64) error {
	f, err := os.Create(name) //nolint:gosec // the caller's own choice
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // a failed write was told already
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n", filmWidth, filmHeight, rate)
	actor, studio := NewActor(p), NewStudio(StudioOptions{}, seed)
	n := 0
	for _, s := range steps {
		frames := int(math.Round(s.Seconds * float64(rate)))
		for k := range frames {
			x := (float64(k) + 0.5) / float64(frames)
			m, _ := momentOf(s.Does, math.Min(1, 3*math.Min(x, 1-x))) // a third there, a third held, a third back
			t := float64(n) / float64(rate)
			m.X += 0.004 * math.Sin(t/0.9) // nobody stands like a post
			m.Y += 0.003 * math.Sin(t/1.3)
			if err := writeFrame(w, studio.Live(actor, m, [3]float64{}, n)); err != nil {
				return err
			}
			n++
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// writeFrame writes one picture as planes of Y, Cb and Cr, the latter two halved.
func writeFrame(w *bufio.Writer, im *image.RGBA) error {
	width, height := im.Rect.Dx(), im.Rect.Dy()
	y := make([]byte, 0, width*height)
	sums := make([][2]int, width/2*(height/2))
	for v := range height {
		for u := range width {
			p := im.Pix[im.PixOffset(u, v):]
			l, cb, cr := color.RGBToYCbCr(p[0], p[1], p[2])
			y = append(y, l)
			s := &sums[v/2*(width/2)+u/2]
			s[0] += int(cb)
			s[1] += int(cr)
		}
	}
	out := append([]byte("FRAME\n"), y...)
	for k := range 2 {
		for _, s := range sums {
			out = append(out, byte((s[k]+2)/4))
		}
	}
	_, err := w.Write(out)
	return err
}
