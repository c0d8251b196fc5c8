// Package policy holds the rules of an operator as dated data: what is asked,
// which thresholds judge a measurement, how many attempts, which ages and
// regions.
//
// It promises that a policy is refused as a whole when anything in it is
// unknown or makes no sense, with the line and the reason; and that the same
// policy and the same facts give the same findings. It measures nothing and
// stores nothing. All thresholds of Bonafide stand in a policy and nowhere else.
package policy

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"bonafide/internal/kyc"
)

// Policy is one version of an operator's rules.
type Policy struct {
	Name             string        `yaml:"name"`
	Version          int           `yaml:"version"`
	EffectiveFrom    Day           `yaml:"effective_from"`
	Items            []kyc.Item    `yaml:"items"`
	CaseExpiresAfter time.Duration `yaml:"case_expires_after"`
	Attempts         Attempts      `yaml:"attempts"`
	Details          Details       `yaml:"details"`
	Eligibility      Eligibility   `yaml:"eligibility"`
	Documents        Documents     `yaml:"documents"`
	Thresholds       Thresholds    `yaml:"thresholds"`
}

// Attempts limits how often an item is judged.
type Attempts struct {
	Limit  int             `yaml:"limit"`
	Pauses []time.Duration `yaml:"pauses"`
}

// Details says what must be typed.
type Details struct {
	Required []kyc.Field `yaml:"required"`
}

// RequiredDetails are the fields without which typed details are not taken: what
// the policy names, and the residence where a rule depends on it.
func (p Policy) RequiredDetails() []kyc.Field {
	out := slices.Clone(p.Details.Required)
	byRegion := len(p.Eligibility.RestrictedRegions) > 0 || len(p.Eligibility.MinimumAgeByRegion) > 0
	if byRegion && !slices.Contains(out, kyc.Residence) {
		out = append(out, kyc.Residence)
	}
	return out
}

// Eligibility says who may be served at all.
type Eligibility struct {
	MinimumAge         int            `yaml:"minimum_age"`
	MinimumAgeByRegion map[string]int `yaml:"minimum_age_by_region"`
	RestrictedRegions  []string       `yaml:"restricted_regions"`
	RestrictedIssuers  []string       `yaml:"restricted_issuers"`
}

// Documents says which documents are taken.
type Documents struct {
	Accepted      []string `yaml:"accepted"`
	AcceptExpired bool     `yaml:"accept_expired"`
	// WithZone are the kinds whose machine readable zone must be read, on
	// whichever side it stands.
	WithZone []string `yaml:"with_zone"`
}

// Thresholds judge measurements. Units are those of the measuring packages.
type Thresholds struct {
	Document DocumentThresholds `yaml:"document"`
	Face     FaceThresholds     `yaml:"face"`
}

// DocumentThresholds judge the photo of a document.
type DocumentThresholds struct {
	Sharpness        float64 `yaml:"sharpness"`
	DarkMean         float64 `yaml:"dark_mean"`
	OverexposedShare float64 `yaml:"overexposed_share"`
	GlareShare       float64 `yaml:"glare_share"`
	WidthPx          float64 `yaml:"width_px"`
	MRZCertainty     float64 `yaml:"mrz_certainty"`
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
	DarkMean         float64 `yaml:"dark_mean"`         // brightness below: face.dark
	OverexposedShare float64 `yaml:"overexposed_share"` // above: face.overexposed
	Backlight        float64 `yaml:"backlight"`         // above: face.backlit
	Sharpness        float64 `yaml:"sharpness"`         // below: face.blurry
	EyesOpen         float64 `yaml:"eyes_open"`         // below: face.eyes_closed
}

//go:embed standard.yaml
var standard []byte

// Standard returns the policy that Bonafide ships.
func Standard() (Policy, error) { return Parse(standard) }

// StandardYAML returns the text of the policy that Bonafide ships.
func StandardYAML() []byte { return bytes.Clone(standard) }

// maxBytes bounds a policy file; the shipped one has under 3 KiB.
const maxBytes = 1 << 20

// Parse reads and validates a policy. The error names the line or the key and
// says what is wrong with it.
func Parse(text []byte) (Policy, error) {
	var p Policy
	if len(text) > maxBytes {
		return p, fmt.Errorf("policy: larger than %d bytes", maxBytes)
	}
	p.Thresholds = unset()
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	if err := d.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return Policy{}, errors.New("policy: more than one document in the file")
	}
	if err := p.validate(); err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	return p, nil
}

