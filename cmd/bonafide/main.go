// Command bonafide is the whole of Bonafide in one binary: it checks documents
// and faces on the command line, serves the HTTP API and the applicant's page,
// and looks after its own models, keys and records.
//
// It promises the command-line contract of docs/cli.md: JSON output is one
// object a line, in input order, errors included; the exit status is 0 when
// every input was processed, whatever was found in it. All wiring is here and
// nowhere else; so are the clock, randomness and the environment.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// version is set at build time from the git description.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now, random: rand.Reader,
	}, os.Args[1:])
	stop()
	os.Exit(code)
}

// app is what commands work with: everything that comes from outside.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	random         io.Reader
	lib            string
}

// commands is the command line.
type commands struct {
	Lib string `help:"Folder with the runtime library and the models." placeholder:"DIR" env:"BONAFIDE_LIB"`

	Check   checkCmd `cmd:"" help:"Decide from a document photo, typed details and a face, without storing anything."`
	Inspect struct {
		Document inspectDocumentCmd `cmd:"" help:"Measure and read pictures of documents."`
		Face     inspectFaceCmd     `cmd:"" help:"Find and measure faces."`
		Liveness inspectLivenessCmd `cmd:"" help:"Measure sequences of frames against a challenge."`
	} `cmd:"" help:"Show what is measured in pictures."`
	Compare struct {
		Faces compareFacesCmd `cmd:"" help:"Compare the faces of two pictures."`
		Names compareNamesCmd `cmd:"" help:"Compare two names and explain the difference."`
	} `cmd:"" help:"Compare faces or names."`
	MRZ struct {
		Parse mrzParseCmd `cmd:"" help:"Parse machine readable zones: JSON lines {\"lines\":[…]} on standard input."`
	} `cmd:"" name:"mrz" help:"Machine readable zones as text."`
	Barcode struct {
		Parse barcodeParseCmd `cmd:"" help:"Parse the texts of AAMVA bar codes."`
	} `cmd:"" help:"Bar codes of driving licences."`

	Serve   serveCmd   `cmd:"" help:"Serve the HTTP API and the applicant's page."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this version's schema."`
	Keys    struct {
		Create keysCreateCmd `cmd:"" help:"Create an API key; it is shown once."`
		List   keysListCmd   `cmd:"" help:"List API keys."`
		Revoke keysRevokeCmd `cmd:"" help:"Revoke an API key."`
		Rotate keysRotateCmd `cmd:"" help:"Make new master keys; the old ones stay for what they sealed."`
	} `cmd:"" help:"API keys of integrators, and the master keys."`
	Operators struct {
		Invite   operatorsInviteCmd `cmd:"" help:"Invite a person to the console; prints a link that works once."`
		List     operatorsListCmd   `cmd:"" help:"List the people who may work in the console."`
		Reinvite operatorsAgainCmd  `cmd:"" help:"Give a person a new way in: their passkeys are dropped."`
	} `cmd:"" help:"The people who work in the console."`
	Erase eraseCmd `cmd:"" help:"Destroy everything of an applicant."`
	Audit struct {
		Verify auditVerifyCmd `cmd:"" help:"Verify the audit chain."`
	} `cmd:"" help:"The record of what happened."`
	Policy struct {
		Check    policyCheckCmd    `cmd:"" help:"Check policies, and say what is wrong with the line."`
		Diff     policyDiffCmd     `cmd:"" help:"Compare two policies key by key."`
		Simulate policySimulateCmd `cmd:"" help:"Say which past cases would end differently under a new policy."`
		Affected policyAffectedCmd `cmd:"" help:"List the approved who would not be approved under a new policy, and note it on their cases."`
		Show     policyShowCmd     `cmd:"" help:"Print the policy that is shipped."`
	} `cmd:"" help:"Policies."`

	Specimen specimenCmd `cmd:"" help:"Make synthetic documents and faces to try everything with."`
	Eval     struct {
		Faces        evalFacesCmd        `cmd:"" help:"Measure face comparison on labelled pairs and write the report."`
		FaceSearch   evalFaceSearchCmd   `cmd:"" help:"Search one face among a million, against comparing with each, and write the report."`
		FaceQuality  evalFaceQualityCmd  `cmd:"" help:"Spoil usable pictures of faces in every way and write how often each finding is made."`
		Documents    evalDocumentsCmd    `cmd:"" help:"Read a folder of labelled pictures of documents and compare with their truth."`
		Places       evalPlacesCmd       `cmd:"" help:"Photograph specimens and count where name, number and expiry date are found in the right place."`
		Defects      evalDefectsCmd      `cmd:"" help:"Photograph specimens and real documents with each defect, and count which are named."`
		Crosscheck   evalCrossCheckCmd   `cmd:"" help:"Alter one field of specimens in print, zone or bar code, and count which are caught."`
		Liveness     evalLivenessCmd     `cmd:"" help:"Measure honest people and simulated attacks before the liveness check and write the report."`
		Presentation evalPresentationCmd `cmd:"" help:"Picture drawn faces from life, prints and displays, and write how well a still tells them apart."`
	} `cmd:"" help:"Measure accuracy and speed."`
	Models struct {
		List   modelsListCmd   `cmd:"" default:"1" help:"List every model with source, version, licence and hash, and verify them."`
		Fetch  modelsFetchCmd  `cmd:"" help:"Fetch, verify and convert the models and the runtime library."`
		Verify modelsVerifyCmd `cmd:"" help:"Verify the files; exit 1 when something is missing or wrong."`
	} `cmd:"" help:"The models."`
	Doctor  doctorCmd  `cmd:"" help:"Say what is missing and how to mend it."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// run parses and runs one command line and returns the exit status: 0 when all
// was processed, 1 when something failed, 2 for a wrong command line.
func run(ctx context.Context, a app, args []string) int {
	var c commands
	status := -1
	parser, err := kong.New(&c,
		kong.Name("bonafide"),
		kong.Description("Self-hosted identity verification that names the reason and the fix."),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(s int) { status = s }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(a.stderr, "bonafide:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if status >= 0 { // --help was printed
		return status
	}
	if err != nil {
		fmt.Fprintf(a.stderr, "bonafide: %v\nTry: bonafide --help\n", err)
		return 2
	}
	a.lib = c.Lib
	if err := k.Run(&a); err != nil {
		fmt.Fprintln(a.stderr, "bonafide:", err)
		return 1
	}
	return 0
}

type versionCmd struct{}

func (versionCmd) Run(a *app) error {
	_, err := fmt.Fprintln(a.stdout, version)
	return err
}

// line prints v as one line of JSON.
func (a *app) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s\n", b)
	return err
}

// newID returns a function that draws ids: a prefix and 26 characters, the
// first ten of them in the order of time, the rest random.
func (a *app) newID() func(string) string {
	enc := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
	return func(prefix string) string {
		var b [16]byte
		ms := a.now().UnixMilli()
		for k := range 6 {
			b[k] = byte(ms >> (8 * (5 - k)))
		}
		if _, err := io.ReadFull(a.random, b[6:]); err != nil {
			panic("bonafide: no randomness: " + err.Error()) // nothing can be kept secret then
		}
		return prefix + "_" + strings.ToLower(enc.EncodeToString(b[:]))
	}
}

func (a *app) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}
