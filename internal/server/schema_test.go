package server_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/server"
)

// description is the API's own OpenAPI description, against which answers are
// held. It knows as much of JSON Schema as the description uses, and fails on
// the rest.
type description struct {
	doc    map[string]any
	mu     sync.Mutex
	called map[string]bool // operations that succeeded, by id
}

func describe(t *testing.T) *description {
	t.Helper()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	d := &description{called: map[string]bool{}}
	if err := json.Unmarshal(text, &d.doc); err != nil {
		t.Fatal(err)
	}
	return d
}

func at(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// operations lists the ids of all operations.
func (d *description) operations() []string {
	var out []string
	for _, methods := range at(d.doc, "paths").(map[string]any) {
		for _, op := range methods.(map[string]any) {
			out = append(out, at(op, "operationId").(string))
		}
	}
	return out
}

// operation finds the operation of a request; nil when there is none.
func (d *description) operation(method, path string) any {
	path, _, _ = strings.Cut(path, "?")
	have := strings.Split(path, "/")
	for pattern, methods := range at(d.doc, "paths").(map[string]any) {
		want := strings.Split(pattern, "/")
		if len(want) == len(have) && !slices.ContainsFunc(want, func(string) bool { return false }) {
			ok := true
			for k := range want {
				ok = ok && (want[k] == have[k] || strings.HasPrefix(want[k], "{"))
			}
			if ok {
				return at(methods, strings.ToLower(method))
			}
		}
	}
	return nil
}

// check holds an answer against the description.
func (d *description) check(t *testing.T, method, path string, a answer) {
	t.Helper()
	op := d.operation(method, path)
	if op == nil {
		return
	}
	id, _ := at(op, "operationId").(string)
	if a.status < 300 {
		d.mu.Lock()
		d.called[id] = true
		d.mu.Unlock()
	}
	described := at(op, "responses", strconv.Itoa(a.status))
	if described == nil {
		t.Errorf("%s answers %d, which is not described", id, a.status)
		return
	}
	contents, _ := at(described, "content").(map[string]any)
	if len(contents) == 0 {
		if len(a.body) > 0 {
			t.Errorf("%s answers %d with a body that is not described", id, a.status)
		}
		return
	}
	content, ok := contents[a.header.Get("Content-Type")]
	if !ok {
		t.Errorf("%s answers %d as %q", id, a.status, a.header.Get("Content-Type"))
		return
	}
	schema := at(content, "schema")
	if schema == nil && !strings.Contains(a.header.Get("Content-Type"), "json") {
		return // bytes
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Errorf("%s: %v", id, err)
		return
	}
	for _, e := range d.validate(schema, v, "body") {
		t.Errorf("%s answers %d: %s", id, a.status, e)
	}
}

// validate returns what is wrong with v by a schema.
func (d *description) validate(schema, v any, where string) []string {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		return d.validate(at(d.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), v, where)
	}
	for k := range s {
		if !slices.Contains(keywords(), k) {
			return []string{where + ": the test does not know the keyword " + k}
		}
	}
	var types []string
	switch t := s["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		for _, x := range t {
			types = append(types, fmt.Sprint(x))
		}
	}
	if is := typeOf(v); len(types) > 0 && !slices.Contains(types, is) && !(is == "integer" && slices.Contains(types, "number")) {
		return []string{fmt.Sprintf("%s is a %s, want %v", where, is, types)}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		return []string{fmt.Sprintf("%s is %v, want one of %v", where, v, enum)}
	}
	var out []string
	switch v := v.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			out = append(out, fmt.Sprintf("%s is %q, want %s", where, v, p))
		}
		if s["format"] == "date-time" {
			if _, err := time.Parse(time.RFC3339Nano, v); err != nil {
				out = append(out, where+" is not a time")
			}
		}
	case []any:
		for k, x := range v {
			out = append(out, d.validate(s["items"], x, fmt.Sprintf("%s[%d]", where, k))...)
		}
	case map[string]any:
		required, _ := s["required"].([]any)
		for _, r := range required {
			if _, ok := v[r.(string)]; !ok {
				out = append(out, fmt.Sprintf("%s lacks %v", where, r))
			}
		}
		properties, _ := s["properties"].(map[string]any)
		for k, x := range v {
			p, ok := properties[k]
			if !ok && s["additionalProperties"] == false {
				out = append(out, fmt.Sprintf("%s has %q, which is not described", where, k))
				continue
			}
			out = append(out, d.validate(p, x, where+"."+k)...)
		}
	}
	return out
}

func keywords() []string {
	return []string{
		"type", "enum", "format", "items", "properties", "required", "additionalProperties", "description", "examples", "default",
		"minLength", "maxLength", "maxItems", "pattern", "patternDescription", "minimum", "maximum", "$ref",
	}
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return "?"
}

// TestTheValidatorFails: a validator that finds nothing proves nothing.
func TestTheValidatorFails(t *testing.T) {
	t.Parallel()
	d := describe(t)
	for name, text := range map[string]string{
		"no case":            `[]`,
		"a state of its own": `{"id":"c","state":"rubbish","turn":"us","policy":"p","locale":"en","items":[],"findings":[],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z"}`,
		"a missing member":   `{"id":"c","state":"open"}`,
		"a member too many":  `{"id":"c","state":"open","turn":"us","policy":"p","locale":"en","items":[],"findings":[],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z","x":1}`,
		"null for an array":  `{"id":"c","state":"open","turn":"us","policy":"p","locale":"en","items":null,"findings":[],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z"}`,
		"no time":            `{"id":"c","state":"open","turn":"us","policy":"p","locale":"en","items":[],"findings":[],"created_at":"now","updated_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z"}`,
		"deep inside":        `{"id":"c","state":"open","turn":"us","policy":"p","locale":"en","items":[{"item":"shoe"}],"findings":[],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z"}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if len(d.validate(map[string]any{"$ref": "#/components/schemas/Case"}, v, "body")) == 0 {
			t.Errorf("%s: nothing found", name)
		}
	}
	if d.operation(http.MethodGet, "/v1/cases/x") == nil || d.operation(http.MethodGet, "/v1/nothing") != nil {
		t.Error("operations are not found by their address")
	}
}
