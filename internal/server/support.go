package server

import (
	"context"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/operator"
	"bonafide/internal/support"
)

// supportAge is how long a support link works.
const supportAge = 7 * 24 * time.Hour

// supportOperations registers how a human is reached, and what they need to help.
func (s *server) supportOperations(a huma.API, op describes, key, both []map[string][]string) {
	huma.Register(a, op("get-support", http.MethodGet, "/v1/cases/{case}/support", "How to reach a human, and how to know that they are ours", both, func(o *huma.Operation) {
		o.Description = "404 where the operator has not said what their channels are (bonafide serve --operator)."
	}), s.getSupport)
	huma.Register(a, op("get-help-request", http.MethodGet, "/v1/cases/{case}/help", "Where an applicant is stuck", key, func(o *huma.Operation) {
		o.Description = "Items, findings and attempts by code, and what the device said of itself: no evidence, no name."
	}), s.getHelp)
	huma.Register(a, op("open-support-link", http.MethodGet, "/v1/support/{token}", "Open a support link that somebody shows", key, nil), s.openSupport)
}

// supported reports whether the operator has channels.
func (s *server) supported() bool { return s.Operator.Name != "" }

func (s *server) getSupport(ctx context.Context, in *struct {
	CasePath
	Tongue
},
) (*struct{ Body api.Support }, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.Service.Case(ctx, id)
	if err == nil && (!s.supported() || c.State == kyc.Erased) {
		err = &kyc.Error{Kind: kyc.NotFound, Op: "support"}
	}
	if err != nil {
		return nil, s.explain("support", err)
	}
	ends := s.Now().Add(supportAge).UTC().Truncate(time.Second)
	token, err := s.Prover.Link(id, ends)
	if err != nil {
		return nil, s.explain("support", err)
	}
	phrase, err := s.Prover.Phrase(c.Applicant)
	if err != nil {
		return nil, s.explain("support", err)
	}
	return &struct{ Body api.Support }{api.Support{
		Operator: s.Operator.Name, HelpCentre: s.Operator.HelpCentre, Link: s.PublicURL + "/support/t/" + token, ExpiresAt: ends,
		CheckURL: s.PublicURL + "/support/check", Phrase: phrase, Never: s.present(ctx, in.Tongue, c.Locale).Words.Notice("never", message.Facts{}).Text,
	}}, nil
}

type helpOut struct{ Body api.HelpRequest }

func (s *server) getHelp(ctx context.Context, in *CasePath) (*helpOut, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	return s.help(ctx, kyc.CaseID(in.Case))
}

func (s *server) openSupport(ctx context.Context, in *struct {
	Token string `path:"token" maxLength:"600"`
},
) (*helpOut, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	id, ends, ok := s.Prover.Open(in.Token)
	if !ok || !s.Now().Before(ends) {
		return nil, s.explain("open support link", &kyc.Error{Kind: kyc.NotFound, Op: "open support link"})
	}
	return s.help(ctx, id)
}

// help collects what a helper needs of a case.
func (s *server) help(ctx context.Context, id kyc.CaseID) (*helpOut, error) {
	c, err := s.Service.Case(ctx, id)
	if err != nil {
		return nil, s.explain("help request", err)
	}
	concerns(ctx, c.Applicant)
	out := api.HelpRequest{Case: string(id), State: string(c.State), Language: c.Locale, Items: []api.HelpItem{}, UpdatedAt: c.UpdatedAt}
	if c.Help != nil {
		out.AskedAt = &c.Help.At
		if f := c.Help.From; f != (kyc.HelpFrom{}) {
			out.Device = &api.HelpDevice{System: f.System, Browser: f.Browser, Width: f.Width, Height: f.Height, Camera: f.Camera}
		}
	}
	for _, i := range append(kyc.Asked(), kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase) {
		x := api.HelpItem{Item: string(i), Findings: []string{}}
		for _, f := range kyc.Visible(c.Findings) {
			if f.Item == i && !slices.Contains(x.Findings, string(f.Code)) {
				x.Findings = append(x.Findings, string(f.Code))
			}
		}
		st, asked := c.Item(i)
		x.Status, x.Attempts = string(st.Status), st.Attempts
		if asked && (st.Required || st.Current != nil) || len(x.Findings) > 0 {
			out.Items = append(out.Items, x)
		}
	}
	if r, err := s.Service.Recovery(ctx, id); err == nil {
		out.Recovery = string(r.Status)
	} else if k := kyc.KindOf(err); k != kyc.NotAllowed && k != kyc.NotFound {
		return nil, s.explain("help request", err)
	}
	return &helpOut{out}, nil
}

//go:embed support.html
var supportPage string

