// Package api is the contract of Bonafide's HTTP interface: the types that go
// over the wire. The OpenAPI 3.1 description beside it, openapi.json, is
// generated from the same types and is served at /openapi.json.
//
// It promises that a field once released keeps its name and meaning, and that
// new values of finding codes may appear at any time: treat them by severity.
// It holds no behaviour and imports the standard library only.
package api

import "time"

// Case is a case as an integrator or its applicant sees it.
type Case struct {
	ID         string    `json:"id" doc:"The case's id." example:"case_01k9…"`
	Applicant  string    `json:"applicant,omitempty" doc:"The applicant's id, for erasing. Not shown to applicant tokens."`
	ExternalID string    `json:"external_id,omitempty" doc:"The integrator's own account id. Not shown to applicant tokens."`
	State      string    `json:"state" enum:"open,processing,action_required,in_review,approved,declined,expired,erased" doc:"Whose turn it is: open and action_required are the applicant's."`
	Turn       string    `json:"turn" enum:"applicant,us,reviewer,nobody"`
	Title      string    `json:"title,omitempty" doc:"The state in words."`
	Text       string    `json:"text,omitempty" doc:"What happens now, in words."`
	Policy     string    `json:"policy" doc:"The policy that judges, name@version."`
	Locale     string    `json:"locale" doc:"The applicant's language as the integrator knows it, BCP 47; empty when not known."`
	Language   string    `json:"language" enum:"en,ar,de,es,fr,hi,id,pt-BR,ru,tr,vi,zh-Hans" doc:"The language of the texts in this answer."`
	Items      []Item    `json:"items" nullable:"false" doc:"What is asked and how it stands."`
	Findings   []Finding `json:"findings" nullable:"false" doc:"Why, most important first. What another finding explains is left out."`
	Plan       *Plan     `json:"plan,omitempty" doc:"What to send again; present in state action_required."`
	Services   []Service `json:"services,omitempty" nullable:"false" doc:"Your services, as the policy names them: which are open to the applicant now, and why the others are not."`
	// NetworkRegion is for integrators alone.
	NetworkRegion string     `json:"network_region,omitempty" doc:"The country that the applicant last connected from, as you or your proxy told. Not shown to applicant tokens."`
	RetryAt       *time.Time `json:"retry_at,omitempty" doc:"The earliest time at which anything of the plan can be sent; absent means now. Each item of the plan has its own."`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
	ExpiresAt     time.Time  `json:"expires_at"`
	// Face says how the face of this case is asked for.
	Face *FaceWay `json:"face,omitempty" doc:"How a face is asked for; absent where the case does not ask for one."`
	// Documents are what can be sent as document_front.
	Documents []DocumentKind `json:"documents,omitempty" nullable:"false" doc:"The kinds of document that are accepted; absent where the case does not ask for one."`
	Support   bool           `json:"support,omitempty" doc:"Whether GET …/support says how to reach your people."`
	// Purpose and Against are those of a re-verification.
	Purpose string `json:"purpose,omitempty" enum:"withdrawal,appeal,recovery,device_change" doc:"Of a re-verification: why a new face is asked for."`
	Against string `json:"against,omitempty" doc:"Of a re-verification: the approved case that the face is compared with. Not shown to applicant tokens."`
	// For is set of a case in which an account is asked back.
	For string `json:"for_case,omitempty" doc:"Of a case that proves whose an earlier account is: the case of the applicant who asks for it. return_url carries this one."`
	// Recovery is how far the way back to an account is; absent where none was begun.
	Recovery string `json:"recovery,omitempty" enum:"open,face,proved,reported,closed" doc:"How far the applicant is on the way back to an earlier account, GET …/recovery; absent where it was not begun."`
	// ReturnURL is ready to be followed.
	ReturnURL string `json:"return_url,omitempty" doc:"Where the applicant goes back to: your return_url with case and, if you gave one, state. It says nothing of the result: ask the API."`
}

// DocumentKind is a kind of document that the policy accepts, of some issuer at least.
type DocumentKind struct {
	Kind     string `json:"kind" example:"id_card"`
	Name     string `json:"name" doc:"The kind in words, as within a sentence."`
	TwoSided bool   `json:"two_sided" doc:"Its back says something too: document_back can be sent unasked, and saves being asked for it."`
}

