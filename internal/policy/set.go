package policy

import (
	"fmt"
	"slices"
	"time"
)

// Set is the versions of one policy, each in force from its day until the next
// one's. Days begin at midnight UTC.
type Set struct {
	versions []Policy // by day, at least one
}

// Only is a set of a single version.
func Only(p Policy) *Set { return &Set{versions: []Policy{p}} }

// At returns the version that is in force at a time; false when none is yet.
func (s *Set) At(t time.Time) (Policy, bool) {
	for _, p := range slices.Backward(s.versions) {
		if !p.EffectiveFrom.After(t) {
			return p, true
		}
	}
	return Policy{}, false
}

// All returns the versions, the earliest first.
func (s *Set) All() []Policy { return slices.Clone(s.versions) }

// Newest returns the version with the latest day.
func (s *Set) Newest() Policy { return s.versions[len(s.versions)-1] }

// Next is the version that comes after those in force at a time; false when none
// waits.
func (s *Set) Next(t time.Time) (Policy, bool) {
	for _, p := range s.versions {
		if p.EffectiveFrom.After(t) {
			return p, true
		}
	}
	return Policy{}, false
}

// join puts versions in the order of their days and tells what keeps them from
// being one policy.
func join(docs []document) (*Set, []Problem) {
	slices.SortStableFunc(docs, func(a, b document) int { return a.policy.EffectiveFrom.Compare(b.policy.EffectiveFrom.Time) })
	var out []Problem
	s := &Set{}
	for k, d := range docs {
		s.versions = append(s.versions, d.policy)
		if k == 0 {
			continue
		}
		before, after := docs[k-1].policy, d.policy
		where := fmt.Sprintf("%s, line %d", docs[k-1].source, docs[k-1].line("effective_from"))
		switch {
		case after.Name != before.Name:
			out = append(out, d.problem("name", "%q is another policy than %q (%s): versions of one policy have one name", after.Name, before.Name, where))
		case after.EffectiveFrom.Equal(before.EffectiveFrom.Time):
			out = append(out, d.problem("effective_from", "%s is in force from %s too (%s): which one holds on that day?", before.ID(), before.EffectiveFrom.Format(time.DateOnly), where))
		case after.Version <= before.Version:
			out = append(out, d.problem("version", "%d comes after version %d of %s (%s): versions must rise with their days", after.Version, before.Version, before.EffectiveFrom.Format(time.DateOnly), where))
		}
	}
	return s, out
}
