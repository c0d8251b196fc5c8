package verify

import (
	"slices"
	"testing"

	"bonafide/internal/kyc"
	"bonafide/internal/policy"
)

// asLicence turns the good passport into the front of a licence whose data stands in the bar code of its back.
func asLicence(e *Evidence) {
	asCard(e)
	e.Front.Kind, e.Back.Kind = "driving_licence", "driving_licence"
	e.Back.HasMRZ, e.Back.MRZFormat, e.Back.CheckDigits, e.Back.MRZBox = false, "", nil, nil
	e.Back.Barcode = &Barcode{Read: true, Box: kyc.Box{X: 50, Y: 80, Width: 1500, Height: 300}}
	e.Back.Fields = map[kyc.Field]Value{}
	for f, v := range goodEvidence().Front.Fields {
		if f != kyc.Nationality {
			e.Back.Fields[f] = Value{Text: v.Text, Confidence: 1, Source: "barcode"}
		}
	}
}

func TestBarcode(t *testing.T) {
	t.Parallel()
	rules, err := policy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	unread := func(e *Evidence) {
		e.Back.Barcode.Read = false
		e.Back.Fields = nil
	}
	for name, c := range map[string]struct {
		change func(*Evidence)
		want   bool
	}{
		"read":                              {func(*Evidence) {}, false},
		"seen and not read":                 {unread, true},
		"none seen":                         {func(e *Evidence) { unread(e); e.Back.Barcode = nil }, false},
		"not read, on an identity card":     {func(e *Evidence) { unread(e); e.Front.Kind, e.Back.Kind = "id_card", "id_card" }, false},
		"not read, where print says it all": {func(e *Evidence) { e.Back.Barcode.Read = false }, true},
	} {
		e := goodEvidence()
		asLicence(&e)
		c.change(&e)
		j := judge{policy: rules, evidence: e}
		j.document()
		at := slices.IndexFunc(j.findings, func(f kyc.Finding) bool { return f.Code == kyc.DocBarcodeUnreadable })
		if at >= 0 != c.want {
			t.Errorf("%s: %v", name, told(j.findings))
		}
		if at >= 0 && (j.findings[at].Item != kyc.DocumentBack || j.findings[at].Box == nil) {
			t.Errorf("%s: %+v", name, j.findings[at])
		}
	}
}

// TestBarcodeWins: a bar code's word counts before print, on whichever side, and after a zone's.
func TestBarcodeWins(t *testing.T) {
	t.Parallel()
	e := goodEvidence()
	asLicence(&e)
	e.Front.Fields[kyc.Surname] = printedValue("KOSZEGl")
	if v, at, _ := e.field(kyc.Surname); v.Source != "barcode" || at != kyc.DocumentBack {
		t.Errorf("%+v from %s", v, at)
	}
	e.Front.Fields[kyc.Surname] = mrzValue("KOSZEGI")
	if v, at, _ := e.field(kyc.Surname); v.Source != "mrz" || at != kyc.DocumentFront {
		t.Errorf("%+v from %s", v, at)
	}
}
