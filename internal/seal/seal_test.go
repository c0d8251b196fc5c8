package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/seal"
)

func newSealer(tb testing.TB) *seal.Sealer {
	tb.Helper()
	s, err := seal.Create(filepath.Join(tb.TempDir(), "keys.json"))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func newKey(tb testing.TB, s *seal.Sealer, a kyc.ApplicantID) []byte {
	tb.Helper()
	k, err := s.NewDataKey(a)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

var evidence = seal.Context{Purpose: "evidence", ID: "sub_1"}

func TestSealOpen(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	key := newKey(t, s, "app_1")
	for name, plain := range map[string][]byte{
		"nothing": nil, "a word": []byte("ERIKSSON"), "large": bytes.Repeat([]byte{7}, 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sealed, err := s.Seal("app_1", key, evidence, plain)
			if err != nil {
				t.Fatal(err)
			}
			if len(sealed) != len(plain)+seal.Overhead {
				t.Errorf("sealed %d bytes to %d, want %d more", len(plain), len(sealed), seal.Overhead)
			}
			if len(plain) > 0 && bytes.Contains(sealed, plain[:min(8, len(plain))]) {
				t.Error("plaintext shows")
			}
			got, err := s.Open("app_1", key, evidence, sealed)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("opened %d bytes, %v", len(got), err)
			}
			twice, err := s.Seal("app_1", key, evidence, plain)
			if err != nil || bytes.Equal(sealed, twice) {
				t.Errorf("sealed twice to the same bytes (%v)", err)
			}
		})
	}
}

func TestOpenIsBound(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	key1, key2 := newKey(t, s, "app_1"), newKey(t, s, "app_2")
	sealed, err := s.Seal("app_1", key1, evidence, []byte("ERIKSSON"))
	if err != nil {
		t.Fatal(err)
	}
	system, err := s.SealSystem(evidence, []byte("ERIKSSON"))
	if err != nil {
		t.Fatal(err)
	}
	other := newSealer(t)
	for name, open := range map[string]func() ([]byte, error){
		"another applicant with their own key": func() ([]byte, error) { return s.Open("app_2", key2, evidence, sealed) },
		"another applicant with this key":      func() ([]byte, error) { return s.Open("app_2", key1, evidence, sealed) },
		"this applicant with another's key":    func() ([]byte, error) { return s.Open("app_1", key2, evidence, sealed) },
		"another purpose": func() ([]byte, error) {
			return s.Open("app_1", key1, seal.Context{Purpose: "case", ID: "sub_1"}, sealed)
		},
		"another id": func() ([]byte, error) {
			return s.Open("app_1", key1, seal.Context{Purpose: "evidence", ID: "sub_2"}, sealed)
		},
		"purpose and id joined otherwise": func() ([]byte, error) {
			return s.Open("app_1", key1, seal.Context{Purpose: "evidences", ID: "ub_1"}, sealed)
		},
		"a key made anew":                         func() ([]byte, error) { return s.Open("app_1", newKey(t, s, "app_1"), evidence, sealed) },
		"no key":                                  func() ([]byte, error) { return s.Open("app_1", nil, evidence, sealed) },
		"a ciphertext as key":                     func() ([]byte, error) { return s.Open("app_1", sealed, evidence, sealed) },
		"master keys of another installation":     func() ([]byte, error) { return other.Open("app_1", key1, evidence, sealed) },
		"system bytes as an applicant's":          func() ([]byte, error) { return s.Open("app_1", key1, evidence, system) },
		"an applicant's bytes as the system's":    func() ([]byte, error) { return s.OpenSystem(evidence, sealed) },
		"system bytes in another context":         func() ([]byte, error) { return s.OpenSystem(seal.Context{Purpose: "reply"}, system) },
		"a wrapped key as an applicant's content": func() ([]byte, error) { return s.Open("app_1", key1, seal.Context{Purpose: "data key"}, key1) },
		"nothing":       func() ([]byte, error) { return s.Open("app_1", key1, evidence, nil) },
		"the plaintext": func() ([]byte, error) { return s.Open("app_1", key1, evidence, []byte("ERIKSSON")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := open()
			if !errors.Is(err, seal.ErrOpen) || got != nil {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			if err != nil && strings.Contains(err.Error(), "ERIKSSON") {
				t.Error("the error shows the plaintext")
			}
		})
	}
	later := slices.Clone(sealed)
	later[2] = 2
	if _, err := s.Open("app_1", key1, evidence, later); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("later format: %v", err)
	}
	if got, err := s.OpenSystem(evidence, system); err != nil || string(got) != "ERIKSSON" {
		t.Errorf("system: %q, %v", got, err)
	}
}

