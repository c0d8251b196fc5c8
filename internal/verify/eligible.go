package verify

import (
	"slices"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/mrz"
)

// dayOf returns the first and the last day that a date can mean: documents may
// leave the day and the month of a birth unknown, as in 1962-XX-XX (Doc 9303
// part 3, section 4.8).
func dayOf(text string) (first, last time.Time, ok bool) {
	d, err := mrz.ParseDate(text)
	if err != nil || d.Year == 0 {
		return first, last, false
	}
	at := func(month, day int) time.Time { return time.Date(d.Year, time.Month(month), day, 0, 0, 0, 0, time.UTC) }
	switch {
	case d.Month == 0:
		return at(1, 1), at(12, 31), true
	case d.Day == 0:
		return at(d.Month, 1), at(d.Month+1, 0), true
	}
	return at(d.Month, d.Day), at(d.Month, d.Day), true
}

// factsOf are the facts on which a policy decides who may be served.
func factsOf(e Evidence, today time.Time) policy.Facts {
	f := policy.Facts{
		Today: policy.Day{Time: midnight(today)}, Residence: e.Details[kyc.Residence], Network: e.Network, Kind: e.kind(),
	}
	text := func(x kyc.Field) string { v, _, _ := e.field(x); return v.Text }
	if birth := text(kyc.BirthDate); birth != "" {
		f.BirthRead = true
		if first, last, ok := dayOf(birth); ok {
			f.Birth, f.BirthLatest = policy.Day{Time: first}, policy.Day{Time: last}
		}
	}
	if _, last, ok := dayOf(text(kyc.ExpiryDate)); ok {
		f.Expires = policy.Day{Time: last}
	}
	if v := text(kyc.IssuingState); v != "" {
		f.Issuer = alpha2(v)
	}
	if v := text(kyc.Nationality); v != "" {
		f.Nationality = alpha2(v)
	}
	return f
}

// kind is the kind of the document, by a zone or a bar code before the titles in
// print; "" when neither side tells.
func (e Evidence) kind() string {
	best, rank := "", -1
	for _, s := range []*Side{e.Front, e.Back} {
		if s == nil || s.Kind == "" {
			continue
		}
		r := 0
		switch {
		case s.HasMRZ:
			r = 2
		case s.Barcode != nil && s.Barcode.Read:
			r = 1
		}
		if r > rank {
			best, rank = s.Kind, r
		}
	}
	return best
}

// Services says how each service of a policy stands by the rules. It is pure, as
// [Judge] is.
func Services(p policy.Policy, e Evidence, today time.Time) []kyc.Service {
	if len(p.Services) == 0 {
		return nil
	}
	return p.Judge(factsOf(e, today)).Services
}

// eligibility judges ages, regions, services and the operator's own rules.
func (j *judge) eligibility() {
	for _, f := range j.policy.Judge(factsOf(j.evidence, j.today.Time)).Findings {
		j.add(f)
	}
}

// notAccepted judges whether a kind of document is taken from its issuer. Where
// the issuer has a list of its own, the finding names the issuer, so that the
// right list can be told.
func (j *judge) notAccepted(kind string) (kyc.Finding, bool) {
	issuer := factsOf(j.evidence, j.today.Time).Issuer
	f := kyc.Finding{Code: kyc.DocNotAccepted}
	if _, own := j.policy.Documents.AcceptedByIssuer[issuer]; own {
		f.Field, f.Values = kyc.IssuingState, &kyc.Values{Read: issuer}
	}
	return f, kind != "" && !slices.Contains(j.policy.Documents.From(issuer), kind)
}
