package server_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/audit"
	"bonafide/internal/blob"
	"bonafide/internal/jobs"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
	"bonafide/internal/server"
	"bonafide/internal/sqlite"
	"bonafide/internal/verify"
)

// lab is a whole server on a real store, with a clock that can be put forward.
// Jobs are enqueued and run only when a test starts them.
type lab struct {
	*testing.T
	url     string
	folder  string
	key     string // an integrator's
	keyID   string
	service *verify.Service
	db      *sqlite.DB
	runner  *jobs.Runner
	log     *bytes.Buffer
	config  server.Config
	judging verify.Config // what the service works with
	doc     *description

	mu      sync.Mutex
	ahead   time.Duration
	handler http.Handler
}

func newLab(t *testing.T, engine *verify.Engine, change func(*server.Config)) *lab {
	t.Helper()
	return newLabUnder(t, engine, func(*policy.Policy) {}, change)
}

// newLabUnder is a lab with a policy of its own.
func newLabUnder(t *testing.T, engine *verify.Engine, rules func(*policy.Policy), change func(*server.Config)) *lab {
	t.Helper()
	l := &lab{T: t, folder: t.TempDir(), log: &bytes.Buffer{}, doc: describe(t)}
	log := slog.New(slog.NewTextHandler(&locked{l: l}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pol, err := policy.Standard()
	must(err)
	if engine == nil {
		// Details are measured without models. No policy file may ask for so little,
		// but what the server does is the same.
		pol.Items = []kyc.Item{kyc.Details}
	}
	rules(&pol)
	words, err := message.Load()
	must(err)
	queue, err := jobs.NewEnqueuer(log)
	must(err)
	l.db, err = sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(l.folder, "bonafide.db"), Enqueue: queue.EnqueueTx})
	must(err)
	t.Cleanup(func() { _ = l.db.Close() })
	must(jobs.Migrate(t.Context(), l.db.DB(), log))
	blobs, err := blob.Open(filepath.Join(l.folder, "evidence"))
	must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	sealer, err := seal.Create(filepath.Join(l.folder, "keys.json"))
	must(err)
	l.judging = verify.Config{
		Store: l.db, Blobs: blobs, Sealer: sealer, Engine: engine, Policies: policy.Only(pol), Now: l.now, NewID: newID, Random: rand.Reader,
	}
	l.service = verify.NewService(l.judging, 2)
	l.runner, err = jobs.New(jobs.Config{DB: l.db.DB(), Checker: l.service, Logger: log, Now: l.now})
	must(err)
	l.config = server.Config{
		Service: l.service, Store: l.db, Sealer: sealer, Words: words, Log: log, Now: l.now, Random: rand.Reader,
		PublicURL: "https://kyc.example", LinkTTL: time.Hour, Page: http.NotFoundHandler(),
	}
	if change != nil {
		change(&l.config)
	}
	l.start()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		h := l.handler
		l.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	l.url = srv.URL
	l.key, err = server.CreateAPIKey(t.Context(), l.db, rand.Reader, newID, "shop", l.now())
	must(err)
	keys, err := server.APIKeys(t.Context(), l.db)
	must(err)
	l.keyID = keys[0].ID
	return l
}

// start starts the server on its service.
func (l *lab) start() {
	l.Helper()
	h, err := server.New(l.config)
	if err != nil {
		l.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handler = h
}

// govern starts the server again with other versions of the policy, on the same
// store.
func (l *lab) govern(versions *policy.Set) {
	l.Helper()
	l.judging.Policies = versions
	l.service = verify.NewService(l.judging, 2)
	l.config.Service = l.service
	l.start()
}

func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return prefix + "_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// locked keeps what is logged.
type locked struct{ l *lab }

func (w *locked) Write(p []byte) (int, error) {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	return w.l.log.Write(p)
}

func (l *lab) logged() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.String()
}

func (l *lab) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Add(l.ahead)
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead += d
}

// answer is a response, read in full and held against the API's description.
type answer struct {
	*lab
	status int
	header http.Header
	body   []byte
	what   string
}

type header map[string]string

// send sends a request as it is.
func (l *lab) send(method, path, secret string, body io.Reader, headers header) answer {
	l.Helper()
	req, err := http.NewRequestWithContext(l.Context(), method, l.url+path, body)
	if err != nil {
		l.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		l.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		l.Fatalf("%s %s: %v", method, path, err)
	}
	a := answer{l, res.StatusCode, res.Header, b, method + " " + path}
	l.doc.check(l.T, method, path, a)
	return a
}

