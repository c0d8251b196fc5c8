package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"bonafide/api"
	"bonafide/internal/document"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/onnx"
	"bonafide/internal/policy"
	"bonafide/internal/verify"
)

type checkCmd struct {
	Document string `help:"Photo of the document's front, or of a passport's data page." required:"" placeholder:"FILE"`
	Back     string `help:"Photo of the back." placeholder:"FILE"`
	Selfie   string `help:"Photo of the person." placeholder:"FILE" xor:"face"`
	Liveness string `help:"Folder of frames of the person, named by their time in milliseconds: 000100.jpg." placeholder:"DIR" xor:"face"`
	// Challenge and Colours are those of inspect liveness.
	Challenge []string `help:"What the frames of --liveness were asked to show, in this order: blink, turn_left, turn_right, open_mouth, come_closer." placeholder:"MOVEMENT,…"`
	Colours   string   `help:"JSON file with the colours that the screen showed: [{\"colour\":\"#ff0000\",\"from_ms\":0,\"to_ms\":400},…]." placeholder:"FILE"`

	Details string `help:"What the person typed: JSON with surname, given_names, birth_date, document_number, expiry_date, nationality." placeholder:"FILE"`
	Policy  string `help:"Policy, a file or a folder of versions; the shipped one when absent." placeholder:"PATH"`
	Lang    string `help:"Language of the texts." default:"en"`
	JSON    bool   `name:"json" help:"One JSON object instead of text."`
}

// checked is the outcome as the contract has it.
type checked struct {
	Decision string           `json:"decision"`
	Title    string           `json:"-"`
	Findings []api.Finding    `json:"findings"`
	Plan     *api.Plan        `json:"plan"`
	Document *checkedDocument `json:"document,omitempty"`
	Face     *verify.Match    `json:"face,omitempty"`
	// Liveness tells of each movement that was asked for whether it was made.
	Liveness  []verify.Performed `json:"liveness,omitempty"`
	Services  []api.Service      `json:"services,omitempty"`
	TimingsMS map[string]float64 `json:"timings_ms"`
}

type checkedDocument struct {
	Kind   string                       `json:"kind"`
	Issuer string                       `json:"issuer"`
	Fields map[kyc.Field]verify.Value   `json:"fields"`
	MRZ    *document.MRZ                `json:"mrz,omitempty"`
	Sides  map[kyc.Item]*document.Facts `json:"sides"`
}

// Run implements the command: the same engine and the same rules as the server,
// on a case that lives only as long as the command.
func (c checkCmd) Run(ctx context.Context, a *app) error {
	began := a.now()
	policies, err := loadPolicies(c.Policy)
	if err != nil {
		return err
	}
	pol, err := inForce(policies, began)
	if err != nil {
		return err
	}
	words, err := message.Load()
	if err != nil {
		return err
	}
	engine, rt, err := a.engine()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends
	out := checked{TimingsMS: map[string]float64{"load": ms(a.now().Sub(began))}}
	started := a.now()
	ctx, meter := onnx.WithMeter(ctx)

	if len(c.Challenge) > 0 != (c.Liveness != "") {
		return errors.New("--liveness and --challenge go together: frames show nothing unless it is known what was asked for")
	}
	k := &checking{app: a, engine: engine, policy: pol, now: started, out: &out}
	if err := k.measure(ctx, c); err != nil {
		var bad *os.PathError
		if c.JSON && errors.As(err, &bad) {
			return errors.Join(a.report(true, failed(bad.Path, unreadableFile, err.Error())), err)
		}
		return err
	}
	cs, err := k.decide()
	if err != nil {
		return err
	}
	show := verify.Presenter{Words: words.Speak(c.Lang), Operator: true, Policy: pol, Now: started}
	shown := show.Case(cs)
	out.Decision, out.Title, out.Findings, out.Plan = shown.State, shown.Title, shown.Findings, shown.Plan
	out.Services = shown.Services
	out.Face = verify.CompareFaces(pol, k.evidence)
	out.TimingsMS["total"] = ms(a.now().Sub(started))
	out.TimingsMS["inference"] = ms(meter.Elapsed())
	if c.JSON {
		return a.line(out)
	}
	return a.tell(out)
}

// checking is one check in progress.
type checking struct {
	app      *app
	engine   *verify.Engine
	policy   policy.Policy
	now      time.Time
	evidence verify.Evidence
	sent     []kyc.Item
	out      *checked
}

