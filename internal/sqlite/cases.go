package sqlite

import (
	"context"
	"time"

	"bonafide/internal/kyc"
)

const caseColumns = "id, applicant, state, policy, version, created_at, updated_at, expires_at, sealed"

func scanCase(r row) (kyc.CaseRecord, error) {
	var c kyc.CaseRecord
	var created, updated, expires int64
	err := r.Scan(&c.ID, &c.Applicant, &c.State, &c.Policy, &c.Version, &created, &updated, &expires, &c.Sealed)
	c.CreatedAt, c.UpdatedAt, c.ExpiresAt = at(created), at(updated), at(expires)
	return c, err
}

// CreateCase implements [kyc.Cases].
func (t *tx) CreateCase(ctx context.Context, c kyc.CaseRecord) error {
	return t.insert(ctx, "create case",
		"INSERT INTO cases ("+caseColumns+") VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		c.ID, c.Applicant, c.State, c.Policy, micro(c.CreatedAt), micro(c.UpdatedAt), micro(c.ExpiresAt), bytes(c.Sealed))
}

// Case implements [kyc.Cases].
func (t *tx) Case(ctx context.Context, id kyc.CaseID) (kyc.CaseRecord, error) {
	return one("load case", t.sql.QueryRowContext(ctx, "SELECT "+caseColumns+" FROM cases WHERE id = ?", id), scanCase)
}

// SaveCase implements [kyc.Cases].
func (t *tx) SaveCase(ctx context.Context, c kyc.CaseRecord) error {
	const op = "save case"
	n, err := t.exec(ctx, op,
		"UPDATE cases SET state = ?, policy = ?, version = version + 1, updated_at = ?, expires_at = ?, sealed = ? WHERE id = ? AND version = ?",
		c.State, c.Policy, micro(c.UpdatedAt), micro(c.ExpiresAt), bytes(c.Sealed), c.ID, c.Version)
	if err != nil || n > 0 {
		return err
	}
	if _, err := t.Case(ctx, c.ID); err != nil {
		return err
	}
	return &kyc.Error{Kind: kyc.Conflict, Op: op, Detail: "it was changed meanwhile; load it again"}
}

// CasesOf implements [kyc.Cases].
func (t *tx) CasesOf(ctx context.Context, a kyc.ApplicantID) ([]kyc.CaseRecord, error) {
	return many(ctx, t, "list cases", scanCase, "SELECT "+caseColumns+" FROM cases WHERE applicant = ? ORDER BY seq", a)
}

// CasesAfter implements [kyc.Cases].
func (t *tx) CasesAfter(ctx context.Context, states []kyc.State, after kyc.CaseID, limit int) ([]kyc.CaseRecord, error) {
	const op = "list cases"
	var seq int64
	if after != "" {
		var err error
		seq, err = one(op, t.sql.QueryRowContext(ctx, "SELECT seq FROM cases WHERE id = ?", after), func(r row) (int64, error) {
			var n int64
			err := r.Scan(&n)
			return n, err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(states) == 0 || limit <= 0 {
		return nil, nil
	}
	args := make([]any, 0, len(states)+2)
	for _, s := range states {
		args = append(args, s)
	}
	args = append(args, seq, limit)
	return many(ctx, t, op, scanCase,
		"SELECT "+caseColumns+" FROM cases WHERE state IN ("+placeholders(len(states))+") AND seq > ? ORDER BY seq LIMIT ?", args...)
}

// CasesDue implements [kyc.Cases].
func (t *tx) CasesDue(ctx context.Context, states []kyc.State, before time.Time, limit int) ([]kyc.CaseRecord, error) {
	if len(states) == 0 || limit <= 0 {
		return nil, nil
	}
	args := make([]any, 0, len(states)+2)
	for _, s := range states {
		args = append(args, s)
	}
	args = append(args, micro(before), limit)
	return many(ctx, t, "list due cases", scanCase,
		"SELECT "+caseColumns+" FROM cases WHERE state IN ("+placeholders(len(states))+") AND expires_at < ? ORDER BY expires_at, seq LIMIT ?", args...)
}
