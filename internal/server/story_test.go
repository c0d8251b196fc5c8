package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"bonafide/api"
	"bonafide/internal/audit"
	"bonafide/internal/kyc"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
	"bonafide/mrz"
)

// TestStories runs docs/stories.md: every line of it that begins with a dash,
// through the HTTP API, with the real models and a clock that can be put forward.
func TestStories(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("some hundred pictures: run without -short")
	}
	text, err := os.ReadFile("../../docs/stories.md")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := verify.NewEngine(onnxtest.Open(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	chapters := strings.Split(string(text), "\n## ")[1:]
	if len(chapters) < 20 {
		t.Fatalf("%d stories", len(chapters))
	}
	for _, c := range chapters {
		title, body, _ := strings.Cut(c, "\n")
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			s := &story{lab: newLab(t, engine, nil), locale: "en"}
			for line := range strings.Lines(body) {
				line = strings.TrimSpace(line)
				if step, ok := strings.CutPrefix(line, "- "); ok {
					s.step(strings.TrimSuffix(step, "."))
				} else {
					s.introduce(line)
				}
			}
			if s.steps == 0 {
				t.Error("nothing happens in this story")
			}
		})
	}
}

// story is one person's way.
type story struct {
	*lab
	steps  int
	text   string // the step that runs
	locale string
	who    specimen.Person
	known  bool // who is

	account string
	made    api.CreatedCase
	last    api.Submitted // of the last submission
	photo   []byte        // the last one that was sent
	shots   uint64        // pictures taken so far: no two are alike
}

// introduce reads the person's specimen from the story's first sentences, and
// demands that the name is theirs.
func (s *story) introduce(line string) {
	m := regexp.MustCompile(`(?:((?:\p{Lu}[\pL'-]+ )*\p{Lu}[\pL'-]+) )?\((\d+)(, a long name)?\)`).FindStringSubmatch(line)
	if m == nil || s.known {
		return
	}
	s.text = line
	s.who = specimen.NewPerson(uint64(number(s, m[2])), specimen.Profile{Reference: s.now(), LongName: m[3] != ""})
	s.known = true
	s.account = "account of " + m[2]
	undotted := strings.NewReplacer("İ", "I") // the capital of another i in Turkish
	if name := s.who.GivenNames + " " + s.who.Surname; m[1] != "" && !strings.EqualFold(m[1], undotted.Replace(name)) {
		s.wrongf("number %s is %s", m[2], name)
	}
}

type stepDefinition struct {
	pattern string
	do      func(*story, []string)
}

