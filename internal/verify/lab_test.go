package verify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/blob"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
	"bonafide/internal/sqlite"
)

// lab is a service on a real store, real seals and real files, with a clock that
// is moved by hand and jobs that are kept instead of run.
type lab struct {
	*testing.T
	*Service
	db     *sqlite.DB
	blobs  *blob.Store
	folder string
	// account is whose cases are opened.
	account string

	mu  sync.Mutex
	at  time.Time
	ids int
}

func newLab(t *testing.T, pol policy.Policy, engine *Engine) *lab {
	t.Helper()
	l := &lab{T: t, folder: t.TempDir(), at: today, account: "account 1"}
	var err error
	l.db, err = sqlite.Open(t.Context(), sqlite.Config{
		Path: filepath.Join(l.folder, "bonafide.db"),
		Enqueue: func(ctx context.Context, tx *sql.Tx, j kyc.Job) error {
			var more any
			switch j.Kind {
			case kyc.SendNotice:
				b, err := json.Marshal(j.Notice)
				if err != nil {
					return err
				}
				more = string(b)
			case kyc.DeliverEvent:
				b, err := json.Marshal(j.Delivery)
				if err != nil {
					return err
				}
				more = string(b)
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO kept_jobs VALUES (?, ?, ?, ?)", j.Kind, j.Case, j.Round, more)
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.db.Close() })
	if _, err := l.db.DB().ExecContext(t.Context(), "CREATE TABLE kept_jobs (kind TEXT, id TEXT, round INT, more TEXT)"); err != nil {
		t.Fatal(err)
	}
	if l.blobs, err = blob.Open(filepath.Join(l.folder, "evidence")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.blobs.Close() })
	sealer, err := seal.Create(filepath.Join(l.folder, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	l.Service = NewService(Config{
		Store: l.db, Blobs: l.blobs, Sealer: sealer, Engine: engine, Policies: policy.Only(pol), Random: rand.Reader,
		Now: l.now, NewID: l.newID,
	}, 2)
	return l
}

func (l *lab) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = l.at.Add(d)
}

func (l *lab) newID(prefix string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids++
	return fmt.Sprintf("%s_%d", prefix, l.ids)
}

func (l *lab) ctx() context.Context { return l.Context() }

// open opens a case.
func (l *lab) open(items ...kyc.Item) kyc.Case {
	l.Helper()
	// No policy asks for less than a document, but what follows an item is the same
	// for all, and details are the quickest to send.
	saved := l.cfg.Policies
	if len(items) > 0 {
		fewer := l.Policy()
		fewer.Items = items
		l.cfg.Policies = policy.Only(fewer)
	}
	c, err := l.CreateCase(l.ctx(), NewCase{ExternalID: l.account, Locale: "en"})
	l.cfg.Policies = saved
	if err != nil {
		l.Fatal(err)
	}
	return c
}

// sendMeasured sends evidence that was measured by hand, past the engine: what
// follows the measuring is the service's own.
func (l *lab) sendMeasured(id kyc.CaseID, item kyc.Item, f stored) (Outcome, error) {
	l.Helper()
	sub := kyc.SubmissionID(l.newID("sub"))
	before, _, err := l.mayTake(l.ctx(), id, item, sub, l.now())
	if err != nil {
		return Outcome{}, err
	}
	content := []byte("a picture, " + string(sub))
	sum := sha256.Sum256(content)
	f.SHA256, f.Bytes = hex.EncodeToString(sum[:]), int64(len(content))
	return l.accept(l.ctx(), before, item, sub, content, f, l.now())
}

func (l *lab) front(id kyc.CaseID, s *Side) {
	l.Helper()
	if _, err := l.sendMeasured(id, kyc.DocumentFront, stored{Side: s}); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) selfie(id kyc.CaseID, p *Portrait) {
	l.Helper()
	if _, err := l.sendMeasured(id, kyc.Face, stored{Face: p}); err != nil {
		l.Fatal(err)
	}
}

func (l *lab) details(id kyc.CaseID, text string) Outcome {
	l.Helper()
	o, err := l.Submit(l.ctx(), id, kyc.Details, "", []byte(text))
	if err != nil {
		l.Fatal(err)
	}
	if !o.Accepted {
		l.Fatalf("the details were refused: %+v", o.Findings)
	}
	return o
}

// check runs the checks of a case's round and returns the case.
func (l *lab) check(id kyc.CaseID) kyc.Case {
	l.Helper()
	c := l.read(id)
	if err := l.RunChecks(l.ctx(), id, c.Round); err != nil {
		l.Fatal(err)
	}
	return l.read(id)
}

func (l *lab) read(id kyc.CaseID) kyc.Case {
	l.Helper()
	c, err := l.Case(l.ctx(), id)
	if err != nil {
		l.Fatal(err)
	}
	return c
}

func (l *lab) wants(c kyc.Case, s kyc.State, codes ...string) {
	l.Helper()
	got := told(c.Findings)
	if c.State != s || fmt.Sprint(got) != fmt.Sprint(codes) {
		l.Errorf("the case is %s with %v, want %s with %v", c.State, got, s, codes)
	}
}

func (l *lab) refused(err error, k kyc.ErrorKind) *kyc.Error {
	l.Helper()
	if kyc.KindOf(err) != k {
		l.Fatalf("got %v, want an error of kind %s", err, k)
	}
	return asError(err)
}

// jobs counts the checks that were asked for.
func (l *lab) jobs(id kyc.CaseID) int {
	l.Helper()
	var n int
	if err := l.db.DB().QueryRowContext(l.ctx(), "SELECT count(*) FROM kept_jobs WHERE more IS NULL AND id = ?", id).Scan(&n); err != nil {
		l.Fatal(err)
	}
	return n
}

// events verifies the audit chain and returns what it says of a case.
func (l *lab) events(id kyc.CaseID) []string {
	l.Helper()
	if _, err := audit.Verify(audit.Records(l.ctx(), l.db)); err != nil {
		l.Fatal(err)
	}
	var out []string
	for r, err := range audit.Records(l.ctx(), l.db) {
		if err != nil {
			l.Fatal(err)
		}
		d, err := audit.Decode(r.Data)
		if err != nil {
			l.Fatal(err)
		}
		if d.Case == id {
			out = append(out, d.Event)
		}
	}
	return out
}

// files counts what lies in the evidence folder.
func (l *lab) files() int {
	l.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(l.folder, "evidence"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return n
}
