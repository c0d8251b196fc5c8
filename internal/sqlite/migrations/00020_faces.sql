-- +goose Up

-- Faces of approved applicants, to be searched: sealed, one each.
CREATE TABLE faces (
    applicant  TEXT    PRIMARY KEY NOT NULL REFERENCES applicants (id),
    case_id    TEXT    NOT NULL REFERENCES cases (id),
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
