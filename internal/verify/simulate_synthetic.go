package verify

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/specimen"
	"bonafide/mrz"
)

// Synthetic makes judged cases of people who do not exist, with facts as they
// are measured: documents of several kinds and countries, good and poor photos,
// slips of the finger, faces that match and faces that do not. The same seed and
// day give the same cases. Shares are invented: what comes out shows what a
// change of policy does, not how often. There is never an error.
func Synthetic(n int, seed uint64, items []kyc.Item, day time.Time) iter.Seq2[Past, error] {
	return func(yield func(Past, error) bool) {
		for k := range n {
			g := generator{rand.New(rand.NewPCG(seed, uint64(k))), midnight(day)} //nolint:gosec // not secrets
			if !yield(g.past(k, items), nil) {
				return
			}
		}
	}
}

// generator draws one case.
type generator struct {
	*rand.Rand
	day time.Time
}

func (g generator) chance(p float64) bool { return g.Float64() < p }

// around draws a number of a normal distribution, cut off below.
func (g generator) around(mean, spread, least float64) float64 {
	return math.Max(least, mean+g.NormFloat64()*spread)
}

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func (g generator) past(k int, items []kyc.Item) Past {
	p := specimen.NewPerson(g.Uint64(), specimen.Profile{Reference: g.day, UnderAge: g.chance(0.06), Expired: g.chance(0.05), LongName: g.chance(0.03)})
	kind := pick(g, "passport", "passport", "passport", "passport", "id_card", "id_card", "id_card", "driving_licence", "residence_permit", "visa")
	issuer := pick(g, "DE", "DE", "FR", "GB", "US", "IN", "BR", "NG", "VN", "TR", "UA", "IR")
	e := Evidence{Submissions: map[kyc.Item]kyc.SubmissionID{}, Hashes: map[kyc.Item]string{}}
	front := g.side(kind)
	fields := g.fields(p, kind, issuer)
	switch kind {
	case "passport", "visa":
		g.zone(front, fields)
	case "driving_licence":
		printed(front, fields)
	default: // the zone of a card is on its back
		printed(front, fields)
		if g.chance(0.85) {
			e.Back = g.side(kind)
			g.zone(e.Back, fields)
		}
	}
	at, distance := g.Float64(), g.around(0.36, 0.09, 0.05)
	if g.chance(0.02) {
		distance = g.around(0.85, 0.1, 0.6) // somebody else
	}
	front.Portrait = g.portrait(at, 34)
	e.Front, e.Face = front, g.portrait(at+distance, 110)
	e.Details = g.typed(fields, issuer)
	if g.chance(0.7) {
		e.Network = e.Details[kyc.Residence]
		if g.chance(0.1) {
			e.Network = pick(g, "NL", "US", "AE", "KP", "RU")
		}
	}
	return Past{Case: g.judged(k, items, &e), Evidence: e, At: g.day}
}

// side are the numbers of a photo, usual ones or those of a photo that missed.
func (g generator) side(kind string) *Side {
	s := &Side{
		Full: true, Found: true, Width: 3000, Height: 2000, WidthPx: g.around(1500, 500, 150), Kind: kind,
		Sharpness: g.around(0.85, 0.1, 0.1), Mean: g.around(140, 20, 10), OverShare: g.around(0.02, 0.03, 0), GlareShare: g.around(0, 0.004, 0),
		Box: kyc.Box{X: 100, Y: 100, Width: 2000, Height: 1400}, Fields: map[kyc.Field]Value{}, PerceptualHash: g.Uint64() | 1,
		CheckDigits: map[string]bool{}, MRZCertainty: 1,
	}
	switch miss := g.Float64(); {
	case miss < 0.04:
		s.Sharpness = g.around(0.5, 0.1, 0.1)
	case miss < 0.07:
		s.Mean = g.around(45, 15, 5)
	case miss < 0.10:
		s.GlareShare, s.GlareBox = g.around(0.02, 0.015, 0), kyc.Box{X: 400, Y: 400, Width: 200, Height: 150}
	}
	return s
}

// fields are what the document says.
func (g generator) fields(p specimen.Person, kind, issuer string) map[kyc.Field]string {
	number := p.CardNumber
	if kind == "passport" {
		number = p.PassportNumber
	}
	birth := p.BirthDate.String()
	if g.chance(0.01) { // some states do not know the day
		birth = mrz.Date{Year: p.BirthDate.Year}.String()
	}
	state := alpha3(issuer)
	return map[kyc.Field]string{
		kyc.Surname: p.Surname, kyc.GivenNames: p.GivenNames, kyc.BirthDate: birth, kyc.ExpiryDate: p.ExpiryDate.String(),
		kyc.DocumentNumber: number, kyc.Nationality: state, kyc.IssuingState: state,
	}
}

