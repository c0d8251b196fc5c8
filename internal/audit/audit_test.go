package audit_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"bonafide/internal/audit"
	"bonafide/internal/kyc"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 123456789, time.FixedZone("CET", 3600))

func chain(n int) []kyc.AuditRecord {
	var prev kyc.AuditRecord
	out := make([]kyc.AuditRecord, n)
	for i := range out {
		at := start.Add(time.Duration(i) * time.Second)
		prev = audit.Next(prev, at, audit.Encode(kyc.Record{
			Case: "case_x", Event: "submit", From: kyc.Open, To: kyc.Open, Actor: "applicant", Item: kyc.Face, At: at,
		}))
		out[i] = prev
	}
	return out
}

func seq(rs []kyc.AuditRecord) iter.Seq2[kyc.AuditRecord, error] {
	return func(yield func(kyc.AuditRecord, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// The vectors pin both encodings: whoever changes them breaks every chain in
// the field.
func TestEncodingIsAPromise(t *testing.T) {
	t.Parallel()
	first := audit.Next(kyc.AuditRecord{}, start, audit.Encode(kyc.Record{
		Case: "case_1", Event: "reviewed", From: kyc.InReview, To: kyc.Declined, Actor: "rev_<1>&", Item: kyc.WholeCase,
		Codes: []kyc.Code{kyc.DocEdited, kyc.Forced}, At: start,
	}))
	wantData := `{"v":1,"at":"2026-11-22T08:30:00.123456Z","case":"case_1","event":"reviewed","from":"in_review","to":"declined","actor":"rev_<1>&","item":"case","codes":["document.edited","case.forced"]}`
	if got := string(first.Data); got != wantData {
		t.Errorf("data\n got %s\nwant %s", got, wantData)
	}
	second := audit.Next(first, start.Add(time.Second), []byte("x"))
	for _, v := range []struct {
		got  kyc.AuditRecord
		want string
	}{
		{first, "67398a5568d0001c517fb46f525dd938c005426f4efcfae507473f8c833adf38"},
		{second, "b4fb28e1a703c5adac5882e4016c1a36dc035399392cb7f3f5a73d14df88f728"},
	} {
		if got := hex.EncodeToString(v.got.Hash[:]); got != v.want {
			t.Errorf("hash of record %d = %s, want %s", v.got.Seq, got, v.want)
		}
	}
}

func TestEncodeDecode(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]kyc.Record{
		"minimal": {Case: "c", Event: "expire", To: kyc.Expired, Actor: "system", At: start},
		"full":    {Case: "c", Event: "checked", From: kyc.Processing, To: kyc.Declined, Actor: "system", Item: kyc.Face, Codes: []kyc.Code{kyc.FaceDark}, At: start},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := audit.Decode(audit.Encode(r))
			if err != nil {
				t.Fatal(err)
			}
			r.At = r.At.UTC().Truncate(time.Microsecond)
			if fmt.Sprint(got) != fmt.Sprint(r) {
				t.Errorf("got %v, want %v", got, r)
			}
		})
	}
	for name, raw := range map[string]string{"no JSON": "x", "later version": `{"v":2}`, "no version": `{}`} {
		if _, err := audit.Decode([]byte(raw)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	whole := chain(6)
	rep, err := audit.Verify(seq(whole))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Records != 6 || rep.Head.Seq != 6 || rep.Head.Hash != whole[5].Hash || !rep.First.Equal(whole[0].At) || !rep.Last.Equal(whole[5].At) {
		t.Errorf("report %+v", rep)
	}
	if rep, err := audit.Verify(seq(nil)); err != nil || rep.Records != 0 {
		t.Errorf("empty chain: %+v, %v", rep, err)
	}

	for name, c := range map[string]struct {
		harm func([]kyc.AuditRecord) []kyc.AuditRecord
		at   int64 // 0: the chain cannot show it
	}{
		"removed in the middle": {func(r []kyc.AuditRecord) []kyc.AuditRecord { return slices.Delete(r, 2, 3) }, 3},
		"removed and renumbered": {func(r []kyc.AuditRecord) []kyc.AuditRecord {
			r = slices.Delete(r, 2, 3)
			for k := 2; k < len(r); k++ {
				r[k].Seq--
			}
			return r
		}, 3},
		"swapped":           {func(r []kyc.AuditRecord) []kyc.AuditRecord { r[1], r[2] = r[2], r[1]; return r }, 2},
		"inserted":          {func(r []kyc.AuditRecord) []kyc.AuditRecord { return slices.Insert(r, 3, r[2]) }, 4},
		"beginning cut off": {func(r []kyc.AuditRecord) []kyc.AuditRecord { return r[2:] }, 1},
		"forged without the followers": {func(r []kyc.AuditRecord) []kyc.AuditRecord {
			r[3].Data = []byte("forged")
			r[3].Hash = audit.Hash(r[3])
			return r
		}, 5},
		"end cut off": {func(r []kyc.AuditRecord) []kyc.AuditRecord { return r[:4] }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := c.harm(slices.Clone(whole))
			_, err := audit.Verify(seq(bad))
			var broken *audit.BrokenError
			switch {
			case c.at == 0 && err != nil:
				t.Errorf("unexpected error %v", err)
			case c.at != 0 && (!errors.As(err, &broken) || broken.Seq != c.at):
				t.Errorf("got %v, want a break at %d", err, c.at)
			}
			// Every harm but the forgery after it is seen with an anchor at the end.
			if _, err := audit.Verify(seq(bad), audit.Head{Seq: 6, Hash: whole[5].Hash}); err == nil {
				t.Error("not seen with an anchor")
			}
		})
	}
	if _, err := audit.Verify(seq(whole), audit.Head{Seq: 3, Hash: whole[2].Hash}); err != nil {
		t.Errorf("right anchor: %v", err)
	}
	if _, err := audit.Verify(seq(whole), audit.Head{Seq: 3}); err == nil {
		t.Error("wrong anchor accepted")
	}
	boom := errors.New("disk")
	if _, err := audit.Verify(func(yield func(kyc.AuditRecord, error) bool) { yield(kyc.AuditRecord{}, boom) }); !errors.Is(err, boom) {
		t.Errorf("read error: %v", err)
	}
}

// Every bit of every field of every record is covered.
func TestVerifyNamesAFlippedBit(t *testing.T) {
	t.Parallel()
	whole := chain(4)
	expect := func(k int, field string, bad kyc.AuditRecord) {
		rs := slices.Clone(whole)
		rs[k] = bad
		_, err := audit.Verify(seq(rs))
		var broken *audit.BrokenError
		if !errors.As(err, &broken) || broken.Seq != int64(k+1) {
			t.Errorf("record %d, %s: got %v", k+1, field, err)
		}
	}
	for k, r := range whole {
		for i := range r.Data {
			for bit := range 8 {
				bad := r
				bad.Data = slices.Clone(r.Data)
				bad.Data[i] ^= 1 << bit
				expect(k, "data", bad)
			}
		}
		for i := range r.Hash {
			for bit := range 8 {
				bad := r
				bad.Hash[i] ^= 1 << bit
				expect(k, "hash", bad)
				bad = r
				bad.Previous[i] ^= 1 << bit
				expect(k, "previous", bad)
			}
		}
		for bit := range 63 {
			bad := r
			bad.Seq ^= 1 << bit
			expect(k, "seq", bad)
			bad = r
			bad.At = time.UnixMicro(r.At.UnixMicro() ^ 1<<bit)
			expect(k, "at", bad)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	h := audit.Head{Seq: 42, Hash: [32]byte{1, 2, 255}}
	got, err := audit.ParseHead(h.String())
	if err != nil || got != h {
		t.Errorf("got %v, %v", got, err)
	}
	for _, s := range []string{"", "42", "42:", "x:" + hex.EncodeToString(h.Hash[:]), "-1:" + hex.EncodeToString(h.Hash[:]), "1:00"} {
		if _, err := audit.ParseHead(s); err == nil {
			t.Errorf("%q accepted", s)
		}
	}
}
