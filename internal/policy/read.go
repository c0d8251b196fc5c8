package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Source is one file of a policy. It may hold several versions, as YAML
// documents with --- between them.
type Source struct {
	Name string // as errors name it
	Text []byte
}

// Problem is one thing that is wrong with a policy.
type Problem struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Key    string `json:"key,omitempty"`
	Reason string `json:"reason"`
}

func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ": ")
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Reason)
	return b.String()
}

// Error says everything that is wrong with a policy.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for k, p := range e.Problems {
		lines[k] = p.String()
	}
	return strings.Join(lines, "\n")
}

const (
	// maxBytes bounds a policy file; the shipped one has under 4 KiB.
	maxBytes = 1 << 20
	// maxVersions bounds the versions of a policy, and maxProblems what is told of
	// a file that is no policy at all.
	maxVersions, maxProblems = 1000, 100
)

// Parse reads and validates one version of a policy. The error is an [*Error].
func Parse(text []byte) (Policy, error) {
	docs, problems := readDocuments(Source{Text: text})
	if len(docs) > 1 {
		problems = append(problems, docs[1].problem("", "more than one version in the file, where one is wanted"))
	}
	if len(problems) > 0 {
		return Policy{}, refusal(problems)
	}
	return docs[0].policy, nil
}

// Read reads and validates all versions of a policy. The error is an [*Error].
func Read(sources ...Source) (*Set, error) {
	var docs []document
	var problems []Problem
	for _, s := range sources {
		d, p := readDocuments(s)
		docs, problems = append(docs, d...), append(problems, p...)
	}
	if len(problems) > 0 {
		return nil, refusal(problems)
	}
	if len(docs) == 0 {
		return nil, refusal([]Problem{{Reason: "there is no policy"}})
	}
	s, problems := join(docs)
	if len(problems) > 0 {
		return nil, refusal(problems)
	}
	return s, nil
}

func refusal(problems []Problem) error {
	if len(problems) > maxProblems {
		problems = append(problems[:maxProblems:maxProblems], Problem{Reason: "and more"})
	}
	return &Error{Problems: problems}
}

// document is one version with the places of its keys.
type document struct {
	source string
	policy Policy
	first  int                   // line of the document
	keys   map[string]int        // path of a key, as eligibility.minimum_age or rules[0].when, to its line
	values map[string]*yaml.Node // path of a key to its value
}

