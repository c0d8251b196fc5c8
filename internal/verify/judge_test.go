package verify

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/match"
	"bonafide/internal/policy"
	"bonafide/mrz"
)

// today is the day of every judgement in these tests.
var today = time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)

// rules is a policy with a round threshold for every measurement, so that the
// tests do not depend on the numbers that are shipped.
func rules() policy.Policy {
	return policy.Policy{
		Name: "test", Version: 3, Items: []kyc.Item{kyc.DocumentFront, kyc.Details, kyc.Face}, CaseExpiresAfter: 48 * time.Hour,
		Attempts:    policy.Attempts{Limit: 4, Pauses: []time.Duration{0, 5 * time.Minute, 15 * time.Minute}},
		Eligibility: policy.Eligibility{MinimumAge: 18, MinimumAgeByRegion: map[string]int{"AT": 21}, RestrictedRegions: []string{"KP"}, RestrictedIssuers: []string{"SY"}},
		Documents:   policy.Documents{Accepted: []string{"passport", "id_card"}},
		Thresholds: policy.Thresholds{
			Document: policy.DocumentThresholds{Sharpness: 10, DarkMean: 40, OverexposedShare: 0.3, GlareShare: 0.02, WidthPx: 600, MRZCertainty: 0.8},
			Face: policy.FaceThresholds{
				Match: 0.5, PortraitPx: 20, InterEyePx: 60, Margin: 0.1, OffCentre: 0.5, RunnerUp: 0.4, YawDegrees: 25, PitchDegrees: 20, RollDegrees: 30,
				DarkMean: 50, OverexposedShare: 0.2, Backlight: 80, Sharpness: 5, EyesOpen: 0.15, Recaptured: 0.6, RecapturedReview: 0.9,
			},
		},
	}
}

