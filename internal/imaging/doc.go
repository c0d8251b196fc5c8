// Package imaging turns the bytes an applicant sent into an upright 8-bit RGB picture, moves pixels (warp, resize, rotate) and
// measures what a picture looks like (sharpness, exposure, glare, perceptual hash).
//
// It promises: formats are told by content, never by name; every limit is checked against the header before a pixel is allocated;
// hostile bytes end in a *DecodeError, not in a panic or in unbounded memory; a picture that is only partly there is refused, not
// shown by half; all functions are safe for concurrent use on pictures nobody writes to; logs of a picture hold its format and
// size and nothing of its metadata.
//
// It does not promise colour management (ICC profiles are ignored), depth beyond 8 bits, or transparency (composited on white).
// It returns numbers and never says whether they are good enough: that is the policy's work.
//
// # Coordinates
//
// Coordinates are continuous: pixel (i, j) covers [i, i+1) × [j, j+1) and its centre is at (i+.5, j+.5). The top-left corner of a
// picture is (0, 0), its bottom-right corner (w, h). Points that come from a detector are in the same frame. With this convention
// halving a picture divides every coordinate by exactly two, offsets included.
package imaging
