package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bonafide/api"
	"bonafide/internal/applicant"
	"bonafide/internal/audit"
	"bonafide/internal/imaging"
	"bonafide/internal/operator"
	"bonafide/internal/sqlite"
)

// program is the real program, built once without the race detector, so that its
// memory and its speed are its own.
func program(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "bonafide-test-bin-") // TestMain removes it
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bonafide")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	builtIn = dir
	return path, nil
})

var builtIn string

func lib(t *testing.T) string {
	t.Helper()
	dir, _ := libFolder(t)
	return dir
}

// needModels skips where a server cannot run.
func needModels(t *testing.T) {
	t.Helper()
	if _, ok := libFolder(t); !ok {
		t.Skip("models are not here: make assets")
	}
	if _, err := applicant.Handler(operator.Operator{}); err != nil {
		t.Skip("the web program is not built: make web")
	}
}

// running is a server process and a client of it.
type running struct {
	*testing.T
	cmd  *exec.Cmd
	url  string
	key  string
	temp string // its own folder for temporary files
	home string // its own home
	log  *bytes.Buffer
	over chan error
}

// serve starts the real program on a data folder, as in a demonstration, and
// returns when it says where it is.
func serve(t *testing.T, data string) *running {
	t.Helper()
	s := &running{T: t, temp: t.TempDir(), home: t.TempDir(), log: &bytes.Buffer{}, over: make(chan error, 1)}
	s.cmd = exec.Command(program(t), "serve", "--demo", "--data", data, "--listen", "127.0.0.1:0")
	s.cmd.Env = append(os.Environ(), "BONAFIDE_LIB="+lib(t), "TMPDIR="+s.temp, "HOME="+s.home, "XDG_CACHE_HOME=")
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		text := lines.Text()
		if _, u, ok := strings.Cut(text, " serves "); ok {
			s.url = u
		}
		if _, k, ok := strings.Cut(text, "API key"); ok {
			s.key = strings.TrimSpace(k)
		}
		if strings.Contains(text, "try it") {
			break
		}
	}
	if s.url == "" || s.key == "" {
		_ = s.cmd.Wait()
		t.Fatalf("the server did not start: %s", s.log)
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		s.over <- s.cmd.Wait()
	}()
	return s
}

// kill ends the process as a power cut would.
func (s *running) kill() {
	s.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.Fatal(err)
	}
	<-s.over
}

// stop asks the process to end, and demands that it does so in order.
func (s *running) stop() {
	s.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.Fatal(err)
	}
	select {
	case err := <-s.over:
		if err != nil {
			s.Errorf("the server ended with %v: %s", err, s.log)
		}
	case <-time.After(40 * time.Second):
		s.Errorf("the server does not end: %s", s.log)
	}
	// Libraries leave nothing either: ONNX Runtime keeps its telemetry in both
	// places where it is not told to send none.
	for _, dir := range []string{s.temp, s.home} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			s.Errorf("something is left outside of the data folder: %v, %v", left, err)
		}
	}
}

func (s *running) send(method, path string, body io.Reader, h http.Header) (*http.Response, []byte) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, body)
	if err != nil {
		s.Fatal(err)
	}
	maps.Copy(req.Header, h)
	req.Header.Set("Authorization", "Bearer "+s.key)
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatalf("%v; the server says %s", err, s.log)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return res, b
}

func decoded[T any](t *testing.T, b []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %.300s", err, b)
	}
	return v
}

func (s *running) newCase(account string) string {
	s.Helper()
	res, b := s.send(http.MethodPost, "/v1/cases", strings.NewReader(fmt.Sprintf(`{"external_id":%q}`, account)), nil)
	if res.StatusCode != http.StatusCreated {
		s.Fatalf("%s: %s", res.Status, b)
	}
	return decoded[api.CreatedCase](s.T, b).Case.ID
}

