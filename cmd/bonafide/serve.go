package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"bonafide/internal/applicant"
	"bonafide/internal/blob"
	"bonafide/internal/console"
	"bonafide/internal/jobs"
	"bonafide/internal/kyc"

	"bonafide/internal/message"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
	"bonafide/internal/server"
	"bonafide/internal/sqlite"
	"bonafide/internal/support"
	"bonafide/internal/verify"
)

// What lies in the data folder.
const (
	databaseFile = "bonafide.db"
	keyFile      = "keys.json"
	blobFolder   = "evidence"
	markFile     = "installation"
)

// memoryLimit is where the collector begins to work harder: pictures are large
// and short-lived, and would otherwise pile up to twice what is in use. It is no
// bound; GOMEMLIMIT sets another.
const memoryLimit = 640 << 20

type serveCmd struct {
	Listen    string        `help:"Address to listen on." default:"127.0.0.1:8080" placeholder:"HOST:PORT" env:"BONAFIDE_LISTEN"`
	Data      string        `help:"Folder for the database, the keys and the evidence." default:"data" placeholder:"DIR" env:"BONAFIDE_DATA"`
	PublicURL string        `name:"public-url" help:"The address that applicants reach, if it is another." placeholder:"URL" env:"BONAFIDE_PUBLIC_URL"`
	Policy    string        `help:"Policy, a file or a folder of versions; the shipped one when absent." type:"path" placeholder:"PATH" env:"BONAFIDE_POLICY"`
	Network   string        `name:"network-region-header" help:"Header in which your proxy says which country an applicant connects from, as CF-IPCountry. Only with a proxy that always sets it." placeholder:"NAME" env:"BONAFIDE_NETWORK_REGION_HEADER"`
	LinkTTL   time.Duration `name:"link-ttl" help:"How long an applicant's link works." default:"24h"`
	Demo      bool          `help:"Also create an API key and an applicant link, and print them."`
	Provider  struct {
		Issuer       string `help:"Address of the OpenID Connect provider through which people sign in to the console." placeholder:"URL" env:"BONAFIDE_OIDC_ISSUER"`
		ClientID     string `name:"client-id" help:"The console's id at the provider." placeholder:"ID" env:"BONAFIDE_OIDC_CLIENT_ID"`
		ClientSecret string `name:"client-secret" help:"Its secret; better in the environment, where other processes do not see it." placeholder:"SECRET" env:"BONAFIDE_OIDC_CLIENT_SECRET"`

		RoleClaim string            `name:"role-claim" help:"Claim by which the provider says what somebody is here, as groups or realm_access.roles; without it, invitations say so." placeholder:"NAME" env:"BONAFIDE_OIDC_ROLE_CLAIM"`
		Roles     map[string]string `help:"Roles by the claim's values, as kyc-reviewers=reviewer;kyc-leads=senior." placeholder:"VALUE=ROLE;…" env:"BONAFIDE_OIDC_ROLES"`
		Scopes    []string          `help:"Scopes to ask for besides openid and profile, so that the provider tells the claim." placeholder:"SCOPE" env:"BONAFIDE_OIDC_SCOPES"`
	} `embed:"" prefix:"oidc-"`
	outboxFlags
	LogLevel slog.Level `name:"log-level" help:"debug, info, warn or error." default:"info"`
}

