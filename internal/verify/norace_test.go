//go:build !race

package verify

// raceDetector makes everything many times slower.
const raceDetector = false
