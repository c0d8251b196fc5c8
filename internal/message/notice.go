package message

import (
	"strconv"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Facts are what messages to people name.
type Facts struct {
	Operator string    // who runs the service
	Code     string    // that was asked for
	Minutes  int       // that it works
	Phrase   string    // of the receiver
	Check    string    // code by which a message is known to be ours
	Address  string    // where something is found
	Date     time.Time // when something was, or ends
}

func (s *Speaker) said(id string, f Facts) Words {
	data := map[string]any{
		"Operator": f.Operator, "Code": f.Code, "Minutes": strconv.Itoa(f.Minutes), "Phrase": f.Phrase, "Check": f.Check, "Address": f.Address, "Date": "",
	}
	if !f.Date.IsZero() {
		data["Date"] = s.forms.day(f.Date)
	}
	part := func(p string) string {
		t := s.count(id+"."+p, nil, data)
		if t == id+"."+p {
			return "" // not every entry has all three
		}
		return t
	}
	return Words{Title: part("title"), Text: part("text"), Fix: part("fix")}
}

// Recovery says how a recovery stands: choose, sent, wrong, face, proved, reported.
func (s *Speaker) Recovery(step string, f Facts) Words { return s.said("recovery."+step, f) }

// Notice is a message to a person: recovery_code, identity_theft; or a line that
// messages have: phrase, check, never.
func (s *Speaker) Notice(kind string, f Facts) Words { return s.said("notice."+kind, f) }

// Support is what the page says that tells whether something is ours: page, ours,
// case_link, message, link, not_ours, ended.
func (s *Speaker) Support(answer string, f Facts) Words { return s.said("support."+answer, f) }

// SupportButton names what asks that page.
func (s *Speaker) SupportButton() string { return s.text("support.button") }

// RightToLeft reports whether the language is written so.
func (s *Speaker) RightToLeft() bool { return s.forms.rtl }

// NameOf is a language's own name.
func NameOf(t language.Tag) string { return display.Self.Name(t) }
