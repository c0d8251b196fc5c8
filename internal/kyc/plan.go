package kyc

import (
	"slices"
	"time"
)

// Plan is the smallest set of items to send again, each with its reasons.
type Plan struct {
	Items []PlanItem `json:"items"`
	// Carried are the items that are kept as they are, with the submission that
	// stands for them.
	Carried []CarriedItem `json:"carried"`
}

// PlanItem is one item to send again. For details, Fields are the only ones to
// be corrected; empty means the whole item.
type PlanItem struct {
	Item         Item    `json:"item"`
	Fields       []Field `json:"fields,omitempty"`
	Reasons      []Code  `json:"reasons"` // in order of effect; each has a fix in the catalogue of words
	AttemptsLeft int     `json:"attempts_left"`
	// RetryAt is when the item may be sent; zero means at once.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// CarriedItem is an item that is not asked again.
type CarriedItem struct {
	Item       Item         `json:"item"`
	Submission SubmissionID `json:"submission"`
	SHA256     string       `json:"sha256"`
	Because    CarryReason  `json:"because,omitempty"`
}

// CarryReason says why an item is kept.
type CarryReason string

// What passed is kept; what could not be judged to its end, because it is
// compared with something that is asked again, is kept too and compared then.
const (
	CarriedPassed        CarryReason = "passed"
	CarriedComparedAgain CarryReason = "compared_again"
)

// PlanFor computes the plan for the findings of a case: exactly the items that a
// visible retry finding concerns. Attempts are limited by item; no limit leaves
// AttemptsLeft 0.
func PlanFor(items []ItemState, findings []Finding, limits Limits) Plan {
	p := Plan{Items: []PlanItem{}, Carried: []CarriedItem{}}
	visible := Visible(findings)
	for _, st := range items {
		var it *PlanItem
		for _, f := range visible {
			d := f.Definition()
			if f.Item != st.Item || d.Severity != Retry || !d.Retryable {
				continue
			}
			if it == nil {
				it = &PlanItem{Item: st.Item, RetryAt: st.RetryAt}
				if n := limits.AttemptsFor(st.Item); n > 0 {
					it.AttemptsLeft = max(0, n-st.Attempts)
				}
			}
			if !slices.Contains(it.Reasons, f.Code) {
				it.Reasons = append(it.Reasons, f.Code)
			}
			if f.Field != "" && st.Item == Details && !slices.Contains(it.Fields, f.Field) {
				it.Fields = append(it.Fields, f.Field)
			}
		}
		switch {
		case it != nil:
			p.Items = append(p.Items, *it)
		case st.Current != nil:
			p.Carried = append(p.Carried, CarriedItem{st.Item, st.Current.ID, st.Current.SHA256, CarriedPassed})
		}
	}
	for k := range p.Carried {
		if comparedAgain(p.Carried[k].Item, p.Items) {
			p.Carried[k].Because = CarriedComparedAgain
		}
	}
	return p
}

// comparedAgain reports whether what an item is compared with is asked again:
// details with either side of the document, a face with its front.
func comparedAgain(i Item, asked []PlanItem) bool {
	return slices.ContainsFunc(asked, func(p PlanItem) bool {
		return i == Details && isDocument(p.Item) || i == Face && p.Item == DocumentFront
	})
}

// asksForAnotherDocument reports whether a code is mended by another document and
// not by another photo of the same one.
func asksForAnotherDocument(c Code) bool {
	return c == DocExpired || c == DocNotAccepted || c == DocSpecimen
}

// ofOneDocument are the details that another document has otherwise.
func ofOneDocument() []Field { return []Field{DocumentNumber, ExpiryDate} }

// withReplaced adds, where another document is asked for, what else was given of the old one: its other side, and the details that another
// document has otherwise. They are asked for in the same plan. What is found about these details beside it is of the old document and hidden
// by the cause.
func withReplaced(items []ItemState, findings []Finding) []Finding {
	visible := Visible(findings)
	at := slices.IndexFunc(visible, func(f Finding) bool { return isDocument(f.Item) && asksForAnotherDocument(f.Code) })
	if at < 0 {
		return findings
	}
	for _, st := range items {
		switch {
		case st.Current == nil:
		case st.Item == Details:
			for _, f := range ofOneDocument() {
				if slices.Contains(st.Current.Fields, f) {
					findings = append(findings, Finding{Code: DetailsReplaced, Item: Details, Field: f, Submission: st.Current.ID})
				}
			}
		case isDocument(st.Item) && !slices.ContainsFunc(visible, func(f Finding) bool { return f.Item == st.Item && f.Definition().Severity == Retry }):
			findings = append(findings, Finding{Code: visible[at].Code, Item: st.Item, Submission: st.Current.ID})
		}
	}
	return findings
}
