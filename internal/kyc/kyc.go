// Package kyc is the domain core of Bonafide: what a case is, what can be
// found in its evidence, what is asked again, and how a case moves from state
// to state.
//
// It promises that every rule about whose turn it is lives here and nowhere
// else; that [Apply] is a pure function of a case and an event; and that the
// catalogue of findings is complete and append-only, so that a code once sent
// to an integrator keeps its meaning.
//
// It does not measure anything, holds no thresholds, speaks to no store and
// holds no words shown to people. It imports the standard library only.
package kyc

import "time"

// CaseID, ApplicantID and SubmissionID are opaque, prefixed and unguessable.
type (
	CaseID       string
	ApplicantID  string
	SubmissionID string
)

// Item is one thing that is asked of an applicant, or computed for them.
type Item string

// The items. Eligibility and uniqueness are computed, never asked.
const (
	DocumentFront Item = "document_front"
	DocumentBack  Item = "document_back"
	Details       Item = "details"
	Face          Item = "face"
	Eligibility   Item = "eligibility"
	Uniqueness    Item = "uniqueness"
	// WholeCase marks findings that concern no single item.
	WholeCase Item = "case"
)

// Asked lists the items that an applicant can send, in the order in which they
// are asked.
func Asked() []Item { return []Item{DocumentFront, DocumentBack, Details, Face} }

// IsAsked reports whether an applicant can send item.
func (i Item) IsAsked() bool {
	return i == DocumentFront || i == DocumentBack || i == Details || i == Face
}

// Field is a datum of a document or of the typed details (design, section 7).
type Field string

// The fields that are compared or decided upon.
const (
	Surname        Field = "surname"
	GivenNames     Field = "given_names"
	BirthDate      Field = "birth_date"
	ExpiryDate     Field = "expiry_date"
	DocumentNumber Field = "document_number"
	PersonalNumber Field = "personal_number"
	Nationality    Field = "nationality"
	IssuingState   Field = "issuing_state"
	Sex            Field = "sex"
	Residence      Field = "residence"
	// NetworkRegion is the region of the network that the applicant connects from.
	NetworkRegion Field = "network_region"
	// Likeness is the face itself, where attempts contradict each other in it.
	Likeness Field = "likeness"
)

// IsKnown reports whether there is such a field.
func (f Field) IsKnown() bool {
	switch f {
	case Surname, GivenNames, BirthDate, ExpiryDate, DocumentNumber, PersonalNumber, Nationality, IssuingState, Sex, Residence, NetworkRegion, Likeness:
		return true
	}
	return false
}

// IsKnown reports whether there is such an item.
func (i Item) IsKnown() bool {
	return i.IsAsked() || i == Eligibility || i == Uniqueness || i == WholeCase
}

// DetailFields lists the fields that typed details may hold, in the order of a
// form.
func DetailFields() []Field {
	return []Field{Surname, GivenNames, BirthDate, DocumentNumber, ExpiryDate, Nationality, Residence}
}

// Applicant is the person, tied to the integrator's own account.
type Applicant struct {
	ID ApplicantID
	// ExternalID is the integrator's account id. It may be an e-mail address and
	// is treated as personal data.
	ExternalID string
	CreatedAt  time.Time
}

// State says whose turn it is.
type State string

// The states of a case.
const (
	Open           State = "open"            // the applicant's turn
	Processing     State = "processing"      // ours
	ActionRequired State = "action_required" // the applicant's, with a plan
	InReview       State = "in_review"       // a reviewer's
	Approved       State = "approved"
	Declined       State = "declined" // final, appealable
	Expired        State = "expired"
	Erased         State = "erased"
)

// States lists all states in the order of a case's life.
func States() []State {
	return []State{Open, Processing, ActionRequired, InReview, Approved, Declined, Expired, Erased}
}

// IsVerdict reports whether a person can decide so.
func (s State) IsVerdict() bool { return s == Approved || s == Declined || s == ActionRequired }

// Turn says who acts next in a state: "applicant", "us", "reviewer" or "nobody".
func (s State) Turn() string {
	switch s {
	case Open, ActionRequired:
		return "applicant"
	case Processing:
		return "us"
	case InReview:
		return "reviewer"
	case Approved, Declined, Expired, Erased:
		return "nobody"
	}
	return "nobody"
}

// Submission is one immutable piece of evidence for one item, as the case sees
// it: where it is kept and what it measured is not the core's business.
type Submission struct {
	ID     SubmissionID `json:"id"`
	Item   Item         `json:"item"`
	SHA256 string       `json:"sha256"` // hex, of the bytes as they arrived
	At     time.Time    `json:"at"`
	// Fields are, of details, the fields that are given, and Taken those of them
	// whose value the applicant took over from the document, as offered or as the form
	// began with, instead of typing it: that they equal the document proves nothing.
	// They hold no values.
	Fields []Field `json:"fields,omitempty"`
	Taken  []Field `json:"taken,omitempty"`
}