// FaceWay is how a face is asked for, and what its owner said about biometrics.
type FaceWay struct {
	Capture     string  `json:"capture" enum:"still,sequence" doc:"still: one picture as a submission. sequence: draw a challenge."`
	Consent     string  `json:"consent" enum:"not_asked,needed,given,declined" doc:"needed: nothing of a face is taken before the applicant agreed."`
	Alternative string  `json:"alternative" enum:"none,review" doc:"What follows when biometrics are declined: a person decides, or the case ends."`
	Movements   int     `json:"movements" doc:"Of a sequence: how many are drawn."`
	Colours     string  `json:"colours" enum:"required,offered,off" doc:"Screen colours of a sequence. offered: an applicant who is sensitive to light draws without. required: they ask for a human."`
	Ask         Consent `json:"ask" doc:"The words to ask with."`
}

// Consent are our words about biometrics, and their version.
type Consent struct {
	Text  string `json:"text" example:"biometrics@1" doc:"The version to send with the answer."`
	Title string `json:"title"`
	Body  string `json:"body"`
	Other string `json:"other_way" doc:"What happens without."`

	Agree   string `json:"agree" doc:"The answer yes, as on a button."`
	Decline string `json:"decline" doc:"The answer no."`
}

// ConsentGiven is an applicant's answer about biometrics.
type ConsentGiven struct {
	Given    bool   `json:"given" doc:"false declines, also later: what is kept of the face is then erased, in all cases of the applicant."`
	Text     string `json:"text" pattern:"^[A-Za-z0-9_.@-]{1,64}$" patternDescription:"letters, digits, _ . @ or -" example:"biometrics@1" doc:"The version of the words that were shown: ours, or your own."`
	Language string `json:"language" pattern:"^[A-Za-z0-9-]{2,35}$" patternDescription:"a BCP 47 tag" example:"pt-BR"`
}

// NewUpload begins to send a photo in pieces.
type NewUpload struct {
	Item  string `json:"item" enum:"document_front,document_back,face"`
	Bytes int    `json:"bytes" minimum:"1" maximum:"20971520" doc:"Of the whole photo."`
}

// Upload is a photo that arrives in pieces.
type Upload struct {
	Upload  string `json:"upload" example:"upl_01k9…"`
	Item    string `json:"item" enum:"document_front,document_back,face"`
	Bytes   int    `json:"bytes"`
	Arrived int    `json:"arrived" doc:"So many bytes are here: the offset of the next piece."`
}

// Look is what can be seen on a photo of a document before it is submitted.
type Look struct {
	Usable bool    `json:"usable" doc:"false: submitting it says what is wrong, and uses no attempt."`
	Places []Place `json:"places" nullable:"false" doc:"Where the name (as surname), the number and the expiry date stand, as far as they were found."`
	Turn   int     `json:"turn" enum:"0,90,180,270" doc:"Degrees to turn the picture clockwise for its text to run from left to right."`
}

// Reading is what a document says of what people are asked for.
type Reading struct {
	Fields []ReadField `json:"fields" nullable:"false" doc:"What was read for certain, in the order of the form. What is missing, the person types."`
}

// ReadField is one field as the document has it.
type ReadField struct {
	Field string `json:"field" enum:"surname,given_names,birth_date,document_number,expiry_date,nationality"`
	Value string `json:"value"`
}

// Place is where a datum stands in the upright picture.
type Place struct {
	Field string `json:"field" enum:"surname,document_number,expiry_date"`
	Box   Box    `json:"box"`
}

// Challenge is what was drawn for a face to do, and what came of it.
type Challenge struct {
	ID       string   `json:"id" example:"chl_01k9…"`
	Status   string   `json:"status" enum:"drawn,waiting,used,over" doc:"waiting: the recording is told and frames are missing. used: the sequence is the submission of the face. over: draw another."`
	Actions  []string `json:"actions" nullable:"false" enum:"blink,turn_left,turn_right,open_mouth,come_closer" doc:"Movements, in this order. Left and right are the person's own."`
	Colours  []string `json:"colours,omitempty" nullable:"false" example:"#ff0000" doc:"Colours to fill the screen with, in this order."`
	ColourMS int64    `json:"colour_ms,omitempty" doc:"How long to show each."`

	Needs     Needs      `json:"needs"`
	CreatedAt time.Time  `json:"created_at"`
	DueAt     *time.Time `json:"due_at,omitempty" doc:"Until when the recording must be told (drawn) or frames can arrive (waiting)."`
	Limits    Limits     `json:"limits"`
	Arrived   int        `json:"arrived" doc:"Frames that are here."`
	Missing   []int64    `json:"missing,omitempty" nullable:"false" doc:"Times of the frames that are still awaited."`

	Submission string    `json:"submission,omitempty"`
	Findings   []Finding `json:"findings" nullable:"false" doc:"Why it is over, where it is not just that time passed. These use no attempt."`
}

