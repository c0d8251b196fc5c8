package eval

import (
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
	"bonafide/mrz"
)

// CrossCheckConfig says what CrossCheck measures.
type CrossCheckConfig struct {
	Reader   *document.Reader
	Policy   policy.Policy
	Count    int    // altered specimens, and as many that are not
	Seed     uint64 // of the first person
	At       time.Time
	Workers  int
	Progress func(done, total int)
}

// CrossCheckReport is how well an altered field is caught.
type CrossCheckReport struct {
	Seed    uint64          `json:"seed"`
	Caught  Rate            `json:"caught"`  // altered, with the right field named
	Named   Rate            `json:"anyhow"`  // altered, with any field named
	Flagged Rate            `json:"flagged"` // unaltered of which a contradiction is told
	Cases   []CrossCheckRow `json:"cases"`
	Missed  []string        `json:"missed,omitempty"`
	False   []string        `json:"false,omitempty"`
}

// CrossCheckRow is one kind of alteration.
type CrossCheckRow struct {
	Document string `json:"document"`
	Altered  string `json:"altered"` // print, mrz or barcode
	Field    string `json:"field"`
	Caught   Rate   `json:"caught"`
	Unread   int    `json:"unread"` // of the missed: the print of the field was not read at all
}

// forgery is one specimen with at most one altered field.
type forgery struct {
	seed    uint64
	licence bool
	altered string // print, mrz, barcode or ""
	field   kyc.Field
}

// forged is what was found of one.
type forged struct {
	forgery
	named  []kyc.Field
	unread bool
	values string
}

// forgeries are the specimens to make: two of three are passports, whose print and zone are altered in turn.
func forgeries(cfg CrossCheckConfig) []forgery {
	var out []forgery
	fields := []kyc.Field{kyc.DocumentNumber, kyc.Surname, kyc.GivenNames, kyc.BirthDate, kyc.ExpiryDate}
	for i := range cfg.Count {
		f := forgery{seed: cfg.Seed + uint64(i), field: fields[i%len(fields)], altered: []string{"print", "mrz"}[i/len(fields)%2]}
		if i/len(fields)%3 == 2 {
			f.licence, f.altered = true, "barcode"
			if f.field == kyc.DocumentNumber {
				f.field = kyc.Surname // the number of these licences goes by the seed
			}
		}
		out = append(out, f, forgery{seed: cfg.Seed + 500_000 + uint64(i), licence: f.licence})
	}
	return out
}

// alter changes one field of a person: one character of a number, one figure of a date, one letter of a name or the whole.
func alter(p specimen.Person, field kyc.Field, r *rand.Rand) specimen.Person {
	day := func(d mrz.Date) mrz.Date {
		switch r.IntN(3) {
		case 0:
			d.Day = 1 + (d.Day+8+r.IntN(10))%28
		case 1:
			d.Month = 1 + (d.Month+r.IntN(10))%12
			d.Day = min(d.Day, 28)
		default:
			d.Year -= 1 + r.IntN(4)
		}
		return d
	}
	name := func(s, other string) string {
		if r.IntN(2) == 0 && other != s {
			return other
		}
		letters := []rune(s)
		for {
			i := r.IntN(len(letters))
			if letters[i] < 'A' || letters[i] > 'Z' {
				continue
			}
			letters[i] = 'A' + (letters[i]-'A'+1+rune(r.IntN(25)))%26
			return string(letters)
		}
	}
	stranger := specimen.NewPerson(p.Seed+77_777, specimen.Profile{Reference: defectsReference()})
	switch field {
	case kyc.DocumentNumber:
		b := []byte(p.PassportNumber)
		i := 1 + r.IntN(len(b)-1)
		b[i] = '0' + (b[i]-'0'+1+byte(r.IntN(9)))%10
		p.PassportNumber = string(b)
	case kyc.Surname:
		p.Surname = name(p.Surname, stranger.Surname)
	case kyc.GivenNames:
		p.GivenNames = name(p.GivenNames, stranger.GivenNames)
	case kyc.BirthDate:
		p.BirthDate = day(p.BirthDate)
	case kyc.ExpiryDate:
		p.ExpiryDate = day(p.ExpiryDate)
	default: // the others are not altered
	}
	return p
}