// Run implements the command: it serves until the context ends, then finishes
// what is under way.
func (c serveCmd) Run(ctx context.Context, a *app) error {
	began := a.now()
	if err := c.check(); err != nil {
		return err
	}
	log := a.logger(c.LogLevel)
	if a.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	out, err := c.open(a)
	if err != nil {
		return err
	}
	policies, err := loadPolicies(c.Policy)
	if err != nil {
		return err
	}
	pol, err := inForce(policies, began)
	if err != nil {
		return err
	}
	words, err := message.Load()
	if err != nil {
		return err
	}
	engine, rt, err := a.engine()
	if err != nil {
		return err
	}
	defer rt.Close() //nolint:errcheck // the process ends

	// Bind before anything is changed, so that a second server on the same port
	// says so at once.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%w (choose another address with --listen)", err)
	}
	defer listener.Close() //nolint:errcheck // closed by the server already

	base := c.PublicURL
	if base == "" {
		base = "http://" + listener.Addr().String()
	}
	node, err := a.openNode(ctx, c.Data, engine, policies, log, &outgoing{outbox: out, words: words, base: base})
	if err != nil {
		return err
	}
	defer node.close(log) //nolint:contextcheck // closing must end well although ctx is over

	page, err := applicant.Handler(out.operator)
	if err != nil {
		return err
	}
	origin, _, err := console.Origin(base)
	if err != nil {
		return err
	}
	desk, err := console.New(console.Config{
		Service: node.service, Store: node.store, Sealer: node.sealer, Words: words, Log: log, Now: a.now, Random: a.random, NewID: a.newID(),
		PublicURL: base, Provider: console.Provider{Issuer: c.Provider.Issuer, ClientID: c.Provider.ClientID, ClientSecret: c.Provider.ClientSecret, Claims: c.claims()},
	})
	if err != nil {
		return err
	}
	handler, err := server.New(server.Config{
		Service: node.service, Store: node.store, Sealer: node.sealer, Words: words, Log: log,
		Now: a.now, Random: a.random, PublicURL: base, LinkTTL: c.LinkTTL, Page: page, Console: desk, NetworkHeader: c.Network,
		Operator: out.operator, Prover: node.prover, Ways: out.ways(),
	})
	if err != nil {
		return err
	}
	// Without the faces of the others, a second account would be approved.
	known, err := node.service.LoadFaces(ctx)
	if err != nil {
		return err
	}
	log.DebugContext(ctx, "faces loaded", "faces", known)
	if err := node.jobs.Start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Bonafide %s serves %s\n  ready in    %s\n  data        %s\n  policy      %s\n  API         %s/openapi.json\n  console     %s%s\n",
		version, base, a.now().Sub(began).Round(time.Millisecond), c.Data, pol.ID(), base, origin, console.Path)
	if next, ok := policies.Next(began); ok {
		fmt.Fprintf(a.stdout, "  then        %s, from %s on\n", next.ID(), next.EffectiveFrom.Format(time.DateOnly))
	}
	if c.Demo {
		if err := c.demo(ctx, a, node, base); err != nil {
			return err
		}
	}
	return serveHTTP(ctx, listener, handler, log)
}

// claims are the roles that the identity provider gives.
func (c serveCmd) claims() console.Claims {
	out := console.Claims{Name: c.Provider.RoleClaim, Scopes: c.Provider.Scopes, Roles: map[string]kyc.Role{}}
	for value, role := range c.Provider.Roles {
		out.Roles[value] = kyc.Role(role)
	}
	return out
}

// check refuses settings that make no sense, before anything is opened.
func (c serveCmd) check() error {
	if c.LinkTTL < time.Minute {
		return errors.New("--link-ttl must be at least 1m")
	}
	if strings.ContainsFunc(c.Network, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r) }) {
		return errors.New("--network-region-header must be the name of a header, such as CF-IPCountry")
	}
	if (c.Provider.Issuer == "") != (c.Provider.ClientID == "") {
		return errors.New("--oidc-issuer and --oidc-client-id come together")
	}
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || strings.HasSuffix(c.PublicURL, "/") {
		return errors.New("--public-url must be like https://verify.example.org, without a slash at the end")
	}
	return nil
}

// serveHTTP serves until the context ends and then lets requests finish.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a photo over a slow phone line
		WriteTimeout:      6 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		done <- srv.Shutdown(stop)
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// demo creates what a newcomer needs for a first try.
func (c serveCmd) demo(ctx context.Context, a *app, n *node, base string) error {
	old, err := server.APIKeys(ctx, n.store)
	if err != nil {
		return err
	}
	for _, k := range old {
		if k.Name == "demo" && k.RevokedAt.IsZero() {
			if err := server.RevokeAPIKey(ctx, n.store, k.ID, a.now()); err != nil {
				return err
			}
		}
	}
	key, err := server.CreateAPIKey(ctx, n.store, a.random, a.newID(), "demo", a.now())
	if err != nil {
		return err
	}
	cs, err := n.service.CreateCase(ctx, verify.NewCase{ExternalID: "demo"})
	if err != nil {
		return err
	}
	link, err := server.CreateLink(ctx, n.store, a.random, base, cs.ID, a.now().Add(c.LinkTTL))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "  API key     %s\n  try it      %s\n", key, link.URL)
	return err
}

