// Package applicant serves the applicant's page: the built web program out of
// web/, embedded in the binary.
//
// It promises that the page loads nothing from anywhere else, under a strict
// content security policy, that files whose names carry their hash are cached
// while the page itself is not, and that text travels compressed. It knows
// nothing of cases: the page asks the API.
package applicant

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// policy lets the page run its own scripts and styles, show pictures that the
// person has chosen, and talk to this server; nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A worker runs under the policy that its own script came with. The one that looks
// for faces compiles WebAssembly out of bytes; nothing else may.
const (
	computing       = "assets/faces-"
	computingPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)

// file is one file of the page as it goes over the wire.
type file struct {
	kind   string // media type
	body   []byte
	zipped []byte // nil where compressing gains nothing
	cached bool   // the name carries the content's hash
	policy string // what the file may do where it runs
}

// Handler serves the page at "/" and its files below. It fails when the web
// program was not built into the binary.
func Handler() (http.Handler, error) {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return handler(root)
}

func handler(root fs.FS) (http.Handler, error) {
	files, err := load(root)
	if err != nil {
		return nil, err
	}
	if _, ok := files["/index.html"]; !ok {
		return nil, errors.New("the applicant's page is not built into this program: build it with `make build`")
	}
	files["/"] = files["/index.html"]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		f, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", f.policy)
		h.Set("Content-Type", f.kind)
		if f.cached {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		body := f.body
		if f.zipped != nil {
			h.Set("Vary", "Accept-Encoding")
			if takesGzip(r.Header.Get("Accept-Encoding")) {
				h.Set("Content-Encoding", "gzip")
				body = f.zipped
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	}), nil
}

// load reads and compresses every file once, by its path below "/".
func load(root fs.FS) (map[string]file, error) {
	files := map[string]file{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		zipped, err := compress(body)
		if err != nil {
			return err
		}
		f := file{kind: mediaType(name), body: body, zipped: zipped, cached: strings.HasPrefix(name, "assets/"), policy: policy}
		if strings.HasPrefix(name, computing) && path.Ext(name) == ".js" {
			f.policy = computingPolicy
		}
		files["/"+name] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("applicant: %w", err)
	}
	return files, nil
}

// mediaType goes by the name. The kinds of the page itself are given, because a
// machine's own tables may say otherwise.
func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".wasm":
		return "application/wasm"
	default:
		if kind := mime.TypeByExtension(ext); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}

// compress returns nil when the result is not smaller.
func compress(body []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if out.Len() >= len(body) {
		return nil, nil
	}
	return out.Bytes(), nil
}

// takesGzip reads Accept-Encoding (RFC 9110, section 12.5.3) as far as it says
// whether gzip is welcome.
func takesGzip(header string) bool {
	for one := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(one), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, found := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			v, err := strconv.ParseFloat(q, 64)
			return !found || err == nil && v > 0
		}
	}
	return false
}
