package document

import (
	"math"

	"bonafide/internal/imaging"
	"bonafide/mrz"
)

// A character of an MRZ is 2.54 mm wide (ICAO Doc 9303 part 3, section 4.2: OCR-B size 1, ten characters an inch).
const pitchMM = 2.54

// pageSize is a format's page in mm (Doc 9303 part 3, section 2.1; visas part 7, section 3.1) and where its zone lies in it. The margins
// are nominal; issuers keep them to about a millimetre and a half.
type pageSize struct {
	width, height float64
	left          float64 // from the page's left edge to the first character's cell
	bottom        float64 // from the last line's foot to the page's lower edge
}

var pageSizes = map[mrz.Format]pageSize{
	mrz.TD1:   {85.60, 53.98, 4.7, 5.2},
	mrz.TD2:   {105, 74, 6.8, 8.2},
	mrz.FRAID: {105, 74, 6.8, 8.2},
	mrz.TD3:   {125, 88, 6.6, 8.2},
	mrz.MRVA:  {120, 80, 4.5, 4.0},
	mrz.MRVB:  {105, 74, 6.8, 8.2},
}

// pageOfZone derives the page's corners from its zone: exact to a few per cent of the page where the picture was taken squarely, and an
// estimate under strong perspective, which a strip at the page's foot cannot tell. The corners may lie outside the picture.
func pageOfZone(z *MRZReading) (imaging.Quad, bool) {
	size, ok := pageSizes[z.Format]
	if !ok || z.Pitch <= 0 {
		return imaging.Quad{}, false
	}
	k := z.Pitch / pitchMM // pixels a millimetre
	sin, cos := math.Sincos(direction(z.Quad))
	at := func(x, y float64) imaging.Point { // mm right of and below the zone's lower left corner
		return imaging.Point{X: z.Quad[3].X + k*(x*cos-y*sin), Y: z.Quad[3].Y + k*(x*sin+y*cos)}
	}
	l, b := -size.left, size.bottom
	return imaging.Quad{at(l, b-size.height), at(l+size.width, b-size.height), at(l+size.width, b), at(l, b)}, true
}