// template is a face at a place on a line: two templates are as far apart as
// their places.
func template(place float32) []byte {
	b := append([]byte("BFT\x01\x04"), "test"...)
	v := make([]float32, 128)
	v[0] = place
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func goodPortrait(place float32) *Portrait {
	return &Portrait{
		Faces: 1, Box: kyc.Box{X: 100, Y: 100, Width: 200, Height: 260}, Mean: 120, Template: template(place), PerceptualHash: 0xF0F0,
		Quality: face.Quality{InterEyeDistance: 90, Margin: 0.5, Brightness: 130, Sharpness: 30, EyesOpen: 0.3},
	}
}

// goodEvidence passes under rules.
func goodEvidence() Evidence {
	return Evidence{
		Front: &Side{
			Full: true, Found: true, Width: 2000, Height: 1500, WidthPx: 1700, Sharpness: 30, Mean: 140,
			Box: kyc.Box{X: 10, Y: 10, Width: 1700, Height: 1200}, Kind: "passport", Issuer: "UTO",
			HasMRZ: true, MRZFormat: "TD3", MRZCertainty: 0.99, MRZBox: &kyc.Box{X: 20, Y: 1000, Width: 1600, Height: 150},
			CheckDigits: map[string]bool{"document_number": true, "birth_date": true, "expiry_date": true, "composite": true},
			Fields: map[kyc.Field]Value{
				kyc.Surname: mrzValue("KOSZEGI"), kyc.GivenNames: mrzValue("ANNA MARIA"), kyc.BirthDate: mrzValue("1990-05-17"),
				kyc.DocumentNumber: mrzValue("X73007509"), kyc.ExpiryDate: mrzValue("2030-01-31"), kyc.Nationality: mrzValue("UTO"),
				kyc.IssuingState: mrzValue("UTO"),
			},
			Portrait: goodPortrait(0), PerceptualHash: 0x0F0F,
		},
		Details: map[kyc.Field]string{
			kyc.Surname: "Kőszegi", kyc.GivenNames: "Anna-Mária", kyc.BirthDate: "1990-05-17", kyc.DocumentNumber: "X73007509",
			kyc.ExpiryDate: "2030-01-31", kyc.Nationality: "UTO", kyc.Residence: "DE",
		},
		Face: goodPortrait(0.1),
		Submissions: map[kyc.Item]kyc.SubmissionID{
			kyc.DocumentFront: "sub_front", kyc.DocumentBack: "sub_back", kyc.Details: "sub_details", kyc.Face: "sub_face",
		},
	}
}

func mrzValue(s string) Value     { return Value{Text: s, Confidence: 1, Source: "mrz"} }
func printedValue(s string) Value { return Value{Text: s, Confidence: 1, Source: "print"} }

// asCard turns the good passport into the front of a card whose data stands on
// its back.
func asCard(e *Evidence) {
	back := *e.Front
	e.Front.Kind, e.Front.HasMRZ, e.Front.CheckDigits, e.Front.MRZBox = "id_card", false, nil, nil
	e.Front.Fields = map[kyc.Field]Value{kyc.Surname: printedValue("KŐSZEGI")}
	back.Kind, back.Portrait, back.MRZFormat = "id_card", nil, "TD1"
	e.Back = &back
}

// told are the codes that are visible, as code@item.
func told(fs []kyc.Finding) []string {
	out := []string{}
	for _, f := range kyc.Visible(fs) {
		out = append(out, string(f.Code)+"@"+string(f.Item))
	}
	return out
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*policy.Policy, *Evidence)
		want   []string
	}{
		"all is well": {want: []string{}},
		"nothing sent": {
			func(_ *policy.Policy, e *Evidence) { *e = Evidence{} }, []string{},
		},
		"the front is no picture": {
			func(_ *policy.Policy, e *Evidence) { e.Front = &Side{Unreadable: "truncated", Full: true} },
			[]string{"document.file_unreadable@document_front"},
		},
		"no document in the picture": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Found, e.Front.Fields, e.Front.HasMRZ, e.Front.CheckDigits = false, nil, false, nil
			},
			[]string{"document.not_found@document_front"},
		},
		"a passport without a number": {
			func(_ *policy.Policy, e *Evidence) { delete(e.Front.Fields, kyc.DocumentNumber) },
			[]string{"document.mrz_unreadable@document_front"},
		},
		"a passport of which nothing was read": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields, e.Front.HasMRZ, e.Front.CheckDigits = nil, false, nil
			},
			[]string{"document.mrz_unreadable@document_front"},
		},
		"a number that the zone's own digit confirms was misread by us": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.NumberCheck = string(mrz.CheckDigit("X73007509"))
				e.Front.Fields[kyc.DocumentNumber] = mrzValue("X73007503")
				e.Front.CheckDigits["document_number"] = false
			},
			[]string{"document.mrz_check_digit@document_front"},
		},
		"a number that the zone's own digit does not confirm was mistyped": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.NumberCheck = string(mrz.CheckDigit("X73007509"))
				e.Details[kyc.DocumentNumber] = "X73007503"
			},
			[]string{"details.number_mismatch@details"},
		},
		"a person with one name only": {
			func(_ *policy.Policy, e *Evidence) {
				delete(e.Front.Fields, kyc.GivenNames)
				delete(e.Details, kyc.GivenNames)
			},
			[]string{},
		},
		"a given name where the document has none": {
			func(_ *policy.Policy, e *Evidence) { delete(e.Front.Fields, kyc.GivenNames) },
			[]string{"details.name_mismatch@details"},
		},
		"a card without its back": {
			func(_ *policy.Policy, e *Evidence) { asCard(e); e.Back = nil },
			[]string{"document.back_missing@document_back"},
		},
		"a card with both sides": {
			func(_ *policy.Policy, e *Evidence) { asCard(e) }, []string{},
		},
		"a card whose back was not read": {
			func(_ *policy.Policy, e *Evidence) {
				asCard(e)
				e.Back.Fields, e.Back.HasMRZ, e.Back.CheckDigits = nil, false, nil
			},
			[]string{"document.mrz_unreadable@document_back"},
		},
		"a card whose back is blurred": {
			func(_ *policy.Policy, e *Evidence) {
				asCard(e)
				e.Back.Fields, e.Back.HasMRZ, e.Back.CheckDigits, e.Back.Sharpness = nil, false, nil, 3
			},
			[]string{"document.blurry@document_back"},
		},
		"a check digit that does not hold": {
			func(_ *policy.Policy, e *Evidence) { e.Front.CheckDigits["document_number"] = false },
			[]string{"document.mrz_check_digit@document_front"},
		},
		"a check digit that does not hold, badly read": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.CheckDigits["document_number"], e.Front.MRZCertainty = false, 0.79
			},
			[]string{"document.mrz_unreadable@document_front"},
		},
		"expired yesterday": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.ExpiryDate] = mrzValue("2026-11-21")
				e.Details[kyc.ExpiryDate] = "2026-11-21"
			},
			[]string{"document.expired@document_front"},
		},
		"expires today": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.ExpiryDate] = mrzValue("2026-11-22")
				e.Details[kyc.ExpiryDate] = "2026-11-22"
			},
			[]string{},
		},
		"expired, and accepted": {
			func(p *policy.Policy, e *Evidence) {
				p.Documents.AcceptExpired = true
				e.Front.Fields[kyc.ExpiryDate] = mrzValue("2020-01-01")
				e.Details[kyc.ExpiryDate] = "2020-01-01"
			},
			[]string{},
		},
		"expired in an unknown month of a past year": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.ExpiryDate] = mrzValue("2025-XX-XX")
				delete(e.Details, kyc.ExpiryDate)
			},
			[]string{"document.expired@document_front"},
		},
		"expires in an unknown month of this year": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.ExpiryDate] = mrzValue("2026-XX-XX")
				delete(e.Details, kyc.ExpiryDate)
			},
			[]string{},
		},
		"a kind that is not accepted": {
			func(_ *policy.Policy, e *Evidence) { e.Front.Kind = "driving_licence" },
			[]string{"document.not_accepted@document_front"},
		},
		"no portrait on the document": {
			func(_ *policy.Policy, e *Evidence) { e.Front.Portrait = nil },
			[]string{"document.portrait_missing@document_front"},
		},
		"a portrait too small to compare": {
			func(_ *policy.Policy, e *Evidence) { e.Front.Portrait.Quality.InterEyeDistance = 19.9 },
			[]string{"document.portrait_missing@document_front"},
		},
		"another person": {
			func(_ *policy.Policy, e *Evidence) { e.Face.Template = template(0.7) },
			[]string{"face.mismatch@face"},
		},
		"another person, behind a blurred selfie": {
			func(_ *policy.Policy, e *Evidence) { e.Face.Template, e.Face.Quality.Sharpness = template(0.7), 1 },
			[]string{"face.blurry@face"},
		},
		"templates that do not compare": {
			func(_ *policy.Policy, e *Evidence) {
				e.Face.Template = append([]byte("BFT\x01\x05other"), template(0)[9:]...)
			},
			[]string{"case.our_fault@case"},
		},
		"a selfie without its template": {
			func(_ *policy.Policy, e *Evidence) { e.Face.Template = nil },
			[]string{"case.our_fault@case"},
		},
		"the selfie is no picture": {
			func(_ *policy.Policy, e *Evidence) { e.Face = &Portrait{Unreadable: "empty"} },
			[]string{"face.file_unreadable@face"},
		},
		"no face in the selfie": {
			func(_ *policy.Policy, e *Evidence) { e.Face = &Portrait{Mean: 120} },
			[]string{"face.not_found@face"},
		},
		"nothing to see in the dark": {
			func(_ *policy.Policy, e *Evidence) { e.Face = &Portrait{Mean: 12} },
			[]string{"face.dark@face"},
		},
		"the number mistyped": {
			func(_ *policy.Policy, e *Evidence) { e.Details[kyc.DocumentNumber] = "X73OO7509" },
			[]string{"details.number_mismatch@details"},
		},
		"a birth date mistyped": {
			func(_ *policy.Policy, e *Evidence) { e.Details[kyc.BirthDate] = "1990-05-71" },
			[]string{"details.birth_date_mismatch@details"},
		},
		"an expiry date mistyped": {
			func(_ *policy.Policy, e *Evidence) { e.Details[kyc.ExpiryDate] = "2031-01-31" },
			[]string{"details.expiry_mismatch@details"},
		},
		"another nationality": {
			func(_ *policy.Policy, e *Evidence) { e.Details[kyc.Nationality] = "FR" },
			[]string{"details.nationality_mismatch@details"},
		},
		"the nationality in two letters": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.Nationality] = mrzValue("D")
				e.Details[kyc.Nationality] = "de"
			},
			[]string{},
		},
		"details of another person": {
			func(_ *policy.Policy, e *Evidence) {
				e.Details[kyc.Surname], e.Details[kyc.GivenNames] = "Oyelaran", "Tunde"
			},
			// one for each field
			[]string{"details.name_mismatch@details", "details.name_mismatch@details"},
		},
		"only what was typed is compared": {
			func(_ *policy.Policy, e *Evidence) { e.Details = map[kyc.Field]string{kyc.BirthDate: "1990-05-17"} },
			[]string{},
		},
		"a blurred document hides what is concluded from it": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.HasMRZ, e.Front.Sharpness = false, 2
				delete(e.Front.Fields, kyc.ExpiryDate)
				e.Front.Portrait = nil
				e.Details[kyc.DocumentNumber] = "Y99999999"
				e.Front.Fields[kyc.BirthDate] = printedValue("2015-01-01")
			},
			[]string{"document.blurry@document_front"},
		},
		"under age": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.BirthDate] = mrzValue("2008-11-23")
				e.Details[kyc.BirthDate] = "2008-11-23"
			},
			[]string{"eligibility.under_age@eligibility"},
		},
		"of age today": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.BirthDate] = mrzValue("2008-11-22")
				e.Details[kyc.BirthDate] = "2008-11-22"
			},
			[]string{},
		},
		"born in an unknown month, too young in any": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.BirthDate] = mrzValue("2012-XX-XX")
				delete(e.Details, kyc.BirthDate)
			},
			[]string{"eligibility.under_age@eligibility"},
		},
		"born in an unknown month, perhaps of age": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.BirthDate] = mrzValue("2008-XX-XX")
				delete(e.Details, kyc.BirthDate)
			},
			[]string{"eligibility.age_unknown@eligibility"},
		},
		"born in an unknown year": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.BirthDate] = mrzValue("XXXX-XX-XX")
				delete(e.Details, kyc.BirthDate)
			},
			[]string{"eligibility.age_unknown@eligibility"},
		},
		"born in an unknown year, where only the region asks for an age": {
			func(p *policy.Policy, e *Evidence) {
				p.Eligibility.MinimumAge = 0
				e.Front.Fields[kyc.BirthDate] = mrzValue("XXXX-XX-XX")
				delete(e.Details, kyc.BirthDate)
				e.Details[kyc.Residence] = "AT"
			},
			[]string{"eligibility.age_unknown@eligibility"},
		},
		"born in an unknown month, surely of age": {
			func(_ *policy.Policy, e *Evidence) {
				e.Front.Fields[kyc.BirthDate] = mrzValue("1990-XX-XX")
				delete(e.Details, kyc.BirthDate)
			},
			[]string{},
		},
		"two halves of two cards": {
			func(_ *policy.Policy, e *Evidence) {
				back := *e.Front
				back.Fields = maps.Clone(e.Front.Fields)
				back.Fields[kyc.BirthDate] = mrzValue("1971-11-30")
				back.Fields[kyc.Surname], back.Fields[kyc.GivenNames] = mrzValue("OTHER"), mrzValue("PERSON")
				e.Back = &back
			},
			[]string{"document.inconsistent@document_back"},
		},
		"the document's photo as the selfie": {
			func(_ *policy.Policy, e *Evidence) { e.Front.PerceptualHash, e.Face.PerceptualHash = 12345, 12345 },
			[]string{"face.presentation_attack@face"},
		},
		"a mistyped birth date hides the age": {
			func(_ *policy.Policy, e *Evidence) { e.Front.Fields[kyc.BirthDate] = mrzValue("2010-05-17") },
			[]string{"details.birth_date_mismatch@details"},
		},
		"a region with another age": {
			func(_ *policy.Policy, e *Evidence) {
				e.Details[kyc.Residence] = "AT"
				e.Front.Fields[kyc.BirthDate], e.Details[kyc.BirthDate] = mrzValue("2006-01-01"), "2006-01-01"
			},
			[]string{"eligibility.under_age@eligibility"},
		},
		"a region that cannot be served": {
			func(_ *policy.Policy, e *Evidence) { e.Details[kyc.Residence] = "KP" },
			[]string{"eligibility.region_restricted@eligibility"},
		},
		"an issuer that cannot be served": {
			func(_ *policy.Policy, e *Evidence) { e.Front.Fields[kyc.IssuingState] = mrzValue("SYR") },
			[]string{"eligibility.region_restricted@eligibility"},
		},
		"what is to be mended first comes first": {
			func(_ *policy.Policy, e *Evidence) {
				e.Face.Template = template(0.9)
				e.Details[kyc.DocumentNumber], e.Details[kyc.Surname] = "X73OO7509", "Koszegj"
			},
			[]string{"details.name_mismatch@details", "details.number_mismatch@details", "face.mismatch@face"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, e := rules(), goodEvidence()
			if c.change != nil {
				c.change(&p, &e)
			}
			fs := Judge(p, e, today)
			if got := told(fs); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for _, f := range fs {
				if f.Submission != e.Submissions[f.Item] {
					t.Errorf("%s stands on submission %q", f.Code, f.Submission)
				}
				if (f.Measured == nil) != (f.Threshold == nil) {
					t.Errorf("%s has a number without its limit", f.Code)
				}
			}
			if again := Judge(p, e, today); !slices.Equal(told(again), told(fs)) {
				t.Errorf("judged again: %v", told(again))
			}
		})
	}
}

