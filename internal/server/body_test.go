package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sync/semaphore"
)

// gate is the part of a server that reads bodies, with an answer that says how
// many bytes arrived. Its clock stands so that a piece has a moment to arrive.
type gate struct {
	*testing.T
	*server
	at string
}

func newGate(t *testing.T, moment time.Duration, room int64, next http.HandlerFunc) *gate {
	t.Helper()
	if next == nil {
		next = func(w http.ResponseWriter, r *http.Request) {
			b, err := io.ReadAll(r.Body)
			kept, _ := r.Context().Value(bodyKey{}).([]byte)
			fmt.Fprintf(w, "%d %v %v", len(b), err, bytes.Equal(b, kept))
		}
	}
	s := &server{room: semaphore.NewWeighted(room)}
	s.Now = func() time.Time { return time.Now().Add(moment - stall) }
	h := s.bounded(next)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{scope: r.Header.Get("X-Key")}
		if token := r.Header.Get("X-Token"); token != "" {
			c = caller{scope: token, limit: "case_1"}
		}
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	}))
	t.Cleanup(srv.Close)
	return &gate{t, s, strings.TrimPrefix(srv.URL, "http://")}
}

const photo, words = "/v1/cases/c/submissions/face", "/v1/cases/c/submissions/details"

// line is one connection with a request whose body is sent by hand.
type line struct {
	*testing.T
	net.Conn
}

func (g *gate) open(path, who string, length int) line {
	g.Helper()
	conn, err := (&net.Dialer{}).DialContext(g.Context(), "tcp", g.at)
	if err != nil {
		g.Fatal(err)
	}
	g.Cleanup(func() { _ = conn.Close() })
	how := "Content-Length: " + strconv.Itoa(length)
	if length < 0 {
		how = "Transfer-Encoding: chunked"
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\n\r\n", path, who, how)
	return line{g.T, conn}
}

func (l line) bytes(n int) {
	l.Helper()
	if _, err := l.Write(make([]byte, n)); err != nil {
		l.Fatal(err)
	}
}

// answer reads what is answered within a time.
func (l line) answer(within time.Duration) (*http.Response, string) {
	l.Helper()
	_ = l.SetReadDeadline(time.Now().Add(within))
	res, err := http.ReadResponse(bufio.NewReader(l), nil)
	if err != nil {
		l.Fatalf("no answer: %v", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		l.Fatal(err)
	}
	return res, string(b)
}

func (l line) wants(status int, text string) {
	l.Helper()
	res, got := l.answer(5 * time.Second)
	if res.StatusCode != status || !strings.Contains(got, text) {
		l.Errorf("%s: %s, want %d with %q", res.Status, got, status, text)
	}
	if status >= 400 && !res.Close {
		l.Errorf("%s: the connection stays open although its body is not read", res.Status)
	}
	if busy := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable; busy != (res.Header.Get("Retry-After") != "") {
		l.Errorf("%s: Retry-After is %q", res.Status, res.Header.Get("Retry-After"))
	}
}

// underWay waits until a caller has so many uploads under way.
func (g *gate) underWay(scope string, n int) {
	g.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		g.uploads.mu.Lock()
		have := g.uploads.of[scope]
		g.uploads.mu.Unlock()
		if have == n {
			return
		}
		if time.Now().After(end) {
			g.Fatalf("%s has %d uploads under way, want %d", scope, have, n)
		}
	}
}

// free reports how much of a room is free, in chunks.
func free(room *semaphore.Weighted) int {
	n := 0
	for ; room.TryAcquire(chunk); n++ {
		continue
	}
	room.Release(int64(n) * chunk)
	return n
}

func TestBodiesOfOneCaller(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		who, scope string
		most       int
	}{
		"an applicant":  {"X-Token: tok_1", "tok_1", 3},
		"an integrator": {"X-Key: key_1", "key_1", 32},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, time.Minute, maxInFlight, nil)
			var held []line
			for k := range x.most {
				l := g.open(photo, x.who, []int{maxUpload, -1}[k%2])
				if k%2 == 0 {
					l.bytes(1)
				}
				held = append(held, l)
			}
			g.underWay(x.scope, x.most)
			g.open(photo, x.who, maxUpload).wants(http.StatusTooManyRequests, "urn:bonafide:problem:busy")
			g.open(photo, x.who, -1).wants(http.StatusTooManyRequests, "urn:bonafide:problem:busy")
			// What is small goes through, and so do others.
			for _, l := range []line{g.open(words, x.who, 100), g.open(photo, x.who, 100)} {
				l.bytes(100)
				l.wants(http.StatusOK, "100 <nil> true")
			}
			l := g.open(photo, "X-Token: tok_2", 1<<20)
			l.bytes(1 << 20)
			l.wants(http.StatusOK, "1048576 <nil> true")
			// When one ends, the next may begin.
			_ = held[0].Close()
			g.underWay(x.scope, x.most-1)
			l = g.open(photo, x.who, 1<<20)
			l.bytes(1 << 20)
			l.wants(http.StatusOK, "1048576 <nil> true")
			for _, l := range held {
				_ = l.Close()
			}
			g.underWay(x.scope, 0)
			g.underWay("tok_2", 0)
			if n := len(g.uploads.of); n != 0 {
				t.Errorf("%d callers are still counted", n)
			}
		})
	}
}

