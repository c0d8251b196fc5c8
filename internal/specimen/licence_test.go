package specimen_test

import (
	"bytes"
	"maps"
	"testing"
	"time"

	"bonafide/internal/barcode"
	"bonafide/internal/specimen"
)

// TestLicences prints licences of many seeds: what stands in the bar code is what the truth says, in every dialect of the standard.
func TestLicences(t *testing.T) {
	t.Parallel()
	profile := specimen.Profile{Reference: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	versions, states := map[int]bool{}, map[string]bool{}
	for seed := range uint64(60) {
		p := specimen.NewPerson(seed, profile)
		img, truth, err := specimen.LicenceBack(p, specimen.PageOptions{PixelsPerMM: 6})
		if err != nil {
			t.Fatal(err)
		}
		l, err := barcode.ParseAAMVA([]byte(truth.Barcode))
		if err != nil {
			t.Fatalf("seed %d: %v: %q", seed, err, truth.Barcode)
		}
		versions[l.Version], states[l.Fields["issuing_state"]] = true, true
		for k, want := range truth.Fields {
			if got := l.Fields[k]; got != want && k != "issuing_state" {
				t.Errorf("seed %d, version %d: %s is %q, want %q", seed, l.Version, k, got, want)
			}
		}
		if len(l.Warnings) > 0 {
			t.Errorf("seed %d: %v", seed, l.Warnings)
		}
		box := truth.Boxes["barcode"]
		if box[0].X < 0 || box[0].Y < 0 || box[2].X > float64(img.Rect.Dx()) || box[2].Y > float64(img.Rect.Dy()) {
			t.Errorf("seed %d: the bar code leaves the card: %v", seed, box)
		}
	}
	if len(versions) < 8 || len(states) < 2 {
		t.Errorf("too much alike: versions %v, states %v", versions, states)
	}
}

func TestLicenceIsOfItsSeed(t *testing.T) {
	t.Parallel()
	p := specimen.NewPerson(5, specimen.Profile{Reference: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)})
	a, ta, err := specimen.LicenceFront(p, specimen.PageOptions{PixelsPerMM: 6})
	if err != nil {
		t.Fatal(err)
	}
	b, tb, err := specimen.LicenceFront(p, specimen.PageOptions{PixelsPerMM: 6})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Pix, b.Pix) || !maps.Equal(ta.Printed, tb.Printed) {
		t.Error("two prints of one licence differ")
	}
	for _, f := range []string{"document_number", "surname", "given_names", "birth_date", "expiry_date", "issue_date", "sex"} {
		if ta.Printed[f] == "" || ta.Fields[f] == "" {
			t.Errorf("%s is not printed", f)
		}
	}
}
