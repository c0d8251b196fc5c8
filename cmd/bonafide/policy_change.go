package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"bonafide/internal/blob"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
	"bonafide/internal/sqlite"
	"bonafide/internal/verify"
)

type policyDiffCmd struct {
	A    string `arg:"" help:"A policy; of several versions the newest." placeholder:"A"`
	B    string `arg:"" help:"Another one." placeholder:"B"`
	JSON bool   `name:"json" help:"One JSON object a key instead of text."`
}

// Run implements the command.
func (c policyDiffCmd) Run(a *app) error {
	before, err := newest(c.A)
	if err != nil {
		return err
	}
	after, err := newest(c.B)
	if err != nil {
		return err
	}
	changes, err := policy.Diff(before, after)
	if err != nil {
		return err
	}
	for _, x := range changes {
		if c.JSON {
			err = a.line(x)
		} else {
			_, err = fmt.Fprintln(a.stdout, changeText(x))
		}
		if err != nil {
			return err
		}
	}
	if len(changes) == 0 && !c.JSON {
		_, err = fmt.Fprintln(a.stdout, "the two say the same")
	}
	return err
}

func newest(path string) (policy.Policy, error) {
	s, err := loadPolicies(path)
	if err != nil {
		return policy.Policy{}, err
	}
	return s.Newest(), nil
}

// changeText puts one change into a line.
func changeText(c policy.Change) string {
	if len(c.Added)+len(c.Removed) > 0 {
		var parts []string
		for _, v := range c.Added {
			parts = append(parts, "+"+v)
		}
		for _, v := range c.Removed {
			parts = append(parts, "-"+v)
		}
		return c.Key + ": " + strings.Join(parts, " ")
	}
	value := func(v any) string {
		if v == nil {
			return "not set"
		}
		return strings.Join(strings.Fields(fmt.Sprint(v)), " ") // a condition over several lines in one
	}
	return c.Key + ": " + value(c.Old) + " → " + value(c.New)
}

// change are the flags of commands that hold a new policy against the one in
// force.
type change struct {
	inData
	Policy  string `help:"The new policy; of several versions the newest." required:"" placeholder:"PATH"`
	Current string `help:"The policy that judges now; the shipped one when absent." placeholder:"PATH" env:"BONAFIDE_POLICY"`
	JSON    bool   `name:"json" help:"One JSON object a case, and at the end one with the counts, instead of text."`
}

func (c change) policies(now time.Time) (before, after policy.Policy, err error) {
	if after, err = newest(c.Policy); err != nil {
		return before, after, err
	}
	set, err := loadPolicies(c.Current)
	if err != nil {
		return before, after, err
	}
	before, err = inForce(set, now)
	return before, after, err
}

// archive opens what is stored, to be read again, beside a server that may be
// running; with sqlite.Beside also to be written in small transactions.
func (c change) archive(ctx context.Context, a *app, mode sqlite.Mode, pol policy.Policy) (*verify.Service, func() error, error) {
	if !exists(filepath.Join(c.Data, databaseFile)) {
		return nil, nil, fmt.Errorf("there is no database in %s; say where it is with --data, or try --synthetic", c.Data)
	}
	sealer, err := seal.Load(filepath.Join(c.Data, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s has no %s: without it nothing in the database can be opened", c.Data, keyFile)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := sameInstallation(filepath.Join(c.Data, markFile), sealer, false); err != nil {
		return nil, nil, err
	}
	blobs, err := blob.Open(filepath.Join(c.Data, blobFolder))
	if err != nil {
		return nil, nil, err
	}
	db, err := c.store(ctx, mode)
	if err != nil {
		return nil, nil, errors.Join(err, blobs.Close())
	}
	s := verify.NewService(verify.Config{
		Store: db, Blobs: blobs, Sealer: sealer, Policies: policy.Only(pol), Now: a.now, NewID: a.newID(), Random: a.random,
	}, 1)
	return s, func() error { return errors.Join(db.Close(), blobs.Close()) }, nil
}

type policySimulateCmd struct {
	change
	Synthetic int    `help:"Judge so many synthetic cases instead of the stored ones." placeholder:"N"`
	Seed      uint64 `help:"Seed of the synthetic cases." default:"1"`
}

// simulated are the counts at the end.
type simulated struct {
	Old         string       `json:"old"`
	New         string       `json:"new"`
	Cases       int          `json:"cases"`
	Changed     int          `json:"changed"`
	Unmeasured  int          `json:"unmeasured"` // sent, and not judged yet
	Transitions []transition `json:"transitions"`
}

type transition struct {
	From  kyc.State `json:"from"`
	To    kyc.State `json:"to"`
	Cases int       `json:"cases"`
}

// shownCases is how many cases the text lists.
const shownCases = 20

// judgedStates are those of cases that were judged and are still known.
func judgedStates() []kyc.State {
	return []kyc.State{kyc.ActionRequired, kyc.InReview, kyc.Approved, kyc.Declined, kyc.Expired}
}

// Run implements the command.
func (c policySimulateCmd) Run(ctx context.Context, a *app) (err error) {
	before, after, err := c.policies(a.now())
	if err != nil {
		return err
	}
	out := simulated{Old: before.ID(), New: after.ID(), Transitions: []transition{}}
	var cases iter.Seq2[verify.Past, error]
	if c.Synthetic > 0 {
		cases = verify.Synthetic(c.Synthetic, c.Seed, before.Items, a.now())
	} else {
		s, done, err := c.archive(ctx, a, sqlite.ReadOnly, before)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, done()) }()
		cases = s.History(ctx, judgedStates(), &out.Unmeasured)
	}
	var text strings.Builder
	for x, err := range verify.CompareAll(before, after, cases, runtime.NumCPU()) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		out.Cases++
		if !x.Changed {
			continue
		}
		out.count(x.Shift)
		switch {
		case c.JSON:
			if err := a.line(x.Shift); err != nil {
				return err
			}
		case out.Changed <= shownCases:
			fmt.Fprintf(&text, "  %s\n", shiftText(x.Shift))
		}
	}
	slices.SortStableFunc(out.Transitions, func(x, y transition) int { return y.Cases - x.Cases })
	if c.JSON {
		return a.line(out)
	}
	return a.tellSimulated(out, text.String())
}

