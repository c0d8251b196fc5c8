// Package document measures a picture of an identity document: where it lies, what it is, what its machine-readable zone and its print
// say, and how good the picture is.
//
// It promises numbers and texts with confidence, place and model, in one pass over a decoded picture, the same for the same picture and
// options. It judges nothing: whether a picture is too blurred, a field too unsure or a zone forged is for policy and verify to say.
// The one yes or no it gives, whether a document was found, is accompanied by the evidence it rests on. It does not look at faces
// (package face does).
package document

import (
	"bonafide/internal/imaging"
	"bonafide/internal/ocr"
	"bonafide/internal/onnx"
	"bonafide/mrz"
)

// Box is four corners in pixels of the picture, as JSON has them: [[x,y],[x,y],[x,y],[x,y]], the first the top left of what is framed.
type Box [4][2]float64

// Quad is the box in imaging's terms.
func (b Box) Quad() imaging.Quad {
	var q imaging.Quad
	for i, c := range b {
		q[i] = imaging.Point{X: c[0], Y: c[1]}
	}
	return q
}

// Sources of a field's value.
const (
	SourceMRZ   = "mrz"
	SourcePrint = "print"
)

// Field is one value read from a document.
type Field struct {
	Value      string  `json:"value"`              // normalised: dates ISO 8601, sex M, F or X; names as printed
	Raw        string  `json:"raw,omitempty"`      // as read in print
	Confidence float64 `json:"confidence"`         // of print: geometric mean of the letters' probabilities; of the MRZ: 1 or 0 by the field's own check digit, else the mean of its characters'; 0..1
	Box        Box     `json:"box"`                // of the MRZ's fields: the whole zone
	Source     string  `json:"source"`             // mrz, barcode or print
	Ambiguous  bool    `json:"ambiguous,omitzero"` // a date whose day and month only custom tells apart
	// Contradicts is, of print, the Contradiction to the zone or the bar code of the same side.
	Contradicts float64 `json:"contradicts,omitzero"`

	chars []ocr.Char // of print, as read
}

// Facts say whether a document is there, where and which.
type Facts struct {
	Found    bool     `json:"found"`
	Evidence Evidence `json:"evidence"`
	// Quad is the document's outline, the first corner being its top left as it is read; nil where it is not known. It may reach beyond
	// the picture where it was derived from the MRZ.
	Quad *Box `json:"quad"`
	// QuadSource is edges or mrz.
	QuadSource string `json:"quad_source,omitempty"`
	// Rotation is how far the document is turned clockwise in the picture, in degrees in (-180, 180]; 0 where nothing tells.
	Rotation float64 `json:"rotation"`
	Kind     Kind    `json:"kind"`
	Issuer   string  `json:"issuer"` // ISO 3166-1 alpha-3 or a code of Doc 9303 part 3, section 5; "" unknown
	Side     string  `json:"side"`   // front, back or "" unknown
}

// The sides.
const (
	SideFront = "front"
	SideBack  = "back"
)

// Evidence is what Found rests on: a machine-readable zone, or two labels of a document's fields, or a title and a label, or an outline
// with a document's proportions that holds at least three lines of text. Where print was not read an outline is enough; with QualityOnly
// it is all there is, and no Found then means only that none was seen: a scan cut to the page has none.
type Evidence struct {
	MRZ       bool    `json:"mrz"`
	Outline   float64 `json:"outline"`    // support of the border's edges, 0..1; 0 without an outline
	Ratio     float64 `json:"ratio"`      // of the outline's sides, longer by shorter; ID-1 is 1.59, ID-2 and ID-3 are 1.42
	Labels    int     `json:"labels"`     // different fields whose label was recognised
	Title     bool    `json:"title"`      // the print names a kind of document or an issuer
	TextLines int     `json:"text_lines"` // lines read
}

// MRZ is the machine-readable zone as read, character by character, valid or not.
type MRZ struct {
	Format      mrz.Format      `json:"format"`
	Lines       []string        `json:"lines"`
	CheckDigits map[string]bool `json:"check_digits"`
	Repairs     []Repaired      `json:"repairs"`
	Fields      mrz.Fields      `json:"fields"`
	Box         Box             `json:"box"`
	Result      mrz.Result      `json:"-"`
	// Weakest is the certainty, 0..1, of the least sure character that no check digit covers: a misreading there is silent.
	Weakest   float64 `json:"weakest"`
	certainty float64 // mean of the characters', 0..1
}

// Repaired is one character that grammar or check digits changed.
type Repaired struct {
	Line   int    `json:"line"` // from 0
	Column int    `json:"column"`
	From   string `json:"from"` // the likeliest character by its picture
	To     string `json:"to"`
	Why    string `json:"why"`
}

// Quality are numbers about the picture of the document, measured over the document and, where it is larger, at the scale at which documents
// are read: noise of single pixels does not pass for sharpness.
type Quality struct {
	Width          int     `json:"width"`                // of the whole picture, pixels
	Height         int     `json:"height"`               // of the whole picture, pixels
	DocumentWidth  float64 `json:"document_width"`       // longer side of the document, pixels of the picture
	CharacterPitch float64 `json:"char_pitch,omitempty"` // of the MRZ, pixels a character; 0 unknown
	TextHeight     float64 `json:"text_height,omitzero"` // median height of the boxes of printed lines, pixels; 0 unknown
	Region         string  `json:"region"`               // outline, mrz or picture: where the following were measured
	Coverage       float64 `json:"coverage"`             // share of the picture that the document fills, 0..1; 1 without an outline
	Outside        float64 `json:"outside"`              // share of the document that lies outside the picture, 0..1
	Tilt           float64 `json:"tilt"`                 // how unlike opposite sides of the outline are: 1 - shorter/longer, the worse pair, 0..1
	Sharpness      float64 `json:"sharpness"`            // imaging.Sharpness
	Mean           float64 `json:"mean"`                 // imaging.ExposureStats
	P5             float64 `json:"p5"`
	P95            float64 `json:"p95"`
	UnderShare     float64 `json:"under_share"`
	OverShare      float64 `json:"over_share"`
	Contrast       float64 `json:"contrast"`
	GlareShare     float64 `json:"glare_share"`         // imaging.GlareStats
	GlareLargest   float64 `json:"glare_largest"`       // share of the largest reflection
	GlareBox       *Box    `json:"glare_box,omitempty"` // of the largest reflection
	Capture
}

// Measurement is everything measured in one picture.
type Measurement struct {
	Document Facts `json:"document"`
	MRZ      *MRZ  `json:"mrz,omitempty"`
	// Barcode is looked for where there is no MRZ; nil where none was seen.
	Barcode *Barcode `json:"barcode,omitempty"`
	// Fields is the best that is known of each field: from the MRZ where it has it, otherwise from print.
	Fields map[string]Field `json:"fields"`
	// Printed is what the print says, also where the MRZ says it too: the two are there to be compared. Nil where print was not read.
	Printed map[string]Field   `json:"printed,omitempty"`
	Quality Quality            `json:"quality"`
	Models  []onnx.ModelInfo   `json:"models"`
	Timings map[string]float64 `json:"timings_ms"` // total and inference, and quality, outline, mrz, barcode, print where they ran; milliseconds
}
