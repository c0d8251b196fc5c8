package verify

import (
	"encoding/json"
	"strings"
	"testing"

	"bonafide/internal/kyc"
)

// TestAttemptsLeftAreTold: none left and no limit are two things.
func TestAttemptsLeftAreTold(t *testing.T) {
	t.Parallel()
	c := checkedCase(t, kyc.Finding{Code: kyc.DocBlurry, Item: kyc.DocumentFront})
	for name, x := range map[string]struct {
		limit, left int
		want        string // in the JSON; "" when it says nothing
	}{
		"some left": {4, 3, `"attempts_left":3`},
		"none left": {4, 0, `"attempts_left":0`},
		"no limit":  {0, 0, ""},
	} {
		p := presenter(t, false)
		p.Policy.Attempts.Limit = x.limit
		c.Plan.Items[0].AttemptsLeft = x.left
		text, err := json.Marshal(p.Case(c).Plan)
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(string(text), "attempts_left"); has != (x.want != "") || !strings.Contains(string(text), x.want) {
			t.Errorf("%s: %s", name, text)
		}
	}
}