// TestRoomIsTakenAsBytesArrive: what is announced takes nothing, what has
// arrived takes as much as it is, and all of it is given back.
func TestRoomIsTakenAsBytesArrive(t *testing.T) {
	t.Parallel()
	const chunks = 8
	g := newGate(t, time.Minute, chunks*chunk, nil)
	until := func(what string, want int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			n := free(g.room)
			if n == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%s: %d of %d chunks are free, want %d", what, n, chunks, want)
			}
		}
	}
	a := g.open(photo, "X-Token: a", maxUpload)
	a.bytes(1)
	until("a byte", chunks-1)
	a.bytes(3*chunk - piece - 2)
	until("nearly three chunks", chunks-3)
	b := g.open(photo, "X-Token: b", -1)
	until("another", chunks-4)
	fmt.Fprint(b, "5\r\nphoto\r\n0\r\n\r\n")
	b.wants(http.StatusOK, "5 <nil> true")
	until("the other is done", chunks-3)

	// The room is full: small bodies do not care, an upload waits, and goes on
	// when there is room again.
	if !g.room.TryAcquire((chunks - 3) * chunk) {
		t.Fatal("no room")
	}
	w := g.open(photo, "X-Token: w", 100<<10)
	w.bytes(100 << 10)
	s := g.open(words, "X-Token: s", maxJSON)
	s.bytes(maxJSON)
	s.wants(http.StatusOK, "65536 <nil> true")
	g.underWay("w", 1)
	_ = a.Close()
	w.wants(http.StatusOK, "102400 <nil> true")
	g.underWay("a", 0)
	g.underWay("w", 0)
	g.room.Release((chunks - 3) * chunk)
	until("all is done", chunks)
}

// TestNoRoom: who waits for room in vain is told so, and leaves nothing taken.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	room := semaphore.NewWeighted(2 * chunk)
	a := &arrival{server: &server{Config: Config{Now: time.Now}}, from: iotest.DataErrReader(bytes.NewReader(make([]byte, 3*chunk))), conn: http.NewResponseController(httptest.NewRecorder()), room: room}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // patience would be longer
	defer cancel()
	if err := a.read(ctx); !errors.Is(err, errNoRoom) {
		t.Fatalf("read %d bytes: %v", len(a.body), err)
	}
	if free(room) != 0 {
		t.Error("the room was not full")
	}
	a.release()
	if free(room) != 2 {
		t.Error("the room is not given back")
	}
	w := httptest.NewRecorder()
	refuseBody(w, errNoRoom)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), ":busy") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestSlowBodies: a body that stands still, or only pretends to move, is given
