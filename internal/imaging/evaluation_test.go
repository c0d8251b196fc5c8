package imaging

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// dataDir finds ../shared/data beside the repository, or skips.
func dataDir(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if p := filepath.Join(d, "shared", "data", name); isDir(p) {
			return p
		}
	}
	t.Skipf("shared/data/%s is not here: nothing to measure", name)
	return ""
}

func isDir(p string) bool {
	s, err := os.Stat(p)
	return err == nil && s.IsDir()
}

type sample struct {
	name string
	pic  *Picture
}

func samples(t testing.TB, folder string) (out []sample) {
	t.Helper()
	dir := dataDir(t, folder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		// One page is there eight times, turned; count it once.
		if strings.Contains(e.Name(), "_MRZ_orient") && !strings.Contains(e.Name(), "_MRZ_orient1_") {
			continue
		}
		if e.IsDir() || strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(t.Context(), data, Limits{})
		if err != nil {
			t.Errorf("%s: %v", e.Name(), err)
			continue
		}
		out = append(out, sample{e.Name(), p})
	}
	return out
}

// spread is a line of a distribution: count, least, 5th, 25th, 50th, 75th, 95th percentile, most.
func spread(v []float64) string {
	if len(v) == 0 {
		return "none"
	}
	s := slices.Clone(v)
	slices.Sort(s)
	q := func(f float64) float64 { return s[min(int(f*float64(len(s))), len(s)-1)] }
	return fmt.Sprintf("| %d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f |", len(s), s[0], q(.05), q(.25), q(.5), q(.75), q(.95), s[len(s)-1])
}

// atWidth is a picture's luma at a width, never enlarged, blurred by sigma pixels, with noise on top.
func atWidth(g *image.Gray, width int, sigma, noiseSigma float64) *image.Gray {
	if g.Rect.Dx() > width {
		g = ResizeGray(g, width, g.Rect.Dy()*width/g.Rect.Dx())
	}
	f := NewGrid[float32](g.Rect.Dx(), g.Rect.Dy())
	for y := range f.Height {
		for x, v := range grayRow(g, y) {
			f.Row(y)[x] = float32(v)
		}
	}
	f = GaussianBlur(f, sigma)
	out := image.NewGray(image.Rect(0, 0, f.Width, f.Height))
	state := uint64(1)
	for i, v := range f.Pix {
		var n float64 // Irwin-Hall: four uniforms make a fair Gaussian
		for range 4 {
			state = state*6364136223846793005 + 1442695040888963407
			n += float64(state>>40)/(1<<24) - .5
		}
		out.Pix[i] = round8(v + float32(n*1.732*noiseSigma))
	}
	return out
}

