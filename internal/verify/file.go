package verify

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/face"
	"bonafide/internal/kyc"
)

// File is everything about one case that a person needs who decides it. It holds
// personal data: that it was opened is in the audit log before it is given out.
type File struct {
	Case       kyc.Case         `json:"-"`
	ExternalID string           `json:"external_id"`
	Blind      bool             `json:"blind"` // a sample: what was found and decided is kept back
	Queue      *kyc.QueueRecord `json:"-"`     // nil when it is not on the desk
	Sent       []Sent           `json:"sent"`
	Faces      *Likeness        `json:"faces,omitempty"`
	Earlier    []EarlierCase    `json:"earlier"` // other cases of the applicant
	Notes      []Note           `json:"notes"`
	Audit      []Logged         `json:"audit"` // the last records
	// Records is how many there are in all.
	Records int `json:"records"`
}

// auditPage is how many records of a case are read at once.
const auditPage = 100

// Sent is one submission with what was measured in it.
type Sent struct {
	ID      kyc.SubmissionID `json:"id"`
	Item    kyc.Item         `json:"item"`
	At      time.Time        `json:"at"`
	Current bool             `json:"current"` // stands for its item
	Gone    bool             `json:"gone"`    // its content is not kept any more
	Codes   []kyc.Code       `json:"codes,omitempty"`
	// Width and Height are of the upright picture, in whose pixels boxes are.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	// Boxes are places in the picture by what is there: "document", "zone",
	// "face".
	Boxes map[string]kyc.Box `json:"boxes,omitempty"`
	// Quad is the corners of a document, its own top left first, clockwise.
	Quad *[4][2]float64 `json:"quad,omitempty"`
	// Document is what a side of a document says.
	Kind   string              `json:"kind,omitempty"`
	Issuer string              `json:"issuer,omitempty"`
	Read   map[kyc.Field]Value `json:"read,omitempty"`
	Checks map[string]bool     `json:"check_digits,omitempty"`
	// Typed are details, Taken those that were taken over from the document.
	Typed map[kyc.Field]string `json:"typed,omitempty"`
	Taken []kyc.Field          `json:"taken,omitempty"`
	// Sequence is what a live face was asked to do, and its frames.
	Sequence *SentSequence `json:"sequence,omitempty"`
}

// SentSequence is a live face on a timeline.
type SentSequence struct {
	Challenge kyc.ChallengeID `json:"challenge"`
	Actions   []kyc.Action    `json:"actions"`
	Frames    []int64         `json:"frames"` // times of the frames that came
	Best      []int64         `json:"best"`   // those that the face is compared by
	Moves     []Move          `json:"moves"`
}

// Move is a movement that was seen.
type Move struct {
	Action string `json:"action"`
	FromMS int64  `json:"from_ms"`
	ToMS   int64  `json:"to_ms"`
}

// Likeness is how alike two faces are.
type Likeness struct {
	Match
	// FalseMatchRate is the share of strangers who are as alike or more so.
	FalseMatchRate float64 `json:"false_match_rate"`
}

