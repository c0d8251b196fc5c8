package match_test

import (
	"testing"

	"bonafide/internal/match"
)

// TestPolicyIsData: the same pair, another policy, another verdict.
func TestPolicyIsData(t *testing.T) {
	t.Parallel()
	a, b := match.Name{Full: "Smith John"}, match.Name{Full: "John Smith"}
	p := match.DefaultPolicy()
	if r := match.Names(a, b, p); r.Verdict != match.Fixable {
		t.Errorf("default: %s", r.Verdict)
	}
	p.Allowed = append(p.Allowed, match.Order)
	if r := match.Names(a, b, p); r.Verdict != match.Same {
		t.Errorf("order allowed: %s", r.Verdict)
	}
	p.Allowed = nil
	if r := match.Names(match.Name{Full: "josé"}, match.Name{Full: "JOSE"}, p); r.Verdict != match.Fixable {
		t.Errorf("nothing allowed: %s", r.Verdict)
	}
}
