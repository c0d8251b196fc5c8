package eval

import (
	"testing"
	"time"

	"bonafide/internal/document"
	"bonafide/internal/onnx/onnxtest"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
)

// TestDocumentGates keeps a small part of `eval defects` and `eval crosscheck` in the tests, so that a change that breaks either is seen at
// once: a few specimens of each, whose seeds no threshold was chosen on. The reports have the rates.
func TestDocumentGates(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many pictures: run without -short")
	}
	reader, err := document.NewReader(onnxtest.Open(t), document.Config{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	pol, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []specimen.Defect{specimen.Defocus, specimen.Glare, specimen.Obstructed} {
		r, err := Defects(t.Context(), DefectsConfig{
			Reader: reader, Policy: pol, Part: document.QualityOnly, Count: 2, Clean: 1, Seed: 910000, At: defectsReference(), Workers: 2, Only: d,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Defects[0].All; len(r.Defects) != 1 || got.Count < 1 || got.Of != 2 {
			t.Errorf("%s: named in %s, instead %v", d, short(got), r.Defects[0].Instead)
		}
		if r.Clean.Blocked.Count > 0 {
			t.Errorf("clean specimens are blocked: %v", r.Clean.ByCode)
		}
	}
	r, err := CrossCheck(t.Context(), CrossCheckConfig{Reader: reader, Policy: pol, Count: 2, Seed: 910000, At: defectsReference(), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Caught.Count < 1 || r.Flagged.Count > 0 {
		t.Errorf("altered and caught %s, unaltered and flagged %s; missed %v, false %v", short(r.Caught), short(r.Flagged), r.Missed, r.False)
	}
}
