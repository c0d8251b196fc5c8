package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bonafide/internal/kyc"
)

// byExternalKey finds an applicant by their account's fingerprint under any key.
func byExternalKey(ctx context.Context, tx kyc.Tx, keys [][]byte) (r kyc.ApplicantRecord, err error) {
	for _, k := range keys {
		if r, err = tx.ApplicantByExternalKey(ctx, k); kyc.KindOf(err) != kyc.NotFound {
			return r, err
		}
	}
	return r, err
}

// Refingerprint makes what is stored under an older key for fingerprints anew under
// the newest: accounts, addresses and documents. It goes on while people are served,
// one applicant a transaction, and can be repeated; when nothing is left, it does
// nothing any more. It returns how many applicants it changed. What a document's
// fingerprint was of may have been erased: it stays, and is found under its own key.
func (s *Service) Refingerprint(ctx context.Context) (int, error) {
	if !s.rotating.Load() {
		return 0, nil
	}
	const batch = 200
	changed, left := 0, 0
	var errs []error
	for after := kyc.ApplicantID(""); ; {
		var list []kyc.ApplicantRecord
		err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			var err error
			list, err = tx.ApplicantsAfter(ctx, after, batch)
			return err
		})
		if err != nil {
			return changed, fmt.Errorf("refingerprint: %w", err)
		}
		for _, a := range list {
			after = a.ID
			if len(a.ExternalKey) == 0 {
				continue // erased
			}
			did, stays, err := s.refingerprint(ctx, a.ID)
			if err != nil { // one that is damaged must not keep the others under the old key
				errs = append(errs, fmt.Errorf("refingerprint %s: %w", a.ID, err))
				stays = 1
			}
			if did {
				changed++
			}
			left += stays
		}
		if len(list) < batch {
			break
		}
	}
	if left == 0 {
		s.rotating.Store(false)
	}
	return changed, errors.Join(errs...)
}

// refingerprint does so for one applicant. stays counts what cannot be made anew.
func (s *Service) refingerprint(ctx context.Context, id kyc.ApplicantID) (did bool, stays int, err error) {
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		did, stays = false, 0
		r, err := tx.Applicant(ctx, id)
		if err != nil || len(r.ExternalKey) == 0 {
			return err
		}
		var a kyc.Applicant
		if err := s.openJSON(ctx, tx, id, about("applicant", ""), r.Sealed, &a); err != nil {
			return err
		}
		key, err := s.cfg.Sealer.Fingerprint("external_id", a.ExternalID)
		if err != nil {
			return err
		}
		if !slices.Equal(key, r.ExternalKey) {
			did = true
			if err := tx.SetExternalKey(ctx, id, key); err != nil {
				return err
			}
		}
		again, err := s.contactsAnew(ctx, tx, id)
		if err != nil {
			return err
		}
		held, stay, err := s.documentsAnew(ctx, tx, id)
		did, stays = did || again || held, stay
		return err
	})
	return did, stays, err
}

func (s *Service) contactsAnew(ctx context.Context, tx kyc.Tx, id kyc.ApplicantID) (did bool, err error) {
	all, err := tx.ContactsOf(ctx, id)
	if err != nil {
		return false, err
	}
	for k := range all {
		var x address
		if err := s.openJSON(ctx, tx, id, about("contact", string(id)), all[k].Sealed, &x); err != nil {
			return false, err
		}
		v, err := s.contactValue(all[k].Kind, x.Address)
		if err != nil {
			return false, err
		}
		did = did || v != all[k].Value
		all[k].Value = v
	}
	if !did {
		return false, nil
	}
	return true, tx.PutContacts(ctx, id, all)
}

// documentsAnew holds what an applicant holds under the newest key, and releases it
// under the others.
func (s *Service) documentsAnew(ctx context.Context, tx kyc.Tx, id kyc.ApplicantID) (did bool, stays int, err error) {
	held, err := tx.FingerprintsOf(ctx, id)
	if err != nil {
		return false, 0, err
	}
	for _, f := range held {
		r, err := tx.Case(ctx, f.Case)
		if err != nil {
			return did, stays, err
		}
		c, err := s.open(ctx, tx, r)
		if err != nil {
			return did, stays, err
		}
		e, err := s.reviewed(ctx, tx, c)
		if err != nil {
			return did, stays, err
		}
		newest, err := s.claims(e, false)
		if err != nil {
			return did, stays, err
		}
		every, err := s.claims(e, true)
		if err != nil {
			return did, stays, err
		}
		switch {
		case slices.Contains(newest, f.Value):
			continue
		case !slices.Contains(every, f.Value):
			stays++ // what it is of is gone
			continue
		}
		did = true
		for _, v := range newest {
			anew := f
			anew.Value = v
			if err := tx.Hold(ctx, anew); err != nil {
				return did, stays, err
			}
		}
		if err := tx.Release(ctx, f); err != nil {
			return did, stays, err
		}
	}
	return did, stays, nil
}
