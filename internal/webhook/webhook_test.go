package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bonafide/internal/webhook"
)

// The example of the specification (standard-webhooks/spec, "Signature scheme").
const (
	secret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	id      = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	at      = 1614265330
	payload = `{"test": 2432232314}`
	signed  = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func TestSignatureOfTheSpecification(t *testing.T) {
	t.Parallel()
	var got http.Header
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	s, err := webhook.New(srv.URL+"/hook", secret, func() time.Time { return time.Unix(at, 0) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), id, []byte(payload)); err != nil {
		t.Fatal(err)
	}
	if got.Get("Webhook-Signature") != signed || got.Get("Webhook-Id") != id || got.Get("Webhook-Timestamp") != "1614265330" || string(body) != payload {
		t.Errorf("%v %s", got, body)
	}
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id + ".1614265330." + payload))
	if want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil)); want != signed {
		t.Errorf("the example itself: %s", want)
	}
}

func TestOnlySuccessCounts(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 301, 302, 400, 404, 410, 429, 500, 503} {
		hits := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			hits++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "a secret of the receiver")
		}))
		s, err := webhook.New(srv.URL, secret, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Send(t.Context(), id, []byte(payload))
		if (err == nil) != (status/100 == 2) || hits != 1 {
			t.Errorf("%d: %v after %d requests", status, err, hits)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: the error quotes the receiver: %v", status, err)
		}
		srv.Close()
	}
}

func TestErrorsNameNoAddress(t *testing.T) {
	t.Parallel()
	s, err := webhook.New("http://127.0.0.1:1/token-of-the-receiver", secret, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), id, []byte(payload)); err == nil || strings.Contains(err.Error(), "token-of") || strings.Contains(err.Error(), payload) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(ctx, id, nil); err == nil {
		t.Error("sent although the context is over")
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for name, x := range map[string][2]string{
		"no address":             {"", secret},
		"another scheme":         {"ftp://example.org", secret},
		"a password in it":       {"https://u:p@example.org", secret},
		"no prefix":              {"https://example.org", strings.TrimPrefix(secret, "whsec_")},
		"too short":              {"https://example.org", "whsec_c2hvcnQ="},
		"not base64":             {"https://example.org", "whsec_%%%%"},
		"the secret is not told": {"https://example.org", "whsec_hidden!"},
	} {
		if _, err := webhook.New(x[0], x[1], time.Now); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
