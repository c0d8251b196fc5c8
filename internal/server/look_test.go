package server_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/audit"
	"bonafide/internal/blob"
	"bonafide/internal/kyc"
	"bonafide/internal/seal"
	"bonafide/internal/server"
)

// allDetails are as many as any policy asks for.
const allDetails = `{"surname":"Kőszegi","given_names":"Anna","birth_date":"1990-05-17","document_number":"X73007509","expiry_date":"2031-01-31","nationality":"HUN","residence":"HU"}`

// submissionOf is the submission that stands for an item.
func (l *lab) submissionOf(id string, item kyc.Item) string {
	l.Helper()
	c, err := l.service.Case(l.Context(), kyc.CaseID(id))
	if err != nil {
		l.Fatal(err)
	}
	st, _ := c.Item(item)
	if st.Current == nil {
		l.Fatalf("nothing was sent for %s", item)
	}
	return string(st.Current.ID)
}

func ids(list api.CaseList) []string {
	out := []string{}
	for _, c := range list.Cases {
		out = append(out, c.ID)
	}
	return out
}

func TestCasesAreListed(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	const mail = "anna+x@example.org"
	var all []string
	for k := range 4 {
		all = append(all, l.newCase(fmt.Sprintf("account %d", k), "details").Case.ID)
		l.pass(time.Second)
	}
	annas := []string{l.newCase(mail, "details").Case.ID}
	l.pass(time.Second)
	annas = append(annas, l.newCase(mail, "details").Case.ID)
	review := []string{all[1], all[3]}
	for _, id := range append(review, annas[1]) { // a person is asked
		l.post("/v1/cases/"+id+"/help", l.key, nil, nil).is(http.StatusOK)
	}
	gone := l.newCase("gone@example.org", "details")
	l.send(http.MethodDelete, "/v1/applicants/"+gone.Case.Applicant, l.key, nil, nil).is(http.StatusNoContent)

	for query, want := range map[string]struct {
		ids  []string
		more bool
	}{
		"?state=in_review":                                       {[]string{all[1], all[3], annas[1]}, false},
		"?state=in_review&limit=2":                               {[]string{all[1], all[3]}, true},
		"?state=in_review&limit=3":                               {[]string{all[1], all[3], annas[1]}, false},
		"?state=open":                                            {[]string{all[0], all[2], annas[0]}, false},
		"?state=open&state=in_review&limit=1":                    {[]string{all[0]}, true},
		"?state=approved":                                        {[]string{}, false},
		"?state=erased":                                          {[]string{gone.Case.ID}, false},
		"?external_id=" + url.QueryEscape(mail):                  {annas, false},
		"?limit=1&external_id=" + url.QueryEscape(mail):          {annas[:1], true},
		"?state=in_review&external_id=" + url.QueryEscape(mail):  {annas[1:], false},
		"?external_id=" + url.QueryEscape(strings.ToUpper(mail)): {[]string{}, false},
		"?external_id=nobody":                                    {[]string{}, false},
		"?external_id=gone@example.org":                          {[]string{}, false},
		"":                                                       {[]string{all[0], all[1], all[2], all[3], annas[0], annas[1], gone.Case.ID}, false},
		"?limit=3&after=" + all[1]:                               {[]string{all[2], all[3], annas[0]}, true},
		"?state=in_review&limit=2&after=" + all[2]:               {[]string{all[3], annas[1]}, false},
		"?limit=1&external_id=" + url.QueryEscape(mail) + "&after=" + annas[0]: {annas[1:], false},
	} {
		got := into[api.CaseList](l.get("/v1/cases"+query, l.key).is(http.StatusOK))
		if next := got.Next; (next != "") != got.More || got.More && next != want.ids[len(want.ids)-1] {
			t.Errorf("%s: the next page is behind %q", query, next)
		}
		if !slices.Equal(ids(got), want.ids) || got.More != want.more {
			t.Errorf("%s: %v, more %v; want %v", query, ids(got), got.More, want)
		}
	}
	got := into[api.CaseList](l.get("/v1/cases?external_id="+url.QueryEscape(mail), l.key).is(http.StatusOK))
	if c := got.Cases[0]; c.ExternalID != mail || c.State != "open" || c.Applicant == "" || len(c.Items) != 4 {
		t.Errorf("listed is %+v", c)
	}

	for _, query := range []string{"?limit=0", "?limit=101", "?limit=x", "?state=rubbish", "?external_id=" + strings.Repeat("x", 201)} {
		l.get("/v1/cases"+query, l.key).problem(http.StatusUnprocessableEntity, "invalid")
	}
	l.get("/v1/cases?after=case_that_is_not", l.key).problem(http.StatusNotFound, "not_found")
	token := into[api.Link](l.post("/v1/cases/"+annas[0]+"/links", l.key, nil, nil).is(http.StatusCreated)).Token
	for _, query := range []string{"", "?state=open", "?external_id=" + url.QueryEscape(mail)} {
		l.get("/v1/cases"+query, token).problem(http.StatusForbidden, "not_yours")
		l.get("/v1/cases"+query, "").problem(http.StatusUnauthorized, "not_signed_in")
	}
	if strings.Contains(l.logged(), "anna") {
		t.Error("the log tells whom somebody looked for")
	}
}

