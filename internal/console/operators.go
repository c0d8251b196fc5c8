package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bonafide/internal/kyc"
	"bonafide/internal/seal"
)

// maxName is the most characters of a name.
const maxName = 80

// invitationTime is how long an invitation works.
const invitationTime = 72 * time.Hour

// Inviter makes accounts and invitations: for the console and the command line.
type Inviter struct {
	Store     kyc.Store
	Sealer    *seal.Sealer
	Random    io.Reader
	NewID     func(prefix string) string
	Now       func() time.Time
	PublicURL string
}

// Invitation is the way in for a person who was invited. The link works once.
type Invitation struct {
	Operator  kyc.OperatorID `json:"operator"`
	URL       string         `json:"url"`
	ExpiresAt time.Time      `json:"expires_at"`
}

// Invite makes an account for a person and a way in. by is who invites, as the
// audit log keeps it.
func (n Inviter) Invite(ctx context.Context, name string, role kyc.Role, by string) (Invitation, error) {
	name = strings.TrimSpace(name)
	if l := utf8.RuneCountInString(name); l == 0 || l > maxName || !utf8.ValidString(name) {
		return Invitation{}, &kyc.Error{Kind: kyc.Invalid, Op: "invite", Detail: "A name has 1 to 80 characters."}
	}
	if !slices.Contains(kyc.Roles(), role) {
		return Invitation{}, &kyc.Error{Kind: kyc.Invalid, Op: "invite", Detail: fmt.Sprintf("The role is one of %v.", kyc.Roles())}
	}
	o := kyc.OperatorRecord{ID: kyc.OperatorID(n.NewID("opr")), Role: role, CreatedAt: n.Now()}
	sealed, err := n.Sealer.SealSystem(nameContext(o.ID), []byte(name))
	if err != nil {
		return Invitation{}, err
	}
	o.Sealed = sealed
	return n.invite(ctx, o.ID, by, func(tx kyc.Tx) error { return tx.CreateOperator(ctx, o) }, string(o.ID)+":"+string(role))
}

// InviteAgain makes a new way in to an account: its passkeys and its tie to the
// identity provider are dropped and its sessions end. Whoever comes with an old
// passkey is told when it was, and by whom, and so is whoever checks the record: the
// one who invites could use the link themselves.
func (n Inviter) InviteAgain(ctx context.Context, id kyc.OperatorID, by string) (Invitation, error) {
	return n.invite(ctx, id, by, func(tx kyc.Tx) error {
		o, err := tx.Operator(ctx, id)
		if err != nil {
			return err
		}
		o.Subject, o.DisabledAt = nil, time.Time{}
		o.RenewedAt, o.RenewedBy = n.Now(), by
		if err := tx.SaveOperator(ctx, o); err != nil {
			return err
		}
		return tx.DropPasskeys(ctx, id)
	}, string(id))
}

func (n Inviter) invite(ctx context.Context, id kyc.OperatorID, by string, first func(kyc.Tx) error, note string) (Invitation, error) {
	origin, _, err := Origin(n.PublicURL)
	if err != nil {
		return Invitation{}, err
	}
	text, hash, err := secret(n.Random)
	if err != nil {
		return Invitation{}, err
	}
	i := kyc.InvitationRecord{Hash: hash, Operator: id, ExpiresAt: n.Now().Add(invitationTime)}
	err = n.Store.Write(ctx, func(tx kyc.Tx) error {
		if err := first(tx); err != nil {
			return err
		}
		if err := tx.CreateInvitation(ctx, i); err != nil {
			return err
		}
		return record(ctx, tx, kyc.Record{Event: "operator_invited", Actor: by, Note: note, At: n.Now()})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	// Behind the #, it reaches no server log.
	return Invitation{Operator: id, URL: origin + Path + "#invitation=" + text, ExpiresAt: i.ExpiresAt}, nil
}

func nameContext(id kyc.OperatorID) seal.Context {
	return seal.Context{Purpose: "operator_name", ID: string(id)}
}

// NameOf opens the name of an account; its id where that fails.
func NameOf(s *seal.Sealer, o kyc.OperatorRecord) string {
	name, err := s.OpenSystem(nameContext(o.ID), o.Sealed)
	if err != nil {
		return string(o.ID)
	}
	return string(name)
}

func (c *console) nameOf(o kyc.OperatorRecord) string { return NameOf(c.Sealer, o) }

func (c *console) inviter() Inviter {
	return Inviter{c.Store, c.Sealer, c.Random, c.NewID, c.Now, c.PublicURL}
}

func noInvitation() *problem {
	return &problem{
		Status: http.StatusNotFound, Kind: "no_invitation",
		Detail: "This invitation was used, was replaced or has run out. Ask an administrator for a new one; on a new installation it is `bonafide operators invite`.",
	}
}

// invited reads a request with an invitation.
func (c *console) invited(w http.ResponseWriter, r *http.Request) (kyc.InvitationRecord, string, error) {
	var body struct {
		Token string `json:"token"`
	}
	if err := read(w, r, &body); err != nil {
		return kyc.InvitationRecord{}, "", err
	}
	i, err := c.findInvitation(r.Context(), body.Token)
	return i, body.Token, err
}

func (c *console) findInvitation(ctx context.Context, token string) (kyc.InvitationRecord, error) {
	var i kyc.InvitationRecord
	if !isToken(token) {
		return i, noInvitation()
	}
	err := c.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		i, err = tx.Invitation(ctx, hashOf(token))
		return err
	})
	if kyc.KindOf(err) == kyc.NotFound || err == nil && !c.Now().Before(i.ExpiresAt) {
		return i, noInvitation()
	}
	return i, err
}

