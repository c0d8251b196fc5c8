package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// live is the shipped policy with a live sequence.
func live(p *policy.Policy) { p.Face.Capture = policy.Live }

// still is a small picture of a shade.
func still(t *testing.T, shade int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for k := range 256 {
		m.Set(k%16, k/16, color.RGBA{uint8(shade * 7), uint8(shade * 3), uint8(k), 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sitting is a case whose face is being recorded.
type sitting struct {
	*lab
	api.CreatedCase
	path  string // of the challenge
	drawn api.Challenge
}

// sit opens a case with a face and draws a challenge.
func (l *lab) sit(account string) *sitting {
	l.Helper()
	s := &sitting{lab: l, CreatedCase: l.newCase(account, "details", "face")}
	s.draw()
	return s
}

func (s *sitting) draw() {
	s.Helper()
	base := "/v1/cases/" + s.Case.ID + "/challenges"
	s.drawn = into[api.Challenge](s.post(base, s.Link.Token, nil, nil).is(http.StatusCreated))
	s.path = base + "/" + s.drawn.ID
}

func (s *sitting) frame(ms int64, content []byte) answer {
	s.Helper()
	return s.put(fmt.Sprintf("%s/frames/%d", s.path, ms), s.Link.Token, content)
}

// recording says that frames of these times were taken, with the colours as drawn.
func (s *sitting) recording(times ...int64) string {
	s.Helper()
	r := api.Recording{Frames: times, Device: api.Device{Camera: "FaceTime HD Camera", Facing: "user", Width: 640, Height: 480, FrameRate: 30}}
	for k, c := range s.drawn.Colours {
		at := int64(k) * s.drawn.ColourMS
		r.Colours = append(r.Colours, api.Shown{Colour: c, FromMS: at, ToMS: at + s.drawn.ColourMS})
	}
	b, err := json.Marshal(r)
	if err != nil {
		s.Fatal(err)
	}
	return string(b)
}

func (s *sitting) complete(body string) answer {
	s.Helper()
	return s.post(s.path+"/complete", s.Link.Token, body, nil)
}

// read reads the challenge again.
func (s *sitting) read() api.Challenge {
	s.Helper()
	return into[api.Challenge](s.get(s.path, s.Link.Token).is(http.StatusOK))
}

func (s *sitting) now() api.Case {
	s.Helper()
	return into[api.Case](s.get("/v1/cases/"+s.Case.ID, s.key).is(http.StatusOK))
}

func (s *sitting) face() api.Item {
	s.Helper()
	items := s.now().Items
	return items[slices.IndexFunc(items, func(i api.Item) bool { return i.Item == "face" })]
}

func codesOf(fs []api.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Code)
	}
	return out
}

// everyFaceOperation calls the operations of live faces once each with success.
func (l *lab) everyFaceOperation() {
	l.Helper()
	s := l.sit("face")
	path := "/v1/cases/" + s.Case.ID
	into[api.Case](l.post(path+"/consents", s.Link.Token, `{"given":true,"text":"biometrics@1","language":"en"}`, nil).is(http.StatusOK))
	s.read()
	into[api.Challenge](s.frame(100, still(l.T, 1)).is(http.StatusOK))
	into[api.Challenge](s.complete(s.recording(100)).is(http.StatusOK))
	if got := l.get(s.path+"/frames/100", l.key).is(http.StatusOK); !bytes.Equal(got.body, still(l.T, 1)) || got.header.Get("Content-Type") != "image/jpeg" {
		l.Errorf("the frame came back as %d bytes of %s", len(got.body), got.header.Get("Content-Type"))
	}
	if got := l.get(path+"/submissions/"+s.face().Submission+"/content", l.key).is(http.StatusOK); got.header.Get("Content-Type") != "application/json" {
		l.Errorf("the sequence came back as %s", got.header.Get("Content-Type"))
	}

	reasons := `{"reviewer":"rev_1","reasons":[{"code":"face.record_mismatch"}]}`
	for _, what := range []string{"suspensions", "revocations"} {
		c := l.inReview(what)
		into[api.Case](l.post("/v1/cases/"+c.Case.ID+"/reviews", l.key, `{"reviewer":"rev_1","verdict":"approved"}`, nil).is(http.StatusOK))
		got := into[api.Case](l.post("/v1/cases/"+c.Case.ID+"/"+what, l.key, reasons, nil).is(http.StatusOK))
		if want := map[string]string{"suspensions": "in_review", "revocations": "declined"}[what]; got.State != want {
			l.Errorf("%s lead to %s", what, got.State)
		}
		if what == "suspensions" {
			into[api.Case](l.post("/v1/cases/"+c.Case.ID+"/reviews", l.key, `{"reviewer":"rev_2","verdict":"approved"}`, nil).is(http.StatusOK))
			again := "/v1/applicants/" + c.Case.Applicant + "/reverifications"
			into[api.CreatedCase](l.post(again, l.key, `{"purpose":"withdrawal"}`, nil).is(http.StatusCreated))
			if got := into[api.CaseList](l.get(again, l.key).is(http.StatusOK)); len(got.Cases) != 1 || got.Cases[0].Against != c.Case.ID || got.Cases[0].Purpose != "withdrawal" {
				l.Errorf("%+v", got)
			}
		}
	}
}

// TestChallenges: what is drawn, and that nothing of it can be used twice or by
// another.
func TestChallenges(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, live, nil)
	s := l.sit("a")
	d := s.drawn
	if d.Status != "drawn" || len(d.Actions) != 3 || len(d.Colours) != 5 || d.DueAt == nil || d.Limits.Frames != 120 || d.Needs.TurnDegrees != 12 || d.Needs.FastestMS != 250 {
		t.Fatalf("%+v", d)
	}
	t.Run("another case's challenge is not there", func(t *testing.T) {
		other := l.newCase("b", "details", "face")
		path := "/v1/cases/" + other.Case.ID + "/challenges/" + d.ID
		l.get(path, other.Link.Token).problem(http.StatusNotFound, "not_found")
		l.put(path+"/frames/100", other.Link.Token, still(t, 1)).problem(http.StatusNotFound, "not_found")
		l.post(path+"/complete", other.Link.Token, s.recording(100), nil).problem(http.StatusNotFound, "not_found")
		l.get(s.path, other.Link.Token).problem(http.StatusNotFound, "not_found")
	})
	t.Run("a still is not taken instead", func(t *testing.T) {
		l.post("/v1/cases/"+s.Case.ID+"/submissions/face", s.Link.Token, still(t, 1), nil).problem(http.StatusConflict, "not_asked")
	})
	t.Run("another one ends the first", func(t *testing.T) {
		first := *s
		first.frame(100, still(t, 1)).is(http.StatusOK)
		files := l.files()
		s.draw()
		if l.files() != files-1 {
			t.Errorf("%d files, before %d: the frame is still there", l.files(), files)
		}
		if got := first.read(); got.Status != "over" || len(got.Findings) != 0 {
			t.Errorf("%+v", got)
		}
		first.frame(200, still(t, 2)).problem(http.StatusConflict, "stale")
		first.complete(first.recording(100)).problem(http.StatusConflict, "stale")
	})
	t.Run("without colours", func(t *testing.T) {
		base := "/v1/cases/" + s.Case.ID + "/challenges"
		got := into[api.Challenge](l.post(base, s.Link.Token, `{"without_colours":true}`, nil).is(http.StatusCreated))
		if len(got.Colours) != 0 || got.ColourMS != 0 || len(got.Actions) != 3 {
			t.Errorf("%+v", got)
		}
		s.draw()
	})
	t.Run("drawn anew each time", func(t *testing.T) {
		seen := map[string]bool{}
		for range 12 {
			s.draw()
			seen[fmt.Sprint(s.drawn.Actions, s.drawn.Colours)] = true
			if slices.Equal(slices.Compact(slices.Sorted(slices.Values(s.drawn.Actions))), s.drawn.Actions[:0]) {
				t.Error("nothing was drawn")
			}
		}
		if len(seen) < 11 { // of 60 × 720
			t.Errorf("%d different ones of 12", len(seen))
		}
	})
	t.Run("repeated with its key", func(t *testing.T) {
		base := "/v1/cases/" + s.Case.ID + "/challenges"
		a := into[api.Challenge](l.post(base, s.Link.Token, nil, header{"Idempotency-Key": "k"}).is(http.StatusCreated))
		b := into[api.Challenge](l.post(base, s.Link.Token, nil, header{"Idempotency-Key": "k"}).is(http.StatusCreated))
		if a.ID != b.ID {
			t.Errorf("%s and %s", a.ID, b.ID)
		}
		s.path = base + "/" + a.ID
		s.drawn = a
	})
	t.Run("used once", func(t *testing.T) {
		s.frame(100, still(t, 3)).is(http.StatusOK)
		done := into[api.Challenge](s.complete(s.recording(100)).is(http.StatusOK))
		if done.Status != "used" || done.Submission == "" {
			t.Fatalf("%+v", done)
		}
		again := into[api.Challenge](s.complete(s.recording(100)).is(http.StatusOK)) // the answer got lost
		if again.Submission != done.Submission || s.face().Status != "submitted" {
			t.Errorf("%+v", again)
		}
		s.complete(s.recording(100, 200)).problem(http.StatusConflict, "conflict")
		s.frame(200, still(t, 4)).problem(http.StatusConflict, "stale")
		into[api.Challenge](s.frame(100, still(t, 3)).is(http.StatusOK))
	})
	t.Run("in the record", func(t *testing.T) {
		events := l.events(s.Case.ID)
		for _, want := range []string{"draw_challenge", "record_challenge", "submit"} {
			if !slices.Contains(events, want) {
				t.Errorf("%s is not in %v", want, events)
			}
		}
	})
	t.Run("as many as the policy allows", func(t *testing.T) {
		l := newLabUnder(t, nil, func(p *policy.Policy) { live(p); p.Face.Sequence.PerCase = 2 }, nil)
		s := l.sit("c")
		s.draw()
		l.post("/v1/cases/"+s.Case.ID+"/challenges", s.Link.Token, nil, nil).problem(http.StatusTooManyRequests, "too_many")
	})
	t.Run("a policy of stills draws none", func(t *testing.T) {
		l := newLab(t, nil, nil)
		c := l.newCase("d", "details", "face")
		l.post("/v1/cases/"+c.Case.ID+"/challenges", c.Link.Token, nil, nil).problem(http.StatusConflict, "not_asked")
	})
	t.Run("colours that are required", func(t *testing.T) {
		l := newLabUnder(t, nil, func(p *policy.Policy) { live(p); p.Face.Sequence.Colours = policy.ColoursRequired }, nil)
		c := l.newCase("e", "details", "face")
		l.post("/v1/cases/"+c.Case.ID+"/challenges", c.Link.Token, `{"without_colours":true}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	})
}

// TestRecordingsAreHeldToTheirChallenge: what was not drawn or makes no sense is
// refused before anything is kept of it.
func TestRecordingsAreHeldToTheirChallenge(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, live, nil)
	s := l.sit("a")
	good := s.recording(100, 200)
	swap := func(a, b string) string { return strings.NewReplacer(a, b, b, a).Replace(good) }
	for name, body := range map[string]string{
		"no frames":          strings.Replace(good, "[100,200]", "[]", 1),
		"times that fall":    strings.Replace(good, "[100,200]", "[200,100]", 1),
		"a time twice":       strings.Replace(good, "[100,200]", "[100,100]", 1),
		"before the start":   strings.Replace(good, "[100,200]", "[-100,200]", 1),
		"after the end":      strings.Replace(good, "[100,200]", "[100,31000]", 1),
		"no colours":         `{"frames":[100,200]}`,
		"colours changed":    swap(s.drawn.Colours[0], s.drawn.Colours[1]),
		"no colour":          strings.Replace(good, s.drawn.Colours[0], "red", 1),
		"a colour backwards": strings.Replace(good, `"from_ms":800,"to_ms":1600`, `"from_ms":1600,"to_ms":800`, 1),
		"colours at once":    strings.Replace(good, `"from_ms":800,`, `"from_ms":100,`, 1),
		"a long camera name": strings.Replace(good, "FaceTime", strings.Repeat("x", 200), 1),
		"a story as facing":  strings.Replace(good, `"facing":"user"`, `"facing":"my name is"`, 1),
		"a story as a skill": strings.Replace(good, `"facing":"user"`, `"capabilities":["my name is"]`, 1),
		"an unknown fact":    strings.Replace(good, `"facing"`, `"colour_of_hair":"red","facing"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if body == good {
				t.Fatal("nothing was changed")
			}
			s.complete(body).problem(http.StatusUnprocessableEntity, "invalid")
		})
	}
	if got := s.read(); got.Status != "drawn" {
		t.Errorf("%+v", got)
	}
	for name, tc := range map[string]struct {
		ms      string
		content []byte
		status  int
	}{
		"no picture":      {"100", []byte("hello"), http.StatusUnprocessableEntity},
		"half a header":   {"100", still(t, 1)[:12], http.StatusUnprocessableEntity},
		"nothing":         {"100", nil, http.StatusBadRequest},
		"too large":       {"100", bytes.Repeat(still(t, 1), 4000), http.StatusRequestEntityTooLarge},
		"too many pixels": {"100", picture(t, 5000, 4000), http.StatusUnprocessableEntity},
		"too late":        {"30001", still(t, 1), http.StatusUnprocessableEntity},
		"no time":         {"soon", still(t, 1), http.StatusUnprocessableEntity},
		"a negative time": {"-5", still(t, 1), http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(*testing.T) {
			l.put(s.path+"/frames/"+tc.ms, s.Link.Token, tc.content).is(tc.status)
		})
	}
	if n := l.files(); n != 0 {
		t.Errorf("%d files of refused frames are kept", n)
	}
}

// picture is a plain picture of a size.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLimitsOfASequence: frames and bytes of one sequence are bounded.
func TestLimitsOfASequence(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, func(p *policy.Policy) { live(p); p.Face.Sequence.MaxFrames = 3; p.Face.Sequence.MaxBytes = 3 * 700 }, nil)
	s := l.sit("a")
	for k := range 3 {
		s.frame(int64(k), still(t, k)).is(http.StatusOK)
	}
	s.frame(3, still(t, 3)).problem(http.StatusTooManyRequests, "too_many")
	s.draw()
	s.frame(0, picture(t, 600, 500)).problem(http.StatusTooManyRequests, "too_many")
}

