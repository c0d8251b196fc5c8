package server_test

import (
	"encoding/json"
	"image"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// shot is one frame of a film.
type shot struct {
	ms   int64
	jpeg []byte
}

// film lets a specimen do what a challenge asks for, at ten frames a second: a
// rest, and each movement in nine tenths of a second with a rest behind it.
func film(t *testing.T, p specimen.Person, actions []string, seed uint64) []shot {
	t.Helper()
	const step, rest, move = 100, 500, 900
	var out []shot
	end := int64(rest + len(actions)*(move+rest))
	for ms := int64(0); ms < end; ms += step {
		out = append(out, shot{ms: ms})
	}
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for k := w; k < len(out); k += 2 {
				o := specimen.SelfieOptions{Width: 360, Height: 480, Still: true, Yaw: 2, Pitch: 1, Frame: uint64(k)}
				n, within := (out[k].ms-rest)/(move+rest), (out[k].ms-rest)%(move+rest)
				if out[k].ms >= rest && within < move {
					pose(&o, actions[n], float64(within)/move)
				}
				b, err := specimen.JPEG(specimen.Selfie(p, o, seed), 85)
				if err != nil {
					t.Error(err)
				}
				out[k].jpeg = b
			}
		})
	}
	wg.Wait()
	return out
}

// pose puts a specimen into the part at of a movement, 0 to 1: a third there, a
// third held, a third back.
func pose(o *specimen.SelfieOptions, action string, at float64) {
	e := min(1, 3*at, 3*(1-at))
	switch action {
	case "turn_left":
		o.Yaw += 26 * e
	case "turn_right":
		o.Yaw -= 26 * e
	case "open_mouth":
		o.MouthOpen = 0.9 * e
	case "come_closer":
		o.Scale = 1 + 0.4*e
	case "blink":
		if at > 0.4 && at < 0.7 {
			o.EyesClosed = 1
		}
	}
}

// person is a specimen with what it sends.
type person struct {
	specimen.Person
	passport, selfie, stranger, details []byte
}

func somebody(t *testing.T, seed uint64) person {
	t.Helper()
	profile := specimen.Profile{Reference: time.Now()}
	dir := t.TempDir()
	if _, err := specimen.WriteSet(dir, seed, profile); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return person{specimen.NewPerson(seed, profile), read("passport.jpg"), read("selfie.jpg"), read("other-person.jpg"), read("details.json")}
}

// arrive opens a case of a person with everything but the face.
func (l *lab) arrive(p person, account string) api.CreatedCase {
	l.Helper()
	c := l.newCase(account)
	l.send2(c, "document_front", p.passport)
	l.send2(c, "details", p.details)
	return c
}

func (l *lab) send2(c api.CreatedCase, item string, body []byte) {
	l.Helper()
	if s := into[api.Submitted](l.post("/v1/cases/"+c.Case.ID+"/submissions/"+item, c.Link.Token, body, nil).is(http.StatusOK)); !s.Accepted {
		l.Fatalf("%s: %+v", item, s.Findings)
	}
}

// settled waits for the check of a case.
func (l *lab) settled(id string) api.Case {
	l.Helper()
	var c api.Case
	l.until("the case is checked", func() bool {
		c = into[api.Case](l.get("/v1/cases/"+id, l.key).is(http.StatusOK))
		return c.State != "processing"
	})
	return c
}

// perform sends a film for the challenge of a sitting, every sixth frame first
// and two of them twice, and tells the recording before the last ones.
func (s *sitting) perform(film []shot) {
	s.Helper()
	var times []int64
	for _, f := range film {
		times = append(times, f.ms)
	}
	order := make([]shot, 0, len(film))
	for start := range 6 {
		for k := start; k < len(film); k += 6 {
			order = append(order, film[k])
		}
	}
	late := len(order) - 3
	for _, f := range append(order[:late:late], film[2], film[3]) {
		s.frame(f.ms, f.jpeg).is(http.StatusOK)
	}
	if got := into[api.Challenge](s.complete(s.recording(times...)).is(http.StatusOK)); got.Status != "waiting" || len(got.Missing) != 3 {
		s.Fatalf("%+v", got)
	}
	for _, f := range order[late:] {
		s.frame(f.ms, f.jpeg).is(http.StatusOK)
	}
}

