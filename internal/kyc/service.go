package kyc

import (
	"slices"
	"time"
)

// Service is one thing that the operator offers, as it stands for one case: the
// proof that it takes, and the rules that close it.
type Service struct {
	Name   string    `json:"name"`
	Needs  []Item    `json:"needs"` // items that must have passed
	Closed []Finding `json:"closed,omitempty"`
}

// OpensFrom is the day from which no rule closes the service any more; zero when
// no day alone opens it.
func (s Service) OpensFrom() time.Time {
	var from time.Time
	for _, f := range s.Closed {
		if f.Code != UnderAge {
			return time.Time{}
		}
		if f.From.After(from) {
			from = f.From
		}
	}
	return from
}

// Closes returns what keeps a service of a case closed at a time; none means that
// it is open. A service that needs no proof is open from the start; one that does
// stays closed while a person looks at the case.
func (c *Case) Closes(s Service, at time.Time) []Finding {
	missing := func(i Item) Finding { return Finding{Code: ProofNeeded, Item: i, Service: s.Name} }
	switch c.State {
	case Declined:
		out := slices.DeleteFunc(Told(c.Findings), func(f Finding) bool { return f.Definition().Severity != Final && f.Definition().Severity != Retry })
		if len(out) == 0 {
			out = []Finding{missing(WholeCase)}
		}
		return out
	case Erased:
		return []Finding{missing(WholeCase)}
	case Open, Processing, ActionRequired, InReview, Approved, Expired:
	}
	out := slices.DeleteFunc(slices.Clone(s.Closed), func(f Finding) bool {
		return f.Code == UnderAge && !at.Before(f.From) // the birthday has been
	})
	for _, i := range s.Needs {
		if st, ok := c.Item(i); !ok || st.Status != Passed {
			out = append(out, missing(i))
		}
	}
	if len(out) == 0 && len(s.Needs) > 0 && (c.State == InReview || c.State == Expired) {
		out = append(out, missing(WholeCase))
	}
	return out
}