func (p Policy) validate() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if p.Name == "" || p.Version < 1 {
		bad("name must not be empty and version must be at least 1")
	}
	if p.EffectiveFrom.IsZero() {
		bad("effective_from must be a date such as 2026-01-01")
	}
	if len(p.Items) == 0 {
		bad("items: at least one of %v", kyc.Asked())
	}
	for _, i := range p.Items {
		if !i.IsAsked() {
			bad("items: %q is not one of %v", i, kyc.Asked())
		}
	}
	if !slices.Contains(p.Items, kyc.DocumentFront) {
		bad("items: document_front must be asked: nothing else says who a person is")
	}
	for _, f := range p.Details.Required {
		if !slices.Contains(kyc.DetailFields(), f) {
			bad("details.required: %q is not one of %v", f, kyc.DetailFields())
		}
	}
	if p.CaseExpiresAfter < time.Minute {
		bad("case_expires_after must be at least 1m")
	}
	if p.Attempts.Limit < 0 {
		bad("attempts.limit must not be negative")
	}
	for _, d := range p.Attempts.Pauses {
		if d < 0 {
			bad("attempts.pauses must not be negative")
		}
	}
	checkAge := func(key string, a int) {
		if a < 0 || a > 120 {
			bad("%s must be between 0 and 120", key)
		}
	}
	checkAge("eligibility.minimum_age", p.Eligibility.MinimumAge)
	for r, a := range p.Eligibility.MinimumAgeByRegion {
		checkAge("eligibility.minimum_age_by_region."+r, a)
		checkRegion(bad, "eligibility.minimum_age_by_region", r)
	}
	for _, r := range p.Eligibility.RestrictedRegions {
		checkRegion(bad, "eligibility.restricted_regions", r)
	}
	for _, r := range p.Eligibility.RestrictedIssuers {
		checkRegion(bad, "eligibility.restricted_issuers", r)
	}
	if len(p.Documents.Accepted) == 0 {
		bad("documents.accepted: at least one of %v", Kinds())
	}
	for key, kinds := range map[string][]string{"accepted": p.Documents.Accepted, "with_zone": p.Documents.WithZone} {
		for _, k := range kinds {
			if !slices.Contains(Kinds(), k) {
				bad("documents.%s: %q is not one of %v", key, k, Kinds())
			}
		}
	}
	for _, x := range p.Thresholds.all() {
		switch v := *x.value; {
		case math.IsNaN(v):
			bad("thresholds.%s is missing", x.name)
		case math.IsInf(v, 0):
			bad("thresholds.%s must be a finite number", x.name)
		case x.share && (v < 0 || v > 1):
			bad("thresholds.%s must be between 0 and 1", x.name)
		}
	}
	// Faces of any two persons are at least this similar.
	if p.Thresholds.Face.Match == 0 {
		bad("thresholds.face.match must be above 0: with 0 everybody matches everybody")
	}
	return errors.Join(errs...)
}

// threshold is one number of a policy, by its place in the file.
type threshold struct {
	name  string
	value *float64
	share bool // from 0 to 1
}

// all lists the thresholds, so that none is forgotten in a check.
func (t *Thresholds) all() []threshold {
	d, f := &t.Document, &t.Face
	return []threshold{
		{"document.sharpness", &d.Sharpness, false},
		{"document.dark_mean", &d.DarkMean, false},
		{"document.overexposed_share", &d.OverexposedShare, true},
		{"document.glare_share", &d.GlareShare, true},
		{"document.width_px", &d.WidthPx, false},
		{"document.mrz_certainty", &d.MRZCertainty, true},
		{"face.match", &f.Match, true},
		{"face.portrait_px", &f.PortraitPx, false},
		{"face.inter_eye_px", &f.InterEyePx, false},
		{"face.margin", &f.Margin, false},
		{"face.off_centre", &f.OffCentre, true},
		{"face.runner_up", &f.RunnerUp, true},
		{"face.yaw_degrees", &f.YawDegrees, false},
		{"face.pitch_degrees", &f.PitchDegrees, false},
		{"face.dark_mean", &f.DarkMean, false},
		{"face.overexposed_share", &f.OverexposedShare, true},
		{"face.backlight", &f.Backlight, false},
		{"face.sharpness", &f.Sharpness, false},
		{"face.eyes_open", &f.EyesOpen, false},
	}
}

// unset are thresholds of which a file has named none: no number is a default
// that would let everything or nothing through.
func unset() Thresholds {
	var t Thresholds
	for _, x := range t.all() {
		*x.value = math.NaN()
	}
	return t
}

func checkRegion(bad func(string, ...any), key, r string) {
	if len(r) != 2 || r[0] < 'A' || r[0] > 'Z' || r[1] < 'A' || r[1] > 'Z' {
		bad("%s: %q is not an ISO 3166-1 alpha-2 code such as DE", key, r)
	}
}

// Kinds lists the kinds of document that a policy may accept.
func Kinds() []string {
	return []string{"passport", "id_card", "driving_licence", "residence_permit", "visa"}
}

// ID is the policy's name and version as cases keep it.
func (p Policy) ID() string { return fmt.Sprintf("%s@%d", p.Name, p.Version) }

// Limits are the policy's attempts as the core wants them.
func (p Policy) Limits() kyc.Limits {
	// Pauses count from the first failure; the core's from index 1.
	l := kyc.Limits{Attempts: p.Attempts.Limit}
	if len(p.Attempts.Pauses) > 0 {
		l.Pauses = append([]time.Duration{0}, p.Attempts.Pauses...)
	}
	return l
}
