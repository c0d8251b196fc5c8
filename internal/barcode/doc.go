// Package barcode reads the bar code of a North American driving licence or identity card: ReadPDF417 finds and decodes it in a photo,
// ParseAAMVA says what its text means.
//
// It promises: a text is what was encoded, as the symbol's own error correction has proved, or nothing; a field is what the text says, in
// the project's form (dates ISO 8601), or it is absent; whatever is ambiguous or not a date is left out and told as a warning; any
// picture and any bytes are worked through within bounds. It does not say that a card is genuine: anybody can print such a
// bar code. It reads no other symbology, and no bar codes that hold the magnetic stripe's tracks or the compact encoding of ISO/IEC 18013-2.
package barcode
