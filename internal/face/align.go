package face

import "bonafide/internal/imaging"

const (
	chipSide    = 150  // what dlib's network takes
	chipPadding = 0.25 // dlib's padding for this network: the border around the reference shape, in parts of its size
)

// shape68 maps dlib's (iBUG's) points 17..67 to face mesh points.
var shape68 = [51]int{
	71, 63, 105, 66, 107, 336, 296, 334, 293, 301, // brows
	168, 197, 5, 4, 75, 97, 2, 326, 305, // nose
	33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, // eyes
	61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, // outer lips
	78, 82, 13, 312, 308, 317, 14, 87, // inner lips
}

// mean68 is dlib's mean_face_shape (dlib/image_transforms/interpolation.h, Boost licence): where points 17..67 lie in an aligned
// face, in parts of its side.
var mean68 = [51][2]float64{
	{0.000213256, 0.106454},
	{0.0752622, 0.038915},
	{0.18113, 0.0187482},
	{0.29077, 0.0344891},
	{0.393397, 0.0773906},
	{0.586856, 0.0773906},
	{0.689483, 0.0344891},
	{0.799124, 0.0187482},
	{0.904991, 0.038915},
	{0.98004, 0.106454},
	{0.490127, 0.203352},
	{0.490127, 0.307009},
	{0.490127, 0.409805},
	{0.490127, 0.515625},
	{0.36688, 0.587326},
	{0.426036, 0.609345},
	{0.490127, 0.628106},
	{0.554217, 0.609345},
	{0.613373, 0.587326},
	{0.121737, 0.216423},
	{0.187122, 0.178758},
	{0.265825, 0.179852},
	{0.334606, 0.231733},
	{0.260918, 0.245099},
	{0.182743, 0.244077},
	{0.645647, 0.231733},
	{0.714428, 0.179852},
	{0.793132, 0.178758},
	{0.858516, 0.216423},
	{0.79751, 0.244077},
	{0.719335, 0.245099},
	{0.254149, 0.780233},
	{0.340985, 0.745405},
	{0.428858, 0.727388},
	{0.490127, 0.742578},
	{0.551395, 0.727388},
	{0.639268, 0.745405},
	{0.726104, 0.780233},
	{0.642159, 0.864805},
	{0.556721, 0.902192},
	{0.490127, 0.909281},
	{0.423532, 0.902192},
	{0.338094, 0.864805},
	{0.290379, 0.784792},
	{0.428096, 0.778746},
	{0.490127, 0.785343},
	{0.552157, 0.778746},
	{0.689874, 0.784792},
	{0.553364, 0.824182},
	{0.490127, 0.831803},
	{0.42689, 0.824182},
}

func onChip(x, y float64) imaging.Point {
	return imaging.Point{X: (chipPadding + x) / (2*chipPadding + 1) * chipSide, Y: (chipPadding + y) / (2*chipPadding + 1) * chipSide}
}

// alignment maps chip pixels to picture pixels so that the face lies on the chip as the network's training faces did: the least
// squares similarity over the points dlib uses of 68, which leaves out brows and lower lip because they move.
func alignment(m *Mesh) imaging.Affine {
	dst := make([]imaging.Point, 0, len(shape68))
	src := make([]imaging.Point, 0, len(shape68))
	for i, j := range shape68 {
		if n := i + 17; n <= 26 || (n >= 55 && n <= 59) {
			continue
		}
		dst = append(dst, onChip(mean68[i][0], mean68[i][1]))
		src = append(src, m.at(j))
	}
	return imaging.Similarity(dst, src)
}