func (k *checking) measure(ctx context.Context, c checkCmd) error {
	doc := &checkedDocument{Fields: map[kyc.Field]verify.Value{}, Sides: map[kyc.Item]*document.Facts{}}
	for _, x := range []struct {
		item kyc.Item
		file string
		to   **verify.Side
	}{{kyc.DocumentFront, c.Document, &k.evidence.Front}, {kyc.DocumentBack, c.Back, &k.evidence.Back}} {
		if x.file == "" {
			continue
		}
		content, err := readPicture(x.file)
		if err != nil {
			return err
		}
		t := k.app.now()
		side, m, _, err := k.engine.Read(ctx, x.item, content, k.now)
		if err != nil {
			return fmt.Errorf("%s: %w", x.file, err)
		}
		k.out.TimingsMS[string(x.item)] = ms(k.app.now().Sub(t))
		*x.to = side
		k.sent = append(k.sent, x.item)
		if m != nil {
			doc.Sides[x.item] = &m.Document
			if m.MRZ != nil && doc.MRZ == nil {
				doc.MRZ = m.MRZ
			}
			k.out.Document = doc
		}
		if doc.Kind == "" {
			doc.Kind = side.Kind
		}
		if doc.Issuer == "" {
			doc.Issuer = side.Issuer
		}
	}
	doc.Fields = k.evidence.Fields()
	if c.Details != "" {
		content, err := readLimited(c.Details, 1<<16)
		if err != nil {
			return err
		}
		if k.evidence.Details, err = verify.ParseDetails(content); err != nil {
			return fmt.Errorf("%s: %w", c.Details, err)
		}
		k.sent = append(k.sent, kyc.Details)
	}
	if c.Selfie != "" {
		content, err := readPicture(c.Selfie)
		if err != nil {
			return err
		}
		t := k.app.now()
		if k.evidence.Face, _, err = k.engine.Selfie(ctx, content); err != nil {
			return fmt.Errorf("%s: %w", c.Selfie, err)
		}
		k.out.TimingsMS[string(kyc.Face)] = ms(k.app.now().Sub(t))
		k.sent = append(k.sent, kyc.Face)
	}
	if c.Liveness != "" {
		return k.sequence(ctx, c)
	}
	return nil
}

// sequence measures a folder of frames as the sequence of a face.
func (k *checking) sequence(ctx context.Context, c checkCmd) error {
	ask, err := inspectLivenessCmd{Challenge: c.Challenge, Colours: c.Colours}.challenge(ctx, k.app)
	if err != nil {
		return err
	}
	files, err := frameFiles(c.Liveness)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Liveness, err)
	}
	frames := make([]verify.Timed, 0, len(files))
	s := &verify.Sequence{}
	for _, f := range files {
		content, err := readPicture(f.path)
		if err != nil {
			return err
		}
		frames = append(frames, verify.Timed{AtMS: f.ms, Content: content})
		s.Frames = append(s.Frames, f.ms)
	}
	s.Arrived = s.Frames
	for _, a := range ask.Actions {
		s.Actions = append(s.Actions, kyc.Action(a))
	}
	for _, x := range ask.Colours {
		text, err := x.Colour.MarshalText()
		if err != nil {
			return err
		}
		s.Colours = append(s.Colours, verify.Shown{Colour: string(text), FromMS: x.FromMS, ToMS: x.ToMS})
	}
	page, err := readPicture(c.Document)
	if err != nil {
		return err
	}
	t := k.app.now()
	k.evidence.Face, s.Measured, s.Best, err = k.engine.Sequence(ctx, frames, s.Asked(), page)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Liveness, err)
	}
	k.evidence.Sequence = s
	k.out.Liveness = verify.LivenessChallenges(k.policy.Thresholds.Liveness, s.Measured, s.Asked().Actions)
	k.out.TimingsMS[string(kyc.Face)] = ms(k.app.now().Sub(t))
	k.sent = append(k.sent, kyc.Face)
	return nil
}

// decide carries a case from its opening to its decision.
func (k *checking) decide() (kyc.Case, error) {
	cs := kyc.NewCase("check", "check", k.policy.ID(), "", k.sent, k.now, k.now.Add(time.Hour))
	events := make([]kyc.Event, 0, len(k.sent)+1)
	for _, i := range k.sent {
		sent := kyc.Submission{ID: kyc.SubmissionID(i), Item: i, At: k.now}
		if i == kyc.Details {
			sent.Fields = slices.Sorted(maps.Keys(k.evidence.Details))
		}
		events = append(events, kyc.Submit{Submission: sent})
	}
	events = append(events, kyc.Checked{
		Round: 1, Findings: verify.Judge(k.policy, k.evidence, k.now),
		Limits: k.policy.Limits(), Services: verify.Services(k.policy, k.evidence, k.now), At: k.now,
	})
	for _, e := range events {
		next, _, err := kyc.Apply(cs, e)
		if err != nil {
			return cs, err
		}
		cs = next
	}
	return k.complete(cs), nil
}

// complete adds to the plan what the policy asks for and nobody sent: a good
// document alone approves nobody.
func (k *checking) complete(cs kyc.Case) kyc.Case {
	if cs.Plan == nil {
		p := kyc.PlanFor(cs.Items, nil, kyc.Limits{})
		cs.Plan = &p
	}
	for _, i := range k.policy.Items {
		if slices.Contains(k.sent, i) {
			continue
		}
		cs.Plan.Items = append(cs.Plan.Items, kyc.PlanItem{Item: i, AttemptsLeft: k.policy.Limits().AttemptsFor(i)})
		if cs.State == kyc.Approved {
			cs.State = kyc.Open
		}
	}
	return cs
}

func ms(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// readPicture reads a file of which decoding will refuse more than 20 MiB.
func readPicture(file string) ([]byte, error) { return readLimited(file, 20<<20+1) }

// readLimited reads at most limit bytes of a file.
func readLimited(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, limit))
	return b, errors.Join(err, f.Close())
}