func TestEveryFlippedBitFails(t *testing.T) {
	t.Parallel()
	s := newSealer(t)
	key := newKey(t, s, "app_1")
	sealed, err := s.Seal("app_1", key, evidence, []byte("ERIKSSON"))
	if err != nil {
		t.Fatal(err)
	}
	flip := func(b []byte, i, bit int) []byte {
		b = slices.Clone(b)
		b[i] ^= 1 << bit
		return b
	}
	for bit := range 8 {
		for i := range sealed {
			if _, err := s.Open("app_1", key, evidence, flip(sealed, i, bit)); err == nil {
				t.Errorf("sealed byte %d bit %d", i, bit)
			}
		}
		for i := range key {
			if _, err := s.Open("app_1", flip(key, i, bit), evidence, sealed); err == nil {
				t.Errorf("key byte %d bit %d", i, bit)
			}
		}
	}
	for n := range sealed {
		if _, err := s.Open("app_1", key, evidence, sealed[:n]); err == nil {
			t.Errorf("cut to %d bytes", n)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := newSealer(f)
	key := newKey(f, s, "app_1")
	sealed, err := s.Seal("app_1", key, evidence, []byte("ERIKSSON"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed, key)
	f.Add([]byte("BF\x01A"), []byte("BF\x01K"))
	f.Add([]byte(nil), []byte(nil))
	f.Add(append(slices.Clone(sealed), 0), key)
	f.Fuzz(func(t *testing.T, b, k []byte) {
		got, err := s.Open("app_1", k, evidence, b)
		if err == nil && (!bytes.Equal(b, sealed) || !bytes.Equal(k, key)) {
			t.Errorf("forged: opened to %d bytes", len(got))
		}
	})
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	s, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	fp := func(s *seal.Sealer, purpose string, v ...string) string {
		b, err := s.Fingerprint(purpose, v...)
		if err != nil || len(b) != 32 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		return string(b)
	}
	base := fp(s, "document", "UTO", "L898902C3")
	for name, other := range map[string]string{
		"another purpose":       fp(s, "external", "UTO", "L898902C3"),
		"another value":         fp(s, "document", "UTO", "L898902C4"),
		"joined":                fp(s, "document", "UTOL898902C3"),
		"shifted":               fp(s, "document", "UTOL", "898902C3"),
		"one more":              fp(s, "document", "UTO", "L898902C3", ""),
		"another installation":  fp(newSealer(t), "document", "UTO", "L898902C3"),
		"purpose holding value": fp(s, "documentUTO", "L898902C3"),
	} {
		if other == base {
			t.Errorf("%s: the same fingerprint", name)
		}
	}
	loaded, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if again := fp(loaded, "document", "UTO", "L898902C3"); again != base {
		t.Error("changed by loading")
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRotate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	before, err := seal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t, before, "app_1")
	sealed, err := before.Seal("app_1", key, evidence, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	system, err := before.SealSystem(evidence, []byte("y"))
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.Rotate(path); err != nil {
		t.Fatal(err)
	}
	after, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open("app_1", key, evidence, sealed); err != nil || string(got) != "x" {
		t.Errorf("before the rotation sealed: %q, %v", got, err)
	}
	if got, err := after.OpenSystem(evidence, system); err != nil || string(got) != "y" {
		t.Errorf("before the rotation sealed for the system: %q, %v", got, err)
	}
	old, errA := before.Fingerprint("document", "X1")
	newest, errB := after.Fingerprint("document", "X1")
	every, errC := after.Fingerprints("document", "X1")
	first, errD := after.FirstFingerprint("document", "X1")
	if err := errors.Join(errA, errB, errC, errD); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(old, newest) || len(every) != 2 || !bytes.Equal(every[0], newest) || !bytes.Equal(every[1], old) || !bytes.Equal(first, old) {
		t.Errorf("fingerprints after a rotation: %x, %x of %x", newest, every, old)
	}
	if before.Rotated() || !after.Rotated() {
		t.Error("whether the keys were rotated is not known")
	}
	fresh := newKey(t, after, "app_2")
	if _, err := before.Seal("app_2", fresh, evidence, nil); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a data key made after the rotation is still under the old master key: %v", err)
	}
	newer, err := after.SealSystem(evidence, []byte("z"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.OpenSystem(evidence, newer); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("what is sealed after the rotation is still under the old system key: %v", err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, err := seal.Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	_, created, err := seal.LoadOrCreate(path)
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	good := read(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	if _, created, err := seal.LoadOrCreate(path); err != nil || created {
		t.Errorf("second time: created %v, %v", created, err)
	}
	if _, err := seal.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create over an existing file: %v", err)
	}
	if now := read(t, path); !bytes.Equal(now, good) {
		t.Error("the file was overwritten")
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by others: %v", err)
	}

	for name, c := range map[string]struct{ content, want string }{
		"empty":         {"", "damaged"},
		"cut off":       {string(good[:len(good)/2]), "damaged"},
		"no JSON":       {"secret-canary", "damaged"},
		"later version": {strings.Replace(string(good), `"bonafide_keys": 1`, `"bonafide_keys": 2`, 1), "version 2"},
		"empty keyset":  {`{"bonafide_keys":1,"wrap_data_keys":{},"seal_system":{},"fingerprint":{}}`, "wrap_data_keys"},
		"key destroyed": {strings.Replace(string(good), `"value": "`, `"value": "%`, 1), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(p, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := seal.Load(p)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), p) {
				t.Errorf("got %v, want one that names the file and says %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error quotes the file: %v", err)
			}
			if _, _, err := seal.LoadOrCreate(p); err == nil {
				t.Error("LoadOrCreate replaced a damaged file")
			}
		})
	}
}

// Bytes sealed by version 1 must open for ever: the vector was made by the
// first release of the format.
func TestVector(t *testing.T) {
	t.Parallel()
	raw := read(t, filepath.Join("testdata", "v1.txt"))
	dir := t.TempDir()
	path := filepath.Join(dir, "keys.json")
	if err := os.WriteFile(path, read(t, filepath.Join("testdata", "v1.keys.json")), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var key, sealed, system, finger []byte
	if _, err := fmt.Sscanf(string(raw), "key %x\nsealed %x\nsystem %x\nfingerprint %x\n", &key, &sealed, &system, &finger); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Open("app_1", key, evidence, sealed); err != nil || string(got) != "ERIKSSON" {
		t.Errorf("opened %q, %v", got, err)
	}
	if got, err := s.OpenSystem(evidence, system); err != nil || string(got) != "ERIKSSON" {
		t.Errorf("opened %q, %v", got, err)
	}
	if got, err := s.Fingerprint("document", "UTO", "L898902C3"); err != nil || !bytes.Equal(got, finger) {
		t.Errorf("fingerprint %x, %v", got, err)
	}
}

func BenchmarkUnwrap(b *testing.B) {
	s := newSealer(b)
	key := newKey(b, s, "app_1")
	sealed, _ := s.Seal("app_1", key, evidence, []byte("x"))
	for b.Loop() {
		if _, err := s.Open("app_1", key, evidence, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal3MB(b *testing.B) {
	s := newSealer(b)
	key := newKey(b, s, "app_1")
	plain := make([]byte, 3<<20)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		if _, err := s.Seal("app_1", key, evidence, plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen3MB(b *testing.B) {
	s := newSealer(b)
	key := newKey(b, s, "app_1")
	plain := make([]byte, 3<<20)
	sealed, _ := s.Seal("app_1", key, evidence, plain)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		if _, err := s.Open("app_1", key, evidence, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
