package verify

import (
	"context"
	"errors"
	"fmt"

	"bonafide/internal/kyc"
)

// forget erases the applicants whose cases are over for longer than the policy in
// force keeps them.
func (s *Service) forget(ctx context.Context) error {
	const batch = 100
	before := s.Policy().Retention.Before(s.cfg.Now())
	for {
		var due []kyc.ApplicantID
		err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			var err error
			due, err = tx.ApplicantsOver(ctx, before, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget: %w", err)
		}
		// One damaged applicant must not keep the others.
		var errs []error
		for _, id := range due {
			if err := s.Erase(ctx, id); err != nil {
				errs = append(errs, err)
			}
		}
		if len(due) < batch || len(errs) > 0 {
			return errors.Join(errs...)
		}
	}
}