// EarlierCase is another case of the same applicant.
type EarlierCase struct {
	ID        kyc.CaseID `json:"id"`
	State     kyc.State  `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
}

// Logged is one record of the audit log about a case.
type Logged struct {
	Seq   int64      `json:"seq"`
	At    time.Time  `json:"at"`
	Event string     `json:"event"`
	From  kyc.State  `json:"from,omitempty"`
	To    kyc.State  `json:"to,omitempty"`
	Actor string     `json:"actor"`
	Item  kyc.Item   `json:"item,omitempty"`
	Codes []kyc.Code `json:"codes,omitempty"`
	Note  string     `json:"note,omitempty"`
}

// File opens a case for a person who works for the operator. NotFound when there
// is none, NotAllowed when it is erased.
func (s *Service) File(ctx context.Context, id kyc.CaseID, by kyc.OperatorID) (File, error) {
	var f File
	var subs []kyc.SubmissionRecord
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		f = File{Earlier: []EarlierCase{}, Notes: []Note{}, Audit: []Logged{}, Sent: []Sent{}}
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if r.State == kyc.Erased {
			return &kyc.Error{Kind: kyc.NotAllowed, Op: "open case", State: r.State}
		}
		if f.Case, err = s.open(ctx, tx, r); err != nil {
			return err
		}
		q, err := tx.Queued(ctx, id)
		switch {
		case err == nil:
			f.Queue = &q
			f.Blind = q.Kind == kyc.ForSample
		case kyc.KindOf(err) != kyc.NotFound:
			return err
		}
		if err := s.note(ctx, tx, r, by, kyc.Record{Event: ViewCase}); err != nil {
			return err
		}
		if subs, err = tx.SubmissionsOf(ctx, id); err != nil {
			return err
		}
		return errors.Join(s.otherCases(ctx, tx, &f), s.notesOf(ctx, tx, &f), logOf(ctx, tx, &f))
	})
	if err != nil {
		return f, wrap("open case", id, err)
	}
	a, err := s.Applicant(ctx, f.Case.Applicant)
	if err != nil {
		return f, wrap("open case", id, err)
	}
	f.ExternalID = a.ExternalID
	if err := s.submissions(ctx, &f, subs); err != nil {
		return f, wrap("open case", id, err)
	}
	if f.Blind {
		f.withhold()
	}
	return f, nil
}

// withhold takes out of a sample what was found and decided.
func (f *File) withhold() {
	f.Case.State, f.Case.Findings, f.Case.Services, f.Case.Plan = kyc.InReview, nil, nil, nil
	f.Case.UpdatedAt, f.Case.Judged, f.Case.Refused = f.Case.CreatedAt, nil, nil
	for k := range f.Case.Items {
		i := &f.Case.Items[k]
		i.Attempts, i.RetryAt = 0, time.Time{}
		if i.Current != nil {
			i.Status = kyc.Submitted
		}
	}
	f.Audit, f.Records, f.Earlier, f.Notes = []Logged{}, 0, []EarlierCase{}, []Note{}
	for k := range f.Sent {
		f.Sent[k].Codes = nil
	}
}

func (s *Service) otherCases(ctx context.Context, tx kyc.Tx, f *File) error {
	all, err := tx.CasesOf(ctx, f.Case.Applicant)
	for _, r := range all {
		if r.ID != f.Case.ID {
			state, err := blindly(ctx, tx, r)
			if err != nil {
				return err
			}
			f.Earlier = append(f.Earlier, EarlierCase{r.ID, state, r.CreatedAt})
		}
	}
	return err
}

func (s *Service) notesOf(ctx context.Context, tx kyc.Tx, f *File) error {
	all, err := tx.NotesOf(ctx, f.Case.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	key, err := tx.DataKey(ctx, f.Case.Applicant)
	if err != nil {
		return err
	}
	for _, n := range all {
		b, err := s.cfg.Sealer.Open(f.Case.Applicant, key, about("note", n.ID), n.Sealed)
		if err != nil {
			return err
		}
		out := Note{ID: n.ID, By: n.By, At: n.CreatedAt}
		if json.Unmarshal(b, &out.Text) != nil {
			return errors.New("a sealed note is not readable") // the cause would quote it
		}
		f.Notes = append(f.Notes, out)
	}
	return nil
}

func logOf(ctx context.Context, tx kyc.Tx, f *File) (err error) {
	if f.Audit, err = pageOfLog(ctx, tx, f.Case.ID, 0); err == nil {
		f.Records, err = tx.AuditCount(ctx, f.Case.ID)
	}
	return err
}

// pageOfLog reads the last records of a case before a sequence number.
func pageOfLog(ctx context.Context, tx kyc.Tx, id kyc.CaseID, before int64) ([]Logged, error) {
	all, err := tx.AuditOf(ctx, id, before, auditPage)
	out := make([]Logged, 0, len(all))
	for _, r := range all {
		d, err := audit.Decode(r.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, Logged{r.Seq, d.At, d.Event, d.From, d.To, d.Actor, d.Item, d.Codes, d.Note})
	}
	return out, err
}

// EarlierLog reads records of a case from before a sequence number, the last of them.
// Of a second look that is blind, and of an erased case, it says nothing.
func (s *Service) EarlierLog(ctx context.Context, id kyc.CaseID, before int64) ([]Logged, error) {
	var out []Logged
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		blind, err := isBlind(ctx, tx, id)
		if err != nil {
			return err
		}
		if blind || r.State == kyc.Erased {
			return &kyc.Error{Kind: kyc.NotFound, Op: "read the record"}
		}
		out, err = pageOfLog(ctx, tx, id, before)
		return err
	})
	return out, wrap("read the record of case", id, err)
}

// submissions opens what was measured of everything that was sent.
func (s *Service) submissions(ctx context.Context, f *File, subs []kyc.SubmissionRecord) error {
	current := map[kyc.Item]kyc.SubmissionID{}
	for _, i := range f.Case.Items {
		if i.Current != nil {
			current[i.Item] = i.Current.ID
		}
	}
	var e Evidence
	for _, r := range subs {
		x := Sent{ID: r.ID, Item: r.Item, At: r.CreatedAt, Current: current[r.Item] == r.ID, Gone: r.BlobKey == ""}
		for _, j := range f.Case.Judged {
			if j.Submission == r.ID {
				x.Codes = j.Codes
			}
		}
		if !x.Gone {
			facts, err := s.facts(ctx, f.Case, kyc.Submission{ID: r.ID, Item: r.Item})
			if err != nil {
				return err
			}
			x.measured(facts)
			if x.Current && r.Item == kyc.DocumentFront {
				e.Front = facts.Side
			}
			if x.Current && r.Item == kyc.Face {
				e.Face = facts.Face
			}
		}
		f.Sent = append(f.Sent, x)
	}
	if m := CompareFaces(s.Policy(), e); m != nil {
		f.Faces = &Likeness{*m, face.FalseMatchRate(m.Score)}
	}
	return nil
}

// measured puts into a submission what was measured in it: no templates, no
// hashes.
func (x *Sent) measured(f stored) {
	x.Typed, x.Taken = f.Details, f.Taken
	x.Boxes = map[string]kyc.Box{}
	x.Read = map[kyc.Field]Value{}
	put := func(what string, b kyc.Box) {
		if b.Width > 0 && b.Height > 0 {
			x.Boxes[what] = b
		}
	}
	if d := f.Side; d != nil {
		x.Width, x.Height, x.Kind, x.Issuer, x.Checks = d.Width, d.Height, d.Kind, d.Issuer, d.CheckDigits
		x.Quad = d.Quad
		for name, v := range d.Fields {
			// A person reads the print, where there is one, and not the zone.
			if p, ok := d.Printed[name]; ok && p.Box.Width > 0 {
				v.Box = &p.Box
			}
			x.Read[name] = v
		}
		put("document", d.Box)
		if d.MRZBox != nil {
			put("zone", *d.MRZBox)
		}
		if d.Portrait != nil {
			put("face", d.Portrait.Box)
		}
	}
	if f.Face != nil {
		put("face", f.Face.Box)
	}
	q := f.Sequence
	if q == nil {
		return
	}
	x.Sequence = &SentSequence{Challenge: q.Challenge, Actions: q.Actions, Frames: slices.Clone(q.Arrived), Best: q.Best, Moves: []Move{}}
	if q.Measured == nil {
		return
	}
	for _, m := range q.Measured.Movements {
		x.Sequence.Moves = append(x.Sequence.Moves, Move{string(m.Action), m.FromMS, m.ToMS})
	}
}
