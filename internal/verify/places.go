package verify

import (
	"context"
	"math"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/kyc"
)

// Place is where a datum stands on a photo.
type Place struct {
	Field kyc.Field
	Box   kyc.Box
}

// Looked is what can be told of a photo of a document that was not submitted:
// nothing of it is kept.
type Looked struct {
	// Usable says that the pre-check would find nothing.
	Usable bool
	// Places are those of the name, the number and the expiry date, as far as they
	// were found.
	Places []Place
	// Turn says by how many degrees the picture is to be turned clockwise for its
	// text to run from left to right: 0, 90, 180 or 270.
	Turn int
	// Read is what the document says for certain of what people are asked for.
	Read map[kyc.Field]string
}

// MayTake fails when an item cannot be sent now.
func (s *Service) MayTake(ctx context.Context, c kyc.CaseID, item kyc.Item) (kyc.Case, error) {
	k, _, err := s.mayTake(ctx, c, item, "", s.cfg.Now())
	return k, wrap("look at a photo of case", c, err)
}

// Look finds out where the data stand by which somebody can see for themselves
// whether their photo can be read. No face is measured.
func (s *Service) Look(ctx context.Context, c kyc.CaseID, item kyc.Item, content []byte) (Looked, error) {
	fail := func(err error) (Looked, error) { return Looked{}, wrap("look at a photo of case", c, err) }
	if item != kyc.DocumentFront && item != kyc.DocumentBack {
		return fail(&kyc.Error{Kind: kyc.Invalid, Op: "look", Item: item, Detail: "only photos of documents are looked at"})
	}
	k, err := s.MayTake(ctx, c, item)
	if err != nil {
		return Looked{}, err
	}
	var keep stored
	refused, err := s.look(ctx, k, item, content, &keep)
	if err != nil {
		return fail(err)
	}
	if len(refused) > 0 {
		return Looked{}, nil
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	side, turn, err := s.cfg.Engine.glimpse(ctx, content, s.cfg.Now())
	if err != nil || side == nil {
		return fail(err)
	}
	return Looked{Usable: true, Places: PlacesOf(side), Turn: turn, Read: ReadingOf(s.Policy(), side)}, nil
}

// Places reads a photo of a document for where its name, number and expiry date
// stand.
func (e *Engine) Places(ctx context.Context, content []byte) (places []Place, turn int, err error) {
	s, turn, err := e.glimpse(ctx, content, time.Time{}) // a place needs no year
	if err != nil || s == nil {
		return nil, 0, err
	}
	return PlacesOf(s), turn, nil
}

// glimpse reads a photo of a document and measures no face on it; nil when it cannot
// be decoded. turn is Looked's; at is the time of the capture, by which years in two digits
// are understood.
func (e *Engine) glimpse(ctx context.Context, content []byte, at time.Time) (s *Side, turn int, err error) {
	p, bad, done, err := e.decode(ctx, content)
	defer done()
	if err != nil || bad != "" {
		return nil, 0, err
	}
	m, err := e.documents.Measure(ctx, p, document.Options{At: at, Print: document.PrintAlways})
	if err != nil {
		return nil, 0, err
	}
	quarter := int(math.Round(-m.Document.Rotation/90)) % 4
	return SideOf(p, m), (quarter + 4) % 4 * 90, nil
}

// PlacesOf picks the places that a person can check with their eyes: what is
// printed, or else the whole zone that says it.
func PlacesOf(s *Side) []Place {
	var out []Place
	box := func(f kyc.Field) (kyc.Box, bool) {
		if p, ok := s.Printed[f]; ok {
			return p.Box, true
		}
		v, ok := s.Fields[f]
		if !ok || v.Box == nil || v.Box.Width == 0 {
			return kyc.Box{}, false
		}
		return *v.Box, true
	}
	surname, one := box(kyc.Surname)
	given, two := box(kyc.GivenNames)
	switch {
	case one && two:
		out = append(out, Place{kyc.Surname, around(surname, given)})
	case one:
		out = append(out, Place{kyc.Surname, surname})
	case two:
		out = append(out, Place{kyc.Surname, given})
	}
	for _, f := range []kyc.Field{kyc.DocumentNumber, kyc.ExpiryDate} {
		if b, ok := box(f); ok {
			out = append(out, Place{f, b})
		}
	}
	return out
}

// around is the smallest box that holds both.
func around(a, b kyc.Box) kyc.Box {
	x, y := min(a.X, b.X), min(a.Y, b.Y)
	return kyc.Box{X: x, Y: y, Width: max(a.X+a.Width, b.X+b.Width) - x, Height: max(a.Y+a.Height, b.Y+b.Height) - y}
}