// TestLiveFaces goes the whole way with real models: an honest sequence, a picture
// held up, an earlier recording, and a new face against the record.
func TestLiveFaces(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("films of many pictures: run without -short")
	}
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l := newLabUnder(t, engine, func(p *policy.Policy) {
		live(p)
		p.Face.Sequence.Colours = policy.ColoursOff                                        // they are tested with the package that measures them
		p.Face.Sequence.Actions = []kyc.Action{kyc.TurnLeft, kyc.TurnRight, kyc.OpenMouth} // which a specimen does best
		p.Face.Sequence.Count = 2
		p.Face.Sequence.KeepFrames = time.Hour
	}, nil)
	l.startJobs()
	p := somebody(t, 11)

	// An honest person, with frames out of order and twice.
	first := &sitting{lab: l, CreatedCase: l.arrive(p, "honest")}
	first.draw()
	honest := film(t, p.Person, first.drawn.Actions, 7)
	first.perform(honest)
	c := l.settled(first.Case.ID)
	if c.State != "approved" {
		t.Fatalf("asked for %v: %s, %+v", first.drawn.Actions, c.State, c.Findings)
	}

	t.Run("a picture held up", func(t *testing.T) {
		s := &sitting{lab: l, CreatedCase: l.arrive(p, "held up")}
		s.draw()
		var held []shot
		for k := range 40 {
			// The hand trembles: the picture moves a little, the face in it does not.
			b, err := specimen.JPEG(moved(specimen.Selfie(p.Person, specimen.SelfieOptions{Width: 360, Height: 480, Still: true}, 7), k%3, k%2), 85)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, shot{int64(k) * 100, b})
			if k == 5 { // drawing is what takes the time
				break
			}
		}
		for k := 6; k < 40; k++ {
			held = append(held, shot{int64(k) * 100, held[k%6].jpeg})
		}
		s.perform(held)
		c := l.settled(s.Case.ID)
		if c.State == "approved" || !slices.ContainsFunc(c.Findings, func(f api.Finding) bool {
			return f.Item == "face" && f.Code != "liveness.connection" && f.Code != "liveness.frames_missing"
		}) {
			t.Errorf("%s, %+v", c.State, c.Findings)
		}
	})
	t.Run("an earlier recording", func(t *testing.T) {
		s := &sitting{lab: l, CreatedCase: l.arrive(p, "replay")}
		s.draw()
		s.perform(honest)
		if c := l.settled(s.Case.ID); c.State != "in_review" || !slices.Contains(codesOf(c.Findings), "liveness.replayed") {
			t.Errorf("%s, %+v", c.State, c.Findings)
		}
	})
	t.Run("the same person again, a fifth of the frames lost", func(t *testing.T) {
		s := &sitting{lab: l, CreatedCase: l.again(c.Applicant, "withdrawal")}
		s.draw()
		var times []int64
		for k, f := range film(t, p.Person, s.drawn.Actions, 8) {
			times = append(times, f.ms)
			if k%5 != 3 {
				s.frame(f.ms, f.jpeg).is(http.StatusOK)
			}
		}
		s.complete(s.recording(times...)).is(http.StatusOK)
		l.pass(3 * time.Minute) // nobody waits longer
		if got := s.read(); got.Status != "used" {
			t.Fatalf("%+v", got)
		}
		c := l.settled(s.Case.ID)
		lost := c.State == "action_required" && c.Items[0].Attempts == 0 &&
			slices.ContainsFunc(c.Findings, func(f api.Finding) bool {
				return f.Code == "liveness.connection" || f.Code == "liveness.frames_missing"
			})
		if c.State != "approved" && !lost {
			t.Errorf("asked for %v: %s, %d attempts, %+v", s.drawn.Actions, c.State, c.Items[0].Attempts, c.Findings)
		}
		if c.Purpose != "withdrawal" || c.Against != first.Case.ID {
			t.Errorf("%s against %s", c.Purpose, c.Against)
		}
	})
	t.Run("frames are forgotten, those that were compared stay", func(t *testing.T) {
		before := l.files()
		l.pass(2 * time.Hour)
		if err := l.service.ExpireDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if gone := before - l.files(); gone < len(honest)-3 {
			t.Errorf("%d files fewer", gone)
		}
		kept := 0
		for _, f := range honest {
			if l.get(first.path+"/frames/"+jsonOf(t, f.ms), l.key).status == http.StatusOK {
				kept++
			}
		}
		if kept < 1 || kept > 3 {
			t.Errorf("%d frames are left", kept)
		}
	})
}

