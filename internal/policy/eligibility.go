package policy

import (
	"slices"
	"time"

	"bonafide/internal/kyc"
)

// Day is a calendar date without a time of day, in YAML as 2026-01-31.
type Day struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Day) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	d.Time = t
	return err
}

// Facts are what eligibility is decided on. Unknown facts are zero and decide
// nothing: a missing birth date never makes anybody too young.
type Facts struct {
	Birth     Day    // from the document
	Residence string // ISO 3166-1 alpha-2, as declared
	Issuer    string // ISO 3166-1 alpha-2, of the document
	Today     Day
}

// AgeIn is the minimum age for residents of a region; 0 means that there is none.
func (e Eligibility) AgeIn(region string) int {
	if a, ok := e.MinimumAgeByRegion[region]; ok {
		return a
	}
	return e.MinimumAge
}

// Judge returns the findings of the eligibility rules. A finding about age says
// from when the person is old enough.
func (e Eligibility) Judge(f Facts) []kyc.Finding {
	var out []kyc.Finding
	age := e.AgeIn(f.Residence)
	if !f.Birth.IsZero() && age > 0 {
		from := f.Birth.AddDate(age, 0, 0)
		if f.Today.Before(from) {
			m, t := float64(fullYears(f.Birth, f.Today)), float64(age)
			out = append(out, kyc.Finding{
				Code: kyc.UnderAge, Item: kyc.Eligibility, Field: kyc.BirthDate, From: from,
				Measure: "age", Measured: &m, Threshold: &t,
			})
		}
	}
	if f.Residence != "" && slices.Contains(e.RestrictedRegions, f.Residence) {
		out = append(out, kyc.Finding{Code: kyc.RegionRestricted, Item: kyc.Eligibility, Field: kyc.Residence})
	}
	if f.Issuer != "" && slices.Contains(e.RestrictedIssuers, f.Issuer) {
		out = append(out, kyc.Finding{Code: kyc.RegionRestricted, Item: kyc.Eligibility, Field: kyc.IssuingState})
	}
	return out
}

// fullYears is the age on a day; a person born on 29 February has their birthday
// on 1 March in common years, as time.AddDate has it.
func fullYears(birth, today Day) int {
	n := today.Year() - birth.Year()
	if today.Before(birth.AddDate(n, 0, 0)) {
		n--
	}
	return n
}