// TestEvaluation prints what docs/evaluation/imaging.md holds: go test -run TestEvaluation -v ./internal/imaging.
func TestEvaluation(t *testing.T) {
	if testing.Short() {
		t.Skip("short: measuring takes half a minute")
	}
	docs, bad := samples(t, "documents"), samples(t, "bad_photos")
	const head = "n | least | 5% | 25% | 50% | 75% | 95% | most"
	var wide []sample // wide enough to be read; blur is applied to these
	for _, s := range docs {
		if s.pic.RGB.Rect.Dx() >= 900 {
			wide = append(wide, s)
		}
	}
	t.Logf("sharpness | noise | %s", head)
	medians := map[float64]float64{}
	noises := []float64{0, 1.5, 3, 5}
	if !testing.Verbose() {
		noises = noises[:1] // the numbers are for reading; unread, only the order is checked
	}
	for _, noiseSigma := range noises {
		for _, sigma := range []float64{0, 1, 1.5, 2, 3, 4, 6} {
			var v []float64
			for _, s := range wide {
				g := atWidth(s.pic.Gray(), 1000, sigma, noiseSigma)
				v = append(v, Sharpness(g, g.Rect))
			}
			t.Logf("| wide documents, blur %g px | %g %s", sigma, noiseSigma, spread(v))
			slices.Sort(v)
			if noiseSigma == 0 {
				medians[sigma] = v[len(v)/2]
			}
		}
	}
	before := medians[0]
	for _, sigma := range []float64{1, 1.5, 2, 3, 4, 6} {
		if medians[sigma] >= before {
			t.Errorf("sharpness does not fall at blur %g: %.3f after %.3f", sigma, medians[sigma], before)
		}
		before = medians[sigma]
	}
	if !testing.Verbose() {
		return
	}
	var all, exposureMean, contrast, over, glareDocs, satDocs []float64
	for _, s := range docs {
		g := s.pic.Gray()
		all = append(all, Sharpness(g, g.Rect))
		e := Exposure(g, g.Rect)
		exposureMean, contrast, over = append(exposureMean, e.Mean), append(contrast, e.Contrast), append(over, e.OverShare)
		gl := Glare(s.pic.RGB, s.pic.RGB.Rect)
		glareDocs, satDocs = append(glareDocs, gl.Share), append(satDocs, gl.Saturated)
		t.Logf("document %s: %v sharpness %.3f exposure %.0f %.0f..%.0f over %.3f glare %.4f (%d) of saturated %.4f largest %v", s.name, s.pic, Sharpness(g, g.Rect), e.Mean, e.P5, e.P95, e.OverShare, gl.Share, gl.Blobs, gl.Saturated, gl.Largest)
	}
	t.Logf("| all documents: sharpness %s", spread(all))
	t.Logf("| exposure mean %s", spread(exposureMean))
	t.Logf("| exposure contrast %s", spread(contrast))
	t.Logf("| exposure over share %s", spread(over))
	t.Logf("| glare share %s", spread(glareDocs))
	t.Logf("| saturated share %s", spread(satDocs))
	for _, s := range bad {
		g := s.pic.Gray()
		gl := Glare(s.pic.RGB, s.pic.RGB.Rect)
		e := Exposure(g, g.Rect)
		t.Logf("bad photo %s: %v sharpness %.3f exposure %.0f %.0f..%.0f over %.3f glare %.4f (%d) of saturated %.4f largest %v %.4f", s.name, s.pic, Sharpness(g, g.Rect), e.Mean, e.P5, e.P95, e.OverShare, gl.Share, gl.Blobs, gl.Saturated, gl.Largest, gl.LargestShare)
	}

	for _, part := range []float64{.02, .05, .12, .25} {
		var found, share []float64
		for _, s := range docs {
			im := Resize(s.pic.RGB, s.pic.RGB.Rect.Dx(), s.pic.RGB.Rect.Dy())
			w, h := float64(im.Rect.Dx()), float64(im.Rect.Dy())
			r := part * w
			shine(im, .55*w, .5*h, min(r, .38*h))
			gl := Glare(im, im.Rect)
			hit := 0.
			if image.Pt(int(.55*w), int(.5*h)).In(gl.Largest) {
				hit = 1
			}
			found, share = append(found, hit), append(share, gl.LargestShare)
		}
		n := 0.
		for _, v := range found {
			n += v
		}
		t.Logf("reflection of radius %g of the width, put on each document: found at its place in %g of %d; largest share %s", part, n, len(docs), spread(share))
	}

	var again, unrelated []float64
	hashes := make([]uint64, len(docs))
	for i, s := range docs {
		g := s.pic.Gray()
		hashes[i] = PerceptualHash(g)
		for _, w := range []int{300, 800} {
			for _, q := range []int{30, 60, 90} {
				var b bytes.Buffer
				if err := jpeg.Encode(&b, Resize(s.pic.RGB, w, g.Rect.Dy()*w/g.Rect.Dx()), &jpeg.Options{Quality: q}); err != nil {
					t.Fatal(err)
				}
				p, err := Decode(t.Context(), b.Bytes(), Limits{})
				if err != nil {
					t.Fatal(err)
				}
				again = append(again, float64(Distance(hashes[i], PerceptualHash(p.Gray()))))
			}
		}
	}
	for i := range docs {
		for j := range i {
			d := Distance(hashes[i], hashes[j])
			unrelated = append(unrelated, float64(d))
			if d < 14 {
				t.Logf("close: %d %s %s", d, docs[i].name, docs[j].name)
			}
		}
	}
	t.Logf("| hash, the same resized and recompressed %s", spread(again))
	t.Logf("| hash, different files %s", spread(unrelated))
}
