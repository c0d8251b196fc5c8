package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func accessTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"API keys": func(_ *testing.T, h harness) {
			k := kyc.APIKeyRecord{ID: "k1", Hash: [32]byte{1, 2}, Name: "shop", CreatedAt: now}
			old := kyc.APIKeyRecord{ID: "a0", Hash: [32]byte{9}, Name: "old", CreatedAt: now, RevokedAt: now.Add(time.Hour)}
			h.write(func(tx kyc.Tx) error {
				return errors.Join(tx.CreateAPIKey(h.ctx(), k), tx.CreateAPIKey(h.ctx(), old))
			})
			sameHash := k
			sameHash.ID = "k2"
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateAPIKey(h.ctx(), k) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateAPIKey(h.ctx(), sameHash) })
			k.CreatedAt, old.CreatedAt, old.RevokedAt = kept(k.CreatedAt), kept(old.CreatedAt), kept(old.RevokedAt)
			h.read(func(tx kyc.Tx) error {
				got, err := tx.APIKey(h.ctx(), k.Hash)
				h.equal("key", got, k)
				if err != nil {
					return err
				}
				all, err := tx.APIKeys(h.ctx())
				h.equal("all, oldest first", all, []kyc.APIKeyRecord{k, old})
				return err
			})
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.APIKey(h.ctx(), [32]byte{3}); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.APIKey(h.ctx(), old.Hash); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.RevokeAPIKey(h.ctx(), "x", now) })
			h.write(func(tx kyc.Tx) error { return tx.RevokeAPIKey(h.ctx(), "k1", now.Add(time.Minute)) })
			h.write(func(tx kyc.Tx) error { return tx.RevokeAPIKey(h.ctx(), "k1", now.Add(time.Hour)) }) // the first time stands
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.APIKey(h.ctx(), k.Hash); return err })
			h.read(func(tx kyc.Tx) error {
				all, err := tx.APIKeys(h.ctx())
				k.RevokedAt = kept(now.Add(time.Minute))
				h.equal("after revoking", all, []kyc.APIKeyRecord{k, old})
				return err
			})
		},
		"tokens": func(_ *testing.T, h harness) {
			h.setup()
			k := kyc.TokenRecord{Hash: [32]byte{7}, Case: "c", ExpiresAt: now}
			h.write(func(tx kyc.Tx) error { return tx.CreateToken(h.ctx(), k) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateToken(h.ctx(), k) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error {
				return tx.CreateToken(h.ctx(), kyc.TokenRecord{Hash: [32]byte{8}, Case: "x", ExpiresAt: now})
			})
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Token(h.ctx(), [32]byte{8}); return err })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Token(h.ctx(), k.Hash)
				k.ExpiresAt = kept(k.ExpiresAt)
				h.equal("token", got, k)
				return err
			})
		},
		"replies": func(_ *testing.T, h harness) {
			first := kyc.ReplyRecord{Scope: "k", Key: [32]byte{1}, Request: [32]byte{2}, CreatedAt: now}
			claim := func(r kyc.ReplyRecord, want kyc.ReplyRecord, wantFound bool) {
				h.t.Helper()
				h.write(func(tx kyc.Tx) error {
					got, found, err := tx.ClaimReply(h.ctx(), r)
					want.CreatedAt = kept(want.CreatedAt)
					h.equal("found", found, wantFound)
					h.equal("reply", got, want)
					return err
				})
			}
			claim(first, first, false)
			second := first
			second.Request, second.CreatedAt = [32]byte{3}, now.Add(time.Second)
			claim(second, first, true) // of another request: the caller sees and refuses
			done := first
			done.Status, done.Sealed, done.Applicant = 201, []byte("answer"), "a"
			h.write(func(tx kyc.Tx) error { return tx.SaveReply(h.ctx(), done) })
			claim(first, done, true)
			elsewhere := first
			elsewhere.Scope = "l"
			claim(elsewhere, elsewhere, false)
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error {
				return tx.SaveReply(h.ctx(), kyc.ReplyRecord{Scope: "k", Key: [32]byte{9}})
			})
			for range 2 {
				h.write(func(tx kyc.Tx) error { return tx.ForgetReply(h.ctx(), "k", [32]byte{1}) })
			}
			claim(second, second, false)
			claim(elsewhere, elsewhere, true)
		},
		"one of many claims a reply": func(t *testing.T, h harness) {
			var claimed atomic.Int32
			var wg sync.WaitGroup
			for n := range 16 {
				wg.Go(func() {
					r := kyc.ReplyRecord{Scope: "k", Key: [32]byte{1}, Request: [32]byte{byte(n)}, CreatedAt: now}
					err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
						_, found, err := tx.ClaimReply(h.ctx(), r)
						if err == nil && !found {
							claimed.Add(1)
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			h.equal("claimed", claimed.Load(), 1)
		},
		"a claim that is rolled back is free again": func(_ *testing.T, h harness) {
			r := kyc.ReplyRecord{Scope: "k", Key: [32]byte{1}, CreatedAt: now}
			boom := errors.New("boom")
			err := h.Store.Write(h.ctx(), func(tx kyc.Tx) error {
				_, _, err := tx.ClaimReply(h.ctx(), r)
				return errors.Join(err, boom)
			})
			h.equal("error", errors.Is(err, boom), true)
			h.write(func(tx kyc.Tx) error {
				_, found, err := tx.ClaimReply(h.ctx(), r)
				h.equal("found", found, false)
				return err
			})
		},
		"what is old is forgotten": func(_ *testing.T, h harness) {
			h.setup()
			old, young := now.Add(-time.Second), now
			replies := []kyc.ReplyRecord{
				{Scope: "k", Key: [32]byte{1}, CreatedAt: old}, {Scope: "k", Key: [32]byte{2}, CreatedAt: young},
			}
			h.write(func(tx kyc.Tx) error {
				var errs []error
				for _, r := range replies {
					_, _, err := tx.ClaimReply(h.ctx(), r)
					errs = append(errs, err)
				}
				return errors.Join(append(errs,
					tx.CreateToken(h.ctx(), kyc.TokenRecord{Hash: [32]byte{1}, Case: "c", ExpiresAt: old}),
					tx.CreateToken(h.ctx(), kyc.TokenRecord{Hash: [32]byte{2}, Case: "c", ExpiresAt: young}))...)
			})
			h.write(func(tx kyc.Tx) error { return tx.ForgetBefore(h.ctx(), now) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Token(h.ctx(), [32]byte{1}); return err })
			h.write(func(tx kyc.Tx) error {
				_, err := tx.Token(h.ctx(), [32]byte{2})
				if err != nil {
					return err
				}
				for k, want := range []bool{false, true} {
					_, found, err := tx.ClaimReply(h.ctx(), replies[k])
					h.equal("reply found", found, want)
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}
