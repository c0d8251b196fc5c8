package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
	"bonafide/internal/sqlite/sqlitetest"
)

// TestAuditVerifyFindsWhatWasHarmed harms the record in the database file, past the
// triggers that guard it from our own mistakes, and runs the command.
func TestAuditVerifyFindsWhatWasHarmed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm string
		at   int64 // 0: it holds
	}{
		"untouched":           {"SELECT 1", 0},
		"a flipped byte":      {"UPDATE audit SET data = CAST(replace(CAST(data AS TEXT), 'opr_3', 'opr_2') AS BLOB) WHERE seq = 3", 3},
		"another time":        {"UPDATE audit SET at = at + 1 WHERE seq = 2", 2},
		"a removed record":    {"DELETE FROM audit WHERE seq = 4", 4},
		"two that swapped":    {"UPDATE audit SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4); UPDATE audit SET seq = -seq WHERE seq < 0", 3},
		"a cut-off end":       {"DELETE FROM audit WHERE seq > 4", 5}, // by the head that was kept
		"a record put before": {"UPDATE audit SET seq = seq - 1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			db := sqlitetest.Open(t, filepath.Join(data, databaseFile))
			var head audit.Head
			for k := int64(1); k <= 5; k++ {
				at := time.Date(2026, 11, 26, 6, 0, int(k), 0, time.UTC)
				err := db.Write(t.Context(), func(tx kyc.Tx) error {
					r, err := tx.AppendAudit(t.Context(), at, audit.Encode(kyc.Record{
						Case: "case_1", Event: "view_evidence", Actor: fmt.Sprint("opr_", k), Item: kyc.Face, From: kyc.InReview, To: kyc.InReview, At: at,
					}))
					head = audit.Head{Seq: r.Seq, Hash: r.Hash}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			sqlitetest.HarmAudit(t, db, c.harm)
			var out bytes.Buffer
			err := auditVerifyCmd{inData{data}, []string{head.String()}}.Run(t.Context(), &app{stdout: &out})
			broken, is := errors.AsType[*audit.BrokenError](err)
			switch {
			case c.at == 0 && (err != nil || !strings.Contains(out.String(), "5 records hold\nhead "+head.String())):
				t.Errorf("%v, %s", err, &out)
			case c.at != 0 && (!is || broken.Seq != c.at || broken.Reason == ""):
				t.Errorf("found is %v, want a break at %d", err, c.at)
			}
		})
	}
}