// TestThresholds holds a measurement against its threshold: exactly on it
// passes, a little on the wrong side does not.
func TestThresholds(t *testing.T) {
	t.Parallel()
	type th struct {
		name   string
		limit  float64
		up     bool // more is worse
		set    func(*Evidence, float64)
		code   kyc.Code
		before kyc.Item // the item of the pre-check
	}
	for _, c := range []th{
		{"document sharpness", 10, false, func(e *Evidence, v float64) { e.Front.Sharpness = v }, kyc.DocBlurry, kyc.DocumentFront},
		{"document mean", 40, false, func(e *Evidence, v float64) { e.Front.Mean = v }, kyc.DocDark, kyc.DocumentFront},
		{"document burnt out", 0.3, true, func(e *Evidence, v float64) { e.Front.OverShare = v }, kyc.DocOverexposed, kyc.DocumentFront},
		{"document glare", 0.02, true, func(e *Evidence, v float64) { e.Front.GlareShare = v }, kyc.DocGlare, kyc.DocumentFront},
		{"document width", 600, false, func(e *Evidence, v float64) { e.Front.WidthPx = v }, kyc.DocLowResolution, kyc.DocumentFront},
		{"second face", 0.4, true, func(e *Evidence, v float64) { e.Face.Quality.RunnerUp = v }, kyc.FaceMultiple, kyc.Face},
		{"face brightness", 50, false, func(e *Evidence, v float64) { e.Face.Quality.Brightness = v }, kyc.FaceDark, kyc.Face},
		{"backlight", 80, true, func(e *Evidence, v float64) { e.Face.Quality.Backlight = v }, kyc.FaceBacklit, kyc.Face},
		{"face burnt out", 0.2, true, func(e *Evidence, v float64) { e.Face.Quality.Overexposed = v }, kyc.FaceOverexposed, kyc.Face},
		{"distance of the eyes", 60, false, func(e *Evidence, v float64) { e.Face.Quality.InterEyeDistance = v }, kyc.FaceTooSmall, kyc.Face},
		{"margin", 0.1, false, func(e *Evidence, v float64) { e.Face.Quality.Margin = v }, kyc.FaceTooClose, kyc.Face},
		{"off centre to the right", 0.5, true, func(e *Evidence, v float64) { e.Face.Quality.OffCentreX = v }, kyc.FaceOffCentre, kyc.Face},
		{"off centre to the top", 0.5, true, func(e *Evidence, v float64) { e.Face.Quality.OffCentreY = -v }, kyc.FaceOffCentre, kyc.Face},
		{"face sharpness", 5, false, func(e *Evidence, v float64) { e.Face.Quality.Sharpness = v }, kyc.FaceBlurry, kyc.Face},
		{"yaw to the left", 25, true, func(e *Evidence, v float64) { e.Face.Quality.Yaw = -v }, kyc.FaceNotFrontal, kyc.Face},
		{"roll", 30, true, func(e *Evidence, v float64) { e.Face.Quality.Roll = -v }, kyc.FaceNotFrontal, kyc.Face},
		{"pitch", 20, true, func(e *Evidence, v float64) { e.Face.Quality.Pitch = v }, kyc.FaceNotFrontal, kyc.Face},
		{"eyes", 0.15, false, func(e *Evidence, v float64) { e.Face.Quality.EyesOpen = v }, kyc.FaceEyesClosed, kyc.Face},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			worse := c.limit - 0.001*max(c.limit, 1)
			if c.up {
				worse = c.limit + 0.001*max(c.limit, 1)
			}
			for _, x := range []struct {
				value float64
				found bool
			}{{c.limit, false}, {worse, true}} {
				e := goodEvidence()
				// What was read with certainty was good enough to be read, so this one was not.
				e.Front.HasMRZ, e.Front.CheckDigits = false, nil
				c.set(&e, x.value)
				for stage, fs := range map[string][]kyc.Finding{"at once": PreCheck(rules(), c.before, e), "in full": Judge(rules(), e, today)} {
					k := slices.IndexFunc(fs, func(f kyc.Finding) bool { return f.Code == c.code })
					if (k >= 0) != x.found {
						t.Errorf("%s, %v: found %v, want %v in %v", stage, x.value, k >= 0, x.found, told(fs))
						continue
					}
					if !x.found {
						continue
					}
					f := fs[k]
					if f.Measure == "" || f.Measured == nil || math.Abs(*f.Measured-x.value) > 1e-3 || *f.Threshold != c.limit {
						t.Errorf("%s: measured %v against %v as %q", stage, f.Measured, f.Threshold, f.Measure)
					}
				}
			}
		})
	}

	t.Run("a sign of a picture of a picture is for operators: told when inspected, a reviewer's where it is strong, never at once", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			value              float64
			inspected, inACase bool
		}{{0.6, false, false}, {0.61, true, false}, {0.9, true, false}, {0.91, true, true}} {
			e := goodEvidence()
			e.Face.Quality.Recaptured = c.value
			has := func(fs []kyc.Finding) bool {
				return slices.ContainsFunc(fs, func(f kyc.Finding) bool { return f.Code == kyc.FaceAttack })
			}
			if has(Selfie(rules(), e)) != c.inspected || has(Judge(rules(), e, today)) != c.inACase || has(PreCheck(rules(), kyc.Face, e)) {
				t.Errorf("%v: inspected %v, in a case %v, at once %v", c.value, told(Selfie(rules(), e)), told(Judge(rules(), e, today)), told(PreCheck(rules(), kyc.Face, e)))
			}
			// The colours of a challenge tint the skin, so the frames of one say nothing.
			e.Sequence = &Sequence{}
			if has(Judge(rules(), e, today)) {
				t.Errorf("%v: a frame of a challenge is taken for a picture of a picture", c.value)
			}
		}
	})

	t.Run("what was read with certainty was large enough and free of glare, but must be sharp", func(t *testing.T) {
		t.Parallel()
		e := goodEvidence()
		e.Front.WidthPx, e.Front.GlareShare = 0, 1
		if got := told(Judge(rules(), e, today)); len(got) > 0 {
			t.Errorf("got %v", got)
		}
		e.Front.Sharpness = 0
		if got := told(Judge(rules(), e, today)); !slices.Contains(got, "document.blurry@document_front") {
			t.Errorf("a blurred photo that could be read: %v", got)
		}
	})

	t.Run("print alone does not do for a card with a zone", func(t *testing.T) {
		t.Parallel()
		e := goodEvidence()
		e.Front.HasMRZ, e.Front.Kind = false, "id_card"
		p := rules()
		p.Documents.WithZone = []string{"id_card"}
		if got := told(Judge(p, e, today)); !slices.Equal(got, []string{"document.back_missing@document_back"}) {
			t.Errorf("got %v", got)
		}
		p.Documents.WithZone = nil
		if got := told(Judge(p, e, today)); len(got) > 0 {
			t.Errorf("where the policy does not ask for it: %v", got)
		}
	})
}

