package storetest

import (
	"errors"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func challenge(id, c string) kyc.ChallengeRecord {
	return kyc.ChallengeRecord{
		ID: kyc.ChallengeID(id), Case: kyc.CaseID(c), Applicant: "a", Status: kyc.ChallengeDrawn,
		CreatedAt: now, DueAt: now.Add(time.Minute), Sealed: []byte("sealed " + id),
	}
}

func asChallenge(c kyc.ChallengeRecord, version int64) kyc.ChallengeRecord {
	c.Version = version
	c.CreatedAt = kept(c.CreatedAt)
	if !c.DueAt.IsZero() {
		c.DueAt = kept(c.DueAt)
	}
	return c
}

func frame(challenge string, ms int64) kyc.FrameRecord {
	return kyc.FrameRecord{
		Challenge: kyc.ChallengeID(challenge), AtMS: ms, BlobKey: "frame of " + challenge, Bytes: 30 << 10,
		Print: [32]byte{9, byte(ms >> 8), byte(ms)}, CreatedAt: now,
	}
}

func challengeTests() map[string]func(*testing.T, harness) {
	// begin stores a challenge "q" of the case "c".
	begin := func(h harness) {
		h.setup()
		h.write(func(tx kyc.Tx) error { return tx.CreateChallenge(h.ctx(), challenge("q", "c")) })
	}
	times := func(h harness, want ...int64) {
		h.t.Helper()
		h.read(func(tx kyc.Tx) error {
			fs, err := tx.FramesOf(h.ctx(), "q")
			got := make([]int64, 0, len(fs))
			for _, f := range fs {
				got = append(got, f.AtMS)
			}
			if len(got)+len(want) > 0 {
				h.equal("frames", got, want)
			}
			return err
		})
	}
	return map[string]func(*testing.T, harness){
		"kept as they were drawn": func(_ *testing.T, h harness) {
			begin(h)
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.CreateChallenge(h.ctx(), challenge("q", "c")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.CreateChallenge(h.ctx(), challenge("r", "no case")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { _, err := tx.Challenge(h.ctx(), "r"); return err })
			never := challenge("r", "c")
			never.DueAt = time.Time{}
			h.write(func(tx kyc.Tx) error { return tx.CreateChallenge(h.ctx(), never) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.ChallengesOf(h.ctx(), "c")
				h.equal("challenges", got, []kyc.ChallengeRecord{asChallenge(challenge("q", "c"), 1), asChallenge(never, 1)})
				return err
			})
		},
		"saved over the version that was read": func(_ *testing.T, h harness) {
			begin(h)
			next := challenge("q", "c")
			next.Version, next.Status, next.DueAt, next.Sealed = 1, kyc.ChallengeUsed, time.Time{}, []byte("sealed anew")
			h.write(func(tx kyc.Tx) error { return tx.SaveChallenge(h.ctx(), next) })
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.SaveChallenge(h.ctx(), next) })
			gone := next
			gone.ID = "nobody's"
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.SaveChallenge(h.ctx(), gone) })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Challenge(h.ctx(), "q")
				h.equal("challenge", got, asChallenge(next, 2))
				return err
			})
		},
		"due, the earliest first": func(_ *testing.T, h harness) {
			begin(h)
			sooner, never := challenge("sooner", "c"), challenge("never", "c")
			sooner.DueAt, never.DueAt = now.Add(time.Second), time.Time{}
			h.write(func(tx kyc.Tx) error {
				return errors.Join(tx.CreateChallenge(h.ctx(), sooner), tx.CreateChallenge(h.ctx(), never))
			})
			for _, tc := range []struct {
				after time.Duration
				limit int
				want  []kyc.ChallengeRecord
			}{
				{time.Second, 9, nil},
				{2 * time.Second, 9, []kyc.ChallengeRecord{asChallenge(sooner, 1)}},
				{time.Hour, 1, []kyc.ChallengeRecord{asChallenge(sooner, 1)}},
				{time.Hour, 9, []kyc.ChallengeRecord{asChallenge(sooner, 1), asChallenge(challenge("q", "c"), 1)}},
			} {
				h.read(func(tx kyc.Tx) error {
					got, err := tx.ChallengesDue(h.ctx(), now.Add(tc.after), tc.limit)
					h.equal("due", got, tc.want)
					return err
				})
			}
		},
		"frames in any order, each once": func(_ *testing.T, h harness) {
			begin(h)
			for _, ms := range []int64{300, 100, 200} {
				h.write(func(tx kyc.Tx) error { return tx.AddFrame(h.ctx(), frame("q", ms)) })
			}
			h.refuse(kyc.Conflict, func(tx kyc.Tx) error { return tx.AddFrame(h.ctx(), frame("q", 200)) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.AddFrame(h.ctx(), frame("no challenge", 200)) })
			times(h, 100, 200, 300)
			h.read(func(tx kyc.Tx) error {
				fs, err := tx.FramesOf(h.ctx(), "q")
				want := frame("q", 100)
				want.CreatedAt = kept(want.CreatedAt)
				h.equal("frame", fs[0], want)
				return err
			})
			h.write(func(tx kyc.Tx) error { return tx.ForgetFrames(h.ctx(), "q", []int64{200, 999}) })
			h.read(func(tx kyc.Tx) error {
				fs, err := tx.FramesOf(h.ctx(), "q")
				var left []int64
				for _, f := range fs {
					if f.BlobKey != "" {
						left = append(left, f.AtMS)
					}
				}
				h.equal("pictures", left, []int64{200})
				return err
			})
			times(h, 100, 200, 300)
			h.write(func(tx kyc.Tx) error { return tx.DeleteFrames(h.ctx(), "q") })
			times(h)
		},
		"a picture is known again": func(_ *testing.T, h harness) {
			begin(h)
			h.write(func(tx kyc.Tx) error {
				return errors.Join(tx.CreateChallenge(h.ctx(), challenge("r", "c")), tx.AddFrame(h.ctx(), frame("q", 100)))
			})
			h.read(func(tx kyc.Tx) error {
				own, err := tx.FrameSeen(h.ctx(), frame("q", 100).Print, "q")
				other, err2 := tx.FrameSeen(h.ctx(), frame("q", 100).Print, "r")
				fresh, err3 := tx.FrameSeen(h.ctx(), frame("q", 101).Print, "r")
				h.equal("seen", []bool{own, other, fresh}, []bool{false, true, false})
				return errors.Join(err, err2, err3)
			})
		},
		"blobs of frames are referred to": func(_ *testing.T, h harness) {
			begin(h)
			h.write(func(tx kyc.Tx) error { return tx.AddFrame(h.ctx(), frame("q", 100)) })
			h.read(func(tx kyc.Tx) error {
				has, err := tx.HasBlob(h.ctx(), "frame of q")
				h.equal("has", has, true)
				return err
			})
			h.write(func(tx kyc.Tx) error { return tx.ForgetFrames(h.ctx(), "q", nil) })
			h.read(func(tx kyc.Tx) error {
				seen, err := tx.FrameSeen(h.ctx(), frame("q", 100).Print, "r")
				h.equal("seen although forgotten", seen, true)
				return err
			})
			h.read(func(tx kyc.Tx) error {
				has, err := tx.HasBlob(h.ctx(), "frame of q")
				h.equal("has", has, false)
				return err
			})
		},
		"a submission is forgotten": func(_ *testing.T, h harness) {
			h.setup()
			h.write(func(tx kyc.Tx) error { return tx.ForgetSubmission(h.ctx(), "s") })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.ForgetSubmission(h.ctx(), "none") })
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Submission(h.ctx(), "s")
				want := asSubmission(submission("s", "c", "a"))
				want.Sealed, want.BlobKey = []byte{}, ""
				h.equal("submission", got, want)
				has, err2 := tx.HasBlob(h.ctx(), "blob of s")
				h.equal("its blob", has, false)
				return errors.Join(err, err2)
			})
		},
		"erased with the applicant": func(_ *testing.T, h harness) {
			begin(h)
			h.write(func(tx kyc.Tx) error { return tx.AddFrame(h.ctx(), frame("q", 100)) })
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			times(h)
			h.read(func(tx kyc.Tx) error {
				got, err := tx.Challenge(h.ctx(), "q")
				want := asChallenge(challenge("q", "c"), 1)
				want.Status, want.DueAt, want.Sealed = kyc.ChallengeOver, time.Time{}, []byte{}
				h.equal("challenge", got, want)
				return err
			})
		},
	}
}
