package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"bonafide/internal/kyc"
)

// MaxAttempts is how often a check is tried before a human takes over.
const MaxAttempts = 5

// upkeep is the queue of the periodic jobs, apart from the checks so that
// neither waits for the other.
const upkeep = "upkeep"

// Checker is what the jobs call. Each method may be called again for what it
// has already done, and must then do nothing.
type Checker interface {
	// RunChecks does the full check of a round. An error means that it could not
	// be finished, and it is tried again; kyc.Stale, that the round has passed.
	RunChecks(ctx context.Context, id kyc.CaseID, round int) error
	// ChecksFailed hands the case to a human.
	ChecksFailed(ctx context.Context, id kyc.CaseID, round int) error
	// ExpireDue expires the cases whose time has passed.
	ExpireDue(ctx context.Context) error
	// Sweep removes what nothing refers to any more and what is too old.
	Sweep(ctx context.Context) error
}

// Config says how the jobs run. Zero values are replaced by the defaults given.
type Config struct {
	// DB is the store's writing connection. The process must have the database to
	// itself.
	DB      *sql.DB
	Checker Checker
	Logger  *slog.Logger
	// Notices sends a message to an applicant, and Deliveries tells the integrator of
	// something. Each may be called again for what it has done already. Without one,
	// nobody is told. Their errors are logged, so they name no address.
	Notices    func(context.Context, kyc.Notice) error
	Deliveries func(context.Context, kyc.Delivery) error
	// Now is the time, used for the pauses between tries.
	Now func() time.Time
	// Workers is how many checks run at the same time: the number of processors.
	Workers int
	// Timeout ends one try of a check: 5 minutes.
	Timeout time.Duration
	// Grace is how long Stop waits for running checks before it cancels them; a
	// cancelled check runs again at the next start and uses no try: 20 seconds.
	Grace time.Duration
	// Pause is how long to wait after the n-th failed try, n from 1: 2 s, 8 s,
	// 32 s, 2 min 8 s.
	Pause func(n int) time.Duration
	// ExpireEvery and SweepEvery are how often upkeep runs, which it also does at
	// the start: every minute and every hour.
	ExpireEvery, SweepEvery time.Duration
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	if c.Workers < 1 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	def(&c.Timeout, 5*time.Minute)
	def(&c.Grace, 20*time.Second)
	def(&c.ExpireEvery, time.Minute)
	def(&c.SweepEvery, time.Hour)
	if c.Pause == nil {
		c.Pause = func(n int) time.Duration { return 2 * time.Second << (2 * min(max(n-1, 0), 8)) }
	}
	return c
}

// checkArgs is what the database holds of a check.
type checkArgs struct {
	Case  kyc.CaseID `json:"case_id"`
	Round int        `json:"round"`
}

// Kind implements [river.JobArgs].
func (checkArgs) Kind() string { return kyc.CheckCase }

