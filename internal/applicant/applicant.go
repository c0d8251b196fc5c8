// Package applicant serves the applicant's page: the built web program out of
// web/, embedded in the binary.
//
// It promises that the page loads nothing from anywhere else, under a strict
// content security policy. It knows nothing of cases: the page asks the API.
package applicant

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"bonafide/internal/page"
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
	h, err := page.Handler(root, policyOf)
	if err != nil {
		return nil, fmt.Errorf("applicant: %w", err)
	}
	return h, nil
}

// policyOf is what a file may do where it runs.
func policyOf(name string) string {
	if strings.HasPrefix(name, computing) && path.Ext(name) == ".js" {
		return computingPolicy
	}
	return policy
}
