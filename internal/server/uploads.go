package server

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/api"
	"bonafide/internal/kyc"
)

// Limits on photos that arrive in pieces.
const (
	// maxChunk is the most bytes of one piece.
	maxChunk = 1 << 20
	// maxHeld is the most bytes of all photos that are held; the one that was left
	// alone for longest makes room.
	maxHeld = 200 << 20
	// uploadLife is how long a photo is held after its last piece.
	uploadLife = 15 * time.Minute
	// What one caller may have begun; one more drops their oldest.
	applicantHeld, integratorHeld = 2, 32
)

// held are the photos that arrive in pieces, in memory alone: what is abandoned
// leaves nothing behind, and after a restart of this program a photo is sent
// from its beginning. It is safe for concurrent use.
type held struct {
	mu    sync.Mutex
	of    map[string]*upload
	bytes int
}

// upload is one photo on its way in. All is guarded by held.mu; the bytes of a
// whole one do not change any more.
type upload struct {
	id        string
	scope     string // of who began it
	applicant kyc.ApplicantID
	kase      kyc.CaseID
	item      kyc.Item
	size      int
	body      []byte
	touched   time.Time
	looked    *looked
	end       *time.Timer
}

// looked is what was seen in a photo. What was read in it is kept with it once it is
// submitted, and forgotten otherwise.
type looked struct {
	api.Look
	read map[kyc.Field]string
}

func (u *upload) whole() bool { return len(u.body) == u.size }

// begin makes room for one more photo of a caller.
func (h *held) begin(u *upload, most int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var oldest *upload
	own := 0
	for _, x := range h.of {
		if x.scope != u.scope {
			continue
		}
		own++
		if oldest == nil || x.touched.Before(oldest.touched) {
			oldest = x
		}
	}
	if own >= most {
		h.drop(oldest)
	}
	if h.of == nil {
		h.of = map[string]*upload{}
	}
	h.of[u.id] = u
	u.end = time.AfterFunc(uploadLife, func() { h.forget(func(x *upload) bool { return x == u }) })
}

// add takes a piece that begins at an offset. The same piece again changes
// nothing. It returns how many bytes are here, and whether the piece fitted.
func (h *held) add(u *upload, offset int, piece []byte, now time.Time) (int, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	end := offset + len(piece)
	switch {
	case h.of[u.id] != u || offset < 0 || offset > len(u.body) || end > u.size:
		return len(u.body), false
	case end <= len(u.body):
		return len(u.body), bytes.Equal(u.body[offset:end], piece)
	case offset < len(u.body):
		return len(u.body), false
	}
	for h.bytes+len(piece) > maxHeld {
		idle := u
		for _, x := range h.of {
			if len(x.body) > 0 && x.touched.Before(idle.touched) {
				idle = x
			}
		}
		if idle == u {
			break // the caps on one photo and on pieces bound what is over
		}
		h.drop(idle)
	}
	u.body = append(u.body, piece...)
	h.bytes += len(piece)
	u.touched = now
	u.end.Reset(uploadLife)
	return len(u.body), true
}

// find returns the photo of a case.
func (h *held) find(c kyc.CaseID, id string) (*upload, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u, ok := h.of[id]
	return u, ok && u.kase == c
}

// content returns the bytes of a photo, when all are here, and what was seen in it.
func (h *held) content(u *upload) ([]byte, *looked, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return u.body, u.looked, u.whole() && h.of[u.id] == u
}

func (h *held) keepLook(u *upload, l *looked) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u.looked = l
}

// forget drops what is chosen.
func (h *held) forget(which func(*upload) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, u := range h.of {
		if which(u) {
			h.drop(u)
		}
	}
}

// drop needs the lock.
func (h *held) drop(u *upload) {
	u.end.Stop()
	h.bytes -= len(u.body)
	delete(h.of, u.id)
}

// UploadPath names a photo that arrives in pieces.
type UploadPath struct {
	CasePath
	Upload string `path:"upload" maxLength:"64" example:"upl_01k9…"`
}

type uploadOut struct{ Body api.Upload }

// uploadOperations registers what concerns photos that arrive in pieces.
func (s *server) uploadOperations(a huma.API, op describes, both []map[string][]string) {
	one := "/v1/cases/{case}/uploads/{upload}"
	huma.Register(a, op("begin-upload", http.MethodPost, "/v1/cases/{case}/uploads", "Begin to send a photo in pieces", both, func(o *huma.Operation) {
		o.DefaultStatus = http.StatusCreated
		o.Description = "For lines that break: what has arrived stays, and only the rest is sent again. The photo is held in memory until it is submitted, for " +
			"15 minutes after its last piece; then nothing of it is left."
		o.Errors = append(o.Errors, http.StatusForbidden, http.StatusTooManyRequests)
	}), s.beginUpload)
	huma.Register(a, op("get-upload", http.MethodGet, one, "Read how much of a photo has arrived", both, nil), s.getUpload)
	piece := &huma.RequestBody{}
	huma.Register(a, op("put-chunk", http.MethodPut, one+"/chunks/{offset}", "Send a piece of a photo", both, func(o *huma.Operation) {
		o.MaxBodyBytes, o.RequestBody = maxChunk, piece
		o.Description = "The bytes from `offset` on, at most 1 MiB. The next offset is `arrived` of the answer. The same piece again changes nothing; one that does not " +
			"join on is refused (`wrong_offset`)."
		o.Errors = append(o.Errors, http.StatusTooManyRequests)
	}), s.putChunk)
	piece.Required = true
	huma.Register(a, op("look", http.MethodPost, one+"/look", "See where the data stand on a photo of a document", both, func(o *huma.Operation) {
		o.Description = "So that somebody can see for themselves, before they submit it, whether their photo can be read. Nothing is kept unless it is submitted, no attempt is used, no face is measured."
		o.Errors = append(o.Errors, http.StatusTooManyRequests)
	}), s.look)
	huma.Register(a, op("submit-upload", http.MethodPost, one+"/submission", "Submit a photo that has arrived in pieces", both, func(o *huma.Operation) {
		o.Description = "As if its bytes were sent to `submissions/{item}`."
		o.Errors = append(o.Errors, http.StatusForbidden, http.StatusTooManyRequests)
	}), s.submitUpload)
}

