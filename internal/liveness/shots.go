package liveness

import (
	"context"
	"encoding/binary"
	"hash/crc64"
	"image"
	"slices"

	"bonafide/internal/face"
	"bonafide/internal/imaging"
)

// shot is a frame with the face in it.
type shot struct {
	at      int64
	picture *imaging.Picture
	sum     uint64     // of the pixels: equal for equal pictures
	face    *face.Face // nil where none was found
}

// ordered sorts frames by the device's clock and drops those that arrived twice. Of different pictures with one time, which no camera
// makes, the choice must not depend on the order of arrival, so their pixels decide.
func ordered(frames []Frame) []shot {
	shots := make([]shot, 0, len(frames))
	for _, f := range frames {
		if f.Picture != nil && f.Picture.RGB != nil {
			shots = append(shots, shot{at: f.AtMS, picture: f.Picture, sum: fingerprint(f.Picture.RGB)})
		}
	}
	slices.SortFunc(shots, func(a, b shot) int {
		switch {
		case a.at != b.at:
			return compare(a.at, b.at)
		default:
			return compare(a.sum, b.sum)
		}
	})
	return slices.CompactFunc(shots, func(a, b shot) bool { return a.at == b.at })
}

func compare[T int64 | uint64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// fingerprint is equal for pictures whose pixels are equal, as far as every fourth row can tell.
func fingerprint(im *image.RGBA) uint64 {
	h := crc64.New(crc64.MakeTable(crc64.ECMA))
	var size [8]byte
	binary.LittleEndian.PutUint32(size[:4], uint32(im.Rect.Dx()))
	binary.LittleEndian.PutUint32(size[4:], uint32(im.Rect.Dy()))
	h.Write(size[:])
	for y := 0; y < im.Rect.Dy(); y += 4 {
		h.Write(im.Pix[y*im.Stride : y*im.Stride+4*im.Rect.Dx()])
	}
	return h.Sum64()
}

// gapFactor is how many times the usual pace makes a gap in which frames are missing.
const gapFactor = 1.6

// count says what arrived and what is missing between.
func count(frames []Frame, shots []shot) Frames {
	c := Frames{Received: len(frames), Distinct: len(shots)}
	if len(shots) == 0 {
		return c
	}
	c.FromMS, c.ToMS = shots[0].at, shots[len(shots)-1].at
	if len(shots) < 2 {
		return c
	}
	steps := make([]int64, 0, len(shots)-1)
	for i := 1; i < len(shots); i++ {
		steps = append(steps, shots[i].at-shots[i-1].at)
	}
	c.LongestMS = slices.Max(steps)
	// The lower quartile rather than the median: a camera's own pace shows where nothing was lost.
	c.PaceMS = quantile(steps, 0.25)
	for _, s := range steps {
		if float64(s) > gapFactor*float64(c.PaceMS) {
			c.Missing += int((float64(s)+float64(c.PaceMS)/2)/float64(c.PaceMS)) - 1
		}
	}
	return c
}

// quantile returns the value below which the share q of vs lies; vs must not be empty.
func quantile[T int64 | float64](vs []T, q float64) T {
	s := slices.Clone(vs)
	slices.Sort(s)
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// follow finds the face in every shot: once by searching, then by tracking it from frame to frame, and again by searching where it was
// lost.
func (a *Analyser) follow(ctx context.Context, shots []shot, c *Frames) error {
	var before *face.Face
	for i := range shots {
		if before != nil {
			f, ok, err := a.faces.Track(ctx, shots[i].picture, *before)
			if err != nil {
				return err
			}
			if ok {
				shots[i].face, before = &f, &f
				c.Face++
				continue
			}
		}
		found, err := a.faces.Find(ctx, shots[i].picture, face.Options{Quick: true})
		if err != nil {
			return err
		}
		before = nil
		if len(found) > 1 {
			c.Several++
		}
		if len(found) > 0 {
			shots[i].face, before = &found[0], &found[0]
			c.Face++
		}
	}
	return nil
}
