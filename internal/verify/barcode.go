package verify

import (
	"image"

	"bonafide/internal/document"
	"bonafide/internal/kyc"
)

// Barcode is what is known of the bar code on a side.
type Barcode struct {
	Read bool    `json:"read"`
	Box  kyc.Box `json:"box"`
}

// barcodeOf takes over a bar code; nil where none was seen. truncated says that it tells of a name it had to cut.
func barcodeOf(b *document.Barcode, in image.Rectangle) (code *Barcode, truncated bool) {
	if b == nil {
		return nil, false
	}
	return &Barcode{Read: b.Read, Box: *bounds(b.Box, in)}, b.Licence != nil && b.NameTruncated
}

// barcode tells of a driving licence's bar code that was seen and could not be read, and whether it did.
func (j *judge) barcode(kind string) bool {
	told := false
	for _, s := range []struct {
		item kyc.Item
		side *Side
	}{{kyc.DocumentFront, j.evidence.Front}, {kyc.DocumentBack, j.evidence.Back}} {
		if kind == string(document.KindDrivingLicence) && s.side != nil && s.side.Barcode != nil && !s.side.Barcode.Read {
			j.add(kyc.Finding{Code: kyc.DocBarcodeUnreadable, Item: s.item, Box: place(s.side.Barcode.Box)})
			told = true
		}
	}
	return told
}

// rank orders the sources of a value: what is checked by its own digits, what error correction has proved, what was read letter by letter.
func rank(source string) int {
	switch source {
	case document.SourceMRZ:
		return 2
	case document.SourceBarcode:
		return 1
	default:
		return 0
	}
}
