package message_test

import (
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
)

// full has every fact that a text may name, so that an empty placeholder shows.
func full(c kyc.Code, i kyc.Item) kyc.Finding {
	age := 18.0
	return kyc.Finding{
		Code: c, Item: i, Field: kyc.Surname, Measured: &age, Threshold: &age,
		Values: &kyc.Values{Typed: "TYPEDVALUE", Read: "READVALUE"},
		From:   time.Date(2031, 4, 5, 0, 0, 0, 0, time.UTC), Service: "SERVICE",
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range cat.Languages() {
		s := cat.Speak(lang.String())
		if s.Tag != lang {
			t.Errorf("%s speaks %s", lang, s.Tag)
		}
		for _, d := range kyc.Catalogue() {
			w := s.Finding(full(d.Code, d.Item), message.Extra{Documents: []string{"passport", "id_card"}})
			for part, text := range map[string]string{"title": w.Title, "text": w.Text, "fix": w.Fix} {
				switch {
				case text == string(d.Code)+"."+part || text == "":
					t.Errorf("%s: %s has no %s", lang, d.Code, part)
				case strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.Contains(text, "“”"):
					t.Errorf("%s: %s.%s has an empty placeholder: %s", lang, d.Code, part, text)
				case part == "title" && len([]rune(text)) > 52:
					t.Errorf("%s: %s.title is too long for a phone (%d characters): %s", lang, d.Code, len([]rune(text)), text)
				case len([]rune(text)) > 170:
					t.Errorf("%s: %s.%s is too long (%d characters)", lang, d.Code, part, len([]rune(text)))
				}
			}
		}
		for _, st := range kyc.States() {
			if a, b := s.State(st), s.Next(st); strings.HasPrefix(a, "state.") || strings.HasPrefix(b, "next.") {
				t.Errorf("%s: state %s has no words", lang, st)
			}
		}
		for _, i := range append(kyc.Asked(), kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase) {
			if strings.HasPrefix(s.Item(i), "item.") {
				t.Errorf("%s: item %s has no name", lang, i)
			}
		}
		for _, f := range append(kyc.DetailFields(), kyc.PersonalNumber, kyc.IssuingState, kyc.Sex, kyc.NetworkRegion) {
			if strings.HasPrefix(s.Field(f), "field.") {
				t.Errorf("%s: field %s has no name", lang, f)
			}
		}
	}
}

func TestFallsBackToEnglish(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, wish := range map[string]string{"unknown language": "tlh", "empty": "", "nonsense": "!!", "region": "en-AU,en;q=0.8"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := cat.Speak(wish).Tag.String(); got != "en" {
				t.Errorf("Speak(%q) speaks %s", wish, got)
			}
		})
	}
}
