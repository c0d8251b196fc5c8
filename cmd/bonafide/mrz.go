package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"

	"bonafide/mrz"
)

type mrzParseCmd struct {
	JSON bool `name:"json" help:"One JSON object a line (the only form there is)."`
}

// inputError is an input that could not be processed, in the form of the
// contract.
type inputError struct {
	File  string `json:"file,omitempty"`
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func failed(file, code, message string) inputError {
	e := inputError{File: file}
	e.Error.Code, e.Error.Message = code, message
	return e
}

// maxLine bounds a line of standard input; a zone has 90 characters.
const maxLine = 64 << 10

// Run implements the command.
func (mrzParseCmd) Run(a *app) error {
	in := bufio.NewScanner(a.stdin)
	in.Buffer(nil, maxLine)
	now := a.now()
	for in.Scan() {
		if len(in.Bytes()) == 0 {
			continue
		}
		var zone struct {
			Lines []string `json:"lines"`
		}
		if err := json.Unmarshal(in.Bytes(), &zone); err != nil {
			if err := a.line(failed("", "bad_input", `each line must be a JSON object like {"lines":["P<UTO…","L898902C3…"]}`)); err != nil {
				return err
			}
			continue
		}
		r, err := mrz.Parse(zone.Lines, now)
		if err != nil && !errors.Is(err, mrz.ErrShape) {
			return err
		}
		out := struct {
			Valid       bool             `json:"valid"`
			Format      mrz.Format       `json:"format"`
			Fields      mrz.Fields       `json:"fields"`
			CheckDigits map[string]bool  `json:"check_digits"`
			Errors      []mrz.FieldError `json:"errors"`
			Warnings    []mrz.FieldError `json:"warnings,omitempty"`
		}{r.Valid, r.Format, r.Fields, map[string]bool{}, r.Errors, r.Warnings}
		for _, d := range r.CheckDigits {
			out.CheckDigits[d.Name] = d.OK
		}
		if out.Errors == nil {
			out.Errors = []mrz.FieldError{}
		}
		if err := a.line(out); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("standard input: %w (a line may have %d bytes)", err, maxLine)
	}
	return nil
}
