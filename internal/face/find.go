package face

import (
	"context"
	"image"
	"math"
	"sort"

	"bonafide/internal/imaging"
)

// Options say how hard Find looks. The zero value suits a selfie or a video frame.
type Options struct {
	// Turns also looks at the picture turned by one, two and three quarters, for documents whose rotation is not known.
	Turns bool
	// Quick looks at the whole picture only and never at tiles; for video frames, where the next frame comes anyway.
	Quick bool
}

// Face is one face and what the networks say about it. Positions are in pixels of the picture given to Find.
type Face struct {
	// Box is the upright rectangle around the mesh: from the top of the forehead to the chin, from cheek to cheek, without hair.
	Box Box
	// Score is the detector's own confidence, 0.5..1.
	Score float64
	// Presence is the mesh network's own confidence that the crop it was given shows a face, 0.5..1.
	Presence float64
	// Turn is how many quarter turns clockwise the picture needs for this face to stand upright, 0..3.
	Turn int
	// Mesh is MediaPipe's face mesh.
	Mesh Mesh
	// Pose is the direction of the head.
	Pose Pose
	// Eyes and mouth: the subject's right and left eye aspect ratio, and the mouth aspect ratio (see Mesh).
	EyeRight, EyeLeft, Mouth float64
}

// Constants of the search. They trade time against the smallest face that is found and judge nothing.
const (
	wideSide   = 1.6  // the second look's side in picture sides: a face that fills the picture needs margin around it
	smallShare = 0.12 // a face below this share of the long side was seen by the detector on less than 31 pixels
	leastShare = 0.02 // what tiles find below this share (32 pixels of 1,600) is texture far more often than a face
	tileFloor  = 512  // a picture shorter than this gains nothing from tiles
	maxFaces   = 16   // meshes fitted in one picture
	minMesh    = 0.5  // presence below which the mesh network itself says: no face
	minOdds    = 2.0  // joint log-odds of detector and mesh below which a candidate is dropped: each alone may be unsure, not both
)

// Find returns the faces in a picture, largest first; none is no error. It looks at the whole picture first, then, when nothing
// or only a small face is there, at a wider view and at overlapping tiles, so that a portrait of 70 pixels on a document page of
// 1,600 is found.
func (a *Analyser) Find(ctx context.Context, p *imaging.Picture, o Options) ([]Face, error) {
	s := search{analyser: a, pyramid: newPyramid(p.RGB), turns: []int{0}}
	if o.Turns {
		s.turns = []int{0, 1, 3, 2}
	}
	w, h := float64(p.RGB.Rect.Dx()), float64(p.RGB.Rect.Dy())
	if w < 1 || h < 1 {
		return nil, nil
	}
	long := math.Max(w, h)
	centre := imaging.Point{X: w / 2, Y: h / 2}
	if err := s.look(ctx, region{centre: centre, side: long}); err != nil {
		return nil, err
	}
	if len(s.faces) == 0 {
		if err := s.look(ctx, region{centre: centre, side: wideSide * long}); err != nil {
			return nil, err
		}
	}
	if o.Quick || long < tileFloor {
		return s.sorted(), nil
	}
	s.least = leastShare * long
	if s.largest() < smallShare*long {
		if err := s.look(ctx, tiles(w, h, long/2, 1.0/2)...); err != nil {
			return nil, err
		}
	}
	if len(s.faces) == 0 {
		if err := s.look(ctx, tiles(w, h, long/3, 1.0/3)...); err != nil {
			return nil, err
		}
	}
	return s.sorted(), nil
}

// search gathers faces over several looks at one picture.
type search struct {
	analyser *Analyser
	pyramid  *pyramid
	turns    []int
	least    float64 // the smallest box side that is taken for a face
	faces    []Face
}

// look runs the detector over regions in every turn, fits the mesh to what it finds and joins the faces with those found before.
func (s *search) look(ctx context.Context, regions ...region) error {
	bounds := s.pyramid.bounds()
	for _, turn := range s.turns {
		var seen []candidate
		for _, r := range regions {
			r.turn = turn
			cs, err := s.analyser.detector.look(ctx, s.pyramid, r)
			if err != nil {
				return err
			}
			for _, c := range cs {
				if c.size >= s.least && !cutOff(c, bounds) {
					seen = append(seen, c)
				}
			}
		}
		seen = suppress(seen)
		for _, c := range seen[:min(len(seen), maxFaces)] {
			f, err := s.analyser.describe(ctx, s.pyramid, c)
			if err != nil {
				return err
			}
			if f.Presence >= minMesh && f.odds() >= minOdds {
				s.faces = append(s.faces, f)
			}
		}
	}
	s.faces = distinct(s.faces)
	return nil
}

// odds joins the two networks' confidences as if they were independent: the sum of their log-odds. It is what tells the right of
// two quarter turns in which the detector saw the same face.
func (f Face) odds() float64 { return logit(f.Score) + logit(f.Presence) }

func logit(p float64) float64 {
	p = math.Max(1e-4, math.Min(1-1e-4, p))
	return math.Log(p / (1 - p))
}

// distinct keeps the surest of faces that overlap or contain one another.
func distinct(fs []Face) []Face {
	sort.SliceStable(fs, func(i, j int) bool { return fs[i].odds() > fs[j].odds() })
	var out []Face
next:
	for _, f := range fs {
		for _, k := range out {
			if k.Box.same(f.Box) {
				continue next
			}
		}
		out = append(out, f)
	}
	return out
}

func (s *search) largest() float64 {
	var side float64
	for _, f := range s.faces {
		side = math.Max(side, math.Max(f.Box.W, f.Box.H))
	}
	return side
}

func (s *search) sorted() []Face {
	sort.SliceStable(s.faces, func(i, j int) bool { return s.faces[i].Box.area() > s.faces[j].Box.area() })
	return s.faces
}

// tiles covers a picture with squares of the given side that overlap by at least the given part of it, so that every face up to
// that part of a tile lies whole in one of them.
func tiles(w, h, side, overlap float64) []region {
	var out []region
	for _, y := range steps(h, side, overlap) {
		for _, x := range steps(w, side, overlap) {
			out = append(out, region{centre: imaging.Point{X: x, Y: y}, side: side})
		}
	}
	return out
}

// steps are the centres of the fewest windows of one side that cover a length with at least the given overlap.
func steps(length, side, overlap float64) []float64 {
	if length <= side {
		return []float64{length / 2}
	}
	n := int(math.Ceil((length-side)/(side*(1-overlap))-1e-9)) + 1
	out := make([]float64, n)
	for i := range out {
		out[i] = side/2 + float64(i)*(length-side)/float64(n-1)
	}
	return out
}

// cutOff tells whether a candidate crosses an edge of its region behind which the picture goes on: another tile sees it whole.
func cutOff(c candidate, bounds image.Rectangle) bool {
	const slack = 0.1 // of the box: BlazeFace's boxes reach over the edge of whole faces, too
	b, r := c.box(), c.region
	m := slack * c.size
	half := r.side / 2
	left, top, right, bottom := r.centre.X-half, r.centre.Y-half, r.centre.X+half, r.centre.Y+half
	return (left > 0 && b.X < left-m) || (top > 0 && b.Y < top-m) ||
		(right < float64(bounds.Dx()) && b.X+b.W > right+m) || (bottom < float64(bounds.Dy()) && b.Y+b.H > bottom+m)
}
