package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func fingerprintTests() map[string]func(*testing.T, harness) {
	value := [32]byte{1, 2, 3}
	of := func(applicant, c string) kyc.FingerprintRecord {
		return kyc.FingerprintRecord{
			Kind: kyc.FingerprintDocument, Value: value, Applicant: kyc.ApplicantID(applicant), Case: kyc.CaseID(c), CreatedAt: now,
		}
	}
	two := func(h harness) {
		h.setup()
		h.write(func(tx kyc.Tx) error {
			return errors.Join(tx.CreateApplicant(h.ctx(), applicant("b")), tx.CreateCase(h.ctx(), caseOf("d", "b")))
		})
	}
	holders := func(h harness, want ...kyc.FingerprintRecord) {
		h.t.Helper()
		h.read(func(tx kyc.Tx) error {
			got, err := tx.Holders(h.ctx(), kyc.FingerprintDocument, value)
			for k := range want {
				want[k].CreatedAt = kept(want[k].CreatedAt)
			}
			h.equal("holders", got, want)
			return err
		})
	}
	return map[string]func(*testing.T, harness){
		"one holder": func(_ *testing.T, h harness) {
			two(h)
			holders(h)
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("a", "c")) })
			again := of("a", "c")
			again.CreatedAt = now.Add(time.Hour)
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), again) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("b", "d")) })
			holders(h, of("a", "c"))
			elsewhere := of("b", "d")
			elsewhere.Kind = kyc.FingerprintPerson // the same bytes mean something else
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), elsewhere) })
			holders(h, of("a", "c"))
		},
		"another holder by a person's word": func(_ *testing.T, h harness) {
			two(h)
			shared := of("b", "d")
			shared.Shared = true
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("a", "c")) })
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), shared) })
			holders(h, of("a", "c"), shared)
		},
		"nobody's": func(_ *testing.T, h harness) {
			h.setup()
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("x", "c")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("a", "x")) })
		},
		"erased with the applicant": func(_ *testing.T, h harness) {
			two(h)
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("a", "c")) })
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			holders(h)
			h.write(func(tx kyc.Tx) error { return tx.Hold(h.ctx(), of("b", "d")) })
		},
		"one of many comes first": func(t *testing.T, h harness) {
			two(h)
			var held atomic.Int32
			var wg sync.WaitGroup
			for n := range 8 {
				r := of("a", "c")
				if n%2 == 0 {
					r = of("b", "d")
				}
				wg.Go(func() {
					err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error { return tx.Hold(h.ctx(), r) })
					switch {
					case err == nil:
						held.Add(1)
					case kyc.KindOf(err) != kyc.Conflict:
						t.Error(err)
					}
				})
			}
			wg.Wait()
			h.equal("held", held.Load(), 4) // four times by the one who came first
		},
	}
}
