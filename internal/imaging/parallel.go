package imaging

import (
	"runtime"
	"sync"
)

// parallelRows calls f on contiguous parts of [0, n) that together cover it, on up to GOMAXPROCS goroutines, and waits. Work of
// fewer than grain rows a part is not split: starting goroutines costs more than small pictures do.
func parallelRows(n, grain int, f func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n/max(grain, 1))
	if parts <= 1 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() { f(i*n/parts, (i+1)*n/parts) })
	}
	wg.Wait()
}