// InsertOpts implements [river.JobArgsWithInsertOpts]: one job for each case
// and round, even when the earlier one is done.
func (checkArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: MaxAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

type (
	expireArgs struct{}
	sweepArgs  struct{}
)

// Kind implements [river.JobArgs].
func (expireArgs) Kind() string { return "expire_cases" }

// Kind implements [river.JobArgs].
func (sweepArgs) Kind() string { return "sweep" }

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (expireArgs) InsertOpts() river.InsertOpts { return upkeepOpts() }

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (sweepArgs) InsertOpts() river.InsertOpts { return upkeepOpts() }

// upkeepOpts: one try, for the next period is the next try; and none while one
// is still waiting or running.
func upkeepOpts() river.InsertOpts {
	return river.InsertOpts{Queue: upkeep, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// Enqueuer puts jobs into the queue without running any.
type Enqueuer struct{ client *river.Client[*sql.Tx] }

// NewEnqueuer returns an Enqueuer. It needs no database: each job comes with its
// transaction.
func NewEnqueuer(logger *slog.Logger) (*Enqueuer, error) {
	c, err := river.NewClient(riversqlite.New(nil), &river.Config{
		Logger: quiet(logger),
		// An inserting client notifies once in this time, even of a transaction that
		// is rolled back, so it must be short.
		FetchCooldown: fetchCooldown,
	})
	if err != nil {
		return nil, fmt.Errorf("make job queue: %w", err)
	}
	return &Enqueuer{client: c}, nil
}

// EnqueueTx puts a job into the queue as a part of tx. A check that is there
// already, for the same case and round, is not put there again. Kinds that nobody
// works on are an error.
func (e *Enqueuer) EnqueueTx(ctx context.Context, tx *sql.Tx, j kyc.Job) error {
	var args river.JobArgs
	switch {
	case j.Kind == kyc.CheckCase && j.Case != "":
		args = checkArgs{Case: j.Case, Round: j.Round}
	case j.Kind == kyc.SendNotice && j.Notice.ID != "":
		args = noticeArgs{j.Notice}
	case j.Kind == kyc.DeliverEvent && j.Delivery.ID != "":
		args = deliveryArgs{j.Delivery}
	default:
		return fmt.Errorf("enqueue job: no job of kind %q for case %q", j.Kind, j.Case)
	}
	if _, err := e.client.InsertTx(ctx, tx, args, nil); err != nil {
		return fmt.Errorf("enqueue job: %w", err)
	}
	return nil
}

// Migrate brings the queue's own tables up to date. They have their own version
// beside the store's.
func Migrate(ctx context.Context, db *sql.DB, logger *slog.Logger) error {
	m, err := rivermigrate.New(riversqlite.New(db), &rivermigrate.Config{Logger: quiet(logger)})
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	return nil
}

// Runner runs jobs.
type Runner struct {
	db     *sql.DB
	client *river.Client[*sql.Tx]
	logger *slog.Logger
}

// New returns a Runner that is not started. [Migrate] must have run.
func New(c Config) (*Runner, error) {
	if c.DB == nil || c.Checker == nil || c.Logger == nil || c.Now == nil {
		return nil, errors.New("make job runner: DB, Checker, Logger and Now are required")
	}
	c = c.withDefaults()
	workers := river.NewWorkers()
	err := errors.Join(
		river.AddWorkerSafely(workers, &checkWorker{c: c}),
		river.AddWorkerSafely(workers, &noticeWorker{c: c}),
		river.AddWorkerSafely(workers, &deliveryWorker{c: c}),
		river.AddWorkerSafely(workers, &upkeepWorker[expireArgs]{name: "expire cases", run: c.Checker.ExpireDue, c: c}),
		river.AddWorkerSafely(workers, &upkeepWorker[sweepArgs]{name: "sweep", run: c.Checker.Sweep, c: c}),
	)
	if err != nil {
		return nil, fmt.Errorf("make job runner: %w", err)
	}
	periodic := func(every time.Duration, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(every),
			func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true})
	}
	client, err := river.NewClient(riversqlite.New(c.DB), &river.Config{
		// The process has the database to itself, so one name will do, and no
		// host name gets into the database.
		ID:              "bonafide",
		Logger:          quiet(c.Logger),
		Workers:         workers,
		JobTimeout:      c.Timeout,
		SoftStopTimeout: c.Grace,
		FetchCooldown:   fetchCooldown,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: c.Workers, FetchPollInterval: fetchPoll},
			outbox:             {MaxWorkers: 4, FetchPollInterval: time.Second},
			upkeep:             {MaxWorkers: 1, FetchPollInterval: time.Second},
		},
		PeriodicJobs: []*river.PeriodicJob{periodic(c.ExpireEvery, expireArgs{}), periodic(c.SweepEvery, sweepArgs{})},
		// Its default rebuilds indexes by night, which is a PostgreSQL concern.
		ReindexerSchedule: river.NeverSchedule(),
	})
	if err != nil {
		return nil, fmt.Errorf("make job runner: %w", err)
	}
	return &Runner{db: c.DB, client: client, logger: c.Logger}, nil
}

// A transaction that enqueues a job also writes a row to the queue's table of
// notifications, which the driver looks at every 50 ms: that is how soon a job
// starts. Polling is for what slips through, as when a job falls due.
const (
	fetchCooldown = 10 * time.Millisecond
	fetchPoll     = 200 * time.Millisecond
)

// Start first gives back what a killed process was working on, then starts to
// run jobs. Cancelling ctx stops as [Runner.Stop] does.
func (r *Runner) Start(ctx context.Context) error {
	n, err := r.recover(ctx)
	if err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	if n > 0 {
		r.logger.WarnContext(ctx, "jobs were cut off by the end of an earlier process; they run again", slog.Int64("jobs", n))
	}
	if err := r.client.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// recover makes jobs that are noted as running available again. Nobody else
// can be running them: the store's lock keeps other processes out. It counts
// them, and removes the dead process's claim to lead, which would hold up the
// periodic jobs until it expires.
func (r *Runner) recover(ctx context.Context) (int64, error) {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	res, err := tx.ExecContext(ctx, "UPDATE river_job SET state = 'available' WHERE state = 'running'")
	if err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM river_leader"); err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, err
	}
	return n, tx.Commit()
}

// Stop fetches no more jobs and waits for those that run, for Grace at most;
// then it cancels them and waits for their end, or that of ctx.
func (r *Runner) Stop(ctx context.Context) error {
	if err := r.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// quiet passes on River's warnings and errors alone. Its other lines tell of
// every job that fails, which the workers here do with the case's id.
func quiet(l *slog.Logger) *slog.Logger { return slog.New(&warnings{l.Handler()}) }

type warnings struct{ slog.Handler }

func (w *warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

func (w *warnings) WithAttrs(a []slog.Attr) slog.Handler { return &warnings{w.Handler.WithAttrs(a)} }

func (w *warnings) WithGroup(g string) slog.Handler { return &warnings{w.Handler.WithGroup(g)} }
