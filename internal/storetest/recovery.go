package storetest

import (
	"errors"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func contactTests() map[string]func(*testing.T, harness) {
	of := func(a string, kind kyc.ContactKind, value byte) kyc.ContactRecord {
		return kyc.ContactRecord{Applicant: kyc.ApplicantID(a), Kind: kind, Value: [32]byte{value}, Sealed: []byte{value}, CreatedAt: now}
	}
	put := func(h harness, a string, all ...kyc.ContactRecord) {
		h.t.Helper()
		h.write(func(tx kyc.Tx) error { return tx.PutContacts(h.ctx(), kyc.ApplicantID(a), all) })
	}
	listed := func(h harness, want ...kyc.ContactRecord) {
		h.t.Helper()
		h.read(func(tx kyc.Tx) error {
			got, err := tx.ContactsOf(h.ctx(), "a")
			for k := range want {
				want[k].CreatedAt = kept(want[k].CreatedAt)
			}
			h.equal("contacts", got, want)
			return err
		})
	}
	holders := func(h harness, kind kyc.ContactKind, value byte, want ...kyc.ApplicantID) {
		h.t.Helper()
		h.read(func(tx kyc.Tx) error {
			got, err := tx.ContactHolders(h.ctx(), kind, [32]byte{value})
			h.equal("holders", got, want)
			return err
		})
	}
	two := func(h harness) {
		h.setup()
		h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("b")) })
	}
	return map[string]func(*testing.T, harness){
		"found by their value and kind": func(_ *testing.T, h harness) {
			two(h)
			put(h, "a", of("a", kyc.Email, 1), of("a", kyc.Phone, 2), of("a", kyc.Email, 1))
			put(h, "b", of("b", kyc.Email, 1))
			listed(h, of("a", kyc.Email, 1), of("a", kyc.Phone, 2))
			holders(h, kyc.Email, 1, "a", "b")
			holders(h, kyc.Phone, 1)
			holders(h, kyc.Phone, 2, "a")
		},
		"replaced as a whole": func(_ *testing.T, h harness) {
			two(h)
			put(h, "a", of("a", kyc.Email, 1))
			put(h, "a", of("a", kyc.Email, 3))
			listed(h, of("a", kyc.Email, 3))
			put(h, "a")
			listed(h)
			holders(h, kyc.Email, 3)
		},
		"nobody's": func(_ *testing.T, h harness) {
			h.setup()
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error {
				return tx.PutContacts(h.ctx(), "x", []kyc.ContactRecord{of("x", kyc.Email, 1)})
			})
		},
		"erased with the applicant": func(_ *testing.T, h harness) {
			two(h)
			put(h, "a", of("a", kyc.Email, 1))
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			listed(h)
			holders(h, kyc.Email, 1)
		},
	}
}

