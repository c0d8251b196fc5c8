package message

// Consent asks for consent to biometrics, in the words that kyc.ConsentText
// names: a change of their meaning is another version. otherWay says that there
// is a way without.
func (s *Speaker) Consent(otherWay bool) Words {
	w := Words{Title: s.text("consent.title"), Text: s.text("consent.text"), Fix: s.text("consent.fix")}
	if !otherWay {
		w.Fix = s.text("consent_only.fix")
	}
	return w
}
