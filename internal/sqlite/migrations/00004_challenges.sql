-- +goose Up

-- What was drawn for a face to do, and the frames that came back.
CREATE TABLE challenges (
    seq        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    applicant  TEXT    NOT NULL REFERENCES applicants (id),
    status     TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    due_at     INTEGER, -- NULL when nobody need look at it again
    sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX challenges_by_case ON challenges (case_id, seq);
CREATE INDEX challenges_by_applicant ON challenges (applicant);
CREATE INDEX challenges_by_due ON challenges (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE frames (
    challenge  TEXT    NOT NULL REFERENCES challenges (id),
    at_ms      INTEGER NOT NULL,
    blob_key   TEXT    NOT NULL,
    bytes      INTEGER NOT NULL,
    print      BLOB    NOT NULL, -- a keyed hash: nothing can be learned without the key
    created_at INTEGER NOT NULL,
    PRIMARY KEY (challenge, at_ms)
) STRICT;
CREATE INDEX frames_by_blob ON frames (blob_key);
CREATE INDEX frames_by_print ON frames (print);
