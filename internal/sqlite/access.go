package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"bonafide/internal/kyc"
)

// CreateAPIKey implements [kyc.Access].
func (t *tx) CreateAPIKey(ctx context.Context, k kyc.APIKeyRecord) error {
	var revoked any
	if !k.RevokedAt.IsZero() {
		revoked = micro(k.RevokedAt)
	}
	return t.insert(ctx, "create API key",
		"INSERT INTO api_keys (id, hash, name, created_at, revoked_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		k.ID, k.Hash[:], k.Name, micro(k.CreatedAt), revoked)
}

const apiKeyColumns = "id, hash, name, created_at, revoked_at" //nolint:gosec // names of columns

func scanAPIKey(r row) (kyc.APIKeyRecord, error) {
	var k kyc.APIKeyRecord
	var hash []byte
	var created int64
	var revoked sql.NullInt64
	if err := r.Scan(&k.ID, &hash, &k.Name, &created, &revoked); err != nil {
		return k, err
	}
	k.CreatedAt = at(created)
	if revoked.Valid {
		k.RevokedAt = at(revoked.Int64)
	}
	return k, into(&k.Hash, hash)
}

// APIKey implements [kyc.Access].
func (t *tx) APIKey(ctx context.Context, hash [32]byte) (kyc.APIKeyRecord, error) {
	return one("find API key", t.sql.QueryRowContext(ctx,
		"SELECT "+apiKeyColumns+" FROM api_keys WHERE hash = ? AND revoked_at IS NULL", hash[:]), scanAPIKey)
}

// APIKeys implements [kyc.Access].
func (t *tx) APIKeys(ctx context.Context) ([]kyc.APIKeyRecord, error) {
	return many(ctx, t, "list API keys", scanAPIKey, "SELECT "+apiKeyColumns+" FROM api_keys ORDER BY seq")
}

// RevokeAPIKey implements [kyc.Access].
func (t *tx) RevokeAPIKey(ctx context.Context, id string, when time.Time) error {
	n, err := t.exec(ctx, "revoke API key", "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", micro(when), id)
	if err == nil && n == 0 {
		err = &kyc.Error{Kind: kyc.NotFound, Op: "revoke API key"}
	}
	return err
}

// CreateToken implements [kyc.Access].
func (t *tx) CreateToken(ctx context.Context, k kyc.TokenRecord) error {
	return t.insert(ctx, "create token",
		"INSERT INTO tokens (hash, case_id, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		k.Hash[:], k.Case, micro(k.ExpiresAt))
}

// Token implements [kyc.Access].
func (t *tx) Token(ctx context.Context, hash [32]byte) (kyc.TokenRecord, error) {
	return one("find token", t.sql.QueryRowContext(ctx, "SELECT case_id, expires_at FROM tokens WHERE hash = ?", hash[:]),
		func(r row) (kyc.TokenRecord, error) {
			k := kyc.TokenRecord{Hash: hash}
			var expires int64
			err := r.Scan(&k.Case, &expires)
			k.ExpiresAt = at(expires)
			return k, err
		})
}

func scanReply(r row) (kyc.ReplyRecord, error) {
	var p kyc.ReplyRecord
	var key, request []byte
	var created int64
	if err := r.Scan(&p.Scope, &key, &request, &p.Status, &p.Sealed, &p.Applicant, &created); err != nil {
		return p, err
	}
	p.CreatedAt = at(created)
	return p, errors.Join(into(&p.Key, key), into(&p.Request, request))
}

// ClaimReply implements [kyc.Access].
func (t *tx) ClaimReply(ctx context.Context, r kyc.ReplyRecord) (kyc.ReplyRecord, bool, error) {
	const op = "claim reply"
	n, err := t.exec(ctx, op,
		"INSERT INTO replies (scope, key, request, status, sealed, applicant, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		r.Scope, r.Key[:], r.Request[:], r.Status, bytes(r.Sealed), r.Applicant, micro(r.CreatedAt))
	if err != nil {
		return kyc.ReplyRecord{}, false, err
	}
	stored, err := one(op, t.sql.QueryRowContext(ctx,
		"SELECT scope, key, request, status, sealed, applicant, created_at FROM replies WHERE scope = ? AND key = ?",
		r.Scope, r.Key[:]), scanReply)
	return stored, n == 0, err
}

// SaveReply implements [kyc.Access].
func (t *tx) SaveReply(ctx context.Context, r kyc.ReplyRecord) error {
	n, err := t.exec(ctx, "save reply",
		"UPDATE replies SET status = ?, sealed = ?, applicant = ? WHERE scope = ? AND key = ?",
		r.Status, bytes(r.Sealed), r.Applicant, r.Scope, r.Key[:])
	if err == nil && n == 0 {
		err = &kyc.Error{Kind: kyc.NotFound, Op: "save reply"}
	}
	return err
}

// ForgetReply implements [kyc.Access].
func (t *tx) ForgetReply(ctx context.Context, scope string, key [32]byte) error {
	_, err := t.exec(ctx, "forget reply", "DELETE FROM replies WHERE scope = ? AND key = ?", scope, key[:])
	return err
}

// ForgetBefore implements [kyc.Access].
func (t *tx) ForgetBefore(ctx context.Context, when time.Time) error {
	for _, q := range []string{
		"DELETE FROM tokens WHERE expires_at < ?",
		"DELETE FROM replies WHERE created_at < ?",
		"DELETE FROM sessions WHERE expires_at < ?",
		"DELETE FROM spent WHERE expires_at < ?",
	} {
		if _, err := t.exec(ctx, "forget old tokens and replies", q, micro(when)); err != nil {
			return err
		}
	}
	return nil
}

// into copies a hash out of its column.
func into(dst *[32]byte, src []byte) error {
	if len(src) != len(dst) {
		return fmt.Errorf("a hash of %d bytes in the database, want %d", len(src), len(dst))
	}
	copy(dst[:], src)
	return nil
}
