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

	// Signals of an attack.
	LightFollows float64 `yaml:"light_follows"` // correlation of face and screen below
	Disorder     float64 `yaml:"disorder"`      // above: frames out of order
	Repeated     float64 `yaml:"repeated"`      // share of repeated frames above
	// Portrait similarity and correlation above: the document's portrait itself.
	PortraitSimilarity  float64 `yaml:"portrait_similarity"`
	PortraitCorrelation float64 `yaml:"portrait_correlation"`
	// JitterMS and Noise are what a camera's clock and sensor have at least. Neither says anything by itself.
	JitterMS float64 `yaml:"jitter_ms"`
	Noise    float64 `yaml:"noise"`
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
		{"liveness.light_follows", &l.LightFollows, true},
		{"liveness.disorder", &l.Disorder, false},
		{"liveness.repeated", &l.Repeated, true},
		{"liveness.portrait_similarity", &l.PortraitSimilarity, true},
		{"liveness.portrait_correlation", &l.PortraitCorrelation, true},
		{"liveness.jitter_ms", &l.JitterMS, false},
		{"liveness.noise", &l.Noise, false},
	}
}
