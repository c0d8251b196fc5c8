package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// begin begins an upload for the applicant of a case.
func (l *lab) begin(c api.CreatedCase, item string, size int) (path string, u api.Upload) {
	l.Helper()
	base := "/v1/cases/" + c.Case.ID + "/uploads"
	u = into[api.Upload](l.post(base, c.Link.Token, fmt.Sprintf(`{"item":%q,"bytes":%d}`, item, size), nil).is(http.StatusCreated))
	return base + "/" + u.Upload, u
}

func TestUploads(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	c, other := l.newCase("a", "document_front", "details"), l.newCase("b", "document_front", "details")
	path, u := l.begin(c, "document_front", 100)
	if u.Arrived != 0 || u.Bytes != 100 || u.Item != "document_front" {
		t.Errorf("the upload is %+v", u)
	}
	if u := into[api.Upload](l.put(path+"/chunks/0", c.Link.Token, []byte(strings.Repeat("x", 60))).is(http.StatusOK)); u.Arrived != 60 {
		t.Errorf("%d bytes arrived", u.Arrived)
	}
	if u := into[api.Upload](l.get(path, c.Link.Token).is(http.StatusOK)); u.Arrived != 60 {
		t.Errorf("%d bytes are told", u.Arrived)
	}
	l.put(path+"/chunks/70", c.Link.Token, []byte("x")).problem(http.StatusConflict, "wrong_offset")
	l.put(path+"/chunks/60", c.Link.Token, []byte(strings.Repeat("x", 41))).problem(http.StatusConflict, "wrong_offset")
	l.put(path+"/chunks/60", c.Link.Token, make([]byte, 1<<20+1)).problem(http.StatusRequestEntityTooLarge, "too_large")
	l.post(path+"/look", c.Link.Token, nil, nil).problem(http.StatusConflict, "incomplete")
	l.post(path+"/submission", c.Link.Token, nil, nil).problem(http.StatusConflict, "incomplete")

	// Nobody else reaches it, not under another case either.
	l.get(path, other.Link.Token).problem(http.StatusNotFound, "not_found")
	l.get(strings.Replace(path, c.Case.ID, other.Case.ID, 1), other.Link.Token).problem(http.StatusNotFound, "no_such_upload")
	l.get(path, "bf_tok_wrong").problem(http.StatusUnauthorized, "not_signed_in")

	// What cannot be sent now is not begun.
	for body, status := range map[string]int{
		`{"item":"details","bytes":10}`:              http.StatusUnprocessableEntity,
		`{"item":"document_front","bytes":0}`:        http.StatusUnprocessableEntity,
		`{"item":"document_front","bytes":20971521}`: http.StatusUnprocessableEntity,
	} {
		l.post("/v1/cases/"+c.Case.ID+"/uploads", c.Link.Token, body, nil).problem(status, "invalid")
	}
	l.post("/v1/cases/"+other.Case.ID+"/cancel", other.Link.Token, nil, nil).is(http.StatusOK)
	l.post("/v1/cases/"+other.Case.ID+"/uploads", other.Link.Token, `{"item":"document_front","bytes":10}`, nil).problem(http.StatusConflict, "not_allowed")

	// Who is erased leaves nothing behind, and nothing was ever written.
	applicant := into[api.Case](l.get("/v1/cases/"+c.Case.ID, l.key).is(http.StatusOK)).Applicant
	l.send(http.MethodDelete, "/v1/applicants/"+applicant, l.key, nil, nil).is(http.StatusNoContent)
	l.get(path, c.Link.Token).problem(http.StatusNotFound, "no_such_upload")
	if n := l.files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
	// After a restart a photo begins again.
	d := l.newCase("d", "document_front", "details")
	path, _ = l.begin(d, "document_front", 100)
	l.start()
	l.put(path+"/chunks/0", d.Link.Token, []byte("x")).problem(http.StatusNotFound, "no_such_upload")
}

