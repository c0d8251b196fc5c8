package message_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
	"bonafide/internal/policy"
)

// shipped are the languages that every text is in.
var shipped = []string{"en", "ar", "de", "es", "fr", "hi", "id", "pt-BR", "ru", "tr", "vi", "zh-Hans"}

var pluralForms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

// entry is one text: under "other", or in its plural forms.
type entry map[string]string

// read returns the entries of a language's file by id.
func read(t *testing.T, lang string) map[string]entry {
	t.Helper()
	b, err := os.ReadFile(lang + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := yaml.Unmarshal(b, &root); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	out := map[string]entry{}
	var walk func(id string, v any)
	walk = func(id string, v any) {
		switch v := v.(type) {
		case string:
			out[id] = entry{"other": v}
		case map[string]any:
			if _, ok := v["other"].(string); ok {
				if len(v) == 1 && !slices.Contains([]string{"id", "vi", "zh-Hans"}, lang) {
					t.Errorf("%s: %s has one plural form of several; a text that needs none is plain", lang, id)
				}
				out[id] = entry{}
				for form, text := range v {
					out[id][form] = fmt.Sprint(text)
				}
				return
			}
			for k, w := range v {
				walk(strings.TrimPrefix(id+"."+k, "."), w)
			}
		default:
			t.Errorf("%s: %s is no text but %T", lang, id, v)
		}
	}
	walk("", root)
	return out
}

// used lists the ids that something in the program asks for.
func used(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	add := func(section string, names ...string) {
		for _, n := range names {
			ids[section+"."+n] = true
		}
	}
	for _, d := range kyc.Catalogue() {
		add(string(d.Code), "title", "text", "fix")
	}
	for _, s := range kyc.States() {
		add("state", string(s))
		add("next", string(s))
	}
	for _, i := range append(kyc.Asked(), kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase) {
		add("item", string(i))
	}
	for _, f := range constants(t, "../kyc", "Field") {
		add("field", f)
	}
	for _, k := range constants(t, "../match", "Kind") {
		if k == "other" {
			k = "unlike"
		}
		add("difference", k)
	}
	add("kind", policy.Kinds()...)
	add("consent", "title", "text", "fix", "agree", "decline")
	add("consent_only", "fix")
	for section, names := range map[string][]string{
		"recovery": {"choose", "sent", "wrong", "face", "proved", "reported"}, "notice": {"recovery_code", "identity_theft"}, "support": {"page", "not_ours"},
	} {
		for _, n := range names {
			add(section+"."+n, "title", "text", "fix")
		}
	}
	for _, n := range []string{"ours", "case_link", "message", "link", "ended"} {
		add("support."+n, "title", "text")
	}
	add("support", "button")
	add("notice", "phrase.text", "check.text", "never.text")
	for _, section := range []string{"place", "place_fix"} {
		add(section, "any", string(kyc.Residence), string(kyc.IssuingState), string(kyc.NetworkRegion))
	}
	return ids
}

// constants lists the values of a type of names in a package's source: a new one
// needs words, and nothing but the compiler knows them all.
func constants(t *testing.T, dir, of string) []string {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`(?m)^\t[A-Z]\w*\s+` + of + `\s+=\s+"([a-z_]+)"`)
	var out []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(b), -1) {
			out = append(out, m[1])
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s has no constants of type %s", dir, of)
	}
	return out
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range cat.Languages() {
		got = append(got, l.String())
	}
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(shipped)); !slices.Equal(got, want) {
		t.Errorf("the catalogue speaks %v, want %v", got, want)
	}
}

