package sqlite

import (
	"context"

	"bonafide/internal/kyc"
)

// Hold implements [kyc.Fingerprints].
func (t *tx) Hold(ctx context.Context, r kyc.FingerprintRecord) error {
	const op = "hold fingerprint"
	n, err := t.exec(ctx, op,
		"INSERT INTO fingerprints (kind, value, applicant, case_id, shared, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		r.Kind, r.Value[:], r.Applicant, r.Case, r.Shared, micro(r.CreatedAt))
	if err != nil || n > 0 {
		return err
	}
	held, err := t.Holders(ctx, r.Kind, r.Value)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Applicant == r.Applicant {
			return nil
		}
	}
	return &kyc.Error{Kind: kyc.Conflict, Op: op}
}

// Holders implements [kyc.Fingerprints].
func (t *tx) Holders(ctx context.Context, kind string, value [32]byte) ([]kyc.FingerprintRecord, error) {
	return many(ctx, t, "find holders of a fingerprint", func(r row) (kyc.FingerprintRecord, error) {
		f := kyc.FingerprintRecord{Kind: kind, Value: value}
		var created int64
		err := r.Scan(&f.Applicant, &f.Case, &f.Shared, &created)
		f.CreatedAt = at(created)
		return f, err
	}, "SELECT applicant, case_id, shared, created_at FROM fingerprints WHERE kind = ? AND value = ? ORDER BY seq", kind, value[:])
}

// FingerprintsOf implements [kyc.Fingerprints].
func (t *tx) FingerprintsOf(ctx context.Context, a kyc.ApplicantID) ([]kyc.FingerprintRecord, error) {
	return many(ctx, t, "list fingerprints", func(r row) (kyc.FingerprintRecord, error) {
		f := kyc.FingerprintRecord{Applicant: a}
		var value []byte
		var created int64
		if err := r.Scan(&f.Kind, &value, &f.Case, &f.Shared, &created); err != nil {
			return f, err
		}
		f.CreatedAt = at(created)
		return f, into(&f.Value, value)
	}, "SELECT kind, value, case_id, shared, created_at FROM fingerprints WHERE applicant = ? ORDER BY seq", a)
}

// Release implements [kyc.Fingerprints].
func (t *tx) Release(ctx context.Context, r kyc.FingerprintRecord) error {
	_, err := t.exec(ctx, "release fingerprint", "DELETE FROM fingerprints WHERE kind = ? AND value = ? AND applicant = ?", r.Kind, r.Value[:], r.Applicant)
	return err
}
