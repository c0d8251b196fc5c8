package match

import "bonafide/mrz"

// Date compares two dates in ISO 8601's form, unknown parts written with X as mrz.Date does. A part that either does not know (fillers
// in the machine readable zone) agrees with anything, but something must be known on both sides. Day and month changed over is
// DayMonth, one wrong digit Character, two digits of one part changed over Transposed, all fixable; anything else is Other, part by
// part, and different, a text that is no date included.
func Date(a, b string) Result {
	x, errA := mrz.ParseDate(a)
	y, errB := mrz.ParseDate(b)
	if errA != nil || errB != nil {
		return Result{Verdict: Different, Differences: []Difference{{Kind: Other, A: clip(a), B: clip(b)}}}
	}
	return compareDates(a, b, x, y)
}

// dateParts says where the parts of a date stand in its text.
func dateParts() [3]struct {
	name     string
	from, to int
} {
	return [3]struct {
		name     string
		from, to int
	}{{"year", 0, 4}, {"month", 5, 7}, {"day", 8, 10}}
}

func compareDates(a, b string, da, db mrz.Date) Result {
	r := Result{Verdict: Different, Differences: []Difference{}}
	x, y := [3]int{da.Year, da.Month, da.Day}, [3]int{db.Year, db.Month, db.Day}
	known, right := 0, 0
	for i := range x {
		if x[i] != 0 && y[i] != 0 {
			known++
			if x[i] == y[i] {
				right++
			}
		}
	}
	switch known {
	case 0:
		r.Differences = append(r.Differences, Difference{Kind: Other, A: a, B: b})
		return r
	case right:
		r.Verdict, r.Score = Same, 1
		return r
	}
	r.Score = float64(right) / float64(known)
	if da.Complete() && db.Complete() && da.Year == db.Year && da.Month == db.Day && da.Day == db.Month {
		r.Verdict = Fixable
		r.Differences = append(r.Differences, Difference{Kind: DayMonth, At: 5, A: a[5:], B: b[5:]})
		return r
	}
	for i, p := range dateParts() {
		if x[i] != 0 && y[i] != 0 && x[i] != y[i] {
			d := digits(a[p.from:p.to], b[p.from:p.to])
			d.Part, d.At = p.name, d.At+p.from
			r.Differences = append(r.Differences, d)
		}
	}
	if len(r.Differences) == 1 && r.Differences[0].Kind != Other {
		r.Verdict = Fixable
	}
	return r
}

// digits explains the difference of two parts of equal length.
func digits(a, b string) Difference {
	first, last, wrong := -1, 0, 0
	for i := range len(a) {
		if a[i] != b[i] {
			if first < 0 {
				first = i
			}
			last = i
			wrong++
		}
	}
	d := Difference{At: first, A: a[first : last+1], B: b[first : last+1]}
	switch {
	case wrong == 1:
		d.Kind = Character
	case wrong == 2 && last == first+1 && a[first] == b[last] && a[last] == b[first]:
		d.Kind = Transposed
	default:
		d = Difference{Kind: Other, A: a, B: b}
	}
	return d
}
