package policy

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"golang.org/x/text/language"

	"bonafide/internal/kyc"
)

// complete fills in what follows from the rest and returns everything that is
// wrong with a version by itself.
func (d *document) complete() []Problem {
	var out []Problem
	bad := func(key, format string, a ...any) { out = append(out, d.problem(key, format, a...)) }
	p := &d.policy
	if p.Name == "" {
		bad("name", "must not be empty")
	} else if !slug.MatchString(p.Name) {
		bad("name", "%q is not a name of 1 to 40 small letters, digits, _ or -", p.Name)
	}
	if p.Version < 1 {
		bad("version", "must be at least 1")
	}
	if p.EffectiveFrom.IsZero() {
		bad("effective_from", "must be a date such as 2026-01-01")
	}
	checkItems(p.Items, bad)
	for k, f := range p.Details.Required {
		if !slices.Contains(kyc.DetailFields(), f) {
			bad(at("details.required", k), "%q is not one of %v", f, kyc.DetailFields())
		}
	}
	if p.CaseExpiresAfter < time.Minute {
		bad("case_expires_after", "must be at least 1m")
	}
	p.Attempts.check(bad)
	p.Eligibility.check("eligibility", bad)
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		p.Services[name] = p.Services[name].complete(name, p.Items, bad)
	}
	p.Documents.check(bad)
	p.Face = p.Face.absent()
	p.Face.check(bad)
	p.Uniqueness = p.Uniqueness.absent()
	p.Thresholds.absent()
	p.Uniqueness.check(bad)
	p.Retention.check(bad)
	p.Review = p.Review.absent()
	p.Review.check(bad)
	p.Thresholds.check(bad)
	return append(out, d.compile(bad)...)
}

// slug is the form of the names that an operator gives.
var slug = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// report tells what is wrong with a key.
type report func(key, format string, a ...any)

// at is the path of an element of a list.
func at(key string, k int) string { return fmt.Sprintf("%s[%d]", key, k) }

func checkItems(items []kyc.Item, bad report) {
	if len(items) == 0 {
		bad("items", "at least one of %v", kyc.Asked())
		return
	}
	for k, i := range items {
		if !i.IsAsked() {
			bad(at("items", k), "%q is not one of %v", i, kyc.Asked())
		}
	}
	if !slices.Contains(items, kyc.DocumentFront) {
		bad("items", "document_front must be asked: nothing else says who a person is")
	}
}

func (a Attempts) check(bad report) {
	one := func(key string, r Retries) {
		if r.Limit < 0 {
			bad(key+".limit", "must not be negative")
		}
		for k, v := range r.Pauses {
			if v < 0 {
				bad(at(key+".pauses", k), "must not be negative")
			}
		}
	}
	one("attempts", Retries{a.Limit, a.Pauses})
	for _, i := range slices.Sorted(maps.Keys(a.PerItem)) {
		key := "attempts.per_item." + string(i)
		if !i.IsAsked() {
			bad(key, "%q is not one of %v", i, kyc.Asked())
		}
		one(key, a.PerItem[i])
	}
}

func (d Documents) check(bad report) {
	kinds := func(key string, list []string) {
		for k, v := range list {
			if !slices.Contains(Kinds(), v) {
				bad(at(key, k), "%q is not one of %v", v, Kinds())
			}
		}
	}
	if len(d.Accepted) == 0 {
		bad("documents.accepted", "at least one of %v", Kinds())
	}
	kinds("documents.accepted", d.Accepted)
	kinds("documents.with_zone", d.WithZone)
	for _, issuer := range slices.Sorted(maps.Keys(d.AcceptedByIssuer)) {
		key := "documents.accepted_by_issuer." + issuer
		if why := wrongRegion(issuer); why != "" {
			bad(key, "%s", why)
		}
		if len(d.AcceptedByIssuer[issuer]) == 0 {
			bad(key, "at least one of %v; eligibility.restricted_issuers closes an issuer", Kinds())
		}
		kinds(key, d.AcceptedByIssuer[issuer])
	}
}

// check tells what is wrong with the ages and regions of a section.
func (e Eligibility) check(section string, bad report) {
	age := func(key string, a int) {
		if a < 0 || a > 120 {
			bad(section+"."+key, "must be between 0 and 120")
		}
	}
	age("minimum_age", e.MinimumAge)
	for _, r := range slices.Sorted(maps.Keys(e.MinimumAgeByRegion)) {
		key := "minimum_age_by_region." + r
		age(key, e.MinimumAgeByRegion[r])
		if why := wrongRegion(r); why != "" {
			bad(section+"."+key, "%s", why)
		}
	}
	for _, x := range e.regions() {
		for k, r := range x.allowed {
			if why := wrongRegion(r); why != "" {
				bad(at(section+".allowed_"+x.suffix, k), "%s", why)
			}
		}
		for k, r := range x.restricted {
			key := at(section+".restricted_"+x.suffix, k)
			if why := wrongRegion(r); why != "" {
				bad(key, "%s", why)
			}
			if slices.Contains(x.allowed, r) {
				bad(key, "%s is in allowed_%s too: which of the two holds?", r, x.suffix)
			}
		}
	}
}

