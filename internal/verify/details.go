package verify

import (
	"slices"

	"bonafide/internal/document"
	"bonafide/internal/kyc"
	"bonafide/internal/match"
)

// details compares what was typed with what the document says, field by field.
func (j *judge) details() {
	typed := j.evidence.Details
	read := func(f kyc.Field) (Value, bool) { v, _, ok := j.evidence.field(f); return v, ok }

	j.names()
	allowed := match.DefaultPolicy()
	for _, c := range []struct {
		code    kyc.Code
		field   kyc.Field
		compare func(a, b string) match.Result
	}{
		{kyc.DetailsNumber, kyc.DocumentNumber, func(a, b string) match.Result { return j.documentNumbers(a, b, allowed) }},
		{kyc.DetailsBirthDate, kyc.BirthDate, match.Date},
		{kyc.DetailsExpiry, kyc.ExpiryDate, match.Date},
		{kyc.DetailsNationality, kyc.Nationality, func(a, b string) match.Result { return match.State(alpha3(a), alpha3(b)) }},
	} {
		v, ok := read(c.field)
		if !ok || typed[c.field] == "" {
			continue
		}
		// What the zone's own digit confirms of what was typed was misread by us; the
		// digit that fails brings a person.
		if r := c.compare(typed[c.field], v.Text); r.Verdict != match.Same && r.Confirmed != match.A {
			j.mismatch(c.code, c.field, typed[c.field], v.Text, r, j.offer(c.field, typed[c.field], v, r))
		}
	}
}

// documentNumbers compares the number that was typed with the one that was read, by
// the check digit of the zone where there is one.
func (j *judge) documentNumbers(typed, read string, allowed match.Policy) match.Result {
	_, at, _ := j.evidence.field(kyc.DocumentNumber)
	side := j.evidence.Front
	if at == kyc.DocumentBack {
		side = j.evidence.Back
	}
	if side != nil && side.NumberCheck != "" {
		return match.NumberChecked(typed, read, side.NumberCheck[0], allowed)
	}
	return match.Number(typed, read, allowed)
}

// names compares surname and given names together, since what stands in one
// field on the form may stand in the other on the document; each difference is
// then told of the field in which it was typed.
func (j *judge) names() {
	typed := j.evidence.Details
	surname, _, okS := j.evidence.field(kyc.Surname)
	given, _, okG := j.evidence.field(kyc.GivenNames)
	if !okS || !okG && !j.oneName() || typed[kyc.Surname] == "" && typed[kyc.GivenNames] == "" {
		return
	}
	a := match.Name{Surname: typed[kyc.Surname], Given: typed[kyc.GivenNames]}
	b := match.Name{Surname: surname.Text, Given: given.Text, Truncated: surname.Source == document.SourceMRZ && j.truncated()}
	allowed := match.DefaultPolicy()
	r := match.Names(a, b, allowed)
	if r.Verdict == match.Same {
		return
	}
	// What counts is told; should the kinds alone not say what counts, everything
	// is told: no mismatch is ever swallowed.
	counts := func(d match.Difference) bool {
		return !slices.Contains(allowed.Allowed, d.Kind) || d.Kind == match.Truncated && !b.Truncated
	}
	if !slices.ContainsFunc(r.Differences, counts) {
		counts = func(match.Difference) bool { return true }
	}
	parts := []namePart{{kyc.Surname, a.Surname, surname}, {kyc.GivenNames, a.Given, given}}
	// A part that is right by itself is not asked for because of the other one.
	wrong := slices.DeleteFunc(slices.Clone(parts), func(p namePart) bool {
		return p.compare(b.Truncated).Verdict == match.Same
	})
	if len(wrong) == 0 {
		wrong = parts
	}
	for _, p := range wrong {
		own := match.Result{Verdict: r.Verdict, Score: r.Score}
		for _, d := range r.Differences {
			// Where the parts changed places, both are told of it.
			if counts(d) && (d.Part == string(p.field) || d.Kind == match.Order) {
				own.Differences = append(own.Differences, d)
			}
		}
		offer := ""
		moved := slices.ContainsFunc(own.Differences, func(d match.Difference) bool { return d.Kind == match.Order })
		if !b.Truncated && (moved || p.compare(false).Verdict != match.Different) {
			offer = j.offer(p.field, p.typed, p.read, r)
		}
		j.mismatch(kyc.DetailsName, p.field, p.typed, p.read.Text, own, offer)
	}
}

// offer is what the document says of a field where the applicant may take it
// over with one tap, and "" elsewhere. It is offered only where the two are one
// value with an error to correct: taking over an entirely different name or date
// would be another person's, and would look like a contradiction of what was
// given before. What was read without certainty is not offered either, nor is a
// field filled in that was left empty.
func (j *judge) offer(f kyc.Field, typed string, v Value, r match.Result) string {
	if r.Verdict != match.Fixable || typed == "" || v.Confidence < sure || wrongWith(f, v.Text) != "" {
		return ""
	}
	return v.Text
}

// namePart is one of the two parts of a name, as typed and as read.
type namePart struct {
	field kyc.Field
	typed string
	read  Value
}

// compare holds the two of a part against each other, without the other part.
func (p namePart) compare(truncated bool) match.Result {
	return match.Names(match.Name{Full: p.typed}, match.Name{Full: p.read.Text, Truncated: truncated}, match.DefaultPolicy())
}

func (j *judge) truncated() bool {
	return j.evidence.Front != nil && j.evidence.Front.NameTruncated || j.evidence.Back != nil && j.evidence.Back.NameTruncated
}

func (j *judge) mismatch(code kyc.Code, field kyc.Field, typed, read string, r match.Result, offer string) {
	j.add(kyc.Finding{
		Code: code, Item: kyc.Details, Field: field,
		Values: &kyc.Values{Typed: typed, Read: read, Differences: differences(r), Offer: offer},
	})
}

func differences(r match.Result) []kyc.Difference {
	out := make([]kyc.Difference, len(r.Differences))
	for k, d := range r.Differences {
		out[k] = kyc.Difference{Kind: string(d.Kind), At: d.At, A: d.A, B: d.B}
	}
	return out
}