// Judged is a submission that was judged, for comparison with later ones of the
// same case.
type Judged struct {
	Item       Item         `json:"item"`
	Submission SubmissionID `json:"submission"`
	Round      int          `json:"round"`
	Codes      []Code       `json:"codes,omitempty"` // visible findings about the item
}

// ItemStatus is where one item stands.
type ItemStatus string

// An item is missing until something is sent, submitted until it is judged.
const (
	Missing   ItemStatus = "missing"
	Submitted ItemStatus = "submitted"
	Passed    ItemStatus = "passed"
	Failed    ItemStatus = "failed"
)

// ItemState is one item of a case.
type ItemState struct {
	Item     Item        `json:"item"`
	Required bool        `json:"required"`
	Status   ItemStatus  `json:"status"`
	Current  *Submission `json:"current,omitempty"`
	// Attempts counts submissions that were judged, whatever came of it. Refused
	// pre-checks and our own failures are no attempts.
	Attempts int `json:"attempts"`
	// RetryAt is the end of the pause after a failure of this item; zero when it
	// may be sent at once.
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Waived says that the item would be required, had the applicant not declined
	// biometrics.
	Waived bool `json:"waived,omitempty"`
}

// RefusedPicture remembers a picture that failed, so that the same picture is
// answered at once with the earlier reasons.
type RefusedPicture struct {
	Item           Item   `json:"item"`
	PerceptualHash uint64 `json:"perceptual_hash"`
	// Sketch is a coarse drawing by which it is known again when it was cropped.
	Sketch []byte `json:"sketch,omitempty"`
	SHA256 string `json:"sha256"`
	// Quality is the picture's sharpness: a better picture of the same scene is
	// not the same picture.
	Quality float64 `json:"quality"`
	Codes   []Code  `json:"codes"`
}

// Case is one effort to verify one applicant under one policy.
type Case struct {
	ID        CaseID      `json:"id"`
	Applicant ApplicantID `json:"applicant"`
	// Policy is the name@version that judged last, or under which the case was
	// opened while nothing has been judged.
	Policy string      `json:"policy"`
	Locale string      `json:"locale"`
	State  State       `json:"state"`
	Items  []ItemState `json:"items"`
	// Findings of the last full check and of people, visible and hidden.
	Findings []Finding `json:"findings"`
	Plan     *Plan     `json:"plan,omitempty"`
	// RetryAt is the earliest time at which anything of the plan may be sent; zero
	// means at once. Each item has its own.
	RetryAt time.Time        `json:"retry_at,omitzero"`
	Refused []RefusedPicture `json:"refused,omitempty"`
	// Judged are the submissions of earlier rounds, oldest first.
	Judged []Judged `json:"judged,omitempty"`
	// NetworkRegion is where the applicant last connected from, ISO 3166-1 alpha-2,
	// as the integrator or the operator's proxy told; "" is unknown.
	NetworkRegion string `json:"network_region,omitempty"`
	// Country issued the document that was judged last, as it says itself; "" is
	// unknown.
	Country string `json:"country,omitempty"`
	// Services are the operator's services with what closes each, as of the last
	// check, or of the opening while nothing was checked.
	Services []Service `json:"services,omitempty"`
	// Round numbers the full checks, so that a job that runs twice acts once.
	Round     int       `json:"round"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	ExpiresAt time.Time `json:"expires_at"`
	// Period is how long the applicant has whenever it becomes their turn.
	Period time.Duration `json:"period"`
	// Consent is what the applicant said last about biometrics; nil while they were
	// not asked.
	Consent *Consent `json:"consent,omitempty"`
	// Help is when a human was asked for last, and on which device.
	Help *Help `json:"help,omitempty"`
	// Purpose and Against are those of a re-verification: why a new face is asked
	// for, and the approved case that it is compared with.
	Purpose Purpose `json:"purpose,omitempty"`
	Against CaseID  `json:"against,omitempty"`
	// Return is where the applicant goes back to; nil when nobody said.
	Return *Return `json:"return,omitempty"`
}

// Item returns the state of an item and whether the case knows it.
func (c *Case) Item(i Item) (ItemState, bool) {
	for _, s := range c.Items {
		if s.Item == i {
			return s, true
		}
	}
	return ItemState{}, false
}

// NewCase returns an open case that asks for the given items. Items that are
// not asked of applicants are ignored; document_back may be sent although it
// is not required.
func NewCase(id CaseID, applicant ApplicantID, policy, locale string, required []Item, now, expires time.Time) Case {
	c := Case{
		ID: id, Applicant: applicant, Policy: policy, Locale: locale, State: Open,
		CreatedAt: now, UpdatedAt: now, ExpiresAt: expires, Period: expires.Sub(now),
	}
	for _, i := range Asked() {
		s := ItemState{Item: i, Status: Missing}
		for _, r := range required {
			s.Required = s.Required || r == i
		}
		c.Items = append(c.Items, s)
	}
	return c
}
