package match

import "slices"

// syllabic says whether a name is written in Chinese characters, Hangul or Kana.
func syllabic(ws []word) bool {
	for i := range ws {
		if ws[i].script().syllabic() {
			return true
		}
	}
	return false
}

// spelled gives the signs of a name their ways of writing in Latin letters. A name of two to four Chinese characters or syllables of
// Hangul without a space is taken apart into surname and given name, which Latin letters may write in either order.
func spelled(ws []word) []word {
	out := make([]word, 0, len(ws)+1)
	for i := range ws {
		w := ws[i]
		n, s := len(w.letters), w.script()
		if len(ws) == 1 && w.part == full && (s == han || s == hangul) && n >= 2 && n <= 4 && uniform(w.letters) {
			k := 1
			if n > 2 {
				k = surnameLength(w.letters[0].r, w.letters[1].r)
			}
			rest := w
			w.letters, rest.letters, rest.piece = w.letters[:k:k], w.letters[k:], true
			out = append(out, spell(w, true), spell(rest, false))
			continue
		}
		out = append(out, spell(w, w.part == surname || w.part == full && i == 0))
	}
	return out
}

func uniform(ls []letter) bool {
	return !slices.ContainsFunc(ls, func(l letter) bool { return l.script != ls[0].script })
}

// spell rewrites the letters of a word. Its length counts in Latin letters afterwards.
func spell(w word, first bool) word {
	in := w.letters
	if w.script() == kana {
		w.letters = kanaLetters(in)
	} else {
		w.letters = make([]letter, 0, 3*len(in))
		for i := range in {
			l := in[i]
			var ok bool
			if l.script == hangul && len(w.letters)+3*(len(in)-i) <= maxLetter {
				if w.letters, ok = hangulLetters(w.letters, l.r, l.at, l.end, first && i == 0); ok {
					continue
				}
			}
			if l.script == han {
				l.romans = hanRomans(l.r)
			}
			w.letters = append(w.letters, l)
		}
	}
	w.n = 0
	for i := range w.letters {
		if rs := w.letters[i].romans; rs != nil {
			w.n += len(rs[0])
		} else {
			w.n++
		}
	}
	w.n = max(w.n, 1)
	w.plain = false
	return w
}

// bared notes the letters without apostrophes, which part syllables where such names are written in Latin letters: Ts'ai, Jun'ichi.
func bared(ws []word) []word {
	for i := range ws {
		w := &ws[i]
		if w.n == len(w.letters) {
			continue
		}
		for _, l := range w.letters {
			if !l.sep {
				w.bare = append(w.bare, l)
			}
		}
	}
	return ws
}
