package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"bonafide/internal/kyc"
)

// holder is an account as the passkey library sees it.
type holder struct {
	id   kyc.OperatorID
	name string
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.id) }
func (h holder) WebAuthnName() string                       { return h.name }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (c *console) holder(ctx context.Context, id kyc.OperatorID) (holder, error) {
	h := holder{id: id}
	err := c.Store.Read(ctx, func(tx kyc.Tx) error {
		o, err := tx.Operator(ctx, id)
		if err != nil {
			return err
		}
		if !o.DisabledAt.IsZero() {
			return &kyc.Error{Kind: kyc.NotFound, Op: "find account"}
		}
		h.name = c.nameOf(o)
		keys, err := tx.PasskeysOf(ctx, id)
		for _, k := range keys {
			var one webauthn.Credential
			if err := json.Unmarshal(k.Data, &one); err != nil {
				return err
			}
			h.keys = append(h.keys, one)
		}
		return err
	})
	return h, err
}

func (c *console) beginPasskey(w http.ResponseWriter, _ *http.Request, _ who) error {
	options, session, err := c.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	return c.sendOptions(w, "passkey", "", session, options.Response)
}

// sendOptions sends the first half of a ceremony and remembers it.
func (c *console) sendOptions(w http.ResponseWriter, purpose, invitation string, session *webauthn.SessionData, options any) error {
	data, err := json.Marshal(session)
	if err != nil {
		return err
	}
	if err := c.keepCeremony(w, ceremony{Purpose: purpose, Invitation: invitation, Data: data}, http.SameSiteStrictMode); err != nil {
		return err
	}
	return answer(w, options)
}

// credential reads what a passkey answered, as JSON of the browser.
func credential(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	var body struct {
		Credential json.RawMessage `json:"credential"`
	}
	err := read(w, r, &body)
	return body.Credential, err
}

// answered takes the first half of a ceremony, which is spent by that, and reads
// what a person's device answered.
func (c *console) answered(w http.ResponseWriter, r *http.Request, kind string) (k ceremony, session webauthn.SessionData, raw json.RawMessage, err error) {
	if k, err = c.takeCeremony(w, r, kind); err != nil {
		return k, session, nil, err
	}
	if raw, err = credential(w, r); err != nil {
		return k, session, nil, err
	}
	return k, session, raw, json.Unmarshal(k.Data, &session)
}

func (c *console) finishPasskey(w http.ResponseWriter, r *http.Request, _ who) error {
	k, session, raw, err := c.answered(w, r, "passkey")
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(raw)
	if err != nil {
		return badKey(err)
	}
	ctx := r.Context()
	var failure error
	user, used, err := c.keys.ValidatePasskeyLogin(func(key, handle []byte) (webauthn.User, error) {
		h, err := c.holder(ctx, kyc.OperatorID(handle))
		switch {
		case err != nil && kyc.KindOf(err) != kyc.NotFound:
			failure = err
		case err == nil && !slices.ContainsFunc(h.keys, func(k webauthn.Credential) bool { return bytes.Equal(k.ID, key) }):
			failure = c.replaced(ctx, h.id)
		}
		return h, err
	}, session, parsed)
	if failure != nil {
		return failure
	}
	if err != nil {
		return badKey(err)
	}
	h, ok := user.(holder)
	if !ok {
		return errors.New("the passkey library gave back another account")
	}
	if used.Authenticator.CloneWarning {
		return &problem{Status: http.StatusForbidden, Kind: "copied_passkey", Detail: "This passkey seems to exist twice. Ask an administrator for a new invitation."}
	}
	return c.signInWith(w, r, h.id, *used, func(tx kyc.Tx) error {
		// Whoever overheard the answer cannot use it again.
		err := tx.Spend(ctx, sha256.Sum256([]byte("passkey "+session.Challenge)), k.Expires)
		if kyc.KindOf(err) == kyc.Conflict {
			return &problem{Status: http.StatusConflict, Kind: "over", Detail: "This sign-in was used already. Begin again."}
		}
		return err
	})
}

