package sqlite

import (
	"context"
	"database/sql"
	"time"

	"bonafide/internal/kyc"
)

const operatorColumns = "id, role, sealed, subject, created_at, disabled_at, renewed_at, renewed_by"

func scanOperator(r row) (kyc.OperatorRecord, error) {
	var o kyc.OperatorRecord
	var created int64
	var disabled, renewed sql.NullInt64
	err := r.Scan(&o.ID, &o.Role, &o.Sealed, &o.Subject, &created, &disabled, &renewed, &o.RenewedBy)
	o.CreatedAt = at(created)
	if disabled.Valid {
		o.DisabledAt = at(disabled.Int64)
	}
	if renewed.Valid {
		o.RenewedAt = at(renewed.Int64)
	}
	return o, err
}

// unlessZero gives NULL for the zero time.
func unlessZero(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return micro(t)
}

// CreateOperator implements [kyc.Operators].
func (t *tx) CreateOperator(ctx context.Context, o kyc.OperatorRecord) error {
	return t.insert(ctx, "create operator",
		"INSERT INTO operators ("+operatorColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		o.ID, o.Role, bytes(o.Sealed), orNull(o.Subject), micro(o.CreatedAt), unlessZero(o.DisabledAt), unlessZero(o.RenewedAt), o.RenewedBy)
}

// Operator implements [kyc.Operators].
func (t *tx) Operator(ctx context.Context, id kyc.OperatorID) (kyc.OperatorRecord, error) {
	return one("find operator", t.sql.QueryRowContext(ctx, "SELECT "+operatorColumns+" FROM operators WHERE id = ?", id), scanOperator)
}

// OperatorBySubject implements [kyc.Operators].
func (t *tx) OperatorBySubject(ctx context.Context, subject []byte) (kyc.OperatorRecord, error) {
	return one("find operator", t.sql.QueryRowContext(ctx, "SELECT "+operatorColumns+" FROM operators WHERE subject = ?", orNull(subject)), scanOperator)
}

// Operators implements [kyc.Operators].
func (t *tx) Operators(ctx context.Context) ([]kyc.OperatorRecord, error) {
	return many(ctx, t, "list operators", scanOperator, "SELECT "+operatorColumns+" FROM operators ORDER BY seq")
}

// SaveOperator implements [kyc.Operators].
func (t *tx) SaveOperator(ctx context.Context, o kyc.OperatorRecord) error {
	const op = "save operator"
	n, err := t.exec(ctx, op, "UPDATE OR IGNORE operators SET role = ?, subject = ?, disabled_at = ?, renewed_at = ?, renewed_by = ? WHERE id = ?",
		o.Role, orNull(o.Subject), unlessZero(o.DisabledAt), unlessZero(o.RenewedAt), o.RenewedBy, o.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		if _, err := t.Operator(ctx, o.ID); err != nil {
			return err
		}
		return &kyc.Error{Kind: kyc.Conflict, Op: op, Detail: "another account signs in as this person"}
	}
	if o.DisabledAt.IsZero() {
		return nil
	}
	_, err = t.exec(ctx, op, "DELETE FROM sessions WHERE operator = ?", o.ID)
	return err
}

// PutPasskey implements [kyc.Operators].
func (t *tx) PutPasskey(ctx context.Context, p kyc.PasskeyRecord) error {
	_, err := t.exec(ctx, "put passkey",
		"INSERT INTO passkeys (id, operator, data, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data WHERE operator = excluded.operator",
		bytes(p.ID), p.Operator, bytes(p.Data), micro(p.CreatedAt))
	return err
}

// PasskeysOf implements [kyc.Operators].
func (t *tx) PasskeysOf(ctx context.Context, id kyc.OperatorID) ([]kyc.PasskeyRecord, error) {
	return many(ctx, t, "list passkeys", func(r row) (kyc.PasskeyRecord, error) {
		var p kyc.PasskeyRecord
		var created int64
		err := r.Scan(&p.ID, &p.Operator, &p.Data, &created)
		p.CreatedAt = at(created)
		return p, err
	}, "SELECT id, operator, data, created_at FROM passkeys WHERE operator = ? ORDER BY created_at, id", id)
}

