package verify

import (
	"math"
	"slices"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/match"
)

// contradictions compares what is judged now with what was judged in earlier
// rounds of the case. A person may be asked to correct, to photograph again and
// to send another document; who they are stays the same meanwhile. What
// contradicts is told to a human and not to the applicant.
//
// No contradiction is a correction that the document bears out, another number
// where another document was asked for or another kind is sent, and what was
// read or seen too badly to be held against anybody.
func (j *judge) contradictions() {
	for _, x := range j.evidence.Earlier {
		switch {
		case x.Side != nil && x.Item == kyc.DocumentFront && j.evidence.Front != nil:
			j.otherDocument(x, *j.evidence.Front)
		case x.Side != nil && x.Item == kyc.DocumentBack && j.evidence.Back != nil:
			j.otherDocument(x, *j.evidence.Back)
		case x.Details != nil && x.Item == kyc.Details && j.evidence.Details != nil:
			j.otherDetails(x)
		case x.Face != nil && x.Item == kyc.Face && j.evidence.Face != nil:
			j.otherFace(x)
		}
	}
}

// changed adds a contradiction once for each field of an item.
func (j *judge) changed(f kyc.Finding) {
	f.Code = kyc.DetailsChanged
	if !slices.ContainsFunc(j.findings, func(g kyc.Finding) bool { return g.Code == f.Code && g.Item == f.Item && g.Field == f.Field }) {
		j.add(f)
	}
}

// otherDocument compares one side of a document with an earlier one.
func (j *judge) otherDocument(x Earlier, now Side) {
	before := *x.Side
	value := func(s Side, f kyc.Field) (string, bool) {
		v, ok := s.Fields[f]
		return v.Text, ok && v.Text != "" && v.Confidence >= sure && !(s.HasMRZ && j.unsure(s))
	}
	replaced := j.since(x, replacesDocument) || before.Kind != "" && now.Kind != "" && before.Kind != now.Kind
	hold := func(f kyc.Field, compare func(a, b string) match.Result) {
		a, okA := value(before, f)
		b, okB := value(now, f)
		if !okA || !okB {
			return
		}
		if r := compare(a, b); r.Verdict == match.Different {
			j.changed(kyc.Finding{
				Item: x.Item, Field: f, Box: now.Fields[f].Box,
				Values: &kyc.Values{Typed: a, Read: b, Differences: differences(r)},
			})
		}
	}
	hold(kyc.BirthDate, match.Date)
	name := func(a, b string) match.Result {
		cut := before.NameTruncated || now.NameTruncated
		return match.Names(match.Name{Full: a, Truncated: cut}, match.Name{Full: b, Truncated: cut}, match.DefaultPolicy())
	}
	// Given names stay when people marry and get another document.
	hold(kyc.GivenNames, name)
	if !replaced {
		hold(kyc.Surname, name)
		hold(kyc.DocumentNumber, func(a, b string) match.Result { return match.Number(a, b, match.DefaultPolicy()) })
	}
}

// since reports whether a submission or a later one of the same item was judged
// with codes of a kind: a document that was asked for after a blurred photo of the
// old one takes the place of that too.
func (j *judge) since(x Earlier, kind func([]kyc.Code) bool) bool {
	return slices.ContainsFunc(j.evidence.Earlier, func(y Earlier) bool { return y.Item == x.Item && y.Round >= x.Round && kind(y.Codes) })
}

// replacesDocument reports whether another document was asked for.
func replacesDocument(codes []kyc.Code) bool {
	return slices.ContainsFunc(codes, func(c kyc.Code) bool {
		return c == kyc.DocExpired || c == kyc.DocNotAccepted || c == kyc.DocSpecimen
	})
}

// otherDetails compares typed details with earlier ones. What we asked to correct
// and the document now bears out is a correction; trying one value after another
// is not.
func (j *judge) otherDetails(x Earlier) {
	now := j.evidence.Details
	wrong := func(f kyc.Field) bool {
		return slices.ContainsFunc(j.findings, func(g kyc.Finding) bool {
			return g.Item == kyc.Details && g.Field == f && g.Code != kyc.DetailsChanged
		})
	}
	hold := func(f kyc.Field, r match.Result) {
		if r.Verdict == match.Different && wrong(f) {
			j.changed(kyc.Finding{
				Item: kyc.Details, Field: f,
				Values: &kyc.Values{Typed: x.Details[f], Read: now[f], Differences: differences(r)},
			})
		}
	}
	both := func(f kyc.Field) bool { return x.Details[f] != "" && now[f] != "" && x.Details[f] != now[f] }
	if both(kyc.BirthDate) {
		hold(kyc.BirthDate, match.Date(x.Details[kyc.BirthDate], now[kyc.BirthDate]))
	}
	if both(kyc.DocumentNumber) && !j.since(x, func(cs []kyc.Code) bool { return slices.Contains(cs, kyc.DetailsReplaced) }) {
		hold(kyc.DocumentNumber, match.Number(x.Details[kyc.DocumentNumber], now[kyc.DocumentNumber], match.DefaultPolicy()))
	}
	if x.Details[kyc.Surname] != now[kyc.Surname] || x.Details[kyc.GivenNames] != now[kyc.GivenNames] {
		r := match.Names(
			match.Name{Surname: x.Details[kyc.Surname], Given: x.Details[kyc.GivenNames]},
			match.Name{Surname: now[kyc.Surname], Given: now[kyc.GivenNames]}, match.DefaultPolicy())
		for _, f := range []kyc.Field{kyc.Surname, kyc.GivenNames} {
			if both(f) {
				hold(f, r)
			}
		}
	}
}

// otherFace compares the selfie with an earlier one. Both must show a face well:
// a blurred one is like nobody.
func (j *judge) otherFace(x Earlier) {
	poor := func(c kyc.Code) bool { return c != kyc.FaceMismatch && c != kyc.DetailsChanged }
	if slices.ContainsFunc(x.Codes, poor) || slices.ContainsFunc(j.findings, func(f kyc.Finding) bool { return f.Item == kyc.Face && poor(f.Code) }) {
		return
	}
	a, errA := face.ParseTemplate(x.Face.Template)
	b, errB := face.ParseTemplate(j.evidence.Face.Template)
	if errA != nil || errB != nil {
		return
	}
	c, err := face.Compare(a, b)
	if err != nil { // of two models: nothing can be said
		return
	}
	if least := j.policy.Thresholds.Face.Match; c.Score < least {
		score := math.Round(c.Score*1e4) / 1e4
		j.changed(kyc.Finding{
			Item: kyc.Face, Field: kyc.Likeness, Box: place(j.evidence.Face.Box), Measure: "similarity",
			Measured: &score, Threshold: &least, Model: c.Model,
		})
	}
}
