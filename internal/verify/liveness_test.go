package verify

import (
	"slices"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/liveness"
	"bonafide/internal/policy"
)

// good is what is measured on somebody who does what was asked.
func goodLiveness() *liveness.Measurement {
	return &liveness.Measurement{
		Frames: liveness.Frames{Received: 40, Distinct: 40, Face: 40, ToMS: 3900, PaceMS: 100},
		Movements: []liveness.Movement{
			{Action: liveness.Blink, FromMS: 600, PeakMS: 700, ToMS: 700, Frames: 2, Extent: 0.45, Began: true, Ended: true},
			{Action: liveness.TurnLeft, FromMS: 1500, PeakMS: 1900, ToMS: 2300, Frames: 9, Extent: 22, Began: true, Ended: true},
		},
		Person: liveness.Person{Compared: 6, Similarity: 0.9},
		Light:  &liveness.Light{Colours: 6, Frames: 30, Follows: 0.95},
		Stream: liveness.Stream{JitterMS: 4, Noise: 1, Disorder: 0.1},
	}
}

func TestJudgeLiveness(t *testing.T) {
	t.Parallel()
	p, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	asked := []liveness.Action{liveness.Blink, liveness.TurnLeft}
	for _, x := range []struct {
		name  string
		asked []liveness.Action
		bend  func(m *liveness.Measurement)
		want  []kyc.Code
	}{
		{"what was asked for", asked, func(*liveness.Measurement) {}, nil},
		{"in another order", []liveness.Action{liveness.TurnLeft, liveness.Blink}, func(*liveness.Measurement) {}, []kyc.Code{kyc.LivenessWrongAction}},
		{"a second blink mends the order", []liveness.Action{liveness.TurnLeft, liveness.Blink}, func(m *liveness.Measurement) {
			m.Movements = append(m.Movements, liveness.Movement{Action: liveness.Blink, FromMS: 3000, PeakMS: 3000, ToMS: 3000, Extent: 0.4})
		}, nil},
		{"two blinks were asked for, one was made", []liveness.Action{liveness.Blink, liveness.Blink}, func(m *liveness.Measurement) {
			m.Movements = m.Movements[:1]
		}, []kyc.Code{kyc.LivenessIncomplete}},
		{"to the other side", asked, func(m *liveness.Measurement) { m.Movements[1].Action = liveness.TurnRight }, []kyc.Code{kyc.LivenessWrongAction}},
		{"not far enough", asked, func(m *liveness.Measurement) { m.Movements[1].Extent = 8 }, []kyc.Code{kyc.LivenessIncomplete}},
		{"nothing at all", asked, func(m *liveness.Measurement) { m.Movements = nil }, []kyc.Code{kyc.LivenessIncomplete, kyc.LivenessIncomplete}},
		{"too fast", asked, func(m *liveness.Measurement) { m.Movements[1].ToMS = 1550 }, []kyc.Code{kyc.LivenessTooFast}},
		{"a quick blink is a blink", asked, func(m *liveness.Measurement) { m.Movements[0].ToMS = 600 }, nil},
		{"a quick turn before a slow one", asked, func(m *liveness.Measurement) {
			quick := liveness.Movement{Action: liveness.TurnLeft, FromMS: 1000, PeakMS: 1000, ToMS: 1050, Extent: 15}
			m.Movements = slices.Insert(m.Movements, 1, quick)
		}, nil},
		{"not seen, and frames were lost", asked, func(m *liveness.Measurement) { m.Movements[1].Extent, m.Frames.Missing = 8, 10 }, []kyc.Code{kyc.LivenessConnection}},
		{"all seen although frames were lost", asked, func(m *liveness.Measurement) { m.Frames.Missing = 10 }, nil},
		{"too few frames", asked, func(m *liveness.Measurement) { m.Frames.Distinct, m.Frames.Face, m.Movements = 5, 5, nil }, []kyc.Code{kyc.LivenessFramesMissing}},
		{"frames without a face", asked, func(m *liveness.Measurement) { m.Frames.Face, m.Movements = 10, nil }, []kyc.Code{kyc.LivenessFramesMissing}},
		{"somebody else in between", asked, func(m *liveness.Measurement) { m.Person.Similarity = 0.5 }, []kyc.Code{kyc.LivenessOtherPerson}},
		{"light of other colours", asked, func(m *liveness.Measurement) { m.Light.Follows = 0.2 }, []kyc.Code{kyc.LivenessLightMismatch}},
		{"no colours", asked, func(m *liveness.Measurement) { m.Light = nil }, nil},
		{"frames without order", asked, func(m *liveness.Measurement) { m.Stream.Disorder = 1 }, []kyc.Code{kyc.LivenessReplayed}},
		{"the same frames again", asked, func(m *liveness.Measurement) { m.Stream.Repeated = 0.5 }, []kyc.Code{kyc.LivenessReplayed}},
		{"a virtual camera by its name", asked, func(m *liveness.Measurement) { m.Stream.Virtual = true }, []kyc.Code{kyc.LivenessVirtualCamera}},
		{"a steady clock alone is no sign", asked, func(m *liveness.Measurement) { m.Stream.JitterMS = 0 }, nil},
		{"a steady clock and a quiet sensor are none either", asked, func(m *liveness.Measurement) { m.Stream.JitterMS, m.Stream.Noise = 0, 0 }, nil},
		{"three signs of a virtual camera", asked, func(m *liveness.Measurement) {
			m.Stream.JitterMS, m.Stream.Noise, m.Light.Follows = 0, 0, 0
		}, []kyc.Code{kyc.LivenessLightMismatch, kyc.LivenessVirtualCamera}},
		{"the document's portrait held up", asked, func(m *liveness.Measurement) {
			m.Portrait = &liveness.Likeness{Similarity: 0.99, Correlation: 0.99}
		}, []kyc.Code{kyc.FaceAttack}},
		{"another photo of the same person", asked, func(m *liveness.Measurement) {
			m.Portrait = &liveness.Likeness{Similarity: 0.97, Correlation: 0.9}
		}, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			m := goodLiveness()
			x.bend(m)
			var got []kyc.Code
			for _, f := range JudgeLiveness(p, m, liveness.Challenge{Actions: x.asked}) {
				got = append(got, f.Code)
				if f.Item != kyc.Face || f.Measure == "" {
					t.Errorf("%+v does not say what was measured on what", f)
				}
			}
			if !slices.Equal(got, x.want) {
				t.Errorf("%v, want %v", got, x.want)
			}
		})
	}
}