// supportView is what the page shows.
type supportView struct {
	Lang, Dir, Operator, Help string
	Page, Answer              message.Words
	Never, Button             string
	Asked, Ours               bool
	Languages                 []supportLanguage
	Styles                    template.CSS
	Logos                     []supportLogo
	Action                    string
}

type supportLanguage struct{ Tag, Name string }

// supportLogo is a logo in the page itself: it has no other file.
type supportLogo struct {
	Address template.URL
	Set     template.Srcset
}

// logos are the operator's, in the page itself.
func (s *server) logos() []supportLogo {
	out := make([]supportLogo, len(s.Operator.Look.Logos))
	for k, l := range s.Operator.Look.Logos {
		text := "data:" + l.Kind + ";base64," + base64.StdEncoding.EncodeToString(l.Body)
		out[k] = supportLogo{template.URL(text), template.Srcset(text)} //nolint:gosec // checked when it was read
	}
	return out
}

// support serves the page on which anybody can check whether something is the
// operator's own. What is asked comes in a form's body, so that no address holds it,
// and is neither kept nor logged.
func (s *server) supportPages() http.Handler {
	page := template.Must(template.New("support").Parse(supportPage))
	mux := http.NewServeMux()
	logos, look := s.logos(), operator.Default()
	styles := template.CSS(look.Styles() + s.Operator.Look.Styles()) //nolint:gosec // made of checked colours
	show := func(w http.ResponseWriter, r *http.Request, answer string, f message.Facts) {
		words := s.Words.Speak(r.URL.Query().Get("locale"), r.Header.Get("Accept-Language"))
		f.Operator = s.Operator.Name
		v := supportView{
			Lang: words.Tag.String(), Dir: "ltr", Operator: s.Operator.Name, Help: s.Operator.HelpCentre, Action: "/support/check?locale=" + words.Tag.String(),
			Page: words.Support("page", message.Facts{}), Never: words.Notice("never", message.Facts{}).Text, Button: words.SupportButton(),
			Styles: styles, Logos: logos,
			Asked: answer != "", Ours: answer == "ours" || answer == "case_link" || answer == "message" || answer == "link",
		}
		if words.RightToLeft() {
			v.Dir = "rtl"
		}
		if answer != "" {
			v.Answer = words.Support(answer, f)
		}
		for _, l := range s.Words.Languages() {
			v.Languages = append(v.Languages, supportLanguage{l.String(), message.NameOf(l)})
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		if err := page.Execute(w, v); err != nil {
			s.Log.ErrorContext(r.Context(), "support page", "error", err)
		}
	}
	mux.HandleFunc("GET /support/check", func(w http.ResponseWriter, r *http.Request) { show(w, r, "", message.Facts{}) })
	mux.HandleFunc("POST /support/check", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
		if r.ParseForm() != nil {
			show(w, r, "not_ours", message.Facts{Address: s.Operator.HelpCentre})
			return
		}
		answer, f := s.whose(r.PostForm.Get("asked"))
		show(w, r, answer, f)
	})
	mux.HandleFunc("GET /support/t/{token}", func(w http.ResponseWriter, r *http.Request) {
		answer, f := s.whose(s.PublicURL + "/support/t/" + r.PathValue("token"))
		show(w, r, answer, f)
	})
	mux.HandleFunc("/support/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, noSuchPage()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.supported() {
			writeProblem(w, noSuchPage())
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// whose says what something is that somebody saw, in the words of message.Support.
func (s *server) whose(asked string) (answer string, f message.Facts) {
	asked = strings.TrimSpace(asked)
	if token, ok := strings.CutPrefix(asked, s.PublicURL+"/support/t/"); ok {
		if _, ends, ok := s.Prover.Open(token); ok {
			if f.Date = ends; s.Now().Before(ends) {
				return "link", f
			}
			return "ended", f
		}
		return "not_ours", message.Facts{Address: s.Operator.HelpCentre}
	}
	if day, ok := s.Prover.CodeDay(asked); ok {
		if f.Date = day; s.Now().Sub(day) < support.CodeAge {
			return "message", f
		}
		return "ended", f
	}
	// Anybody who is verified can pass on a link that leads into their own case.
	if rest, ok := strings.CutPrefix(asked, s.PublicURL+"/a/"); ok && !strings.ContainsFunc(rest, unicode.IsSpace) {
		return "case_link", f
	}
	// Of all other addresses here only those that hold no words of somebody else.
	if asked == s.PublicURL || asked == s.PublicURL+"/" || asked == s.PublicURL+"/support/check" || s.Operator.Lists(asked) {
		return "ours", f
	}
	return "not_ours", message.Facts{Address: s.Operator.HelpCentre}
}
