package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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

// Run implements the command. A line that cannot be read is answered in its
// place, and the next ones are read.
func (mrzParseCmd) Run(a *app) error {
	in := bufio.NewReaderSize(a.stdin, maxLine)
	now := a.now()
	for {
		text, long, err := nextLine(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		if len(text) == 0 {
			continue
		}
		var zone struct {
			Lines []string `json:"lines"`
		}
		if long || json.Unmarshal(text, &zone) != nil {
			why := `each line must be a JSON object like {"lines":["P<UTO…","L898902C3…"]}`
			if long {
				why = fmt.Sprintf("a line may have at most %d bytes", maxLine)
			}
			if err := a.line(failed("", "bad_input", why)); err != nil {
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
}

// nextLine reads a line without its end; of one that is longer than the
// reader's buffer only that is told. It returns io.EOF after the last line.
func nextLine(in *bufio.Reader) (text []byte, long bool, err error) {
	text, err = in.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = in.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && (len(text) > 0 || long) {
		err = nil
	}
	return bytes.TrimRight(text, "\r\n"), long, err
}
