package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/verify"
)

// describes makes the description of an operation.
type describes func(id, method, path, summary string, security []map[string][]string, change func(*huma.Operation)) huma.Operation

// faceOperations registers what concerns live faces: consent, challenges,
// re-verification, and what a person can do about it.
func (s *server) faceOperations(a huma.API, op describes, key, both []map[string][]string) {
	huma.Register(a, op("consent", http.MethodPost, "/v1/cases/{case}/consents", "Agree to biometrics, or decline them", both, func(o *huma.Operation) {
		o.Description = "The words to ask with are in the case, under `face.ask`. Declining is possible at any time: the evidence and the templates of the " +
			"face are then erased in all cases of the applicant, and open cases go to a person, or end, as the policy says. Who said it, when, and which " +
			"words in which language they read, is in the audit log."
	}), s.consent)
	frame := &huma.RequestBody{}
	challenge := "/v1/cases/{case}/challenges/{challenge}"
	huma.Register(a, op("draw-challenge", http.MethodPost, "/v1/cases/{case}/challenges", "Draw a challenge for the face", both, func(o *huma.Operation) {
		o.DefaultStatus = http.StatusCreated
		o.Description = "Movements and colours in random order, for this case and this round alone, to be used once. A challenge that was drawn before and not used is over."
		o.Errors = append(o.Errors, http.StatusForbidden, http.StatusTooManyRequests)
	}), s.drawChallenge)
	huma.Register(a, op("get-challenge", http.MethodGet, challenge, "Read a challenge", both, nil), s.getChallenge)
	huma.Register(a, op("put-frame", http.MethodPut, challenge+"/frames/{ms}", "Send one frame of a sequence", both, func(o *huma.Operation) {
		o.MaxBodyBytes, o.RequestBody = maxFrame, frame
		o.Description = "The body is the picture itself (JPEG, WebP or PNG, at most 1 MiB and 1920 × 1080 pixels, not mirrored). `ms` is when the device took it, by its " +
			"own clock, from the start of the recording. Frames can come in any order, at any time before the challenge is over, and more than once: the " +
			"same frame again changes nothing, another one of the same time is refused."
		o.Errors = append(o.Errors, http.StatusForbidden, http.StatusTooManyRequests)
	}), s.putFrame)
	frame.Required = true
	huma.Register(a, op("complete-challenge", http.MethodPost, challenge+"/complete", "Tell what was recorded", both, func(o *huma.Operation) {
		o.Description = "When all frames are here, the sequence is the submission of the face. Otherwise the challenge waits for the `missing` ones: send them again. " +
			"What never arrives is told as `liveness.frames_missing` or `liveness.connection` and uses no attempt."
	}), s.completeChallenge)
	huma.Register(a, op("view-frame", http.MethodGet, challenge+"/frames/{ms}", "Look at one frame of a sequence", key, describeFrame), s.viewFrame)

	huma.Register(a, op("suspend", http.MethodPost, "/v1/cases/{case}/suspensions", "Hold an approval back until it was looked at again", key, func(o *huma.Operation) {
		o.Description = "The case is `in_review` again; a review decides."
	}), s.suspend)
	huma.Register(a, op("revoke", http.MethodPost, "/v1/cases/{case}/revocations", "Take an approval back", key, func(o *huma.Operation) {
		o.Description = "The case is `declined`, with the reasons; the applicant can appeal."
	}), s.revoke)
	huma.Register(a, op("create-reverification", http.MethodPost, "/v1/applicants/{applicant}/reverifications", "Ask a verified applicant for a new face", key, func(o *huma.Operation) {
		o.DefaultStatus = http.StatusCreated
		o.Description = "Opens a case that asks for a face alone, taken as the policy says, and compares it with the applicant's latest approved verification. `approved`: it is the " +
			"same person. Another face (`face.record_mismatch`) goes to a reviewer, who can suspend or revoke the verification, which is the case `against`."
	}), s.createReverification)
	huma.Register(a, op("list-reverifications", http.MethodGet, "/v1/applicants/{applicant}/reverifications", "List the re-verifications of an applicant", key, nil), s.listReverifications)
}

