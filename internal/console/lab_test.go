package console

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"bonafide/internal/audit"
	"bonafide/internal/blob"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
	"bonafide/internal/sqlite"
	"bonafide/internal/sqlite/sqlitetest"
	"bonafide/internal/verify"
)

// lab is a console on a real store with real seals, reached over HTTP, with a
// clock that is moved by hand.
type lab struct {
	*testing.T
	base    string
	service *verify.Service
	db      *sqlite.DB
	config  Config

	mu sync.Mutex
	at time.Time
}

// newLab opens a console. rules change the policy, change the console.
func newLab(t *testing.T, rules func(*policy.Policy), change func(*Config)) *lab {
	t.Helper()
	// The provider's tokens are of today.
	l := &lab{T: t, at: time.Now().UTC().Truncate(time.Second)}
	pol, err := policy.Standard()
	l.must(err)
	pol.Items = []kyc.Item{kyc.Details} // measured without models
	if rules != nil {
		rules(&pol)
	}
	folder := t.TempDir()
	l.db = sqlitetest.Open(t, filepath.Join(folder, "bonafide.db"))
	blobs, err := blob.Open(filepath.Join(folder, "evidence"))
	l.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	sealer, err := seal.Create(filepath.Join(folder, "keys.json"))
	l.must(err)
	words, err := message.Load()
	l.must(err)
	l.service = verify.NewService(verify.Config{
		Store: l.db, Blobs: blobs, Sealer: sealer, Policies: policy.Only(pol), Now: l.now, NewID: newID, Random: rand.Reader,
	}, 1)
	srv := httptest.NewUnstartedServer(nil)
	l.base = "http://localhost:" + port(srv.Listener.Addr().String())
	l.config = Config{
		Service: l.service, Store: l.db, Sealer: sealer, Words: words, Log: slog.New(slog.DiscardHandler), Now: l.now, Random: rand.Reader,
		NewID: newID, PublicURL: l.base,
	}
	if change != nil {
		change(&l.config)
	}
	h, err := New(l.config)
	l.must(err)
	srv.Config.Handler = h
	srv.Start()
	t.Cleanup(srv.Close)
	return l
}

func port(addr string) string { return addr[strings.LastIndex(addr, ":")+1:] }

func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return prefix + "_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *lab) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = l.at.Add(d)
}

func (l *lab) inviter() Inviter {
	return Inviter{l.db, l.config.Sealer, rand.Reader, newID, l.now, l.base}
}

// browser is one person's browser with its cookies and its passkeys.
type browser struct {
	*lab
	client *http.Client
	auth   virtualwebauthn.Authenticator
	key    virtualwebauthn.Credential
	id     kyc.OperatorID
}

func (l *lab) browser() *browser {
	l.Helper()
	jar, err := cookiejar.New(nil)
	l.must(err)
	return &browser{lab: l, client: &http.Client{Jar: jar}}
}

// reply is an answer, read in full.
type reply struct {
	*lab
	what   string
	status int
	header http.Header
	body   []byte
}

func (b *browser) send(method, path string, body any, headers map[string]string) reply {
	b.Helper()
	var r io.Reader
	h := map[string]string{"Sec-Fetch-Site": "same-origin"}
	if method == http.MethodPost {
		text, err := json.Marshal(body)
		b.must(err)
		r, h["Content-Type"] = bytes.NewReader(text), "application/json"
	}
	maps.Copy(h, headers)
	req, err := http.NewRequestWithContext(b.Context(), method, b.base+Path+"api/"+path, r)
	b.must(err)
	for k, v := range h {
		req.Header.Set(k, v)
	}
	res, err := b.client.Do(req)
	b.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return reply{b.lab, method + " " + path, res.StatusCode, res.Header, text}
}

func (b *browser) get(path string) reply { b.Helper(); return b.send(http.MethodGet, path, nil, nil) }

func (b *browser) post(path string, body any) reply {
	b.Helper()
	return b.send(http.MethodPost, path, body, nil)
}

func (r reply) is(status int) reply {
	r.Helper()
	if r.status != status {
		r.Fatalf("%s: %d, want %d: %.400s", r.what, r.status, status, r.body)
	}
	return r
}

