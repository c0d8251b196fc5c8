package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"bonafide/internal/kyc"
)

func transactionTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"an error rolls everything back, and comes back": func(t *testing.T, h harness) {
			h.setup()
			boom := errors.New("boom")
			err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
				return errors.Join(everything(h, tx), boom)
			})
			if !errors.Is(err, boom) || err.Error() != boom.Error() {
				t.Errorf("got %v", err)
			}
			untouched(t, h)
		},
		"a panic rolls everything back": func(t *testing.T, h harness) {
			h.setup()
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				_ = h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
					if err := everything(h, tx); err != nil {
						t.Error(err)
					}
					panic("boom")
				})
			}()
			untouched(t, h)
		},
		"a cancelled context rolls everything back": func(t *testing.T, h harness) {
			h.setup()
			ctx, cancel := context.WithCancel(h.ctx())
			err := h.Store.Write(ctx, func(tx kyc.Tx) error {
				err := everything(h, tx)
				cancel()
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			untouched(t, h)
		},
		"everything commits together": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(tx kyc.Tx) error { return everything(h, tx) })
			h.equal("jobs", h.Queued(h.t, "c"), 1)
			h.read(func(tx kyc.Tx) error {
				c, err := tx.Case(h.ctx(), "c")
				h.equal("state", c.State, kyc.Processing)
				return err
			})
		},
		"a refusal leaves the transaction usable": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(tx kyc.Tx) error {
				stale := caseOf("c", "a")
				stale.Version = 9
				_, missing := tx.Case(h.ctx(), "x")
				for _, c := range []struct {
					err  error
					kind kyc.ErrorKind
				}{
					{tx.CreateApplicant(h.ctx(), applicant("a")), kyc.Conflict},
					{tx.CreateCase(h.ctx(), caseOf("c", "a")), kyc.Conflict},
					{tx.SaveCase(h.ctx(), stale), kyc.Conflict},
					{tx.AddSubmission(h.ctx(), submission("s", "c", "a")), kyc.Conflict},
					{tx.PutDataKey(h.ctx(), "a", nil), kyc.Conflict},
					{missing, kyc.NotFound},
				} {
					h.equal("refusal", kyc.KindOf(c.err), c.kind)
				}
				return tx.CreateCase(h.ctx(), caseOf("d", "a"))
			})
			h.read(func(tx kyc.Tx) error { _, err := tx.Case(h.ctx(), "d"); return err })
		},
		"a transaction sees its own writes": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(tx kyc.Tx) error {
				if err := everything(h, tx); err != nil {
					return err
				}
				c, err := tx.Case(h.ctx(), "c")
				h.equal("version", c.Version, 2)
				return err
			})
		},
		"no lost update among many writers": lostUpdate,
		"a read sees one snapshot, whatever is written meanwhile": func(_ *testing.T, h harness) {
			h.setup()
			h.read(func(tx kyc.Tx) error {
				before, err := tx.Case(h.ctx(), "c")
				if err != nil {
					return err
				}
				// Would wait for ever if readers kept writers waiting.
				h.write(func(w kyc.Tx) error {
					return errors.Join(everything(h, w), w.CreateCase(h.ctx(), caseOf("d", "a")))
				})
				after, err := tx.Case(h.ctx(), "c")
				h.equal("case", after, before)
				if err != nil {
					return err
				}
				all, err := tx.CasesOf(h.ctx(), "a")
				h.equal("cases", len(all), 1)
				return err
			})
			h.read(func(tx kyc.Tx) error {
				c, err := tx.Case(h.ctx(), "c")
				h.equal("afterwards", c.Version, 2)
				return err
			})
		},
		"a reader does not wait for a writer": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(w kyc.Tx) error {
				if err := everything(h, w); err != nil {
					return err
				}
				h.read(func(tx kyc.Tx) error {
					c, err := tx.Case(h.ctx(), "c")
					h.equal("version", c.Version, 1)
					return err
				})
				return nil
			})
		},
		"a read cannot write": readOnly,
	}
}

// everything writes to every part of the store; setup must have run.
func everything(h harness, tx kyc.Tx) error {
	ctx := h.ctx()
	c := caseOf("c", "a")
	c.Version, c.State = 1, kyc.Processing
	_, err := tx.AppendAudit(ctx, now, []byte("x"))
	return errors.Join(err,
		tx.SaveCase(ctx, c),
		tx.AddSubmission(ctx, submission("new", "c", "a")),
		tx.CreateApplicant(ctx, applicant("new")),
		tx.CreateAPIKey(ctx, kyc.APIKeyRecord{ID: "new", CreatedAt: now}),
		tx.Enqueue(ctx, kyc.Job{Kind: JobKind, Case: "c", Round: 1}),
	)
}

