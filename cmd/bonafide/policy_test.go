package main

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// replaceCommand writes a file with texts replaced: replace FROM TO old new …
func replaceCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || len(args)%2 != 0 {
		ts.Fatalf("usage: replace FROM TO old new …")
	}
	text := ts.ReadFile(args[0])
	for k := 2; k < len(args); k += 2 {
		if !strings.Contains(text, args[k]) {
			ts.Fatalf("%s has no %q", args[0], args[k])
		}
		text = strings.Replace(text, args[k], args[k+1], 1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}
