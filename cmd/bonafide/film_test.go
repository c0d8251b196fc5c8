package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bonafide/internal/specimen"
)

// filmed writes frames of the person of drawn, ten a second, who turns the head to
// the left and then to the right.
func filmed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	p := specimen.NewPerson(7, specimen.Profile{Reference: time.Now()})
	yaws := []float64{0, 0, 0, 0, 0, 9, 18, 26, 26, 18, 9, 0, 0, 0, 0, 0, 0, -9, -18, -26, -26, -18, -9, 0, 0, 0, 0, 0}
	for k, yaw := range yaws {
		b, err := specimen.JPEG(specimen.Selfie(p, specimen.SelfieOptions{Width: 360, Height: 480, Still: true, Yaw: yaw, Frame: uint64(k)}, 9), 88)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.jpg", k*100)), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
