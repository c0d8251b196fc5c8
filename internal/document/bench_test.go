package document

import (
	"context"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"bonafide/internal/imaging"
	"bonafide/internal/specimen"
)

// BenchmarkDocument times the whole of `inspect document`, from a file's bytes to the measurement, over the real documents of the evaluation
// data and over specimens. ratio is the median of the time from file to answer against the time inside ONNX Runtime, the figure that the
// project is held to; cpu-ms is what the process used of processor time.
func BenchmarkDocument(b *testing.B) {
	b.Run("documents", func(b *testing.B) {
		folder, items := documentTruths(b)
		var files [][]byte
		for _, it := range items {
			content, err := os.ReadFile(filepath.Join(folder, it.File))
			if err != nil {
				b.Fatal(err)
			}
			files = append(files, content)
		}
		benchmarkFiles(b, files, Options{At: measuredAt})
	})
	b.Run("specimens", func(b *testing.B) { benchmarkFiles(b, specimenPhotos(b), Options{At: measuredAt}) })
	b.Run("specimens, MRZ only", func(b *testing.B) {
		benchmarkFiles(b, specimenPhotos(b), Options{At: measuredAt, Part: MRZOnly})
	})
}

// specimenPhotos are photos of passports and of both sides of cards.
func specimenPhotos(b *testing.B) [][]byte {
	b.Helper()
	var files [][]byte
	for seed := range uint64(2) {
		person := specimen.NewPerson(seed+1, specimen.Profile{Reference: measuredAt})
		for _, side := range []func(specimen.Person, specimen.PageOptions) (*image.RGBA, specimen.Truth, error){specimen.Passport, specimen.CardFront, specimen.CardBack} {
			page, truth, err := side(person, specimen.PageOptions{})
			if err != nil {
				b.Fatal(err)
			}
			photo, _ := specimen.Photograph(page, truth, specimen.Camera{Width: 1280, Height: 960}, seed)
			content, err := specimen.JPEG(photo, 88)
			if err != nil {
				b.Fatal(err)
			}
			files = append(files, content)
		}
	}
	return files
}

// BenchmarkAgainstTesseract reads the zones alone and has tesseract's command line read the same files in turn, in the same run. vs-tesseract is
// the median over files of our time, decoding included, against its; its includes the start of its process and the loading of its
// model, which cannot be told apart from outside.
func BenchmarkAgainstTesseract(b *testing.B) {
	program, err := exec.LookPath("tesseract")
	if err != nil {
		b.Skip("tesseract is not installed")
	}
	folder, items := documentTruths(b)
	r := readerForTest(b)
	var ratios, ours, theirs []float64
	for b.Loop() {
		for _, it := range items {
			if !it.Truth.HasMRZ {
				continue
			}
			name := filepath.Join(folder, it.File)
			content, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			own, _ := measureFile(b, r, content, Options{At: measuredAt, Part: MRZOnly})
			began := time.Now()
			if err := exec.CommandContext(b.Context(), program, name, "-").Run(); err != nil {
				b.Fatalf("tesseract %s: %v", it.File, err)
			}
			other := milliseconds(time.Since(began))
			ratios, ours, theirs = append(ratios, own/other), append(ours, own), append(theirs, other)
		}
	}
	b.ReportMetric(middle(ratios), "vs-tesseract")
	b.ReportMetric(middle(ours), "mrz-ms")
	b.ReportMetric(middle(theirs), "tesseract-ms")
}

// measureFile is what `inspect document` does with a file: milliseconds in all and inside ONNX Runtime.
func measureFile(b *testing.B, r *Reader, content []byte, opts Options) (total, inference float64) {
	b.Helper()
	began := time.Now()
	p, err := imaging.Decode(b.Context(), content, imaging.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	m, err := r.Measure(context.Background(), p, opts)
	if err != nil {
		b.Fatal(err)
	}
	return milliseconds(time.Since(began)), m.Timings["inference"]
}

// benchmarkFiles measures every file once in each round and reports medians over files of the median over rounds.
func benchmarkFiles(b *testing.B, files [][]byte, opts Options) {
	b.Helper()
	r := readerForTest(b)
	for _, content := range files { // warm: models are loaded, memory is there
		measureFile(b, r, content, opts)
	}
	totals, inferences := make([][]float64, len(files)), make([][]float64, len(files))
	before := cpuTime(b)
	for b.Loop() {
		for i, content := range files {
			t, inf := measureFile(b, r, content, opts)
			totals[i], inferences[i] = append(totals[i], t), append(inferences[i], inf)
		}
	}
	used := cpuTime(b) - before
	var total, inference, ratio []float64
	for i := range files {
		total, inference = append(total, middle(totals[i])), append(inference, middle(inferences[i]))
		if inference[i] > 0 {
			var rs []float64
			for k, t := range totals[i] {
				rs = append(rs, t/inferences[i][k])
			}
			ratio = append(ratio, middle(rs))
		}
	}
	b.ReportMetric(middle(total), "total-ms")
	b.ReportMetric(middle(inference), "onnx-ms")
	b.ReportMetric(middle(ratio), "ratio")
	b.ReportMetric(milliseconds(used)/float64(b.N*len(files)), "cpu-ms/file")
}

func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// cpuTime is the processor time of this process so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