// TestPreCheckTellsQualityAlone: at once, nothing is said that only the full
// check can know, and nothing of other items.
func TestPreCheckTellsQualityAlone(t *testing.T) {
	t.Parallel()
	e := goodEvidence()
	e.Front.Kind, e.Front.Portrait = "visa", nil
	e.Front.Fields[kyc.ExpiryDate] = mrzValue("2001-01-01")
	e.Front.HasMRZ, e.Front.Sharpness = false, 1
	e.Face.Template, e.Face.Quality.EyesOpen = template(2), 0
	e.Details[kyc.Residence] = "KP"
	for item, want := range map[kyc.Item][]string{
		kyc.DocumentFront: {"document.blurry@document_front"},
		kyc.DocumentBack:  {},
		kyc.Details:       {},
		kyc.Face:          {"face.eyes_closed@face"},
	} {
		if got := told(PreCheck(rules(), item, e)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", item, got, want)
		}
	}
}

// TestMismatchesNameFieldAndKind: each finding about details says which field,
// what was typed and read, and how the two differ.
func TestMismatchesNameFieldAndKind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field kyc.Field
		typed string
		kind  string
		at    int
	}{
		"a blank too many":        {kyc.Surname, "Kosz egi", "extra_space", 4},
		"a letter O for a nought": {kyc.DocumentNumber, "X73O07509", "confusable", 3},
		"another order":           {kyc.GivenNames, "Maria Anna", "order", 0},
		"a name left out":         {kyc.GivenNames, "Anna", "missing_part", -1},
		"a word cut short":        {kyc.GivenNames, "Anna Mar", "truncated", 5},
		"a name cut short":        {kyc.Surname, "Kosze", "", 5},
		"an initial":              {kyc.GivenNames, "Anna M", "initial", 5},
		"a wrong letter":          {kyc.Surname, "Koszegj", "", 6},
		"day and month changed":   {kyc.BirthDate, "1990-05-71", "", -1},
		"another year":            {kyc.ExpiryDate, "2031-01-31", "character", 3},
		"another state":           {kyc.Nationality, "FRA", "other", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := goodEvidence()
			e.Details[c.field] = c.typed
			var found []kyc.Finding
			for _, f := range Judge(rules(), e, today) {
				if f.Item == kyc.Details && f.Field == c.field {
					found = append(found, f)
				}
			}
			if len(found) != 1 || found[0].Values == nil {
				t.Fatalf("found %+v", found)
			}
			v := found[0].Values
			if v.Typed != c.typed || v.Read != e.Front.Fields[c.field].Text {
				t.Errorf("compared %q with %q", v.Typed, v.Read)
			}
			k := slices.IndexFunc(v.Differences, func(d kyc.Difference) bool {
				return (c.kind == "" || d.Kind == c.kind) && (c.at < 0 || d.At == c.at)
			})
			if k < 0 {
				t.Errorf("differences %+v, want a %s at %d", v.Differences, c.kind, c.at)
			}
		})
	}
}

