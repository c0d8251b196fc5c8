package kyc

import "time"

// Return is where the integrator wants the applicant back: an address of theirs, and
// what they recognise the person by when they come. The state is theirs alone, and is
// personal data as the rest of the case.
type Return struct {
	URL   string `json:"url"`
	State string `json:"state,omitempty"`
}

// SendBack says where the applicant is to be sent back to from now on.
type SendBack struct {
	To Return
	By string // the integrator's API key
	At time.Time
}

// Name implements [Event].
func (SendBack) Name() string { return "send_back" }
