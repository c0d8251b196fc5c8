package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/policy"
)

// asked types something into the page.
func (h *house) asked(what, language string) answer {
	h.Helper()
	return h.send(http.MethodPost, "/support/check?locale="+language, "", strings.NewReader(url.Values{"asked": {what}}.Encode()),
		header{"Content-Type": "application/x-www-form-urlencoded"}).is(http.StatusOK)
}

func TestSupportCanBeProved(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil, func(*policy.Policy) {})
	made := h.newCase("somebody", "details")
	s := into[api.Support](h.get("/v1/cases/"+made.Case.ID+"/support", made.Link.Token).is(http.StatusOK))
	if s.HelpCentre != "https://help.example.org" || s.CheckURL != "https://kyc.example/support/check" || len(s.Phrase) != 14 || s.Never == "" {
		t.Errorf("%+v", s)
	}
	code, err := h.config.Prover.Code(h.now())
	if err != nil {
		t.Fatal(err)
	}
	const yes, no = `class="yes"`, `class="no"`
	for what, want := range map[string]string{
		s.Link: yes, code: yes, "support@example.org": yes, "https://help.example.org/x": yes, "+49 30 123456": yes, "ag-1027": yes, "https://kyc.example/a/": yes,
		"https://kyc.example/a/#case=case_1&token=bf_tok_x": "only if you began it yourself", "https://kyc.example/ moved, call +1 555": no, "https://kyc.example/console/#problem=call": no,
		s.Link + "x": no, "https://kyc.example/support/t/AAAA": no, "https://kyc.example.evil.com/a/": no, "support@evil.org": no, "AG-1028": no,
		"<script>alert(1)</script>": no,
	} {
		a := h.asked(what, "en")
		if body := string(a.body); !strings.Contains(body, want) || strings.Contains(body, "<script") || strings.Contains(a.header.Get("Content-Security-Policy"), "script-src") {
			t.Errorf("%q is not answered by %s", what, want)
		}
	}
	for _, l := range []string{"en", "ar", "de", "es", "fr", "hi", "id", "pt-BR", "ru", "tr", "vi", "zh-Hans"} {
		body := string(h.asked("support@evil.org", l).body)
		if !strings.Contains(body, `<html lang="`+l+`" dir="`+map[bool]string{true: "rtl", false: "ltr"}[l == "ar"]+`"`) || strings.Contains(body, "support.") && !strings.Contains(body, "support@") {
			t.Errorf("%s: %.200s", l, body)
		}
	}
	// The link opens for the operator alone, shows where somebody is stuck, and ends.
	h.post("/v1/cases/"+made.Case.ID+"/help", made.Link.Token, `{"device":{"system":"Android 14","browser":"Firefox 145","camera":"denied"}}`, nil).is(http.StatusOK)
	token := s.Link[strings.LastIndex(s.Link, "/")+1:]
	got := into[api.HelpRequest](h.get("/v1/support/"+token, h.key).is(http.StatusOK))
	if got.Case != made.Case.ID || got.AskedAt == nil || got.Device == nil || got.Device.Camera != "denied" || len(got.Items) == 0 {
		t.Errorf("%+v", got)
	}
	h.get("/v1/support/"+token, made.Link.Token).problem(http.StatusForbidden, "not_yours")
	h.get("/v1/cases/"+made.Case.ID+"/help", made.Link.Token).problem(http.StatusForbidden, "not_yours")
	h.get("/v1/support/"+token+"x", h.key).problem(http.StatusNotFound, "not_found")
	h.pass(8 * 24 * time.Hour)
	h.get("/v1/support/"+token, h.key).problem(http.StatusNotFound, "not_found")
	if body := string(h.asked(s.Link, "en").body); !strings.Contains(body, no) || !strings.Contains(body, "has ended") {
		t.Errorf("a link that has ended: %.300s", body)
	}
	if a := h.send(http.MethodGet, "/support/t/"+token, "", nil, nil).is(http.StatusOK); !strings.Contains(string(a.body), "has ended") {
		t.Error("the link's own page does not say that it has ended")
	}
	for _, secret := range []string{"support@evil.org", "AG-1028", token, code} {
		if strings.Contains(h.logged(), secret) {
			t.Errorf("the log holds what was asked: %q", secret)
		}
	}
}

func TestWithoutChannelsThereIsNoSupport(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	made := l.newCase("somebody", "details")
	l.get("/v1/cases/"+made.Case.ID+"/support", made.Link.Token).problem(http.StatusNotFound, "not_found")
	l.send(http.MethodGet, "/support/check", "", nil, nil).problem(http.StatusNotFound, "no_such_page")
	l.get("/v1/cases/"+made.Case.ID+"/recovery", made.Link.Token).problem(http.StatusConflict, "not_allowed")
}

func TestContactsAreForIntegrators(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	made := l.newCase("somebody", "details")
	path := "/v1/applicants/" + made.Case.Applicant + "/contacts"
	l.putJSON(path, made.Link.Token, `{"contacts":[]}`).problem(http.StatusForbidden, "not_yours")
	l.putJSON(path, l.key, `{"contacts":["anna@example.org","+49 30 123456"]}`).is(http.StatusNoContent)
	p := l.putJSON(path, l.key, `{"contacts":["no address of anybody"]}`).problem(http.StatusUnprocessableEntity, "invalid")
	if strings.Contains(p.Detail, "no address") {
		t.Errorf("the problem quotes what was sent: %s", p.Detail)
	}
	l.putJSON("/v1/applicants/apl_unknown/contacts", l.key, `{"contacts":[]}`).problem(http.StatusNotFound, "not_found")
}

// putJSON puts JSON.
func (l *lab) putJSON(path, secret, body string) answer {
	l.Helper()
	return l.send(http.MethodPut, path, secret, strings.NewReader(body), header{"Content-Type": "application/json"})
}
