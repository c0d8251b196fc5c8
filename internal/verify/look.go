package verify

import (
	"context"
	"fmt"

	"bonafide/internal/kyc"
)

// CasesIn lists up to limit cases that are in one of the states, in the order of
// their creation, beginning behind the case after; "" begins at the first.
func (s *Service) CasesIn(ctx context.Context, states []kyc.State, after kyc.CaseID, limit int) ([]kyc.Case, error) {
	cases, err := s.list(ctx, func(tx kyc.Tx) ([]kyc.CaseRecord, error) {
		return tx.CasesAfter(ctx, states, after, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("list cases in %v: %w", states, err)
	}
	return cases, nil
}

// CasesOfAccount lists the cases of an integrator's account in the order of
// their creation: none when the account is not known, or was erased.
func (s *Service) CasesOfAccount(ctx context.Context, externalID string) ([]kyc.Case, error) {
	external, err := s.cfg.Sealer.Fingerprints("external_id", externalID)
	if err != nil {
		return nil, fmt.Errorf("list cases of an account: %w", err)
	}
	cases, err := s.list(ctx, func(tx kyc.Tx) ([]kyc.CaseRecord, error) {
		a, err := byExternalKey(ctx, tx, external)
		if kyc.KindOf(err) == kyc.NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return tx.CasesOf(ctx, a.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("list cases of an account: %w", err)
	}
	return cases, nil
}

func (s *Service) list(ctx context.Context, find func(kyc.Tx) ([]kyc.CaseRecord, error)) ([]kyc.Case, error) {
	var out []kyc.Case
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		records, err := find(tx)
		if err != nil {
			return err
		}
		out = make([]kyc.Case, 0, len(records))
		for _, r := range records {
			c, err := s.open(ctx, tx, r)
			if err != nil {
				return fmt.Errorf("open case %s: %w", r.ID, err)
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// ViewEvidence is the event that the audit log keeps when somebody looks at
// evidence. It changes no state.
const ViewEvidence = "view_evidence"

// Evidence opens what was sent with a submission, as it arrived; details are
// JSON. That by, an id, looked at it is in the audit log before the content is
// given out. NotFound when the case has no such submission or is erased.
func (s *Service) Evidence(ctx context.Context, id kyc.CaseID, sub kyc.SubmissionID, by string) (content []byte, item kyc.Item, err error) {
	fail := func(err error) ([]byte, kyc.Item, error) {
		return nil, "", fmt.Errorf("view %s of case %s: %w", sub, id, err)
	}
	var x kyc.SubmissionRecord
	var key []byte
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		if _, x, err = evidenceOf(ctx, tx, id, sub); err != nil {
			return err
		}
		key, err = tx.DataKey(ctx, x.Applicant)
		return err
	})
	if err != nil {
		return fail(err)
	}
	sealed, err := s.cfg.Blobs.Get(ctx, x.BlobKey)
	if err != nil {
		return fail(err)
	}
	content, err = s.cfg.Sealer.Open(x.Applicant, key, about("evidence", string(sub)), sealed)
	if err != nil {
		return fail(err)
	}
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		// Again, for the case may have been erased meanwhile.
		r, _, err := evidenceOf(ctx, tx, id, sub)
		if err != nil {
			return err
		}
		return s.log(ctx, tx, kyc.Record{Case: id, Event: ViewEvidence, From: r.State, To: r.State, Actor: by, Item: x.Item, At: s.cfg.Now()})
	})
	if err != nil {
		return fail(err)
	}
	return content, x.Item, nil
}

// evidenceOf finds a case and a submission of it that can be looked at.
func evidenceOf(ctx context.Context, tx kyc.Tx, id kyc.CaseID, sub kyc.SubmissionID) (kyc.CaseRecord, kyc.SubmissionRecord, error) {
	r, err := tx.Case(ctx, id)
	if err != nil {
		return r, kyc.SubmissionRecord{}, err
	}
	x, err := tx.Submission(ctx, sub)
	if err == nil && (x.Case != id || r.State == kyc.Erased || x.BlobKey == "") {
		err = &kyc.Error{Kind: kyc.NotFound, Op: "view evidence"}
	}
	return r, x, err
}
