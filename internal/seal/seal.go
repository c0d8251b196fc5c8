package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"bonafide/internal/kyc"
)

// Overhead is how many bytes longer sealed bytes are than the plaintext.
const Overhead = headerSize + 5 + 12 + 16

const (
	headerSize      = 4
	version         = 1
	fingerprintSize = 32
)

type kind byte

const (
	wrappedKey   kind = 'K'
	forApplicant kind = 'A'
	forSystem    kind = 'S'
)

// ErrOpen is returned for sealed bytes that do not open: changed, cut off,
// sealed for somebody or something else, or under a key that is gone.
var ErrOpen = errors.New("sealed bytes do not open: damaged, sealed for something else, or under another key")

// Context says what a ciphertext is for. It is authenticated, not hidden: the
// same context must be given to open what was sealed.
type Context struct {
	// Purpose names the kind of content, as in "case" or "evidence".
	Purpose string
	// ID is the id of the case or submission the content belongs to; it may be
	// empty where the purpose says enough.
	ID string
}

// Sealer seals and opens under the master keys. It is safe for concurrent use.
type Sealer struct {
	kek    tink.AEAD
	system tink.AEAD
	prf    *prf.Set
	older  []prf.PRF // than the primary one, the newest first
}

// NewDataKey makes a data key for an applicant and returns it wrapped, to be
// stored beside the applicant.
func (s *Sealer) NewDataKey(applicant kyc.ApplicantID) ([]byte, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make data key of %s: %w", applicant, err)
	}
	return s.wrap(applicant, h)
}

// Seal encrypts plaintext for an applicant under their wrapped data key.
func (s *Sealer) Seal(applicant kyc.ApplicantID, wrapped []byte, c Context, plaintext []byte) ([]byte, error) {
	a, err := s.dataKey(applicant, wrapped)
	if err != nil {
		return nil, err
	}
	return encrypt(a, forApplicant, applicant, c, plaintext)
}

// Open decrypts what [Sealer.Seal] made for the same applicant and context. It
// returns [ErrOpen] when that is not what sealed holds.
func (s *Sealer) Open(applicant kyc.ApplicantID, wrapped []byte, c Context, sealed []byte) ([]byte, error) {
	a, err := s.dataKey(applicant, wrapped)
	if err != nil {
		return nil, err
	}
	return decrypt(a, forApplicant, applicant, c, sealed)
}

// SealSystem encrypts what belongs to no applicant, under the master keys. It
// cannot be destroyed by destroying one key.
func (s *Sealer) SealSystem(c Context, plaintext []byte) ([]byte, error) {
	return encrypt(s.system, forSystem, "", c, plaintext)
}

// OpenSystem decrypts what [Sealer.SealSystem] made in the same context, or
// returns [ErrOpen].
func (s *Sealer) OpenSystem(c Context, sealed []byte) ([]byte, error) {
	return decrypt(s.system, forSystem, "", c, sealed)
}

// Fingerprint returns 32 bytes that are the same for the same purpose and
// values, differ for others, and reveal nothing to whoever lacks the key. The
// values are told apart: ("ab", "c") is not ("a", "bc").
func (s *Sealer) Fingerprint(purpose string, value ...string) ([]byte, error) {
	in := appendField([]byte("BFfingerprint1"), purpose)
	for _, v := range value {
		in = appendField(in, v)
	}
	out, err := s.prf.ComputePrimaryPRF(in, fingerprintSize)
	if err != nil {
		return nil, fmt.Errorf("fingerprint for %s: %w", purpose, err)
	}
	return out, nil
}

// Fingerprints returns the fingerprint of the same values under every key, that of
// [Sealer.Fingerprint] first and that of the oldest key last: something stored
// before the keys were rotated is under one of them.
func (s *Sealer) Fingerprints(purpose string, value ...string) ([][]byte, error) {
	first, err := s.Fingerprint(purpose, value...)
	if err != nil {
		return nil, err
	}
	in := appendField([]byte("BFfingerprint1"), purpose)
	for _, v := range value {
		in = appendField(in, v)
	}
	out := [][]byte{first}
	for _, p := range s.older {
		f, err := p.ComputePRF(in, fingerprintSize)
		if err != nil {
			return nil, fmt.Errorf("fingerprint for %s: %w", purpose, err)
		}
		out = append(out, f)
	}
	return out, nil
}

// FirstFingerprint is the fingerprint under the oldest key: for what cannot be made
// anew when the keys are rotated, because what it is of is not kept.
func (s *Sealer) FirstFingerprint(purpose string, value ...string) ([]byte, error) {
	all, err := s.Fingerprints(purpose, value...)
	if err != nil {
		return nil, err
	}
	return all[len(all)-1], nil
}

// Rotated reports whether there is more than one key for fingerprints.
func (s *Sealer) Rotated() bool { return len(s.older) > 0 }

func (s *Sealer) wrap(applicant kyc.ApplicantID, h *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	// The cleartext goes nowhere but into the next line's encryption.
	if err := insecurecleartextkeyset.Write(h, keyset.NewBinaryWriter(&b)); err != nil {
		return nil, fmt.Errorf("wrap data key of %s: %w", applicant, err)
	}
	return encrypt(s.kek, wrappedKey, applicant, Context{Purpose: "data key"}, b.Bytes())
}

func (s *Sealer) unwrap(applicant kyc.ApplicantID, wrapped []byte) (*keyset.Handle, error) {
	raw, err := decrypt(s.kek, wrappedKey, applicant, Context{Purpose: "data key"}, wrapped)
	if err != nil {
		return nil, fmt.Errorf("unwrap data key of %s: %w", applicant, err)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, fmt.Errorf("unwrap data key of %s: %w", applicant, ErrOpen)
	}
	return h, nil
}

func (s *Sealer) dataKey(applicant kyc.ApplicantID, wrapped []byte) (tink.AEAD, error) {
	h, err := s.unwrap(applicant, wrapped)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("use data key of %s: %w", applicant, err)
	}
	return a, nil
}

func header(k kind) []byte { return []byte{'B', 'F', version, byte(k)} }

func associated(k kind, applicant kyc.ApplicantID, c Context) []byte {
	ad := appendField(header(k), string(applicant))
	ad = appendField(ad, c.Purpose)
	return appendField(ad, c.ID)
}

func appendField(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}

func encrypt(a tink.AEAD, k kind, applicant kyc.ApplicantID, c Context, plaintext []byte) ([]byte, error) {
	ct, err := a.Encrypt(plaintext, associated(k, applicant, c))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", c.Purpose, err)
	}
	return append(header(k), ct...), nil
}

func decrypt(a tink.AEAD, k kind, applicant kyc.ApplicantID, c Context, sealed []byte) ([]byte, error) {
	if len(sealed) >= headerSize && bytes.Equal(sealed[:2], []byte("BF")) && sealed[2] > version {
		return nil, fmt.Errorf("open %s: sealed in format %d, this program knows %d", c.Purpose, sealed[2], version)
	}
	if !bytes.HasPrefix(sealed, header(k)) {
		return nil, fmt.Errorf("open %s: %w", c.Purpose, ErrOpen)
	}
	plaintext, err := a.Decrypt(sealed[headerSize:], associated(k, applicant, c))
	if err != nil {
		// Tink's own text says no more than this, and less clearly.
		return nil, fmt.Errorf("open %s: %w", c.Purpose, ErrOpen)
	}
	return plaintext, nil
}
