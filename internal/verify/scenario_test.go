package verify

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// fault is one thing that somebody does wrong, as it shows in what is measured.
type fault struct {
	code  kyc.Code
	item  kyc.Item
	field kyc.Field // of details
	spoil func(*Evidence)
	// another says that another document mends it.
	another bool
}

func faults() []fault {
	front := func(c kyc.Code, spoil func(*Side)) fault {
		return fault{code: c, item: kyc.DocumentFront, spoil: func(e *Evidence) { spoil(e.Front) }}
	}
	unzoned := func(s *Side) { s.HasMRZ, s.MRZCertainty, s.CheckDigits = false, 0, nil }
	replace := func(c kyc.Code, spoil func(*Side)) fault {
		f := front(c, spoil)
		f.another = true
		return f
	}
	face := func(c kyc.Code, spoil func(*Portrait)) fault {
		return fault{code: c, item: kyc.Face, spoil: func(e *Evidence) { spoil(e.Face) }}
	}
	typed := func(c kyc.Code, f kyc.Field, wrong string) fault {
		return fault{code: c, item: kyc.Details, field: f, spoil: func(e *Evidence) { e.Details[f] = wrong }}
	}
	return []fault{
		front(kyc.DocFileUnreadable, func(s *Side) { *s = Side{Unreadable: "truncated", Full: true} }),
		front(kyc.DocNotFound, func(s *Side) { unzoned(s); s.Found, s.Fields = false, nil }),
		front(kyc.DocDark, func(s *Side) { s.Mean = 20 }),
		front(kyc.DocOverexposed, func(s *Side) { s.OverShare = 0.5 }),
		front(kyc.DocBlurry, func(s *Side) { s.Sharpness = 2 }),
		front(kyc.DocLowResolution, func(s *Side) { unzoned(s); s.WidthPx, s.Fields = 300, nil }),
		front(kyc.DocGlare, func(s *Side) { unzoned(s); s.GlareShare, s.Fields = 0.1, nil }),
		front(kyc.DocMRZUnreadable, func(s *Side) { delete(s.Fields, kyc.DocumentNumber) }),
		front(kyc.DocPortraitMissing, func(s *Side) {
			if s.Portrait != nil {
				s.Portrait.Quality.InterEyeDistance = 5
			}
		}),
		replace(kyc.DocExpired, func(s *Side) {
			if s.Fields != nil {
				s.Fields[kyc.ExpiryDate] = mrzValue("2025-01-31")
			}
		}),
		replace(kyc.DocNotAccepted, func(s *Side) { s.Kind = "visa" }),
		face(kyc.FaceFileUnreadable, func(f *Portrait) { *f = Portrait{Unreadable: "truncated"} }),
		face(kyc.FaceNotFound, func(f *Portrait) { f.Faces, f.Template = 0, nil }),
		face(kyc.FaceMultiple, func(f *Portrait) { f.Quality.RunnerUp = 0.9 }),
		face(kyc.FaceDark, func(f *Portrait) { f.Quality.Brightness = 20 }),
		face(kyc.FaceBacklit, func(f *Portrait) { f.Quality.Backlight = 120 }),
		face(kyc.FaceOverexposed, func(f *Portrait) { f.Quality.Overexposed = 0.5 }),
		face(kyc.FaceTooSmall, func(f *Portrait) { f.Quality.InterEyeDistance = 30 }),
		face(kyc.FaceTooClose, func(f *Portrait) { f.Quality.Margin = -0.5 }),
		face(kyc.FaceOffCentre, func(f *Portrait) { f.Quality.OffCentreX = 0.9 }),
		face(kyc.FaceBlurry, func(f *Portrait) { f.Quality.Sharpness = 1 }),
		face(kyc.FaceNotFrontal, func(f *Portrait) { f.Quality.Yaw = 50 }),
		face(kyc.FaceEyesClosed, func(f *Portrait) { f.Quality.EyesOpen = 0.02 }),
		face(kyc.FaceMismatch, func(f *Portrait) {
			if f.Template != nil {
				f.Template = template(0.9)
			}
		}),
		typed(kyc.DetailsName, kyc.Surname, "Kősz egi"),
		typed(kyc.DetailsName, kyc.GivenNames, "Anna Mira"),
		typed(kyc.DetailsNumber, kyc.DocumentNumber, "X73OO7509"),
		typed(kyc.DetailsBirthDate, kyc.BirthDate, "1990-07-05"),
		typed(kyc.DetailsExpiry, kyc.ExpiryDate, "2033-01-31"),
		typed(kyc.DetailsNationality, kyc.Nationality, "FR"),
	}
}

