package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

// JobKind is the kind of the jobs that the suite enqueues. They are never run:
// the queue given to the store must take them, and Queued must count them.
const JobKind = "check_case"

// Opened is an empty store with a queue.
type Opened struct {
	Store kyc.Store
	// Queued counts the jobs of a case that stand in the queue, committed.
	Queued func(t *testing.T, c kyc.CaseID) int
}

// Run runs the whole suite. Each of its tests gets an empty store of its own.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	t.Helper()
	for _, group := range []struct {
		name  string
		tests map[string]func(*testing.T, harness)
	}{
		{"applicants", applicantTests()},
		{"cases", caseTests()},
		{"access", accessTests()},
		{"fingerprints", fingerprintTests()},
		{"faces", faceTests()},
		{"contacts", contactTests()},
		{"recoveries", recoveryTests()},
		{"challenges", challengeTests()},
		{"operators", operatorTests()},
		{"desk", deskTests()},
		{"chain", chainTests()},
		{"transactions", transactionTests()},
	} {
		for name, f := range group.tests {
			t.Run(group.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				o := open(t)
				f(t, harness{t: t, Opened: o})
			})
		}
	}
}

// harness is a store with what the tests need around it.
type harness struct {
	t *testing.T
	Opened
}

// now is the suite's time, with more digits than a store keeps.
var now = time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.FixedZone("CET", 3600))

func kept(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func (h harness) ctx() context.Context { return h.t.Context() }

// write runs f in a write transaction that must succeed.
func (h harness) write(f func(kyc.Tx) error) {
	h.t.Helper()
	if err := h.Store.Write(h.ctx(), f); err != nil {
		h.t.Fatalf("write: %v", err)
	}
}

// read runs f in a read transaction that must succeed.
func (h harness) read(f func(kyc.Tx) error) {
	h.t.Helper()
	if err := h.Store.Read(h.ctx(), f); err != nil {
		h.t.Fatalf("read: %v", err)
	}
}

// refuse runs f in a write transaction and demands an error of a kind.
func (h harness) refuse(kind kyc.ErrorKind, f func(kyc.Tx) error) {
	h.t.Helper()
	if err := h.Store.Write(h.ctx(), f); kyc.KindOf(err) != kind {
		h.t.Errorf("got %v, want an error of kind %s", err, kind)
	}
}

func (h harness) equal(what string, got, want any) {
	h.t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		h.t.Errorf("%s\n got %.600s\nwant %.600s", what, g, w)
	}
}

func applicant(id string) kyc.ApplicantRecord {
	return kyc.ApplicantRecord{
		ID: kyc.ApplicantID(id), ExternalKey: []byte("key of " + id), Sealed: []byte("sealed " + id), CreatedAt: now,
	}
}

func caseOf(id, applicant string) kyc.CaseRecord {
	return kyc.CaseRecord{
		ID: kyc.CaseID(id), Applicant: kyc.ApplicantID(applicant), State: kyc.Open, Policy: "default@1",
		CreatedAt: now, UpdatedAt: now.Add(time.Second), ExpiresAt: now.Add(time.Hour), Sealed: []byte("sealed " + id),
	}
}

func submission(id, c, applicant string) kyc.SubmissionRecord {
	return kyc.SubmissionRecord{
		ID: kyc.SubmissionID(id), Case: kyc.CaseID(c), Applicant: kyc.ApplicantID(applicant), Item: kyc.DocumentFront,
		BlobKey: "blob of " + id, Bytes: 3 << 20, CreatedAt: now, Sealed: []byte("sealed " + id),
	}
}

// as returns the record as a store gives it back.
func asApplicant(a kyc.ApplicantRecord) kyc.ApplicantRecord {
	a.CreatedAt = kept(a.CreatedAt)
	return a
}

func asCase(c kyc.CaseRecord, version int64) kyc.CaseRecord {
	c.Version = version
	c.CreatedAt, c.UpdatedAt, c.ExpiresAt = kept(c.CreatedAt), kept(c.UpdatedAt), kept(c.ExpiresAt)
	return c
}

func asSubmission(s kyc.SubmissionRecord) kyc.SubmissionRecord {
	s.CreatedAt = kept(s.CreatedAt)
	return s
}

// setup creates an applicant "a" with a key, a case "c" and a submission "s".
func (h harness) setup() {
	h.t.Helper()
	h.write(func(tx kyc.Tx) error {
		ctx := h.ctx()
		return errors.Join(
			tx.CreateApplicant(ctx, applicant("a")), tx.PutDataKey(ctx, "a", []byte("wrapped a")),
			tx.CreateCase(ctx, caseOf("c", "a")), tx.AddSubmission(ctx, submission("s", "c", "a")))
	})
}