// up; one that is slow but arrives is read.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	const moment = 400 * time.Millisecond
	g := newGate(t, moment, maxInFlight, nil)
	for name, path := range map[string]string{"a photo": photo, "details": words, "a request": "/v1/cases"} {
		t.Run(name+" that stands still", func(t *testing.T) {
			t.Parallel()
			l := g.open(path, "X-Token: still "+name, 30<<10)
			l.bytes(piece + 1) // one piece is there, the next begins
			l.wants(http.StatusRequestTimeout, "urn:bonafide:problem:cut_off")
		})
		t.Run(name+" that was only announced", func(t *testing.T) {
			t.Parallel()
			g.open(path, "X-Token: announced "+name, 30<<10).wants(http.StatusRequestTimeout, "urn:bonafide:problem:cut_off")
			g.open(path, "X-Token: announced "+name, -1).wants(http.StatusRequestTimeout, "urn:bonafide:problem:cut_off")
		})
	}
	t.Run("a trickle", func(t *testing.T) {
		t.Parallel()
		l := g.open(photo, "X-Token: trickle", maxUpload)
		began := time.Now()
		go func() {
			for time.Since(began) < 5*time.Second {
				if _, err := l.Write([]byte{1}); err != nil {
					return // given up, as it should be
				}
				time.Sleep(20 * time.Millisecond)
			}
		}()
		l.wants(http.StatusRequestTimeout, "urn:bonafide:problem:cut_off")
		if d := time.Since(began); d > 4*time.Second {
			t.Errorf("given up after %v", d)
		}
	})
	t.Run("slow and steady", func(t *testing.T) {
		t.Parallel()
		l := g.open(photo, "X-Token: steady", 12*piece)
		began := time.Now()
		for range 12 {
			l.bytes(piece)
			time.Sleep(moment / 8)
		}
		l.wants(http.StatusOK, strconv.Itoa(12*piece)+" <nil> true")
		if d := time.Since(began); d < moment {
			t.Errorf("only %v: this proves nothing", d)
		}
	})
	t.Run("cut short", func(t *testing.T) {
		t.Parallel()
		l := g.open(photo, "X-Token: short", 100<<10)
		l.bytes(50 << 10)
		if err := l.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		l.wants(http.StatusBadRequest, "urn:bonafide:problem:cut_off")
	})
}

// TestTheBodysTimeIsNotTheWorks: once a body is there, what is done with it may
// take longer than the body might have.
func TestTheBodysTimeIsNotTheWorks(t *testing.T) {
	t.Parallel()
	const moment = 200 * time.Millisecond
	g := newGate(t, moment, maxInFlight, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			http.Error(w, "cancelled", http.StatusInternalServerError)
		case <-time.After(3 * moment):
			_, _ = io.WriteString(w, "done")
		}
	})
	for _, path := range []string{photo, words} {
		for _, n := range []int{100, 50 << 10, maxJSON} {
			l := g.open(path, "X-Token: a", n)
			l.bytes(n)
			l.wants(http.StatusOK, "done")
		}
	}
	l := g.open(photo, "X-Token: a", 1<<20)
	l.bytes(1 << 20)
	l.wants(http.StatusOK, "done")
}

func TestWholeTimeOfABody(t *testing.T) {
	t.Parallel()
	// Each piece is in time, and the whole is not: the clock jumps a little less
	// than a piece may take with every look.
	now := time.Now()
	s := &server{}
	s.Now = func() time.Time { now = now.Add(stall / 2); return now }
	deadlines := &clockwork{ResponseRecorder: httptest.NewRecorder()}
	a := &arrival{server: s, from: iotest.OneByteReader(bytes.NewReader(make([]byte, 64*piece))), conn: http.NewResponseController(deadlines)}
	if err := a.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, last := deadlines.set[0], deadlines.set[0]
	for _, d := range deadlines.set[:len(deadlines.set)-1] {
		if d.After(last) {
			last = d
		}
	}
	if d := last.Sub(first); d <= 0 || d > uploadTime {
		t.Errorf("the last piece may come %v after the first", d)
	}
	if end := deadlines.set[len(deadlines.set)-1]; !end.IsZero() {
		t.Errorf("after the body the deadline stands at %v", end)
	}
}

// clockwork notes the deadlines that are set.
type clockwork struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (c *clockwork) SetReadDeadline(t time.Time) error { c.set = append(c.set, t); return nil }
