package bonafide_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers are the floors of the house, top first. An import may only point down,
// or sideways where beside says so. A package that is not named here does not
// exist: give it a place, and a line in docs/architecture.md.
var layers = [][]string{
	{"cmd/bonafide"},
	{"internal/server", "internal/applicant", "internal/console", "internal/jobs", "internal/eval"},
	{"internal/verify"},
	{"internal/policy", "internal/message", "internal/document", "internal/liveness", "internal/blob", "internal/sqlite", "internal/people", "internal/notify", "internal/webhook", "internal/operator", "internal/figures"},
	{"internal/page", "internal/face", "internal/ocr", "internal/barcode", "internal/audit", "internal/specimen", "internal/support"},
	{"internal/imaging", "internal/onnx", "internal/seal", "internal/match"},
	{"internal/onnx/assets"},
	{"internal/onnx/convert"},
	{"internal/kyc", "mrz", "internal/barcode/pdf417", "api", "models"},
}

// besides may be imported although it stands on the same floor, with the reason.
var besides = map[[2]string]string{}

// only says who may import a technology.
var only = map[string][]string{
	"github.com/yalue/onnxruntime_go":        {"internal/onnx"},
	"github.com/riverqueue/river":            {"internal/jobs"},
	"modernc.org/sqlite":                     {"internal/sqlite"},
	"gocloud.dev/blob":                       {"internal/blob"},
	"github.com/tink-crypto/tink-go/v2/aead": {"internal/seal"},
	"github.com/danielgtaylor/huma/v2":       {"internal/server"},
	"github.com/alecthomas/kong":             {"cmd/bonafide"},
	"github.com/go-webauthn/webauthn":        {"internal/console"},
	"github.com/coreos/go-oidc/v3":           {"internal/console"},
	"cel.dev/cel-go":                         {"internal/policy"},
}

// stdlibOnly import nothing but the standard library.
var stdlibOnly = []string{"internal/kyc", "mrz", "internal/barcode/pdf417", "api"}

type listed struct {
	ImportPath, Dir, Name            string
	Imports, TestImports, GoFiles    []string
	XTestImports, CgoFiles, Embedded []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Name,Imports,GoFiles,CgoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []listed
	d := json.NewDecoder(strings.NewReader(string(out)))
	for d.More() {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

func floor(rel string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, rel) })
}

// isTestHelp reports packages that exist for tests alone.
func isTestHelp(rel string) bool {
	return strings.HasSuffix(rel, "test") && rel != "."
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		rel := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "bonafide"), "/")
		if rel == "" || isTestHelp(rel) {
			continue
		}
		at := floor(rel)
		if at < 0 {
			t.Errorf("%s has no place in the house: add it to layers and to docs/architecture.md", rel)
			continue
		}
		for _, imp := range p.Imports {
			for tech, users := range only {
				if (imp == tech || strings.HasPrefix(imp, tech+"/")) && !slices.Contains(users, rel) {
					t.Errorf("%s imports %s; only %v may", rel, imp, users)
				}
			}
			own, inside := strings.CutPrefix(imp, "bonafide/")
			if slices.Contains(stdlibOnly, rel) && strings.Contains(strings.Split(imp, "/")[0], ".") || slices.Contains(stdlibOnly, rel) && inside {
				t.Errorf("%s imports %s; it may use the standard library only", rel, imp)
			}
			if !inside {
				continue
			}
			if isTestHelp(own) {
				t.Errorf("%s imports %s, which is for tests", rel, own)
				continue
			}
			to := floor(own)
			if _, ok := besides[[2]string{rel, own}]; to < at || to == at && !ok {
				t.Errorf("%s (floor %d) imports %s (floor %d): arrows point down", rel, at, own, to)
			}
		}
	}
}

func TestPackagesAreDocumentedAndNamed(t *testing.T) {
	t.Parallel()
	forbidden := []string{"util", "utils", "common", "helper", "helpers", "types", "pkg", "base", "misc", "shared", "lib"}
	for _, p := range packages(t) {
		if slices.Contains(forbidden, p.Name) {
			t.Errorf("%s: %q says nothing; name it after what it does", p.ImportPath, p.Name)
		}
		var docs []string
		for _, f := range append(p.GoFiles, p.CgoFiles...) {
			tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if tree.Doc != nil {
				docs = append(docs, f)
			}
		}
		if len(p.GoFiles)+len(p.CgoFiles) > 0 && len(docs) != 1 {
			t.Errorf("%s has %d package comments %v, want one", p.ImportPath, len(docs), docs)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		entries, err := os.ReadDir(p.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			limit := 620
			if strings.HasSuffix(e.Name(), "_test.go") {
				limit = 1000
			}
			b, err := os.ReadFile(filepath.Join(p.Dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(b), "\n"); n > limit {
				t.Errorf("%s/%s has %d lines: is it one thing?", p.ImportPath, e.Name(), n)
			}
		}
	}
}

// TestNoHiddenInputs: below cmd, time, randomness and the environment come in as
// values, and nothing works at import time.
func TestNoHiddenInputs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		rel := strings.TrimPrefix(p.ImportPath, "bonafide/")
		if strings.HasPrefix(rel, "cmd/") || isTestHelp(rel) {
			continue
		}
		for _, f := range append(p.GoFiles, p.CgoFiles...) {
			set := token.NewFileSet()
			tree, err := parser.ParseFile(set, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Name.Name == "init" && n.Recv == nil {
						t.Errorf("%s: init does work that nobody asked for", set.Position(n.Pos()))
					}
				case *ast.SelectorExpr:
					x, ok := n.X.(*ast.Ident)
					if !ok {
						return true
					}
					switch x.Name + "." + n.Sel.Name {
					case "os.Getenv", "os.LookupEnv", "os.Exit", "log.Fatal", "rand.Int", "rand.Intn", "rand.Float64":
						t.Errorf("%s: %s.%s belongs in cmd", set.Position(n.Pos()), x.Name, n.Sel.Name)
					case "time.Now":
						if !slices.Contains(stopwatches, rel) {
							t.Errorf("%s: time.Now: let the time come in as a value", set.Position(n.Pos()))
						}
					}
				}
				return true
			})
		}
	}
}

// stopwatches may read the clock to measure how long their own work takes.
var stopwatches = []string{"internal/onnx", "internal/eval", "internal/document", "internal/ocr", "internal/face"}