// TestNoMismatchIsSwallowed: names that are not the same always give a finding,
// whatever kinds of difference explain it.
func TestNoMismatchIsSwallowed(t *testing.T) {
	t.Parallel()
	surnames := []string{"", "Kosz", "Kosze", "K", "Kőszegi-Nagy", "Oyelaran", "Anna", "KOSZEGI", "Koszegi Koszegi", "kőszegi"}
	given := []string{"", "A", "An", "Anna", "Maria", "Anna Mar", "Anna Maria Sophia", "Tunde", "Koszegi", "ANNAMARIA", "Anna-Mária"}
	for _, s := range surnames {
		for _, g := range given {
			for _, cut := range []bool{false, true} {
				if s == "" && g == "" {
					continue // nothing was typed
				}
				e := goodEvidence()
				e.Front.NameTruncated = cut
				e.Details[kyc.Surname], e.Details[kyc.GivenNames] = s, g
				found := slices.ContainsFunc(Judge(rules(), e, today), func(f kyc.Finding) bool { return f.Code == kyc.DetailsName })
				if same := sameName(e, cut); found == same {
					t.Errorf("%q, %q (cut %v): a finding %v, although the names are the same is %v", s, g, cut, found, same)
				}
			}
		}
	}
}

func TestUnderAgeSaysFromWhen(t *testing.T) {
	t.Parallel()
	e := goodEvidence()
	e.Front.Fields[kyc.BirthDate], e.Details[kyc.BirthDate] = mrzValue("2010-02-28"), "2010-02-28"
	for _, f := range Judge(rules(), e, today) {
		if f.Code != kyc.UnderAge {
			continue
		}
		if want := time.Date(2028, 2, 28, 0, 0, 0, 0, time.UTC); !f.From.Equal(want) || *f.Measured != 16 || *f.Threshold != 18 {
			t.Errorf("from %v, %v of %v years", f.From, *f.Measured, *f.Threshold)
		}
		return
	}
	t.Error("not found to be under age")
}

