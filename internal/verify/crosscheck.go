package verify

import (
	"bonafide/internal/document"
	"bonafide/internal/kyc"
	"bonafide/internal/match"
)

// codedFields are the fields of which the print is held against a zone or a bar code.
func codedFields() []kyc.Field {
	return []kyc.Field{kyc.DocumentNumber, kyc.Surname, kyc.GivenNames, kyc.BirthDate, kyc.ExpiryDate, kyc.Sex}
}

// printAgainstCode tells of print that says something else than the zone or the bar code of its own side. Of fields whose check digit does
// not hold, or of a zone that was read unsurely, something else is told.
func (j *judge) printAgainstCode(item kyc.Item, s Side) {
	if s.HasMRZ && j.unsure(s) {
		return
	}
	for _, f := range codedFields() {
		p, printed := s.Printed[f]
		coded, ok := s.Fields[f]
		if !printed || !ok || coded.Source == document.SourcePrint || coded.Confidence < j.policy.Thresholds.Document.MRZCertainty {
			continue
		}
		if v, t := p.Contradicts, j.policy.Thresholds.Document.Contradiction; v > t {
			j.inconsistent(item, f, p, coded.Text, v)
		}
	}
}

// inconsistent tells of a printed value and a coded one that differ.
func (j *judge) inconsistent(item kyc.Item, f kyc.Field, p Print, coded string, v float64) {
	j.numberOf(kyc.DocInconsistent, item, f, p.Box, "contradiction", v, j.policy.Thresholds.Document.Contradiction)
	j.findings[len(j.findings)-1].Values = &kyc.Values{Typed: p.Text, Read: coded, Differences: differences(difference(f, p.Text, coded))}
}

func difference(f kyc.Field, a, b string) match.Result {
	switch f {
	case kyc.BirthDate, kyc.ExpiryDate:
		return match.Date(a, b)
	case kyc.DocumentNumber:
		return match.Number(a, b, match.DefaultPolicy())
	default:
		return match.Text(a, b, match.DefaultPolicy())
	}
}

// sides compares what front and back say of the person: two halves of two cards are nobody's document. Numbers of two sides are compared
// where the back carries them in a bar code, which is the licence's own; many cards print another number on each side.
func (j *judge) sides(front, back Side) {
	for _, c := range []struct {
		item        kyc.Item
		print, code Side
	}{{kyc.DocumentFront, front, back}, {kyc.DocumentBack, back, front}} {
		if c.code.HasMRZ && j.unsure(c.code) {
			continue
		}
		for _, f := range codedFields() {
			p, printed := c.print.Printed[f]
			coded, ok := c.code.Fields[f]
			if !printed || !ok || coded.Source == document.SourcePrint || coded.Confidence < j.policy.Thresholds.Document.MRZCertainty {
				continue
			}
			if own, has := c.print.Fields[f]; has && own.Source != document.SourcePrint || f == kyc.DocumentNumber && coded.Source != document.SourceBarcode {
				continue
			}
			read := document.Field{Value: p.Text, Confidence: p.Confidence}
			if v := document.Contradiction(string(f), read, coded.Text); v > j.policy.Thresholds.Document.Contradiction {
				j.inconsistent(c.item, f, p, coded.Text, v)
			}
		}
	}
	j.codedSides(front, back)
}

// codedSides compares two sides that both carry a zone or a bar code, or whose facts do not keep print apart.
func (j *judge) codedSides(front, back Side) {
	for _, f := range codedFields() {
		a, okA := front.Fields[f]
		b, okB := back.Fields[f]
		if !okA || !okB || a.Text == "" || b.Text == "" || a.Confidence < sure || b.Confidence < sure || f == kyc.DocumentNumber {
			continue
		}
		if len(front.Printed) > 0 && a.Source == document.SourcePrint || len(back.Printed) > 0 && b.Source == document.SourcePrint {
			if a.Source != b.Source {
				continue // compared already
			}
		}
		if r := difference(f, a.Text, b.Text); r.Verdict == match.Different || (f == kyc.BirthDate || f == kyc.ExpiryDate) && r.Verdict != match.Same {
			j.add(kyc.Finding{
				Code: kyc.DocInconsistent, Item: kyc.DocumentBack, Field: f, Box: b.Box,
				Values: &kyc.Values{Typed: a.Text, Read: b.Text, Differences: differences(r)},
			})
			return // two halves of two cards differ in everything
		}
	}
}

// sure is the confidence from which a contradiction between two readings is the document's and not the reader's.
const sure = 0.9
