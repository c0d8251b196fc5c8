package console

import (
	"fmt"
	"net/http"
	"time"

	"bonafide/internal/figures"
	"bonafide/internal/kyc"
)

// maxPeriod is the longest period of one page of figures.
const maxPeriod = 366 * 24 * time.Hour

// maxSteps is the most steps of cases that one page of figures is counted from.
const maxSteps = 500_000

// figuresOf counts the period that a request names: days, both of them in it;
// the last 30 when it names none.
func (c *console) figuresOf(r *http.Request) (figures.Figures, error) {
	today := c.Now().UTC().Truncate(24 * time.Hour)
	from, to := today.Add(-29*24*time.Hour), today
	for name, t := range map[string]*time.Time{"from": &from, "to": &to} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return figures.Figures{}, &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: name + " must be a day such as 2026-01-31."}
		}
		*t = day
	}
	to = to.Add(24 * time.Hour)
	if !from.Before(to) || to.Sub(from) > maxPeriod {
		return figures.Figures{}, &problem{Status: http.StatusBadRequest, Kind: "invalid", Detail: "The period is from one day to another, at most a year."}
	}
	var steps []kyc.OutcomeRecord
	var states map[kyc.State]int
	ctx := r.Context()
	err := c.Store.Read(ctx, func(tx kyc.Tx) error {
		var err error
		if steps, err = tx.Outcomes(ctx, from, to, c.MaxSteps+1); err != nil {
			return err
		}
		if len(steps) > c.MaxSteps {
			return &problem{Status: http.StatusUnprocessableEntity, Kind: "too_many", Detail: fmt.Sprintf("More than %d things happened in this time. Choose a shorter one.", c.MaxSteps)}
		}
		states, err = tx.CasesByState(ctx)
		return err
	})
	if err != nil {
		return figures.Figures{}, err
	}
	return figures.Compute(steps, states, from, to), nil
}

func (c *console) figures(w http.ResponseWriter, r *http.Request, _ who) error {
	f, err := c.figuresOf(r)
	if err != nil {
		return err
	}
	return answer(w, f)
}

func (c *console) figuresCSV(w http.ResponseWriter, r *http.Request, p who) error {
	f, err := c.figuresOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = c.Store.Write(ctx, func(tx kyc.Tx) error {
		return record(ctx, tx, kyc.Record{Event: "figures_exported", Actor: string(p.ID), Note: f.From.Format(time.DateOnly) + "/" + f.To.Format(time.DateOnly), At: c.Now()})
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="figures.csv"`)
	return figures.WriteCSV(w, f)
}
