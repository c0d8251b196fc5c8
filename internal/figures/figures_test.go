package figures_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"bonafide/internal/figures"
	"bonafide/internal/kyc"
)

var start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// steps are written as "hours event from to country code,code".
func steps(t *testing.T, id kyc.CaseID, lines ...string) (out []kyc.OutcomeRecord) {
	t.Helper()
	for _, l := range lines {
		w := strings.Fields(l + " - -")
		var h int
		if _, err := fmt.Sscan(w[0], &h); err != nil {
			t.Fatal(err)
		}
		s := kyc.OutcomeRecord{Case: id, At: start.Add(time.Duration(h) * time.Hour), Event: w[1], From: kyc.State(w[2]), To: kyc.State(w[3])}
		if w[4] != "-" {
			s.Country = w[4]
		}
		if w[5] != "-" {
			for c := range strings.SplitSeq(w[5], ",") {
				s.Codes = append(s.Codes, kyc.Code(c))
			}
		}
		out = append(out, s)
	}
	return out
}

func TestCompute(t *testing.T) {
	t.Parallel()
	var all []kyc.OutcomeRecord
	add := func(id kyc.CaseID, lines ...string) { all = append(all, steps(t, id, lines...)...) }
	add("at once", "0 create - open", "1 checked processing approved UTO document.tilted")
	add("at the second try", "0 create - open", "1 checked processing action_required UTO document.blurry,document.dark", "3 checked processing approved UTO")
	add("a person says yes", "0 create - open", "1 checked processing in_review XYZ document.edited", "5 reviewed in_review approved XYZ")
	add("two say no, then yes", "0 create - open", "1 checked processing in_review XYZ uniqueness.document_in_use", "2 object in_review declined XYZ",
		"9 confirm in_review declined XYZ", "9 reviewed in_review declined XYZ", "20 appeal declined in_review XYZ", "30 reviewed in_review approved XYZ")
	add("a rule says no", "24 create - open", "25 checked processing declined - eligibility.under_age")
	add("looked at again", "24 create - open", "25 checked processing approved UTO", "26 sample_differ approved declined UTO", "26 suspend approved in_review UTO", "27 reviewed in_review approved UTO")
	add("looked at again, well", "24 create - open", "25 checked processing approved UTO", "26 sample_agree approved approved UTO")
	add("before", "-9 create - open", "-5 checked processing action_required UTO document.glare", "2 checked processing approved UTO")
	f := figures.Compute(all, map[kyc.State]int{kyc.Approved: 7, kyc.Declined: 1}, start, start.Add(48*time.Hour))

	eq := func(what string, got, want any) {
		t.Helper()
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
			t.Errorf("%s: %s, want %s", what, g, w)
		}
	}
	part := func(s figures.Share) string { return fmt.Sprintf("%d/%d", s.N, s.Of) }
	eq("states", f.States[4:6], "[{approved 7} {declined 1}]")
	eq("opened", f.Opened, 7)
	eq("first try", part(f.FirstTry), "3/7") // the one from before had its first check before
	eq("attempts", f.Attempts, "[{1 4} {2 2}]")
	eq("decisions", f.Decision, "{8 3600 39600}")
	eq("reviews", f.Review, "{4 14400 36000}")
	eq("reasons", f.Reasons, "[{document.blurry 1} {document.dark 1} {document.edited 1} {eligibility.under_age 1} {uniqueness.document_in_use 1}]")
	eq("by country", f.ByCountry, "[{UTO 6 5 [{document.blurry 1} {document.dark 1}]} {XYZ 2 0 [{document.edited 1} {uniqueness.document_in_use 1}]} { 1 0 [{eligibility.under_age 1}]}]")
	eq("days", len(f.ByDay), 2)
	eq("refused", part(f.Refused), "1/2")
	eq("overturned", part(f.Overturned), "1/2")
	eq("overturned by", f.OverturnedBy, "[{document.edited 1}]")
	eq("agreement", part(f.Agreement), "1/2")
	eq("blind", part(f.Blind), "1/2")
	eq("duplicates", f.Duplicates, 1)
	// Wilson's interval of 1 in 2 (Newcombe 1998).
	if math.Abs(f.Blind.Low-0.0945) > 1e-3 || math.Abs(f.Blind.High-0.9055) > 1e-3 {
		t.Errorf("interval %v", f.Blind)
	}
	empty := figures.Compute(nil, nil, start, start)
	if empty.FirstTry.Low != 0 || empty.FirstTry.High != 1 || empty.Reasons == nil {
		t.Errorf("of nothing: %+v", empty)
	}

	var b bytes.Buffer
	if err := figures.WriteCSV(&b, f); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, r := range rows {
		switch strings.Join(r[:5], " ") {
		case "approved_at_first_try   3 7", "by_country UTO document.dark 1 6", "cases_by_state  approved 7 ", "duplicates   1 ":
			found++
		}
	}
	if found != 4 || len(rows[0]) != 7 {
		t.Errorf("%d of 4 rows are as they should be in %v", found, rows)
	}
}