// untouched checks that nothing of everything is there.
func untouched(t *testing.T, h harness) {
	t.Helper()
	h.equal("jobs", h.Queued(t, "c"), 0)
	h.read(func(tx kyc.Tx) error {
		c, err := tx.Case(h.ctx(), "c")
		h.equal("case", c, asCase(caseOf("c", "a"), 1))
		if err != nil {
			return err
		}
		subs, err := tx.SubmissionsOf(h.ctx(), "c")
		h.equal("submissions", len(subs), 1)
		if err != nil {
			return err
		}
		keys, err := tx.APIKeys(h.ctx())
		h.equal("API keys", len(keys), 0)
		if err != nil {
			return err
		}
		records, err := tx.AuditRecords(h.ctx(), 0, 10)
		h.equal("audit records", len(records), 0)
		if err != nil {
			return err
		}
		if _, err := tx.Applicant(h.ctx(), "new"); kyc.KindOf(err) != kyc.NotFound {
			t.Errorf("applicant: %v", err)
		}
		return nil
	})
}

// lostUpdate has many goroutines count in one case, each trying again on a
// conflict, while readers read.
func lostUpdate(t *testing.T, h harness) {
	h.setup()
	h.write(func(tx kyc.Tx) error {
		c := caseOf("c", "a")
		c.Version, c.Sealed = 1, []byte("0")
		return tx.SaveCase(h.ctx(), c)
	})
	const writers, each = 8, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for k := range each {
				if err := count(h, k%2 == 0); err != nil {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			for range each {
				if err := h.Store.Read(h.ctx(), func(tx kyc.Tx) error { _, err := tx.Case(h.ctx(), "c"); return err }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	h.read(func(tx kyc.Tx) error {
		c, err := tx.Case(h.ctx(), "c")
		h.equal("count", string(c.Sealed), strconv.Itoa(writers*each))
		h.equal("version", c.Version, 2+writers*each)
		return err
	})
}

// count adds one to the number in case "c": in one transaction, or read in one
// and saved in another, as around a model.
func count(h harness, inOne bool) error {
	add := func(c kyc.CaseRecord) (kyc.CaseRecord, error) {
		n, err := strconv.Atoi(string(c.Sealed))
		c.Sealed = fmt.Append(nil, n+1)
		return c, err
	}
	for {
		var c kyc.CaseRecord
		load := func(tx kyc.Tx) (err error) { c, err = tx.Case(h.ctx(), "c"); return err }
		if !inOne {
			if err := h.Store.Read(h.ctx(), load); err != nil {
				return err
			}
		}
		err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
			if inOne {
				if err := load(tx); err != nil {
					return err
				}
			}
			next, err := add(c)
			if err != nil {
				return err
			}
			return tx.SaveCase(h.ctx(), next)
		})
		switch {
		case err == nil:
			return nil
		case inOne || kyc.KindOf(err) != kyc.Conflict:
			return fmt.Errorf("save in one transaction: %v: %w", inOne, err)
		}
	}
}

func readOnly(t *testing.T, h harness) {
	h.setup()
	var hash [32]byte
	for name, f := range map[string]func(kyc.Tx) error{
		"CreateApplicant": func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("b")) },
		"PutDataKey":      func(tx kyc.Tx) error { return tx.PutDataKey(h.ctx(), "a", nil) },
		"DeleteDataKey":   func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") },
		"CreateCase":      func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), caseOf("d", "a")) },
		"SaveCase":        func(tx kyc.Tx) error { return tx.SaveCase(h.ctx(), asCase(caseOf("c", "a"), 1)) },
		"AddSubmission":   func(tx kyc.Tx) error { return tx.AddSubmission(h.ctx(), submission("t", "c", "a")) },
		"SealSubmission":  func(tx kyc.Tx) error { return tx.SealSubmission(h.ctx(), "s", nil) },
		"CreateAPIKey":    func(tx kyc.Tx) error { return tx.CreateAPIKey(h.ctx(), kyc.APIKeyRecord{ID: "k"}) },
		"RevokeAPIKey":    func(tx kyc.Tx) error { return tx.RevokeAPIKey(h.ctx(), "k", now) },
		"CreateToken":     func(tx kyc.Tx) error { return tx.CreateToken(h.ctx(), kyc.TokenRecord{Case: "c"}) },
		"ClaimReply":      func(tx kyc.Tx) error { _, _, err := tx.ClaimReply(h.ctx(), kyc.ReplyRecord{}); return err },
		"SaveReply":       func(tx kyc.Tx) error { return tx.SaveReply(h.ctx(), kyc.ReplyRecord{}) },
		"ForgetReply":     func(tx kyc.Tx) error { return tx.ForgetReply(h.ctx(), "k", hash) },
		"ForgetBefore":    func(tx kyc.Tx) error { return tx.ForgetBefore(h.ctx(), now) },
		"AppendAudit":     func(tx kyc.Tx) error { _, err := tx.AppendAudit(h.ctx(), now, nil); return err },
		"Enqueue":         func(tx kyc.Tx) error { return tx.Enqueue(h.ctx(), kyc.Job{Kind: JobKind, Case: "c", Round: 1}) },
	} {
		if err := h.Store.Read(h.ctx(), f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	h.equal("jobs", h.Queued(t, "c"), 0)
	h.read(func(tx kyc.Tx) error {
		c, err := tx.Case(h.ctx(), "c")
		h.equal("case", c, asCase(caseOf("c", "a"), 1))
		return err
	})
}
