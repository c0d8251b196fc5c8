package console

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
	"bonafide/internal/seal"
)

// How long a session lasts: from the sign-in, and from the last request. When it
// was last used is written down at most so often.
const (
	sessionTime = 12 * time.Hour
	idleTime    = 30 * time.Minute
	seenEvery   = time.Minute
)

// The cookies. Where the console is reached by https they carry the prefix that
// binds them to this host.
const (
	sessionCookie  = "bonafide_console"
	ceremonyCookie = "bonafide_ceremony" // between the two halves of a sign-in
	ceremonyTime   = 5 * time.Minute
)

func (c *console) secure() bool { return strings.HasPrefix(c.origin, "https://") }

func (c *console) cookieName(name string) string {
	if c.secure() {
		return "__Host-" + name
	}
	return name
}

func (c *console) setCookie(w http.ResponseWriter, name, value string, site http.SameSite, lasts time.Duration) {
	k := &http.Cookie{ //nolint:gosec // Secure wherever the console is reached by https; on one's own machine it is not
		Name: c.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: c.secure(), SameSite: site, MaxAge: int(lasts.Seconds()),
	}
	if value == "" {
		k.MaxAge = -1
	}
	http.SetCookie(w, k)
}

// secret draws 32 random bytes; only their hash is stored.
func secret(random io.Reader) (text string, hash [32]byte, err error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", hash, fmt.Errorf("random secret: %w", err)
	}
	text = base64.RawURLEncoding.EncodeToString(b[:])
	return text, sha256.Sum256([]byte(text)), nil
}

// begin signs a person in. with, if not nil, joins the transaction.
func (c *console) begin(ctx context.Context, w http.ResponseWriter, id kyc.OperatorID, way string, with func(kyc.Tx) error) error {
	text, hash, err := secret(c.Random)
	if err != nil {
		return err
	}
	now := c.Now()
	err = c.Store.Write(ctx, func(tx kyc.Tx) error {
		if with != nil {
			if err := with(tx); err != nil {
				return err
			}
		}
		o, err := tx.Operator(ctx, id)
		if err != nil {
			return err
		}
		if !o.DisabledAt.IsZero() {
			return unknownPerson()
		}
		if err := tx.CreateSession(ctx, kyc.SessionRecord{Hash: hash, Operator: id, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionTime)}); err != nil {
			return err
		}
		return record(ctx, tx, kyc.Record{Event: "sign_in", Actor: string(id), Note: way, At: now})
	})
	if err != nil {
		return err
	}
	c.setCookie(w, sessionCookie, text, http.SameSiteStrictMode, sessionTime)
	return nil
}

// record writes what concerns no case into the audit log.
func record(ctx context.Context, tx kyc.Tx, r kyc.Record) error {
	_, err := tx.AppendAudit(ctx, r.At, audit.Encode(r))
	return err
}

func unknownPerson() *problem {
	return &problem{
		Status: http.StatusForbidden, Kind: "not_invited",
		Detail: "Nobody who may work here signs in this way. Ask an administrator of this console for an invitation.",
	}
}

// signedIn finds out who asks.
func (c *console) signedIn(w http.ResponseWriter, r *http.Request) (who, error) {
	no := &problem{Status: http.StatusUnauthorized, Kind: "not_signed_in", Detail: "Sign in. Sessions end after 30 minutes without use and after 12 hours."}
	k, err := r.Cookie(c.cookieName(sessionCookie))
	if err != nil {
		return who{}, no
	}
	ctx, now := r.Context(), c.Now()
	p := who{session: sha256.Sum256([]byte(k.Value))}
	var s kyc.SessionRecord
	err = c.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		if s, err = tx.Session(ctx, p.session); err != nil {
			return err
		}
		p.OperatorRecord, err = tx.Operator(ctx, s.Operator)
		return err
	})
	switch {
	case kyc.KindOf(err) == kyc.NotFound:
		return who{}, no
	case err != nil:
		return who{}, err
	case !p.DisabledAt.IsZero():
		return who{}, no
	case !now.Before(s.ExpiresAt) || now.Sub(s.SeenAt) >= idleTime:
		c.setCookie(w, sessionCookie, "", http.SameSiteStrictMode, 0)
		return who{}, no
	}
	if now.Sub(s.SeenAt) >= seenEvery {
		if err := c.Store.Write(ctx, func(tx kyc.Tx) error { return tx.SeeSession(ctx, p.session, now) }); err != nil {
			return who{}, err
		}
	}
	return p, nil
}

