package policy

import (
	"maps"
	"slices"
	"time"

	"bonafide/internal/kyc"
)

// Review says how people decide. A policy without the section gives them a day,
// and trusts each alone.
type Review struct {
	// Goal is how long a case may wait for a decision, Goals the same by reason.
	Goal  time.Duration              `yaml:"goal"`
	Goals map[kyc.Code]time.Duration `yaml:"goals"`
	// Lock is how long a case is kept for whoever has it open, from their last sign
	// of life.
	Lock time.Duration `yaml:"lock"`
	// FourEyes are the verdicts that a second person confirms; FourEyesFor the
	// reasons of a case that make every verdict one of them.
	FourEyes    []kyc.State `yaml:"four_eyes"`
	FourEyesFor []kyc.Code  `yaml:"four_eyes_for"`
	// Sample is the share of decisions without a person that one makes again, not
	// knowing the first.
	Sample float64 `yaml:"sample"`
}

// GoalFor is how long a case may wait that is in review for a reason.
func (r Review) GoalFor(reason kyc.Code) time.Duration {
	if d, ok := r.Goals[reason]; ok {
		return d
	}
	return r.Goal
}

// NeedsTwo reports whether a verdict on a case needs a second person.
func (r Review) NeedsTwo(verdict kyc.State, findings []kyc.Finding) bool {
	return slices.Contains(r.FourEyes, verdict) ||
		slices.ContainsFunc(findings, func(f kyc.Finding) bool { return slices.Contains(r.FourEyesFor, f.Code) })
}

// absent fills in what a policy does not say about reviews.
func (r Review) absent() Review {
	if r.Goal == 0 {
		r.Goal = 24 * time.Hour
	}
	if r.Lock == 0 {
		r.Lock = 5 * time.Minute
	}
	return r
}

// check tells what is wrong with the section, once it is filled in.
func (r Review) check(bad report) {
	within := func(key string, d, least, most time.Duration) {
		if d < least || d > most {
			bad(key, "must be between %s and %s", least, most)
		}
	}
	known := func(key string, c kyc.Code) {
		if _, ok := kyc.Lookup(c); !ok {
			bad(key, "%q is not a finding code; docs/findings.md lists them", c)
		}
	}
	within("review.goal", r.Goal, time.Minute, 90*24*time.Hour)
	within("review.lock", r.Lock, time.Minute, time.Hour)
	for _, c := range slices.Sorted(maps.Keys(r.Goals)) {
		known("review.goals", c)
		within("review.goals."+string(c), r.Goals[c], time.Minute, 90*24*time.Hour)
	}
	verdicts := []kyc.State{kyc.Approved, kyc.Declined, kyc.ActionRequired}
	for k, v := range r.FourEyes {
		if !slices.Contains(verdicts, v) {
			bad(at("review.four_eyes", k), "%q is not one of %v", v, verdicts)
		}
	}
	for k, c := range r.FourEyesFor {
		known(at("review.four_eyes_for", k), c)
	}
	if !(r.Sample >= 0 && r.Sample <= 1) {
		bad("review.sample", "must be from 0 to 1")
	}
}