func (l *lab) get(path, secret string) answer {
	l.Helper()
	return l.send(http.MethodGet, path, secret, nil, nil)
}

// post sends text as JSON, or bytes as they are.
func (l *lab) post(path, secret string, body any, headers header) answer {
	l.Helper()
	h := header{"Content-Type": "application/json"}
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r, h["Content-Type"] = bytes.NewReader(b), "application/octet-stream"
	}
	maps.Copy(h, headers)
	return l.send(http.MethodPost, path, secret, r, h)
}

func (l *lab) put(path, secret string, body []byte) answer {
	l.Helper()
	return l.send(http.MethodPut, path, secret, bytes.NewReader(body), header{"Content-Type": "application/octet-stream"})
}

// is demands a status.
func (a answer) is(status int) answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("%s: %d, want %d: %.500s", a.what, a.status, status, a.body)
	}
	return a
}

// into reads an answer strictly: what the type does not know is an error.
func into[T any](a answer) T {
	a.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		a.Fatalf("%s: %v in %.500s", a.what, err, a.body)
	}
	return v
}

type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Message, Location string
		Value             any
	} `json:"errors"`
}

// problem demands a well-formed problem (RFC 9457) of a kind.
func (a answer) problem(status int, kind string) problem {
	a.Helper()
	a.is(status)
	p := into[problem](a)
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		a.Errorf("%s: a problem of type %q", a.what, ct)
	}
	if p.Type != "urn:bonafide:problem:"+kind || p.Title != http.StatusText(status) || p.Status != status || len(p.Detail) < 10 {
		a.Errorf("%s: the problem is %+v, want %s", a.what, p, kind)
	}
	return p
}

// newCase opens a case for an account.
func (l *lab) newCase(account string, items ...string) api.CreatedCase {
	l.Helper()
	b, err := json.Marshal(api.NewCase{ExternalID: account, Locale: "en", Items: items})
	if err != nil {
		l.Fatal(err)
	}
	return into[api.CreatedCase](l.post("/v1/cases", l.key, string(b), nil).is(http.StatusCreated))
}

const someDetails = `{"surname":"Kőszegi","given_names":"Anna","birth_date":"1990-05-17","document_number":"X73007509"}`

// inReview leads a case to a reviewer: by a check of ours that failed.
func (l *lab) inReview(account string) api.CreatedCase {
	l.Helper()
	c := l.newCase(account, "details")
	// Each account has a document of its own.
	details := strings.Replace(someDetails, "X73007509", fmt.Sprintf("X%08d", crc32.ChecksumIEEE([]byte(account))%1e8), 1)
	s := into[api.Submitted](l.post("/v1/cases/"+c.Case.ID+"/submissions/details", c.Link.Token, details, nil).is(http.StatusOK))
	if s.Case.State != "processing" {
		l.Fatalf("the case is %s", s.Case.State)
	}
	if err := l.service.ChecksFailed(l.Context(), kyc.CaseID(c.Case.ID), 1); err != nil {
		l.Fatal(err)
	}
	return c
}

// events returns what the audit chain says of a case, after verifying it.
func (l *lab) events(id string) []string {
	l.Helper()
	if _, err := audit.Verify(audit.Records(l.Context(), l.db)); err != nil {
		l.Fatal(err)
	}
	var out []string
	for r, err := range audit.Records(l.Context(), l.db) {
		if err != nil {
			l.Fatal(err)
		}
		if d, err := audit.Decode(r.Data); err == nil && string(d.Case) == id {
			out = append(out, d.Event)
		}
	}
	return out
}

// until waits for a condition that jobs bring about.
func (l *lab) until(what string, ok func() bool) {
	l.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			l.Fatalf("waited in vain until %s", what)
		}
	}
}

func (l *lab) startJobs() {
	l.Helper()
	if err := l.runner.Start(context.WithoutCancel(l.Context())); err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		if err := l.runner.Stop(context.Background()); err != nil {
			l.Error(err)
		}
	})
}

func sorted(s []string) string { slices.Sort(s); return fmt.Sprint(s) }

// files counts what lies in the evidence folder.
func (l *lab) files() int {
	l.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(l.folder, "evidence"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return n
}
