package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/blob"
	"bonafide/internal/kyc"
	"bonafide/internal/people"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
)

// Config is what a [Service] works with. All fields are required.
type Config struct {
	Store  kyc.Store
	Blobs  *blob.Store
	Sealer *seal.Sealer
	Engine *Engine
	// Policies are the versions of the policy; each check is judged by the one that
	// is in force then.
	Policies *policy.Set
	Now      func() time.Time
	NewID    func(prefix string) string
	Random   io.Reader // for the names of evidence files
	// Notices says that messages can be sent to applicants, and Deliveries that the
	// integrator is told what happens. Without one, nothing of it is put into the queue.
	Notices, Deliveries bool
}

// Service carries cases through their life.
type Service struct {
	cfg Config
	// slots bounds how many pictures are measured at once for people who wait.
	slots chan struct{}
	// faces are those of everybody who was approved. oneByOne is held from searching
	// one until what follows is stored.
	faces    *people.Faces
	oneByOne *sync.Mutex
	// rotating says that something may be stored under an older key for fingerprints.
	rotating *atomic.Bool
	// actor is who acts through this service, for the record; "" is whom the event
	// itself implies.
	actor string
}

// By returns the same service as it is used by somebody: an opaque id, as that of
// an API key, that the audit log keeps with what they do.
func (s *Service) By(actor string) *Service {
	by := *s
	by.actor = actor
	return &by
}

// NewService returns a service. parallel is how many uploads are measured at
// the same time; more wait their turn.
func NewService(cfg Config, parallel int) *Service {
	s := &Service{cfg: cfg, slots: make(chan struct{}, max(1, parallel)), faces: &people.Faces{}, oneByOne: &sync.Mutex{}, rotating: &atomic.Bool{}}
	s.rotating.Store(cfg.Sealer.Rotated())
	return s
}

// NewCase is what an integrator asks for.
type NewCase struct {
	// ID is given when the request must not act twice; "" draws a new one.
	ID         kyc.CaseID
	ExternalID string
	Locale     string
	Items      []kyc.Item // in addition to the policy's
	// NetworkRegion is where the applicant connects from, ISO 3166-1 alpha-2; "" is
	// unknown.
	NetworkRegion string
	// Return is where the applicant goes back to; nil when nobody said.
	Return *kyc.Return
}

// CreateCase opens a case, and the applicant if the account is new. A case with
// the same ID that exists already is returned as it is.
func (s *Service) CreateCase(ctx context.Context, n NewCase) (kyc.Case, error) {
	if n.ExternalID == "" {
		return kyc.Case{}, &kyc.Error{Kind: kyc.Invalid, Op: "create case", Detail: "external_id must not be empty"}
	}
	// A request can ask for more than the policy, never for less.
	if n.NetworkRegion != "" && alpha2(n.NetworkRegion) != n.NetworkRegion {
		return kyc.Case{}, &kyc.Error{Kind: kyc.Invalid, Op: "create case", Detail: "network_region must be an ISO 3166-1 alpha-2 code such as DE"}
	}
	pol := s.Policy()
	items := slices.Clone(pol.Items)
	for _, i := range n.Items {
		if !i.IsAsked() {
			return kyc.Case{}, &kyc.Error{Kind: kyc.Invalid, Op: "create case", Item: i, Detail: "this item cannot be asked for"}
		}
		items = append(items, i)
	}
	id := n.ID
	if id == "" {
		id = kyc.CaseID(s.cfg.NewID("case"))
	}
	external, err := s.cfg.Sealer.Fingerprints("external_id", n.ExternalID)
	if err != nil {
		return kyc.Case{}, fmt.Errorf("create case: %w", err)
	}
	now := s.cfg.Now()
	var c kyc.Case
	err = s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		if r, err := tx.Case(ctx, id); err == nil {
			c, err = s.open(ctx, tx, r)
			return err
		} else if kyc.KindOf(err) != kyc.NotFound {
			return err
		}
		applicant, err := s.applicant(ctx, tx, external, n.ExternalID, now)
		if err != nil {
			return err
		}
		c = kyc.NewCase(id, applicant, pol.ID(), n.Locale, items, now, now.Add(pol.CaseExpiresAfter))
		c.NetworkRegion, c.Return = n.NetworkRegion, n.Return
		c.Services = Services(pol, Evidence{Network: n.NetworkRegion}, now)
		sealed, err := s.sealJSON(ctx, tx, applicant, about("case", string(id)), c)
		if err != nil {
			return err
		}
		if err := tx.CreateCase(ctx, record(c, 0, sealed)); err != nil {
			return err
		}
		created := kyc.Record{Case: id, Event: "create", To: c.State, Actor: cmp.Or(s.actor, "integrator"), At: now}
		if err := s.settleDesk(ctx, tx, c, []kyc.Effect{created}); err != nil {
			return err
		}
		return s.log(ctx, tx, created)
	})
	if err != nil {
		return kyc.Case{}, fmt.Errorf("create case %s: %w", id, err)
	}
	return c, nil
}

