package verify

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/notify"
	"bonafide/internal/support"
)

// Messenger writes messages to applicants, in their language, and hands them to
// whoever sends mail and text messages. Each carries the receiver's own phrase and a
// code by which anybody can check that it is ours.
type Messenger struct {
	Service  *Service
	Words    *message.Catalogue
	Prover   support.Prover
	Operator support.Channels
	CheckURL string // of the page that knows our messages
	// Mail and Text send; nil where the operator has no such way.
	Mail func(ctx context.Context, m notify.Mail) error
	Text func(ctx context.Context, id, to, text string) error
}

// Send sends what a notice asks for. A code that has expired, or that is nobody's,
// goes nowhere.
func (m Messenger) Send(ctx context.Context, n kyc.Notice) error {
	if n.To == "" {
		return nil
	}
	l, err := m.Service.letter(ctx, n)
	if kyc.KindOf(err) == kyc.NotFound {
		return nil // erased meanwhile
	}
	if err != nil || l.to.Address == "" {
		return err
	}
	now := m.Service.cfg.Now()
	words := m.Words.Speak(l.locale)
	f := message.Facts{Operator: m.Operator.Name, Code: l.code, Minutes: int(l.lasts.Round(time.Minute) / time.Minute), Address: m.CheckURL}
	if f.Phrase, err = m.Prover.Phrase(n.To); err != nil {
		return err
	}
	if f.Check, err = m.Prover.Code(now); err != nil {
		return err
	}
	w := words.Notice(string(n.Kind), f)
	switch {
	case l.to.Kind == kyc.Email && m.Mail != nil:
		var b bytes.Buffer
		for _, line := range []string{
			w.Text, w.Fix, words.Notice("phrase", f).Text, words.Notice("check", f).Text, words.Notice("never", f).Text, m.Operator.Name + " · " + m.Operator.HelpCentre,
		} {
			fmt.Fprintf(&b, "%s\n\n", line)
		}
		return m.Mail(ctx, notify.Mail{ID: n.ID, To: l.to.Address, Subject: w.Title, Text: b.String(), At: now})
	case l.to.Kind == kyc.Phone && m.Text != nil:
		return m.Text(ctx, n.ID, l.to.Address, w.Title+". "+w.Text+"\n"+f.Phrase+" · "+f.Check)
	}
	return nil
}

// letter is what a message needs: to which address, in which language, and its code.
type letter struct {
	to     Contact // without an address where there is nothing to send
	locale string
	code   string
	lasts  time.Duration // the code
}

// letter looks up what a notice is about.
func (s *Service) letter(ctx context.Context, n kyc.Notice) (letter, error) {
	var out letter
	err := s.cfg.Store.Read(ctx, func(tx kyc.Tx) error {
		cases, err := tx.CasesOf(ctx, n.To)
		if err != nil || len(cases) == 0 {
			return err
		}
		c, err := s.open(ctx, tx, cases[len(cases)-1])
		if err != nil {
			return err
		}
		out.locale = c.Locale
		value := n.Address
		if n.Kind == kyc.NoticeCode {
			_, x, err := s.openRecovery(ctx, tx, n.Case)
			if err != nil || n.Code >= len(x.Codes) {
				return err
			}
			sent := x.Codes[n.Code]
			if out.lasts = sent.Expires.Sub(s.cfg.Now()); out.lasts <= 0 || sent.To != n.To {
				return nil
			}
			out.code, value = sent.Code, [32]byte(sent.Value)
		}
		all, err := tx.ContactsOf(ctx, n.To)
		for _, r := range all {
			var a address
			if err := s.openJSON(ctx, tx, n.To, about("contact", string(n.To)), r.Sealed, &a); err != nil {
				return err
			}
			// Under any of the keys: they may have been changed meanwhile.
			values, err := s.contactValues(r.Kind, a.Address)
			if err != nil {
				return err
			}
			if slices.Contains(values, value) {
				out.to = Contact{r.Kind, a.Address}
			}
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("notice %s: %w", n.ID, err)
	}
	return out, nil
}
