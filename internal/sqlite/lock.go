//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// lockName is the lock file in the data folder. The lock is the kernel's, on
// the open file: it ends with the process, however that ends, so the file is
// left in place and never stale. It holds the process id, for people.
const lockName = "bonafide.lock"

// LockedError says that another process has the data folder open.
type LockedError struct {
	Path string // the lock file
	PID  int    // of the process that holds it, 0 when unknown
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID > 0 {
		who = "process " + strconv.Itoa(e.PID)
	}
	return fmt.Sprintf("the data folder is in use by %s (lock file %s); stop it or use another folder", who, e.Path)
}

func lockFolder(folder string) (*os.File, error) {
	path := filepath.Join(folder, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock data folder %s: %w", folder, err)
		}
		e := &LockedError{Path: path}
		if raw, err := os.ReadFile(path); err == nil { //nolint:gosec // as above
			e.PID, _ = strconv.Atoi(strings.TrimSpace(string(raw)))
		}
		return nil, e
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return f, nil
}
