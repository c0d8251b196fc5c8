-- +goose Up

-- Keyed hashes of what one person alone can have, held by those who were
-- approved. Nothing can be learned from a value without the key.
CREATE TABLE fingerprints (
    seq        INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    shared     INTEGER NOT NULL, -- 1: a person approved it knowing of another holder
    created_at INTEGER NOT NULL,
    UNIQUE (kind, value, applicant)
) STRICT;
-- Of two cases with one document, one at most is approved without a person.
CREATE UNIQUE INDEX fingerprints_one_holder ON fingerprints (kind, value) WHERE shared = 0;
CREATE INDEX fingerprints_by_applicant ON fingerprints (applicant);