// TestRequiredColoursMustBeSeen: whoever leaves out the frames that the colours lit does not pass by it.
func TestRequiredColoursMustBeSeen(t *testing.T) {
	t.Parallel()
	p, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	p.Face.Sequence.Colours = policy.ColoursRequired
	c := liveness.Challenge{Actions: []liveness.Action{liveness.Blink, liveness.TurnLeft}}
	m := goodLiveness()
	if got := JudgeLiveness(p, m, c); len(got) != 0 {
		t.Errorf("lit: %+v", got)
	}
	m.Light = nil
	if got := JudgeLiveness(p, m, c); len(got) != 1 || got[0].Code != kyc.LivenessFramesMissing || got[0].Measure != "lit_frames" {
		t.Errorf("without light: %+v", got)
	}
}

// TestLivenessChallenges: what was made is told whatever the order; what was not, with how near it came.
func TestLivenessChallenges(t *testing.T) {
	t.Parallel()
	p, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	m := goodLiveness()
	m.Movements = append(m.Movements, liveness.Movement{Action: liveness.OpenMouth, FromMS: 3000, PeakMS: 3100, ToMS: 3300, Extent: 0.2})
	got := LivenessChallenges(p.Thresholds.Liveness, m, []liveness.Action{liveness.TurnLeft, liveness.Blink, liveness.OpenMouth, liveness.ComeCloser})
	if !got[0].Performed || !got[1].Performed || *got[0].FromMS != 1500 || *got[1].ToMS != 700 {
		t.Errorf("%+v", got[:2])
	}
	if got[2].Performed || got[2].Measured == nil || *got[2].Measured != 0.2 {
		t.Errorf("a mouth that did not open far enough is %+v", got[2])
	}
	if got[3].Performed || got[3].Measured != nil || got[3].FromMS != nil {
		t.Errorf("what was not seen is %+v", got[3])
	}
}