// views returns who looked at what, by the verified audit chain.
func (l *lab) views(id string) []string {
	l.Helper()
	if _, err := audit.Verify(audit.Records(l.Context(), l.db)); err != nil {
		l.Fatal(err)
	}
	var out []string
	for r, err := range audit.Records(l.Context(), l.db) {
		if err != nil {
			l.Fatal(err)
		}
		if d, err := audit.Decode(r.Data); err == nil && string(d.Case) == id && d.Event == "view_evidence" {
			out = append(out, fmt.Sprintf("%s by %s, %s to %s", d.Item, d.Actor, d.From, d.To))
		}
	}
	return out
}

func TestEvidenceIsSeenAndTheLookIsRecorded(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c, other := l.newCase("a", "details"), l.newCase("b", "details")
	path := "/v1/cases/" + c.Case.ID
	l.post(path+"/submissions/details", c.Link.Token, allDetails, nil).is(http.StatusOK)
	sub := l.submissionOf(c.Case.ID, kyc.Details)
	content := path + "/submissions/" + sub + "/content"

	// Nobody else sees it, and a look that was refused is no look.
	l.get(content, "").problem(http.StatusUnauthorized, "not_signed_in")
	l.get(content, c.Link.Token).problem(http.StatusForbidden, "not_yours")
	l.get(content, other.Link.Token).problem(http.StatusForbidden, "not_yours")
	for name, p := range map[string]string{
		"a submission that is not": path + "/submissions/sub_none/content",
		"another case":             "/v1/cases/" + other.Case.ID + "/submissions/" + sub + "/content",
		"a case that is not":       "/v1/cases/case_none/submissions/" + sub + "/content",
	} {
		if p := l.get(p, l.key).problem(http.StatusNotFound, "not_found"); strings.Contains(p.Detail, "sub_") {
			t.Errorf("%s: %q", name, p.Detail)
		}
	}
	if got := append(l.views(c.Case.ID), l.views(other.Case.ID)...); len(got) != 0 {
		t.Fatalf("recorded before anything was seen: %v", got)
	}

	a := l.get(content, l.key).is(http.StatusOK)
	var want, got map[string]string
	if json.Unmarshal([]byte(allDetails), &want) != nil || json.Unmarshal(a.body, &got) != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("seen is %s", a.body)
	}
	for k, want := range map[string]string{
		"Content-Type": "application/json", "Content-Disposition": `attachment; filename="` + sub + `.json"`,
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if a.header.Get(k) != want {
			t.Errorf("%s is %q", k, a.header.Get(k))
		}
	}
	second, err := server.CreateAPIKey(t.Context(), l.db, rand.Reader, newID, "reviewers", l.now())
	if err != nil {
		t.Fatal(err)
	}
	l.get(content, second).is(http.StatusOK)
	views := l.views(c.Case.ID)
	if len(views) != 2 || !strings.HasPrefix(views[0], "details by "+l.keyID+", ") || !strings.HasPrefix(views[1], "details by key_") || views[0] == views[1] {
		t.Errorf("recorded is %v", views)
	}

	l.send(http.MethodDelete, "/v1/applicants/"+c.Case.Applicant, l.key, nil, nil).is(http.StatusNoContent)
	l.get(content, l.key).problem(http.StatusNotFound, "not_found")
	if got := l.views(c.Case.ID); len(got) != 2 {
		t.Errorf("a look at what was erased is recorded: %v", got)
	}
	if strings.Contains(l.logged(), "szegi") || strings.Contains(l.logged(), sub) {
		t.Error("the log tells what was looked at")
	}
}

