package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"bonafide/internal/kyc"
)

// handOver bounds the call that gives a case to a human, which gets time of its
// own since the check may have used up the job's.
const handOver = 30 * time.Second

type checkWorker struct {
	river.WorkerDefaults[checkArgs]
	c Config
}

// NextRetry implements [river.Worker].
func (w *checkWorker) NextRetry(job *river.Job[checkArgs]) time.Time {
	return w.c.Now().Add(w.c.Pause(job.Attempt))
}

// Work implements [river.Worker].
func (w *checkWorker) Work(ctx context.Context, job *river.Job[checkArgs]) error {
	log := w.c.Logger.With(slog.String("case", string(job.Args.Case)), slog.Int("round", job.Args.Round), slog.Int("attempt", job.Attempt))
	// More tries than allowed: the process died in each of them, perhaps of this
	// very evidence. It must not do so again.
	err := errors.New("the process ended in the last attempt")
	if job.Attempt <= job.MaxAttempts {
		err = guard(ctx, log, "check case", func() error { return w.c.Checker.RunChecks(ctx, job.Args.Case, job.Args.Round) })
		if err == nil || kyc.KindOf(err) == kyc.Stale {
			return nil
		}
		if errors.Is(ctx.Err(), context.Canceled) { // we are stopping; River counts no attempt when it sees why
			return fmt.Errorf("check stopped: %w", ctx.Err())
		}
		log.WarnContext(ctx, "check failed", slog.String("err", err.Error()))
		if job.Attempt < job.MaxAttempts {
			return err
		}
	}
	log.ErrorContext(ctx, "check given up; the case goes to a human", slog.String("err", err.Error()))
	hctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handOver)
	defer cancel()
	ferr := guard(hctx, log, "hand over case", func() error { return w.c.Checker.ChecksFailed(hctx, job.Args.Case, job.Args.Round) })
	if ferr == nil || kyc.KindOf(ferr) == kyc.Stale {
		return err
	}
	log.ErrorContext(ctx, "handing the case over failed; it is tried again", slog.String("err", ferr.Error()))
	return river.JobSnooze(w.c.Pause(job.Attempt)) // takes the attempt back, so that this is not the end
}

type upkeepWorker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	name string
	run  func(context.Context) error
	c    Config
}

// Work implements [river.Worker].
func (w *upkeepWorker[T]) Work(ctx context.Context, _ *river.Job[T]) error {
	err := guard(ctx, w.c.Logger, w.name, func() error { return w.run(ctx) })
	if err != nil && ctx.Err() == nil {
		w.c.Logger.ErrorContext(ctx, "upkeep failed; it is tried again at the next time", slog.String("job", w.name), slog.String("err", err.Error()))
	}
	return err
}

// guard turns a panic into an error. What a panic says may quote evidence, so
// only its type is kept, and its text where Go's own runtime wrote it; the
// stack, which holds no contents, is logged.
func guard(ctx context.Context, log *slog.Logger, name string, f func() error) (err error) { //nolint:nonamedreturns // set by the deferred call
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		what := fmt.Sprintf("%T", r)
		if re, ok := r.(runtime.Error); ok {
			what = re.Error()
		}
		log.ErrorContext(ctx, "panic", slog.String("job", name), slog.String("panic", what), slog.String("stack", string(debug.Stack())))
		err = fmt.Errorf("%s: panic: %s", name, what)
	}()
	return f()
}
