//go:generate go test -run TestOpenAPIDocument -update

// Package server is the HTTP interface: the API under /v1 with its OpenAPI 3.1
// description, sign-in by API key or applicant token, limits, repeated requests,
// and the one place where our errors become HTTP problems (RFC 9457).
//
// It promises that an applicant token reaches one case and nothing else, that
// secrets are compared by hash and never logged, that a POST repeated with the
// same Idempotency-Key acts once, and that bodies are bounded before they are
// read. It decides nothing about evidence.
package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"golang.org/x/sync/semaphore"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/operator"
	"bonafide/internal/seal"
	"bonafide/internal/support"
	"bonafide/internal/verify"
)

// Config is what a server works with. All fields are required but where said.
type Config struct {
	Service   *verify.Service
	Store     kyc.Store
	Sealer    *seal.Sealer
	Words     *message.Catalogue
	Log       *slog.Logger
	Now       func() time.Time
	Random    io.Reader
	PublicURL string        // of this server, without a slash at the end
	LinkTTL   time.Duration // of applicants' links
	Page      http.Handler  // the applicant's page, under /a/, and the script for other pages under /embed/
	// Console is what the operator's own people see, under /console/; nil when there
	// is none.
	Console http.Handler
	// Operator is who runs this, and Prover what proves that something is ours; a zero
	// Operator has no channels and shows nothing of itself, and both are optional.
	Operator operator.Operator
	Prover   support.Prover
	// Ways are the kinds of address that messages can be sent to; none when nothing is
	// sent, and optional.
	Ways []kyc.ContactKind
	// NetworkHeader names the header in which the operator's own proxy says which
	// country an applicant connects from; "" when nothing tells, and it is optional.
	NetworkHeader string
}

type server struct {
	Config
	room    *semaphore.Weighted // for uploads, in bytes
	uploads tally
	held    held // photos that arrive in pieces
	started time.Time
}

// New returns the handler of the whole server.
func New(cfg Config) (http.Handler, error) {
	s := &server{Config: cfg, room: semaphore.NewWeighted(maxInFlight), started: cfg.Now()}
	mux := http.NewServeMux()
	s.describe(mux)

	root := http.NewServeMux()
	root.Handle("/v1/", named(mux, s.signIn(s.connecting(s.bounded(s.once(known(mux)))))))
	root.Handle("GET /openapi.json", mux)
	root.Handle("/support/", s.supportPages())
	root.Handle("/a/", http.StripPrefix("/a", cfg.Page))
	root.Handle("/embed/", cfg.Page)
	if cfg.Console != nil {
		root.Handle("/console/", cfg.Console)
	}
	root.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	root.HandleFunc("GET /readyz", s.ready)
	root.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/a/", http.StatusFound) })
	root.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, noSuchPage())
	})
	return s.outermost(root), nil
}

// describe registers every operation on a mux.
func (s *server) describe(mux *http.ServeMux) huma.API {
	c := huma.DefaultConfig("Bonafide", "1")
	c.Info.Description = "Identity verification that names the item, the reason and the fix."
	c.DocsPath = "" // the built-in page loads scripts from another origin
	c.SchemasPath = ""
	c.CreateHooks = nil // no $schema members in answers
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":   {Type: "http", Scheme: "bearer", Description: "An integrator's API key."},
		"token": {Type: "http", Scheme: "bearer", Description: "An applicant's token, limited to one case."},
	}
	c.Transformers = append(c.Transformers, ourProblem)
	api := humago.New(mux, c)
	s.operations(api)
	return api
}

// OpenAPI returns the description of the API as JSON.
func OpenAPI() ([]byte, error) {
	s := &server{}
	return s.describe(http.NewServeMux()).OpenAPI().MarshalJSON()
}

// ourProblem gives problems of the framework a type of ours, and keeps what was
// sent out of them: it may be personal data, and problems end in logs.
func ourProblem(_ huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		if m.Type == "" {
			m.Type = problemType + "invalid"
		}
		for _, e := range m.Errors {
			e.Value = nil
		}
	}
	return v, nil
}

// named gives a request the pattern of its operation, without ids, for the log:
// the outer mux knows the prefix alone.
func named(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			r.Pattern = pattern
		}
		next.ServeHTTP(w, r)
	})
}

// route is a pattern without its method.
func route(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}

// known answers addresses and methods that the API does not have with problems
// too.
func known(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		answer := &buffered{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(answer, r)
		if allow := answer.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			writeProblem(w, problem(http.StatusMethodNotAllowed, "method_not_allowed", "This address takes "+allow+"."))
			return
		}
		writeProblem(w, noSuchPage())
	})
}

// ready answers whether the store answers.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.Store.Read(ctx, func(tx kyc.Tx) error { _, err := tx.AuditRecords(ctx, 0, 1); return err }); err != nil {
		s.Log.ErrorContext(ctx, "not ready", "error", err)
		writeProblem(w, problem(http.StatusServiceUnavailable, "not_ready", "The store does not answer."))
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// outermost sets the headers that every answer has, turns a panic into a
// problem, and logs each request by method, route and status, never by query or
// body.
func (s *server) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		began := s.Now()
		defer func() { //nolint:contextcheck // problems are written at once
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && err == http.ErrAbortHandler { //nolint:errorlint // the documented way to abort
					panic(p)
				}
				// The panic's text may quote evidence; its place may not.
				s.Log.ErrorContext(r.Context(), "panic", "method", r.Method, "at", place())
				if !rec.wrote {
					writeProblem(rec, problem(http.StatusInternalServerError, "internal", "Something went wrong on our side. Try again; no attempt was used."))
				}
			}
			s.Log.DebugContext(r.Context(), "request", "method", r.Method, "route", route(r.Pattern), "status", rec.status, "ms", s.Now().Sub(began).Milliseconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status, r.wrote = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
