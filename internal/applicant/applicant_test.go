package applicant

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func program(t *testing.T) http.Handler {
	t.Helper()
	h, err := handler(fstest.MapFS{
		".gitkeep":             {},
		"index.html":           {Data: []byte("<!doctype html>" + strings.Repeat(" a page", 50))},
		"assets/main-abcd.js":  {Data: []byte(strings.Repeat("let x;\n", 100))},
		"assets/tiny-abcd.css": {Data: []byte("a{}")},
		"assets/faces-abcd.js": {Data: []byte(strings.Repeat("let x;\n", 100))},
	})
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

func TestOnlyTheWorkerComputes(t *testing.T) {
	t.Parallel()
	h := program(t)
	for path, want := range map[string]bool{"/": false, "/assets/main-abcd.js": false, "/assets/faces-abcd.js": true} {
		got := get(h, "GET", path, "")
		got.Body.Close()
		if may := strings.Contains(got.Header.Get("Content-Security-Policy"), "wasm-unsafe-eval"); may != want {
			t.Errorf("%s may compile WebAssembly: %v", path, may)
		}
	}
}

func TestNotBuilt(t *testing.T) {
	t.Parallel()
	if _, err := handler(fstest.MapFS{".gitkeep": {}}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v; want what to do", err)
	}
}
