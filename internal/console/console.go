// Package console is what the people who work for the operator see: who waits,
// a case with its evidence on one screen, decisions, and the figures. It serves
// the web program out of web/console, embedded in the binary, and the calls that
// the program makes under /console/api/.
//
// It promises that nobody does anything that the table of kyc.PermitsOf does not
// give their role, and that a refusal says who may; that a session lives in a
// cookie that no script and no other site can use, and ends; and that every look
// at evidence and every act is in the audit log under the id of the person. It
// takes no passwords: people come in with a passkey or through the operator's
// identity provider, and only once they were invited. It is no part of the API
// for integrators, and changes with the program that calls it.
package console

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/sync/semaphore"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/page"
	"bonafide/internal/seal"
	"bonafide/internal/verify"
)

//go:embed all:dist
var dist embed.FS

// Path is where the console stands below the server's address.
const Path = "/console/"

// contentPolicy lets the page run its own scripts and styles, show pictures that it
// fetched, and talk to this server; nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Config is what a console works with. All fields are required but where said.
type Config struct {
	Service   *verify.Service
	Store     kyc.Store
	Sealer    *seal.Sealer
	Words     *message.Catalogue
	Log       *slog.Logger
	Now       func() time.Time
	Random    io.Reader
	NewID     func(prefix string) string
	PublicURL string // of this server, without a slash at the end
	// Provider is the operator's identity provider; the zero value is none.
	Provider Provider
	// MaxSteps is the most steps of cases that one page of figures is counted from; 0
	// is a number for which there is memory.
	MaxSteps int
}

type console struct {
	Config
	origin  string // of the console, where passkeys are valid
	keys    *webauthn.WebAuthn
	idp     *identityProvider // nil when there is none
	decodes *semaphore.Weighted
	counted tally
}

// New returns the handler of everything under [Path].
func New(cfg Config) (http.Handler, error) {
	origin, host, err := Origin(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	cfg.MaxSteps = cmp.Or(cfg.MaxSteps, maxSteps)
	c := &console{Config: cfg, origin: origin, decodes: semaphore.NewWeighted(2)}
	// At an address of numbers there are no passkeys; all else works there.
	if net.ParseIP(host) == nil {
		if c.keys, err = webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: "Bonafide", RPOrigins: []string{origin}}); err != nil {
			return nil, fmt.Errorf("console: passkeys at %s: %w", origin, err)
		}
	}
	if cfg.Provider.Issuer != "" {
		if err := cfg.Provider.check(origin); err != nil {
			return nil, err
		}
		c.idp = &identityProvider{Provider: cfg.Provider, redirect: origin + Path + "api/sign-in/provider/callback"}
	}
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	var program http.Handler
	files, err := page.Read(root)
	if err == nil {
		program, err = page.Handler(files, func(string) string { return contentPolicy })
	}
	if errors.Is(err, page.ErrNotBuilt) {
		program = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "The console's program is not in this binary. Build it with `make build`.", http.StatusNotFound)
		})
	} else if err != nil {
		return nil, err
	}
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(origin); err != nil { // behind a proxy that changes the host
		return nil, fmt.Errorf("console: %w", err)
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, &problem{Status: http.StatusForbidden, Kind: "other_site", Detail: "This request was made by another site. Open the console itself."})
	}))
	mux := http.NewServeMux()
	for _, r := range c.routes() {
		mux.Handle(r.pattern, c.serve(r))
	}
	mux.HandleFunc(Path+"api/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, &problem{Status: http.StatusNotFound, Kind: "no_such_page", Detail: "There is nothing at this address."})
	})
	mux.Handle(Path, http.StripPrefix(strings.TrimSuffix(Path, "/"), program))
	return guard.Handler(mux), nil
}

// Origin is where the console of a server is opened, and the host that passkeys
// are bound to. They cannot be bound to an address of numbers, so a server on
// this machine is called by its name.
func Origin(publicURL string) (origin, host string, err error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" {
		return "", "", errors.New("console: the server's address must be like https://verify.example.org")
	}
	host = u.Hostname()
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	origin = u.Scheme + "://" + host
	if strings.Contains(host, ":") {
		origin = u.Scheme + "://[" + host + "]"
	}
	if p := u.Port(); p != "" {
		origin += ":" + p
	}
	return origin, host, nil
}

