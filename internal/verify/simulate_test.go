package verify

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// shipped is the policy that is shipped, with a change in its text.
func shipped(t testing.TB, pairs ...string) policy.Policy {
	t.Helper()
	text := string(policy.StandardYAML())
	for k := 0; k < len(pairs); k += 2 {
		if !strings.Contains(text, pairs[k]) {
			t.Fatalf("the shipped policy has no %q any more", pairs[k])
		}
		text = strings.Replace(text, pairs[k], pairs[k+1], 1)
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSyntheticCasesAreVaried: every decision and many reasons occur, or a
// simulation on them would show nothing.
func TestSyntheticCasesAreVaried(t *testing.T) {
	t.Parallel()
	p := shipped(t, "restricted_regions: []", "restricted_regions: [KP]")
	decisions, codes := map[kyc.State]int{}, map[kyc.Code]int{}
	var first []Past
	for x := range Synthetic(2000, 7, p.Items, today) {
		e, err := Rejudge(p, x)
		if err != nil {
			t.Fatal(err)
		}
		decisions[e.Decision]++
		for _, c := range e.Codes {
			codes[c]++
		}
		first = append(first, x)
	}
	for s, least := range map[kyc.State]int{kyc.Approved: 600, kyc.ActionRequired: 200, kyc.Declined: 50, kyc.InReview: 5} {
		if decisions[s] < least {
			t.Errorf("%d of 2000 end %s, want %d at least: %v", decisions[s], s, least, decisions)
		}
	}
	if len(codes) < 18 || codes[kyc.OurFault] > 0 {
		t.Errorf("%d codes occur: %v", len(codes), codes)
	}
	k := 0
	for x := range Synthetic(50, 7, p.Items, today) {
		if !reflect.DeepEqual(first[k].Evidence, x.Evidence) {
			t.Fatalf("case %d is another one with the same seed", k)
		}
		k++
	}
}

// used is the processor time that this process has had. What else the machine
// does at the moment says nothing about us.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestSimulateIsFast: 10,000 synthetic cases take under 5 s of one processor. Under
// the race detector, which is many times slower, it only has to work.
func TestSimulateIsFast(t *testing.T) {
	old := shipped(t)
	young := shipped(t, "minimum_age: 18", "minimum_age: 25", "match: 0.56", "match: 0.60")
	began := used(t)
	changed, n := 0, 0
	for x, err := range CompareAll(old, young, Synthetic(10_000, 1, old.Items, today), runtime.NumCPU()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := kyc.CaseID(fmt.Sprintf("synthetic_%d", n)); x.Shift.Case != want {
			t.Fatalf("%s comes where %s was asked for", x.Shift.Case, want)
		}
		if x.Changed {
			changed++
		}
		n++
	}
	took := used(t) - began
	t.Logf("%d cases in %s of a processor, %d changed", n, took.Round(time.Millisecond), changed)
	if changed < 100 || changed > 5000 {
		t.Errorf("%d of %d changed", changed, n)
	}
	if !raceDetector && took > 5*time.Second {
		t.Errorf("took %s, want under 5 s", took)
	}
}

// TestSimulateOverStoredCases: what is stored is enough to derive every decision
// again, and what a new policy changes is found without anything personal.
func TestSimulateOverStoredCases(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	young := func() *Side {
		s := goodSide()
		s.Fields[kyc.BirthDate] = mrzValue("2005-05-17")
		return s
	}
	adult := l.check(l.sent(rightDetails, goodSide(), goodPortrait(0.1)).ID)
	twenty := l.check(l.sent(strings.Replace(rightDetails, "1990", "2005", 1), young(), goodPortrait(0.1)).ID)
	typo := l.check(l.sent(typoDetails, goodSide(), goodPortrait(0.1)).ID)
	glance := goodSide()
	glance.Full = false
	waits := l.sent(rightDetails, glance, goodPortrait(0.1))
	untouched := l.open(kyc.Details)
	l.pass(400 * 24 * time.Hour) // time alone changes nothing

	after := rules()
	after.Version, after.Eligibility.MinimumAge = 4, 25
	unmeasured := 0
	got := map[kyc.CaseID]string{}
	for x, err := range l.History(t.Context(), kyc.States(), &unmeasured) {
		if err != nil {
			t.Fatal(err)
		}
		same, err := Rejudge(rules(), x)
		if err != nil {
			t.Fatal(err)
		}
		if same.Decision != x.Case.State {
			t.Errorf("%s is %s and is derived again as %s for %v", x.Case.ID, x.Case.State, same.Decision, same.Codes)
		}
		s, changed, err := Compare(rules(), after, x)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"KOSZEGI", "Kősz", "X73007509", "2005", "1990", "account 1"} {
			if strings.Contains(string(text), personal) {
				t.Errorf("the line says %q: %s", personal, text)
			}
		}
		got[x.Case.ID] = string(s.Old.Decision)
		if changed {
			got[x.Case.ID] += " to " + string(s.New.Decision)
		}
	}
	want := map[kyc.CaseID]string{adult.ID: "approved", twenty.ID: "approved to declined", typo.ID: "action_required"}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	if len(got) != len(want) || unmeasured != 1 {
		t.Errorf("went through %v, %d unmeasured; %s was never sent, %s waits", got, unmeasured, untouched.ID, waits.ID)
	}
}

// TestANewPolicyIsToldAndCutsNobodyOff follows an approved case whose applicant
// is too young for the next version.
func TestANewPolicyIsToldAndCutsNobodyOff(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	s := goodSide()
	s.Fields[kyc.BirthDate] = mrzValue("2005-05-17")
	c := l.check(l.sent(strings.Replace(rightDetails, "1990", "2005", 1), s, goodPortrait(0.1)).ID)
	adult := l.check(l.sent(rightDetails, goodSide(), goodPortrait(0.1)).ID)
	l.wants(c, kyc.Approved)
	after := rules()
	after.Version, after.Eligibility.MinimumAge = 4, 25
	after.EffectiveFrom = policy.Day{Time: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)}
	n := 0
	for range 2 { // noted twice is noted once
		var unmeasured int
		var found []Affected
		for x, err := range CompareAll(rules(), after, l.History(t.Context(), []kyc.State{kyc.Approved}, &unmeasured), 2) {
			if err != nil {
				t.Fatal(err)
			}
			if a, loses := Loses(after, x, l.now()); loses {
				found = append(found, a)
			}
		}
		if len(found) != 1 || found[0].Case != c.ID || !found[0].From.Equal(after.EffectiveFrom.Time) {
			t.Fatalf("found %+v", found)
		}
		if err := l.Requalify(t.Context(), after, found[0]); err != nil {
			t.Fatal(err)
		}
		n++
	}
	c = l.read(c.ID)
	l.wants(c, kyc.Approved, "eligibility.policy_changed@eligibility")
	shown := presenter(t, false).Case(c)
	if len(shown.Findings) != 1 || !strings.Contains(shown.Findings[0].Text, "2027") || !strings.Contains(shown.Findings[0].Text, "nothing changes") {
		t.Errorf("the applicant reads %+v", shown.Findings)
	}
	if ev := l.events(c.ID); slices.Index(ev, "requalify") < 0 {
		t.Errorf("the record says %v", ev)
	}
	if got := l.read(adult.ID); len(got.Findings) != 0 {
		t.Errorf("the other case has %v", told(got.Findings))
	}
}

func BenchmarkSimulate(b *testing.B) {
	old := shipped(b)
	after := shipped(b, "minimum_age: 18", "minimum_age: 21")
	var cases []Past
	for x := range Synthetic(1000, 1, old.Items, today) {
		cases = append(cases, x)
	}
	for k := 0; b.Loop(); k++ {
		if _, _, err := Compare(old, after, cases[k%len(cases)]); err != nil {
			b.Fatal(err)
		}
	}
}
