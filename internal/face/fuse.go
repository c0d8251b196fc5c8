package face

import (
	"math"
	"sort"
)

// Shot is the template of one frame of a person with the quality that says how much it counts.
type Shot struct {
	Template Template
	Quality  Quality
}

// fuseMost is the number of frames that are averaged: beyond the best few, another frame adds what blur and turn do to it.
const fuseMost = 5

// Fuse makes one template of several frames of one face: the mean of the best five, each weighted by Utility. Averaging removes what a single
// frame adds by chance; a blurred or turned frame among good ones hardly counts. The error is ErrIncompatible for templates that were not made
// the same way, ErrTemplate where there is none. Whether the frames show one person is the caller's to have seen.
func Fuse(shots []Shot) (Template, error) {
	if len(shots) == 0 {
		return Template{}, ErrTemplate
	}
	best := append([]Shot(nil), shots...)
	sort.SliceStable(best, func(i, j int) bool { return Utility(best[i].Quality) > Utility(best[j].Quality) })
	best = best[:min(len(best), fuseMost)]
	out := Template{model: best[0].Template.model}
	var sum [dims]float64
	var weight float64
	for _, s := range best {
		if s.Template.model == "" || s.Template.model != out.model {
			return Template{}, ErrIncompatible
		}
		w := math.Max(Utility(s.Quality), 1e-3)
		weight += w
		for i, v := range s.Template.vector {
			sum[i] += w * float64(v)
		}
	}
	for i := range sum {
		out.vector[i] = float32(sum[i] / weight)
	}
	return out, nil
}

// Utility is how much a frame is worth to a comparison, 0..1: the product of what size, sharpness, pose and light leave of it. It ranks the frames
// of one person and judges nothing. Each part is 1 where more gains nothing (60 pixels between the eyes, the sharpness of a usual photo, a face
// turned by less than 10°, well lit) and falls from there.
func Utility(q Quality) float64 {
	size := math.Min(1, q.InterEyeDistance/60)
	sharp := math.Min(1, q.Sharpness/0.7)
	turned := math.Max(0, math.Hypot(q.Yaw, q.Pitch)-10)
	pose := math.Exp(-turned * turned / (2 * 15 * 15))
	light := math.Min(1, math.Min(q.Brightness/80, (255-q.Brightness)/50))
	return size * sharp * pose * math.Max(0, light)
}