// applicant finds or makes the applicant of an account.
func (s *Service) applicant(ctx context.Context, tx kyc.Tx, external [][]byte, externalID string, now time.Time) (kyc.ApplicantID, error) {
	r, err := byExternalKey(ctx, tx, external)
	if err == nil {
		return r.ID, nil
	}
	if kyc.KindOf(err) != kyc.NotFound {
		return "", err
	}
	a := kyc.Applicant{ID: kyc.ApplicantID(s.cfg.NewID("apl")), ExternalID: externalID, CreatedAt: now}
	wrapped, err := s.cfg.Sealer.NewDataKey(a.ID)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	sealed, err := s.cfg.Sealer.Seal(a.ID, wrapped, about("applicant", ""), text)
	if err != nil {
		return "", err
	}
	if err := tx.CreateApplicant(ctx, kyc.ApplicantRecord{ID: a.ID, ExternalKey: external[0], Sealed: sealed, CreatedAt: now}); err != nil {
		return "", err
	}
	return a.ID, tx.PutDataKey(ctx, a.ID, wrapped)
}

// Case returns a case.
func (s *Service) Case(ctx context.Context, id kyc.CaseID) (kyc.Case, error) {
	var c kyc.Case
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		c, err = s.open(ctx, tx, r)
		return err
	})
	return c, wrap("read case", id, err)
}

// Applicant returns the applicant of a case.
func (s *Service) Applicant(ctx context.Context, id kyc.ApplicantID) (kyc.Applicant, error) {
	var a kyc.Applicant
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		r, err := tx.Applicant(ctx, id)
		if err != nil {
			return err
		}
		key, err := tx.DataKey(ctx, id)
		if err != nil {
			return err
		}
		text, err := s.cfg.Sealer.Open(id, key, about("applicant", ""), r.Sealed)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &a)
	})
	if err != nil {
		return a, fmt.Errorf("read applicant %s: %w", id, err)
	}
	return a, nil
}

// Policy returns the version of the policy that is in force now; before all of
// them, the first.
func (s *Service) Policy() policy.Policy {
	p, ok := s.cfg.Policies.At(s.cfg.Now())
	if !ok {
		return s.cfg.Policies.All()[0]
	}
	return p
}

// Review applies a person's decision that was made elsewhere. It returns Conflict
// for a case that somebody is deciding in the console, or that the policy wants two
// people for: who they were is known there alone.
func (s *Service) Review(ctx context.Context, id kyc.CaseID, by string, verdict kyc.State, reasons []kyc.Finding) (kyc.Case, error) {
	var f *Portrait
	var before kyc.Case
	var unseen []kyc.Finding
	c, err := s.apply(ctx, id, func(c kyc.Case) (kyc.Event, error) {
		before = c
		return kyc.Reviewed{By: by, Verdict: verdict, Findings: reasons, At: s.cfg.Now()}, nil
	}, func(tx kyc.Tx, next kyc.Case) error {
		if err := s.mayReviewElsewhere(ctx, tx, before, verdict, reasons); err != nil {
			return err
		}
		var err error
		f, unseen, err = s.approve(ctx, tx, before, next)
		return err
	})
	if errors.Is(err, errUnseen) {
		c, err = s.pointOut(ctx, id, unseen)
	}
	if err == nil {
		s.knowFace(c, f)
	}
	return c, err
}

// AskHelp notes that the applicant wants a human, and on which device they are
// stuck.
func (s *Service) AskHelp(ctx context.Context, id kyc.CaseID, from kyc.HelpFrom) (kyc.Case, error) {
	return s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.AskHelp{By: s.actor, From: from, At: s.cfg.Now()}, nil }, nil)
}

// Appeal notes that the applicant contests a refusal.
func (s *Service) Appeal(ctx context.Context, id kyc.CaseID) (kyc.Case, error) {
	return s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.Appeal{By: s.actor, At: s.cfg.Now()}, nil }, nil)
}

// Cancel gives a case up. Its reasons can still be read.
func (s *Service) Cancel(ctx context.Context, id kyc.CaseID) (kyc.Case, error) {
	return s.apply(ctx, id, func(kyc.Case) (kyc.Event, error) { return kyc.Cancel{By: s.actor, At: s.cfg.Now()}, nil }, nil)
}

