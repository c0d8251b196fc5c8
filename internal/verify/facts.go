// Package verify turns evidence into decisions. The [Engine] measures pictures
// and details, [Judge] turns measurements into findings by a policy, and the
// [Service] carries a case through its life: it takes submissions, runs the
// checks of a round, and stores what follows in one transaction.
//
// It promises that a decision can be derived again from the stored facts and
// the policy alone, that a submission once accepted is neither lost nor judged
// twice, and that nothing personal leaves it unsealed. It holds no thresholds
// and no words.
package verify

import (
	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
)

// Value is one datum as it was read from a document.
type Value struct {
	Text       string   `json:"value"`
	Confidence float64  `json:"confidence"` // 0..1
	Source     string   `json:"source"`     // "mrz", "barcode" or "print"
	Box        *kyc.Box `json:"box,omitempty"`
}

// Print is a printed value.
type Print struct {
	Text       string  `json:"value"`
	Confidence float64 `json:"confidence"` // 0..1
	Box        kyc.Box `json:"box"`
	// Contradicts is document.Field's: the odds, as a logarithm, against what the zone or the bar code of the side says.
	Contradicts float64 `json:"contradicts,omitempty"`
}

// Side is what was measured on the photo of one side of a document. It is
// stored, sealed, with its submission; numbers are in the units of the measuring
// packages.
type Side struct {
	// Unreadable is the kind of decoding error, when the file is no picture.
	Unreadable string `json:"unreadable,omitempty"`
	Full       bool   `json:"full"` // false after a pre-check: text and portrait were not read yet

	Width, Height int
	Found         bool    `json:"found"`
	Seen          bool    `json:"seen,omitempty"` // an outline or print is there, which need not be a document's
	WidthPx       float64 `json:"width_px"`       // of the document in the picture
	Sharpness     float64 `json:"sharpness"`
	Mean          float64 `json:"mean"`
	OverShare     float64 `json:"over_share"`
	GlareShare    float64 `json:"glare_share"`
	Box           kyc.Box `json:"box"` // of the document
	// Quad is the document's corners in the upright picture, its own top left first, clockwise; nil in
	// facts that are older.
	Quad     *[4][2]float64 `json:"quad,omitempty"`
	GlareBox kyc.Box        `json:"glare_box"`
	// Capture is how the picture was taken; nil in facts that are older than these measures.
	Capture *Capture `json:"capture,omitempty"`
	// Face is the side by what is printed on it: front, back or "" unknown.
	Face string `json:"side,omitempty"`
	// Printed is what the print says of each field, also where a zone or a bar code says it too.
	Printed map[kyc.Field]Print `json:"printed,omitempty"`

	Kind   string `json:"kind,omitempty"`   // passport, id_card …; "" when unknown
	Issuer string `json:"issuer,omitempty"` // as the document has it, ICAO three letters
	// Fields holds what was read, by field; the MRZ wins over print.
	Fields map[kyc.Field]Value `json:"fields,omitempty"`
	// HasMRZ says that a machine readable zone was read; CheckDigits which hold.
	HasMRZ      bool            `json:"has_mrz"`
	MRZFormat   string          `json:"mrz_format,omitempty"`
	CheckDigits map[string]bool `json:"check_digits,omitempty"`
	MRZBox      *kyc.Box        `json:"mrz_box,omitempty"`
	// NumberCheck is the check digit of the document number as printed; "" where
	// there is none.
	NumberCheck string `json:"number_check,omitempty"`
	// MRZCertainty is the certainty, 0..1, of the least sure character that no
	// check digit covers.
	MRZCertainty float64 `json:"mrz_certainty,omitempty"`
	// NameTruncated says that the zone may have cut the name.
	NameTruncated bool `json:"name_truncated,omitempty"`

	// Barcode is nil where none was seen, or looked for.
	Barcode *Barcode `json:"barcode,omitempty"`

	Portrait       *Portrait      `json:"portrait,omitempty"`
	PerceptualHash uint64         `json:"perceptual_hash"`
	Sketch         imaging.Sketch `json:"sketch,omitempty"`
	Models         []string       `json:"models,omitempty"`

	view *imaging.SketchView // the picture, small, while it is there; never stored
}

// Portrait is a face on a document or in a selfie.
type Portrait struct {
	// Unreadable is the kind of decoding error, when the file is no picture.
	Unreadable string `json:"unreadable,omitempty"`

	Faces int     `json:"faces"`
	Box   kyc.Box `json:"box"`
	// Mean is the mean luma of the whole picture, 0 to 255.
	Mean    float64      `json:"mean"`
	Quality face.Quality `json:"quality"`
	// Template is the serialised face template: biometric data, always sealed.
	Template       []byte `json:"template,omitempty"`
	PerceptualHash uint64 `json:"perceptual_hash"`
	// Sketch is of a selfie alone.
	Sketch imaging.Sketch `json:"sketch,omitempty"`
	Models []string       `json:"models,omitempty"`

	view *imaging.SketchView // the picture, small, while it is there; never stored
}

// Evidence is everything that is known of a case's submissions. Nil items were
// not sent.
type Evidence struct {
	Front, Back *Side
	Details     map[kyc.Field]string
	Face        *Portrait
	// Network is the region that the applicant connects from, ISO 3166-1 alpha-2.
	Network string
	// Submissions names where findings stand; Hashes are SHA-256 of what was sent.
	Submissions map[kyc.Item]kyc.SubmissionID
	Hashes      map[kyc.Item]string
	// Earlier is what was judged in earlier rounds of the case.
	Earlier []Earlier
	// Sequence is what is known of the face's sequence; nil for a still picture.
	Sequence *Sequence
	// WithoutBiometrics says that the applicant declined them.
	WithoutBiometrics bool
	// Held is who else was approved with the document; nil where nobody was, or where
	// this applicant was too.
	Held *Holder
	// LikeElsewhere says that another applicant was approved with a face like this
	// one, and this one was not.
	LikeElsewhere bool
	// Recovering says that a re-verification recovers an account.
	Recovering bool
	// Record is, in a re-verification, the face of the verification.
	Record *Record
}

// Earlier is a submission of an earlier round with what was measured in it.
type Earlier struct {
	kyc.Judged
	Side    *Side
	Face    *Portrait
	Details map[kyc.Field]string
}

// field returns the best value of a field: from a machine readable zone on
// either side, else from a bar code, else from print, else from the other side's print.
func (e Evidence) field(f kyc.Field) (Value, kyc.Item, bool) {
	best, at, found := Value{}, kyc.Item(""), false
	for _, s := range []struct {
		side *Side
		item kyc.Item
	}{{e.Front, kyc.DocumentFront}, {e.Back, kyc.DocumentBack}} {
		if s.side == nil {
			continue
		}
		v, ok := s.side.Fields[f]
		if ok && v.Text != "" && (!found || rank(v.Source) > rank(best.Source)) {
			best, at, found = v, s.item, true
		}
	}
	return best, at, found
}

// Fields returns the best value of each field that was read.
func (e Evidence) Fields() map[kyc.Field]Value {
	out := map[kyc.Field]Value{}
	for _, s := range []*Side{e.Front, e.Back} {
		if s == nil {
			continue
		}
		for f := range s.Fields {
			out[f], _, _ = e.field(f)
		}
	}
	return out
}
