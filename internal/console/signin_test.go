package console

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"bonafide/internal/kyc"
)

func TestAnInvitationMakesAPasskey(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	i, err := l.inviter().Invite(l.Context(), " Ada Lovelace ", kyc.Administrator, "test")
	l.must(err)
	if !strings.HasPrefix(i.URL, l.base+"/console/#invitation=") {
		t.Fatalf("the link is %s", i.URL)
	}
	b := l.browser()
	if s := into[Session](b.get("session").is(200)); s.SignedIn || s.Origin != l.base {
		t.Errorf("a stranger is %+v", s)
	}
	if got := string(b.post("invitation", map[string]string{"token": token(i.URL)}).is(200).body); got != `{"name":"Ada Lovelace","role":"administrator"}` {
		t.Errorf("invited as %s", got)
	}
	b.post("invitation", map[string]string{"token": "x"}).refused(404, "no_invitation")
	b.register(i.URL).is(204)
	s := into[Session](b.get("session").is(200))
	if !s.SignedIn || s.Name != "Ada Lovelace" || s.ID != i.Operator || s.Role != kyc.Administrator || len(s.Permits) != 2 {
		t.Errorf("signed in as %+v", s)
	}
	l.browser().register(i.URL).refused(404, "no_invitation") // it works once
	b.post("sign-out", map[string]string{}).is(204)
	b.get("operators").refused(401, "not_signed_in")
	b.signIn().is(204)
	b.get("operators").is(200)
}

