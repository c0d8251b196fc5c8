package console

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"bonafide/internal/kyc"
)

// providerLab is a console beside a real OpenID Connect provider: the one of
// zitadel/oidc, a certified library, with its own store of two people.
func providerLab(t *testing.T) *lab {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	issuer := "http://localhost:" + port(srv.Listener.Addr().String()) + "/"
	l := newLab(t, nil, func(c *Config) {
		c.Provider = Provider{Issuer: issuer, ClientID: "console", ClientSecret: "secret"}
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
	l := providerLab(t)
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
