package liveness

import (
	"fmt"
	"strconv"

	"bonafide/internal/imaging"
)

// Action is a movement that a person is asked to make.
type Action string

// The movements. Left and right are the person's own.
const (
	Blink      Action = "blink"
	TurnLeft   Action = "turn_left"
	TurnRight  Action = "turn_right"
	OpenMouth  Action = "open_mouth"
	ComeCloser Action = "come_closer"
)

// Actions lists all movements.
func Actions() []Action { return []Action{Blink, TurnLeft, TurnRight, OpenMouth, ComeCloser} }

// Colour is what a screen shows, sRGB. Its text is "#rrggbb".
type Colour struct{ R, G, B uint8 }

// MarshalText implements [encoding.TextMarshaler].
func (c Colour) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "#%02x%02x%02x", c.R, c.G, c.B), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *Colour) UnmarshalText(text []byte) error {
	if len(text) != 7 || text[0] != '#' {
		return fmt.Errorf("%.20q is not a colour such as #ff8000", text)
	}
	v, err := strconv.ParseUint(string(text[1:]), 16, 32)
	if err != nil {
		return fmt.Errorf("%.20q is not a colour such as #ff8000", text)
	}
	*c = Colour{uint8(v >> 16), uint8(v >> 8), uint8(v)}
	return nil
}

// Shown is one colour that filled the device's screen, and when by the device's clock, the same that times the frames.
type Shown struct {
	Colour Colour `json:"colour"`
	FromMS int64  `json:"from_ms"`
	ToMS   int64  `json:"to_ms"`
}

// Challenge is what the device was told to ask for and show, and what else is known about the recording.
type Challenge struct {
	// Actions in the order in which they were asked for.
	Actions []Action `json:"actions"`
	// Colours in any order; none when the screen's light was not used.
	Colours []Shown `json:"colours,omitempty"`
	// Portrait is the document's portrait, or the page that has it: held before the camera it is told from a face. It may be nil.
	Portrait *imaging.Picture `json:"-"`
	// Camera is the name that the device gave its camera; empty when unknown.
	Camera string `json:"camera,omitempty"`
}

// Frame is one picture of the sequence and when it was taken, by the device's clock.
type Frame struct {
	AtMS    int64
	Picture *imaging.Picture
}