func recoveryTests() map[string]func(*testing.T, harness) {
	of := func(id, c string) kyc.RecoveryRecord {
		return kyc.RecoveryRecord{
			ID: kyc.RecoveryID(id), Case: kyc.CaseID(c), Applicant: "a", Status: kyc.RecoveryOpen, Version: 1,
			CreatedAt: now, UpdatedAt: now, Sealed: []byte("sealed " + id),
		}
	}
	as := func(r kyc.RecoveryRecord, version int64) kyc.RecoveryRecord {
		r.Version, r.CreatedAt, r.UpdatedAt = version, kept(r.CreatedAt), kept(r.UpdatedAt)
		return r
	}
	create := func(h harness, r kyc.RecoveryRecord) {
		h.t.Helper()
		h.write(func(tx kyc.Tx) error { return tx.CreateRecovery(h.ctx(), r) })
	}
	is := func(h harness, want kyc.RecoveryRecord, find func(kyc.Tx) (kyc.RecoveryRecord, error)) {
		h.t.Helper()
		h.read(func(tx kyc.Tx) error {
			got, err := find(tx)
			h.equal("recovery", got, want)
			return err
		})
	}
	return map[string]func(*testing.T, harness){
		"found in three ways": func(_ *testing.T, h harness) {
			h.setup()
			r := of("r", "c")
			r.Proof = "p"
			create(h, r)
			is(h, as(r, 1), func(tx kyc.Tx) (kyc.RecoveryRecord, error) { return tx.Recovery(h.ctx(), "r") })
			is(h, as(r, 1), func(tx kyc.Tx) (kyc.RecoveryRecord, error) { return tx.RecoveryOf(h.ctx(), "c") })
			is(h, as(r, 1), func(tx kyc.Tx) (kyc.RecoveryRecord, error) { return tx.RecoveryByProof(h.ctx(), "p") })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.RecoveryByProof(h.ctx(), ""); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.RecoveryOf(h.ctx(), "d"); return err })
		},
		"one a case": func(_ *testing.T, h harness) {
			h.setup()
			create(h, of("r", "c"))
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateRecovery(h.ctx(), of("s", "c")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.CreateRecovery(h.ctx(), of("t", "x")) })
		},
		"saved over its version": func(_ *testing.T, h harness) {
			h.setup()
			r := of("r", "c")
			create(h, r)
			r.Status, r.Proof, r.UpdatedAt, r.Sealed = kyc.RecoveryFace, "p", now.Add(time.Minute), []byte("more")
			h.write(func(tx kyc.Tx) error { return tx.SaveRecovery(h.ctx(), r) })
			is(h, as(r, 2), func(tx kyc.Tx) (kyc.RecoveryRecord, error) { return tx.Recovery(h.ctx(), "r") })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.SaveRecovery(h.ctx(), r) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.SaveRecovery(h.ctx(), of("x", "c")) })
		},
		"listed by status": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), caseOf("d", "a")) })
			r, s := of("r", "c"), of("s", "d")
			r.Status, s.Status = kyc.RecoveryReported, kyc.RecoveryReported
			create(h, r)
			create(h, s)
			h.read(func(tx kyc.Tx) error {
				all, err := tx.RecoveriesIn(h.ctx(), kyc.RecoveryReported, 10)
				one, err1 := tx.RecoveriesIn(h.ctx(), kyc.RecoveryReported, 1)
				none, err2 := tx.RecoveriesIn(h.ctx(), kyc.RecoveryOpen, 10)
				h.equal("reported", all, []kyc.RecoveryRecord{as(r, 1), as(s, 1)})
				h.equal("the first", one, []kyc.RecoveryRecord{as(r, 1)})
				h.equal("open", len(none), 0)
				return errors.Join(err, err1, err2)
			})
		},
		"emptied and closed with the applicant": func(_ *testing.T, h harness) {
			h.setup()
			r := of("r", "c")
			create(h, r)
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			r.Sealed, r.Status = nil, kyc.RecoveryClosed // nobody is asked to look at it any more
			is(h, as(r, 1), func(tx kyc.Tx) (kyc.RecoveryRecord, error) {
				got, err := tx.Recovery(h.ctx(), "r")
				if len(got.Sealed) == 0 {
					got.Sealed = nil
				}
				return got, err
			})
		},
		"codes are counted by address and time": func(_ *testing.T, h harness) {
			note := func(value byte, at time.Time, want int) {
				h.t.Helper()
				h.write(func(tx kyc.Tx) error {
					n, err := tx.NoteCode(h.ctx(), [32]byte{value}, at, at.Add(-time.Hour))
					h.equal("codes", n, want)
					return err
				})
			}
			note(1, now, 1)
			note(1, now.Add(time.Minute), 2)
			note(2, now.Add(time.Minute), 1)
			note(1, now.Add(61*time.Minute), 2) // the first is too old
			h.write(func(tx kyc.Tx) error { return tx.ForgetCodes(h.ctx(), now.Add(2*time.Minute)) })
			note(1, now.Add(62*time.Minute), 2)
		},
	}
}