func (s *simulated) count(x verify.Shift) {
	s.Changed++
	for k := range s.Transitions {
		if t := &s.Transitions[k]; t.From == x.Old.Decision && t.To == x.New.Decision {
			t.Cases++
			return
		}
	}
	s.Transitions = append(s.Transitions, transition{x.Old.Decision, x.New.Decision, 1})
}

func (a *app) tellSimulated(s simulated, cases string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d cases would end differently under %s than under %s\n", s.Changed, s.Cases, s.New, s.Old)
	for _, t := range s.Transitions {
		if t.From == t.To {
			fmt.Fprintf(&b, "  %-38s %d\n", string(t.From)+", with other services", t.Cases)
			continue
		}
		fmt.Fprintf(&b, "  %-38s %d\n", string(t.From)+" → "+string(t.To), t.Cases)
	}
	if s.Unmeasured > 0 {
		fmt.Fprintf(&b, "%d more wait for their check and are left out\n", s.Unmeasured)
	}
	if cases != "" {
		fmt.Fprintf(&b, "\n%s", cases)
	}
	if s.Changed > shownCases {
		fmt.Fprintf(&b, "  and %d more; --json lists all\n", s.Changed-shownCases)
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

// shiftText puts one case into a line, with what is new about it.
func shiftText(x verify.Shift) string {
	var why []string
	for _, code := range x.New.Codes {
		if !slices.Contains(x.Old.Codes, code) {
			why = append(why, string(code))
		}
	}
	for _, code := range x.Old.Codes {
		if !slices.Contains(x.New.Codes, code) {
			why = append(why, "no "+string(code))
		}
	}
	for _, i := range x.New.Missing {
		if !slices.Contains(x.Old.Missing, i) {
			why = append(why, "asks for "+string(i))
		}
	}
	for _, name := range x.Closes() {
		why = append(why, "closes "+name)
	}
	for _, name := range x.Opens() {
		why = append(why, "opens "+name)
	}
	return fmt.Sprintf("%s  %s → %s  %s", x.Case, x.Old.Decision, x.New.Decision, strings.Join(why, ", "))
}

type policyAffectedCmd struct {
	change
	Notify bool `help:"Also note it on each case, where its applicant and the API show it. They stay approved."`
}

// affected is one approved case that a new policy would not approve.
type affected struct {
	verify.Shift
	From  string `json:"from"`
	Noted bool   `json:"noted"`
}

// Run implements the command.
func (c policyAffectedCmd) Run(ctx context.Context, a *app) (err error) {
	before, after, err := c.policies(a.now())
	if err != nil {
		return err
	}
	mode := sqlite.ReadOnly
	if c.Notify {
		mode = sqlite.Beside
	}
	s, done, err := c.archive(ctx, a, mode, before)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	total, found, noted, unmeasured := 0, 0, 0, 0
	for x, err := range verify.CompareAll(before, after, s.History(ctx, []kyc.State{kyc.Approved}, &unmeasured), runtime.NumCPU()) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		total++
		loses, is := verify.Loses(after, x, a.now())
		if !is {
			continue
		}
		found++
		if c.Notify && !loses.Noted {
			if err := s.Requalify(ctx, after, loses); err != nil {
				return err
			}
			loses.Noted = true
			noted++
		}
		if c.JSON {
			err = a.line(affected{loses.Shift, loses.From.Format(time.DateOnly), loses.Noted})
		} else {
			_, err = fmt.Fprintln(a.stdout, shiftText(loses.Shift))
		}
		if err != nil {
			return err
		}
	}
	if c.JSON {
		return nil
	}
	fmt.Fprintf(a.stdout, "%d of %d approved cases would not be approved, or would lose a service, under %s from %s on\n",
		found, total, after.ID(), after.EffectiveFrom.Format(time.DateOnly))
	if c.Notify {
		fmt.Fprintf(a.stdout, "%d of them were noted now; all stay approved\n", noted)
	}
	return nil
}
