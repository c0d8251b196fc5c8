// Package applicant serves the applicant's page: the built web program out of
// web/, embedded in the binary, with the operator's name, logo and colours; and
// the script by which other pages show it in a frame.
//
// It promises that the page loads nothing from anywhere else, under a strict
// content security policy, and that only the operator's own pages can frame it. It
// knows nothing of cases: the page asks the API.
package applicant

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"bonafide/internal/operator"
	"bonafide/internal/page"
)

//go:embed all:dist
var dist embed.FS

// policy lets the page run its own scripts and styles, show pictures that the
// person has chosen, and talk to this server; nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors "

// A worker runs under the policy that its own script came with. The one that looks
// for faces compiles WebAssembly out of bytes; nothing else may.
const (
	computing       = "assets/faces-"
	computingPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)

// A picture that is opened alone, as an SVG can be, may draw and nothing else.
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// embedded is where the script for other pages lies, and its types.
const embedded = "/embed/"

// Handler serves the page at "/", its files below, and the script for other pages at
// "/embed/". It fails when the web program was not built into the binary.
func Handler(o operator.Operator) (http.Handler, error) {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return handler(root, o)
}

func handler(root fs.FS, o operator.Operator) (http.Handler, error) {
	fail := func(err error) (http.Handler, error) { return nil, fmt.Errorf("applicant: %w", err) }
	files, err := page.Read(root)
	if err != nil {
		return fail(err)
	}
	if files[page.Index], err = dressed(files, o); err != nil {
		return fail(err)
	}
	framed := "'none'"
	if len(o.EmbedIn) > 0 {
		framed = strings.Join(o.EmbedIn, " ")
	}
	h, err := page.Handler(files, func(name string) string { return policyOf(name, framed) })
	if err != nil {
		return fail(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		switch {
		case strings.HasPrefix(r.URL.Path, embedded):
			// Every page may load the script; whom it works for, frame-ancestors says.
			header.Set("Access-Control-Allow-Origin", "*")
			header.Set("Cross-Origin-Resource-Policy", "cross-origin")
			header.Set("Cache-Control", "public, max-age=3600")
		case len(o.EmbedIn) > 0 && (r.URL.Path == "/" || r.URL.Path == "/"+page.Index):
			header.Del("X-Frame-Options") // it knows no list; the policy does
		}
		h.ServeHTTP(w, r)
	}), nil
}

// policyOf is what a file may do where it runs; framed says on whose pages.
func policyOf(name, framed string) string {
	switch ext := path.Ext(name); {
	case strings.HasPrefix(name, computing) && ext == ".js":
		return computingPolicy
	case ext == ".svg":
		return picturePolicy
	case name != page.Index:
		return policy + "'none'"
	}
	return policy + framed
}

// dressed is the page with what the operator has said of themselves in its head. It
// adds the files that this needs, under names that carry their hash.
func dressed(files map[string][]byte, o operator.Operator) ([]byte, error) {
	var head strings.Builder
	meta := func(name, content string) {
		if content != "" {
			fmt.Fprintf(&head, "    <meta name=%q content=\"%s\" />\n", name, html.EscapeString(content))
		}
	}
	add := func(kind string, body []byte, ext string) string {
		sum := sha256.Sum256(body)
		name := fmt.Sprintf("assets/%s-%s%s", kind, hex.EncodeToString(sum[:6]), ext)
		files[name] = body
		return "/a/" + name
	}
	meta("operator", o.Name)
	meta("embed-in", strings.Join(o.EmbedIn, " "))
	for k, l := range o.Look.Logos {
		meta([]string{"logo", "logo-dark"}[k], add("logo", l.Body, l.Extension()))
	}
	if css := o.Look.Styles(); css != "" {
		fmt.Fprintf(&head, "    <link rel=\"stylesheet\" href=\"%s\" />\n", add("operator", []byte(css), ".css"))
	}
	before, after, ok := bytes.Cut(files[page.Index], []byte("  </head>"))
	if !ok && head.Len() > 0 {
		return nil, errors.New("the page has no head to put the operator's name and colours into")
	}
	if !ok {
		return files[page.Index], nil
	}
	return []byte(string(before) + head.String() + "  </head>" + string(after)), nil
}
