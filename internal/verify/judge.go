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
	"bonafide/internal/match"
	"bonafide/internal/policy"
	"bonafide/mrz"
)

// Judge turns evidence into findings by a policy. It is pure: the same evidence,
// policy and day give the same findings.
func Judge(p policy.Policy, e Evidence, today time.Time) []kyc.Finding {
	j := judge{policy: p, evidence: e, today: policy.Day{Time: midnight(today)}}
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
	if e.Details != nil {
		j.details()
	}
	j.eligibility()
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

// essential are the fields without which nobody can be verified.
func essential() []kyc.Field {
	return []kyc.Field{kyc.Surname, kyc.GivenNames, kyc.BirthDate, kyc.DocumentNumber, kyc.ExpiryDate}
}

// document judges what the document says.
func (j *judge) document() {
	front, back := j.evidence.Front, j.evidence.Back
	kind := front.Kind
	if kind == "" && back != nil {
		kind = back.Kind
	}
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
	switch {
	case len(missing) == 0:
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
		wrong := failing(s.side.CheckDigits)
		switch {
		case s.side.HasMRZ && j.unsure(*s.side):
			j.number(kyc.DocMRZUnreadable, s.item, boxOf(s.side.MRZBox), "mrz_certainty", s.side.MRZCertainty, j.policy.Thresholds.Document.MRZCertainty)
		case wrong != "":
			j.add(kyc.Finding{Code: kyc.DocMRZCheckDigit, Item: s.item, Measure: wrong, Box: s.side.MRZBox})
		}
	}
	if kind != "" && !slices.Contains(j.policy.Documents.Accepted, kind) {
		j.onEverySide(kyc.Finding{Code: kyc.DocNotAccepted}, "")
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

// sure is the confidence from which a contradiction between two readings is the
// document's and not the reader's.
const sure = 0.9

// sides compares what front and back say of the person: two halves of two cards
// are nobody's document. Numbers are left out, since many cards print another
// one on each side.
func (j *judge) sides(front, back Side) {
	value := func(s Side, f kyc.Field) (string, bool) {
		v, ok := s.Fields[f]
		return v.Text, ok && v.Text != "" && v.Confidence >= sure
	}
	told := false
	contradict := func(f kyc.Field, a, b string, r match.Result) {
		if r.Verdict == match.Different && !told {
			told = true
			j.add(kyc.Finding{
				Code: kyc.DocInconsistent, Item: kyc.DocumentBack, Field: f, Box: back.Fields[f].Box,
				Values: &kyc.Values{Typed: a, Read: b, Differences: differences(r)},
			})
		}
	}
	for _, f := range []kyc.Field{kyc.BirthDate, kyc.ExpiryDate} {
		a, okA := value(front, f)
		b, okB := value(back, f)
		if okA && okB {
			contradict(f, a, b, match.Date(a, b))
		}
	}
	surnameA, ok1 := value(front, kyc.Surname)
	surnameB, ok2 := value(back, kyc.Surname)
	if ok1 && ok2 {
		givenA, _ := value(front, kyc.GivenNames)
		givenB, _ := value(back, kyc.GivenNames)
		contradict(kyc.Surname, surnameA, surnameB, match.Names(
			match.Name{Surname: surnameA, Given: givenA}, match.Name{Surname: surnameB, Given: givenB, Truncated: back.NameTruncated}, match.DefaultPolicy()))
	}
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

// dayOf returns the first and the last day that a date can mean: documents may
// leave the day and the month of a birth unknown, as in 1962-XX-XX (Doc 9303
// part 3, section 4.8).
func dayOf(text string) (first, last time.Time, ok bool) {
	d, err := mrz.ParseDate(text)
	if err != nil || d.Year == 0 {
		return first, last, false
	}
	at := func(month, day int) time.Time { return time.Date(d.Year, time.Month(month), day, 0, 0, 0, 0, time.UTC) }
	switch {
	case d.Month == 0:
		return at(1, 1), at(12, 31), true
	case d.Day == 0:
		return at(d.Month, 1), at(d.Month+1, 0), true
	}
	return at(d.Month, d.Day), at(d.Month, d.Day), true
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
	}
	j.below(kyc.FaceEyesClosed, kyc.Face, f.Box, "eyes_open", q.EyesOpen, t.EyesOpen)
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

// details compares what was typed with what the document says, field by field.
func (j *judge) details() {
	typed := j.evidence.Details
	read := func(f kyc.Field) (Value, bool) { v, _, ok := j.evidence.field(f); return v, ok }

	j.names()
	allowed := match.DefaultPolicy()
	for _, c := range []struct {
		code    kyc.Code
		field   kyc.Field
		compare func(a, b string) match.Result
	}{
		{kyc.DetailsNumber, kyc.DocumentNumber, func(a, b string) match.Result { return match.Number(a, b, allowed) }},
		{kyc.DetailsBirthDate, kyc.BirthDate, match.Date},
		{kyc.DetailsExpiry, kyc.ExpiryDate, match.Date},
		{kyc.DetailsNationality, kyc.Nationality, func(a, b string) match.Result { return match.State(alpha3(a), alpha3(b)) }},
	} {
		v, ok := read(c.field)
		if !ok || typed[c.field] == "" {
			continue
		}
		if r := c.compare(typed[c.field], v.Text); r.Verdict != match.Same {
			j.mismatch(c.code, c.field, typed[c.field], v.Text, r)
		}
	}
}

// names compares surname and given names together, since what stands in one
// field on the form may stand in the other on the document; each difference is
// then told of the field in which it was typed.
func (j *judge) names() {
	typed := j.evidence.Details
	surname, _, okS := j.evidence.field(kyc.Surname)
	given, _, okG := j.evidence.field(kyc.GivenNames)
	if !okS || !okG && !j.oneName() || typed[kyc.Surname] == "" && typed[kyc.GivenNames] == "" {
		return
	}
	a := match.Name{Surname: typed[kyc.Surname], Given: typed[kyc.GivenNames]}
	b := match.Name{Surname: surname.Text, Given: given.Text, Truncated: surname.Source == document.SourceMRZ && j.truncated()}
	allowed := match.DefaultPolicy()
	r := match.Names(a, b, allowed)
	if r.Verdict == match.Same {
		return
	}
	// What counts is told; should the kinds alone not say what counts, everything
	// is told: no mismatch is ever swallowed.
	counts := func(d match.Difference) bool {
		return !slices.Contains(allowed.Allowed, d.Kind) || d.Kind == match.Truncated && !b.Truncated
	}
	if !slices.ContainsFunc(r.Differences, counts) {
		counts = func(match.Difference) bool { return true }
	}
	parts := []namePart{{kyc.Surname, a.Surname, b.Surname}, {kyc.GivenNames, a.Given, b.Given}}
	// A part that is right by itself is not asked for because of the other one.
	wrong := slices.DeleteFunc(slices.Clone(parts), func(p namePart) bool {
		return match.Names(match.Name{Full: p.typed}, match.Name{Full: p.read, Truncated: b.Truncated}, allowed).Verdict == match.Same
	})
	if len(wrong) == 0 {
		wrong = parts
	}
	for _, p := range wrong {
		own := match.Result{Verdict: r.Verdict, Score: r.Score}
		for _, d := range r.Differences {
			// Where the parts changed places, both are told of it.
			if counts(d) && (d.Part == string(p.field) || d.Kind == match.Order) {
				own.Differences = append(own.Differences, d)
			}
		}
		j.mismatch(kyc.DetailsName, p.field, p.typed, p.read, own)
	}
}

// namePart is one of the two parts of a name, as typed and as read.
type namePart struct {
	field       kyc.Field
	typed, read string
}

func (j *judge) truncated() bool {
	return j.evidence.Front != nil && j.evidence.Front.NameTruncated || j.evidence.Back != nil && j.evidence.Back.NameTruncated
}

func (j *judge) mismatch(code kyc.Code, field kyc.Field, typed, read string, r match.Result) {
	j.add(kyc.Finding{
		Code: code, Item: kyc.Details, Field: field,
		Values: &kyc.Values{Typed: typed, Read: read, Differences: differences(r)},
	})
}

func differences(r match.Result) []kyc.Difference {
	out := make([]kyc.Difference, len(r.Differences))
	for k, d := range r.Differences {
		out[k] = kyc.Difference{Kind: string(d.Kind), At: d.At, A: d.A, B: d.B}
	}
	return out
}

// eligibility judges age and regions.
func (j *judge) eligibility() {
	f := policy.Facts{Today: j.today, Residence: j.evidence.Details[kyc.Residence]}
	var youngest policy.Day // the latest day of birth that an incomplete date allows
	if v, _, ok := j.evidence.field(kyc.BirthDate); ok {
		if first, last, ok := dayOf(v.Text); ok {
			f.Birth, youngest = policy.Day{Time: first}, policy.Day{Time: last}
		}
	}
	if v, _, ok := j.evidence.field(kyc.IssuingState); ok {
		f.Issuer = alpha2(v.Text)
	}
	found := j.policy.Eligibility.Judge(f)
	for _, x := range found {
		j.add(x)
	}
	// Nobody is refused, and nobody let in, by our ignorance of a day.
	known := !f.Birth.IsZero()
	f.Birth = youngest
	unclear := !known || len(j.policy.Eligibility.Judge(f)) > len(found)
	if _, _, read := j.evidence.field(kyc.BirthDate); read && unclear && j.policy.Eligibility.AgeIn(f.Residence) > 0 {
		j.add(kyc.Finding{Code: kyc.AgeUnknown, Item: kyc.Eligibility, Field: kyc.BirthDate})
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
