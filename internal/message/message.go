// Package message holds every word that Bonafide shows to people: for each
// finding a title, a text and a fix, and the names of items, fields, states and
// kinds of difference, in every language we ship.
//
// It promises that every code of the catalogue has its three texts in every
// language and that no placeholder stays empty; tests fail on a hole. Dates,
// lists, countries and numbers are written as the language does. It does not
// decide what is shown to whom.
package message

import (
	"embed"
	"fmt"
	"path"
	"slices"
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
	return c, nil
}

// Languages lists the languages we ship, English first.
func (c *Catalogue) Languages() []language.Tag { return slices.Clone(c.languages) }

// Speak returns the words for a list of wishes, each a BCP 47 tag or an
// Accept-Language header, the most important first. The first wish that is a
// language of ours counts, in any region; a kindred language is no answer,
// because nobody should be spoken to in their neighbour's. Without one it is
// English.
func (c *Catalogue) Speak(wishes ...string) *Speaker {
	for _, wish := range wishes {
		tags, weights, err := language.ParseAcceptLanguage(wish)
		if err != nil {
			continue
		}
		for k, tag := range tags {
			if weights[k] <= 0 {
				continue
			}
			if canonical, err := language.All.Canonicalize(tag); err == nil {
				tag = canonical
			}
			for _, l := range c.languages {
				if base(l) == base(tag) {
					return c.speaker(l)
				}
			}
		}
	}
	return c.speaker(c.languages[0])
}

func (c *Catalogue) speaker(tag language.Tag) *Speaker {
	return &Speaker{Tag: tag, l: i18n.NewLocalizer(c.bundle, tag.String()), forms: written(tag)}
}

// base is the language itself; und, which every header's * becomes, has none.
func base(t language.Tag) string {
	b, confidence := t.Base()
	if confidence == language.No {
		return ""
	}
	return b.String()
}

// Speaker renders words in one language.
type Speaker struct {
	Tag   language.Tag
	l     *i18n.Localizer
	forms forms
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
	data := map[string]any{
		"Field": s.Field(f.Field), "Typed": "", "Read": "", "From": "", "Age": "", "Documents": s.kinds(x.Documents),
		"Place": s.place("place", f.Field), "PlaceFix": s.place("place_fix", f.Field), "Service": s.forms.value(f.Service), "Item": s.Item(f.Item),
	}
	if f.Values != nil {
		data["Typed"], data["Read"] = s.value(f.Field, f.Values.Typed), s.value(f.Field, f.Values.Read)
	}
	if !f.From.IsZero() {
		data["From"] = s.forms.moment(f.From)
	}
	var count any
	if f.Threshold != nil {
		count = int(*f.Threshold)
		data["Age"] = count
	}
	get := func(part string) string { return s.count(string(f.Code)+"."+part, count, data) }
	out := Words{Title: get("title"), Text: get("text"), Fix: get("fix")}
	if code := string(f.Code); f.Values == nil && strings.HasPrefix(code, "details.") && strings.HasSuffix(code, "_mismatch") {
		out.Text = "" // it names two values, and whoever found it had none
	}
	return out
}

// value writes the value of a field: dates and countries in words, all else as
// it is.
func (s *Speaker) value(f kyc.Field, v string) string {
	switch f { //nolint:exhaustive // the others are as they are
	case kyc.BirthDate, kyc.ExpiryDate:
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			return s.forms.day(t)
		}
	case kyc.Nationality, kyc.IssuingState, kyc.Residence, kyc.NetworkRegion:
		return s.forms.value(country(s.Tag, v))
	}
	return s.forms.value(v)
}

func (s *Speaker) kinds(ks []string) string {
	names := make([]string, len(ks))
	for k, id := range ks {
		names[k] = s.Kind(id)
	}
	return s.forms.list(names)
}

// Kind names a kind of document, as within a sentence.
func (s *Speaker) Kind(id string) string { return s.text("kind." + id) }

// place says which of the three regions of a person a finding is about.
func (s *Speaker) place(entry string, f kyc.Field) string {
	if f == kyc.Residence || f == kyc.IssuingState || f == kyc.NetworkRegion {
		return s.text(entry + "." + string(f))
	}
	return s.text(entry + ".any")
}

// Item names an item.
func (s *Speaker) Item(i kyc.Item) string { return s.text("item." + string(i)) }

// Field names a field; an empty field has an empty name.
func (s *Speaker) Field(f kyc.Field) string {
	if f == "" {
		return ""
	}
	return s.text("field." + string(f))
}

// State names a state.
func (s *Speaker) State(t kyc.State) string { return s.text("state." + string(t)) }

// Next says what happens now in a state.
func (s *Speaker) Next(t kyc.State) string { return s.text("next." + string(t)) }

// Difference names a kind of difference.
func (s *Speaker) Difference(kind string) string {
	if kind == "other" { // a reserved word of go-i18n's files
		kind = "unlike"
	}
	return s.text("difference." + kind)
}

// text renders an entry; a missing one renders as its id, which tests refuse.
func (s *Speaker) text(id string) string { return s.count(id, nil, nil) }

// count renders an entry in the plural form that a number asks for, if it has
// such forms and there is a number.
func (s *Speaker) count(id string, n any, data map[string]any) string {
	t, err := s.l.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: n})
	if err != nil && n != nil {
		t, err = s.l.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
	}
	if err != nil {
		return id
	}
	return t
}
