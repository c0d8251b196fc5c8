package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/server"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	path := "/v1/cases/" + c.Case.ID
	review := func(body string) answer { return l.post(path+"/reviews", l.key, body, nil) }
	for name, x := range map[string]struct {
		a      answer
		status int
		kind   string
	}{
		"no such address":             {l.get("/v1/nothing", l.key), 404, "no_such_page"},
		"no such address at all":      {l.get("/nothing", ""), 404, "no_such_page"},
		"a method that is not":        {l.send(http.MethodPut, path, l.key, nil, nil), 405, "method_not_allowed"},
		"no body":                     {l.post("/v1/cases", l.key, nil, nil), 400, "invalid"},
		"a body that is no JSON":      {l.post("/v1/cases", l.key, `surname=CANARY`, nil), 400, "invalid"},
		"a missing member":            {l.post("/v1/cases", l.key, `{}`, nil), 422, "invalid"},
		"a member that is not":        {l.post("/v1/cases", l.key, `{"external_id":"a","x":"CANARY"}`, nil), 422, "invalid"},
		"a number for a text":         {l.post("/v1/cases", l.key, `{"external_id":4711}`, nil), 422, "invalid"},
		"an empty text":               {l.post("/v1/cases", l.key, `{"external_id":""}`, nil), 422, "invalid"},
		"a text too long":             {l.post("/v1/cases", l.key, `{"external_id":"`+strings.Repeat("CANARY", 50)+`"}`, nil), 422, "invalid"},
		"an item that is not":         {l.post("/v1/cases", l.key, `{"external_id":"a","items":["CANARY"]}`, nil), 422, "invalid"},
		"evidence for what is not":    {l.post(path+"/submissions/CANARY", l.key, someDetails, nil), 422, "invalid"},
		"details that are no JSON":    {l.post(path+"/submissions/details", l.key, `CANARY`, nil), 422, "invalid"},
		"a field that is not":         {l.post(path+"/submissions/details", l.key, `{"CANARY":"CANARY"}`, nil), 422, "invalid"},
		"a date that is not":          {l.post(path+"/submissions/details", l.key, `{"birth_date":"CANARY"}`, nil), 422, "invalid"},
		"an appeal against nothing":   {l.post(path+"/appeals", l.key, nil, nil), 409, "not_allowed"},
		"a review of an open case":    {review(`{"reviewer":"r","verdict":"approved"}`), 409, "not_allowed"},
		"a verdict that is not":       {review(`{"reviewer":"r","verdict":"CANARY"}`), 422, "invalid"},
		"a reason that is not":        {review(`{"reviewer":"r","verdict":"declined","reasons":[{"code":"CANARY"}]}`), 422, "invalid"},
		"an applicant that is not":    {l.send(http.MethodDelete, "/v1/applicants/apl_CANARY", l.key, nil, nil), 404, "not_found"},
		"an Idempotency-Key too long": {l.post("/v1/cases", l.key, `{"external_id":"a"}`, header{"Idempotency-Key": strings.Repeat("k", 256)}), 400, "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			x.a.T = t
			p := x.a.lab.in(t, x.a).problem(x.status, x.kind)
			if bytes.Contains(x.a.body, []byte("CANARY")) {
				// The name of a member may be repeated, so that it can be found; what it holds may not.
				if name != "a member that is not" {
					t.Errorf("the problem repeats what was sent: %s", x.a.body)
				}
			}
			for _, e := range p.Errors {
				if e.Value != nil {
					t.Errorf("the problem repeats what was sent: %s", x.a.body)
				}
			}
		})
	}
	if strings.Contains(l.logged(), "CANARY") || strings.Contains(l.logged(), "szegi") {
		t.Errorf("the log repeats what was sent: %s", l.logged())
	}
}

// in is the answer as seen by a subtest.
func (l *lab) in(t *testing.T, a answer) answer {
	t.Helper()
	return answer{&lab{T: t, doc: l.doc}, a.status, a.header, a.body, a.what}
}