// node is one running installation: store, keys, evidence and jobs.
type node struct {
	store   *sqlite.DB
	blobs   *blob.Store
	sealer  *seal.Sealer
	jobs    *jobs.Runner
	service *verify.Service
	prover  support.Prover
}

// outgoing is an outbox with what messages are written with.
type outgoing struct {
	outbox
	words *message.Catalogue
	base  string
}

// openNode opens the data folder, creating it at the first start.
func (a *app) openNode(ctx context.Context, dir string, engine *verify.Engine, policies *policy.Set, log *slog.Logger, out *outgoing) (*node, error) {
	n := &node{}
	var err error
	if err = os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the operator names it
		return nil, err
	}
	// Keys are made with the database and never without it: with new keys nothing
	// in an old database would open again.
	fresh := !exists(filepath.Join(dir, databaseFile))
	if fresh {
		n.sealer, _, err = seal.LoadOrCreate(filepath.Join(dir, keyFile))
	} else {
		n.sealer, err = seal.Load(filepath.Join(dir, keyFile))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has a database but no %s: restore the key file, without it nothing in the database can be opened", dir, keyFile)
	}
	if err != nil {
		return nil, err
	}
	if err := sameInstallation(filepath.Join(dir, markFile), n.sealer, fresh); err != nil {
		return nil, err
	}
	queue, err := jobs.NewEnqueuer(log)
	if err != nil {
		return nil, err
	}
	if n.store, err = sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(dir, databaseFile), Enqueue: queue.EnqueueTx}); err != nil {
		return nil, err
	}
	fail := func(err error) (*node, error) { return nil, errors.Join(err, n.store.Close()) }
	if err := jobs.Migrate(ctx, n.store.DB(), log); err != nil {
		return fail(err)
	}
	if n.blobs, err = blob.Open(filepath.Join(dir, blobFolder)); err != nil {
		return fail(err)
	}
	n.service = verify.NewService(verify.Config{
		Store: n.store, Blobs: n.blobs, Sealer: n.sealer, Engine: engine, Policies: policies,
		Now: a.now, NewID: a.newID(), Random: a.random, Notices: out.sends(), Deliveries: out.tell != nil,
	}, runtime.NumCPU())
	n.prover = support.Prover{Sealer: n.sealer, Random: a.random}
	work := jobs.Config{DB: n.store.DB(), Checker: n.service, Logger: log, Now: a.now, Deliveries: out.tell}
	if out.sends() {
		work.Notices = out.messenger(n.service, out.words, n.prover, out.base).Send
	}
	n.jobs, err = jobs.New(work)
	if err != nil {
		return fail(errors.Join(err, n.blobs.Close()))
	}
	return n, nil
}

// sameInstallation makes sure that the key file is the one with which the data
// folder was begun: with another one nothing old would open, and nothing new
// could be opened with the old one again.
func sameInstallation(mark string, s *seal.Sealer, fresh bool) error {
	about := seal.Context{Purpose: "installation"}
	sealed, err := os.ReadFile(mark) //nolint:gosec // in the operator's own folder
	switch {
	case err == nil:
		if _, err := s.OpenSystem(about, sealed); err != nil {
			return fmt.Errorf("%s is not the key file of this data folder: restore the right one", keyFile)
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case !fresh:
		return fmt.Errorf("%s is missing: restore it with the rest of the data folder", mark)
	}
	if sealed, err = s.SealSystem(about, []byte("bonafide")); err != nil {
		return err
	}
	return os.WriteFile(mark, sealed, 0o600) //nolint:gosec // in the operator's own folder
}

func (n *node) close(log *slog.Logger) {
	stop, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := errors.Join(n.jobs.Stop(stop), n.blobs.Close(), n.store.Close()); err != nil {
		log.Error("closing", "error", err)
	}
}
