package policy

import (
	"slices"

	"bonafide/internal/kyc"
)

// Eligibility says who may be served: everybody for whom no key says otherwise.
// Regions are ISO 3166-1 alpha-2. Of residence, of the state that issued the
// document, and of the network that the person connects from are three different
// things and stand under three different keys. An empty list of allowed ones
// allows all.
type Eligibility struct {
	MinimumAge         int            `yaml:"minimum_age"`
	MinimumAgeByRegion map[string]int `yaml:"minimum_age_by_region"` // of residence
	AllowedRegions     []string       `yaml:"allowed_regions"`       // of residence
	RestrictedRegions  []string       `yaml:"restricted_regions"`
	AllowedIssuers     []string       `yaml:"allowed_issuers"`
	RestrictedIssuers  []string       `yaml:"restricted_issuers"`
	AllowedNetworks    []string       `yaml:"allowed_networks"`
	RestrictedNetworks []string       `yaml:"restricted_networks"`
}

// Facts are what eligibility is decided on. Unknown facts are zero and decide
// nothing: a missing birth date never makes anybody too young.
type Facts struct {
	Today Day
	// Birth is the earliest day of birth that the document allows, and BirthLatest
	// the latest, where it does not say the day in full; zero for the same day.
	Birth, BirthLatest Day
	// BirthRead says that the document has a date of birth, whether or not a day
	// follows from it.
	BirthRead   bool
	Residence   string // ISO 3166-1 alpha-2, as declared
	Issuer      string // ISO 3166-1 alpha-2, of the document
	Nationality string // ISO 3166-1 alpha-2, from the document
	Network     string // ISO 3166-1 alpha-2, as told by the integrator or the operator's proxy
	Kind        string // of the document
	Expires     Day    // of the document
}

// youngest are the facts with the latest day of birth that they allow.
func (f Facts) youngest() Facts {
	if !f.BirthLatest.IsZero() {
		f.Birth = f.BirthLatest
	}
	return f
}

// age is the person's age in full years; false when the document leaves it open.
func (f Facts) age() (int, bool) {
	if f.Birth.IsZero() {
		return 0, false
	}
	oldest := fullYears(f.Birth, f.Today)
	return oldest, oldest == fullYears(f.youngest().Birth, f.Today)
}

// byResidence reports whether the region of residence matters.
func (e Eligibility) byResidence() bool {
	return len(e.MinimumAgeByRegion)+len(e.AllowedRegions)+len(e.RestrictedRegions) > 0
}

// AgeIn is the minimum age for residents of a region; 0 means that there is none.
func (e Eligibility) AgeIn(region string) int {
	if a, ok := e.MinimumAgeByRegion[region]; ok {
		return a
	}
	return e.MinimumAge
}

// regionLists are the lists about one kind of region.
type regionLists struct {
	field               kyc.Field
	suffix              string // of the two keys
	allowed, restricted []string
	of                  func(Facts) string
}

func (e Eligibility) regions() []regionLists {
	return []regionLists{
		{kyc.Residence, "regions", e.AllowedRegions, e.RestrictedRegions, func(f Facts) string { return f.Residence }},
		{kyc.IssuingState, "issuers", e.AllowedIssuers, e.RestrictedIssuers, func(f Facts) string { return f.Issuer }},
		{kyc.NetworkRegion, "networks", e.AllowedNetworks, e.RestrictedNetworks, func(f Facts) string { return f.Network }},
	}
}

// Judge returns the findings about age and regions. A finding about age says
// from when the person is old enough; one about a region names in its field
// which of the three it is. Where the document leaves the day of birth open and
// the age depends on it, a person is neither refused nor let in: age_unknown.
func (e Eligibility) Judge(f Facts) []kyc.Finding {
	var out []kyc.Finding
	young, ok := e.tooYoung(f)
	switch _, perhaps := e.tooYoung(f.youngest()); {
	case ok:
		out = append(out, young)
	case f.BirthRead && e.AgeIn(f.Residence) > 0 && (f.Birth.IsZero() || perhaps):
		out = append(out, kyc.Finding{Code: kyc.AgeUnknown, Item: kyc.Eligibility, Field: kyc.BirthDate})
	}
	for _, x := range e.regions() {
		r := x.of(f)
		if r != "" && (slices.Contains(x.restricted, r) || len(x.allowed) > 0 && !slices.Contains(x.allowed, r)) {
			out = append(out, kyc.Finding{Code: kyc.RegionRestricted, Item: kyc.Eligibility, Field: x.field})
		}
	}
	return out
}

func (e Eligibility) tooYoung(f Facts) (kyc.Finding, bool) {
	age := e.AgeIn(f.Residence)
	if f.Birth.IsZero() || age <= 0 {
		return kyc.Finding{}, false
	}
	from := f.Birth.AddDate(age, 0, 0)
	if !f.Today.Before(from) {
		return kyc.Finding{}, false
	}
	m, t := float64(fullYears(f.Birth, f.Today)), float64(age)
	return kyc.Finding{
		Code: kyc.UnderAge, Item: kyc.Eligibility, Field: kyc.BirthDate, From: from,
		Measure: "age", Measured: &m, Threshold: &t,
	}, true
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
