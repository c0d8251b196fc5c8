package imaging_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// shot is a picture in an evaluation. Pictures of one subject are different
// photos of the same person, page or kind of page.
type shot struct {
	name, subject string
	rgb           *image.RGBA
}

func gray(t *testing.T, img *image.RGBA, quality int) *image.Gray {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	p, err := imaging.Decode(t.Context(), b.Bytes(), imaging.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return p.Gray()
}

// altered are versions of a picture that are the same picture: cropped by up to
// ten per cent off each side, compressed, resized, lighter or darker.
func altered(t *testing.T, img *image.RGBA, r *rand.Rand) map[string]*image.Gray {
	t.Helper()
	crop := func(most float64) *image.RGBA {
		b := img.Rect
		cut := func(n int) int { return int(r.Float64() * most * float64(n)) }
		part := image.Rect(b.Min.X+cut(b.Dx()), b.Min.Y+cut(b.Dy()), b.Max.X-cut(b.Dx()), b.Max.Y-cut(b.Dy()))
		out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
		draw.Draw(out, out.Rect, img, part.Min, draw.Src)
		return out
	}
	full := func(cut float64) *image.RGBA {
		b := img.Rect
		dx, dy := int(cut*float64(b.Dx())), int(cut*float64(b.Dy()))
		part := image.Rect(b.Min.X+dx, b.Min.Y+dy, b.Max.X-dx, b.Max.Y-dy)
		out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
		draw.Draw(out, out.Rect, img, part.Min, draw.Src)
		return out
	}
	lighter := func(f float64) *image.RGBA {
		out := image.NewRGBA(img.Rect)
		for i, p := range img.Pix {
			out.Pix[i] = uint8(min(255, float64(p)*f))
		}
		return out
	}
	scaled := func(src *image.RGBA, w int) *image.RGBA {
		return imaging.Resize(src, w, max(1, src.Rect.Dy()*w/src.Rect.Dx()))
	}
	return map[string]*image.Gray{
		"quality 30":                       gray(t, img, 30),
		"width 400, quality 60":            gray(t, scaled(img, 400), 60),
		"width 1200":                       gray(t, scaled(img, 1200), 85),
		"a quarter lighter":                gray(t, lighter(1.25), 85),
		"a quarter darker":                 gray(t, lighter(0.75), 85),
		"cropped to 5 %":                   gray(t, crop(0.05), 85),
		"cropped to 10 %":                  gray(t, crop(0.1), 85),
		"cropped to 10 %, again":           gray(t, crop(0.1), 85),
		"10 % off each side":               gray(t, full(0.1), 85),
		"cropped, width 500, quality 40":   gray(t, scaled(crop(0.1), 500), 40),
		"cropped, a fifth darker, quality": gray(t, scaled(crop(0.08), 900), 50),
	}
}

// specimenShots are different photos: many pages, each from several places, the
// bare pages of one layout, a document and its renewal.
func specimenShots(t *testing.T, persons int) (out []shot) {
	t.Helper()
	must := func(img *image.RGBA, _ specimen.Truth, err error) *image.RGBA {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	for seed := range uint64(persons) {
		p := specimen.NewPerson(500+seed, specimen.Profile{Reference: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
		page, truth, err := specimen.Passport(p, specimen.PageOptions{PixelsPerMM: 8})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, shot{fmt.Sprintf("page %d", seed), fmt.Sprintf("passport %d", seed), page})
		for k := range uint64(2) {
			c := specimen.Camera{Width: 1000, Height: 750}
			img, _ := specimen.Photograph(page, truth, c, 100*seed+k)
			out = append(out, shot{fmt.Sprintf("photo %d of passport %d", k, seed), fmt.Sprintf("passport %d", seed), img})
		}
		// The renewal: the same person, portrait and layout, other number and dates.
		next := p
		next.PassportNumber = string(p.PassportNumber[0]) + fmt.Sprintf("%08d", 10203040+seed*7654321)
		next.IssueDate.Year += 9
		next.ExpiryDate.Year += 10
		out = append(out, shot{fmt.Sprintf("renewed page %d", seed), fmt.Sprintf("passport %d", seed), must(specimen.Passport(next, specimen.PageOptions{PixelsPerMM: 8}))})
		out = append(out, shot{fmt.Sprintf("card %d", seed), fmt.Sprintf("card %d", seed), must(specimen.CardFront(p, specimen.PageOptions{PixelsPerMM: 8}))})
		for k := range uint64(2) {
			out = append(out, shot{fmt.Sprintf("selfie %d of %d", k, seed), fmt.Sprintf("person %d", seed), specimen.Selfie(p, specimen.SelfieOptions{Width: 480, Height: 640}, 10*seed+k)})
		}
	}
	return out
}

// realShots are the pictures of the evaluation data, none where it is not there.
func realShots(t *testing.T) (out []shot) {
	t.Helper()
	for _, folder := range []string{"documents", "bad_photos", "faces", "pad"} {
		dir := filepath.Join("..", "..", "..", "shared", "data", folder)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Logf("no ../shared/data/%s: specimens alone are measured", folder)
			continue
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), ".json") || f.IsDir() {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dir, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			p, err := imaging.Decode(t.Context(), b, imaging.DefaultLimits())
			if err != nil {
				continue
			}
			img := p.RGB
			if img.Rect.Dx() > 800 {
				img = imaging.Resize(img, 800, img.Rect.Dy()*800/img.Rect.Dx())
			}
			out = append(out, shot{folder + "/" + f.Name(), folder, img})
		}
	}
	return out
}

func isFace(s shot) bool {
	return strings.HasPrefix(s.name, "selfie") || strings.HasPrefix(s.name, "faces") || strings.HasPrefix(s.name, "pad")
}

// TestSketch: a selfie is known again when it was altered, another person's is
// another picture.
func TestSketch(t *testing.T) {
	t.Parallel()
	selfie := func(seed uint64) *image.RGBA {
		p := specimen.NewPerson(seed, specimen.Profile{Reference: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
		return specimen.Selfie(p, specimen.SelfieOptions{Width: 300, Height: 400}, seed)
	}
	img := selfie(1)
	s := imaging.NewSketch(gray(t, img, 90))
	for name, g := range altered(t, img, rand.New(rand.NewPCG(1, 2))) {
		if v := imaging.NewSketchView(g).Likeness(s); v < 0.9 {
			t.Errorf("%s: %.3f", name, v)
		}
	}
	if v := imaging.NewSketchView(gray(t, selfie(2), 90)).Likeness(s); v > 0.8 {
		t.Errorf("somebody else: %.3f", v)
	}
	for name, g := range map[string]*image.Gray{"empty": image.NewGray(image.Rectangle{}), "one pixel": image.NewGray(image.Rect(0, 0, 1, 1)), "one colour": image.NewGray(image.Rect(0, 0, 300, 200))} {
		if x := imaging.NewSketch(g); x != nil {
			t.Errorf("%s has a sketch", name)
		}
		if v := imaging.NewSketchView(g).Likeness(s); v > 0.6 {
			t.Errorf("%s: %.3f", name, v)
		}
	}
	if v := imaging.NewSketchView(gray(t, img, 90)).Likeness(nil); v != 0 {
		t.Errorf("like nothing: %.3f", v)
	}
}

func TestSamePictureEvaluation(t *testing.T) {
	t.Parallel()
	if testing.Short() || os.Getenv("BONAFIDE_EVALUATION") == "" {
		t.Skip("minutes of pictures: set BONAFIDE_EVALUATION=1")
	}
	r := rand.New(rand.NewPCG(1, 2))
	all := append(specimenShots(t, 12), realShots(t)...)
	views := make([]*imaging.SketchView, len(all))
	sketches := make([]imaging.Sketch, len(all))
	recall := map[string][]float64{}
	for k, s := range all {
		g := gray(t, s.rgb, 90)
		views[k], sketches[k] = imaging.NewSketchView(g), imaging.NewSketch(g)
		for name, g := range altered(t, s.rgb, r) {
			recall[name] = append(recall[name], imaging.NewSketchView(g).Likeness(sketches[k]))
		}
	}
	quantiles := func(v []float64) string {
		slices.Sort(v)
		at := func(q float64) float64 { return v[min(len(v)-1, int(q*float64(len(v))))] }
		return fmt.Sprintf("%4d | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f", len(v), v[0], at(0.01), at(0.05), at(0.5), at(0.95), v[len(v)-1])
	}
	names := make([]string, 0, len(recall))
	for n := range recall {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		t.Logf("| same: %s | %s |", n, quantiles(recall[n]))
	}
	var related, unrelated []float64
	type pair struct {
		a, b string
		v    float64
	}
	var nearest []pair
	for a := range all {
		for b := range all {
			if a == b || isFace(all[a]) != isFace(all[b]) {
				continue // one is never sent for the other's item
			}
			// All pairs of one page or person, and one in twenty of the others.
			if one := all[a].subject == all[b].subject && strings.Contains(all[a].subject, " "); !one && r.Float64() > 0.05 {
				continue
			}
			v := views[a].Likeness(sketches[b])
			if all[a].subject == all[b].subject {
				related = append(related, v)
			} else {
				unrelated = append(unrelated, v)
			}
			if v > 0.75 {
				nearest = append(nearest, pair{all[a].name, all[b].name, v})
			}
		}
	}
	t.Logf("| different: one subject or folder | %s |", quantiles(related))
	t.Logf("| different: others | %s |", quantiles(unrelated))
	slices.SortFunc(nearest, func(a, b pair) int { return int(1e6 * (b.v - a.v)) })
	for _, p := range nearest[:min(len(nearest), 60)] {
		t.Logf("%.3f %s | %s", p.v, p.a, p.b)
	}
}
