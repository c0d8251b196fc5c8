package jobs_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"bonafide/internal/jobs"
	"bonafide/internal/kyc"
	"bonafide/internal/sqlite"
	"bonafide/internal/sqlite/sqlitetest"
)

// The test program runs itself as a child that is to be killed: crashEnv names
// the moment and crashPath the database.
const (
	crashEnv  = "BONAFIDE_TEST_CRASH"
	crashPath = "BONAFIDE_TEST_CRASH_DB"
)

func TestMain(m *testing.M) {
	if moment := os.Getenv(crashEnv); moment != "" {
		if err := child(moment, os.Getenv(crashPath)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// reached tells the parent that the moment has come, and waits to be killed.
func reached() {
	fmt.Println("reached")
	select {}
}

func child(moment, path string) error {
	ctx := context.Background()
	logger := slog.New(slog.DiscardHandler)
	enq, err := jobs.NewEnqueuer(logger)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(ctx, sqlite.Config{Path: path, Enqueue: enq.EnqueueTx})
	if err != nil {
		return err
	}
	// The lock on the folder is the kernel's on an open file of db, which the
	// collector closes when nobody holds db any more.
	defer runtime.KeepAlive(db)
	if err := jobs.Migrate(ctx, db.DB(), logger); err != nil {
		return err
	}
	if moment == "while the job runs" {
		r, err := jobs.New(jobs.Config{DB: db.DB(), Logger: logger, Now: time.Now, Checker: &checker{
			check: func(context.Context, int) error { reached(); return nil },
		}})
		if err != nil {
			return err
		}
		if err := r.Start(ctx); err != nil {
			return err
		}
	}
	err = db.Write(ctx, func(tx kyc.Tx) error {
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		err := errors.Join(
			tx.CreateApplicant(ctx, kyc.ApplicantRecord{ID: "a", CreatedAt: now}),
			tx.CreateCase(ctx, kyc.CaseRecord{ID: "c", Applicant: "a", State: kyc.Processing, CreatedAt: now}),
			tx.Enqueue(ctx, check("c", 1)))
		if moment == "before the commit" {
			reached()
		}
		return err
	})
	if err != nil {
		return err
	}
	if moment == "after the commit" {
		reached()
	}
	select {}
}

// TestKill9 kills a process at the worst moments and looks at what a new one
// finds.
func TestKill9(t *testing.T) {
	t.Parallel()
	for moment, committed := range map[string]bool{
		"before the commit": false, "after the commit": true, "while the job runs": true,
	} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "bonafide.db")
			cmd := exec.CommandContext(t.Context(), os.Args[0]) // this very program
			cmd.Env = append(os.Environ(), crashEnv+"="+moment, crashPath+"="+path)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "reached\n" {
				t.Fatalf("the child said %q, %v", line, err)
			}
			if _, err := sqlite.Open(t.Context(), sqlite.Config{Path: path}); !errors.As(err, new(*sqlite.LockedError)) {
				t.Errorf("opened beside the living child: %v", err)
			}
			if err := cmd.Process.Kill(); err != nil { // SIGKILL
				t.Fatal(err)
			}
			_ = cmd.Wait()

			l := newLab(t, sqlitetest.Open(t, path), &checker{}, nil)
			err = l.db.Read(t.Context(), func(tx kyc.Tx) error { _, err := tx.Case(t.Context(), "c"); return err })
			if committed != (err == nil) {
				t.Errorf("the case after the kill: %v", err)
			}
			from := time.Now()
			l.start(t)
			if committed {
				l.finished(t, "completed", 1)
				t.Logf("the job was done %s after the new start", time.Since(from).Round(time.Millisecond))
			}
			time.Sleep(500 * time.Millisecond) // would it run once more?
			if checks, gone := l.checker.counts(); checks != map[bool]int{false: 0, true: 1}[committed] || gone != 0 {
				t.Errorf("%d checks, %d given up", checks, gone)
			}
		})
	}
}
