package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/verify"
	"bonafide/mrz"
)

// DocumentsConfig says what Documents measures.
type DocumentsConfig struct {
	Reader *document.Reader
	Policy policy.Policy
	// Folder holds the pictures and manifest.json, a list of [LabelledDocument].
	Folder   string
	At       time.Time
	Now      func() time.Time
	Progress func(done, total int)
}

// LabelledDocument is an entry of the manifest: what a picture shows, as somebody read it who can.
type LabelledDocument struct {
	File    string `json:"file"`
	Capture string `json:"capture"` // scan, photo, screenshot …: rates are given by it
	Truth   struct {
		HasMRZ bool     `json:"has_mrz"`
		Lines  []string `json:"mrz_lines"`
		// Defect lists what is wrong with the picture, as findings name it without "document."; nothing is said of the defects of a picture
		// without the list.
		Defect *[]string `json:"defect"`
	} `json:"truth"`
}

// DocumentsReport is how well a folder of labelled pictures is read.
type DocumentsReport struct {
	Pictures int               `json:"pictures"`
	Captures []DocumentCapture `json:"captures"` // all of them first, then by kind of capture
	Fields   []FieldErrors     `json:"fields"`
	Defects  []NamedDefect     `json:"defects,omitempty"`
	// Clean are pictures whose list of defects is empty.
	Clean FalseAlarms      `json:"clean_pictures"`
	Times []DocumentTiming `json:"timings_ms"`
	// Wrong names the pictures that were not read as their truth says.
	Wrong []string `json:"wrong,omitempty"`
}

// DocumentCapture counts the machine readable zones of one kind of capture.
type DocumentCapture struct {
	Capture string `json:"capture"`
	Exact   Rate   `json:"exact"` // every character of every line
	// Told are zones that were not read exactly and of which a finding says why; Silent those whose check digits all hold all the same.
	Told   Rate `json:"told"`
	Silent Rate `json:"silent"`
	// Invented are pictures without a zone in which one was read.
	Invented Rate `json:"invented"`
	// Characters that have to be changed to make the truth of what was read, of all that are printed. A zone that was not found counts whole.
	Characters Rate `json:"character_errors"`

	exact, told, silent, zones, invented, bare, wrong, printed int
}

// FieldErrors counts one field of the zones.
type FieldErrors struct {
	Field      string `json:"field"`
	Exact      Rate   `json:"exact"`
	Characters Rate   `json:"character_errors"`

	exact, n, wrong, printed int
}

// NamedDefect counts the pictures with a defect in which it is named.
type NamedDefect struct {
	Defect string `json:"defect"`
	Named  Rate   `json:"named"`

	named, n int
}

