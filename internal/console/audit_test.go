package console

import (
	"fmt"
	"strings"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/sqlite/sqlitetest"
	"bonafide/internal/verify"
)

// TestTheAuditLogIsChecked harms the log in the database, past the triggers that
// guard it from our own mistakes.
func TestTheAuditLogIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm string
		at   int64 // 0: it holds
	}{
		"untouched":        {"SELECT 1", 0},
		"a flipped byte":   {"UPDATE audit SET data = CAST(replace(CAST(data AS TEXT), '\"actor\":\"integrator\"', '\"actor\":\"integratos\"') AS BLOB) WHERE CAST(data AS TEXT) LIKE '%\"create\"%'", 3},
		"a removed one":    {"DELETE FROM audit WHERE seq = 4", 4},
		"two that swapped": {"UPDATE audit SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4); UPDATE audit SET seq = -seq WHERE seq < 0", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, nil, nil)
			b := l.worker("Aud", kyc.Auditor) // invited and signed in: records 1 and 2
			l.waiting("account")
			sqlitetest.HarmAudit(t, l.db, c.harm)
			got := into[Chain](b.post("audit/verify", map[string]string{}).is(200))
			if got.Holds != (c.at == 0) || got.At != c.at || got.Holds == (got.Reason != "") {
				t.Errorf("got %+v, want a break at %d", got, c.at)
			}
		})
	}
}

// TestLooksAndActsAreRecorded: who, when and what, for each.
func TestLooksAndActsAreRecorded(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	b := l.worker("Bo", kyc.Senior)
	id := string(l.waiting("account"))
	b.get("cases/" + id).is(200)
	b.post("cases/"+id+"/take", map[string]string{}).is(200)
	b.post("cases/"+id+"/notes", map[string]string{"text": "a note"}).is(204)
	b.post("cases/"+id+"/assign", map[string]string{"to": string(b.id)}).is(200)
	b.post("cases/"+id+"/decide", map[string]any{"verdict": "maybe", "reasons": []any{}}).refused(422, "invalid")
	b.post("cases/"+id+"/decide", map[string]any{"verdict": "declined", "reasons": []any{map[string]string{"code": "no.such", "item": "face"}}}).refused(422, "invalid")
	p := into[Preview](b.post("cases/"+id+"/preview", map[string]any{
		"verdict": "action_required", "reasons": []any{map[string]string{"code": "details.name_mismatch", "item": "details", "field": "surname"}},
	}).is(200))
	if p.Language != "de" || len(p.Findings) != 1 || p.Findings[0].Fix == "" {
		t.Errorf("the applicant would read %+v", p)
	}
	b.post("cases/"+id+"/decide", map[string]any{
		"verdict": "action_required", "reasons": []any{map[string]string{"code": "details.name_mismatch", "item": "details", "field": "surname"}},
	}).is(200)
	f := into[File](b.get("cases/" + id).is(200))
	var by []string
	for _, r := range f.Audit {
		if r.Actor == string(b.id) && !r.At.IsZero() {
			by = append(by, r.Event)
		}
	}
	want := "view_case take note assign reviewed view_case"
	if got := strings.Join(by, " "); got != want {
		t.Errorf("recorded %q, want %q", got, want)
	}
	if f.Case.State != "action_required" {
		t.Errorf("the case is %s", f.Case.State)
	}
	b.post("cases/"+id+"/take", map[string]string{}).refused(409, "not_allowed")
}

// TestALongRecordIsReadInPages: the screen has the last records, and reads on from there.
func TestALongRecordIsReadInPages(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	b := l.worker("Aud", kyc.Auditor)
	id := l.waiting("account")
	before := len(into[File](b.get("cases/" + string(id)).is(200)).Audit)
	l.must(l.db.Write(t.Context(), func(tx kyc.Tx) error {
		for range 230 {
			if err := record(t.Context(), tx, kyc.Record{Case: id, Event: "view_case", Actor: "opr_x", At: l.now()}); err != nil {
				return err
			}
		}
		return nil
	}))
	f := into[File](b.get("cases/" + string(id)).is(200))
	if f.Records != before+231 || len(f.Audit) != 100 {
		t.Fatalf("%d records, of which the screen has %d", f.Records, len(f.Audit))
	}
	seen := len(f.Audit)
	for first := f.Audit[0].Seq; ; {
		page := into[[]verify.Logged](b.get(fmt.Sprintf("cases/%s/audit?before=%d", id, first)).is(200))
		if len(page) == 0 {
			break
		}
		if len(page) > 100 || page[len(page)-1].Seq >= first {
			t.Fatalf("a page of %d ends at %d, before %d", len(page), page[len(page)-1].Seq, first)
		}
		seen, first = seen+len(page), page[0].Seq
	}
	if seen != f.Records {
		t.Errorf("%d of %d records are seen", seen, f.Records)
	}
	for _, q := range []string{"", "?before=0", "?before=x"} {
		b.get("cases/"+string(id)+"/audit"+q).refused(400, "invalid")
	}
	b.get("cases/case_none/audit?before=9").refused(404, "not_found")
	// Of a blind second look nothing is told.
	l.must(l.db.Write(t.Context(), func(tx kyc.Tx) error {
		return tx.PutQueue(t.Context(), kyc.QueueRecord{Case: id, Kind: kyc.ForSample, Since: l.now(), DueAt: l.now()})
	}))
	b.get("cases/"+string(id)+"/audit?before=9").refused(404, "not_found")
}