func (c *console) signOut(w http.ResponseWriter, r *http.Request, p who) error {
	ctx := r.Context()
	if err := c.Store.Write(ctx, func(tx kyc.Tx) error { return tx.EndSession(ctx, p.session) }); err != nil {
		return err
	}
	c.setCookie(w, sessionCookie, "", http.SameSiteStrictMode, 0)
	return done(w)
}

// Session is who is signed in, and how to.
type Session struct {
	SignedIn bool           `json:"signed_in"`
	ID       kyc.OperatorID `json:"id,omitempty"`
	Name     string         `json:"name,omitempty"`
	Role     kyc.Role       `json:"role,omitempty"`
	Permits  []kyc.Permit   `json:"permits"`
	Origin   string         `json:"origin"`             // where the console must be opened
	Provider string         `json:"provider,omitempty"` // the host of the identity provider
	// RenewedAt and RenewedBy tell for a while that their way in was made anew.
	RenewedAt *time.Time `json:"renewed_at,omitempty"`
	RenewedBy string     `json:"renewed_by,omitempty"`
}

// tellRenewed is how long a person is told that their way in was made anew.
const tellRenewed = 7 * 24 * time.Hour

func (c *console) session(w http.ResponseWriter, r *http.Request, _ who) error {
	out := Session{Origin: c.origin, Permits: []kyc.Permit{}}
	if c.idp != nil {
		out.Provider = c.idp.host()
	}
	p, err := c.signedIn(w, r)
	if err == nil {
		out.SignedIn, out.ID, out.Name, out.Role, out.Permits = true, p.ID, c.nameOf(p.OperatorRecord), p.Role, kyc.PermitsOf(p.Role)
		if at := p.RenewedAt; !at.IsZero() && c.Now().Sub(at) < tellRenewed {
			out.RenewedAt = &at
			if out.RenewedBy, err = c.renewer(r.Context(), p.OperatorRecord); err != nil {
				return err
			}
		}
	} else if refusal, ok := err.(*problem); !ok || refusal.Status != http.StatusUnauthorized { //nolint:errorlint // as signedIn returns it
		return err
	}
	return answer(w, out)
}

// ceremony is what is remembered between the two halves of a sign-in: sealed, in
// the browser, so that somebody who is not signed in writes nothing here.
type ceremony struct {
	Purpose    string          `json:"purpose"`
	Expires    time.Time       `json:"expires"`
	Invitation string          `json:"invitation,omitempty"`
	Data       json.RawMessage `json:"data"`
}

func (c *console) keepCeremony(w http.ResponseWriter, k ceremony, site http.SameSite) error {
	k.Expires = c.Now().Add(ceremonyTime)
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	sealed, err := c.Sealer.SealSystem(seal.Context{Purpose: "console_ceremony"}, text)
	if err != nil {
		return err
	}
	c.setCookie(w, ceremonyCookie, base64.RawURLEncoding.EncodeToString(sealed), site, ceremonyTime)
	return nil
}

// takeCeremony gives back what keepCeremony kept.
func (c *console) takeCeremony(w http.ResponseWriter, r *http.Request, purpose string) (ceremony, error) {
	over := &problem{Status: http.StatusConflict, Kind: "over", Detail: "This sign-in took too long or was begun elsewhere. Begin again."}
	cookie, err := r.Cookie(c.cookieName(ceremonyCookie))
	if err != nil {
		return ceremony{}, over
	}
	c.setCookie(w, ceremonyCookie, "", http.SameSiteStrictMode, 0)
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return ceremony{}, over
	}
	text, err := c.Sealer.OpenSystem(seal.Context{Purpose: "console_ceremony"}, sealed)
	if err != nil {
		return ceremony{}, over
	}
	var k ceremony
	if json.Unmarshal(text, &k) != nil || k.Purpose != purpose || !c.Now().Before(k.Expires) {
		return ceremony{}, over
	}
	return k, nil
}