// DocumentTiming is the time of one stage.
type DocumentTiming struct {
	Stage  string  `json:"stage"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	Of     int     `json:"pictures"`
}

// Documents reads every picture of a manifest and compares what was read and said with its truth.
func Documents(ctx context.Context, cfg DocumentsConfig) (DocumentsReport, error) {
	var r DocumentsReport
	fail := func(err error) (DocumentsReport, error) { return r, fmt.Errorf("eval: documents: %w", err) }
	content, err := os.ReadFile(filepath.Join(cfg.Folder, "manifest.json"))
	if err != nil {
		return fail(err)
	}
	var list []LabelledDocument
	if err := json.Unmarshal(content, &list); err != nil {
		return fail(fmt.Errorf("manifest.json: %w", err))
	}
	c := documentCount{at: cfg.At, all: &DocumentCapture{Capture: "all"}, by: map[string]*DocumentCapture{}, fields: map[string]*FieldErrors{}, defects: map[string]*NamedDefect{}, times: map[string][]float64{}}
	for i, x := range list {
		if !filepath.IsLocal(x.File) {
			return fail(fmt.Errorf("manifest.json: %q is not in the folder", x.File))
		}
		data, err := os.ReadFile(filepath.Join(cfg.Folder, x.File))
		if err != nil {
			return fail(err)
		}
		began := cfg.Now()
		p, err := imaging.Decode(ctx, data, imaging.DefaultLimits())
		if _, bad := errors.AsType[*imaging.DecodeError](err); bad {
			r.Wrong = append(r.Wrong, x.File+": no picture")
			continue
		}
		if err != nil {
			return fail(err)
		}
		decoded := cfg.Now()
		m, err := cfg.Reader.Measure(ctx, p, document.Options{At: cfg.At})
		if err != nil {
			return fail(fmt.Errorf("%s: %w", x.File, err))
		}
		m.Timings["decode"] = float64(decoded.Sub(began)) / float64(time.Millisecond)
		m.Timings["total"] = float64(cfg.Now().Sub(began)) / float64(time.Millisecond)
		findings := verify.Photo(cfg.Policy, kyc.DocumentFront, verify.Evidence{Front: verify.SideOf(p, m)})
		r.Pictures++
		if wrong := c.note(x, m, findings); wrong != "" {
			r.Wrong = append(r.Wrong, x.File+": "+wrong)
		}
		if cfg.Progress != nil {
			cfg.Progress(i+1, len(list))
		}
	}
	c.report(&r)
	return r, nil
}

// documentCount gathers what a report says.
type documentCount struct {
	at      time.Time // decides the centuries of dates
	all     *DocumentCapture
	by      map[string]*DocumentCapture
	fields  map[string]*FieldErrors
	defects map[string]*NamedDefect
	clean   []seen
	times   map[string][]float64
}

// note counts one picture and says what of its zone is wrong.
func (c *documentCount) note(x LabelledDocument, m *document.Measurement, findings []kyc.Finding) (wrong string) {
	for stage, ms := range m.Timings {
		c.times[stage] = append(c.times[stage], ms)
	}
	if c.by[x.Capture] == nil {
		c.by[x.Capture] = &DocumentCapture{Capture: x.Capture}
	}
	groups := []*DocumentCapture{c.all, c.by[x.Capture]}
	var got []string
	holds := false
	if m.MRZ != nil {
		got, holds = m.MRZ.Lines, !slices.Contains(slices.Collect(maps.Values(m.MRZ.CheckDigits)), false)
	}
	truth := make([]string, len(x.Truth.Lines))
	for i, l := range x.Truth.Lines { // some specimens print outside the alphabet of Doc 9303
		truth[i] = strings.ReplaceAll(strings.ToUpper(l), "Ñ", "N")
	}
	for _, g := range groups {
		if !x.Truth.HasMRZ {
			g.bare++
			if len(got) > 0 {
				g.invented++
			}
			continue
		}
		g.zones++
		g.printed += len(strings.Join(truth, ""))
		g.wrong += editDistance(strings.Join(truth, ""), strings.Join(got, ""))
		switch {
		case slices.Equal(got, truth):
			g.exact++
		case blocks(findings):
			g.told++
		case len(got) > 0 && holds:
			g.silent++
		}
	}
	switch {
	case !x.Truth.HasMRZ && len(got) > 0:
		wrong = "a zone was read where there is none"
	case x.Truth.HasMRZ && len(got) == 0:
		wrong = "no zone was read"
	case x.Truth.HasMRZ && !slices.Equal(got, truth):
		wrong = "the zone was misread"
	}
	if x.Truth.HasMRZ {
		c.noteFields(truth, got)
	}
	if x.Truth.Defect != nil {
		c.noteDefects(*x.Truth.Defect, findings)
	}
	return wrong
}

func (c *documentCount) noteFields(truth, got []string) {
	want, have := zoneFields(truth, c.at), zoneFields(got, c.at)
	for name, v := range want {
		f := c.fields[name]
		if f == nil {
			f = &FieldErrors{Field: name}
			c.fields[name] = f
		}
		f.n++
		if have[name] == v {
			f.exact++
		}
		f.printed += len(v)
		f.wrong += editDistance(v, have[name])
	}
}

func (c *documentCount) noteDefects(defects []string, findings []kyc.Finding) {
	if len(defects) == 0 {
		c.clean = append(c.clean, seen{findings: findings})
	}
	for _, d := range defects {
		if c.defects[d] == nil {
			c.defects[d] = &NamedDefect{Defect: d}
		}
		c.defects[d].n++
		if slices.ContainsFunc(findings, func(f kyc.Finding) bool { return string(f.Code) == "document."+d }) {
			c.defects[d].named++
		}
	}
}

// zoneFields are the fields of a zone's lines as text.
func zoneFields(lines []string, at time.Time) map[string]string {
	out := map[string]string{}
	if len(lines) == 0 {
		return out
	}
	z, err := mrz.Parse(lines, at)
	if err != nil {
		return out
	}
	data, err := json.Marshal(z.Fields)
	if err != nil || json.Unmarshal(data, &out) != nil {
		return map[string]string{}
	}
	return out
}

func (c *documentCount) report(r *DocumentsReport) {
	groups := []*DocumentCapture{c.all}
	if len(c.by) > 1 {
		for _, k := range slices.Sorted(maps.Keys(c.by)) {
			groups = append(groups, c.by[k])
		}
	}
	for _, g := range groups {
		g.Exact, g.Told, g.Silent = NewRate(g.exact, g.zones), NewRate(g.told, g.zones), NewRate(g.silent, g.zones)
		g.Invented, g.Characters = NewRate(g.invented, g.bare), NewRate(min(g.wrong, g.printed), g.printed)
		r.Captures = append(r.Captures, *g)
	}
	for _, k := range slices.Sorted(maps.Keys(c.fields)) {
		f := c.fields[k]
		f.Exact, f.Characters = NewRate(f.exact, f.n), NewRate(min(f.wrong, f.printed), f.printed)
		r.Fields = append(r.Fields, *f)
	}
	for _, k := range slices.Sorted(maps.Keys(c.defects)) {
		d := c.defects[k]
		d.Named = NewRate(d.named, d.n)
		r.Defects = append(r.Defects, *d)
	}
	r.Clean = falseAlarms(c.clean)
	for _, k := range slices.Sorted(maps.Keys(c.times)) {
		v := slices.Sorted(slices.Values(c.times[k]))
		r.Times = append(r.Times, DocumentTiming{Stage: k, Median: v[len(v)/2], P90: v[len(v)*9/10], Of: len(v)})
	}
}

// editDistance is the least number of characters that have to be put in, taken out or exchanged (Levenshtein 1966).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for k := range row {
		row[k] = k
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for k := range len(b) {
			cost := before
			if a[i] != b[k] {
				cost++
			}
			before = row[k+1]
			row[k+1] = min(cost, row[k]+1, before+1)
		}
	}
	return row[len(b)]
}
