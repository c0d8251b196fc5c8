package notify_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"bonafide/internal/notify"
)

// server is a mail server that takes everything, on a socket of its own.
type server struct {
	tls      *tls.Config // nil: it has none
	implicit bool
	refuse   string // answers RCPT
	mu       sync.Mutex
	said     []string
	mail     string
	secure   bool // when the mail came
}

// start returns the address of the server.
func (s *server) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return l.Addr().String()
}

func (s *server) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	secure := s.implicit
	if s.implicit {
		c = tls.Server(c, s.tls)
	}
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
	say("220 ready")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		switch verb, _, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO":
			if s.tls != nil && !secure {
				say("250-here")
				say("250 STARTTLS")
			} else {
				say("250-here")
				say("250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go on")
			c = tls.Server(c, s.tls)
			r = bufio.NewReader(c)
			secure = true
		case "RCPT":
			if s.refuse != "" {
				say(s.refuse)
			} else {
				say("250 ok")
			}
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				l, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				b.WriteString(l)
			}
			s.mu.Lock()
			s.mail, s.secure = b.String(), secure
			s.mu.Unlock()
			say("250 taken")
		case "AUTH":
			say("235 welcome")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// certificate is for 127.0.0.1.
func certificate(t *testing.T) (own, trusting *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func hello() notify.Mail {
	return notify.Mail{
		ID: "ntc_1", To: "anna@example.org", Subject: "Ihr Schlüssel für Börse", At: time.Unix(1_800_000_000, 0).UTC(),
		Text: "Grüße.\nکد شما 123456\n.\nEin Punkt allein beendet nichts.\n" + strings.Repeat("lang ", 60),
	}
}

func TestMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	own, trusting := certificate(t)
	for name, s := range map[string]*server{"starttls": {tls: own}, "tls at once": {tls: own, implicit: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scheme := "smtp"
			if s.implicit {
				scheme = "smtps"
			}
			m, err := notify.NewSMTP(fmt.Sprintf("%s://user:pass%%40word@%s", scheme, s.start(t)), "Börse <no-reply@example.org>")
			if err != nil {
				t.Fatal(err)
			}
			want := hello()
			if err := m.Trusting(trusting).Send(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			got, err := mail.ReadMessage(strings.NewReader(s.mail))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(quotedprintable.NewReader(got.Body))
			if plain := strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"); err != nil || plain != strings.ReplaceAll(want.Text, "\n.\n", "\n..\n") && plain != want.Text {
				t.Errorf("%v %q", err, text)
			}
			for h, v := range map[string]string{"To": "<anna@example.org>", "Message-Id": "<ntc_1@example.org>", "Auto-Submitted": "auto-generated"} {
				if got.Header.Get(h) != v {
					t.Errorf("%s: %q", h, got.Header.Get(h))
				}
			}
			if !s.secure || !strings.Contains(strings.Join(s.said, "\n"), "MAIL FROM:<no-reply@example.org>") {
				t.Errorf("encrypted %v, %q", s.secure, s.said)
			}
		})
	}
}

func TestSendingFailsWithoutATrace(t *testing.T) {
	t.Parallel()
	own, _ := certificate(t)
	for name, x := range map[string]struct {
		s    *server
		mail func(*notify.Mail)
	}{
		"the recipient is refused": {&server{refuse: "550 anna@example.org is unknown here"}, nil},
		"an unknown certificate":   {&server{tls: own}, nil},
		"two recipients":           {&server{}, func(m *notify.Mail) { m.To = "a@example.org, b@example.org" }},
		"a header smuggled in":     {&server{}, func(m *notify.Mail) { m.To = "anna@example.org\r\nBcc: eve@example.org" }},
		"a subject of two lines":   {&server{}, func(m *notify.Mail) { m.Subject = "a\nBcc: eve@example.org" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := notify.NewSMTP("smtp://"+x.s.start(t), "no-reply@example.org")
			if err != nil {
				t.Fatal(err)
			}
			letter := hello()
			if x.mail != nil {
				x.mail(&letter)
			}
			err = m.Send(t.Context(), letter)
			if err == nil || strings.Contains(err.Error(), "anna") || strings.Contains(err.Error(), "eve") || x.s.mail != "" {
				t.Errorf("%v; mail %q", err, x.s.mail)
			}
		})
	}
	m, err := notify.NewSMTP("smtp://127.0.0.1:1", "no-reply@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), hello()); err == nil {
		t.Error("sent to nobody")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Send(ctx, hello()); err == nil {
		t.Error("sent although the context is over")
	}
}

func TestServersAreChecked(t *testing.T) {
	t.Parallel()
	for name, x := range map[string][2]string{
		"nothing":        {"", "a@example.org"},
		"another scheme": {"http://mail.example.org", "a@example.org"},
		"no sender":      {"smtps://mail.example.org", ""},
		"a path":         {"smtps://user:hidden@mail.example.org/x", "a@example.org"},
		"not an address": {"smtps://user:hidden@mail.example.org:x", "a@example.org"},
	} {
		if _, err := notify.NewSMTP(x[0], x[1]); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