// who is the person that a request comes from.
type who struct {
	kyc.OperatorRecord
	session [32]byte
}

func (w who) person() verify.Person { return verify.Person{ID: w.ID, Role: w.Role} }

// route is one call of the program. Nothing is served that is not in the table.
type route struct {
	pattern string
	// needs is what the role of the person must permit; "" is nothing but being
	// signed in.
	needs kyc.Permit
	// open is for those who are not signed in.
	open bool
	do   func(w http.ResponseWriter, r *http.Request, p who) error
}

// routes is the table of all calls.
func (c *console) routes() []route {
	at := func(method, path string) string { return method + " " + Path + "api/" + path }
	return []route{
		{pattern: at("GET", "session"), open: true, do: c.session},
		{pattern: at("POST", "sign-in/passkey/begin"), open: true, do: c.keyed(c.beginPasskey)},
		{pattern: at("POST", "sign-in/passkey/finish"), open: true, do: c.keyed(c.finishPasskey)},
		{pattern: at("POST", "sign-in/provider"), open: true, do: c.beginProvider},
		{pattern: at("GET", "sign-in/provider/callback"), open: true, do: c.finishProvider},
		{pattern: at("POST", "invitation"), open: true, do: c.invitation},
		{pattern: at("POST", "invitation/passkey/begin"), open: true, do: c.keyed(c.beginRegistration)},
		{pattern: at("POST", "invitation/passkey/finish"), open: true, do: c.keyed(c.finishRegistration)},
		{pattern: at("POST", "sign-out"), do: c.signOut},

		{pattern: at("GET", "queue"), needs: kyc.SeeQueue, do: c.queue},
		{pattern: at("GET", "queue/counts"), needs: kyc.SeeQueue, do: c.counts},
		{pattern: at("GET", "cases/{case}"), needs: kyc.SeeCase, do: c.file},
		{pattern: at("GET", "cases/{case}/submissions/{submission}/picture"), needs: kyc.SeeCase, do: c.picture},
		{pattern: at("GET", "cases/{case}/challenges/{challenge}/frames/{at}"), needs: kyc.SeeCase, do: c.frame},
		{pattern: at("GET", "cases/{case}/audit"), needs: kyc.SeeCase, do: c.earlierLog},
		{pattern: at("GET", "cases/{case}/sides"), needs: kyc.SeeCase, do: c.sides},
		{pattern: at("POST", "cases/{case}/report/close"), needs: kyc.Decide, do: c.closeReport},
		{pattern: at("POST", "cases/{case}/sides/{other}/withdraw"), needs: kyc.Withdraw, do: c.withdraw},
		{pattern: at("GET", "reasons"), needs: kyc.SeeCase, do: c.reasons},
		{pattern: at("POST", "cases/{case}/take"), needs: kyc.TakeCase, do: c.take},
		{pattern: at("POST", "cases/{case}/release"), needs: kyc.TakeCase, do: c.release},
		{pattern: at("POST", "cases/{case}/preview"), needs: kyc.Decide, do: c.preview},
		{pattern: at("POST", "cases/{case}/decide"), needs: kyc.Decide, do: c.decide},
		{pattern: at("POST", "cases/{case}/confirm"), needs: kyc.Confirm, do: c.confirm},
		{pattern: at("POST", "cases/{case}/notes"), needs: kyc.WriteNote, do: c.note},
		{pattern: at("POST", "cases/{case}/escalate"), needs: kyc.Escalate, do: c.escalate},
		{pattern: at("POST", "cases/{case}/assign"), needs: kyc.Assign, do: c.assign},
		{pattern: at("GET", "colleagues"), needs: kyc.Assign, do: c.colleagues},

		{pattern: at("GET", "figures"), needs: kyc.SeeFigures, do: c.figures},
		{pattern: at("GET", "figures.csv"), needs: kyc.ExportFigures, do: c.figuresCSV},

		{pattern: at("POST", "audit/verify"), needs: kyc.VerifyAudit, do: c.verifyAudit},
		{pattern: at("GET", "audit/ways-in"), needs: kyc.VerifyAudit, do: c.waysIn},

		{pattern: at("GET", "operators"), needs: kyc.ManageOperators, do: c.operators},
		{pattern: at("POST", "operators"), needs: kyc.ManageOperators, do: c.invite},
		{pattern: at("POST", "operators/{operator}/invite"), needs: kyc.ManageOperators, do: c.inviteAgain},
		{pattern: at("POST", "operators/{operator}/role"), needs: kyc.ManageOperators, do: c.changeRole},
		{pattern: at("POST", "operators/{operator}/disable"), needs: kyc.ManageOperators, do: c.disable},
	}
}

