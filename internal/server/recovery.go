package server

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/verify"
)

// recoveryOperations registers what concerns a document or a face that is in use.
func (s *server) recoveryOperations(a huma.API, op describes, key, both []map[string][]string) {
	const path = "/v1/cases/{case}/recovery"
	huma.Register(a, op("put-contacts", http.MethodPut, "/v1/applicants/{applicant}/contacts", "Say how an applicant is reached", key, func(o *huma.Operation) {
		o.DefaultStatus = http.StatusNoContent
		o.Description = "Replaces what was there. Addresses are sealed under the applicant's own key and found again by a keyed fingerprint; no answer ever holds them."
	}), s.putContacts)
	huma.Register(a, op("get-recovery", http.MethodGet, path, "See what can be done about a document that is in use", both, nil), s.getRecovery)
	huma.Register(a, op("ask-code", http.MethodPost, path+"/codes", "Ask for a code to an address of the other account", both, func(o *huma.Operation) {
		o.DefaultStatus = http.StatusAccepted
		o.Description = "A code goes out only where the address is one of an account that holds the document or has such a face. The answer is the same where it is not, in its bytes and in its time."
		o.Errors = append(o.Errors, http.StatusTooManyRequests)
	}), s.askCode)
	huma.Register(a, op("try-code", http.MethodPost, path+"/proofs", "Try a code", both, func(o *huma.Operation) {
		o.Description = "When it is right, the answer has a link to a case of the other account that asks for a face. When that is `approved`, the recovery is `proved`, and a webhook `recovery.proved` tells you."
		o.Errors = append(o.Errors, http.StatusTooManyRequests)
	}), s.tryCode)
	huma.Register(a, op("report-theft", http.MethodPost, path+"/reports", "Say that it was somebody else", both, func(o *huma.Operation) {
		o.Description = "The owners of the other accounts are told, a person sees both sides (GET /v1/recoveries?status=reported), and a webhook `identity_theft.reported` tells you."
	}), s.reportTheft)
	huma.Register(a, op("list-recoveries", http.MethodGet, "/v1/recoveries", "List recoveries with both sides", key, nil), s.listRecoveries)
}

func (s *server) putContacts(ctx context.Context, in *struct {
	Applicant string `path:"applicant" maxLength:"64"`
	Body      api.Contacts
},
) (*struct{}, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	if err := s.actor(ctx).PutContacts(ctx, kyc.ApplicantID(in.Applicant), in.Body.Contacts); err != nil {
		return nil, s.explain("put contacts", err)
	}
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}

type recoveryOut struct{ Body api.Recovery }

// statusFor is how far a recovery is, as the caller may know it: what came of a report
// is told to the applicant by the decision of their case alone.
func statusFor(ctx context.Context, status kyc.RecoveryStatus) string {
	if status == kyc.RecoveryClosed && !callerOf(ctx).integrator() {
		status = kyc.RecoveryReported
	}
	return string(status)
}

