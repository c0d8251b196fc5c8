package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"bonafide/internal/kyc"
)

const (
	hashDomain  = "bonafide audit 1\n"
	dataVersion = 1
)

// data is the canonical form of a kyc.Record. The order of the fields is the
// order of the members, and is part of the promise in the package comment.
type data struct {
	V     int        `json:"v"`
	At    time.Time  `json:"at"`
	Case  kyc.CaseID `json:"case"`
	Event string     `json:"event"`
	From  kyc.State  `json:"from,omitempty"`
	To    kyc.State  `json:"to"`
	Actor string     `json:"actor"`
	Item  kyc.Item   `json:"item,omitempty"`
	Codes []kyc.Code `json:"codes,omitempty"`

	Fields []kyc.Field `json:"fields,omitempty"`
	Taken  []kyc.Field `json:"taken,omitempty"`
	Note   string      `json:"note,omitempty"`
}

// Encode returns the canonical data of a record. Equal records give equal
// bytes; the time is kept to the microsecond, in UTC.
func Encode(r kyc.Record) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(data{
		V: dataVersion, At: moment(r.At), Case: r.Case, Event: r.Event, From: r.From, To: r.To,
		Actor: r.Actor, Item: r.Item, Codes: r.Codes, Fields: r.Fields, Taken: r.Taken,
		Note: r.Note,
	})
	if err != nil {
		// Only a year beyond 9999 cannot be written as JSON.
		panic("audit: encode record of case " + string(r.Case) + ": " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Decode reads what [Encode] wrote. Data of another version or of another kind
// is an error.
func Decode(raw []byte) (kyc.Record, error) {
	var d data
	if err := json.Unmarshal(raw, &d); err != nil {
		return kyc.Record{}, fmt.Errorf("decode audit data: %w", err)
	}
	if d.V != dataVersion {
		return kyc.Record{}, fmt.Errorf("decode audit data: version %d, this program knows %d", d.V, dataVersion)
	}
	return kyc.Record{
		Case: d.Case, Event: d.Event, From: d.From, To: d.To, Actor: d.Actor, Item: d.Item, Codes: d.Codes,
		Fields: d.Fields, Taken: d.Taken, Note: d.Note, At: d.At,
	}, nil
}

// Next returns the record that follows prev; the zero record precedes the
// first. The time is kept to the microsecond, in UTC, as stores keep it.
func Next(prev kyc.AuditRecord, at time.Time, data []byte) kyc.AuditRecord {
	r := kyc.AuditRecord{Seq: prev.Seq + 1, At: moment(at), Data: data, Previous: prev.Hash}
	r.Hash = Hash(r)
	return r
}

// Hash computes the hash of a record from its other fields.
func Hash(r kyc.AuditRecord) [32]byte {
	b := make([]byte, 0, len(hashDomain)+3*8+len(r.Data)+len(r.Previous))
	b = append(b, hashDomain...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Seq))            // two's complement, as documented
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro())) // the same
	b = binary.BigEndian.AppendUint64(b, uint64(len(r.Data)))
	b = append(b, r.Data...)
	b = append(b, r.Previous[:]...)
	return sha256.Sum256(b)
}

func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Head is a place in a chain: a sequence number and the hash that stands there.
// The zero Head is the place before the first record.
type Head struct {
	Seq  int64
	Hash [32]byte
}

// String gives the form in which an operator keeps a head: "seq:hex".
func (h Head) String() string {
	return strconv.FormatInt(h.Seq, 10) + ":" + hex.EncodeToString(h.Hash[:])
}

// ParseHead reads what [Head.String] wrote.
func ParseHead(s string) (Head, error) {
	seq, sum, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	b, herr := hex.DecodeString(sum)
	if !ok || err != nil || n < 0 || herr != nil || len(b) != 32 {
		return Head{}, errors.New("audit head: want a number, a colon and 64 hexadecimal digits")
	}
	return Head{Seq: n, Hash: [32]byte(b)}, nil
}

// Report is what a verification saw.
type Report struct {
	Records     int64
	First, Last time.Time // zero when there are no records
	// Head is the newest record; keep it elsewhere to notice a cut-off end.
	Head Head
}

// BrokenError names the first record at which a chain does not hold.
type BrokenError struct {
	Seq    int64 // where the chain breaks: the number that was expected there
	Reason string
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit chain broken at record %d: %s", e.Seq, e.Reason)
}

// Verify reads a whole chain in order and checks every link, and that the chain
// passes through each of the anchors. It returns [*BrokenError] for the first
// link that does not hold, with the report up to there, and passes on errors of
// records.
func Verify(records iter.Seq2[kyc.AuditRecord, error], anchors ...Head) (Report, error) {
	var rep Report
	for r, err := range records {
		if err != nil {
			return rep, fmt.Errorf("read audit record %d: %w", rep.Head.Seq+1, err)
		}
		if reason := flaw(rep.Head, r, anchors); reason != "" {
			return rep, &BrokenError{Seq: rep.Head.Seq + 1, Reason: reason}
		}
		if rep.Records == 0 {
			rep.First = r.At
		}
		rep.Records++
		rep.Last = r.At
		rep.Head = Head{Seq: r.Seq, Hash: r.Hash}
	}
	for _, a := range anchors {
		if a.Seq > rep.Head.Seq {
			return rep, &BrokenError{Seq: rep.Head.Seq + 1, Reason: fmt.Sprintf("the chain ends here, the anchor is at %d", a.Seq)}
		}
	}
	return rep, nil
}

// flaw says what is wrong with r as the record after head; "" when nothing is.
func flaw(head Head, r kyc.AuditRecord, anchors []Head) string {
	if r.Seq != head.Seq+1 {
		return fmt.Sprintf("record %d stands in its place", r.Seq)
	}
	if r.Previous != head.Hash {
		return "it does not carry the hash of the record before it"
	}
	if Hash(r) != r.Hash {
		return "its content does not match its hash"
	}
	for _, a := range anchors {
		if a.Seq == r.Seq && a.Hash != r.Hash {
			return "the anchor has another hash"
		}
	}
	return ""
}

// pageSize is how many records are read in one read transaction, so that a long
// chain never holds one open for long.
const pageSize = 500

// Records yields all records of a store in order, page by page. Records that
// are added while it runs are yielded too.
func Records(ctx context.Context, s kyc.Store) iter.Seq2[kyc.AuditRecord, error] {
	return func(yield func(kyc.AuditRecord, error) bool) {
		var after int64
		for {
			var page []kyc.AuditRecord
			err := s.Read(ctx, func(tx kyc.Tx) error {
				var err error
				page, err = tx.AuditRecords(ctx, after, pageSize)
				return err
			})
			if err != nil {
				yield(kyc.AuditRecord{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
				after = r.Seq
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}
