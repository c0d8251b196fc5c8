package specimen

import (
	"fmt"
	"time"

	"bonafide/mrz"
)

// Profile says what kind of person to make. The zero value with a Reference is an adult with a valid document.
type Profile struct {
	Reference time.Time // the day on which the documents are looked at; only its date counts
	UnderAge  bool      // younger than 18 on that day
	Expired   bool      // documents that ran out before it
	LongName  bool      // a name that the machine readable zone has to cut
}

// Person is somebody who does not exist: a face by parameters and data by lists. The same seed and profile give the same person;
// the face depends on the seed, the sex and the age in years alone.
type Person struct {
	Seed                uint64
	Surname, GivenNames string // as printed: upper case, diacritics kept
	Sex                 string // M or F
	BirthDate           mrz.Date
	IssueDate           mrz.Date
	ExpiryDate          mrz.Date
	Nationality         string // UTO
	BirthPlace          string
	PassportNumber      string // a letter and 8 digits, always with a zero among them
	CardNumber          string // 9 letters and digits
	PersonalNumber      string // 10 digits
	HeightCM            int

	look look
}

// NewPerson makes the person of a seed.
func NewPerson(seed uint64, p Profile) Person {
	s := newStream(seed, "person")
	ref := time.Date(p.Reference.Year(), p.Reference.Month(), p.Reference.Day(), 0, 0, 0, 0, time.UTC)
	q := Person{Seed: seed, Sex: "M", Nationality: "UTO"}
	if s.chance(0.5) {
		q.Sex = "F"
	}
	// Most are young; the old are rarer.
	age := 19 + int(s.float()*s.float()*52)
	if p.UnderAge {
		age = 15 + s.intn(2)
	}
	birth := ref.AddDate(-age, 0, -10-s.intn(340))
	q.BirthDate = dateOf(birth)
	years := 10
	if birth.AddDate(18, 0, 0).After(ref) {
		years = 5
	}
	issued := ref.AddDate(-1-s.intn(years-2), -s.intn(9), -s.intn(27))
	if p.Expired {
		issued = ref.AddDate(-years, -1-s.intn(20), -s.intn(27))
	}
	q.IssueDate, q.ExpiryDate = dateOf(issued), dateOf(issued.AddDate(years, 0, -1))

	sets := nameSets()
	n := sets[s.intn(len(sets))]
	given := n.men
	if q.Sex == "F" {
		given = n.women
	}
	q.Surname, q.GivenNames = n.surnames[s.intn(len(n.surnames))], given[s.intn(len(given))]
	if p.LongName {
		l := longNames()
		i := s.intn(len(l))
		q.Surname, q.GivenNames = l[i][0], l[i][1]
	}
	places := birthPlaces()
	q.BirthPlace = places[s.intn(len(places))]
	number := []byte(fmt.Sprintf("%c%08d", "CEHKLNPRTXZ"[s.intn(11)], s.intn(100_000_000)))
	number[3+s.intn(4)] = '0'
	q.PassportNumber = string(number)
	const alphabet = "0123456789CDEFGHJKLMNPRTVWXYZ"
	card := make([]byte, 9)
	for i := range card {
		card[i] = alphabet[s.intn(len(alphabet))]
	}
	q.CardNumber = string(card)
	q.PersonalNumber = fmt.Sprintf("%010d", s.next()%10_000_000_000)
	q.HeightCM = 152 + s.intn(22)
	if q.Sex == "M" {
		q.HeightCM += 13
	}
	years = ref.Year() - birth.Year()
	q.look = newLook(seed, q.Sex[0], float64(years))
	return q
}

// Stranger is another person whose face is as unlike p's as the generator can easily make it: the most different of 2,000. Use it where two
// people must not match; two random seeds can look like cousins.
func (p Person) Stranger(profile Profile) Person {
	best, at := Person{}, -1.0
	for i := range uint64(2000) {
		q := NewPerson(mix64(p.Seed+i+1), profile)
		if d := p.look.unlike(q.look); d > at {
			best, at = q, d
		}
	}
	return best
}

func dateOf(t time.Time) mrz.Date {
	return mrz.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
}
