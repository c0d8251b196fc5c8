package server_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/jobs"
	"bonafide/internal/kyc"
	"bonafide/internal/notify"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/operator"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/support"
	"bonafide/internal/verify"
	"bonafide/internal/webhook"
)

const ourChannels = `
name: Example Exchange
help_centre: https://help.example.org
emails: [support@example.org]
phones: ["+49 30 123456"]
agents: [AG-1027]
`

// house is a lab from which mail and webhooks leave: mail into a list, webhooks to a
// receiver that checks signatures as a stranger's library would.
type house struct {
	*lab
	mu     sync.Mutex
	mails  []notify.Mail
	events []kyc.Delivery
}

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func newHouse(t *testing.T, engine *verify.Engine, rules func(*policy.Policy)) *house {
	t.Helper()
	h := &house{lab: newLabUnder(t, engine, rules, nil)}
	ours, err := operator.Parse([]byte(ourChannels), nil)
	if err != nil {
		t.Fatal(err)
	}
	h.judging.Notices, h.judging.Deliveries = true, true
	h.service = verify.NewService(h.judging, 2)
	h.config.Service, h.config.Operator = h.service, ours
	h.config.Prover = support.Prover{Sealer: h.judging.Sealer, Random: rand.Reader}
	h.start()
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
		m := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(m, "%s.%s.%s", r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), body)
		if r.Header.Get("Webhook-Signature") != "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)) {
			t.Errorf("a webhook is not signed: %v", r.Header)
		}
		var d kyc.Delivery
		if err := json.Unmarshal(body, &d); err != nil || d.ID != r.Header.Get("Webhook-Id") {
			t.Errorf("%v in %s", err, body)
		}
		h.mu.Lock()
		h.events = append(h.events, d)
		h.mu.Unlock()
	}))
	t.Cleanup(receiver.Close)
	hook, err := webhook.New(receiver.URL, hookSecret, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	m := verify.Messenger{
		Service: h.service, Words: h.config.Words, Prover: h.config.Prover, Operator: ours.Channels, CheckURL: h.config.PublicURL + "/support/check",
		Mail: func(_ context.Context, m notify.Mail) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.mails = append(h.mails, m)
			return nil
		},
	}
	h.runner, err = jobs.New(jobs.Config{
		DB: h.db.DB(), Checker: h.service, Logger: slog.New(slog.DiscardHandler), Now: h.now, Notices: m.Send,
		Deliveries: func(ctx context.Context, d kyc.Delivery) error {
			b, err := json.Marshal(d)
			if err != nil {
				return err
			}
			return hook.Send(ctx, d.ID, b)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.startJobs()
	return h
}

// mail waits for the n-th mail.
func (h *house) mail(n int) notify.Mail {
	h.Helper()
	var out notify.Mail
	h.until(fmt.Sprintf("mail %d arrives", n), func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.mails) < n {
			return false
		}
		out = h.mails[n-1]
		return true
	})
	return out
}

// told waits for an event.
func (h *house) told(kind string) kyc.Delivery {
	h.Helper()
	var out kyc.Delivery
	h.until(kind+" is told", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		k := slices.IndexFunc(h.events, func(d kyc.Delivery) bool { return d.Type == kind })
		if k >= 0 {
			out = h.events[k]
		}
		return k >= 0
	})
	return out
}

