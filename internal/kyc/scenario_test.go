package kyc_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"bonafide/internal/kyc"
)

// world is what is wrong with what somebody sent, and what becomes of it when
// something is sent again. It knows nothing of plans: the tests below try by it
// everything that could be asked for, and hold the smallest that helps against
// the plan.
type world struct {
	sent  []kyc.Item
	wrong []defect
}

// defect is one thing that is wrong. One that is not real is there only because
// of what hides it: a number that was misread in a blurred photo.
type defect struct {
	kyc.Finding
	real  bool
	stale bool // of a document that was replaced meanwhile
}

// ask is a set of items, and of the details the fields, to be sent again.
type ask map[kyc.Item][]kyc.Field

func (a ask) String() string { return fmt.Sprint(map[kyc.Item][]kyc.Field(a)) }

// size counts items first, then fields.
func (a ask) size() int { return 100*len(a) + len(a[kyc.Details]) }

func isSide(i kyc.Item) bool { return i == kyc.DocumentFront || i == kyc.DocumentBack }

// another are the codes that are mended by another document, which has another
// number and another day on which it runs out.
func another(c kyc.Code) bool {
	return c == kyc.DocExpired || c == kyc.DocNotAccepted || c == kyc.DocSpecimen
}

// hides reports whether a defect hides another one, as the catalogue has it.
func hides(cause, effect defect) bool {
	d, _ := kyc.Lookup(effect.Code)
	otherSide := isSide(cause.Item) && isSide(effect.Item) && cause.Item != effect.Item
	return slices.Contains(d.DependsOn, cause.Code) && (!otherSide || effect.Code == kyc.DocBackMissing)
}

func hidden(d defect, among []defect) bool {
	return slices.ContainsFunc(among, func(x defect) bool { return hides(x, d) })
}

func (w world) visible() []defect {
	var out []defect
	for _, d := range w.wrong {
		if !hidden(d, w.wrong) {
			out = append(out, d)
		}
	}
	return out
}

func severity(d defect) kyc.Severity {
	def, ok := kyc.Lookup(d.Code)
	if !ok {
		return kyc.Review
	}
	return def.Severity
}

// after is the world when what is asked was sent again by somebody who mends what
// they are told, and nothing else.
func (w world) after(a ask) world {
	replaced := slices.ContainsFunc(w.visible(), func(d defect) bool {
		_, again := a[d.Item]
		return again && another(d.Code)
	})
	mended := func(d defect) bool {
		fields, again := a[d.Item]
		switch {
		case !again:
			return false
		case d.Item == kyc.Details:
			return slices.Contains(fields, d.Field)
		case isSide(d.Item) && replaced:
			return true
		}
		return !hidden(d, w.wrong) // who is not told of the glare leaves the lamp on
	}
	next := world{sent: slices.Clone(w.sent)}
	for i := range a {
		if !slices.Contains(next.sent, i) {
			next.sent = append(next.sent, i)
		}
	}
	for _, d := range w.wrong {
		if !mended(d) {
			next.wrong = append(next.wrong, d)
		}
	}
	next.wrong = settled(next.wrong)
	if !replaced {
		return next
	}
	// What was sent of the document before does not fit the other one.
	for _, s := range []kyc.Item{kyc.DocumentFront, kyc.DocumentBack} {
		if _, again := a[s]; slices.Contains(w.sent, s) && !again {
			next.wrong = append(next.wrong, defect{kyc.Finding{Code: kyc.DocInconsistent, Item: s}, true, true})
		}
	}
	for f, c := range map[kyc.Field]kyc.Code{kyc.DocumentNumber: kyc.DetailsNumber, kyc.ExpiryDate: kyc.DetailsExpiry} {
		if !slices.Contains(a[kyc.Details], f) {
			next.wrong = append(next.wrong, defect{kyc.Finding{Code: c, Item: kyc.Details, Field: f}, true, true})
		}
	}
	return next
}

