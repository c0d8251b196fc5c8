// Package figures counts what happened to cases: how many pass at the first try,
// what keeps the others, how long decisions take, how often people agree, and
// how often we refused somebody who was right.
//
// It promises that the same steps give the same figures, that a share comes with
// its count and a 95 % interval, so that nobody reads much into little, and that
// what is not known is named so and not left out. It knows ids, codes, countries
// and times alone, reads no clock and stores nothing.
package figures

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"bonafide/internal/kyc"
)

// The steps that the review console adds to those of a case.
const (
	Confirmed     = "confirm"
	Objected      = "object"
	SampleAgreed  = "sample_agree"
	SampleDiffers = "sample_differ"
)

// Figures are those of one period.
type Figures struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	States []Count   `json:"states"` // of all cases, now
	Opened int       `json:"opened"`
	// FirstTry are the cases whose first full check lies in the period, and of them
	// those that it approved.
	FirstTry Share `json:"first_try"`
	// Attempts is how many full checks the approved cases took.
	Attempts []Count `json:"attempts"`
	// Decision is the time from opening a case to its first approval or refusal,
	// Review that from waiting for a person to their verdict.
	Decision Times `json:"decision"`
	Review   Times `json:"review"`
	// Reasons are why full checks did not approve; ByCountry and ByDay the same.
	Reasons   []Count   `json:"reasons"`
	ByCountry []Grouped `json:"by_country"`
	ByDay     []Grouped `json:"by_day"`
	// Refused are the cases that were declined in the period, and of them those that
	// were approved later: our false refusals that we know of.
	Refused Share `json:"refused_then_approved"`
	// Overturned are the cases that a check sent to a person, who decided them, and of
	// them those that the person approved as they were; OverturnedBy is for what they
	// had been sent.
	Overturned   Share   `json:"overturned"`
	OverturnedBy []Count `json:"overturned_by"`
	// Agreement is how often a second person agreed with a first, Blind how often a
	// person agreed with a decision that none had made.
	Agreement Share `json:"agreement"`
	Blind     Share `json:"blind"`
	// Duplicates are the cases in which another account's document or face was found.
	Duplicates int `json:"duplicates"`
}

// Count is how often something was.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Grouped are the full checks of a group, those that approved, and why the others
// did not.
type Grouped struct {
	Name     string  `json:"name"` // "" is unknown
	Checks   int     `json:"checks"`
	Approved int     `json:"approved"`
	Reasons  []Count `json:"reasons"`
}

// Share is a part of a whole with its 95 % interval (Wilson's).
type Share struct {
	N    int     `json:"n"`
	Of   int     `json:"of"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Times are how long something took, in seconds.
type Times struct {
	N      int     `json:"n"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
}

// Compute counts the steps of cases. steps are whole cases in order, as
// [kyc.Outcomes] lists them; what is counted are the steps from from and before
// to.
func Compute(steps []kyc.OutcomeRecord, states map[kyc.State]int, from, to time.Time) Figures {
	t := tally{
		f: Figures{From: from, To: to}, attempts: map[int]int{}, reasons: map[string]int{}, overturned: map[string]int{},
		country: map[string]*group{}, day: map[string]*group{},
	}
	for _, s := range kyc.States() {
		t.f.States = append(t.f.States, Count{string(s), states[s]})
	}
	cases := map[kyc.CaseID][]kyc.OutcomeRecord{}
	var order []kyc.CaseID
	for _, s := range steps {
		if cases[s.Case] == nil {
			order = append(order, s.Case)
		}
		cases[s.Case] = append(cases[s.Case], s)
	}
	for _, id := range order {
		t.add(cases[id])
	}
	return t.result()
}

type tally struct {
	f                   Figures
	attempts            map[int]int
	reasons, overturned map[string]int
	country, day        map[string]*group
	decision, review    []float64
}

type group struct {
	checks, approved int
	reasons          map[string]int
}