// TestUploadIsLookedAtAndSubmitted walks a photo through, in pieces.
func TestUploadIsLookedAtAndSubmitted(t *testing.T) {
	t.Parallel()
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, engine, nil)
	c := l.newCase("a")
	page, truth, err := specimen.Passport(specimen.NewPerson(7, specimen.Profile{Reference: time.Now()}), specimen.PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	photo, _ := specimen.Photograph(page, truth, specimen.Camera{}, 7)
	whole, err := specimen.JPEG(photo, 90)
	if err != nil {
		t.Fatal(err)
	}
	path, _ := l.begin(c, "document_front", len(whole))
	for off := 0; off < len(whole); off += 100_000 {
		l.put(fmt.Sprintf("%s/chunks/%d", path, off), c.Link.Token, whole[off:min(len(whole), off+100_000)]).is(http.StatusOK)
	}
	look := into[api.Look](l.post(path+"/look", c.Link.Token, nil, nil).is(http.StatusOK))
	var fields []string
	for _, p := range look.Places {
		fields = append(fields, p.Field)
	}
	if !look.Usable || strings.Join(fields, " ") != "surname document_number expiry_date" || look.Turn != 0 {
		t.Errorf("seen: %+v", look)
	}
	if again := into[api.Look](l.post(path+"/look", c.Link.Token, nil, nil).is(http.StatusOK)); fmt.Sprint(again) != fmt.Sprint(look) {
		t.Errorf("seen the second time: %+v", again)
	}
	key := header{"Idempotency-Key": "k"}
	first := l.post(path+"/submission", c.Link.Token, nil, key).is(http.StatusOK)
	if s := into[api.Submitted](first); !s.Accepted {
		t.Fatalf("refused: %s", first.body)
	}
	// Repeated, it is the same; and the photo is in memory no longer.
	second := l.post(path+"/submission", c.Link.Token, nil, key).is(http.StatusOK)
	if second.header.Get("Idempotency-Replayed") != "true" || !json.Valid(second.body) || string(second.body) != string(first.body) {
		t.Errorf("the repetition says %s", second.body)
	}
	l.get(path, c.Link.Token).problem(http.StatusNotFound, "no_such_upload")

	// What was read is what the details begin with, for whoever has the link.
	reading := "/v1/cases/" + c.Case.ID + "/reading"
	l.get(reading, l.newCase("b").Link.Token).problem(http.StatusNotFound, "not_found")
	read := map[string]string{}
	for _, f := range into[api.Reading](l.get(reading, c.Link.Token).is(http.StatusOK)).Fields {
		read[f.Field] = f.Value
	}
	for _, f := range []string{"surname", "given_names", "birth_date", "document_number", "expiry_date"} {
		if read[f] == "" {
			t.Errorf("%s was not read: %v", f, read)
		}
	}
	if read["birth_date"] != truth.Fields["birth_date"] || strings.Contains(l.log.String(), read["document_number"]) {
		t.Errorf("read %v", read)
	}
	// What is left as it is counts as confirmed; what is changed, as typed.
	details := "/v1/cases/" + c.Case.ID + "/submissions/details"
	l.post(details, c.Link.Token, `{"surname":"Other","from_document":["surname","given_names","birth_date","document_number","expiry_date"]}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	l.post(details, c.Link.Token, `{"from_document":["surname","given_names","birth_date","document_number","expiry_date","residence"]}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	sent := into[api.Submitted](l.post(details, c.Link.Token, `{"given_names":"Another","from_document":["surname","birth_date","document_number","expiry_date"]}`, nil).is(http.StatusOK))
	for _, i := range sent.Case.Items {
		if i.Item == "details" && strings.Join(i.FromDocument, " ") != "surname birth_date document_number expiry_date" {
			t.Errorf("taken over: %v", i.FromDocument)
		}
	}
	// Then only findings tell what the document says.
	if r := into[api.Reading](l.get(reading, c.Link.Token).is(http.StatusOK)); len(r.Fields) != 0 {
		t.Errorf("still read: %v", r)
	}
}
