package verify

import (
	"slices"

	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
)

// samePicture is the distance of perceptual hashes, in bits of 64, up to which
// two pictures are the same one sent again.
const samePicture = 3

// notSharper is how much sharper, as a factor, the same picture can come out by
// another compression: the edges of JPEG's blocks count as edges. A blurred
// passport measured 1.17 at quality 60 and 1.28 at 40, a sharp one 1.00; taken
// again in focus it measured 4.5.
const notSharper = 1.3

// sameSketch is the likeness of two pictures from which one is the other, or a
// part of it; docs/evaluation/same-picture.md.
const sameSketch = 0.97

// sight is what a picture is known again by.
type sight struct {
	hash    uint64
	sketch  imaging.Sketch
	quality float64
	view    *imaging.SketchView // nil where the picture itself is not there
}

func (s *Side) sight() sight {
	return sight{s.PerceptualHash, s.Sketch, s.Sharpness, s.view}
}

func (p *Portrait) sight() sight {
	return sight{p.PerceptualHash, p.Sketch, p.Quality.Sharpness, p.view}
}

// remembered is what is kept of a picture that was refused.
func (s sight) remembered(item kyc.Item) kyc.RefusedPicture {
	return kyc.RefusedPicture{Item: item, PerceptualHash: s.hash, Sketch: s.sketch, Quality: s.quality}
}

// sameAgain recognises a picture that failed before and gives the earlier
// reasons. The same scene taken better is another picture: it must be neither
// sharper nor rid of what was wrong with the first.
func sameAgain(c kyc.Case, item kyc.Item, sha string, seen sight, found []kyc.Finding) []kyc.Finding {
	same := kyc.Finding{Code: kyc.DocSamePicture, Item: item}
	if item == kyc.Face {
		same.Code = kyc.FaceSamePicture
	}
	out := []kyc.Finding{same}
	has := func(c kyc.Code) bool {
		return slices.ContainsFunc(found, func(f kyc.Finding) bool { return f.Code == c })
	}
	if st, ok := c.Item(item); ok && st.Status == kyc.Failed && st.Current != nil && st.Current.SHA256 == sha {
		for _, f := range kyc.Told(c.Findings) {
			if f.Item == item && !has(f.Code) {
				out = append(out, f)
			}
		}
		return out
	}
	for _, r := range c.Refused {
		if r.Item != item || r.SHA256 != sha && !seen.like(r, has) {
			continue
		}
		for _, c := range r.Codes {
			if !has(c) {
				out = append(out, kyc.Finding{Code: c, Item: item})
			}
		}
		return out
	}
	return nil
}

// like reports whether a picture is a refused one, compressed again or cropped.
// Where another document is asked for, only equal bytes are the same picture:
// the new document looks like the old one that had expired.
func (s sight) like(r kyc.RefusedPicture, has func(kyc.Code) bool) bool {
	for _, c := range r.Codes {
		d, _ := kyc.Lookup(c)
		mended := d.PreCheck && !has(c)
		if mended || c == kyc.DocExpired || c == kyc.DocNotAccepted || c == kyc.DocSpecimen || c == kyc.DocWrongSide {
			return false
		}
	}
	if s.quality > r.Quality*notSharper {
		return false
	}
	return s.hash != 0 && imaging.Distance(r.PerceptualHash, s.hash) <= samePicture || s.view.Likeness(r.Sketch) >= sameSketch
}
