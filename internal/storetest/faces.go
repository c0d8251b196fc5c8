package storetest

import (
	"errors"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func faceTests() map[string]func(*testing.T, harness) {
	of := func(applicant, c, sealed string) kyc.FaceRecord {
		return kyc.FaceRecord{Applicant: kyc.ApplicantID(applicant), Case: kyc.CaseID(c), Sealed: []byte(sealed), CreatedAt: now}
	}
	two := func(h harness) {
		h.setup()
		h.write(func(tx kyc.Tx) error {
			return errors.Join(tx.CreateApplicant(h.ctx(), applicant("b")), tx.CreateCase(h.ctx(), caseOf("d", "b")),
				tx.PutFace(h.ctx(), of("b", "d", "face of b")), tx.PutFace(h.ctx(), of("a", "c", "face of a")))
		})
	}
	listed := func(h harness, after string, limit int, want ...kyc.FaceRecord) {
		h.t.Helper()
		h.read(func(tx kyc.Tx) error {
			got, err := tx.FacesAfter(h.ctx(), kyc.ApplicantID(after), limit)
			for k := range want {
				want[k].CreatedAt = kept(want[k].CreatedAt)
			}
			h.equal("faces after "+after, got, want)
			return err
		})
	}
	return map[string]func(*testing.T, harness){
		"listed by applicant": func(_ *testing.T, h harness) {
			two(h)
			listed(h, "", 10, of("a", "c", "face of a"), of("b", "d", "face of b"))
			listed(h, "", 1, of("a", "c", "face of a"))
			listed(h, "a", 10, of("b", "d", "face of b"))
			listed(h, "b", 10)
		},
		"one each, the last one": func(_ *testing.T, h harness) {
			two(h)
			newer := of("a", "c", "newer")
			newer.CreatedAt = now.Add(time.Hour)
			h.write(func(tx kyc.Tx) error { return tx.PutFace(h.ctx(), newer) })
			listed(h, "", 10, newer, of("b", "d", "face of b"))
		},
		"nobody's": func(_ *testing.T, h harness) {
			h.setup()
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.PutFace(h.ctx(), of("x", "c", "")) })
			h.refuse(kyc.NotFound, func(tx kyc.Tx) error { return tx.PutFace(h.ctx(), of("a", "x", "")) })
		},
		"deleted": func(_ *testing.T, h harness) {
			two(h)
			h.write(func(tx kyc.Tx) error { return tx.DeleteFace(h.ctx(), "b") })
			h.write(func(tx kyc.Tx) error { return tx.DeleteFace(h.ctx(), "b") })
			listed(h, "", 10, of("a", "c", "face of a"))
		},
		"erased with the applicant": func(_ *testing.T, h harness) {
			two(h)
			h.write(func(tx kyc.Tx) error { return tx.DeleteDataKey(h.ctx(), "a") })
			listed(h, "", 10, of("b", "d", "face of b"))
		},
	}
}