// Needs is what counts as a movement, so that a device can tell at once what was too little or too quick.
type Needs struct {
	TurnDegrees  float64 `json:"turn_degrees" doc:"Of the head, from its own rest."`
	BlinkClosure float64 `json:"blink_closure" doc:"Share by which the eyes' aspect ratio falls."`
	MouthOpen    float64 `json:"mouth_open" doc:"Aspect ratio of the gap between the lips above that at rest."`
	CloserGrowth float64 `json:"closer_growth" doc:"Growth of the face."`
	FastestMS    float64 `json:"fastest_ms" doc:"A turn, mouth or approach that is over sooner is too fast."`
}

// Limits bound one sequence.
type Limits struct {
	Frames     int   `json:"frames"`
	FrameBytes int   `json:"frame_bytes"`
	Bytes      int64 `json:"bytes"`
	LengthMS   int64 `json:"length_ms"`
}

// DrawChallenge asks for a challenge.
type DrawChallenge struct {
	WithoutColours bool `json:"without_colours,omitempty" doc:"For a person who is sensitive to light. Refused where the policy requires colours."`
}

// Recording is what the device recorded. Times are milliseconds from the start of
// the recording, by the device's own clock: the network has no part in them.
type Recording struct {
	Frames  []int64 `json:"frames" nullable:"false" minItems:"1" maxItems:"200" doc:"Times of all frames that were taken, rising; also of those that are not sent yet."`
	Colours []Shown `json:"colours,omitempty" nullable:"false" maxItems:"16" doc:"When each drawn colour was on the screen, in their order."`
	Device  Device  `json:"device,omitzero"`
}

// Shown is a colour that was shown.
type Shown struct {
	Colour string `json:"colour" pattern:"^#[0-9a-f]{6}$" patternDescription:"#rrggbb" example:"#ff0000"`
	FromMS int64  `json:"from_ms" minimum:"0"`
	ToMS   int64  `json:"to_ms" minimum:"0"`
}

// Device is what the recorder knows of its camera. All of it can be left out; it
// is kept with the evidence and judged, never logged.
type Device struct {
	Camera       string   `json:"camera,omitempty" maxLength:"128" doc:"The label of the camera."`
	Facing       string   `json:"facing,omitempty" enum:"user,environment,left,right"`
	Width        int      `json:"width,omitempty" minimum:"1" maximum:"10000"`
	Height       int      `json:"height,omitempty" minimum:"1" maximum:"10000"`
	FrameRate    float64  `json:"frame_rate,omitempty" minimum:"0" maximum:"1000"`
	Capabilities []string `json:"capabilities,omitempty" nullable:"false" maxItems:"40" pattern:"^[A-Za-z]{1,32}$" patternDescription:"names as MediaTrackCapabilities has them" doc:"Names of what the camera can do."`
	ClockJitter  float64  `json:"clock_jitter_ms,omitempty" minimum:"0" maximum:"10000" doc:"Standard deviation of the times between the camera's own frames (captureTime)."`
	Automated    bool     `json:"automated,omitempty" doc:"navigator.webdriver"`
}

// NewReverification asks for a new face of a verified applicant.
type NewReverification struct {
	Purpose       string `json:"purpose" enum:"withdrawal,appeal,recovery,device_change"`
	Locale        string `json:"locale,omitempty" maxLength:"35" doc:"BCP 47 language of the applicant; that of the verification when absent."`
	NetworkRegion string `json:"network_region,omitempty" pattern:"^[A-Z]{2}$" example:"DE"`
}

// Withheld is a person's decision to hold back or to take back an approval.
type Withheld struct {
	Reviewer string       `json:"reviewer" pattern:"^[A-Za-z0-9_.-]{1,64}$" patternDescription:"an id of 1 to 64 letters, digits, _ . or -" example:"rev_17" doc:"Your id of the person who decided. The audit log keeps it for good: no names and no addresses."`
	Reasons  []ReviewCode `json:"reasons" nullable:"false" minItems:"1" maxItems:"20" doc:"Finding codes."`
}

// Item is one thing that is asked of the applicant.
type Item struct {
	Item       string `json:"item" enum:"document_front,document_back,details,face"`
	Name       string `json:"name" doc:"The item's name in words."`
	Required   bool   `json:"required"`
	Status     string `json:"status" enum:"missing,submitted,passed,failed"`
	Submission string `json:"submission,omitempty" doc:"The submission that stands for the item."`
	Attempts   int    `json:"attempts" doc:"Submissions that were judged. Refused pre-checks and our own failures do not count."`

	FromDocument []string `json:"from_document,omitempty" nullable:"false" doc:"Of the details, the fields whose value the applicant took over from the document instead of typing it."`
}

