package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"bonafide/api"
	"bonafide/internal/server"
)

var update = flag.Bool("update", false, "rewrite api/openapi.json")

// TestOpenAPIDocument: the committed description is the generated one.
func TestOpenAPIDocument(t *testing.T) {
	t.Parallel()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	file := filepath.Join("..", "..", "api", "openapi.json")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(have, b.Bytes()) {
		t.Errorf("%s is out of date: run make generate", file)
	}
}

// TestEveryOperation calls each operation of the description once with success,
// and every answer is held against its schema on the way.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, live, nil)
	served := l.get("/openapi.json", "").is(http.StatusOK)
	var a, b any
	own, err := server.OpenAPI()
	if err != nil || json.Unmarshal(served.body, &a) != nil || json.Unmarshal(own, &b) != nil {
		t.Fatal("the description is not served as JSON")
	}
	if x, y := at(a, "info", "title"), at(b, "info", "title"); x != y || at(a, "openapi") != "3.1.0" {
		t.Errorf("served is %v of OpenAPI %v", x, at(a, "openapi"))
	}

	into[[]api.FindingInfo](l.get("/v1/findings", l.key).is(http.StatusOK))
	c := l.inReview("a") // create-case, submit
	path := "/v1/cases/" + c.Case.ID
	if got := into[api.Case](l.get(path, l.key).is(http.StatusOK)); got.State != "in_review" || got.Turn != "reviewer" || got.Title == "" || got.Text == "" {
		t.Errorf("%+v", got)
	}
	if got := into[api.CaseList](l.get("/v1/cases?state=in_review&external_id=a", l.key).is(http.StatusOK)); len(got.Cases) != 1 || got.Cases[0].ID != c.Case.ID || got.More {
		t.Errorf("%+v", got)
	}
	l.get(path+"/submissions/"+l.submissionOf(c.Case.ID, "details")+"/content", l.key).is(http.StatusOK)
	into[api.Link](l.post(path+"/links", l.key, nil, nil).is(http.StatusCreated))
	into[api.Case](l.post(path+"/help", c.Link.Token, nil, nil).is(http.StatusOK))
	declined := into[api.Case](l.post(path+"/reviews", l.key, `{"reviewer":"rev_1","verdict":"declined","reasons":[{"code":"document.not_accepted","item":"document_front"}]}`, nil).is(http.StatusOK))
	if declined.State != "declined" || len(declined.Findings) != 1 {
		t.Errorf("%+v", declined)
	}
	if got := into[api.Case](l.post(path+"/appeals", c.Link.Token, nil, nil).is(http.StatusOK)); got.State != "in_review" {
		t.Errorf("%+v", got)
	}
	if got := into[api.Case](l.post(path+"/reviews", l.key, `{"reviewer":"rev_2","verdict":"approved"}`, nil).is(http.StatusOK)); got.State != "approved" {
		t.Errorf("%+v", got)
	}
	if a := l.send(http.MethodDelete, "/v1/applicants/"+c.Case.Applicant, l.key, nil, nil).is(http.StatusNoContent); len(a.body) != 0 {
		t.Errorf("%q", a.body)
	}
	if got := into[api.Case](l.get(path, l.key).is(http.StatusOK)); got.State != "erased" || got.ExternalID != "" || len(got.Findings) != 0 {
		t.Errorf("%+v", got)
	}
	other := l.newCase("b", "details")
	if got := into[api.Case](l.post("/v1/cases/"+other.Case.ID+"/cancel", other.Link.Token, nil, nil).is(http.StatusOK)); got.State != "expired" || len(got.Findings) != 1 || got.Findings[0].Code != "case.cancelled" || got.Title != got.Findings[0].Title {
		t.Errorf("%+v", got)
	}
	l.everyFaceOperation()
	// What needs a server of its own, with pictures, messages or channels, is called with
	// success by its own test, where answers are held against their schemas too.
	elsewhere := map[string]string{
		"begin-upload": "TestUploads", "put-chunk": "TestUploads", "get-upload": "TestUploads",
		"look": "TestUploadIsLookedAtAndSubmitted", "submit-upload": "TestUploadIsLookedAtAndSubmitted", "get-reading": "TestUploadIsLookedAtAndSubmitted",
		"ask-code": "TestRecovery", "try-code": "TestRecovery", "get-recovery": "TestRecovery", "report-theft": "TestRecovery",
		"list-recoveries": "TestRecovery", "put-contacts": "TestContactsAreForIntegrators",
		"get-support": "TestSupportCanBeProved", "open-support-link": "TestSupportCanBeProved", "get-help-request": "TestSupportCanBeProved",
	}
	for _, id := range l.doc.operations() {
		if !l.doc.called[id] && elsewhere[id] == "" {
			t.Errorf("the operation %s was never called with success", id)
		}
	}
	if n := len(l.doc.operations()); n < 11 {
		t.Errorf("%d operations are described", n)
	}
	if got := l.events(c.Case.ID); sorted(got) != "[appeal ask_help check_failed create erase reviewed reviewed submit view_evidence]" {
		t.Errorf("the record says %v", got)
	}
}
