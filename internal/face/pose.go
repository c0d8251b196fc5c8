package face

import "math"

// Pose is the direction of the head in degrees, with the signs of ISO/IEC 39794-5 (D.1.4.5, as in 19794-5): all zero looks
// straight at the camera; yaw is positive when the head is turned to the subject's own left, pitch when it looks down, roll when
// it leans towards the subject's own right shoulder. It is read off the face mesh as if the camera were far away (no perspective).
type Pose struct {
	Yaw   float64 `json:"yaw"`
	Pitch float64 `json:"pitch"`
	Roll  float64 `json:"roll"`
}

// neutral is the part of MediaPipe's canonical face model (canonical_face_model.obj, Apache-2.0) that moves neither with the
// mouth nor with the lids nor with the brows: centimetres, x to the subject's left, y up, z towards the camera. Points off the
// middle are given for the subject's right side with their twin on the left, which differs in the sign of x only.
var neutral = []struct {
	right, left int
	x, y, z     float64
}{
	{4, 4, 0, -0.463170, 7.586580},
	{5, 5, 0, 0.365669, 7.242870},
	{6, 6, 0, 2.473255, 5.788627},
	{10, 10, 0, 8.261778, 4.481535},
	{151, 151, 0, 6.545390, 5.027311},
	{168, 168, 0, 3.271027, 5.236015},
	{197, 197, 0, 1.728369, 6.316750},
	{21, 251, -7.087960, 5.434801, 0.099620},
	{33, 263, -4.445859, 2.663991, 3.173422},
	{34, 264, -7.214530, 2.263009, 0.073150},
	{48, 278, -1.608635, -0.942516, 5.814193},
	{50, 280, -4.765501, -0.701554, 3.534632},
	{54, 284, -6.279331, 6.615427, 1.425850},
	{67, 297, -3.523964, 8.005976, 3.729163},
	{127, 356, -7.743095, 2.364999, -2.005167},
	{129, 358, -1.785794, -0.978284, 4.850470},
	{133, 362, -1.856432, 2.585245, 3.757904},
}

type matrix [3][3]float64

// Pose fits MediaPipe's canonical face to the mesh (the rotation that brings the two nearest, by the polar decomposition of their
// covariance) and takes the rotation apart as roll · yaw · pitch, so that a picture lying on its side changes the roll alone.
func (m *Mesh) Pose() Pose {
	type pair struct{ model, seen [3]float64 }
	var pairs []pair
	add := func(i int, x, y, z float64) {
		// The mesh has y down and z away from the camera.
		pairs = append(pairs, pair{[3]float64{x, y, z}, [3]float64{m[i].X, -m[i].Y, -m[i].Z}})
	}
	for _, n := range neutral {
		add(n.right, n.x, n.y, n.z)
		if n.left != n.right {
			add(n.left, -n.x, n.y, n.z)
		}
	}
	var meanModel, meanSeen [3]float64
	for _, p := range pairs {
		for i := range 3 {
			meanModel[i] += p.model[i] / float64(len(pairs))
			meanSeen[i] += p.seen[i] / float64(len(pairs))
		}
	}
	var h matrix
	for _, p := range pairs {
		for i := range 3 {
			for j := range 3 {
				h[i][j] += (p.seen[i] - meanSeen[i]) * (p.model[j] - meanModel[j])
			}
		}
	}
	r, ok := h.rotation()
	if !ok {
		return Pose{}
	}
	const degrees = 180 / math.Pi
	return Pose{
		Yaw:   math.Asin(math.Max(-1, math.Min(1, -r[2][0]))) * degrees,
		Pitch: math.Atan2(r[2][1], r[2][2]) * degrees,
		Roll:  math.Atan2(r[1][0], r[0][0]) * degrees,
	}
}

// rotation is the orthogonal factor of h's polar decomposition (Higham's Newton iteration); false where h has no inverse or
// mirrors, which a mesh of a face does not.
func (h matrix) rotation() (matrix, bool) {
	for range 50 {
		inv, det := h.inverse()
		if det <= 0 || math.IsNaN(det) || math.IsInf(det, 0) {
			return h, false
		}
		// Scaling by the determinant makes the first steps short.
		g := math.Pow(det, -1.0/3)
		var next matrix
		var change float64
		for i := range 3 {
			for j := range 3 {
				next[i][j] = (h[i][j]*g + inv[j][i]/g) / 2
				change = math.Max(change, math.Abs(next[i][j]-h[i][j]))
			}
		}
		h = next
		if change < 1e-12 {
			return h, true
		}
	}
	return h, true
}

func (h matrix) inverse() (matrix, float64) {
	c := func(i, j int) float64 { // cofactor
		a, b, d, e := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return h[a][d]*h[b][e] - h[a][e]*h[b][d]
	}
	det := h[0][0]*c(0, 0) + h[0][1]*c(0, 1) + h[0][2]*c(0, 2)
	var out matrix
	for i := range 3 {
		for j := range 3 {
			out[j][i] = c(i, j) / det
		}
	}
	return out, det
}
