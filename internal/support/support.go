// Package support proves to people that a channel is the operator's own: an
// address, a link, a phone number, an agent, a message.
//
// It promises that only what the operator listed, or what was signed with this
// installation's keys, is called ours; that a look-alike is not (a foreign letter in
// a domain, a name before an @, a longer domain); and that asking leaves no trace: it
// stores and logs nothing.
package support

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Channels are the operator's own, and the only ones that are ever named.
type Channels struct {
	// Name is the operator's as people know it.
	Name string `yaml:"name"`
	// HelpCentre is the page to which people are sent for help.
	HelpCentre string `yaml:"help_centre"`
	// Domains are those of the operator's links; *.example.org is every one below
	// example.org, and not that itself.
	Domains []string `yaml:"domains"`
	// Emails are addresses; @example.org is all of a domain.
	Emails []string `yaml:"emails"`
	Phones []string `yaml:"phones"`
	// Agents are the codes by which the operator's people name themselves.
	Agents []string `yaml:"agents"`
}

// maxName bounds the operator's name, and maxQuestion what can be asked.
const (
	maxName     = 60
	maxQuestion = 2000
)

// Checked returns the channels in the form in which they are compared.
func (c Channels) Checked() (Channels, error) {
	if c.Name == "" {
		return c, errors.New("support channels: name is missing")
	}
	if utf8.RuneCountInString(c.Name) > maxName || strings.ContainsFunc(c.Name, unicode.IsControl) {
		return c, fmt.Errorf("support channels: name must be one line of at most %d characters", maxName)
	}
	u, err := url.Parse(c.HelpCentre)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return c, errors.New("support channels: help_centre must be like https://help.example.org")
	}
	c.Domains = append(c.Domains, u.Hostname())
	for k, x := range c.Domains {
		below := strings.HasPrefix(x, "*.")
		host, err := Host(strings.TrimPrefix(x, "*."))
		if err != nil || !strings.Contains(host, ".") {
			return c, fmt.Errorf("support channels: %q is no domain", x)
		}
		if c.Domains[k] = host; below {
			c.Domains[k] = "*." + host
		}
	}
	for k, x := range c.Emails {
		name, domain, ok := strings.Cut(x, "@")
		host, err := Host(domain)
		if !ok || err != nil || !strings.Contains(host, ".") {
			return c, fmt.Errorf("support channels: %q is no e-mail address", x)
		}
		c.Emails[k] = strings.ToLower(name) + "@" + host
	}
	for k, x := range c.Phones {
		n, ok := phone(x)
		if !ok || !strings.HasPrefix(n, "+") {
			return c, fmt.Errorf("support channels: %q is no phone number with + and the country's code", x)
		}
		c.Phones[k] = n
	}
	for k, x := range c.Agents {
		a := agent(x)
		if len(a) < 4 {
			return c, fmt.Errorf("support channels: the agent's code %q is too short to be one", x)
		}
		c.Agents[k] = a
	}
	return c, nil
}

// Host is a host as the network knows it. What looks like another letter is
// another letter there.
func Host(host string) (string, error) {
	return idna.Lookup.ToASCII(strings.TrimSuffix(strings.ToLower(host), "."))
}

func phone(s string) (string, bool) {
	n := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()/\u00a0\u2010\u2011", r) {
			return -1
		}
		return r
	}, s)
	if rest, ok := strings.CutPrefix(n, "00"); ok {
		n = "+" + rest
	}
	digits := strings.TrimPrefix(n, "+")
	if len(digits) < 5 || len(digits) > 15 || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", false
	}
	return n, true
}

func agent(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}

// Lists reports whether something that somebody saw is in the operator's list.
func (c Channels) Lists(asked string) bool {
	asked = strings.TrimSpace(asked)
	if asked == "" || len(asked) > maxQuestion {
		return false
	}
	if slices.Contains(c.Agents, agent(asked)) {
		return true
	}
	if n, ok := phone(asked); ok {
		return slices.Contains(c.Phones, n)
	}
	if host, ok := hostOf(asked); ok {
		return c.host(host)
	}
	return c.email(asked)
}

func (c Channels) email(asked string) bool {
	a, err := mail.ParseAddress(strings.TrimPrefix(asked, "mailto:"))
	if err != nil {
		return false
	}
	at := strings.LastIndexByte(a.Address, '@')
	host, err := Host(a.Address[at+1:])
	if err != nil {
		return false
	}
	return slices.Contains(c.Emails, strings.ToLower(a.Address[:at])+"@"+host) || slices.Contains(c.Emails, "@"+host)
}

// hostOf is the host of a link, written with or without https://. A link that is
// not encrypted, or that has a name before its host, is no link of ours.
func hostOf(asked string) (string, bool) {
	if !strings.Contains(asked, "://") {
		if strings.ContainsAny(asked, "@ \t") || !strings.Contains(asked, ".") {
			return "", false
		}
		asked = "https://" + asked
	}
	u, err := url.Parse(asked)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" || strings.ContainsAny(asked, "\\ \t\r\n") {
		return "", false
	}
	if p := u.Port(); p != "" && p != "443" {
		return "", false
	}
	host, err := Host(u.Hostname())
	return host, err == nil
}

func (c Channels) host(host string) bool {
	return slices.ContainsFunc(c.Domains, func(d string) bool {
		if below, ok := strings.CutPrefix(d, "*"); ok {
			return strings.HasSuffix(host, below) && len(host) > len(below)
		}
		return host == d
	})
}