// recovery puts a recovery into words. step is that of message.Recovery; "" is that
// of its status.
func (s *server) recovery(ctx context.Context, r verify.Recovery, wish Tongue, locale, step string) api.Recovery {
	out := api.Recovery{
		Status: statusFor(ctx, r.Status), Choices: []string{"human"}, CodesLeft: r.CodesLeft, TriesLeft: r.TriesLeft,
		NextCodeIn: seconds(r.NextCodeIn), CodeExpires: seconds(r.ExpiresIn),
	}
	if r.Status == kyc.RecoveryOpen {
		out.Choices = []string{"not_me", "human"}
		if s.Service.SendsNotices() {
			out.Choices = []string{"recover", "not_me", "human"}
		}
	} else if r.Status == kyc.RecoveryFace && s.Service.SendsNotices() { // back to the page for the face
		out.Choices = []string{"recover", "human"}
	}
	for _, k := range s.Ways {
		out.Ways = append(out.Ways, string(k))
	}
	if r.Status == kyc.RecoveryClosed {
		step = string(kyc.RecoveryReported)
	}
	if step == "" {
		step = string(r.Status)
		if r.Status == kyc.RecoveryOpen {
			step = "choose"
			if r.TriesLeft > 0 && r.ExpiresIn > 0 { // a code is on its way
				step = "sent"
			}
		}
	}
	w := s.present(ctx, wish, locale).Words.Recovery(step, message.Facts{Minutes: int(math.Ceil(r.ExpiresIn.Minutes()))})
	out.Title, out.Text, out.Fix = w.Title, w.Text, w.Fix
	if callerOf(ctx).integrator() {
		out.ID, out.Case, out.Proof, out.Account = string(r.ID), string(r.Case), string(r.Proof), ""
		if r.Status == kyc.RecoveryProved {
			out.Account = string(r.Account)
		}
		for _, a := range r.Accounts {
			out.Accounts = append(out.Accounts, string(a))
		}
		if !r.At.IsZero() {
			out.UpdatedAt = &r.At
		}
	}
	return out
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// answerRecovery shows a recovery or explains why not.
func (s *server) answerRecovery(ctx context.Context, op string, id kyc.CaseID, r verify.Recovery, wish Tongue, step string, err error) (*recoveryOut, error) {
	if err != nil {
		return nil, s.explain(op, err)
	}
	c, err := s.Service.Case(ctx, id)
	if err != nil {
		return nil, s.explain(op, err)
	}
	concerns(ctx, c.Applicant)
	return &recoveryOut{s.recovery(ctx, r, wish, c.Locale, step)}, nil
}

func (s *server) getRecovery(ctx context.Context, in *struct {
	CasePath
	Tongue
},
) (*recoveryOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	r, err := s.Service.Recovery(ctx, id)
	return s.answerRecovery(ctx, "read recovery", id, r, in.Tongue, "", err)
}

func (s *server) askCode(ctx context.Context, in *struct {
	CaseAction
	Body api.AskCode
},
) (*recoveryOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	r, err := s.actor(ctx).SendCode(ctx, id, in.Body.Contact)
	return s.answerRecovery(ctx, "ask code", id, r, in.Tongue, "sent", err)
}

func (s *server) tryCode(ctx context.Context, in *struct {
	CaseAction
	Body api.TryCode
},
) (*struct{ Body api.TriedCode }, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	r, right, err := s.actor(ctx).ProveCode(ctx, id, in.Body.Code)
	step := ""
	if !right {
		step = "wrong"
	}
	shown, err := s.answerRecovery(ctx, "try code", id, r, in.Tongue, step, err)
	if err != nil {
		return nil, err
	}
	out := api.TriedCode{Right: right, Recovery: shown.Body}
	if right {
		link, err := CreateLink(ctx, s.Store, s.Random, s.PublicURL, r.Proof, s.Now().Add(s.LinkTTL))
		if err != nil {
			return nil, s.explain("create link", err)
		}
		out.Link = &link
	}
	return &struct{ Body api.TriedCode }{out}, nil
}

func (s *server) reportTheft(ctx context.Context, in *CaseAction) (*recoveryOut, error) {
	id, err := s.reach(ctx, in.CasePath)
	if err != nil {
		return nil, err
	}
	r, err := s.actor(ctx).NotMe(ctx, id)
	return s.answerRecovery(ctx, "report theft", id, r, in.Tongue, "", err)
}

func (s *server) listRecoveries(ctx context.Context, in *struct {
	Tongue
	Status string `query:"status" enum:"open,face,proved,reported,closed" default:"reported"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"100"`
},
) (*struct{ Body api.RecoveryList }, error) {
	if err := s.onlyIntegrators(ctx); err != nil {
		return nil, err
	}
	all, err := s.Service.Recoveries(ctx, kyc.RecoveryStatus(in.Status), in.Limit)
	if err != nil {
		return nil, s.explain("list recoveries", err)
	}
	out := api.RecoveryList{Recoveries: []api.Recovery{}}
	for _, r := range all {
		out.Recoveries = append(out.Recoveries, s.recovery(ctx, r, in.Tongue, "", ""))
	}
	return &struct{ Body api.RecoveryList }{out}, nil
}