// TestEntries holds every language against what the program asks for.
func TestEntries(t *testing.T) {
	t.Parallel()
	want := used(t)
	for _, lang := range shipped {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			got := read(t, lang)
			for _, id := range slices.Sorted(maps.Keys(want)) {
				if got[id] == nil {
					t.Errorf("%s is missing", id)
				}
			}
			for _, id := range slices.Sorted(maps.Keys(got)) {
				if !want[id] {
					t.Errorf("%s is not used", id)
				}
			}
		})
	}
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	known := []string{"Field", "Typed", "Read", "From", "Age", "Documents", "Place", "PlaceFix", "Service", "Item", "Operator", "Code", "Minutes", "Phrase", "Check", "Address", "Date"}
	names := func(text string) []string {
		var out []string
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	en := read(t, "en")
	for _, lang := range shipped {
		for id, e := range read(t, lang) {
			for form, text := range e {
				got, want := names(text), names(en[id]["other"])
				if strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}") {
					t.Errorf("%s: %s holds braces that are no placeholder: %s", lang, id, text)
				}
				for _, n := range got {
					if !slices.Contains(known, n) {
						t.Errorf("%s: %s names %s, which nothing fills in", lang, id, n)
					}
				}
				// A form for none, one or two may say so by the word alone, as in Arabic.
				if slices.Contains([]string{"zero", "one", "two"}, form) && len(got) == 0 {
					continue
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s (%s) names %v, English %v", lang, id, form, got, want)
				}
			}
		}
	}
}

// letters counts what is seen as letters: marks and joiners belong to the letter
// before them.
func letters(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.Is(unicode.M, r) && !unicode.Is(unicode.Cf, r) {
			n++
		}
	}
	return n
}

// TestFitsAPhone keeps texts within what a screen of 320 CSS pixels shows
// without scrolling for one reason: a title on two lines, a text and a fix on
// six lines each, a name on two lines beside a mark, what happens next on four.
func TestFitsAPhone(t *testing.T) {
	t.Parallel()
	limit := func(id string) int {
		section, _, _ := strings.Cut(id, ".")
		switch {
		case strings.HasSuffix(id, ".title"):
			return 52
		case strings.HasSuffix(id, ".text"), strings.HasSuffix(id, ".fix"), section == "place_fix":
			return 170
		case section == "next":
			return 140
		}
		return 48
	}
	for _, lang := range shipped {
		for id, e := range read(t, lang) {
			for _, text := range e {
				if n := letters(placeholder.ReplaceAllString(text, "")); n > limit(id) {
					t.Errorf("%s: %s has %d letters, more than %d: %s", lang, id, n, limit(id), text)
				}
				if strings.TrimSpace(text) != text || text == "" || strings.Contains(text, "  ") {
					t.Errorf("%s: %s has blanks to no end: %q", lang, id, text)
				}
			}
		}
	}
}

// TestPlurals asks for the forms that CLDR knows for whole numbers, and allows
// those for other numbers.
func TestPlurals(t *testing.T) {
	t.Parallel()
	en := read(t, "en")
	for _, lang := range shipped {
		tag := language.MustParse(lang)
		needed := map[string]bool{"other": true}
		allowed := map[string]bool{"other": true}
		for name, form := range pluralForms {
			for n := range 1001 {
				if plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) == form {
					needed[name], allowed[name] = true, true
				}
			}
		}
		if slices.Contains([]string{"es", "fr", "pt-BR"}, lang) {
			allowed["many"] = true // for millions, newer than the tables of x/text
		}
		for id, e := range read(t, lang) {
			if len(e) == 1 { // wording that needs no agreement, or one form for all
				continue
			}
			if len(en[id]) == 1 {
				t.Errorf("%s: %s has plural forms, but English has no number there", lang, id)
			}
			for form := range needed {
				if e[form] == "" {
					t.Errorf("%s: %s has no form %q", lang, id, form)
				}
			}
			for form := range e {
				if !allowed[form] {
					t.Errorf("%s: %s has a form %q that the language has not", lang, id, form)
				}
			}
		}
	}
}

