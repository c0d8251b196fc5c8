package kyc_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/kyc"
)

// TestCodesAreAppendOnly compares with the committed list: a released code is
// never removed.
func TestCodesAreAppendOnly(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, d := range kyc.Catalogue() {
		have = append(have, string(d.Code))
	}
	released := strings.Fields(string(b))
	for _, c := range released {
		if !slices.Contains(have, c) {
			t.Errorf("%s was released and is gone", c)
		}
	}
	for _, c := range have {
		if !slices.Contains(released, c) {
			t.Errorf("%s is new: append it to testdata/codes.txt", c)
		}
	}
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[kyc.Code]bool{}
	for _, d := range kyc.Catalogue() {
		if seen[d.Code] {
			t.Errorf("%s stands twice", d.Code)
		}
		seen[d.Code] = true
		if d.Retryable != (d.Severity == kyc.Retry) {
			t.Errorf("%s: severity %s and retryable %v contradict", d.Code, d.Severity, d.Retryable)
		}
		if d.Severity == kyc.Retry && d.Audience != kyc.ForApplicant {
			t.Errorf("%s: nobody can mend what they are not told", d.Code)
		}
		if d.Severity == kyc.Retry && !d.Item.IsAsked() {
			t.Errorf("%s: %s cannot be sent again", d.Code, d.Item)
		}
		for _, c := range d.DependsOn {
			if _, ok := kyc.Lookup(c); !ok {
				t.Errorf("%s depends on %s, which is not in the catalogue", d.Code, c)
			}
		}
	}
	for start := range seen {
		if loops(start, start, map[kyc.Code]bool{}) {
			t.Errorf("%s explains itself by a circle: both would be hidden", start)
		}
	}
}

func loops(start, at kyc.Code, been map[kyc.Code]bool) bool {
	d, _ := kyc.Lookup(at)
	for _, c := range d.DependsOn {
		if c == start {
			return true
		}
		if !been[c] {
			been[c] = true
			if loops(start, c, been) {
				return true
			}
		}
	}
	return false
}

func TestCausesHideTheirEffects(t *testing.T) {
	t.Parallel()
	f := func(c kyc.Code, i kyc.Item) kyc.Finding { return kyc.Finding{Code: c, Item: i} }
	for name, tc := range map[string]struct {
		in   []kyc.Finding
		want []kyc.Code
	}{
		"a blurred photo hides what could not be read": {
			[]kyc.Finding{f(kyc.DocMRZUnreadable, kyc.DocumentFront), f(kyc.DocBlurry, kyc.DocumentFront), f(kyc.DetailsName, kyc.Details)},
			[]kyc.Code{kyc.DocBlurry},
		},
		"a blurred back does not excuse the front": {
			[]kyc.Finding{f(kyc.DocGlare, kyc.DocumentFront), f(kyc.DocBlurry, kyc.DocumentBack)},
			[]kyc.Code{kyc.DocGlare, kyc.DocBlurry},
		},
		"a dark photo hides that nothing was found": {
			[]kyc.Finding{f(kyc.DocNotFound, kyc.DocumentFront), f(kyc.DocDark, kyc.DocumentFront)},
			[]kyc.Code{kyc.DocDark},
		},
		"a poor portrait hides the mismatch": {
			[]kyc.Finding{f(kyc.FaceMismatch, kyc.Face), f(kyc.DocPortraitMissing, kyc.DocumentFront)},
			[]kyc.Code{kyc.DocPortraitMissing},
		},
		"items in the order of asking": {
			[]kyc.Finding{f(kyc.FaceMismatch, kyc.Face), f(kyc.DetailsName, kyc.Details), f(kyc.DocExpired, kyc.DocumentFront)},
			[]kyc.Code{kyc.DocExpired, kyc.DetailsName, kyc.FaceMismatch},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []kyc.Code
			for _, v := range kyc.Visible(tc.in) {
				got = append(got, v.Code)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestSignalsAreForTheOperator(t *testing.T) {
	t.Parallel()
	all := []kyc.Finding{{Code: kyc.LivenessReplayed, Item: kyc.Face}, {Code: kyc.FaceDark, Item: kyc.Face}, {Code: "x.unknown", Item: kyc.WholeCase}}
	told := kyc.Told(all)
	if len(told) != 1 || told[0].Code != kyc.FaceDark {
		t.Errorf("the applicant is told %v", told)
	}
}

func TestDetailsAskForTheFieldsAlone(t *testing.T) {
	t.Parallel()
	items := []kyc.ItemState{{Item: kyc.Details, Current: &kyc.Submission{ID: "sub_1"}}}
	p := kyc.PlanFor(items, []kyc.Finding{
		{Code: kyc.DetailsName, Item: kyc.Details, Field: kyc.Surname},
		{Code: kyc.DetailsName, Item: kyc.Details, Field: kyc.GivenNames},
	}, kyc.Limits{})
	if len(p.Items) != 1 || !slices.Equal(p.Items[0].Fields, []kyc.Field{kyc.Surname, kyc.GivenNames}) || len(p.Items[0].Reasons) != 1 {
		t.Errorf("plan %+v", p)
	}
}
