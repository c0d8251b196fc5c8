package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/notify"
	"bonafide/internal/operator"
	"bonafide/internal/support"
	"bonafide/internal/verify"
	"bonafide/internal/webhook"
)

// outboxFlags say what leaves the house, and whose house it is.
type outboxFlags struct {
	Operator      string `help:"File that says who you are: name, channels, logo and colours, pages that may show yours (docs/operator.md)." type:"path" placeholder:"FILE" env:"BONAFIDE_OPERATOR,BONAFIDE_SUPPORT" aliases:"support"`
	MailServer    string `name:"mail-server" help:"Where mail is handed in: smtps://user:password@host:465 or smtp://…:587. Set it in the environment, not on the command line." placeholder:"URL" env:"BONAFIDE_MAIL_SERVER"`
	MailFrom      string `name:"mail-from" help:"The sender of mail." placeholder:"ADDRESS" env:"BONAFIDE_MAIL_FROM"`
	Webhook       string `help:"Address that is told what happens to cases." placeholder:"URL" env:"BONAFIDE_WEBHOOK"`
	TextWebhook   string `name:"text-webhook" help:"Address that sends text messages for you: {id, to, text}." placeholder:"URL" env:"BONAFIDE_TEXT_WEBHOOK"`
	WebhookSecret string `name:"webhook-secret" help:"Signs both: whsec_ and base64. Set it in the environment, not on the command line." placeholder:"SECRET" env:"BONAFIDE_WEBHOOK_SECRET"`
}

// outbox is how things leave the house.
type outbox struct {
	operator operator.Operator
	mail     func(context.Context, notify.Mail) error
	text     func(ctx context.Context, id, to, text string) error
	tell     func(context.Context, kyc.Delivery) error
}

// open makes an outbox of the flags.
func (f outboxFlags) open(a *app) (outbox, error) {
	var o outbox
	if f.Operator != "" {
		var err error
		if o.operator, err = operator.Load(f.Operator); err != nil {
			return o, err
		}
	}
	if f.MailServer != "" {
		m, err := notify.NewSMTP(f.MailServer, f.MailFrom)
		if err != nil {
			return o, err
		}
		o.mail = m.Send
	}
	if f.TextWebhook != "" {
		w, err := webhook.New(f.TextWebhook, f.WebhookSecret, a.now)
		if err != nil {
			return o, fmt.Errorf("--text-webhook: %w", err)
		}
		o.text = func(ctx context.Context, id, to, text string) error {
			body, err := json.Marshal(map[string]string{"id": id, "to": to, "text": text})
			if err != nil {
				return err
			}
			return w.Send(ctx, id, body)
		}
	}
	if f.Webhook != "" {
		w, err := webhook.New(f.Webhook, f.WebhookSecret, a.now)
		if err != nil {
			return o, fmt.Errorf("--webhook: %w", err)
		}
		o.tell = func(ctx context.Context, d kyc.Delivery) error {
			body, err := json.Marshal(d)
			if err != nil {
				return err
			}
			return w.Send(ctx, d.ID, body)
		}
	}
	if o.sends() && o.operator.Name == "" {
		return o, errors.New("--operator is missing: messages to people name you and your help page")
	}
	return o, nil
}

// sends reports whether messages can be sent to applicants.
func (o outbox) sends() bool { return o.mail != nil || o.text != nil }

// ways are the kinds of address that messages can be sent to.
func (o outbox) ways() []kyc.ContactKind {
	var all []kyc.ContactKind
	if o.mail != nil {
		all = append(all, kyc.Email)
	}
	if o.text != nil {
		all = append(all, kyc.Phone)
	}
	return all
}

// messenger writes and sends what the service asks for.
func (o outbox) messenger(s *verify.Service, words *message.Catalogue, p support.Prover, base string) verify.Messenger {
	return verify.Messenger{Service: s, Words: words, Prover: p, Operator: o.operator.Channels, CheckURL: base + "/support/check", Mail: o.mail, Text: o.text}
}
