package bonafide_test

//go:generate go test -run "LifecycleDocument|FindingsDocument" . -update

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
)

var update = flag.Bool("update", false, "rewrite the generated documents")

// golden compares a generated document with the committed one.
func golden(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != want {
		t.Errorf("%s is out of date: run make generate", file)
	}
}

func TestLifecycleDocument(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# The life of a case

Generated from internal/kyc by ` + "`make generate`" + `; do not edit.

A state says whose turn it is.

| state | turn |
|---|---|
`)
	for _, s := range kyc.States() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", s, s.Turn())
	}
	b.WriteString("\n```mermaid\nstateDiagram-v2\n    [*] --> open\n")
	for _, t := range kyc.Transitions() {
		for _, to := range t.To {
			if to != t.From {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", t.From, to, t.Event)
			}
		}
	}
	b.WriteString("```\n\n## Every state and event\n\nWhat has no cell is refused and changes nothing.\n\n| |")
	for _, e := range kyc.EventNames() {
		fmt.Fprintf(&b, " %s |", e)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(kyc.EventNames())) + "\n")
	for _, s := range kyc.States() {
		fmt.Fprintf(&b, "| **%s** |", s)
		for _, e := range kyc.EventNames() {
			var to []string
			for _, x := range kyc.Next(s, e) {
				to = append(to, string(x))
			}
			fmt.Fprintf(&b, " %s |", strings.Join(to, ", "))
		}
		b.WriteString("\n")
	}
	b.WriteString(`
## What the events are

| event | what happened |
|---|---|
| give_consent | the applicant agrees to biometrics; what they had declined is asked again |
| decline_biometrics | the applicant does not agree to biometrics, or not any more: what is kept of their face is erased, and the case goes on without it to a human; where the policy has no such way, it ends |
| submit | the applicant sent evidence that passed its pre-check; when nothing is missing the full check starts |
| refuse | the pre-check found evidence unusable; no attempt is used |
| connected | the applicant connects from another region than before |
| send_back | the integrator says where the applicant goes back to at the end |
| checked | the full check of a round is done: a ` + "`final`" + ` finding declines, a ` + "`review`" + ` finding goes to a human, ` + "`retry`" + ` findings become a plan, and with none of these the case is approved |
| check_failed | we could not finish the check in spite of retries; a human takes over, no attempt is used |
| reviewed | a person decided |
| requalify | an approved applicant would not be approved under a newer policy: the case stays approved and carries a note |
| suspend | a person holds an approval back until it was looked at again, as after a re-verification that showed another face |
| revoke | a person takes an approval back, with reasons; the applicant can appeal |
| ask_help | the applicant asks for a human |
| appeal | the applicant contests a refusal |
| expire | the time to act has passed |
| erase | the data key is destroyed, and with it everything sealed under it |
`)
	golden(t, "docs/lifecycle.md", b.String())
}

func TestFindingsDocument(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := cat.Speak("en")
	var b strings.Builder
	b.WriteString(`# Findings

Generated from internal/kyc and internal/message by ` + "`make generate`" + `; do not edit.

Every reason that can ever be given, those of checks that are not built yet included (see architecture.md). Codes are append-only. Within an item they stand in order of effect: what comes first is to be mended first.

* **severity**: ` + "`retry`" + ` the applicant can fix it · ` + "`review`" + ` a human must look · ` + "`final`" + ` a rule · ` + "`note`" + ` told, never blocks
* **audience**: findings for the operator are never shown to the applicant
* **at once**: can be found by the pre-check, in the answer to the upload; costs no attempt
* **hidden by**: causes that explain the finding; while one of them is there, it is not shown

`)
	age, section := 18.0, ""
	for _, d := range kyc.Catalogue() {
		if family, _, _ := strings.Cut(string(d.Code), "."); family != section {
			section = family
			fmt.Fprintf(&b, "## %s\n\n", section)
		}
		f := kyc.Finding{
			Code: d.Code, Item: d.Item, Field: kyc.Surname, Threshold: &age, Service: "trade", From: time.Date(2031, 4, 5, 0, 0, 0, 0, time.UTC),
			Values: &kyc.Values{Typed: "…", Read: "…"},
		}
		w := words.Finding(f, message.Extra{Documents: []string{"passport", "id_card"}})
		fmt.Fprintf(&b, "### `%s`\n\n**%s.** %s *%s*\n\n", d.Code, strings.TrimSuffix(w.Title, "."), w.Text, w.Fix)
		fmt.Fprintf(&b, "severity `%s` · audience `%s` · at once: %s", d.Severity, d.Audience, yes(d.PreCheck))
		if len(d.DependsOn) > 0 {
			var names []string
			for _, c := range d.DependsOn {
				names = append(names, "`"+string(c)+"`")
			}
			fmt.Fprintf(&b, " · hidden by %s", strings.Join(names, ", "))
		}
		b.WriteString("\n\n")
	}
	golden(t, "docs/findings.md", strings.TrimSuffix(b.String(), "\n"))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
