package document

import (
	"bonafide/internal/barcode"
	"bonafide/internal/imaging"
)

// SourceBarcode is the source of a field that a bar code says.
const SourceBarcode = "barcode"

// Barcode is the bar code of a North American licence or identity card.
type Barcode struct {
	Symbology string `json:"symbology"` // pdf417
	// Read says that it was decoded; without that only its place is known. Text that is not an AAMVA card's has neither format nor fields.
	Read bool `json:"read"`
	Box  Box  `json:"box"`
	// Repaired is how many codewords error correction set right.
	Repaired int `json:"repaired"`
	*barcode.Licence
}

// readBarcode looks for a bar code.
func (m *Measurement) readBarcode(p *imaging.Picture) {
	s, found := barcode.ReadPDF417(p.Gray())
	if !found {
		return
	}
	m.Barcode = &Barcode{Symbology: "pdf417", Read: s.Text != nil, Box: boxOf(s.Quad), Repaired: s.Repaired}
	if l, err := barcode.ParseAAMVA(s.Text); err == nil {
		m.Barcode.Licence = &l
	}
}

// says reports whether a card's bar code was read.
func (b *Barcode) says() bool { return b != nil && b.Licence != nil }

// identify takes the bar code's word for what the document is: it stands on the back (AAMVA DL/ID Card Design Standard, annex D).
func (b *Barcode) identify(d *Facts) {
	if !b.says() {
		return
	}
	d.Found, d.Side = true, SideBack
	switch b.Type {
	case "DL", "EN":
		d.Kind = KindDrivingLicence
	case "ID":
		d.Kind = KindIDCard
	}
	if v := b.Fields["issuing_state"]; v != "" {
		d.Issuer = v
	}
}

// merge takes the bar code's word for the fields that documents have in common. Error correction has proved every letter.
func (b *Barcode) merge(fields map[string]Field) {
	if !b.says() {
		return
	}
	for _, name := range []string{FieldDocumentNumber, FieldSurname, FieldGivenNames, FieldBirthDate, FieldExpiryDate, FieldIssueDate, FieldSex, "issuing_state"} {
		if v := b.Fields[name]; v != "" {
			fields[name] = Field{Value: v, Confidence: 1, Box: b.Box, Source: SourceBarcode}
		}
	}
}
