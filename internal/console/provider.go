package console

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"bonafide/internal/kyc"
)

// Provider is an OpenID Connect provider at which the console is registered.
type Provider struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	Claims       Claims
}

// providerPatience is how long the provider may take for one answer.
const providerPatience = 5 * time.Second

// identityProvider is a provider once it was asked where its doors are. It is
// asked when somebody first wants to come in, so that the server starts without
// it.
type identityProvider struct {
	Provider
	redirect string

	mu    sync.Mutex
	found *oidc.Provider
}

func (p *identityProvider) host() string {
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return p.Issuer
	}
	return u.Host
}

func (p *identityProvider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// Its keys are fetched with this context later, too. A provider that does not
		// answer must not hold everybody up.
		patient := oidc.ClientContext(context.WithoutCancel(ctx), &http.Client{Timeout: providerPatience})
		found, err := oidc.NewProvider(patient, p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("identity provider %s: %w", p.Issuer, err)
		}
		p.found = found
	}
	scopes := []string{oidc.ScopeOpenID}
	if p.Claims.Name != "" {
		scopes = slices.Compact(append(append(scopes, "profile"), p.Claims.Scopes...))
	}
	return p.found, &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.redirect, Endpoint: p.found.Endpoint(), Scopes: scopes,
	}, nil
}

// errand is what is remembered while somebody is at the provider.
type errand struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

func (c *console) beginProvider(w http.ResponseWriter, r *http.Request, _ who) error {
	var body struct {
		Token string `json:"token"` // of an invitation; "" for those who were here before
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if c.idp == nil {
		return &problem{Status: http.StatusNotFound, Kind: "no_provider", Detail: "No identity provider is set up for this console; serve has flags for it."}
	}
	if body.Token != "" {
		if _, err := c.findInvitation(r.Context(), body.Token); err != nil {
			return err
		}
	}
	_, config, err := c.idp.discover(r.Context())
	if err != nil {
		c.Log.ErrorContext(r.Context(), "sign-in", "error", err)
		return &problem{Status: http.StatusBadGateway, Kind: "provider_silent", Detail: c.idp.host() + " does not answer. Try again, or sign in with a passkey."}
	}
	var e errand
	for _, s := range []*string{&e.State, &e.Nonce} {
		if *s, _, err = secret(c.Random); err != nil {
			return err
		}
	}
	e.Verifier = oauth2.GenerateVerifier()
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	// Lax: the way back comes from another site.
	if err := c.keepCeremony(w, ceremony{Purpose: "provider", Invitation: body.Token, Data: data}, http.SameSiteLaxMode); err != nil {
		return err
	}
	return answer(w, map[string]string{"url": config.AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier))})
}

// finishProvider is where the provider sends people back to. What goes wrong is
// told by the page.
func (c *console) finishProvider(w http.ResponseWriter, r *http.Request, _ who) error {
	err := c.comeBack(w, r)
	to := Path
	if err != nil {
		p, ok := err.(*problem) //nolint:errorlint // as comeBack returns it
		if !ok {
			c.Log.ErrorContext(r.Context(), "sign-in", "error", err)
			p = &problem{Kind: "provider_refused", Detail: c.idpHost() + " did not vouch for you. Begin again."}
		}
		// The kind alone: the page has the words, so that no link can put others into
		// our mouth.
		to += "#problem=" + url.QueryEscape(p.Kind)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (c *console) idpHost() string {
	if c.idp == nil {
		return "The identity provider"
	}
	return c.idp.host()
}

func (c *console) comeBack(w http.ResponseWriter, r *http.Request) error {
	k, err := c.takeCeremony(w, r, "provider")
	if err != nil {
		return err
	}
	var e errand
	if err := json.Unmarshal(k.Data, &e); err != nil {
		return err
	}
	q := r.URL.Query()
	if c.idp == nil || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(e.State)) != 1 {
		return &problem{Kind: "over", Detail: "This sign-in was begun elsewhere. Begin again."}
	}
	if q.Get("code") == "" {
		return &problem{Kind: "provider_refused", Detail: c.idp.host() + " did not let you in. Begin again, or sign in with a passkey."}
	}
	ctx := r.Context()
	provider, config, err := c.idp.discover(ctx)
	if err != nil {
		return err
	}
	token, err := config.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return fmt.Errorf("exchange the code: %w", scrubbed(err))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(context.WithoutCancel(ctx), &oidc.Config{ClientID: c.idp.ClientID, Now: c.Now}).Verify(ctx, raw)
	if err != nil {
		return fmt.Errorf("verify the id token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.Nonce)) != 1 {
		return &problem{Kind: "over", Detail: "This sign-in was begun elsewhere. Begin again."}
	}
	subject, err := c.Sealer.FirstFingerprint("console_subject", id.Issuer, id.Subject)
	if err != nil {
		return err
	}
	var all map[string]any
	if c.idp.Claims.Name != "" {
		if all, err = c.idp.told(ctx, provider, token, id); err != nil {
			return err
		}
	}
	if k.Invitation != "" {
		return c.link(ctx, w, k.Invitation, subject, all)
	}
	var o kyc.OperatorRecord
	err = c.Store.Read(ctx, func(tx kyc.Tx) error {
		o, err = tx.OperatorBySubject(ctx, subject)
		return err
	})
	known := &o
	if kyc.KindOf(err) == kyc.NotFound {
		known, err = nil, nil
	}
	if err != nil {
		return err
	}
	if c.idp.Claims.Name != "" {
		return c.admit(ctx, w, subject, all, known)
	}
	if known == nil {
		return unknownPerson()
	}
	return c.begin(ctx, w, o.ID, "provider", nil)
}

// scrubbed is an error of the token endpoint without what it answered.
func scrubbed(err error) error {
	if e, ok := err.(*oauth2.RetrieveError); ok { //nolint:errorlint // as Exchange returns it
		return fmt.Errorf("the token endpoint says %q", e.ErrorCode)
	}
	return err
}

// link ties an invited account to a person at the provider and signs them in, as what
// the provider says where it says who may what.
func (c *console) link(ctx context.Context, w http.ResponseWriter, token string, subject []byte, all map[string]any) error {
	i, err := c.findInvitation(ctx, token)
	if err != nil {
		return err
	}
	var role kyc.Role
	if c.idp.Claims.Name != "" {
		if role, err = c.idp.Claims.role(all); err != nil {
			return err
		}
	}
	return c.begin(ctx, w, i.Operator, "provider", func(tx kyc.Tx) error {
		if err := takeInvitation(ctx, tx, i.Hash); err != nil {
			return err
		}
		o, err := tx.Operator(ctx, i.Operator)
		if err != nil {
			return err
		}
		o.Subject = subject
		err = tx.SaveOperator(ctx, o)
		if kyc.KindOf(err) == kyc.Conflict {
			return &problem{Kind: "linked", Detail: "You sign in to another account here already. Sign in without the invitation."}
		}
		if err != nil || role == "" {
			return err
		}
		return c.roleIs(ctx, tx, o.ID, subject, role)
	})
}

// hashOf is the hash under which an invitation is stored.
func hashOf(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// isToken reports whether a text can be a secret of ours.
func isToken(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}
