package verify

import (
	"maps"
	"testing"

	"bonafide/internal/kyc"
)

func TestReadingOf(t *testing.T) {
	t.Parallel()
	pol := rules()
	side := func(change func(*Side)) *Side {
		s := &Side{HasMRZ: true, MRZCertainty: 1, Fields: map[kyc.Field]Value{
			kyc.Surname: {Text: "KOSZEGI", Confidence: 0.99}, kyc.GivenNames: {Text: "TOMASZ", Confidence: 0.99}, kyc.BirthDate: {Text: "1986-04-09", Confidence: 0.99},
			kyc.Sex: {Text: "M", Confidence: 0.99}, kyc.PersonalNumber: {Text: "1", Confidence: 0.99},
		}}
		change(s)
		return s
	}
	all := map[kyc.Field]string{kyc.Surname: "KOSZEGI", kyc.GivenNames: "TOMASZ", kyc.BirthDate: "1986-04-09"}
	without := func(fs ...kyc.Field) map[kyc.Field]string {
		out := maps.Clone(all)
		for _, f := range fs {
			delete(out, f)
		}
		return out
	}
	for name, x := range map[string]struct {
		change func(*Side)
		want   map[kyc.Field]string
	}{
		"what people are asked for, and no more": {func(*Side) {}, all},
		"what was read badly is left out":        {func(s *Side) { s.Fields[kyc.Surname] = Value{Text: "K0SZEGI", Confidence: 0.6} }, without(kyc.Surname)},
		"what is no date is left out":            {func(s *Side) { s.Fields[kyc.BirthDate] = Value{Text: "1986-04-31", Confidence: 1} }, without(kyc.BirthDate)},
		"a name that may be cut is left out":     {func(s *Side) { s.NameTruncated = true }, without(kyc.Surname, kyc.GivenNames)},
		"a zone read without certainty":          {func(s *Side) { s.MRZCertainty = pol.Thresholds.Document.MRZCertainty / 2 }, map[kyc.Field]string{}},
	} {
		if got := ReadingOf(pol, side(x.change)); !maps.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}
