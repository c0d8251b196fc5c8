package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bonafide/internal/kyc"
	"bonafide/mrz"
)

// maxField is the most characters of a typed field.
const maxField = 200

// mergeDetails reads details as they are sent. Where a plan asks for single
// fields, those alone may be sent, and the others are kept from before. It also
// returns which of the standing fields were taken over from the document.
func (s *Service) mergeDetails(ctx context.Context, c kyc.Case, content []byte) (map[kyc.Field]string, []kyc.Field, error) {
	sent, taken, err := parseSent(content)
	if err != nil {
		return nil, nil, err
	}
	offers := offered(c)
	st, _ := c.Item(kyc.Details)
	applicant := s.actor == ""
	if st.Current == nil && (applicant || len(taken) > 0) {
		if offers, err = s.reading(ctx, c); err != nil {
			return nil, nil, err
		}
	}
	if st.Current == nil && applicant {
		// Their form begins with what the document says. What stands as it says was
		// confirmed at most, however it was sent: it is no word of their own.
		for f, v := range offers {
			if sent[f] == v && !slices.Contains(taken, f) {
				taken = append(taken, f)
			}
		}
	}
	if err := takeOver(offers, sent, taken); err != nil {
		return nil, nil, err
	}
	if st.Current == nil {
		return sent, inForm(taken), lacks(sent, s.Policy().RequiredDetails())
	}
	earlier, err := s.facts(ctx, c, *st.Current)
	if err != nil {
		return nil, nil, err
	}
	merged := maps.Clone(earlier.Details)
	asked := askedFields(c)
	if err := lacks(sent, asked); err != nil {
		return nil, nil, err // half a correction would cost an attempt
	}
	for _, f := range earlier.Taken {
		// What is typed anew is typed, unless it is the same.
		if v, again := sent[f]; !slices.Contains(taken, f) && (!again || v == merged[f]) {
			taken = append(taken, f)
		}
	}
	for f, v := range sent {
		if len(asked) > 0 && !slices.Contains(asked, f) && merged[f] != v {
			return nil, nil, &kyc.Error{
				Kind: kyc.NotAsked, Op: "submit", Item: kyc.Details,
				Detail: fmt.Sprintf("%s passed and is kept; only %s can be corrected", f, fieldNames(asked)),
			}
		}
		merged[f] = v
	}
	return merged, inForm(taken), nil
}

// takeOver puts what the document says in the place of the fields that are to be
// taken over. The values are ours, and only what is on offer can be taken.
func takeOver(offers, sent map[kyc.Field]string, taken []kyc.Field) error {
	for _, f := range taken {
		v, ok := offers[f]
		if typed, also := sent[f]; !ok || also && typed != v {
			return &kyc.Error{
				Kind: kyc.Invalid, Op: "details", Item: kyc.Details,
				Detail: fmt.Sprintf("%s cannot be taken from the document: only what a finding offers or the reading has can, and not together with a value of your own", f),
			}
		}
		sent[f] = v
	}
	return nil
}

// offered is what can be taken over from the document now.
func offered(c kyc.Case) map[kyc.Field]string {
	out := map[kyc.Field]string{}
	if c.State != kyc.ActionRequired {
		return out
	}
	asked := askedFields(c)
	for _, f := range kyc.Told(c.Findings) {
		if f.Item == kyc.Details && f.Values != nil && f.Values.Offer != "" && slices.Contains(asked, f.Field) {
			out[f.Field] = f.Values.Offer
		}
	}
	return out
}

// given lists the fields of details in the order of a form.
func given(details map[kyc.Field]string) []kyc.Field {
	return inForm(slices.Collect(maps.Keys(details)))
}

// inForm puts fields into the order of a form.
func inForm(fs []kyc.Field) []kyc.Field {
	var out []kyc.Field
	for _, f := range kyc.DetailFields() {
		if slices.Contains(fs, f) {
			out = append(out, f)
		}
	}
	return out
}

// lacks says which of the wanted fields was not sent.
func lacks(sent map[kyc.Field]string, wanted []kyc.Field) error {
	for _, f := range wanted {
		if strings.TrimSpace(sent[f]) == "" {
			return &kyc.Error{Kind: kyc.Invalid, Op: "details", Item: kyc.Details, Detail: fmt.Sprintf("%s must be given too; needed are %s", f, fieldNames(wanted))}
		}
	}
	return nil
}

