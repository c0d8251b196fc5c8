package api

import "time"

// Contacts are how an applicant is reached.
type Contacts struct {
	Contacts []string `json:"contacts" nullable:"false" maxItems:"10" doc:"E-mail addresses and phone numbers with + and the country's code; none removes them all."`
}

// Recovery is how it stands with a document or a face that is in use. It says the
// same whether an address that was typed is anybody's or not.
type Recovery struct {
	Status  string   `json:"status" enum:"open,face,proved,reported,closed" doc:"open: codes can be asked for and tried. face: a code was right, and a face is compared. proved: the other account is the applicant's. reported: it was not them. closed: a person has looked at both sides; applicant tokens read it as reported."`
	Choices []string `json:"choices" nullable:"false" enum:"recover,not_me,human" doc:"What the applicant can choose now; human is POST …/help."`

	Ways []string `json:"ways,omitempty" nullable:"false" enum:"email,phone" doc:"By which kinds of address codes can be sent at all, whoever asks."`

	CodesLeft   int `json:"codes_left" doc:"How many codes can still be asked for."`
	NextCodeIn  int `json:"next_code_in" doc:"Seconds until the next can be."`
	TriesLeft   int `json:"tries_left" doc:"How often the last code can be tried; 0 when there is none."`
	CodeExpires int `json:"code_expires_in" doc:"Seconds that the last code works."`

	Title string `json:"title"`
	Text  string `json:"text"`
	Fix   string `json:"fix" doc:"What to do now; after a code was asked for, why it may not have arrived."`

	// What follows is for the operator alone.
	ID        string     `json:"id,omitempty" doc:"Not shown to applicant tokens."`
	Case      string     `json:"case,omitempty" doc:"Not shown to applicant tokens."`
	Proof     string     `json:"proof,omitempty" doc:"The re-verification in which the face is compared. Not shown to applicant tokens."`
	Account   string     `json:"account,omitempty" doc:"The applicant whose account was proved. Not shown to applicant tokens."`
	Accounts  []string   `json:"accounts,omitempty" nullable:"false" doc:"The applicants who hold the document or have such a face. Not shown to applicant tokens."`
	UpdatedAt *time.Time `json:"updated_at,omitempty" doc:"Not shown to applicant tokens."`
}

// AskCode asks for a code.
type AskCode struct {
	Contact string `json:"contact" minLength:"3" maxLength:"254" doc:"An e-mail address or phone number that the account may have."`
}

// TryCode tries a code.
type TryCode struct {
	Code string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits"`
}

// TriedCode answers a code.
type TriedCode struct {
	Right    bool     `json:"right"`
	Recovery Recovery `json:"recovery"`
	Link     *Link    `json:"link,omitempty" doc:"Where the face is shown, when the code was right."`
}

// RecoveryList is some of the recoveries.
type RecoveryList struct {
	Recoveries []Recovery `json:"recoveries" nullable:"false"`
}

// Support is how a human is reached, and how to know that they are ours.
type Support struct {
	Operator   string    `json:"operator" doc:"Who runs this."`
	HelpCentre string    `json:"help_centre" doc:"The operator's page for help."`
	Link       string    `json:"link" doc:"A signed link to this case for whoever helps. It says nothing to others."`
	ExpiresAt  time.Time `json:"expires_at" doc:"When the link ends."`
	CheckURL   string    `json:"check_url" doc:"Where anybody can check whether an address, a link, a number, an agent or a message is ours."`
	Phrase     string    `json:"phrase" doc:"Every message to this applicant carries it."`
	Never      string    `json:"never" doc:"What nobody of ours ever asks for."`
}

// HelpRequest says where an applicant is stuck: facts that a helper needs, no evidence.
type HelpRequest struct {
	Case      string      `json:"case"`
	State     string      `json:"state"`
	Language  string      `json:"language"`
	AskedAt   *time.Time  `json:"asked_at,omitempty" doc:"When a human was asked for; absent when nobody asked."`
	Items     []HelpItem  `json:"items" nullable:"false"`
	Device    *HelpDevice `json:"device,omitempty" doc:"What the device said of itself when a human was asked for."`
	Recovery  string      `json:"recovery,omitempty" enum:"open,face,proved,reported,closed"`
	UpdatedAt time.Time   `json:"updated_at"`
}

// HelpItem is where one item stands.
type HelpItem struct {
	Item     string   `json:"item"`
	Status   string   `json:"status"`
	Attempts int      `json:"attempts"`
	Findings []string `json:"findings" nullable:"false" doc:"Codes."`
}

// AskHelp is what a device may say of itself when a human is asked for.
type AskHelp struct {
	Device *HelpDevice `json:"device,omitempty"`
}

// HelpDevice is the device on which somebody is stuck. All of it can be left out.
type HelpDevice struct {
	System  string `json:"system,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9 ._/-]*$" patternDescription:"letters, digits, blanks, . _ / -" example:"Android 14"`
	Browser string `json:"browser,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9 ._/-]*$" patternDescription:"letters, digits, blanks, . _ / -" example:"Firefox 145"`
	Width   int    `json:"width,omitempty" minimum:"0" maximum:"20000" doc:"Of the screen, CSS pixels."`
	Height  int    `json:"height,omitempty" minimum:"0" maximum:"20000"`
	Camera  string `json:"camera,omitempty" enum:"none,denied,busy,there" doc:"What became of asking for the camera."`
}