func (s *server) consent(ctx context.Context, in *struct {
	OnceHeader
	Tongue
	CasePath
	Body api.ConsentGiven
},
) (*caseOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.actor(ctx).Consent(ctx, id, in.Body.Given, in.Body.Text, in.Body.Language)
	return s.answer(ctx, "consent", c, in.Tongue, err)
}

// ChallengePath names a challenge of a case.
type ChallengePath struct {
	CasePath
	Challenge string `path:"challenge" maxLength:"64" example:"chl_01k9…"`
}

// FramePath names a frame of a challenge.
type FramePath struct {
	ChallengePath
	MS int64 `path:"ms" minimum:"0" maximum:"120000" doc:"Milliseconds from the start of the recording, by the device's own clock."`
}

type challengeOut struct{ Body api.Challenge }

// answerChallenge shows a challenge or explains why not.
func (s *server) answerChallenge(ctx context.Context, op string, c verify.Challenge, wish Tongue, err error) (*challengeOut, error) {
	if err != nil {
		return nil, s.explain(op, err)
	}
	concerns(ctx, c.Applicant)
	k, err := s.Service.Case(ctx, c.Case)
	if err != nil {
		return nil, s.explain(op, err)
	}
	return &challengeOut{s.present(ctx, wish, k.Locale).Challenge(c)}, nil
}

func (s *server) drawChallenge(ctx context.Context, in *struct {
	OnceHeader
	Tongue
	CasePath
	Body *api.DrawChallenge
},
) (*challengeOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	want, err := s.idFor(ctx, "chl", string(id))
	if err != nil {
		return nil, s.explain("draw challenge", err)
	}
	c, err := s.actor(ctx).DrawChallenge(ctx, id, kyc.ChallengeID(want), in.Body != nil && in.Body.WithoutColours)
	return s.answerChallenge(ctx, "draw challenge", c, in.Tongue, err)
}

func (s *server) getChallenge(ctx context.Context, in *struct {
	ChallengePath
	Tongue
},
) (*challengeOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.Service.Challenge(ctx, id, kyc.ChallengeID(in.Challenge))
	return s.answerChallenge(ctx, "read challenge", c, in.Tongue, err)
}

func (s *server) putFrame(ctx context.Context, in *struct {
	FramePath
	Tongue
	RawBody []byte `contentType:"application/octet-stream"`
},
) (*challengeOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.actor(ctx).PutFrame(ctx, id, kyc.ChallengeID(in.Challenge), in.MS, in.RawBody)
	return s.answerChallenge(ctx, "put frame", c, in.Tongue, err)
}

func (s *server) completeChallenge(ctx context.Context, in *struct {
	OnceHeader
	ChallengePath
	Tongue
	Body api.Recording
},
) (*challengeOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	d := in.Body.Device
	rec := verify.Recording{Frames: in.Body.Frames, Device: verify.Device{
		Camera: d.Camera, Facing: d.Facing, Width: d.Width, Height: d.Height, FrameRate: d.FrameRate,
		Capabilities: d.Capabilities, ClockJitterMS: d.ClockJitter, Automated: d.Automated,
	}}
	for _, x := range in.Body.Colours {
		rec.Colours = append(rec.Colours, verify.Shown{Colour: x.Colour, FromMS: x.FromMS, ToMS: x.ToMS})
	}
	c, err := s.actor(ctx).CompleteChallenge(ctx, id, kyc.ChallengeID(in.Challenge), rec)
	return s.answerChallenge(ctx, "complete challenge", c, in.Tongue, err)
}

