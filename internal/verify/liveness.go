package verify

import (
	"math"
	"slices"

	"bonafide/internal/kyc"
	"bonafide/internal/liveness"
	"bonafide/internal/policy"
)

// Performed is what became of one movement that was asked for.
type Performed struct {
	Action    liveness.Action `json:"action"`
	Performed bool            `json:"performed"`
	// FromMS, ToMS and Measured are those of the movement that counts, or of the strongest that falls short of counting; absent where
	// nothing of the kind was seen.
	FromMS   *int64   `json:"from_ms"`
	ToMS     *int64   `json:"to_ms"`
	Measured *float64 `json:"measured"`

	ordered bool // it stands where it was asked for
	fast    bool
}

// LivenessChallenges tells which movements of the challenge were made. A movement that was made in another place of the order than
// asked counts as performed here; that the order is wrong is a finding.
func LivenessChallenges(t policy.LivenessThresholds, m *liveness.Measurement, actions []liveness.Action) []Performed {
	out := make([]Performed, len(actions))
	taken := make([]bool, len(m.Movements))
	after := int64(math.MinInt64)
	put := func(k, i int, ordered bool) {
		x := m.Movements[i]
		taken[i] = true
		out[k] = Performed{
			Action: x.Action, Performed: true, FromMS: &x.FromMS, ToMS: &x.ToMS, Measured: rounded(x.Extent),
			ordered: ordered, fast: tooFast(t, m, x),
		}
	}
	for k, a := range actions {
		out[k].Action = a
		// The first that is slow enough and in its place; a quick one if there is no other.
		pick := -1
		for i, x := range m.Movements {
			if x.Action != a || taken[i] || x.PeakMS <= after || x.Extent < extentOf(t, a) {
				continue
			}
			if pick < 0 || tooFast(t, m, m.Movements[pick]) && !tooFast(t, m, x) {
				pick = i
			}
		}
		if pick >= 0 {
			put(k, pick, true)
			after = m.Movements[pick].PeakMS
		}
	}
	for k, a := range actions {
		if out[k].Performed {
			continue
		}
		best := -1
		for i, x := range m.Movements {
			if x.Action == a && !taken[i] && (best < 0 || x.Extent > m.Movements[best].Extent) {
				best = i
			}
		}
		switch {
		case best < 0:
		case m.Movements[best].Extent >= extentOf(t, a):
			put(k, best, false)
		default:
			x := m.Movements[best]
			out[k].FromMS, out[k].ToMS, out[k].Measured = &x.FromMS, &x.ToMS, rounded(x.Extent)
		}
	}
	return out
}

func rounded(v float64) *float64 {
	v = math.Round(v*1e4) / 1e4
	return &v
}

// extentOf is how far a movement must go.
func extentOf(t policy.LivenessThresholds, a liveness.Action) float64 {
	switch a {
	case liveness.Blink:
		return t.BlinkClosure
	case liveness.TurnLeft, liveness.TurnRight:
		return t.TurnDegrees
	case liveness.OpenMouth:
		return t.MouthOpen
	case liveness.ComeCloser:
		return t.CloserGrowth
	}
	return math.Inf(1)
}

// tooFast reports a movement that was over sooner than a camera can follow. Eyes are always quick.
func tooFast(t policy.LivenessThresholds, m *liveness.Measurement, x liveness.Movement) bool {
	return x.Action != liveness.Blink && float64(x.ToMS-x.FromMS+m.Frames.PaceMS) < t.FastestMS
}

// JudgeLiveness turns what was measured on a sequence into findings. It is pure.
//
// What the person can mend comes first: frames that did not arrive, movements. Where frames are missing and a movement was not seen,
// the connection is named and nothing else about movements is: time on the network is not time on the face. Signals of an attack are
// for the operator. None of them refuses by itself; each brings a reviewer, except where a sequence contradicts its own challenge,
// which the movements tell.
func JudgeLiveness(p policy.Policy, m *liveness.Measurement, c liveness.Challenge) []kyc.Finding {
	j := sequence{t: p.Thresholds.Liveness, m: m, c: c, required: p.Face.Sequence.Colours == policy.ColoursRequired}
	j.frames()
	j.movements()
	j.person()
	j.recording()
	j.flat()
	return j.findings
}

type sequence struct {
	t        policy.LivenessThresholds
	m        *liveness.Measurement
	c        liveness.Challenge
	required bool // the light of colours must have been seen
	findings []kyc.Finding
}

func (j *sequence) add(c kyc.Code, measure string, measured, threshold float64) {
	j.findings = append(j.findings, kyc.Finding{
		Code: c, Item: kyc.Face, Measure: measure, Measured: rounded(measured), Threshold: &threshold,
	})
}