// steps are the sentences that stories are made of. A sentence that fits none is
// an error, so that no line of the document is only decoration.
func steps() []stepDefinition {
	const they = `(?:She|He) `
	return []stepDefinition{
		{they + `opens (?:a|another) case`, func(s *story, _ []string) { s.open() }},
		{they + `opens a case with another account`, func(s *story, _ []string) {
			s.account = "another " + s.account
			s.open()
		}},
		{they + `sends a photo of (?:her|his) passport(, blurred|, in the dark| that ran out)?`, (*story).passport},
		{they + `sends a photo of the (front|back) of (?:her|his) card`, (*story).card},
		{they + `sends the same photo again(, cropped and compressed)?`, (*story).sameAgain},
		{they + `types (?:her|his) details, with surname and given names changed over`, func(s *story, _ []string) {
			d := s.who.PassportDetails()
			d.Surname, d.GivenNames = d.GivenNames, d.Surname
			s.details(fields(d))
		}},
		{they + `types (?:her|his) details(?:, but (.+)|, and that (?:she|he) (lives) in ` + "`(..)`" + `)?`, (*story).typed},
		{they + `types the details of (?:her|his) (card|passport that ran out)`, func(s *story, m []string) {
			if m[1] == "card" {
				s.details(fields(s.who.CardDetails()))
			} else {
				s.details(fields(s.outdated().PassportDetails()))
			}
		}},
		{they + `types (` + "`.+)", func(s *story, m []string) { s.details(changes(s, m[1])) }},
		{they + `corrects (.+)`, func(s *story, m []string) {
			right, some := fields(s.who.PassportDetails()), map[string]any{}
			for _, f := range codes(m[1]) {
				some[f] = right[f]
			}
			s.details(some)
		}},
		{they + `taps "use what the document says" for ` + "`(.+)`", func(s *story, m []string) { s.tap(m[1]) }},
		{they + `sends a selfie(, in the dark|, and our check fails| too early)?`, (*story).selfie},
		{they + `sends (?:a|another) selfie of somebody else(, until no attempt is left)?`, (*story).stranger},
		{they + `asks for a human`, func(s *story, _ []string) { s.act("help") }},
		{they + `appeals`, func(s *story, _ []string) { s.act("appeals") }},
		{they + `cancels the case`, func(s *story, _ []string) { s.act("cancel") }},
		{they + `gets a new link`, func(s *story, _ []string) {
			s.made.Link = into[api.Link](s.post(s.path()+"/links", s.key, nil, nil).is(http.StatusCreated))
		}},
		{they + `is 18 in (\d+) days`, func(s *story, m []string) {
			d := s.now().UTC().AddDate(-18, 0, number(s, m[1]))
			s.who.BirthDate = mrz.Date{Year: d.Year(), Month: int(d.Month()), Day: d.Day()}
		}},
		{they + `was born on (\d+) February (\d+)`, func(s *story, m []string) {
			s.who.BirthDate = mrz.Date{Year: number(s, m[2]), Month: 2, Day: number(s, m[1])}
		}},
		{`(?:Her|His) language is ` + "`(.+)`", func(s *story, m []string) { s.locale = m[1] }},

		{`The case is ` + "`(.+)`", func(s *story, m []string) { s.is(m[1]) }},
		{`At once (?:she|he) is told (.+?)(?:: "(.+)"|(, in Arabic))?`, (*story).toldAtOnce},
		{they + `is told ` + "`([a-z_.]+)`" + `(?: about ` + "`(.+?)`" + `)?(?:, and (.+))?`, (*story).told},
		{they + `is asked for (.+?) alone(?:, and of (?:it|the details) (.+) alone)?`, (*story).asked},
		{they + `has (\d+) attempts left for ` + "`(.+)`", func(s *story, m []string) {
			for _, i := range s.see().Plan.Items {
				if i.Item == m[2] && i.AttemptsLeft != nil && *i.AttemptsLeft == number(s, m[1]) {
					return
				}
			}
			s.wrongf("the plan is %+v", s.see().Plan)
		}},
		{they + `reads "(.+)"`, func(s *story, m []string) {
			if c := s.see(); !strings.Contains(c.Title+" "+c.Text, m[1]) {
				s.wrongf("it says %q, %q", c.Title, c.Text)
			}
		}},
		{`No attempt was used`, func(s *story, _ []string) { s.attempts(0) }},
		{`One attempt was used of each item`, func(s *story, _ []string) { s.attempts(1) }},
		{`The operator sees ` + "`(.+)`" + `, and (?:she|he) does not`, func(s *story, m []string) {
			operator := s.operator()
			if !has(operator.Findings, m[1]) || has(s.see().Findings, m[1]) {
				s.wrongf("the operator sees %v, the applicant %v", codesOf(operator.Findings), codesOf(s.see().Findings))
			}
		}},
		{`The operator does not see ` + "`(.+)`", func(s *story, m []string) {
			if c := s.operator(); has(c.Findings, m[1]) {
				s.wrongf("the operator sees %v", codesOf(c.Findings))
			}
		}},
		{`The audit log tells that ` + "`(.+)`" + ` was taken from the document`, (*story).takenFromDocument},
		{`A reviewer (approves|declines) it(?: for ` + "`(.+)`" + `)?`, func(s *story, m []string) {
			v := map[string]string{"approves": "approved", "declines": "declined"}[m[1]]
			s.review(v, m[2], "")
		}},
		{`A reviewer asks again for ` + "`(.+)` because of `(.+)`", func(s *story, m []string) { s.review("action_required", m[2], m[1]) }},
		{`The operator's policy restricts residents of ` + "`(..)`", func(s *story, m []string) { s.govern(s.policies(m[1])) }},
		{`From tomorrow on a newer policy restricts nobody`, func(s *story, _ []string) { s.govern(s.policies("CU", "")) }},
		{`(\d+) minutes pass`, func(s *story, m []string) { s.pass(time.Duration(number(s, m[1])) * time.Minute) }},
		{`(\d+) days pass`, func(s *story, m []string) { s.pass(time.Duration(number(s, m[1])) * 24 * time.Hour) }},
		{`A day passes`, func(s *story, _ []string) { s.pass(24 * time.Hour) }},
	}
}

