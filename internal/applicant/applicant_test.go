package applicant

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"bonafide/internal/operator"
)

func program(t *testing.T) http.Handler {
	t.Helper()
	h, err := handler(fstest.MapFS{
		".gitkeep":             {},
		"index.html":           {Data: []byte("<!doctype html>" + strings.Repeat(" a page", 50))},
		"assets/main-abcd.js":  {Data: []byte(strings.Repeat("let x;\n", 100))},
		"assets/tiny-abcd.css": {Data: []byte("a{}")},
		"assets/faces-abcd.js": {Data: []byte(strings.Repeat("let x;\n", 100))},
	}, operator.Operator{})
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
	if _, err := handler(fstest.MapFS{".gitkeep": {}}, operator.Operator{}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v; want what to do", err)
	}
}

func TestTheOperatorsPage(t *testing.T) {
	t.Parallel()
	o, err := operator.Parse([]byte(`
name: 'A "B" & <C>'
help_centre: https://help.example.org
embed_in: [https://shop.example.org, "http://localhost:3000"]
look: {logo: logo.svg, light: {main: "#0a53a8", on_main: "#ffffff"}, dark: {main: "#79b8ff", on_main: "#0c1f33"}}
`), func(string) ([]byte, error) { return []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), nil })
	if err != nil {
		t.Fatal(err)
	}
	root := fstest.MapFS{"index.html": {Data: []byte("<head>\n  </head>")}, "assets/a.js": {Data: []byte("1")}, "embed/v1.js": {Data: []byte("1")}, "embed/v1.d.ts": {Data: []byte("1")}}
	own, err := handler(root, o)
	if err != nil {
		t.Fatal(err)
	}
	none, err := handler(root, operator.Operator{})
	if err != nil {
		t.Fatal(err)
	}
	// The outer handler has refused every frame.
	ask := func(h http.Handler, path string) (http.Header, string) {
		w := httptest.NewRecorder()
		w.Header().Set("X-Frame-Options", "DENY")
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		return w.Header(), w.Body.String()
	}
	h, body := ask(own, "/")
	if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors https://shop.example.org http://localhost:3000") || h.Get("X-Frame-Options") != "" {
		t.Errorf("%v", h)
	}
	for _, want := range []string{
		`<meta name="operator" content="A &#34;B&#34; &amp; &lt;C&gt;" />`, `<meta name="embed-in" content="https://shop.example.org http://localhost:3000" />`, `<link rel="stylesheet" href="/a/assets/operator-`, `<meta name="logo" content="/a/assets/logo-`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	_, rest, _ := strings.Cut(body, `content="/a`)
	logo, _, _ := strings.Cut(rest, `"`)
	if h, _ := ask(own, logo); !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%s: %v", logo, h)
	}
	// Without a list nobody frames it, and files other than the page never need to be.
	if h, body := ask(none, "/"); !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("X-Frame-Options") != "DENY" || strings.Contains(body, "<meta") {
		t.Errorf("%v %s", h, body)
	}
	if h, _ := ask(own, "/assets/a.js"); !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || h.Get("X-Frame-Options") != "DENY" {
		t.Errorf("%v", h)
	}
	for _, name := range []string{"/embed/v1.js", "/embed/v1.d.ts"} {
		if h, _ := ask(own, name); h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Cache-Control") != "public, max-age=3600" {
			t.Errorf("%s: %v", name, h)
		}
	}
}
