package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/jobs"
	"bonafide/internal/kyc"
	"bonafide/internal/sqlite"
	"bonafide/internal/sqlite/sqlitetest"
)

// checker is a Checker that counts its calls and answers as it is told.
type checker struct {
	mu            sync.Mutex
	checks, gone  []string // "case/round" of each call
	expired, swep int
	running, most int
	check, failed func(ctx context.Context, n int) error // n counts the calls from 1
}

func (c *checker) RunChecks(ctx context.Context, id kyc.CaseID, round int) error {
	c.mu.Lock()
	c.checks = append(c.checks, fmt.Sprintf("%s/%d", id, round))
	n := len(c.checks)
	c.running++
	c.most = max(c.most, c.running)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.running--
		c.mu.Unlock()
	}()
	if c.check == nil {
		return nil
	}
	return c.check(ctx, n)
}

func (c *checker) ChecksFailed(ctx context.Context, id kyc.CaseID, round int) error {
	c.mu.Lock()
	c.gone = append(c.gone, fmt.Sprintf("%s/%d", id, round))
	n := len(c.gone)
	c.mu.Unlock()
	if c.failed == nil {
		return nil
	}
	return c.failed(ctx, n)
}

func (c *checker) ExpireDue(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expired++
	return nil
}

func (c *checker) Sweep(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.swep++
	return nil
}

func (c *checker) counts() (checks, gone int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.checks), len(c.gone)
}

// lab is a store with a queue and a runner.
type lab struct {
	db      *sqlite.DB
	checker *checker
	runner  *jobs.Runner
	log     *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newLab makes a runner that is not started; adjust may change its config.
func newLab(tb testing.TB, db *sqlite.DB, c *checker, adjust func(*jobs.Config)) lab {
	tb.Helper()
	l := lab{db: db, checker: c, log: &syncBuffer{}}
	cfg := jobs.Config{
		DB: db.DB(), Checker: c, Now: time.Now,
		Logger: slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Pause:  func(int) time.Duration { return time.Millisecond },
	}
	if adjust != nil {
		adjust(&cfg)
	}
	var err error
	if l.runner, err = jobs.New(cfg); err != nil {
		tb.Fatal(err)
	}
	return l
}

// start starts the runner until the end of the test.
func (l lab) start(tb testing.TB) lab {
	tb.Helper()
	// Not the test's context, which ends before the cleanups.
	if err := l.runner.Start(context.Background()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { stop(tb, l.runner) })
	return l
}

func stop(tb testing.TB, r *jobs.Runner) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		tb.Error(err)
	}
}

