-- +goose Up

-- How applicants are reached, as their integrator knows it: sealed, and keyed
-- hashes by which an address that somebody types is found.
CREATE TABLE contacts (
    seq        INTEGER PRIMARY KEY,
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    kind       TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (applicant, kind, value)
) STRICT;
CREATE INDEX contacts_by_value ON contacts (kind, value);

CREATE TABLE recoveries (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    case_id    TEXT    NOT NULL UNIQUE REFERENCES cases (id),
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    status     TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    proof      TEXT    UNIQUE, -- NULL until there is one
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX recoveries_by_status ON recoveries (status, seq);
CREATE INDEX recoveries_by_applicant ON recoveries (applicant);

-- How often a code was asked for of an address, ours or not.
CREATE TABLE codes (
    value BLOB    NOT NULL,
    at    INTEGER NOT NULL
) STRICT;
CREATE INDEX codes_by_value ON codes (value, at);
CREATE INDEX codes_by_age ON codes (at);
