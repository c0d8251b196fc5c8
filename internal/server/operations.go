package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/verify"
)

// OnceHeader documents the header that the outer handler acts on.
type OnceHeader struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"Repeat a request with the same key and it acts once; the first answer is repeated for 24 hours."`
}

// Tongue says in which language texts are wanted. Embedded inputs are exported
// because huma sees exported fields alone.
type Tongue struct {
	Locale string `query:"locale" maxLength:"35" example:"pt-BR" doc:"Language of texts, as BCP 47; before all else. Answers name the language that they are in."`
	Header string `header:"Accept-Language" maxLength:"1000" doc:"Language of texts. An integrator's counts before the case's own locale, an applicant's behind it: browsers send it unasked."`
}

// CasePath names a case.
type CasePath struct {
	Case string `path:"case" maxLength:"64" example:"case_01k9…"`
}

type caseOut struct{ Body api.Case }

// operations registers everything under /v1.
func (s *server) operations(a huma.API) {
	key := []map[string][]string{{"key": {}}}
	both := []map[string][]string{{"key": {}}, {"token": {}}}
	op := func(id, method, path, summary string, security []map[string][]string, change func(*huma.Operation)) huma.Operation {
		o := huma.Operation{
			OperationID: id, Method: method, Path: path, Summary: summary, Security: security,
			MaxBodyBytes: maxJSON, BodyReadTimeout: -1, // the outer handler has read the body already
			Errors: []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict},
		}
		if method == http.MethodPost || method == http.MethodPut {
			o.Errors = append(o.Errors, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable)
		}
		if len(security) == 1 {
			o.Errors = append(o.Errors, http.StatusForbidden)
		}
		if change != nil {
			change(&o)
		}
		return o
	}
	created := func(o *huma.Operation) { o.DefaultStatus = http.StatusCreated }

	huma.Register(a, op("create-case", http.MethodPost, "/v1/cases", "Open a case and get the applicant's link", key, created), s.createCase)
	huma.Register(a, op("list-cases", http.MethodGet, "/v1/cases", "List cases by state or account", key, describeList), s.listCases)
	huma.Register(a, op("get-case", http.MethodGet, "/v1/cases/{case}", "Read a case with findings and plan", both, nil), s.getCase)
	evidence := &huma.RequestBody{}
	huma.Register(a, op("submit", http.MethodPost, "/v1/cases/{case}/submissions/{item}", "Send evidence for one item", both, func(o *huma.Operation) {
		o.MaxBodyBytes, o.RequestBody = maxUpload, evidence
		o.Description = "The body is the photo itself (JPEG, PNG, WebP or HEIC, at most 20 MiB), or for `details` a JSON object (at most 64 KiB). " +
			"Photos are looked at at once: one that cannot be used is refused with the reasons and uses no attempt."
		o.Errors = append(o.Errors, http.StatusForbidden, http.StatusTooManyRequests)
	}), s.submit)
	evidence.Required = false // an empty file is a finding, not a broken request
	huma.Register(a, op("get-reading", http.MethodGet, "/v1/cases/{case}/reading", "What the document says, for the details to begin with", both, func(o *huma.Operation) {
		o.Description = "So that people confirm or correct instead of typing. It is there when the photo was looked at (`look`) before it was submitted, until details are sent. " +
			"What is left as it is, name in `from_document` of the details: it is recorded as confirmed, and that it equals the document proves nothing."
	}), s.reading)
	s.uploadOperations(a, op, both)
	s.faceOperations(a, op, key, both)
	s.recoveryOperations(a, op, key, both)
	s.supportOperations(a, op, key, both)
	huma.Register(a, op("view-evidence", http.MethodGet, "/v1/cases/{case}/submissions/{submission}/content", "Look at the evidence of a submission", key, describeEvidence), s.viewEvidence)
	huma.Register(a, op("create-link", http.MethodPost, "/v1/cases/{case}/links", "Get a new link for the applicant", key, created), s.createLink)
	huma.Register(a, op("ask-help", http.MethodPost, "/v1/cases/{case}/help", "Ask for a human", both, nil), s.askHelp)
	huma.Register(a, op("cancel", http.MethodPost, "/v1/cases/{case}/cancel", "Give a case up", both, describeCancel), s.cancel)
	huma.Register(a, op("appeal", http.MethodPost, "/v1/cases/{case}/appeals", "Contest a refusal", both, nil), s.appeal)
	huma.Register(a, op("review", http.MethodPost, "/v1/cases/{case}/reviews", "Decide a case that is in review", key, nil), s.review)
	huma.Register(a, op("erase-applicant", http.MethodDelete, "/v1/applicants/{applicant}", "Destroy everything of an applicant", key, func(o *huma.Operation) {
		o.DefaultStatus = http.StatusNoContent
	}), s.erase)
	huma.Register(a, op("list-findings", http.MethodGet, "/v1/findings", "The catalogue of reasons", both, func(o *huma.Operation) {
		o.Description = "Every code that has a meaning. Some are reserved for checks that this version does not make, or are given by " +
			"reviewers alone: a code in this list does not say that the automatic checks can find it."
	}), s.listFindings)
}

// present puts a case into words for the caller.
func (s *server) present(ctx context.Context, wish Tongue, locale string) verify.Presenter {
	p := verify.Presenter{Operator: callerOf(ctx).integrator(), Policy: s.Service.Policy(), Now: s.Now()}
	if p.Operator {
		p.Words = s.Words.Speak(wish.Locale, wish.Header, locale)
	} else {
		p.Words = s.Words.Speak(wish.Locale, locale, wish.Header)
	}
	return p
}

func (s *server) show(ctx context.Context, c kyc.Case, wish Tongue) (api.Case, error) {
	concerns(ctx, c.Applicant)
	out := s.present(ctx, wish, c.Locale).Case(c)
	asked := c.ID
	if c.Purpose == kyc.ForRecovery {
		from, err := s.Service.AskedFrom(ctx, c.ID)
		if err != nil {
			return out, err
		}
		// The account that is proved is another one: whoever comes back does so with the
		// case that they left with, or they would be taken for its owner.
		if from != "" {
			asked, out.For = from, string(from)
		}
	}
	if c.Return != nil {
		out.ReturnURL = s.Operator.Back(c.Return.URL, c.Return.State, string(asked))
	}
	if verify.MayRecover(c) {
		status, err := s.Service.StatusOf(ctx, c.ID)
		if err != nil {
			return out, err
		}
		out.Recovery = statusFor(ctx, status)
	}
	out.Support = s.supported() && c.State != kyc.Erased
	if callerOf(ctx).integrator() {
		out.Applicant = string(c.Applicant)
		if c.State != kyc.Erased {
			a, err := s.Service.Applicant(ctx, c.Applicant)
			if err != nil {
				return out, err
			}
			out.ExternalID = a.ExternalID
		}
	}
	return out, nil
}

// answer shows a case or explains why not.
func (s *server) answer(ctx context.Context, op string, c kyc.Case, wish Tongue, err error) (*caseOut, error) {
	var out api.Case
	if err == nil {
		out, err = s.show(ctx, c, wish)
	}
	if err != nil {
		return nil, s.explain(op, err)
	}
	return &caseOut{out}, nil
}

// actor is the service as the caller uses it: what is done with an API key is
// recorded as that key's.
func (s *server) actor(ctx context.Context) *verify.Service {
	if c := callerOf(ctx); c.integrator() {
		return s.Service.By(c.scope)
	}
	return s.Service
}

// reach returns the id of a case that the caller may reach. A case that is not
// theirs and one that is not there look the same.
func (s *server) reach(ctx context.Context, p CasePath) (kyc.CaseID, error) {
	id := kyc.CaseID(p.Case)
	if !callerOf(ctx).may(id) {
		return "", s.explain("reach", &kyc.Error{Kind: kyc.NotFound, Op: "reach"})
	}
	return id, nil
}

// onlyIntegrators refuses applicants.
func (s *server) onlyIntegrators(ctx context.Context) error {
	if !callerOf(ctx).integrator() {
		return problem(http.StatusForbidden, "not_yours", "This needs an API key.")
	}
	return nil
}

func (s *server) createCase(ctx context.Context, in *struct {
	OnceHeader
	Tongue
	Body api.NewCase
},
) (*struct{ Body api.CreatedCase }, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	id, err := s.idFor(ctx, "case")
	if err != nil {
		return nil, s.explain("create case", err)
	}
	n := verify.NewCase{ID: kyc.CaseID(id), ExternalID: in.Body.ExternalID, Locale: in.Body.Locale, NetworkRegion: in.Body.NetworkRegion}
	if n.Return, err = s.wayBack(in.Body.WayBack); err != nil {
		return nil, err
	}
	for _, i := range in.Body.Items {
		n.Items = append(n.Items, kyc.Item(i))
	}
	c, err := s.actor(ctx).CreateCase(ctx, n)
	if err == nil && len(in.Body.Contacts) > 0 {
		err = s.actor(ctx).PutContacts(ctx, c.Applicant, in.Body.Contacts)
	}
	if err != nil {
		return nil, s.explain("create case", err)
	}
	link, err := CreateLink(ctx, s.Store, s.Random, s.PublicURL, c.ID, s.Now().Add(s.LinkTTL))
	if err != nil {
		return nil, s.explain("create link", err)
	}
	shown, err := s.show(ctx, c, in.Tongue)
	if err != nil {
		return nil, s.explain("create case", err)
	}
	return &struct{ Body api.CreatedCase }{api.CreatedCase{Case: shown, Link: link}}, nil
}

func (s *server) getCase(ctx context.Context, in *struct {
	CasePath
	Tongue
},
) (*caseOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.Service.Case(ctx, id)
	return s.answer(ctx, "read case", c, in.Tongue, err)
}

func (s *server) submit(ctx context.Context, in *struct {
	OnceHeader
	Tongue
	CasePath
	Item    string `path:"item" enum:"document_front,document_back,details,face"`
	Network string `query:"network_region" pattern:"^[A-Z]{2}$" example:"DE" doc:"The country that the applicant connects from, ISO 3166-1 alpha-2, when you know it. With an API key only."`
	RawBody []byte `contentType:"application/octet-stream"`
},
) (*submittedOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	return s.take(ctx, id, kyc.Item(in.Item), in.Network, in.RawBody, nil, in.Tongue)
}

type submittedOut struct{ Body api.Submitted }

// take takes evidence for an item, however it arrived; read is what was read in it
// before.
func (s *server) take(ctx context.Context, id kyc.CaseID, item kyc.Item, network string, content []byte, read map[kyc.Field]string, wish Tongue) (*submittedOut, error) {
	sub, err := s.idFor(ctx, "sub", string(id), string(item))
	if err != nil {
		return nil, s.explain("submit", err)
	}
	if err := s.connected(ctx, id, network); err != nil {
		return nil, err
	}
	o, err := s.actor(ctx).SubmitRead(ctx, id, item, kyc.SubmissionID(sub), content, read)
	if err != nil {
		return nil, s.explain("submit", err)
	}
	shown, err := s.show(ctx, o.Case, wish)
	if err != nil {
		return nil, s.explain("submit", err)
	}
	p := s.present(ctx, wish, o.Case.Locale)
	return &submittedOut{api.Submitted{
		Accepted: o.Accepted, Submission: string(o.Submission), Findings: p.Findings(o.Findings), Case: shown,
	}}, nil
}

func (s *server) createLink(ctx context.Context, in *struct {
	OnceHeader
	CasePath
	Body *api.NewLink
},
) (*struct{ Body api.Link }, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	var to *kyc.Return
	if in.Body != nil {
		var err error
		if to, err = s.wayBack(in.Body.WayBack); err != nil {
			return nil, err
		}
	}
	c, err := s.Service.Case(ctx, kyc.CaseID(in.Case))
	if err != nil {
		return nil, s.explain("create link", err)
	}
	if c.State == kyc.Erased {
		return nil, s.explain("create link", &kyc.Error{Kind: kyc.NotAllowed, Op: "create link", State: c.State})
	}
	concerns(ctx, c.Applicant)
	if to != nil {
		if err := s.actor(ctx).SendBack(ctx, c.ID, *to); err != nil {
			return nil, s.explain("create link", err)
		}
	}
	link, err := CreateLink(ctx, s.Store, s.Random, s.PublicURL, c.ID, s.Now().Add(s.LinkTTL))
	if err != nil {
		return nil, s.explain("create link", err)
	}
	return &struct{ Body api.Link }{link}, nil
}

// CaseAction is a request about a case without a body.
type CaseAction struct {
	OnceHeader
	Tongue
	CasePath
}

func (s *server) askHelp(ctx context.Context, in *struct {
	CaseAction
	Body *api.AskHelp
},
) (*caseOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	var from kyc.HelpFrom
	if in.Body != nil && in.Body.Device != nil {
		d := in.Body.Device
		from = kyc.HelpFrom{System: d.System, Browser: d.Browser, Width: d.Width, Height: d.Height, Camera: d.Camera}
	}
	c, err := s.actor(ctx).AskHelp(ctx, id, from)
	return s.answer(ctx, "ask help", c, in.Tongue, err)
}

func (s *server) appeal(ctx context.Context, in *CaseAction) (*caseOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.actor(ctx).Appeal(ctx, id)
	return s.answer(ctx, "appeal", c, in.Tongue, err)
}

// describeCancel says when a case can be given up and what stays.
func describeCancel(o *huma.Operation) {
	o.Description = "While it is the applicant's turn. The case is then `expired` with the note `case.cancelled`; the findings that it had stay, " +
		"and nothing of it counts in another case."
}

func (s *server) cancel(ctx context.Context, in *CaseAction) (*caseOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.actor(ctx).Cancel(ctx, id)
	return s.answer(ctx, "cancel", c, in.Tongue, err)
}

func (s *server) review(ctx context.Context, in *struct {
	CaseAction
	Body api.Review
},
) (*caseOut, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	reasons, err := reasonsOf(in.Body.Reasons)
	if err != nil {
		return nil, err
	}
	c, err := s.Service.Review(ctx, kyc.CaseID(in.Case), in.Body.Reviewer, kyc.State(in.Body.Verdict), reasons)
	return s.answer(ctx, "review", c, in.Tongue, err)
}

// reasonsOf reads the reasons of a person.
func reasonsOf(codes []api.ReviewCode) ([]kyc.Finding, error) {
	var out []kyc.Finding
	for _, r := range codes {
		d, ok := kyc.Lookup(kyc.Code(r.Code))
		if !ok {
			return nil, problem(http.StatusUnprocessableEntity, "invalid", "An unknown finding code; GET /v1/findings lists them.")
		}
		f := kyc.Finding{Code: d.Code, Item: d.Item, Field: kyc.Field(r.Field)}
		if r.Item != "" {
			f.Item = kyc.Item(r.Item)
		}
		if !f.Item.IsKnown() || f.Field != "" && !f.Field.IsKnown() {
			return nil, problem(http.StatusUnprocessableEntity, "invalid", "An unknown item or field; docs/findings.md lists the items, and the details are the fields.")
		}
		out = append(out, f)
	}
	return out, nil
}

func (s *server) erase(ctx context.Context, in *struct {
	Applicant string `path:"applicant" maxLength:"64"`
},
) (*struct{}, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	s.held.forget(func(u *upload) bool { return u.applicant == kyc.ApplicantID(in.Applicant) })
	if err := s.actor(ctx).Erase(ctx, kyc.ApplicantID(in.Applicant)); err != nil {
		return nil, s.explain("erase", err)
	}
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}

func (s *server) listFindings(ctx context.Context, in *struct{ Tongue }) (*struct{ Body []api.FindingInfo }, error) {
	return &struct{ Body []api.FindingInfo }{s.present(ctx, in.Tongue, "").Catalogue()}, nil
}