// unkind are stems that blame, frighten or shout. Where a text says that
// something is not the person's fault the word is meant well.
var unkind = map[string][]string{
	"en":      {"failed", "invalid", "illegal", "fraud", "error", "your fault", "you must", "mrz", "ocr", "threshold"},
	"ar":      {"خطأك", "فشل", "احتيال", "غير صالح", "يجب عليك", "ممنوع"},
	"de":      {"fehler", "ungültig", "gescheitert", "betrug", "sie müssen sofort", "ihre schuld", "verboten", " kunde"},
	"es":      {"error", "inválid", "fraude", "fallid", "fracas", "usted debe", "prohibid"},
	"fr":      {"erreur", "invalide", "fraude", "échou", "échec", "vous devez", "interdit", "votre faute"},
	"hi":      {"आपकी गलती", "आपकी ग़लती", "विफल", "अमान्य", "धोखा", "अवैध"},
	"id":      {"gagal", "penipuan", "tidak valid", "kesalahan anda", "anda harus", "dilarang"},
	"pt-BR":   {"erro ", "inválid", "fraude", "falhou", "você deve", "proibid"},
	"ru":      {"ошибк", "недействит", "мошенн", "вы должны", "провал", "запрещ", "по вашей вине"},
	"tr":      {"hata", "geçersiz", "dolandır", "başarısız", "zorundasınız", "suçunuz", "yasak"},
	"vi":      {"thất bại", "gian lận", "lỗi của bạn", "không hợp lệ", "bạn phải"},
	"zh-Hans": {"失败", "无效", "欺诈", "您的错", "你的错", "必须", "禁止", "非法"},
}

var absolved = regexp.MustCompile(`(?i)not your fault|不是您的错|不是你的错|không phải lỗi của bạn|bukan kesalahan anda|आपकी ग(ल|़ल)ती नहीं|न कि आपकी गलती|ليس (?:هذا )?خطأك|не по вашей вине`)

func TestTone(t *testing.T) {
	t.Parallel()
	for _, lang := range shipped {
		if len(unkind[lang]) == 0 {
			t.Errorf("%s: no words are known that blame", lang)
		}
		for id, e := range read(t, lang) {
			for _, text := range e {
				if strings.ContainsAny(text, "!！¡") {
					t.Errorf("%s: %s shouts: %s", lang, id, text)
				}
				low := strings.ToLower(absolved.ReplaceAllString(text, ""))
				for _, word := range unkind[lang] {
					if strings.Contains(low, word) {
						t.Errorf("%s: %s says %q: %s", lang, id, word, text)
					}
				}
			}
		}
	}
}

// loanwords are the same in English and in the language.
var loanwords = map[string][]string{
	"fr": {"visa"},
	"id": {"visa"},
}

func TestNothingIsLeftInEnglish(t *testing.T) {
	t.Parallel()
	en := read(t, "en")
	for _, lang := range shipped[1:] {
		for id, e := range read(t, lang) {
			for _, text := range e {
				if text == en[id]["other"] && placeholder.ReplaceAllString(text, "") != "" && !slices.Contains(loanwords[lang], text) {
					t.Errorf("%s: %s is English: %s", lang, id, text)
				}
			}
		}
	}
}

// TestScripts finds a letter of another alphabet in a word, which is easily
// typed and hardly seen, and Latin words that are no names.
func TestScripts(t *testing.T) {
	t.Parallel()
	scripts := map[string][]*unicode.RangeTable{
		"ar": {unicode.Arabic}, "hi": {unicode.Devanagari}, "ru": {unicode.Cyrillic}, "zh-Hans": {unicode.Han},
	}
	names := []string{"JPEG", "PNG", "WebP", "HEIC", "MB", "Wi", "Fi", "VPN"}
	word := regexp.MustCompile(`[\p{L}\p{M}]+`)
	for _, lang := range shipped {
		own := scripts[lang]
		if own == nil {
			own = []*unicode.RangeTable{unicode.Latin}
		}
		for id, e := range read(t, lang) {
			for _, text := range e {
				for _, w := range word.FindAllString(placeholder.ReplaceAllString(text, " "), -1) {
					if slices.Contains(names, w) {
						continue
					}
					for _, r := range w {
						if !unicode.In(r, own...) && !unicode.In(r, unicode.Inherited) {
							t.Errorf("%s: %s mixes scripts in %q (%U): %s", lang, id, w, r, text)
							break
						}
					}
				}
			}
		}
	}
}

