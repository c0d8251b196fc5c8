package page

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func page(t *testing.T) http.Handler {
	t.Helper()
	files, err := Read(fstest.MapFS{
		".gitkeep":             {},
		"index.html":           {Data: []byte("<!doctype html>" + strings.Repeat(" a page", 50))},
		"assets/main-abcd.js":  {Data: []byte(strings.Repeat("let x;\n", 100))},
		"assets/tiny-abcd.css": {Data: []byte("a{}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := Handler(files, func(name string) string { return "of " + name })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, method, path, encoding string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHandler(t *testing.T) {
	t.Parallel()
	h := page(t)
	for _, c := range []struct {
		name, method, path, encoding string
		status                       int
		kind, coding, cache          string
	}{
		{"the page", "GET", "/", "", 200, "text/html; charset=utf-8", "", ""},
		{"the page, compressed", "GET", "/", "br, gzip", 200, "text/html; charset=utf-8", "gzip", ""},
		{"a script", "GET", "/assets/main-abcd.js", "gzip;q=0.5", 200, "text/javascript; charset=utf-8", "gzip", "public, max-age=31536000, immutable"},
		{"gzip refused", "GET", "/assets/main-abcd.js", "gzip; q=0", 200, "text/javascript; charset=utf-8", "", "public, max-age=31536000, immutable"},
		{"too small to compress", "GET", "/assets/tiny-abcd.css", "gzip", 200, "text/css; charset=utf-8", "", "public, max-age=31536000, immutable"},
		{"head", "HEAD", "/", "gzip", 200, "text/html; charset=utf-8", "gzip", ""},
		{"a folder is not listed", "GET", "/assets/", "", 404, "text/plain; charset=utf-8", "", ""},
		{"no such file", "GET", "/assets/old-1234.js", "", 404, "text/plain; charset=utf-8", "", ""},
		{"hidden files", "GET", "/.gitkeep", "", 404, "text/plain; charset=utf-8", "", ""},
		{"no other method", "POST", "/", "", 405, "text/plain; charset=utf-8", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := get(h, c.method, c.path, c.encoding)
			defer got.Body.Close()
			if got.StatusCode != c.status || got.Header.Get("Content-Type") != c.kind ||
				got.Header.Get("Content-Encoding") != c.coding || got.Header.Get("Cache-Control") != c.cache {
				t.Errorf("got %d %v", got.StatusCode, got.Header)
			}
			if c.status == 200 && !strings.HasPrefix(got.Header.Get("Content-Security-Policy"), "of ") {
				t.Error("no content security policy")
			}
			if c.method == "HEAD" {
				if b, _ := io.ReadAll(got.Body); len(b) != 0 {
					t.Error("HEAD has a body")
				}
			}
		})
	}
}

func TestCompressedIsTheSame(t *testing.T) {
	t.Parallel()
	h := page(t)
	got := get(h, "GET", "/assets/main-abcd.js", "gzip")
	defer got.Body.Close()
	z, err := gzip.NewReader(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || string(b) != strings.Repeat("let x;\n", 100) {
		t.Errorf("got %d bytes, %v", len(b), err)
	}
}

func TestNotBuilt(t *testing.T) {
	t.Parallel()
	if _, err := Read(fstest.MapFS{".gitkeep": {}}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v; want what to do", err)
	}
}
