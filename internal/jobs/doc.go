// Package jobs runs the work that follows a request: the full check of a case,
// and upkeep. It is the only package that knows River, the job queue that lives
// in the store's own database.
//
// It promises: a job that was enqueued in a transaction runs if, and only if,
// that transaction commits; it runs again after a crash, at once; it is tried
// [MaxAttempts] times with growing pauses; and when the last try failed, or the
// process died in each of them, the case is handed to [Checker.ChecksFailed],
// so that no case waits for ever for a machine. Should that fail too (a full
// disk), it is tried again until it succeeds.
//
// It does not promise that a job runs only once: a process that dies after the
// work and before the note of it does the work again. The round that goes with
// a check makes that harmless. It does not promise that checks of several cases
// run in order.
//
// Jobs hold kinds, ids and rounds. Errors are kept with the job in plain text,
// which is why errors must not hold personal data; of a panic only the kind is
// kept.
//
// Order of wiring: [NewEnqueuer], the store with its EnqueueTx, [Migrate] on the
// store's writing connection, the service that implements [Checker] on the
// store, [New], [Runner.Start]. On the way down: [Runner.Stop], then the store.
package jobs
