// Package message holds every word that Bonafide shows to people: for each
// finding a title, a text and a fix, and the names of items, fields, states and
// kinds of difference, in every language we ship.
//
// It promises that every code of the catalogue has its three texts in every
// language and that no placeholder stays empty; tests fail on a hole. It does
// not decide what is shown to whom.
package message

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"bonafide/internal/kyc"
)

//go:embed *.yaml
var files embed.FS

// Catalogue renders words in the languages we ship.
type Catalogue struct {
	bundle    *i18n.Bundle
	languages []language.Tag // English first: the fallback
	matcher   language.Matcher
}

// Load reads the embedded catalogues.
func Load() (*Catalogue, error) {
	c := &Catalogue{bundle: i18n.NewBundle(language.English), languages: []language.Tag{language.English}}
	c.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	for _, e := range entries {
		if _, err := c.bundle.LoadMessageFileFS(files, e.Name()); err != nil {
			return nil, fmt.Errorf("message: %s: %w", e.Name(), err)
		}
		tag, err := language.Parse(strings.TrimSuffix(path.Base(e.Name()), ".yaml"))
		if err != nil {
			return nil, fmt.Errorf("message: the name of %s is no language: %w", e.Name(), err)
		}
		if !slices.Contains(c.languages, tag) {
			c.languages = append(c.languages, tag)
		}
	}
	c.matcher = language.NewMatcher(c.languages)
	return c, nil
}

// Languages lists the languages we ship, English first.
func (c *Catalogue) Languages() []language.Tag { return slices.Clone(c.languages) }

// Speak returns the words in the best language for a list of wishes, each a
// BCP 47 tag or an Accept-Language header.
func (c *Catalogue) Speak(wishes ...string) *Speaker {
	tag, _ := language.MatchStrings(c.matcher, wishes...)
	// The match may carry extensions of the wish; the catalogue knows bases.
	best := c.languages[0]
	for _, l := range c.languages {
		if a, _ := l.Base(); a == mustBase(tag) {
			best = l
		}
	}
	return &Speaker{Tag: best, l: i18n.NewLocalizer(c.bundle, best.String())}
}

func mustBase(t language.Tag) language.Base { b, _ := t.Base(); return b }

// Speaker renders words in one language.
type Speaker struct {
	Tag language.Tag
	l   *i18n.Localizer
}

// Words is what a person is told of a finding.
type Words struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Fix   string `json:"fix"`
}

// Extra are facts of the policy that some texts name.
type Extra struct {
	Documents []string // accepted kinds
}

// Finding renders a finding. Texts of details findings hold the applicant's own
// data and must go to the applicant or the operator alone, never to a log.
func (s *Speaker) Finding(f kyc.Finding, x Extra) Words {
	data := map[string]string{
		"Field": s.Field(f.Field), "Typed": "", "Read": "", "From": "", "Age": "", "Documents": s.kinds(x.Documents),
	}
	if f.Values != nil {
		data["Typed"], data["Read"] = f.Values.Typed, f.Values.Read
	}
	if !f.From.IsZero() {
		data["From"] = moment(f.From)
	}
	if f.Threshold != nil {
		data["Age"] = strconv.Itoa(int(*f.Threshold))
	}
	get := func(part string) string { return s.text(string(f.Code)+"."+part, data) }
	return Words{Title: get("title"), Text: get("text"), Fix: get("fix")}
}

// moment renders a date, with the time of day in UTC when there is one.
func moment(t time.Time) string {
	t = t.UTC()
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04 UTC")
}

func (s *Speaker) kinds(ks []string) string {
	names := make([]string, len(ks))
	for k, id := range ks {
		names[k] = s.text("kind."+id, nil)
	}
	return strings.Join(names, ", ")
}

// Item names an item.
func (s *Speaker) Item(i kyc.Item) string { return s.text("item."+string(i), nil) }

// Field names a field; an empty field has an empty name.
func (s *Speaker) Field(f kyc.Field) string {
	if f == "" {
		return ""
	}
	return s.text("field."+string(f), nil)
}

// State names a state.
func (s *Speaker) State(t kyc.State) string { return s.text("state."+string(t), nil) }

// Next says what happens now in a state.
func (s *Speaker) Next(t kyc.State) string { return s.text("next."+string(t), nil) }

// Difference names a kind of difference.
func (s *Speaker) Difference(kind string) string {
	if kind == "other" { // a reserved word of go-i18n's files
		kind = "unlike"
	}
	return s.text("difference."+kind, nil)
}

// text renders an entry; a missing one renders as its id, which tests refuse.
func (s *Speaker) text(id string, data map[string]string) string {
	t, err := s.l.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
	if err != nil {
		return id
	}
	return t
}
