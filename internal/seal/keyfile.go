package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

const fileVersion = 1

// keyFile is the master key file, version 1: Tink keysets in Tink's own JSON.
type keyFile struct {
	Version int             `json:"bonafide_keys"`
	Wrap    json.RawMessage `json:"wrap_data_keys"`
	System  json.RawMessage `json:"seal_system"`
	PRF     json.RawMessage `json:"fingerprint"`
}

// masterKeys are the keysets of a key file.
type masterKeys struct{ wrap, system, prf *keyset.Handle }

// Create makes new master keys in a new file at path. It never overwrites: a
// file that exists is fs.ErrExist. The file is durable when it returns.
func Create(path string) (*Sealer, error) {
	var k masterKeys
	for _, n := range []struct {
		into     **keyset.Handle
		template *tinkpb.KeyTemplate
	}{
		{&k.wrap, aead.AES256GCMKeyTemplate()},
		{&k.system, aead.AES256GCMKeyTemplate()},
		{&k.prf, prf.HMACSHA256PRFKeyTemplate()},
	} {
		h, err := keyset.NewHandle(n.template)
		if err != nil {
			return nil, fmt.Errorf("create key file %s: %w", path, err)
		}
		*n.into = h
	}
	if err := write(path, k, os.Link); err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	return k.sealer()
}

// Load reads the master keys. It refuses a file that others than its owner may
// read, and one that is damaged or of a later version, and says so.
func Load(path string) (*Sealer, error) {
	k, err := read(path)
	if err != nil {
		return nil, err
	}
	return k.sealer()
}

// LoadOrCreate loads the file at path, or creates it when there is none and
// says so. A program that finds a database must use [Load] instead: with new
// keys nothing in it would open again.
func LoadOrCreate(path string) (s *Sealer, created bool, err error) { //nolint:nonamedreturns // the bool needs a name
	s, err = Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, false, err
	}
	s, err = Create(path)
	if errors.Is(err, fs.ErrExist) { // somebody else was quicker
		s, err = Load(path)
		return s, false, err
	}
	return s, err == nil, err
}

// Rotate adds new keys to the file and makes
// them the ones that are used from the next start on. Older keys stay in the
// file for good, because the data keys that were wrapped and what was sealed
// under them stay as they are: a rotation bounds how much one key protects, and
// does not lock out whoever has an old copy of the file.
func Rotate(path string) error {
	k, err := read(path)
	if err != nil {
		return err
	}
	for _, r := range []struct {
		of       **keyset.Handle
		template *tinkpb.KeyTemplate
	}{{&k.wrap, aead.AES256GCMKeyTemplate()}, {&k.system, aead.AES256GCMKeyTemplate()}, {&k.prf, prf.HMACSHA256PRFKeyTemplate()}} {
		h := r.of
		m := keyset.NewManagerFromHandle(*h)
		id, err := m.Add(r.template)
		if err != nil {
			return fmt.Errorf("rotate keys in %s: %w", path, err)
		}
		if err := m.SetPrimary(id); err != nil {
			return fmt.Errorf("rotate keys in %s: %w", path, err)
		}
		if *h, err = m.Handle(); err != nil {
			return fmt.Errorf("rotate keys in %s: %w", path, err)
		}
	}
	if err := write(path, k, os.Rename); err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	return nil
}

func (k masterKeys) sealer() (*Sealer, error) {
	wrap, err := aead.New(k.wrap)
	if err != nil {
		return nil, fmt.Errorf("use key for data keys: %w", err)
	}
	system, err := aead.New(k.system)
	if err != nil {
		return nil, fmt.Errorf("use system key: %w", err)
	}
	set, err := prf.NewPRFSet(k.prf)
	if err != nil {
		return nil, fmt.Errorf("use fingerprint key: %w", err)
	}
	var older []prf.PRF
	for _, i := range slices.Backward(k.prf.KeysetInfo().GetKeyInfo()) {
		if i.GetKeyId() != set.PrimaryID {
			older = append(older, set.PRFs[i.GetKeyId()])
		}
	}
	return &Sealer{kek: wrap, system: system, prf: set, older: older}, nil
}

func read(path string) (masterKeys, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return masterKeys{}, fmt.Errorf("read key file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return masterKeys{}, fmt.Errorf("read key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return masterKeys{}, fmt.Errorf("key file %s has permissions %04o: others may read the keys; run chmod 600 on it", path, info.Mode().Perm())
	}
	var kf keyFile
	if err := json.NewDecoder(f).Decode(&kf); err != nil {
		// Never the decoder's own text: it may quote the file.
		return masterKeys{}, fmt.Errorf("key file %s is damaged: it is not the JSON that was written; restore it from a backup", path)
	}
	if kf.Version != fileVersion {
		return masterKeys{}, fmt.Errorf("key file %s has version %d, this program knows %d", path, kf.Version, fileVersion)
	}
	var k masterKeys
	for _, n := range []struct {
		into **keyset.Handle
		raw  []byte
		name string
	}{{&k.wrap, kf.Wrap, "wrap_data_keys"}, {&k.system, kf.System, "seal_system"}, {&k.prf, kf.PRF, "fingerprint"}} {
		h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(n.raw)))
		if err != nil {
			return masterKeys{}, fmt.Errorf("key file %s is damaged: keyset %q does not read; restore it from a backup", path, n.name)
		}
		*n.into = h
	}
	return k, nil
}

// write puts the keys into a file beside path and then to path by place: a link
// never overwrites, a rename does so in one step.
func write(path string, k masterKeys, place func(from, to string) error) error {
	kf := keyFile{Version: fileVersion}
	for _, n := range []struct {
		into *json.RawMessage
		h    *keyset.Handle
	}{{&kf.Wrap, k.wrap}, {&kf.System, k.system}, {&kf.PRF, k.prf}} {
		var b bytes.Buffer
		if err := insecurecleartextkeyset.Write(n.h, keyset.NewJSONWriter(&b)); err != nil {
			return err
		}
		*n.into = b.Bytes()
	}
	raw, err := json.MarshalIndent(kf, "", "  ")
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	tmp, err := os.CreateTemp(folder, filepath.Base(path)+".*.tmp") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(append(raw, '\n'))
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = place(tmp.Name(), path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(folder) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