func (s *story) step(text string) {
	s.steps++
	s.text = text
	for _, d := range steps() {
		re := regexp.MustCompile(`^` + d.pattern + `$`)
		if m := re.FindStringSubmatch(text); m != nil {
			d.do(s, m)
			return
		}
	}
	s.Fatalf("no step is written as %q", text)
}

func (s *story) wrongf(format string, a ...any) {
	s.Helper()
	s.Fatalf("%s: %s", s.text, fmt.Sprintf(format, a...))
}

func number(s *story, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		s.wrongf("%v", err)
	}
	return n
}

// codes are the words in code type of a sentence.
func codes(text string) []string {
	var out []string
	for _, m := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

func has(fs []api.Finding, code string) bool { return slices.Contains(codesOf(fs), code) }

func (s *story) path() string { return "/v1/cases/" + s.made.Case.ID }

func (s *story) open() {
	b, err := json.Marshal(api.NewCase{ExternalID: s.account, Locale: s.locale})
	if err != nil {
		s.wrongf("%v", err)
	}
	s.made = into[api.CreatedCase](s.post("/v1/cases", s.key, string(b), nil).is(http.StatusCreated))
}

// policies are versions of the shipped policy, each from the day after the one
// before it, with the region whose residents it restricts.
func (s *story) policies(restricted ...string) *policy.Set {
	var sources []policy.Source
	for k, region := range restricted {
		text := strings.Replace(string(policy.StandardYAML()), "restricted_regions: []", "restricted_regions: ["+region+"]", 1)
		if k > 0 {
			text = strings.Replace(text, "version: 1", fmt.Sprintf("version: %d", k+1), 1)
			text = strings.Replace(text, "effective_from: 2026-01-01", "effective_from: "+s.now().UTC().AddDate(0, 0, k).Format(time.DateOnly), 1)
		}
		sources = append(sources, policy.Source{Name: fmt.Sprintf("version %d", k+1), Text: []byte(text)})
	}
	set, err := policy.Read(sources...)
	if err != nil {
		s.wrongf("%v", err)
	}
	return set
}

// see is the case as its applicant sees it.
func (s *story) see() api.Case {
	s.Helper()
	return into[api.Case](s.get(s.path(), s.made.Link.Token).is(http.StatusOK))
}

// operator is the case as the integrator sees it.
func (s *story) operator() api.Case {
	s.Helper()
	return into[api.Case](s.get(s.path(), s.key).is(http.StatusOK))
}

func (s *story) is(state string) {
	s.Helper()
	if c := s.see(); c.State != state {
		operator := s.operator()
		s.wrongf("it is %s for %v; plan %+v", c.State, codesOf(operator.Findings), c.Plan)
	}
}

// submit sends evidence, and does our part of the work when it is our turn.
func (s *story) submit(item string, body any, checks bool) {
	s.Helper()
	s.last = into[api.Submitted](s.post(s.path()+"/submissions/"+item, s.made.Link.Token, body, nil).is(http.StatusOK))
	if b, ok := body.([]byte); ok {
		s.photo = b
	}
	if s.last.Case.State != "processing" {
		return
	}
	id := kyc.CaseID(s.made.Case.ID)
	c, err := s.service.Case(s.Context(), id)
	if err == nil && checks {
		err = s.service.RunChecks(s.Context(), id, c.Round)
	} else if err == nil {
		err = s.service.ChecksFailed(s.Context(), id, c.Round)
	}
	if err != nil {
		s.wrongf("%v", err)
	}
}

// shot numbers the pictures, each taken from another place.
func (s *story) shot() uint64 {
	s.shots++
	return s.who.Seed*1000 + s.shots
}

func (s *story) print(page func(specimen.Person, specimen.PageOptions) (*image.RGBA, specimen.Truth, error), p specimen.Person, c specimen.Camera) []byte {
	img, truth, err := page(p, specimen.PageOptions{Overprint: true})
	if err != nil {
		s.wrongf("%v", err)
	}
	photo, _ := specimen.Photograph(img, truth, c, s.shot())
	return s.jpeg(photo, 90)
}

func (s *story) jpeg(img image.Image, quality int) []byte {
	b, err := specimen.JPEG(img, quality)
	if err != nil {
		s.wrongf("%v", err)
	}
	return b
}

// outdated is the person with the passport they had before.
func (s *story) outdated() specimen.Person {
	p := s.who
	p.PassportNumber = "C" + reversed(p.PassportNumber[1:])
	year := s.now().Year()
	p.IssueDate.Year, p.ExpiryDate.Year = year-11, year-1
	return p
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func (s *story) passport(m []string) {
	p, c := s.who, specimen.Camera{Width: 1500, Height: 1125}
	switch m[1] {
	case ", blurred":
		c.Blur = 5
	case ", in the dark":
		c.Exposure = 0.03
	case " that ran out":
		p = s.outdated()
	}
	s.submit("document_front", s.print(specimen.Passport, p, c), true)
	s.taken(m[1] == "" || m[1] == " that ran out")
}

// taken demands that evidence which should be good was taken.
func (s *story) taken(want bool) {
	s.Helper()
	if s.last.Accepted != want {
		s.wrongf("accepted %v, with %v", s.last.Accepted, codesOf(s.last.Findings))
	}
}

func (s *story) card(m []string) {
	page := specimen.CardFront
	if m[1] == "back" {
		page = specimen.CardBack
	}
	s.submit("document_"+m[1], s.print(page, s.who, specimen.Camera{Fill: 0.8, Width: 1500, Height: 1125}), true)
	s.taken(true)
}

func (s *story) sameAgain(m []string) {
	photo := s.photo
	if m[1] != "" {
		img, err := jpeg.Decode(bytes.NewReader(photo))
		if err != nil {
			s.wrongf("%v", err)
		}
		b := img.Bounds()
		part := image.NewRGBA(image.Rect(0, 0, b.Dx()*94/100, b.Dy()*95/100))
		draw.Draw(part, part.Rect, img, image.Pt(b.Min.X+b.Dx()*3/100, b.Min.Y+b.Dy()*2/100), draw.Src)
		photo = s.jpeg(part, 60)
	}
	s.submit("document_front", photo, true)
}

// fields are the typed details of a person as they go over the wire.
func fields(d specimen.Details) map[string]any {
	return map[string]any{
		"surname": d.Surname, "given_names": d.GivenNames, "birth_date": d.BirthDate, "document_number": d.DocumentNumber,
		"expiry_date": d.ExpiryDate, "nationality": d.Nationality,
	}
}

func (s *story) details(d map[string]any) {
	s.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		s.wrongf("%v", err)
	}
	s.submit("details", string(b), true)
	s.taken(true)
}

// changes reads "`field` as `value` and `field` as `value`".
func changes(s *story, text string) map[string]any {
	words := codes(text)
	if len(words) == 0 || len(words)%2 != 0 {
		s.wrongf("fields and values do not pair")
	}
	out := map[string]any{}
	for k := 0; k < len(words); k += 2 {
		out[words[k]] = words[k+1]
	}
	return out
}

func (s *story) typed(m []string) {
	d := fields(s.who.PassportDetails())
	switch {
	case m[1] != "":
		maps.Copy(d, changes(s, m[1]))
	case m[2] != "":
		d["residence"] = m[3]
	}
	s.details(d)
}

func (s *story) selfie(m []string) {
	const tooEarly = " too early"
	b := s.jpeg(specimen.Selfie(s.who, specimen.SelfieOptions{Width: 480, Height: 640, Dark: m[1] == ", in the dark"}, s.shot()), 90)
	if m[1] == tooEarly {
		a := s.post(s.path()+"/submissions/face", s.made.Link.Token, b, nil)
		if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
			s.wrongf("%d, Retry-After %q", a.status, a.header.Get("Retry-After"))
		}
		return
	}
	s.submit("face", b, m[1] != ", and our check fails")
	s.taken(m[1] != ", in the dark")
}

