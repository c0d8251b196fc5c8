package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"bonafide/internal/kyc"
)

const queueColumns = "case_id, kind, reason, since, due_at, assignee, escalated, locked_by, locked_until, proposal"

func scanQueue(r row) (kyc.QueueRecord, error) {
	var q kyc.QueueRecord
	var since, due, until int64
	var proposal []byte
	if err := r.Scan(&q.Case, &q.Kind, &q.Reason, &since, &due, &q.Assignee, &q.Escalated, &q.LockedBy, &until, &proposal); err != nil {
		return q, err
	}
	q.Since, q.DueAt = at(since), at(due)
	if until != 0 {
		q.LockedUntil = at(until)
	}
	if proposal != nil {
		q.Proposal = &kyc.Proposal{}
		if err := json.Unmarshal(proposal, q.Proposal); err != nil {
			return q, fmt.Errorf("the proposal is not readable: %w", err)
		}
	}
	return q, nil
}

// PutQueue implements [kyc.Desk].
func (t *tx) PutQueue(ctx context.Context, q kyc.QueueRecord) error {
	var proposal any
	if q.Proposal != nil {
		b, err := json.Marshal(q.Proposal)
		if err != nil {
			return fmt.Errorf("put on the desk: %w", err)
		}
		proposal = b
	}
	var until int64
	if !q.LockedUntil.IsZero() {
		until = micro(q.LockedUntil)
	}
	_, err := t.exec(ctx, "put on the desk", "INSERT INTO queue ("+queueColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "+
		"ON CONFLICT (case_id) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, since = excluded.since, due_at = excluded.due_at, "+
		"assignee = excluded.assignee, escalated = excluded.escalated, locked_by = excluded.locked_by, locked_until = excluded.locked_until, proposal = excluded.proposal",
		q.Case, q.Kind, q.Reason, micro(q.Since), micro(q.DueAt), q.Assignee, q.Escalated, q.LockedBy, until, proposal)
	return err
}

// DropQueue implements [kyc.Desk].
func (t *tx) DropQueue(ctx context.Context, id kyc.CaseID) error {
	_, err := t.exec(ctx, "take off the desk", "DELETE FROM queue WHERE case_id = ?", id)
	return err
}

// Queued implements [kyc.Desk].
func (t *tx) Queued(ctx context.Context, id kyc.CaseID) (kyc.QueueRecord, error) {
	return one("find on the desk", t.sql.QueryRowContext(ctx, "SELECT "+queueColumns+" FROM queue WHERE case_id = ?", id), scanQueue)
}

// Queue implements [kyc.Desk].
func (t *tx) Queue(ctx context.Context, f kyc.QueueFilter) ([]kyc.QueueRecord, error) {
	where, args := []string{"1"}, []any{}
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if f.Reason != "" {
		add("reason = ?", f.Reason)
	}
	if f.Assignee != "" {
		add("assignee = ? AND assignee <> ''", f.Assignee)
	}
	if f.Escalated {
		add("escalated = 1")
	}
	if f.Proposed {
		add("proposal IS NOT NULL")
	}
	if f.After != "" {
		add("(due_at, case_id) > (?, ?)", micro(f.AfterDue), f.After)
	}
	return many(ctx, t, "list the desk", scanQueue,
		"SELECT "+queueColumns+" FROM queue WHERE "+strings.Join(where, " AND ")+" ORDER BY due_at, case_id LIMIT ?", append(args, max(0, f.Limit))...)
}

// QueueCounts implements [kyc.Desk].
func (t *tx) QueueCounts(ctx context.Context, now time.Time) ([]kyc.QueueCount, error) {
	return many(ctx, t, "count the desk", func(r row) (kyc.QueueCount, error) {
		var c kyc.QueueCount
		var oldest int64
		err := r.Scan(&c.Reason, &c.Waits, &c.Late, &oldest)
		c.Oldest = at(oldest)
		return c, err
	}, "SELECT reason, count(*) AS waits, sum(due_at < ?), min(since) FROM queue GROUP BY reason ORDER BY waits DESC, reason", micro(now))
}

