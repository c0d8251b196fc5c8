// Package pdf417 is the PDF417 symbology of ISO/IEC 15438 without pictures: codewords and their bars, error correction, compaction, and
// the layout of a symbol.
//
// It promises that what Encode makes, Decode gives back, also with as many codewords wrong or missing as the error correction
// bears; and that Decode rather fails than guesses: it leaves two codewords of redundancy to notice a wrong correction. It
// neither encodes nor joins Macro PDF417, takes text of another ECI as Latin-1 bytes, and knows no truncated nor micro symbols.
package pdf417

import (
	_ "embed"
	"encoding/binary"
	"errors"
)

// Modules of a symbol's parts.
const (
	CodewordModules = 17
	Start           = 0x1fea8 // 17 modules, the first is the highest bit
	Stop            = 0x3fa29 // 18 modules
	StopModules     = 18
	// Values is how many values a codeword has; it is prime, and error correction counts modulo it.
	Values = 929
	// MaxColumns and MaxRows bound a symbol.
	MaxColumns = 30
	MaxRows    = 90
)

// symbols are the patterns of ISO/IEC 15438 annex A: 929 for each of the clusters 0, 3 and 6, two bytes each, little endian: the 17
// modules without the first, which is always a bar, and the last, which is always a space. They were taken from the table of
// github.com/boombuler/barcode v1.1.0 (MIT). The tests count bars and clusters and compare symbols with another encoder's.
//
//go:embed symbols.bin
var symbols string

// Pattern is the 17 modules of a value in rows with number row, the first being the highest bit; bars are ones.
func Pattern(row, value int) uint32 {
	at := 2 * (row%3*Values + value)
	return 1<<16 | uint32(binary.LittleEndian.Uint16([]byte(symbols[at:at+2])))<<1
}

// ErrUnreadable means that there were too many wrong codewords, or that they mean nothing.
var ErrUnreadable = errors.New("pdf417: unreadable")

// Layout is what the row indicators say.
type Layout struct {
	Rows, Columns, Level int // columns of data; level 0 to 8 means 2^(level+1) codewords of error correction
}

// Indicators are the values of the left and the right row indicator.
func (l Layout) Indicators(row int) (left, right int) {
	third, rest, columns := (l.Rows-1)/3, l.Level*3+(l.Rows-1)%3, l.Columns-1
	base := row / 3 * 30
	switch row % 3 {
	case 0:
		return base + third, base + columns
	case 1:
		return base + rest, base + third
	default:
		return base + columns, base + rest
	}
}

// Modules is the width of a symbol.
func (l Layout) Modules() int { return CodewordModules*(l.Columns+3) + StopModules }