// describeFrame says in which forms frames come.
func describeFrame(o *huma.Operation) {
	o.Description = "The frame as it arrived. Each look is in the audit log with the id of the API key."
	content := map[string]*huma.MediaType{}
	for _, f := range []string{"image/jpeg", "image/png", "image/webp"} {
		content[f] = &huma.MediaType{} // bytes have no schema
	}
	o.Responses = map[string]*huma.Response{"200": {
		Description: "The content, as an attachment.",
		Content:     content,
		Headers:     map[string]*huma.Param{"Content-Disposition": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
}

func (s *server) viewFrame(ctx context.Context, in *FramePath) (*content, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	body, err := s.Service.Frame(ctx, kyc.CaseID(in.Case), kyc.ChallengeID(in.Challenge), in.MS, callerOf(ctx).scope)
	if err != nil {
		return nil, s.explain("view frame", err)
	}
	kind, suffix := contentType(kyc.WholeCase, body)
	return &content{kind, `attachment; filename="` + plain(in.Challenge) + suffix + `"`, body}, nil
}

// WithheldIn is the request of a person against an approval.
type WithheldIn struct {
	CaseAction
	Body api.Withheld
}

func (s *server) suspend(ctx context.Context, in *WithheldIn) (*caseOut, error) {
	return s.withhold(ctx, "suspend", in, s.Service.Suspend)
}

func (s *server) revoke(ctx context.Context, in *WithheldIn) (*caseOut, error) {
	return s.withhold(ctx, "revoke", in, s.Service.Revoke)
}

func (s *server) withhold(ctx context.Context, op string, in *WithheldIn,
	do func(context.Context, kyc.CaseID, string, []kyc.Finding) (kyc.Case, error),
) (*caseOut, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	reasons, err := reasonsOf(in.Body.Reasons)
	if err != nil {
		return nil, err
	}
	c, err := do(ctx, kyc.CaseID(in.Case), in.Body.Reviewer, reasons)
	return s.answer(ctx, op, c, in.Tongue, err)
}

func (s *server) createReverification(ctx context.Context, in *struct {
	OnceHeader
	Tongue
	Applicant string `path:"applicant" maxLength:"64"`
	Body      api.NewReverification
},
) (*struct{ Body api.CreatedCase }, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	id, err := s.idFor(ctx, "case", in.Applicant)
	if err != nil {
		return nil, s.explain("reverify", err)
	}
	c, err := s.actor(ctx).Reverify(ctx, verify.NewReverification{
		ID: kyc.CaseID(id), Applicant: kyc.ApplicantID(in.Applicant), Purpose: kyc.Purpose(in.Body.Purpose), Locale: in.Body.Locale, NetworkRegion: in.Body.NetworkRegion,
	})
	if err != nil {
		return nil, s.explain("reverify", err)
	}
	link, err := CreateLink(ctx, s.Store, s.Random, s.PublicURL, c.ID, s.Now().Add(s.LinkTTL))
	if err != nil {
		return nil, s.explain("create link", err)
	}
	shown, err := s.show(ctx, c, in.Tongue)
	if err != nil {
		return nil, s.explain("reverify", err)
	}
	return &struct{ Body api.CreatedCase }{api.CreatedCase{Case: shown, Link: link}}, nil
}

func (s *server) listReverifications(ctx context.Context, in *struct {
	Tongue
	Applicant string `path:"applicant" maxLength:"64"`
},
) (*struct{ Body api.CaseList }, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	cases, err := s.Service.Reverifications(ctx, kyc.ApplicantID(in.Applicant))
	if err != nil {
		return nil, s.explain("list reverifications", err)
	}
	out := api.CaseList{Cases: []api.Case{}}
	for _, c := range cases {
		x, err := s.show(ctx, c, in.Tongue)
		if err != nil {
			return nil, s.explain("list reverifications", err)
		}
		out.Cases = append(out.Cases, x)
	}
	return &struct{ Body api.CaseList }{out}, nil
}
