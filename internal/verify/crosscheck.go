package verify

import (
	"bonafide/internal/kyc"
	"bonafide/internal/match"
)

// sure is the confidence from which a contradiction between two readings is the
// document's and not the reader's.
const sure = 0.9

// sides compares what front and back say of the person: two halves of two cards
// are nobody's document. Numbers are left out, since many cards print another
// one on each side.
func (j *judge) sides(front, back Side) {
	value := func(s Side, f kyc.Field) (string, bool) {
		v, ok := s.Fields[f]
		return v.Text, ok && v.Text != "" && v.Confidence >= sure
	}
	told := false
	contradict := func(f kyc.Field, a, b string, r match.Result) {
		if r.Verdict == match.Different && !told {
			told = true
			j.add(kyc.Finding{
				Code: kyc.DocInconsistent, Item: kyc.DocumentBack, Field: f, Box: back.Fields[f].Box,
				Values: &kyc.Values{Typed: a, Read: b, Differences: differences(r)},
			})
		}
	}
	for _, f := range []kyc.Field{kyc.BirthDate, kyc.ExpiryDate} {
		a, okA := value(front, f)
		b, okB := value(back, f)
		if okA && okB {
			contradict(f, a, b, match.Date(a, b))
		}
	}
	surnameA, ok1 := value(front, kyc.Surname)
	surnameB, ok2 := value(back, kyc.Surname)
	if ok1 && ok2 {
		givenA, _ := value(front, kyc.GivenNames)
		givenB, _ := value(back, kyc.GivenNames)
		contradict(kyc.Surname, surnameA, surnameB, match.Names(
			match.Name{Surname: surnameA, Given: givenA}, match.Name{Surname: surnameB, Given: givenB, Truncated: back.NameTruncated}, match.DefaultPolicy()))
	}
}
