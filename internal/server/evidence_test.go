package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/server"
)

// readings says of each reading operation of the API what it gives out that is no
// evidence. "" gives out evidence, and each look at that is recorded.
func readings() map[string]string {
	return map[string]string{
		"view-evidence": "", "view-frame": "",
		"get-reading":          "nothing before a photo was looked at; see TestALookAtTheReadingIsRecorded",
		"list-reverifications": "states", "list-cases": "states", "get-case": "states and findings",
		"get-challenge": "what is asked, and what has arrived", "get-help-request": "codes and facts of a device",
		"get-recovery": "states", "list-recoveries": "ids", "get-support": "the operator's own addresses", "open-support-link": "codes and facts of a device",
		"get-upload": "how much has arrived", "list-findings": "the catalogue",
	}
}

// TestEveryReadingIsRecordedOrHoldsNoEvidence: a new reading operation fails it until
// somebody has said what it gives out; one that gives out evidence is tried below.
func TestEveryReadingIsRecordedOrHoldsNoEvidence(t *testing.T) {
	t.Parallel()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	known, seen := readings(), []string{}
	l := newLabUnder(t, nil, func(p *policy.Policy) { p.Items, p.Face.Capture = []kyc.Item{kyc.Details, kyc.Face}, policy.Live }, nil)
	c := l.newCase("a", "details", "face")
	id := kyc.CaseID(c.Case.ID)
	l.post("/v1/cases/"+c.Case.ID+"/submissions/details", c.Link.Token, allDetails, nil).is(http.StatusOK)
	d, err := l.service.DrawChallenge(t.Context(), id, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.service.PutFrame(t.Context(), id, d.ID, 100, still(t, 1)); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		op, ok := methods["get"]
		if !ok {
			continue
		}
		seen = append(seen, op.OperationID)
		why, ok := known[op.OperationID]
		if !ok {
			t.Errorf("%s: say in readings what it gives out; a look at evidence must be recorded", op.OperationID)
		}
		if !ok || why != "" {
			continue
		}
		before := len(l.views(c.Case.ID))
		l.get(strings.NewReplacer("{case}", c.Case.ID, "{submission}", l.submissionOf(c.Case.ID, kyc.Details), "{challenge}", string(d.ID), "{ms}", "100").Replace(path), l.key).is(http.StatusOK)
		if views := l.views(c.Case.ID); len(views) != before+1 || !strings.Contains(views[before], "by "+l.keyID) {
			t.Errorf("%s: recorded is %v", op.OperationID, views)
		}
	}
	for name := range known {
		if !slices.Contains(seen, name) {
			t.Errorf("%s is no reading operation any more: %s", name, fmt.Sprint(seen))
		}
	}
}
