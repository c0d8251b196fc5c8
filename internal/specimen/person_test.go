package specimen

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"bonafide/mrz"
)

// today is the reference date of all tests.
func today() time.Time { return time.Date(2026, time.November, 23, 15, 4, 5, 0, time.UTC) }

func adult() Profile { return Profile{Reference: today()} }

func dayOf(t *testing.T, d mrz.Date) time.Time {
	t.Helper()
	v, ok := d.Time()
	if !ok {
		t.Fatalf("%v is no day of the calendar", d)
	}
	return v
}

func TestPersonProfiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile Profile
		adult   bool
		valid   bool
	}{
		"adult":     {Profile{Reference: today()}, true, true},
		"under age": {Profile{Reference: today(), UnderAge: true}, false, true},
		"expired":   {Profile{Reference: today(), Expired: true}, true, false},
		"leap day":  {Profile{Reference: time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(500) {
				p := NewPerson(seed, c.profile)
				birth, issue, expiry := dayOf(t, p.BirthDate), dayOf(t, p.IssueDate), dayOf(t, p.ExpiryDate)
				if got := !birth.AddDate(18, 0, 0).After(c.profile.Reference); got != c.adult {
					t.Fatalf("seed %d: born %v, adult %v", seed, p.BirthDate, got)
				}
				if got := expiry.After(c.profile.Reference); got != c.valid {
					t.Fatalf("seed %d: expires %v, valid %v", seed, p.ExpiryDate, got)
				}
				if !issue.After(birth) || !expiry.After(issue) || issue.After(c.profile.Reference) {
					t.Fatalf("seed %d: born %v, issued %v, expires %v", seed, p.BirthDate, p.IssueDate, p.ExpiryDate)
				}
				if !strings.Contains(p.PassportNumber, "0") || len(p.PassportNumber) != 9 || len(p.CardNumber) != 9 {
					t.Fatalf("seed %d: numbers %q %q", seed, p.PassportNumber, p.CardNumber)
				}
			}
		})
	}
}

func TestPersonIsOfItsSeed(t *testing.T) {
	t.Parallel()
	numbers := map[string]uint64{}
	for seed := range uint64(2000) {
		p, q := NewPerson(seed, adult()), NewPerson(seed, adult())
		if p != q {
			t.Fatalf("seed %d gives two people", seed)
		}
		if other, ok := numbers[p.PassportNumber]; ok {
			t.Errorf("seeds %d and %d have one passport number", other, seed)
		}
		numbers[p.PassportNumber] = seed
	}
}

// TestNamesAreHard checks that the names exercise what comparing names has to bear.
func TestNamesAreHard(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(500) {
		p := NewPerson(seed, adult())
		all := p.Surname + "|" + p.GivenNames
		for name, has := range map[string]bool{
			"diacritic":    strings.IndexFunc(all, func(r rune) bool { return r > unicode.MaxASCII }) >= 0,
			"hyphen":       strings.Contains(all, "-"),
			"apostrophe":   strings.Contains(all, "'"),
			"two surnames": strings.Contains(p.Surname, " "),
			"two given":    strings.Contains(p.GivenNames, " "),
			"plain":        strings.IndexFunc(all, func(r rune) bool { return r != '|' && (r < 'A' || r > 'Z') }) < 0,
		} {
			if has {
				seen[name]++
			}
		}
	}
	for _, name := range []string{"diacritic", "hyphen", "apostrophe", "two surnames", "two given", "plain"} {
		if seen[name] < 10 {
			t.Errorf("%s: %d of 500", name, seen[name])
		}
	}
}

func TestStrangerIsUnlike(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := NewPerson(seed, adult())
		far := p.look.unlike(p.Stranger(adult()).look)
		next := p.look.unlike(NewPerson(seed+1000, adult()).look)
		if far <= next {
			t.Errorf("seed %d: the stranger differs by %.1f, a chance person by %.1f", seed, far, next)
		}
	}
}

func TestMistyped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want Details }{
		"two given names": {Details{GivenNames: "ANNA MARIA", DocumentNumber: "X10203"}, Details{GivenNames: "ANNA  MARIA", DocumentNumber: "X1O203"}},
		"one given name":  {Details{GivenNames: "ÉLISE", DocumentNumber: "X1239"}, Details{GivenNames: "ÉL ISE", DocumentNumber: "XI239"}},
		"nothing alike":   {Details{GivenNames: "JO", DocumentNumber: "X2"}, Details{GivenNames: "J O", DocumentNumber: "X2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.in.Mistyped(); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
