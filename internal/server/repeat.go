package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/seal"
)

// reply is an answer as it is kept for repetition.
type reply struct {
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

// keptHeaders are repeated with a reply.
func keptHeaders() []string { return []string{"Content-Type", "Retry-After", "Location"} }

// takeOver is how old an unfinished request must be before a repetition takes it
// over: longer than any request takes. One from before this process started is
// taken over at once.
const takeOver = 5 * time.Minute

// once makes a POST with an Idempotency-Key act once: the first answer is kept,
// sealed, and repeated for 24 hours. The key also names what the request
// creates, so that even a request that was cut off by a crash between acting and
// answering creates nothing twice.
func (s *server) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if r.Method != http.MethodPost || key == "" {
			next.ServeHTTP(w, r)
			return
		}
		if len(key) > 255 {
			writeProblem(w, problem(http.StatusBadRequest, "invalid", "Idempotency-Key may have at most 255 characters."))
			return
		}
		ctx := r.Context()
		body, _ := ctx.Value(bodyKey{}).([]byte)
		var stored kyc.ReplyRecord
		var found bool
		rec, err := s.claimOf(callerOf(ctx).scope, key, r.Method+" "+r.URL.Path, body)
		if err == nil {
			stored, found, err = s.claim(ctx, rec)
		}
		switch {
		case err != nil:
			s.Log.ErrorContext(ctx, "idempotency", "error", err)
			writeProblem(w, problem(http.StatusServiceUnavailable, "not_ready", "The store does not answer. Try again."))
			return
		case found && stored.Request != rec.Request:
			writeProblem(w, problem(http.StatusUnprocessableEntity, "key_reused", "This Idempotency-Key was used for another request. Use a new key for a new request."))
			return
		case found && stored.Status != 0:
			s.repeat(w, stored)
			return
		case found && s.Now().Sub(stored.CreatedAt) < takeOver && !stored.CreatedAt.Before(s.started):
			w.Header().Set("Retry-After", "1")
			writeProblem(w, problem(http.StatusConflict, "in_progress", "The first request with this Idempotency-Key is still under way."))
			return
		}
		var about subject
		ctx = context.WithValue(context.WithValue(ctx, onceKey{}, key), subjectKey{}, &about)
		buf := &buffered{header: w.Header(), status: http.StatusOK}
		// Failures of ours are not kept, panics among them: the same request may
		// succeed later.
		kept := false
		defer func() {
			if !kept {
				s.forget(context.WithoutCancel(ctx), rec)
			}
		}()
		next.ServeHTTP(buf, r.WithContext(ctx))
		if buf.status < http.StatusInternalServerError && buf.status != http.StatusTooManyRequests {
			if err := s.keep(context.WithoutCancel(ctx), rec, buf, about.applicant); err != nil {
				s.Log.ErrorContext(ctx, "idempotency", "error", err)
			} else {
				kept = true
			}
		}
		w.WriteHeader(buf.status)
		_, _ = w.Write(buf.body.Bytes())
	})
}

func (s *server) forget(ctx context.Context, r kyc.ReplyRecord) {
	if err := s.Store.Write(ctx, func(tx kyc.Tx) error { return tx.ForgetReply(ctx, r.Scope, r.Key) }); err != nil {
		s.Log.ErrorContext(ctx, "idempotency", "error", err)
	}
}

// claimOf is the record with which a request claims its key. Both are stored as
// keyed fingerprints: with a plain hash, whoever has the database could test
// which e-mail address a request was about.
func (s *server) claimOf(scope, key, target string, body []byte) (kyc.ReplyRecord, error) {
	r := kyc.ReplyRecord{Scope: scope, CreatedAt: s.Now()}
	k, err := s.Sealer.FirstFingerprint("idempotency key", scope, key)
	if err != nil {
		return r, err
	}
	sum := sha256.Sum256(body)
	q, err := s.Sealer.FirstFingerprint("idempotent request", scope, target, string(sum[:]))
	if err != nil {
		return r, err
	}
	r.Key, r.Request = [32]byte(k), [32]byte(q)
	return r, nil
}

func (s *server) claim(ctx context.Context, r kyc.ReplyRecord) (stored kyc.ReplyRecord, found bool, err error) {
	err = s.Store.Write(ctx, func(tx kyc.Tx) error {
		var err error
		stored, found, err = tx.ClaimReply(ctx, r)
		return err
	})
	return stored, found, err
}

func replyContext(r kyc.ReplyRecord) seal.Context {
	return seal.Context{Purpose: "reply", ID: r.Scope + "/" + hex.EncodeToString(r.Key[:])}
}

func (s *server) keep(ctx context.Context, r kyc.ReplyRecord, b *buffered, applicant kyc.ApplicantID) error {
	out := reply{Header: map[string]string{}, Body: b.body.Bytes()}
	for _, h := range keptHeaders() {
		if v := b.header.Get(h); v != "" {
			out.Header[h] = v
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if r.Sealed, err = s.Sealer.SealSystem(replyContext(r), text); err != nil {
		return err
	}
	r.Status, r.Applicant = b.status, applicant
	return s.Store.Write(ctx, func(tx kyc.Tx) error { return tx.SaveReply(ctx, r) })
}

func (s *server) repeat(w http.ResponseWriter, r kyc.ReplyRecord) {
	var out reply
	text, err := s.Sealer.OpenSystem(replyContext(r), r.Sealed)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		s.Log.Error("a kept reply does not open", "scope", r.Scope)
		writeProblem(w, problem(http.StatusInternalServerError, "internal", "The first answer cannot be repeated."))
		return
	}
	for k, v := range out.Header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(r.Status)
	_, _ = w.Write(out.Body)
}

type (
	onceKey    struct{}
	subjectKey struct{}
)

// subject is whom a kept reply is about, so that erasing them erases it.
type subject struct{ applicant kyc.ApplicantID }

// concerns notes whom the answer of this request is about.
func concerns(ctx context.Context, a kyc.ApplicantID) {
	if p, ok := ctx.Value(subjectKey{}).(*subject); ok {
		p.applicant = a
	}
}

// idFor names what a request with an Idempotency-Key creates; "" without one.
func (s *server) idFor(ctx context.Context, prefix string, of ...string) (string, error) {
	key, ok := ctx.Value(onceKey{}).(string)
	if !ok {
		return "", nil
	}
	f, err := s.Sealer.FirstFingerprint("idempotency", append([]string{callerOf(ctx).scope, key, prefix}, of...)...)
	if err != nil {
		return "", err
	}
	return prefix + "_" + strings.ToLower(base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(f[:16])), nil
}

// buffered holds an answer back until it is kept.
type buffered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffered) Header() http.Header         { return b.header }
func (b *buffered) WriteHeader(status int)      { b.status = status }
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }
