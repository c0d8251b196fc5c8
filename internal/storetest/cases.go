package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func caseTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"created and loaded": func(_ *testing.T, h harness) {
			h.setup()
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Case(h.ctx(), "c")
				h.equal("case", got, asCase(caseOf("c", "a"), 1))
				return err
			})
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Case(h.ctx(), "x"); return err })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), caseOf("c", "a")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), caseOf("d", "nobody")) })
		},
		"saved over its version": func(_ *testing.T, h harness) {
			h.setup()
			c := caseOf("c", "a")
			c.Version, c.State, c.Policy, c.Sealed = 1, kyc.Processing, "default@2", []byte("new")
			c.UpdatedAt, c.ExpiresAt = now.Add(time.Minute), now.Add(2*time.Hour)
			h.write(func(tx kyc.Tx) error { return tx.SaveCase(h.ctx(), c) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Case(h.ctx(), "c")
				h.equal("saved", got, asCase(c, 2))
				return err
			})
			for _, stale := range []int64{0, 1, 3} {
				c.Version = stale
				h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.SaveCase(h.ctx(), c) })
			}
			c.ID = "x"
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.SaveCase(h.ctx(), c) })
		},
		"applicants whose cases are over": func(_ *testing.T, h harness) {
			old, young := now.Add(-2*time.Hour), now.Add(-time.Minute)
			of := func(id, applicant string, s kyc.State, at time.Time) {
				c := caseOf(id, applicant)
				c.State, c.UpdatedAt = s, at
				h.write(func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), c) })
			}
			for id, cases := range map[string][]kyc.State{
				"declined":         {kyc.Declined},
				"declined twice":   {kyc.Declined, kyc.Expired},
				"kept":             {kyc.Approved},
				"one kept":         {kyc.Declined, kyc.Approved},
				"one under way":    {kyc.Declined, kyc.InReview},
				"nothing left":     {kyc.Erased},
				"one erased":       {kyc.Erased, kyc.Declined},
				"without any case": nil,
			} {
				h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant(id)) })
				for k, s := range cases {
					of(fmt.Sprint(id, k), id, s, old)
				}
			}
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("one young")) })
			of("y1", "one young", kyc.Declined, old)
			of("y2", "one young", kyc.Declined, young)
			before := map[kyc.State]time.Time{kyc.Declined: now.Add(-time.Hour), kyc.Expired: now.Add(-time.Hour)}
			h.read(func(tx kyc.Tx) error {
				got, err := tx.ApplicantsOver(h.ctx(), before, 100)
				slices.Sort(got)
				h.equal("over", got, []kyc.ApplicantID{"declined", "declined twice", "one erased"})
				if err != nil {
					return err
				}
				got, err = tx.ApplicantsOver(h.ctx(), before, 2)
				h.equal("limited", len(got), 2)
				if err != nil {
					return err
				}
				got, err = tx.ApplicantsOver(h.ctx(), nil, 100)
				h.equal("where all are kept", len(got), 0)
				return err
			})
		},
		"listed by applicant, oldest first": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(tx kyc.Tx) error { return tx.CreateApplicant(h.ctx(), applicant("b")) })
			for _, id := range []string{"z", "m", "b"} { // of the same time: the order of creation counts
				h.write(func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), caseOf(id, "a")) })
			}
			h.write(func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), caseOf("other", "b")) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.CasesOf(h.ctx(), "a")
				h.equal("order", ids(got), []kyc.CaseID{"c", "z", "m", "b"})
				if err != nil {
					return err
				}
				h.equal("content", got[1], asCase(caseOf("z", "a"), 1))
				got, err = tx.CasesOf(h.ctx(), "nobody")
				h.equal("of nobody", len(got), 0)
				return err
			})
		},
		"due":   casesDue,
		"after": casesAfter,
		"submissions": func(_ *testing.T, h harness) {
			h.setup()
			for _, id := range []string{"z", "m"} {
				h.write(func(tx kyc.Tx) error { return tx.AddSubmission(h.ctx(), submission(id, "c", "a")) })
			}
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.AddSubmission(h.ctx(), submission("s", "c", "a")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.AddSubmission(h.ctx(), submission("y", "x", "a")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Submission(h.ctx(), "x"); return err })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.SealSubmission(h.ctx(), "x", nil) })
			h.write(func(tx kyc.Tx) error { return tx.SealSubmission(h.ctx(), "m", []byte("measured")) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.SubmissionsOf(h.ctx(), "c")
				if err != nil {
					return err
				}
				m := submission("m", "c", "a")
				m.Sealed = []byte("measured")
				h.equal("in order", got, []kyc.SubmissionRecord{
					asSubmission(submission("s", "c", "a")), asSubmission(submission("z", "c", "a")), asSubmission(m),
				})
				one, err := tx.Submission(h.ctx(), "m")
				h.equal("one", one, asSubmission(m))
				if err != nil {
					return err
				}
				none, err := tx.SubmissionsOf(h.ctx(), "x")
				h.equal("of no case", len(none), 0)
				return err
			})
		},
		"blobs in use": func(_ *testing.T, h harness) {
			h.setup()
			h.read(func(tx kyc.Tx) error {
				for key, want := range map[string]bool{"blob of s": true, "blob of x": false, "": false} {
					got, err := tx.HasBlob(h.ctx(), key)
					h.equal("blob "+key, got, want)
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
		"nothing and a lot, sealed": func(t *testing.T, h harness) {
			h.setup()
			for name, sealed := range map[string][]byte{
				"nil": nil, "zeros": make([]byte, 100), "large": bytes.Repeat([]byte{0, 255, 39}, 2<<20),
			} {
				h.write(func(tx kyc.Tx) error { return tx.SealSubmission(h.ctx(), "s", sealed) })
				h.read(func(tx kyc.Tx) error {
					got, err := tx.Submission(h.ctx(), "s")
					if !bytes.Equal(got.Sealed, sealed) {
						t.Errorf("%s: %d bytes came back as %d", name, len(sealed), len(got.Sealed))
					}
					return err
				})
			}
		},
	}
}

func casesAfter(_ *testing.T, h harness) {
	h.setup() // "c" is open
	for _, c := range []struct {
		id    string
		state kyc.State
	}{{"z", kyc.InReview}, {"b", kyc.Open}, {"y", kyc.InReview}, {"a", kyc.InReview}} {
		r := caseOf(c.id, "a")
		r.State = c.state // all expire, and were created, at the same time
		h.write(func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), r) })
	}
	every := kyc.States()
	h.read(func(tx kyc.Tx) error {
		for _, q := range []struct {
			name   string
			states []kyc.State
			after  kyc.CaseID
			limit  int
			want   []kyc.CaseID
		}{
			{"all, as created", every, "", 100, []kyc.CaseID{"c", "z", "b", "y", "a"}},
			{"the first page", every, "", 2, []kyc.CaseID{"c", "z"}},
			{"the second page", every, "z", 2, []kyc.CaseID{"b", "y"}},
			{"the last page", every, "y", 2, []kyc.CaseID{"a"}},
			{"behind the last", every, "a", 2, nil},
			{"one state", []kyc.State{kyc.InReview}, "", 2, []kyc.CaseID{"z", "y"}},
			{"behind a case of another state", []kyc.State{kyc.InReview}, "b", 2, []kyc.CaseID{"y", "a"}},
			{"no states", nil, "", 100, nil},
			{"limit zero", every, "", 0, nil},
		} {
			got, err := tx.CasesAfter(h.ctx(), q.states, q.after, q.limit)
			h.equal(q.name, ids(got), q.want)
			if err != nil {
				return err
			}
		}
		if _, err := tx.CasesAfter(h.ctx(), every, "nobody's", 1); kyc.KindOf(err) != kyc.NotFound {
			h.equal("behind a case that is not", kyc.KindOf(err), kyc.NotFound)
		}
		return nil
	})
}

