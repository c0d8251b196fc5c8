package console

import (
	"net/http"

	"bonafide/internal/kyc"
)

// sides are the other cases that a case is about, without their evidence: that is
// looked at as the evidence of any case is, and recorded there.
func (c *console) sides(w http.ResponseWriter, r *http.Request, p who) error {
	s, err := c.Service.Sides(r.Context(), kyc.CaseID(r.PathValue("case")), p.ID)
	if err != nil {
		return err
	}
	return answer(w, s)
}

func (c *console) closeReport(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		Founded *bool    `json:"founded"`
		Code    kyc.Code `json:"code"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if body.Founded == nil {
		return &kyc.Error{Kind: kyc.Invalid, Op: "close report", Detail: "Say whether somebody else did use the document."}
	}
	report, err := c.Service.CloseReport(r.Context(), kyc.CaseID(r.PathValue("case")), p.person(), *body.Founded, body.Code)
	if err != nil {
		return err
	}
	return answer(w, report)
}

// withdraw takes back the approval of the other side.
func (c *console) withdraw(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		Revoke  bool     `json:"revoke"` // for good; otherwise until a person has looked at it again
		Reasons []Reason `json:"reasons"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	why, err := findings(body.Reasons)
	if err != nil {
		return err
	}
	k, err := c.Service.Withdraw(r.Context(), kyc.CaseID(r.PathValue("case")), kyc.CaseID(r.PathValue("other")), p.person(), body.Revoke, why)
	if err != nil {
		return err
	}
	return answer(w, map[string]kyc.State{"state": k.State})
}