// TestFramesOnABadNetwork is the network's side of acceptance 6: frames that come
// late, twice, in any order or never.
func TestFramesOnABadNetwork(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, live, nil)
	times := []int64{0, 100, 200, 300, 400, 500, 600, 700, 800, 900}
	send := func(t *testing.T, s *sitting, ms ...int64) {
		t.Helper()
		for _, m := range ms {
			s.frame(m, still(t, int(m/10))).is(http.StatusOK)
		}
	}
	used := func(t *testing.T, s *sitting) {
		t.Helper()
		if got := s.read(); got.Status != "used" || got.Submission == "" || s.face().Status != "submitted" || s.face().Attempts != 0 {
			t.Errorf("%+v, the face %+v", got, s.face())
		}
	}
	t.Run("the recording is told first", func(t *testing.T) {
		s := l.sit("first")
		got := into[api.Challenge](s.complete(s.recording(times...)).is(http.StatusOK))
		if got.Status != "waiting" || !slices.Equal(got.Missing, times) {
			t.Fatalf("%+v", got)
		}
		send(t, s, times...)
		used(t, s)
	})
	t.Run("out of order, twice, and told in between", func(t *testing.T) {
		s := l.sit("order")
		send(t, s, 900, 300, 300, 0, 500)
		got := into[api.Challenge](s.complete(s.recording(times...)).is(http.StatusOK))
		if !slices.Equal(got.Missing, []int64{100, 200, 400, 600, 700, 800}) {
			t.Fatalf("%+v", got)
		}
		send(t, s, 800, 100, 100, 900, 700, 600, 400, 200)
		used(t, s)
		send(t, s, 200) // once more, after all
	})
	t.Run("another picture of the same time", func(t *testing.T) {
		s := l.sit("other")
		send(t, s, 100)
		s.frame(100, still(t, 99)).problem(http.StatusConflict, "conflict")
		if s.complete(s.recording(100)).is(http.StatusOK); s.read().Status != "used" {
			t.Error("the first picture does not stand")
		}
	})
	t.Run("a frame that was not recorded", func(t *testing.T) {
		s := l.sit("unnamed")
		s.complete(s.recording(times...)).is(http.StatusOK)
		s.frame(150, still(t, 15)).problem(http.StatusUnprocessableEntity, "invalid")
	})
	t.Run("ten seconds late", func(t *testing.T) {
		s := l.sit("late")
		s.complete(s.recording(times...)).is(http.StatusOK)
		l.pass(10 * time.Second)
		send(t, s, times...)
		used(t, s)
	})
	t.Run("all at once", func(t *testing.T) {
		s := l.sit("at once")
		s.complete(s.recording(times...)).is(http.StatusOK)
		var wg sync.WaitGroup
		for _, ms := range append(times, times...) {
			content := still(t, int(ms/10))
			wg.Go(func() {
				for range 200 { // a caller may have few uploads under way; they come again
					req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, fmt.Sprintf("%s%s/frames/%d", l.url, s.path, ms), bytes.NewReader(content))
					req.Header.Set("Authorization", "Bearer "+s.Link.Token)
					res, err := http.DefaultClient.Do(req)
					if err != nil {
						t.Error(err)
						return
					}
					body, _ := io.ReadAll(res.Body)
					_ = res.Body.Close()
					switch res.StatusCode {
					case http.StatusOK:
						return
					case http.StatusTooManyRequests:
					default:
						t.Errorf("%d: %s", res.StatusCode, body)
						return
					}
				}
			})
		}
		wg.Wait()
		used(t, s)
		if n := strings.Count(fmt.Sprint(l.events(s.Case.ID)), "submit"); n != 1 {
			t.Errorf("submitted %d times", n)
		}
	})
	t.Run("a fifth never arrives", func(t *testing.T) {
		s := l.sit("fifth")
		send(t, s, times[2:]...)
		s.complete(s.recording(times...)).is(http.StatusOK)
		l.pass(3 * time.Minute)
		used(t, s) // and judged with what is there
	})
	for name, tc := range map[string]struct {
		arrived []int64
		want    string
	}{
		"half never arrives":   {times[:5], "liveness.frames_missing"},
		"nothing ever arrives": {nil, "liveness.connection"},
	} {
		t.Run(name, func(t *testing.T) {
			s := l.sit(name)
			send(t, s, tc.arrived...)
			s.complete(s.recording(times...)).is(http.StatusOK)
			l.pass(3 * time.Minute)
			if err := l.service.ExpireDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := s.read()
			if got.Status != "over" || !slices.Equal(codesOf(got.Findings), []string{tc.want}) {
				t.Errorf("%+v", got)
			}
			if f := s.face(); f.Status != "missing" || f.Attempts != 0 {
				t.Errorf("the face %+v", f)
			}
			if !slices.Contains(l.events(s.Case.ID), "close_challenge") {
				t.Errorf("events %v", l.events(s.Case.ID))
			}
			s.draw() // once more
			send(t, s, 100)
			s.complete(s.recording(100)).is(http.StatusOK)
			used(t, s)
		})
	}
	t.Run("told too late", func(t *testing.T) {
		s := l.sit("too late")
		send(t, s, 100)
		l.pass(6 * time.Minute)
		got := into[api.Challenge](s.complete(s.recording(100)).is(http.StatusOK))
		if got.Status != "over" || !slices.Equal(codesOf(got.Findings), []string{"liveness.connection"}) || s.face().Attempts != 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("the case is given up meanwhile", func(t *testing.T) {
		s := l.sit("given up")
		s.complete(s.recording(100, 200)).is(http.StatusOK)
		send(t, s, 100)
		l.post("/v1/cases/"+s.Case.ID+"/cancel", s.Link.Token, nil, nil).is(http.StatusOK)
		s.frame(200, still(t, 20)).problem(http.StatusConflict, "not_allowed")
		l.pass(10 * time.Minute)
		if err := l.service.ExpireDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.read(); got.Status != "over" {
			t.Errorf("%+v", got)
		}
	})
}

// TestConsent: asked, kept, and taken back, which erases the face.
func TestConsent(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, func(p *policy.Policy) { live(p); p.Face.Consent = policy.Required }, nil)
	c := l.newCase("a", "details", "face")
	path := "/v1/cases/" + c.Case.ID
	if f := c.Case.Face; f == nil || f.Consent != "needed" || f.Capture != "sequence" || f.Ask.Text != kyc.ConsentText || f.Ask.Title == "" || f.Ask.Other == "" {
		t.Fatalf("%+v", f)
	}
	l.post(path+"/challenges", c.Link.Token, nil, nil).problem(http.StatusForbidden, "consent_needed")
	say := func(given bool) api.Case {
		t.Helper()
		return into[api.Case](l.post(path+"/consents", c.Link.Token, fmt.Sprintf(`{"given":%v,"text":"biometrics@1","language":"pt-BR"}`, given), nil).is(http.StatusOK))
	}
	if got := say(true); got.Face.Consent != "given" {
		t.Errorf("%+v", got.Face)
	}
	s := &sitting{lab: l, CreatedCase: c}
	s.draw()
	s.frame(100, still(t, 1)).is(http.StatusOK)
	s.complete(s.recording(100)).is(http.StatusOK)
	if l.files() != 2 { // the frame and the sequence
		t.Fatalf("%d files", l.files())
	}
	sub := s.face().Submission
	got := say(false)
	if got.Face.Consent != "declined" || s.face().Status != "missing" || s.face().Required {
		t.Errorf("%+v, %+v", got.Face, s.face())
	}
	if l.files() != 0 {
		t.Errorf("%d files of the face are left", l.files())
	}
	l.get(path+"/submissions/"+sub+"/content", l.key).problem(http.StatusNotFound, "not_found")
	l.get(s.path+"/frames/100", l.key).problem(http.StatusNotFound, "not_found")
	l.post(path+"/challenges", c.Link.Token, nil, nil).problem(http.StatusForbidden, "consent_needed")
	if got := say(true); got.Face.Consent != "given" {
		t.Errorf("%+v", got.Face)
	}
	s.draw()
	if events := l.events(c.Case.ID); !slices.Contains(events, "give_consent") || !slices.Contains(events, "decline_biometrics") {
		t.Errorf("events %v", events)
	}
	// Without another way the case ends.
	alone := newLabUnder(t, nil, func(p *policy.Policy) { p.Face.Alternative = policy.NoAlternative }, nil)
	d := alone.newCase("b", "details", "face")
	ended := into[api.Case](alone.post("/v1/cases/"+d.Case.ID+"/consents", d.Link.Token, `{"given":false,"text":"biometrics@1","language":"en"}`, nil).is(http.StatusOK))
	if ended.State != "expired" || ended.Face.Ask.Other == c.Case.Face.Ask.Other {
		t.Errorf("%+v", ended)
	}
}