// applicantWith is somebody with faults, and which document they hold in the hand.
type applicantWith struct {
	faults   []fault
	renewed  bool // the document at hand is the other one
	answered map[kyc.Field]bool
}

// sends is what is measured of what they send. Details that were typed of the
// first document stay those of the first until they are asked for again.
func (a applicantWith) sends() Evidence {
	e := goodEvidence()
	if a.renewed {
		for f, v := range map[kyc.Field]string{kyc.DocumentNumber: "Y41008824", kyc.ExpiryDate: "2036-09-30"} {
			e.Front.Fields[f] = mrzValue(v)
			if a.answered[f] {
				e.Details[f] = v
			}
		}
	}
	for _, f := range a.faults {
		f.spoil(&e)
	}
	return e
}

// after is the same person when what is asked was sent again: they mend what they
// were told of that, and nothing else.
func (a applicantWith) after(told []kyc.Finding, items []kyc.Item, fields []kyc.Field) applicantWith {
	next := applicantWith{renewed: a.renewed, answered: maps.Clone(a.answered)}
	if !slices.Contains(items, kyc.Details) {
		fields = nil
	}
	mends := func(f fault) bool { return slices.Contains(items, f.item) && toldOf(told, f.code) }
	next.renewed = next.renewed || slices.ContainsFunc(a.faults, func(f fault) bool { return f.another && mends(f) })
	for _, f := range a.faults {
		switch {
		case f.item == kyc.Details && slices.Contains(fields, f.field):
		case f.item != kyc.Details && mends(f):
		case f.item == kyc.DocumentFront && next.renewed && !a.renewed: // of the old one
		default:
			next.faults = append(next.faults, f)
		}
	}
	for _, f := range fields {
		next.answered[f] = true
	}
	return next
}

func toldOf(told []kyc.Finding, c kyc.Code) bool {
	return slices.ContainsFunc(told, func(x kyc.Finding) bool { return x.Code == c })
}

// helps reports whether nothing that was told is left when these are sent again,
// and nothing was broken by it.
func (a applicantWith) helps(p policy.Policy, told []kyc.Finding, items []kyc.Item, fields []kyc.Field) bool {
	next := a.after(told, items, fields)
	left := kyc.Visible(Judge(p, next.sends(), today))
	for _, f := range left {
		same := func(x kyc.Finding) bool { return x.Code == f.Code && x.Item == f.Item && x.Field == f.Field }
		// It was there before, hidden; unless what was typed is of a document that was
		// replaced by this very ask.
		hidden := slices.ContainsFunc(next.faults, func(x fault) bool {
			ofOld := next.renewed && (x.field == kyc.DocumentNumber || x.field == kyc.ExpiryDate) && !next.answered[x.field]
			return x.code == f.Code && x.field == f.Field && !ofOld || x.code == f.Code && x.item != kyc.Details
		})
		if slices.ContainsFunc(told, same) || !hidden {
			return false
		}
	}
	return true
}

