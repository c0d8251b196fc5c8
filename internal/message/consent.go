package message

// Consent is a question with its two answers. Fix says what happens without.
type Consent struct {
	Words
	Agree, Decline string
}

// Consent asks for consent to biometrics, in the words that kyc.ConsentText
// names: a change of their meaning is another version. otherWay says that there
// is a way without.
func (s *Speaker) Consent(otherWay bool) Consent {
	c := Consent{
		Words: Words{Title: s.text("consent.title"), Text: s.text("consent.text"), Fix: s.text("consent.fix")},
		Agree: s.text("consent.agree"), Decline: s.text("consent.decline"),
	}
	if !otherWay {
		c.Fix = s.text("consent_only.fix")
	}
	return c
}
