package storetest

import (
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func operator(id string, role kyc.Role) kyc.OperatorRecord {
	return kyc.OperatorRecord{ID: kyc.OperatorID(id), Role: role, Sealed: []byte("name of " + id), CreatedAt: kept(now)}
}

func operatorTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"accounts": func(_ *testing.T, h harness) {
			a, b := operator("a", kyc.Administrator), operator("b", kyc.Reviewer)
			b.Subject = []byte("subject of b")
			h.write(func(tx kyc.Tx) error { return tx.CreateOperator(h.ctx(), a) })
			h.write(func(tx kyc.Tx) error { return tx.CreateOperator(h.ctx(), b) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateOperator(h.ctx(), a) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Operator(h.ctx(), "c"); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.OperatorBySubject(h.ctx(), nil); return err })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.OperatorBySubject(h.ctx(), b.Subject)
				h.equal("by subject", got, b)
				return err
			})
			taken := a
			taken.Subject = b.Subject
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.SaveOperator(h.ctx(), taken) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.SaveOperator(h.ctx(), operator("c", kyc.Senior)) })
			a.Role, a.Subject, a.RenewedAt, a.RenewedBy = kyc.Senior, []byte("subject of a"), kept(now.Add(time.Minute)), "b"
			h.write(func(tx kyc.Tx) error { return tx.SaveOperator(h.ctx(), a) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Operators(h.ctx())
				h.equal("all", got, []kyc.OperatorRecord{a, b})
				return err
			})
		},
		"passkeys and sessions end with the account": func(_ *testing.T, h harness) {
			a := operator("a", kyc.Reviewer)
			s := kyc.SessionRecord{Hash: [32]byte{1}, Operator: "a", CreatedAt: kept(now), SeenAt: kept(now), ExpiresAt: kept(now.Add(time.Hour))}
			p := kyc.PasskeyRecord{ID: []byte("key"), Operator: "a", Data: []byte("public"), CreatedAt: kept(now)}
			h.write(func(tx kyc.Tx) error { return tx.CreateOperator(h.ctx(), a) })
			h.write(func(tx kyc.Tx) error { return tx.CreateOperator(h.ctx(), operator("b", kyc.Reviewer)) })
			h.write(func(tx kyc.Tx) error { return tx.PutPasskey(h.ctx(), p) })
			h.write(func(tx kyc.Tx) error { return tx.CreateSession(h.ctx(), s) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateSession(h.ctx(), s) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error {
				return tx.CreateSession(h.ctx(), kyc.SessionRecord{Hash: [32]byte{2}, Operator: "nobody"})
			})
			p.Data = []byte("public, used again")
			h.write(func(tx kyc.Tx) error { return tx.PutPasskey(h.ctx(), p) })
			h.write(func(tx kyc.Tx) error { // somebody else's key is not theirs to change
				return tx.PutPasskey(h.ctx(), kyc.PasskeyRecord{ID: p.ID, Operator: "b", Data: []byte("stolen"), CreatedAt: now})
			})
			s.SeenAt = kept(now.Add(time.Minute))
			h.write(func(tx kyc.Tx) error { return tx.SeeSession(h.ctx(), s.Hash, s.SeenAt) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.PasskeysOf(h.ctx(), "a")
				h.equal("passkeys", got, []kyc.PasskeyRecord{p})
				if err != nil {
					return err
				}
				seen, err := tx.Session(h.ctx(), s.Hash)
				h.equal("session", seen, s)
				return err
			})
			a.DisabledAt = kept(now)
			h.write(func(tx kyc.Tx) error { return tx.SaveOperator(h.ctx(), a) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Session(h.ctx(), s.Hash); return err })
			h.write(func(tx kyc.Tx) error { return tx.DropPasskeys(h.ctx(), "a") })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.PasskeysOf(h.ctx(), "a")
				h.equal("passkeys", len(got), 0)
				return err
			})
		},
		"an invitation and what is spent work once": func(_ *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error { return tx.CreateOperator(h.ctx(), operator("a", kyc.Reviewer)) })
			first := kyc.InvitationRecord{Hash: [32]byte{1}, Operator: "a", ExpiresAt: kept(now)}
			second := kyc.InvitationRecord{Hash: [32]byte{2}, Operator: "a", ExpiresAt: kept(now)}
			h.write(func(tx kyc.Tx) error { return tx.CreateInvitation(h.ctx(), first) })
			h.write(func(tx kyc.Tx) error { return tx.CreateInvitation(h.ctx(), second) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.TakeInvitation(h.ctx(), first.Hash) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Invitation(h.ctx(), second.Hash)
				h.equal("invitation", got, second)
				return err
			})
			h.write(func(tx kyc.Tx) error { return tx.TakeInvitation(h.ctx(), second.Hash) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.TakeInvitation(h.ctx(), second.Hash) })
			h.write(func(tx kyc.Tx) error { return tx.Spend(h.ctx(), [32]byte{9}, now) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.Spend(h.ctx(), [32]byte{9}, now.Add(time.Hour)) })
			h.write(func(tx kyc.Tx) error { return tx.ForgetBefore(h.ctx(), now.Add(time.Second)) })
			h.write(func(tx kyc.Tx) error { return tx.Spend(h.ctx(), [32]byte{9}, now) })
		},
	}
}