func TestPasskeysThatAreRefused(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	admin := l.worker("Admin", kyc.Administrator)
	b := l.worker("Bo", kyc.Reviewer)
	signOut := func() { b.post("sign-out", map[string]string{}).is(204) }
	signOut()

	t.Run("of another site", func(_ *testing.T) {
		evil := virtualwebauthn.RelyingParty{ID: "localhost", Name: "x", Origin: "https://evil.example"}
		b.post("sign-in/passkey/finish", map[string]any{"credential": b.assertion(evil)}).refused(403, "not_invited")
	})
	t.Run("used twice", func(_ *testing.T) {
		answer := b.assertion(b.party())
		kept := b.cookies()
		b.post("sign-in/passkey/finish", map[string]any{"credential": answer}).is(204)
		thief := l.browser()
		req := httptest.NewRequest(http.MethodGet, l.base+Path, nil)
		thief.client.Jar.SetCookies(req.URL, kept)
		thief.post("sign-in/passkey/finish", map[string]any{"credential": answer}).refused(409, "over")
		thief.get("queue").refused(401, "not_signed_in")
		signOut()
	})
	t.Run("copied", func(_ *testing.T) {
		b.key.Counter = 5
		b.signIn().is(204)
		signOut()
		b.key.Counter = 3
		b.signIn().refused(403, "copied_passkey")
		b.key.Counter = 6
	})
	t.Run("too late", func(_ *testing.T) {
		answer := b.assertion(b.party())
		l.pass(ceremonyTime)
		b.post("sign-in/passkey/finish", map[string]any{"credential": answer}).refused(409, "over")
		l.pass(-ceremonyTime)
	})
	t.Run("without the first half", func(_ *testing.T) {
		l.browser().post("sign-in/passkey/finish", map[string]any{"credential": b.assertion(b.party())}).refused(409, "over")
	})
	t.Run("of an account that was closed", func(_ *testing.T) {
		b.signIn().is(204)
		admin.post("operators/"+string(b.id)+"/disable", map[string]string{}).is(204)
		b.get("queue").refused(401, "not_signed_in") // at once
		b.signIn().refused(403, "not_invited")
	})
	t.Run("of a device that was lost", func(_ *testing.T) {
		again := into[Invitation](admin.post("operators/"+string(b.id)+"/invite", map[string]string{}).is(200))
		// Whoever did not ask for it learns that somebody did.
		if told := b.signIn().refused(403, "replaced_passkey"); !strings.Contains(told, "by Admin") || !strings.Contains(told, "compliance") {
			t.Errorf("the old passkey is told %q", told)
		}
		fresh := l.browser()
		l.pass(invitationTime)
		fresh.register(again.URL).refused(404, "no_invitation")
		l.pass(-time.Second)
		fresh.register(again.URL).is(204)
		fresh.get("queue").is(200)
		if s := into[Session](fresh.get("session").is(200)); s.RenewedAt == nil || s.RenewedBy != "Admin" {
			t.Errorf("whoever came in by it is told %+v", s)
		}
		aud := l.worker("Aud", kyc.Auditor)
		all := into[[]Colleague](aud.get("audit/ways-in").is(200))
		if k := slices.IndexFunc(all, func(x Colleague) bool { return x.ID == b.id }); k < 0 || all[k].RenewedBy != "Admin" || all[0].RenewedAt != nil {
			t.Errorf("whoever checks the record sees %+v", all)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	b := l.worker("Bo", kyc.Reviewer)
	for range 23 { // a long day with a request every half hour, less a minute
		l.pass(idleTime - time.Minute)
		b.get("queue").is(200)
	}
	l.pass(sessionTime - 23*(idleTime-time.Minute))
	b.get("queue").refused(401, "not_signed_in")
	b.signIn().is(204)
	l.pass(idleTime)
	b.get("queue").refused(401, "not_signed_in")
	if s := into[Session](b.get("session").is(200)); s.SignedIn {
		t.Error("still signed in")
	}
}

func TestCookiesAndOtherSites(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	b := l.worker("Bo", kyc.Reviewer)
	r := b.signIn().is(204)
	set := r.header.Values("Set-Cookie")
	var session string
	for _, s := range set {
		if strings.HasPrefix(s, sessionCookie+"=") {
			session = s
		}
	}
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} {
		if !strings.Contains(session, want) {
			t.Errorf("the session's cookie is %q, without %s", session, want)
		}
	}
	// Over https it is bound to the host.
	c := &console{origin: "https://kyc.example"}
	w := httptest.NewRecorder()
	c.setCookie(w, sessionCookie, "x", http.SameSiteStrictMode, time.Hour)
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-"+sessionCookie+"=x; Path=/") || !strings.Contains(got, "Secure") {
		t.Errorf("over https it is %q", got)
	}
	// Another site cannot make the browser act, nor can a form of old.
	b.send("POST", "cases/x/take", map[string]string{}, map[string]string{"Sec-Fetch-Site": "cross-site"}).refused(403, "other_site")
	b.send("POST", "cases/x/take", map[string]string{}, map[string]string{"Sec-Fetch-Site": "", "Origin": "https://evil.example"}).refused(403, "other_site")
	b.send("POST", "cases/x/notes", map[string]string{}, map[string]string{"Content-Type": "text/plain"}).refused(400, "invalid")
	if got := b.get("queue").header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("answers may be kept: %q", got)
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://127.0.0.1:8080":      "http://localhost:8080 localhost",
		"http://[::1]:8080":          "http://localhost:8080 localhost",
		"http://0.0.0.0:8080":        "http://localhost:8080 localhost",
		"http://[::]:8080":           "http://localhost:8080 localhost",
		"http://192.168.7.1:8080":    "http://192.168.7.1:8080 192.168.7.1",
		"http://[fd00::1]:8080":      "http://[fd00::1]:8080 fd00::1",
		"https://kyc.example.org":    "https://kyc.example.org kyc.example.org",
		"https://kyc.example:8443/x": "https://kyc.example:8443 kyc.example",
	} {
		origin, host, err := Origin(in)
		if err != nil || origin+" "+host != want {
			t.Errorf("%s: %s %s %v", in, origin, host, err)
		}
		if _, err := New(Config{PublicURL: in}); err != nil {
			t.Errorf("%s: no console: %v", in, err)
		}
	}
	if _, _, err := Origin("kyc.example"); err == nil {
		t.Error("an address without a scheme was taken")
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	a := l.worker("A", kyc.Administrator)
	me := "operators/" + string(a.id)
	a.post(me+"/disable", map[string]string{}).refused(409, "conflict")
	a.post(me+"/role", map[string]string{"role": "reviewer"}).refused(403, "forbidden") // their own
	a.post(me+"/invite", map[string]string{}).refused(403, "forbidden")
	a.post(me+"/role", map[string]string{"role": "owner"}).refused(422, "invalid")
	a.post("operators", map[string]string{"name": " ", "role": "reviewer"}).refused(422, "invalid")
	a.post("operators", map[string]string{"name": "B", "role": "king"}).refused(422, "invalid")
	made := into[Invitation](a.post("operators", map[string]string{"name": "B", "role": "administrator"}).is(200))
	b := l.browser()
	b.register(made.URL).is(204)
	b.post(me+"/role", map[string]string{"role": "reviewer"}).is(204)
	a.get("operators").refused(403, "forbidden") // at once
	a.get("queue").is(200)
	all := into[[]Colleague](b.get("operators").is(200))
	if len(all) != 2 || all[0].Role != kyc.Reviewer || all[1].SignsIn != "passkey" {
		t.Errorf("the people are %+v", all)
	}
	for _, o := range l.operators() {
		if strings.Contains(string(o.Sealed), "B") && len(o.Sealed) < 5 {
			t.Error("names are stored in the clear")
		}
	}
}
