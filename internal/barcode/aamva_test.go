package barcode_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/barcode"
)

// card is the text of a card with the elements given, as the standard of 2009 and later lays it out.
func card(header string, elements ...string) string {
	return "@\n\x1e\r" + header + strings.Join(elements, "\n") + "\r"
}

const modern = "ANSI 636000080002DL00410100ZV01410010DL"

func TestParse(t *testing.T) {
	t.Parallel()
	whole := []string{"DAQT64235789", "DCSSAMPLE", "DDEN", "DACMICHAEL", "DDFT", "DADJOHN,ROBERT", "DDGN", "DCUJR", "DBD06062019", "DBB06061986", "DBA12102024", "DBC1", "DAU068 in", "DAW180", "DAG2300 WEST BROAD STREET", "DAIRICHMOND", "DAJVA", "DAK232690000  ", "DCGUSA"}
	fields := map[string]string{
		"document_number": "T64235789", "surname": "SAMPLE", "given_names": "MICHAEL JOHN ROBERT", "name_suffix": "JR", "issue_date": "2019-06-06", "birth_date": "1986-06-06",
		"expiry_date": "2024-12-10", "sex": "M", "height_cm": "173", "weight_kg": "82", "street": "2300 WEST BROAD STREET", "city": "RICHMOND", "region": "VA", "postal_code": "232690000",
		"issuing_state": "USA", "issuing_jurisdiction": "US-VA",
	}
	text := card(modern, append(slices.Clone(whole), "\rZVZVA01")...)
	for name, c := range map[string]struct {
		text string
		want map[string]string // beyond or instead of fields; "" is absent
	}{
		"as in the standard":             {text, nil},
		"ends of lines of Windows":       {strings.ReplaceAll(text, "\n", "\r\n"), nil},
		"separators declared":            {strings.NewReplacer("\n", "|", "\x1e", "^^", "\r", "|").Replace(text), nil},
		"controls written out":           {strings.NewReplacer("\n", "<LF>", "\x1e", "<RS>", "\r", "<CR>").Replace(text), nil},
		"a byte order mark, indented":    {"\ufeff" + strings.ReplaceAll(text, "\n", "\n  "), nil},
		"the start lost":                 {text[4:], nil},
		"the start mutilated":            {"@a\n" + text[4:], nil},
		"offsets that are not figures":   {strings.Replace(text, "00410100", "abacabac", 1), nil},
		"offsets of nought":              {strings.Replace(text, "00410100", "00000000", 1), nil},
		"the header lost":                {strings.Join(whole, "\n"), map[string]string{"issuing_jurisdiction": ""}},
		"the end of a subfile lost":      {strings.Replace(text, "\n\rZV", "ZV", 1), nil},
		"an issuer that nobody knows":    {strings.Replace(text, "636000", "123456", 1), map[string]string{"issuing_jurisdiction": ""}},
		"an expiry that is no date":      {strings.Replace(text, "DBA12102024", "DBA99999999", 1), map[string]string{"expiry_date": ""}},
		"a date that the calendar lacks": {strings.Replace(text, "DBB06061986", "DBB02301986", 1), map[string]string{"birth_date": ""}},
		"dates with strokes":             {strings.Replace(text, "DBB06061986", "DBB06/06/1986", 1), nil},
		"two birth dates":                {strings.Replace(text, "DBC1", "DBC1\nDBB06061987", 1), map[string]string{"birth_date": ""}},
		"a birth date twice":             {strings.Replace(text, "DBC1", "DBC1\nDBB06061986", 1), nil},
		"no middle name":                 {strings.Replace(text, "JOHN,ROBERT", "NONE", 1), map[string]string{"given_names": "MICHAEL"}},
		"no given names":                 {strings.NewReplacer("DADJOHN,ROBERT", "DADNONE", "DACMICHAEL", "DACunavl").Replace(text), map[string]string{"given_names": ""}},
		"given names of 2005":            {strings.NewReplacer("DACMICHAEL", "DCTMICHAEL,JOHN,ROBERT", "DADJOHN,ROBERT\n", "", "080002", "030002").Replace(text), nil},
		"a sex of its own":               {strings.Replace(text, "DBC1", "DBC7", 1), map[string]string{"sex": ""}},
		"sex not specified":              {strings.Replace(text, "DBC1", "DBC9", 1), map[string]string{"sex": "X"}},
		"height in nothing":              {strings.Replace(text, "068 in", "068", 1), map[string]string{"height_cm": ""}},
		"letters of Latin-1":             {strings.Replace(text, "DCSSAMPLE", "DCSC\xd4T\xc9", 1), map[string]string{"surname": "CÔTÉ"}},
		"letters of UTF-8":               {strings.Replace(text, "DCSSAMPLE", "DCSCÔTÉ", 1), map[string]string{"surname": "CÔTÉ"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := barcode.ParseAAMVA([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			want := maps.Clone(fields)
			maps.Copy(want, c.want)
			maps.DeleteFunc(want, func(_, v string) bool { return v == "" })
			if !maps.Equal(l.Fields, want) {
				t.Errorf("got  %v\nwant %v\nwarnings %v", l.Fields, want, l.Warnings)
			}
			if !l.NameTruncated {
				t.Error("the cut first name is not told")
			}
			if name != "the header lost" && (l.Type != "DL" || l.Elements["ZVA"] != "01") {
				t.Errorf("type %q, subfile of the jurisdiction %q", l.Type, l.Elements["ZVA"])
			}
		})
	}
}

func TestParseOfTheYear2000(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ header, name, surname, given, suffix, height, cm string }{
		{"ANSI 6360430102DL00390197ZD02360003DL", "DAAAL-MAAR,DIANA,ROBIN", "AL-MAAR", "DIANA ROBIN", "", "506", "168"},
		{"AAMVA6360100101DL00390197DL", "DAAJONES$MARCIA$$SR", "JONES", "MARCIA", "SR", "5'11\"", "180"},
		{"ANSI 6360070101DL00390203DL", "DAAJONES, MARCIA MOTORIST, ,", "JONES", "MARCIA MOTORIST", "", "600", "183"},
		{"ANSI 6360070101DL00390203DL", "DAAMARCIA JONES", "", "", "", "613", ""},
		{"ANSI 6360070101DL00390203DL", "DABJONES\nDACMARCIA\nDADANN", "JONES", "MARCIA ANN", "", "509", "175"},
	} {
		l, err := barcode.ParseAAMVA([]byte(card(c.header, c.name, "DAQ3234567", "DBA20210729", "DBB19850729", "DBD20130730", "DBCF", "DAU"+c.height)))
		if err != nil {
			t.Fatal(err)
		}
		f := l.Fields
		if f["surname"] != c.surname || f["given_names"] != c.given || f["name_suffix"] != c.suffix || f["height_cm"] != c.cm || f["birth_date"] != "1985-07-29" || f["expiry_date"] != "2021-07-29" || f["sex"] != "F" || l.Version != 1 {
			t.Errorf("%q: %v", c.name, f)
		}
	}
}

func TestParseOfCanada(t *testing.T) {
	t.Parallel()
	l, err := barcode.ParseAAMVA([]byte(card("ANSI 636012030001DL00000367DL", "DBA20200603", "DCSTESTER,     ", "DCTMARY,ANN   ", "DBB19960603", "DBC2", "DAU170 CM", "DAJON", "DAQS9244-43879-65702", "DCGCAN")))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"surname": "TESTER", "given_names": "MARY ANN", "birth_date": "1996-06-03", "height_cm": "170", "issuing_state": "CAN", "issuing_jurisdiction": "CA-ON", "document_number": "S9244-43879-65702"} {
		if l.Fields[k] != v {
			t.Errorf("%s is %q, want %q", k, l.Fields[k], v)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "@", "ANSI 636000080002DL00410100DL", "https://example.com", "DAQ1\nDCS2\nDBB3", strings.Repeat("DAQ1\n", 8000)} {
		if l, err := barcode.ParseAAMVA([]byte(text)); err == nil {
			t.Errorf("%.20q gives %v", text, l)
		}
	}
}

// TestParseEvaluationData reads the texts of the evaluation data, where they are, against what their source's own tests expect.
func TestParseEvaluationData(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "data", "aamva")
	manifest, err := os.ReadFile(filepath.Join(root, "manifest.json"))
	if err != nil {
		t.Skip("no evaluation data")
	}
	var items []struct {
		File  string          `json:"file"`
		Truth json.RawMessage `json:"truth"`
	}
	if err := json.Unmarshal(manifest, &items); err != nil {
		t.Fatal(err)
	}
	n, right := 0, 0
	for _, x := range items {
		var truth struct {
			Elements map[string]string `json:"elements_by_plain_split"`
		}
		if json.Unmarshal(x.Truth, &truth) != nil || len(truth.Elements) == 0 {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, x.File))
		if err != nil {
			t.Fatal(err)
		}
		l, err := barcode.ParseAAMVA(text)
		if err != nil {
			t.Errorf("%s: %v", x.File, err)
		}
		for id, want := range truth.Elements {
			if len(id) == 3 && id[0] == 'Z' && id[2] == 'Z' {
				continue // a plain split takes the subfile's type for a part of the identifier
			}
			n++
			if got := l.Elements[id]; got == strings.TrimSpace(want) {
				right++
			} else {
				t.Errorf("%s: %s is %q, want %q", x.File, id, got, want)
			}
		}
	}
	t.Logf("%d of %d elements", right, n)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(card(modern, "DAQT64235789", "DCSSAMPLE", "DBB06061986", "DBA12102024", "DAU068 in")))
	f.Add([]byte("@|^^|ANSI 636002040002DL00410268ZM03090056DLDCAD|DCSSMITH|DAQS65807412|DBB07071977|ZMZMAN|"))
	f.Add([]byte("ANSI 6360430102DL00390197ZD02360003DLDAAAL-MAAR,DIANA,ROBIN\nDAQ1\nDBB19850729\nDAU5'06"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := barcode.ParseAAMVA(text)
		if err != nil {
			return
		}
		for _, k := range []string{"birth_date", "expiry_date", "issue_date"} {
			if v := l.Fields[k]; v != "" {
				if _, err := time.Parse(time.DateOnly, v); err != nil {
					t.Errorf("%s is %q", k, v)
				}
			}
		}
		for k, v := range l.Fields {
			if strings.TrimSpace(v) != v || v == "" {
				t.Errorf("%s is %q", k, v)
			}
		}
	})
}
