package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"bonafide/api"
	"bonafide/internal/message"
	"bonafide/internal/server"
)

// TestLanguage holds who is spoken to in which language.
func TestLanguage(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	for _, c := range []struct {
		name                string
		locale              string // of the case
		integrator          bool
		query, header, want string
	}{
		{"an applicant in the case's language", "pt-PT", false, "", "fr", "pt-BR"},
		{"an applicant in the browser's, where the case has none", "", false, "", "fr-CA,en;q=0.5", "fr"},
		{"or none of ours", "tlh", false, "", "zh-CN", "zh-Hans"},
		{"an applicant in the one that they chose", "de", false, "ar", "fr", "ar"},
		{"an applicant who chose what we do not speak", "de", false, "tlh", "fr", "de"},
		{"an applicant in English at last", "", false, "", "tlh", "en"},
		{"an integrator in theirs", "de", true, "", "tr", "tr"},
		{"an integrator by address", "de", true, "vi", "tr", "vi"},
		{"an integrator without a wish", "de", true, "", "", "de"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := json.Marshal(api.NewCase{ExternalID: c.name, Locale: c.locale, Items: []string{"details"}})
			if err != nil {
				t.Fatal(err)
			}
			made := into[api.CreatedCase](l.post("/v1/cases", l.key, string(b), nil).is(http.StatusCreated))
			secret := made.Link.Token
			if c.integrator {
				secret = l.key
			}
			path := "/v1/cases/" + made.Case.ID
			if c.query != "" {
				path += "?locale=" + c.query
			}
			got := into[api.Case](l.send(http.MethodGet, path, secret, nil, header{"Accept-Language": c.header}).is(http.StatusOK))
			if got.Language != c.want || got.Locale != c.locale {
				t.Errorf("speaks %s of a case in %q, want %s", got.Language, got.Locale, c.want)
			}
		})
	}
}

// TestCatalogueInALanguage reads the reasons in the language that is asked for.
func TestCatalogueInALanguage(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil, nil)
	for _, secret := range []string{l.key, l.newCase("a reader", "details").Link.Token} {
		all := into[[]api.FindingInfo](l.get("/v1/findings?locale=de", secret).is(http.StatusOK))
		k := slices.IndexFunc(all, func(f api.FindingInfo) bool { return f.Code == "document.blurry" })
		if k < 0 || all[k].Title != "Das Foto ist unscharf" {
			t.Error("the catalogue is not in German")
		}
	}
}

// TestLanguagesAreDescribed holds the list in the description of the API against
// what is spoken.
func TestLanguagesAreDescribed(t *testing.T) {
	t.Parallel()
	words, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []any }
			}
		}
	}
	if err := json.Unmarshal(doc, &described); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, tag := range words.Languages() {
		want = append(want, tag.String())
	}
	var got []string
	for _, tag := range described.Components.Schemas["Case"].Properties["language"].Enum {
		got = append(got, fmt.Sprint(tag))
	}
	slices.Sort(want)
	slices.Sort(got)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the description names %v, spoken are %v", got, want)
	}
}