// complete fills in what a service needs and tells what is wrong with it.
func (s Service) complete(name string, items []kyc.Item, bad report) Service {
	section := "services." + name
	if !slug.MatchString(name) {
		bad(section, "%q is not a name of 1 to 40 small letters, digits, _ or -", name)
	}
	if s.Needs == nil {
		s.Needs = slices.Clone(items) // what is not said is asked in full
	}
	for k, i := range s.Needs {
		if !i.IsAsked() {
			bad(at(section+".needs", k), "%q is not one of %v", i, kyc.Asked())
		}
	}
	s.check(section, bad)
	return s
}

// wrongRegion says what is wrong with the code of a region; "" when nothing is.
func wrongRegion(code string) string {
	r, err := language.ParseRegion(code)
	switch {
	case len(code) != 2 || err != nil || !r.IsCountry():
		return fmt.Sprintf("%q is not an ISO 3166-1 alpha-2 code such as DE", code)
	case r.Canonicalize().String() != code:
		return fmt.Sprintf("%q is not how ISO 3166-1 writes it: %s", code, r.Canonicalize())
	}
	return ""
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
	return append(t.Liveness.all(), []threshold{
		{"document.sharpness", &d.Sharpness, false},
		{"document.dark_mean", &d.DarkMean, false},
		{"document.overexposed_share", &d.OverexposedShare, true},
		{"document.glare_share", &d.GlareShare, true},
		{"document.width_px", &d.WidthPx, false},
		{"document.mrz_certainty", &d.MRZCertainty, true},
		{"document.shake_detail", &d.ShakeDetail, true},
		{"document.shake_along", &d.ShakeAlong, true},
		{"document.colour_levels", &d.ColourLevels, false},
		{"document.copy_levels", &d.CopyLevels, false},
		{"document.screen_lattice", &d.ScreenLattice, false},
		{"document.screenshot_bars", &d.ScreenshotBars, true},
		{"document.screenshot_px", &d.ScreenshotPx, false},
		{"document.drawn", &d.Drawn, true},
		{"document.cut_support", &d.CutSupport, true},
		{"document.outside_share", &d.OutsideShare, true},
		{"document.second_support", &d.SecondSupport, true},
		{"document.tilt_share", &d.TiltShare, true},
		{"document.stretch_share", &d.StretchShare, true},
		{"document.covered_share", &d.CoveredShare, true},
		{"document.contradiction", &d.Contradiction, false},
		{"document.glare_around", &d.GlareAround, false},
		{"face.match", &f.Match, true},
		{"face.portrait_px", &f.PortraitPx, false},
		{"face.inter_eye_px", &f.InterEyePx, false},
		{"face.margin", &f.Margin, false},
		{"face.off_centre", &f.OffCentre, true},
		{"face.runner_up", &f.RunnerUp, true},
		{"face.yaw_degrees", &f.YawDegrees, false},
		{"face.pitch_degrees", &f.PitchDegrees, false},
		{"face.roll_degrees", &f.RollDegrees, false},
		{"face.dark_mean", &f.DarkMean, false},
		{"face.overexposed_share", &f.OverexposedShare, true},
		{"face.backlight", &f.Backlight, false},
		{"face.sharpness", &f.Sharpness, false},
		{"face.uniformity", &f.Uniformity, true},
		{"face.veil", &f.Veil, true},
		{"face.eyes_glare", &f.EyesGlare, true},
		{"face.eyes_covered", &f.EyesCovered, false},
		{"face.mouth_covered", &f.MouthCovered, false},
		{"face.eyes_open", &f.EyesOpen, false},
		{"face.recaptured", &f.Recaptured, true},
		{"face.recaptured_review", &f.RecapturedReview, true},
	}...)
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

// absent gives the standard's value to thresholds that came later than the first policies: an installation goes on with its own file.
func (t *Thresholds) absent() {
	if math.IsNaN(t.Face.RollDegrees) {
		t.Face.RollDegrees = 35
	}
}

func (t *Thresholds) check(bad report) {
	for _, x := range t.all() {
		switch v := *x.value; {
		case math.IsNaN(v):
			bad("thresholds."+x.name, "is missing")
		case math.IsInf(v, 0):
			bad("thresholds."+x.name, "must be a finite number")
		case x.share && (v < 0 || v > 1):
			bad("thresholds."+x.name, "must be between 0 and 1")
		}
	}
	// Faces of any two persons are at least this similar.
	if t.Face.Match == 0 {
		bad("thresholds.face.match", "must be above 0: with 0 everybody matches everybody")
	}
}
