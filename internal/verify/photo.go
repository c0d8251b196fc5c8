package verify

import "bonafide/internal/kyc"

// photo judges the picture of one side.
func (j *judge) photo(item kyc.Item, s Side) {
	t := j.policy.Thresholds.Document
	if s.Unreadable != "" {
		j.add(kyc.Finding{Code: kyc.DocFileUnreadable, Item: item, Measure: s.Unreadable})
		return
	}
	j.below(kyc.DocDark, item, s.Box, "mean_luma", s.Mean, t.DarkMean)
	j.above(kyc.DocOverexposed, item, s.Box, "overexposed_share", s.OverShare, t.OverexposedShare)
	if !s.Found {
		j.add(kyc.Finding{Code: kyc.DocNotFound, Item: item})
	}
	// A reviewer must be able to see what was read, so blur counts even where the
	// zone could be read; size and glare do not.
	j.below(kyc.DocBlurry, item, s.Box, "sharpness", s.Sharpness, t.Sharpness)
	if s.HasMRZ && !j.unsure(s) {
		return
	}
	j.below(kyc.DocLowResolution, item, s.Box, "width_px", s.WidthPx, t.WidthPx)
	j.above(kyc.DocGlare, item, s.GlareBox, "glare_share", s.GlareShare, t.GlareShare)
}

// unsure reports whether a zone was read with too little certainty to be trusted,
// and to blame the document for what does not add up.
func (j *judge) unsure(s Side) bool {
	return s.MRZCertainty < j.policy.Thresholds.Document.MRZCertainty
}
