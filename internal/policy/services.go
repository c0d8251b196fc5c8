package policy

import (
	"maps"
	"slices"

	"bonafide/internal/kyc"
)

// Service is one thing that the operator offers, with the proof that it takes
// and who may have it besides what holds for everybody.
type Service struct {
	// Needs are the items that must have passed; all that the policy asks for when
	// the key is absent, and none when it is empty.
	Needs       []kyc.Item `yaml:"needs"`
	Eligibility `yaml:",inline"`
}

// Outcome is what a policy says of somebody.
type Outcome struct {
	// Findings decide the case.
	Findings []kyc.Finding
	// Services are all that the policy has, by name, each with what closes it.
	Services []kyc.Service
}

// Judge says who may be served, and with what. What closes a single service
// declines nobody while another one is open to them; it is then told in a note.
func (p Policy) Judge(f Facts) Outcome {
	known := newActivation(f)
	out := Outcome{Findings: p.Eligibility.Judge(f)}
	for _, r := range p.Rules {
		if !r.readsFact(serviceFact) {
			out.Findings = append(out.Findings, r.judge(known)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		s := p.Services[name]
		x := kyc.Service{Name: name, Needs: s.Needs, Closed: s.Judge(f)}
		for _, r := range p.Rules {
			if r.readsFact(serviceFact) {
				x.Closed = append(x.Closed, r.judge(known.in(name))...)
			}
		}
		for k := range x.Closed {
			x.Closed[k].Service = name
		}
		out.Services = append(out.Services, x)
	}
	out.Findings = merge(out.Findings, ofServices(out.Services))
	return out
}

// ofServices turns what closes services into findings of the case: notes while
// something is open; otherwise the mildest reasons that keep everything closed.
func ofServices(all []kyc.Service) []kyc.Finding {
	open := func(s kyc.Service) bool { return len(s.Closed) == 0 }
	// A service that a person may yet open is no reason to refuse for another one.
	mild := func(s kyc.Service) bool {
		return !slices.ContainsFunc(s.Closed, func(f kyc.Finding) bool { return f.Definition().Severity == kyc.Final })
	}
	someOpen, someMild := slices.ContainsFunc(all, open), slices.ContainsFunc(all, mild)
	var out []kyc.Finding
	for _, s := range all {
		switch {
		case open(s):
		case !someOpen && (!someMild || mild(s)):
			out = append(out, s.Closed...)
		default:
			note := kyc.Finding{Code: kyc.ServiceUnavailable, Item: kyc.Eligibility, Service: s.Name}
			note.From = s.OpensFrom()
			out = append(out, note)
		}
	}
	return out
}

// merge adds findings to those that are there, each reason once: of ages, the one
// that is reached first.
func merge(out, more []kyc.Finding) []kyc.Finding {
	for _, f := range more {
		if f.Code != kyc.ServiceUnavailable {
			f.Service = "" // it holds for all of them
		}
		k := slices.IndexFunc(out, func(g kyc.Finding) bool {
			return g.Code == f.Code && g.Field == f.Field && g.Measure == f.Measure && g.Service == f.Service
		})
		switch {
		case k < 0:
			out = append(out, f)
		case f.Code == kyc.UnderAge && f.From.Before(out[k].From):
			out[k] = f
		}
	}
	return out
}