func (s *story) stranger(m []string) {
	other := s.who.Stranger(specimen.Profile{Reference: s.now()})
	send := func() {
		s.submit("face", s.jpeg(specimen.Selfie(other, specimen.SelfieOptions{Width: 480, Height: 640}, s.shot()), 90), true)
		s.taken(true)
	}
	send()
	if m[1] == "" {
		return
	}
	for range 20 {
		c := s.see()
		if c.State != "action_required" {
			return
		}
		if c.RetryAt != nil {
			s.pass(c.RetryAt.Sub(s.now()) + time.Second)
		}
		send()
	}
	s.wrongf("twenty faces were taken")
}

func (s *story) act(what string) {
	s.post(s.path()+"/"+what, s.made.Link.Token, nil, nil).is(http.StatusOK)
}

func (s *story) review(verdict, code, item string) {
	r := api.Review{Reviewer: "rev_1", Verdict: verdict}
	if code != "" {
		r.Reasons = []api.ReviewCode{{Code: code, Item: item}}
	}
	b, err := json.Marshal(r)
	if err != nil {
		s.wrongf("%v", err)
	}
	s.post(s.path()+"/reviews", s.key, string(b), nil).is(http.StatusOK)
}

func (s *story) toldAtOnce(m []string) {
	if s.last.Accepted {
		s.wrongf("it was taken")
	}
	for _, c := range codes(m[1]) {
		k := slices.Index(codesOf(s.last.Findings), c)
		if k < 0 {
			s.wrongf("told %v", codesOf(s.last.Findings))
		}
		f := s.last.Findings[k]
		if m[2] != "" && f.Fix != m[2] {
			s.wrongf("the fix reads %q", f.Fix)
		}
		if m[3] != "" && (!arabic(f.Title) || !arabic(f.Fix)) {
			s.wrongf("it reads %q, %q", f.Title, f.Fix)
		}
	}
}

func arabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
}

func (s *story) told(m []string) {
	c := s.see()
	k := slices.IndexFunc(c.Findings, func(f api.Finding) bool { return f.Code == m[1] && (m[2] == "" || f.Field == m[2]) })
	if k < 0 {
		s.wrongf("told %+v", c.Findings)
	}
	f := c.Findings[k]
	if f.Title == "" || f.Text == "" || f.Fix == "" {
		s.wrongf("words are missing: %+v", f)
	}
	switch rest := m[3]; {
	case rest == "":
	case strings.HasPrefix(rest, "that the difference is"):
		kind := codes(rest)[0]
		if !slices.ContainsFunc(f.Diffs, func(d api.Diff) bool { return d.Kind == kind && d.Name != "" }) {
			s.wrongf("the differences are %+v", f.Diffs)
		}
	case rest == "from which day on she is old enough":
		d := s.who.BirthDate
		want := time.Date(d.Year+18, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
		if f.From == nil || !f.From.Equal(want) || !strings.Contains(f.Text+f.Fix, strconv.Itoa(want.Year())) {
			s.wrongf("from %v, %q, %q", f.From, f.Text, f.Fix)
		}
	case rest == "that he can go on in 5 minutes":
		if c.RetryAt == nil || c.RetryAt.Sub(s.now()).Round(time.Minute) != 5*time.Minute {
			s.wrongf("he can go on at %v, now is %v", c.RetryAt, s.now())
		}
	default:
		s.wrongf("no meaning for %q", rest)
	}
}

func (s *story) asked(m []string) {
	c := s.see()
	if c.Plan == nil {
		s.wrongf("there is no plan")
	}
	var items, parts []string
	for _, i := range c.Plan.Items {
		items = append(items, i.Item)
		parts = append(parts, i.Fields...)
		if len(i.Fixes) == 0 {
			s.wrongf("no fix for %s", i.Item)
		}
	}
	if sorted(items) != sorted(codes(m[1])) || sorted(parts) != sorted(codes(m[2])) {
		s.wrongf("asked for %v %v", items, parts)
	}
}

func (s *story) attempts(want int) {
	for _, i := range s.see().Items {
		if i.Attempts != want && (i.Required || want == 0) {
			s.wrongf("%d attempts of %s", i.Attempts, i.Item)
		}
	}
}

// tap takes over what the document says, which must be on offer.
func (s *story) tap(field string) {
	offered := slices.ContainsFunc(s.see().Findings, func(f api.Finding) bool { return f.Field == field && f.Offer != "" })
	if !offered {
		s.wrongf("nothing is offered: %+v", s.see().Findings)
	}
	s.details(map[string]any{"from_document": []string{field}})
}

func (s *story) takenFromDocument(m []string) {
	for r, err := range audit.Records(s.Context(), s.db) {
		if err != nil {
			s.wrongf("%v", err)
		}
		d, err := audit.Decode(r.Data)
		if err == nil && string(d.Case) == s.made.Case.ID && slices.Equal(d.Taken, []kyc.Field{kyc.Field(m[1])}) {
			return
		}
	}
	s.wrongf("it does not")
}