func casesDue(_ *testing.T, h harness) {
	h.setup() // "c" is open and expires in an hour
	for _, c := range []struct {
		id      string
		state   kyc.State
		expires time.Duration
	}{
		{"late", kyc.Open, 3 * time.Minute},
		{"early", kyc.ActionRequired, time.Minute},
		{"middle", kyc.Open, 2 * time.Minute},
		{"middle too", kyc.Open, 2 * time.Minute},
		{"at the limit", kyc.Open, 10 * time.Minute},
		{"decided", kyc.Approved, time.Minute},
	} {
		r := caseOf(c.id, "a")
		r.State, r.ExpiresAt = c.state, now.Add(c.expires)
		h.write(func(tx kyc.Tx) error { return tx.CreateCase(h.ctx(), r) })
	}
	limit := now.Add(10 * time.Minute)
	h.read(func(tx kyc.Tx) error {
		for _, q := range []struct {
			name   string
			states []kyc.State
			before time.Time
			limit  int
			want   []kyc.CaseID
		}{
			{"earliest first, the limit itself not", []kyc.State{kyc.Open, kyc.ActionRequired}, limit, 100, []kyc.CaseID{"early", "middle", "middle too", "late"}},
			{"one state", []kyc.State{kyc.Open}, limit, 100, []kyc.CaseID{"middle", "middle too", "late"}},
			{"limited", []kyc.State{kyc.Open, kyc.ActionRequired}, limit, 2, []kyc.CaseID{"early", "middle"}},
			{"no states", nil, limit, 100, nil},
			{"limit zero", []kyc.State{kyc.Open}, limit, 0, nil},
			{"nothing due", []kyc.State{kyc.Open}, now, 100, nil},
		} {
			got, err := tx.CasesDue(h.ctx(), q.states, q.before, q.limit)
			h.equal(q.name, ids(got), q.want)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func ids(cs []kyc.CaseRecord) []kyc.CaseID {
	var out []kyc.CaseID
	for _, c := range cs {
		out = append(out, c.ID)
	}
	return out
}
