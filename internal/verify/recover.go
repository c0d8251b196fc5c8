package verify

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"bonafide/internal/kyc"
)

// Recovery is what the applicant of a case may know of it: how it stands, never
// whether an address that they typed is anybody's.
type Recovery struct {
	ID     kyc.RecoveryID
	Case   kyc.CaseID
	Status kyc.RecoveryStatus
	// CodesLeft is how many codes can still be asked for, and NextCodeIn how long to
	// wait for the next. TriesLeft and ExpiresIn are of the last code.
	CodesLeft, TriesLeft  int
	NextCodeIn, ExpiresIn time.Duration
	// Proof is the case in which the face is compared, once a code was right.
	Proof kyc.CaseID
	// Accounts are the other accounts that it is about, and Account the one that was
	// proved: for the operator alone.
	Accounts []kyc.ApplicantID
	Account  kyc.ApplicantID
	At       time.Time
}

// recovery is what is sealed of one.
type recovery struct {
	Accounts []kyc.ApplicantID `json:"accounts"`
	Owners   []kyc.ApplicantID `json:"owners,omitempty"` // of these, who hold the document
	Codes    []sentCode        `json:"codes,omitempty"`
	Account  kyc.ApplicantID   `json:"account,omitempty"` // whose code was right
	Closed   *Closing          `json:"closed,omitempty"`  // of a report
}

// sentCode is a code that was asked for. One without To was never sent, and is
// never right.
type sentCode struct {
	Code    string          `json:"code"`
	To      kyc.ApplicantID `json:"to,omitempty"`
	Value   []byte          `json:"value"` // of the address that was typed
	Tries   int             `json:"tries,omitempty"`
	At      time.Time       `json:"at"`
	Expires time.Time       `json:"expires"`
}

// mayRecover reports whether an applicant was told that their document or face is
// in use, and nobody has decided yet.
func mayRecover(c kyc.Case) error {
	told := slices.ContainsFunc(kyc.Told(c.Findings), func(f kyc.Finding) bool { return f.Code == kyc.DocumentInUse || f.Code == kyc.FaceInUse })
	if c.State != kyc.InReview || !told {
		return &kyc.Error{Kind: kyc.NotAllowed, Op: "recover", State: c.State}
	}
	return nil
}

// MayRecover reports whether the way back to an account is open to the applicant of
// a case.
func MayRecover(c kyc.Case) bool { return mayRecover(c) == nil }

// Recovery returns how the recovery of a case stands; NotAllowed where there is
// nothing to recover.
func (s *Service) Recovery(ctx context.Context, id kyc.CaseID) (Recovery, error) {
	var out Recovery
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		r, x, err := s.openRecovery(ctx, tx, id)
		if kyc.KindOf(err) == kyc.NotFound {
			var c kyc.Case
			k, err := tx.Case(ctx, id)
			if err == nil {
				c, err = s.open(ctx, tx, k)
			}
			if err == nil {
				err = mayRecover(c)
			}
			if err != nil {
				return err
			}
			r = kyc.RecoveryRecord{Case: id, Status: kyc.RecoveryOpen}
		} else if err != nil {
			return err
		}
		out = s.seen(r, x)
		return nil
	})
	return out, wrap("read recovery of case", id, err)
}

// seen is a recovery as it may be told.
func (s *Service) seen(r kyc.RecoveryRecord, x recovery) Recovery {
	rules, now := s.Policy().Uniqueness.Recovery, s.cfg.Now()
	out := Recovery{
		ID: r.ID, Case: r.Case, Status: r.Status, CodesLeft: max(0, rules.Codes-len(x.Codes)), Proof: r.Proof,
		Accounts: x.Accounts, Account: x.Account, At: r.UpdatedAt,
	}
	if len(x.Codes) > 0 {
		last := x.Codes[len(x.Codes)-1]
		out.TriesLeft = max(0, rules.Tries-last.Tries)
		out.NextCodeIn = max(0, last.At.Add(rules.Pause).Sub(now))
		out.ExpiresIn = max(0, last.Expires.Sub(now))
	}
	return out
}