// TestRendered renders every finding with its facts in every language.
func TestRendered(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	empty := regexp.MustCompile(`<no value>|\{\{|“”|„“|«\s*»|「」|""`)
	for _, lang := range shipped {
		for _, d := range kyc.Catalogue() {
			w := cat.Speak(lang).Finding(full(d.Code, d.Item), message.Extra{Documents: []string{"passport", "id_card"}})
			for _, text := range []string{w.Title, w.Text, w.Fix} {
				if empty.MatchString(text) || text == "" {
					t.Errorf("%s: %s has an empty place: %s", lang, d.Code, text)
				}
			}
		}
	}
}

func TestSpeak(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		wishes []string
		want   string
	}{
		{[]string{"zh-CN"}, "zh-Hans"},
		{[]string{"zh-SG"}, "zh-Hans"},
		{[]string{"zh-TW"}, "zh-Hans"}, // characters that many can read come before English
		{[]string{"cmn"}, "zh-Hans"},
		{[]string{"pt"}, "pt-BR"},
		{[]string{"pt-PT"}, "pt-BR"},
		{[]string{"in"}, "id"},
		{[]string{"ar-EG"}, "ar"},
		{[]string{"de_AT"}, "de"},
		{[]string{"DE-at"}, "de"},
		{[]string{"es-419,en;q=0.5"}, "es"},
		{[]string{"en;q=0.5, fr"}, "fr"},
		{[]string{"fr;q=0, tr"}, "tr"},
		{[]string{"tlh", "ru"}, "ru"},
		{[]string{"", "hi-IN"}, "hi"},
		{[]string{"!!", "vi"}, "vi"},
		{[]string{"uk,ca,az"}, "en"}, // a neighbour's language is none's own
		{[]string{"*"}, "en"},
		{[]string{"und"}, "en"},
		{nil, "en"},
	} {
		if got := cat.Speak(c.wishes...).Tag.String(); got != c.want {
			t.Errorf("Speak(%q) speaks %s, want %s", c.wishes, got, c.want)
		}
	}
}

// TestForms shows how each language writes a date, a time, a list, a country and
// a number.
func TestForms(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lang, expired, pause, accepted, country, age string }{
		{"en", "1 April 2031", "1 April 2031, 15:04 UTC", "passport, identity card or visa", "France", "18 years"},
		{"ar", "1 أبريل 2031", "1 أبريل 2031، 15:04 UTC", "جواز سفر أو بطاقة هوية أو تأشيرة", "فرنسا", "18"},
		{"de", "1. April 2031", "1. April 2031, 15:04 UTC", "Reisepass, Personalausweis oder Visum", "Frankreich", "18 Jahren"},
		{"es", "1 de abril de 2031", "1 de abril de 2031, 15:04 UTC", "pasaporte, documento de identidad o visado", "Francia", "18 años"},
		{"fr", "1er avril 2031", "1er avril 2031, 15:04 UTC", "passeport, carte d’identité ou visa", "France", "18 ans"},
		{"hi", "1 अप्रैल 2031", "1 अप्रैल 2031, 15:04 UTC", " या ", "फ़्रांस", "18"},
		{"id", "1 April 2031", "1 April 2031, 15:04 UTC", " atau visa", "Prancis", "18 tahun"},
		{"pt-BR", "1º de abril de 2031", "1º de abril de 2031, 15:04 UTC", "passaporte, documento de identidade ou visto", "França", "18 anos"},
		{"ru", "1 апреля 2031", "1 апреля 2031, 15:04 UTC", " или ", "Франция", "18"},
		{"tr", "1 Nisan 2031", "1 Nisan 2031, 15:04 UTC", "pasaport, kimlik kartı veya vize", "Fransa", "18 yaş"},
		{"vi", "1 tháng 4, 2031", "1 tháng 4, 2031, 15:04 UTC", " hoặc ", "Pháp", "18 tuổi"},
		{"zh-Hans", "2031年4月1日", "2031年4月1日 15:04 UTC", "护照、身份证或签证", "法国", "18"},
	} {
		s := cat.Speak(c.lang)
		day := time.Date(2031, 4, 1, 0, 0, 0, 0, time.UTC)
		age := 18.0
		say := func(f kyc.Finding) string {
			return s.Finding(f, message.Extra{Documents: []string{"passport", "id_card", "visa"}}).Text
		}
		for _, x := range []struct{ text, want string }{
			{say(kyc.Finding{Code: "document.expired", From: day}), c.expired},
			{say(kyc.Finding{Code: "case.cooling_down", From: day.Add(15*time.Hour + 4*time.Minute)}), c.pause},
			{say(kyc.Finding{Code: "document.not_accepted"}), c.accepted},
			{say(kyc.Finding{Code: "details.nationality_mismatch", Field: kyc.Nationality, Values: &kyc.Values{Typed: "DE", Read: "FRA"}}), c.country},
			{say(kyc.Finding{Code: "details.birth_date_mismatch", Field: kyc.BirthDate, Values: &kyc.Values{Typed: "1986-04-09", Read: "2031-04-01"}}), c.expired},
			{say(kyc.Finding{Code: "eligibility.under_age", Threshold: &age}), c.age},
		} {
			if !strings.Contains(x.text, x.want) {
				t.Errorf("%s: %q does not say %q", c.lang, x.text, x.want)
			}
		}
	}
}

