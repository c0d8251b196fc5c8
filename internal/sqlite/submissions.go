package sqlite

import (
	"context"

	"bonafide/internal/kyc"
)

const submissionColumns = "id, case_id, applicant, item, blob_key, bytes, created_at, sealed"

func scanSubmission(r row) (kyc.SubmissionRecord, error) {
	var s kyc.SubmissionRecord
	var created int64
	err := r.Scan(&s.ID, &s.Case, &s.Applicant, &s.Item, &s.BlobKey, &s.Bytes, &created, &s.Sealed)
	s.CreatedAt = at(created)
	return s, err
}

// AddSubmission implements [kyc.Submissions].
func (t *tx) AddSubmission(ctx context.Context, s kyc.SubmissionRecord) error {
	return t.insert(ctx, "add submission",
		"INSERT INTO submissions ("+submissionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		s.ID, s.Case, s.Applicant, s.Item, s.BlobKey, s.Bytes, micro(s.CreatedAt), bytes(s.Sealed))
}

// Submission implements [kyc.Submissions].
func (t *tx) Submission(ctx context.Context, id kyc.SubmissionID) (kyc.SubmissionRecord, error) {
	return one("load submission", t.sql.QueryRowContext(ctx, "SELECT "+submissionColumns+" FROM submissions WHERE id = ?", id), scanSubmission)
}

// SubmissionsOf implements [kyc.Submissions].
func (t *tx) SubmissionsOf(ctx context.Context, c kyc.CaseID) ([]kyc.SubmissionRecord, error) {
	return many(ctx, t, "list submissions", scanSubmission, "SELECT "+submissionColumns+" FROM submissions WHERE case_id = ? ORDER BY seq", c)
}

// SealSubmission implements [kyc.Submissions].
func (t *tx) SealSubmission(ctx context.Context, id kyc.SubmissionID, sealed []byte) error {
	n, err := t.exec(ctx, "seal submission", "UPDATE submissions SET sealed = ? WHERE id = ?", bytes(sealed), id)
	if err == nil && n == 0 {
		err = &kyc.Error{Kind: kyc.NotFound, Op: "seal submission"}
	}
	return err
}

// HasBlob implements [kyc.Submissions].
func (t *tx) HasBlob(ctx context.Context, key string) (bool, error) {
	return one("look for blob", t.sql.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM submissions WHERE blob_key = ?) OR EXISTS (SELECT 1 FROM frames WHERE blob_key = ?)", key, key), exists)
}

// ForgetSubmission implements [kyc.Submissions].
func (t *tx) ForgetSubmission(ctx context.Context, id kyc.SubmissionID) error {
	n, err := t.exec(ctx, "forget submission", "UPDATE submissions SET sealed = x'', blob_key = '' WHERE id = ?", id)
	if err == nil && n == 0 {
		err = &kyc.Error{Kind: kyc.NotFound, Op: "forget submission"}
	}
	t.erased = true
	return err
}
