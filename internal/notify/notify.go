// Package notify sends messages to people: mail by the operator's own mail server.
// Text messages leave by a webhook of the operator's, which is not here.
//
// It promises that a password goes over an encrypted connection alone, that an
// address cannot smuggle a header or a second recipient in, and that an error never
// quotes an address, a text or what the server said. It holds no words, and it does
// not try again.
package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// timeout bounds the sending of one mail.
const timeout = 30 * time.Second

// Mail is one message in plain text.
type Mail struct {
	ID      string // of the message, for its Message-ID
	To      string
	Subject string
	Text    string
	At      time.Time
}

// SMTP is a mail server that takes mail from us.
type SMTP struct {
	host, port     string
	user, password string
	implicit       bool // TLS from the first byte
	from           *mail.Address
	roots          *tls.Config
}

// NewSMTP reads where mail goes: smtps://user:password@host:465, or
// smtp://user:password@host:587, which is upgraded to TLS; without an upgrade only
// to this machine itself. from is the address that mail comes from.
func NewSMTP(address, from string) (*SMTP, error) {
	bad := func(what string) error { return fmt.Errorf("mail server: %s", what) } // never the address: it has the password
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" || u.RawQuery != "" {
		return nil, bad("must be like smtps://user:password@mail.example.org:465")
	}
	s := &SMTP{host: u.Hostname(), port: u.Port(), implicit: u.Scheme == "smtps"}
	if s.port == "" {
		s.port = "587"
		if s.implicit {
			s.port = "465"
		}
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
	}
	if s.from, err = mail.ParseAddress(from); err != nil {
		return nil, bad(`the sender must be like "Example <no-reply@example.org>"`)
	}
	s.roots = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	return s, nil
}

// Trusting returns the same server with other certificates to trust: for a server
// inside the operator's house.
func (s *SMTP) Trusting(c *tls.Config) *SMTP {
	out := *s
	out.roots = c.Clone()
	out.roots.ServerName = s.host
	return &out
}

// Send hands a mail to the server.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return errors.New("send mail: the recipient is no address")
	}
	body, err := s.compose(m, to.Address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return errors.New("send mail: the server does not answer")
	}
	defer conn.Close() //nolint:errcheck // closed by Quit
	if at, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(at)
	}
	plain := conn
	stop := context.AfterFunc(ctx, func() { _ = plain.Close() })
	defer stop()
	if s.implicit {
		conn = tls.Client(conn, s.roots)
	}
	return quietly(s.hand(conn, to.Address, body))
}

// hand speaks SMTP.
func (s *SMTP) hand(conn net.Conn, to string, body []byte) error {
	c, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return err
	}
	if !s.implicit {
		if ok, _ := c.Extension("STARTTLS"); ok {
			if err := c.StartTLS(s.roots); err != nil {
				return err
			}
		} else if !local(s.host) {
			return errPlain
		}
	}
	if s.user != "" {
		if err := c.Auth(smtp.PlainAuth("", s.user, s.password, s.host)); err != nil {
			return err
		}
	}
	if err := c.Mail(s.from.Address); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the mail is taken already
	return nil
}

var errPlain = errors.New("the server offers no encryption")

func local(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// quietly keeps of a server's answer its number alone: the text often quotes the
// recipient.
func quietly(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("send mail: the server answered %d", e.Code)
	}
	if errors.Is(err, errPlain) {
		return fmt.Errorf("send mail: %w", errPlain)
	}
	if errors.Is(err, io.EOF) {
		return errors.New("send mail: the server hung up")
	}
	return fmt.Errorf("send mail: %T", err)
}

// compose writes the message (RFC 5322, RFC 2045), marked as sent by a machine
// (RFC 3834) so that no machine answers it.
func (s *SMTP) compose(m Mail, to string) ([]byte, error) {
	if strings.ContainsAny(m.ID+m.Subject, "\r\n<>") {
		return nil, errors.New("send mail: id and subject must be one line")
	}
	_, domain, _ := strings.Cut(s.from.Address, "@")
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", s.from.String()},
		{"To", (&mail.Address{Address: to}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject)},
		{"Date", m.At.Format(time.RFC1123Z)},
		{"Message-ID", "<" + m.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	if _, err := q.Write([]byte(m.Text)); err != nil {
		return nil, err
	}
	if err := q.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
