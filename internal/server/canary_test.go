package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"bonafide/api"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// traces are the forms in which something could be found again, by name.
func traces(what string, b []byte) map[string][]byte {
	out := map[string][]byte{
		what + " as it is":     b,
		what + " in hex":       []byte(hex.EncodeToString(b)),
		what + " in upper hex": []byte(strings.ToUpper(hex.EncodeToString(b))),
	}
	// In base64 a text looks one of three ways, by where it begins; its first and
	// last characters depend on what stands beside it.
	for shift := range 3 {
		padded := append(make([]byte, shift), b...)
		s := base64.RawStdEncoding.EncodeToString(padded)
		s = s[(shift*8+5)/6:]
		s = s[:len(s)-1]
		out[fmt.Sprintf("%s in base64 %d", what, shift)] = []byte(s)
		out[fmt.Sprintf("%s in base64url %d", what, shift)] = []byte(strings.NewReplacer("+", "-", "/", "_").Replace(s))
	}
	return out
}

// textTraces are those of a text, in other letters and encodings too.
func textTraces(what, s string) map[string][]byte {
	out := map[string][]byte{}
	for name, v := range map[string]string{what: s, what + " in capitals": strings.ToUpper(s), what + " in small letters": strings.ToLower(s)} {
		maps.Copy(out, traces(name, []byte(v)))
		u := utf16.Encode([]rune(v))
		le, be := make([]byte, 0, 2*len(u)), make([]byte, 0, 2*len(u))
		for _, x := range u {
			le, be = binary.LittleEndian.AppendUint16(le, x), binary.BigEndian.AppendUint16(be, x)
		}
		out[name+" in UTF-16LE"], out[name+" in UTF-16BE"] = le, be
		if quoted, err := json.Marshal(v); err == nil {
			out[name+" in JSON"] = quoted[1 : len(quoted)-1]
		}
	}
	return out
}

