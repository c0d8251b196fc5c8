package policy

import (
	"strings"
	"testing"
	"time"

	"bonafide/internal/kyc"
)

func TestFaceSection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, with string
		says      string // of the error; "" when it is valid
	}{
		"a live sequence":            {"capture: still", "capture: sequence", ""},
		"no such capture":            {"capture: still", "capture: film", `face.capture: "film" is not one of`},
		"consent":                    {"consent: not_asked", "consent: required", ""},
		"no such consent":            {"consent: not_asked", "consent: maybe", "face.consent"},
		"no other way":               {"alternative: review", "alternative: none", ""},
		"no such way":                {"alternative: review", "alternative: magic", "face.alternative"},
		"a movement that is not":     {"actions: [blink, ", "actions: [dance, ", `"dance"`},
		"a movement twice":           {"actions: [blink, ", "actions: [open_mouth, ", "open_mouth stands twice"},
		"one movement":               {"actions: [blink, turn_left, turn_right, open_mouth, come_closer]", "actions: [blink]", "at least two"},
		"a challenge of one":         {"count: 3", "count: 1", "face.sequence.count: must be between 2 and 5"},
		"more than there are":        {"count: 3", "count: 6", "face.sequence.count"},
		"no such colours":            {"colours: offered", "colours: red", "face.sequence.colours"},
		"no time":                    {"expires_after: 5m", "expires_after: 1s", "face.sequence.expires_after"},
		"frames for ever":            {"frames_within: 2m", "frames_within: 48h", "face.sequence.frames_within"},
		"too few frames":             {"max_frames: 120", "max_frames: 5", "face.sequence.max_frames"},
		"too many bytes":             {"max_bytes: 12582912", "max_bytes: 1000000000", "face.sequence.max_bytes"},
		"a whole film":               {"max_length: 30s", "max_length: 10m", "face.sequence.max_length"},
		"frames from nowhere":        {"least_share: 0.6", "least_share: 1.5", "face.sequence.least_share"},
		"challenges without an end":  {"per_case: 20", "per_case: 5000", "face.sequence.per_case"},
		"frames kept less than none": {"keep_frames: 720h", "keep_frames: -1h", "face.sequence.keep_frames"},
		"a key that is not":          {"per_case: 20", "per_cases: 20", "per_case"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(standard), c.old) {
				t.Fatalf("the shipped policy has no %q", c.old)
			}
			_, err := Parse([]byte(strings.Replace(string(standard), c.old, c.with, 1)))
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// TestWithoutAFaceSection: policies of earlier versions stay valid and mean what
// they meant.
func TestWithoutAFaceSection(t *testing.T) {
	t.Parallel()
	before, rest, _ := strings.Cut(string(standard), "\nface:\n")
	_, after, _ := strings.Cut(rest, "\n# Starting points.")
	p, err := Parse([]byte(before + "\n#" + after))
	if err != nil {
		t.Fatal(err)
	}
	f := p.Face
	if f.Capture != Still || f.Consent != NotAsked || f.Alternative != NoAlternative {
		t.Errorf("%+v", f)
	}
	if s := f.Sequence; s.Count != 3 || len(s.Actions) != len(kyc.Actions()) || s.ExpiresAfter != 5*time.Minute || s.MaxFrames == 0 || s.PerCase == 0 {
		t.Errorf("%+v", s)
	}
}
