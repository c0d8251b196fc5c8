package server_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
)

func TestRepeatedRequests(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	once := header{"Idempotency-Key": "order 4711"}
	const body = `{"external_id":"a","items":["details"]}`
	first := l.post("/v1/cases", l.key, body, once).is(http.StatusCreated)
	if first.header.Get("Idempotency-Replayed") != "" {
		t.Error("the first answer says that it is a repetition")
	}
	again := l.post("/v1/cases", l.key, body, once).is(http.StatusCreated)
	if !bytes.Equal(again.body, first.body) || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
		t.Errorf("the repetition differs: %s", again.body)
	}
	c := into[api.CreatedCase](first)
	l.get("/v1/cases/"+c.Case.ID, c.Link.Token).is(http.StatusOK)
	l.post("/v1/cases", l.key, `{"external_id":"b","items":["details"]}`, once).problem(http.StatusUnprocessableEntity, "key_reused")
	l.post("/v1/cases/"+c.Case.ID+"/help", l.key, nil, once).problem(http.StatusUnprocessableEntity, "key_reused")
	if other := into[api.CreatedCase](l.post("/v1/cases", l.key, body, header{"Idempotency-Key": "order 4712"}).is(http.StatusCreated)); other.Case.ID == c.Case.ID {
		t.Error("another key gives the same case")
	}

	// A problem is repeated too: it is the answer.
	bad := header{"Idempotency-Key": "bad"}
	x, y := l.post("/v1/cases", l.key, `{"external_id":""}`, bad).is(http.StatusUnprocessableEntity), l.post("/v1/cases", l.key, `{"external_id":""}`, bad)
	if !bytes.Equal(x.body, y.body) || y.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s\n%s", x.body, y.body)
	}

	// Keys of others are their own: the applicant's do not meet the integrator's.
	sub := "/v1/cases/" + c.Case.ID + "/submissions/details"
	s1 := l.post(sub, c.Link.Token, someDetails, once).is(http.StatusOK)
	s2 := l.post(sub, c.Link.Token, someDetails, once).is(http.StatusOK)
	if !bytes.Equal(s1.body, s2.body) {
		t.Error("a repeated submission is answered otherwise")
	}
	if got := l.events(c.Case.ID); fmt.Sprint(got) != "[create submit]" {
		t.Errorf("the record says %v", got)
	}

	// After a day the answers are forgotten, and the case is still the same one.
	l.pass(25 * time.Hour)
	if err := l.service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := l.post("/v1/cases", l.key, body, once).is(http.StatusCreated)
	if late.header.Get("Idempotency-Replayed") != "" || into[api.CreatedCase](late).Case.ID != c.Case.ID {
		t.Errorf("after a day: %s", late.body)
	}

	// Erasing forgets what was answered about the person.
	l.send(http.MethodDelete, "/v1/applicants/"+c.Case.Applicant, l.key, nil, nil).is(http.StatusNoContent)
	gone := l.post("/v1/cases", l.key, body, once)
	if gone.header.Get("Idempotency-Replayed") == "true" || bytes.Contains(gone.body, []byte(c.Link.Token)) {
		t.Errorf("after the erasure: %s", gone.body)
	}
}

func TestConcurrentRepetitionsActOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	statuses, ids := map[int]int{}, map[string]bool{}
	for range 16 {
		wg.Go(func() {
			a := l.post("/v1/cases", l.key, `{"external_id":"a","items":["details"]}`, header{"Idempotency-Key": "k"})
			mu.Lock()
			defer mu.Unlock()
			statuses[a.status]++
			if a.status == http.StatusCreated {
				ids[into[api.CreatedCase](a).Case.ID] = true
			} else {
				a.problem(http.StatusConflict, "in_progress")
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || statuses[http.StatusCreated]+statuses[http.StatusConflict] != 16 {
		t.Fatalf("%d cases, answers %v", len(ids), statuses)
	}
	for id := range ids {
		if got := l.events(id); fmt.Sprint(got) != "[create]" {
			t.Errorf("the record says %v", got)
		}
	}
}

// TestTakeOver: a request that was cut off by a crash left its claim; the same
// request takes it over, and what the first one created is found again.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	const body = `{"external_id":"a","items":["details"]}`
	claim := func(key string, at time.Time) {
		t.Helper()
		sum := sha256.Sum256([]byte(body))
		r := kyc.ReplyRecord{
			Scope: l.keyID, Key: l.fingerprint("idempotency key", l.keyID, key), CreatedAt: at,
			Request: l.fingerprint("idempotent request", l.keyID, "POST /v1/cases", string(sum[:])),
		}
		if err := l.db.Write(t.Context(), func(tx kyc.Tx) error { _, _, err := tx.ClaimReply(t.Context(), r); return err }); err != nil {
			t.Fatal(err)
		}
	}
	claim("running", l.now())
	a := l.post("/v1/cases", l.key, body, header{"Idempotency-Key": "running"})
	a.problem(http.StatusConflict, "in_progress")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	// From before this process started.
	claim("crashed", l.now().Add(-time.Minute))
	first := l.post("/v1/cases", l.key, body, header{"Idempotency-Key": "crashed"}).is(http.StatusCreated)
	again := l.post("/v1/cases", l.key, body, header{"Idempotency-Key": "crashed"}).is(http.StatusCreated)
	if again.header.Get("Idempotency-Replayed") != "true" || !bytes.Equal(first.body, again.body) {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	// The one that never ended is taken over in the end.
	l.pass(5*time.Minute + time.Second)
	l.post("/v1/cases", l.key, body, header{"Idempotency-Key": "running"}).is(http.StatusCreated)

	// The first request created the case and crashed before it answered.
	key := header{"Idempotency-Key": "half"}
	half := into[api.CreatedCase](l.post("/v1/cases", l.key, body, key).is(http.StatusCreated))
	if err := l.db.Write(t.Context(), func(tx kyc.Tx) error {
		return tx.ForgetReply(t.Context(), l.keyID, l.fingerprint("idempotency key", l.keyID, "half"))
	}); err != nil {
		t.Fatal(err)
	}
	whole := into[api.CreatedCase](l.post("/v1/cases", l.key, body, key).is(http.StatusCreated))
	if whole.Case.ID != half.Case.ID || fmt.Sprint(l.events(half.Case.ID)) != "[create]" {
		t.Errorf("created %s and %s; the record says %v", half.Case.ID, whole.Case.ID, l.events(half.Case.ID))
	}
}

func (l *lab) fingerprint(purpose string, of ...string) [32]byte {
	l.Helper()
	f, err := l.config.Sealer.Fingerprint(purpose, of...)
	if err != nil {
		l.Fatal(err)
	}
	return [32]byte(f)
}
