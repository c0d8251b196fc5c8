package liveness

import (
	"context"
	"math"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
)

// chip is the side of the aligned faces whose pixels are compared. It is small, so that a portrait of a document and a frame show the
// same detail.
const chip = 32

// portrait compares the frames whose templates were taken with the document's portrait.
func (a *Analyser) portrait(ctx context.Context, p *imaging.Picture, shots []shot, ts []taken) (*Likeness, error) {
	if p == nil || len(ts) == 0 {
		return nil, nil //nolint:nilnil // no portrait, no likeness
	}
	found, err := a.faces.Find(ctx, p, face.Options{Turns: true})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	t, err := a.faces.Template(ctx, p, found[0])
	if err != nil {
		return nil, err
	}
	own := aligned(p, &found[0])
	out := Likeness{Correlation: -1}
	for _, x := range ts {
		c, err := face.Compare(t, x.template)
		if err != nil {
			return nil, err
		}
		out.Similarity = max(out.Similarity, c.Score)
		var r correlation
		for i, v := range aligned(shots[x.shot].picture, shots[x.shot].face) {
			r.add(float64(own[i]), float64(v))
		}
		if v := r.value(); v > out.Correlation {
			out.Correlation = v
		}
	}
	return &out, nil
}

// aligned is the luma of a face brought to one place and size, row by row.
func aligned(p *imaging.Picture, f *face.Face) []uint8 {
	// Where the five points lie in a face that fills the chip from brows to chin.
	to := []imaging.Point{{X: 0.25, Y: 0.25}, {X: 0.75, Y: 0.25}, {X: 0.5, Y: 0.55}, {X: 0.32, Y: 0.8}, {X: 0.68, Y: 0.8}}
	for i := range to {
		to[i].X, to[i].Y = to[i].X*chip, to[i].Y*chip
	}
	five := f.Mesh.Five()
	im := imaging.WarpRGB(p.RGB, imaging.Similarity(to, five[:]), chip, chip)
	out := make([]uint8, chip*chip)
	for i := range out {
		out[i] = uint8(luma(im.Pix[4*i:]))
	}
	return out
}

// correlation gathers Pearson's.
type correlation struct{ n, x, y, xx, yy, xy float64 }

func (c *correlation) add(x, y float64) {
	c.n, c.x, c.y, c.xx, c.yy, c.xy = c.n+1, c.x+x, c.y+y, c.xx+x*x, c.yy+y*y, c.xy+x*y
}

// value is NaN where either side has no contrast to speak of.
func (c *correlation) value() float64 {
	vx, vy := c.xx/c.n-c.x*c.x/c.n/c.n, c.yy/c.n-c.y*c.y/c.n/c.n
	if vx < 16 || vy < 16 {
		return math.NaN()
	}
	return (c.xy/c.n - c.x*c.y/c.n/c.n) / math.Sqrt(vx*vy)
}