// Finding is one reason: what, where, how much, and how to mend it.
type Finding struct {
	Code       string     `json:"code" example:"document.blurry" doc:"Stable code; see GET /v1/findings."`
	Item       string     `json:"item"`
	Submission string     `json:"submission,omitempty"`
	Field      string     `json:"field,omitempty" doc:"The field of the details or of the document."`
	Box        *Box       `json:"box,omitempty" doc:"The place in the upright picture."`
	Measure    string     `json:"measure,omitempty" doc:"What was measured."`
	Measured   *float64   `json:"measured,omitempty"`
	Threshold  *float64   `json:"threshold,omitempty"`
	Model      string     `json:"model,omitempty" doc:"What measured, name@version."`
	Severity   string     `json:"severity" enum:"note,retry,review,final"`
	Audience   string     `json:"audience" enum:"applicant,operator" doc:"operator: must not be shown to the applicant."`
	Retryable  bool       `json:"retryable"`
	Typed      string     `json:"typed,omitempty" doc:"What the applicant typed."`
	Read       string     `json:"read,omitempty" doc:"What the document says."`
	Offer      string     `json:"offer,omitempty" doc:"What the document says, where it may be taken over with one tap: name the field in from_document of the details."`
	Diffs      []Diff     `json:"differences,omitempty" nullable:"false" doc:"How the two differ, character by character."`
	From       *time.Time `json:"from,omitempty" doc:"When the finding ends to hold, as the birthday for under_age; for expired documents when they ran out."`
	Service    string     `json:"service,omitempty" doc:"The service that the finding is about, where it is about one alone."`
	Title      string     `json:"title"`
	Text       string     `json:"text"`
	Fix        string     `json:"fix"`
}

// Service is one of the operator's services, as it stands for a case.
type Service struct {
	Service      string     `json:"service" doc:"The service's name in the policy."`
	Open         bool       `json:"open"`
	Reasons      []Finding  `json:"reasons" nullable:"false" doc:"Why it is not open: rules, and items that must have been checked."`
	EligibleFrom *time.Time `json:"eligible_from,omitempty" doc:"The day from which no rule closes it any more, where a day alone does that, as a birthday."`
}

// Diff is one difference between two values of a field.
type Diff struct {
	Kind string `json:"kind" example:"extra_space"`
	Name string `json:"name,omitempty" doc:"The kind in words."`
	At   int    `json:"at" doc:"Character of the typed value, from 0."`
	A    string `json:"a"`
	B    string `json:"b"`
}

// Box is a place in a picture, in pixels.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Plan is the smallest set of items to send again.
type Plan struct {
	Items   []PlanItem `json:"items" nullable:"false"`
	Carried []Carried  `json:"carried" nullable:"false" doc:"What is kept and not asked again."`
}

// PlanItem is one item to send again, with its reasons in order of effect.
type PlanItem struct {
	Item    string     `json:"item"`
	Name    string     `json:"name"`
	Fields  []string   `json:"fields,omitempty" nullable:"false" doc:"Of the details, the fields to correct; the others are kept."`
	Reasons []string   `json:"reasons" nullable:"false"`
	Fixes   []string   `json:"fixes" nullable:"false" doc:"One sentence a reason."`
	RetryAt *time.Time `json:"retry_at,omitempty" doc:"When the item can be sent; absent means now. A pause concerns the item that failed alone."`

	AttemptsLeft *int `json:"attempts_left,omitempty" doc:"How many more times the item can be judged before a human takes over; absent when the policy sets no limit."`
}

// Carried is an item that passed and is kept.
type Carried struct {
	Item       string `json:"item"`
	Submission string `json:"submission"`
	SHA256     string `json:"sha256"`
	Because    string `json:"because" enum:"passed,compared_again" doc:"Why it is kept: it passed, or what it is compared with is asked again."`
}