// offer sends evidence and returns what is said of it.
func (s *running) offer(id, item string, content []byte) api.Submitted {
	s.Helper()
	res, b := s.send(http.MethodPost, "/v1/cases/"+id+"/submissions/"+item, bytes.NewReader(content), http.Header{"Content-Type": {"application/octet-stream"}})
	if res.StatusCode != http.StatusOK {
		s.Fatalf("%s: %s: %s", item, res.Status, b)
	}
	return decoded[api.Submitted](s.T, b)
}

// submit sends a file that must be taken.
func (s *running) submit(id, item, file string) {
	s.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		s.Fatal(err)
	}
	if got := s.offer(id, item, content); !got.Accepted {
		s.Fatalf("%s was refused: %+v", file, got.Findings)
	}
}

func (s *running) read(id string) api.Case {
	s.Helper()
	res, b := s.send(http.MethodGet, "/v1/cases/"+id, nil, nil)
	if res.StatusCode != http.StatusOK {
		s.Fatalf("%s: %s", res.Status, b)
	}
	return decoded[api.Case](s.T, b)
}

// approved waits for the case to be approved; any other decision fails.
func (s *running) approved(id string) {
	s.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		c := s.read(id)
		switch {
		case c.State == "approved":
			return
		case c.State != "processing" || time.Now().After(end):
			s.Fatalf("the case is %s with %+v; the server says %s", c.State, c.Findings, s.log)
		}
	}
}

// run runs a command that must end with a status, and returns all it printed.
func (s *running) run(status int, args ...string) string {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), program(s.T), args...)
	out, err := cmd.CombinedOutput()
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		s.Fatal(err)
	}
	if code != status {
		s.Fatalf("%v ended with %d, want %d: %s", args, code, status, out)
	}
	return string(out)
}

// beside opens the database of a data folder for reading, whoever has it.
func beside(t *testing.T, data string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(data, databaseFile), Mode: sqlite.Beside})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// events verifies the audit chain and returns what it says of a case.
func events(t *testing.T, data, id string) []string {
	t.Helper()
	db := beside(t, data)
	defer db.Close()
	if _, err := audit.Verify(audit.Records(t.Context(), db)); err != nil {
		t.Fatal(err)
	}
	var out []string
	for r, err := range audit.Records(t.Context(), db) {
		if err != nil {
			t.Fatal(err)
		}
		if d, err := audit.Decode(r.Data); err == nil && string(d.Case) == id {
			out = append(out, d.Event)
		}
	}
	return out
}

// jobsOf counts the check jobs of a case, and how often they were tried.
func jobsOf(t *testing.T, data, id string) (jobs, tries int) {
	t.Helper()
	db := beside(t, data)
	defer db.Close()
	err := db.DB().QueryRowContext(t.Context(),
		"SELECT count(*), coalesce(sum(attempt), 0) FROM river_job WHERE kind = 'check_case' AND json_extract(args, '$.case_id') = ?", id).Scan(&jobs, &tries)
	if err != nil {
		t.Fatal(err)
	}
	return jobs, tries
}