// Erase destroys everything of an applicant: the data key, and with it all that
// is sealed, then the evidence files. Ids and the audit chain stay.
func (s *Service) Erase(ctx context.Context, id kyc.ApplicantID) error {
	var blobs []string
	now := s.cfg.Now()
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		blobs = nil
		if _, err := tx.Applicant(ctx, id); err != nil {
			return err
		}
		cases, err := tx.CasesOf(ctx, id)
		if err != nil {
			return err
		}
		for _, r := range cases {
			subs, err := tx.SubmissionsOf(ctx, r.ID)
			if err != nil {
				return err
			}
			for _, x := range subs {
				blobs = append(blobs, x.BlobKey)
			}
			challenges, err := tx.ChallengesOf(ctx, r.ID)
			if err != nil {
				return err
			}
			for _, x := range challenges {
				frames, err := tx.FramesOf(ctx, x.ID)
				if err != nil {
					return err
				}
				for _, f := range frames {
					blobs = append(blobs, f.BlobKey)
				}
			}
			if r.State == kyc.Erased {
				continue
			}
			c, effects, err := kyc.Apply(kyc.Case{
				ID: r.ID, Applicant: id, Policy: r.Policy, State: r.State, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
			}, kyc.Erase{By: s.actor, At: now})
			if err != nil {
				return err
			}
			if err := tx.SaveCase(ctx, record(c, r.Version, nil)); err != nil {
				return err
			}
			if _, err := s.carryOut(ctx, tx, effects); err != nil {
				return err
			}
		}
		return tx.DeleteDataKey(ctx, id)
	})
	if err != nil {
		return fmt.Errorf("erase %s: %w", id, err)
	}
	s.faces.Remove(id)
	// The key is gone, so these bytes are noise already; the sweeper removes what
	// a crash here leaves.
	if err := s.deleteBlobs(ctx, blobs); err != nil {
		return fmt.Errorf("erase %s: evidence files: %w", id, err)
	}
	return nil
}

// ExpireDue closes cases, and challenges, whose time has passed.
func (s *Service) ExpireDue(ctx context.Context) error {
	return errors.Join(s.expireCases(ctx), s.CloseChallenges(ctx))
}

func (s *Service) expireCases(ctx context.Context) error {
	const batch = 100
	for {
		var due []kyc.CaseRecord
		now := s.cfg.Now()
		err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			var err error
			due, err = tx.CasesDue(ctx, []kyc.State{kyc.Open, kyc.ActionRequired}, now, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("expire cases: %w", err)
		}
		// One damaged case must not keep the others open.
		var errs []error
		for _, r := range due {
			_, err := s.apply(ctx, r.ID, func(kyc.Case) (kyc.Event, error) { return kyc.Expire{At: now}, nil }, nil)
			if err != nil && kyc.KindOf(err) != kyc.NotAllowed { // acted on meanwhile
				errs = append(errs, err)
			}
		}
		if len(errs) > 0 || len(due) < batch {
			return errors.Join(errs...)
		}
	}
}

// orphanAge is how old evidence without a submission must be before it is swept:
// older than any upload can be under way.
const orphanAge = time.Hour

// replyAge is how long an answer can be asked for again with its Idempotency-Key.
const replyAge = 24 * time.Hour

// Sweep removes what nothing refers to (evidence of uploads that were cut off,
// expired tokens and old replies) and erases what the policy keeps no longer. After
// the keys were rotated it also makes fingerprints anew.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := s.Refingerprint(ctx); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	now := s.cfg.Now()
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		return errors.Join(tx.ForgetBefore(ctx, now.Add(-replyAge)), tx.ForgetCodes(ctx, now.Add(-24*time.Hour)))
	})
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	for b, err := range s.cfg.Blobs.List(ctx) {
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		if b.Written.After(now.Add(-orphanAge)) {
			continue
		}
		var used bool
		err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
			var err error
			used, err = tx.HasBlob(ctx, b.Key)
			return err
		})
		if err == nil && !used {
			err = s.cfg.Blobs.Delete(ctx, b.Key)
		}
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	return s.forget(ctx)
}

// apply loads a case, applies the event that make returns for it, and stores
// case and effects in one transaction. with, if not nil, joins the transaction.
func (s *Service) apply(ctx context.Context, id kyc.CaseID, mk func(kyc.Case) (kyc.Event, error), with func(tx kyc.Tx, next kyc.Case) error) (kyc.Case, error) {
	var next kyc.Case
	var gone []string
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		r, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		c, err := s.open(ctx, tx, r)
		if err != nil {
			return err
		}
		e, err := mk(c)
		if err != nil {
			return err
		}
		var effects []kyc.Effect
		next, effects, err = kyc.Apply(c, e)
		if err != nil {
			return err
		}
		if with != nil {
			if err := with(tx, next); err != nil {
				return err
			}
		}
		gone, err = s.store(ctx, tx, next, r.Version, effects)
		return err
	})
	if err == nil {
		err = s.deleteBlobs(ctx, gone)
	}
	return next, wrap("change case", id, err)
}