// NewCase asks for a case.
type NewCase struct {
	ExternalID string   `json:"external_id" minLength:"1" maxLength:"200" doc:"Your own id of the account; the same id is the same applicant."`
	Locale     string   `json:"locale,omitempty" maxLength:"35" doc:"BCP 47 language of the applicant. Without it their browser's counts."`
	Items      []string `json:"items,omitempty" maxItems:"4" doc:"Items to ask for; the policy's when absent." enum:"document_front,document_back,details,face"`
	// Contacts are how the applicant is reached, should another case turn out to be theirs.
	Contacts []string `json:"contacts,omitempty" nullable:"false" maxItems:"10" doc:"E-mail addresses and phone numbers (with + and the country's code) of the account, so that its owner can recover it and is told when somebody else uses their document. They replace those that were there; absent leaves them."`
	// NetworkRegion is known to whoever sees the applicant's address.
	NetworkRegion string `json:"network_region,omitempty" pattern:"^[A-Z]{2}$" example:"DE" doc:"The country that the applicant connects from, ISO 3166-1 alpha-2, when you know it. Unknown decides nothing."`
	WayBack
}

// WayBack says where the applicant goes back to, at the end or before.
type WayBack struct {
	ReturnURL   string `json:"return_url,omitempty" maxLength:"1000" example:"https://shop.example.org/verified" doc:"Where the applicant goes back to. Its origin must be in return_to of the operator's file. It gets the parameters case and state."`
	ReturnState string `json:"return_state,omitempty" maxLength:"500" doc:"What you recognise the person by when they come back; only with return_url. It stands in an address: nothing secret, nothing personal."`
}

// NewLink asks for a link.
type NewLink struct {
	WayBack
}

// CaseList is some of the cases.
type CaseList struct {
	Cases []Case `json:"cases" nullable:"false"`
	More  bool   `json:"more" doc:"There are more than were asked for."`
	Next  string `json:"next,omitempty" doc:"Give it as after to get the next page; absent on the last."`
}

// CreatedCase is a new case with the link to hand to the applicant.
type CreatedCase struct {
	Case Case `json:"case"`
	Link Link `json:"link"`
}

// Link is the applicant's way in. The token is shown once.
type Link struct {
	URL       string    `json:"url" doc:"The applicant's page. The token is behind the # and never reaches a server log."`
	Token     string    `json:"token" doc:"Bearer token limited to this case."`
	ExpiresAt time.Time `json:"expires_at"`
}

// Details are the typed details. When a plan asks for single fields, send those
// alone; the others are kept.
type Details struct {
	Surname        string `json:"surname,omitempty" maxLength:"200"`
	GivenNames     string `json:"given_names,omitempty" maxLength:"200"`
	BirthDate      string `json:"birth_date,omitempty" maxLength:"10" doc:"ISO 8601, as 1990-01-31."`
	DocumentNumber string `json:"document_number,omitempty" maxLength:"40"`
	ExpiryDate     string `json:"expiry_date,omitempty" maxLength:"10" doc:"ISO 8601."`
	Nationality    string `json:"nationality,omitempty" maxLength:"60" doc:"ISO 3166-1 code."`
	Residence      string `json:"residence,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2."`

	FromDocument []string `json:"from_document,omitempty" nullable:"false" maxItems:"7" doc:"Fields to be taken over from the document, as a finding offers it or as the reading has it, instead of being typed."`
}

// Submitted answers a submission: accepted, or refused at once with the reasons.
// A refused submission uses no attempt.
type Submitted struct {
	Accepted   bool      `json:"accepted"`
	Submission string    `json:"submission,omitempty"`
	Findings   []Finding `json:"findings" nullable:"false" doc:"What the pre-check found."`
	Case       Case      `json:"case"`
}

// Review is a person's decision about a case in state in_review.
type Review struct {
	Reviewer string       `json:"reviewer" pattern:"^[A-Za-z0-9_.-]{1,64}$" patternDescription:"an id of 1 to 64 letters, digits, _ . or -" example:"rev_17" doc:"Your id of the person who decided. The audit log keeps it for good: no names and no addresses."`
	Verdict  string       `json:"verdict" enum:"approved,declined,action_required"`
	Reasons  []ReviewCode `json:"reasons,omitempty" maxItems:"20" doc:"Finding codes; required unless approved."`
}

// ReviewCode is one reason of a reviewer.
type ReviewCode struct {
	Code  string `json:"code"`
	Item  string `json:"item,omitempty" doc:"Where it is not the code's usual item."`
	Field string `json:"field,omitempty"`
}

// FindingInfo describes a code of the catalogue.
type FindingInfo struct {
	Code      string   `json:"code"`
	Item      string   `json:"item"`
	Severity  string   `json:"severity"`
	Audience  string   `json:"audience"`
	Retryable bool     `json:"retryable"`
	PreCheck  bool     `json:"pre_check"`
	DependsOn []string `json:"depends_on,omitempty" nullable:"false"`
	Title     string   `json:"title"`
	Text      string   `json:"text"`
	Fix       string   `json:"fix"`
}
