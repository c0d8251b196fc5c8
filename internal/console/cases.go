package console

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"bonafide/api"
	"bonafide/internal/audit"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/verify"
)

// Waiting is one case of the queue: nothing of its applicant.
type Waiting struct {
	Case      kyc.CaseID     `json:"case"`
	Kind      kyc.QueueKind  `json:"kind"`
	Reason    kyc.Code       `json:"reason,omitempty"`
	Title     string         `json:"title"` // the reason in words
	Since     time.Time      `json:"since"`
	DueAt     time.Time      `json:"due_at"`
	Late      bool           `json:"late"`
	Assignee  kyc.OperatorID `json:"assignee,omitempty"`
	Escalated bool           `json:"escalated"`
	LockedBy  kyc.OperatorID `json:"locked_by,omitempty"` // while it lasts
	Until     *time.Time     `json:"locked_until,omitempty"`
	Proposal  *Proposed      `json:"proposal,omitempty"`
}

// Proposed is a decision that waits for a second person.
type Proposed struct {
	By       kyc.OperatorID `json:"by"`
	Verdict  kyc.State      `json:"verdict"`
	Findings []api.Finding  `json:"findings"`
	At       time.Time      `json:"at"`
}

// Queue is one page of the queue.
type Queue struct {
	Cases  []Waiting                 `json:"cases"`
	More   bool                      `json:"more"`
	People map[kyc.OperatorID]string `json:"people"`
	Now    time.Time                 `json:"now"`
}

// Count is how many wait for one reason.
type Count struct {
	Reason kyc.Code  `json:"reason"`
	Title  string    `json:"title"`
	Waits  int       `json:"waits"`
	Late   int       `json:"late"`
	Oldest time.Time `json:"oldest"`
}

// pageSize is how many cases are on one page of the queue.
const pageSize = 50

// speaking puts cases into the console's own language.
func (c *console) speaking() verify.Presenter {
	return verify.Presenter{Words: c.Words.Speak("en"), Operator: true, Policy: c.Service.Policy(), Now: c.Now()}
}

// titleOf is a reason for waiting in words.
func (c *console) titleOf(kind kyc.QueueKind, reason kyc.Code) string {
	switch {
	case kind == kyc.ForSample || kind == "" && reason == "":
		return "Second look, not knowing the first"
	case reason == "":
		return "Waiting"
	}
	return c.speaking().Findings([]kyc.Finding{{Code: reason, Item: kyc.WholeCase}})[0].Title
}

func (c *console) waiting(q kyc.QueueRecord) Waiting {
	now := c.Now()
	out := Waiting{
		Case: q.Case, Kind: q.Kind, Reason: q.Reason, Title: c.titleOf(q.Kind, q.Reason), Since: q.Since, DueAt: q.DueAt,
		Late: now.After(q.DueAt), Assignee: q.Assignee, Escalated: q.Escalated,
	}
	if q.LockedBy != "" && now.Before(q.LockedUntil) {
		out.LockedBy, out.Until = q.LockedBy, &q.LockedUntil
	}
	if p := q.Proposal; p != nil {
		out.Proposal = &Proposed{By: p.By, Verdict: p.Verdict, Findings: c.speaking().Findings(p.Findings), At: p.At}
	}
	return out
}

