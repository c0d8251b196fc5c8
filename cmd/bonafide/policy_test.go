package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"bonafide/api"
	"bonafide/internal/policy"
)

// replaceCommand writes a file with texts replaced: replace FROM TO old new and so on.
func replaceCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || len(args)%2 != 0 {
		ts.Fatalf("usage: replace FROM TO old new …")
	}
	text := ts.ReadFile(args[0])
	for k := 2; k < len(args); k += 2 {
		if !strings.Contains(text, args[k]) {
			ts.Fatalf("%s has no %q", args[0], args[k])
		}
		text = strings.Replace(text, args[k], args[k+1], 1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// TestANewPolicyBesideARunningServer: real evidence, judged by the running
// program, is judged again from what is stored while the server has the folder;
// who loses by a new policy is told, stays approved, and nothing personal is
// printed.
func TestANewPolicyBesideARunningServer(t *testing.T) {
	t.Parallel()
	needModels(t)
	data, people := filepath.Join(t.TempDir(), "data"), drawn(t)
	next := filepath.Join(t.TempDir(), "next.yaml")
	text := string(policy.StandardYAML())
	for old, with := range map[string]string{"\nversion: 1": "\nversion: 2", "2026-01-01": "2099-03-01", "minimum_age: 18": "minimum_age: 100"} {
		if !strings.Contains(text, old) {
			t.Fatalf("the shipped policy has no %q any more", old)
		}
		text = strings.Replace(text, old, with, 1)
	}
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, data)
	id := s.newCase("somebody@example.org")
	for _, x := range evidence() {
		s.submit(id, x.item, filepath.Join(people, x.file))
	}
	s.approved(id)

	simulated := s.run(0, "policy", "simulate", "--policy", next, "--data", data, "--json")
	if want := fmt.Sprintf(`{"case":"%s","state":"approved","old":{"decision":"approved"},"new":{"decision":"declined","codes":["eligibility.under_age"]}}`, id); !strings.Contains(simulated, want) {
		t.Errorf("simulated %s", simulated)
	}
	affected := s.run(0, "policy", "affected", "--policy", next, "--data", data, "--notify")
	if !strings.Contains(affected, "1 of 1 approved cases") || !strings.Contains(affected, "1 of them were noted now") {
		t.Errorf("affected %s", affected)
	}
	again := s.run(0, "policy", "affected", "--policy", next, "--data", data, "--notify")
	if !strings.Contains(again, "0 of them were noted now") {
		t.Errorf("noted again: %s", again)
	}
	details, err := os.ReadFile(filepath.Join(people, "details.json"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(details), "\n") {
		_, value, _ := strings.Cut(line, `": "`)
		if value = strings.Trim(value, `",`); len(value) > 3 && strings.Contains(simulated+affected, value) {
			t.Errorf("%q is printed", value)
		}
	}
	c := s.read(id)
	k := slices.IndexFunc(c.Findings, func(f api.Finding) bool { return f.Code == "eligibility.policy_changed" })
	if c.State != "approved" || k < 0 || c.Findings[k].From == nil || c.Findings[k].From.Year() != 2099 {
		t.Errorf("the case is %s with %+v", c.State, c.Findings)
	}
	if got := events(t, data, id); fmt.Sprint(got) != "[create submit submit submit checked requalify]" {
		t.Errorf("the record says %v", got)
	}
}
