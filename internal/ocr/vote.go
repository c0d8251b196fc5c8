package ocr

import "math"

// plainPrior is how much likelier a letter without a mark is to stand somewhere than the same letter with one of its marks.
const plainPrior = 2.0

// vote makes one reading out of several of the same line. The reading nearest to all others gives the number of letters (the surest one
// may be sure because it left a letter out), and at each of its places the readings' probabilities are added up.
func vote(readings []reading) []Char {
	if len(readings) == 1 {
		return readings[0].chars
	}
	centre := medoid(readings)
	base := readings[centre].chars
	out := append([]Char(nil), base...)
	sums := make([]map[rune]float64, len(base))
	weights := make([]float64, len(base))
	for i := range sums {
		sums[i] = map[rune]float64{}
	}
	for _, r := range readings {
		for at, c := range align(base, r.chars) {
			if c == nil {
				continue
			}
			weights[at]++
			sums[at][c.R] += c.Conf
			for _, o := range c.Others {
				sums[at][o.R] += o.Conf
			}
		}
	}
	for i := range out {
		c := &out[i]
		best := math.Inf(-1)
		var winner rune
		for r, v := range sums[i] {
			if r == plain(r) {
				v *= plainPrior
			}
			if v > best || v == best && r < winner {
				best, winner = v, r
			}
		}
		c.R, c.Conf = winner, sums[i][winner]/math.Max(weights[i], 1)
		c.Others = c.Others[:0:0]
		for r, v := range sums[i] {
			if r != winner && v/weights[i] >= leastOther {
				c.Others = append(c.Others, Alternative{r, v / weights[i]})
			}
		}
		sortAlternatives(c.Others)
		c.Others = c.Others[:min(3, len(c.Others))]
	}
	return out
}

// medoid is the index of the reading most like all others, letters compared without marks; among equals the surest.
func medoid(readings []reading) int {
	best, bestScore := 0, math.Inf(-1)
	for i, a := range readings {
		score := a.score / 100
		for j, b := range readings {
			if i != j {
				// Framings that misread the whole line must not draw the rest to them: certainty counts to the fourth power.
				score += math.Pow(b.score, 4) * likeness(a.chars, b.chars)
			}
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

// likeness is 1 for the same letters and falls to 0 with the share of letters to change.
func likeness(a, b []Char) float64 {
	n := max(len(a), len(b))
	if n == 0 {
		return 1
	}
	d := editTable(a, b)
	return 1 - d[len(a)][len(b)]/float64(n)
}

// editTable is the table of edit distances between the beginnings of a and b; letters that differ in their mark only cost a fifth.
func editTable(a, b []Char) [][]float64 {
	d := make([][]float64, len(a)+1)
	for i := range d {
		d[i] = make([]float64, len(b)+1)
		d[i][0] = float64(i)
	}
	for j := range d[0] {
		d[0][j] = float64(j)
	}
	for i := range a {
		for j := range b {
			d[i+1][j+1] = math.Min(d[i][j]+change(a[i].R, b[j].R), math.Min(d[i][j+1], d[i+1][j])+1)
		}
	}
	return d
}

func change(a, b rune) float64 {
	switch {
	case a == b:
		return 0
	case plain(a) == plain(b):
		return 0.2
	case a == ' ' || b == ' ':
		return 1.5 // a blank is no letter misread
	}
	return 1
}

// align gives for each letter of base the letter of other that stands at its place, or nil.
func align(base, other []Char) []*Char {
	d := editTable(base, other)
	out := make([]*Char, len(base))
	for i, j := len(base), len(other); i > 0 && j > 0; {
		switch {
		case d[i][j] == d[i-1][j-1]+change(base[i-1].R, other[j-1].R):
			i, j = i-1, j-1
			out[i] = &other[j]
		case d[i][j] == d[i-1][j]+1:
			i--
		default:
			j--
		}
	}
	return out
}
