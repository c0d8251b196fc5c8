package policy

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func TestStandard(t *testing.T) {
	t.Parallel()
	p, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	if p.ID() != fmt.Sprintf("standard@%d", p.Version) || p.Eligibility.MinimumAge < 18 || p.Documents.AcceptExpired {
		t.Errorf("the shipped policy is %+v", p)
	}
	// Each threshold does something: none is at the end of its range.
	for _, x := range p.Thresholds.all() {
		if v := *x.value; v == 0 || x.share && v == 1 || v == 90 || v == 255 {
			t.Errorf("thresholds.%s is %v, which judges nothing", x.name, v)
		}
	}
	if again, err := Parse(StandardYAML()); err != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("read again: %v", err)
	}
	StandardYAML()[0] = 'X'
	if _, err := Standard(); err != nil {
		t.Errorf("the shipped text can be changed: %v", err)
	}
}

// TestEveryThresholdIsChecked: all names every number of the struct, so that a
// new one cannot be forgotten.
func TestEveryThresholdIsChecked(t *testing.T) {
	t.Parallel()
	n := reflect.TypeFor[DocumentThresholds]().NumField() + reflect.TypeFor[FaceThresholds]().NumField() + reflect.TypeFor[LivenessThresholds]().NumField()
	all := unset()
	seen := map[*float64]bool{}
	for _, x := range all.all() {
		seen[x.value] = true
		if !math.IsNaN(*x.value) {
			t.Errorf("%s is set from the start", x.name)
		}
		section, key, _ := strings.Cut(x.name, ".")
		if !strings.Contains(string(standard), section+":") || !strings.Contains(string(standard), key+":") {
			t.Errorf("the shipped policy does not name %s", x.name)
		}
	}
	if len(seen) != n {
		t.Errorf("%d thresholds are checked, there are %d", len(seen), n)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, with string // what is changed in the shipped policy
		says      string // of the error; "" when it is valid
	}{
		"as it is":                   {"", "", ""},
		"another age":                {"minimum_age: 18", "minimum_age: 21", ""},
		"another age by region":      {"minimum_age_by_region: {}", "minimum_age_by_region: {AT: 21}", ""},
		"no limit of attempts":       {"limit: 5", "limit: 0", ""},
		"a key that is not":          {"minimum_age: 18", "minimum_agee: 18", "minimum_agee"},
		"a key twice":                {"minimum_age: 18", "minimum_age: 18\n  minimum_age: 0", "already"},
		"a text for a number":        {"minimum_age: 18", "minimum_age: adult", "line"},
		"a negative age":             {"minimum_age: 18", "minimum_age: -1", "minimum_age: must be between"},
		"an age of nobody":           {"minimum_age: 18", "minimum_age: 121", "minimum_age: must be between"},
		"an age by no region":        {"minimum_age_by_region: {}", "minimum_age_by_region: {Austria: 21}", `"Austria"`},
		"an age by region, negative": {"minimum_age_by_region: {}", "minimum_age_by_region: {AT: -3}", "minimum_age_by_region.AT"},
		"a region in three letters":  {"restricted_regions: []", "restricted_regions: [PRK]", `"PRK"`},
		"an issuer in small letters": {"restricted_issuers: []", "restricted_issuers: [kp]", `"kp"`},
		"no name":                    {"name: standard", "name: ''", "name: must not be empty"},
		"version nought":             {"version: 1", "version: 0", "version: must be at least 1"},
		"no day":                     {"effective_from: 2026-01-01", "effective_from: soon", "soon"},
		"nothing asked":              {"items: [document_front, details, face]", "items: []", "items: at least one"},
		"something unknown asked":    {"items: [document_front, details, face]", "items: [shoe]", `"shoe"`},
		"kept for too short":         {"declined: 2160h", "declined: 1h", "retention.declined"},
		"kept for less than nothing": {"expired: 720h", "expired: -720h", "retention.expired"},
		"something computed asked":   {"items: [document_front, details, face]", "items: [uniqueness]", `"uniqueness"`},
		"no document asked":          {"items: [document_front, details, face]", "items: [details]", "document_front must be asked"},
		"too short a life":           {"case_expires_after: 168h", "case_expires_after: 1s", "case_expires_after"},
		"a negative limit":           {"limit: 5", "limit: -1", "attempts.limit"},
		"a negative pause":           {"pauses: [0s, 0s, 5m, 15m]", "pauses: [-1s]", "attempts.pauses"},
		"no document":                {"accepted: [passport, id_card, driving_licence, residence_permit]", "accepted: []", "documents.accepted"},
		"a document that is not":     {"accepted: [passport, id_card, driving_licence, residence_permit]", "accepted: [library_card]", `"library_card"`},
		"everybody matches":          {"match: 0.", "match: 0 #", "face.match: must be above 0"},
		"a similarity beyond 1":      {"match: 0.", "match: 7.", "face.match: must be between 0 and 1"},
		"no number":                  {"match: 0.", "match: .nan #", "face.match: is missing"},
		"an infinite number":         {"yaw_degrees: ", "yaw_degrees: .inf #", "face.yaw_degrees: must be a finite number"},
		"a later threshold left out": {"    roll_degrees:", "    # roll_degrees:", ""},
		"a threshold left out":       {"    eyes_open:", "    # eyes_open:", "face.eyes_open: is missing"},
		"two policies":               {"name: standard", "---\nname: other\n---\nname: standard", "more than one"},
		"no YAML":                    {"name: standard", "name: [", "line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(standard), c.old) {
				t.Fatalf("the shipped policy has no %q any more", c.old)
			}
			p, err := Parse([]byte(strings.Replace(string(standard), c.old, c.with, 1)))
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("got %v, want an error with %q", err, c.says)
			case c.says != "" && !reflect.DeepEqual(p, Policy{}):
				t.Errorf("half a policy comes with the error: %+v", p)
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "a list": "[]", "too large": strings.Repeat("#", maxBytes+1)} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestAllThatIsWrongIsTold, not only the first.
func TestAllThatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte("name: x\nversion: 0\nitems: [shoe]\n"))
	for _, says := range []string{"version", "effective_from", `"shoe"`, "case_expires_after", "documents.accepted", "face.match: is missing", "document.sharpness: is missing"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error does not name %s: %v", says, err)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	l := Policy{Attempts: Attempts{Limit: 3, Pauses: []time.Duration{time.Second, time.Minute}}}.Limits()
	if l.Attempts != 3 || !slices.Equal(l.Pauses, []time.Duration{0, time.Second, time.Minute}) {
		t.Errorf("got %+v", l)
	}
	if l := (Policy{}).Limits(); l.Pauses != nil || l.Attempts != 0 {
		t.Errorf("got %+v", l)
	}
}

