package liveness

import (
	"context"
	"math"

	"bonafide/internal/face"
)

const (
	samples = 6    // frames whose templates are compared
	frontal = 20.0 // degrees of yaw beyond which templates drift by themselves
)

// person compares templates of frames spread over the whole sequence, and of both sides of the place where the face changes most from
// one frame to the next: a face that was put in shows there.
func (a *Analyser) person(ctx context.Context, shots []shot) (Person, []taken, error) {
	var usable []int
	for i, s := range shots {
		if s.face != nil && math.Abs(s.face.Pose.Yaw) <= frontal {
			usable = append(usable, i)
		}
	}
	chosen := map[int]bool{}
	for k := range min(samples, len(usable)) {
		chosen[usable[(2*k+1)*len(usable)/(2*min(samples, len(usable)))]] = true
	}
	var ts []taken
	for _, i := range usable {
		if !chosen[i] {
			continue
		}
		t, err := a.faces.Template(ctx, shots[i].picture, *shots[i].face)
		if err != nil {
			return Person{}, nil, err
		}
		ts = append(ts, taken{i, t})
	}
	p := Person{Compared: len(ts), Similarity: 1}
	if len(ts) < 2 {
		return p, ts, nil
	}
	// The most typical template is the one that is nearest to all others; the odd one out is compared with it.
	best, least := -1.0, 0
	for i := range ts {
		sum, worst, at := 0.0, 1.0, i
		for k := range ts {
			c, err := face.Compare(ts[i].template, ts[k].template)
			if err != nil {
				return Person{}, nil, err
			}
			sum += c.Score
			if c.Score < worst {
				worst, at = c.Score, k
			}
		}
		if sum > best {
			best, least, p.Similarity = sum, at, worst
		}
	}
	p.AtMS = shots[ts[least].shot].at
	return p, ts, nil
}

// taken is the template of one shot.
type taken struct {
	shot     int
	template face.Template
}