func askedFields(c kyc.Case) []kyc.Field {
	if c.Plan == nil {
		return nil
	}
	for _, p := range c.Plan.Items {
		if p.Item == kyc.Details {
			return p.Fields
		}
	}
	return nil
}

// fromDocument is the member of sent details that lists the fields to take over
// from the document.
const fromDocument = "from_document"

// ParseDetails reads typed details from JSON: known fields of at most 200
// characters, blanks around removed, dates as 1990-01-31, states as ISO 3166-1
// codes. The error says which field is wrong, never what it held.
func ParseDetails(content []byte) (map[kyc.Field]string, error) {
	details, taken, err := parseSent(content)
	if err == nil && len(taken) > 0 {
		err = badDetails(fromDocument + " has its place only in a case")
	}
	if err != nil {
		return nil, err
	}
	return details, nil
}

func badDetails(why string) error {
	return &kyc.Error{Kind: kyc.Invalid, Op: "details", Item: kyc.Details, Detail: why}
}

// parseSent reads details as they are sent: typed fields, and the list of those
// to take over from the document.
func parseSent(content []byte) (map[kyc.Field]string, []kyc.Field, error) {
	if !utf8.Valid(content) {
		return nil, nil, badDetails("must be UTF-8")
	}
	var members map[kyc.Field]json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &members); err != nil {
		return nil, nil, badDetails("must be a JSON object of strings, as {\"surname\": \"…\"}")
	}
	var taken []kyc.Field
	if list, ok := members[fromDocument]; ok {
		delete(members, fromDocument)
		if json.Unmarshal(list, &taken) != nil {
			return nil, nil, badDetails(fromDocument + " must be a list of fields")
		}
		for _, f := range taken {
			if !slices.Contains(kyc.DetailFields(), f) {
				return nil, nil, badDetails(fromDocument + " must list fields of " + fieldNames(kyc.DetailFields()))
			}
		}
	}
	out, err := typedDetails(members)
	if err == nil && len(out) == 0 && len(taken) == 0 {
		err = badDetails("at least one field must be given")
	}
	return out, inForm(taken), err
}

// typedDetails reads the typed fields.
func typedDetails(members map[kyc.Field]json.RawMessage) (map[kyc.Field]string, error) {
	out := map[kyc.Field]string{}
	for f, raw := range members {
		if !slices.Contains(kyc.DetailFields(), f) {
			// The name is not repeated: somebody may have put a value in its place.
			return nil, badDetails("unknown field; the fields are " + fieldNames(kyc.DetailFields()))
		}
		var p *string
		if json.Unmarshal(raw, &p) != nil {
			return nil, badDetails("must be a JSON object of strings, as {\"surname\": \"…\"}")
		}
		if p == nil || strings.TrimSpace(*p) == "" {
			continue
		}
		v := strings.TrimSpace(*p)
		if why := wrongWith(f, v); why != "" {
			return nil, badDetails(fmt.Sprintf("%s %s", f, why))
		}
		if f == kyc.Residence {
			v = strings.ToUpper(v)
		}
		out[f] = v
	}
	return out, nil
}

// wrongWith says what is wrong with the form of a value; "" when nothing is.
func wrongWith(f kyc.Field, v string) string {
	if utf8.RuneCountInString(v) > maxField {
		return fmt.Sprintf("must be valid text of at most %d characters", maxField)
	}
	switch f {
	case kyc.BirthDate, kyc.ExpiryDate:
		if t, err := time.Parse(time.DateOnly, v); err != nil || t.Year() < 1850 {
			return "must be a date such as 1990-01-31"
		}
	case kyc.Residence:
		if alpha2(v) != strings.ToUpper(v) {
			return "must be an ISO 3166-1 alpha-2 code such as DE"
		}
	case kyc.Nationality:
		if !mrz.IsState(alpha3(v)) {
			return "must be an ISO 3166-1 code such as FRA"
		}
	case kyc.Surname, kyc.GivenNames, kyc.DocumentNumber, kyc.PersonalNumber, kyc.IssuingState, kyc.Sex, kyc.NetworkRegion, kyc.Likeness:
		if !strings.ContainsFunc(v, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			return "must hold a letter or a digit"
		}
	}
	return ""
}

func fieldNames(fs []kyc.Field) string {
	names := make([]string, len(fs))
	for k, f := range fs {
		names[k] = string(f)
	}
	return strings.Join(names, ", ")
}