// serve makes sure of who asks and that they may, and tells what goes wrong.
func (c *console) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		var p who
		if !r.open {
			var err error
			if p, err = c.signedIn(w, req); err != nil {
				c.fail(w, req, err)
				return
			}
			if r.needs != "" && !p.Role.May(r.needs) {
				c.fail(w, req, mayNot(p.Role, r.needs))
				return
			}
		}
		if err := r.do(w, req, p); err != nil {
			c.fail(w, req, err)
		}
	})
}

// mayNot says what somebody may not do, and who may.
func mayNot(role kyc.Role, p kyc.Permit) *problem {
	var others []string
	for _, r := range kyc.Roles() {
		if r.May(p) {
			others = append(others, string(r))
		}
	}
	return &problem{
		Status: http.StatusForbidden, Kind: "forbidden",
		Detail: fmt.Sprintf("As %s you may not do this (%s). These roles may: %s.", role, p, strings.Join(others, ", ")),
	}
}

// problem is an answer that says what went wrong (RFC 9457).
type problem struct {
	Status int
	Kind   string
	Detail string
}

func (p *problem) Error() string { return p.Kind + ": " + p.Detail }

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{ //nolint:errchkjson // plain values; and who has gone needs no answer
		"type": "urn:bonafide:problem:" + p.Kind, "title": http.StatusText(p.Status), "status": p.Status, "detail": p.Detail,
	})
}

// fail tells what went wrong. What is not a refusal of ours is logged, and told
// as our own fault.
func (c *console) fail(w http.ResponseWriter, r *http.Request, err error) {
	if p, ok := errors.AsType[*problem](err); ok {
		writeProblem(w, p)
		return
	}
	e, ok := errors.AsType[*kyc.Error](err)
	if !ok {
		if !errors.Is(err, context.Canceled) {
			c.Log.ErrorContext(r.Context(), "console request failed", "route", r.Pattern, "error", err)
		}
		writeProblem(w, &problem{Status: http.StatusInternalServerError, Kind: "internal", Detail: "Something went wrong on our side. Try again."})
		return
	}
	p := &problem{Status: http.StatusConflict, Kind: string(e.Kind), Detail: e.Detail}
	switch e.Kind {
	case kyc.NotFound:
		p.Status, p.Detail = http.StatusNotFound, "There is no such thing, or it is not kept any more."
	case kyc.Invalid:
		p.Status = http.StatusUnprocessableEntity
	case kyc.Forbidden, kyc.ConsentNeeded:
		p.Status = http.StatusForbidden
	case kyc.NotAllowed:
		p.Detail = fmt.Sprintf("Not possible: the case is %s and does not wait for a reviewer. Somebody may have decided it meanwhile.", e.State)
	case kyc.InCoolDown, kyc.TooMany:
		p.Status = http.StatusTooManyRequests
	case kyc.Conflict, kyc.NotAsked, kyc.Stale:
	}
	if p.Detail == "" {
		p.Detail = "Somebody else changed it meanwhile. Read it again and repeat."
	}
	writeProblem(w, p)
}

// maxBody is the most bytes of a request.
const maxBody = 64 << 10

// read reads a request's JSON strictly.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	bad := &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: "The request is not the JSON that is expected here."}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return bad
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bad
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad
	}
	return nil
}

func answer(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // who has gone needs no answer
	return nil
}

func done(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
