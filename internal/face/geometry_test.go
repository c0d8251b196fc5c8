package face

import (
	"encoding/json"
	"image"
	"math"
	"testing"

	"bonafide/internal/imaging"
)

func near(a, b, eps float64) bool { return math.Abs(a-b) <= eps }

func TestAnchors(t *testing.T) {
	t.Parallel()
	a := makeAnchors()
	if len(a) != blazeAnchors {
		t.Fatalf("%d anchors, want %d", len(a), blazeAnchors)
	}
	for _, tt := range []struct {
		name string
		i    int
		want anchor
	}{
		{"first cell of 16", 0, anchor{.5 / 16, .5 / 16}},
		{"the same cell's second", 1, anchor{.5 / 16, .5 / 16}},
		{"second cell", 2, anchor{1.5 / 16, .5 / 16}},
		{"second row", 32, anchor{.5 / 16, 1.5 / 16}},
		{"first cell of 8", 512, anchor{.5 / 8, .5 / 8}},
		{"the same cell's sixth", 517, anchor{.5 / 8, .5 / 8}},
		{"last", 895, anchor{7.5 / 8, 7.5 / 8}},
	} {
		if a[tt.i] != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, a[tt.i], tt.want)
		}
	}
}

// A detection that is drawn into the network's raw outputs must come back where it was drawn, whatever the region's turn.
func TestDecode(t *testing.T) {
	t.Parallel()
	d := detector{anchors: makeAnchors()}
	for turn := range 4 {
		r := region{centre: imaging.Point{X: 300, Y: 200}, side: 512, turn: turn}
		scores, boxes := make([]float32, blazeAnchors), make([]float32, blazeAnchors*blazeValues)
		for i := range scores {
			scores[i] = -10
		}
		const at = 600
		scores[at] = 3
		b := boxes[at*blazeValues:]
		b[0], b[1], b[2], b[3] = 10, -20, 64, 60 // the centre off the anchor, the size, in detector pixels
		b[4], b[5] = 1, 2
		cs := d.decode(scores, boxes, r.affine(), r)
		if len(cs) != 1 {
			t.Fatalf("turn %d: %d candidates", turn, len(cs))
		}
		m := r.affine()
		ax, ay := d.anchors[at].x*256, d.anchors[at].y*256
		want, key := m.Apply(imaging.Point{X: ax + 10, Y: ay - 20}), m.Apply(imaging.Point{X: ax + 1, Y: ay + 2})
		c := cs[0]
		if c.centre != want || c.keys[0] != key || c.size != 128 || !near(c.score, 1/(1+math.Exp(-3)), 1e-9) {
			t.Errorf("turn %d: %+v", turn, c)
		}
	}
}

func TestRegionAffine(t *testing.T) {
	t.Parallel()
	// Where the detector's top left corner lies on a 200×100 picture seen through the square around it.
	tests := []struct {
		name         string
		turn         int
		left, bottom imaging.Point // picture points of the view's (0,0) and (0,256)
	}{
		{"upright", 0, imaging.Point{X: 0, Y: -50}, imaging.Point{X: 0, Y: 150}},
		{"turned clockwise", 1, imaging.Point{X: 0, Y: 150}, imaging.Point{X: 200, Y: 150}},
		{"upside down", 2, imaging.Point{X: 200, Y: 150}, imaging.Point{X: 200, Y: -50}},
		{"turned counter-clockwise", 3, imaging.Point{X: 200, Y: -50}, imaging.Point{X: 0, Y: -50}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := region{centre: imaging.Point{X: 100, Y: 50}, side: 200, turn: tt.turn}.affine()
			for _, c := range []struct{ view, want imaging.Point }{{imaging.Point{}, tt.left}, {imaging.Point{Y: 256}, tt.bottom}} {
				if got := m.Apply(c.view); !near(got.X, c.want.X, 1e-9) || !near(got.Y, c.want.Y, 1e-9) {
					t.Errorf("%v is seen at %v, want %v", got, c.view, c.want)
				}
			}
		})
	}
}

func TestBox(t *testing.T) {
	t.Parallel()
	a := Box{0, 0, 10, 10}
	for _, tt := range []struct {
		name         string
		b            Box
		iou, covered float64
		same         bool
	}{
		{"itself", a, 1, 1, true},
		{"half across", Box{5, 0, 10, 10}, 1.0 / 3, .5, true},
		{"a corner", Box{8, 8, 10, 10}, 4.0 / 196, .04, false},
		{"inside", Box{2, 2, 4, 4}, .16, 1, true},
		{"touching", Box{10, 0, 10, 10}, 0, 0, false},
		{"apart", Box{30, 30, 1, 1}, 0, 0, false},
		{"empty", Box{5, 5, 0, 0}, 0, 0, false},
	} {
		if got := a.iou(tt.b); !near(got, tt.iou, 1e-9) {
			t.Errorf("%s: iou %v, want %v", tt.name, got, tt.iou)
		}
		if got := a.covered(tt.b); !near(got, tt.covered, 1e-9) {
			t.Errorf("%s: covered %v, want %v", tt.name, got, tt.covered)
		}
		if a.same(tt.b) != tt.same || tt.b.same(a) != tt.same {
			t.Errorf("%s: same is not %v", tt.name, tt.same)
		}
	}
	if got := (Box{-5, 2.5, 10, 10}).Rect(image.Rect(0, 0, 8, 8)); got != image.Rect(0, 2, 5, 8) {
		t.Errorf("Rect = %v", got)
	}
	data, err := json.Marshal(Box{1.04, 2, 3.25, 4})
	if err != nil || string(data) != "[1,2,3.3,4]" {
		t.Errorf("JSON %s, %v", data, err)
	}
	var back Box
	if err := json.Unmarshal(data, &back); err != nil || back != (Box{1, 2, 3.3, 4}) {
		t.Errorf("read back %v, %v", back, err)
	}
}

