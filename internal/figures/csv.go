package figures

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// WriteCSV writes figures as one table: figure, group, reason, value, and for
// shares what they are of and their interval. Text that a spreadsheet would take
// for a formula does not occur: names are codes, countries and days.
func WriteCSV(w io.Writer, f Figures) error {
	c := csv.NewWriter(w)
	row := func(cells ...string) { _ = c.Write(cells) } // Error tells below
	n := strconv.Itoa
	decimal := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	row("figure", "group", "reason", "value", "of", "low", "high")
	row("from", "", "", f.From.UTC().Format(time.RFC3339), "", "", "")
	row("to", "", "", f.To.UTC().Format(time.RFC3339), "", "", "")
	counts := func(figure string, all []Count) {
		for _, x := range all {
			row(figure, "", x.Name, n(x.N), "", "", "")
		}
	}
	counts("cases_by_state", f.States)
	row("opened", "", "", n(f.Opened), "", "", "")
	share := func(figure string, s Share) { row(figure, "", "", n(s.N), n(s.Of), decimal(s.Low), decimal(s.High)) }
	share("approved_at_first_try", f.FirstTry)
	counts("checks_to_approval", f.Attempts)
	for _, t := range []struct {
		name string
		Times
	}{{"seconds_to_decision", f.Decision}, {"seconds_to_review", f.Review}} {
		row(t.name, "", "median", decimal(t.Median), n(t.N), "", "")
		row(t.name, "", "p90", decimal(t.P90), n(t.N), "", "")
	}
	counts("reasons", f.Reasons)
	for _, g := range []struct {
		name string
		all  []Grouped
	}{{"by_country", f.ByCountry}, {"by_day", f.ByDay}} {
		for _, x := range g.all {
			row(g.name, x.Name, "approved", n(x.Approved), n(x.Checks), "", "")
			for _, r := range x.Reasons {
				row(g.name, x.Name, r.Name, n(r.N), n(x.Checks), "", "")
			}
		}
	}
	share("refused_then_approved", f.Refused)
	share("sent_to_a_person_then_approved", f.Overturned)
	counts("sent_to_a_person_then_approved_by", f.OverturnedBy)
	share("second_person_agreed", f.Agreement)
	share("blind_second_look_agreed", f.Blind)
	row("duplicates", "", "", n(f.Duplicates), "", "", "")
	c.Flush()
	return c.Error()
}