func start(t *testing.T, c *checker, adjust func(*jobs.Config)) lab {
	t.Helper()
	return newLab(t, sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db")), c, adjust).start(t)
}

func (l lab) enqueue(tb testing.TB, js ...kyc.Job) {
	tb.Helper()
	err := l.db.Write(tb.Context(), func(tx kyc.Tx) error {
		for _, j := range js {
			if err := tx.Enqueue(tb.Context(), j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func check(id string, round int) kyc.Job {
	return kyc.Job{Kind: kyc.CheckCase, Case: kyc.CaseID(id), Round: round}
}

// eventually waits until f holds.
func eventually(tb testing.TB, what string, f func() bool) {
	tb.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("%s: not within a minute", what)
		}
	}
}

// states counts the checks in the queue by state.
func (l lab) states(tb testing.TB) map[string]int {
	tb.Helper()
	rows, err := l.db.DB().QueryContext(context.Background(), "SELECT state, count(*) FROM river_job WHERE kind = 'check_case' GROUP BY state")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]int{}
	for rows.Next() {
		var s string
		var n int
		if err := rows.Scan(&s, &n); err != nil {
			tb.Fatal(err)
		}
		out[s] = n
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return out
}

func (l lab) finished(tb testing.TB, state string, n int) {
	tb.Helper()
	eventually(tb, fmt.Sprintf("%d jobs %s", n, state), func() bool { return l.states(tb)[state] == n })
}

func TestACommittedJobRunsOnceAndAtOnce(t *testing.T) {
	t.Parallel()
	l := start(t, &checker{}, nil)
	var worst time.Duration
	for k := range 20 {
		from := time.Now()
		l.enqueue(t, check("c", k), check("c", k)) // twice in one transaction
		l.enqueue(t, check("c", k))                // and again
		eventually(t, "check", func() bool { n, _ := l.checker.counts(); return n > k })
		worst = max(worst, time.Since(from))
	}
	l.finished(t, "completed", 20)
	l.enqueue(t, check("c", 3)) // of a job that is done
	l.enqueue(t, check("d", 3))
	l.finished(t, "completed", 21)
	if n, gone := l.checker.counts(); n != 21 || gone != 0 {
		t.Errorf("%d checks, %d given up", n, gone)
	}
	t.Logf("longest wait from enqueueing to running: %s", worst)
	if worst > 10*time.Second { // on a machine under load; usually 30 ms
		t.Errorf("a job waited %s", worst)
	}
	if log := l.log.String(); log != "" {
		t.Errorf("a run without trouble logged:\n%s", log)
	}
}

func TestARolledBackJobNeverRuns(t *testing.T) {
	t.Parallel()
	l := start(t, &checker{}, nil)
	boom := errors.New("boom")
	err := l.db.Write(t.Context(), func(tx kyc.Tx) error {
		return errors.Join(tx.Enqueue(t.Context(), check("rolled back", 1)), boom)
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	l.enqueue(t, check("committed", 1))
	l.finished(t, "completed", 1)
	time.Sleep(300 * time.Millisecond)
	if n, _ := l.checker.counts(); n != 1 {
		t.Errorf("ran %v", l.checker.checks)
	}
}

func TestEnqueueRefusesOtherKinds(t *testing.T) {
	t.Parallel()
	l := newLab(t, sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db")), &checker{}, nil)
	for _, j := range []kyc.Job{{Kind: "other", Case: "c"}, {Kind: kyc.CheckCase}} {
		err := l.db.Write(t.Context(), func(tx kyc.Tx) error { return tx.Enqueue(t.Context(), j) })
		if err == nil {
			t.Errorf("%+v was taken", j)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		checker      *checker
		checks, gone int
		state        string
		log, notLog  string
	}{
		"a passing trouble is tried again": {
			checker: &checker{check: func(_ context.Context, n int) error {
				if n < 3 {
					return errors.New("busy")
				}
				return nil
			}},
			checks: 3, gone: 0, state: "completed", log: "busy", notLog: "goes to a human",
		},
		"after the last try a human takes over": {
			checker: &checker{check: func(context.Context, int) error { return errors.New("busy") }},
			checks:  5, gone: 1, state: "discarded", log: "goes to a human",
		},
		"handing over is tried until it succeeds": {
			checker: &checker{
				check: func(context.Context, int) error { return errors.New("busy") },
				failed: func(_ context.Context, n int) error {
					if n < 4 {
						return errors.New("disk full")
					}
					return nil
				},
			},
			checks: 8, gone: 4, state: "discarded", log: "disk full",
		},
		"a panic is an error without its text": {
			checker: &checker{check: func(context.Context, int) error { panic("ERIKSSON<<ANNA") }},
			checks:  5, gone: 1, state: "discarded", log: "panic: string", notLog: "ERIKSSON",
		},
		"a panic of Go's own keeps its text": {
			checker: &checker{check: func(_ context.Context, n int) error {
				_ = make([]int, 1)[n]
				return nil
			}},
			checks: 5, gone: 1, state: "discarded", log: "index out of range [1] with length 1",
		},
		"a panic while handing over is tried again": {
			checker: &checker{
				check: func(context.Context, int) error { return errors.New("busy") },
				failed: func(_ context.Context, n int) error {
					if n == 1 {
						panic("ERIKSSON")
					}
					return nil
				},
			},
			checks: 6, gone: 2, state: "discarded", notLog: "ERIKSSON",
		},
		"a round that has passed is done": {
			checker: &checker{check: func(context.Context, int) error { return fmt.Errorf("check: %w", &kyc.Error{Kind: kyc.Stale}) }},
			checks:  1, gone: 0, state: "completed",
		},
		"a try that takes too long is ended": {
			checker: &checker{check: func(ctx context.Context, _ int) error {
				<-ctx.Done()
				return ctx.Err()
			}, failed: func(ctx context.Context, _ int) error { return ctx.Err() }}, // has time of its own
			checks: 5, gone: 1, state: "discarded", log: "deadline exceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := start(t, c.checker, func(cfg *jobs.Config) { cfg.Timeout = 300 * time.Millisecond })
			l.enqueue(t, check("case_7", 2))
			l.finished(t, c.state, 1)
			if checks, gone := l.checker.counts(); checks != c.checks || gone != c.gone {
				t.Errorf("%d checks and %d given up, want %d and %d", checks, gone, c.checks, c.gone)
			}
			for _, what := range append(l.checker.checks, l.checker.gone...) {
				if what != "case_7/2" {
					t.Errorf("called for %s", what)
				}
			}
			log := l.log.String()
			if !strings.Contains(log, c.log) || c.log != "" && !strings.Contains(log, "case=case_7 round=2") {
				t.Errorf("the log does not tell of it:\n%s", log)
			}
			if c.notLog != "" && strings.Contains(log, c.notLog) {
				t.Errorf("the log holds %q:\n%s", c.notLog, log)
			}
			var row string
			if err := l.db.DB().QueryRowContext(t.Context(), "SELECT json(args) || ifnull(json(errors), '') || json(metadata) FROM river_job WHERE kind = 'check_case'").Scan(&row); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(row, "ERIKSSON") {
				t.Errorf("the database holds what a panic said: %s", row)
			}
		})
	}
}

// cutOff leaves a job as a killed process does: running, at its n-th attempt.
func (l lab) cutOff(t *testing.T, attempt int) {
	t.Helper()
	l.enqueue(t, check("c", 1))
	_, err := l.db.DB().ExecContext(t.Context(),
		"UPDATE river_job SET state = 'running', attempt = ?, attempted_at = datetime('now', 'subsec')", attempt)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.db.DB().ExecContext(t.Context(),
		"INSERT INTO river_leader (leader_id, elected_at, expires_at) VALUES ('dead', datetime('now', 'subsec'), datetime('now', '+1 hour'))")
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasCutOffRunsAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ attempt, checks, gone int }{
		"after the first attempt":                       {1, 1, 0},
		"after the last but one":                        {4, 1, 0},
		"not after the last, for it may kill us again":  {5, 0, 1},
		"nor when handing over was cut off in its turn": {6, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db")), &checker{}, nil)
			l.cutOff(t, c.attempt)
			from := time.Now()
			l.start(t)
			eventually(t, "the job", func() bool { checks, gone := l.checker.counts(); return checks+gone > 0 })
			t.Logf("ran %s after the start", time.Since(from))
			eventually(t, "its end", func() bool { s := l.states(t); return s["completed"]+s["discarded"] == 1 })
			if checks, gone := l.checker.counts(); checks != c.checks || gone != c.gone {
				t.Errorf("%d checks and %d given up, want %d and %d", checks, gone, c.checks, c.gone)
			}
			if !strings.Contains(l.log.String(), "jobs=1") {
				t.Errorf("not logged: %s", l.log)
			}
			// The dead leader does not hold up the periodic jobs.
			eventually(t, "upkeep", func() bool { l.checker.mu.Lock(); defer l.checker.mu.Unlock(); return l.checker.expired > 0 })
		})
	}
}

func TestStopWaitsAndThenCancels(t *testing.T) {
	t.Parallel()
	t.Run("waits", func(t *testing.T) {
		t.Parallel()
		entered, leave := make(chan struct{}), make(chan struct{})
		c := &checker{check: func(context.Context, int) error {
			close(entered)
			<-leave
			return nil
		}}
		l := newLab(t, sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db")), c, nil)
		if err := l.runner.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		l.enqueue(t, check("c", 1))
		<-entered
		time.AfterFunc(200*time.Millisecond, func() { close(leave) })
		stop(t, l.runner)
		if s := l.states(t); s["completed"] != 1 {
			t.Errorf("after stopping: %v", s)
		}
	})
	t.Run("cancels without counting the attempt", func(t *testing.T) {
		t.Parallel()
		entered := make(chan struct{}, 1)
		c := &checker{check: func(ctx context.Context, n int) error {
			if n > 1 {
				return nil
			}
			entered <- struct{}{}
			<-ctx.Done()
			return errors.New("the model was interrupted") // not the context's error
		}}
		db := sqlitetest.Open(t, filepath.Join(t.TempDir(), "bonafide.db"))
		grace := func(cfg *jobs.Config) { cfg.Grace = 100 * time.Millisecond }
		l := newLab(t, db, c, grace)
		if err := l.runner.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		l.enqueue(t, check("c", 1))
		<-entered
		stop(t, l.runner)
		var state string
		var attempt int
		if err := db.DB().QueryRowContext(t.Context(), "SELECT state, attempt FROM river_job WHERE kind = 'check_case'").Scan(&state, &attempt); err != nil {
			t.Fatal(err)
		}
		if state != "available" || attempt != 0 {
			t.Errorf("after stopping: %s, attempt %d", state, attempt)
		}
		again := newLab(t, db, c, grace).start(t)
		again.finished(t, "completed", 1)
	})
}

func TestWorkersLimitHowManyRun(t *testing.T) {
	t.Parallel()
	c := &checker{}
	c.check = func(ctx context.Context, n int) error {
		// The first waits until another runs beside it; then a third has time to
		// do so too, if it can.
		for n == 1 && ctx.Err() == nil {
			c.mu.Lock()
			both := c.running == 2
			c.mu.Unlock()
			if both {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		return ctx.Err()
	}
	l := start(t, c, func(cfg *jobs.Config) { cfg.Workers = 2 })
	for k := range 6 {
		l.enqueue(t, check("c", k))
	}
	l.finished(t, "completed", 6)
	if c.most != 2 {
		t.Errorf("%d ran at the same time, want 2", c.most)
	}
}

// The queue and the writers share one connection: none of them may be turned
// away, however many there are.
func TestManyWritersBesideTheQueue(t *testing.T) {
	t.Parallel()
	l := start(t, &checker{}, nil)
	const writers, each = 6, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for k := range each {
				err := l.db.Write(t.Context(), func(tx kyc.Tx) error {
					_, err := tx.AppendAudit(t.Context(), time.Unix(0, 0), nil)
					return errors.Join(err, tx.Enqueue(t.Context(), check(fmt.Sprint("c", w), k)))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	l.finished(t, "completed", writers*each)
	if n, _ := l.checker.counts(); n != writers*each {
		t.Errorf("%d checks, want %d", n, writers*each)
	}
	if log := l.log.String(); log != "" {
		t.Errorf("logged:\n%s", log)
	}
}

func TestUpkeepRunsAtTheStartAndAgain(t *testing.T) {
	t.Parallel()
	c := &checker{}
	start(t, c, func(cfg *jobs.Config) { cfg.ExpireEvery, cfg.SweepEvery = time.Second, time.Second })
	eventually(t, "upkeep twice", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.expired >= 2 && c.swep >= 2
	})
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := jobs.New(jobs.Config{}); err == nil {
		t.Error("no error")
	}
}

func BenchmarkEnqueueToDone(b *testing.B) {
	l := newLab(b, sqlitetest.Open(b, filepath.Join(b.TempDir(), "bonafide.db")), &checker{}, nil).start(b)
	var n int
	for b.Loop() {
		l.enqueue(b, check("c", n))
		n++
		for done := false; !done; {
			c, _ := l.checker.counts()
			if done = c >= n; !done {
				time.Sleep(time.Millisecond)
			}
		}
	}
}
