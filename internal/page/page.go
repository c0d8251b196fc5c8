// Package page serves a built web program that is embedded in the binary.
//
// It promises that every file goes out under the content security policy that
// its owner gives, that files whose names carry their hash are cached while the
// page itself is not, and that text travels compressed. It knows nothing of what
// the program does.
package page

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// ErrNotBuilt says that the web program is not in the binary.
var ErrNotBuilt = errors.New("the page is not built into this program: build it with `make build`")

// file is one file of the page as it goes over the wire.
type file struct {
	kind   string // media type
	body   []byte
	zipped []byte // nil where compressing gains nothing
	cached bool   // the name carries the content's hash
	policy string // what the file may do where it runs
}

// Index is the name of the page itself.
const Index = "index.html"

// Read returns the files of a built program by their names. It returns
// [ErrNotBuilt] when there is no page among them.
func Read(root fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		out[name], err = fs.ReadFile(root, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	if _, ok := out[Index]; !ok {
		return nil, ErrNotBuilt
	}
	return out, nil
}

// Handler serves files by their names, and the index at "/". policy is the content
// security policy of a file, by its name.
func Handler(content map[string][]byte, policy func(name string) string) (http.Handler, error) {
	files, err := load(content, policy)
	if err != nil {
		return nil, err
	}
	files["/"] = files["/"+Index]
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

// load compresses every file once, by its path below "/".
func load(content map[string][]byte, policy func(string) string) (map[string]file, error) {
	files := map[string]file{}
	for name, body := range content {
		zipped, err := compress(body)
		if err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
		files["/"+name] = file{
			kind: mediaType(name), body: body, zipped: zipped, cached: strings.HasPrefix(name, "assets/"), policy: policy(name),
		}
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
	case ".ts":
		return "text/plain; charset=utf-8"
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