// verified leads a person through a case under an account, with the real models.
func (h *house) verified(who specimen.Person, account, state string) api.CreatedCase {
	h.Helper()
	s := &story{lab: h.lab, locale: "de", who: who, known: true, account: account, text: account}
	s.open()
	s.passport([]string{"", ""})
	s.typed([]string{"", "", ""})
	s.selfie([]string{"", ""})
	s.is(state)
	return s.made
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// TestRecovery is the story of an account that was forgotten, through the API: the
// right address, wrong ones, and what a stranger can learn.
func TestRecovery(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a thousand requests and real models: run without -short")
	}
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, engine, func(p *policy.Policy) {
		p.Uniqueness.Recovery = policy.Recovery{Codes: 5000, Tries: 5, CodeExpiresAfter: 10 * time.Minute, PerAddress: 5000}
	})
	who := specimen.NewPerson(31, specimen.Profile{Reference: h.now()})
	old := h.verified(who, "old@example.org", "approved")
	h.putJSON("/v1/applicants/"+old.Case.Applicant+"/contacts", h.key, `{"contacts":["anna@example.org"]}`).is(http.StatusNoContent)
	made := h.verified(who, "new@example.org", "in_review")
	path := "/v1/cases/" + made.Case.ID + "/recovery"
	token := made.Link.Token

	r := into[api.Recovery](h.get(path, token).is(http.StatusOK))
	if r.Status != "open" || fmt.Sprint(r.Choices) != "[recover not_me human]" || r.Accounts != nil || r.ID != "" {
		t.Fatalf("%+v", r)
	}
	sent := h.answersTellNothing(path, token)
	h.mail(sent) // each went to the account's address, and none to another

	// The right address.
	h.post(path+"/codes", token, `{"contact":" Anna@Example.org"}`, nil).is(http.StatusAccepted)
	letter := h.mail(sent + 1)
	for _, want := range []string{"Example Exchange", "https://kyc.example/support/check", "https://help.example.org", "Niemand von uns"} {
		if !strings.Contains(letter.Subject+letter.Text, want) {
			t.Errorf("the mail does not say %q:\n%s", want, letter.Text)
		}
	}
	phrase := into[api.Support](h.get("/v1/cases/"+old.Case.ID+"/support", old.Link.Token).is(http.StatusOK)).Phrase
	if letter.To != "anna@example.org" || !strings.Contains(letter.Text, phrase) {
		t.Errorf("to %q, without the phrase %q", letter.To, phrase)
	}
	code := sixDigits.FindString(letter.Text)
	wrong := into[api.TriedCode](h.post(path+"/proofs", token, `{"code":"`+other(code)+`"}`, nil).is(http.StatusOK))
	if wrong.Right || wrong.Link != nil {
		t.Fatalf("%+v", wrong)
	}
	right := into[api.TriedCode](h.post(path+"/proofs", token, `{"code":"`+code+`"}`, nil).is(http.StatusOK))
	if !right.Right || right.Recovery.Status != "face" || right.Link == nil {
		t.Fatalf("%+v", right)
	}
	proof := regexp.MustCompile(`case=([^&]+)`).FindStringSubmatch(right.Link.URL)[1]
	if seen := h.get("/v1/cases/"+proof, right.Link.Token).is(http.StatusOK); bytes.Contains(seen.body, []byte(old.Case.Applicant)) || bytes.Contains(seen.body, []byte("old@example.org")) {
		t.Errorf("the face's case names the account: %s", seen.body)
	} else if c := into[api.Case](seen); c.For != made.Case.ID {
		t.Errorf("whoever comes back from it is taken for the owner of the account: %+v", c)
	}
	s := &story{lab: h.lab, locale: "de", who: who, known: true, text: "the face"}
	s.made = api.CreatedCase{Case: api.Case{ID: proof}, Link: *right.Link}
	s.selfie([]string{"", ""})
	s.is("approved")
	told := h.told(kyc.DeliverProof)
	if string(told.Account) != old.Case.Applicant || string(told.Case) != made.Case.ID {
		t.Errorf("told %+v", told)
	}
	if r := into[api.Recovery](h.get(path, token).is(http.StatusOK)); r.Status != "proved" || r.Account != "" {
		t.Errorf("the applicant sees %+v", r)
	}
	if r := into[api.Recovery](h.get(path, h.key).is(http.StatusOK)); r.Account != old.Case.Applicant {
		t.Errorf("the operator sees %+v", r)
	}

	// Somebody else's passport was used: a third account says so.
	third := h.verified(who, "third@example.org", "in_review")
	thirdPath := "/v1/cases/" + third.Case.ID + "/recovery"
	if r := into[api.Recovery](h.post(thirdPath+"/reports", third.Link.Token, nil, nil).is(http.StatusOK)); r.Status != "reported" || fmt.Sprint(r.Choices) != "[human]" {
		t.Errorf("%+v", r)
	}
	if m := h.mail(sent + 2); m.To != "anna@example.org" || sixDigits.MatchString(m.Text) {
		t.Errorf("%+v", m)
	}
	h.told(kyc.DeliverReport)
	all := into[api.RecoveryList](h.get("/v1/recoveries?status=reported", h.key).is(http.StatusOK))
	if len(all.Recoveries) != 1 || all.Recoveries[0].Case != third.Case.ID || !slices.Contains(all.Recoveries[0].Accounts, old.Case.Applicant) {
		t.Errorf("%+v", all)
	}
	h.get("/v1/recoveries", third.Link.Token).problem(http.StatusForbidden, "not_yours")

	// Nothing of it is in the log.
	for _, secret := range []string{"anna@example.org", "Anna", code, phrase} {
		if strings.Contains(h.logged(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// answersTellNothing asks a thousand times for a code, now to the account's address,
// now to others, in an order that nobody can foresee, and compares answers and times.
// It returns how often it was the account's.
func (h *house) answersTellNothing(path, token string) int {
	h.Helper()
	const tries = 1000
	left := regexp.MustCompile(`"codes_left":\d+`)
	var bodies [2]string
	var times [2][]float64
	order := make([]byte, tries)
	if _, err := rand.Read(order); err != nil {
		h.Fatal(err)
	}
	for k := range tries {
		known := int(order[k] & 1)
		address := fmt.Sprintf("nobody-%03d@example.org", k%1000)
		if known == 1 {
			address = "anna@example.org"
		}
		began := time.Now()
		a := h.post(path+"/codes", token, `{"contact":"`+address+`"}`, nil)
		times[known] = append(times[known], float64(time.Since(began)))
		a.is(http.StatusAccepted)
		headers := a.header.Clone()
		headers.Del("Date")
		text := fmt.Sprintf("%d %v %s", a.status, headers, left.ReplaceAll(a.body, nil))
		text = regexp.MustCompile(`Content-Length:\[\d+\] ?`).ReplaceAllString(text, "") // codes_left has fewer digits with time
		if bodies[known] == "" {
			bodies[known] = text
		}
		if text != bodies[known] {
			h.Fatalf("one question has two answers:\n%s\n%s", text, bodies[known])
		}
	}
	if bodies[0] != bodies[1] {
		h.Errorf("an address that is somebody's is answered by\n%s\nand one that is not by\n%s", bodies[1], bodies[0])
	}
	z, median := rankSum(times[0], times[1])
	h.Logf("%d and %d answers; in the middle %.2f and %.2f ms; z %.2f", len(times[0]), len(times[1]), median[0]/1e6, median[1]/1e6, z)
	// By chance alone this is exceeded once in a million runs.
	if math.Abs(z) > 5 {
		h.Errorf("the times tell them apart: z = %.1f, in the middle %.2f and %.2f ms", z, median[0]/1e6, median[1]/1e6)
	}
	return len(times[1])
}

// other is another code.
func other(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

// rankSum is Wilcoxon's statistic of two samples as a standard normal deviate, and
// their medians. It asks for no distribution, so that a busy machine does not matter.
func rankSum(a, b []float64) (z float64, medians [2]float64) {
	type timed struct {
		at    float64
		first bool
	}
	var all []timed
	for _, x := range a {
		all = append(all, timed{x, true})
	}
	for _, x := range b {
		all = append(all, timed{x, false})
	}
	slices.SortFunc(all, func(x, y timed) int {
		if x.at < y.at {
			return -1
		}
		return 1
	})
	sum := 0.0
	for k, x := range all {
		if x.first {
			sum += float64(k + 1)
		}
	}
	n, m := float64(len(a)), float64(len(b))
	slices.Sort(a)
	slices.Sort(b)
	return (sum - n*(n+m+1)/2) / math.Sqrt(n*m*(n+m+1)/12), [2]float64{a[len(a)/2], b[len(b)/2]}
}