func (j *sequence) has(c kyc.Code) bool {
	return slices.ContainsFunc(j.findings, func(f kyc.Finding) bool { return f.Code == c })
}

// frames judges whether there is enough to judge.
func (j *sequence) frames() {
	f := j.m.Frames
	switch share := float64(f.Face) / max(1, float64(f.Distinct)); {
	case float64(f.Distinct) < j.t.LeastFrames:
		j.add(kyc.LivenessFramesMissing, "frames", float64(f.Distinct), j.t.LeastFrames)
	case share < j.t.FaceShare:
		j.add(kyc.LivenessFramesMissing, "face_share", share, j.t.FaceShare)
	case j.required && j.m.Light == nil:
		// Whoever leaves out the frames that a colour lit would pass without a judgement of their light.
		j.add(kyc.LivenessFramesMissing, "lit_frames", 0, 1)
	}
}

// movements judges whether what was asked for was done.
func (j *sequence) movements() {
	if j.has(kyc.LivenessFramesMissing) {
		return
	}
	done := LivenessChallenges(j.t, j.m, j.c.Actions)
	good := !slices.ContainsFunc(done, func(d Performed) bool { return !d.Performed || !d.ordered || d.fast })
	if share := j.m.Frames.MissingShare(); !good && share > j.t.MissingShare {
		j.add(kyc.LivenessConnection, "missing_share", share, j.t.MissingShare)
		return
	}
	for _, d := range done {
		measured, threshold := 0.0, extentOf(j.t, d.Action)
		if d.Measured != nil {
			measured = *d.Measured
		}
		switch {
		case !d.Performed && j.insteadOf(d.Action):
			j.add(kyc.LivenessWrongAction, string(d.Action), measured, threshold)
		case !d.Performed:
			j.add(kyc.LivenessIncomplete, string(d.Action), measured, threshold)
		case !d.ordered:
			j.add(kyc.LivenessWrongAction, "order_of_"+string(d.Action), measured, threshold)
		case d.fast:
			j.add(kyc.LivenessTooFast, string(d.Action)+"_ms", float64(*d.ToMS-*d.FromMS+j.m.Frames.PaceMS), j.t.FastestMS)
		}
	}
}

// insteadOf reports whether a movement that was not asked for was made, in place of one that was. People blink and speak without being
// asked, so only turning and coming closer say that something else was understood.
func (j *sequence) insteadOf(missing liveness.Action) bool {
	for _, x := range j.m.Movements {
		if x.Action == missing || slices.Contains(j.c.Actions, x.Action) || x.Extent < extentOf(j.t, x.Action) {
			continue
		}
		if x.Action == liveness.TurnLeft || x.Action == liveness.TurnRight || x.Action == liveness.ComeCloser {
			return true
		}
	}
	return false
}

// person judges whether one face is in all frames.
func (j *sequence) person() {
	if p := j.m.Person; p.Compared > 1 && p.Similarity < j.t.SamePerson {
		j.add(kyc.LivenessOtherPerson, "similarity", p.Similarity, j.t.SamePerson)
	}
}

// recording judges whether the frames are a camera's, and of this challenge.
func (j *sequence) recording() {
	s := j.m.Stream
	switch {
	case s.Disorder > j.t.Disorder:
		j.add(kyc.LivenessReplayed, "disorder", s.Disorder, j.t.Disorder)
	case s.Repeated > j.t.Repeated:
		j.add(kyc.LivenessReplayed, "repeated", s.Repeated, j.t.Repeated)
	}
	dark := j.m.Light != nil && j.m.Light.Follows < j.t.LightFollows
	if dark {
		j.add(kyc.LivenessLightMismatch, "light_follows", j.m.Light.Follows, j.t.LightFollows)
	}
	// A steady clock, a quiet sensor, a face that no screen lights, a picture twice: each happens to honest people. Three together do not.
	signs := 0.0
	for _, sign := range []bool{s.JitterMS < j.t.JitterMS, s.Noise < j.t.Noise, dark, s.Repeated > 0} {
		if sign {
			signs++
		}
	}
	const telling = 3
	switch {
	case s.Virtual:
		j.findings = append(j.findings, kyc.Finding{Code: kyc.LivenessVirtualCamera, Item: kyc.Face, Measure: "camera_name"})
	case signs >= telling:
		j.add(kyc.LivenessVirtualCamera, "signs", signs, telling)
	}
}

// flat judges whether the document's portrait was held up in place of a face.
func (j *sequence) flat() {
	if p := j.m.Portrait; p != nil && p.Similarity > j.t.PortraitSimilarity && p.Correlation > j.t.PortraitCorrelation {
		j.add(kyc.FaceAttack, "portrait_correlation", p.Correlation, j.t.PortraitCorrelation)
	}
}
