package pdf417

import "slices"

// field counts modulo 929.
type field struct{ exp, log [Values]int }

func newField() *field {
	f := &field{}
	x := 1
	for i := range Values - 1 {
		f.exp[i], f.log[x] = x, i
		x = x * 3 % Values
	}
	return f
}

func (f *field) power(i int) int { return f.exp[((i%(Values-1))+Values-1)%(Values-1)] }

func (f *field) inverse(a int) int { return f.power(-f.log[a]) }

// at gives the value of a polynomial, the constant first.
func at(p []int, x int) int {
	v := 0
	for _, c := range slices.Backward(p) {
		v = (v*x + c) % Values
	}
	return v
}

// parity gives the codewords of error correction for data.
func parity(data []int, n int) []int {
	f := newField()
	g := []int{1} // the highest power first
	for i := 1; i <= n; i++ {
		root := f.power(i)
		next := append(append([]int{}, g...), 0)
		for j, c := range g {
			next[j+1] = (next[j+1] + (Values-root)*c) % Values
		}
		g = next
	}
	rest := make([]int, n)
	for _, d := range data {
		t := (d + rest[0]) % Values
		copy(rest, rest[1:])
		rest[n-1] = 0
		for j := range n {
			rest[j] = (rest[j] + (Values-t)*g[j+1]) % Values
		}
	}
	for i, r := range rest {
		rest[i] = (Values - r) % Values // taken away, the remainder leaves what the generator divides
	}
	return rest
}

// correct repairs words in place: the last n are error correction, those at the places in missing are not known. It reports how
// many were repaired. Errors count twice, missing words once, and two are left to notice a wrong correction.
func correct(words []int, n int, missing []int) (int, error) {
	f := newField()
	syndromes := func() ([]int, bool) {
		s, clean := make([]int, n), true
		for j := range n {
			x, v := f.power(j+1), 0
			for _, w := range words {
				v = (v*x + w) % Values
			}
			s[j] = v
			clean = clean && v == 0
		}
		return s, clean
	}
	for _, m := range missing {
		words[m] = 0
	}
	s, clean := syndromes()
	if clean && len(missing) == 0 {
		return 0, nil
	}
	spare := 2
	if n < 8 {
		spare = 1
	}
	if len(missing) > n-spare {
		return 0, ErrUnreadable
	}
	location := func(i int) int { return f.power(len(words) - 1 - i) }
	// Berlekamp and Massey, beginning with the locator of what is known to be missing.
	lambda := make([]int, n+2)
	lambda[0] = 1
	for k, m := range missing {
		x := location(m)
		for j := k + 1; j >= 1; j-- {
			lambda[j] = (lambda[j] + (Values-x)*lambda[j-1]) % Values
		}
	}
	b := append([]int{}, lambda...)
	rho := len(missing)
	degree := rho
	for r := rho + 1; r <= n; r++ {
		delta := 0
		for j := 0; j <= min(degree, r-1); j++ {
			delta = (delta + lambda[j]*s[r-1-j]) % Values
		}
		copy(b[1:], b[:len(b)-1]) // times x
		b[0] = 0
		if delta == 0 {
			continue
		}
		t := append([]int{}, lambda...)
		for j := range t {
			t[j] = (t[j] + (Values-delta)*b[j]) % Values
		}
		if 2*degree <= r+rho-1 {
			inv := f.inverse(delta)
			for j := range b {
				b[j] = lambda[j] * inv % Values
			}
			degree = r - degree + rho
		}
		lambda = t
	}
	if wrong := degree - rho; 2*wrong+rho > n-spare || degree >= len(lambda) {
		return 0, ErrUnreadable
	}
	omega := make([]int, n)
	for i := range n {
		for j := 0; j <= min(i, degree); j++ {
			omega[i] = (omega[i] + lambda[j]*s[i-j]) % Values
		}
	}
	slope := make([]int, degree)
	for j := 1; j <= degree; j++ {
		slope[j-1] = j * lambda[j] % Values
	}
	roots := 0
	for i := range words {
		x := f.inverse(location(i))
		if at(lambda, x) != 0 {
			continue
		}
		d := at(slope, x)
		if d == 0 {
			return 0, ErrUnreadable
		}
		roots++
		// The magnitude is -omega/slope, and is taken away.
		words[i] = (words[i] + at(omega, x)*f.inverse(d)) % Values
	}
	if roots != degree {
		return 0, ErrUnreadable
	}
	if _, clean = syndromes(); !clean {
		return 0, ErrUnreadable
	}
	return roots, nil
}
