package liveness

// Measurement is all that was measured on one sequence: numbers, no verdict. Times are milliseconds by the device's clock.
type Measurement struct {
	Frames    Frames     `json:"frames"`
	Baseline  Baseline   `json:"baseline"`
	Movements []Movement `json:"movements"`
	Person    Person     `json:"person"`
	// Light is nil where no colours were shown, or too few frames showed a face under them.
	Light *Light `json:"light,omitempty"`
	// Depth is nil where the head did not turn.
	Depth  *Depth `json:"depth,omitempty"`
	Stream Stream `json:"stream"`
	// Portrait is nil where none was given, or none was found in it.
	Portrait *Likeness `json:"portrait,omitempty"`
	// Models are what produced the numbers, "name/version".
	Models    []string           `json:"models"`
	TimingsMS map[string]float64 `json:"timings_ms,omitempty"`
}

// Frames says what there was to measure.
type Frames struct {
	Received  int   `json:"received"`
	Distinct  int   `json:"distinct"`   // without those that arrived twice
	Face      int   `json:"face"`       // that show a face
	Several   int   `json:"several"`    // of the frames that were searched as a whole: with more than one face
	FromMS    int64 `json:"from_ms"`    // of the first frame
	ToMS      int64 `json:"to_ms"`      // of the last frame
	PaceMS    int64 `json:"pace_ms"`    // the usual time between two frames
	Missing   int   `json:"missing"`    // frames that should lie in the gaps between others, at that pace
	LongestMS int64 `json:"longest_ms"` // the longest gap
}

// MissingShare is the share of the frames that should be there and are not.
func (f Frames) MissingShare() float64 {
	if f.Missing == 0 {
		return 0
	}
	return float64(f.Missing) / float64(f.Missing+f.Distinct)
}

// Baseline is how the person looks at rest in this sequence. Movements are measured from here, because the eyes of one are as open
// at rest as another's half closed.
type Baseline struct {
	Eyes  float64 `json:"eyes"`  // aspect ratio of the open eyes
	Mouth float64 `json:"mouth"` // aspect ratio of the closed mouth
	Yaw   float64 `json:"yaw"`   // degrees
	Pitch float64 `json:"pitch"` // degrees
	Size  float64 `json:"size"`  // of the face at its farther distance, pixels
}

// Movement is one movement that was seen, asked for or not.
type Movement struct {
	Action Action `json:"action"`
	FromMS int64  `json:"from_ms"` // first frame that shows it
	PeakMS int64  `json:"peak_ms"`
	ToMS   int64  `json:"to_ms"` // last frame that shows it
	Frames int    `json:"frames"`
	// Extent is how far it went from the baseline: turns in degrees; blinks as the share by which the eyes closed, 0..1; the mouth as
	// its aspect ratio above the baseline; coming closer as the growth of the face, 0.3 for a face that is 30 % larger.
	Extent float64 `json:"extent"`
	// Began and Ended say whether the sequence shows the rest before and after it.
	Began bool `json:"began"`
	Ended bool `json:"ended"`
}

// Person says whether one face is in all frames.
type Person struct {
	// Compared is the number of frames whose templates were compared.
	Compared int `json:"compared"`
	// Similarity is face.Comparison.Score of the frame that is least like the most typical one; 1 with fewer than two.
	Similarity float64 `json:"similarity"`
	// AtMS is that frame.
	AtMS int64 `json:"at_ms"`
}

// Light says how the light on the face followed the screen.
type Light struct {
	// Colours are how many were shown, Frames how many frames were measured under them.
	Colours int `json:"colours"`
	Frames  int `json:"frames"`
	// Follows is the correlation, -1..1, of the face's colour with the screen's, after what time and movement explain was taken out.
	Follows float64 `json:"follows"`
	// Gain is how strongly the face's colour changes with the screen's: log ratio of linear light for a screen from black to full.
	Gain float64 `json:"gain"`
	// Background is the correlation of what surrounds the head, BackgroundGain its strength.
	Background     float64 `json:"background"`
	BackgroundGain float64 `json:"background_gain"`
	// Noise is how much the face's colour changes by itself, in the unit of Gain.
	Noise float64 `json:"noise"`
	// Rank is the share of other orders of the same colours that would fit at least as well, 0..1: near 0 when the face followed
	// these colours, about 0.5 when it followed none.
	Rank float64 `json:"rank"`
}

// Depth says whether the head turned as a solid does. The face mesh completes what it sees by what faces are like, so on a flat picture that
// is tilted it shows a solid, too, but one that turns far less than the picture does.
type Depth struct {
	// Yaw is how far the frame that was measured is turned from the frontal one, degrees.
	Yaw float64 `json:"yaw"`
	// Parallax is how far the points of the turned face lie from where a flat picture of the frontal one would have put them, in
	// inter-eye distances, root mean square.
	Parallax float64 `json:"parallax"`
	// Expected is the same for a head of usual shape turned by Yaw.
	Expected float64 `json:"expected"`
}

// Stream says how the frames came about.
type Stream struct {
	// JitterMS is the standard deviation of the time between neighbouring frames, gaps left out.
	JitterMS float64 `json:"jitter_ms"`
	// Repeated is the share of frames that show exactly what another one showed before, with other frames between.
	Repeated float64 `json:"repeated"`
	// Noise is the median change of a pixel from frame to frame where nothing moves, grey levels; 0 where there is no sensor.
	Noise float64 `json:"noise"`
	// Disorder is how little a frame resembles its neighbours in time, 0..2: about 0.1 for a movement, 1 for shuffled frames.
	Disorder float64 `json:"disorder"`
	// Virtual says that the camera's name is that of a program.
	Virtual bool `json:"virtual"`
}

// Likeness says how like the document's portrait the frames are.
type Likeness struct {
	// Similarity is face.Comparison.Score of the best frame.
	Similarity float64 `json:"similarity"`
	// Correlation, -1..1, is that of the pixels of the aligned faces in the best frame: two photos of one person differ in light and
	// expression, a photo of the portrait does not.
	Correlation float64 `json:"correlation"`
}
