package sqlite

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"bonafide/internal/kyc"
)

const applicantColumns = "id, external_key, sealed, created_at"

func scanApplicant(r row) (kyc.ApplicantRecord, error) {
	var a kyc.ApplicantRecord
	var created int64
	err := r.Scan(&a.ID, &a.ExternalKey, &a.Sealed, &created)
	a.CreatedAt = at(created)
	return a, err
}

// CreateApplicant implements [kyc.Applicants].
func (t *tx) CreateApplicant(ctx context.Context, a kyc.ApplicantRecord) error {
	return t.insert(ctx, "create applicant",
		"INSERT INTO applicants ("+applicantColumns+") VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		a.ID, orNull(a.ExternalKey), bytes(a.Sealed), micro(a.CreatedAt))
}

// Applicant implements [kyc.Applicants].
func (t *tx) Applicant(ctx context.Context, id kyc.ApplicantID) (kyc.ApplicantRecord, error) {
	return one("load applicant", t.sql.QueryRowContext(ctx, "SELECT "+applicantColumns+" FROM applicants WHERE id = ?", id), scanApplicant)
}

// ApplicantByExternalKey implements [kyc.Applicants].
func (t *tx) ApplicantByExternalKey(ctx context.Context, key []byte) (kyc.ApplicantRecord, error) {
	return one("find applicant", t.sql.QueryRowContext(ctx, "SELECT "+applicantColumns+" FROM applicants WHERE external_key = ?", orNull(key)), scanApplicant)
}

// ApplicantsAfter implements [kyc.Applicants].
func (t *tx) ApplicantsAfter(ctx context.Context, after kyc.ApplicantID, limit int) ([]kyc.ApplicantRecord, error) {
	return many(ctx, t, "list applicants", scanApplicant, "SELECT "+applicantColumns+" FROM applicants WHERE id > ? ORDER BY id LIMIT ?", after, limit)
}

// SetExternalKey implements [kyc.Applicants].
func (t *tx) SetExternalKey(ctx context.Context, id kyc.ApplicantID, key []byte) error {
	const op = "set external key"
	n, err := t.exec(ctx, op, "UPDATE OR IGNORE applicants SET external_key = ? WHERE id = ?", orNull(key), id)
	if err != nil || n > 0 {
		return err
	}
	if _, err := t.Applicant(ctx, id); err != nil {
		return err
	}
	return &kyc.Error{Kind: kyc.Conflict, Op: op}
}

// PutDataKey implements [kyc.Applicants].
func (t *tx) PutDataKey(ctx context.Context, id kyc.ApplicantID, wrapped []byte) error {
	return t.insert(ctx, "put data key",
		"INSERT INTO data_keys (applicant, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING", id, bytes(wrapped))
}

// DataKey implements [kyc.Applicants].
func (t *tx) DataKey(ctx context.Context, id kyc.ApplicantID) ([]byte, error) {
	return one("load data key", t.sql.QueryRowContext(ctx, "SELECT wrapped FROM data_keys WHERE applicant = ?", id),
		func(r row) ([]byte, error) {
			var wrapped []byte
			err := r.Scan(&wrapped)
			return wrapped, err
		})
}

// DeleteDataKey implements [kyc.Applicants].
func (t *tx) DeleteDataKey(ctx context.Context, id kyc.ApplicantID) error {
	for _, q := range []string{
		"DELETE FROM data_keys WHERE applicant = ?",
		"UPDATE applicants SET sealed = x'', external_key = NULL WHERE id = ?",
		"UPDATE cases SET sealed = x'' WHERE applicant = ?",
		"UPDATE submissions SET sealed = x'' WHERE applicant = ?",
		"DELETE FROM frames WHERE challenge IN (SELECT id FROM challenges WHERE applicant = ?)",
		"UPDATE challenges SET sealed = x'', due_at = NULL, status = 'over' WHERE applicant = ?",
		"DELETE FROM replies WHERE applicant = ?",
		"DELETE FROM fingerprints WHERE applicant = ?",
		"DELETE FROM faces WHERE applicant = ?",
		"DELETE FROM contacts WHERE applicant = ?",
		"UPDATE recoveries SET sealed = x'', status = CASE status WHEN 'proved' THEN 'proved' ELSE 'closed' END WHERE applicant = ?",
		"DELETE FROM queue WHERE case_id IN (SELECT id FROM cases WHERE applicant = ?)",
		"UPDATE outcomes SET country = '' WHERE case_id IN (SELECT id FROM cases WHERE applicant = ?)",
		"DELETE FROM notes WHERE applicant = ?",
	} {
		if _, err := t.exec(ctx, "delete data key", q, id); err != nil {
			return err
		}
	}
	t.erased = true
	return nil
}

// ApplicantsOver implements [kyc.Applicants].
func (t *tx) ApplicantsOver(ctx context.Context, before map[kyc.State]time.Time, limit int) ([]kyc.ApplicantID, error) {
	if len(before) == 0 || limit <= 0 {
		return nil, nil
	}
	var over []string
	var args []any
	for _, s := range slices.Sorted(maps.Keys(before)) {
		over = append(over, "(%.state = ? AND %.updated_at < ?)")
		args = append(args, s, micro(before[s]))
	}
	is := func(table string) string {
		return "(" + strings.ReplaceAll(strings.Join(over, " OR "), "%", table) + ")"
	}
	return many(ctx, t, "list applicants whose cases are over",
		func(r row) (id kyc.ApplicantID, err error) { return id, r.Scan(&id) },
		"SELECT DISTINCT c.applicant FROM cases c WHERE "+is("c")+
			" AND NOT EXISTS (SELECT 1 FROM cases o WHERE o.applicant = c.applicant AND o.state <> 'erased' AND NOT "+is("o")+") LIMIT ?",
		slices.Concat(args, args, []any{limit})...)
}

func micro(t time.Time) int64  { return t.UnixMicro() }
func at(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