// openRecovery opens the recovery of a case.
func (s *Service) openRecovery(ctx context.Context, tx kyc.Tx, id kyc.CaseID) (kyc.RecoveryRecord, recovery, error) {
	var x recovery
	r, err := tx.RecoveryOf(ctx, id)
	if err == nil && len(r.Sealed) > 0 {
		err = s.openJSON(ctx, tx, r.Applicant, about("recovery", string(r.ID)), r.Sealed, &x)
	}
	return r, x, err
}

// step is one step of a recovery.
type step struct {
	event string
	// may says whether the step is possible now; of a recovery that has not begun, too.
	// It depends on nothing that was typed.
	may    func(r kyc.RecoveryRecord, x recovery) error
	change func(tx kyc.Tx, c kyc.Case, r *kyc.RecoveryRecord, x *recovery) error
}

// changeRecovery changes the recovery of a case, and begins it when there is none.
func (s *Service) changeRecovery(ctx context.Context, id kyc.CaseID, do step) (Recovery, error) {
	// Limits come first: the search for the accounts costs more than any of them lets
	// through. They are looked at again in the transaction.
	var c kyc.Case
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		k, err := tx.Case(ctx, id)
		if err == nil {
			c, err = s.open(ctx, tx, k)
		}
		if err == nil {
			err = mayRecover(c)
		}
		if err != nil {
			return err
		}
		r, x, err := s.openRecovery(ctx, tx, id)
		if kyc.KindOf(err) == kyc.NotFound {
			r.Status, err = kyc.RecoveryOpen, nil
		}
		if err != nil {
			return err
		}
		return do.may(r, x)
	})
	if err != nil {
		return Recovery{}, wrap("recover in case", id, err)
	}
	// Which accounts it is about is found before the transaction, since that looks
	// at evidence.
	accounts, owners, err := s.accountsLike(ctx, c)
	if err != nil {
		return Recovery{}, wrap("recover in case", id, err)
	}
	var out Recovery
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		k, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if c, err = s.open(ctx, tx, k); err != nil {
			return err
		}
		if err := mayRecover(c); err != nil {
			return err
		}
		now := s.cfg.Now()
		r, x, err := s.openRecovery(ctx, tx, id)
		fresh := kyc.KindOf(err) == kyc.NotFound
		if fresh {
			r = kyc.RecoveryRecord{ID: kyc.RecoveryID(s.cfg.NewID("rec")), Case: id, Applicant: c.Applicant, Status: kyc.RecoveryOpen, CreatedAt: now}
		} else if err != nil {
			return err
		}
		if err := do.may(r, x); err != nil {
			return err
		}
		x.Accounts, x.Owners, r.UpdatedAt = accounts, owners, now
		if err := do.change(tx, c, &r, &x); err != nil {
			return err
		}
		if r.Sealed, err = s.sealJSON(ctx, tx, r.Applicant, about("recovery", string(r.ID)), x); err != nil {
			return err
		}
		if fresh {
			err = tx.CreateRecovery(ctx, r)
		} else {
			err = tx.SaveRecovery(ctx, r)
		}
		if err != nil {
			return err
		}
		if err := s.reported(ctx, tx, c, k.Version, r); err != nil {
			return err
		}
		out = s.seen(r, x)
		return s.log(ctx, tx, kyc.Record{Case: id, Event: do.event, From: c.State, To: c.State, Actor: actorOr(s.actor, "applicant"), Note: string(r.ID), At: now})
	})
	return out, wrap("recover in case", id, err)
}

func actorOr(by, other string) string {
	if by == "" {
		return other
	}
	return by
}

// accountsLike are the other applicants who hold the document of a case or have a
// face like its own, and of these the ones who hold the document. Whose verification
// was revoked is neither.
func (s *Service) accountsLike(ctx context.Context, c kyc.Case) (all, owners []kyc.ApplicantID, err error) {
	e, err := s.evidence(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	err = s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		holders, err := s.holders(ctx, tx, e)
		if err != nil {
			return err
		}
		for _, h := range holders {
			if h.Applicant == c.Applicant || slices.Contains(owners, h.Applicant) {
				continue
			}
			r, err := tx.Case(ctx, h.Case)
			if err != nil {
				return err
			}
			if r.State == kyc.Approved {
				owners = append(owners, h.Applicant)
			}
		}
		return nil
	})
	all = slices.Clone(owners)
	for _, x := range s.alike(s.Policy(), c, e) {
		if x.Applicant != c.Applicant && !slices.Contains(all, x.Applicant) {
			all = append(all, x.Applicant)
		}
	}
	return all, owners, err
}

