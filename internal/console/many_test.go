package console

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

// TestAQueueOfAHundredThousand: the first page, a later one and one by reason are
// read off an index, however many wait. How long they take is logged and not
// demanded: other things run besides.
func TestAQueueOfAHundredThousand(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a hundred thousand rows: run without -short")
	}
	l := newLab(t, nil, nil)
	b := l.worker("Bo", kyc.Senior)
	// As many rows as a store may hold, put there as SQL: through the store it would
	// take minutes and show the same.
	for _, q := range []string{
		`INSERT INTO applicants (id, sealed, created_at) VALUES ('apl_many', x'', 0)`,
		`WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 100000)
		 INSERT INTO cases (id, applicant, state, policy, version, created_at, updated_at, expires_at, sealed)
		 SELECT printf('case_%06d', k), 'apl_many', 'in_review', 'p@1', 1, k, k, k, x'' FROM n`,
		`INSERT INTO queue (case_id, kind, reason, since, due_at, assignee, escalated, locked_by, locked_until)
		 SELECT id, 'review', CASE seq % 3 WHEN 0 THEN 'case.help_requested' WHEN 1 THEN 'document.edited' ELSE 'case.forced' END,
		        created_at, (seq * 7919) % 100003 * 1000000, '', seq % 50 = 0, '', 0 FROM cases WHERE applicant = 'apl_many'`,
		`ANALYZE`,
	} {
		if _, err := l.db.DB().ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	first := into[Queue](b.get("queue").is(200))
	last := first.Cases[len(first.Cases)-1]
	counts := into[[]Count](b.get("queue/counts").is(200))
	if len(first.Cases) != pageSize || !first.More || len(counts) != 3 || counts[0].Waits+counts[1].Waits+counts[2].Waits != 100_000 {
		t.Fatalf("%d cases, counts %+v", len(first.Cases), counts)
	}
	if !slices.IsSortedFunc(first.Cases, func(a, b Waiting) int { return a.DueAt.Compare(b.DueAt) }) {
		t.Error("what is due first is not first")
	}
	next := "queue?after=" + string(last.Case) + "&due=" + last.DueAt.Format(time.RFC3339Nano)
	second := into[Queue](b.get(next).is(200))
	if second.Cases[0].DueAt.Before(last.DueAt) || second.Cases[0].Case == last.Case {
		t.Error("the second page does not follow the first")
	}
	for name, path := range map[string]string{"first page": "queue", "second page": next, "by reason": "queue?reason=document.edited", "handed up": "queue?only=escalated", "mine": "queue?only=mine"} {
		var took []time.Duration
		for range 11 {
			began := time.Now()
			b.get(path).is(200)
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("%s: median %s, slowest %s of 11, over HTTP, of 100,000", name, took[5].Round(time.Millisecond/10), took[10].Round(time.Millisecond/10))
	}
	for _, q := range []string{
		"SELECT case_id FROM queue WHERE 1 ORDER BY due_at, case_id LIMIT 51",
		"SELECT case_id FROM queue WHERE 1 AND (due_at, case_id) > (5, 'x') ORDER BY due_at, case_id LIMIT 51",
		"SELECT case_id FROM queue WHERE 1 AND reason = 'document.edited' ORDER BY due_at, case_id LIMIT 51",
	} {
		rows, err := l.db.DB().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var plan string
			if err := rows.Scan(&id, &parent, &unused, &plan); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "INDEX") {
				t.Errorf("%s: %s", q, plan)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		_ = rows.Close()
	}
}

// TestFiguresOfTooMuch: what is counted at once is bounded, and who asks for more is
// told to ask for less.
func TestFiguresOfTooMuch(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, func(c *Config) { c.MaxSteps = 10 })
	b := l.worker("Aud", kyc.Auditor)
	day := l.now().Add(-10 * 24 * time.Hour).Truncate(24 * time.Hour)
	l.pass(-time.Hour * 24 * 30) // these are of another month
	two := []kyc.CaseID{l.waiting("one"), l.waiting("two")}
	l.pass(time.Hour * 24 * 30)
	b.signIn().is(204)
	l.must(l.db.Write(t.Context(), func(tx kyc.Tx) error {
		for k := range 8 { // each has half of these steps, on a day of its own
			err := tx.AddOutcome(t.Context(), kyc.OutcomeRecord{Case: two[k%2], At: day.Add(time.Duration(k%2) * 24 * time.Hour), Event: "checked", From: kyc.Processing, To: kyc.InReview})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	if told := b.get("figures").refused(422, "too_many"); !strings.Contains(told, "shorter") {
		t.Errorf("told %q", told)
	}
	b.get("figures.csv").refused(422, "too_many")
	one := day.Format(time.DateOnly)
	b.get("figures?from=" + one + "&to=" + one).is(200)
}
