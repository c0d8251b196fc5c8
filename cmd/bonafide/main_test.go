package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"bonafide/internal/onnx/assets"
	"bonafide/internal/onnx/onnxtest"
)

// TestMain lets the test program be run as a child that is killed on the way
// (crash_test.go), and removes the program that the tests build.
func TestMain(m *testing.M) {
	if folders := os.Getenv(crashEnv); folders != "" {
		if err := untilKilled(folders); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	status := m.Run()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(status)
}

// libFolder is this repository's folder with the models, and whether they are
// there.
func libFolder(t *testing.T) (string, bool) {
	t.Helper()
	f, err := onnxtest.Folder()
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Library()
	if err != nil && !errors.Is(err, assets.ErrMissing) {
		t.Fatal(err)
	}
	return f.Dir(), err == nil
}

// TestScripts runs the command line's contract, testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	lib, models := libFolder(t)
	bin, people := filepath.Dir(program(t)), drawn(t)
	film := filmed(t)
	hostile := t.TempDir()
	for name, b := range hostileFiles(t, people) {
		if err := os.WriteFile(filepath.Join(hostile, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("BONAFIDE_LIB", lib)
			e.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("PEOPLE", people)
			e.Setenv("FILM", film)
			e.Setenv("HOSTILE", hostile)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "models" {
				return models, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"json":    jsonCommand,
			"objects": objectsCommand,
			"exit":    exitCommand,
			"replace": replaceCommand,
		},
	})
}

// hostileFiles are inputs that are no pictures, or claim to be what they are not.
func hostileFiles(t *testing.T, people string) map[string][]byte {
	t.Helper()
	good, err := os.ReadFile(filepath.Join(people, "selfie.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"text.jpg":      []byte("This is a text, whatever its name says.\n"),
		"empty.jpg":     {},
		"truncated.jpg": good[:len(good)/2],
		"huge.png":      hugePNG(50_000, 50_000),
		"animated.webp": animatedWebP(),
	}
}

// hugePNG is the beginning of a PNG that claims a size.
func hugePNG(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	b = append(b, ihdr...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
	return append(b, "\x00\x00\x10\x00IDATx\x9c"...)
}

// animatedWebP is a WebP container that says it moves (RFC 9649, section 2.7).
func animatedWebP() []byte {
	chunk := func(name string, body ...byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
		return append(b, body...)
	}
	frame := [16]byte{}
	body := append([]byte("WEBP"), chunk("VP8X", 0x02, 0, 0, 0, 99, 0, 0, 99, 0, 0)...)
	body = append(body, chunk("ANIM", 0, 0, 0, 0, 0, 0)...)
	for range 3 {
		body = append(body, chunk("ANMF", slices.Concat(frame[:], chunk("VP8L", 0x2f, 99, 0, 0, 0, 0))...)...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// objectsCommand demands that the last output is so many JSON objects, each on
// a line: objects N.
func objectsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: objects N")
	}
	lines := outputLines(ts)
	if want, err := strconv.Atoi(args[0]); err != nil || len(lines) != want {
		ts.Fatalf("%d lines, want %s", len(lines), args[0])
	}
	for k, l := range lines {
		var m map[string]any
		if err := json.Unmarshal(l, &m); err != nil {
			ts.Fatalf("line %d is no object: %v", k, err)
		}
	}
}

func outputLines(ts *testscript.TestScript) [][]byte {
	out := bytes.TrimSuffix([]byte(ts.ReadFile("stdout")), []byte("\n"))
	if len(out) == 0 {
		return nil
	}
	return bytes.Split(out, []byte("\n"))
}

// jsonCommand looks into one line of the last output: json LINE PATH OP VALUE,
// where PATH is as in findings.0.code, with * for any element and len for how many, and OP is one of
// is, has (a text within), above, below, exists; ! turns it around.
func jsonCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: json LINE PATH OP [VALUE]")
	}
	lines := outputLines(ts)
	n, err := strconv.Atoi(args[0])
	if err != nil || n >= len(lines) {
		ts.Fatalf("no line %s in %d", args[0], len(lines))
	}
	var v any
	ts.Check(json.Unmarshal(lines[n], &v))
	holds := false
	for _, x := range within(v, strings.Split(args[1], ".")) {
		holds = holds || compares(ts, x, args[2], args[3:])
	}
	if holds == neg {
		ts.Fatalf("line %d: %s %v, want %v: %.2000s", n, strings.Join(args[1:], " "), holds, !neg, lines[n])
	}
}

// within returns what stands at a path; several with *.
func within(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	switch v := v.(type) {
	case map[string]any:
		if x, ok := v[path[0]]; ok {
			return within(x, path[1:])
		}
		if path[0] == "len" {
			return []any{float64(len(v))}
		}
	case []any:
		if path[0] == "len" {
			return []any{float64(len(v))}
		}
		var out []any
		for k, x := range v {
			if path[0] == "*" || path[0] == strconv.Itoa(k) {
				out = append(out, within(x, path[1:])...)
			}
		}
		return out
	}
	return nil
}

func compares(ts *testscript.TestScript, x any, op string, value []string) bool {
	if op == "exists" {
		return true
	}
	if len(value) != 1 {
		ts.Fatalf("%s needs a value", op)
	}
	switch op {
	case "is":
		return fmt.Sprint(x) == value[0]
	case "has":
		return strings.Contains(fmt.Sprint(x), value[0])
	case "above", "below":
		limit, err := strconv.ParseFloat(value[0], 64)
		ts.Check(err)
		f, ok := x.(float64)
		return ok && (op == "above" && f > limit || op == "below" && f < limit)
	}
	ts.Fatalf("unknown comparison %q", op)
	return false
}

// exitCommand runs a command and demands its exit status: exit STATUS COMMAND….
func exitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit STATUS COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	var status interface{ ExitCode() int }
	code := 0
	if errors.As(err, &status) {
		code = status.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit status %d, want %s", code, args[0])
	}
}
