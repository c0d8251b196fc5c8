package match

import (
	"slices"
	"strings"
)

// CanonicalText is what counts of a text or number: its letters in capitals, and gaps.
func CanonicalText(s string) string {
	ls, n := line(s)
	if n == 0 {
		return ""
	}
	var b strings.Builder
	for i := range ls {
		b.WriteRune(ls[i].fold)
	}
	return b.String()
}

// CanonicalName is what counts of a name: its words in capitals, sorted.
func CanonicalName(n Name) []string {
	n.Truncated = false
	ws, ok := n.words()
	if !ok {
		return []string{n.text()}
	}
	out := []string{}
	for i := range ws {
		var b strings.Builder
		for k := range ws[i].letters {
			l := &ws[i].letters[k]
			if l.script.syllabic() { // written without spaces
				out = append(out, string(l.fold))
				continue
			}
			b.WriteRune(l.fold)
		}
		if b.Len() == 0 {
			continue
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}