// invitation tells an invited person who they are invited as.
func (c *console) invitation(w http.ResponseWriter, r *http.Request, _ who) error {
	i, _, err := c.invited(w, r)
	if err != nil {
		return err
	}
	o, err := c.account(r.Context(), i.Operator)
	if err != nil {
		return err
	}
	return answer(w, map[string]any{"name": c.nameOf(o), "role": o.Role})
}

func (c *console) account(ctx context.Context, id kyc.OperatorID) (o kyc.OperatorRecord, err error) {
	err = c.Store.Read(ctx, func(tx kyc.Tx) error {
		o, err = tx.Operator(ctx, id)
		return err
	})
	return o, err
}

// Colleague is an account as others see it.
type Colleague struct {
	ID        kyc.OperatorID `json:"id"`
	Name      string         `json:"name"`
	Role      kyc.Role       `json:"role"`
	CreatedAt time.Time      `json:"created_at"`
	Disabled  bool           `json:"disabled"`
	SignsIn   string         `json:"signs_in"` // "passkey", "provider" or "" while they have not been here
	// RenewedAt is when their way in was last made anew, and RenewedBy the name of who
	// did it.
	RenewedAt *time.Time `json:"renewed_at,omitempty"`
	RenewedBy string     `json:"renewed_by,omitempty"`
}