// AddNote implements [kyc.Desk].
func (t *tx) AddNote(ctx context.Context, n kyc.NoteRecord) error {
	return t.insert(ctx, "add note",
		"INSERT INTO notes (id, case_id, applicant, operator, created_at, sealed) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		n.ID, n.Case, n.Applicant, n.By, micro(n.CreatedAt), bytes(n.Sealed))
}

// NotesOf implements [kyc.Desk].
func (t *tx) NotesOf(ctx context.Context, id kyc.CaseID) ([]kyc.NoteRecord, error) {
	return many(ctx, t, "list notes", func(r row) (kyc.NoteRecord, error) {
		var n kyc.NoteRecord
		var created int64
		err := r.Scan(&n.ID, &n.Case, &n.Applicant, &n.By, &created, &n.Sealed)
		n.CreatedAt = at(created)
		return n, err
	}, "SELECT id, case_id, applicant, operator, created_at, sealed FROM notes WHERE case_id = ? ORDER BY seq", id)
}

// AddOutcome implements [kyc.Outcomes].
func (t *tx) AddOutcome(ctx context.Context, o kyc.OutcomeRecord) error {
	codes := make([]string, len(o.Codes))
	for k, c := range o.Codes {
		codes[k] = string(c)
	}
	_, err := t.exec(ctx, "add outcome",
		"INSERT INTO outcomes (case_id, at, event, from_state, to_state, round, country, codes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		o.Case, micro(o.At), o.Event, o.From, o.To, o.Round, o.Country, strings.Join(codes, " "))
	return err
}

// Outcomes implements [kyc.Outcomes].
func (t *tx) Outcomes(ctx context.Context, from, to time.Time, limit int) ([]kyc.OutcomeRecord, error) {
	return many(ctx, t, "list outcomes", func(r row) (kyc.OutcomeRecord, error) {
		var o kyc.OutcomeRecord
		var when int64
		var codes string
		err := r.Scan(&o.Case, &when, &o.Event, &o.From, &o.To, &o.Round, &o.Country, &codes)
		o.At = at(when)
		for c := range strings.FieldsSeq(codes) {
			o.Codes = append(o.Codes, kyc.Code(c))
		}
		return o, err
	}, "SELECT case_id, at, event, from_state, to_state, round, country, codes FROM outcomes "+
		"WHERE case_id IN (SELECT case_id FROM outcomes WHERE at >= ? AND at < ?) ORDER BY seq LIMIT ?", micro(from), micro(to), max(0, limit))
}

// CasesByState implements [kyc.Outcomes].
func (t *tx) CasesByState(ctx context.Context) (map[kyc.State]int, error) {
	type count struct {
		state kyc.State
		n     int
	}
	all, err := many(ctx, t, "count cases", func(r row) (c count, err error) { return c, r.Scan(&c.state, &c.n) },
		"SELECT state, count(*) FROM cases GROUP BY state")
	out := map[kyc.State]int{}
	for _, c := range all {
		out[c.state] = c.n
	}
	return out, err
}

// caseOfRecord is the case of a record, as the index has it.
const caseOfRecord = "CASE WHEN json_valid(CAST(data AS TEXT)) THEN json_extract(CAST(data AS TEXT), '$.case') END"

// AuditOf implements [kyc.Desk].
func (t *tx) AuditOf(ctx context.Context, id kyc.CaseID, before int64, limit int) ([]kyc.AuditRecord, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	all, err := many(ctx, t, "read the audit log", scanAudit,
		"SELECT "+auditColumns+" FROM audit WHERE "+caseOfRecord+" = ? AND seq < ? ORDER BY seq DESC LIMIT ?", id, before, max(0, limit))
	slices.Reverse(all)
	return all, err
}

// AuditCount implements [kyc.Desk].
func (t *tx) AuditCount(ctx context.Context, id kyc.CaseID) (int, error) {
	return one("count the audit log", t.sql.QueryRowContext(ctx, "SELECT count(*) FROM audit WHERE "+caseOfRecord+" = ?", id),
		func(r row) (n int, err error) { return n, r.Scan(&n) })
}