// TestPanicsLeakNothing: a panic becomes a problem, its text stays out of the
// answer and the log, and the request can be repeated.
func TestPanicsLeakNothing(t *testing.T) {
	t.Parallel()
	broken := &source{}
	l := newLab(t, nil, func(c *server.Config) {
		c.Random = broken
		c.Page = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("CANARY of the page") })
	})
	l.get("/a/", "").problem(http.StatusInternalServerError, "internal")
	once := header{"Idempotency-Key": "k"}
	broken.panics = true
	a := l.post("/v1/cases", l.key, `{"external_id":"CANARY@example.org","items":["details"]}`, once)
	a.problem(http.StatusInternalServerError, "internal")
	if strings.Contains(l.logged(), "CANARY") || bytes.Contains(a.body, []byte("CANARY")) {
		t.Errorf("a panic leaks: %s\n%s", a.body, l.logged())
	}
	if !strings.Contains(l.logged(), "panic") || !strings.Contains(l.logged(), "bonafide/internal/server") {
		t.Errorf("a panic is not logged with its place: %s", l.logged())
	}
	broken.panics = false
	c := into[api.CreatedCase](l.post("/v1/cases", l.key, `{"external_id":"CANARY@example.org","items":["details"]}`, once).is(http.StatusCreated))
	if got := l.events(c.Case.ID); fmt.Sprint(got) != "[create]" {
		t.Errorf("the record says %v", got)
	}
}

// source is a source of randomness that can break.
type source struct{ panics bool }

func (s *source) Read(p []byte) (int, error) {
	if s.panics {
		panic("CANARY of randomness")
	}
	for k := range p {
		p[k] = byte(time.Now().UnixNano() >> (k % 8))
	}
	return len(p), nil
}

// TestEveryAnswerHasItsHeaders: whatever is answered, nothing is cached, sniffed
// or framed.
func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	for _, a := range []answer{l.get("/healthz", ""), l.get("/readyz", ""), l.get("/openapi.json", ""), l.get("/v1/findings", l.key), l.get("/v1/findings", ""), l.get("/nothing", "")} {
		for k, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store"} {
			if got := a.header.Get(k); got != want {
				t.Errorf("%s: %s is %q", a.what, k, got)
			}
		}
	}
	l.get("/healthz", "").is(http.StatusOK)
	l.get("/readyz", "").is(http.StatusOK)
	if err := l.db.Close(); err != nil {
		t.Fatal(err)
	}
	l.get("/readyz", "").problem(http.StatusServiceUnavailable, "not_ready")
	l.get("/healthz", "").is(http.StatusOK)
}

// TestCoolingDown: too early is 429 with Retry-After, and the answer is not kept
// for repetition.
func TestCoolingDown(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.inReview("a")
	path := "/v1/cases/" + c.Case.ID
	l.post(path+"/reviews", l.key, `{"reviewer":"r","verdict":"action_required","reasons":[{"code":"details.name_mismatch","field":"surname"}]}`, nil).is(http.StatusOK)
	got := into[api.Case](l.get(path, c.Link.Token).is(http.StatusOK))
	if got.Plan == nil || len(got.Plan.Items) != 1 || got.Plan.Items[0].Item != "details" || len(got.Plan.Items[0].Fixes) != 1 {
		t.Fatalf("the plan is %+v", got.Plan)
	}
	p := l.post(path+"/submissions/details", c.Link.Token, `{"surname":"Other","given_names":"CANARY"}`, nil).problem(http.StatusConflict, "not_asked")
	if !strings.Contains(p.Detail, "given_names") || strings.Contains(p.Detail, "CANARY") {
		t.Errorf("the problem says %q", p.Detail)
	}
	l.post(path+"/submissions/face", c.Link.Token, []byte("x"), nil).problem(http.StatusConflict, "not_asked")
	s := into[api.Submitted](l.post(path+"/submissions/details", c.Link.Token, `{"surname":"Other"}`, nil).is(http.StatusOK))
	if !s.Accepted || s.Case.State != "processing" {
		t.Errorf("%+v", s)
	}
	l.post(path+"/submissions/details", c.Link.Token, `{"surname":"Other"}`, nil).problem(http.StatusConflict, "not_allowed")
}

var _ io.Reader = &source{}
