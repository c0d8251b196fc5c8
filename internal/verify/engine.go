package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"bonafide/internal/document"
	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/liveness"
	"bonafide/internal/onnx"
	"bonafide/mrz"
)

// Engine measures evidence: pictures in, numbers out. It is safe for concurrent
// use and keeps nothing.
type Engine struct {
	documents *document.Reader
	faces     *face.Analyser
	liveness  *liveness.Analyser
	// faceless says that no templates are made.
	faceless bool
	limits   imaging.Limits
	// room is the memory for pictures, in bytes: one of the largest fits, or
	// several usual ones; more wait their turn.
	room *semaphore.Weighted
}

// pictureMemory holds the largest picture that is decoded: 12 bytes for each of
// 40 million pixels (imaging.Cost, imaging.DefaultLimits).
const pictureMemory = 512 << 20

// NewEngine loads what measures. clock times the steps; nil leaves the timings
// out.
func NewEngine(rt *onnx.Runtime, clock func() time.Time) (*Engine, error) {
	docs, err := document.NewReader(rt, document.Config{Clock: clock})
	if err != nil {
		return nil, err
	}
	faces, err := face.New(rt)
	if err != nil {
		return nil, err
	}
	return &Engine{documents: docs, faces: faces, liveness: liveness.New(faces, clock), limits: imaging.DefaultLimits(), room: semaphore.NewWeighted(pictureMemory)}, nil
}

// WithoutTemplates is the same engine for people who declined biometrics: it finds
// faces and measures none of them for comparison.
func (e *Engine) WithoutTemplates() *Engine {
	without := *e
	without.faceless = true
	return &without
}

// decode decodes a picture; unreadable is the kind of what is wrong with the
// file, as opposed to err, which is our own failure. done gives the picture's
// memory back and must be called when it is not needed any more.
func (e *Engine) decode(ctx context.Context, content []byte) (p *imaging.Picture, unreadable string, done func(), err error) {
	need := min(imaging.Cost(content), pictureMemory)
	if err := e.room.Acquire(ctx, need); err != nil {
		return nil, "", func() {}, err
	}
	done = func() { e.room.Release(need) }
	p, err = imaging.Decode(ctx, content, e.limits)
	if d, ok := errors.AsType[*imaging.DecodeError](err); ok {
		return nil, string(d.Kind), done, nil
	}
	return p, "", done, err
}

// Glance measures of a document's photo what can be told at once: the quality.
func (e *Engine) Glance(ctx context.Context, content []byte) (*Side, *imaging.Metadata, error) {
	p, bad, done, err := e.decode(ctx, content)
	defer done()
	if err != nil || bad != "" {
		return &Side{Unreadable: bad, Full: true}, nil, err
	}
	m, err := e.documents.Measure(ctx, p, document.Options{Part: document.QualityOnly})
	if err != nil {
		return nil, nil, err
	}
	s := SideOf(p, m)
	// Where no outline was seen, a small card on a busy table say, only reading
	// tells whether there is a document; that is the full check's work.
	s.Found = true
	return s, &p.Meta, nil
}

// Document measures and reads the photo of one side of a document in full; of a
// front, the portrait too. at is the time of the capture.
func (e *Engine) Document(ctx context.Context, item kyc.Item, content []byte, at time.Time) (*Side, *imaging.Metadata, error) {
	s, _, meta, err := e.Read(ctx, item, content, at)
	return s, meta, err
}

