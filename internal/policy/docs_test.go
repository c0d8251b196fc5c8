package policy

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// guide reads docs/policy.md.
func guide(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTheGuideNamesEverything: each key, each fact, each code of a rule.
func TestTheGuideNamesEverything(t *testing.T) {
	t.Parallel()
	text := guide(t)
	thresholds := schemaKeys(reflect.TypeFor[Thresholds]())
	for _, key := range schemaKeys(reflect.TypeFor[Policy]()) {
		if !slices.Contains(thresholds, key) && !strings.Contains(text, key) {
			t.Errorf("the guide does not name the key %s", key)
		}
	}
	for name, of := range FactNames() {
		row := "| `" + name + "` | " + strings.TrimPrefix(of, "google.protobuf.") // as CEL names its own types
		if !strings.HasSuffix(name, knownSuffix) && !strings.Contains(strings.ToLower(text), strings.ToLower(row)) {
			t.Errorf("the guide does not have %q", row)
		}
	}
	for _, c := range ruleCodes() {
		if !strings.Contains(text, string(c)) {
			t.Errorf("the guide does not name %s", c)
		}
	}
}

// TestExamplesOfTheGuideAreValid, each put into the shipped policy.
func TestExamplesOfTheGuideAreValid(t *testing.T) {
	t.Parallel()
	n := 0
	for _, part := range strings.Split(guide(t), "```yaml\n")[1:] {
		example, _, _ := strings.Cut(part, "```")
		var whole, with map[string]any
		if err := yaml.Unmarshal(standard, &whole); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal([]byte(example), &with); err != nil {
			t.Fatal(err)
		}
		maps.Copy(whole, with)
		whole["effective_from"] = "2026-01-01"
		text, err := yaml.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err != nil {
			t.Errorf("%s\n%v", example, err)
		}
		n++
	}
	if n < 3 {
		t.Errorf("%d examples", n)
	}
}