// settled leaves out what was there only because of what is gone.
func settled(wrong []defect) []defect {
	for n := -1; n != len(wrong); {
		n = len(wrong)
		all := slices.Clone(wrong)
		wrong = slices.DeleteFunc(wrong, func(d defect) bool { return !d.real && !hidden(d, all) })
	}
	return wrong
}

// helps reports whether an ask mends all that can be seen and be mended, and
// breaks nothing.
func (w world) helps(a ask) bool {
	seen := w.visible()
	for _, d := range seen { // the cheap part first
		if _, again := a[d.Item]; !again && severity(d) == kyc.Retry {
			return false
		}
	}
	next := w.after(a)
	for _, d := range seen {
		if severity(d) == kyc.Retry && slices.ContainsFunc(next.wrong, func(x defect) bool { return x.Finding == d.Finding }) {
			return false
		}
	}
	return !slices.ContainsFunc(next.wrong, func(x defect) bool { return x.stale })
}

// everyAsk are all sets of items and fields that can be asked for, the smallest
// first.
var everyAsk = sync.OnceValue(func() []ask {
	fields := []kyc.Field{kyc.Surname, kyc.GivenNames, kyc.BirthDate, kyc.DocumentNumber, kyc.ExpiryDate, kyc.Nationality}
	var out []ask
	for items := range 1 << 3 {
		for some := range 1 << len(fields) {
			a := ask{}
			for k, i := range []kyc.Item{kyc.DocumentFront, kyc.DocumentBack, kyc.Face} {
				if items>>k&1 == 1 {
					a[i] = nil
				}
			}
			for k, f := range fields {
				if some>>k&1 == 1 {
					a[kyc.Details] = append(a[kyc.Details], f)
				}
			}
			slices.Sort(a[kyc.Details])
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b ask) int { return a.size() - b.size() })
	return out
})

// smallest tries everything that could be asked and returns what helps with the
// fewest items and fields.
func (w world) smallest() []ask {
	var best []ask
	for _, a := range everyAsk() {
		if len(best) > 0 && a.size() > best[0].size() {
			break
		}
		if w.helps(a) {
			best = append(best, a)
		}
	}
	return best
}

func (w world) findings() []kyc.Finding {
	var out []kyc.Finding
	for _, d := range w.wrong {
		out = append(out, d.Finding)
	}
	return out
}

// scenario leads a case through a world.
type scenario struct {
	*testing.T
	kyc.Case
	world
	n      int
	helped bool // a person was asked for before the last check
}

func (s *scenario) apply(e kyc.Event) {
	s.Helper()
	s.Case = mustApply(s.T, s.Case, e)
}

func (s *scenario) send(i kyc.Item) {
	s.Helper()
	s.n++
	e := sub(i, fmt.Sprintf("%s-%d", i, s.n))
	if i == kyc.Details {
		e.Submission.Fields = kyc.DetailFields()
	}
	s.apply(e)
}

func (s *scenario) check() {
	s.Helper()
	s.helped = slices.ContainsFunc(s.Findings, func(f kyc.Finding) bool { return f.Code == kyc.HelpRequested })
	s.apply(kyc.Checked{Round: s.Round, Findings: s.findings(), At: t0})
}

// run goes on until the case is approved, each time mending what the plan says
// and nothing else.
func (s *scenario) run() {
	s.Helper()
	for _, i := range s.sent {
		s.send(i)
	}
	if s.State == kyc.Open {
		s.Fatalf("all was sent, and the case is open")
	}
	s.check()
	for round := 0; s.State != kyc.Approved; round++ {
		if round > 8 {
			s.Fatalf("no end; left is %v", s.findings())
		}
		worst := kyc.Note
		for _, d := range s.visible() {
			if x := []kyc.Severity{kyc.Note, kyc.Retry, kyc.Review, kyc.Final}; slices.Index(x, severity(d)) > slices.Index(x, worst) {
				worst = severity(d)
			}
		}
		if worst == kyc.Retry && s.helped {
			worst = kyc.Review
		}
		if want := map[kyc.Severity]kyc.State{kyc.Retry: kyc.ActionRequired, kyc.Review: kyc.InReview, kyc.Final: kyc.Declined}[worst]; s.State != want {
			s.Fatalf("the case is %s, want %s for %v", s.State, want, s.findings())
		}
		switch s.State {
		case kyc.Declined: // a rule; a person may see it otherwise
			s.noPlan()
			s.apply(kyc.Appeal{At: t0})
			s.cleared()
		case kyc.InReview:
			s.noPlan()
			s.cleared()
		case kyc.ActionRequired:
			s.answer()
		case kyc.Open, kyc.Processing, kyc.Approved, kyc.Expired, kyc.Erased:
			s.Fatalf("the case is %s", s.State)
		}
	}
	if s.Plan != nil {
		s.Errorf("approved, and asked for %+v", s.Plan)
	}
}