func (c *console) queue(w http.ResponseWriter, r *http.Request, p who) error {
	in := r.URL.Query()
	f := kyc.QueueFilter{Reason: kyc.Code(in.Get("reason")), Limit: pageSize + 1, After: kyc.CaseID(in.Get("after"))}
	switch in.Get("only") {
	case "mine":
		f.Assignee = p.ID
	case "escalated":
		f.Escalated = true
	case "proposed":
		f.Proposed = true
	case "":
	default:
		return &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: "only is mine, escalated or proposed."}
	}
	if f.After != "" {
		due, err := time.Parse(time.RFC3339Nano, in.Get("due"))
		if err != nil {
			return &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: "due must be that of the last case of the page before."}
		}
		f.AfterDue = due
	}
	ctx := r.Context()
	out := Queue{Cases: []Waiting{}, Now: c.Now()}
	err := c.Store.Read(ctx, func(tx kyc.Tx) error {
		page, err := tx.Queue(ctx, f)
		if err != nil {
			return err
		}
		out.More = len(page) > pageSize
		for _, q := range page[:min(len(page), pageSize)] {
			out.Cases = append(out.Cases, c.waiting(q))
		}
		out.People, err = c.people(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, out)
}

// tally keeps counts of the whole queue for a while: everybody's page asks for
// them, and each time all that wait are counted.
type tally struct {
	mu   sync.Mutex
	at   time.Time
	last []Count
}

// countsEvery is how old counts may be.
const countsEvery = 15 * time.Second

// counts counts the whole queue by reason. It is apart from the pages of the
// queue, which wait for no count.
func (c *console) counts(w http.ResponseWriter, r *http.Request, _ who) error {
	c.counted.mu.Lock()
	defer c.counted.mu.Unlock()
	now := c.Now()
	if c.counted.last == nil || now.Sub(c.counted.at) >= countsEvery {
		var all []kyc.QueueCount
		ctx := r.Context()
		err := c.Store.Read(ctx, func(tx kyc.Tx) error {
			var err error
			all, err = tx.QueueCounts(ctx, now)
			return err
		})
		if err != nil {
			return err
		}
		c.counted.last, c.counted.at = []Count{}, now
		for _, k := range all {
			c.counted.last = append(c.counted.last, Count{k.Reason, c.titleOf("", k.Reason), k.Waits, k.Late, k.Oldest})
		}
	}
	return answer(w, c.counted.last)
}

// people are the names behind the ids.
func (c *console) people(ctx context.Context, tx kyc.Tx) (map[kyc.OperatorID]string, error) {
	all, err := tx.Operators(ctx)
	out := map[kyc.OperatorID]string{}
	for _, o := range all {
		out[o.ID] = c.nameOf(o)
	}
	return out, err
}

// File is a case on one screen.
type File struct {
	Case api.Case `json:"case"`
	verify.File
	Queue    *Waiting                  `json:"queue,omitempty"`
	People   map[kyc.OperatorID]string `json:"people"`
	Now      time.Time                 `json:"now"`
	FourEyes []kyc.State               `json:"four_eyes"` // verdicts that a second person would confirm
}

func (c *console) file(w http.ResponseWriter, r *http.Request, p who) error {
	ctx := r.Context()
	f, err := c.Service.File(ctx, kyc.CaseID(r.PathValue("case")), p.ID)
	if err != nil {
		return err
	}
	out := File{Case: c.speaking().Case(f.Case), File: f, Now: c.Now(), FourEyes: []kyc.State{}}
	if f.Queue != nil {
		q := c.waiting(*f.Queue)
		out.Queue = &q
	}
	for _, v := range []kyc.State{kyc.Approved, kyc.ActionRequired, kyc.Declined} {
		if !f.Blind && c.Service.Policy().Review.NeedsTwo(v, f.Case.Findings) {
			out.FourEyes = append(out.FourEyes, v)
		}
	}
	err = c.Store.Read(ctx, func(tx kyc.Tx) error {
		out.People, err = c.people(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return answer(w, out)
}

// viewSide is the longer side to which pictures are reduced for the screen.
const viewSide = 3200

// picture sends a photo as a browser shows it: upright, without the file's own
// metadata, and written anew, so that no byte that came from outside reaches the
// reviewer's browser. Boxes are in the pixels of the headers.
func (c *console) picture(w http.ResponseWriter, r *http.Request, p who) error {
	content, item, err := c.Service.Evidence(r.Context(), kyc.CaseID(r.PathValue("case")), kyc.SubmissionID(r.PathValue("submission")), string(p.ID))
	if err != nil {
		return err
	}
	if item == kyc.Details {
		return &problem{Status: http.StatusNotFound, Kind: "no_picture", Detail: "Details are no picture; the case has their values."}
	}
	return c.show(w, r, content)
}

func (c *console) frame(w http.ResponseWriter, r *http.Request, p who) error {
	at, err := strconv.ParseInt(r.PathValue("at"), 10, 64)
	if err != nil {
		return &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: "A frame is named by its milliseconds."}
	}
	content, err := c.Service.Frame(r.Context(), kyc.CaseID(r.PathValue("case")), kyc.ChallengeID(r.PathValue("challenge")), at, string(p.ID))
	if err != nil {
		return err
	}
	return c.show(w, r, content)
}

func (c *console) show(w http.ResponseWriter, r *http.Request, content []byte) error {
	if err := c.decodes.Acquire(r.Context(), 1); err != nil {
		return err
	}
	defer c.decodes.Release(1)
	pic, err := imaging.Decode(r.Context(), content, imaging.Limits{})
	if _, bad := errors.AsType[*imaging.DecodeError](err); bad {
		return &problem{Status: http.StatusUnprocessableEntity, Kind: "no_picture", Detail: "This file is no picture that can be shown."}
	}
	if err != nil {
		return err
	}
	img := pic.RGB
	width, height := img.Rect.Dx(), img.Rect.Dy()
	if k := float64(viewSide) / float64(max(width, height)); k < 1 {
		img = imaging.Resize(img, int(math.Round(float64(width)*k)), int(math.Round(float64(height)*k)))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		return fmt.Errorf("show picture: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("X-Picture-Width", strconv.Itoa(width))
	h.Set("X-Picture-Height", strconv.Itoa(height))
	_, _ = w.Write(b.Bytes()) // who has gone needs no answer
	return nil
}

// reasons is the catalogue to decide with.
func (c *console) reasons(w http.ResponseWriter, _ *http.Request, _ who) error {
	return answer(w, c.speaking().Catalogue())
}

func (c *console) take(w http.ResponseWriter, r *http.Request, p who) error {
	q, err := c.Service.Take(r.Context(), kyc.CaseID(r.PathValue("case")), p.person())
	if err != nil {
		return err
	}
	return answer(w, c.waiting(q))
}

func (c *console) release(w http.ResponseWriter, r *http.Request, p who) error {
	if err := c.Service.Release(r.Context(), kyc.CaseID(r.PathValue("case")), p.ID); err != nil {
		return err
	}
	return done(w)
}

// Verdict is what a person decides: by codes, never by words of their own.
type Verdict struct {
	Verdict kyc.State `json:"verdict"`
	Reasons []Reason  `json:"reasons"`
}

// Reason is one reason of a person.
type Reason struct {
	Code  kyc.Code  `json:"code"`
	Item  kyc.Item  `json:"item"`
	Field kyc.Field `json:"field,omitempty"`
}

// maxReasons is the most reasons of one decision.
const maxReasons = 20

func verdict(w http.ResponseWriter, r *http.Request) (Verdict, []kyc.Finding, error) {
	var v Verdict
	if err := read(w, r, &v); err != nil {
		return v, nil, err
	}
	if !v.Verdict.IsVerdict() {
		return v, nil, &kyc.Error{Kind: kyc.Invalid, Op: "decide", Detail: "The verdict is approved, declined or action_required."}
	}
	out, err := findings(v.Reasons)
	return v, out, err
}

// findings are the reasons of a person, as a case keeps them.
func findings(reasons []Reason) ([]kyc.Finding, error) {
	if len(reasons) > maxReasons {
		return nil, &kyc.Error{Kind: kyc.Invalid, Op: "decide", Detail: fmt.Sprintf("At most %d reasons.", maxReasons)}
	}
	var out []kyc.Finding
	for _, x := range reasons {
		d, ok := kyc.Lookup(x.Code)
		if !ok {
			return nil, &kyc.Error{Kind: kyc.Invalid, Op: "decide", Detail: "Choose reasons from the list; this code is not in it."}
		}
		f := kyc.Finding{Code: d.Code, Item: cmp.Or(x.Item, d.Item), Field: x.Field}
		if !f.Item.IsKnown() || f.Field != "" && !f.Field.IsKnown() {
			return nil, &kyc.Error{Kind: kyc.Invalid, Op: "decide", Detail: "Choose item and field from the list; this one is not in it."}
		}
		out = append(out, f)
	}
	return out, nil
}

// Preview is what the applicant would be told.
type Preview struct {
	Language string        `json:"language"`
	Title    string        `json:"title"`
	Text     string        `json:"text"`
	Findings []api.Finding `json:"findings"`
}

// preview shows what the applicant would be told, in their language.
func (c *console) preview(w http.ResponseWriter, r *http.Request, _ who) error {
	v, reasons, err := verdict(w, r)
	if err != nil {
		return err
	}
	k, err := c.Service.Case(r.Context(), kyc.CaseID(r.PathValue("case")))
	if err != nil {
		return err
	}
	words := c.Words.Speak(k.Locale)
	say := verify.Presenter{Words: words, Policy: c.Service.Policy(), Now: c.Now()}
	return answer(w, Preview{words.Tag.String(), words.State(v.Verdict), words.Next(v.Verdict), say.Findings(kyc.Told(reasons))})
}

func (c *console) decide(w http.ResponseWriter, r *http.Request, p who) error {
	v, reasons, err := verdict(w, r)
	if err != nil {
		return err
	}
	d, err := c.Service.Decide(r.Context(), kyc.CaseID(r.PathValue("case")), p.person(), v.Verdict, reasons)
	if err != nil {
		return err
	}
	return answer(w, d)
}

func (c *console) confirm(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		Agree *bool `json:"agree"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if body.Agree == nil {
		return &kyc.Error{Kind: kyc.Invalid, Op: "confirm", Detail: "Say whether you agree."}
	}
	d, err := c.Service.Confirm(r.Context(), kyc.CaseID(r.PathValue("case")), p.person(), *body.Agree)
	if err != nil {
		return err
	}
	return answer(w, d)
}

func (c *console) note(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		Text string `json:"text"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if err := c.Service.AddNote(r.Context(), kyc.CaseID(r.PathValue("case")), p.ID, body.Text); err != nil {
		return err
	}
	return done(w)
}

func (c *console) escalate(w http.ResponseWriter, r *http.Request, p who) error {
	q, err := c.Service.Escalate(r.Context(), kyc.CaseID(r.PathValue("case")), p.ID)
	if err != nil {
		return err
	}
	return answer(w, c.waiting(q))
}

func (c *console) assign(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		To kyc.OperatorID `json:"to"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	q, err := c.Service.Assign(r.Context(), kyc.CaseID(r.PathValue("case")), body.To, p.ID)
	if err != nil {
		return err
	}
	return answer(w, c.waiting(q))
}

// Chain is what a verification of the audit log says.
type Chain struct {
	Holds   bool   `json:"holds"`
	Records int64  `json:"records"`
	Head    string `json:"head"`
	// At and Reason say where it breaks, and how.
	At     int64  `json:"at,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (c *console) verifyAudit(w http.ResponseWriter, r *http.Request, p who) error {
	ctx := r.Context()
	rep, err := audit.Verify(audit.Records(ctx, c.Store))
	out := Chain{Holds: err == nil, Records: rep.Records, Head: rep.Head.String()}
	if broken, ok := errors.AsType[*audit.BrokenError](err); ok {
		out.At, out.Reason = broken.Seq, broken.Reason
	} else if err != nil {
		return err
	}
	// What it found is kept; where the chain is broken, too.
	found := "holds " + out.Head
	if !out.Holds {
		found = fmt.Sprintf("broken at %d", out.At)
	}
	err = c.Store.Write(ctx, func(tx kyc.Tx) error {
		return record(ctx, tx, kyc.Record{Event: "audit_checked", Actor: string(p.ID), Note: found, At: c.Now()})
	})
	if err != nil {
		return err
	}
	return answer(w, out)
}

// earlierLog is a page of a case's record from before the last one.
func (c *console) earlierLog(w http.ResponseWriter, r *http.Request, _ who) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 1 {
		return &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: "before is the number of the first record of the page before."}
	}
	page, err := c.Service.EarlierLog(r.Context(), kyc.CaseID(r.PathValue("case")), before)
	if err != nil {
		return err
	}
	return answer(w, page)
}
