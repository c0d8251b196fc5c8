package jobs_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"bonafide/internal/jobs"
	"bonafide/internal/kyc"
)

func TestWhatLeavesTheHouse(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var notices []kyc.Notice
	var told []kyc.Delivery
	l := start(t, &checker{}, func(c *jobs.Config) {
		c.Notices = func(_ context.Context, n kyc.Notice) error {
			mu.Lock()
			defer mu.Unlock()
			notices = append(notices, n)
			if len(notices) < 3 {
				return errors.New("550 anna@example.org is unknown here")
			}
			return nil
		}
		c.Deliveries = func(_ context.Context, d kyc.Delivery) error {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, d)
			return nil
		}
	})
	n := kyc.Notice{ID: "ntc_1", Kind: kyc.NoticeCode, To: "apl_1", Case: "case_1", Recovery: "rec_1", Code: 2}
	d := kyc.Delivery{ID: "evt_1", Type: kyc.DeliverCase, Case: "case_1", Applicant: "apl_1", State: kyc.Approved}
	l.enqueue(t, kyc.Job{Kind: kyc.SendNotice, Notice: n}, kyc.Job{Kind: kyc.DeliverEvent, Delivery: d})
	eventually(t, "the notice is tried three times, the event once", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(notices) == 3 && len(told) == 1
	})
	mu.Lock()
	defer mu.Unlock()
	if notices[2] != n || told[0] != d {
		t.Errorf("%+v, %+v", notices[2], told[0])
	}
	// What a mail server says may quote an address, and the database is no place for it.
	var held int
	err := l.db.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE coalesce(errors, '') || args LIKE '%anna%'").Scan(&held)
	if err != nil || held != 0 {
		t.Errorf("%d jobs hold the address, %v", held, err)
	}
	if !strings.Contains(l.log.String(), "notice=ntc_1") {
		t.Error("the log does not say what failed")
	}
}

func TestWithoutASenderNothingIsTried(t *testing.T) {
	t.Parallel()
	l := start(t, &checker{}, nil)
	l.enqueue(t, kyc.Job{Kind: kyc.SendNotice, Notice: kyc.Notice{ID: "ntc_1"}}, kyc.Job{Kind: kyc.DeliverEvent, Delivery: kyc.Delivery{ID: "evt_1"}})
	eventually(t, "both are done", func() bool {
		var n int
		err := l.db.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE state = 'completed' AND kind IN ('send_notice', 'deliver_event')").Scan(&n)
		return err == nil && n == 2
	})
	for name, j := range map[string]kyc.Job{"no id": {Kind: kyc.SendNotice}, "no event": {Kind: kyc.DeliverEvent}, "no kind": {}} {
		if err := l.db.Write(t.Context(), func(tx kyc.Tx) error { return tx.Enqueue(t.Context(), j) }); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
