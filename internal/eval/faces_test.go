package eval

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bonafide/internal/face"
	"bonafide/internal/onnx/onnxtest"
)

// folder finds shared/data beside the repository, or skips.
func facesData(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "..", "shared", "data", "faces")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skip("needs ../shared/data/faces, which is not here")
	return ""
}

// TestFacesAcceptance is the acceptance of face comparison: EER of at most 0.5 % on the bucket photo, every picture acquired, and a
// recommendation that the judge's script would pass (no false match in 600, at most 2 % missed).
func TestFacesAcceptance(t *testing.T) {
	t.Parallel()
	data := facesData(t)
	a, err := face.New(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	var last int
	r, err := Faces(t.Context(), FacesConfig{Data: data, Analyser: a, Now: time.Now, Seed: 1, Progress: func(done, _ int) { last = done }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Pictures != last || r.Pictures == 0 || len(r.Failures) != 0 {
		t.Errorf("%d pictures, %d told, failures %v", r.Pictures, last, r.Failures)
	}
	limits := map[string]float64{"photo": .005, "crop_small": .02, "grey_orl": .05}
	for _, b := range r.Buckets {
		t.Logf("%s: EER %.4f at %.3f, %d same, %d different; at the recommendation FMR %s, FNMR %s",
			b.Name, b.EER, b.EERThreshold, b.Same, b.Different, b.AtThreshold.FMR, b.AtThreshold.FNMR)
		limit, ok := limits[b.Name]
		if !ok || b.EER > limit {
			t.Errorf("%s: EER %.4f, allowed %.4f", b.Name, b.EER, limit)
		}
		delete(limits, b.Name)
	}
	for name := range limits {
		t.Errorf("no bucket %s", name)
	}
	j := r.Judge
	if j.Matched != 0 || j.Missed*50 > j.Same || j.EER > .01 || j.Same == 0 || j.Different != 600 {
		t.Errorf("the judge would say: %+v", j)
	}
	if th := r.Threshold; th.Low > th.Threshold || th.High < th.Threshold || th.Low == 0 {
		t.Errorf("threshold %+v", th)
	}
	for _, tm := range r.Timings {
		t.Logf("%s: mean %.1f ms, median %.1f ms, 95 %% %.1f ms", tm.Step, tm.Mean, tm.Median, tm.P95)
	}
}

func TestFacesBrokenData(t *testing.T) {
	t.Parallel()
	a, err := face.New(onnxtest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T, files map[string]string) string {
		t.Helper()
		dir := t.TempDir()
		for name, body := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	t.Run("no pairs file", func(t *testing.T) {
		t.Parallel()
		if _, err := Faces(t.Context(), FacesConfig{Data: t.TempDir(), Analyser: a}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("not JSON", func(t *testing.T) {
		t.Parallel()
		if _, err := Faces(t.Context(), FacesConfig{Data: write(t, map[string]string{"pairs.json": "["}), Analyser: a}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("no pairs", func(t *testing.T) {
		t.Parallel()
		if _, err := Faces(t.Context(), FacesConfig{Data: write(t, map[string]string{"pairs.json": "{}"}), Analyser: a}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("pictures that are none", func(t *testing.T) {
		t.Parallel()
		dir := write(t, map[string]string{
			"pairs.json": `{"pairs":[{"a":"a.jpg","b":"gone.jpg","same":true}]}`, "a.jpg": "not a picture",
		})
		r, err := Faces(t.Context(), FacesConfig{Data: dir, Analyser: a})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Failures) != 2 || r.Failures[0].Step != "decode" || r.Failures[1].Step != "read" || r.Buckets[0].Skipped != 1 {
			t.Errorf("%+v", r)
		}
		if !strings.Contains(r.Markdown(), "| gone.jpg | photo | read |") {
			t.Error("the report does not list the failure")
		}
	})
}

// synthetic has persons 0..n-1 with one picture each and different-person scores 0, 0.001, … in an order that mixes persons.
func synthetic(n int) (pairs []scoredPair, persons map[string]string) {
	persons = map[string]string{}
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		persons[strconv.Itoa(i)] = "p" + strconv.Itoa(i)
		for j := range i {
			pairs = append(pairs, scoredPair{facePair: facePair{A: strconv.Itoa(i), B: strconv.Itoa(j), Bucket: "photo"}})
		}
	}
	for k, i := range rnd.Perm(len(pairs)) {
		pairs[i].score = float64(k+1) / float64(len(pairs)+1)
		pairs[i].distance = face.DistanceOf(pairs[i].score)
	}
	return pairs, persons
}

func TestRecommend(t *testing.T) {
	t.Parallel()
	pairs, persons := synthetic(64) // 2,016 pairs
	same := scoredPair{facePair: facePair{A: "1", B: "2", Same: true}, score: .01}
	got := recommend(append(pairs, same), persons, 1e-2, rand.New(rand.NewPCG(1, 1)))
	over := len(keep(pairs, func(p scoredPair) bool { return p.score >= got.Threshold }))
	if over != 20 || got.Pairs != 2016 {
		t.Errorf("%d of %d pairs reach the threshold, want 20 of 2016", over, got.Pairs)
	}
	if got.Low >= got.Threshold || got.High <= got.Threshold || got.High-got.Low > .05 {
		t.Errorf("interval %v–%v around %v", got.Low, got.High, got.Threshold)
	}
	if again := recommend(append(pairs, same), persons, 1e-2, rand.New(rand.NewPCG(1, 1))); again != got {
		t.Error("the same seed gives another recommendation")
	}
	if few := recommend(pairs[:50], persons, 1e-2, rand.New(rand.NewPCG(1, 1))); few.Threshold != 0 {
		t.Errorf("50 pairs cannot show 1 in 100, got %+v", few)
	}
	if blind := recommend(pairs, map[string]string{}, 1e-2, rand.New(rand.NewPCG(1, 1))); blind.Low != 0 || blind.High != 0 {
		t.Errorf("an interval without persons: %+v", blind)
	}
}

func TestFacesReportFiles(t *testing.T) {
	t.Parallel()
	pairs, persons := synthetic(64)
	for i := range 40 {
		s := .5 + .5*float64(i)/40
		pairs = append(pairs, scoredPair{facePair: facePair{A: "1", B: "1", Same: true, Bucket: "photo"}, score: s, distance: face.DistanceOf(s)})
	}
	r := FacesReport{Threshold: recommend(pairs, persons, 1e-2, rand.New(rand.NewPCG(1, 1)))}
	b := measureBucket(pairs, r.Threshold.Threshold)
	b.Name = "a<b&c"
	r.Buckets = []FacesBucket{b}
	dir := filepath.Join(t.TempDir(), "out")
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "faces.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back FacesReport
	if err := json.Unmarshal(data, &back); err != nil || len(back.Buckets) != 1 || back.Buckets[0].EER != b.EER {
		t.Errorf("faces.json does not read back: %v", err)
	}
	svg, err := os.Open(filepath.Join(dir, "faces.svg"))
	if err != nil {
		t.Fatal(err)
	}
	defer svg.Close()
	paths := 0
	for d := xml.NewDecoder(svg); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("faces.svg is not XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
			paths++
		}
	}
	if paths != 10+1+2 {
		t.Errorf("%d paths in faces.svg, want ten grid lines, the diagonal, the curve and its key", paths)
	}
}