// refused demands a problem of a kind, with words.
func (r reply) refused(status int, kind string) string {
	r.Helper()
	r.is(status)
	p := into[struct{ Type, Title, Detail string }](r)
	if r.header.Get("Content-Type") != "application/problem+json" || p.Type != "urn:bonafide:problem:"+kind || len(p.Detail) < 10 {
		r.Errorf("%s: the problem is %s %+v, want %s", r.what, r.header.Get("Content-Type"), p, kind)
	}
	return p.Detail
}

func into[T any](r reply) T {
	r.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.Fatalf("%s: %v in %.400s", r.what, err, r.body)
	}
	return v
}

func (l *lab) party() virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{ID: "localhost", Name: "Bonafide", Origin: l.base}
}

func token(link string) string {
	_, text, _ := strings.Cut(link, "#invitation=")
	return text
}

// register makes a passkey with an invitation.
func (b *browser) register(link string) reply {
	b.Helper()
	begun := b.post("invitation/passkey/begin", map[string]string{"token": token(link)})
	if begun.status != http.StatusOK {
		return begun
	}
	options, err := virtualwebauthn.ParseAttestationOptions(string(begun.body))
	b.must(err)
	b.auth = virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(options.UserID)})
	// The library writes coordinates without leading zeros, which COSE does not
	// allow: one key in 128 is drawn again.
	const whole = 77
	for {
		b.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(b.key.Key.AttestationData()) == whole {
			break
		}
	}
	b.auth.AddCredential(b.key)
	return b.post("invitation/passkey/finish", map[string]any{
		"credential": json.RawMessage(virtualwebauthn.CreateAttestationResponse(b.party(), b.auth, b.key, *options)),
	})
}

// assertion is the passkey's answer to a new question.
func (b *browser) assertion(party virtualwebauthn.RelyingParty) json.RawMessage {
	b.Helper()
	begun := b.post("sign-in/passkey/begin", map[string]string{}).is(http.StatusOK)
	options, err := virtualwebauthn.ParseAssertionOptions(string(begun.body))
	b.must(err)
	return json.RawMessage(virtualwebauthn.CreateAssertionResponse(party, b.auth, b.key, *options))
}

func (b *browser) signIn() reply {
	b.Helper()
	return b.post("sign-in/passkey/finish", map[string]any{"credential": b.assertion(b.party())})
}

// worker is the browser of a person who is signed in.
func (l *lab) worker(name string, role kyc.Role) *browser {
	l.Helper()
	i, err := l.inviter().Invite(l.Context(), name, role, "test")
	l.must(err)
	b := l.browser()
	b.id = i.Operator
	b.register(i.URL).is(http.StatusNoContent)
	return b
}

// waiting is a case that waits for a reviewer, by a failure of ours.
func (l *lab) waiting(account string) kyc.CaseID {
	l.Helper()
	ctx := l.Context()
	c, err := l.service.CreateCase(ctx, verify.NewCase{ExternalID: account, Locale: "de"})
	l.must(err)
	_, err = l.service.Submit(ctx, c.ID, kyc.Details, "", []byte(`{"surname":"Kőszegi","given_names":"Anna","birth_date":"1990-05-17","document_number":"X73007509","residence":"DE"}`))
	l.must(err)
	l.must(l.service.ChecksFailed(ctx, c.ID, 1))
	return c.ID
}

// recorded lists, in order, the events of somebody in the audit log.
func (l *lab) recorded(actor string) (events []string) {
	l.Helper()
	for r, err := range audit.Records(l.Context(), l.db) {
		l.must(err)
		d, err := audit.Decode(r.Data)
		l.must(err)
		if d.Actor == actor {
			events = append(events, d.Event)
		}
	}
	return events
}

func (l *lab) operators() (out []kyc.OperatorRecord) {
	l.Helper()
	l.must(l.db.Read(l.Context(), func(tx kyc.Tx) error {
		var err error
		out, err = tx.Operators(l.Context())
		return err
	}))
	return out
}

// cookies are those that a browser would send to the console.
func (b *browser) cookies() []*http.Cookie {
	u, err := url.Parse(b.base + Path)
	b.must(err)
	return b.client.Jar.Cookies(u)
}