// peak is the most memory that a process has held, in bytes (VmHWM).
func peak(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc here to read the memory from")
	}
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// TestHostileUploads is acceptance 6 against the real program: every bad input
// is named, memory stays under 1 GiB, and nothing is left behind.
func TestHostileUploads(t *testing.T) {
	t.Parallel()
	needModels(t)
	data, people := filepath.Join(t.TempDir(), "data"), drawn(t)
	s := serve(t, data)
	id := s.newCase("hostile")
	start := peak(t, s.cmd.Process.Pid)

	files := hostileFiles(t, people)
	var wg sync.WaitGroup
	for range 3 { // some at the same time
		for name, kind := range map[string]string{
			"text.jpg": "unknown_format", "empty.jpg": "empty", "truncated.jpg": "", "huge.png": "too_many_pixels", "animated.webp": "animated",
		} {
			for _, item := range []string{"document_front", "face", "document_back"} {
				wg.Go(func() {
					got := s.offer(id, item, files[name])
					// The first says what the file is; that it was sent before may be told beside it.
					k := slices.IndexFunc(got.Findings, func(f api.Finding) bool {
						return strings.HasSuffix(f.Code, ".file_unreadable") && (kind == "" || f.Measure == kind)
					})
					again := slices.ContainsFunc(got.Findings, func(f api.Finding) bool { return strings.HasSuffix(f.Code, ".same_picture") })
					if got.Accepted || k < 0 && !again || k >= 0 && got.Findings[k].Fix == "" {
						t.Errorf("%s as %s: %+v", name, item, got.Findings)
					}
				})
			}
		}
	}
	wg.Wait()
	for _, told := range []bool{true, false} {
		for _, item := range []string{"document_front", "details"} {
			began := time.Now()
			if status := s.upload(id, item, 300<<20, told); status != http.StatusRequestEntityTooLarge {
				t.Errorf("300 MB as %s: %d", item, status)
			}
			if d := time.Since(began); d > 20*time.Second {
				t.Errorf("300 MB as %s were refused after %v", item, d)
			}
		}
	}
	// The largest pictures that are taken, several at the same time: small files
	// with as many pixels as may be.
	large := largePNG(t, int(math.Sqrt(float64(imaging.DefaultLimits().Pixels))))
	for _, item := range []string{"document_front", "document_back", "face"} {
		for range 2 {
			other := s.newCase("hostile")
			wg.Go(func() {
				for _, f := range s.offer(other, item, large).Findings {
					if strings.HasSuffix(f.Code, ".file_unreadable") {
						t.Errorf("the large picture was not looked at: %+v", f)
					}
				}
			})
		}
	}
	wg.Wait()
	high := peak(t, s.cmd.Process.Pid)
	t.Logf("VmHWM %d MB at the start, %d MB after all", start>>20, high>>20)
	if high > 1<<30 {
		t.Errorf("memory rose to %d MB", high>>20)
	}

	c := s.read(id)
	for _, i := range c.Items {
		if i.Attempts != 0 || i.Status != "missing" {
			t.Errorf("%s is %s after %d attempts", i.Item, i.Status, i.Attempts)
		}
	}
	// It still works.
	for _, x := range evidence() {
		s.submit(id, x.item, filepath.Join(people, x.file))
	}
	s.approved(id)
	t.Logf("VmHWM %d MB after a whole case", peak(t, s.cmd.Process.Pid)>>20)
	s.stop() // which looks into its folder for temporary files
	known := []string{"bonafide.db", "bonafide.lock", "evidence", "installation", "keys.json"}
	var have []string
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		have = append(have, e.Name())
	}
	if !slices.Equal(have, known) {
		t.Errorf("the data folder holds %v, want %v", have, known)
	}
	files1 := 0
	err = filepath.WalkDir(filepath.Join(data, "evidence"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files1++
		}
		return err
	})
	if err != nil || files1 != len(evidence()) {
		t.Errorf("%d evidence files, %v, want the %d of the case", files1, err, len(evidence()))
	}
}

// largePNG is a grey square without anything to see, small as a file.
func largePNG(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends n bytes, of which the size is told beforehand or not, and returns
// the status. curl does so as integrators do: it reads the answer while it sends.
func (s *running) upload(id, item string, n int64, told bool) int {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	pr, pw := io.Pipe()
	go func() {
		chunk := make([]byte, 1<<20)
		for left := n; left > 0; left -= int64(len(chunk)) {
			if _, err := pw.Write(chunk); err != nil {
				return
			}
		}
		_ = pw.Close()
	}()
	defer pr.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/cases/"+id+"/submissions/"+item, pr)
	if err != nil {
		s.Fatal(err)
	}
	if told {
		req.ContentLength = n
		req.Header.Set("Expect", "100-continue")
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	transport := &http.Transport{ExpectContinueTimeout: 5 * time.Second}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		s.Errorf("%d bytes as %s, told %v: %v", n, item, told, err)
		return 0
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Contains(b, []byte("urn:bonafide:problem:too_large")) {
		s.Errorf("%d bytes as %s, told %v: %s, %v", n, item, told, b, err)
	}
	return res.StatusCode
}
