package sqlite

import (
	"context"

	"bonafide/internal/kyc"
)

// PutFace implements [kyc.Faces].
func (t *tx) PutFace(ctx context.Context, r kyc.FaceRecord) error {
	_, err := t.exec(ctx, "put face",
		"INSERT INTO faces (applicant, case_id, sealed, created_at) VALUES (?, ?, ?, ?) "+
			"ON CONFLICT (applicant) DO UPDATE SET case_id = excluded.case_id, sealed = excluded.sealed, created_at = excluded.created_at",
		r.Applicant, r.Case, bytes(r.Sealed), micro(r.CreatedAt))
	return err
}

// DeleteFace implements [kyc.Faces].
func (t *tx) DeleteFace(ctx context.Context, a kyc.ApplicantID) error {
	n, err := t.exec(ctx, "delete face", "DELETE FROM faces WHERE applicant = ?", a)
	t.erased = t.erased || n > 0
	return err
}

// FacesAfter implements [kyc.Faces].
func (t *tx) FacesAfter(ctx context.Context, after kyc.ApplicantID, limit int) ([]kyc.FaceRecord, error) {
	return many(ctx, t, "list faces", func(r row) (kyc.FaceRecord, error) {
		var f kyc.FaceRecord
		var created int64
		err := r.Scan(&f.Applicant, &f.Case, &f.Sealed, &created)
		f.CreatedAt = at(created)
		return f, err
	}, "SELECT applicant, case_id, sealed, created_at FROM faces WHERE applicant > ? ORDER BY applicant LIMIT ?", after, limit)
}
