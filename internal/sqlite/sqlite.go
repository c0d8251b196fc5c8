package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"bonafide/internal/kyc"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Config says what to open.
type Config struct {
	// Path is the database file. Its folder is the data folder, which is locked,
	// and created (0700) when it is missing.
	Path string
	// Enqueue inserts a job in the transaction. Without it Tx.Enqueue fails.
	Enqueue func(ctx context.Context, tx *sql.Tx, j kyc.Job) error
	// Mode says how the database is shared with other processes.
	Mode Mode
	// Readers is how many snapshots can be read at the same time; 0 means twice
	// the number of processors, at least 4.
	Readers int
}

// Mode says how a database is shared with other processes.
type Mode int

const (
	// Exclusive locks the data folder and migrates the database. It is what a
	// server needs.
	Exclusive Mode = iota
	// Beside neither locks nor migrates, and can write in small transactions
	// while a server has the database: for the commands that look after keys.
	Beside
	// ReadOnly neither locks nor migrates; Write fails.
	ReadOnly
)

// DB is a kyc.Store on one SQLite file.
type DB struct {
	write, read *sql.DB
	enqueue     func(ctx context.Context, tx *sql.Tx, j kyc.Job) error
	lock        *os.File
	// shred is set while the write-ahead log may hold something erased.
	shred  atomic.Bool
	closed atomic.Bool
}

var _ kyc.Store = (*DB)(nil)

// NewerError says that a newer program has migrated the database.
type NewerError struct {
	Path              string
	Database, Program int64 // versions of the schema
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("database %s has schema version %d, this program knows %d: it was migrated by a newer program; use that one, or restore the backup made before", e.Path, e.Database, e.Program)
}

// Open opens or creates the database and migrates it. It returns [*LockedError]
// when another process has the data folder and [*NewerError] when the database
// is newer than the program.
func Open(ctx context.Context, c Config) (*DB, error) {
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &DB{enqueue: c.Enqueue}
	if c.Mode == Exclusive {
		if err := d.openExclusive(ctx, path); err != nil {
			_ = d.Close()
			return nil, err
		}
	} else if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if c.Mode == Beside {
		if err := d.openWriter(path); err != nil {
			return nil, err
		}
	}
	readers := c.Readers
	if readers <= 0 {
		readers = max(4, 2*runtime.NumCPU())
	}
	d.read, err = sql.Open("sqlite", dsn(path, "query_only(1)")+"&_txlock=deferred")
	if err == nil {
		d.read.SetMaxOpenConns(readers)
		d.read.SetMaxIdleConns(readers)
		err = d.read.PingContext(ctx)
	}
	if err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("open database %s for reading: %w", path, err)
	}
	return d, nil
}

func (d *DB) openExclusive(ctx context.Context, path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	var err error
	if d.lock, err = lockFolder(folder); err != nil {
		return err
	}
	// SQLite would make the file as the umask says; its log files follow it.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if err := d.openWriter(path); err != nil {
		return err
	}
	return migrate(ctx, d.write, path)
}

func (d *DB) openWriter(path string) error {
	var err error
	d.write, err = sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "secure_delete(1)")+"&_txlock=immediate")
	if err != nil {
		return fmt.Errorf("open database %s: %w", path, err)
	}
	d.write.SetMaxOpenConns(1) // see the package comment
	d.write.SetMaxIdleConns(1)
	return nil
}

// dsn names the file with the pragmas that every connection has, and more.
func dsn(path string, more ...string) string {
	q := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", writerPatience.Milliseconds()), "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)",
	}, more...)}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

func migrate(ctx context.Context, db *sql.DB, path string) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("migrate database %s: %w", path, err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate database %s: %w", path, err)
	}
	current, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version of %s: %w", path, err)
	}
	if current > known {
		return &NewerError{Path: path, Database: current, Program: known}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate database %s: %w", path, err)
	}
	return nil
}

// DB is the writing connection, for the job queue: a pool of one. Whoever holds
// it keeps all writers waiting. It is nil for a store opened ReadOnly.
func (d *DB) DB() *sql.DB { return d.write }