func (s *server) beginUpload(ctx context.Context, in *struct {
	OnceHeader
	CasePath
	Body api.NewUpload
},
) (*uploadOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	c, err := s.Service.MayTake(ctx, id, kyc.Item(in.Body.Item))
	if err != nil {
		return nil, s.explain("begin upload", err)
	}
	name, _, err := secret(s.Random, "upl_")
	if err != nil {
		return nil, s.explain("begin upload", err)
	}
	caller, most := callerOf(ctx), applicantHeld
	if caller.integrator() {
		most = integratorHeld
	}
	u := &upload{
		id: name, scope: caller.scope, applicant: c.Applicant, kase: id, item: kyc.Item(in.Body.Item), size: in.Body.Bytes, touched: s.Now(),
	}
	s.held.begin(u, most)
	return &uploadOut{show(u, 0)}, nil
}

func show(u *upload, arrived int) api.Upload {
	return api.Upload{Upload: u.id, Item: string(u.item), Bytes: u.size, Arrived: arrived}
}

// uploadOf finds a photo that the caller may reach.
func (s *server) uploadOf(ctx context.Context, in UploadPath) (*upload, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	u, ok := s.held.find(id, in.Upload)
	if !ok {
		return nil, problem(http.StatusNotFound, "no_such_upload", "There is no such upload, or not any more. Begin again; no attempt was used.")
	}
	return u, nil
}

func (s *server) getUpload(ctx context.Context, in *UploadPath) (*uploadOut, error) {
	u, err := s.uploadOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	body, _, _ := s.held.content(u)
	return &uploadOut{show(u, len(body))}, nil
}

func (s *server) putChunk(ctx context.Context, in *struct {
	UploadPath
	Offset  int    `path:"offset" minimum:"0" maximum:"20971520"`
	RawBody []byte `contentType:"application/octet-stream"`
},
) (*uploadOut, error) {
	u, err := s.uploadOf(ctx, in.UploadPath)
	if err != nil {
		return nil, err
	}
	arrived, ok := s.held.add(u, in.Offset, in.RawBody, s.Now())
	if !ok {
		return nil, problem(http.StatusConflict, "wrong_offset", "This piece does not join on: "+strconv.Itoa(arrived)+" of "+strconv.Itoa(u.size)+" bytes are here.")
	}
	return &uploadOut{show(u, arrived)}, nil
}

// wholeOf is uploadOf for a photo that must be here in full.
func (s *server) wholeOf(ctx context.Context, in UploadPath) (*upload, []byte, *looked, error) {
	u, err := s.uploadOf(ctx, in)
	if err != nil {
		return nil, nil, nil, err
	}
	body, seen, whole := s.held.content(u)
	if !whole {
		return nil, nil, nil, problem(http.StatusConflict, "incomplete", "Pieces of this photo are missing: "+strconv.Itoa(len(body))+" of "+strconv.Itoa(u.size)+" bytes are here.")
	}
	return u, body, seen, nil
}

func (s *server) look(ctx context.Context, in *UploadPath) (*struct{ Body api.Look }, error) {
	u, body, seen, err := s.wholeOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	if seen == nil {
		l, err := s.Service.Look(ctx, u.kase, u.item, body)
		if err != nil {
			return nil, s.explain("look", err)
		}
		seen = &looked{read: l.Read, Look: api.Look{Usable: l.Usable, Turn: l.Turn, Places: []api.Place{}}}
		for _, p := range l.Places {
			seen.Places = append(seen.Places, api.Place{Field: string(p.Field), Box: api.Box{X: p.Box.X, Y: p.Box.Y, Width: p.Box.Width, Height: p.Box.Height}})
		}
		s.held.keepLook(u, seen)
	}
	return &struct{ Body api.Look }{seen.Look}, nil
}

func (s *server) submitUpload(ctx context.Context, in *struct {
	OnceHeader
	Tongue
	UploadPath
},
) (*submittedOut, error) {
	u, body, seen, err := s.wholeOf(ctx, in.UploadPath)
	if err != nil {
		return nil, err
	}
	var read map[kyc.Field]string
	if seen != nil {
		read = seen.read
	}
	out, err := s.take(ctx, u.kase, u.item, "", body, read, in.Tongue)
	if err == nil {
		s.held.forget(func(x *upload) bool { return x == u })
	}
	return out, err
}
