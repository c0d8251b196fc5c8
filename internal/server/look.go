package server

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/api"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
)

// describeList says how lists of cases are ordered and cut.
func describeList(o *huma.Operation) {
	o.Description = "In the order of their creation, oldest first; by `state`, by `external_id`, or by both. Where there are more, `next` is the `after` of the " +
		"next page. An account id in an address may be kept by the logs of proxies in between; ours does not keep it."
}

func (s *server) listCases(ctx context.Context, in *struct {
	Tongue
	State      []string `query:"state,explode" nullable:"false" maxItems:"8" enum:"open,processing,action_required,in_review,approved,declined,expired,erased" doc:"States to list; all when absent. May be given more than once."`
	ExternalID string   `query:"external_id" maxLength:"200" doc:"Your own id of the account."`
	After      string   `query:"after" maxLength:"64" doc:"The next of the page before."`
	Limit      int      `query:"limit" minimum:"1" maximum:"100" default:"100"`
},
) (*struct{ Body api.CaseList }, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	states := kyc.States()
	if len(in.State) > 0 {
		states = nil
		for _, x := range in.State {
			states = append(states, kyc.State(x))
		}
	}
	var cases []kyc.Case
	var err error
	if in.ExternalID == "" {
		cases, err = s.Service.CasesIn(ctx, states, kyc.CaseID(in.After), in.Limit+1)
	} else {
		cases, err = s.Service.CasesOfAccount(ctx, in.ExternalID)
		if k := slices.IndexFunc(cases, func(c kyc.Case) bool { return string(c.ID) == in.After }); k >= 0 {
			cases = cases[k+1:]
		}
		cases = slices.DeleteFunc(cases, func(c kyc.Case) bool { return !slices.Contains(states, c.State) })
	}
	if err != nil {
		return nil, s.explain("list cases", err)
	}
	out := api.CaseList{Cases: []api.Case{}, More: len(cases) > in.Limit}
	for _, c := range cases[:min(len(cases), in.Limit)] {
		x, err := s.show(ctx, c, in.Tongue)
		if kyc.KindOf(err) == kyc.NotFound {
			continue // erased since it was listed
		}
		if err != nil {
			return nil, s.explain("list cases", err)
		}
		out.Cases = append(out.Cases, x)
	}
	if out.More {
		out.Next = string(cases[in.Limit-1].ID)
	}
	return &struct{ Body api.CaseList }{out}, nil
}

// unnamed is the type of content that is none of those we know.
const unnamed = "application/octet-stream"

// describeEvidence says in which forms evidence comes.
func describeEvidence(o *huma.Operation) {
	o.Description = "The photo as it arrived, or the details as a JSON object. Each look is in the audit log with the id of the API key. " +
		"After an erasure there is nothing to see."
	content := map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}}}
	for _, f := range []string{"image/jpeg", "image/png", "image/webp", "image/heic", unnamed} {
		content[f] = &huma.MediaType{} // bytes have no schema
	}
	o.Responses = map[string]*huma.Response{"200": {
		Description: "The content, as an attachment.",
		Content:     content,
		Headers:     map[string]*huma.Param{"Content-Disposition": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
}

// content is evidence on its way out. Browsers neither show nor guess it.
type content struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *server) viewEvidence(ctx context.Context, in *struct {
	CasePath
	Submission string `path:"submission" maxLength:"64" example:"sub_01k9…"`
},
) (*content, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	body, item, err := s.Service.Evidence(ctx, kyc.CaseID(in.Case), kyc.SubmissionID(in.Submission), callerOf(ctx).scope)
	if err != nil {
		return nil, s.explain("view evidence", err)
	}
	kind, suffix := contentType(item, body)
	return &content{kind, `attachment; filename="` + plain(in.Submission) + suffix + `"`, body}, nil
}

// contentType is the media type of evidence and the suffix of its file's name.
func contentType(item kyc.Item, body []byte) (kind, suffix string) {
	if item == kyc.Details {
		return "application/json", ".json"
	}
	if item == kyc.Face && json.Valid(body) {
		return "application/json", ".json" // of a sequence: what was drawn, recorded and arrived
	}
	switch f := imaging.Sniff(body); f {
	case imaging.JPEG, imaging.PNG, imaging.WebP, imaging.HEIC:
		return "image/" + string(f), "." + string(f)
	default:
		return unnamed, ".bin"
	}
}

// plain is an id that can stand in a header.
func plain(id string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return -1
	}, id)
}