func day(s string) Day {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return Day{t}
}

func TestEligibility(t *testing.T) {
	t.Parallel()
	rules := Eligibility{
		MinimumAge: 18, MinimumAgeByRegion: map[string]int{"AT": 21, "CH": 0},
		RestrictedRegions: []string{"KP"}, RestrictedIssuers: []string{"SY"},
	}
	for name, c := range map[string]struct {
		facts Facts
		codes []kyc.Code
		from  string // of under_age
		age   float64
	}{
		"nothing known":                {Facts{Today: day("2026-11-22")}, nil, "", 0},
		"of age":                       {Facts{Birth: day("1990-01-01"), Today: day("2026-11-22")}, nil, "", 0},
		"the day before the birthday":  {Facts{Birth: day("2008-11-23"), Today: day("2026-11-22")}, []kyc.Code{kyc.UnderAge}, "2026-11-23", 17},
		"on the birthday":              {Facts{Birth: day("2008-11-22"), Today: day("2026-11-22")}, nil, "", 0},
		"born on a leap day, before":   {Facts{Birth: day("2008-02-29"), Today: day("2026-02-28")}, []kyc.Code{kyc.UnderAge}, "2026-03-01", 17},
		"born on a leap day, after":    {Facts{Birth: day("2008-02-29"), Today: day("2026-03-01")}, nil, "", 0},
		"born today":                   {Facts{Birth: day("2026-11-22"), Today: day("2026-11-22")}, []kyc.Code{kyc.UnderAge}, "2044-11-22", 0},
		"a region with a higher age":   {Facts{Birth: day("2006-01-01"), Residence: "AT", Today: day("2026-11-22")}, []kyc.Code{kyc.UnderAge}, "2027-01-01", 20},
		"a region without an age":      {Facts{Birth: day("2020-01-01"), Residence: "CH", Today: day("2026-11-22")}, nil, "", 0},
		"a region that is not served":  {Facts{Birth: day("1990-01-01"), Residence: "KP", Today: day("2026-11-22")}, []kyc.Code{kyc.RegionRestricted}, "", 0},
		"an issuer that is not served": {Facts{Issuer: "SY", Today: day("2026-11-22")}, []kyc.Code{kyc.RegionRestricted}, "", 0},
		"a region is not an issuer":    {Facts{Residence: "SY", Issuer: "KP", Today: day("2026-11-22")}, nil, "", 0},
		"everything at the same time":  {Facts{Birth: day("2020-01-01"), Residence: "KP", Issuer: "SY", Today: day("2026-11-22")}, []kyc.Code{kyc.UnderAge, kyc.RegionRestricted, kyc.RegionRestricted}, "2038-01-01", 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var codes []kyc.Code
			for _, f := range rules.Judge(c.facts) {
				codes = append(codes, f.Code)
				if f.Item != kyc.Eligibility || f.Field == "" {
					t.Errorf("%s stands on %s, field %q", f.Code, f.Item, f.Field)
				}
				if f.Code == kyc.UnderAge && (!f.From.Equal(day(c.from).Time) || *f.Measured != c.age) {
					t.Errorf("from %v at the age of %v", f.From, *f.Measured)
				}
			}
			if !slices.Equal(codes, c.codes) {
				t.Errorf("got %v, want %v", codes, c.codes)
			}
		})
	}
}

// FuzzParse: whatever comes in, a policy that is taken is whole.
func FuzzParse(f *testing.F) {
	f.Add(standard)
	f.Add([]byte("name: &a [*a]"))
	f.Add([]byte("thresholds: {face: {match: .nan}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if p.Thresholds.Face.Match <= 0 || p.Thresholds.Face.Match > 1 || len(p.Items) == 0 || len(p.Documents.Accepted) == 0 || p.Version < 1 {
			t.Errorf("taken: %+v", p)
		}
		_ = p.Eligibility.Judge(Facts{Birth: day("2010-01-01"), Residence: "DE", Today: day("2026-11-22")})
	})
}
