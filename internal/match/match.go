// Package match compares two values of one field, what an applicant typed and what a document says, and explains the difference.
//
// It promises: a verdict in three steps (same, fixable, different), a score, and for every verdict but a plain "same" the list of
// differences, each with its kind and place, fit to be shown to the applicant. Verdict and score do not change when the two values
// change places. What counts as the same is data, see Policy. Everything is pure, takes any bytes, and is bounded in time.
//
// The differences are complete: Rebuild makes b from a and them, but for capitals and the order of words.
//
// Across scripts it knows the ways in which documents write names in Latin letters: Doc 9303 part 3 section 6 with all its
// alternatives; Cyrillic, Greek (ELOT 743), Georgian and Armenian by the systems in use; Arabic with the vowels and doubled letters
// that it leaves out; Chinese by pinyin, Wade-Giles and the custom of Hong Kong; Kana by Hepburn and Kunrei; Hangul by Revised
// Romanization and the customs of families. What it cannot do well it leaves out, and such names come out different: Kanji in their
// Japanese reading, Chinese characters in Korean or Hokkien, the scripts of India, Thailand, Ethiopia and Israel against Latin
// letters, foreign names in Katakana or Hangul.
//
// It does not promise that two names are one person's: it knows letters, not people. It knows no nicknames and no translations of
// names (John, Ivan), and it must not be used to screen against lists, where a missed match costs more than a false one.
package match

import (
	"slices"
	"unicode/utf8"
)

// Verdict is the outcome of a comparison.
type Verdict string

// The verdicts. Fixable means the same value with an error that the applicant can correct.
const (
	Same      Verdict = "same"
	Fixable   Verdict = "fixable"
	Different Verdict = "different"
)

// Kind names a kind of difference. The first value is always what the applicant gave, the second what it is measured against.
type Kind string

// The kinds of difference. Append only: clients know them by name.
const (
	ExtraSpace       Kind = "extra_space"       // a has a space or hyphen inside what is one word in b
	MissingSpace     Kind = "missing_space"     // a has one word where b has two
	Case             Kind = "case"              // capitals against small letters
	Hyphen           Kind = "hyphen"            // hyphen against space
	Apostrophe       Kind = "apostrophe"        // apostrophe against nothing or a space
	Diacritic        Kind = "diacritic"         // a letter with marks against the same letter without
	Transliteration  Kind = "transliteration"   // a letter against the way ICAO or custom writes it in Latin capitals
	Order            Kind = "order"             // the same words in another order or in the other field
	Confusable       Kind = "confusable"        // characters that look alike: 0 and O, 1 and I, rn and m, Latin A and Cyrillic А
	Truncated        Kind = "truncated"         // a word that is the beginning of the other, or what a full name field cut off
	MissingPart      Kind = "missing_part"      // a lacks a word of b
	ExtraPart        Kind = "extra_part"        // a has a word that b lacks
	Initial          Kind = "initial"           // an initial against the whole word
	Spelling         Kind = "spelling"          // other letters in a word that is recognisably the same
	Other            Kind = "other"             // a word in the place of another
	Transposed       Kind = "transposed"        // two neighbours changed over
	Character        Kind = "character"         // another letter or digit in a number, another digit in a date
	MissingCharacter Kind = "missing_character" // a number lacks characters
	ExtraCharacter   Kind = "extra_character"   // a number has characters too many
	DayMonth         Kind = "day_month"         // day and month changed over
	Notation         Kind = "notation"          // the same value written by another standard: a country's name and its code, traditional and simplified characters
)

// Difference is one difference.
type Difference struct {
	Kind Kind `json:"kind"`
	// Part is surname or given_names where a has these apart, and At then counts in that field; year, month or day in a date, where At
	// counts in the whole date.
	Part string `json:"part,omitempty"`
	At   int    `json:"at"` // where it begins in a, in runes from 0; for something that a lacks, where it would stand
	A    string `json:"a"`  // what stands there in a; empty when a lacks it. Of Case and Order: the words concerned
	B    string `json:"b"`  // what stands there in b

	cut bool // explained by a name field that was full
}

// Result is the outcome with its explanation.
type Result struct {
	Verdict     Verdict      `json:"verdict"`
	Score       float64      `json:"score"` // 0 nothing in common, 1 equal but for differences that cost nothing
	Differences []Difference `json:"differences"`
	// Confirmed says which of two numbers a check digit confirms, a or b; empty when it confirms both or neither, or none is known.
	Confirmed Side `json:"confirmed,omitempty"`
}

// Side is one of the two values.
type Side string

// The sides.
const (
	A Side = "a" // what the applicant gave
	B Side = "b" // what it is measured against
)

// Correctable says whether b may be offered in place of a at one tap: the two are one value, so that nobody can take over another's
// by accepting the offer, and nothing says that b was misread.
func (r Result) Correctable() bool { return r.Verdict != Different && r.Confirmed != A }

// Policy says what counts as what. The thresholds are data of the caller; DefaultPolicy is a starting point measured on the
// evaluation data, not a constant of nature.
type Policy struct {
	// Allowed are the kinds that leave two values the same. Truncated in it allows only what is explained by Name.Truncated.
	Allowed []Kind
	// MinWord is the least similarity, 0 to 1, at which two words are one word misspelt.
	MinWord float64
	// MinName is the least mean similarity of the words found in both names, by letters, at which the whole is one name.
	MinName float64
	// MinShare is the least share of the longer name's letters that must be found in the shorter one, when words are missing.
	MinShare float64
	// MaxEdits is the most characters that may be wrong in a number or text that is still fixable.
	MaxEdits int
}

// DefaultPolicy allows what documents print otherwise than people write: capitals, letters without marks or transliterated, hyphens
// as spaces, no apostrophes, names cut at the end of the machine readable zone. Another order of the words is fixable, not the same:
// surname and given names changed over is the commonest error of applicants, and there are peoples among whom Omar Abdullah and
// Abdullah Omar are two men.
func DefaultPolicy() Policy {
	return Policy{
		Allowed:  []Kind{Case, Hyphen, Apostrophe, Diacritic, Transliteration, Notation, Truncated},
		MinWord:  0.6,
		MinName:  0.75,
		MinShare: 0.3,
		MaxEdits: 2,
	}
}

func (p Policy) allows(d Difference) bool {
	return slices.Contains(p.Allowed, d.Kind) && (d.Kind != Truncated || d.cut)
}

// allAllowed says whether no difference stands in the way of "same".
func (p Policy) allAllowed(ds []Difference) bool {
	for _, d := range ds {
		if !p.allows(d) {
			return false
		}
	}
	return true
}

// Limits of what is compared: longer values are no names, and time must stay bounded.
const (
	maxText   = 512 // bytes of one field
	maxWords  = 16  // words of a name
	maxLetter = 40  // letters of a word, or of two or three words taken as one
)

// tooLong answers for values beyond the limits without looking at them closely.
func tooLong(a, b string) Result {
	if a == b {
		return Result{Verdict: Same, Score: 1, Differences: []Difference{}}
	}
	return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: clip(a), B: clip(b)}}}
}

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
