// Package sqlitetest gives tests stores on disk, quickly.
//
// It promises a real, migrated database in a file of the test's own; the queue
// in it is real, too, and nobody works on it. It is for tests alone.
package sqlitetest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bonafide/internal/jobs"
	"bonafide/internal/sqlite"
)

// migrated makes a migrated, empty database once a process, and every test
// starts from a copy: migrating takes longer than most tests, above all under
// -race.
var migrated = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "bonafide-test-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "bonafide.db")
	db, err := sqlite.Open(context.Background(), sqlite.Config{Path: path})
	if err != nil {
		return nil, err
	}
	err = jobs.Migrate(context.Background(), db.DB(), slog.New(slog.DiscardHandler))
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // a file of our own
})

// Open opens the store at path, made new unless there is one, and closes it when
// the test ends.
func Open(tb testing.TB, path string) *sqlite.DB {
	tb.Helper()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		raw, err := migrated()
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil {
			err = os.WriteFile(path, raw, 0o600)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	enq, err := jobs.NewEnqueuer(slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	db, err := sqlite.Open(tb.Context(), sqlite.Config{Path: path, Enqueue: enq.EnqueueTx})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// HarmAudit changes the audit log with a statement of SQL, past the triggers that
// guard it from our own mistakes.
func HarmAudit(tb testing.TB, db *sqlite.DB, statement string) {
	tb.Helper()
	for _, q := range []string{"DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", statement} {
		if _, err := db.DB().ExecContext(tb.Context(), q); err != nil {
			tb.Fatal(err)
		}
	}
}
