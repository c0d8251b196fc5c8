package document

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"sort"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
	"bonafide/internal/onnx"
	"bonafide/mrz"
)

// Part says what a measurement is to hold.
type Part int

// The parts. Document, Quality, Models and Timings are always there; what was not looked for is empty.
const (
	Everything  Part = iota // MRZ, print where it is needed, quality
	MRZOnly                 // MRZ and quality
	QualityOnly             // quality over the outline: for the pre-check, which has to answer at once
)

// Print says when the print is read.
type Print int

// The choices. Reading print takes several times as long as everything else.
const (
	PrintIfNeeded Print = iota // where there is no MRZ, or one whose check digits do not hold
	PrintAlways
	PrintNever
)

// Options steer one measurement.
type Options struct {
	// At is the moment of the capture, normally now: it decides the century of years printed with two digits, and nothing else.
	At    time.Time
	Part  Part
	Print Print
}

// Config is what a Reader is made of besides the runtime.
type Config struct {
	// Clock gives the time for Timings, and for nothing else. Nil leaves Timings with the inference alone.
	Clock func() time.Time
}

// Reader measures documents. It is safe for concurrent use.
type Reader struct {
	mrz   *MRZReader
	text  *ocr.Reader
	clock func() time.Time
}

// NewReader loads the models; the error is the runtime's.
func NewReader(rt *onnx.Runtime, cfg Config) (*Reader, error) {
	zone, err := NewMRZReader(rt)
	if err != nil {
		return nil, fmt.Errorf("document: MRZ reader: %w", err)
	}
	text, err := ocr.New(rt)
	if err != nil {
		return nil, fmt.Errorf("document: print reader: %w", err)
	}
	clock := cfg.Clock
	if clock == nil {
		clock = func() time.Time { return time.Time{} }
	}
	return &Reader{mrz: zone, text: text, clock: clock}, nil
}

// Measure measures one picture. It fails only where a model fails or ctx ends: a picture without a document is a measurement too.
func (r *Reader) Measure(ctx context.Context, p *imaging.Picture, opts Options) (*Measurement, error) {
	if p == nil || p.RGB == nil || p.RGB.Rect.Empty() {
		return nil, errors.New("document: no picture")
	}
	ctx, meter := onnx.WithMeter(ctx)
	m := &Measurement{Fields: map[string]Field{}, Timings: map[string]float64{}}
	start := r.clock()
	lap := start
	took := func(what string) {
		now := r.clock()
		m.Timings[what] = milliseconds(now.Sub(lap))
		lap = now
	}

	beside := lookAhead(p)
	defer beside.wait()
	// The zone comes first: it says which way up the page is.
	var zone *MRZReading
	if opts.Part != QualityOnly {
		var err error
		if zone, err = r.mrz.Read(ctx, p, opts.At); err != nil {
			return nil, fmt.Errorf("document: reading the MRZ: %w", err)
		}
		took("mrz")
	}
	if zone != nil {
		m.setMRZ(zone)
	} else if opts.Part == Everything {
		m.readBarcode(p)
		took("barcode")
	}

	edges, hasEdges := beside.outline()
	took("outline")

	var page *ocr.Page
	var read printed
	if opts.Part == Everything && wanted(opts.Print, zone, m.Barcode) {
		beside.region(likely(p, edges, hasEdges, zone))
		var err error
		if page, err = r.readPage(ctx, p, zone, edges, hasEdges); err != nil {
			return nil, fmt.Errorf("document: reading print: %w", err)
		}
		issuer := ""
		if zone != nil {
			issuer = alpha3(zone.Parsed.Fields.IssuingState)
		}
		read = readPrint(withoutZone(page.Lines, zone), page.Angle, issuer, opts.At)
		m.Printed = read.fields
		m.Models = append(m.Models, page.Detector, page.Recogniser)
		took("print")
	}

	m.place(zone, page, edges, hasEdges)
	m.identify(zone, page, read)
	m.Barcode.identify(&m.Document)
	m.mergeFields()
	beside.region(m.region(p))
	if page != nil {
		m.crossCheck(withoutZone(page.Lines, zone))
	}
	m.Quality = quality(p, m, edges, page)
	if zone != nil {
		m.Quality.CharacterPitch = round1(zone.Pitch)
	}
	if page != nil {
		m.Quality.TextHeight = round1(medianHeight(page.Lines))
	}
	took("quality")
	m.Timings["total"] = milliseconds(r.clock().Sub(start))
	m.Timings["inference"] = milliseconds(meter.Elapsed())
	return m, nil
}

func milliseconds(d time.Duration) float64 { return math.Round(float64(d)/1e4) / 100 }

// wanted says whether print is to be read.
func wanted(choice Print, zone *MRZReading, code *Barcode) bool {
	switch choice {
	case PrintAlways:
		return true
	case PrintNever:
		return false
	case PrintIfNeeded:
	}
	return (zone == nil || !zone.Parsed.Valid) && !code.says()
}