func at(score, x, y, size float64) candidate {
	return candidate{score: score, centre: imaging.Point{X: x, Y: y}, size: size}
}

func TestSuppression(t *testing.T) {
	t.Parallel()
	t.Run("blend averages one face by score and keeps the other", func(t *testing.T) {
		t.Parallel()
		got := blend([]candidate{at(.6, 104, 100, 40), at(.9, 100, 100, 40), at(.7, 300, 100, 40)})
		if len(got) != 2 {
			t.Fatalf("%d candidates", len(got))
		}
		if want := (.6*104 + .9*100) / 1.5; !near(got[0].centre.X, want, 1e-9) || got[0].score != .9 {
			t.Errorf("%+v, want x %v", got[0], want)
		}
	})
	t.Run("suppress keeps the best as it is", func(t *testing.T) {
		t.Parallel()
		got := suppress([]candidate{at(.6, 104, 100, 40), at(.9, 100, 100, 40), at(.8, 100, 100, 12)})
		if len(got) != 1 || got[0].centre.X != 100 || got[0].size != 40 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a box of no size ends the loop, too", func(t *testing.T) {
		t.Parallel()
		if got := blend([]candidate{at(.9, 1, 1, 0), at(.8, 100, 100, 40)}); len(got) != 1 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		if blend(nil) != nil || suppress(nil) != nil || distinct(nil) != nil {
			t.Error("something came out of nothing")
		}
	})
}

func TestTilesCover(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ w, h, side, overlap float64 }{
		{1600, 1000, 800, .5},
		{1600, 1000, 533, 1.0 / 3},
		{1000, 1600, 800, .5},
		{640, 640, 320, .5},
		{800, 100, 400, .5},
	} {
		ts := tiles(tt.w, tt.h, tt.side, tt.overlap)
		face := tt.overlap * tt.side
		for y := 0.0; y+face <= tt.h; y += 7 {
			for x := 0.0; x+face <= tt.w; x += 7 {
				whole := false
				for _, r := range ts {
					l, u := r.centre.X-r.side/2, r.centre.Y-r.side/2
					whole = whole || (x >= l-1e-6 && y >= u-1e-6 && x+face <= l+r.side+1e-6 && y+face <= u+r.side+1e-6)
				}
				if !whole {
					t.Fatalf("%+v: a face of %.0f at %.0f,%.0f lies in no tile", tt, face, x, y)
				}
			}
		}
	}
	if n := len(tiles(1600, 1000, 800, .5)); n != 6 {
		t.Errorf("%d tiles of half a page, want 6", n)
	}
}

func TestCutOff(t *testing.T) {
	t.Parallel()
	bounds := image.Rect(0, 0, 1000, 800)
	tile := region{centre: imaging.Point{X: 250, Y: 250}, side: 500}
	for _, tt := range []struct {
		name string
		c    candidate
		want bool
	}{
		{"inside", at(1, 200, 200, 100), false},
		{"over the inner edge", at(1, 490, 200, 100), true},
		{"over the lower inner edge", at(1, 200, 490, 100), true},
		{"over the picture's own edge", at(1, 20, 20, 100), false},
	} {
		tt.c.region = tile
		if cutOff(tt.c, bounds) != tt.want {
			t.Errorf("%s: not %v", tt.name, tt.want)
		}
	}
}

// posed is a mesh whose rigid points are the canonical face, turned by the angles (degrees, Pose's signs), scaled and moved.
func posed(yaw, pitch, roll, scale float64) *Mesh {
	sy, cy := math.Sincos(yaw * math.Pi / 180)
	sp, cp := math.Sincos(pitch * math.Pi / 180)
	sr, cr := math.Sincos(roll * math.Pi / 180)
	var m Mesh
	put := func(i int, x, y, z float64) {
		y, z = cp*y-sp*z, sp*y+cp*z // look down
		x, z = cy*x+sy*z, -sy*x+cy*z
		x, y = cr*x-sr*y, sr*x+cr*y
		m[i] = Point3{500 + scale*x, 400 - scale*y, -scale * z}
	}
	for _, n := range neutral {
		put(n.right, n.x, n.y, n.z)
		put(n.left, -n.x, n.y, n.z)
		if n.left == n.right {
			put(n.left, n.x, n.y, n.z)
		}
	}
	return &m
}

