package verify

import (
	"slices"
	"strings"

	"bonafide/internal/document"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// Capture is how a picture was taken and of what. The numbers are those of document.Capture and document.Quality, whose comments say what
// each is.
type Capture struct {
	Along      float64 `json:"along"`
	Detail     float64 `json:"detail"`
	Chroma     float64 `json:"chroma"`
	Residual   float64 `json:"residual"`
	Lattice    float64 `json:"lattice"`
	Flat       float64 `json:"flat"`
	FlatBars   float64 `json:"flat_bars"`
	Second     float64 `json:"second"`
	SecondBox  kyc.Box `json:"second_box,omitzero"`
	Cut        float64 `json:"cut"`
	CutBox     kyc.Box `json:"cut_box,omitzero"`
	Outside    float64 `json:"outside"`
	Tilt       float64 `json:"tilt"`
	Stretch    float64 `json:"stretch"`
	Covered    float64 `json:"covered"`
	CoveredBox kyc.Box `json:"covered_box,omitzero"`
	Around     float64 `json:"glare_around"`
	// Camera says that the file names a camera; Software is what else it says wrote it.
	Camera   bool   `json:"camera"`
	Software string `json:"software,omitempty"`
}

func captureOf(p *imaging.Picture, m *document.Measurement) *Capture {
	q := m.Quality
	c := &Capture{
		Along: q.Along, Detail: q.Detail, Chroma: q.Chroma, Residual: q.Residual, Lattice: q.Lattice, Flat: q.Flat, FlatBars: q.FlatBars,
		Second: q.Second, Cut: q.Cut, Outside: q.Outside, Tilt: q.Tilt, Stretch: q.Stretch, Covered: q.Covered, Around: q.GlareAround,
		Camera: p.Meta.Make != "" || p.Meta.Model != "", Software: p.Meta.Software,
	}
	for box, from := range map[*kyc.Box]*document.Box{&c.SecondBox: q.SecondBox, &c.CutBox: q.CutBox, &c.CoveredBox: q.CoveredBox} {
		if from != nil {
			*box = *bounds(*from, p.RGB.Rect)
		}
	}
	return c
}

// photo judges the picture of one side.
func (j *judge) photo(item kyc.Item, s Side) {
	t := j.policy.Thresholds.Document
	if s.Unreadable != "" {
		j.add(kyc.Finding{Code: kyc.DocFileUnreadable, Item: item, Measure: s.Unreadable})
		return
	}
	before := len(j.findings)
	j.below(kyc.DocDark, item, s.Box, "mean_luma", s.Mean, t.DarkMean)
	j.above(kyc.DocOverexposed, item, s.Box, "overexposed_share", s.OverShare, t.OverexposedShare)
	lit := len(j.findings) == before
	sharp := !j.blur(item, s, t)
	if s.Capture != nil {
		j.scene(item, s, *s.Capture, t)
		j.file(item, s, *s.Capture, t)
		if lit {
			j.origin(item, s, *s.Capture, t, sharp)
		}
	}
	if !s.HasMRZ || j.unsure(s) {
		j.below(kyc.DocLowResolution, item, s.Box, "width_px", s.WidthPx, t.WidthPx)
	}
	j.glare(item, s, t)
	explained := func(f kyc.Finding) bool { return whyNotFound(f, s, t) }
	if !s.Found && !slices.ContainsFunc(j.findings[before:], explained) {
		j.add(kyc.Finding{Code: kyc.DocNotFound, Item: item})
	}
	if item == kyc.DocumentBack && s.Full && s.Face == document.SideFront && !s.HasMRZ {
		j.add(kyc.Finding{Code: kyc.DocWrongSide, Item: item, Box: place(s.Box)})
	}
}

// whyNotFound says whether a finding is the reason why no document was made out: it is one of two, a part of it is missing, the picture is
// too small for any, or something like a document is seen and cannot be read.
func whyNotFound(f kyc.Finding, s Side, t policy.DocumentThresholds) bool {
	switch f.Code {
	case kyc.DocCropped, kyc.DocMultiple:
		return true
	case kyc.DocLowResolution:
		return s.Seen || float64(max(s.Width, s.Height)) < t.WidthPx
	case kyc.DocBlurry:
		return s.Seen || f.Measure == "shake_detail" // a desk without a document has no direction
	case kyc.DocObstructed, kyc.DocGlare, kyc.DocTilted:
		return s.Seen
	default:
		return false
	}
}

// glare counts where it hides something that is needed.
func (j *judge) glare(item kyc.Item, s Side, t policy.DocumentThresholds) {
	if s.GlareShare <= t.GlareShare {
		return
	}
	around := 0.0
	if s.Capture != nil {
		around = s.Capture.Around
	} else if s.HasMRZ && !j.unsure(s) {
		return // of older facts it is known only that the zone was free of it
	}
	// A large one hides something wherever it is.
	if field, hides := j.hides(s, s.GlareBox, s.Capture == nil || around > t.GlareAround || s.GlareShare > largeGlare*t.GlareShare); hides {
		j.numberOf(kyc.DocGlare, item, field, s.GlareBox, "glare_share", s.GlareShare, t.GlareShare)
	}
}

// blur tells the two kinds of blur apart, since the cause is another. A reviewer must be able to see what was read, so blur counts even
// where the zone could be read; size does not.
func (j *judge) blur(item kyc.Item, s Side, t policy.DocumentThresholds) bool {
	before := len(j.findings)
	if c := s.Capture; c != nil && c.Detail > 0 && c.Detail < t.ShakeDetail && c.Along < t.ShakeAlong {
		j.number(kyc.DocBlurry, item, s.Box, "shake_detail", c.Detail, t.ShakeDetail)
	} else {
		j.below(kyc.DocBlurry, item, s.Box, "sharpness", s.Sharpness, t.Sharpness)
	}
	return len(j.findings) > before
}

// scene judges what is in the picture beside or instead of one whole document seen from above.
func (j *judge) scene(item kyc.Item, s Side, c Capture, t policy.DocumentThresholds) {
	j.above(kyc.DocMultiple, item, c.SecondBox, "second_support", c.Second, t.SecondSupport)
	several := c.Second > t.SecondSupport
	switch {
	case several: // which of them would be cut, says nothing
	case c.Cut >= t.CutSupport && t.CutSupport > 0:
		j.number(kyc.DocCropped, item, c.CutBox, "cut_support", c.Cut, t.CutSupport)
	default:
		j.above(kyc.DocCropped, item, s.Box, "outside_share", c.Outside, t.OutsideShare)
	}
	if c.Tilt > t.TiltShare {
		j.number(kyc.DocTilted, item, s.Box, "tilt_share", c.Tilt, t.TiltShare)
	} else {
		j.above(kyc.DocTilted, item, s.Box, "stretch_share", c.Stretch, t.StretchShare)
	}
	if c.Covered > t.CoveredShare {
		// Without knowing what is under it, what covers this much of a document hides something.
		if field, hides := j.hides(s, c.CoveredBox, true); hides {
			j.numberOf(kyc.DocObstructed, item, field, c.CoveredBox, "covered_share", c.Covered, t.CoveredShare)
		}
	}
}

// file judges what made the file.
func (j *judge) file(item kyc.Item, s Side, c Capture, t policy.DocumentThresholds) {
	if editor(c.Software) {
		j.add(kyc.Finding{Code: kyc.DocEdited, Item: item, Measure: "software"})
	}
	side := float64(max(s.Width, s.Height))
	if c.FlatBars > t.ScreenshotBars && side >= t.ScreenshotPx && !c.Camera && t.ScreenshotPx > 0 {
		j.number(kyc.DocScreenshot, item, kyc.Box{}, "screenshot_bars", c.FlatBars, t.ScreenshotBars)
	}
}

// origin judges what was before the lens. Nothing of it can be told of a picture that is too dark or too bright.
func (j *judge) origin(item kyc.Item, s Side, c Capture, t policy.DocumentThresholds, sharp bool) {
	drawn := c.Flat > t.Drawn
	if sharp { // a moving camera leaves a pattern of its own
		j.above(kyc.DocScreenCapture, item, s.Box, "screen_lattice", c.Lattice, t.ScreenLattice)
	}
	switch {
	case drawn:
	case c.Chroma < t.ColourLevels:
		j.number(kyc.DocBlackAndWhite, item, s.Box, "colour_levels", c.Chroma, t.ColourLevels)
	case s.Found:
		j.below(kyc.DocPaperCopy, item, s.Box, "copy_levels", c.Residual, t.CopyLevels)
	}
}

// editor reports whether a file says that it was written by a program that changes what pictures show. Programs of cameras and those that
// only store are no editors.
func editor(software string) bool {
	software = strings.ToLower(software)
	return slices.ContainsFunc([]string{
		"photoshop", "lightroom", "gimp", "snapseed", "picsart", "facetune", "faceapp", "meitu", "beautyplus", "pixelmator", "affinity",
		"canva", "paint.net", "photopea", "vsco", "corel", "photodirector", "airbrush", "remini", "pixlr",
	}, func(name string) bool { return strings.Contains(software, name) })
}

// largeGlare times the least reflection that counts is a large one.
const largeGlare = 4

// coveredPart is the share of a field's place from which it counts as hidden.
const coveredPart = 0.12

// hides says whether what lies over box hides something that is needed, and which field where one is known: the zone and the portrait
// have no name. Where not all places are known, unknown decides.
func (j *judge) hides(s Side, box kyc.Box, unknown bool) (kyc.Field, bool) {
	var missing []kyc.Field
	for _, f := range essential() {
		b, printed := s.Printed[f]
		if printed && part(b.Box, box) > coveredPart {
			return f, true
		}
		if _, read := s.Fields[f]; !read || len(s.Printed) > 0 && !printed {
			missing = append(missing, f)
		}
	}
	if s.MRZBox != nil && part(*s.MRZBox, box) > coveredPart/4 || s.Portrait != nil && part(s.Portrait.Box, box) > coveredPart {
		return "", true
	}
	if s.Full && len(missing) == 0 && len(s.Printed) > 0 {
		return "", false // everything needed was read, elsewhere
	}
	if len(missing) == 1 && s.Full {
		return missing[0], true
	}
	return "", unknown
}

// part is the share of a that b covers, 0..1.
func part(a, b kyc.Box) float64 {
	w := min(a.X+a.Width, b.X+b.Width) - max(a.X, b.X)
	h := min(a.Y+a.Height, b.Y+b.Height) - max(a.Y, b.Y)
	if w <= 0 || h <= 0 || a.Width <= 0 || a.Height <= 0 {
		return 0
	}
	return float64(w*h) / float64(a.Width*a.Height)
}

// numberOf is number with the field that is concerned.
func (j *judge) numberOf(c kyc.Code, item kyc.Item, field kyc.Field, box kyc.Box, measure string, v, threshold float64) {
	j.number(c, item, box, measure, v, threshold)
	j.findings[len(j.findings)-1].Field = field
}

// unsure reports whether a zone was read with too little certainty to be trusted,
// and to blame the document for what does not add up.
func (j *judge) unsure(s Side) bool {
	return s.MRZCertainty < j.policy.Thresholds.Document.MRZCertainty
}
