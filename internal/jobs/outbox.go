package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"bonafide/internal/kyc"
)

// outbox is the queue of what leaves the house, apart from the checks: a mail
// server that does not answer must not hold them up.
const outbox = "outbox"

// Tries: a code is of no use after some minutes; an event is worth more than two
// days.
const (
	noticeTries   = 5
	deliveryTries = 12
)

// noticeArgs and deliveryArgs are what the database holds of them: ids.
type (
	noticeArgs   struct{ kyc.Notice }
	deliveryArgs struct{ kyc.Delivery }
)

// Kind implements [river.JobArgs].
func (noticeArgs) Kind() string { return kyc.SendNotice }

// Kind implements [river.JobArgs].
func (deliveryArgs) Kind() string { return kyc.DeliverEvent }

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (noticeArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: outbox, MaxAttempts: noticeTries}
}

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (deliveryArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: outbox, MaxAttempts: deliveryTries}
}

// deliveryPause is how long to wait after the n-th failed delivery: 5 s, 20 s, 80 s,
// 5 min, 20 min, 85 min, then 6 h each.
func deliveryPause(n int) time.Duration {
	return min(5*time.Second<<(2*min(max(n-1, 0), 8)), 6*time.Hour)
}

type noticeWorker struct {
	river.WorkerDefaults[noticeArgs]
	c Config
}

// NextRetry implements [river.Worker].
func (w *noticeWorker) NextRetry(job *river.Job[noticeArgs]) time.Time {
	return w.c.Now().Add(w.c.Pause(job.Attempt))
}

// Work implements [river.Worker].
func (w *noticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	if w.c.Notices == nil {
		return nil
	}
	log := w.c.Logger.With(slog.String("notice", job.Args.ID), slog.String("kind", string(job.Args.Notice.Kind)), slog.Int("attempt", job.Attempt))
	return leave(ctx, log, "notice", func() error { return w.c.Notices(ctx, job.Args.Notice) })
}

type deliveryWorker struct {
	river.WorkerDefaults[deliveryArgs]
	c Config
}

// NextRetry implements [river.Worker].
func (w *deliveryWorker) NextRetry(job *river.Job[deliveryArgs]) time.Time {
	return w.c.Now().Add(deliveryPause(job.Attempt))
}

// Work implements [river.Worker].
func (w *deliveryWorker) Work(ctx context.Context, job *river.Job[deliveryArgs]) error {
	if w.c.Deliveries == nil {
		return nil
	}
	log := w.c.Logger.With(slog.String("event", job.Args.ID), slog.String("type", job.Args.Type), slog.Int("attempt", job.Attempt))
	return leave(ctx, log, "event", func() error { return w.c.Deliveries(ctx, job.Args.Delivery) })
}

// errLeave stands in the database for what went wrong: what a mail server says may
// quote an address.
var errLeave = errors.New("not accepted; the log has the reason")

func leave(ctx context.Context, log *slog.Logger, name string, f func() error) error {
	err := guard(ctx, log, name, f)
	if err == nil {
		return nil
	}
	log.WarnContext(ctx, "not sent", slog.String("what", name), slog.String("err", err.Error()))
	return errLeave
}
