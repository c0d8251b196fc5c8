// Package policy holds the rules of an operator as dated data: what is asked,
// which thresholds judge a measurement, how many attempts, which ages, regions
// and documents, and which services open at which level of proof.
//
// It promises that a policy is refused as a whole when anything in it is
// unknown or makes no sense, with the line and the reason; that the same policy
// and the same facts give the same findings; and that what is not known decides
// nothing, unless a rule asks whether it is known. It measures nothing and
// stores nothing. All thresholds of Bonafide stand in a policy and nowhere else.
package policy

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"bonafide/internal/kyc"
)

// Policy is one version of an operator's rules.
type Policy struct {
	Name             string             `yaml:"name"`
	Version          int                `yaml:"version"`
	EffectiveFrom    Day                `yaml:"effective_from"`
	Items            []kyc.Item         `yaml:"items"`
	CaseExpiresAfter time.Duration      `yaml:"case_expires_after"`
	Attempts         Attempts           `yaml:"attempts"`
	Details          Details            `yaml:"details"`
	Eligibility      Eligibility        `yaml:"eligibility"`
	Services         map[string]Service `yaml:"services"`
	Rules            []Rule             `yaml:"rules"`
	Documents        Documents          `yaml:"documents"`
	Face             Face               `yaml:"face"`
	Uniqueness       Uniqueness         `yaml:"uniqueness"`
	Retention        Retention          `yaml:"retention"`
	Review           Review             `yaml:"review"`
	Thresholds       Thresholds         `yaml:"thresholds"`
}

// Day is a calendar date without a time of day, in YAML as 2026-01-31.
type Day struct{ time.Time }

// UnmarshalYAML implements [yaml.Unmarshaler].
func (d *Day) UnmarshalYAML(n *yaml.Node) error {
	t, err := time.Parse(time.DateOnly, n.Value)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is not a date such as 2026-01-31", n.Line, n.Value)}}
	}
	d.Time = t
	return nil
}

// MarshalYAML implements [yaml.Marshaler].
func (d Day) MarshalYAML() (any, error) { return d.Format(time.DateOnly), nil }

// Attempts limits how often each item is judged.
type Attempts struct {
	Limit  int             `yaml:"limit"`
	Pauses []time.Duration `yaml:"pauses"`
	// PerItem replaces both for single items.
	PerItem map[kyc.Item]Retries `yaml:"per_item"`
}

// Retries limits how often one item is judged.
type Retries struct {
	Limit  int             `yaml:"limit"`
	Pauses []time.Duration `yaml:"pauses"`
}

// Details says what must be typed.
type Details struct {
	Required []kyc.Field `yaml:"required"`
}

// RequiredDetails are the fields without which typed details are not taken: what
// the policy names, and the residence where anything depends on it.
func (p Policy) RequiredDetails() []kyc.Field {
	out := slices.Clone(p.Details.Required)
	byRegion := p.Eligibility.byResidence() ||
		slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.readsFact(residenceFact) })
	for _, s := range p.Services {
		byRegion = byRegion || s.byResidence()
	}
	if byRegion && !slices.Contains(out, kyc.Residence) {
		out = append(out, kyc.Residence)
	}
	return out
}

// Documents says which documents are taken.
type Documents struct {
	Accepted []string `yaml:"accepted"`
	// AcceptedByIssuer replaces Accepted for the documents of some issuers, by
	// ISO 3166-1 alpha-2.
	AcceptedByIssuer map[string][]string `yaml:"accepted_by_issuer"`
	AcceptExpired    bool                `yaml:"accept_expired"`
	// WithZone are the kinds whose machine readable zone must be read, on
	// whichever side it stands.
	WithZone []string `yaml:"with_zone"`
	// SeveralAccounts lets one document verify several accounts; otherwise a person
	// looks at the second.
	SeveralAccounts bool `yaml:"several_accounts"`
}

// From are the kinds of document that are taken from an issuer; "" is one that
// is not known.
func (d Documents) From(issuer string) []string {
	if kinds, ok := d.AcceptedByIssuer[issuer]; ok {
		return kinds
	}
	return d.Accepted
}

// Kinds are the kinds that are taken from some issuer at least, in the order of [Kinds].
func (d Documents) Kinds() []string {
	taken := func(k string) bool {
		return slices.Contains(d.Accepted, k) || slices.ContainsFunc(slices.Collect(maps.Values(d.AcceptedByIssuer)), func(ks []string) bool { return slices.Contains(ks, k) })
	}
	return slices.DeleteFunc(Kinds(), func(k string) bool { return !taken(k) })
}

// TwoSided reports whether a kind of document says something on its back too.
func TwoSided(kind string) bool { return kind != "passport" && kind != "visa" }

// Thresholds judge measurements. Units are those of the measuring packages.
type Thresholds struct {
	Document DocumentThresholds `yaml:"document"`
	Face     FaceThresholds     `yaml:"face"`
	Liveness LivenessThresholds `yaml:"liveness"`
}

