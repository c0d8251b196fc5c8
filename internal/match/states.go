package match

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"bonafide/mrz"
)

// State compares two states, each written as a code of ISO 3166-1 (alpha-2, alpha-3, numeric) or of Doc 9303 part 3, section 5, or by
// its name in one of the languages that Bonafide speaks. Fillers, blanks, capitals and accents do not matter. A name with an error or
// two in it is fixable; there is no near miss between codes: one letter makes another state.
func State(a, b string) Result {
	if len(a) > maxText || len(b) > maxText {
		return tooLong(a, b)
	}
	x, y := strings.Trim(a, "< "), strings.Trim(b, "< ")
	cx, cy := stateCode(x), stateCode(y)
	r := Result{Verdict: Same, Score: 1, Differences: []Difference{}}
	whole := func(k Kind) Result {
		r.Differences = append(r.Differences, Difference{Kind: k, A: a, B: b})
		return r
	}
	switch {
	case x == "" || y == "":
	case x == y:
		return r
	case cx != "" && cx == cy:
		if strings.EqualFold(x, y) {
			return whole(Case)
		}
		return whole(Notation)
	case cx != "" && cy != "":
	case cx == "" && cy == "":
		// Two names: the same word, or names of one state in two languages.
		if t := Text(x, y, DefaultPolicy()); t.Verdict == Same {
			if strings.EqualFold(x, y) {
				return whole(Case)
			}
			return whole(Notation)
		}
		switch code := stateNamed(x); {
		case code == "":
		case stateNamed(y) == code:
			return whole(Notation)
		}
	default:
		name, code := x, cy
		if cx != "" {
			name, code = y, cx
		}
		switch near := nameOf(name, code); near.Verdict {
		case Same:
			return whole(Notation)
		case Fixable:
			if stateNamed(name) != "" {
				break // Austria is no misspelt Australia
			}
			r.Verdict, r.Score = Fixable, near.Score
			return whole(Spelling)
		case Different:
		}
	}
	r.Verdict, r.Score = Different, 0
	return whole(Other)
}

// stateCode brings a code to alpha-3, or what Doc 9303 has in its place; "" for what is no code. Only capitals that documents write,
// so that three letters of a name are no code by chance: UK is a code, and "Uk" is too, but not "Togo".
func stateCode(s string) string {
	if len(s) > 3 {
		return ""
	}
	s = strings.ToUpper(s)
	switch s {
	case "D":
		return "DEU"
	case "XK", "XKX", "RKS": // Kosovo has no code in ISO 3166-1
		return "RKS"
	}
	if r, err := language.ParseRegion(s); err == nil {
		if r = r.Canonicalize(); r.IsCountry() && r.ISO3() != "ZZZ" { // UK is GB
			return r.ISO3()
		}
	}
	if mrz.IsState(s) {
		return s
	}
	return ""
}

// tongues are the languages in which names of states are known: those that Bonafide speaks.
func tongues() [12]language.Tag {
	return [12]language.Tag{
		language.English, language.SimplifiedChinese, language.Spanish, language.French, language.BrazilianPortuguese, language.Russian,
		language.Arabic, language.Hindi, language.German, language.Turkish, language.Vietnamese, language.Indonesian,
	}
}

// nameOf compares a name with the names of a state, and returns the best.
func nameOf(name, code string) Result {
	best := Result{Verdict: Different}
	region, err := language.ParseRegion(code)
	if code == "RKS" {
		region, err = language.ParseRegion("XK")
	}
	if err != nil {
		return best
	}
	ls, n := line(name)
	for _, t := range tongues() {
		known := display.Regions(t).Name(region)
		if known == "" {
			continue
		}
		other, m := line(known)
		if alikeRoots(ls, other) {
			return Result{Verdict: Same, Score: 1}
		}
		// Most names are too far apart by length alone.
		if n < 5 || m < 5 || n-m > 2 || m-n > 2 {
			continue
		}
		if r := Text(name, known, DefaultPolicy()); r.Verdict == Same || r.Verdict == Fixable && r.Score > best.Score {
			best = r
		}
	}
	return best
}

// stateNamed finds the state of a name.
func stateNamed(name string) string {
	ls, n := line(name)
	if n == 0 || ls[0].sep {
		return ""
	}
	for _, t := range tongues() {
		names := display.Regions(t)
		for _, code := range mrz.States() {
			if region, err := language.ParseRegion(code); err == nil {
				if known := names.Name(region); known != "" {
					first, _ := utf8.DecodeRuneInString(known) // spares reading nearly all of them
					if newLetter(first, 0).root != ls[0].root {
						continue
					}
					if other, _ := line(known); alikeRoots(ls, other) {
						return stateCode(code)
					}
				}
			}
		}
	}
	return ""
}

// alikeRoots says whether letters are the same but for capitals, marks and the kind of separator.
func alikeRoots(x, y []letter) bool {
	i, j := 0, 0
	for {
		for i < len(x) && x[i].sep {
			i++
		}
		for j < len(y) && y[j].sep {
			j++
		}
		if i == len(x) || j == len(y) {
			return i == len(x) && j == len(y)
		}
		if x[i].fold != y[j].fold && (x[i].root == 0 || x[i].root != y[j].root) {
			return false
		}
		i++
		j++
	}
}
