package console

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"bonafide/internal/kyc"
)

// providerLab is a console beside a real OpenID Connect provider: the one of
// zitadel/oidc, a certified library, with its own store of two people.
func providerLab(t *testing.T, claims Claims) *lab {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	issuer := "http://localhost:" + port(srv.Listener.Addr().String()) + "/"
	l := newLab(t, nil, func(c *Config) {
		c.Provider = Provider{Issuer: issuer, ClientID: "console", ClientSecret: "secret", Claims: claims}
		storage.RegisterClients(storage.WebClient("console", "secret", c.PublicURL+Path+"api/sign-in/provider/callback"))
	})
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the provider's, which takes the process's
	srv.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorage(storage.NewUserStore(issuer)), nil, false)
	srv.Start()
	t.Cleanup(srv.Close)
	return l
}

// through goes to the provider, signs in there, and comes back. It returns where
// it ended.
func (b *browser) through(invitation, user string) string {
	b.Helper()
	to := into[struct{ URL string }](b.post("sign-in/provider", map[string]string{"token": invitation}).is(200)).URL
	get := func(u string) (*http.Response, string) {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, u, nil)
		b.must(err)
		return b.follow(req)
	}
	res, _ := get(to)
	form := url.Values{"username": {user}, "password": {"verysecure"}, "id": {res.Request.URL.Query().Get("authRequestID")}}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, res.Request.URL.String(), strings.NewReader(form.Encode()))
	b.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, _ = b.follow(req)
	return res.Request.URL.String()
}

func (b *browser) follow(req *http.Request) (*http.Response, string) {
	b.Helper()
	res, err := b.client.Do(req)
	b.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return res, string(text)
}

func TestSignInThroughAProvider(t *testing.T) { //nolint:paralleltest // the provider's clients are the process's
	l := providerLab(t, Claims{})
	b := l.browser()
	if s := into[Session](b.get("session").is(200)); !strings.HasPrefix(s.Provider, "localhost:") {
		t.Errorf("the provider is %q", s.Provider)
	}
	// Somebody the provider knows and nobody invited.
	if end := b.through("", "test-user2"); !strings.HasSuffix(end, "#problem=not_invited") {
		t.Errorf("ended at %s", end)
	}
	b.get("queue").refused(401, "not_signed_in")
	// The same person with an invitation, and then without.
	i, err := l.inviter().Invite(l.Context(), "Two", kyc.Reviewer, "test")
	l.must(err)
	if end := b.through(token(i.URL), "test-user2"); end != l.base+Path {
		t.Errorf("ended at %s", end)
	}
	b.get("queue").is(200)
	b.post("sign-out", map[string]string{}).is(204)
	if end := b.through("", "test-user2"); end != l.base+Path {
		t.Errorf("ended at %s", end)
	}
	if s := into[Session](b.get("session").is(200)); s.Name != "Two" || s.Role != kyc.Reviewer {
		t.Errorf("signed in as %+v", s)
	}
	// One person has one account.
	other, err := l.inviter().Invite(l.Context(), "Other", kyc.Senior, "test")
	l.must(err)
	if end := l.browser().through(token(other.URL), "test-user2"); !strings.HasSuffix(end, "#problem=linked") {
		t.Errorf("ended at %s", end)
	}
	// The invitation was not used up by that.
	l.browser().register(other.URL).is(204)
}

// TestRolesComeFromTheProvider: with a claim that says roles nobody needs an
// invitation, and the provider's word goes at each sign-in.
func TestRolesComeFromTheProvider(t *testing.T) { //nolint:paralleltest // the provider's clients are the process's
	claims := Claims{Name: "custom_claim.other", Roles: map[string]kyc.Role{"stuff": kyc.Senior}, Scopes: []string{storage.CustomScope}}
	l := providerLab(t, claims)
	b := l.browser()
	if end := b.through("", "test-user2"); end != l.base+Path {
		t.Fatalf("ended at %s", end)
	}
	s := into[Session](b.get("session").is(200))
	if s.Name != "Test User2" || s.Role != kyc.Senior {
		t.Errorf("signed in as %+v", s)
	}
	admin := l.worker("Admin", kyc.Administrator)
	admin.post("operators/"+string(s.ID)+"/role", map[string]string{"role": "administrator"}).refused(409, "conflict")
	// The provider says otherwise the next time.
	claims.Roles["stuff"] = kyc.Auditor
	b.post("sign-out", map[string]string{}).is(204)
	b.through("", "test-user2")
	if again := into[Session](b.get("session").is(200)); again.ID != s.ID || again.Role != kyc.Auditor {
		t.Errorf("signed in as %+v", again)
	}
	// And then gives no role at all: who was here before is refused, too.
	delete(claims.Roles, "stuff")
	claims.Roles["others"] = kyc.Reviewer
	b.post("sign-out", map[string]string{}).is(204)
	if end := b.through("", "test-user2"); !strings.HasSuffix(end, "#problem=no_role") {
		t.Errorf("ended at %s", end)
	}
	b.get("queue").refused(401, "not_signed_in")
	if got := l.recorded("identity_provider"); !slices.Equal(got, []string{"operator_invited", "operator_changed"}) {
		t.Errorf("recorded %v", got)
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	roles := map[string]kyc.Role{"rev": kyc.Reviewer, "rev2": kyc.Reviewer, "adm": kyc.Administrator}
	for name, c := range map[string]struct {
		claim string
		all   string
		want  string
	}{
		"a text":                   {"role", `{"role":"rev"}`, "reviewer"},
		"a list":                   {"groups", `{"groups":["x",7,"adm"]}`, "administrator"},
		"a path":                   {"realm_access.roles", `{"realm_access":{"roles":["rev"]}}`, "reviewer"},
		"a name that has dots":     {"https://x.example/roles", `{"https://x.example/roles":["rev"]}`, "reviewer"},
		"two values of one role":   {"groups", `{"groups":["rev","rev2"]}`, "reviewer"},
		"two roles":                {"groups", `{"groups":["rev","adm"]}`, "several_roles"},
		"no such claim":            {"groups", `{"role":"rev"}`, "no_role"},
		"another value":            {"groups", `{"groups":["guest"]}`, "no_role"},
		"a role by its own name":   {"role", `{"role":"reviewer"}`, "no_role"},
		"neither text nor list":    {"role", `{"role":{"rev":true}}`, "no_role"},
		"a path through something": {"a.b.c", `{"a":{"b":"rev"}}`, "no_role"},
	} {
		var all map[string]any
		if err := json.Unmarshal([]byte(c.all), &all); err != nil {
			t.Fatal(err)
		}
		role, err := Claims{Name: c.claim, Roles: roles}.role(all)
		got := string(role)
		if p, ok := errors.AsType[*problem](err); ok {
			got = p.Kind
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for claims, want := range map[string]string{
		`{"name":" Ada ","email":"a@example.org"}`: "Ada", `{"name":7,"preferred_username":"ada"}`: "ada", `{"email":"a@example.org"}`: "a@example.org", `{}`: "",
		`{"name":"` + strings.Repeat("ő", 200) + `"}`: strings.Repeat("ő", maxName),
	} {
		var all map[string]any
		if err := json.Unmarshal([]byte(claims), &all); err != nil {
			t.Fatal(err)
		}
		if got := nameIn(all); got != want {
			t.Errorf("%s: called %q", claims, got)
		}
	}
}

// TestAProviderInTheClear is refused when the server starts.
func TestAProviderInTheClear(t *testing.T) {
	t.Parallel()
	role := map[string]kyc.Role{"x": kyc.Senior}
	for name, c := range map[string]struct {
		issuer, public string
		claims         Claims
		ok             bool
	}{
		"https":                      {"https://id.example", "https://kyc.example", Claims{}, true},
		"both on this machine":       {"http://127.0.0.1:9000", "http://localhost:8080", Claims{}, true},
		"this machine by IPv6":       {"http://[::1]:9000", "http://[::1]:8080", Claims{}, true},
		"the provider in the clear":  {"http://id.example", "https://kyc.example", Claims{}, false},
		"the console in the clear":   {"https://id.example", "http://kyc.example", Claims{}, false},
		"the console by a number":    {"https://id.example", "http://192.168.7.1:8080", Claims{}, false},
		"neither http nor https":     {"ftp://localhost", "http://localhost:8080", Claims{}, false},
		"no address":                 {"id.example", "https://kyc.example", Claims{}, false},
		"claims":                     {"https://id.example", "https://kyc.example", Claims{Name: "groups", Roles: role}, true},
		"a claim without roles":      {"https://id.example", "https://kyc.example", Claims{Name: "groups"}, false},
		"roles without a claim":      {"https://id.example", "https://kyc.example", Claims{Roles: role}, false},
		"a role that does not exist": {"https://id.example", "https://kyc.example", Claims{Name: "groups", Roles: map[string]kyc.Role{"x": "king"}}, false},
		"an empty value":             {"https://id.example", "https://kyc.example", Claims{Name: "groups", Roles: map[string]kyc.Role{"": kyc.Senior}}, false},
	} {
		_, err := New(Config{PublicURL: c.public, Provider: Provider{Issuer: c.issuer, ClientID: "x", Claims: c.claims}})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAProviderThatIsNotThere(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, func(c *Config) { c.Provider = Provider{Issuer: "http://localhost:1", ClientID: "x"} })
	b := l.browser()
	b.post("sign-in/provider", map[string]string{"token": ""}).refused(502, "provider_silent")
	newLab(t, nil, nil).browser().post("sign-in/provider", map[string]string{"token": ""}).refused(404, "no_provider")
	// What comes back without having gone is told by the page.
	for _, query := range []string{"", "?state=x&code=y"} {
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		r := b.get("sign-in/provider/callback" + query).is(303)
		if to := r.header.Get("Location"); !strings.HasPrefix(to, Path+"#problem=") {
			t.Errorf("sent to %q", to)
		}
	}
}