// CrossCheck makes documents whose print and code say the same and others of which one field was altered, photographs them as people do,
// and counts what is told. It fails where a model fails or ctx ends.
func CrossCheck(ctx context.Context, cfg CrossCheckConfig) (CrossCheckReport, error) {
	jobs := forgeries(cfg)
	all := make([]forged, len(jobs))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next, done := make(chan int), 0
	for range max(1, cfg.Workers) {
		wg.Go(func() {
			for i := range next {
				f, err := cfg.examine(ctx, jobs[i])
				mu.Lock()
				all[i] = f
				if err != nil {
					failed = err
				}
				done++
				if cfg.Progress != nil {
					cfg.Progress(done, len(jobs))
				}
				mu.Unlock()
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return crossCheckReport(cfg.Seed, all), failed
}

func crossCheckReport(seed uint64, all []forged) CrossCheckReport {
	r := CrossCheckReport{Seed: seed}
	var caught, anyhow, flagged, altered, clean int
	rows := map[string]*CrossCheckRow{}
	var order []string
	for _, f := range all {
		kind := "passport"
		if f.licence {
			kind = "driving licence"
		}
		if f.altered == "" {
			clean++
			if len(f.named) > 0 {
				flagged++
				r.False = append(r.False, fmt.Sprintf("%s of seed %d: %s", kind, f.seed, f.values))
			}
			continue
		}
		altered++
		key := kind + f.altered + string(f.field)
		row := rows[key]
		if row == nil {
			row = &CrossCheckRow{Document: kind, Altered: f.altered, Field: string(f.field)}
			rows[key], order = row, append(order, key)
		}
		row.Caught.Of++
		if len(f.named) > 0 {
			anyhow++
		}
		if slices.Contains(f.named, f.field) {
			caught++
			row.Caught.Count++
			continue
		}
		if f.unread {
			row.Unread++
		}
		r.Missed = append(r.Missed, fmt.Sprintf("%s of seed %d, %s of the %s: %s", kind, f.seed, f.field, f.altered, f.values))
	}
	slices.Sort(order)
	for _, key := range order {
		row := *rows[key]
		row.Caught = NewRate(row.Caught.Count, row.Caught.Of)
		r.Cases = append(r.Cases, row)
	}
	r.Caught, r.Named, r.Flagged = NewRate(caught, altered), NewRate(anyhow, altered), NewRate(flagged, clean)
	return r
}

// examine makes, photographs and judges one.
func (cfg CrossCheckConfig) examine(ctx context.Context, f forgery) (forged, error) {
	r := rand.New(rand.NewPCG(f.seed, 0xc40)) //nolint:gosec // repeatable pictures
	p := specimen.NewPerson(f.seed, specimen.Profile{Reference: defectsReference()})
	printed, coded := p, p
	switch f.altered {
	case "print":
		printed = alter(p, f.field, r)
	case "mrz", "barcode":
		coded = alter(p, f.field, r)
	}
	look := func(draw func(specimen.Person, specimen.PageOptions) (*image.RGBA, specimen.Truth, error)) (*verify.Side, error) {
		page, truth, err := draw(printed, specimen.PageOptions{Coded: &coded})
		if err != nil {
			return nil, fmt.Errorf("eval: cross-check: %w", err)
		}
		camera := specimen.OrdinaryCamera(r)
		camera.Width, camera.Height = 1800, 1350
		photo, _ := specimen.Photograph(page, truth, camera, f.seed)
		p := imaging.FromRGBA(photo)
		m, err := cfg.Reader.Measure(ctx, p, document.Options{At: cfg.At, Print: document.PrintAlways})
		if err != nil {
			return nil, fmt.Errorf("eval: cross-check: %w", err)
		}
		s := verify.SideOf(p, m)
		s.Full = true
		return s, nil
	}
	e := verify.Evidence{}
	var err error
	if f.licence {
		if e.Front, err = look(specimen.LicenceFront); err != nil {
			return forged{}, err
		}
		e.Back, err = look(specimen.LicenceBack)
	} else {
		e.Front, err = look(specimen.Passport)
	}
	if err != nil {
		return forged{}, err
	}
	out := forged{forgery: f}
	if _, ok := e.Front.Printed[f.field]; f.altered != "" && !ok {
		out.unread = true
	}
	var said []string
	for _, x := range verify.Judge(cfg.Policy, e, cfg.At) {
		if x.Code == kyc.DocInconsistent {
			out.named = append(out.named, x.Field)
			said = append(said, fmt.Sprintf("%s %q against %q", x.Field, x.Values.Typed, x.Values.Read))
		}
	}
	if len(said) == 0 && f.altered != "" {
		v := e.Front.Printed[f.field]
		said = append(said, fmt.Sprintf("read %q, %.2f, contradiction %.1f", v.Text, v.Confidence, v.Contradicts))
	}
	out.values = strings.Join(said, ", ")
	return out, nil
}

// Write puts the report into dir as crosscheck.md and crosscheck.json.
func (r *CrossCheckReport) Write(dir string) error {
	return writeReport(dir, "crosscheck", r, map[string]string{"crosscheck.md": r.Markdown()})
}

// Markdown is the report for people.
func (r *CrossCheckReport) Markdown() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# Print against zone and bar code\n")
	say("Written by `bonafide eval crosscheck`; do not edit. Specimens of seeds from %d, photographed as people take good photos; in half of them one", r.Seed)
	say("field was altered in the print, the zone or the bar code: one character of a number, one figure of a date, one letter of a name or the whole")
	say("name. Check digits of an altered zone hold. Intervals are Wilson's, 95 %%.\n")
	say("| | |\n|---|---|")
	say("| altered, caught with the right field | %s |", counted(r.Caught))
	say("| altered, any field named | %s |", counted(r.Named))
	say("| unaltered, flagged | %s |\n", counted(r.Flagged))
	say("| document | altered | field | caught | of the missed, print not read |\n|---|---|---|---|---|")
	for _, c := range r.Cases {
		say("| %s | %s | %s | %s | %d |", c.Document, c.Altered, c.Field, short(c.Caught), c.Unread)
	}
	for _, list := range []struct {
		what string
		of   []string
	}{{"Missed", r.Missed}, {"Falsely told", r.False}} {
		if len(list.of) > 0 {
			say("\n## %s\n", list.what)
		}
		for _, x := range list.of {
			say("* %s", x)
		}
	}
	say("\n## What is not known\n")
	say("* Forgers choose what they alter; which letters they exchange is not as even as here.")
	say("* A letter that the print lacks is taken for one that the reader lost, and a second given name on one side alone for one that the other has")
	say("  no room for: neither is told.")
	return b.String()
}
