package verify

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/liveness"
	"bonafide/internal/policy"
)

// Sequence is what is known of a live sequence: what was asked and recorded, and
// what was measured in it. It is sealed with its submission.
type Sequence struct {
	Challenge kyc.ChallengeID `json:"challenge"`
	Actions   []kyc.Action    `json:"actions"`
	Recording
	Arrived []int64 `json:"arrived"` // times of the frames that came, rising
	// Missing counts frames that were recorded and never came, Replayed those that
	// stand in another challenge too.
	Missing  int `json:"missing,omitempty"`
	Replayed int `json:"replayed,omitempty"`
	// Measured is nil until the full check.
	Measured *liveness.Measurement `json:"measured,omitempty"`
	// Best are the frames that the face is compared by.
	Best []int64 `json:"best,omitempty"`
}

// Asked is the challenge as it is measured and judged against.
func (s Sequence) Asked() liveness.Challenge {
	c := liveness.Challenge{Camera: s.Device.Camera}
	for _, a := range s.Actions {
		c.Actions = append(c.Actions, liveness.Action(a))
	}
	for _, x := range s.Colours {
		var colour liveness.Colour
		if colour.UnmarshalText([]byte(x.Colour)) == nil { // they are those that we drew
			c.Colours = append(c.Colours, liveness.Shown{Colour: colour, FromMS: x.FromMS, ToMS: x.ToMS})
		}
	}
	return c
}

// Timed is a picture of a sequence as it arrived, with its time by the device's
// clock.
type Timed struct {
	AtMS    int64
	Content []byte
}

// frameSide is the longer side to which the frames of a sequence are reduced, so
// that a whole one fits into memory; movements, light and noise are measured at
// a face of a few hundred pixels.
const frameSide = 960

// Sequence measures a sequence: the movements, and the face in its best frames
// as a selfie is measured. portrait is the document's front as it arrived; nil
// when there is none. Frames that cannot be decoded count as lost.
func (e *Engine) Sequence(ctx context.Context, frames []Timed, c liveness.Challenge, portrait []byte) (*Portrait, *liveness.Measurement, []int64, error) {
	var need int64
	for _, f := range frames {
		need += min(imaging.Cost(f.Content), frameCost)
	}
	need = min(need+imaging.Cost(portrait), pictureMemory)
	if err := e.room.Acquire(ctx, need); err != nil {
		return nil, nil, nil, err
	}
	defer e.room.Release(need)
	var seen []liveness.Frame
	for _, f := range frames {
		p, err := imaging.Decode(ctx, f.Content, e.limits)
		if _, bad := errors.AsType[*imaging.DecodeError](err); bad {
			continue
		}
		if err != nil {
			return nil, nil, nil, err
		}
		seen = append(seen, liveness.Frame{AtMS: f.AtMS, Picture: reduced(p)})
	}
	if portrait != nil {
		p, err := imaging.Decode(ctx, portrait, e.limits)
		if _, bad := errors.AsType[*imaging.DecodeError](err); err != nil && !bad {
			return nil, nil, nil, err
		}
		c.Portrait = p
	}
	m, err := e.liveness.Measure(ctx, seen, c)
	if err != nil {
		return nil, nil, nil, err
	}
	best, at, err := e.bestFrame(ctx, seen, m)
	return best, m, at, err
}

// reduced is a picture no larger than frameSide.
func reduced(p *imaging.Picture) *imaging.Picture {
	w, h := p.RGB.Rect.Dx(), p.RGB.Rect.Dy()
	if max(w, h) <= frameSide {
		return p
	}
	k := float64(frameSide) / float64(max(w, h))
	return imaging.FromRGBA(imaging.Resize(p.RGB, int(math.Round(float64(w)*k)), int(math.Round(float64(h)*k))))
}

// candidates bounds the frames among which the best are sought, compared those
// whose templates are fused: beyond a few, another frame adds time and no
// certainty.
const candidates, compared = 8, 3

// candidate is a frame that may show the face well.
type candidate struct {
	frame liveness.Frame
	faces []face.Face
	worth float64
}