func (s *scenario) noPlan() {
	s.Helper()
	if s.Plan != nil {
		s.Errorf("%s, and asked for %+v", s.State, s.Plan)
	}
}

// cleared is what a reviewer does: what cannot be mended is cleared up, what can
// be is asked again.
func (s *scenario) cleared() {
	s.Helper()
	s.helped = false
	s.wrong = slices.DeleteFunc(s.wrong, func(d defect) bool { return severity(d) == kyc.Review || severity(d) == kyc.Final })
	s.wrong = settled(s.wrong)
	var again []kyc.Finding
	for _, d := range s.visible() {
		if severity(d) == kyc.Retry {
			again = append(again, d.Finding)
		}
	}
	if len(again) == 0 {
		s.apply(kyc.Reviewed{By: "rev_1", Verdict: kyc.Approved, At: t0})
		return
	}
	s.apply(kyc.Reviewed{By: "rev_1", Verdict: kyc.ActionRequired, Findings: again, At: t0})
}

// answer holds the plan against the smallest ask and follows it.
func (s *scenario) answer() {
	s.Helper()
	plan := ask{}
	for _, p := range s.Plan.Items {
		plan[p.Item] = slices.Sorted(slices.Values(p.Fields))
		if len(p.Reasons) == 0 {
			s.Errorf("%s is asked without a reason", p.Item)
		}
		for _, c := range p.Reasons {
			told := slices.ContainsFunc(s.visible(), func(d defect) bool {
				return d.Code == c && (d.Item == p.Item || another(c) && isSide(d.Item) && isSide(p.Item)) // both sides are of one document
			})
			if !told && c != kyc.DetailsReplaced {
				s.Errorf("%s is asked because of %s, which is not there or has a cause of its own", p.Item, c)
			}
		}
	}
	best := s.smallest()
	if len(best) != 1 {
		s.Fatalf("the smallest asks for %v are %v", s.findings(), best)
	}
	if !maps.EqualFunc(plan, best[0], slices.Equal) {
		s.Fatalf("for %v the plan asks %v, the smallest is %v", s.findings(), plan, best[0])
	}
	kept := map[kyc.Item]kyc.Submission{}
	for _, i := range s.Items {
		if _, again := plan[i.Item]; again || i.Current == nil {
			continue
		}
		kept[i.Item] = *i.Current
		carried := func(x kyc.CarriedItem) bool {
			return x.Item == i.Item && x.Submission == i.Current.ID && x.SHA256 == i.Current.SHA256 && x.Because != ""
		}
		if !slices.ContainsFunc(s.Plan.Carried, carried) {
			s.Errorf("%s is neither asked nor carried forward: %+v", i.Item, s.Plan)
		}
		if _, _, err := kyc.Apply(s.Case, sub(i.Item, "unasked")); kyc.KindOf(err) != kyc.NotAsked {
			s.Errorf("%s was not asked for and is taken: %v", i.Item, err)
		}
	}
	for _, i := range kyc.Asked() {
		if _, again := plan[i]; again {
			s.send(i)
		}
	}
	s.world = s.after(plan)
	if s.State != kyc.Processing {
		s.Fatalf("all of %v was sent, and the case is %s", plan, s.State)
	}
	s.check()
	for item, want := range kept {
		if i, _ := s.Item(item); i.Current.ID != want.ID {
			s.Errorf("%s was kept and is now %s", item, i.Current.ID)
		}
	}
}

