package verify

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
)

func presenter(t *testing.T, operator bool) Presenter {
	t.Helper()
	words, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Presenter{Words: words.Speak("en"), Operator: operator, Policy: rules()}
}

// checkedCase is a case after a check with the given findings.
func checkedCase(t *testing.T, fs ...kyc.Finding) kyc.Case {
	t.Helper()
	c := kyc.NewCase("case_1", "apl_1", "test@3", "en", []kyc.Item{kyc.DocumentFront, kyc.Details, kyc.Face}, today, today.AddDate(0, 0, 2))
	for _, i := range []kyc.Item{kyc.DocumentFront, kyc.Details, kyc.Face} {
		c = applied(t, c, kyc.Submit{Submission: kyc.Submission{ID: kyc.SubmissionID("sub_" + i), Item: i, SHA256: "aa", At: today}})
	}
	return applied(t, c, kyc.Checked{Round: 1, Findings: fs, Limits: rules().Limits(), At: today})
}

func applied(t *testing.T, c kyc.Case, e kyc.Event) kyc.Case {
	t.Helper()
	next, _, err := kyc.Apply(c, e)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func presentedCodes(fs []api.Finding) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.Code)
	}
	return out
}

func itemStatus(c api.Case, i kyc.Item) string {
	for _, x := range c.Items {
		if x.Item == string(i) {
			return x.Status
		}
	}
	return "?"
}

func TestSignalsAreForTheOperator(t *testing.T) {
	t.Parallel()
	c := checkedCase(t, kyc.Finding{Code: kyc.DocMRZCheckDigit, Item: kyc.DocumentFront, Measure: "check_digit.composite"})
	operator, applicant := presenter(t, true).Case(c), presenter(t, false).Case(c)
	if got := presentedCodes(operator.Findings); !slices.Equal(got, []string{"document.mrz_check_digit"}) || itemStatus(operator, kyc.DocumentFront) != "failed" {
		t.Errorf("the operator sees %v", got)
	}
	if operator.State != "in_review" || applicant.State != "in_review" {
		t.Errorf("states %s and %s", operator.State, applicant.State)
	}
	text, err := json.Marshal(applicant)
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"check_digit", "operator", "failed"} {
		if strings.Contains(string(text), leak) {
			t.Errorf("the applicant is told %q: %s", leak, text)
		}
	}

	// What the applicant can mend is told beside it, and stays failed.
	c = checkedCase(t,
		kyc.Finding{Code: kyc.DocMRZCheckDigit, Item: kyc.DocumentFront},
		kyc.Finding{Code: kyc.FaceEyesClosed, Item: kyc.Face})
	applicant = presenter(t, false).Case(c)
	if got := presentedCodes(applicant.Findings); !slices.Equal(got, []string{"face.eyes_closed"}) || itemStatus(applicant, kyc.Face) != "failed" {
		t.Errorf("the applicant sees %v, face %s", got, itemStatus(applicant, kyc.Face))
	}
}

// TestEveryRetryHasAFix: whatever can be asked again comes with its reasons and
// as many fixes, for each code of the catalogue.
func TestEveryRetryHasAFix(t *testing.T) {
	t.Parallel()
	p := presenter(t, false)
	asked := 0
	for _, d := range kyc.Catalogue() {
		if d.Severity != kyc.Retry || d.Item == kyc.DocumentBack {
			continue
		}
		f := kyc.Finding{Code: d.Code, Item: d.Item, Values: &kyc.Values{Typed: "A", Read: "B", Differences: []kyc.Difference{{Kind: "spelling", A: "A", B: "B"}}}}
		if d.Item == kyc.Details {
			f.Field = kyc.Surname
		}
		shown := p.Case(checkedCase(t, f))
		if shown.Plan == nil || len(shown.Plan.Items) != 1 {
			t.Errorf("%s: planned %+v", d.Code, shown.Plan)
			continue
		}
		asked++
		i := shown.Plan.Items[0]
		if i.Item != string(d.Item) || i.Name == "" || !slices.Equal(i.Reasons, []string{string(d.Code)}) || len(i.Fixes) != 1 || i.Fixes[0] == "" {
			t.Errorf("%s: %+v", d.Code, i)
		}
		if d.Item == kyc.Details && !slices.Equal(i.Fields, []string{"surname"}) {
			t.Errorf("%s: fields %v", d.Code, i.Fields)
		}
		if len(shown.Plan.Carried) != 2 || shown.Plan.Carried[0].SHA256 != "aa" {
			t.Errorf("%s: carried %+v", d.Code, shown.Plan.Carried)
		}
	}
	if asked < 30 {
		t.Errorf("%d codes can be asked again", asked)
	}
}

