package barcode

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Licence is what the bar code of a card says.
type Licence struct {
	Format string `json:"format"` // FormatAAMVA
	// Version is that of the AAMVA's standard: 1 for DL/ID-2000, 2 (2003), 3 (2005), 4 (2009) … 10 (2020), 11 (2025); 0 where the header is missing.
	Version int `json:"version"`
	// Type is DL for a driving licence, ID for an identity card, EN for an enhanced licence; "" where the text does not say.
	Type string `json:"type"`
	IIN  string `json:"iin,omitempty"` // Issuer Identification Number
	// Fields are values by the project's names. Absent is what the card does not say, or not clearly: document_number, surname, given_names,
	// name_suffix, birth_date, issue_date, expiry_date (ISO 8601), sex (M, F, X), issuing_state (ICAO, three letters), issuing_jurisdiction
	// (ISO 3166-2), street, city, region, postal_code, height_cm, weight_kg, eye_colour, hair_colour, birth_place, document_discriminator.
	Fields map[string]string `json:"fields"`
	// Elements are the values of the text by AAMVA's identifiers, trimmed and otherwise as they stand.
	Elements map[string]string `json:"elements"`
	// NameTruncated says that the card tells of a name it had to cut.
	NameTruncated bool `json:"name_truncated,omitzero"`
	// Warnings tell what was left out of Fields, and why, by identifier; never with the value.
	Warnings []string `json:"warnings,omitempty"`
}

// FormatAAMVA is the only format so far.
const FormatAAMVA = "aamva"

// MaxText bounds a bar code's text: PDF417 holds 2,710 digits at most, and scanners write a few more for controls.
const MaxText = 16 << 10

// What can be wrong with a text.
var (
	ErrTooLong  = errors.New("longer than a bar code can be")
	ErrNotAAMVA = errors.New("not the text of an AAMVA bar code")
)

var (
	// header is the file type, the issuer, the version, and what else stands there before the subfiles' designators. Card makers and keyboard
	// wedges mutilate the controls before it in many ways, so that they are not asked for.
	header = regexp.MustCompile(`(?:ANSI|AAMVA)[ \r\n]*(\d{6})(\d{2})(\d{0,4})`)
	// designator is a subfile's type, offset and length. Neither number is believed: Ontario writes 0, Alberta letters, others miscount.
	designator = regexp.MustCompile(`^(DL|ID|EN|Z[A-Z])([0-9a-z]{4})([0-9a-z]{4})`)
	element    = regexp.MustCompile(`^[DPZ][A-Z][A-Z]`)
)

// ParseAAMVA reads the text of a card's bar code in any version of the AAMVA's standard, and as scanners pass it on: with other
// separators, other ends of lines, controls written out or lost.
func ParseAAMVA(text []byte) (Licence, error) {
	l := Licence{Format: FormatAAMVA, Fields: map[string]string{}, Elements: map[string]string{}}
	if len(text) > MaxText {
		return l, fmt.Errorf("%w: %d bytes", ErrTooLong, len(text))
	}
	s := decodeText(text)
	var separator byte
	types := []string{"DL", "ID", "EN"}
	if at := header.FindStringSubmatchIndex(s); at != nil {
		separator = declaredSeparator(s[:at[0]])
		l.IIN, l.Version = s[at[2]:at[3]], int(s[at[4]]-'0')*10+int(s[at[4]+1]-'0')
		s = s[at[1]:]
		var found []string
		for {
			d := designator.FindStringSubmatch(s)
			if d == nil {
				break
			}
			found = append(found, d[1])
			s = strings.TrimLeft(s[len(d[0]):], " ")
		}
		if len(found) > 0 {
			types = found
		}
	}
	l.read(splitElements(s, separator), types)
	known := 0
	for _, id := range []string{"DAQ", "DCS", "DAA", "DAB", "DAC", "DBB", "DBA", "DBD", "DAG", "DAJ", "DBC"} {
		if _, ok := l.Elements[id]; ok {
			known++
		}
	}
	if known < 3 || l.IIN == "" && known < 5 {
		return Licence{}, ErrNotAAMVA
	}
	l.interpret()
	return l, nil
}

// decodeText gives UTF-8: what is not, is Latin-1, which Canadian cards use. Controls that a scanner has written out are put back.
func decodeText(text []byte) string {
	s := strings.TrimPrefix(string(text), "\ufeff")
	if !utf8.ValidString(s) {
		var b strings.Builder
		for i := range len(s) {
			b.WriteRune(rune(s[i]))
		}
		s = b.String()
	}
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\u001e`, "\x1e", `\x1e`, "\x1e", "<LF>", "\n", "<CR>", "\r", "<RS>", "\x1e", "\u2028", "\n").Replace(s)
}

// declaredSeparator is the data element separator that the header names right after "@", where it is a printable sign; 0 otherwise.
func declaredSeparator(before string) byte {
	i := strings.LastIndexByte(before, '@')
	if i < 0 || i+1 >= len(before) {
		return 0
	}
	c := before[i+1]
	if c < '!' || c > '~' || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte(",.-'/&#^@", c) >= 0 {
		return 0
	}
	return c
}

func splitElements(s string, separator byte) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return r == '\n' || r == '\r' || r >= 0x1c && r <= 0x1f || r == 0x85 || separator != 0 && r == rune(separator)
	})
}

// read fills Elements. A line belongs to an identifier or to nothing: what cannot be told is dropped.
func (l *Licence) read(lines, types []string) {
	opened := map[string]bool{}
	conflict := map[string]bool{}
	open := func(t string) {
		opened[t] = true
		if l.Type == "" && t[0] != 'Z' {
			l.Type = t
		}
	}
	for i := 0; i < len(lines); i++ {
		line := strings.TrimLeft(lines[i], " \t")
		// A subfile begins with its type, at times on a line of its own. "ZVZVA01" is subfile ZV with element ZVA, once.
		for _, t := range types {
			rest, ok := strings.CutPrefix(line, t)
			if !ok || opened[t] {
				continue
			}
			if strings.TrimSpace(rest) == "" {
				line = ""
				open(t)
			} else if element.MatchString(rest) && (t[0] != 'Z' || strings.HasPrefix(rest, t)) {
				line = rest
				open(t)
			}
			break
		}
		// The segment's end is lost where two subfiles stand in one line: "DDK1ZVZVA01".
		for _, t := range types {
			if at := strings.Index(line, t+t+"A"); t[0] == 'Z' && !opened[t] && at >= 3 {
				lines = slices.Insert(lines, i+1, line[at:])
				line = line[:at]
			}
		}
		if !element.MatchString(line) {
			continue
		}
		id, value := line[:3], strings.TrimSpace(strings.Map(printable, line[3:]))
		old, seen := l.Elements[id]
		switch {
		case !seen || old == "":
			l.Elements[id] = value
		case value != "" && value != old:
			conflict[id] = true
		}
	}
	for id := range conflict {
		l.Warnings = append(l.Warnings, id+": stands there twice, differently")
	}
	slices.Sort(l.Warnings)
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}