// worldOf makes a world with defects of the given codes. Chance decides on which
// side and field they are, and whether what is hidden is real.
func worldOf(codes []kyc.Code, r *rand.Rand) world {
	w := world{sent: []kyc.Item{kyc.DocumentFront, kyc.Details, kyc.Face}}
	back := r.IntN(2) == 0 && !slices.Contains(codes, kyc.DocBackMissing)
	if back {
		w.sent = slices.Insert(w.sent, 1, kyc.DocumentBack)
	}
	add := func(c kyc.Code, i kyc.Item, fs ...kyc.Field) {
		for _, f := range fs {
			w.wrong = append(w.wrong, defect{Finding: kyc.Finding{Code: c, Item: i, Field: f}})
		}
	}
	for _, c := range codes {
		d, known := kyc.Lookup(c)
		switch {
		case !known:
			add(c, kyc.WholeCase, "")
		case another(c): // another front has another back
			add(c, kyc.DocumentFront, "")
			if back {
				add(c, kyc.DocumentBack, "")
			}
		case isSide(d.Item) && c != kyc.DocBackMissing && back && r.IntN(2) == 0:
			add(c, kyc.DocumentBack, "")
		case c == kyc.DetailsName:
			add(c, kyc.Details, [][]kyc.Field{{kyc.Surname}, {kyc.GivenNames}, {kyc.Surname, kyc.GivenNames}}[r.IntN(3)]...)
		case d.Item == kyc.Details:
			add(c, kyc.Details, map[kyc.Code]kyc.Field{
				kyc.DetailsNumber: kyc.DocumentNumber, kyc.DetailsBirthDate: kyc.BirthDate, kyc.DetailsExpiry: kyc.ExpiryDate,
				kyc.DetailsNationality: kyc.Nationality, kyc.DetailsReplaced: kyc.DocumentNumber, kyc.DetailsChanged: kyc.BirthDate,
			}[c])
		default:
			add(c, d.Item, "")
		}
	}
	for k := range w.wrong {
		w.wrong[k].real = !hidden(w.wrong[k], w.wrong) || r.IntN(2) == 0
	}
	for k, d := range w.wrong { // both sides are of one document
		w.wrong[k].real = d.real || another(d.Code) && slices.ContainsFunc(w.wrong, func(x defect) bool { return x.Code == d.Code && x.real })
	}
	return w
}

// TestEveryFindingAlone: for each code the plan asks for the smallest set of items
// and fields, and when exactly that is mended the case is approved.
func TestEveryFindingAlone(t *testing.T) {
	t.Parallel()
	codes := []kyc.Code{"document.from_the_future"}
	for _, d := range kyc.Catalogue() {
		codes = append(codes, d.Code)
	}
	for _, c := range codes {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(6) { // both sides, and each part of a name
				w := worldOf([]kyc.Code{c}, rand.New(rand.NewPCG(seed, 4)))
				(&scenario{T: t, Case: newCase(), world: w}).run()
			}
		})
	}
}

// TestCombinationsOfFindings is the same for 500 combinations of two to seven
// codes: half of them of what applicants can mend, half of everything.
func TestCombinationsOfFindings(t *testing.T) {
	t.Parallel()
	var all, mendable []kyc.Code
	for _, d := range kyc.Catalogue() {
		all = append(all, d.Code)
		if d.Severity == kyc.Retry {
			mendable = append(mendable, d.Code)
		}
	}
	rounds := map[int]int{}
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 500))
		from := slices.Clone(mendable)
		if seed%2 == 1 {
			from = slices.Clone(all)
		}
		r.Shuffle(len(from), func(a, b int) { from[a], from[b] = from[b], from[a] })
		codes := from[:2+r.IntN(6)]
		slices.Sort(codes)
		s := &scenario{T: t, Case: newCase(), world: worldOf(codes, r)}
		s.run()
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, codes)
		}
		rounds[s.Round]++
	}
	t.Logf("rounds until the approval: %v", rounds)
}
