package server_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestOneLinkStallsNobody: an applicant opens many uploads, announces 20 MiB in
// each and sends a byte. Others are answered at once, whatever they send, and
// so are the applicant's own small requests.
func TestOneLinkStallsNobody(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c, other := l.newCase("a", "document_front", "details"), l.newCase("b", "document_front", "details")
	path := "/v1/cases/" + c.Case.ID
	for range 40 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(l.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		fmt.Fprintf(conn, "POST %s/submissions/document_front HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\nx", path, c.Link.Token, 20<<20)
	}
	// Once one is refused, the others hold what they can.
	l.until("the link has as many uploads as it may", func() bool {
		return l.post(path+"/submissions/document_front", c.Link.Token, make([]byte, 100<<10), nil).status == http.StatusTooManyRequests
	})
	began := time.Now()
	for k := range 5 {
		l.newCase(fmt.Sprintf("new %d", k), "details")
	}
	l.get(path, c.Link.Token).is(http.StatusOK)
	l.post(path+"/help", c.Link.Token, nil, nil).is(http.StatusOK)
	l.post("/v1/cases/"+other.Case.ID+"/submissions/details", other.Link.Token, allDetails, nil).is(http.StatusOK)
	// A photo of somebody else is read in full before it is found to be for a case
	// that is not theirs.
	l.post(path+"/submissions/document_front", other.Link.Token, make([]byte, 5<<20), nil).problem(http.StatusNotFound, "not_found")
	a := l.post(path+"/submissions/document_front", c.Link.Token, make([]byte, 100<<10), nil)
	a.problem(http.StatusTooManyRequests, "busy")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("the others waited %v", d)
	}
}