func TestHiddenFindingsArePlannedForNobody(t *testing.T) {
	t.Parallel()
	e := goodEvidence()
	e.Front.HasMRZ, e.Front.Sharpness = false, 1
	e.Details[kyc.DocumentNumber] = "Y99999999"
	e.Face.Template = template(1)
	fs := Judge(rules(), e, today)
	if len(fs) < 3 {
		t.Fatalf("found %v alone", told(fs))
	}
	items := []kyc.ItemState{
		{Item: kyc.DocumentFront, Current: &kyc.Submission{ID: "sub_front"}, Attempts: 1},
		{Item: kyc.Details, Current: &kyc.Submission{ID: "sub_details"}, Attempts: 1},
		{Item: kyc.Face, Current: &kyc.Submission{ID: "sub_face"}, Attempts: 1},
	}
	p := kyc.PlanFor(items, fs, kyc.Limits{Attempts: 4})
	if len(p.Items) != 1 || p.Items[0].Item != kyc.DocumentFront || !slices.Equal(p.Items[0].Reasons, []kyc.Code{kyc.DocBlurry}) || p.Items[0].AttemptsLeft != 3 {
		t.Errorf("planned %+v", p.Items)
	}
	if len(p.Carried) != 2 {
		t.Errorf("carried %+v", p.Carried)
	}
}

