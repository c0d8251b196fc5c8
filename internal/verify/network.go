package verify

import (
	"context"
	"errors"

	"bonafide/internal/kyc"
)

// errUnchanged ends a transaction in which there is nothing to store.
var errUnchanged = errors.New("unchanged")

// SendBack notes where the applicant of a case goes back to from now on.
func (s *Service) SendBack(ctx context.Context, id kyc.CaseID, to kyc.Return) error {
	_, err := s.apply(ctx, id, func(c kyc.Case) (kyc.Event, error) {
		if c.Return != nil && *c.Return == to {
			return nil, errUnchanged
		}
		return kyc.SendBack{To: to, By: s.actor, At: s.cfg.Now()}, nil
	}, nil)
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// ConnectedFrom notes the region that the applicant of a case connects from, as
// the integrator or, for nobody, the operator's proxy tells. What is
// no ISO 3166-1 alpha-2 code is unknown and changes nothing; neither does a case
// to which nothing can be sent any more.
func (s *Service) ConnectedFrom(ctx context.Context, id kyc.CaseID, region string) error {
	if region = alpha2(region); region == "" {
		return nil
	}
	_, err := s.apply(ctx, id, func(c kyc.Case) (kyc.Event, error) {
		if c.NetworkRegion == region || c.State != kyc.Open && c.State != kyc.ActionRequired {
			return nil, errUnchanged
		}
		return kyc.Connected{Region: region, By: s.actor, At: s.cfg.Now()}, nil
	}, nil)
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}
