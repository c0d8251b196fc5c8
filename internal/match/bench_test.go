package match_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bonafide/internal/match"
)

// spent is the processor time of this process, which a busy machine does not lengthen as it does the clock's.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmark(b *testing.B, name string, f func()) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		begin := spent()
		for b.Loop() {
			f()
		}
		b.ReportMetric(float64(spent()-begin)/float64(b.N), "cpu-ns/op")
	})
}

func BenchmarkNames(b *testing.B) {
	p := match.DefaultPolicy()
	for _, c := range [][2]string{
		{"Angela Merkel", "ANGELA MERKEL"},
		{"Friedrych Buchenberg", "Friedrich Buchenberg"},
		{"Jean-Pierre François d'Alembert Müller", "JEANPIERRE FRANCOIS DALEMBERT MUELLER"},
		{"Sergey Viktorovich Lavrov", "Сергей Викторович Лавров"},
		{"NOUREDDINE BEN MOHAMED BEN BELKASSEM AL-DRISSI", "NOUREDDINE BEN ALI BEN BELKASSEM AL-DRISSI"},
		{"李小龙", "LI XIAOLONG"},
	} {
		benchmark(b, fmt.Sprintf("%dx%d/%s", len(strings.Fields(c[0])), len(strings.Fields(c[1])), strings.Fields(c[0])[0]), func() {
			match.Names(match.Name{Full: c[0]}, match.Name{Full: c[1]}, p)
		})
	}
}

func BenchmarkFields(b *testing.B) {
	p := match.DefaultPolicy()
	benchmark(b, "number", func() { match.Number("L8989O2C3", "L898902C3", p) })
	benchmark(b, "date", func() { match.Date("1974-12-08", "1974-08-12") })
	benchmark(b, "codes", func() { match.State("DE", "D<<") })
	benchmark(b, "country", func() { match.State("Deutschland", "D<<") })
	benchmark(b, "text", func() { match.Text("Zürich", "ZUERICH", p) })
}

// BenchmarkCases compares every pair of testdata/cases.txt by its own comparer and reports the median of one comparison.
func BenchmarkCases(b *testing.B) {
	cases := readCases(b)
	took := make([]float64, len(cases))
	for b.Loop() {
		for i, c := range cases {
			const times = 20
			begin := spent()
			for range times {
				c.compare()
			}
			took[i] = float64(spent()-begin) / times
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "median-cpu-ns")
	b.ReportMetric(took[len(took)*95/100], "p95-cpu-ns")
}
