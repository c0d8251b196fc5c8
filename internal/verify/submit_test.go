package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"bonafide/internal/kyc"
)

func TestSameAgain(t *testing.T) {
	t.Parallel()
	const hash, sharp = 0xABCDEF0123456789, 2.0
	blurry := kyc.Finding{Code: kyc.DocBlurry, Item: kyc.DocumentFront}
	glare := kyc.Finding{Code: kyc.DocGlare, Item: kyc.DocumentFront}
	refused := func(codes ...kyc.Code) kyc.Case {
		c := kyc.NewCase("c", "a", "p@1", "en", kyc.Asked(), today, today.AddDate(0, 0, 1))
		c.Refused = []kyc.RefusedPicture{{Item: kyc.DocumentFront, PerceptualHash: hash, Quality: sharp, Codes: codes}}
		return c
	}
	failed := func(item kyc.Item, status kyc.ItemStatus, fs ...kyc.Finding) kyc.Case {
		c := kyc.NewCase("c", "a", "p@1", "en", kyc.Asked(), today, today.AddDate(0, 0, 1))
		for k := range c.Items {
			if c.Items[k].Item == item {
				c.Items[k].Status, c.Items[k].Current = status, &kyc.Submission{ID: "s", Item: item, SHA256: "aa"}
			}
		}
		c.Findings = fs
		return c
	}
	for name, c := range map[string]struct {
		given   kyc.Case
		item    kyc.Item
		sha     string
		hash    uint64
		quality float64
		found   []kyc.Finding
		want    []kyc.Code
	}{
		"nothing was refused": {kyc.NewCase("c", "a", "p@1", "en", kyc.Asked(), today, today), kyc.DocumentFront, "aa", hash, sharp, nil, nil},
		"the same bytes after a failed check": {
			failed(kyc.DocumentFront, kyc.Failed, kyc.Finding{Code: kyc.DocExpired, Item: kyc.DocumentFront}, kyc.Finding{Code: kyc.FaceBlurry, Item: kyc.Face}),
			kyc.DocumentFront, "aa", 0, 50, nil,
			[]kyc.Code{kyc.DocSamePicture, kyc.DocExpired},
		},
		"the same bytes of an item that passed": {
			failed(kyc.DocumentFront, kyc.Passed), kyc.DocumentFront, "aa", 0, 50, nil, nil,
		},
		"a signal is not told again": {
			failed(kyc.DocumentFront, kyc.Failed, kyc.Finding{Code: kyc.DocEdited, Item: kyc.DocumentFront}),
			kyc.DocumentFront, "aa", 0, 50, nil,
			[]kyc.Code{kyc.DocSamePicture},
		},
		"the same selfie": {
			failed(kyc.Face, kyc.Failed, kyc.Finding{Code: kyc.FaceMismatch, Item: kyc.Face}),
			kyc.Face, "aa", 0, 50, nil,
			[]kyc.Code{kyc.FaceSamePicture, kyc.FaceMismatch},
		},
		"the same picture recompressed": {
			refused(kyc.DocBlurry), kyc.DocumentFront, "bb", hash ^ 0b101, sharp * 1.2, []kyc.Finding{blurry}, []kyc.Code{kyc.DocSamePicture},
		},
		"the same picture with its earlier reasons": {
			refused(kyc.DocBlurry, kyc.DocMRZUnreadable), kyc.DocumentFront, "bb", hash, sharp,
			[]kyc.Finding{blurry},
			[]kyc.Code{kyc.DocSamePicture, kyc.DocMRZUnreadable},
		},
		"the same scene sharper":              {refused(kyc.DocBlurry), kyc.DocumentFront, "bb", hash, sharp * 1.5, []kyc.Finding{blurry}, nil},
		"the same scene without what was bad": {refused(kyc.DocGlare), kyc.DocumentFront, "bb", hash, sharp, nil, nil},
		"the same scene with other trouble":   {refused(kyc.DocGlare), kyc.DocumentFront, "bb", hash, sharp, []kyc.Finding{blurry}, nil},
		"the same scene, one of two mended":   {refused(kyc.DocGlare, kyc.DocBlurry), kyc.DocumentFront, "bb", hash, sharp, []kyc.Finding{glare}, nil},
		"another picture":                     {refused(kyc.DocBlurry), kyc.DocumentFront, "bb", ^uint64(hash), sharp, []kyc.Finding{blurry}, nil},
		"as the other side":                   {refused(kyc.DocBlurry), kyc.DocumentBack, "bb", hash, sharp, []kyc.Finding{blurry}, nil},
		"no hash, as of files that are no picture": {
			refused(kyc.DocFileUnreadable), kyc.DocumentFront, "bb", 0, 0, []kyc.Finding{{Code: kyc.DocFileUnreadable, Item: kyc.DocumentFront}}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []kyc.Code
			for _, f := range sameAgain(c.given, c.item, c.sha, sight{hash: c.hash, quality: c.quality}, c.found) {
				got = append(got, f.Code)
				if f.Item != c.item {
					t.Errorf("%s stands on %s", f.Code, f.Item)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestParseDetails(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ő", maxField)
	for name, c := range map[string]struct {
		in   string
		want map[kyc.Field]string
		says string // what the error names; "" when there is none
	}{
		"all fields": {
			`{"surname":"Kőszegi","given_names":"Anna","birth_date":"1990-05-17","document_number":"X1","expiry_date":"2030-01-31","nationality":"UTO","residence":"de"}`,
			map[kyc.Field]string{
				kyc.Surname: "Kőszegi", kyc.GivenNames: "Anna", kyc.BirthDate: "1990-05-17", kyc.DocumentNumber: "X1",
				kyc.ExpiryDate: "2030-01-31", kyc.Nationality: "UTO", kyc.Residence: "DE",
			},
			"",
		},
		"empty and null are left out": {`{"surname":"A","given_names":"","birth_date":null}`, map[kyc.Field]string{kyc.Surname: "A"}, ""},
		"as long as may be":           {`{"surname":"` + long + `"}`, map[kyc.Field]string{kyc.Surname: long}, ""},
		"a character too long":        {`{"surname":"` + long + `x"}`, nil, "surname must be valid text"},
		"nothing":                     {`{}`, nil, "at least one field"},
		"nothing but empty":           {`{"surname":""}`, nil, "at least one field"},
		"null":                        {`null`, nil, "at least one field"},
		"no JSON":                     {`surname=A`, nil, "JSON object"},
		"an array":                    {`["A"]`, nil, "JSON object"},
		"a number":                    {`{"surname":5}`, nil, "JSON object"},
		"more after the end":          {`{"surname":"A"}{}`, nil, "JSON object"},
		"empty":                       {``, nil, "JSON object"},
		"a field we do not know":      {`{"shoe_size":"43"}`, nil, "unknown field"},
		"a field that is not typed":   {`{"issuing_state":"UTO"}`, nil, "unknown field"},
		"no such day":                 {`{"birth_date":"1990-02-30"}`, nil, "birth_date must be a date"},
		"a date of another form":      {`{"expiry_date":"31.01.2030"}`, nil, "expiry_date must be a date"},
		"a state in three letters":    {`{"residence":"DEU"}`, nil, "residence must be"},
		"a state in two bytes":        {`{"residence":"é"}`, nil, "residence must be"},
		"a state in digits":           {`{"residence":"12"}`, nil, "residence must be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseDetails([]byte(c.in))
			switch {
			case c.says == "" && (err != nil || !maps.Equal(got, c.want)):
				t.Errorf("got %v, %v", got, err)
			case c.says != "" && (kyc.KindOf(err) != kyc.Invalid || !strings.Contains(err.Error(), c.says)):
				t.Errorf("got %v, %v, want an error with %q", got, err, c.says)
			}
		})
	}
}

// FuzzParseDetails: whatever comes in, what comes out is bounded, known and
// stable, and errors repeat nothing of it.
func FuzzParseDetails(f *testing.F) {
	f.Add([]byte(`{"surname":"CANARYNAME","birth_date":"1990-01-31","residence":"de"}`))
	f.Add([]byte(`{"CANARYNAME":"x"}`))
	f.Add([]byte(`{"birth_date":"CANARYNAME"}`))
	f.Add([]byte(`{"surname":"\ud800","given_names":"\u0000"}`))
	f.Add([]byte(`[{"surname":"CANARYNAME"`))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := ParseDetails(content)
		if err != nil {
			if kyc.KindOf(err) != kyc.Invalid || strings.Contains(err.Error(), "CANARYNAME") {
				t.Errorf("error %v", err)
			}
			return
		}
		if len(got) == 0 {
			t.Error("nothing, and no error")
		}
		for k, v := range got {
			if !slices.Contains(kyc.DetailFields(), k) || v == "" || !utf8.ValidString(v) || utf8.RuneCountInString(v) > maxField {
				t.Errorf("%q = %q", k, v)
			}
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseDetails(text); err != nil || !maps.Equal(again, got) {
			t.Errorf("read again: %v, %v", again, err)
		}
		// They are judged without trouble, whatever they hold.
		e := goodEvidence()
		e.Details = got
		_ = fmt.Sprint(Judge(rules(), e, today))
	})
}