func TestPose(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		yaw, pitch, roll float64
	}{
		{"straight", 0, 0, 0},
		{"to the subject's left", 30, 0, 0},
		{"to the subject's right", -45, 0, 0},
		{"down", 0, 20, 0},
		{"up", 0, -25, 0},
		{"leaning", 0, 0, 15},
		{"all at once", -20, 12, -8},
		{"on its side", 10, 5, 90},
		{"upside down", -10, 5, 170},
	} {
		for _, scale := range []float64{1, 7.3, 120} {
			got := posed(tt.yaw, tt.pitch, tt.roll, scale).Pose()
			if !near(got.Yaw, tt.yaw, 1e-6) || !near(got.Pitch, tt.pitch, 1e-6) || !near(got.Roll, tt.roll, 1e-6) {
				t.Errorf("%s at scale %v: %+v", tt.name, scale, got)
			}
		}
	}
	// The signs, spelled out: a face that looks to the picture's right shows the subject's left, so its nose is right of its middle.
	m := posed(30, 0, 0, 10)
	if tip, middle := m[4].X, (m[127].X+m[356].X)/2; tip <= middle {
		t.Errorf("yaw 30: nose at %.1f, head's middle at %.1f", tip, middle)
	}
	if m = posed(0, 20, 0, 10); m[4].Y <= posed(0, 0, 0, 10)[4].Y {
		t.Error("pitch 20 does not lower the nose")
	}
	if m = posed(0, 0, 15, 10); m[10].X >= m[4].X {
		t.Error("roll 15 does not lean to the subject's right, the picture's left")
	}
	if got := (&Mesh{}).Pose(); got != (Pose{}) {
		t.Errorf("a mesh of one point has pose %+v", got)
	}
}

func TestAspectRatios(t *testing.T) {
	t.Parallel()
	var m Mesh
	put := func(i int, x, y float64) { m[i] = Point3{X: x, Y: y} }
	// Right eye: 10 wide, lids 3 apart on both places.
	put(33, 0, 0)
	put(133, 10, 0)
	put(160, 3, -1.5)
	put(144, 3, 1.5)
	put(158, 7, -1.5)
	put(153, 7, 1.5)
	// Left eye: shut.
	put(362, 20, 0)
	put(263, 30, 0)
	put(385, 23, 0)
	put(380, 23, 0)
	put(387, 27, 0)
	put(373, 27, 0)
	// Mouth: 20 wide, 5 open.
	put(78, 5, 20)
	put(308, 25, 20)
	put(13, 15, 18)
	put(14, 15, 23)
	r, l := m.EyeAspect()
	if !near(r, .3, 1e-9) || !near(l, 0, 1e-9) || !near(m.MouthAspect(), .25, 1e-9) {
		t.Errorf("eyes %v, %v, mouth %v", r, l, m.MouthAspect())
	}
	if r, l := (&Mesh{}).EyeAspect(); r != 0 || l != 0 {
		t.Errorf("a mesh of one point has eyes %v, %v", r, l)
	}
}

// A face whose points already lie where dlib wants them is taken as it is.
func TestAlignmentOfAlignedFace(t *testing.T) {
	t.Parallel()
	var m Mesh
	for i, j := range shape68 {
		p := onChip(mean68[i][0], mean68[i][1])
		m[j] = Point3{X: 2*p.X + 30, Y: 2*p.Y + 40}
	}
	got := alignment(&m)
	for i, want := range [6]float64{2, 0, 30, 0, 2, 40} {
		if !near(got[i], want, 1e-6) {
			t.Fatalf("affine %v", got)
		}
	}
}

func TestPyramidSamplesLikeOneWarp(t *testing.T) {
	t.Parallel()
	im := image.NewRGBA(image.Rect(0, 0, 900, 700))
	for y := range 700 {
		for x := range 900 {
			i := im.PixOffset(x, y)
			im.Pix[i], im.Pix[i+1], im.Pix[i+2], im.Pix[i+3] = uint8(x*255/900), uint8(y*255/700), 128, 255
		}
	}
	for _, side := range []float64{50, 200, 700, 1400} {
		c := crop{imaging.Point{X: 450, Y: 350}, side, .3}
		px := newPyramid(im).sample(c.affine(100), 100)
		for _, v := range [][2]int{{50, 50}, {30, 60}, {70, 20}} {
			p := c.affine(100).Apply(imaging.Point{X: float64(v[0]) + .5, Y: float64(v[1]) + .5})
			if p.X < 10 || p.Y < 10 || p.X > 890 || p.Y > 690 {
				continue
			}
			o := 3 * (100*v[1] + v[0])
			if !near(float64(px[o]), p.X*255/900, 2) || !near(float64(px[o+1]), p.Y*255/700, 2) {
				t.Errorf("side %v, view %v: %v, picture %v", side, v, px[o:o+3], p)
			}
		}
	}
}