func TestFieldPrefersTheZone(t *testing.T) {
	t.Parallel()
	e := Evidence{
		Front: &Side{Fields: map[kyc.Field]Value{kyc.Surname: printedValue("FRONT"), kyc.Sex: printedValue("F"), kyc.Nationality: {Source: "print"}}},
		Back:  &Side{Fields: map[kyc.Field]Value{kyc.Surname: mrzValue("BACK"), kyc.Sex: printedValue("M"), kyc.Nationality: printedValue("UTO")}},
	}
	want := map[kyc.Field]string{kyc.Surname: "BACK", kyc.Sex: "F", kyc.Nationality: "UTO"}
	got := map[kyc.Field]string{}
	for f, v := range e.Fields() {
		got[f] = v.Text
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCompareFaces(t *testing.T) {
	t.Parallel()
	p, e := rules(), goodEvidence()
	if m := CompareFaces(p, e); m == nil || math.Abs(m.Score-face.ScoreOf(0.1)) > 1e-6 || m.Threshold != 0.5 || m.Model != "test" {
		t.Errorf("got %+v", m)
	}
	for name, change := range map[string]func(*Evidence){
		"no selfie":          func(e *Evidence) { e.Face = nil },
		"no portrait":        func(e *Evidence) { e.Front.Portrait = nil },
		"no document":        func(e *Evidence) { e.Front = nil },
		"a damaged template": func(e *Evidence) { e.Face.Template = []byte("BFT") },
		"another model": func(e *Evidence) {
			e.Face.Template = slices.Clone(e.Face.Template)
			e.Face.Template[5] = 'T'
		},
	} {
		e := goodEvidence()
		change(&e)
		if m := CompareFaces(p, e); m != nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, three, two string }{
		{"D", "DEU", "DE"},
		{"D<<", "DEU", "DE"},
		{"DEU", "DEU", "DE"},
		{"de", "DEU", "DE"},
		{"GB", "GBR", "GB"},
		{"GBD", "GBD", "GB"},
		{"GBS", "GBS", "GB"},
		{"RKS", "RKS", "XK"},
		{"UTO", "UTO", ""}, // Utopia
		{"XXA", "XXA", ""}, // stateless
		{"XXX", "XXX", ""}, // no nationality
		{"EUE", "EUE", ""}, // laissez-passer
		{"UNO", "UNO", ""},
		{"USA", "USA", "US"},
		{"SYR", "SYR", "SY"},
		{"", "", ""},
		{"<<<", "", ""},
		{"150", "150", ""}, // a group of states, not one
		{"ÄÖ", "ÄÖ", ""},
	} {
		if got := alpha3(c.in); got != c.three {
			t.Errorf("alpha3(%q) = %q, want %q", c.in, got, c.three)
		}
		if got := alpha2(c.in); got != c.two {
			t.Errorf("alpha2(%q) = %q, want %q", c.in, got, c.two)
		}
	}
}

// sameName asks the matching of names itself.
func sameName(e Evidence, cut bool) bool {
	r := match.Names(
		match.Name{Surname: e.Details[kyc.Surname], Given: e.Details[kyc.GivenNames]},
		match.Name{Surname: e.Front.Fields[kyc.Surname].Text, Given: e.Front.Fields[kyc.GivenNames].Text, Truncated: cut},
		match.DefaultPolicy())
	return r.Verdict == match.Same
}