// store stores a case over a version, with the effects of what happened to it. It
// returns the blobs to delete once the transaction is committed.
func (s *Service) store(ctx context.Context, tx kyc.Tx, c kyc.Case, version int64, effects []kyc.Effect) ([]string, error) {
	sealed, err := s.sealJSON(ctx, tx, c.Applicant, about("case", string(c.ID)), c)
	if err != nil {
		return nil, err
	}
	if err := tx.SaveCase(ctx, record(c, version, sealed)); err != nil {
		return nil, err
	}
	if err := s.tell(ctx, tx, c, effects); err != nil {
		return nil, err
	}
	if err := s.settleDesk(ctx, tx, c, effects); err != nil {
		return nil, err
	}
	return s.carryOut(ctx, tx, effects)
}

// carryOut does the effects of an event within its transaction. It returns the
// blobs to delete once that is committed.
func (s *Service) carryOut(ctx context.Context, tx kyc.Tx, effects []kyc.Effect) ([]string, error) {
	var gone []string
	for _, e := range effects {
		var err error
		switch e := e.(type) {
		case kyc.RunChecks:
			err = tx.Enqueue(ctx, kyc.Job{Kind: kyc.CheckCase, Case: e.Case, Round: e.Round})
		case kyc.Record:
			err = s.log(ctx, tx, e)
		case kyc.DestroyKey:
			err = tx.DeleteDataKey(ctx, e.Applicant)
		case kyc.EraseFaces:
			var blobs []string
			blobs, err = s.eraseFaces(ctx, tx, e.Case)
			gone = append(gone, blobs...)
		}
		if err != nil {
			return nil, err
		}
	}
	return gone, nil
}

func (s *Service) log(ctx context.Context, tx kyc.Tx, r kyc.Record) error {
	_, err := tx.AppendAudit(ctx, r.At, audit.Encode(r))
	return err
}

func (s *Service) open(ctx context.Context, tx kyc.Tx, r kyc.CaseRecord) (kyc.Case, error) {
	if r.State == kyc.Erased {
		return kyc.Case{
			ID: r.ID, Applicant: r.Applicant, Policy: r.Policy, State: r.State,
			CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, ExpiresAt: r.ExpiresAt,
		}, nil
	}
	key, err := tx.DataKey(ctx, r.Applicant)
	if err != nil {
		return kyc.Case{}, err
	}
	text, err := s.cfg.Sealer.Open(r.Applicant, key, about("case", string(r.ID)), r.Sealed)
	if err != nil {
		return kyc.Case{}, err
	}
	var c kyc.Case
	if err := json.Unmarshal(text, &c); err != nil {
		return kyc.Case{}, errors.New("the sealed case is not readable") // the cause would quote its content
	}
	return c, nil
}

// sealJSON seals v as JSON under an applicant's data key, bound to a context.
func (s *Service) sealJSON(ctx context.Context, tx kyc.Tx, a kyc.ApplicantID, bound seal.Context, v any) ([]byte, error) {
	key, err := tx.DataKey(ctx, a)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.cfg.Sealer.Seal(a, key, bound, text)
}

// openJSON reads what sealJSON sealed.
func (s *Service) openJSON(ctx context.Context, tx kyc.Tx, a kyc.ApplicantID, bound seal.Context, sealed []byte, v any) error {
	key, err := tx.DataKey(ctx, a)
	if err != nil {
		return err
	}
	text, err := s.cfg.Sealer.Open(a, key, bound, sealed)
	if err != nil {
		return err
	}
	if json.Unmarshal(text, v) != nil {
		return errors.New("what is sealed is not readable") // the cause would quote it
	}
	return nil
}

// about binds sealed bytes to what they are.
func about(purpose, id string) seal.Context { return seal.Context{Purpose: purpose, ID: id} }

func record(c kyc.Case, version int64, sealed []byte) kyc.CaseRecord {
	return kyc.CaseRecord{
		ID: c.ID, Applicant: c.Applicant, State: c.State, Policy: c.Policy, Version: version,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, ExpiresAt: c.ExpiresAt, Sealed: sealed,
	}
}

func wrap(op string, id kyc.CaseID, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", op, id, err)
}