// line is the line of a key, or of the nearest section that is there.
func (d *document) line(key string) int {
	for key != "" {
		if n, ok := d.keys[key]; ok {
			return n
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return d.first
}

func (d *document) problem(key, format string, a ...any) Problem {
	return Problem{File: d.source, Line: d.line(key), Key: key, Reason: fmt.Sprintf(format, a...)}
}

// readDocuments reads the versions of one file and everything that is wrong with
// each by itself.
func readDocuments(s Source) ([]document, []Problem) {
	bad := func(line int, reason string) []Problem { return []Problem{{File: s.Name, Line: line, Reason: reason}} }
	if len(s.Text) > maxBytes {
		return nil, bad(0, fmt.Sprintf("larger than %d bytes", maxBytes))
	}
	// Twice: as values, strictly, and as nodes, which know their lines.
	values, nodes := yaml.NewDecoder(bytes.NewReader(s.Text)), yaml.NewDecoder(bytes.NewReader(s.Text))
	values.KnownFields(true)
	var docs []document
	var problems []Problem
	for {
		var n yaml.Node
		err := nodes.Decode(&n)
		switch {
		case errors.Is(err, io.EOF) && len(docs) == 0:
			return nil, bad(0, "the file is empty")
		case errors.Is(err, io.EOF):
			return docs, problems
		case err != nil:
			return docs, append(problems, syntax(s.Name, err))
		case len(docs) == maxVersions:
			return docs, append(problems, bad(n.Line, fmt.Sprintf("more than %d versions", maxVersions))...)
		}
		d := document{source: s.Name, policy: Policy{Thresholds: unset()}, first: n.Line, keys: map[string]int{}, values: map[string]*yaml.Node{}}
		d.walk(&n, "", 0)
		err = values.Decode(&d.policy)
		wrong, typed := errors.AsType[*yaml.TypeError](err)
		switch {
		case typed:
			for _, text := range wrong.Errors[:min(len(wrong.Errors), maxProblems+1)] {
				problems = append(problems, d.mistyped(text))
			}
		case err != nil:
			return docs, append(problems, syntax(s.Name, err))
		default:
			problems = append(problems, d.complete()...)
		}
		docs = append(docs, d)
	}
}

// maxDepth bounds how deep keys are noted; no key of a policy lies deeper.
const maxDepth = 8

// walk notes the place of every key.
func (d *document) walk(n *yaml.Node, path string, depth int) {
	if depth > maxDepth {
		return
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			d.walk(c, path, depth+1)
		}
	case yaml.MappingNode:
		for k := 0; k+1 < len(n.Content); k += 2 {
			key := n.Content[k].Value
			if path != "" {
				key = path + "." + key
			}
			d.keys[key], d.values[key] = n.Content[k].Line, n.Content[k+1]
			d.walk(n.Content[k+1], key, depth+1)
		}
	case yaml.SequenceNode:
		for k, c := range n.Content {
			key := path + "[" + strconv.Itoa(k) + "]"
			d.keys[key], d.values[key] = c.Line, c
			d.walk(c, key, depth+1)
		}
	case yaml.ScalarNode, yaml.AliasNode:
	}
}

// numbered splits the line from what the library says of it.
var numbered = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?([\s\S]*)$`)

func split(text string) (line int, rest string) {
	m := numbered.FindStringSubmatch(text)
	line, _ = strconv.Atoi(m[1])
	return line, m[2]
}

func syntax(file string, err error) Problem {
	line, what := split(err.Error())
	return Problem{File: file, Line: line, Reason: "this is not YAML: " + what}
}

var (
	unknownKey = regexp.MustCompile(`^field (\S+) not found in type`)
	wrongType  = regexp.MustCompile("^cannot unmarshal !!\\S+(?: `([\\s\\S]*)`)? into (\\S+)$")
)

// mistyped puts what the library says of a value into words of ours.
func (d *document) mistyped(text string) Problem {
	line, what := split(text)
	p := Problem{File: d.source, Line: line, Key: d.keyAt(line), Reason: what}
	if m := unknownKey.FindStringSubmatch(what); m != nil {
		p.Reason = fmt.Sprintf("there is no key %q", m[1])
		if best := nearest(m[1]); best != "" {
			p.Reason += fmt.Sprintf("; is %s meant?", best)
		}
	} else if m := wrongType.FindStringSubmatch(what); m != nil {
		is := "this"
		if m[1] != "" {
			is = strconv.Quote(m[1])
		}
		p.Reason = is + " is not " + wanted(m[2])
	}
	return p
}

// keyAt is the innermost key that begins on a line.
func (d *document) keyAt(line int) string {
	best := ""
	for key, at := range d.keys {
		if at == line && (len(key) > len(best) || len(key) == len(best) && key < best) {
			best = key
		}
	}
	return best
}

// wanted says in words what a Go type takes.
func wanted(of string) string {
	switch {
	case of == "int":
		return "a whole number"
	case of == "float64":
		return "a number"
	case of == "bool":
		return "true or false"
	case of == "time.Duration":
		return "a time such as 90s, 15m or 48h"
	case strings.HasPrefix(of, "[]"):
		return "a list"
	case of == "string" || of == "kyc.Item" || of == "kyc.Field" || of == "kyc.Code":
		return "a text"
	}
	return "a section with keys"
}

// nearest is the key that somebody who wrote another may have meant.
func nearest(written string) string {
	best, least := "", 3
	for _, k := range schemaKeys(reflect.TypeFor[Policy]()) {
		if n := distance(written, k); n < least {
			best, least = k, n
		}
	}
	return best
}

// schemaKeys lists every key that a policy can have.
func schemaKeys(t reflect.Type) []string {
	var out []string
	if k := t.Kind(); k == reflect.Slice || k == reflect.Map {
		return schemaKeys(t.Elem())
	} else if k != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		tag, tagged := f.Tag.Lookup("yaml")
		if name, _, _ := strings.Cut(tag, ","); name != "" {
			out = append(out, name)
		}
		if tagged {
			out = append(out, schemaKeys(f.Type)...)
		}
	}
	return slices.Compact(out)
}

// distance counts the characters to change, insert or leave out between two
// short texts.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(last+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