// TestAgrees renders a number in the form that it asks for.
func TestAgrees(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang string
		age  float64
		want string
	}{
		{"en", 1, "1 year and"},
		{"en", 18, "18 years"},
		{"de", 1, "1 Jahr."},
		{"de", 21, "21 Jahren"},
		{"fr", 1, "1 an."},
		{"es", 16, "16 años"},
	} {
		if got := cat.Speak(c.lang).Finding(kyc.Finding{Code: "eligibility.under_age", Threshold: &c.age}, message.Extra{}).Text; !strings.Contains(got, c.want) {
			t.Errorf("%s at %v: %q does not say %q", c.lang, c.age, got, c.want)
		}
	}
}

// TestDirections isolates what runs against the sentence, and nothing else; what
// was typed cannot steer the rest.
func TestDirections(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, lang, typed, want string }{
		{"Latin number in an Arabic sentence", "ar", "L8988901C", "\u2068L8988901C\u2069"},
		{"digits in an Arabic sentence", "ar", "123-456", "\u2068123-456\u2069"},
		{"Arabic name in an English sentence", "en", "علي", "\u2068علي\u2069"},
		{"Latin name in an English sentence", "en", "O’Neil", "“O’Neil”"},
		{"Chinese name in a Russian sentence", "ru", "李小龙", "李小龙"},
		{"an override", "en", "AN\u202eNA", "“ANNA”"},
		{"an end of isolation", "ar", "AN\u2069NA", "\u2068ANNA\u2069"},
		{"marks", "en", "AN\u200f\u200e\u061cNA", "ANNA"},
		{"a line", "en", "AN\nNA", "“AN NA”"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := kyc.Finding{Code: "details.name_mismatch", Field: kyc.Surname, Values: &kyc.Values{Typed: c.typed, Read: "X"}}
			if got := cat.Speak(c.lang).Finding(f, message.Extra{}).Text; !strings.Contains(got, c.want) {
				t.Errorf("got %q, want it to hold %q", got, c.want)
			}
		})
	}
	for code, want := range map[string]string{"D": "Germany", "RKS": "Kosovo", "GB": "United Kingdom", "UTO": "UTO", "001": "001", "": ""} {
		f := kyc.Finding{Code: "details.nationality_mismatch", Field: kyc.Nationality, Values: &kyc.Values{Typed: code, Read: "FRA"}}
		if got := cat.Speak("en").Finding(f, message.Extra{}).Text; !strings.HasPrefix(got, "You chose "+want+";") {
			t.Errorf("%s is named in %q", code, got)
		}
	}
}
