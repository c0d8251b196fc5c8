package eval

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// FacesPortraits is how well photos are compared with portraits as documents carry them: the other photo of the pair shrunk to
// a face width, printed as said, on a page that is searched as a document is.
type FacesPortraits struct {
	Print     string  `json:"print"`
	FaceWidth float64 `json:"face_width_px"`
	Portraits int     `json:"portraits"`
	Lost      int     `json:"lost"`   // portraits that were not found on their page
	Missed    Rate    `json:"missed"` // of the pairs of one person, a lost portrait counts as missed
	Matched   Rate    `json:"matched"`
	// Same is the spread of the distances of one person's pairs.
	Same Spread `json:"same_distances"`
}

// printing is a way in which a portrait reaches a page.
type printing struct {
	name string
	ink  func(*image.RGBA, *rand.Rand)
}

// prints are what the report measures: the plain reduction, grey print, and the washed out print under a guilloche and a hologram's
// tint that cards have.
func prints() []printing {
	return []printing{
		{"as it is", func(*image.RGBA, *rand.Rand) {}},
		{"grey", func(im *image.RGBA, _ *rand.Rand) { fade(im, 0.9, 12, 0) }},
		{"faded, guilloche, hologram", func(im *image.RGBA, r *rand.Rand) {
			fade(im, 0.62, 70, 0.7)
			guilloche(im, r)
		}},
	}
}

// fade squeezes the tones, lifts the black and keeps a part of the colour.
func fade(im *image.RGBA, contrast, black, colour float64) {
	for i := 0; i+3 < len(im.Pix); i += 4 {
		p := im.Pix[i : i+3]
		luma := 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
		for c := range p {
			v := luma + colour*(float64(p[c])-luma)
			p[c] = uint8(math.Max(0, math.Min(255, black+contrast*v)))
		}
	}
}

// guilloche lays fine wavy lines and a slow change of tint over a portrait.
func guilloche(im *image.RGBA, r *rand.Rand) {
	phase, slope := 2*math.Pi*r.Float64(), 0.4+0.5*r.Float64()
	for y := range im.Rect.Dy() {
		for x := range im.Rect.Dx() {
			fx, fy := float64(x), float64(y)
			line := math.Abs(math.Sin((fy+3*math.Sin(fx/9+phase)+slope*fx)/2.6)) < 0.22
			tint := math.Sin(fx/40+fy/55+phase) * 12
			p := im.Pix[im.PixOffset(x, y):]
			add := [3]float64{tint, 0, -tint}
			if line {
				add = [3]float64{add[0] - 22, add[1] - 10, add[2] - 14}
			}
			for c, d := range add {
				p[c] = uint8(math.Max(0, math.Min(255, float64(p[c])+d)))
			}
		}
	}
}

// portraitPage prints the face f of p, width pixels wide, on a page of 1600 × 1000 with lines of print, photographed with a JPEG's losses.
func portraitPage(ctx context.Context, p *imaging.Picture, f face.Face, width float64, ink printing, seed uint64) (*imaging.Picture, error) {
	r := rand.New(rand.NewPCG(seed, 70)) //nolint:gosec // a page that can be made again
	k := math.Min(1, width/f.Box.W)
	small := imaging.Resize(p.RGB, max(1, int(math.Round(float64(p.RGB.Rect.Dx())*k))), max(1, int(math.Round(float64(p.RGB.Rect.Dy())*k))))
	const around = 0.4
	cut := image.Rect(
		int(k*(f.Box.X-around*f.Box.W)), int(k*(f.Box.Y-around*f.Box.H)), int(k*(f.Box.X+(1+around)*f.Box.W)), int(k*(f.Box.Y+(1+around)*f.Box.H)),
	).Intersect(small.Rect)
	portrait := image.NewRGBA(image.Rect(0, 0, cut.Dx(), cut.Dy()))
	draw.Draw(portrait, portrait.Rect, small, cut.Min, draw.Src)
	ink.ink(portrait, r)
	page := image.NewRGBA(image.Rect(0, 0, 1600, 1000))
	draw.Draw(page, page.Rect, image.NewUniform(color.RGBA{226, 229, 220, 255}), image.Point{}, draw.Src)
	for y := 140; y < 880; y += 46 {
		for x := 600; x < 1480; x += 14 {
			if r.IntN(4) > 0 {
				draw.Draw(page, image.Rect(x, y, x+3+r.IntN(8), y+20), image.NewUniform(color.Gray{40}), image.Point{}, draw.Src)
			}
		}
	}
	draw.Draw(page, portrait.Rect.Add(image.Pt(90+r.IntN(60), 220+r.IntN(120))), portrait, image.Point{}, draw.Src)
	data, err := specimen.JPEG(page, 80)
	if err != nil {
		return nil, err
	}
	return imaging.Decode(ctx, data, imaging.DefaultLimits())
}