// TestPicturesGoOutAsWhatTheyAre: whatever is in a file, it is given out as one
// of the types we know, or as bytes; never as what a browser would run.
func TestPicturesGoOutAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "document_front", "details")
	for name, x := range map[string]struct{ bytes, kind, suffix string }{
		"a JPEG":    {"\xff\xd8\xff\xe0\x00\x10JFIF and more", "image/jpeg", ".jpeg"},
		"a PNG":     {"\x89PNG\r\n\x1a\n and more", "image/png", ".png"},
		"a WebP":    {"RIFF\x10\x00\x00\x00WEBPVP8 and more", "image/webp", ".webp"},
		"a HEIC":    {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic", ".heic"},
		"a GIF":     {"GIF89a and more", "application/octet-stream", ".bin"},
		"a page":    {"<!DOCTYPE html><script>alert(1)</script>", "application/octet-stream", ".bin"},
		"a drawing": {"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/octet-stream", ".bin"},
		"nothing":   {"", "application/octet-stream", ".bin"},
	} {
		sub := l.keep(c, kyc.DocumentFront, []byte(x.bytes))
		a := l.get("/v1/cases/"+c.Case.ID+"/submissions/"+sub+"/content", l.key).is(http.StatusOK)
		if !bytes.Equal(a.body, []byte(x.bytes)) || a.header.Get("Content-Type") != x.kind || a.header.Get("Content-Disposition") != `attachment; filename="`+sub+x.suffix+`"` {
			t.Errorf("%s: %d bytes as %q, %q", name, len(a.body), a.header.Get("Content-Type"), a.header.Get("Content-Disposition"))
		}
	}
}

// keep puts evidence where the service keeps it, past the pre-check.
func (l *lab) keep(c api.CreatedCase, item kyc.Item, content []byte) string {
	l.Helper()
	must := func(err error) {
		l.Helper()
		if err != nil {
			l.Fatal(err)
		}
	}
	applicant, sub := kyc.ApplicantID(c.Case.Applicant), kyc.SubmissionID(newID("sub"))
	var key []byte
	must(l.db.Read(l.Context(), func(tx kyc.Tx) error {
		var err error
		key, err = tx.DataKey(l.Context(), applicant)
		return err
	}))
	sealed, err := l.config.Sealer.Seal(applicant, key, seal.Context{Purpose: "evidence", ID: string(sub)}, content)
	must(err)
	blobs, err := blob.Open(l.folder + "/evidence")
	must(err)
	defer blobs.Close()
	name, err := blob.NewKey(rand.Reader)
	must(err)
	must(blobs.Put(l.Context(), name, sealed))
	must(l.db.Write(l.Context(), func(tx kyc.Tx) error {
		return tx.AddSubmission(l.Context(), kyc.SubmissionRecord{
			ID: sub, Case: kyc.CaseID(c.Case.ID), Applicant: applicant, Item: item, BlobKey: name, Bytes: int64(len(content)), CreatedAt: l.now(), Sealed: []byte("x"),
		})
	}))
	return string(sub)
}

// TestReviewersAreIDs: the audit log is kept for good, so nobody's name or
// address may get there.
func TestReviewersAreIDs(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	path := "/v1/cases/" + c.Case.ID
	l.post(path+"/help", l.key, nil, nil).is(http.StatusOK)
	review := func(by string) answer {
		b, err := json.Marshal(api.Review{Reviewer: by, Verdict: "approved"})
		if err != nil {
			t.Fatal(err)
		}
		return l.post(path+"/reviews", l.key, string(b), nil)
	}
	for _, by := range []string{"", "Anna Kőszegi", "anna@example.org", "Kőszegi", "a b", "a\n", "a/b", strings.Repeat("r", 65)} {
		a := review(by)
		a.problem(http.StatusUnprocessableEntity, "invalid")
		if by != "" && bytes.Contains(a.body, []byte(by)) {
			t.Errorf("the problem repeats %q", by)
		}
	}
	review("Rev_1.b-2" + strings.Repeat("r", 55)).is(http.StatusOK)
}

// TestTheLogNamesRoutes: which operation was called can be read in the debug
// log, for whom and about what cannot.
func TestTheLogNamesRoutes(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c := l.newCase("a", "details")
	l.get("/v1/cases/"+c.Case.ID+"?x=CANARY", c.Link.Token).is(http.StatusOK)
	l.get("/v1/cases/"+c.Case.ID, "").is(http.StatusUnauthorized)
	l.post("/v1/cases/"+c.Case.ID+"/submissions/details", c.Link.Token, allDetails, nil).is(http.StatusOK)
	l.get("/v1/CANARY", l.key).is(http.StatusNotFound)
	l.get("/healthz", "").is(http.StatusOK)
	for _, want := range []string{
		"method=POST route=/v1/cases status=201",
		"method=GET route=/v1/cases/{case} status=200",
		"method=GET route=/v1/cases/{case} status=401",
		"method=POST route=/v1/cases/{case}/submissions/{item} status=200",
		"method=GET route=/v1/ status=404",
		"method=GET route=/healthz status=200",
	} {
		if !strings.Contains(l.logged(), want) {
			t.Errorf("the log lacks %q:\n%s", want, l.logged())
		}
	}
	for _, leak := range []string{c.Case.ID, "CANARY"} {
		if strings.Contains(l.logged(), leak) {
			t.Errorf("the log tells %s", leak)
		}
	}
}
