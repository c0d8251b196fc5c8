package verify

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"golang.org/x/text/unicode/norm"

	"bonafide/internal/kyc"
)

// mostContacts is how many addresses one applicant can have.
const mostContacts = 10

// contact reads an address as a person types it: an e-mail address, or a phone
// number with its country.
func contact(text string) (kyc.ContactKind, string, error) {
	text = norm.NFKC.String(strings.TrimSpace(text))
	invalid := &kyc.Error{Kind: kyc.Invalid, Op: "read contact", Detail: "a contact is an e-mail address, or a phone number with + and the country's code"}
	if len(text) > 254 {
		return "", "", invalid
	}
	if strings.Contains(text, "@") {
		a, err := mail.ParseAddress(text)
		if err != nil || a.Name != "" || strings.ContainsAny(a.Address, "\r\n\t \"<>") {
			return "", "", invalid
		}
		return kyc.Email, strings.ToLower(a.Address), nil
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()/\u00a0\u2010\u2011", r) {
			return -1
		}
		return r
	}, text)
	digits = strings.TrimPrefix(strings.TrimPrefix(digits, "+"), "00")
	if len(digits) < 7 || len(digits) > 15 || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) || digits[0] == '0' {
		return "", "", invalid
	}
	return kyc.Phone, "+" + digits, nil
}

// contactValue is the keyed fingerprint of an address.
func (s *Service) contactValue(kind kyc.ContactKind, address string) ([32]byte, error) {
	all, err := s.contactValues(kind, address)
	if err != nil {
		return [32]byte{}, err
	}
	return all[0], nil
}

// contactValues are those under every key, the newest first.
func (s *Service) contactValues(kind kyc.ContactKind, address string) ([][32]byte, error) {
	all, err := s.cfg.Sealer.Fingerprints("contact", string(kind), address)
	if err != nil {
		return nil, fmt.Errorf("fingerprint of a contact: %w", err)
	}
	var out [][32]byte
	for _, f := range all {
		out = append(out, [32]byte(f))
	}
	return out, nil
}

// address is what is sealed of a contact.
type address struct {
	Address string `json:"address"`
}

// PutContacts replaces what is known of how an applicant is reached, as their
// integrator says.
func (s *Service) PutContacts(ctx context.Context, a kyc.ApplicantID, contacts []string) error {
	if len(contacts) > mostContacts {
		return &kyc.Error{Kind: kyc.Invalid, Op: "put contacts", Detail: fmt.Sprintf("at most %d", mostContacts)}
	}
	err := s.cfg.Store.Write(ctx, func(tx kyc.Tx) error {
		if _, err := tx.Applicant(ctx, a); err != nil {
			return err
		}
		var all []kyc.ContactRecord
		for _, text := range contacts {
			kind, plain, err := contact(text)
			if err != nil {
				return err
			}
			r := kyc.ContactRecord{Applicant: a, Kind: kind, CreatedAt: s.cfg.Now()}
			if r.Value, err = s.contactValue(kind, plain); err != nil {
				return err
			}
			if r.Sealed, err = s.sealJSON(ctx, tx, a, about("contact", string(a)), address{plain}); err != nil {
				return err
			}
			all = append(all, r)
		}
		// Who can say where codes go can take an account over: it is on record.
		return errors.Join(tx.PutContacts(ctx, a, all), s.log(ctx, tx, kyc.Record{Event: "put_contacts", Actor: actorOr(s.actor, "integrator"), Note: string(a), At: s.cfg.Now()}))
	})
	if err != nil {
		return fmt.Errorf("put contacts of %s: %w", a, err)
	}
	return nil
}

// Contact is an address of an applicant.
type Contact struct {
	Kind    kyc.ContactKind
	Address string
}
