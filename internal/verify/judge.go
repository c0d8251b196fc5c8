package verify

import (
	"math"
	"slices"
	"strings"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/mrz"
)

// Judge turns evidence into findings by a policy. It is pure: the same evidence,
// policy and day give the same findings.
func Judge(p policy.Policy, e Evidence, today time.Time) []kyc.Finding {
	j := judge{policy: p, evidence: e, today: policy.Day{Time: midnight(today)}}
	if e.Record != nil {
		return j.again()
	}
	if e.Front != nil {
		j.photo(kyc.DocumentFront, *e.Front)
	}
	if e.Back != nil {
		j.photo(kyc.DocumentBack, *e.Back)
	}
	if e.Front != nil && e.Front.Full {
		j.document()
	}
	if e.Face != nil {
		j.face(*e.Face)
		j.comparison()
	}
	if e.Sequence != nil {
		j.live(*e.Sequence)
	}
	if e.Details != nil {
		j.details()
	}
	j.contradictions()
	j.eligibility()
	if e.WithoutBiometrics {
		j.otherWay()
	}
	j.uniqueness()
	return j.findings
}

// PreCheck returns the findings about one item that can be told at once, from
// quality alone.
func PreCheck(p policy.Policy, item kyc.Item, e Evidence) []kyc.Finding {
	j := judge{policy: p, evidence: e}
	switch {
	case item == kyc.DocumentFront && e.Front != nil:
		j.photo(item, *e.Front)
	case item == kyc.DocumentBack && e.Back != nil:
		j.photo(item, *e.Back)
	case item == kyc.Face && e.Face != nil:
		j.face(*e.Face)
	}
	return slices.DeleteFunc(kyc.Visible(j.findings), func(f kyc.Finding) bool { return !f.Definition().PreCheck })
}

// Selfie returns every finding about the picture of a face that another does not explain, for the eyes of an operator: signals of an attack,
// too, from where they are worth a look, which is sooner than they bring a case to a reviewer.
func Selfie(p policy.Policy, e Evidence) []kyc.Finding {
	p.Thresholds.Face.RecapturedReview = p.Thresholds.Face.Recaptured
	j := judge{policy: p, evidence: e}
	if e.Face != nil {
		j.face(*e.Face)
	}
	return kyc.Visible(j.findings)
}

// Photo returns every finding about the picture of one side that another does not explain, also those that wait for the full check.
func Photo(p policy.Policy, item kyc.Item, e Evidence) []kyc.Finding {
	j := judge{policy: p, evidence: e}
	switch {
	case item == kyc.DocumentFront && e.Front != nil:
		j.photo(item, *e.Front)
		j.printAgainstCode(item, *e.Front)
	case item == kyc.DocumentBack && e.Back != nil:
		j.photo(item, *e.Back)
		j.printAgainstCode(item, *e.Back)
	}
	return kyc.Visible(j.findings)
}

type judge struct {
	policy   policy.Policy
	evidence Evidence
	today    policy.Day
	findings []kyc.Finding
}

func midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (j *judge) add(f kyc.Finding) {
	f.Submission = j.evidence.Submissions[f.Item]
	j.findings = append(j.findings, f)
}

// below and above add a finding when a number is on the wrong side of its
// threshold.
func (j *judge) below(c kyc.Code, item kyc.Item, box kyc.Box, measure string, v, threshold float64) {
	if v < threshold {
		j.number(c, item, box, measure, v, threshold)
	}
}

func (j *judge) above(c kyc.Code, item kyc.Item, box kyc.Box, measure string, v, threshold float64) {
	if v > threshold {
		j.number(c, item, box, measure, v, threshold)
	}
}

func (j *judge) number(c kyc.Code, item kyc.Item, box kyc.Box, measure string, v, threshold float64) {
	v = math.Round(v*1e4) / 1e4
	j.add(kyc.Finding{Code: c, Item: item, Box: place(box), Measure: measure, Measured: &v, Threshold: &threshold})
}

func boxOf(p *kyc.Box) kyc.Box {
	if p == nil {
		return kyc.Box{}
	}
	return *p
}

