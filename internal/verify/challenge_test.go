package verify

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/liveness"
	"bonafide/internal/policy"
)

// TestACrashLosesNoFrame: the process ends after a frame or a recording is durable
// and before anything follows from it. Whoever comes next carries on.
func TestACrashLosesNoFrame(t *testing.T) {
	t.Parallel()
	pol := standard(t)
	pol.Face.Capture = policy.Live
	pol.Items = []kyc.Item{kyc.Details, kyc.Face}
	content := func(shade int) []byte {
		m := image.NewGray(image.Rect(0, 0, 8, 8))
		m.Pix[0] = uint8(shade)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, carryOn := range map[string]func(l *lab, c kyc.Case, d Challenge) error{
		"the challenge is read": func(l *lab, c kyc.Case, d Challenge) error { _, err := l.Challenge(l.ctx(), c.ID, d.ID); return err },
		"a frame comes again": func(l *lab, c kyc.Case, d Challenge) error {
			_, err := l.PutFrame(l.ctx(), c.ID, d.ID, 100, content(100))
			return err
		},
		"the recording is told again": func(l *lab, c kyc.Case, d Challenge) error {
			_, err := l.CompleteChallenge(l.ctx(), c.ID, d.ID, recordingOf(d, 0, 100))
			return err
		},
		"nobody comes": func(l *lab, _ kyc.Case, _ Challenge) error { l.pass(time.Hour); return l.ExpireDue(l.ctx()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, pol, nil)
			c := l.open()
			d, err := l.DrawChallenge(l.ctx(), c.ID, "", false)
			if err != nil {
				t.Fatal(err)
			}
			for _, ms := range []int64{0, 100} {
				if ms == 100 {
					if _, err := l.CompleteChallenge(l.ctx(), c.ID, d.ID, recordingOf(d, 0, 100)); err != nil {
						t.Fatal(err)
					}
				}
				if err := l.takeFrame(l.ctx(), c.ID, d.ID, ms, content(int(ms))); err != nil {
					t.Fatal(err)
				}
			}
			if now, _ := l.readChallenge(l.ctx(), c.ID, d.ID); now.Status != kyc.ChallengeWaiting { // where the crash leaves it
				t.Fatalf("%+v", now)
			}
			if err := carryOn(l, c, d); err != nil {
				t.Fatal(err)
			}
			now, err := l.readChallenge(l.ctx(), c.ID, d.ID)
			if err != nil || now.Status != kyc.ChallengeUsed {
				t.Fatalf("%+v, %v", now, err)
			}
			after, err := l.Case(l.ctx(), c.ID)
			if f, _ := after.Item(kyc.Face); err != nil || f.Status != kyc.Submitted || f.Current.ID != now.Submission {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
}

func recordingOf(d Challenge, times ...int64) Recording {
	r := Recording{Frames: times}
	for k, c := range d.Colours {
		at := int64(k) * d.ColourMS
		r.Colours = append(r.Colours, Shown{c, at, at + d.ColourMS})
	}
	return r
}

// TestDrawnAtRandom: each movement and colour at most once, and each as often as
// any other at every place, nearly: no challenge is without a turn.
func TestDrawnAtRandom(t *testing.T) {
	t.Parallel()
	pol := standard(t)
	const n = 3000
	first := map[kyc.Action]int{}
	for seed := range uint64(n) {
		d, err := draw(&sequenceOf{seed}, pol.Face.Sequence, true)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Actions) != pol.Face.Sequence.Count || len(d.Colours) != coloursOfOne {
			t.Fatalf("%+v", d)
		}
		if a := slices.Compact(slices.Sorted(slices.Values(d.Actions))); len(a) != len(d.Actions) {
			t.Fatalf("a movement twice: %v", d.Actions)
		}
		if !slices.Contains(d.Actions, kyc.TurnLeft) && !slices.Contains(d.Actions, kyc.TurnRight) {
			t.Fatalf("no turn: %v", d.Actions)
		}
		first[d.Actions[0]]++
	}
	for a, times := range first {
		if share := float64(times) / n; share < 0.17 || share > 0.23 || len(first) != 5 {
			t.Errorf("%s comes first in %.3f of the challenges", a, share)
		}
	}
}

// sequenceOf is a reader of pseudo-random bytes.
type sequenceOf struct{ state uint64 }

func (s *sequenceOf) Read(p []byte) (int, error) {
	for k := range p {
		s.state += 0x9E3779B97F4A7C15
		z := (s.state ^ s.state>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		p[k] = byte(z >> 32)
	}
	return len(p), nil
}

// TestLostFramesAreHeldAgainstNobody: what was not seen may be in the frames that
// never came.
func TestLostFramesAreHeldAgainstNobody(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		s    Sequence
		want []kyc.Code
		free bool
	}{
		"all arrived, nothing seen":    {Sequence{}, []kyc.Code{kyc.LivenessIncomplete}, false},
		"some are lost, nothing seen":  {Sequence{Missing: 3}, []kyc.Code{kyc.LivenessFramesMissing}, true},
		"frames of another challenge":  {Sequence{Replayed: 1}, []kyc.Code{kyc.LivenessIncomplete, kyc.LivenessReplayed}, false},
		"a program steers the browser": {Sequence{Recording: Recording{Device: Device{Automated: true}}}, []kyc.Code{kyc.LivenessIncomplete, kyc.LivenessVirtualCamera}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.s.Actions = []kyc.Action{kyc.TurnLeft}
			tc.s.Measured = still(20)
			j := judge{policy: standard(t)}
			j.live(tc.s)
			var got []kyc.Code
			free := false
			for _, f := range kyc.Visible(j.findings) {
				got = append(got, f.Code)
				free = free || f.Definition().Free
			}
			if !slices.Equal(got, tc.want) || free != tc.free {
				t.Errorf("got %v, no attempt used: %v", got, free)
			}
		})
	}
	t.Run("not measured", func(t *testing.T) {
		t.Parallel()
		j := judge{policy: standard(t)}
		if j.live(Sequence{}); len(j.findings) != 1 || j.findings[0].Code != kyc.OurFault {
			t.Errorf("%+v", j.findings)
		}
	})
}

func standard(t *testing.T) policy.Policy {
	t.Helper()
	p, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// still is what is measured on a face that does nothing.
func still(frames int) *liveness.Measurement {
	return &liveness.Measurement{Frames: liveness.Frames{Received: frames, Distinct: frames, Face: frames, ToMS: int64(frames) * 100, PaceMS: 100}}
}