// again opens a re-verification.
func (l *lab) again(applicant, purpose string) api.CreatedCase {
	l.Helper()
	return into[api.CreatedCase](l.post("/v1/applicants/"+applicant+"/reverifications", l.key, `{"purpose":"`+purpose+`"}`, nil).is(http.StatusCreated))
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// moved shifts a picture by a few pixels.
func moved(m *image.RGBA, dx, dy int) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			out.SetRGBA(x, y, m.RGBAAt(min(max(x-dx, 0), m.Rect.Dx()-1), min(max(y-dy, 0), m.Rect.Dy()-1)))
		}
	}
	return out
}

// TestReverification follows a bought identity: another face shows at a
// withdrawal, a reviewer holds the verification back, takes it away, and the
// person appeals. Stills, as the shipped policy asks for.
func TestReverification(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("films of many pictures: run without -short")
	}
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, engine, nil)
	l.startJobs()
	p := somebody(t, 12)
	c := l.arrive(p, "bought")
	l.post("/v1/applicants/"+c.Case.Applicant+"/reverifications", l.key, `{"purpose":"withdrawal"}`, nil).problem(http.StatusConflict, "conflict")
	l.send2(c, "face", p.selfie)
	if got := l.settled(c.Case.ID); got.State != "approved" {
		t.Fatalf("%s, %+v", got.State, got.Findings)
	}

	own := l.again(c.Case.Applicant, "device_change")
	l.send2(own, "face", p.selfie)
	if got := l.settled(own.Case.ID); got.State != "approved" || len(got.Items) != 1 {
		t.Errorf("the same person: %s, %+v", got.State, got.Findings)
	}
	l.post("/v1/cases/"+own.Case.ID+"/submissions/document_front", own.Link.Token, p.passport, nil).problem(http.StatusConflict, "not_allowed")

	other := l.again(c.Case.Applicant, "withdrawal")
	l.send2(other, "face", p.stranger)
	got := l.settled(other.Case.ID)
	if got.State != "in_review" || !slices.Equal(codesOf(got.Findings), []string{"face.record_mismatch"}) || got.Findings[0].Measured == nil {
		t.Fatalf("another person: %s, %+v", got.State, got.Findings)
	}
	// Whoever it is reads nothing of the suspicion, and nothing of the other case.
	theirs := into[api.Case](l.get("/v1/cases/"+other.Case.ID, other.Link.Token).is(http.StatusOK))
	if len(theirs.Findings) != 0 || theirs.Against != "" || theirs.Items[0].Status != "submitted" {
		t.Errorf("the applicant reads %+v", theirs)
	}
	l.get("/v1/cases/"+c.Case.ID, other.Link.Token).problem(http.StatusNotFound, "not_found")

	path := "/v1/cases/" + c.Case.ID
	why := `{"reviewer":"rev_1","reasons":[{"code":"face.record_mismatch"}]}`
	l.post(path+"/suspensions", c.Link.Token, why, nil).problem(http.StatusForbidden, "not_yours")
	l.post(path+"/suspensions", l.key, `{"reviewer":"rev_1","reasons":[]}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	l.post(path+"/suspensions", l.key, `{"reviewer":"rev_1","reasons":[{"code":"they.look_odd"}]}`, nil).problem(http.StatusUnprocessableEntity, "invalid")
	if held := into[api.Case](l.post(path+"/suspensions", l.key, why, nil).is(http.StatusOK)); held.State != "in_review" {
		t.Errorf("held back: %s", held.State)
	}
	l.post(path+"/revocations", l.key, why, nil).problem(http.StatusConflict, "not_allowed") // a review decides now
	into[api.Case](l.post(path+"/reviews", l.key, `{"reviewer":"rev_2","verdict":"approved"}`, nil).is(http.StatusOK))
	if gone := into[api.Case](l.post(path+"/revocations", l.key, why, nil).is(http.StatusOK)); gone.State != "declined" {
		t.Errorf("taken back: %s", gone.State)
	}
	l.post("/v1/applicants/"+c.Case.Applicant+"/reverifications", l.key, `{"purpose":"appeal"}`, nil).problem(http.StatusConflict, "conflict")
	if appealed := into[api.Case](l.post(path+"/appeals", c.Link.Token, nil, nil).is(http.StatusOK)); appealed.State != "in_review" {
		t.Errorf("appealed: %s", appealed.State)
	}
	events := l.events(c.Case.ID)
	for _, want := range []string{"suspend", "revoke", "appeal"} {
		if !slices.Contains(events, want) {
			t.Errorf("%s is not in %v", want, events)
		}
	}
	list := into[api.CaseList](l.get("/v1/applicants/"+c.Case.Applicant+"/reverifications", l.key).is(http.StatusOK))
	if len(list.Cases) != 2 || list.Cases[1].State != "in_review" {
		t.Errorf("%+v", list)
	}
}

// TestTheWayWithoutBiometrics: declined after a face was sent, decided by a
// person, and nothing of the face is kept.
func TestTheWayWithoutBiometrics(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("films of many pictures: run without -short")
	}
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, engine, nil)
	l.startJobs()
	p := somebody(t, 13)
	c := l.arrive(p, "without")
	l.send2(c, "face", p.selfie)
	if got := l.settled(c.Case.ID); got.State != "approved" {
		t.Fatalf("%s, %+v", got.State, got.Findings)
	}
	decline := func(c api.CreatedCase) api.Case {
		t.Helper()
		return into[api.Case](l.post("/v1/cases/"+c.Case.ID+"/consents", c.Link.Token, `{"given":false,"text":"biometrics@1","language":"en"}`, nil).is(http.StatusOK))
	}
	// Of an approved case the approval stays and the face goes.
	files := l.files()
	if got := decline(c); got.State != "approved" || got.Face.Consent != "declined" || l.files() != files-1 {
		t.Errorf("%s, %+v, %d files of %d", got.State, got.Face, l.files(), files)
	}
	// A new face has nothing to be compared with: a person decides.
	again := l.again(c.Case.Applicant, "recovery")
	l.send2(again, "face", p.selfie)
	if got := l.settled(again.Case.ID); got.State != "in_review" || !slices.Equal(codesOf(got.Findings), []string{"face.record_missing"}) {
		t.Errorf("%s, %+v", got.State, got.Findings)
	}
	// From the start: document and details, then a person who has seen them.
	d := l.arrive(somebody(t, 14), "without from the start")
	if got := decline(d); got.State != "processing" {
		t.Errorf("%s", got.State)
	}
	got := l.settled(d.Case.ID)
	if got.State != "in_review" || !slices.Equal(codesOf(got.Findings), []string{"face.without_biometrics"}) {
		t.Fatalf("%s, %+v", got.State, got.Findings)
	}
	if told := into[api.Case](l.get("/v1/cases/"+d.Case.ID, d.Link.Token).is(http.StatusOK)); !slices.Equal(codesOf(told.Findings), []string{"face.without_biometrics"}) {
		t.Errorf("the applicant reads %+v", told.Findings)
	}
	done := into[api.Case](l.post("/v1/cases/"+d.Case.ID+"/reviews", l.key, `{"reviewer":"rev_1","verdict":"approved","reasons":[{"code":"face.seen_by_video"}]}`, nil).is(http.StatusOK))
	if done.State != "approved" || !slices.Equal(codesOf(done.Findings), []string{string(kyc.SeenByVideo)}) {
		t.Errorf("%s, %+v", done.State, done.Findings)
	}
}
