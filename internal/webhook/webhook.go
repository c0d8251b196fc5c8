// Package webhook tells the integrator what happened: signed POST requests in the
// form of the Standard Webhooks specification (standardwebhooks.com), for which
// there are libraries in most languages.
//
// It promises that a request is signed with its id and its time, that a body holds
// ids, states and codes alone, and that no answer but 2xx counts as told. It follows
// no redirect. It keeps nothing: trying again is the business of whoever calls.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// secretPrefix opens a secret, as the specification writes it.
const secretPrefix = "whsec_"

// Timeout is how long a receiver may take to answer.
const Timeout = 15 * time.Second

// Sender sends to one address.
type Sender struct {
	url    string
	key    []byte
	client *http.Client
	now    func() time.Time
}

// New returns a Sender. The secret is that of the receiver: whsec_ and 24 to 64
// bytes in base64.
func New(address, secret string, now func() time.Time) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return nil, errors.New("webhook: the address must be like https://example.org/hook, without a password in it")
	}
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("webhook: the secret must be whsec_ and 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)")
	}
	return &Sender{url: u.String(), key: key, now: now, client: &http.Client{
		Timeout:       Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Send sends a body as JSON under an id, by which the receiver knows it again when
// it comes twice. An error names neither the body nor what the receiver said.
func (s *Sender) Send(ctx context.Context, id string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("webhook: the request cannot be made")
	}
	at := s.now().Unix()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Bonafide")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at, 10))
	r.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(sign(s.key, id, at, body)))
	res, err := s.client.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which may hold a secret
		}
		return fmt.Errorf("webhook: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing of it is wanted
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("webhook: the receiver answered %d", res.StatusCode)
	}
	return nil
}

func sign(key []byte, id string, at int64, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(m, "%s.%d.", id, at)
	_, _ = m.Write(body)
	return m.Sum(nil)
}
