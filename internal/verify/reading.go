package verify

import (
	"context"
	"maps"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// ReadingOf is what a side of a document says for certain, by the fields that people
// are asked for: what they may confirm instead of typing it. A name that the zone may
// have cut is left for them to write in full.
func ReadingOf(pol policy.Policy, s *Side) map[kyc.Field]string {
	out := map[kyc.Field]string{}
	if j := (judge{policy: pol}); s.HasMRZ && j.unsure(*s) {
		return out
	}
	for _, f := range kyc.DetailFields() {
		v, ok := s.Fields[f]
		name := f == kyc.Surname || f == kyc.GivenNames
		if !ok || v.Confidence < sure || wrongWith(f, v.Text) != "" || name && s.NameTruncated {
			continue
		}
		out[f] = v.Text
	}
	return out
}

// Reading is what the documents of a case say, as far as they were read before, while
// the details are not there yet: they begin with it. Once something was sent, only
// findings tell what the document says.
func (s *Service) Reading(ctx context.Context, id kyc.CaseID) (map[kyc.Field]string, error) {
	c, err := s.Case(ctx, id)
	if err != nil {
		return nil, err
	}
	read, err := s.reading(ctx, c)
	if err == nil && s.actor != "" && len(read) > 0 { // not the applicant, who holds the document
		err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
			return s.log(ctx, tx, kyc.Record{Case: id, Event: ViewEvidence, From: c.State, To: c.State, Actor: s.actor, Item: kyc.DocumentFront, Note: "reading", At: s.cfg.Now()})
		})
	}
	if err != nil {
		return nil, wrap("read the document of case", id, err)
	}
	return read, nil
}

func (s *Service) reading(ctx context.Context, c kyc.Case) (map[kyc.Field]string, error) {
	out := map[kyc.Field]string{}
	if st, ok := c.Item(kyc.Details); !ok || st.Current != nil || c.State != kyc.Open {
		return out, nil
	}
	for _, item := range []kyc.Item{kyc.DocumentBack, kyc.DocumentFront} { // the front wins
		st, _ := c.Item(item)
		if st.Current == nil {
			continue
		}
		f, err := s.facts(ctx, c, *st.Current)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, f.Read)
	}
	return out, nil
}
