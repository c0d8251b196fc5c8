package support

import (
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"bonafide/internal/kyc"
	"bonafide/internal/seal"
)

// Prover makes and knows what proves that a message, a link or a phrase is ours.
type Prover struct {
	Sealer *seal.Sealer
	Random io.Reader
}

// CodeAge is how long the code of a message is known.
const CodeAge = 90 * 24 * time.Hour

// alphabet has no letters that look like digits.
var alphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// A code is the day (2 bytes), a random number (3) and a part of a keyed hash of
// both (5): 16 letters and digits. Nothing is stored of it.
const (
	codeHead = 5
	codeSize = 10
)

// Code makes the code of a message that is sent now.
func (p Prover) Code(now time.Time) (string, error) {
	var b [codeSize]byte
	if _, err := io.ReadFull(p.Random, b[2:codeHead]); err != nil {
		return "", fmt.Errorf("code of a message: %w", err)
	}
	binary.BigEndian.PutUint16(b[:], uint16(now.Unix()/86400)) // until the year 2149
	mac, err := p.Sealer.Fingerprint("message code", string(b[:codeHead]))
	if err != nil {
		return "", err
	}
	copy(b[codeHead:], mac)
	text := alphabet.EncodeToString(b[:])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:], nil
}

// CodeDay is the day on which a message with a code was sent; ok is false for what
// is no code of ours.
func (p Prover) CodeDay(code string) (day time.Time, ok bool) {
	plain := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(code)))
	b, err := alphabet.DecodeString(plain)
	if err != nil || len(b) != codeSize {
		return day, false
	}
	macs, err := p.Sealer.Fingerprints("message code", string(b[:codeHead]))
	if err != nil {
		return day, false
	}
	for _, m := range macs {
		ok = ok || subtle.ConstantTimeCompare(m[:codeSize-codeHead], b[codeHead:]) == 1
	}
	return time.Unix(int64(binary.BigEndian.Uint16(b))*86400, 0).UTC(), ok
}

// Phrase is what every message to an applicant carries, so that they know a message
// that is not ours: it lacks it. It follows from the first of the keys, so that it
// stays what it was.
func (p Prover) Phrase(a kyc.ApplicantID) (string, error) {
	f, err := p.Sealer.FirstFingerprint("anti-phishing phrase", string(a))
	if err != nil {
		return "", err
	}
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for k := range 6 {
		if k > 0 && k%2 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(consonants[int(f[2*k])%len(consonants)])
		b.WriteByte(vowels[int(f[2*k+1])%len(vowels)])
	}
	return b.String(), nil
}

// ticket is what a support link holds.
type ticket struct {
	Case kyc.CaseID `json:"c"`
	Ends int64      `json:"e"`
}

func linkContext() seal.Context { return seal.Context{Purpose: "support link"} }

// Link makes the token of a support link for a case: sealed, so that it says
// nothing to whoever sees it.
func (p Prover) Link(c kyc.CaseID, ends time.Time) (string, error) {
	text, err := json.Marshal(ticket{c, ends.Unix()})
	if err != nil {
		return "", err
	}
	sealed, err := p.Sealer.SealSystem(linkContext(), text)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open reads a support link's token; ok is false for what is none of ours. Whether
// it has ended is the caller's to see.
func (p Prover) Open(token string) (c kyc.CaseID, ends time.Time, ok bool) {
	if len(token) > maxQuestion {
		return "", ends, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", ends, false
	}
	text, err := p.Sealer.OpenSystem(linkContext(), sealed)
	var t ticket
	if err != nil || json.Unmarshal(text, &t) != nil {
		return "", ends, false
	}
	return t.Case, time.Unix(t.Ends, 0).UTC(), true
}
