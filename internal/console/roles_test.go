package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/kyc"
)

// TestEveryRoleAndAction calls every address as every role: what the table of
// permits gives is served, all else is refused, and the refusal says who may.
func TestEveryRoleAndAction(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	stranger := l.browser()
	c := &console{Config: l.config}
	covered := map[kyc.Permit]bool{}
	for _, role := range kyc.Roles() {
		b := l.worker("Someone", role)
		for _, r := range c.routes() {
			if r.open || strings.HasSuffix(r.pattern, "/sign-out") {
				continue
			}
			covered[r.needs] = true
			method, path, _ := strings.Cut(r.pattern, " ")
			path = strings.NewReplacer(Path+"api/", "", "{case}", "case_none", "{submission}", "sub_none", "{challenge}", "chl_none", "{other}", "case_other", "{at}", "0", "{operator}", "opr_none").Replace(path)
			got := b.send(method, path, map[string]string{}, nil)
			if role.May(r.needs) {
				if got.status == http.StatusForbidden || got.status == http.StatusUnauthorized || got.status >= 500 {
					t.Errorf("%s may %s, and %s answers %d: %s", role, r.needs, got.what, got.status, got.body)
				}
				continue
			}
			detail := got.refused(http.StatusForbidden, "forbidden")
			for _, other := range kyc.Roles() {
				if _, list, _ := strings.Cut(detail, "may:"); strings.Contains(list, string(other)) != other.May(r.needs) {
					t.Errorf("%s as %s: who may is %q", got.what, role, detail)
				}
			}
			stranger.send(method, path, map[string]string{}, nil).refused(http.StatusUnauthorized, "not_signed_in")
		}
	}
	for _, p := range kyc.Permits() {
		if !covered[p] && p != kyc.DecideEscalated { // enforced in the transaction; see TestHandedUpAndGiven
			t.Errorf("nothing in the console needs %s", p)
		}
	}
}

// TestTheTableOfPermits spells the table out, so that a change is a decision.
func TestTheTableOfPermits(t *testing.T) {
	t.Parallel()
	want := map[kyc.Role]string{
		kyc.Reviewer:      "see_queue see_case take_case decide write_note escalate",
		kyc.Senior:        "see_queue see_case take_case decide decide_escalated confirm withdraw write_note escalate assign see_figures export_figures",
		kyc.Compliance:    "see_queue see_case take_case decide decide_escalated confirm withdraw write_note escalate assign see_figures export_figures verify_audit",
		kyc.Auditor:       "see_queue see_case see_figures export_figures verify_audit",
		kyc.Administrator: "see_figures manage_operators",
	}
	for _, r := range kyc.Roles() {
		var may []string
		for _, p := range kyc.Permits() {
			if r.May(p) {
				may = append(may, string(p))
			}
		}
		if got := strings.Join(may, " "); got != want[r] {
			t.Errorf("%s may %s", r, got)
		}
	}
	if kyc.Role("owner").May(kyc.SeeQueue) || len(kyc.PermitsOf("")) > 0 {
		t.Error("a role that does not exist may something")
	}
	for _, writes := range []kyc.Permit{kyc.TakeCase, kyc.Decide, kyc.Confirm, kyc.Withdraw, kyc.WriteNote, kyc.Escalate, kyc.Assign, kyc.ManageOperators} {
		if slices.Contains(kyc.PermitsOf(kyc.Auditor), writes) {
			t.Errorf("an auditor may %s", writes)
		}
	}
}
