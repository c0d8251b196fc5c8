package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// crashEnv makes the test program the child that is killed: it names the data
// folder and, after a colon, the folder with the pictures.
const crashEnv = "BONAFIDE_TEST_CRASH"

// untilKilled opens a data folder as a server does, takes everything of a case,
// tells its id, and waits to be killed. It runs no jobs, so that the kill comes
// after the last submission was accepted and before its job, surely.
func untilKilled(folders string) error {
	data, people, _ := strings.Cut(folders, ":")
	ctx := context.Background()
	a := &app{stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now, random: rand.Reader, lib: os.Getenv("BONAFIDE_LIB")}
	pol, err := policy.Standard()
	if err != nil {
		return err
	}
	engine, _, err := a.engine()
	if err != nil {
		return err
	}
	n, err := a.openNode(ctx, data, engine, policy.Only(pol), slog.New(slog.DiscardHandler), &outgoing{})
	if err != nil {
		return err
	}
	c, err := n.service.CreateCase(ctx, verify.NewCase{ExternalID: "crash", Locale: "en"})
	if err != nil {
		return err
	}
	for _, x := range evidence() {
		content, err := os.ReadFile(filepath.Join(people, x.file))
		if err != nil {
			return err
		}
		o, err := n.service.Submit(ctx, c.ID, kyc.Item(x.item), "", content)
		if err != nil || !o.Accepted {
			return fmt.Errorf("%s was not taken: %w", x.item, err)
		}
	}
	fmt.Println(c.ID)
	select {}
}

type sent struct{ item, file string }

// evidence is what a case needs, with the files of a specimen.
func evidence() []sent {
	return []sent{{"document_front", "passport.jpg"}, {"details", "details.json"}, {"face", "selfie.jpg"}}
}

// TestKilledBeforeTheJob is the second half of acceptance 5: kill -9 between
// accepting the last submission and its job.
func TestKilledBeforeTheJob(t *testing.T) {
	t.Parallel()
	needModels(t)
	data, people := filepath.Join(t.TempDir(), "data"), drawn(t)
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashEnv+"="+data+":"+people, "BONAFIDE_LIB="+lib(t))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(line)
	if err := child.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = child.Wait()
	if got := events(t, data, id); fmt.Sprint(got) != "[create submit submit submit]" {
		t.Fatalf("before the new start the record says %v", got)
	}

	s := serve(t, data)
	if second := exec.CommandContext(t.Context(), program(t), "serve", "--data", data, "--listen", "127.0.0.1:0"); true {
		second.Env = append(os.Environ(), "BONAFIDE_LIB="+lib(t))
		if text, err := second.CombinedOutput(); err == nil || !strings.Contains(string(text), "in use by process") {
			t.Errorf("a second server on the same folder: %v, %s", err, text)
		}
	}
	s.approved(id)
	time.Sleep(time.Second) // would it run once more?
	if got := events(t, data, id); fmt.Sprint(got) != "[create submit submit submit checked]" {
		t.Errorf("the record says %v", got)
	}
	if n, tries := jobsOf(t, data, id); n != 1 || tries != 1 {
		t.Errorf("%d jobs, tried %d times", n, tries)
	}
	for _, i := range s.read(id).Items {
		if i.Attempts > 1 {
			t.Errorf("%s was judged %d times", i.Item, i.Attempts)
		}
	}
	s.stop()

	// The record holds from the command line too, through the head it prints; one
	// changed byte does not.
	text := s.run(0, "audit", "verify", "--data", data)
	_, head, _ := strings.Cut(text, "head ")
	head, _, _ = strings.Cut(head, "\n")
	s.run(0, "audit", "verify", "--data", data, "--anchor", head)
	file := filepath.Join(data, databaseFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(whole)
	k := strings.LastIndex(string(whole), `"to":"approved"`)
	if k < 0 {
		t.Fatal("the record is not in the database file")
	}
	changed[k+6] = 'A'
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if text := s.run(1, "audit", "verify", "--data", data); !strings.Contains(text, "broken at record") {
		t.Errorf("a changed byte: %s", text)
	}
}

// TestKilledDuringTheCheck kills the server at random moments after the last
// submission, several times, and demands that each case is checked once.
func TestKilledDuringTheCheck(t *testing.T) {
	t.Parallel()
	needModels(t)
	if testing.Short() {
		t.Skip("starts and kills servers for half a minute")
	}
	data, people := filepath.Join(t.TempDir(), "data"), drawn(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	moments := mathrand.New(mathrand.NewPCG(seed, 1))
	s := serve(t, data)
	var ids []string
	for range 4 {
		id := s.newCase("one account") // a document verifies one
		ids = append(ids, id)
		for _, x := range evidence() {
			s.submit(id, x.item, filepath.Join(people, x.file))
		}
		wait := time.Duration(moments.Int64N(int64(700 * time.Millisecond)))
		time.Sleep(wait)
		s.kill()
		seen := events(t, data, id)
		s = serve(t, data)
		s.approved(id)
		t.Logf("killed %v after the last submission, then the record said %v", wait.Round(time.Millisecond), seen[len(seen)-1])
	}
	time.Sleep(time.Second)
	for _, id := range ids {
		if got := events(t, data, id); fmt.Sprint(got) != "[create submit submit submit checked]" {
			t.Errorf("%s: the record says %v", id, got)
		}
		for _, i := range s.read(id).Items {
			if i.Attempts > 1 {
				t.Errorf("%s was judged %d times", i.Item, i.Attempts)
			}
		}
	}
	s.stop()
}

// TestKilledUnderLoad repeats requests with their keys over kills, as a client
// does: nothing that was answered is lost, and nothing is done twice.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	needModels(t)
	data := filepath.Join(t.TempDir(), "data")
	s := serve(t, data)
	// The demonstration key is made anew at each start; this one stays.
	text := s.run(0, "keys", "create", "shop", "--data", data)
	s.key, _, _ = strings.Cut(text, "\n")
	ids := map[string]string{}
	for round := range 3 {
		for k := range 5 {
			account := fmt.Sprintf("account %d", k)
			body := fmt.Sprintf(`{"external_id":%q,"items":["details"]}`, account)
			res, b := s.send(http.MethodPost, "/v1/cases", strings.NewReader(body), http.Header{"Idempotency-Key": {account}})
			if res.StatusCode != http.StatusCreated {
				t.Fatalf("%s: %s", res.Status, b)
			}
			id := decoded[api.CreatedCase](t, b).Case.ID
			if old, ok := ids[account]; ok && old != id {
				t.Errorf("round %d: %s had the case %s, now %s", round, account, old, id)
			}
			ids[account] = id
		}
		key := s.key
		s.kill()
		s = serve(t, data)
		s.key = key
	}
	for _, id := range ids {
		if got := events(t, data, id); fmt.Sprint(got) != "[create]" {
			t.Errorf("the record says %v", got)
		}
	}
	s.stop()
}

// drawn draws a person who does not exist.
func drawn(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := specimen.WriteSet(dir, 7, specimen.Profile{Reference: time.Now()}); err != nil {
		t.Fatal(err)
	}
	return dir
}
