package message_test

import (
	"testing"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/message"
)

// full has every fact that a text may name, so that an empty placeholder shows.
func full(c kyc.Code, i kyc.Item) kyc.Finding {
	age := 18.0
	return kyc.Finding{
		Code: c, Item: i, Field: kyc.Surname, Measured: &age, Threshold: &age,
		Values: &kyc.Values{Typed: "TYPEDVALUE", Read: "READVALUE"},
		From:   time.Date(2031, 4, 5, 0, 0, 0, 0, time.UTC), Service: "SERVICE",
	}
}

func TestFallsBackToEnglish(t *testing.T) {
	t.Parallel()
	cat, err := message.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, wish := range map[string]string{"unknown language": "tlh", "empty": "", "nonsense": "!!", "region": "en-AU,en;q=0.8"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := cat.Speak(wish).Tag.String(); got != "en" {
				t.Errorf("Speak(%q) speaks %s", wish, got)
			}
		})
	}
}