// haystack is all that a node leaves: its files and its log.
func (l *lab) haystack() map[string][]byte {
	l.Helper()
	out := map[string][]byte{"the log": []byte(l.logged())}
	err := filepath.WalkDir(l.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(l.folder, path)
		out[name] = b
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return out
}

func found(hay map[string][]byte, needles map[string][]byte) []string {
	var out []string
	for file, b := range hay {
		for what, n := range needles {
			if len(n) >= 5 && bytes.Contains(b, n) {
				out = append(out, what+" in "+file)
			}
		}
		for what, n := range needles {
			if len(n) >= 5 && strings.Contains(file, string(n)) {
				out = append(out, what+" in the name of "+file)
			}
		}
	}
	return out
}

// TestNothingPersonalIsLeft is acceptance 7: a whole run with one person's
// pictures, details and account, with every mistake on the way, leaves nothing
// of them that can be read in the data folder or the log.
func TestNothingPersonalIsLeft(t *testing.T) {
	t.Parallel()
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, engine, nil)
	l.startJobs()
	set := t.TempDir()
	truth, err := specimen.WriteSet(set, 11, specimen.Profile{Reference: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	picture := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(set, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const account, typed = "zyx.canary.4711@mail.example", "Qwrtzuiopü-Canarysson"

	b, err := json.Marshal(api.NewCase{ExternalID: account})
	if err != nil {
		t.Fatal(err)
	}
	c := into[api.CreatedCase](l.post("/v1/cases", l.key, string(b), header{"Idempotency-Key": "canary-key-1"}).is(http.StatusCreated))
	path, token := "/v1/cases/"+c.Case.ID, c.Link.Token
	submit := func(item string, body []byte, key string) api.Submitted {
		t.Helper()
		return into[api.Submitted](l.post(path+"/submissions/"+item, token, body, header{"Idempotency-Key": key}).is(http.StatusOK))
	}
	if s := submit("document_front", picture("passport-blurred.jpg"), "k1"); s.Accepted {
		t.Error("the blurred passport was taken")
	}
	for item, file := range map[string]string{"document_front": "passport.jpg", "face": "selfie.jpg"} {
		if s := submit(item, picture(file), "k2"+item); !s.Accepted {
			t.Fatalf("%s: %+v", file, s.Findings)
		}
	}
	wrong := truth.Details
	wrong.Surname = typed
	text, err := json.Marshal(wrong)
	if err != nil {
		t.Fatal(err)
	}
	submit("details", text, "k3")
	read := func() api.Case { return into[api.Case](l.get(path, l.key).is(http.StatusOK)) }
	l.until("the case is checked", func() bool { return read().State != "processing" })
	got := read()
	if got.State != "action_required" || len(got.Findings) != 1 || got.Findings[0].Typed != typed || got.ExternalID != account {
		t.Fatalf("the case is %s with %+v", got.State, got.Findings)
	}
	// Things that go wrong must not tell either.
	l.post(path+"/submissions/details", token, `{"birth_date":"`+typed+`"}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	l.post(path+"/submissions/details", token, `{"surname":"A","given_names":"`+typed+`"}`, nil).problem(http.StatusConflict, "not_asked")
	l.post("/v1/cases", l.key, `{"external_id":["`+account+`"]}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	l.get("/v1/cases/"+account, l.key).problem(http.StatusNotFound, "not_found")

	needles := map[string][]byte{}
	add := func(m map[string][]byte) { maps.Copy(needles, m) }
	add(textTraces("the account", account))
	add(textTraces("the typed name", typed))
	add(textTraces("the surname", truth.Details.Surname))
	add(textTraces("the given names", truth.Details.GivenNames))
	add(textTraces("the number", truth.Details.DocumentNumber))
	add(textTraces("the birth date", truth.Details.BirthDate))
	add(textTraces("the API key", l.key))
	add(textTraces("the token", token))
	for _, line := range truth.Pictures["passport.jpg"].Lines {
		add(textTraces("a line of the zone", line[:20]))
	}
	for _, name := range []string{"passport.jpg", "passport-blurred.jpg", "selfie.jpg"} {
		p := picture(name)
		sum := sha256.Sum256(p)
		add(traces("the head of "+name, p[:64]))
		add(traces("the middle of "+name, p[len(p)/2:len(p)/2+48]))
		add(traces("the hash of "+name, sum[:]))
	}
	needles["the head of a JPEG"] = []byte("\xFF\xD8\xFF\xE0\x00\x10JFIF")
	needles["a template of a face"] = []byte("BFT\x01")

	// The search itself works: it finds each needle where it is.
	for what, n := range needles {
		if len(n) >= 5 && len(found(map[string][]byte{"x": append([]byte("ab"), append(n, 'c')...)}, map[string][]byte{what: n})) == 0 {
			t.Errorf("the search does not find %s", what)
		}
	}
	for shift := range 3 {
		hidden := base64.StdEncoding.EncodeToString([]byte("ab"[:shift] + account + "!"))
		if len(found(map[string][]byte{"x": []byte(hidden)}, needles)) == 0 {
			t.Errorf("the search does not see through base64 at %d", shift)
		}
	}
	hay := l.haystack()
	size := 0
	for _, b := range hay {
		size += len(b)
	}
	if len(hay) < 7 || size < 500_000 || len(hay["the log"]) == 0 || len(hay["bonafide.db-wal"]) == 0 {
		t.Fatalf("too little to search in: %d files, %d bytes", len(hay), size)
	}
	for _, f := range found(hay, needles) {
		t.Errorf("before the end: %s", f)
	}

	submit("details", []byte(`{"surname":"`+truth.Details.Surname+`"}`), "k4")
	l.until("the case is approved", func() bool { return read().State == "approved" })
	for _, f := range found(l.haystack(), needles) {
		t.Errorf("after the approval: %s", f)
	}
	l.send(http.MethodDelete, "/v1/applicants/"+c.Case.Applicant, l.key, nil, nil).is(http.StatusNoContent)
	for _, f := range found(l.haystack(), needles) {
		t.Errorf("after the erasure: %s", f)
	}
	if l.files() != 0 {
		t.Errorf("%d evidence files outlive the erasure", l.files())
	}
	t.Logf("searched %d files with %d bytes for %d traces", len(hay), size, len(needles))
}