// DocumentThresholds judge the photo of a document.
type DocumentThresholds struct {
	Sharpness        float64 `yaml:"sharpness"`
	DarkMean         float64 `yaml:"dark_mean"`
	OverexposedShare float64 `yaml:"overexposed_share"`
	GlareShare       float64 `yaml:"glare_share"`
	WidthPx          float64 `yaml:"width_px"`
	MRZCertainty     float64 `yaml:"mrz_certainty"`

	ShakeDetail    float64 `yaml:"shake_detail"`    // document.Capture.Detail below, with Along below ShakeAlong: document.blurry
	ShakeAlong     float64 `yaml:"shake_along"`     //
	ColourLevels   float64 `yaml:"colour_levels"`   // Capture.Chroma below: document.black_and_white
	CopyLevels     float64 `yaml:"copy_levels"`     // Capture.Residual below: document.paper_copy
	ScreenLattice  float64 `yaml:"screen_lattice"`  // Capture.Lattice above: document.screen_capture
	ScreenshotBars float64 `yaml:"screenshot_bars"` // Capture.FlatBars above, in a picture of ScreenshotPx or more: document.screenshot
	ScreenshotPx   float64 `yaml:"screenshot_px"`   //
	Drawn          float64 `yaml:"drawn"`           // Capture.Flat above: no photo, so neither a copy nor colourless
	CutSupport     float64 `yaml:"cut_support"`     // Capture.Cut above: document.cropped
	OutsideShare   float64 `yaml:"outside_share"`   // Quality.Outside above: document.cropped
	SecondSupport  float64 `yaml:"second_support"`  // Capture.Second above: document.multiple
	TiltShare      float64 `yaml:"tilt_share"`      // Quality.Tilt above: document.tilted
	StretchShare   float64 `yaml:"stretch_share"`   // Capture.Stretch above: document.tilted
	CoveredShare   float64 `yaml:"covered_share"`   // Capture.Covered above: document.obstructed
	Contradiction  float64 `yaml:"contradiction"`   // Print.Contradicts above: document.inconsistent
	GlareAround    float64 `yaml:"glare_around"`    // Capture.GlareAround above: the reflection stands in print
}

// FaceThresholds judge a selfie and its comparison with the portrait. The
// numbers are those of face.Quality unless said otherwise.
type FaceThresholds struct {
	Match            float64 `yaml:"match"`             // face.Comparison.Score
	PortraitPx       float64 `yaml:"portrait_px"`       // inter-eye distance of the document's portrait
	InterEyePx       float64 `yaml:"inter_eye_px"`      // of the selfie
	Margin           float64 `yaml:"margin"`            // below: face.too_close
	OffCentre        float64 `yaml:"off_centre"`        // the larger of both directions
	RunnerUp         float64 `yaml:"runner_up"`         // above: face.multiple
	YawDegrees       float64 `yaml:"yaw_degrees"`       // to either side
	PitchDegrees     float64 `yaml:"pitch_degrees"`     // up or down
	RollDegrees      float64 `yaml:"roll_degrees"`      // to either shoulder
	DarkMean         float64 `yaml:"dark_mean"`         // brightness below: face.dark
	OverexposedShare float64 `yaml:"overexposed_share"` // above: face.overexposed
	Backlight        float64 `yaml:"backlight"`         // above: face.backlit
	Sharpness        float64 `yaml:"sharpness"`         // below: face.blurry
	Uniformity       float64 `yaml:"uniformity"`        // below: face.uneven_light
	Veil             float64 `yaml:"veil"`              // above: face.smeared
	EyesGlare        float64 `yaml:"eyes_glare"`        // above: face.glare
	EyesCovered      float64 `yaml:"eyes_covered"`      // above: face.covered_eyes
	MouthCovered     float64 `yaml:"mouth_covered"`     // above: face.covered_mouth
	EyesOpen         float64 `yaml:"eyes_open"`         // below: face.eyes_closed
	Recaptured       float64 `yaml:"recaptured"`        // above: face.presentation_attack, to who inspects a picture
	RecapturedReview float64 `yaml:"recaptured_review"` // above: face.presentation_attack, in a case
}

//go:embed standard.yaml
var standard []byte

// Standard returns the policy that Bonafide ships.
func Standard() (Policy, error) { return Parse(standard) }

// StandardYAML returns the text of the policy that Bonafide ships.
func StandardYAML() []byte { return bytes.Clone(standard) }

// Kinds lists the kinds of document that a policy may accept.
func Kinds() []string {
	return []string{"passport", "id_card", "driving_licence", "residence_permit", "visa"}
}

// ID is the policy's name and version as cases keep it.
func (p Policy) ID() string { return fmt.Sprintf("%s@%d", p.Name, p.Version) }

// Limits are the policy's attempts as the core wants them.
func (p Policy) Limits() kyc.Limits {
	l := Retries{p.Attempts.Limit, p.Attempts.Pauses}.limits()
	for i, r := range p.Attempts.PerItem {
		if l.Items == nil {
			l.Items = map[kyc.Item]kyc.Limits{}
		}
		l.Items[i] = r.limits()
	}
	return l
}

func (r Retries) limits() kyc.Limits {
	// Pauses count from the first failure; the core's from index 1.
	l := kyc.Limits{Attempts: r.Limit}
	if len(r.Pauses) > 0 {
		l.Pauses = append([]time.Duration{0}, r.Pauses...)
	}
	return l
}