// portraits measures the pairs of the bucket photo with either side printed.
func (r *FacesReport) portraits(ctx context.Context, cfg FacesConfig, pairs []facePair, templates map[string]face.Template) error {
	var photos []facePair
	for _, p := range pairs {
		if p.Bucket == "photo" {
			photos = append(photos, p)
		}
	}
	names := picturesOf(photos)
	inks := prints()
	for _, kind := range []struct {
		ink   int
		width float64
	}{{0, 70}, {1, 70}, {2, 70}, {0, 50}, {0, 40}} {
		ink := inks[kind.ink]
		out := FacesPortraits{Print: ink.name, FaceWidth: kind.width}
		printed := map[string]face.Template{}
		for i, name := range names {
			t, ok, err := printOne(ctx, cfg, name, kind.width, ink, cfg.Seed+uint64(i))
			if err != nil {
				return err
			}
			out.Portraits++
			if ok {
				printed[name] = t
			} else {
				out.Lost++
			}
		}
		r.Portraits = append(r.Portraits, out.count(photos, templates, printed, r.Threshold.Threshold))
	}
	return nil
}

func (out FacesPortraits) count(pairs []facePair, photos, printed map[string]face.Template, threshold float64) FacesPortraits {
	var same []float64
	var missed, genuine, matched, different int
	for _, p := range pairs {
		for _, way := range [2][2]string{{p.A, p.B}, {p.B, p.A}} {
			a, okA := photos[way[0]]
			if !okA {
				continue
			}
			b, okB := printed[way[1]]
			score := 0.0
			if okB {
				c, err := face.Compare(a, b)
				if err != nil {
					continue
				}
				score = c.Score
				if p.Same {
					same = append(same, c.Distance)
				}
			}
			switch {
			case p.Same:
				genuine++
				if score < threshold {
					missed++
				}
			default:
				different++
				if score >= threshold {
					matched++
				}
			}
		}
	}
	sort.Float64s(same)
	out.Missed, out.Matched, out.Same = NewRate(missed, genuine), NewRate(matched, different), spread(same)
	return out
}

func printOne(ctx context.Context, cfg FacesConfig, name string, width float64, ink printing, seed uint64) (face.Template, bool, error) {
	data, err := os.ReadFile(filepath.Join(cfg.Data, name)) //nolint:gosec // the operator names the folder, its index the file
	if err != nil {
		return face.Template{}, false, nil //nolint:nilerr // listed among the failures to acquire
	}
	p, err := imaging.Decode(ctx, data, imaging.DefaultLimits())
	if err != nil {
		return face.Template{}, false, ctx.Err()
	}
	faces, err := cfg.Analyser.Find(ctx, p, face.Options{})
	if err != nil || len(faces) == 0 {
		return face.Template{}, false, err
	}
	page, err := portraitPage(ctx, p, faces[0], width, ink, seed)
	if err != nil {
		return face.Template{}, false, err
	}
	faces, err = cfg.Analyser.Find(ctx, page, face.Options{})
	if err != nil || len(faces) == 0 {
		return face.Template{}, false, err
	}
	t, err := cfg.Analyser.Template(ctx, page, faces[0])
	return t, err == nil, err
}
