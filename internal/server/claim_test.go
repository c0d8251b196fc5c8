package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"
)

// TestClaimsCannotBeTested: whoever has the database and guesses an address
// finds no hash in it that says whether the guess is right.
func TestClaimsCannotBeTested(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	const key, body = "order 4711", `{"external_id":"anna@example.org","items":["details"]}`
	l.post("/v1/cases", l.key, body, header{"Idempotency-Key": key}).is(http.StatusCreated)
	l.post("/v1/cases", l.key, body, header{"Idempotency-Key": key}).is(http.StatusCreated)

	var scope string
	var k, request []byte
	if err := l.db.DB().QueryRowContext(t.Context(), "SELECT scope, key, request FROM replies").Scan(&scope, &k, &request); err != nil {
		t.Fatal(err)
	}
	if scope != l.keyID || len(k) != 32 || len(request) != 32 {
		t.Fatalf("kept is %s, %d and %d bytes", scope, len(k), len(request))
	}
	sum := func(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }
	inner := sum(body)
	guesses := map[string][]byte{
		"the key":                      sum(key),
		"the body":                     inner,
		"the account":                  sum("anna@example.org"),
		"the request":                  sum("POST /v1/cases\n" + body),
		"the request by its hash":      sum("POST /v1/cases\n" + string(inner)),
		"the request by its hex hash":  sum("POST /v1/cases\n" + hex.EncodeToString(inner)),
		"the scope and the key":        sum(l.keyID + key),
		"the scope, a slash, the key":  sum(l.keyID + "/" + key),
		"the scope and the inner hash": sum(l.keyID + string(inner)),
	}
	for what, g := range guesses {
		if bytes.Equal(k, g) || bytes.Equal(request, g) {
			t.Errorf("kept is a plain hash of %s", what)
		}
		for file, b := range l.haystack() {
			if bytes.Contains(b, g) || bytes.Contains(b, []byte(hex.EncodeToString(g))) {
				t.Errorf("%s holds a plain hash of %s", file, what)
			}
		}
	}
	// It is the key that makes the difference: with it, the same can be computed.
	if want := l.fingerprint("idempotent request", l.keyID, "POST /v1/cases", string(inner)); !bytes.Equal(request, want[:]) {
		t.Error("the request is not fingerprinted with the key")
	}
	if want := l.fingerprint("idempotency key", l.keyID, key); !bytes.Equal(k, want[:]) {
		t.Error("the key is not fingerprinted with the key")
	}
}
