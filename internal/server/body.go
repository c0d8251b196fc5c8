package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"bonafide/internal/kyc"
	"bonafide/internal/verify"
)

// Limits on what is read from the network.
const (
	// maxUpload is the most bytes of one submission; imaging refuses more anyway.
	maxUpload = 20 << 20
	// maxFrame is the most bytes of one frame of a sequence.
	maxFrame = verify.MaxFrameBytes
	// maxJSON is the most bytes of any other body. So much is always taken: it
	// never waits for room.
	maxJSON = 64 << 10
	// maxInFlight is the most bytes of uploads that are held at the same time.
	maxInFlight = 200 << 20
	// chunk is how much room an upload takes at a time, as its bytes arrive.
	chunk = 256 << 10
	// patience is how long an upload waits for room before it is told to come back.
	patience = 20 * time.Second
	// uploadTime is how long a body may take to arrive: a photo over a slow line.
	uploadTime = 4 * time.Minute
	// A body that brings less than piece bytes within stall, and not its end
	// either, is given up.
	piece = 16 << 10
	stall = 20 * time.Second
	// What one caller may have under way at once. An applicant has four items.
	applicantUploads, integratorUploads = 3, 32
)

// bounded reads bodies in full, so that a slow line never holds a database or a
// model, and refuses those that are too large or too slow. Small ones are
// always read. Uploads are counted for each caller, so that one link cannot
// keep out the others, and take room for the bytes that have arrived, so that
// announcing much holds nothing.
func (s *server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		limit := int64(maxJSON)
		switch path := r.URL.Path; {
		case strings.Contains(path, "/submissions/") && !strings.HasSuffix(path, "/"+string(kyc.Details)):
			limit = maxUpload
		case strings.Contains(path, "/frames/"):
			limit = maxFrame
		case strings.Contains(path, "/chunks/"):
			limit = maxChunk
		}
		in := &arrival{server: s, from: http.MaxBytesReader(w, r.Body, limit), conn: http.NewResponseController(w)}
		var err error
		switch {
		case r.ContentLength > limit:
			err = &http.MaxBytesError{Limit: limit}
		case limit > maxJSON && (r.ContentLength > maxJSON || r.ContentLength < 0):
			c := callerOf(r.Context())
			if !s.uploads.begin(c) {
				err = errTooMany
				break
			}
			defer s.uploads.end(c)
			in.room = s.room
			defer in.release()
			err = in.read(r.Context())
		default:
			err = in.read(r.Context())
		}
		if err != nil {
			w.Header().Set("Connection", "close") // the rest of the body is not read
			refuseBody(w, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(in.body))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), bodyKey{}, in.body)))
	})
}

type bodyKey struct{}

var (
	errTooMany = errors.New("too many uploads of one caller")
	errNoRoom  = errors.New("no room for uploads")
)

func refuseBody(w http.ResponseWriter, err error) {
	over, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		writeProblem(w, problem(http.StatusRequestEntityTooLarge, "too_large", "The body may have at most "+strconv.FormatInt(over.Limit>>10, 10)+" KiB."))
	case errors.Is(err, errTooMany):
		w.Header().Set("Retry-After", "5")
		writeProblem(w, problem(http.StatusTooManyRequests, "busy", "Too many of your uploads are under way at once. Wait until one ends; no attempt was used."))
	case errors.Is(err, errNoRoom):
		w.Header().Set("Retry-After", "5")
		writeProblem(w, problem(http.StatusServiceUnavailable, "busy", "Many uploads are under way. Try again in a few seconds; no attempt was used."))
	case errors.Is(err, os.ErrDeadlineExceeded):
		writeProblem(w, problem(http.StatusRequestTimeout, "cut_off", "The body arrived too slowly. Send it again; no attempt was used."))
	default:
		writeProblem(w, problem(http.StatusBadRequest, "cut_off", "The body did not arrive in full. Send it again; no attempt was used."))
	}
}

// arrival is a body on its way in.
type arrival struct {
	server *server
	from   io.Reader
	conn   *http.ResponseController
	room   *semaphore.Weighted // nil: the body needs none
	taken  int64               // of the room, in bytes
	body   []byte
}

// read reads the body to its end, piece by piece, each within its time.
func (a *arrival) read(ctx context.Context) error {
	end := a.server.Now().Add(uploadTime)
	for mark := 0; ; {
		if len(a.body) == mark {
			mark += piece
			if err := a.takeRoom(ctx, int64(mark)); err != nil {
				return err
			}
			a.body = slices.Grow(a.body, piece)
			by := a.server.Now().Add(stall)
			if by.After(end) {
				by = end
			}
			_ = a.conn.SetReadDeadline(by) // not every connection has deadlines
		}
		n, err := a.from.Read(a.body[len(a.body):mark])
		a.body = a.body[:len(a.body)+n]
		if errors.Is(err, io.EOF) {
			// What is done with the body takes its own time, and the connection is
			// read meanwhile to notice when the caller goes.
			_ = a.conn.SetReadDeadline(time.Time{})
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// takeRoom makes sure that the room taken is enough for so many bytes.
func (a *arrival) takeRoom(ctx context.Context, bytes int64) error {
	if a.room == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for a.taken < bytes {
		if a.room.Acquire(ctx, chunk) != nil {
			return errNoRoom
		}
		a.taken += chunk
	}
	return nil
}

func (a *arrival) release() { a.room.Release(a.taken) }

// tally counts the uploads that are under way, for each caller.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

// begin counts one more, unless the caller has as many as they may.
func (t *tally) begin(c caller) bool {
	most := applicantUploads
	if c.integrator() {
		most = integratorUploads
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[c.scope] >= most {
		return false
	}
	if t.of == nil {
		t.of = map[string]int{}
	}
	t.of[c.scope]++
	return true
}

func (t *tally) end(c caller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[c.scope]--; t.of[c.scope] == 0 {
		delete(t.of, c.scope)
	}
}