func place(b kyc.Box) *kyc.Box {
	if b.Width <= 0 || b.Height <= 0 {
		return nil
	}
	return &b
}

// essential are the fields without which nobody can be verified.
func essential() []kyc.Field {
	return []kyc.Field{kyc.Surname, kyc.GivenNames, kyc.BirthDate, kyc.DocumentNumber, kyc.ExpiryDate}
}

// document judges what the document says.
func (j *judge) document() {
	front, back := j.evidence.Front, j.evidence.Back
	kind := j.evidence.kind()
	var missing []kyc.Field
	for _, f := range essential() {
		if _, _, ok := j.evidence.field(f); !ok && !(f == kyc.GivenNames && j.oneName()) {
			missing = append(missing, f)
		}
	}
	// Print alone is no proof where the kind of document has a zone, or may have.
	zone := front.HasMRZ || back != nil && back.HasMRZ
	if len(missing) == 0 && !zone && (kind == "" || slices.Contains(j.policy.Documents.WithZone, kind)) {
		missing = []kyc.Field{""}
	}
	// Every identity document has a zone or a portrait on its front; a page of
	// print with neither is something else, and a zone of cards alone is the back.
	if front.Portrait == nil && !front.HasMRZ && !j.blames(kyc.DocumentFront) {
		j.add(kyc.Finding{Code: kyc.DocNotFound, Item: kyc.DocumentFront, Measure: "portrait_or_zone"})
	}
	if front.Portrait == nil && front.MRZFormat == string(mrz.TD1) {
		j.add(kyc.Finding{Code: kyc.DocWrongSide, Item: kyc.DocumentFront, Box: front.MRZBox})
	}
	impossible := j.impossible(missing)
	unread := j.barcode(kind)
	switch {
	case len(missing) == 0 || unread:
	case impossible != "":
		j.add(kyc.Finding{Code: kyc.DocImpossibleDate, Item: kyc.DocumentFront, Field: impossible})
	case kind == "passport":
		j.add(kyc.Finding{Code: kyc.DocMRZUnreadable, Item: kyc.DocumentFront, Field: missing[0], Box: front.MRZBox})
	case back == nil:
		// A front that is to be sent again may hold what is missing.
		if !j.blames(kyc.DocumentFront) {
			j.add(kyc.Finding{Code: kyc.DocBackMissing, Item: kyc.DocumentBack, Field: missing[0]})
		}
	default:
		j.add(kyc.Finding{Code: kyc.DocMRZUnreadable, Item: kyc.DocumentBack, Field: missing[0], Box: back.MRZBox})
	}
	for _, s := range []struct {
		item kyc.Item
		side *Side
	}{{kyc.DocumentFront, front}, {kyc.DocumentBack, back}} {
		if s.side == nil {
			continue
		}
		j.printAgainstCode(s.item, *s.side)
		wrong := failing(s.side.CheckDigits)
		switch {
		case s.side.HasMRZ && j.unsure(*s.side):
			j.number(kyc.DocMRZUnreadable, s.item, boxOf(s.side.MRZBox), "mrz_certainty", s.side.MRZCertainty, j.policy.Thresholds.Document.MRZCertainty)
		case wrong != "":
			j.add(kyc.Finding{Code: kyc.DocMRZCheckDigit, Item: s.item, Measure: wrong, Box: s.side.MRZBox})
		}
	}
	if f, ok := j.notAccepted(kind); ok {
		j.onEverySide(f, "")
	}
	if v, at, ok := j.evidence.field(kyc.ExpiryDate); ok && !j.policy.Documents.AcceptExpired {
		if _, day, ok := dayOf(v.Text); ok && day.Before(j.today.Time) {
			j.onEverySide(kyc.Finding{Code: kyc.DocExpired, Field: kyc.ExpiryDate, From: day, Box: v.Box}, at)
		}
	}
	if back != nil && back.Full {
		j.sides(*front, *back)
	}
}

// impossible returns a missing date whose check digit holds: it was read, and the
// calendar does not have it.
func (j *judge) impossible(missing []kyc.Field) kyc.Field {
	for _, s := range []*Side{j.evidence.Front, j.evidence.Back} {
		for _, f := range missing {
			if s != nil && (f == kyc.BirthDate || f == kyc.ExpiryDate) && s.CheckDigits[string(f)] {
				return f
			}
		}
	}
	return ""
}

// onEverySide asks for every side that was sent, since another document has
// another front and another back; the place stands on the side where it was read.
func (j *judge) onEverySide(f kyc.Finding, at kyc.Item) {
	box := f.Box
	for _, item := range []kyc.Item{kyc.DocumentFront, kyc.DocumentBack} {
		if item == kyc.DocumentBack && j.evidence.Back == nil {
			continue
		}
		f.Item, f.Box = item, nil
		if item == at {
			f.Box = box
		}
		j.add(f)
	}
}

// blames reports whether something was found about an item already.
func (j *judge) blames(i kyc.Item) bool {
	return slices.ContainsFunc(j.findings, func(f kyc.Finding) bool { return f.Item == i })
}

// oneName reports whether the person has a surname and no given names. That is
// so when the zone was read and says no more (Doc 9303 part 3, section 4.6:
// names that cannot be divided stand in the primary identifier alone).
func (j *judge) oneName() bool {
	surname, _, ok := j.evidence.field(kyc.Surname)
	_, _, given := j.evidence.field(kyc.GivenNames)
	return ok && !given && surname.Source == document.SourceMRZ
}

// face judges the selfie.
func (j *judge) face(f Portrait) {
	t := j.policy.Thresholds.Face
	switch {
	case f.Unreadable != "":
		j.add(kyc.Finding{Code: kyc.FaceFileUnreadable, Item: kyc.Face, Measure: f.Unreadable})
		return
	case f.Faces == 0 && f.Mean < t.DarkMean:
		j.number(kyc.FaceDark, kyc.Face, kyc.Box{}, "mean_luma", f.Mean, t.DarkMean)
		return
	case f.Faces == 0:
		j.add(kyc.Finding{Code: kyc.FaceNotFound, Item: kyc.Face})
		return
	}
	q := f.Quality
	j.above(kyc.FaceMultiple, kyc.Face, f.Box, "second_face_area", q.RunnerUp, t.RunnerUp)
	j.below(kyc.FaceDark, kyc.Face, f.Box, "face_luma", q.Brightness, t.DarkMean)
	j.above(kyc.FaceBacklit, kyc.Face, f.Box, "background_less_face_luma", q.Backlight, t.Backlight)
	j.above(kyc.FaceOverexposed, kyc.Face, f.Box, "overexposed_share", q.Overexposed, t.OverexposedShare)
	j.below(kyc.FaceTooSmall, kyc.Face, f.Box, "inter_eye_px", q.InterEyeDistance, t.InterEyePx)
	j.below(kyc.FaceTooClose, kyc.Face, f.Box, "margin", q.Margin, t.Margin)
	j.above(kyc.FaceOffCentre, kyc.Face, f.Box, "off_centre", math.Max(math.Abs(q.OffCentreX), math.Abs(q.OffCentreY)), t.OffCentre)
	j.below(kyc.FaceBlurry, kyc.Face, f.Box, "sharpness", q.Sharpness, t.Sharpness)
	switch {
	case math.Abs(q.Yaw) > t.YawDegrees:
		j.number(kyc.FaceNotFrontal, kyc.Face, f.Box, "yaw_degrees", math.Abs(q.Yaw), t.YawDegrees)
	case math.Abs(q.Pitch) > t.PitchDegrees:
		j.number(kyc.FaceNotFrontal, kyc.Face, f.Box, "pitch_degrees", math.Abs(q.Pitch), t.PitchDegrees)
	case tilt(q.Roll) > t.RollDegrees:
		j.number(kyc.FaceNotFrontal, kyc.Face, f.Box, "roll_degrees", tilt(q.Roll), t.RollDegrees)
	}
	if q.Uniformity > 0 { // 0 is a cheek outside the picture
		j.below(kyc.FaceUnevenLight, kyc.Face, f.Box, "uniformity", q.Uniformity, t.Uniformity)
	}
	j.above(kyc.FaceSmeared, kyc.Face, f.Box, "veil", q.Veil, t.Veil)
	j.above(kyc.FaceGlare, kyc.Face, f.Box, "eyes_glare_share", q.EyesGlare, t.EyesGlare)
	j.above(kyc.FaceCoveredEyes, kyc.Face, f.Box, "eyes_covered", q.EyesCovered, t.EyesCovered)
	j.above(kyc.FaceCoveredMouth, kyc.Face, f.Box, "mouth_covered", q.MouthCovered, t.MouthCovered)
	j.below(kyc.FaceEyesClosed, kyc.Face, f.Box, "eyes_open", q.EyesOpen, t.EyesOpen)
	if j.evidence.Sequence == nil { // the colours of a challenge tint the skin themselves
		j.above(kyc.FaceAttack, kyc.Face, f.Box, "recaptured", q.Recaptured, t.RecapturedReview)
	}
}

