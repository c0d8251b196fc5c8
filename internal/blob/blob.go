// Package blob keeps sealed evidence as files in a folder.
//
// It promises that what [Store.Put] returned from is there after a power loss,
// that a blob is never seen half written, and that nothing but sealed bytes
// and random names is on the disk: keys come from [NewKey], and any other key
// is refused, so no personal data can get into a file's name.
//
// It does not seal: callers do, before. It overwrites nothing when deleting,
// for the bytes say nothing without the applicant's data key. What a killed
// process left half written is removed when the folder is opened next, so one
// folder must not be opened by two processes at once (the store's lock sees to
// that).
package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"bonafide/internal/kyc"
)

// Store is a folder of blobs. It is safe for concurrent use.
type Store struct {
	bucket *blob.Bucket
	folder string
}

// Info describes a blob.
type Info struct {
	Key     string
	Bytes   int64
	Written time.Time
}

const (
	keyBytes = 16
	// shards is how many folders the blobs are spread over.
	shards = 256
	// leftover ends the names that fileblob gives to files it is still writing.
	leftover = ".tmp"
)

var keyPattern = regexp.MustCompile(`^([0-9a-f]{2})/([0-9a-f]{32})$`)

// NewKey makes a key out of 16 random bytes: two hexadecimal digits for the
// folder, a slash, and 32 for the file.
func NewKey(random io.Reader) (string, error) {
	b := make([]byte, keyBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("make blob key: %w", err)
	}
	s := hex.EncodeToString(b)
	return s[:2] + "/" + s, nil
}

// Open opens the folder, creates it when it is missing (with permissions 0700),
// and removes what a killed process left half written.
func Open(folder string) (*Store, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	if err := syncFolder(filepath.Dir(folder)); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	if err := sweepLeftovers(folder); err != nil {
		return nil, fmt.Errorf("open blobs: remove leftovers: %w", err)
	}
	b, err := fileblob.OpenBucket(folder, &fileblob.Options{
		DirFileMode: 0o700,
		NoTempDir:   true, // a rename must stay within the file system
		Metadata:    fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	return &Store{bucket: b, folder: folder}, nil
}

// Close releases the folder.
func (s *Store) Close() error { return s.bucket.Close() }

// Put writes a new blob and returns when it is durable. It returns
// kyc.Conflict when the key exists and kyc.Invalid for a key that is not of
// [NewKey]'s form.
func (s *Store) Put(ctx context.Context, key string, sealed []byte) error {
	shard, err := s.shard("put blob", key)
	if err != nil {
		return err
	}
	if err := s.makeShard(shard); err != nil {
		return fmt.Errorf("put blob %s: %w", key, err)
	}
	// fileblob does not sync. It lets us have the file it writes to, so we do,
	// before it renames the file to its place.
	var f *os.File
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: "application/octet-stream", // no sniffing, and no buffering for it
		IfNotExist:  true,
		BeforeWrite: func(as func(any) bool) error {
			if !as(&f) {
				return errors.New("fileblob gives no file to sync")
			}
			return f.Chmod(0o600)
		},
	})
	if err != nil {
		return fmt.Errorf("put blob %s: %w", key, err)
	}
	_, err = w.Write(sealed)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		cancel() // so that Close removes the file instead of placing it
		_ = w.Close()
		return fmt.Errorf("put blob %s: %w", key, err)
	}
	if err := w.Close(); err != nil {
		if gcerrors.Code(err) == gcerrors.FailedPrecondition {
			return &kyc.Error{Kind: kyc.Conflict, Op: "put blob", Detail: "the key exists"}
		}
		return fmt.Errorf("put blob %s: %w", key, err)
	}
	if err := syncFolder(shard); err != nil {
		return fmt.Errorf("put blob %s: %w", key, err)
	}
	return nil
}

// Get returns a blob's bytes, or kyc.NotFound.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if _, err := s.shard("get blob", key); err != nil {
		return nil, err
	}
	b, err := s.bucket.ReadAll(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, &kyc.Error{Kind: kyc.NotFound, Op: "get blob"}
	}
	if err != nil {
		return nil, fmt.Errorf("get blob %s: %w", key, err)
	}
	return b, nil
}

// Delete removes a blob; it is not an error when there is none. The removal is
// durable when it returns.
func (s *Store) Delete(ctx context.Context, key string) error {
	shard, err := s.shard("delete blob", key)
	if err != nil {
		return err
	}
	err = s.bucket.Delete(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	if err == nil {
		err = syncFolder(shard)
	}
	if err != nil {
		return fmt.Errorf("delete blob %s: %w", key, err)
	}
	return nil
}

// List yields all blobs, in the order of their keys. Blobs that are written or
// deleted meanwhile may or may not be among them.
func (s *Store) List(ctx context.Context) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		// Shard by shard: fileblob walks the whole folder anew for every thousand
		// blobs it lists, but for a prefix it walks that folder alone.
		for n := range shards {
			it := s.bucket.List(&blob.ListOptions{Prefix: fmt.Sprintf("%02x/", n)})
			for {
				o, err := it.Next(ctx)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					yield(Info{}, fmt.Errorf("list blobs: %w", err))
					return
				}
				if !keyPattern.MatchString(o.Key) { // being written
					continue
				}
				if !yield(Info{Key: o.Key, Bytes: o.Size, Written: o.ModTime}, nil) {
					return
				}
			}
		}
	}
}

// shard returns the folder of a key and refuses keys of another form. What such
// a key holds is not repeated: it may be somebody's data.
func (s *Store) shard(op, key string) (string, error) {
	m := keyPattern.FindStringSubmatch(key)
	if m == nil || !strings.HasPrefix(m[2], m[1]) {
		return "", &kyc.Error{Kind: kyc.Invalid, Op: op, Detail: "the key is not one that NewKey makes"}
	}
	return filepath.Join(s.folder, m[1]), nil
}

func (s *Store) makeShard(shard string) error {
	err := os.Mkdir(shard, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(s.folder)
}

func syncFolder(folder string) error {
	d, err := os.Open(folder) //nolint:gosec // a folder of ours
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

func sweepLeftovers(folder string) error {
	for n := range shards {
		shard := filepath.Join(folder, fmt.Sprintf("%02x", n))
		files, err := os.ReadDir(shard)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), leftover) {
				if err := os.Remove(filepath.Join(shard, f.Name())); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
