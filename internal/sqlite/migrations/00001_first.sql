-- +goose Up

-- Times are microseconds since 1970-01-01 UTC. What is personal is in the
-- sealed columns and nowhere else. seq keeps the order of insertion, so that
-- lists have one even among rows of the same microsecond.

CREATE TABLE applicants (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    external_key BLOB    UNIQUE, -- NULL when erased
    sealed       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE data_keys (
    applicant TEXT PRIMARY KEY NOT NULL REFERENCES applicants (id),
    wrapped   BLOB NOT NULL
) STRICT;

CREATE TABLE cases (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    state      TEXT    NOT NULL,
    policy     TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX cases_by_applicant ON cases (applicant, seq);
CREATE INDEX cases_by_expiry ON cases (state, expires_at);

CREATE TABLE submissions (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    item       TEXT    NOT NULL,
    blob_key   TEXT    NOT NULL,
    bytes      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX submissions_by_case ON submissions (case_id, seq);
CREATE INDEX submissions_by_applicant ON submissions (applicant);
CREATE INDEX submissions_by_blob ON submissions (blob_key);

CREATE TABLE api_keys (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    hash       BLOB    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER -- NULL while valid
) STRICT;

CREATE TABLE tokens (
    hash       BLOB    PRIMARY KEY NOT NULL,
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE replies (
    scope      TEXT    NOT NULL,
    key        BLOB    NOT NULL,
    request    BLOB    NOT NULL,
    status     INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    applicant  TEXT    NOT NULL, -- '' when there is none yet
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX replies_by_age ON replies (created_at);
CREATE INDEX replies_by_applicant ON replies (applicant);

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    data     BLOB    NOT NULL,
    previous BLOB    NOT NULL,
    hash     BLOB    NOT NULL
) STRICT;

-- No guard against an attacker, who can drop it, but against our own mistakes.
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
