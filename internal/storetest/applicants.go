package storetest

import (
	"bytes"
	"errors"
	"testing"

	"bonafide/internal/kyc"
)

func applicantTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"found under another external key": func(_ *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error {
				return errors.Join(tx.CreateApplicant(h.ctx(), applicant("a")), tx.CreateApplicant(h.ctx(), applicant("b")))
			})
			h.write(func(tx kyc.Tx) error { return tx.SetExternalKey(h.ctx(), "a", []byte("another")) })
			h.read(func(tx kyc.Tx) error {
				a, err := tx.ApplicantByExternalKey(h.ctx(), []byte("another"))
				h.equal("found", a.ID, "a")
				all, err2 := tx.ApplicantsAfter(h.ctx(), "", 10)
				rest, err3 := tx.ApplicantsAfter(h.ctx(), "a", 10)
				h.equal("listed", []any{len(all), all[0].ID, len(rest), rest[0].ID}, []any{2, "a", 1, "b"})
				return errors.Join(err, err2, err3)
			})
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.ApplicantByExternalKey(h.ctx(), []byte("key of a")); return err })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.SetExternalKey(h.ctx(), "a", []byte("key of b")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.SetExternalKey(h.ctx(), "x", []byte("x")) })
		},
		"created and found": func(_ *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("a")) })
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("b")) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Applicant(h.ctx(), "a")
				h.equal("by id", got, asApplicant(applicant("a")))
				if err != nil {
					return err
				}
				got, err = tx.ApplicantByExternalKey(h.ctx(), []byte("key of b"))
				h.equal("by external key", got, asApplicant(applicant("b")))
				return err
			})
		},
		"missing": func(_ *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("a")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Applicant(h.ctx(), "b"); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.ApplicantByExternalKey(h.ctx(), []byte("x")); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.ApplicantByExternalKey(h.ctx(), nil); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.DataKey(h.ctx(), "a"); return err })
		},
		"twice is a conflict": func(_ *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("a")) })
			sameID := applicant("a")
			sameID.ExternalKey = []byte("another")
			sameKey := applicant("b")
			sameKey.ExternalKey = []byte("key of a")
			for _, a := range []kyc.ApplicantRecord{applicant("a"), sameID, sameKey} {
				h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), a) })
			}
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Applicant(h.ctx(), "a")
				h.equal("unchanged", got, asApplicant(applicant("a")))
				return err
			})
		},
		"many without an external key": func(_ *testing.T, h harness) {
			for _, id := range []string{"a", "b"} {
				a := applicant(id)
				a.ExternalKey = nil
				h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), a) })
			}
		},
		"data key": func(t *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("a")) })
			wrapped := []byte{0, 1, 0, 255}
			h.write(func(tx kyc.Tx) error { return tx.PutDataKey(h.ctx(), "a", wrapped) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.PutDataKey(h.ctx(), "a", []byte("other")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.PutDataKey(h.ctx(), "nobody", wrapped) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.DataKey(h.ctx(), "a")
				if !bytes.Equal(got, wrapped) {
					t.Errorf("got %x", got)
				}
				return err
			})
		},
		"deleting the data key": deleteDataKey,
	}
}

func deleteDataKey(_ *testing.T, h harness) {
	h.setup()
	reply := kyc.ReplyRecord{Scope: "k", Key: [32]byte{1}, Status: 200, Sealed: []byte("sealed reply"), Applicant: "a", CreatedAt: now}
	nobodys := kyc.ReplyRecord{Scope: "k", Key: [32]byte{2}, Status: 200, Sealed: []byte("of nobody"), CreatedAt: now}
	h.write(func(tx kyc.Tx) error {
		// A neighbour, who must not be touched.
		for _, err := range []error{
			tx.CreateApplicant(h.ctx(), applicant("b")), tx.PutDataKey(h.ctx(), "b", []byte("wrapped b")),
			tx.CreateCase(h.ctx(), caseOf("d", "b")), tx.AddSubmission(h.ctx(), submission("t", "d", "b")),
		} {
			if err != nil {
				return err
			}
		}
		for _, r := range []kyc.ReplyRecord{reply, nobodys} {
			if _, _, err := tx.ClaimReply(h.ctx(), r); err != nil {
				return err
			}
		}
		return nil
	})
	for range 2 { // the second time nothing is there
		h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
	}
	h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "nobody") })

	h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.DataKey(h.ctx(), "a"); return err })
	h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.ApplicantByExternalKey(h.ctx(), []byte("key of a")); return err })
	h.read(func(tx kyc.Tx) error {
		a, err := tx.Applicant(h.ctx(), "a")
		if err != nil {
			return err
		}
		want := asApplicant(applicant("a"))
		want.ExternalKey, want.Sealed = []byte{}, []byte{}
		h.equal("applicant", a, want)
		c, err := tx.Case(h.ctx(), "c")
		if err != nil {
			return err
		}
		wantCase := asCase(caseOf("c", "a"), 1)
		wantCase.Sealed = []byte{}
		h.equal("case", c, wantCase)
		s, err := tx.Submission(h.ctx(), "s")
		if err != nil {
			return err
		}
		wantSub := asSubmission(submission("s", "c", "a"))
		wantSub.Sealed = []byte{}
		h.equal("submission", s, wantSub)

		b, err := tx.Applicant(h.ctx(), "b")
		h.equal("neighbour", b, asApplicant(applicant("b")))
		if err != nil {
			return err
		}
		d, err := tx.Case(h.ctx(), "d")
		h.equal("neighbour's case", d, asCase(caseOf("d", "b"), 1))
		if err != nil {
			return err
		}
		_, err = tx.DataKey(h.ctx(), "b")
		return err
	})
	h.write(func(tx kyc.Tx) error {
		_, found, err := tx.ClaimReply(h.ctx(), reply)
		h.equal("the applicant's reply is still there", found, false)
		if err != nil {
			return err
		}
		_, found, err = tx.ClaimReply(h.ctx(), nobodys)
		h.equal("nobody's reply is still there", found, true)
		return err
	})
	// The same person may come again under the same account.
	again := applicant("a2")
	again.ExternalKey = []byte("key of a")
	h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), again) })
}
