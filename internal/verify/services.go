package verify

import (
	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
)

// services presents the operator's services as they stand for a case now. What
// is kept from the applicant closes a service without saying why.
func (p Presenter) services(c kyc.Case) []api.Service {
	out := make([]api.Service, 0, len(c.Services))
	for _, s := range c.Services {
		why := c.Closes(s, p.Now)
		x := api.Service{Service: s.Name, Open: len(why) == 0, Reasons: []api.Finding{}}
		if !x.Open {
			x.EligibleFrom = instant(s.OpensFrom())
		}
		shown := why
		if !p.Operator {
			shown = kyc.Told(why)
		}
		if len(why) > 0 && len(shown) == 0 {
			shown = []kyc.Finding{{Code: kyc.ProofNeeded, Item: kyc.WholeCase, Service: s.Name}}
		}
		x.Reasons = append(x.Reasons, p.Findings(shown)...)
		out = append(out, x)
	}
	return out
}

// extra are the facts of the policy that the words of a finding name.
func (p Presenter) extra(f kyc.Finding) message.Extra {
	issuer := ""
	if f.Code == kyc.DocNotAccepted && f.Values != nil {
		issuer = f.Values.Read
	}
	return message.Extra{Documents: p.Policy.Documents.From(issuer)}
}
