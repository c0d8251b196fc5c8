package console

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"bonafide/internal/kyc"
)

// Claims lets the identity provider say who may work here, and as what. The zero
// value leaves that to invitations.
type Claims struct {
	// Name is the claim that says it: a member of the token, or a path to one with
	// dots, as realm_access.roles. Its value is a text or a list of them.
	Name string
	// Roles are the roles by the values of the claim.
	Roles map[string]kyc.Role
	// Scopes are asked for so that the provider tells the claim.
	Scopes []string
}

// check refuses a provider that would be talked to in the clear, and claims that
// make no sense, before anybody signs in.
func (p Provider) check(origin string) error {
	for what, address := range map[string]string{"the identity provider": p.Issuer, "the console": origin} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return fmt.Errorf("console: the address of %s, %q, is none", what, address)
		}
		ip := net.ParseIP(u.Hostname())
		here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
		if u.Scheme != "https" && (u.Scheme != "http" || !here) {
			return fmt.Errorf("console: sign-in at an identity provider needs https beyond this machine, and %s is at %s", what, address)
		}
	}
	if (p.Claims.Name == "") != (len(p.Claims.Roles) == 0) {
		return errors.New("console: a claim that says roles and the roles by its values come together")
	}
	for value, role := range p.Claims.Roles {
		if value == "" || !slices.Contains(kyc.Roles(), role) {
			return fmt.Errorf("console: the claim's value %q gives the role %q; the roles are %v", value, role, kyc.Roles())
		}
	}
	return nil
}

// values are what the claim says; nothing where it is not there.
func (c Claims) values(all map[string]any) []string {
	v, ok := all[c.Name]
	if !ok {
		var at any = all
		for part := range strings.SplitSeq(c.Name, ".") {
			m, _ := at.(map[string]any)
			at = m[part]
		}
		v = at
	}
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// role is what a person is by their claims. Of two roles none is taken: who looks
// after the people sees no applicant.
func (c Claims) role(all map[string]any) (kyc.Role, error) {
	var found kyc.Role
	for _, v := range c.values(all) {
		role, ok := c.Roles[v]
		if !ok || role == found {
			continue
		}
		if found != "" {
			return "", &problem{Status: http.StatusForbidden, Kind: "several_roles", Detail: "The identity provider gives you several roles here. Ask whoever keeps it to leave one."}
		}
		found = role
	}
	if found == "" {
		return "", &problem{Status: http.StatusForbidden, Kind: "no_role", Detail: "The identity provider gives you no role here. Ask whoever keeps it."}
	}
	return found, nil
}

// told are the claims about a person: those of the id token, and where that does not
// have what is wanted, those that the provider tells on asking.
func (p *identityProvider) told(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, id *oidc.IDToken) (map[string]any, error) {
	all := map[string]any{}
	if err := id.Claims(&all); err != nil {
		return nil, fmt.Errorf("claims of the id token: %w", err)
	}
	if p.Claims.values(all) != nil && nameIn(all) != "" || provider.UserInfoEndpoint() == "" {
		return all, nil
	}
	more, err := provider.UserInfo(oidc.ClientContext(ctx, &http.Client{Timeout: providerPatience}), oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("ask the identity provider about a person: %w", err)
	}
	if more.Subject != id.Subject {
		return nil, errors.New("the identity provider tells of another person than it vouched for")
	}
	if err := more.Claims(&all); err != nil {
		return nil, fmt.Errorf("claims about a person: %w", err)
	}
	return all, nil
}

// nameIn is what a person is called.
func nameIn(all map[string]any) string {
	for _, c := range []string{"name", "preferred_username", "email"} {
		s, _ := all[c].(string)
		if s = strings.TrimSpace(strings.ToValidUTF8(s, "")); s != "" {
			r := []rune(s)
			return string(r[:min(len(r), maxName)])
		}
	}
	return ""
}

// admit signs a person in as what the provider says: into the account that they
// have, or into a new one.
func (c *console) admit(ctx context.Context, w http.ResponseWriter, subject []byte, all map[string]any, known *kyc.OperatorRecord) error {
	role, err := c.idp.Claims.role(all)
	if err != nil {
		return err
	}
	o := kyc.OperatorRecord{ID: kyc.OperatorID(c.NewID("opr")), Role: role, Subject: subject, CreatedAt: c.Now()}
	if known != nil {
		o = *known
	} else if o.Sealed, err = c.Sealer.SealSystem(nameContext(o.ID), []byte(cmp.Or(nameIn(all), string(o.ID)))); err != nil {
		return err
	}
	return c.begin(ctx, w, o.ID, "provider", func(tx kyc.Tx) error {
		if known != nil {
			return c.roleIs(ctx, tx, o.ID, subject, role)
		}
		if err := tx.CreateOperator(ctx, o); err != nil {
			return err
		}
		return record(ctx, tx, kyc.Record{Event: "operator_invited", Actor: "identity_provider", Note: string(o.ID) + ":" + string(role), At: c.Now()})
	})
}

// roleIs gives an account the role that the provider says. Asking the provider takes
// time: that the account is still open and still this person's is looked at now.
func (c *console) roleIs(ctx context.Context, tx kyc.Tx, id kyc.OperatorID, subject []byte, role kyc.Role) error {
	o, err := tx.Operator(ctx, id)
	if err != nil {
		return err
	}
	if !o.DisabledAt.IsZero() || !bytes.Equal(o.Subject, subject) {
		return unknownPerson()
	}
	if o.Role == role {
		return nil
	}
	o.Role = role
	if err := tx.SaveOperator(ctx, o); err != nil {
		return err
	}
	return record(ctx, tx, kyc.Record{Event: "operator_changed", Actor: "identity_provider", Note: string(o.ID) + ":role " + string(role), At: c.Now()})
}
