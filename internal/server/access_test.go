package server_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/server"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	path := "/v1/cases/" + c.Case.ID
	other, err := server.CreateAPIKey(t.Context(), l.db, rand.Reader, newID, "leaver", l.now())
	if err != nil {
		t.Fatal(err)
	}
	l.get(path, other).is(http.StatusOK)
	keys, err := server.APIKeys(t.Context(), l.db)
	if err != nil || len(keys) != 2 {
		t.Fatal(err, keys)
	}
	for _, k := range keys {
		if k.Name == "leaver" {
			if err := server.RevokeAPIKey(t.Context(), l.db, k.ID, l.now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	refused := func(name string, a answer) {
		t.Helper()
		a.problem(http.StatusUnauthorized, "not_signed_in")
		if a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
	}
	for name, secret := range map[string]string{
		"nobody":                 "",
		"a revoked key":          other,
		"a key that is not":      "bf_key_" + strings.Repeat("A", 43),
		"a token that is not":    "bf_tok_" + strings.Repeat("A", 43),
		"a key cut short":        l.key[:len(l.key)-1],
		"a key with more":        l.key + "A",
		"a key in other letters": strings.ToUpper(l.key),
		"the hash of nothing":    "bf_key_",
		"anything":               "x",
	} {
		refused(name, l.get(path, secret))
		refused(name, l.post("/v1/cases", secret, `{"external_id":"x"}`, nil))
	}
	refused("basic", l.send(http.MethodGet, path, "", nil, header{"Authorization": "Basic " + l.key}))
	refused("the bare key", l.send(http.MethodGet, path, "", nil, header{"Authorization": l.key}))
	refused("in the address", l.get(path+"?token="+c.Link.Token, ""))

	l.get(path, c.Link.Token).is(http.StatusOK)
	l.pass(time.Hour - time.Minute)
	l.get(path, c.Link.Token).is(http.StatusOK)
	l.pass(2 * time.Minute)
	refused("an expired token", l.get(path, c.Link.Token))
	link := into[api.Link](l.post(path+"/links", l.key, nil, nil).is(http.StatusCreated))
	l.get(path, link.Token).is(http.StatusOK)

	for _, s := range []string{l.key, other, c.Link.Token, link.Token} {
		if strings.Contains(l.logged(), s) {
			t.Error("a secret is in the log")
		}
	}
}

// TestAnotherCaseLooksLikeNone: a token tells nothing of cases that are not its
// own, not even that they are there.
func TestAnotherCaseLooksLikeNone(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	mine, theirs := l.newCase("a", "details"), l.newCase("b", "details")
	const none = "case_00000000000000000000000000"
	for _, r := range []struct{ method, after, body string }{
		{http.MethodGet, "", ""},
		{http.MethodPost, "/submissions/details", someDetails},
		{http.MethodPost, "/submissions/document_front", "x"},
		{http.MethodPost, "/help", ""},
		{http.MethodPost, "/appeals", ""},
		{http.MethodPost, "/links", ""},
		{http.MethodPost, "/reviews", `{"reviewer":"r","verdict":"approved"}`},
	} {
		ask := func(id string) answer {
			return l.send(r.method, "/v1/cases/"+id+r.after, mine.Link.Token, strings.NewReader(r.body), header{"Content-Type": "application/json"})
		}
		a, b := ask(theirs.Case.ID), ask(none)
		if a.status != b.status || !bytes.Equal(a.body, b.body) || a.status < 400 {
			t.Errorf("%s %s: %d %s\nof a case that is not: %d %s", r.method, r.after, a.status, a.body, b.status, b.body)
		}
	}
	// And for integrators, a case that is not looks the same as for applicants.
	a, b := l.get("/v1/cases/"+none, l.key).problem(http.StatusNotFound, "not_found"), l.get("/v1/cases/"+none, mine.Link.Token).problem(http.StatusNotFound, "not_found")
	if a.Detail != b.Detail {
		t.Errorf("%q and %q", a.Detail, b.Detail)
	}
	if c := into[api.Case](l.get("/v1/cases/"+theirs.Case.ID, l.key).is(http.StatusOK)); c.State != "open" {
		t.Errorf("the other case is %s", c.State)
	}
}

func TestWhatApplicantsMayNot(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("canary@example.org", "details")
	path, token := "/v1/cases/"+c.Case.ID, c.Link.Token
	l.post("/v1/cases", token, `{"external_id":"x"}`, nil).problem(http.StatusForbidden, "not_yours")
	l.post(path+"/links", token, nil, nil).problem(http.StatusForbidden, "not_yours")
	l.post(path+"/reviews", token, `{"reviewer":"me","verdict":"approved"}`, nil).problem(http.StatusForbidden, "not_yours")
	l.send(http.MethodDelete, "/v1/applicants/"+c.Case.Applicant, token, nil, nil).problem(http.StatusForbidden, "not_yours")

	if c.Case.ExternalID != "canary@example.org" || c.Case.Applicant == "" {
		t.Errorf("the integrator sees %+v", c.Case)
	}
	for _, a := range []answer{
		l.get(path, token),
		l.post(path+"/submissions/details", token, someDetails, nil),
		l.post(path+"/help", token, nil, nil),
	} {
		a.is(http.StatusOK)
		if bytes.Contains(a.body, []byte("canary")) || bytes.Contains(a.body, []byte(c.Case.Applicant)) {
			t.Errorf("%s shows the applicant what is the integrator's: %s", a.what, a.body)
		}
	}

	// A reviewer's reason that is a signal is for the operator alone.
	if err := l.service.ChecksFailed(t.Context(), kyc.CaseID(c.Case.ID), 1); err != nil {
		t.Fatal(err)
	}
	l.post(path+"/reviews", l.key, `{"reviewer":"rev_1","verdict":"declined","reasons":[{"code":"document.edited"}]}`, nil).is(http.StatusOK)
	operator, applicant := into[api.Case](l.get(path, l.key).is(http.StatusOK)), l.get(path, token).is(http.StatusOK)
	if len(operator.Findings) != 1 || operator.Findings[0].Code != "document.edited" {
		t.Errorf("the operator sees %+v", operator.Findings)
	}
	if bytes.Contains(applicant.body, []byte("edited")) || bytes.Contains(applicant.body, []byte("operator")) {
		t.Errorf("the applicant is told a signal: %s", applicant.body)
	}

	all := into[[]api.FindingInfo](l.get("/v1/findings", l.key).is(http.StatusOK))
	some := into[[]api.FindingInfo](l.get("/v1/findings", token).is(http.StatusOK))
	signal := func(f api.FindingInfo) bool { return f.Audience == "operator" }
	if len(all) != len(kyc.Catalogue()) || !slices.ContainsFunc(all, signal) || slices.ContainsFunc(some, signal) || len(some) == 0 {
		t.Errorf("%d codes for the integrator, %d for the applicant", len(all), len(some))
	}
}

func TestLinkHidesTheToken(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	before, after, ok := strings.Cut(c.Link.URL, "#")
	if !ok || strings.Contains(before, c.Link.Token) || !strings.Contains(after, c.Link.Token) || !strings.HasPrefix(before, "https://kyc.example/a/") {
		t.Errorf("the link is %s", strings.ReplaceAll(c.Link.URL, c.Link.Token, "TOKEN"))
	}
	if d := time.Until(c.Link.ExpiresAt); d < 50*time.Minute || d > time.Hour {
		t.Errorf("the link ends in %v", d)
	}
}
