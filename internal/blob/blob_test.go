package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"bonafide/internal/blob"
	"bonafide/internal/kyc"
)

func open(tb testing.TB, folder string) *blob.Store {
	tb.Helper()
	s, err := blob.Open(folder)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func newKey(tb testing.TB) string {
	tb.Helper()
	k, err := blob.NewKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func list(t *testing.T, s *blob.Store) []string {
	t.Helper()
	var keys []string
	for i, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, i.Key)
	}
	return keys
}

// files lists all files below a folder.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPutGetDelete(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "deep", "blobs")
	s := open(t, folder)
	ctx := t.Context()
	for name, content := range map[string][]byte{
		"empty": {}, "small": []byte("sealed"), "large": bytes.Repeat([]byte{1, 2, 3}, 1<<20),
	} {
		key := newKey(t)
		if err := s.Put(ctx, key, content); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := s.Get(ctx, key); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
		if err := s.Put(ctx, key, []byte("other")); kyc.KindOf(err) != kyc.Conflict {
			t.Errorf("%s: put twice: %v", name, err)
		}
		if got, err := s.Get(ctx, key); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: changed by the second put: %d bytes, %v", name, len(got), err)
		}
		info, err := os.Stat(filepath.Join(folder, key))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: file %v, %v", name, info, err)
		}
		dir, err := os.Stat(filepath.Dir(filepath.Join(folder, key)))
		if err != nil || dir.Mode().Perm() != 0o700 {
			t.Errorf("%s: folder %v, %v", name, dir, err)
		}
	}
	if got := files(t, folder); len(got) != 3 {
		t.Errorf("files %v, want three and no side files", got)
	}
	keys := list(t, s)
	if len(keys) != 3 || !slices.IsSorted(keys) {
		t.Errorf("listed %v", keys)
	}
	for _, k := range keys {
		for range 2 {
			if err := s.Delete(ctx, k); err != nil {
				t.Errorf("delete: %v", err)
			}
		}
		if _, err := s.Get(ctx, k); kyc.KindOf(err) != kyc.NotFound {
			t.Errorf("after delete: %v", err)
		}
	}
	if got := files(t, folder); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for name, key := range map[string]string{
		"empty":                   "",
		"a name":                  "er/eriksson",
		"upper case":              "AB/ABABABABABABABABABABABABABABABAB",
		"wrong shard":             "ab/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		"climbing":                "../../../../etc/passwd",
		"without shard":           "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		"the form with more":      "cd/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd.attrs",
		"the form with a newline": "cd/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, gerr := s.Get(t.Context(), key)
			for _, err := range []error{s.Put(t.Context(), key, nil), gerr, s.Delete(t.Context(), key)} {
				if kyc.KindOf(err) != kyc.Invalid {
					t.Errorf("got %v", err)
				}
				if key != "" && strings.Contains(err.Error(), key) {
					t.Error("the error repeats the key")
				}
			}
		})
	}
	if _, err := blob.NewKey(iotest.ErrReader(errors.New("no entropy"))); err == nil {
		t.Error("a key without randomness")
	}
}

func TestCancelledPutLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, newKey(t), []byte("x")); err == nil {
		t.Error("no error")
	}
	if got := files(t, folder); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestLeftoversAreSweptAndNeverListed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	key := newKey(t)
	if err := s.Put(t.Context(), key, []byte("kept")); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(folder, newKeyIn(t, key)+".18a2b3c4d5e6f708.tmp")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := list(t, s); !slices.Equal(got, []string{key}) {
		t.Errorf("listed %v", got)
	}
	again := open(t, folder)
	if got := files(t, folder); !slices.Equal(got, []string{filepath.Join(folder, key)}) {
		t.Errorf("after opening: %v", got)
	}
	if got, err := again.Get(t.Context(), key); err != nil || string(got) != "kept" {
		t.Errorf("got %q, %v", got, err)
	}
}

// newKeyIn returns another key in the folder of key.
func newKeyIn(t *testing.T, key string) string {
	t.Helper()
	return key[:5] + newKey(t)[5:]
}

func TestConcurrentPuts(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	for k := range 32 {
		wg.Go(func() {
			key := newKey(t)
			content := bytes.Repeat([]byte{byte(k)}, 1000)
			if err := s.Put(t.Context(), key, content); err != nil {
				t.Error(err)
			}
			if got, err := s.Get(t.Context(), key); err != nil || !bytes.Equal(got, content) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
	wg.Wait()
	if got := list(t, s); len(got) != 32 {
		t.Errorf("listed %d", len(got))
	}
}

// More blobs than one page in one folder.
func TestListGoesOnBeyondOnePage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	if err := os.Mkdir(filepath.Join(folder, "ab"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 1100 {
		if err := os.WriteFile(filepath.Join(folder, newKeyIn(t, "ab/ab")), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, s); len(got) != 1100 {
		t.Errorf("listed %d", len(got))
	}
}

func BenchmarkPut3MB(b *testing.B) {
	s := open(b, b.TempDir())
	content := make([]byte, 3<<20)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if err := s.Put(b.Context(), newKey(b), content); err != nil {
			b.Fatal(err)
		}
	}
}