func (r *Reader) readPage(ctx context.Context, p *imaging.Picture, zone *MRZReading, edges outline, hasEdges bool) (*ocr.Page, error) {
	var opts ocr.Options
	if zone != nil {
		angle := direction(zone.Quad)
		opts.Angle = &angle
	}
	if hasEdges && (zone == nil || agrees(edges.quad, zone)) && area(edges.quad) < 0.5*float64(p.RGB.Rect.Dx()*p.RGB.Rect.Dy()) {
		// A document far away fills little of the detector's picture: give it the document alone, with a margin, as the outline may have
		// taken a printed rule for the border.
		q := grow(edges.quad, 0.08)
		opts.Region = &q
	}
	return r.text.Read(ctx, p, opts)
}

// grow moves the corners away from the middle by a share of their distance to it.
func grow(q imaging.Quad, share float64) imaging.Quad {
	m := within(q, 0.5, 0.5)
	for i := range q {
		q[i].X += (q[i].X - m.X) * share
		q[i].Y += (q[i].Y - m.Y) * share
	}
	return q
}

// setMRZ copies the zone.
func (m *Measurement) setMRZ(zone *MRZReading) {
	digits := map[string]bool{}
	for _, c := range zone.Parsed.CheckDigits {
		digits[c.Name] = c.OK
	}
	repairs := []Repaired{}
	for _, r := range zone.Repairs {
		repairs = append(repairs, Repaired{r.Line, r.Column, string(rune(r.From)), string(rune(r.To)), r.Why})
	}
	weakest, _ := zone.Unchecked()
	m.MRZ = &MRZ{
		Format: zone.Format, Lines: zone.Lines, CheckDigits: digits, Repairs: repairs,
		Fields: zone.Parsed.Fields, Box: boxOf(zone.Quad), Result: zone.Parsed, certainty: round3(math.Min(1, zone.Quality)), Weakest: round3(weakest),
	}
	m.Models = append(m.Models, zone.Model)
}

// likely is where the document is, as far as that can be told before the print is read.
func likely(p *imaging.Picture, edges outline, hasEdges bool, zone *MRZReading) imaging.Quad {
	var m Measurement
	m.place(zone, nil, edges, hasEdges)
	return m.region(p)
}

// region is where the document is, the whole picture where no outline was found.
func (m *Measurement) region(p *imaging.Picture) imaging.Quad {
	if m.Document.Quad == nil {
		return wholeOf(p.RGB.Rect)
	}
	return m.Document.Quad.Quad()
}

// place decides which outline is the document's.
func (m *Measurement) place(zone *MRZReading, page *ocr.Page, edges outline, hasEdges bool) {
	d := &m.Document
	if hasEdges {
		switch {
		case zone != nil && !agrees(edges.quad, zone):
			hasEdges = false // two pages of a booklet, or something else with straight edges
		case zone == nil && page != nil && len(page.Lines) >= 4 && textInside(edges.quad, page.Lines) < 0.6:
			hasEdges = false // a portrait, a stamp, a part of a pattern
		}
	}
	angle := 0.0
	if page != nil {
		angle = page.Angle
	}
	if zone != nil {
		angle = direction(zone.Quad)
	}
	d.Rotation = round1(angle * 180 / math.Pi)
	switch {
	case hasEdges:
		d.setQuad(turnTo(edges.quad, angle), "edges")
		d.Evidence.Outline, d.Evidence.Ratio = round3(edges.support), round3(edges.ratio)
	case zone != nil:
		if q, ok := pageOfZone(zone); ok {
			d.setQuad(q, "mrz")
		}
	}
}

// agrees says whether an outline is about the page that the zone belongs to.
func agrees(q imaging.Quad, zone *MRZReading) bool {
	page, ok := pageOfZone(zone)
	if !ok {
		return overlap(q, zone.Quad) > 0.95
	}
	q = turnTo(q, direction(zone.Quad))
	return overlap(q, page) > 0.8 && overlap(page, q) > 0.8
}

func (f *Facts) setQuad(q imaging.Quad, source string) {
	b := boxOf(q)
	f.Quad, f.QuadSource = &b, source
}

// identify names the document and decides whether it is one.
func (m *Measurement) identify(zone *MRZReading, page *ocr.Page, read printed) {
	d := &m.Document
	e := &d.Evidence
	e.Labels, e.Title = read.labels, read.title.kind != KindUnknown || read.title.issuer != ""
	if page != nil {
		e.TextLines = len(page.Lines)
	}
	d.Kind, d.Issuer = read.title.kind, read.title.issuer
	_, named := read.fields[FieldSurname]
	if read.names || named {
		d.Side = SideFront // backs carry addresses, categories and zones, not labelled names
	}
	if zone != nil {
		e.MRZ = true
		f := zone.Parsed.Fields
		if k := kindOfMRZ(zone.Format, f.DocumentCode); k != KindUnknown {
			d.Kind = k
		}
		if f.IssuingState != "" {
			d.Issuer = alpha3(f.IssuingState)
		}
		// A TD1 zone is printed on the back (Doc 9303 part 5, section 3.1); all other formats carry it beside the portrait.
		d.Side = SideFront
		if zone.Format == mrz.TD1 {
			d.Side = SideBack
		}
	}
	printRead := page != nil
	d.Found = e.MRZ || e.Labels >= 2 || e.Title && e.Labels >= 1 || e.Outline > 0 && (!printRead || e.TextLines >= 3)
}

