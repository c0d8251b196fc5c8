package main

import (
	"context"
	"fmt"
	"path/filepath"
	"text/tabwriter"
	"time"

	"bonafide/internal/console"
	"bonafide/internal/kyc"
	"bonafide/internal/seal"
	"bonafide/internal/sqlite"
)

// atServer are the flags of commands that print links into a server.
type atServer struct {
	inData
	PublicURL string `name:"public-url" help:"The address of the server, as serve has it." default:"http://localhost:8080" placeholder:"URL" env:"BONAFIDE_PUBLIC_URL"`
}

// shell is who acts on the command line, as the audit log keeps it.
const shell = "command_line"

// inviter works beside a server that may be running. done closes the store.
func (c atServer) inviter(ctx context.Context, a *app) (n console.Inviter, done func(), err error) {
	sealer, err := seal.Load(filepath.Join(c.Data, keyFile))
	if err != nil {
		return n, nil, fmt.Errorf("%w (start the server once first, or say where it keeps its data with --data)", err)
	}
	db, err := c.store(ctx, sqlite.Beside)
	if err != nil {
		return n, nil, err
	}
	return console.Inviter{Store: db, Sealer: sealer, Random: a.random, NewID: a.newID(), Now: a.now, PublicURL: c.PublicURL},
		func() { _ = db.Close() }, nil
}

func (a *app) tellInvitation(i console.Invitation) error {
	_, err := fmt.Fprintf(a.stdout, "%s\nIt works once, until %s. Whoever opens it becomes this person: hand it over where nobody else reads it.\n",
		i.URL, i.ExpiresAt.UTC().Format("2006-01-02 15:04 MST"))
	return err
}

type operatorsInviteCmd struct {
	atServer
	Name string `arg:"" help:"The person's name, as colleagues see it."`
	Role string `help:"reviewer, senior, compliance, auditor or administrator." default:"administrator" enum:"reviewer,senior,compliance,auditor,administrator"`
}

// Run implements the command.
func (c operatorsInviteCmd) Run(ctx context.Context, a *app) error {
	n, done, err := c.inviter(ctx, a)
	if err != nil {
		return err
	}
	defer done()
	i, err := n.Invite(ctx, c.Name, kyc.Role(c.Role), shell)
	if err != nil {
		return err
	}
	return a.tellInvitation(i)
}

type operatorsAgainCmd struct {
	atServer
	ID string `arg:"" help:"The person's id, from operators list."`
}

// Run implements the command.
func (c operatorsAgainCmd) Run(ctx context.Context, a *app) error {
	n, done, err := c.inviter(ctx, a)
	if err != nil {
		return err
	}
	defer done()
	i, err := n.InviteAgain(ctx, kyc.OperatorID(c.ID), shell)
	if err != nil {
		return err
	}
	return a.tellInvitation(i)
}

type operatorsListCmd struct{ inData }

// Run implements the command.
func (c operatorsListCmd) Run(ctx context.Context, a *app) error {
	sealer, err := seal.Load(filepath.Join(c.Data, keyFile))
	if err != nil {
		return err
	}
	db, err := c.store(ctx, sqlite.ReadOnly)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending
	var all []kyc.OperatorRecord
	err = db.Read(ctx, func(tx kyc.Tx) error {
		all, err = tx.Operators(ctx)
		return err
	})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tROLE\tSINCE\tDISABLED")
	for _, o := range all {
		disabled := "-"
		if !o.DisabledAt.IsZero() {
			disabled = o.DisabledAt.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.ID, console.NameOf(sealer, o), o.Role, o.CreatedAt.UTC().Format(time.DateTime), disabled)
	}
	return w.Flush()
}