// DropPasskeys implements [kyc.Operators].
func (t *tx) DropPasskeys(ctx context.Context, id kyc.OperatorID) error {
	for _, q := range []string{"DELETE FROM passkeys WHERE operator = ?", "DELETE FROM sessions WHERE operator = ?"} {
		if _, err := t.exec(ctx, "drop passkeys", q, id); err != nil {
			return err
		}
	}
	return nil
}

// CreateInvitation implements [kyc.SignIns].
func (t *tx) CreateInvitation(ctx context.Context, i kyc.InvitationRecord) error {
	_, err := t.exec(ctx, "create invitation",
		"INSERT INTO invitations (hash, operator, expires_at) VALUES (?, ?, ?) "+
			"ON CONFLICT (operator) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at",
		i.Hash[:], i.Operator, micro(i.ExpiresAt))
	return err
}

// Invitation implements [kyc.SignIns].
func (t *tx) Invitation(ctx context.Context, hash [32]byte) (kyc.InvitationRecord, error) {
	return one("find invitation", t.sql.QueryRowContext(ctx, "SELECT operator, expires_at FROM invitations WHERE hash = ?", hash[:]),
		func(r row) (kyc.InvitationRecord, error) {
			i := kyc.InvitationRecord{Hash: hash}
			var expires int64
			err := r.Scan(&i.Operator, &expires)
			i.ExpiresAt = at(expires)
			return i, err
		})
}

// TakeInvitation implements [kyc.SignIns].
func (t *tx) TakeInvitation(ctx context.Context, hash [32]byte) error {
	const op = "take invitation"
	n, err := t.exec(ctx, op, "DELETE FROM invitations WHERE hash = ?", hash[:])
	if err == nil && n == 0 {
		err = &kyc.Error{Kind: kyc.NotFound, Op: op}
	}
	return err
}

// CreateSession implements [kyc.SignIns].
func (t *tx) CreateSession(ctx context.Context, s kyc.SessionRecord) error {
	return t.insert(ctx, "create session",
		"INSERT INTO sessions (hash, operator, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		s.Hash[:], s.Operator, micro(s.CreatedAt), micro(s.SeenAt), micro(s.ExpiresAt))
}

// Session implements [kyc.SignIns].
func (t *tx) Session(ctx context.Context, hash [32]byte) (kyc.SessionRecord, error) {
	return one("find session", t.sql.QueryRowContext(ctx, "SELECT operator, created_at, seen_at, expires_at FROM sessions WHERE hash = ?", hash[:]),
		func(r row) (kyc.SessionRecord, error) {
			s := kyc.SessionRecord{Hash: hash}
			var created, seen, expires int64
			err := r.Scan(&s.Operator, &created, &seen, &expires)
			s.CreatedAt, s.SeenAt, s.ExpiresAt = at(created), at(seen), at(expires)
			return s, err
		})
}

// SeeSession implements [kyc.SignIns].
func (t *tx) SeeSession(ctx context.Context, hash [32]byte, when time.Time) error {
	_, err := t.exec(ctx, "see session", "UPDATE sessions SET seen_at = ? WHERE hash = ?", micro(when), hash[:])
	return err
}

// EndSession implements [kyc.SignIns].
func (t *tx) EndSession(ctx context.Context, hash [32]byte) error {
	_, err := t.exec(ctx, "end session", "DELETE FROM sessions WHERE hash = ?", hash[:])
	return err
}

// Spend implements [kyc.SignIns].
func (t *tx) Spend(ctx context.Context, hash [32]byte, expires time.Time) error {
	return t.insert(ctx, "spend", "INSERT INTO spent (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING", hash[:], micro(expires))
}
