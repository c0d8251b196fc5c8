package verify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
)

func caseIDs(cs []kyc.Case) []kyc.CaseID {
	out := []kyc.CaseID{}
	for _, c := range cs {
		out = append(out, c.ID)
	}
	return out
}

func TestCasesInStates(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	var all []kyc.CaseID
	for range 3 {
		all = append(all, l.open(kyc.Details).ID)
		l.pass(time.Minute)
	}
	if _, err := l.AskHelp(t.Context(), all[1], kyc.HelpFrom{}); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		states []kyc.State
		limit  int
		want   []kyc.CaseID
	}{
		"open":            {[]kyc.State{kyc.Open}, 10, []kyc.CaseID{all[0], all[2]}},
		"in review":       {[]kyc.State{kyc.InReview}, 10, []kyc.CaseID{all[1]}},
		"both":            {[]kyc.State{kyc.InReview, kyc.Open}, 10, all},
		"both, the first": {[]kyc.State{kyc.InReview, kyc.Open}, 2, all[:2]},
		"approved":        {[]kyc.State{kyc.Approved}, 10, []kyc.CaseID{}},
		"no state":        {nil, 10, []kyc.CaseID{}},
	} {
		got, err := l.CasesIn(t.Context(), x.states, "", x.limit)
		if err != nil || !slices.Equal(caseIDs(got), x.want) {
			t.Errorf("%s: %v, %v; want %v", name, caseIDs(got), err, x.want)
		}
	}
	got, err := l.CasesOfAccount(t.Context(), "account 1")
	if err != nil || !slices.Equal(caseIDs(got), all) || got[1].State != kyc.InReview {
		t.Errorf("of the account: %v, %v", caseIDs(got), err)
	}
	if err := l.Erase(t.Context(), got[0].Applicant); err != nil {
		t.Fatal(err)
	}
	if got, err := l.CasesOfAccount(t.Context(), "account 1"); err != nil || len(got) != 0 {
		t.Errorf("of an erased account: %v, %v", caseIDs(got), err)
	}
	if got, err := l.CasesIn(t.Context(), []kyc.State{kyc.Erased}, "", 10); err != nil || len(got) != 3 || len(got[0].Items) != 0 {
		t.Errorf("erased: %v, %v", got, err)
	}
}

func TestEvidenceIsOpenedOnRecord(t *testing.T) {
	t.Parallel()
	l := newLab(t, rules(), nil)
	c, other := l.open(kyc.DocumentFront), l.open(kyc.DocumentFront)
	l.front(c.ID, goodSide())
	state := l.read(c.ID)
	st, _ := state.Item(kyc.DocumentFront)
	sub := st.Current.ID
	looks := func() []string {
		t.Helper()
		var out []string
		for r, err := range audit.Records(t.Context(), l.db) {
			if err != nil {
				t.Fatal(err)
			}
			if d, err := audit.Decode(r.Data); err == nil && d.Event == ViewEvidence {
				out = append(out, string(d.Case)+" "+string(d.Item)+" "+d.Actor)
			}
		}
		return out
	}
	_, _, err := l.Evidence(t.Context(), other.ID, sub, "key_1")
	l.refused(err, kyc.NotFound)
	_, _, err = l.Evidence(t.Context(), c.ID, "sub_none", "key_1")
	l.refused(err, kyc.NotFound)
	if got := looks(); len(got) != 0 {
		t.Fatalf("recorded %v", got)
	}
	content, item, err := l.Evidence(t.Context(), c.ID, sub, "key_1")
	if err != nil || item != kyc.DocumentFront || !strings.HasPrefix(string(content), "a picture, ") {
		t.Fatalf("%q of %s, %v", content, item, err)
	}
	if got := looks(); !slices.Equal(got, []string{string(c.ID) + " document_front key_1"}) {
		t.Errorf("recorded %v", got)
	}
	if now := l.read(c.ID); now.State != state.State || !now.UpdatedAt.Equal(state.UpdatedAt) {
		t.Error("a look changes the case")
	}
	if got := l.events(c.ID); got[len(got)-1] != ViewEvidence { // verifies the chain, too
		t.Errorf("the record says %v", got)
	}
	if err := l.Erase(t.Context(), c.Applicant); err != nil {
		t.Fatal(err)
	}
	_, _, err = l.Evidence(t.Context(), c.ID, sub, "key_1")
	l.refused(err, kyc.NotFound)
	if got := looks(); len(got) != 1 {
		t.Errorf("recorded %v", got)
	}
}