func TestFindingIsPresentedInFull(t *testing.T) {
	t.Parallel()
	v, limit := 3.5, 10.0
	from := time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)
	got := presenter(t, false).Findings([]kyc.Finding{
		{Code: kyc.DocBlurry, Item: kyc.DocumentBack, Submission: "sub_1", Box: &kyc.Box{X: 1, Y: 2, Width: 3, Height: 4}, Measure: "sharpness", Measured: &v, Threshold: &limit, Model: "m@1"},
		{Code: kyc.DetailsName, Item: kyc.Details, Field: kyc.Surname, Values: &kyc.Values{Typed: "Kosz egi", Read: "KOSZEGI", Differences: []kyc.Difference{{Kind: "extra_space", At: 4, A: " "}}}},
		{Code: kyc.UnderAge, Item: kyc.Eligibility, From: from, Threshold: &limit},
	})
	if len(got) != 3 {
		t.Fatalf("%d findings", len(got))
	}
	b := got[0]
	if b.Item != "document_back" || b.Submission != "sub_1" || *b.Box != (api.Box{X: 1, Y: 2, Width: 3, Height: 4}) || *b.Measured != v || *b.Threshold != limit ||
		b.Model != "m@1" || b.Severity != "retry" || b.Audience != "applicant" || !b.Retryable || b.Title == "" || b.Text == "" || b.Fix == "" {
		t.Errorf("got %+v", b)
	}
	d := got[1]
	if d.Field != "surname" || d.Typed != "Kosz egi" || d.Read != "KOSZEGI" || len(d.Diffs) != 1 || d.Diffs[0].At != 4 || d.Diffs[0].Name == "" {
		t.Errorf("got %+v", d)
	}
	if u := got[2]; u.From == nil || !u.From.Equal(from) || u.Retryable || u.Severity != "final" || !strings.Contains(u.Text+u.Fix, "2 January 2030") {
		t.Errorf("got %+v", u)
	}
}

func TestCatalogueKeepsSignalsFromApplicants(t *testing.T) {
	t.Parallel()
	operator, applicant := presenter(t, true).Catalogue(), presenter(t, false).Catalogue()
	if len(operator) != len(kyc.Catalogue()) {
		t.Errorf("the operator sees %d of %d codes", len(operator), len(kyc.Catalogue()))
	}
	if len(applicant) == 0 || len(applicant) >= len(operator) {
		t.Errorf("the applicant sees %d of %d codes", len(applicant), len(operator))
	}
	for _, f := range applicant {
		if f.Audience != "applicant" {
			t.Errorf("the applicant is told that %s exists", f.Code)
		}
	}
}

func TestDocumentsAreThoseOfThePolicy(t *testing.T) {
	p := presenter(t, false)
	p.Policy.Documents.Accepted = []string{"id_card", "passport"}
	p.Policy.Documents.AcceptedByIssuer = map[string][]string{"FR": {"residence_permit", "passport"}, "DE": {}}
	c := kyc.NewCase("case_1", "apl_1", "test@3", "en", []kyc.Item{kyc.DocumentFront}, today, today.AddDate(0, 0, 2))
	want := []api.DocumentKind{
		{Kind: "passport", Name: "passport"},
		{Kind: "id_card", Name: "identity card", TwoSided: true},
		{Kind: "residence_permit", Name: "residence permit", TwoSided: true},
	}
	if got := p.Case(c).Documents; !slices.Equal(got, want) {
		t.Errorf("documents are %v, want %v", got, want)
	}
	c = kyc.NewCase("case_1", "apl_1", "test@3", "en", []kyc.Item{kyc.Face}, today, today.AddDate(0, 0, 2))
	if got := p.Case(c).Documents; got != nil {
		t.Errorf("a case without a document names %v", got)
	}
}

// TestCatalogueHasWords: what a reason says of two values is shown with places for them.
func TestCatalogueHasWords(t *testing.T) {
	t.Parallel()
	for _, f := range presenter(t, true).Catalogue() {
		if f.Title == "" || f.Text == "" {
			t.Errorf("%s: %q, %q", f.Code, f.Title, f.Text)
		}
	}
}