// Read is [Engine.Document] with the measurement that the facts were taken from.
func (e *Engine) Read(ctx context.Context, item kyc.Item, content []byte, at time.Time) (*Side, *document.Measurement, *imaging.Metadata, error) {
	p, bad, done, err := e.decode(ctx, content)
	defer done()
	if err != nil || bad != "" {
		return &Side{Unreadable: bad, Full: true}, nil, nil, err
	}
	// The print is read even where a zone says everything: the two are compared.
	m, err := e.documents.Measure(ctx, p, document.Options{At: at, Print: document.PrintAlways})
	if err != nil {
		return nil, nil, nil, err
	}
	s := SideOf(p, m)
	s.Full = true
	if item == kyc.DocumentFront {
		s.Portrait, err = e.onDocument(ctx, p, m.Document)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	return s, m, &p.Meta, nil
}

// onDocument measures the portrait on a document; nil where there is none. Faces
// beside the document are not its portrait, however large. A page that is known
// to stand upright is not searched in other turns first: that costs four times
// as much.
func (e *Engine) onDocument(ctx context.Context, p *imaging.Picture, d document.Facts) (*Portrait, error) {
	for _, o := range []face.Options{{}, {Turns: true}} {
		if !o.Turns && math.Abs(d.Rotation) > 30 {
			continue
		}
		faces, err := e.faces.Find(ctx, p, o)
		if err != nil {
			return nil, err
		}
		if d.Quad != nil {
			faces = slices.DeleteFunc(faces, func(f face.Face) bool {
				return !inside(*d.Quad, f.Box.X+f.Box.W/2, f.Box.Y+f.Box.H/2)
			})
		}
		if len(faces) > 0 {
			return e.portrait(ctx, p, faces)
		}
	}
	return nil, nil //nolint:nilnil // a document without a portrait is no error
}

// inside reports whether a point is on the inner side of every edge of a quad
// whose corners go round clockwise, as a picture has its y downwards.
func inside(q document.Box, x, y float64) bool {
	for k := range q {
		a, b := q[k], q[(k+1)%len(q)]
		if (b[0]-a[0])*(y-a[1])-(b[1]-a[1])*(x-a[0]) < 0 {
			return false
		}
	}
	return true
}

// Selfie measures a photo of a face, with the template to compare it by.
func (e *Engine) Selfie(ctx context.Context, content []byte) (*Portrait, *imaging.Metadata, error) {
	p, bad, done, err := e.decode(ctx, content)
	defer done()
	if err != nil || bad != "" {
		return &Portrait{Unreadable: bad}, nil, err
	}
	faces, err := e.faces.Find(ctx, p, face.Options{})
	if err != nil {
		return nil, nil, err
	}
	f, err := e.portrait(ctx, p, faces)
	if err != nil {
		return nil, nil, err
	}
	f.view = imaging.NewSketchView(p.Gray())
	f.Sketch = f.view.Sketch()
	return f, &p.Meta, nil
}

// portrait measures the largest of the faces of a picture, with its template.
func (e *Engine) portrait(ctx context.Context, p *imaging.Picture, faces []face.Face) (*Portrait, error) {
	out := PortraitOf(p, faces)
	for _, m := range e.faces.Models() {
		out.Models = append(out.Models, modelName(m))
	}
	if len(faces) == 0 || e.faceless {
		return out, nil
	}
	t, err := e.faces.Template(ctx, p, faces[0])
	if err != nil {
		return nil, err
	}
	out.Template = t.Bytes()
	return out, nil
}

// PortraitOf keeps of the faces of a picture what decisions are made of, without
// a template.
func PortraitOf(p *imaging.Picture, faces []face.Face) *Portrait {
	g := p.Gray()
	out := &Portrait{Faces: len(faces), Mean: imaging.Exposure(g, g.Rect).Mean, PerceptualHash: p.PerceptualHash()}
	if len(faces) > 0 {
		out.Box = rectangle(faces[0].Box.Rect(p.RGB.Rect))
		out.Quality = face.Measure(p, faces, 0)
	}
	return out
}

// SideOf keeps of a measurement what decisions are made of.
func SideOf(p *imaging.Picture, m *document.Measurement) *Side {
	q := m.Quality
	s := &Side{
		Width: q.Width, Height: q.Height, Found: m.Document.Found, WidthPx: q.DocumentWidth, Sharpness: q.Sharpness,
		Mean: q.Mean, OverShare: q.OverShare, GlareShare: q.GlareShare,
		Kind: string(m.Document.Kind), Issuer: m.Document.Issuer, Fields: map[kyc.Field]Value{},
		PerceptualHash: p.PerceptualHash(), view: imaging.NewSketchView(p.Gray()),
	}
	s.Sketch = s.view.Sketch()
	s.Face, s.Capture = m.Document.Side, captureOf(p, m)
	s.Seen = s.Found || m.Document.Evidence.Outline > 0 || m.Document.Evidence.TextLines > 0
	for name, f := range m.Printed {
		if b := bounds(f.Box, p.RGB.Rect); f.Value != "" && b.Width > 0 {
			if s.Printed == nil {
				s.Printed = map[kyc.Field]Print{}
			}
			s.Printed[kyc.Field(name)] = Print{Text: f.Value, Confidence: f.Confidence, Box: *b, Contradicts: f.Contradicts}
		}
	}
	if m.Document.Quad != nil {
		s.Box = *bounds(*m.Document.Quad, p.RGB.Rect)
		s.Quad = new([4][2]float64)
		for k, c := range m.Document.Quad.Quad() {
			s.Quad[k] = [2]float64{c.X, c.Y}
		}
	}
	if q.GlareBox != nil {
		s.GlareBox = *bounds(*q.GlareBox, p.RGB.Rect)
	}
	for name, f := range m.Fields {
		if f.Value == "" || f.Ambiguous {
			continue
		}
		s.Fields[kyc.Field(name)] = Value{Text: f.Value, Confidence: f.Confidence, Source: f.Source, Box: bounds(f.Box, p.RGB.Rect)}
	}
	if m.Document.Issuer != "" {
		// Of the zone or the bar code where one says it: no title of another side
		// stands above that.
		s.Fields[kyc.IssuingState] = Value{Text: m.Document.Issuer, Confidence: 1, Source: cmp.Or(s.Fields[kyc.IssuingState].Source, document.SourcePrint)}
	}
	s.Barcode, s.NameTruncated = barcodeOf(m.Barcode, p.RGB.Rect)
	if z := m.MRZ; z != nil {
		s.HasMRZ, s.MRZFormat, s.CheckDigits = true, string(z.Format), z.CheckDigits
		s.MRZBox = bounds(z.Box, p.RGB.Rect)
		s.NameTruncated = z.Result.NameTruncated()
		s.MRZCertainty, s.NumberCheck = z.Weakest, numberCheck(z.Result)
	}
	for _, x := range m.Models {
		s.Models = append(s.Models, modelName(x))
	}
	return s
}

// numberCheck is the printed check digit of the document number (Doc 9303 parts 4
// to 7); "" where the number goes on in the optional field, or there is none.
func numberCheck(r mrz.Result) string {
	var line, at int
	switch r.Format {
	case mrz.TD1:
		line, at = 0, 14
	case mrz.TD2, mrz.TD3, mrz.MRVA, mrz.MRVB:
		line, at = 1, 9
	default:
		return ""
	}
	if len(r.Lines) <= line || len(r.Lines[line]) <= at || r.Lines[line][at] < '0' || r.Lines[line][at] > '9' {
		return ""
	}
	return r.Lines[line][at : at+1]
}

func modelName(m onnx.ModelInfo) string { return fmt.Sprintf("%s@%s", m.Name, m.Version) }

// bounds is the upright rectangle around four corners, within the picture; nil
// when nothing of it is inside.
func bounds(b document.Box, in image.Rectangle) *kyc.Box {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range b {
		x0, y0, x1, y1 = math.Min(x0, c[0]), math.Min(y0, c[1]), math.Max(x1, c[0]), math.Max(y1, c[1])
	}
	r := image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))).Intersect(in)
	if r.Empty() {
		return &kyc.Box{}
	}
	out := rectangle(r)
	return &out
}

func rectangle(r image.Rectangle) kyc.Box {
	return kyc.Box{X: r.Min.X, Y: r.Min.Y, Width: r.Dx(), Height: r.Dy()}
}
