-- +goose Up

-- The people who work for the operator. Names are sealed under the master keys.
CREATE TABLE operators (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    role        TEXT    NOT NULL,
    sealed      BLOB    NOT NULL,
    subject     BLOB    UNIQUE, -- a keyed hash; NULL for those with a passkey
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER -- NULL while they may sign in
) STRICT;

CREATE TABLE passkeys (
    id         BLOB    PRIMARY KEY NOT NULL,
    operator   TEXT    NOT NULL REFERENCES operators (id),
    data       BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkeys_by_operator ON passkeys (operator);

CREATE TABLE invitations (
    hash       BLOB    PRIMARY KEY NOT NULL,
    operator   TEXT    NOT NULL UNIQUE REFERENCES operators (id),
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    hash       BLOB    PRIMARY KEY NOT NULL,
    operator   TEXT    NOT NULL REFERENCES operators (id),
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_operator ON sessions (operator);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What may be used once and was: challenges of passkeys.
CREATE TABLE spent (
    hash       BLOB    PRIMARY KEY NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_by_expiry ON spent (expires_at);

-- The reviewers' desk: ids, codes and times.
CREATE TABLE queue (
    case_id      TEXT    PRIMARY KEY NOT NULL REFERENCES cases (id),
    kind         TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    since        INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    assignee     TEXT    NOT NULL,
    escalated    INTEGER NOT NULL,
    locked_by    TEXT    NOT NULL,
    locked_until INTEGER NOT NULL,
    proposal     BLOB -- NULL when there is none
) STRICT;
CREATE INDEX queue_by_due ON queue (due_at, case_id);
CREATE INDEX queue_by_reason ON queue (reason, due_at, case_id, since);
CREATE INDEX queue_by_assignee ON queue (assignee, due_at, case_id) WHERE assignee <> '';
CREATE INDEX queue_escalated ON queue (due_at, case_id) WHERE escalated = 1;
CREATE INDEX queue_proposed ON queue (due_at, case_id) WHERE proposal IS NOT NULL;
-- Cases of earlier versions that wait: why was not kept apart from them.
INSERT INTO queue (case_id, kind, reason, since, due_at, assignee, escalated, locked_by, locked_until)
SELECT id, 'review', '', updated_at, updated_at + 86400000000, '', 0, '', 0 FROM cases WHERE state = 'in_review';

CREATE TABLE notes (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    operator   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX notes_by_case ON notes (case_id, seq);
CREATE INDEX notes_by_applicant ON notes (applicant);

-- Steps of cases, for the figures.
CREATE TABLE outcomes (
    seq        INTEGER PRIMARY KEY,
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    at         INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    round      INTEGER NOT NULL,
    country    TEXT    NOT NULL, -- of the document; '' when unknown or erased
    codes      TEXT    NOT NULL  -- separated by blanks
) STRICT;
CREATE INDEX outcomes_by_time ON outcomes (at, case_id);
CREATE INDEX outcomes_by_case ON outcomes (case_id, seq);

-- The chain takes any bytes; those that are a record of a case are found by it.
CREATE INDEX audit_by_case ON audit (
    CASE WHEN json_valid(CAST(data AS TEXT)) THEN json_extract(CAST(data AS TEXT), '$.case') END, seq);
