package verify

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
)

// stored lists every fingerprint of people that stands in the database.
func (l *lab) stored() []string {
	l.Helper()
	rows, err := l.db.DB().QueryContext(l.ctx(), "SELECT 'account ' || hex(external_key) FROM applicants WHERE external_key IS NOT NULL "+
		"UNION ALL SELECT 'document ' || hex(value) FROM fingerprints UNION ALL SELECT 'contact ' || hex(value) FROM contacts")
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			l.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		l.Fatal(err)
	}
	return out
}

// rotate rotates the keys and starts again, as the operator does.
func (l *lab) rotate() {
	l.Helper()
	path := filepath.Join(l.folder, "keys.json")
	if err := seal.Rotate(path); err != nil {
		l.Fatal(err)
	}
	s, err := seal.Load(path)
	if err != nil {
		l.Fatal(err)
	}
	l.cfg.Sealer = s
	l.Service = NewService(l.cfg, 2)
}

func TestKeysAreRotatedWhileServing(t *testing.T) {
	t.Parallel()
	l, old, id := forgotten(t, func(p *policy.Policy) { p.Uniqueness.Recovery.Pause, p.Uniqueness.Recovery.Codes = time.Second, 9 })
	others := 20
	for n := range others {
		number := fmt.Sprintf("A%08d", n)
		l.wants(l.check(l.with(fmt.Sprint("other ", n), number, 0.1)), kyc.Approved)
	}
	before := l.stored()
	if len(before) < 2*others {
		t.Fatalf("%d fingerprints are stored", len(before))
	}
	l.rotate()

	// Everybody is known before anything was made anew, and while it is.
	known := func(when string) {
		t.Helper()
		l.account = "account 1"
		if c := l.open(); c.Applicant != old {
			t.Errorf("%s: an account is not known again", when)
		}
		l.wants(l.check(l.of("account of "+when, rightDetails, 0.1)), kyc.InReview, "uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness")
		if _, code := l.asks(id, "anna@example.org"); code == "" {
			t.Errorf("%s: an address is not known again", when)
		}
		l.pass(time.Minute)
	}
	known("before")
	var wg sync.WaitGroup
	wg.Go(func() {
		if n, err := l.Refingerprint(t.Context()); err != nil || n < others {
			t.Errorf("%d applicants were made anew, %v", n, err)
		}
	})
	l.wants(l.check(l.with("account meanwhile", "B00000001", 0.1)), kyc.Approved)
	wg.Wait()
	known("after")
	if _, err := l.Refingerprint(t.Context()); err != nil { // of what came meanwhile
		t.Fatal(err)
	}
	after := l.stored()
	for _, x := range before {
		if slices.Contains(after, x) {
			t.Errorf("%.30s… is still under the old key", x)
		}
	}
	if l.rotating.Load() {
		t.Error("something is left under an old key")
	}
	if n, err := l.Refingerprint(t.Context()); n != 0 || err != nil {
		t.Errorf("a second time it changes %d, %v", n, err)
	}
	l.wants(l.check(l.of("account at last", rightDetails, 0.1)), kyc.InReview, "uniqueness.document_in_use@uniqueness", "uniqueness.document_elsewhere@uniqueness")
}

// TestTheDatabaseAloneMatchesNothing: whoever has it and a list of numbers, but not
// the keys, finds nobody.
func TestTheDatabaseAloneMatchesNothing(t *testing.T) {
	t.Parallel()
	l, _, _ := forgotten(t, func(*policy.Policy) {})
	strangers, err := seal.Create(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := l.Service, NewService(Config{Sealer: strangers}, 1)
	e := Evidence{Front: goodSide()}
	count := func(s *Service) int {
		t.Helper()
		values, err := s.claims(e, true)
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.contactValues(kyc.Email, "anna@example.org")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, x := range append(values, v...) {
			for _, kept := range l.stored() {
				if strings.HasSuffix(kept, strings.ToUpper(hex.EncodeToString(x[:]))) {
					n++
				}
			}
		}
		return n
	}
	if n := count(mine); n != 2 {
		t.Errorf("with the keys %d are found, want the document and the address", n)
	}
	if n := count(theirs); n != 0 {
		t.Errorf("without the keys %d are found", n)
	}
}
