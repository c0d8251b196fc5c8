package eval

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
	"bonafide/internal/kyc"
	"bonafide/internal/policy"
	"bonafide/internal/specimen"
	"bonafide/internal/verify"
)

// FaceQualityConfig says what FaceQuality measures.
type FaceQualityConfig struct {
	// Data is a folder of good photos; empty or absent: specimens alone.
	Data string
	// Specimens is the number of synthetic persons.
	Specimens int
	// Most is the greatest number of photos that are spoiled; 0: all.
	Most     int
	Analyser *face.Analyser
	Policy   policy.Policy
	Seed     uint64
	// Only limits the defects to those of one code; empty: all.
	Only     kyc.Code
	Progress func(done, total int)
}

// FaceQualityReport is how well each finding about a photo of a face is made.
type FaceQualityReport struct {
	Photos    int               `json:"photos"`    // good photos, for false alarms
	Usable    int               `json:"usable"`    // of them without any finding, which are spoiled
	Specimens int               `json:"specimens"` // usable synthetic selfies
	Defects   []FaceDefect      `json:"defects"`
	Alarms    []FaceFalseAlarms `json:"false_alarms"`
}

// FaceDefect is one way of spoiling a picture.
type FaceDefect struct {
	Name   string   `json:"name"`
	Code   kyc.Code `json:"code"`
	Photos Rate     `json:"photos"`    // recall
	Models Rate     `json:"specimens"` // recall
	// Instead are the codes that missed pictures got, with counts; a picture without any counts as "none".
	Instead map[string]int `json:"instead,omitempty"`
}

// FaceFalseAlarms counts a finding on good pictures that do not have what it says.
type FaceFalseAlarms struct {
	Code   kyc.Code `json:"code"`
	Photos Rate     `json:"photos"`
	Models Rate     `json:"specimens"`
	Files  []string `json:"files,omitempty"`
}

// spoiler is a defect; specimen is set where only a rendered head can show it.
type spoiler struct {
	name     string
	code     kyc.Code
	spoil    func(sitting) *image.RGBA
	specimen func(specimen.Person, *rand.Rand, uint64) *image.RGBA
}

func spoilers() []spoiler {
	turned := func(set func(*specimen.SelfieOptions, float64)) func(specimen.Person, *rand.Rand, uint64) *image.RGBA {
		return func(p specimen.Person, r *rand.Rand, seed uint64) *image.RGBA {
			o := specimen.SelfieOptions{Still: true}
			way := 1.
			if r.IntN(2) == 0 {
				way = -1
			}
			set(&o, way*(36+12*r.Float64()))
			return specimen.Selfie(p, o, seed)
		}
	}
	return []spoiler{
		{name: "no face", code: kyc.FaceNotFound, spoil: sitting.nobody},
		{name: "another face beside", code: kyc.FaceMultiple, spoil: sitting.beside},
		{name: "dark", code: kyc.FaceDark, spoil: sitting.dark},
		{name: "bright window behind", code: kyc.FaceBacklit, spoil: sitting.backlit},
		{name: "overexposed", code: kyc.FaceOverexposed, spoil: sitting.overexposed},
		{name: "hard light from one side", code: kyc.FaceUnevenLight, spoil: sitting.unevenLight},
		{name: "18 to 33 pixels between the eyes", code: kyc.FaceTooSmall, spoil: sitting.tooSmall},
		{name: "cut by the edge", code: kyc.FaceTooClose, spoil: sitting.tooClose},
		{name: "at the side", code: kyc.FaceOffCentre, spoil: sitting.offCentre},
		{name: "out of focus", code: kyc.FaceBlurry, spoil: sitting.blurred},
		{name: "smeared lens", code: kyc.FaceSmeared, spoil: sitting.smeared},
		{name: "turned by 36° to 48°", code: kyc.FaceNotFrontal, specimen: turned(func(o *specimen.SelfieOptions, v float64) { o.Yaw = v })},
		{name: "nodding by 36° to 48°", code: kyc.FaceNotFrontal, specimen: turned(func(o *specimen.SelfieOptions, v float64) { o.Pitch = v })},
		{name: "leaning by 42° to 54°", code: kyc.FaceNotFrontal, specimen: turned(func(o *specimen.SelfieOptions, v float64) { o.Roll = v + math.Copysign(6, v) })},
		{name: "sunglasses", code: kyc.FaceCoveredEyes, spoil: sitting.sunglasses},
		{name: "hair over one eye", code: kyc.FaceCoveredEyes, spoil: sitting.hairOverEye},
		{name: "reflections on glasses", code: kyc.FaceGlare, spoil: sitting.glareOnGlasses},
		{name: "eyes shut", code: kyc.FaceEyesClosed, spoil: sitting.eyesShut},
		{name: "mask", code: kyc.FaceCoveredMouth, spoil: sitting.mask},
	}
}

