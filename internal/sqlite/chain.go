package sqlite

import (
	"context"
	"errors"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
)

const auditColumns = "seq, at, data, previous, hash"

func scanAudit(r row) (kyc.AuditRecord, error) {
	var a kyc.AuditRecord
	var when int64
	var previous, hash []byte
	if err := r.Scan(&a.Seq, &when, &a.Data, &previous, &hash); err != nil {
		return a, err
	}
	a.At = at(when)
	return a, errors.Join(into(&a.Previous, previous), into(&a.Hash, hash))
}

// AppendAudit implements [kyc.Chain]. There is one writer, so the last record
// is still the last when the new one is inserted.
func (t *tx) AppendAudit(ctx context.Context, when time.Time, data []byte) (kyc.AuditRecord, error) {
	const op = "append to the audit log"
	last, err := one(op, t.sql.QueryRowContext(ctx, "SELECT "+auditColumns+" FROM audit ORDER BY seq DESC LIMIT 1"), scanAudit)
	if err != nil && kyc.KindOf(err) != kyc.NotFound {
		return kyc.AuditRecord{}, err
	}
	r := audit.Next(last, when, data)
	_, err = t.exec(ctx, op, "INSERT INTO audit ("+auditColumns+") VALUES (?, ?, ?, ?, ?)",
		r.Seq, micro(r.At), bytes(r.Data), r.Previous[:], r.Hash[:])
	if err != nil {
		return kyc.AuditRecord{}, err
	}
	return r, nil
}

// AuditRecords implements [kyc.Chain].
func (t *tx) AuditRecords(ctx context.Context, after int64, limit int) ([]kyc.AuditRecord, error) {
	return many(ctx, t, "read the audit log", scanAudit,
		"SELECT "+auditColumns+" FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, max(0, limit))
}
