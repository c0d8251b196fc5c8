package people_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"bonafide/internal/face"
	"bonafide/internal/kyc"
	"bonafide/internal/people"
)

const model = "network/1/recipe"

// crowd makes templates whose distances are like those of real faces: strangers
// about 0.82 apart, every tenth a stranger who looks like the one before.
func crowd(tb testing.TB, n int) []face.Template {
	tb.Helper()
	r := rand.New(rand.NewPCG(7, 9))
	out := make([]face.Template, n)
	for k := range out {
		v := make([]float32, 128)
		spread := 0.82 / 16 // of one number; two strangers are 16 of it apart
		if k%10 == 9 {
			copy(v, out[k-1].Vector())
			spread /= 1 + 3*r.Float64()
		}
		for i := range v {
			v[i] += float32(r.NormFloat64() * spread)
		}
		t, err := face.NewTemplate(model, v)
		if err != nil {
			tb.Fatal(err)
		}
		out[k] = t
	}
	return out
}

func id(k int) people.Known {
	return people.Known{Applicant: kyc.ApplicantID(fmt.Sprintf("apl_%05d", k)), Case: kyc.CaseID(fmt.Sprintf("case_%d", k))}
}

// brute is what a search must find.
func brute(t face.Template, among map[people.Known]face.Template, least float64) []string {
	var out []string
	for k, x := range among {
		if c, err := face.Compare(t, x); err == nil && c.Score >= least {
			out = append(out, fmt.Sprintf("%s %.9f", k.Applicant, c.Score))
		}
	}
	slices.Sort(out)
	return out
}

func found(all []people.Likeness) []string {
	var out []string
	for _, x := range all {
		out = append(out, fmt.Sprintf("%s %.9f", x.Applicant, x.Score))
	}
	slices.Sort(out)
	return out
}

func TestSearchFindsWhatComparingEachFinds(t *testing.T) {
	t.Parallel()
	all := crowd(t, 9000) // more than two blocks
	var faces people.Faces
	among := map[people.Known]face.Template{}
	put := func(k int, x face.Template) {
		faces.Put(id(k), x)
		among[id(k)] = x
	}
	check := func(what string) {
		t.Helper()
		some := 0
		for k := 0; k < len(all); k += 887 {
			for _, least := range []float64{0.3, 0.42, 0.56, 0.8, 1} {
				want := brute(all[k], among, least)
				if got := found(faces.Search(all[k], least, len(all))); !slices.Equal(got, want) {
					t.Fatalf("%s: query %d at %v: found %d, want %d", what, k, least, len(got), len(want))
				}
				some += len(want)
			}
		}
		if some < 30 {
			t.Fatalf("%s: only %d faces were there to be found", what, some)
		}
	}
	for k, x := range all {
		put(k, x)
	}
	check("all")
	for k := 0; k < len(all); k += 3 {
		faces.Remove(id(k).Applicant)
		delete(among, id(k))
	}
	faces.Remove("apl_unknown")
	check("after some are gone")
	for k := 1; k < len(all); k += 30 { // a renewal: the newer face counts
		put(k, all[(k+1)%len(all)])
	}
	check("after some came again")
	if x, ok := faces.Face(id(1).Applicant); !ok || x != all[2] {
		t.Error("the face that came last is not the one that is there")
	}
	if _, ok := faces.Face(id(0).Applicant); ok {
		t.Error("a face that went is still there")
	}
	if faces.Len(model) != len(among) {
		t.Errorf("%d faces, want %d", faces.Len(model), len(among))
	}
	for k := range among {
		faces.Remove(k.Applicant)
	}
	if n := faces.Len(model); n != 0 || len(faces.Search(all[0], 0.3, 10)) != 0 {
		t.Errorf("%d faces are left", n)
	}
}

func TestSearchOrdersAndBounds(t *testing.T) {
	t.Parallel()
	all := crowd(t, 100)
	var faces people.Faces
	for k, x := range all {
		faces.Put(id(k), x)
	}
	got := faces.Search(all[8], 0.1, 3)
	if len(got) != 3 || got[0].Known != id(8) || got[0].Score != 1 || got[1].Known != id(9) || got[2].Score > got[1].Score {
		t.Errorf("%+v", got)
	}
	for _, least := range []float64{0, -1, 1.0000001} {
		if got := faces.Search(all[8], least, 3); len(got) > 0 {
			t.Errorf("at %v: %+v", least, got)
		}
	}
}

func TestAnotherModelIsNotCompared(t *testing.T) {
	t.Parallel()
	all := crowd(t, 1)
	other, err := face.NewTemplate("network/2/recipe", all[0].Vector())
	if err != nil {
		t.Fatal(err)
	}
	var faces people.Faces
	faces.Put(id(1), other)
	if got := faces.Search(all[0], 0.5, 1); len(got) > 0 || faces.Len(model) != 0 {
		t.Errorf("%+v", got)
	}
	faces.Put(id(1), all[0]) // measured again, by the newer model
	if got := faces.Search(all[0], 0.5, 1); len(got) != 1 || faces.Len("network/2/recipe") != 0 {
		t.Errorf("%+v", got)
	}
}

func TestFacesAreConcurrent(t *testing.T) {
	t.Parallel()
	all := crowd(t, 600)
	var faces people.Faces
	faces.Put(id(0), all[0])
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for k := 1 + w; k < len(all); k += 4 {
				faces.Put(id(k), all[k])
				if got := faces.Search(all[0], 1, 5); len(got) < 1 || got[0].Known != id(0) {
					t.Errorf("the first face is not found: %+v", got)
				}
				if k%2 == 0 {
					faces.Remove(id(k).Applicant)
				}
			}
		})
	}
	wg.Wait()
	if n := faces.Len(model); n != 301 {
		t.Errorf("%d faces are left, want 301", n)
	}
}

func BenchmarkSearch(b *testing.B) {
	all := crowd(b, 20000)
	var faces people.Faces
	for k, x := range all {
		faces.Put(id(k), x)
	}
	b.SetBytes(int64(len(all)) * 512)
	for b.Loop() {
		faces.Search(all[8], 0.8, 10)
	}
}