// bestFrame measures the frames that show the face best, as a selfie is measured:
// outside of movements, straight, with open eyes, sharp. The numbers are those of
// the best one, the template is fused of a few.
func (e *Engine) bestFrame(ctx context.Context, frames []liveness.Frame, m *liveness.Measurement) (*Portrait, []int64, error) {
	frames = slices.Clone(frames)
	slices.SortFunc(frames, func(a, b liveness.Frame) int { return cmp.Compare(a.AtMS, b.AtMS) })
	frames = slices.CompactFunc(frames, func(a, b liveness.Frame) bool { return a.AtMS == b.AtMS })
	rest := slices.DeleteFunc(slices.Clone(frames), func(f liveness.Frame) bool {
		return slices.ContainsFunc(m.Movements, func(x liveness.Movement) bool { return f.AtMS >= x.FromMS && f.AtMS <= x.ToMS })
	})
	if len(rest) == 0 {
		rest = frames
	}
	if len(rest) == 0 {
		return &Portrait{Unreadable: string(imaging.KindCorrupt)}, nil, nil
	}
	var all []candidate
	step := max(1, float64(len(rest))/candidates)
	for k := 0.0; int(k) < len(rest); k += step {
		f := rest[int(k)]
		faces, err := e.faces.Find(ctx, f.Picture, face.Options{})
		if err != nil {
			return nil, nil, err
		}
		c := candidate{frame: f, faces: faces, worth: -1}
		if len(faces) > 0 {
			q := face.Measure(f.Picture, faces, 0)
			c.worth = face.Utility(q) * math.Min(1, q.EyesOpen/openEyes)
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.worth, a.worth) })
	p, err := e.portrait(ctx, all[0].frame.Picture, all[0].faces)
	if err != nil {
		return nil, nil, err
	}
	at := []int64{all[0].frame.AtMS}
	if len(p.Template) == 0 {
		return p, at, nil
	}
	var shots []face.Shot
	for k, c := range all[:min(len(all), compared)] {
		if c.worth <= 0 && k > 0 {
			break
		}
		t, err := face.ParseTemplate(p.Template) // of the first
		if k > 0 {
			t, err = e.faces.Template(ctx, c.frame.Picture, c.faces[0])
		}
		if err != nil {
			return nil, nil, err
		}
		shots = append(shots, face.Shot{Template: t, Quality: face.Measure(c.frame.Picture, c.faces, 0)})
		if k > 0 {
			at = append(at, c.frame.AtMS)
		}
	}
	fused, err := face.Fuse(shots)
	if err != nil {
		return nil, nil, err
	}
	p.Template = fused.Bytes()
	slices.Sort(at)
	return p, at, nil
}

// openEyes is an eye aspect ratio beyond which eyes are no wider open; it ranks
// the frames of one person and judges nobody.
const openEyes = 0.25

// live judges a sequence.
func (j *judge) live(s Sequence) {
	if s.Replayed > 0 {
		n, none := float64(s.Replayed), 0.0
		j.add(kyc.Finding{Code: kyc.LivenessReplayed, Item: kyc.Face, Measure: "frames_of_another_challenge", Measured: &n, Threshold: &none})
	}
	if s.Device.Automated {
		j.add(kyc.Finding{Code: kyc.LivenessVirtualCamera, Item: kyc.Face, Measure: "automated_browser"})
	}
	if s.Measured == nil {
		j.add(kyc.Finding{Code: kyc.OurFault, Item: kyc.WholeCase, Measure: "liveness"})
		return
	}
	found := JudgeLiveness(j.policy, s.Measured, s.Asked())
	// Where frames were lost, what was not seen may be in them.
	unseen := slices.ContainsFunc(found, func(f kyc.Finding) bool {
		return f.Code == kyc.LivenessIncomplete || f.Code == kyc.LivenessWrongAction || f.Code == kyc.LivenessTooFast
	})
	if s.Missing > 0 && unseen {
		n, none := float64(s.Missing), 0.0
		j.add(kyc.Finding{Code: kyc.LivenessFramesMissing, Item: kyc.Face, Measure: "frames_lost", Measured: &n, Threshold: &none})
	}
	for _, f := range found {
		j.add(f)
	}
}

// mayBeStill refuses a still picture where the policy asks for a sequence.
func (s *Service) mayBeStill() error {
	if s.Policy().Face.Capture != policy.Live {
		return nil
	}
	return &kyc.Error{Kind: kyc.NotAsked, Op: "submit", Item: kyc.Face, Detail: "the policy asks for a live sequence: draw a challenge"}
}

// measureSequence measures a sequence that was accepted and not measured yet.
func (s *Service) measureSequence(ctx context.Context, c kyc.Case, sub kyc.Submission, f *stored) error {
	if s.cfg.Engine == nil {
		return errNotMeasured
	}
	frames := make([]Timed, 0, len(f.Sequence.Arrived))
	for _, ms := range f.Sequence.Arrived {
		content, err := s.frame(ctx, c.Applicant, f.Sequence.Challenge, ms)
		if err != nil {
			return err
		}
		frames = append(frames, Timed{ms, content})
	}
	var portrait []byte
	if st, ok := c.Item(kyc.DocumentFront); ok && st.Current != nil {
		var err error
		if portrait, err = s.content(ctx, c, *st.Current); err != nil {
			return err
		}
	}
	var err error
	f.Face, f.Sequence.Measured, f.Sequence.Best, err = s.cfg.Engine.Sequence(ctx, frames, f.Sequence.Asked(), portrait)
	if err != nil {
		return err
	}
	return s.keep(ctx, c, sub, *f)
}