// add counts one case.
func (t *tally) add(steps []kyc.OutcomeRecord) {
	var opened, waiting time.Time
	var sent []kyc.Code // for what a check sent the case to a person
	checks, decided, duplicate := 0, false, false
	for k, s := range steps {
		in := !s.At.Before(t.f.From) && s.At.Before(t.f.To)
		switch s.Event {
		case "create":
			opened = s.At
			if in {
				t.f.Opened++
			}
		case (kyc.Checked{}).Name():
			checks++
			if in {
				t.check(s, checks)
				duplicate = duplicate || slices.ContainsFunc(s.Codes, isDuplicate)
			}
			sent = nil
			if s.To == kyc.InReview {
				sent = s.Codes
			}
		case Confirmed, Objected:
			if in {
				t.f.Agreement.add(s.Event == Confirmed)
			}
			continue // these are no steps of the case itself
		case SampleAgreed, SampleDiffers:
			if in {
				t.f.Blind.add(s.Event == SampleAgreed)
			}
			continue
		case (kyc.Reviewed{}).Name():
			if in {
				t.reviewed(s, sent, waiting)
			}
			sent = nil
		}
		if s.To == kyc.InReview && s.From != kyc.InReview {
			waiting = s.At
		}
		final := s.To == kyc.Approved || s.To == kyc.Declined
		if final && !decided {
			decided = true
			if in {
				t.decided(s, opened, checks)
			}
		}
		if s.To == kyc.Declined && in {
			t.f.Refused.add(slices.ContainsFunc(steps[k+1:], func(x kyc.OutcomeRecord) bool { return x.To == kyc.Approved && x.From == kyc.InReview }))
		}
	}
	if duplicate {
		t.f.Duplicates++
	}
}

// decided counts the first decision of a case.
func (t *tally) decided(s kyc.OutcomeRecord, opened time.Time, checks int) {
	if !opened.IsZero() {
		t.decision = append(t.decision, s.At.Sub(opened).Seconds())
	}
	if s.To == kyc.Approved && checks > 0 {
		t.attempts[checks]++
	}
}

// check counts one full check.
func (t *tally) check(s kyc.OutcomeRecord, nth int) {
	if nth == 1 {
		t.f.FirstTry.add(s.To == kyc.Approved)
	}
	codes := s.Codes
	if s.To == kyc.Approved {
		codes = nil // notes, which kept nothing
	}
	for _, g := range []*group{of(t.country, s.Country), of(t.day, s.At.UTC().Format(time.DateOnly))} {
		g.checks++
		if s.To == kyc.Approved {
			g.approved++
		}
		for _, c := range codes {
			g.reasons[string(c)]++
		}
	}
	for _, c := range codes {
		t.reasons[string(c)]++
	}
}

// reviewed counts a person's verdict.
func (t *tally) reviewed(s kyc.OutcomeRecord, sent []kyc.Code, waiting time.Time) {
	if !waiting.IsZero() {
		t.review = append(t.review, s.At.Sub(waiting).Seconds())
	}
	if sent == nil {
		return
	}
	right := s.To == kyc.Approved
	t.f.Overturned.add(right)
	if right {
		for _, c := range sent {
			t.overturned[string(c)]++
		}
	}
}

func of(all map[string]*group, name string) *group {
	if all[name] == nil {
		all[name] = &group{reasons: map[string]int{}}
	}
	return all[name]
}

func isDuplicate(c kyc.Code) bool {
	d, ok := kyc.Lookup(c)
	return ok && d.Item == kyc.Uniqueness
}

func (s *Share) add(in bool) {
	s.Of++
	if in {
		s.N++
	}
}

func (t *tally) result() Figures {
	f := t.f
	for _, s := range []*Share{&f.FirstTry, &f.Refused, &f.Overturned, &f.Agreement, &f.Blind} {
		s.Low, s.High = wilson(s.N, s.Of)
	}
	f.Attempts = []Count{}
	for _, n := range slices.Sorted(maps.Keys(t.attempts)) {
		f.Attempts = append(f.Attempts, Count{Name: strconv.Itoa(n), N: t.attempts[n]})
	}
	f.Reasons, f.OverturnedBy = most(t.reasons), most(t.overturned)
	f.ByCountry, f.ByDay = groups(t.country), groups(t.day)
	slices.SortStableFunc(f.ByCountry, func(a, b Grouped) int { return b.Checks - a.Checks })
	f.Decision, f.Review = times(t.decision), times(t.review)
	return f
}

func groups(all map[string]*group) []Grouped {
	out := []Grouped{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		g := all[name]
		out = append(out, Grouped{name, g.checks, g.approved, most(g.reasons)})
	}
	return out
}

// most lists counts, the greatest first.
func most(all map[string]int) []Count {
	out := []Count{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, Count{name, all[name]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return out
}

func times(all []float64) Times {
	slices.Sort(all)
	at := func(q float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return all[min(len(all)-1, int(math.Ceil(q*float64(len(all))))-1)]
	}
	return Times{len(all), at(0.5), at(0.9)}
}

// wilson is the 95 % interval of a share.
func wilson(n, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	p, m := float64(n)/float64(of), float64(of)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return math.Max(0, mid-half), math.Min(1, mid+half)
}
