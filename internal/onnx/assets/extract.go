package assets

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"bonafide/models"
)

// Limits on a tarball. The largest in use unpacks to 288 MB in some dozen files.
const (
	maxUnpacked = 1 << 30
	maxEntries  = 20_000
)

// extract reads the wanted files of a gzipped tarball into memory and compares each with the manifest. No name out of the
// tarball is ever used as a path: entries are looked up in the list of wanted files, whose sizes bound the memory. It stops
// reading when it has them all.
func extract(tarball string, wanted []models.File) (map[string][]byte, error) {
	file, err := os.Open(tarball) //nolint:gosec // made by this package
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	return extractFrom(file, wanted)
}

func extractFrom(r io.Reader, wanted []models.File) (map[string][]byte, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	missing := map[string]models.File{}
	for _, w := range wanted {
		missing[w.Path] = w
	}
	out := map[string][]byte{}
	archive := tar.NewReader(&cutOff{r: unzipped, left: maxUnpacked})
	for entries := 0; len(missing) > 0; entries++ {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) || entries == maxEntries {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		want, ok := missing[head.Name]
		if !ok {
			continue
		}
		if head.Typeflag != tar.TypeReg || head.Size != want.Bytes {
			return nil, fmt.Errorf("%w: %s is no plain file of %d bytes", ErrDamaged, want.Path, want.Bytes)
		}
		data := make([]byte, want.Bytes)
		if _, err := io.ReadFull(archive, data); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, want.Path, err)
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != want.SHA256 {
			return nil, mismatch("source file", want.Path, want.SHA256, got)
		}
		out[want.Path] = data
		delete(missing, want.Path)
	}
	for path := range missing {
		return nil, fmt.Errorf("%w: %s is not in the tarball", ErrDamaged, path)
	}
	return out, nil
}

// cutOff reads at most left bytes and then fails, unlike io.LimitReader, which would look like a complete archive.
type cutOff struct {
	r    io.Reader
	left int64
}

func (c *cutOff) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, fmt.Errorf("more than %d bytes unpacked", int64(maxUnpacked))
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	return n, err
}