// TestNothingOfASequenceIsLeft: frames, what the device tells and what came of it
// cannot be found in the data folder or the log.
func TestNothingOfASequenceIsLeft(t *testing.T) {
	t.Parallel()
	l := newLabUnder(t, nil, live, nil)
	s := l.sit("canary")
	const camera = "Zyx Canarysson’s telephone"
	content := picture(t, 320, 240)
	s.frame(100, content).is(http.StatusOK)
	s.frame(100, still(t, 1)).problem(http.StatusConflict, "conflict")
	s.complete(strings.Replace(s.recording(100), "FaceTime HD Camera", strings.Repeat(camera, 9), 1)).problem(http.StatusUnprocessableEntity, "invalid")
	s.complete(strings.Replace(s.recording(100), "FaceTime HD Camera", camera, 1)).is(http.StatusOK)
	needles := textTraces("the camera", camera)
	maps.Copy(needles, traces("the middle of the frame", content[len(content)/2:len(content)/2+48]))
	needles["the head of a JPEG"] = content[:11]
	hay := l.haystack()
	if len(hay) < 4 {
		t.Fatalf("only %d files were searched", len(hay))
	}
	for _, f := range found(hay, needles) {
		t.Errorf("found %s", f)
	}
	// The search finds what is there.
	if hay["the log"] = append(hay["the log"], camera...); len(found(hay, needles)) == 0 {
		t.Error("nothing would ever be found")
	}
}