// SendCode sends a code to an address, if it is one of an account that the case is
// about. What it answers, and what it does in the store, is the same where it is
// not: a code is drawn and kept that nobody gets and that is never right.
func (s *Service) SendCode(ctx context.Context, id kyc.CaseID, typed string) (Recovery, error) {
	if !s.cfg.Notices {
		return Recovery{}, &kyc.Error{Kind: kyc.Conflict, Op: "recover", Detail: "this server sends no messages: ask for a human"}
	}
	kind, plain, err := contact(typed)
	if err != nil {
		return Recovery{}, wrap("recover in case", id, err)
	}
	values, err := s.contactValues(kind, plain)
	if err != nil {
		return Recovery{}, err
	}
	value := values[0]
	var nobodys [32]byte
	if _, err := io.ReadFull(s.cfg.Random, nobodys[:]); err != nil {
		return Recovery{}, fmt.Errorf("draw a code: %w", err)
	}
	code, err := s.drawCode()
	if err != nil {
		return Recovery{}, err
	}
	return s.changeRecovery(ctx, id, step{"recovery_code_asked", s.mayAsk, func(tx kyc.Tx, _ kyc.Case, r *kyc.RecoveryRecord, x *recovery) error {
		rules, now := s.Policy().Uniqueness.Recovery, s.cfg.Now()
		var holders []kyc.ApplicantID
		for _, v := range values {
			some, err := tx.ContactHolders(ctx, kind, v)
			if err != nil {
				return err
			}
			holders = append(holders, some...)
		}
		c := sentCode{Code: code, Value: value[:], At: now, Expires: now.Add(rules.CodeExpiresAfter)}
		for _, a := range holders {
			if slices.Contains(x.Accounts, a) {
				c.To = a
			}
		}
		// Counted are the codes that go out: nobody uses up those of an address by
		// asking from a case that is not about its account. What is not counted is kept
		// all the same, under a value that is nobody's.
		counted := nobodys
		if c.To != "" {
			counted = value
		}
		// Of an address that gets too many, whoever asks learns nothing either.
		asked, err := tx.NoteCode(ctx, counted, now, now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		if asked > rules.PerAddress {
			c.To = ""
		}
		x.Codes = append(x.Codes, c)
		return s.notice(ctx, tx, kyc.Notice{Kind: kyc.NoticeCode, To: c.To, Case: r.Case, Recovery: r.ID, Code: len(x.Codes) - 1})
	}})
}

// mayAsk reports whether a code can be asked for now: also after one was right, for
// who has closed the page for the face.
func (s *Service) mayAsk(r kyc.RecoveryRecord, x recovery) error {
	if r.Status != kyc.RecoveryOpen && r.Status != kyc.RecoveryFace {
		return &kyc.Error{Kind: kyc.NotAllowed, Op: "recover", State: kyc.InReview}
	}
	if v := s.seen(r, x); v.CodesLeft == 0 {
		return &kyc.Error{Kind: kyc.TooMany, Op: "recover", Detail: "no more codes can be asked for in this case; ask for a human"}
	} else if v.NextCodeIn > 0 {
		return &kyc.Error{Kind: kyc.InCoolDown, Op: "recover", RetryAt: s.cfg.Now().Add(v.NextCodeIn)}
	}
	return nil
}

// mayTry reports whether a code can be tried now: also after one was right, where the
// answer may have been lost on the way.
func (s *Service) mayTry(r kyc.RecoveryRecord, x recovery) error {
	if r.Status != kyc.RecoveryOpen && r.Status != kyc.RecoveryFace || len(x.Codes) == 0 {
		return &kyc.Error{Kind: kyc.NotAllowed, Op: "recover", State: kyc.InReview}
	}
	if v := s.seen(r, x); v.ExpiresIn == 0 || v.TriesLeft == 0 {
		return &kyc.Error{Kind: kyc.TooMany, Op: "recover", Detail: "this code does not work any more; ask for another"}
	}
	return nil
}

// drawCode draws six digits, each equally likely.
func (s *Service) drawCode() (string, error) {
	out := make([]byte, 0, 6)
	for len(out) < cap(out) {
		var b [1]byte
		if _, err := io.ReadFull(s.cfg.Random, b[:]); err != nil {
			return "", fmt.Errorf("draw a code: %w", err)
		}
		if b[0] < 250 {
			out = append(out, '0'+b[0]%10)
		}
	}
	return string(out), nil
}

// ProveCode tries a code. When it is right, the recovery goes on with a
// re-verification of the account whose code it is: the case Proof.
func (s *Service) ProveCode(ctx context.Context, id kyc.CaseID, code string) (Recovery, bool, error) {
	pol, right := s.Policy(), false
	out, err := s.changeRecovery(ctx, id, step{"recovery_code_tried", s.mayTry, func(tx kyc.Tx, c kyc.Case, r *kyc.RecoveryRecord, x *recovery) error {
		last := &x.Codes[len(x.Codes)-1]
		last.Tries++
		same := subtle.ConstantTimeCompare([]byte(last.Code), []byte(code)) == 1
		if r.Status == kyc.RecoveryFace { // a later code leads to the account of the first alone
			right = same && last.To == x.Account
			return nil
		}
		if right = same && last.To != ""; !right {
			return nil
		}
		proof, err := s.reverifyIn(ctx, tx, pol, NewReverification{
			ID: kyc.CaseID(s.cfg.NewID("case")), Applicant: last.To, Purpose: kyc.ForRecovery, Locale: c.Locale, NetworkRegion: c.NetworkRegion, Return: c.Return,
			maker: actorOr(s.actor, "applicant"),
		})
		if err != nil {
			return err
		}
		r.Status, r.Proof, x.Account = kyc.RecoveryFace, proof.ID, last.To
		return nil
	}})
	return out, right, err
}

// NotMe reports that somebody else used the applicant's document: a person looks at
// both sides, the owners of the other accounts are told, and so is the integrator.
func (s *Service) NotMe(ctx context.Context, id kyc.CaseID) (Recovery, error) {
	// Said again, it changes nothing and searches for nothing.
	if out, err := s.Recovery(ctx, id); err == nil && out.Status == kyc.RecoveryReported {
		return out, nil
	}
	return s.changeRecovery(ctx, id, step{"identity_theft_reported", mayReport, func(tx kyc.Tx, c kyc.Case, r *kyc.RecoveryRecord, x *recovery) error {
		if r.Status == kyc.RecoveryReported {
			return nil
		}
		r.Status = kyc.RecoveryReported
		for _, a := range x.Accounts {
			err := s.deliver(ctx, tx, kyc.Delivery{Type: kyc.DeliverReport, Case: id, Applicant: c.Applicant, Account: a, Recovery: r.ID, Status: r.Status})
			// Who is only alike, a twin say, is no victim and is not alarmed.
			if err == nil && slices.Contains(x.Owners, a) {
				err = s.noticeAll(ctx, tx, kyc.Notice{Kind: kyc.NoticeTheft, To: a, Case: id, Recovery: r.ID})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}})
}

func mayReport(r kyc.RecoveryRecord, _ recovery) error {
	if r.Status != kyc.RecoveryOpen && r.Status != kyc.RecoveryReported {
		return &kyc.Error{Kind: kyc.NotAllowed, Op: "recover", State: kyc.InReview}
	}
	return nil
}

// AskedFrom is the case from which an account was asked back that a case of a
// recovery proves: the integrator knows the applicant by that one. "" where the
// integrator asked for the proof itself.
func (s *Service) AskedFrom(ctx context.Context, proof kyc.CaseID) (kyc.CaseID, error) {
	r, err := s.recoveryBy(ctx, proof, kyc.Tx.RecoveryByProof)
	return r.Case, err
}

// StatusOf is how far the recovery of a case is; "" where none was begun.
func (s *Service) StatusOf(ctx context.Context, id kyc.CaseID) (kyc.RecoveryStatus, error) {
	r, err := s.recoveryBy(ctx, id, kyc.Tx.RecoveryOf)
	return r.Status, err
}

// recoveryBy finds a recovery by a case; the zero record where there is none.
func (s *Service) recoveryBy(ctx context.Context, id kyc.CaseID, find func(kyc.Tx, context.Context, kyc.CaseID) (kyc.RecoveryRecord, error)) (kyc.RecoveryRecord, error) {
	var r kyc.RecoveryRecord
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) (err error) {
		if r, err = find(tx, ctx, id); kyc.KindOf(err) == kyc.NotFound {
			return nil
		}
		return err
	})
	return r, wrap("read recovery of case", id, err)
}

// tell tells the integrator that a case has changed its state.
func (s *Service) tell(ctx context.Context, tx kyc.Tx, c kyc.Case, effects []kyc.Effect) error {
	for _, e := range effects {
		if r, ok := e.(kyc.Record); ok && r.From != r.To {
			return errors.Join(s.recovered(ctx, tx, c), s.deliver(ctx, tx, kyc.Delivery{
				Type: kyc.DeliverCase, Case: c.ID, Applicant: c.Applicant, State: c.State, Purpose: c.Purpose,
			}))
		}
	}
	return nil
}

// deliver tells the integrator of something, once the transaction is committed.
func (s *Service) deliver(ctx context.Context, tx kyc.Tx, d kyc.Delivery) error {
	if !s.cfg.Deliveries {
		return nil
	}
	d.ID, d.At = s.cfg.NewID("evt"), s.cfg.Now()
	return tx.Enqueue(ctx, kyc.Job{Kind: kyc.DeliverEvent, Case: d.Case, Delivery: d})
}

// SendsNotices reports whether messages can be sent to applicants.
func (s *Service) SendsNotices() bool { return s.cfg.Notices }

// notice sends a message to an applicant, once the transaction is committed.
func (s *Service) notice(ctx context.Context, tx kyc.Tx, n kyc.Notice) error {
	if !s.cfg.Notices {
		return nil
	}
	n.ID = s.cfg.NewID("ntc")
	return tx.Enqueue(ctx, kyc.Job{Kind: kyc.SendNotice, Case: n.Case, Notice: n})
}

// noticeAll sends a message to every address of an applicant, each on its own: what
// fails at one address is not sent to the others again.
func (s *Service) noticeAll(ctx context.Context, tx kyc.Tx, n kyc.Notice) error {
	all, err := tx.ContactsOf(ctx, n.To)
	for _, r := range all {
		n.Address = r.Value
		err = errors.Join(err, s.notice(ctx, tx, n))
	}
	return err
}

// recovered ends the recovery that waited for a re-verification, when its face was
// that of the record.
func (s *Service) recovered(ctx context.Context, tx kyc.Tx, proof kyc.Case) error {
	over := proof.State == kyc.Declined || proof.State == kyc.Expired
	if proof.Purpose != kyc.ForRecovery || proof.State != kyc.Approved && !over {
		return nil
	}
	r, err := tx.RecoveryByProof(ctx, proof.ID)
	if kyc.KindOf(err) == kyc.NotFound {
		return nil // the integrator asked for it
	}
	if err != nil || r.Status != kyc.RecoveryFace {
		return err
	}
	r.Status, r.UpdatedAt = kyc.RecoveryProved, s.cfg.Now()
	if over { // another code, or "it was not me", is possible again
		r.Status = kyc.RecoveryOpen
		return tx.SaveRecovery(ctx, r)
	}
	return errors.Join(tx.SaveRecovery(ctx, r),
		s.log(ctx, tx, kyc.Record{Case: r.Case, Event: "recovery_proved", Actor: "system", Note: string(r.ID) + " " + string(proof.ID), At: r.UpdatedAt}),
		s.deliver(ctx, tx, kyc.Delivery{Type: kyc.DeliverProof, Case: r.Case, Applicant: r.Applicant, Account: proof.Applicant, Recovery: r.ID, Status: r.Status}))
}

// Recoveries lists recoveries in a state, for the operator.
func (s *Service) Recoveries(ctx context.Context, status kyc.RecoveryStatus, limit int) ([]Recovery, error) {
	var out []Recovery
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		all, err := tx.RecoveriesIn(ctx, status, limit)
		for _, r := range all {
			r, x, err := s.openRecovery(ctx, tx, r.Case)
			if err != nil {
				return err
			}
			out = append(out, s.seen(r, x))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list recoveries: %w", err)
	}
	return out, nil
}