// TestPlansOfRealFindings leads 500 people with up to five faults through the real
// judge: what the plan asks is held against every smaller set, and who mends what
// they are told is approved.
func TestPlansOfRealFindings(t *testing.T) {
	t.Parallel()
	all := faults()
	rounds := map[int]int{}
	for seed := range uint64(len(all)) + 500 {
		r := rand.New(rand.NewPCG(seed, 1990))
		a := applicantWith{answered: map[kyc.Field]bool{}}
		if seed < uint64(len(all)) {
			a.faults = all[seed : seed+1]
		} else {
			for _, k := range r.Perm(len(all))[:2+r.IntN(4)] {
				a.faults = append(a.faults, all[k])
			}
		}
		rounds[throughRounds(t, a)]++
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("rounds until the approval: %v", rounds)
}

// throughRounds leads a person to the approval and returns how many rounds it took.
func throughRounds(t *testing.T, a applicantWith) int {
	t.Helper()
	p := rules()
	c := kyc.NewCase("case", "apl", p.ID(), "en", p.Items, today, today.AddDate(0, 0, 2))
	var earlier []Earlier
	apply := func(e kyc.Event) {
		t.Helper()
		next, _, err := kyc.Apply(c, e)
		if err != nil {
			t.Fatalf("%s in %s: %v", e.Name(), c.State, err)
		}
		c = next
	}
	send := func(i kyc.Item) {
		t.Helper()
		id := kyc.SubmissionID(fmt.Sprintf("sub_%s_%d", i, c.Round))
		apply(kyc.Submit{Submission: kyc.Submission{ID: id, Item: i, SHA256: string(id), At: today, Fields: kyc.DetailFields()}})
	}
	for _, i := range p.Items {
		send(i)
	}
	otherFace := false
	for round := 1; ; round++ {
		if round > 8 {
			t.Fatalf("no end: %v", told(c.Findings))
		}
		e := a.sends()
		e.Earlier = earlier
		apply(kyc.Checked{Round: c.Round, Findings: Judge(p, e, today), At: today})
		visible := kyc.Visible(c.Findings)
		earlier = append(earlier, judgedNow(c, e)...)
		otherFace = otherFace || toldOf(visible, kyc.FaceMismatch)
		switch {
		case c.State == kyc.Approved:
			return round
		case c.State == kyc.InReview && otherFace && toldOf(visible, kyc.DetailsChanged):
			// Two persons stood before the camera: a person looks, and asks for the rest.
			rest := slices.DeleteFunc(visible, func(f kyc.Finding) bool { return f.Code == kyc.DetailsChanged && f.Field == kyc.Likeness })
			verdict := kyc.ActionRequired
			if len(rest) == 0 {
				verdict = kyc.Approved
			}
			apply(kyc.Reviewed{By: "rev_1", Verdict: verdict, Findings: rest, At: today})
			if c.State == kyc.Approved {
				return round
			}
			earlier, visible = nil, kyc.Visible(c.Findings)
		case c.State != kyc.ActionRequired:
			t.Fatalf("the case is %s with %v", c.State, told(c.Findings))
		}
		var items []kyc.Item
		var fields []kyc.Field
		for _, x := range c.Plan.Items {
			items = append(items, x.Item)
			fields = append(fields, x.Fields...)
		}
		if !a.helps(p, visible, items, fields) {
			t.Fatalf("%v stays when %v %v is sent again", told(c.Findings), items, fields)
		}
		for k := range items {
			less := slices.Delete(slices.Clone(items), k, k+1)
			if a.helps(p, visible, less, fields) {
				t.Fatalf("for %v, %v is asked without need", told(c.Findings), items[k])
			}
		}
		for k := range fields {
			less := slices.Delete(slices.Clone(fields), k, k+1)
			if a.helps(p, visible, items, less) {
				t.Fatalf("for %v, %v is asked without need", told(c.Findings), fields[k])
			}
		}
		a = a.after(visible, items, fields)
		for _, i := range items {
			send(i)
		}
	}
}

// judgedNow keeps what was judged in this round, as the service does.
func judgedNow(c kyc.Case, e Evidence) []Earlier {
	var out []Earlier
	for _, x := range c.Judged {
		i, _ := c.Item(x.Item)
		if x.Round != c.Round || i.Current == nil || x.Submission != i.Current.ID {
			continue
		}
		y := Earlier{Judged: x}
		switch x.Item {
		case kyc.DocumentFront:
			y.Side = e.Front
		case kyc.Face:
			y.Face = e.Face
		case kyc.Details:
			y.Details = maps.Clone(e.Details)
		case kyc.DocumentBack, kyc.Eligibility, kyc.Uniqueness, kyc.WholeCase:
		}
		out = append(out, y)
	}
	return out
}