// trulySo are the good photos that do show what a finding says, by eye: they are no false alarms, and no misses either. "" stands for pictures that
// are no photo of one upright face at all (drawings, groups, faces of eight pixels, faces on their side).
func trulySo() map[string][]kyc.Code {
	return map[string][]kyc.Code{
		"CompreFace__sample_images_001_A.jpg": {kyc.FaceTooSmall}, "CompreFace__sample_images_005_A.jpg": {kyc.FaceHeadCovered},
		"CompreFace__sample_images_008_B.jpg": {kyc.FaceTooSmall}, "CompreFace__sample_images_011_3.jpg": {""},
		"CompreFace__sample_images_012_4.jpg": {""}, "CompreFace__sample_images_013_4.jpg": {""}, "CompreFace__sample_images_015_6.jpg": {""},
		"CompreFace__sample_images_017_0.jpg": {""}, "insightface__bulk_view.jpg": {""}, "insightface__bulk_kun_cartoon_crop.jpg": {""},
		"insightface__bulk_r90.jpg": {""}, "insightface__bulk_r180.jpg": {""}, "insightface__bulk_r270.jpg": {""},
		"cognitive-services__images_detection5.jpg": {kyc.FaceMultiple}, "cognitive-services__images_detection6.jpg": {kyc.FaceMultiple},
		"cognitive-services__images_test-image-person-group.jpg": {kyc.FaceMultiple}, "face_recognition__test_kit_with_rose.jpg": {kyc.FaceMultiple},
		"insightface__bulk_blur.jpg": {kyc.FaceBlurry, kyc.FaceDark, kyc.FaceSmeared}, "insightface__bulk_mask2.jpg": {kyc.FaceCoveredMouth},
		"openface__examples_clapton-1.jpg": {kyc.FaceUnevenLight}, "insightface__RD_d3.jpeg": {kyc.FaceUnevenLight},
	}
}

// FaceQuality spoils usable pictures in every way of spoilers and counts how often the finding is made, and counts findings on good pictures.
func FaceQuality(ctx context.Context, cfg FaceQualityConfig) (FaceQualityReport, error) {
	r := FaceQualityReport{}
	q := &qualityRun{cfg: cfg, report: &r, alarms: map[kyc.Code]*FaceFalseAlarms{}}
	photos, err := q.photos(ctx)
	if err != nil {
		return r, err
	}
	models, err := q.models(ctx)
	if err != nil {
		return r, err
	}
	list := slices.DeleteFunc(spoilers(), func(s spoiler) bool { return cfg.Only != "" && s.code != cfg.Only })
	done, total := 0, len(list)*(len(photos)+len(models))
	for _, sp := range list {
		d := FaceDefect{Name: sp.name, Code: sp.code, Instead: map[string]int{}}
		count := func(set []subject) (Rate, error) {
			hit, n := 0, 0
			for i, s := range set {
				done++
				rnd := rand.New(rand.NewPCG(cfg.Seed, uint64(i))) //nolint:gosec // pictures that can be made again
				var im *image.RGBA
				switch {
				case sp.spoil != nil:
					im = sp.spoil(sitting{s.im, s.face, rnd})
				case s.person != nil:
					im = sp.specimen(*s.person, rnd, cfg.Seed+uint64(i))
				default:
					continue
				}
				codes, _, err := q.judge(ctx, imaging.FromRGBA(im))
				if err != nil {
					return Rate{}, err
				}
				n++
				if slices.Contains(codes, sp.code) {
					hit++
				} else {
					d.Instead[joined(codes)]++
				}
				if cfg.Progress != nil {
					cfg.Progress(done, total)
				}
			}
			return NewRate(hit, n), nil
		}
		if d.Photos, err = count(photos); err != nil {
			return r, err
		}
		if d.Models, err = count(models); err != nil {
			return r, err
		}
		r.Defects = append(r.Defects, d)
	}
	q.tally()
	return r, nil
}

func joined(codes []kyc.Code) string {
	if len(codes) == 0 {
		return "none"
	}
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return strings.Join(out, " ")
}

type subject struct {
	im     *image.RGBA
	face   face.Face
	person *specimen.Person
}

type qualityRun struct {
	cfg           FaceQualityConfig
	report        *FaceQualityReport
	alarms        map[kyc.Code]*FaceFalseAlarms
	judged        map[kyc.Code]int
	photoN, model int
}

