package sqlite

import (
	"context"
	"database/sql"
	"time"

	"bonafide/internal/kyc"
)

// PutContacts implements [kyc.Contacts].
func (t *tx) PutContacts(ctx context.Context, a kyc.ApplicantID, all []kyc.ContactRecord) error {
	const op = "put contacts"
	if _, err := t.exec(ctx, op, "DELETE FROM contacts WHERE applicant = ?", a); err != nil {
		return err
	}
	t.erased = true // an address that is not theirs any more goes from the log, too
	for _, c := range all {
		if _, err := t.exec(ctx, op, "INSERT INTO contacts (applicant, kind, value, sealed, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			a, c.Kind, c.Value[:], bytes(c.Sealed), micro(c.CreatedAt)); err != nil {
			return err
		}
	}
	return nil
}

// ContactsOf implements [kyc.Contacts].
func (t *tx) ContactsOf(ctx context.Context, a kyc.ApplicantID) ([]kyc.ContactRecord, error) {
	return many(ctx, t, "list contacts", func(r row) (kyc.ContactRecord, error) {
		c := kyc.ContactRecord{Applicant: a}
		var value []byte
		var created int64
		if err := r.Scan(&c.Kind, &value, &c.Sealed, &created); err != nil {
			return c, err
		}
		c.CreatedAt = at(created)
		return c, into(&c.Value, value)
	}, "SELECT kind, value, sealed, created_at FROM contacts WHERE applicant = ? ORDER BY seq", a)
}

// ContactHolders implements [kyc.Contacts].
func (t *tx) ContactHolders(ctx context.Context, kind kyc.ContactKind, value [32]byte) ([]kyc.ApplicantID, error) {
	return many(ctx, t, "find holders of a contact", func(r row) (kyc.ApplicantID, error) {
		var a kyc.ApplicantID
		return a, r.Scan(&a)
	}, "SELECT applicant FROM contacts WHERE kind = ? AND value = ? ORDER BY seq", kind, value[:])
}

const recoveryColumns = "id, case_id, applicant, status, version, proof, created_at, updated_at, sealed"

func scanRecovery(r row) (kyc.RecoveryRecord, error) {
	var x kyc.RecoveryRecord
	var proof sql.NullString
	var created, updated int64
	err := r.Scan(&x.ID, &x.Case, &x.Applicant, &x.Status, &x.Version, &proof, &created, &updated, &x.Sealed)
	x.Proof, x.CreatedAt, x.UpdatedAt = kyc.CaseID(proof.String), at(created), at(updated)
	return x, err
}

func orNone(c kyc.CaseID) any {
	if c == "" {
		return nil
	}
	return c
}

// CreateRecovery implements [kyc.Recoveries].
func (t *tx) CreateRecovery(ctx context.Context, r kyc.RecoveryRecord) error {
	return t.insert(ctx, "create recovery",
		"INSERT INTO recoveries ("+recoveryColumns+") VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		r.ID, r.Case, r.Applicant, r.Status, orNone(r.Proof), micro(r.CreatedAt), micro(r.UpdatedAt), bytes(r.Sealed))
}

// SaveRecovery implements [kyc.Recoveries].
func (t *tx) SaveRecovery(ctx context.Context, r kyc.RecoveryRecord) error {
	const op = "save recovery"
	n, err := t.exec(ctx, op, "UPDATE recoveries SET status = ?, version = version + 1, proof = ?, updated_at = ?, sealed = ? WHERE id = ? AND version = ?",
		r.Status, orNone(r.Proof), micro(r.UpdatedAt), bytes(r.Sealed), r.ID, r.Version)
	if err != nil || n > 0 {
		return err
	}
	if _, err := t.Recovery(ctx, r.ID); err != nil {
		return err
	}
	return &kyc.Error{Kind: kyc.Conflict, Op: op}
}

func (t *tx) recoveryBy(ctx context.Context, column, v string) (kyc.RecoveryRecord, error) {
	return one("find recovery", t.sql.QueryRowContext(ctx, "SELECT "+recoveryColumns+" FROM recoveries WHERE "+column+" = ?", v), scanRecovery)
}

// Recovery implements [kyc.Recoveries].
func (t *tx) Recovery(ctx context.Context, id kyc.RecoveryID) (kyc.RecoveryRecord, error) {
	return t.recoveryBy(ctx, "id", string(id))
}

// RecoveryOf implements [kyc.Recoveries].
func (t *tx) RecoveryOf(ctx context.Context, c kyc.CaseID) (kyc.RecoveryRecord, error) {
	return t.recoveryBy(ctx, "case_id", string(c))
}

// RecoveryByProof implements [kyc.Recoveries].
func (t *tx) RecoveryByProof(ctx context.Context, c kyc.CaseID) (kyc.RecoveryRecord, error) {
	return t.recoveryBy(ctx, "proof", string(c))
}

// RecoveriesIn implements [kyc.Recoveries].
func (t *tx) RecoveriesIn(ctx context.Context, s kyc.RecoveryStatus, limit int) ([]kyc.RecoveryRecord, error) {
	return many(ctx, t, "list recoveries", scanRecovery, "SELECT "+recoveryColumns+" FROM recoveries WHERE status = ? ORDER BY seq LIMIT ?", s, limit)
}

// NoteCode implements [kyc.Recoveries].
func (t *tx) NoteCode(ctx context.Context, value [32]byte, when, since time.Time) (int, error) {
	const op = "note code"
	if _, err := t.exec(ctx, op, "INSERT INTO codes (value, at) VALUES (?, ?)", value[:], micro(when)); err != nil {
		return 0, err
	}
	return one(op, t.sql.QueryRowContext(ctx, "SELECT count(*) FROM codes WHERE value = ? AND at >= ?", value[:], micro(since)),
		func(r row) (int, error) {
			var n int
			return n, r.Scan(&n)
		})
}

// ForgetCodes implements [kyc.Recoveries].
func (t *tx) ForgetCodes(ctx context.Context, when time.Time) error {
	_, err := t.exec(ctx, "forget codes", "DELETE FROM codes WHERE at < ?", micro(when))
	return err
}