// tilt is how far a head leans to a shoulder, in degrees. Near a quarter or half turn it is the picture that lies on its side, which nobody
// need take again.
func tilt(roll float64) float64 {
	off := math.Abs(roll)
	if off > 75 {
		return math.Min(math.Abs(off-90), math.Abs(off-180))
	}
	return off
}

// Match is the comparison of the selfie with the portrait of the document.
type Match struct {
	Score     float64 `json:"score"`
	Threshold float64 `json:"threshold"`
	Model     string  `json:"model"`
}

// CompareFaces compares the selfie with the portrait; nil when one of them is
// not there to be compared.
func CompareFaces(p policy.Policy, e Evidence) *Match {
	if e.Face == nil || e.Front == nil || e.Front.Portrait == nil {
		return nil
	}
	a, errA := face.ParseTemplate(e.Face.Template)
	b, errB := face.ParseTemplate(e.Front.Portrait.Template)
	if errA != nil || errB != nil {
		return nil
	}
	c, err := face.Compare(a, b)
	if err != nil {
		return nil
	}
	return &Match{Score: c.Score, Threshold: p.Thresholds.Face.Match, Model: c.Model}
}

// comparison judges whether the selfie and the portrait are one person.
func (j *judge) comparison() {
	front := j.evidence.Front
	if front == nil || !front.Full || front.Unreadable != "" {
		return
	}
	px := 0.0
	if front.Portrait != nil {
		px = front.Portrait.Quality.InterEyeDistance
	}
	if least := j.policy.Thresholds.Face.PortraitPx; front.Portrait == nil || px < least {
		j.number(kyc.DocPortraitMissing, kyc.DocumentFront, kyc.Box{}, "inter_eye_px", px, least)
		return
	}
	if d := imaging.Distance(front.PerceptualHash, j.evidence.Face.PerceptualHash); front.PerceptualHash != 0 && d <= samePicture {
		// The photo of the document was sent as the photo of the person.
		j.add(kyc.Finding{Code: kyc.FaceAttack, Item: kyc.Face, Measure: "same_picture_as_document"})
	}
	m := CompareFaces(j.policy, j.evidence)
	switch {
	case m == nil && j.evidence.Face.Faces > 0:
		// Two faces that cannot be compared, as when the model changed between the
		// two measurements: nobody passes unseen.
		j.add(kyc.Finding{Code: kyc.OurFault, Item: kyc.WholeCase, Measure: "similarity"})
	case m != nil && m.Score < m.Threshold:
		score, threshold := math.Round(m.Score*1e4)/1e4, m.Threshold
		j.add(kyc.Finding{
			Code: kyc.FaceMismatch, Item: kyc.Face, Box: place(j.evidence.Face.Box), Measure: "similarity",
			Measured: &score, Threshold: &threshold, Model: m.Model,
		})
	}
}

// failing lists the check digits that do not hold.
func failing(digits map[string]bool) string {
	var wrong []string
	for name, ok := range digits {
		if !ok {
			wrong = append(wrong, name)
		}
	}
	slices.Sort(wrong)
	return strings.Join(wrong, ", ")
}
