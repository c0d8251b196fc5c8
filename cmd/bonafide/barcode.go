package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"bonafide/internal/barcode"
)

type barcodeParseCmd struct {
	Files []string `arg:"" name:"file" help:"Texts of bar codes, as a scanner gives them; - is standard input."`
	JSON  bool     `name:"json" help:"One JSON object a line."`
}

// Run implements the command.
func (c barcodeParseCmd) Run(a *app) error {
	unread := 0
	for _, file := range c.Files {
		out, bad := a.licence(file)
		var err error
		switch {
		case bad != nil:
			if bad.Error.Code == unreadableFile {
				unread++
			}
			err = a.report(c.JSON, *bad)
		case c.JSON:
			err = a.line(out)
		default:
			err = a.tellLicence(out)
		}
		if err != nil {
			return err
		}
	}
	if unread > 0 {
		return fmt.Errorf("%d of %d files could not be read", unread, len(c.Files))
	}
	return nil
}

type parsedLicence struct {
	File string `json:"file"`
	barcode.Licence
}

// licence reads and parses one file. What cannot be processed is told by bad.
func (a *app) licence(file string) (out parsedLicence, bad *inputError) {
	fail := func(code string, err error) (parsedLicence, *inputError) {
		e := failed(file, code, err.Error())
		return parsedLicence{}, &e
	}
	in := a.stdin
	if file != "-" {
		f, err := os.Open(file) //nolint:gosec // the operator's own file
		if err != nil {
			return fail(unreadableFile, err)
		}
		defer f.Close() //nolint:errcheck // only read
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, barcode.MaxText+1))
	if err != nil {
		return fail(unreadableFile, err)
	}
	l, err := barcode.ParseAAMVA(text)
	switch {
	case errors.Is(err, barcode.ErrTooLong):
		return fail("too_large", err)
	case err != nil:
		return fail("not_aamva", err)
	}
	return parsedLicence{file, l}, nil
}

func (a *app) tellLicence(l parsedLicence) error {
	p := a.paint()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n", p.bold(l.File), p.dim(fmt.Sprintf("AAMVA version %d, %s", l.Version, orUnknown(l.Type))))
	for _, name := range sortedNames(l.Fields) {
		fmt.Fprintf(&b, "  %-22s %s\n", name, l.Fields[name])
	}
	for _, w := range l.Warnings {
		fmt.Fprintf(&b, "  %s %s\n", p.text("1;33", "!"), w)
	}
	_, err := fmt.Fprintln(a.stdout, b.String())
	return err
}
