package storetest

import (
	"errors"
	"fmt"
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
		"released": func(_ *testing.T, h harness) {
			two(h)
			shared := of("b", "d")
			shared.Shared = true
			h.write(func(tx kyc.Tx) error {
				return errors.Join(tx.Hold(h.ctx(), of("a", "c")), tx.Hold(h.ctx(), shared))
			})
			h.read(func(tx kyc.Tx) error {
				got, err := tx.FingerprintsOf(h.ctx(), "b")
				shared.CreatedAt = kept(shared.CreatedAt)
				h.equal("fingerprints of b", got, []kyc.FingerprintRecord{shared})
				return err
			})
			h.write(func(tx kyc.Tx) error { return errors.Join(tx.Release(h.ctx(), shared), tx.Release(h.ctx(), shared)) })
			holders(h, of("a", "c"))
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
		"of 64 approvals with one document at once, one": func(t *testing.T, h harness) {
			const applicants = 64
			repetitions := 100
			if testing.Short() {
				repetitions = 5
			}
			h.write(func(tx kyc.Tx) error {
				var errs []error
				for n := range applicants {
					errs = append(errs, tx.CreateApplicant(h.ctx(), applicant(fmt.Sprint("apl ", n))))
				}
				return errors.Join(errs...)
			})
			for k := range repetitions {
				id := func(n int) string { return fmt.Sprintf("case %d of %d", k, n) }
				h.write(func(tx kyc.Tx) error {
					var errs []error
					for n := range applicants {
						errs = append(errs, tx.CreateCase(h.ctx(), caseOf(id(n), fmt.Sprint("apl ", n))))
					}
					return errors.Join(errs...)
				})
				document := [32]byte{9, byte(k)}
				approve := func(n int) error {
					return h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
						c, err := tx.Case(h.ctx(), kyc.CaseID(id(n)))
						if err != nil {
							return err
						}
						c.State = kyc.Approved
						if err := tx.SaveCase(h.ctx(), c); err != nil {
							return err
						}
						return tx.Hold(h.ctx(), kyc.FingerprintRecord{Kind: kyc.FingerprintDocument, Value: document, Applicant: c.Applicant, Case: c.ID, CreatedAt: now})
					})
				}
				var wg sync.WaitGroup
				begin := make(chan struct{})
				for n := range applicants {
					wg.Go(func() {
						<-begin
						if err := approve(n); err != nil && kyc.KindOf(err) != kyc.Conflict {
							t.Error(err)
						}
					})
				}
				close(begin)
				wg.Wait()
				var approved []kyc.ApplicantID
				h.read(func(tx kyc.Tx) error {
					for n := range applicants {
						c, err := tx.Case(h.ctx(), kyc.CaseID(id(n)))
						if err != nil {
							return err
						}
						if c.State == kyc.Approved {
							approved = append(approved, c.Applicant)
						}
					}
					holders, err := tx.Holders(h.ctx(), kyc.FingerprintDocument, document)
					if err == nil && (len(holders) != 1 || len(approved) != 1 || holders[0].Applicant != approved[0]) {
						t.Fatalf("repetition %d: %d approved, %d holders", k, len(approved), len(holders))
					}
					return err
				})
			}
		},
	}
}
