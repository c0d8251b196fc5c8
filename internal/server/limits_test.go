package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// flood is a body without an end in memory: n bytes, counted as they are taken.
type flood struct {
	left  int64
	taken *atomic.Int64
}

func (f *flood) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), f.left))
	f.left -= int64(n)
	f.taken.Add(int64(n))
	return n, nil
}

// TestHugeUploads: 300 MB are refused quickly, in words, without being held in
// memory, whether their size is told or not.
func TestHugeUploads(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "document_front", "details")
	const size = 300 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, x := range map[string]struct {
		path string
		told bool
		most int64 // bytes that may be taken before the refusal
	}{
		"a photo, size told":        {"/submissions/document_front", true, 16 << 20},
		"a photo, size not told":    {"/submissions/document_front", false, 40 << 20},
		"details, size told":        {"/submissions/details", true, 16 << 20},
		"details, size not told":    {"/submissions/details", false, 16 << 20},
		"a request, size told":      {"/help", true, 16 << 20},
		"a request, size not told":  {"/reviews", false, 16 << 20},
		"a stranger's, size told":   {"", true, 16 << 20},
		"a stranger's, size hidden": {"", false, 16 << 20},
	} {
		var taken atomic.Int64
		body := &flood{size, &taken}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/v1/cases/"+c.Case.ID+x.path, body)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = -1
		if x.told {
			req.ContentLength = size
		}
		if x.path != "" {
			req.Header.Set("Authorization", "Bearer "+c.Link.Token)
		} else {
			req.URL.Path = "/v1/cases"
		}
		began := time.Now()
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			// The answer came while the body was on its way, and the client gave up on
			// it: allowed by HTTP, but then nothing of size may have been taken.
			t.Logf("%s: %v after %d bytes", name, err, taken.Load())
		} else {
			b, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			a := answer{l, res.StatusCode, res.Header, b, name}
			if x.path == "" {
				a.problem(http.StatusUnauthorized, "not_signed_in")
			} else {
				a.problem(http.StatusRequestEntityTooLarge, "too_large")
			}
		}
		if d := time.Since(began); d > 10*time.Second || taken.Load() > x.most {
			t.Errorf("%s: refused after %v and %d bytes", name, d, taken.Load())
		}
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 150<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	if l.files() != 0 {
		t.Errorf("%d files are left", l.files())
	}

	t.Run("on a raw connection the problem arrives", func(t *testing.T) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /v1/cases/%s/submissions/face HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", c.Case.ID, c.Link.Token, size)
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
			t.Errorf("%s, close %v", res.Status, res.Close)
		}
	})
}

// TestASlowBodyHoldsNobodyUp: while one body trickles in, others are answered,
// and when it stops short, that is said and nothing is kept.
func TestASlowBodyHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	path := "/v1/cases/" + c.Case.ID
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s/submissions/details HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", path, c.Link.Token, len(someDetails))
	for _, b := range []byte(someDetails[:10]) {
		if _, err := conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
		l.get(path, c.Link.Token).is(http.StatusOK)
	}
	if got := l.post(path+"/help", c.Link.Token, nil, nil); got.status != http.StatusOK { // writes, too
		t.Errorf("%d %s", got.status, got.body)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer{l, res.StatusCode, res.Header, b, "cut off"}.problem(http.StatusBadRequest, "cut_off")
	if got := fmt.Sprint(l.events(c.Case.ID)); got != "[create ask_help]" || l.files() != 0 {
		t.Errorf("the record says %s; %d files", got, l.files())
	}
}

// TestFullBodiesFit: what is exactly as large as may be is read.
func TestFullBodiesFit(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	path := "/v1/cases/" + c.Case.ID + "/submissions/details"
	pad := func(n int) string { return someDetails + strings.Repeat(" ", n-len(someDetails)) }
	l.post(path, c.Link.Token, pad(64<<10+1), nil).problem(http.StatusRequestEntityTooLarge, "too_large")
	l.post(path, c.Link.Token, pad(64<<10), nil).is(http.StatusOK)
}