// Close closes the database and releases the data folder. It waits for running
// transactions. Closing again does nothing.
func (d *DB) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	var errs []error
	// Readers first: the last connection to go empties the write-ahead log.
	for _, db := range []*sql.DB{d.read, d.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Write implements [kyc.Store].
func (d *DB) Write(ctx context.Context, f func(kyc.Tx) error) error {
	if d.write == nil {
		return errors.New("write: the store is open for reading only")
	}
	t := &tx{enqueue: d.enqueue}
	if err := run(ctx, d.write, t, f); err != nil {
		return err
	}
	switch {
	case t.erased:
		d.shred.Store(true)
		d.emptyLog(ctx, shredPatience)
	case d.shred.Load():
		d.emptyLog(ctx, retryPatience)
	}
	return nil
}

// Read implements [kyc.Store].
func (d *DB) Read(ctx context.Context, f func(kyc.Tx) error) error {
	return run(ctx, d.read, &tx{readOnly: true}, f)
}

func run(ctx context.Context, db *sql.DB, t *tx, f func(kyc.Tx) error) error {
	s, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = s.Rollback() }() // also when f panics; without effect after Commit
	t.sql = s
	if err := f(t); err != nil {
		return err
	}
	if err := s.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}

// emptyLog writes the write-ahead log into the database and cuts it to nothing.
// A reader that holds a snapshot is in the way of that; it is waited for, but
// not long, since all writers wait meanwhile. It is no error when it fails, for
// the erasure is committed: it is tried again after the next write.
func (d *DB) emptyLog(ctx context.Context, patience time.Duration) {
	ctx = context.WithoutCancel(ctx)
	c, err := d.write.Conn(ctx)
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	defer func() { _, _ = c.ExecContext(ctx, busyTimeout(writerPatience)) }()
	if _, err := c.ExecContext(ctx, busyTimeout(patience)); err != nil {
		return
	}
	var busy, pages, moved int
	err = c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if err == nil && busy == 0 {
		d.shred.Store(false)
	}
}

// How long SQLite waits for a lock: usually (which only another program can
// make necessary), and to empty the log at once and later.
const (
	writerPatience = 5 * time.Second
	shredPatience  = 250 * time.Millisecond
	retryPatience  = 10 * time.Millisecond
)

func busyTimeout(d time.Duration) string {
	return fmt.Sprintf("PRAGMA busy_timeout(%d)", d.Milliseconds())
}

// tx is one transaction.
type tx struct {
	sql      *sql.Tx
	enqueue  func(ctx context.Context, tx *sql.Tx, j kyc.Job) error
	readOnly bool
	erased   bool // something must not stay in the write-ahead log
}

// Enqueue implements [kyc.Queue].
func (t *tx) Enqueue(ctx context.Context, j kyc.Job) error {
	if t.readOnly {
		return errReadOnly
	}
	if t.enqueue == nil {
		return fmt.Errorf("enqueue %s: the store was opened without a queue", j.Kind)
	}
	if err := t.enqueue(ctx, t.sql, j); err != nil {
		return fmt.Errorf("enqueue %s for %s: %w", j.Kind, j.Case, err)
	}
	return nil
}

var errReadOnly = errors.New("write in a read transaction")

// exec runs a statement and returns how many rows it changed. A reference to a
// row that does not exist is kyc.NotFound.
func (t *tx) exec(ctx context.Context, op, query string, args ...any) (int64, error) {
	if t.readOnly {
		return 0, fmt.Errorf("%s: %w", op, errReadOnly)
	}
	res, err := t.sql.ExecContext(ctx, query, args...)
	if err != nil {
		var e *driver.Error
		if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY {
			return 0, &kyc.Error{Kind: kyc.NotFound, Op: op, Detail: "it refers to something that does not exist"}
		}
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	return n, nil
}

// insert runs an INSERT ... ON CONFLICT DO NOTHING; a row in the way is
// kyc.Conflict and, unlike an error of the database's, leaves the transaction
// usable on every engine.
func (t *tx) insert(ctx context.Context, op, query string, args ...any) error {
	n, err := t.exec(ctx, op, query, args...)
	if err == nil && n == 0 {
		err = &kyc.Error{Kind: kyc.Conflict, Op: op, Detail: "it exists already"}
	}
	return err
}

// row is what a row and rows have in common.
type row interface{ Scan(dest ...any) error }

// one scans a single row; none is kyc.NotFound.
func one[T any](op string, r *sql.Row, scan func(row) (T, error)) (T, error) {
	v, err := scan(r)
	if errors.Is(err, sql.ErrNoRows) {
		return v, &kyc.Error{Kind: kyc.NotFound, Op: op}
	}
	if err != nil {
		return v, fmt.Errorf("%s: %w", op, err)
	}
	return v, nil
}

// many scans all rows of a query.
func many[T any](ctx context.Context, t *tx, op string, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return out, nil
}

// bytes gives an empty slice for nil, which the driver would store as NULL.
func bytes(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// orNull gives NULL for an empty slice.
func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// placeholders gives n question marks, separated by commas.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }
