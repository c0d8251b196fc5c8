package kyc

import (
	"slices"
	"time"
)

// Severity says what a finding does to a case.
type Severity string

// The severities, weakest first.
const (
	Note   Severity = "note"   // told, never blocks
	Retry  Severity = "retry"  // the applicant can fix it
	Review Severity = "review" // a human must look
	Final  Severity = "final"  // a rule; no retry helps
)

// Audience says who may be told of a finding.
type Audience string

// Ordinary reasons are for everybody; fraud signals for the operator alone.
const (
	ForApplicant Audience = "applicant"
	ForOperator  Audience = "operator"
)

// Box is a place in a picture, in pixels of the upright picture.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Difference is one explained difference between a typed value and the value
// of the document. Kind is one of design section 8; At counts characters
// (runes) of the typed value from 0.
type Difference struct {
	Kind string `json:"kind"`
	At   int    `json:"at"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// Values are the two sides of a finding about a field. They are personal data:
// they are sealed with the case and never logged.
type Values struct {
	Typed       string       `json:"typed,omitempty"`
	Read        string       `json:"read,omitempty"`
	Differences []Difference `json:"differences,omitempty"`
	// Offer is what the document says, where the applicant may take it over with
	// one tap: the same value with an error to correct, read with certainty.
	Offer string `json:"offer,omitempty"`
}

// Finding is one thing that was found in the evidence: what, where, how much.
// How grave it is and who may know come from the [Catalogue].
type Finding struct {
	Code       Code         `json:"code"`
	Item       Item         `json:"item"`
	Submission SubmissionID `json:"submission,omitempty"`
	Field      Field        `json:"field,omitempty"`
	Box        *Box         `json:"box,omitempty"`
	// Measure names the number, as in "sharpness"; Measured and Threshold are in
	// its unit. A finding without a number leaves all three empty.
	Measure   string   `json:"measure,omitempty"`
	Measured  *float64 `json:"measured,omitempty"`
	Threshold *float64 `json:"threshold,omitempty"`
	// Model is name@version of what measured.
	Model  string  `json:"model,omitempty"`
	Values *Values `json:"values,omitempty"`
	// From is the time from which the finding no longer holds: the birthday that
	// makes a person old enough, the end of a pause.
	From time.Time `json:"from,omitzero"`
	// Service names the operator's service that the finding is about, where it is
	// about one alone.
	Service string `json:"service,omitempty"`
}

// Definition returns the catalogue's entry for the finding's code. Findings with
// codes that the catalogue does not know are reviewed by a human and told to
// nobody else.
func (f Finding) Definition() Definition {
	if d, ok := Lookup(f.Code); ok {
		return d
	}
	return Definition{Code: f.Code, Item: WholeCase, Severity: Review, Audience: ForOperator}
}

// Visible returns the findings that are not explained by another one: a blurred
// photo hides "number unreadable". The order is the order of effect: what to
// mend first comes first.
func Visible(all []Finding) []Finding {
	present := map[Code][]Finding{}
	for _, f := range all {
		present[f.Code] = append(present[f.Code], f)
	}
	var out []Finding
	for _, f := range all {
		if !explained(f, present) {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		if x, y := itemOrder(a.Item), itemOrder(b.Item); x != y {
			return x - y
		}
		return rank(a.Code) - rank(b.Code)
	})
	return out
}

// explained reports whether another finding is the cause of f. A cause on one
// side of a document explains what is said of that side; it explains findings
// on other items whichever side it is on, since what they compare with comes
// from there, and that the back is missing, which is concluded from the front.
func explained(f Finding, present map[Code][]Finding) bool {
	for _, cause := range f.Definition().DependsOn {
		for _, g := range present[cause] {
			if g.Item == f.Item || !isDocument(f.Item) || !isDocument(g.Item) || f.Code == DocBackMissing {
				return true
			}
		}
	}
	return false
}

func isDocument(i Item) bool { return i == DocumentFront || i == DocumentBack }

func itemOrder(i Item) int {
	if k := slices.Index([]Item{DocumentFront, DocumentBack, Details, Face, Eligibility, Uniqueness}, i); k >= 0 {
		return k
	}
	return 99
}

// Told returns the visible findings that the applicant may be told of.
func Told(all []Finding) []Finding {
	return slices.DeleteFunc(Visible(all), func(f Finding) bool { return f.Definition().Audience != ForApplicant })
}
