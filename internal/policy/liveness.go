package policy

// LivenessThresholds judge a sequence of frames; the numbers are those of liveness.Measurement.
type LivenessThresholds struct {
	// Extents from which a movement counts.
	TurnDegrees  float64 `yaml:"turn_degrees"`
	BlinkClosure float64 `yaml:"blink_closure"`
	MouthOpen    float64 `yaml:"mouth_open"`
	CloserGrowth float64 `yaml:"closer_growth"`
	// FastestMS is the shortest turn, mouth or approach that counts; a blink may be shorter.
	FastestMS float64 `yaml:"fastest_ms"`
	// LeastFrames and FaceShare say how much of a sequence there must be to judge it at all.
	LeastFrames float64 `yaml:"least_frames"`
	FaceShare   float64 `yaml:"face_share"`
	// MissingShare is the share of lost frames from which a movement that was not seen is laid to the connection.
	MissingShare float64 `yaml:"missing_share"`
	// SamePerson is the similarity that all frames of one sequence must have.
	SamePerson float64 `yaml:"same_person"`
}

func (l *LivenessThresholds) all() []threshold {
	return []threshold{
		{"liveness.turn_degrees", &l.TurnDegrees, false},
		{"liveness.blink_closure", &l.BlinkClosure, true},
		{"liveness.mouth_open", &l.MouthOpen, false},
		{"liveness.closer_growth", &l.CloserGrowth, false},
		{"liveness.fastest_ms", &l.FastestMS, false},
		{"liveness.least_frames", &l.LeastFrames, false},
		{"liveness.face_share", &l.FaceShare, true},
		{"liveness.missing_share", &l.MissingShare, true},
		{"liveness.same_person", &l.SamePerson, true},
	}
}