func printed(s *Side, fields map[kyc.Field]string) {
	for f, v := range fields {
		s.Fields[f] = Value{Text: v, Confidence: 0.97, Source: "print"}
	}
}

func (g generator) zone(s *Side, fields map[kyc.Field]string) {
	for f, v := range fields {
		s.Fields[f] = Value{Text: v, Confidence: 1, Source: "mrz"}
	}
	s.HasMRZ, s.MRZFormat, s.MRZCertainty = true, string(mrz.TD3), math.Min(1, g.around(0.97, 0.08, 0.2))
	s.MRZBox = &kyc.Box{X: 120, Y: 1300, Width: 1900, Height: 180}
	for _, d := range []string{"document_number", "birth_date", "expiry_date", "composite"} {
		s.CheckDigits[d] = true
	}
	if g.chance(0.02) {
		s.CheckDigits["composite"] = false
	}
}

// portrait is a face at a place on a line: two are as far apart as their places.
func (g generator) portrait(place, eyes float64) *Portrait {
	vector := make([]byte, 0, 600)
	vector = append(append(vector, "BFT\x01\x09"...), "synthetic"...) // as face.Template.Bytes writes it
	vector = binary.LittleEndian.AppendUint32(vector, math.Float32bits(float32(place)))
	vector = append(vector, make([]byte, 127*4)...)
	f := &Portrait{
		Faces: 1, Box: kyc.Box{X: 300, Y: 200, Width: 400, Height: 520}, Mean: g.around(130, 15, 10), Template: vector, PerceptualHash: g.Uint64() | 1,
		Quality: face.Quality{
			InterEyeDistance: g.around(eyes, eyes/5, 5), Margin: g.around(0.5, 0.2, -0.5), OffCentreX: g.around(0.1, 0.15, 0), RunnerUp: 0,
			Pose: face.Pose{Yaw: g.around(4, 6, 0), Pitch: g.around(5, 5, 0)}, Brightness: g.around(130, 20, 10), Overexposed: g.around(0.01, 0.01, 0),
			Backlight: g.around(10, 30, -50), Sharpness: g.around(0.8, 0.12, 0.05), EyesOpen: g.around(0.28, 0.04, 0.02),
		},
	}
	if g.chance(0.03) {
		f.Quality.Yaw = g.around(30, 8, 0)
	}
	return f
}

// typed are the details, sometimes with a slip of the finger.
func (g generator) typed(read map[kyc.Field]string, issuer string) map[kyc.Field]string {
	d := map[kyc.Field]string{kyc.Residence: issuer}
	for _, f := range []kyc.Field{kyc.Surname, kyc.GivenNames, kyc.BirthDate, kyc.DocumentNumber, kyc.ExpiryDate} {
		d[f] = read[f]
	}
	if _, err := time.Parse(time.DateOnly, d[kyc.BirthDate]); err != nil {
		delete(d, kyc.BirthDate)
	}
	if g.chance(0.2) {
		d[kyc.Residence] = pick(g, "DE", "AT", "CH", "US", "NL", "KP", "BR", "IN")
	}
	switch {
	case g.chance(0.04):
		d[kyc.DocumentNumber] = strings.Replace(d[kyc.DocumentNumber], "0", "O", 1)
	case g.chance(0.03):
		d[kyc.Surname] = d[kyc.Surname] + " " + pick(g, "B", "LI", "SR")
	}
	return d
}

// judged is the case after its first round.
func (g generator) judged(k int, items []kyc.Item, e *Evidence) kyc.Case {
	id := kyc.CaseID(fmt.Sprintf("synthetic_%d", k))
	c := kyc.NewCase(id, "synthetic", "", "en", items, g.day, g.day.AddDate(0, 0, 7))
	c.State = "" // nobody decided it yet
	c.Round, c.NetworkRegion = 1, e.Network
	for j := range c.Items {
		i := &c.Items[j]
		if i.Item == kyc.DocumentBack && e.Back == nil {
			continue
		}
		sub := kyc.SubmissionID(fmt.Sprintf("sub_%d_%s", k, i.Item))
		i.Current, i.Status, i.Attempts = &kyc.Submission{ID: sub, Item: i.Item, At: g.day}, kyc.Passed, 1
		e.Submissions[i.Item] = sub
	}
	return c
}
