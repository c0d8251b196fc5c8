package eval

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/liveness"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/policy"
	"bonafide/internal/verify"
)

func livenessAnalyser(t *testing.T) *liveness.Analyser {
	t.Helper()
	faces, err := face.New(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	return liveness.New(faces, nil)
}

// TestLivenessGate: the evaluation in small. Honest people pass for the most part, however their frames arrive; no attack does.
func TestLivenessGate(t *testing.T) {
	if testing.Short() {
		t.Skip("films people; runs without -short")
	}
	pol, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Liveness(t.Context(), LivenessConfig{Analyser: livenessAnalyser(t), Policy: pol, Honest: 4, Attacks: 1, Persons: 2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if r.Honest.Accepted.Count < 3 { // of the report's hundred, 88 do
		t.Errorf("of 4 honest sequences %d pass: %v", r.Honest.Accepted.Count, r.Honest.Codes)
	}
	for _, s := range r.Species {
		if s.Accepted.Count > 0 {
			t.Errorf("%s passes", s.Name)
		}
	}
	for _, d := range r.Delivery {
		if d.Other > 0 || d.Same == 0 {
			t.Errorf("%+v", d)
		}
	}
	if text := r.Markdown(); !strings.Contains(text, "| still | 1 | 0.00 %") {
		t.Errorf("the report does not name the species:\n%s", text)
	}
}

// TestClips: movements that were seen by eye in real clips are found, and those that are not there are not.
func TestClips(t *testing.T) {
	if testing.Short() {
		t.Skip("reads clips; runs without -short")
	}
	const data = "../../../shared/data/liveness"
	if _, err := os.Stat(data); err != nil {
		t.Skip("needs ../shared/data/liveness, which is not here")
	}
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("needs ffmpeg")
	}
	pol, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	a := livenessAnalyser(t)
	for clip, want := range map[string][]liveness.Action{
		// The manifest's events; blinks were looked at frame by frame.
		"d11": {liveness.Blink, liveness.TurnLeft, liveness.OpenMouth},
		"d19": {},
		"d20": {liveness.OpenMouth},
	} {
		t.Run(clip, func(t *testing.T) {
			m, err := a.Measure(t.Context(), clipFrames(t, filepath.Join(data, "LivePortrait__driving_"+clip+".mp4")), liveness.Challenge{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range verify.LivenessChallenges(pol.Thresholds.Liveness, m, liveness.Actions()) {
				if c.Performed != slices.Contains(want, c.Action) {
					t.Errorf("%s: performed is %v", c.Action, c.Performed)
				}
			}
		})
	}
}

// clipFrames takes ten frames a second out of a clip.
func clipFrames(t *testing.T, clip string) []liveness.Frame {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", clip, "-vf", "fps=10", "-q:v", "2", "-start_number", "0", filepath.Join(dir, "%d.jpg")).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	var out []liveness.Frame
	for _, f := range files {
		n, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(f), ".jpg"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := imaging.Decode(t.Context(), b, imaging.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, liveness.Frame{AtMS: 100 * n, Picture: p})
	}
	return out
}
