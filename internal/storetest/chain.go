package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
)

func chainTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"records follow one another": func(t *testing.T, h harness) {
			var want []kyc.AuditRecord
			h.write(func(tx kyc.Tx) error {
				for k := range 3 { // several in one transaction
					r, err := tx.AppendAudit(h.ctx(), now.Add(-time.Duration(k)*time.Second), []byte{byte(k), 0, 255})
					if err != nil {
						return err
					}
					want = append(want, r)
				}
				return nil
			})
			h.write(func(tx kyc.Tx) error {
				r, err := tx.AppendAudit(h.ctx(), now, nil)
				r.Data = []byte{}
				want = append(want, r)
				return err
			})
			h.equal("numbers", []int64{want[0].Seq, want[3].Seq}, []int64{1, 4})
			h.equal("time", want[0].At, kept(now))
			h.read(func(tx kyc.Tx) error {
				got, err := tx.AuditRecords(h.ctx(), 0, 100)
				h.equal("all", got, want)
				if err != nil {
					return err
				}
				got, err = tx.AuditRecords(h.ctx(), 1, 2)
				h.equal("page", got, want[1:3])
				if err != nil {
					return err
				}
				got, err = tx.AuditRecords(h.ctx(), 4, 100)
				h.equal("after the last", len(got), 0)
				return err
			})
			rep, err := audit.Verify(audit.Records(h.ctx(), h.Store))
			if err != nil || rep.Records != 4 {
				t.Errorf("verify: %+v, %v", rep, err)
			}
		},
		"what is rolled back leaves no gap": func(t *testing.T, h harness) {
			boom := errors.New("boom")
			for k := range 4 {
				err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
					_, err := tx.AppendAudit(h.ctx(), now, []byte{byte(k)})
					if k%2 == 0 {
						err = errors.Join(err, boom)
					}
					return err
				})
				h.equal("error", errors.Is(err, boom), k%2 == 0)
			}
			rep, err := audit.Verify(audit.Records(h.ctx(), h.Store))
			if err != nil || rep.Records != 2 {
				t.Errorf("verify: %+v, %v", rep, err)
			}
		},
		"verifies after and while many append": func(t *testing.T, h harness) {
			const before, writers, each = 600, 6, 20 // before: more than one page of the verifier's
			h.write(func(tx kyc.Tx) error {
				for k := range before {
					if _, err := tx.AppendAudit(h.ctx(), now, fmt.Append(nil, k)); err != nil {
						return err
					}
				}
				return nil
			})
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for k := range each {
						err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
							_, err := tx.AppendAudit(h.ctx(), now, fmt.Appendf(nil, "%d %d", w, k))
							return err
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			for range 3 {
				if rep, err := audit.Verify(audit.Records(h.ctx(), h.Store)); err != nil {
					t.Errorf("while writing: %+v, %v", rep, err)
				}
			}
			wg.Wait()
			rep, err := audit.Verify(audit.Records(h.ctx(), h.Store))
			if err != nil || rep.Records != before+writers*each {
				t.Errorf("verify: %+v, %v", rep, err)
			}
		},
	}
}