// judge returns what a person would be told about a picture.
func (q *qualityRun) judge(ctx context.Context, p *imaging.Picture) ([]kyc.Code, []face.Face, error) {
	faces, err := q.cfg.Analyser.Find(ctx, p, face.Options{})
	if err != nil {
		return nil, nil, err
	}
	var out []kyc.Code
	for _, f := range verify.PreCheck(q.cfg.Policy, kyc.Face, verify.Evidence{Face: verify.PortraitOf(p, faces)}) {
		out = append(out, f.Code)
	}
	return out, faces, nil
}

func (q *qualityRun) alarm(c kyc.Code) *FaceFalseAlarms {
	if q.alarms[c] == nil {
		q.alarms[c] = &FaceFalseAlarms{Code: c}
	}
	return q.alarms[c]
}

func (q *qualityRun) photos(ctx context.Context) ([]subject, error) {
	q.judged = map[kyc.Code]int{}
	entries, err := os.ReadDir(q.cfg.Data)
	if q.cfg.Data == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("eval: face quality: %w", err)
	}
	truly := trulySo()
	var out []subject
	for _, e := range entries {
		so := truly[e.Name()]
		if filepath.Ext(e.Name()) == ".json" || slices.Contains(so, "") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(q.cfg.Data, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("eval: face quality: %w", err)
		}
		p, err := imaging.Decode(ctx, data, imaging.DefaultLimits())
		if err != nil {
			continue
		}
		codes, faces, err := q.judge(ctx, p)
		if err != nil {
			return nil, err
		}
		q.photoN++
		for _, c := range so {
			q.judged[c]--
		}
		for _, c := range codes {
			if !slices.Contains(so, c) {
				a := q.alarm(c)
				a.Photos.Count++
				a.Files = append(a.Files, e.Name())
			}
		}
		if len(codes) == 0 && len(so) == 0 && len(faces) == 1 {
			out = append(out, reduced(p.RGB, faces[0]))
		}
	}
	if n := q.cfg.Most; n > 0 && n < len(out) { // spread over all
		some := make([]subject, n)
		for i := range some {
			some[i] = out[i*len(out)/n]
		}
		out = some
	}
	q.report.Photos, q.report.Usable = q.photoN, len(out)
	return out, nil
}

// reduced cuts a picture to the surroundings of its face and brings a large one to 200 pixels of face width: what the measures work at; the rest
// only costs time.
func reduced(im *image.RGBA, f face.Face) subject {
	const around = 1.2
	b := f.Box
	cut := image.Rect(int(b.X-around*b.W), int(b.Y-around*b.H), int(b.X+(1+around)*b.W), int(b.Y+(1+around)*b.H)).Intersect(im.Rect)
	k := min(1, 200/b.W)
	s := sitting{im: im}
	out := s.crop(cut)
	if k < 1 {
		out = imaging.Resize(out, int(k*float64(cut.Dx())), int(k*float64(cut.Dy())))
	}
	x, y := float64(cut.Min.X), float64(cut.Min.Y)
	f.Box = face.Box{X: k * (b.X - x), Y: k * (b.Y - y), W: k * b.W, H: k * b.H}
	for i, p := range f.Mesh {
		f.Mesh[i] = face.Point3{X: k * (p.X - x), Y: k * (p.Y - y), Z: k * p.Z}
	}
	return subject{im: out, face: f}
}

func (q *qualityRun) models(ctx context.Context) ([]subject, error) {
	var out []subject
	for i := range q.cfg.Specimens {
		seed := q.cfg.Seed + 9000 + uint64(i)
		person := specimen.NewPerson(seed, specimen.Profile{})
		im := specimen.Selfie(person, specimen.SelfieOptions{Width: 480, Height: 640}, seed)
		codes, faces, err := q.judge(ctx, imaging.FromRGBA(im))
		if err != nil {
			return nil, err
		}
		q.model++
		for _, c := range codes {
			q.alarm(c).Models.Count++
		}
		if len(codes) == 0 && len(faces) == 1 {
			out = append(out, subject{im, faces[0], &person})
		}
	}
	q.report.Specimens = len(out)
	return out, nil
}

func (q *qualityRun) tally() {
	seen := map[kyc.Code]bool{}
	for _, s := range spoilers() {
		if seen[s.code] {
			continue
		}
		seen[s.code] = true
		a := q.alarm(s.code)
		a.Photos = NewRate(a.Photos.Count, q.photoN+q.judged[s.code])
		a.Models = NewRate(a.Models.Count, q.model)
		q.report.Alarms = append(q.report.Alarms, *a)
	}
}
