package server

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
)

// Secrets are 32 random bytes in base64url behind a prefix that says what they
// are, so that they can be found when somebody commits one by mistake. Only
// their SHA-256 is stored; at 256 bits of randomness no slow hash is needed.
const (
	keyPrefix   = "bf_key_"
	tokenPrefix = "bf_tok_"
)

func secret(random io.Reader, prefix string) (text string, hash [32]byte, err error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", hash, fmt.Errorf("random secret: %w", err)
	}
	text = prefix + base64.RawURLEncoding.EncodeToString(b[:])
	return text, sha256.Sum256([]byte(text)), nil
}

// CreateAPIKey makes an API key and returns its secret, which is not stored.
func CreateAPIKey(ctx context.Context, st kyc.Store, random io.Reader, newID func(string) string, name string, now time.Time) (string, error) {
	text, hash, err := secret(random, keyPrefix)
	if err != nil {
		return "", err
	}
	r := kyc.APIKeyRecord{ID: newID("key"), Hash: hash, Name: name, CreatedAt: now}
	err = st.Write(ctx, func(tx kyc.Tx) error { return tx.CreateAPIKey(ctx, r) })
	return text, err
}

// APIKeys lists the API keys, the revoked ones too.
func APIKeys(ctx context.Context, st kyc.Store) ([]kyc.APIKeyRecord, error) {
	var keys []kyc.APIKeyRecord
	err := st.Read(ctx, func(tx kyc.Tx) error {
		var err error
		keys, err = tx.APIKeys(ctx)
		return err
	})
	return keys, err
}

// RevokeAPIKey ends an API key.
func RevokeAPIKey(ctx context.Context, st kyc.Store, id string, now time.Time) error {
	return st.Write(ctx, func(tx kyc.Tx) error { return tx.RevokeAPIKey(ctx, id, now) })
}

// CreateLink makes an applicant's way in to one case.
func CreateLink(ctx context.Context, st kyc.Store, random io.Reader, base string, id kyc.CaseID, expires time.Time) (api.Link, error) {
	text, hash, err := secret(random, tokenPrefix)
	if err != nil {
		return api.Link{}, err
	}
	err = st.Write(ctx, func(tx kyc.Tx) error {
		return tx.CreateToken(ctx, kyc.TokenRecord{Hash: hash, Case: id, ExpiresAt: expires})
	})
	return api.Link{URL: fmt.Sprintf("%s/a/#case=%s&token=%s", base, id, text), Token: text, ExpiresAt: expires}, err
}

// caller is who asks: an integrator with an API key, or the applicant of one
// case.
type caller struct {
	scope string     // names the caller in stored replies
	limit kyc.CaseID // the only case an applicant reaches; "" for integrators
}

func (c caller) integrator() bool { return c.limit == "" }

// may reports whether the caller reaches a case.
func (c caller) may(id kyc.CaseID) bool { return c.integrator() || c.limit == id }

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// signIn lets requests with a valid key or token through.
func (s *server) signIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.identify(r)
		if err != nil {
			if kyc.KindOf(err) != kyc.NotFound {
				s.Log.ErrorContext(r.Context(), "sign-in", "error", err)
				writeProblem(w, problem(http.StatusServiceUnavailable, "not_ready", "The store does not answer. Try again."))
				return
			}
			w.Header().Set("WWW-Authenticate", `Bearer realm="bonafide"`)
			writeProblem(w, problem(http.StatusUnauthorized, "not_signed_in", "Send the header Authorization: Bearer <API key or applicant token>. Links and keys can expire or be revoked."))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func (s *server) identify(r *http.Request) (caller, error) {
	unknown := &kyc.Error{Kind: kyc.NotFound, Op: "sign in"}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return caller{}, unknown
	}
	hash := sha256.Sum256([]byte(text))
	ctx := r.Context()
	var c caller
	err := s.Store.Read(ctx, func(tx kyc.Tx) error {
		switch {
		case strings.HasPrefix(text, keyPrefix):
			k, err := tx.APIKey(ctx, hash)
			c.scope = k.ID
			return err
		case strings.HasPrefix(text, tokenPrefix):
			t, err := tx.Token(ctx, hash)
			if err == nil && !s.Now().Before(t.ExpiresAt) {
				return unknown
			}
			c.scope, c.limit = "tok_"+string(t.Case), t.Case
			return err
		}
		return unknown
	})
	return c, err
}
