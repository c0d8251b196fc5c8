package server_test

import (
	"net/http"
	"testing"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/server"
)

// TestWhoSaysWhereAnApplicantConnectsFrom: the integrator of an applicant, and the
// operator's proxy of a request that an applicant sends; nobody else.
func TestWhoSaysWhereAnApplicantConnectsFrom(t *testing.T) {
	t.Parallel()
	const details = `{"surname":"A","birth_date":"1990-01-01","document_number":"X1","residence":"DE"}`
	for name, c := range map[string]struct {
		proxy     string // header that is trusted
		byToken   bool   // the applicant sends
		opened    string // what the integrator said at the opening
		query     string
		header    string
		status    int
		connected string
	}{
		"nobody says":                            {"", false, "", "", "", http.StatusOK, ""},
		"the integrator at the opening":          {"", false, "DE", "", "", http.StatusOK, "DE"},
		"the integrator with a submission":       {"", false, "DE", "?network_region=AT", "", http.StatusOK, "AT"},
		"the applicant, who may not":             {"", true, "DE", "?network_region=AT", "", http.StatusForbidden, "DE"},
		"the proxy of the applicant":             {"CF-IPCountry", true, "DE", "", "NL", http.StatusOK, "NL"},
		"the proxy, in small letters":            {"CF-IPCountry", true, "", "", "nl", http.StatusOK, "NL"},
		"the proxy does not know":                {"CF-IPCountry", true, "DE", "", "XX", http.StatusOK, "DE"},
		"the proxy names Tor":                    {"CF-IPCountry", true, "DE", "", "T1", http.StatusOK, "DE"},
		"a header that nobody trusts":            {"", true, "DE", "", "NL", http.StatusOK, "DE"},
		"the proxy of the integrator's server":   {"CF-IPCountry", false, "DE", "", "US", http.StatusOK, "DE"},
		"something that is no country's code":    {"", false, "DE", "?network_region=Germany", "", http.StatusUnprocessableEntity, "DE"},
		"a code that no country has, from a key": {"", false, "DE", "?network_region=XX", "", http.StatusOK, "DE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, nil, func(cfg *server.Config) { cfg.NetworkHeader = c.proxy })
			body := `{"external_id":"a"}`
			if c.opened != "" {
				body = `{"external_id":"a","network_region":"` + c.opened + `"}`
			}
			made := into[api.CreatedCase](l.post("/v1/cases", l.key, body, nil).is(http.StatusCreated))
			who := l.key
			if c.byToken {
				who = made.Link.Token
			}
			h := header{}
			if c.header != "" {
				h["CF-IPCountry"] = c.header
			}
			l.post("/v1/cases/"+made.Case.ID+"/submissions/details"+c.query, who, details, h).is(c.status)
			got, err := l.service.Case(t.Context(), kyc.CaseID(made.Case.ID))
			if err != nil || got.NetworkRegion != c.connected {
				t.Errorf("connects from %q, want %q, %v", got.NetworkRegion, c.connected, err)
			}
			if shown := into[api.Case](l.get("/v1/cases/"+made.Case.ID, made.Link.Token).is(http.StatusOK)); shown.NetworkRegion != "" {
				t.Errorf("the applicant is shown %q", shown.NetworkRegion)
			}
		})
	}
	l := newLab(t, nil, nil)
	l.post("/v1/cases", l.key, `{"external_id":"a","network_region":"XX"}`, nil).is(http.StatusUnprocessableEntity)
}
