package people

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
)

// Known is whose face a template is: an applicant, and the approved case in which
// it was taken.
type Known struct {
	Applicant kyc.ApplicantID
	Case      kyc.CaseID
}

// Likeness is a known face that is like the one that was searched.
type Likeness struct {
	Known
	face.Comparison
}

// Faces holds the face of each verified applicant, one each. It is safe for
// concurrent use; the zero value is empty and ready.
type Faces struct {
	mu        sync.RWMutex
	galleries map[string]*gallery // by the model that made the templates: others do not compare
	of        map[kyc.ApplicantID]string
}

// Put stores the face of an applicant in the place of the one they had.
func (f *Faces) Put(k Known, t face.Template) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(k.Applicant)
	g := f.galleries[t.Model()]
	if g == nil {
		g = &gallery{at: map[kyc.ApplicantID]int{}}
		if f.galleries == nil {
			f.galleries, f.of = map[string]*gallery{}, map[kyc.ApplicantID]string{}
		}
		f.galleries[t.Model()] = g
	}
	g.add(k, t)
	f.of[k.Applicant] = t.Model()
}

// Remove forgets the face of an applicant; nothing happens when there is none.
func (f *Faces) Remove(a kyc.ApplicantID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(a)
}

func (f *Faces) remove(a kyc.ApplicantID) {
	if model, ok := f.of[a]; ok {
		f.galleries[model].remove(a)
		delete(f.of, a)
	}
}

// Face is the face of an applicant.
func (f *Faces) Face(a kyc.ApplicantID) (face.Template, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	model, ok := f.of[a]
	if !ok {
		return face.Template{}, false
	}
	g := f.galleries[model]
	t, err := g.template(g.at[a], model)
	return t, err == nil
}

// Len is how many faces can be compared with those that a model makes.
func (f *Faces) Len(model string) int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if g := f.galleries[model]; g != nil {
		return len(g.known)
	}
	return 0
}

// Search returns the known faces that score least or more against t, the most
// alike first, at most most of them. It finds all of them, whatever their number
// is: only then are the less alike left out.
func (f *Faces) Search(t face.Template, least float64, most int) []Likeness {
	f.mu.RLock()
	defer f.mu.RUnlock()
	g := f.galleries[t.Model()]
	if g == nil || len(g.known) == 0 || !(least > 0) {
		return nil
	}
	out := g.search(t, least)
	slices.SortFunc(out, func(a, b Likeness) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Applicant, b.Applicant))
	})
	return slices.Clip(out[:min(len(out), most)])
}

// A template has 128 numbers. They are cut into parts, and the first parts of all
// templates lie together, then the second, and so on: of nearly every stranger the
// first part alone is further away than the whole may be, and the others are never
// read.
const (
	dims  = 128
	parts = 4
	width = dims / parts
	rows  = 4096 // of a block: 512 KiB of first parts
)

type (
	part   [width]float32
	pieces [parts]part
)

func cut(t face.Template) pieces {
	var out pieces
	v := t.Vector()
	for k := range out {
		out[k] = part(v[k*width:])
	}
	return out
}

// block is some of the faces. It is allocated whole, so that nothing is copied
// when there are more.
type block [parts][rows]part

func (b *block) set(row int, p *pieces) {
	for k := range p {
		b[k][row] = p[k]
	}
}

func (b *block) get(row int) *pieces {
	var p pieces
	for k := range p {
		p[k] = b[k][row]
	}
	return &p
}

// gallery holds the faces of one model.
type gallery struct {
	blocks []*block
	known  []Known // by row
	at     map[kyc.ApplicantID]int
}

func (g *gallery) add(k Known, t face.Template) {
	row := len(g.known)
	if row/rows == len(g.blocks) {
		g.blocks = append(g.blocks, new(block))
	}
	p := cut(t)
	g.blocks[row/rows].set(row%rows, &p)
	g.known = append(g.known, k)
	g.at[k.Applicant] = row
}

// remove puts the last face into the place of the one that goes, and leaves none
// of its numbers behind.
func (g *gallery) remove(a kyc.ApplicantID) {
	row, last := g.at[a], len(g.known)-1
	from, to := g.blocks[last/rows], g.blocks[row/rows]
	to.set(row%rows, from.get(last%rows))
	from.set(last%rows, &pieces{})
	g.known[row] = g.known[last]
	g.at[g.known[row].Applicant] = row
	g.known[last] = Known{}
	g.known = g.known[:last]
	delete(g.at, a)
	if last%rows == 0 {
		g.blocks = g.blocks[:last/rows]
	}
}

func (g *gallery) template(row int, model string) (face.Template, error) {
	p := g.blocks[row/rows].get(row % rows)
	return face.NewTemplate(model, slices.Concat(p[0][:], p[1][:], p[2][:], p[3][:]))
}

// slack is by how much a squared distance in single precision may be off, as a
// share of it: some 40 roundings, each by a part in 2^24, with room. What is within
// it is computed again in double precision.
const slack = 1e-5

// search looks at all faces, on all processors.
func (g *gallery) search(t face.Template, least float64) []Likeness {
	query := cut(t)
	d := face.DistanceOf(min(least, 1))
	within := float32(d * d * (1 + slack))
	workers := min(len(g.blocks), runtime.GOMAXPROCS(0))
	found := make([][]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for k := w; k < len(g.blocks); k += workers {
				n := min(rows, len(g.known)-k*rows)
				found[w] = g.blocks[k].within(&query, within, n, k*rows, found[w])
			}
		})
	}
	wg.Wait()
	var out []Likeness
	for _, row := range slices.Concat(found...) {
		known, err := g.template(row, t.Model())
		if err != nil {
			continue // it was a template when it came
		}
		if c, err := face.Compare(t, known); err == nil && c.Score >= least {
			out = append(out, Likeness{g.known[row], c})
		}
	}
	return out
}

// within appends the rows of a block that may be as near as that.
func (b *block) within(query *pieces, within float32, n, from int, out []int) []int {
	for row := range b[0][:n] {
		sum := squares(&b[0][row], &query[0])
		for k := 1; k < parts && sum <= within; k++ {
			sum += squares(&b[k][row], &query[k])
		}
		if sum <= within {
			out = append(out, from+row)
		}
	}
	return out
}

// squares is the squared distance of two parts. Four sums at once keep the
// processor's adders busy; one would wait for itself.
func squares(a, b *part) float32 {
	var s0, s1, s2, s3 float32
	for i := 0; i < width; i += 4 {
		d0, d1, d2, d3 := a[i]-b[i], a[i+1]-b[i+1], a[i+2]-b[i+2], a[i+3]-b[i+3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	return s0 + s1 + (s2 + s3)
}