// alpha3 gives the ISO code where Doc 9303 prints another: Germany's D.
func alpha3(state string) string {
	if state == "D" {
		return "DEU"
	}
	return state
}

// mergeFields takes the MRZ's word where it has one, then the bar code's, and the print's otherwise.
func (m *Measurement) mergeFields() {
	maps.Copy(m.Fields, m.Printed)
	m.Barcode.merge(m.Fields)
	if m.MRZ == nil {
		return
	}
	f := m.MRZ.Fields
	for name, value := range map[string]string{
		FieldSurname: f.Surname, FieldGivenNames: f.GivenNames, FieldBirthDate: f.BirthDate.String(), FieldExpiryDate: f.ExpiryDate.String(),
		FieldDocumentNumber: f.DocumentNumber, FieldSex: f.Sex, FieldNationality: alpha3(f.Nationality), FieldPersonalNumber: f.PersonalNumber,
		"issuing_state": alpha3(f.IssuingState),
	} {
		if value != "" {
			m.Fields[name] = Field{Value: value, Confidence: m.mrzConfidence(name), Box: m.MRZ.Box, Source: SourceMRZ}
		}
	}
}

// mrzConfidence is 1 or 0 where the field has a check digit of its own, and the mean certainty of the zone's characters elsewhere.
func (m *Measurement) mrzConfidence(field string) float64 {
	if ok, has := m.MRZ.CheckDigits[field]; has {
		if ok {
			return 1
		}
		return 0
	}
	return m.MRZ.certainty
}

// withoutZone drops the lines that are the MRZ's own: as print they would be read badly and taken for values.
func withoutZone(lines []ocr.Line, zone *MRZReading) []ocr.Line {
	if zone == nil {
		return lines
	}
	var out []ocr.Line
	for _, l := range lines {
		c := imaging.Point{X: (l.Box[0].X + l.Box[2].X) / 2, Y: (l.Box[0].Y + l.Box[2].Y) / 2}
		if !contains(zone.Quad, c) {
			out = append(out, l)
		}
	}
	return out
}

// textInside is the share of lines whose middle lies in q.
func textInside(q imaging.Quad, lines []ocr.Line) float64 {
	n := 0
	for _, l := range lines {
		if contains(q, imaging.Point{X: (l.Box[0].X + l.Box[2].X) / 2, Y: (l.Box[0].Y + l.Box[2].Y) / 2}) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(lines)))
}

// overlap is the share of inner's area that lies in outer, by sampling.
func overlap(outer, inner imaging.Quad) float64 {
	const n = 12
	hit := 0
	for i := range n {
		for j := range n {
			if contains(outer, within(inner, (float64(i)+0.5)/n, (float64(j)+0.5)/n)) {
				hit++
			}
		}
	}
	return float64(hit) / (n * n)
}

// within is the point of a quadrilateral at u along its top and v down its sides, both 0..1.
func within(q imaging.Quad, u, v float64) imaging.Point {
	mix := func(a, b imaging.Point, t float64) imaging.Point {
		return imaging.Point{X: a.X + (b.X-a.X)*t, Y: a.Y + (b.Y-a.Y)*t}
	}
	return mix(mix(q[0], q[1], u), mix(q[3], q[2], u), v)
}

// direction is the reading direction of a quadrilateral, radians clockwise.
func direction(q imaging.Quad) float64 {
	return math.Atan2(q[1].Y-q[0].Y+q[2].Y-q[3].Y, q[1].X-q[0].X+q[2].X-q[3].X)
}

// turnTo begins the corners where the top left is in the given reading direction.
func turnTo(q imaging.Quad, angle float64) imaging.Quad {
	best, least := q, math.Inf(1)
	for i := range q {
		t := imaging.Quad{q[i], q[(i+1)%4], q[(i+2)%4], q[(i+3)%4]}
		d := math.Abs(math.Remainder(direction(t)-angle, 2*math.Pi))
		if d < least {
			best, least = t, d
		}
	}
	return best
}

func medianHeight(lines []ocr.Line) float64 {
	if len(lines) == 0 {
		return 0
	}
	h := make([]float64, len(lines))
	for i := range lines {
		h[i] = lines[i].Height()
	}
	sort.Float64s(h)
	return h[len(h)/2]
}

func round3(v float64) float64 { return math.Round(v*1000) / 1000 }
