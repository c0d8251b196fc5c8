package pdf417

import (
	"errors"
	"strings"
)

// The text submodes of ISO/IEC 15438, table 5; mixed and punctuation.
const (
	mixed = "0123456789&\r\t,:#-.$/+%*=^"
	punct = ";<>@[\\]_`~!\r\t,:\n-.$/\"|*()?{}'"
)

// Values in text compaction and of codewords with a meaning of their own.
const (
	toLower, toMixed, toPunct, toUpper = 27, 28, 29, 29 // 28 is mixed from upper and lower, upper from mixed; 29 pads
	shiftPunct                         = 29
	latchText                          = 900
	latchBytes                         = 901
	latchNumbers                       = 902
	shiftByte                          = 913
	latchBytesOfSix                    = 924
)

type submode int

const (
	upper submode = iota
	lower
	mix
	punctuation
)

// compact turns text into codewords, by text compaction, and single bytes where it has no sign for them.
func compact(text []byte) []int {
	var words, half []int
	flush := func() {
		if len(half)%2 == 1 {
			half = append(half, 29)
		}
		for i := 0; i < len(half); i += 2 {
			words = append(words, half[i]*30+half[i+1])
		}
		half = half[:0]
	}
	mode := upper
	goTo := func(m submode) {
		switch {
		case m == mode:
		case m == upper && mode == mix:
			half = append(half, 28)
		case m == upper && mode == lower:
			half = append(half, 28, 28)
		case m == lower:
			half = append(half, 27)
		case m == mix:
			half = append(half, 28)
		}
		mode = m
	}
	for _, c := range text {
		inMixed, inPunct := strings.IndexByte(mixed, c), strings.IndexByte(punct, c)
		switch {
		case c >= 'A' && c <= 'Z':
			goTo(upper)
			half = append(half, int(c-'A'))
		case c >= 'a' && c <= 'z':
			goTo(lower)
			half = append(half, int(c-'a'))
		case c == ' ':
			half = append(half, 26) // the same in upper, lower and mixed
		case inMixed >= 0:
			goTo(mix)
			half = append(half, inMixed)
		case inPunct >= 0:
			half = append(half, shiftPunct, inPunct)
		default:
			flush()
			words = append(words, shiftByte, int(c))
		}
	}
	flush()
	return words
}

// ErrTooMuch means that a text does not fit into the symbol.
var ErrTooMuch = errors.New("pdf417: the text does not fit")

// Encode makes a symbol of as many rows as the text needs, and gives its modules row by row, one line for each; bars are true.
func Encode(text []byte, columns, level int) ([][]bool, Layout, error) {
	if columns < 1 || columns > MaxColumns || level < 0 || level > 8 {
		return nil, Layout{}, errors.New("pdf417: no such symbol")
	}
	data := compact(text)
	n := 1 << (level + 1)
	l := Layout{Rows: max(3, (1+len(data)+n+columns-1)/columns), Columns: columns, Level: level}
	room := l.Rows*columns - n
	if l.Rows > MaxRows || room >= Values {
		return nil, Layout{}, ErrTooMuch
	}
	words := append([]int{room}, data...)
	for len(words) < room {
		words = append(words, latchText)
	}
	words = append(words, parity(words, n)...)
	rows := make([][]bool, l.Rows)
	for r := range rows {
		add := func(pattern uint32, modules int) {
			for m := modules - 1; m >= 0; m-- {
				rows[r] = append(rows[r], pattern>>m&1 == 1)
			}
		}
		left, right := l.Indicators(r)
		add(Start, CodewordModules)
		add(Pattern(r, left), CodewordModules)
		for _, w := range words[r*columns : (r+1)*columns] {
			add(Pattern(r, w), CodewordModules)
		}
		add(Pattern(r, right), CodewordModules)
		add(Stop, StopModules)
	}
	return rows, l, nil
}
