package kyc

// Transition is one allowed move: in state From, the event leads to one of To.
type Transition struct {
	From  State
	Event string
	To    []State
}

// Transitions is the whole table of allowed moves. What is not in it is refused.
func Transitions() []Transition {
	help := func(s State) Transition { return Transition{s, AskHelp{}.Name(), []State{s}} }
	erase := func(s State) Transition { return Transition{s, Erase{}.Name(), []State{Erased}} }
	cancel := func(s State) Transition { return Transition{s, Cancel{}.Name(), []State{Expired}} }
	consent := func(s State) Transition { return Transition{s, GiveConsent{}.Name(), []State{s}} }
	back := func(s State) Transition { return Transition{s, SendBack{}.Name(), []State{s}} }
	decline := func(s State, to ...State) Transition { return Transition{s, DeclineBiometrics{}.Name(), to} }
	return []Transition{
		{Open, Submit{}.Name(), []State{Open, Processing}},
		{Open, Refuse{}.Name(), []State{Open}},
		{Open, Connected{}.Name(), []State{Open}},
		{Open, AskHelp{}.Name(), []State{InReview}},
		consent(Open),
		decline(Open, Open, Processing, Expired),
		cancel(Open),
		{Open, Expire{}.Name(), []State{Expired}},
		back(Open),
		erase(Open),
		{Processing, Checked{}.Name(), []State{Approved, ActionRequired, InReview, Declined}},
		{Processing, CheckFailed{}.Name(), []State{InReview}},
		help(Processing),
		decline(Processing, Processing),
		back(Processing),
		erase(Processing),
		{ActionRequired, Submit{}.Name(), []State{ActionRequired, Processing}},
		{ActionRequired, Refuse{}.Name(), []State{ActionRequired}},
		{ActionRequired, Connected{}.Name(), []State{ActionRequired}},
		{ActionRequired, AskHelp{}.Name(), []State{InReview}},
		consent(ActionRequired),
		decline(ActionRequired, ActionRequired, Processing, Expired),
		cancel(ActionRequired),
		{ActionRequired, Expire{}.Name(), []State{Expired}},
		back(ActionRequired),
		erase(ActionRequired),
		{InReview, Reviewed{}.Name(), []State{Approved, Declined, ActionRequired, Open}},
		{InReview, Noticed{}.Name(), []State{InReview}},
		help(InReview),
		decline(InReview, InReview),
		back(InReview),
		erase(InReview),
		help(Approved),
		decline(Approved, Approved),
		{Approved, Suspend{}.Name(), []State{InReview}},
		{Approved, Revoke{}.Name(), []State{Declined}},
		{Approved, Requalify{}.Name(), []State{Approved}},
		back(Approved),
		erase(Approved),
		{Declined, Appeal{}.Name(), []State{InReview}},
		help(Declined),
		decline(Declined, Declined),
		back(Declined),
		erase(Declined),
		{Expired, AskHelp{}.Name(), []State{InReview}},
		decline(Expired, Expired),
		back(Expired),
		erase(Expired),
	}
}

// EventNames lists the names of all events in the order of a case's life.
func EventNames() []string {
	return []string{
		GiveConsent{}.Name(), DeclineBiometrics{}.Name(), Submit{}.Name(), Refuse{}.Name(), Connected{}.Name(), SendBack{}.Name(), Checked{}.Name(), CheckFailed{}.Name(), Reviewed{}.Name(), Noticed{}.Name(), Requalify{}.Name(), Suspend{}.Name(), Revoke{}.Name(),
		AskHelp{}.Name(), Appeal{}.Name(), Cancel{}.Name(), Expire{}.Name(), Erase{}.Name(),
	}
}

// Next returns the states to which an event can lead from s; none when the event
// has no place there.
func Next(s State, event string) []State {
	for _, t := range Transitions() {
		if t.From == s && t.Event == event {
			return t.To
		}
	}
	return nil
}
