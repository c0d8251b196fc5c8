package main

import (
	"context"
	"fmt"
	"path/filepath"
	"text/tabwriter"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/seal"
	"bonafide/internal/server"
	"bonafide/internal/sqlite"
)

// inData are the flags of commands that work on a data folder.
type inData struct {
	Data string `help:"The data folder." default:"data" placeholder:"DIR" env:"BONAFIDE_DATA"`
}

// store opens the database beside a server that may be running.
func (d inData) store(ctx context.Context, mode sqlite.Mode) (*sqlite.DB, error) {
	return sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(d.Data, databaseFile), Mode: mode})
}

type migrateCmd struct{ inData }

// Run implements the command.
func (c migrateCmd) Run(ctx context.Context, a *app) error {
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	n, err := a.openNode(ctx, c.Data, nil, policy.Only(pol), a.logger(0), &outgoing{})
	if err != nil {
		return err
	}
	n.close(a.logger(0)) //nolint:contextcheck // closing must end well although ctx is over
	_, err = fmt.Fprintln(a.stdout, "the database has this version's schema")
	return err
}

type keysCreateCmd struct {
	inData
	Name string `arg:"" help:"What the key is for, as in \"shop\"."`
}

// Run implements the command.
func (c keysCreateCmd) Run(ctx context.Context, a *app) error {
	db, err := c.store(ctx, sqlite.Beside)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending
	key, err := server.CreateAPIKey(ctx, db, a.random, a.newID(), c.Name, a.now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s\nKeep it now: only its hash is stored, it cannot be shown again.\n", key)
	return err
}

type keysListCmd struct{ inData }

// Run implements the command.
func (c keysListCmd) Run(ctx context.Context, a *app) error {
	db, err := c.store(ctx, sqlite.ReadOnly)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending
	keys, err := server.APIKeys(ctx, db)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tCREATED\tREVOKED")
	for _, k := range keys {
		revoked := "-"
		if !k.RevokedAt.IsZero() {
			revoked = k.RevokedAt.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.ID, k.Name, k.CreatedAt.UTC().Format(time.DateTime), revoked)
	}
	return w.Flush()
}

type keysRevokeCmd struct {
	inData
	ID string `arg:"" help:"The key's id, from keys list."`
}

// Run implements the command.
func (c keysRevokeCmd) Run(ctx context.Context, a *app) error {
	db, err := c.store(ctx, sqlite.Beside)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending
	return server.RevokeAPIKey(ctx, db, c.ID, a.now())
}

type keysRotateCmd struct{ inData }

// Run implements the command.
func (c keysRotateCmd) Run(a *app) error {
	if err := seal.Rotate(filepath.Join(c.Data, keyFile)); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.stdout, "New master keys are used from the next start on; the old ones stay for what they sealed. Fingerprints are then made anew in the background. Back the key file up again.")
	return err
}

type eraseCmd struct {
	inData
	Applicant string `arg:"" help:"The applicant's id."`
}

// Run implements the command. The server may not be running meanwhile: it could
// be working on the same evidence.
func (c eraseCmd) Run(ctx context.Context, a *app) error {
	if !exists(filepath.Join(c.Data, databaseFile)) {
		return fmt.Errorf("there is no database in %s; say where it is with --data", c.Data)
	}
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	n, err := a.openNode(ctx, c.Data, nil, policy.Only(pol), a.logger(0), &outgoing{})
	if err != nil {
		return err
	}
	defer n.close(a.logger(0)) //nolint:contextcheck // closing must end well although ctx is over
	if err := n.service.Erase(ctx, kyc.ApplicantID(c.Applicant)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s is erased: the data key is destroyed and the evidence files are gone\n", c.Applicant)
	return err
}

type auditVerifyCmd struct {
	inData
	Anchor []string `help:"A head that an earlier run printed; the chain must pass through it."`
}

// Run implements the command.
func (c auditVerifyCmd) Run(ctx context.Context, a *app) error {
	var anchors []audit.Head
	for _, s := range c.Anchor {
		h, err := audit.ParseHead(s)
		if err != nil {
			return err
		}
		anchors = append(anchors, h)
	}
	db, err := c.store(ctx, sqlite.ReadOnly)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is pending
	r, err := audit.Verify(audit.Records(ctx, db), anchors...)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%d records hold\nhead %s\nKeep the head elsewhere: with it a cut-off end is noticed too.\n", r.Records, r.Head)
	return err
}
