package sqlite

import (
	"context"
	"database/sql"
	"time"

	"bonafide/internal/kyc"
)

const challengeColumns = "id, case_id, applicant, status, version, created_at, due_at, sealed"

func scanChallenge(r row) (kyc.ChallengeRecord, error) {
	var c kyc.ChallengeRecord
	var created int64
	var due sql.NullInt64
	err := r.Scan(&c.ID, &c.Case, &c.Applicant, &c.Status, &c.Version, &created, &due, &c.Sealed)
	c.CreatedAt = at(created)
	if due.Valid {
		c.DueAt = at(due.Int64)
	}
	return c, err
}

func due(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return micro(t)
}

// CreateChallenge implements [kyc.Challenges].
func (t *tx) CreateChallenge(ctx context.Context, c kyc.ChallengeRecord) error {
	return t.insert(ctx, "create challenge",
		"INSERT INTO challenges ("+challengeColumns+") VALUES (?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING",
		c.ID, c.Case, c.Applicant, c.Status, micro(c.CreatedAt), due(c.DueAt), bytes(c.Sealed))
}

// Challenge implements [kyc.Challenges].
func (t *tx) Challenge(ctx context.Context, id kyc.ChallengeID) (kyc.ChallengeRecord, error) {
	return one("load challenge", t.sql.QueryRowContext(ctx, "SELECT "+challengeColumns+" FROM challenges WHERE id = ?", id), scanChallenge)
}

// ChallengesOf implements [kyc.Challenges].
func (t *tx) ChallengesOf(ctx context.Context, c kyc.CaseID) ([]kyc.ChallengeRecord, error) {
	return many(ctx, t, "list challenges", scanChallenge, "SELECT "+challengeColumns+" FROM challenges WHERE case_id = ? ORDER BY seq", c)
}

// SaveChallenge implements [kyc.Challenges].
func (t *tx) SaveChallenge(ctx context.Context, c kyc.ChallengeRecord) error {
	const op = "save challenge"
	n, err := t.exec(ctx, op,
		"UPDATE challenges SET status = ?, version = version + 1, due_at = ?, sealed = ? WHERE id = ? AND version = ?",
		c.Status, due(c.DueAt), bytes(c.Sealed), c.ID, c.Version)
	if err != nil || n > 0 {
		return err
	}
	if _, err := t.Challenge(ctx, c.ID); err != nil {
		return err
	}
	return &kyc.Error{Kind: kyc.Conflict, Op: op, Detail: "it was changed meanwhile; load it again"}
}

// ChallengesDue implements [kyc.Challenges].
func (t *tx) ChallengesDue(ctx context.Context, before time.Time, limit int) ([]kyc.ChallengeRecord, error) {
	return many(ctx, t, "list due challenges", scanChallenge,
		"SELECT "+challengeColumns+" FROM challenges WHERE due_at < ? ORDER BY due_at, seq LIMIT ?", micro(before), limit)
}

// AddFrame implements [kyc.Challenges].
func (t *tx) AddFrame(ctx context.Context, f kyc.FrameRecord) error {
	return t.insert(ctx, "add frame",
		"INSERT INTO frames (challenge, at_ms, blob_key, bytes, print, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		f.Challenge, f.AtMS, f.BlobKey, f.Bytes, f.Print[:], micro(f.CreatedAt))
}

// FramesOf implements [kyc.Challenges].
func (t *tx) FramesOf(ctx context.Context, id kyc.ChallengeID) ([]kyc.FrameRecord, error) {
	return many(ctx, t, "list frames", func(r row) (kyc.FrameRecord, error) {
		f := kyc.FrameRecord{Challenge: id}
		var created int64
		var mark []byte
		err := r.Scan(&f.AtMS, &f.BlobKey, &f.Bytes, &mark, &created)
		copy(f.Print[:], mark)
		f.CreatedAt = at(created)
		return f, err
	}, "SELECT at_ms, blob_key, bytes, print, created_at FROM frames WHERE challenge = ? ORDER BY at_ms", id)
}

// FrameSeen implements [kyc.Challenges].
func (t *tx) FrameSeen(ctx context.Context, mark [32]byte, but kyc.ChallengeID) (bool, error) {
	return one("look for frame", t.sql.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM frames WHERE print = ? AND challenge <> ?)", mark[:], but), exists)
}

// DeleteFrames implements [kyc.Challenges].
func (t *tx) DeleteFrames(ctx context.Context, id kyc.ChallengeID) error {
	_, err := t.exec(ctx, "delete frames", "DELETE FROM frames WHERE challenge = ?", id)
	return err
}

// ForgetFrames implements [kyc.Challenges].
func (t *tx) ForgetFrames(ctx context.Context, id kyc.ChallengeID, keep []int64) error {
	args := []any{id}
	for _, k := range keep {
		args = append(args, k)
	}
	_, err := t.exec(ctx, "forget frames", "UPDATE frames SET blob_key = '' WHERE challenge = ? AND at_ms NOT IN ("+placeholders(len(keep))+")", args...)
	return err
}

func exists(r row) (bool, error) {
	var has bool
	err := r.Scan(&has)
	return has, err
}
