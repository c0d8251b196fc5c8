package verify

import (
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/mrz"
	"time"
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

// eligibility judges age and regions.
func (j *judge) eligibility() {
	f := policy.Facts{Today: j.today, Residence: j.evidence.Details[kyc.Residence]}
	var youngest policy.Day // the latest day of birth that an incomplete date allows
	if v, _, ok := j.evidence.field(kyc.BirthDate); ok {
		if first, last, ok := dayOf(v.Text); ok {
			f.Birth, youngest = policy.Day{Time: first}, policy.Day{Time: last}
		}
	}
	if v, _, ok := j.evidence.field(kyc.IssuingState); ok {
		f.Issuer = alpha2(v.Text)
	}
	found := j.policy.Eligibility.Judge(f)
	for _, x := range found {
		j.add(x)
	}
	// Nobody is refused, and nobody let in, by our ignorance of a day.
	known := !f.Birth.IsZero()
	f.Birth = youngest
	unclear := !known || len(j.policy.Eligibility.Judge(f)) > len(found)
	if _, _, read := j.evidence.field(kyc.BirthDate); read && unclear && j.policy.Eligibility.AgeIn(f.Residence) > 0 {
		j.add(kyc.Finding{Code: kyc.AgeUnknown, Item: kyc.Eligibility, Field: kyc.BirthDate})
	}
}