func (c *console) everybody(ctx context.Context) ([]Colleague, error) {
	out := []Colleague{}
	err := c.Store.Read(ctx, func(tx kyc.Tx) error {
		all, err := tx.Operators(ctx)
		if err != nil {
			return err
		}
		for _, o := range all {
			x := Colleague{ID: o.ID, Name: c.nameOf(o), Role: o.Role, CreatedAt: o.CreatedAt, Disabled: !o.DisabledAt.IsZero()}
			keys, err := tx.PasskeysOf(ctx, o.ID)
			if err != nil {
				return err
			}
			switch {
			case o.Subject != nil:
				x.SignsIn = "provider"
			case len(keys) > 0:
				x.SignsIn = "passkey"
			}
			if !o.RenewedAt.IsZero() {
				x.RenewedAt, x.RenewedBy = &o.RenewedAt, c.whoRenewed(o, all)
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// whoRenewed names who made somebody's way in anew.
func (c *console) whoRenewed(o kyc.OperatorRecord, all []kyc.OperatorRecord) string {
	for _, x := range all {
		if string(x.ID) == o.RenewedBy {
			return c.nameOf(x)
		}
	}
	return "whoever runs the server"
}

// renewer is whoRenewed for one account.
func (c *console) renewer(ctx context.Context, o kyc.OperatorRecord) (string, error) {
	var all []kyc.OperatorRecord
	err := c.Store.Read(ctx, func(tx kyc.Tx) (err error) {
		all, err = tx.Operators(ctx)
		return err
	})
	return c.whoRenewed(o, all), err
}

// waysIn tells those who check the record whose way in was made anew, and by whom.
func (c *console) waysIn(w http.ResponseWriter, r *http.Request, _ who) error {
	all, err := c.everybody(r.Context())
	if err != nil {
		return err
	}
	return answer(w, all)
}

func (c *console) operators(w http.ResponseWriter, r *http.Request, _ who) error {
	all, err := c.everybody(r.Context())
	if err != nil {
		return err
	}
	return answer(w, all)
}

// colleagues are those whom a case can be given to.
func (c *console) colleagues(w http.ResponseWriter, r *http.Request, _ who) error {
	all, err := c.everybody(r.Context())
	if err != nil {
		return err
	}
	return answer(w, slices.DeleteFunc(all, func(x Colleague) bool { return x.Disabled || !x.Role.May(kyc.Decide) }))
}

func (c *console) invite(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		Name string   `json:"name"`
		Role kyc.Role `json:"role"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	i, err := c.inviter().Invite(r.Context(), body.Name, body.Role, string(p.ID))
	if err != nil {
		return err
	}
	return answer(w, i)
}

func (c *console) inviteAgain(w http.ResponseWriter, r *http.Request, p who) error {
	// Who loses the device asks a colleague, or whoever runs the server.
	if kyc.OperatorID(r.PathValue("operator")) == p.ID {
		return &kyc.Error{Kind: kyc.Forbidden, Op: "invite again", Detail: "Nobody invites themselves. Ask another administrator, or use `bonafide operators reinvite`."}
	}
	i, err := c.inviter().InviteAgain(r.Context(), kyc.OperatorID(r.PathValue("operator")), string(p.ID))
	if err != nil {
		return err
	}
	return answer(w, i)
}

func (c *console) changeRole(w http.ResponseWriter, r *http.Request, p who) error {
	var body struct {
		Role kyc.Role `json:"role"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if !slices.Contains(kyc.Roles(), body.Role) {
		return &kyc.Error{Kind: kyc.Invalid, Op: "change role", Detail: fmt.Sprintf("The role is one of %v.", kyc.Roles())}
	}
	if kyc.OperatorID(r.PathValue("operator")) == p.ID {
		return &kyc.Error{Kind: kyc.Forbidden, Op: "change role", Detail: "Nobody changes their own role. Ask another administrator."}
	}
	if c.idp != nil && c.idp.Claims.Name != "" {
		o, err := c.account(r.Context(), kyc.OperatorID(r.PathValue("operator")))
		if err != nil {
			return err
		}
		if o.Subject != nil {
			return &kyc.Error{Kind: kyc.Conflict, Op: "change role", Detail: "The identity provider says what this person is here. Change it there."}
		}
	}
	return c.change(w, r, p, func(o *kyc.OperatorRecord) string {
		o.Role = body.Role
		return "role " + string(body.Role)
	})
}

func (c *console) disable(w http.ResponseWriter, r *http.Request, p who) error {
	return c.change(w, r, p, func(o *kyc.OperatorRecord) string {
		o.DisabledAt = c.Now()
		return "disabled"
	})
}

// change changes an account. The last administrator stays one: nobody could let
// anybody in after that.
func (c *console) change(w http.ResponseWriter, r *http.Request, p who, f func(*kyc.OperatorRecord) string) error {
	ctx := r.Context()
	err := c.Store.Write(ctx, func(tx kyc.Tx) error {
		o, err := tx.Operator(ctx, kyc.OperatorID(r.PathValue("operator")))
		if err != nil {
			return err
		}
		was := o
		what := f(&o)
		all, err := tx.Operators(ctx)
		if err != nil {
			return err
		}
		manages := func(x kyc.OperatorRecord) bool { return x.DisabledAt.IsZero() && x.Role.May(kyc.ManageOperators) }
		if manages(was) && !manages(o) && !slices.ContainsFunc(all, func(x kyc.OperatorRecord) bool { return x.ID != o.ID && manages(x) }) {
			return &kyc.Error{Kind: kyc.Conflict, Op: "change account", Detail: "This is the last administrator. Invite another one first."}
		}
		if err := tx.SaveOperator(ctx, o); err != nil {
			return err
		}
		return record(ctx, tx, kyc.Record{Event: "operator_changed", Actor: string(p.ID), Note: string(o.ID) + ":" + what, At: c.Now()})
	})
	if err != nil {
		return err
	}
	return done(w)
}
