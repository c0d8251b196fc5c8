package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/sqlite"
	"bonafide/internal/sqlite/sqlitetest"
	"bonafide/internal/storetest"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		t.Helper()
		db := sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db"))
		return storetest.Opened{Store: db, Queued: func(t *testing.T, c kyc.CaseID) int {
			t.Helper()
			var n int
			err := db.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE args ->> 'case_id' = ?", c).Scan(&n)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}}
	})
}

// fill writes an applicant with a case and a submission whose sealed bytes and
// key can be searched for.
func fill(ctx context.Context, db *sqlite.DB, canary []byte) error {
	return db.Write(ctx, func(tx kyc.Tx) error {
		return errors.Join(
			tx.CreateApplicant(ctx, kyc.ApplicantRecord{ID: "a", ExternalKey: join(canary, "external"), Sealed: join(canary, "applicant"), CreatedAt: now}),
			tx.PutDataKey(ctx, "a", join(canary, "key")),
			tx.CreateCase(ctx, kyc.CaseRecord{ID: "c", Applicant: "a", State: kyc.Open, Sealed: bytes.Repeat(join(canary, "case"), 1000)}),
			tx.AddSubmission(ctx, kyc.SubmissionRecord{ID: "s", Case: "c", Applicant: "a", Sealed: bytes.Repeat(join(canary, "submission"), 1000)}),
		)
	})
}

func join(b []byte, s string) []byte { return append(bytes.Clone(b), s...) }

// traces counts the canary in all files of a folder.
func traces(t *testing.T, folder string, canary []byte) map[string]int {
	t.Helper()
	found := map[string]int{}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(raw, canary); n > 0 {
			found[f.Name()] = n
		}
	}
	return found
}

func TestNothingErasedStaysInTheFiles(t *testing.T) {
	t.Parallel()
	canary := []byte("\x00canary\xff\x01\x02")
	for name, between := range map[string]func(*testing.T, *sqlite.DB, func()){
		"at once": func(_ *testing.T, _ *sqlite.DB, erase func()) { erase() },
		"with a reader in the way, after the next write": func(t *testing.T, db *sqlite.DB, erase func()) {
			t.Helper()
			err := db.Read(t.Context(), func(tx kyc.Tx) error {
				if _, err := tx.Case(t.Context(), "c"); err != nil {
					return err
				}
				start := time.Now()
				erase()
				if d := time.Since(start); d > 4500*time.Millisecond {
					t.Errorf("the erasure waited %s for a reader", d)
				}
				c, err := tx.Case(t.Context(), "c")
				if len(c.Sealed) == 0 {
					t.Error("the snapshot changed")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			err = db.Write(t.Context(), func(tx kyc.Tx) error { _, err := tx.AppendAudit(t.Context(), now, nil); return err })
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			db := sqlitetest.Open(t, filepath.Join(folder, "bonafide.db"))
			if err := fill(t.Context(), db, canary); err != nil {
				t.Fatal(err)
			}
			if len(traces(t, folder, canary)) == 0 {
				t.Fatal("the canary is not where it is looked for")
			}
			between(t, db, func() {
				err := db.Write(t.Context(), func(tx kyc.Tx) error { return tx.DeleteDataKey(t.Context(), "a") })
				if err != nil {
					t.Fatal(err)
				}
			})
			if found := traces(t, folder, canary); len(found) > 0 {
				t.Errorf("left: %v", found)
			}
		})
	}
}

func TestTwoNeverShareADataFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	db := sqlitetest.Open(t, filepath.Join(folder, "one.db"))
	_, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(folder, "two.db")})
	var locked *sqlite.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() || !strings.Contains(err.Error(), filepath.Join(folder, "bonafide.lock")) {
		t.Errorf("got %v", err)
	}
	if err := fill(t.Context(), db, []byte("x")); err != nil {
		t.Fatal(err)
	}

	// Reading beside it is allowed, as for verifying the audit log.
	ro, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(folder, "one.db"), Mode: sqlite.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	if err := ro.Read(t.Context(), func(tx kyc.Tx) error { _, err := tx.Case(t.Context(), "c"); return err }); err != nil {
		t.Error(err)
	}
	if err := ro.Write(t.Context(), func(kyc.Tx) error { return nil }); err == nil {
		t.Error("a read-only store writes")
	}
	if err := ro.Close(); err != nil {
		t.Error(err)
	}

	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := sqlitetest.Open(t, filepath.Join(folder, "one.db")) // the lock is free and the data is there
	if err := again.Read(t.Context(), func(tx kyc.Tx) error { _, err := tx.Case(t.Context(), "c"); return err }); err != nil {
		t.Error(err)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("creates the folder for its owner alone", func(t *testing.T) {
		t.Parallel()
		folder := filepath.Join(t.TempDir(), "new", "odd name ?#%41&=")
		db, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(folder, "bonafide.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := fill(t.Context(), db, []byte("x")); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"", "bonafide.db", "bonafide.db-wal", "bonafide.lock"} {
			info, err := os.Stat(filepath.Join(folder, f))
			if err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%q: %v, %v", f, info, err)
			}
		}
	})
	t.Run("refuses a newer database and names both versions", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bonafide.db")
		db := sqlitetest.Open(t, path)
		if _, err := db.DB().ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (77, 1)"); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
		var newer *sqlite.NewerError
		if !errors.As(err, &newer) || newer.Database != 77 || newer.Program < 5 || !strings.Contains(err.Error(), "77") {
			t.Errorf("got %v", err)
		}
		// It lets go of the folder.
		if _, err := sqlite.Open(t.Context(), sqlite.Config{Path: path}); !errors.As(err, &newer) {
			t.Errorf("the second time: %v", err)
		}
	})
	t.Run("says so when the file is no database", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bonafide.db")
		if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(t.Context(), sqlite.Config{Path: path}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("reading alone creates nothing", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bonafide.db")
		if _, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Mode: sqlite.ReadOnly}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("stat: %v", err)
		}
	})
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	db := sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db"))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000",
	} {
		var got string
		if err := db.DB().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", pragma, got, err, want)
		}
	}
	if n := db.DB().Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections can write, want 1", n)
	}
}

func TestTheAuditLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	db := sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db"))
	err := db.Write(t.Context(), func(tx kyc.Tx) error { _, err := tx.AppendAudit(t.Context(), now, nil); return err })
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"UPDATE audit SET data = x'00'", "DELETE FROM audit"} {
		if _, err := db.DB().ExecContext(t.Context(), q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// Errors end in logs: they must not hold what was to be stored.
func TestErrorsHoldNoContents(t *testing.T) {
	t.Parallel()
	db := sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db"))
	if err := fill(t.Context(), db, []byte("canary")); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(kyc.Tx) error{
		"conflict": func(tx kyc.Tx) error {
			return tx.CreateApplicant(t.Context(), kyc.ApplicantRecord{ID: "a", ExternalKey: []byte("canary"), Sealed: []byte("canary")})
		},
		"reference": func(tx kyc.Tx) error {
			return tx.CreateCase(t.Context(), kyc.CaseRecord{ID: "x", Applicant: "nobody", Policy: "canary", Sealed: []byte("canary")})
		},
	} {
		err := db.Write(t.Context(), f)
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, withJob := range []bool{false, true} {
		b.Run(fmt.Sprintf("job=%v", withJob), func(b *testing.B) {
			db := sqlitetest.Open(b, filepath.Join(b.TempDir(), "bonafide.db"))
			ctx := b.Context()
			if err := fill(ctx, db, []byte("x")); err != nil {
				b.Fatal(err)
			}
			c := kyc.CaseRecord{ID: "c", Applicant: "a", State: kyc.Open, Sealed: make([]byte, 4096)}
			for b.Loop() {
				c.Version++
				err := db.Write(ctx, func(tx kyc.Tx) error {
					if err := tx.SaveCase(ctx, c); err != nil {
						return err
					}
					if _, err := tx.AppendAudit(ctx, now, make([]byte, 200)); err != nil || !withJob {
						return err
					}
					return tx.Enqueue(ctx, kyc.Job{Kind: kyc.CheckCase, Case: "c", Round: int(c.Version)})
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	db := sqlitetest.Open(b, filepath.Join(b.TempDir(), "bonafide.db"))
	if err := fill(b.Context(), db, []byte("x")); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := db.Read(b.Context(), func(tx kyc.Tx) error { _, err := tx.Case(b.Context(), "c"); return err })
		if err != nil {
			b.Fatal(err)
		}
	}
}
