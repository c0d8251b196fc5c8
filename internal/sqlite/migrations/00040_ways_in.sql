-- +goose Up
-- When somebody's way in was made anew, and by whom: they are told.
ALTER TABLE operators ADD COLUMN renewed_at INTEGER; -- NULL while it never was
ALTER TABLE operators ADD COLUMN renewed_by TEXT NOT NULL DEFAULT '';
