package support_test

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"bonafide/internal/seal"
	"bonafide/internal/support"
)

const channels = `
name: Example Exchange
help_centre: https://help.example.org/de
domains: [example.org, "*.verify.example.org", bücher.example]
emails: [support@example.org, "@mail.example.org"]
phones: ["+49 30 123456"]
agents: [AG-1027]
`

func parse(text string) (support.Channels, error) {
	var c support.Channels
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		return c, err
	}
	return c.Checked()
}

func TestWhatIsOurs(t *testing.T) {
	t.Parallel()
	c, err := parse(channels)
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]bool{
		"https://example.org/login?x=1": true, "example.org": true, "EXAMPLE.ORG.": true, "https://help.example.org": true,
		"a.verify.example.org": true, "https://example.org:443/": true, "https://bücher.example/": true, "https://xn--bcher-kva.example": true,
		"support@example.org": true, "Support@Example.Org": true, "mailto:support@example.org": true, "anybody@mail.example.org": true, "Example <support@example.org>": true,
		"+49 30 123456": true, "0049-30-123456": true, "(+49) 30 / 123456": true,
		"ag-1027": true, " AG - 1027 ": true,

		"":                             false,
		"http://example.org":           false, // not encrypted
		"https://example.org.evil.com": false, "https://evil-example.org": false, "https://www.example.org": false, "verify.example.org": false,
		"https://example.org@evil.com/": false, "https://evil.com/https://example.org": false, "https://evil.com#example.org": false,
		`https://evil.com\@example.org`: false, "https://example.org:8443": false, "https://exаmple.org": false, // a Cyrillic letter
		"javascript://example.org/%0aalert(1)": false, "ftp://example.org": false,
		"support@example.org.evil.com": false, "support@exаmple.org": false, "admin@example.org": false, "support@example.org@evil.com": false, "a@b.mail.example.org": false,
		"+49 30 1234567": false, "030 123456": false, "123456": false, "AG-1028": false, "1027": false,
		strings.Repeat("a", 5000) + ".example.org": false,
	} {
		if got := c.Lists(asked); got != want {
			t.Errorf("%q: %v", asked, got)
		}
	}
}

func TestChannelsAreChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"two lines of name":  {"Example Exchange", `"Example\nExchange"`},
		"no name":            {"name: Example Exchange", ""},
		"help in clear":      {"https://help", "http://help"},
		"a whole country":    {"bücher.example", "org"},
		"no address":         {"support@example.org", "support"},
		"a number at home":   {"+49 30", "030"},
		"an agent's initial": {"AG-1027", "A"},
	} {
		if _, err := parse(strings.Replace(channels, change[0], change[1], 1)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func prover(t *testing.T) support.Prover {
	t.Helper()
	s, err := seal.Create(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	return support.Prover{Sealer: s, Random: rand.Reader}
}

func TestCodesOfMessages(t *testing.T) {
	t.Parallel()
	p, now := prover(t), time.Date(2026, 11, 26, 23, 59, 0, 0, time.UTC)
	code, err := p.Code(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, as := range []string{code, strings.ToLower(code), " " + strings.ReplaceAll(code, "-", "") + " ", strings.ReplaceAll(strings.ReplaceAll(code, "0", "O"), "1", "l")} {
		day, ok := p.CodeDay(as)
		if !ok || day.Format(time.DateOnly) != "2026-11-26" {
			t.Errorf("%q: %v %v", as, day, ok)
		}
	}
	other, _ := p.Code(now)
	if other == code {
		t.Error("two messages have one code")
	}
	for k := range code {
		forged := []byte(code)
		if forged[k] == '-' {
			continue
		}
		if forged[k]++; forged[k] == 'I' || forged[k] == 'L' || forged[k] == 'O' || forged[k] == 'U' || forged[k] == ':' || forged[k] > 'Z' {
			forged[k] = '2'
		}
		if string(forged) == code {
			continue
		}
		if _, ok := p.CodeDay(string(forged)); ok {
			t.Errorf("%s is taken for %s", forged, code)
		}
	}
	for _, x := range []string{"", "AAAA", strings.Repeat("0", 16), strings.Repeat("0", 17)} {
		if _, ok := p.CodeDay(x); ok {
			t.Errorf("%q is a code", x)
		}
	}
	if _, ok := prover(t).CodeDay(code); ok {
		t.Error("another installation knows the code")
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	p, ends := prover(t), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	token, err := p.Link("case_1", ends)
	if err != nil {
		t.Fatal(err)
	}
	if c, at, ok := p.Open(token); !ok || c != "case_1" || !at.Equal(ends) {
		t.Errorf("%v %v %v", c, at, ok)
	}
	if strings.Contains(token, "case") {
		t.Error("the link says which case it is about")
	}
	for k := 0; k < len(token); k += 3 {
		forged := []byte(token)
		forged[k] ^= 1
		if _, _, ok := p.Open(string(forged)); ok {
			t.Errorf("a link that was changed at %d is taken", k)
		}
	}
	if _, _, ok := prover(t).Open(token); ok {
		t.Error("another installation opens the link")
	}
}

func TestPhrases(t *testing.T) {
	t.Parallel()
	p := prover(t)
	a, errA := p.Phrase("apl_1")
	again, errB := p.Phrase("apl_1")
	b, errC := p.Phrase("apl_2")
	if errA != nil || errB != nil || errC != nil || a != again || a == b || len(a) != 14 {
		t.Errorf("%q %q %q", a, again, b)
	}
}

func FuzzLists(f *testing.F) {
	c, err := parse(channels)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("https://example.org@evil.com/")
	f.Add("support@example.org")
	f.Fuzz(func(t *testing.T, asked string) {
		if c.Lists(asked) && !strings.ContainsAny(asked, "0123456789.") {
			t.Errorf("%q is ours", asked)
		}
	})
}
