package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
)

// queued is a case on the desk that is due after some minutes.
func queued(id string, reason kyc.Code, due int) kyc.QueueRecord {
	return kyc.QueueRecord{
		Case: kyc.CaseID(id), Kind: kyc.ForReview, Reason: reason, Since: kept(now), DueAt: kept(now.Add(time.Duration(due) * time.Minute)),
	}
}

func deskTests() map[string]func(*testing.T, harness) {
	return map[string]func(*testing.T, harness){
		"the queue": func(_ *testing.T, h harness) {
			h.setup()
			all := []kyc.QueueRecord{queued("c3", kyc.Forced, 1), queued("c1", kyc.HelpRequested, 2), queued("c2", kyc.Forced, 2), queued("c4", kyc.Forced, 9)}
			all[1].Escalated, all[1].Assignee = true, "opr_1"
			all[2].LockedBy, all[2].LockedUntil = "opr_2", kept(now.Add(time.Minute))
			all[3].Proposal = &kyc.Proposal{By: "opr_3", Verdict: kyc.Declined, Findings: []kyc.Finding{{Code: kyc.DocEdited, Item: kyc.DocumentFront}}, At: kept(now)}
			h.write(func(tx kyc.Tx) error {
				var errs []error
				for k, q := range all {
					errs = append(errs, tx.CreateCase(h.ctx(), caseOf(string(q.Case), "a")))
					q.Reason = kyc.OurFault // replaced below
					errs = append(errs, tx.PutQueue(h.ctx(), q), tx.PutQueue(h.ctx(), all[k]))
				}
				return errors.Join(errs...)
			})
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.PutQueue(h.ctx(), queued("nobody", kyc.Forced, 1)) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Queued(h.ctx(), "c"); return err })
			ids := func(f kyc.QueueFilter) (out []kyc.CaseID) {
				f.Limit = max(f.Limit, 2)
				h.read(func(tx kyc.Tx) error {
					page, err := tx.Queue(h.ctx(), f)
					for _, q := range page {
						out = append(out, q.Case)
					}
					return err
				})
				return out
			}
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Queue(h.ctx(), kyc.QueueFilter{Limit: 10})
				for k := range got {
					if p := got[k].Proposal; p != nil {
						h.equal("proposal", *p, *all[k].Proposal)
						got[k].Proposal, all[k].Proposal = nil, nil
					}
				}
				h.equal("all", got, all)
				return err
			})
			h.equal("first page", ids(kyc.QueueFilter{}), []kyc.CaseID{"c3", "c1"})
			h.equal("second page", ids(kyc.QueueFilter{AfterDue: all[1].DueAt, After: "c1"}), []kyc.CaseID{"c2", "c4"})
			h.equal("by reason", ids(kyc.QueueFilter{Reason: kyc.Forced, Limit: 3}), []kyc.CaseID{"c3", "c2", "c4"})
			h.equal("by assignee", ids(kyc.QueueFilter{Assignee: "opr_1"}), []kyc.CaseID{"c1"})
			h.equal("escalated", ids(kyc.QueueFilter{Escalated: true}), []kyc.CaseID{"c1"})
			h.equal("proposed", ids(kyc.QueueFilter{Proposed: true}), []kyc.CaseID{"c4"})
			h.read(func(tx kyc.Tx) error {
				got, err := tx.QueueCounts(h.ctx(), now.Add(90*time.Second))
				h.equal("counts", got, []kyc.QueueCount{{Reason: kyc.Forced, Waits: 3, Late: 1, Oldest: kept(now)}, {Reason: kyc.HelpRequested, Waits: 1, Oldest: kept(now)}})
				return err
			})
			h.write(func(tx kyc.Tx) error { return errors.Join(tx.DropQueue(h.ctx(), "c3"), tx.DropQueue(h.ctx(), "c3")) })
			h.equal("dropped", ids(kyc.QueueFilter{Limit: 9}), []kyc.CaseID{"c1", "c2", "c4"})
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			h.equal("erased", ids(kyc.QueueFilter{Limit: 9}), []kyc.CaseID(nil))
		},
		"notes go with their applicant": func(_ *testing.T, h harness) {
			h.setup()
			n := kyc.NoteRecord{ID: "n", Case: "c", Applicant: "a", By: "opr_1", CreatedAt: kept(now), Sealed: []byte("sealed")}
			h.write(func(tx kyc.Tx) error { return tx.AddNote(h.ctx(), n) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.AddNote(h.ctx(), n) })
			list := func() (out []kyc.NoteRecord) {
				h.read(func(tx kyc.Tx) error {
					var err error
					out, err = tx.NotesOf(h.ctx(), "c")
					return err
				})
				return out
			}
			h.equal("notes", list(), []kyc.NoteRecord{n})
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			h.equal("notes", len(list()), 0)
		},
		"outcomes come with their whole case": func(_ *testing.T, h harness) {
			h.setup()
			step := func(c string, hours int, event string) kyc.OutcomeRecord {
				return kyc.OutcomeRecord{
					Case: kyc.CaseID(c), At: kept(now.Add(time.Duration(hours) * time.Hour)), Event: event, From: kyc.Open, To: kyc.Processing,
					Round: hours, Country: "UTO", Codes: []kyc.Code{kyc.DocBlurry, kyc.DocDark},
				}
			}
			early, late, other := step("c", 0, "create"), step("c", 5, "checked"), step("d", 1, "create")
			h.write(func(tx kyc.Tx) error {
				return errors.Join(tx.CreateCase(h.ctx(), caseOf("d", "a")),
					tx.AddOutcome(h.ctx(), early), tx.AddOutcome(h.ctx(), other), tx.AddOutcome(h.ctx(), late))
			})
			between := func(from, to int) (out []kyc.OutcomeRecord) {
				h.read(func(tx kyc.Tx) error {
					var err error
					out, err = tx.Outcomes(h.ctx(), now.Add(time.Duration(from)*time.Hour), now.Add(time.Duration(to)*time.Hour), 3)
					return err
				})
				return out
			}
			h.equal("all", between(0, 9), []kyc.OutcomeRecord{early, other, late})
			h.equal("the late one", between(4, 8), []kyc.OutcomeRecord{early, late})
			h.equal("none", len(between(6, 9)), 0)
			h.read(func(tx kyc.Tx) error {
				out, err := tx.Outcomes(h.ctx(), now, now.Add(9*time.Hour), 2)
				h.equal("bounded", out, []kyc.OutcomeRecord{early, other})
				return err
			})
			h.read(func(tx kyc.Tx) error {
				got, err := tx.CasesByState(h.ctx())
				h.equal("by state", got, map[kyc.State]int{kyc.Open: 2})
				return err
			})
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			h.equal("country after erasing", fmt.Sprint(between(0, 9)[0].Country, between(0, 9)[1].Country), "")
		},
		"the audit log of one case": func(_ *testing.T, h harness) {
			h.write(func(tx kyc.Tx) error {
				for k, c := range []kyc.CaseID{"c1", "c2", "c1"} {
					if _, err := tx.AppendAudit(h.ctx(), now, audit.Encode(kyc.Record{Case: c, Event: fmt.Sprint("e", k), To: kyc.Open, Actor: "x", At: now})); err != nil {
						return err
					}
				}
				_, err := tx.AppendAudit(h.ctx(), now, []byte("no JSON: c1"))
				return err
			})
			h.read(func(tx kyc.Tx) error {
				for _, x := range []struct {
					before int64
					limit  int
					want   []int64
				}{{0, 9, []int64{1, 3}}, {0, 1, []int64{3}}, {3, 9, []int64{1}}, {1, 9, nil}, {0, 0, nil}} {
					got, err := tx.AuditOf(h.ctx(), "c1", x.before, x.limit)
					if err != nil {
						return err
					}
					var seqs []int64
					for _, r := range got {
						seqs = append(seqs, r.Seq)
					}
					h.equal(fmt.Sprintf("before %d, up to %d", x.before, x.limit), seqs, x.want)
				}
				n, err := tx.AuditCount(h.ctx(), "c1")
				h.equal("count", n, 2)
				return err
			})
		},
	}
}
