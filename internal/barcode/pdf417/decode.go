package pdf417

import (
	"math/big"
)

// Decode gives the text of a symbol's codewords, row by row without the indicators; -1 is one that could not be read. repaired is how
// many were wrong or missing.
func Decode(words []int, l Layout) (text []byte, repaired int, err error) {
	n := 1 << (l.Level + 1)
	if l.Level < 0 || l.Level > 8 || len(words) != l.Rows*l.Columns || len(words) > Values-1 || len(words) <= n {
		return nil, 0, ErrUnreadable
	}
	words = append([]int{}, words...)
	var missing []int
	for i, w := range words {
		if w < 0 || w >= Values {
			missing = append(missing, i)
		}
	}
	if repaired, err = correct(words, n, missing); err != nil {
		return nil, 0, err
	}
	count := words[0]
	if count < 1 || count > len(words)-n {
		return nil, 0, ErrUnreadable
	}
	text, err = expand(words[1:count])
	return text, repaired, err
}

// expand undoes compaction.
func expand(words []int) ([]byte, error) {
	var out []byte
	mode := latchText
	for len(words) > 0 {
		switch w := words[0]; {
		case w == latchText || w == latchBytes || w == latchNumbers || w == latchBytesOfSix:
			mode, words = w, words[1:]
			continue
		case w == shiftByte:
			// Only within text, and there expandText meets it; at its beginning it stands here.
		case w == 927 || w == 925: // an ECI, one parameter: its text is passed on as bytes
			words = words[min(2, len(words)):]
			continue
		case w == 926: // two parameters
			words = words[min(3, len(words)):]
			continue
		case w == 928 || w == 922 || w == 923: // Macro PDF417: control blocks end the text
			return out, nil
		case w >= 900:
			return nil, ErrUnreadable
		}
		var run []int
		for len(words) > 0 && (words[0] < 900 || words[0] == shiftByte && mode == latchText) {
			if words[0] == shiftByte {
				if len(words) < 2 {
					return nil, ErrUnreadable
				}
				run, words = append(run, words[0]), words[1:]
			}
			run, words = append(run, words[0]), words[1:]
		}
		if len(run) == 0 {
			return nil, ErrUnreadable
		}
		switch mode {
		case latchText:
			out = expandText(out, run)
		case latchNumbers:
			out = expandNumbers(out, run)
		default:
			out = expandBytes(out, run, mode == latchBytesOfSix)
		}
	}
	return out, nil
}

func expandText(out []byte, run []int) []byte {
	mode, once := upper, submode(-1)
	sign := func(v int) {
		m := mode
		if once >= 0 {
			m, once = once, -1
		}
		switch {
		case m == punctuation && v == 29:
			mode = upper
		case m == punctuation:
			out = append(out, punct[v])
		case v == 26:
			out = append(out, ' ')
		case m != mix && v < 26:
			out = append(out, byte(v)+map[submode]byte{upper: 'A', lower: 'a'}[m])
		case m == mix && v < 25:
			out = append(out, mixed[v])
		case v == 29: // for one sign
			once = punctuation
		case m == upper && v == 27:
			mode = lower
		case m == upper || m == lower && v == 28:
			mode = mix
		case m == lower: // 27: for one sign
			once = upper
		case v == 25:
			mode = punctuation
		case v == 27:
			mode = lower
		default:
			mode = upper
		}
	}
	for i := 0; i < len(run); i++ {
		if run[i] == shiftByte {
			i++
			once = -1
			out = append(out, byte(run[i]))
			continue
		}
		sign(run[i] / 30)
		sign(run[i] % 30)
	}
	return out
}

func expandNumbers(out []byte, run []int) []byte {
	for len(run) > 0 {
		k := min(15, len(run))
		v, base := new(big.Int), big.NewInt(900)
		for _, w := range run[:k] {
			v.Add(v.Mul(v, base), big.NewInt(int64(w)))
		}
		// A one stands before the figures, so that noughts are kept.
		if s := v.String(); s[0] == '1' {
			out = append(out, s[1:]...)
		}
		run = run[k:]
	}
	return out
}

// expandBytes undoes byte compaction: six bytes in five codewords; what remains stands one in each. Without ofSix the last five are not packed.
func expandBytes(out []byte, run []int, ofSix bool) []byte {
	for len(run) >= 5 && (ofSix || len(run) > 5) {
		var v uint64
		for _, w := range run[:5] {
			v = v*900 + uint64(w)
		}
		for i := 5; i >= 0; i-- {
			out = append(out, byte(v>>(8*i)))
		}
		run = run[5:]
	}
	for _, w := range run {
		out = append(out, byte(w))
	}
	return out
}
