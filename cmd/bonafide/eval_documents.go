package main

import (
	"context"

	"bonafide/internal/eval"
)

type evalDocumentsCmd struct {
	Folder string `arg:"" help:"Folder with manifest.json and the pictures."`
	Out    string `help:"Folder for the report: documents.md and documents.json." placeholder:"DIR"`
}

// Run implements the command.
func (c evalDocumentsCmd) Run(ctx context.Context, a *app) error {
	reader, pol, done, err := a.documents()
	if err != nil {
		return err
	}
	defer done()
	r, err := eval.Documents(ctx, eval.DocumentsConfig{
		Reader: reader, Policy: pol, Folder: c.Folder, At: a.now(), Now: a.now, Progress: a.progress("pictures"),
	})
	return a.evaluated(&r, err, c.Out, "documents.md")
}
