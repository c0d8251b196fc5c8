package liveness

import (
	"math"
	"slices"

	"bonafide/internal/face"
)

// Noise floors: what stays below is not reported at all. They are far below what a policy asks for.
const (
	turnFloor   = 5.0  // degrees
	blinkFloor  = 0.14 // share by which the eyes close
	mouthFloor  = 0.12 // aspect ratio above the closed mouth's
	closerFloor = 0.10 // growth
	// blindYaw is the turn beyond which the farther eye is hidden and the eyes' aspect ratio means nothing.
	blindYaw = 25.0
)

// state is what one shot says about the head.
type state struct {
	at                            int64
	eyes, mouth, yaw, pitch, size float64
}

// movements measures the baseline of a sequence and all movements away from it.
func movements(shots []shot) (Baseline, []Movement) {
	var states []state
	for _, s := range shots {
		if s.face != nil {
			states = append(states, stateOf(s.at, s.face))
		}
	}
	return movementsOf(states)
}

func movementsOf(states []state) (Baseline, []Movement) {
	if len(states) == 0 {
		return Baseline{}, []Movement{}
	}
	b := baselineOf(states)
	out := []Movement{}
	turn := func(sign float64) func(state) (float64, bool) {
		return func(s state) (float64, bool) { return sign * (s.yaw - b.Yaw), true }
	}
	for _, x := range []struct {
		action Action
		floor  float64
		extent func(state) (float64, bool)
	}{
		{Blink, blinkFloor, func(s state) (float64, bool) {
			return 1 - ratio(s.eyes, b.Eyes), math.Abs(s.yaw) < blindYaw && b.Eyes > 0
		}},
		{TurnLeft, turnFloor, turn(1)},
		{TurnRight, turnFloor, turn(-1)},
		{OpenMouth, mouthFloor, func(s state) (float64, bool) { return s.mouth - b.Mouth, true }},
		{ComeCloser, closerFloor, func(s state) (float64, bool) { return ratio(s.size, b.Size) - 1, b.Size > 0 }},
	} {
		out = append(out, runs(states, x.action, x.floor, x.extent)...)
	}
	slices.SortStableFunc(out, func(x, y Movement) int { return compare(x.PeakMS, y.PeakMS) })
	return b, out
}

func stateOf(at int64, f *face.Face) state {
	return state{at, (f.EyeRight + f.EyeLeft) / 2, f.Mouth, f.Pose.Yaw, f.Pose.Pitch, f.Mesh.Size()}
}

// runs cuts a series into the stretches that lie above the floor.
func runs(states []state, action Action, floor float64, extent func(state) (float64, bool)) []Movement {
	var out []Movement
	var run *Movement
	rested := false
	for _, s := range states {
		v, ok := extent(s)
		if !ok { // not seen: neither rest nor movement
			continue
		}
		if v < floor {
			if run != nil {
				run.Ended = true
				out, run = append(out, *run), nil
			}
			rested = true
			continue
		}
		if run == nil {
			run = &Movement{Action: action, FromMS: s.at, Began: rested}
		}
		run.ToMS = s.at
		run.Frames++
		if v > run.Extent {
			run.Extent, run.PeakMS = v, s.at
		}
	}
	if run != nil {
		out = append(out, *run)
	}
	return out
}

// baselineOf is the state of rest: the pose that the head has most often, the mouth as it is when shut, the eyes as they mostly are.
func baselineOf(states []state) Baseline {
	pick := func(f func(state) float64) []float64 {
		vs := make([]float64, len(states))
		for i, s := range states {
			vs[i] = f(s)
		}
		return vs
	}
	b := Baseline{
		Yaw:   shorth(pick(func(s state) float64 { return s.yaw })),
		Pitch: shorth(pick(func(s state) float64 { return s.pitch })),
		Mouth: quantile(pick(func(s state) float64 { return s.mouth }), 0.05), // who speaks shuts it now and then
		Size:  quantile(pick(func(s state) float64 { return s.size }), 0.25),
	}
	var eyes []float64
	for _, s := range states {
		if seesEyes(s) {
			eyes = append(eyes, s.eyes)
		}
	}
	if len(eyes) > 0 {
		b.Eyes = quantile(eyes, 0.5)
	}
	return b
}

func seesEyes(s state) bool { return math.Abs(s.yaw) < blindYaw }

// shorth is the mean of the shortest stretch of values that holds two fifths of them: where they crowd. Unlike the median it stays at
// rest in a sequence that moves most of the time, and always in one direction.
func shorth(vs []float64) float64 {
	s := slices.Clone(vs)
	slices.Sort(s)
	n := max(1, 2*len(s)/5)
	best, at := math.Inf(1), 0
	for i := 0; i+n <= len(s); i++ {
		if d := s[i+n-1] - s[i]; d < best {
			best, at = d, i
		}
	}
	sum := 0.0
	for _, v := range s[at : at+n] {
		sum += v
	}
	return sum / float64(n)
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