// replaced tells whoever comes with a passkey that an account does not have any more
// that its way in was made anew, and by whom: it may not have been at their wish. It
// is nil where it never was.
func (c *console) replaced(ctx context.Context, id kyc.OperatorID) error {
	o, err := c.account(ctx, id)
	if err != nil || o.RenewedAt.IsZero() {
		return err
	}
	by, err := c.renewer(ctx, o)
	if err != nil {
		return err
	}
	return &problem{Status: http.StatusForbidden, Kind: "replaced_passkey", Detail: fmt.Sprintf(
		"Your way in was made anew on %s by %s, and this passkey does not work any more. If you did not ask for that, tell a compliance colleague now: somebody may be working in your name.",
		o.RenewedAt.UTC().Format("2 January 2006, 15:04 UTC"), by)}
}

// signInWith keeps what a passkey is now, and signs its owner in.
func (c *console) signInWith(w http.ResponseWriter, r *http.Request, id kyc.OperatorID, key webauthn.Credential, with func(kyc.Tx) error) error {
	data, err := json.Marshal(key)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = c.begin(ctx, w, id, "passkey", func(tx kyc.Tx) error {
		if err := with(tx); err != nil {
			return err
		}
		return tx.PutPasskey(ctx, kyc.PasskeyRecord{ID: key.ID, Operator: id, Data: data, CreatedAt: c.Now()})
	})
	if err != nil {
		return err
	}
	return done(w)
}

// badKey is the refusal of a passkey that does not hold. What was wrong with it
// is nothing that its owner could mend.
func badKey(error) *problem {
	p := unknownPerson()
	p.Detail = "This passkey is not known here, or its answer does not hold. " + p.Detail
	return p
}

// beginRegistration makes the first half of a passkey for an invited person.
func (c *console) beginRegistration(w http.ResponseWriter, r *http.Request, _ who) error {
	i, token, err := c.invited(w, r)
	if err != nil {
		return err
	}
	h, err := c.holder(r.Context(), i.Operator)
	if err != nil {
		return err
	}
	var known []protocol.CredentialDescriptor
	for _, k := range h.keys {
		known = append(known, k.Descriptor())
	}
	options, session, err := c.keys.BeginRegistration(h, webauthn.WithExclusions(known), webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
		ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
	}))
	if err != nil {
		return err
	}
	return c.sendOptions(w, "registration", token, session, options.Response)
}

// finishRegistration keeps the passkey of an invited person and signs them in. The
// invitation is used up.
func (c *console) finishRegistration(w http.ResponseWriter, r *http.Request, _ who) error {
	k, session, raw, err := c.answered(w, r, "registration")
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(raw)
	if err != nil {
		return badKey(err)
	}
	ctx := r.Context()
	i, err := c.findInvitation(ctx, k.Invitation)
	if err != nil {
		return err
	}
	h, err := c.holder(ctx, i.Operator)
	if err != nil {
		return err
	}
	made, err := c.keys.CreateCredential(h, session, parsed)
	if err != nil {
		return badKey(err)
	}
	return c.signInWith(w, r, h.id, *made, func(tx kyc.Tx) error { return takeInvitation(ctx, tx, i.Hash) })
}

// takeInvitation uses an invitation up, in a transaction.
func takeInvitation(ctx context.Context, tx kyc.Tx, hash [32]byte) error {
	err := tx.TakeInvitation(ctx, hash)
	if kyc.KindOf(err) == kyc.NotFound {
		return noInvitation()
	}
	return err
}

// keyed serves what needs passkeys, where there are any.
func (c *console) keyed(do func(http.ResponseWriter, *http.Request, who) error) func(http.ResponseWriter, *http.Request, who) error {
	if c.keys == nil {
		return func(http.ResponseWriter, *http.Request, who) error { return noPasskeys() }
	}
	return do
}

// noPasskeys answers where the server is called by an address of numbers.
func noPasskeys() *problem {
	return &problem{
		Status: http.StatusConflict, Kind: "no_passkeys",
		Detail: "Passkeys are bound to a name, and this server is called by an address of numbers. Start it with --public-url and a name, or open the console on its own machine at http://localhost.",
	}
}
